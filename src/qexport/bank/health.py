"""The state of a bank, told and never changed: what is missing, doubled, misspelt or damaged.

A finding is worth printing when the bank's keeper nods at it: every check would rather miss one than cry
wolf, and says by which measure it judges. All take time in proportion to the bank, or nearly so.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from qexport.bank.likeness import BLOCK, Gist, answered_follow_ups, gist_of
from qexport.bank.model import PROSE_SECTIONS, Bank, Claims, Question
from qexport.bank.query import fold
from qexport.common.errors import Location

KINDS: Mapping[str, str] = {
    "incomplete": "fewer questions, technologies or levels than the bank's source claims",
    "gap": "a technology, level or difficulty without questions, where some could be expected",
    "missing-section": "questions without a part that most of the bank's questions have",
    "near-duplicate": "two questions that ask the same, or have the same answer",
    "look-alike-technology": "two technologies written almost alike",
    "look-alike-category": "two categories written almost alike",
    "look-alike-level": "two levels written almost alike",
    "look-alike-tag": "two tags written almost alike",
    "answered-follow-up": "a follow-up question that another question of the bank answers",
    "placeholder": "a text that still waits to be written: TODO, “Answer here”, “see above”",
    "short-answer": "an answer of a few words in a bank whose answers are long",
    "lost-commas": "English text with hardly any comma",
    "doubled-punctuation": "?? or ,, after a word",
    "unbalanced": "a parenthesis without its other half, a code block without end",
    "mojibake": "text that was read in a wrong encoding: â€™ for ’",
    "stray-character": "characters that nobody sees or no font has",
    "html-leftover": "HTML that would be shown as it stands: &nbsp;, <br>",
}
"""What can be found, in the order it is told, each with its explanation."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something the keeper of a bank may want to look at; `ids` are the questions it is about."""

    kind: str
    message: str
    hint: str
    location: Location
    ids: tuple[str, ...] = ()


def health(bank: Bank) -> tuple[Finding, ...]:
    """All findings, by kind in the order of KINDS, then by place. Retired questions take no part."""
    active = replace(bank, questions=tuple(each for each in bank.questions if each.status == "active"))
    found = [finding for check in _CHECKS for finding in check(active)]
    order = {kind: place for place, kind in enumerate(KINDS)}
    return tuple(sorted(found, key=lambda finding: (order[finding.kind], finding.location, finding.ids)))


def finding_json(finding: Finding) -> dict[str, object]:
    """A finding for machines."""
    return {
        "kind": finding.kind,
        "message": finding.message,
        "hint": finding.hint,
        "path": finding.location.path,
        "line": finding.location.line,
        "column": finding.location.column,
        "ids": list(finding.ids),
    }


# --- counts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """How many questions have this technology, level and difficulty."""

    technology: str
    level: str
    difficulty: int | None
    questions: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What there is of a bank, beside what its source claims. As text: "15 of 54 questions, 3 of 3 …"."""

    questions: int
    technologies: int
    levels: int
    claims: Claims
    cells: tuple[Cell, ...]
    """In the bank's order of technologies and levels, then by difficulty, unrated last."""

    def __str__(self) -> str:
        claims = self.claims
        return ", ".join(
            (
                _of(self.questions, claims.questions, "question", "questions"),
                _of(self.technologies, claims.technologies, "technology", "technologies"),
                _of(self.levels, claims.levels, "level", "levels"),
            )
        )


_UNRATED = 11  # sorts behind all difficulties


def stats(bank: Bank, questions: Sequence[Question]) -> Stats:
    """The counts of these questions of the bank."""
    counts = Counter((question.technology, question.level, question.difficulty) for question in questions)
    technologies = _places(bank.technologies, (technology for technology, _, _ in counts))
    levels = _places(bank.levels, (level for _, level, _ in counts))
    cells = (Cell(*key, questions=count) for key, count in counts.items())
    return Stats(
        questions=len(questions),
        technologies=len({technology for technology, _, _ in counts if technology}),
        levels=len({level for _, level, _ in counts if level}),
        claims=bank.claims,
        cells=tuple(
            sorted(
                cells,
                key=lambda cell: (
                    technologies[cell.technology],
                    levels[cell.level],
                    cell.difficulty or _UNRATED,
                ),
            )
        ),
    )


def stats_rows(stats: Stats) -> tuple[tuple[str, ...], ...]:
    """The counts as a table of text: a head, a row for each technology and level, and their sums."""
    rows = defaultdict[tuple[str, str], Counter[int]](Counter)
    for cell in stats.cells:
        for names in ((cell.technology or "—", cell.level or "—"), ("all", "")):
            rows[names][cell.difficulty or _UNRATED] += cell.questions
    sums = rows.pop(("all", ""), Counter[int]())
    difficulties = sorted(sums)
    heads = ("unrated" if difficulty == _UNRATED else str(difficulty) for difficulty in difficulties)
    return (
        ("technology", "level", *heads, "all"),
        *(
            (*names, *(str(counts[difficulty] or "") for difficulty in difficulties), str(counts.total()))
            for names, counts in (*rows.items(), (("all", ""), sums))
        ),
    )


def stats_json(stats: Stats) -> dict[str, object]:
    """The counts for machines."""
    claims = stats.claims
    return {
        "questions": {"present": stats.questions, "claimed": claims.questions},
        "technologies": {"present": stats.technologies, "claimed": claims.technologies},
        "levels": {"present": stats.levels, "claimed": claims.levels},
        "counts": [
            {
                "technology": cell.technology,
                "level": cell.level,
                "difficulty": cell.difficulty,
                "questions": cell.questions,
            }
            for cell in stats.cells
        ],
    }


def _of(present: int, claimed: int | None, one: str, many: str) -> str:
    noun = one if (present if claimed is None else claimed) == 1 else many
    return f"{present} {noun}" if claimed is None else f"{present} of {claimed} {noun}"


def _places(declared: Iterable[str], present: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(dict.fromkeys((*declared, *present)))}


# --- what is missing ---------------------------------------------------------------------------------------


def _incomplete(bank: Bank) -> Iterator[Finding]:
    there, claims = stats(bank, bank.questions), bank.claims
    claimed = (claims.questions, claims.technologies, claims.levels)
    present = (there.questions, there.technologies, there.levels)
    if any(claim is not None and count < claim for count, claim in zip(present, claimed, strict=True)):
        hint = "import the rest of its source, or say in `claims` what there is"
        yield Finding("incomplete", f"the bank has {there}", hint, _start(bank))


_EXPECTED = 3.0
"""Questions expected in a cell before its emptiness is told: by chance, one in 20 such cells is empty."""


def _gaps(bank: Bank) -> Iterator[Finding]:
    """Declared names without questions, and empty cells of technology × level × difficulty.

    As many questions are expected in a cell as its row and its column let expect, which is how a reader of
    the table judges it: a bank of advanced questions lacks no easy ones.
    """
    used = {name for question in bank.questions for name in (question.technology, question.level)}
    for name in (*bank.technologies, *bank.levels):
        if name not in used:
            hint = "write some, or declare it no more"
            yield Finding("gap", f"{name} is declared and has no question", hint, _start(bank))
    named = [question for question in bank.questions if question.technology and question.level]
    for technology, level, expected in _empty_cells((each.technology, each.level) for each in named):
        message = f"{technology} has no {level} question, where {expected:.0f} could be expected"
        yield Finding("gap", message, "write some", _start(bank))
    for level in bank.levels:
        rated = [each for each in named if each.level == level and each.difficulty is not None]
        empty = _empty_cells((each.technology, f"{each.difficulty}") for each in rated)
        for technology, difficulty, expected in empty:
            message = f"{technology}, {level} has no question of difficulty {difficulty}"
            message += f", where {expected:.0f} could be expected"
            yield Finding("gap", message, "write some", _start(bank))


def _empty_cells(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, float]]:
    """The row, the column, and what could be expected there."""
    cells = Counter(pairs)
    rows, columns = Counter[str](), Counter[str]()
    for (row, column), count in cells.items():
        rows[row] += count
        columns[column] += count
    large = [(column, count) for column, count in columns.items() if count >= _EXPECTED]
    for row, in_row in rows.items():
        for column, in_column in large if in_row >= _EXPECTED else ():
            expected = in_row * in_column / cells.total()
            if (row, column) not in cells and expected >= _EXPECTED:
                yield row, column, expected


def _missing_sections(bank: Bank) -> Iterator[Finding]:
    """What at least half of the questions have belongs to the form of this bank; an answer to any."""
    total = len(bank.questions)
    for part in (*PROSE_SECTIONS, "follow_ups", "technology", "category", "level", "difficulty"):
        lacking = [question for question in bank.questions if not getattr(question, part)]
        if lacking and (part == "answer" or len(lacking) * 2 <= total):
            verb = "has" if len(lacking) == 1 else "have"
            message = f"{len(lacking)} of {total} questions {verb} no {part}: {_some(_ids(lacking))}"
            yield Finding("missing-section", message, f"add its {part}", lacking[0].location, _ids(lacking))


def _start(bank: Bank) -> Location:
    """The bank as a whole: the file of its first question."""
    return Location(bank.questions[0].location.path if bank.questions else bank.source)


# --- questions beside each other ---------------------------------------------------------------------------


def _near_duplicates(bank: Bank) -> Iterator[Finding]:
    questions = bank.questions
    gists = [gist_of(question.question, question.technology) for question in questions]
    pairs = dict.fromkeys(_asking_the_same(gists), "ask almost the same")
    pairs |= dict.fromkeys(_answered_the_same(questions), "have the same answer")
    told = set[int]()
    for (first, second), what in sorted(pairs.items()):
        if second in told:  # like the first of several that are all alike: once is enough
            continue
        told.add(second)
        one, other = questions[first], questions[second]
        message = f"{one.id} and {other.id} {what}: {_quote(one.question)} and {_quote(other.question)}"
        hint = "keep one, with the other's id in its former_ids, or tell them apart"
        yield Finding("near-duplicate", message, hint, other.location, (one.id, other.id))


def _asking_the_same(gists: Sequence[Gist]) -> Iterator[tuple[int, int]]:
    """Pairs whose stems agree, but for one inflection or slip of the pen.

    No ratio over letters or words will do: “How does L1 regularization work?” is to 97 % the same as for L2.
    """
    alike = defaultdict[object, list[int]](list)
    for index, gist in enumerate(gists):
        alike[gist.all].append(index)
        for stem in gist.all if len(gist.all) > 1 else ():
            alike[gist.all - {stem}, "and one more"].append(index)
    for block in alike.values():
        for first, second in combinations(block[:BLOCK], 2):
            one, other = gists[first], gists[second]
            if one.asks_as(other) and _same_stems(one, other):
                yield first, second


def _same_stems(one: Gist, other: Gist) -> bool:
    only_one, only_other = one.all - other.all, other.all - one.all
    if len(only_one) != len(only_other) or len(only_one) > 1:
        return False
    if any(not _inflected(a, b) for a, b in zip(only_one, only_other, strict=True)):
        return False
    if not (one.directed and other.directed):
        return True
    in_order = [stem for stem in one.stems if stem not in only_one]
    return in_order == [stem for stem in other.stems if stem not in only_other]


def _inflected(one: str, other: str) -> bool:
    """As concurrent and concurrency are, and mutable and immutable are not."""
    from rapidfuzz import fuzz  # an engine: opened when there is something to compare

    long = min(len(one), len(other)) >= 6 and (one + other).isalpha()
    return long and one[:3] == other[:3] and fuzz.ratio(one, other) >= 85


def _answered_the_same(questions: Sequence[Question]) -> Iterator[tuple[int, int]]:
    """Pairs with one answer; short ones, as “O(n log n)”, may well be equal."""
    answers = defaultdict[str, list[int]](list)
    for index, question in enumerate(questions):
        if len(answer := fold(question.answer)) >= 40:
            answers[answer].append(index)
    for same in answers.values():
        yield from combinations(same[:BLOCK], 2)


def _answered_follow_ups(bank: Bank) -> Iterator[Finding]:
    by_id = {question.id: question for question in bank.questions}
    for (key, number), others in answered_follow_ups(bank.questions).items():
        question = by_id[key]
        message = f"{key}: the follow-up {_quote(question.follow_ups[number])} is answered by {others[0].id}"
        message += f", {_quote(others[0].question)}"
        if len(others) > 1:
            message += f", and {len(others) - 1} more"
        hint = f"ask for what {others[0].id} leaves open"
        ids = (key, *_ids(others))
        yield Finding("answered-follow-up", message, hint, question.location, ids)


def _look_alikes(bank: Bank) -> Iterator[Finding]:
    """Names that differ by case, signs, or one letter; the rarer one is told, and where it stands."""
    for field in ("technology", "category", "level", "tag"):
        having = defaultdict[str, list[Question]](list)
        for question in bank.questions:
            for name in question.tags if field == "tag" else (getattr(question, field),):
                having[name].append(question)
        names = [name for name in having if name]
        for pair in _alike(names):
            common, rare = sorted(pair, key=lambda name: -len(having[name]))
            counts = f"{len(having[rare])} against {len(having[common])} questions"
            message = f"{field} {_quote(rare)} looks like {_quote(common)}: {counts}"
            hint = f"write {common} everywhere, if they mean the same"
            where = having[rare][0].location
            yield Finding(f"look-alike-{field}", message, hint, where, _ids(having[rare]))


_LONGEST_NAME = 60  # of longer ones, only the whole is compared


def _alike(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Pairs that are the same without signs, or but for a letter: these share a form with one cut out."""
    from rapidfuzz.distance import OSA

    forms = {name: _bare(name) for name in names}
    sharing = defaultdict[str, list[str]](list)
    for name, form in forms.items():
        cuts = range(len(form) if len(form) <= _LONGEST_NAME else 0)
        for cut in {form, *(form[:place] + form[place + 1 :] for place in cuts)}:
            sharing[cut].append(name)
    pairs = {pair: None for block in sharing.values() for pair in combinations(block[:BLOCK], 2)}
    for one, other in pairs:
        a, b = forms[one], forms[other]
        plural = min(len(a), len(b)) >= 3 and (a + "s" == b or b + "s" == a)
        slip = min(len(a), len(b)) >= 6 and a[0] == b[0] and (a + b).isalpha() and OSA.distance(a, b) == 1
        if a and (a == b or plural or slip):
            yield one, other


def _bare(name: str) -> str:
    """A name without signs but for those that make another name: C++ and C# are not C."""
    return re.sub(r"[\W_]+", "", fold(name).replace("+", "plus").replace("#", "sharp"))


# --- texts as they stand -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a question, and the same without its code, in which nothing is damage."""

    field: str
    whole: str
    prose: str
    open_block: str
    """The first line of a code block without end."""
    markdown: bool


def _texts(question: Question) -> Iterator[_Text]:
    markdown = question.markup == "markdown"
    for field in ("question", *PROSE_SECTIONS):
        if whole := getattr(question, field):
            yield _text(field, whole, markdown=markdown)
    for follow_up in question.follow_ups:
        yield _text("follow_ups", follow_up, markdown=markdown)


_FENCE = re.compile(r"^[ \t>]*(```+|~~~+)(.*)$", re.MULTILINE)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"()]+")
_CODE = "\u241f"  # stands for a piece of code, so that what is around it stays apart


def _text(field: str, whole: str, *, markdown: bool) -> _Text:
    """Code is what stands in fences or backticks, in plain text too: people write it so everywhere."""
    kept, end, opened = [], 0, None
    for fence in _FENCE.finditer(whole) if "```" in whole or "~~~" in whole else ():
        if opened is None and "`" not in fence[2]:
            kept.append(whole[end : fence.start()])
            opened, end = fence, len(whole)
        elif opened is not None and fence[1].startswith(opened[1]) and not fence[2].strip():
            opened, end = None, fence.end()
    prose = _without_spans(_CODE.join([*kept, whole[end:]]))
    prose = _URL.sub(_CODE, prose) if "://" in prose or "www." in prose else prose
    return _Text(field, whole, prose, opened[0].strip() if opened else "", markdown)


def _without_spans(text: str) -> str:
    """Without code between backticks: a run of them is closed by the next of the same length."""
    runs = list(re.finditer("`+", text)) if "`" in text else []
    closing: list[int | None] = []
    later: dict[int, int] = {}
    for place in range(len(runs) - 1, -1, -1):  # from the end, so that the next one is known without a search
        length = len(runs[place][0])
        closing.append(later.get(length))
        later[length] = place
    closing.reverse()
    kept, end, place = [], 0, 0
    while place < len(runs):
        close = closing[place]
        if close is not None:
            kept.append(text[end : runs[place].start()])
            end, place = runs[close].end(), close
        place += 1
    return _CODE.join([*kept, text[end:]])


def _damage(bank: Bank) -> Iterator[Finding]:
    """What texts show by themselves; one finding for all the questions that show the same."""
    showing: dict[tuple[str, str], list[Question]] = {}
    for question in bank.questions:
        for text in _texts(question):
            for kind, (look, _) in _DAMAGES.items():
                for what in look(text):
                    showing.setdefault((kind, f"{text.field} {what}"), []).append(question)
    for (kind, what), questions in showing.items():
        ids = tuple(dict.fromkeys(_ids(questions)))
        yield Finding(kind, f"{_some(ids)}: {what}", _DAMAGES[kind][1], questions[0].location, ids)


_NO_WORDS = re.compile(r"[\s.?…_–—-]+")
_WAITING = re.compile(
    r"\W*(?:(?:your |the )?(?:answer|explanation|text)s? (?:goes |comes )?(?:here|missing)"
    r"|todo|tb[ad]|fixme|wip|n/?a|coming soon|no answer(?: yet)?|placeholder"
    r"|(?:to be|will be) (?:written|added|done|answered|completed)(?: later)?"
    r"|(?:for \w+,? )?(?:see|refer to|same as|as) (?:the )?(?:above|previous)(?: (?:answer|question))?)\W*"
)
_TO_DO = re.compile(
    r"^\W{0,5}(?:TODO|TBD|FIXME)\b(?=\s*(?:[:(\[–—-]|$)|\s+(?:add|write|explain|finish|check|fill|complete))"
    r".{0,40}",
    re.MULTILINE,
)


def _placeholders(text: _Text) -> Iterator[str]:
    start = fold(text.whole[:100])
    waiting = len(text.whole) < 100 and (_WAITING.fullmatch(start) or _NO_WORDS.fullmatch(start))
    if text.field != "question" and (waiting or start.startswith("lorem ipsum")):
        yield f"is {_quote(text.whole)}"
    elif found := _TO_DO.search(text.prose):
        yield f"says {_quote(found[0])}"


_DOUBLED = re.compile(r"(?<=[\w)\"'’”])(?:\?{2,}|,{2,})(?=\s|$)")


def _doubled(text: _Text) -> Iterator[str]:
    if "??" in text.prose or ",," in text.prose:
        yield from (f"has {found[0]}" for found in _DOUBLED.finditer(text.prose))


_NO_PARENTHESES = (
    re.compile(r"""(["'“‘«])[\s()\[\]{}]{1,3}(?=["'”’»])"""),  # a quoted sign
    re.compile(r"[\[(](?=\s*[-+−\w.∞]{1,20}\s*[,;])[^\[\]()]{1,40}[\])]"),  # an interval, as [0, 1)
    re.compile(r"[:;=8][-o^']?[()]"),  # a face
    re.compile(r"(?:^|(?<=[\s,;:]))(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})\)", re.MULTILINE),  # as in 1) and a)
)


def _unbalanced(text: _Text) -> Iterator[str]:
    if text.open_block:
        yield f"never closes the code block {text.open_block}"
    prose = text.prose.replace("（", "(").replace("）", ")")
    if prose.count("(") == prose.count(")"):
        return
    for other in _NO_PARENTHESES:
        prose = other.sub(" ", prose)
    opened: list[int] = []
    for sign in re.finditer(r"[()]", prose):
        if sign[0] == "(":
            opened.append(sign.start())
        elif opened:
            opened.pop()
        else:
            yield f"closes what nothing opened: {_quote(prose[max(0, sign.start() - 30) : sign.end()])}"
            return
    if opened:
        yield f"never closes {_quote(prose[opened[0] : opened[0] + 30])}"


_SPECIALS = str.maketrans(
    "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ",
    "\x80\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8e\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9e\x9f",
)
_NEXT = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_READ_TWICE = re.compile(f"(?:[Â-ß]{_NEXT}|[à-ï]{_NEXT}{{2}}|[ð-ô]{_NEXT}{{3}})+")
_LIKELY = frozenset("ÂÃâïð")  # first bytes of Western accents, typographic signs, byte order marks, emojis


def _mojibake(text: _Text) -> Iterator[str]:
    """UTF-8 read as Windows-1252 or Latin-1: what turns into text when it is read back is no accident."""
    for found in _READ_TWICE.finditer(text.whole) if not text.whole.isascii() else ():
        try:
            meant = found[0].translate(_SPECIALS).encode("latin-1").decode("utf-8")
        except UnicodeError:
            continue
        if found[0][0] in _LIKELY or len(meant) > 1:  # a single “É–” may well be a capital and a dash
            yield f"has {found[0]} for {meant}"


_PLAIN = re.compile(r"[ -~\n]*")
_STRAY = re.compile(
    "[\ufffd\u200b\u2060\ufeff\u00ad\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    r"|(?:^|(?<=[\s!-~]))[\u200c\u200d]|[\u200c\u200d](?=[\s!-~]|$)"
)


def _stray(text: _Text) -> Iterator[str]:
    """Characters without a form; joiners are right between letters that join and parts of an emoji."""
    for found in _STRAY.finditer(text.whole) if not _PLAIN.fullmatch(text.whole) else ():
        nameless = "private use" if unicodedata.category(found[0]) == "Co" else "control character"
        yield f"has U+{ord(found[0]):04X} ({unicodedata.name(found[0], nameless).lower()})"


_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|apos|#\d{2,6}|#x[0-9a-fA-F]{2,6});")
_BREAK = re.compile(r"(?:^|(?<=\S)|(?<=[.!?:;,]\s))<br\s*/?>", re.MULTILINE)
_OPENING = re.compile(r"<(b|i|u|em|strong|su[bp]|span|font|p|div|a|li|[uo]l|t[dr]|table|h\d)(?:\s[^<>]*)?>")
_CLOSED = re.compile(r"[^<>]*\w[^<>]*</(\w+)>")
_IMAGE = re.compile(r"<img\s+(?:src|alt)\s*=")


def _html(text: _Text) -> Iterator[str]:
    """Tags that were meant to work; one that is spoken of, as in “<b> and <i>”, has no text and no end."""
    if not text.markdown and "&" in text.prose:  # Markdown turns these into their characters
        yield from (f"has {found[0]}" for found in _ENTITY.finditer(text.prose))
    if "<" in text.prose:
        yield from (f"has {found[0]}" for found in _BREAK.finditer(text.prose))
        for tag in _OPENING.finditer(text.prose):
            closed = _CLOSED.match(text.prose, tag.end(), tag.end() + 200)
            if closed and closed[1] == tag[1]:
                yield f"has <{tag[1]}>"
        if _IMAGE.search(text.prose):
            yield "has <img>"


_DAMAGES: Mapping[str, tuple[Callable[[_Text], Iterator[str]], str]] = {
    "placeholder": (_placeholders, "write it, or retire the question"),
    "doubled-punctuation": (_doubled, "keep one of the signs"),
    "unbalanced": (_unbalanced, "add what is missing"),
    "mojibake": (_mojibake, "read the source again, as UTF-8"),
    "stray-character": (_stray, "remove it, or write what it stood for"),
    "html-leftover": (_html, "write the character itself, or Markdown"),
}


def _short_answers(bank: Bank) -> Iterator[Finding]:
    """Up to three words, where half of the answers have twenty and more: a note, hardly an answer."""
    import statistics  # brings fractions and decimals, for which a handbook need not wait

    lengths = {question.id: len(re.findall(r"\w+", question.answer)) for question in bank.questions}
    usual = statistics.median(lengths.values()) if lengths else 0
    for question in bank.questions if usual >= 20 else ():
        answer = _text("answer", question.answer, markdown=False)
        wordless = answer.prose != answer.whole or any(_placeholders(answer))
        if 0 < lengths[question.id] <= 3 and not wordless:
            message = f"{question.id}: answer is {_quote(answer.whole)}; half of all have {usual:.0f} words"
            hint = "say more, if there is more to know"
            yield Finding("short-answer", message, hint, question.location, (question.id,))


_USUAL = 20
"""Words to a comma in English prose: 15 to 25 are usual."""


def _lost_commas(bank: Bank) -> Iterator[Finding]:
    """Over the bank, fewer than a tenth of the usual commas; else questions of 150 words without any.

    By chance, one in 2000 such questions would have none.
    """
    if fold(bank.language).partition("-")[0] != "en":
        return
    words, commas = Counter[str](), Counter[str]()
    for question in bank.questions:
        prose = " ".join(text.prose for text in _texts(question))
        words[question.id] = len(re.findall(r"[^\W\d_][\w'’-]*", prose))
        commas[question.id] = prose.count(",")
    total, found = words.total(), commas.total()
    everywhere = total >= 300 and found * 10 * _USUAL < total
    least = 50 if everywhere else 150
    lost = [each for each in bank.questions if not commas[each.id] and words[each.id] >= least]
    if lost:
        if not everywhere:
            total, found = sum(words[question.id] for question in lost), 0
        usual = f"about {total // _USUAL:,} are usual"
        message = f"{_some(_ids(lost))}: {found} commas in {total:,} words, {usual}"
        hint = "they were lost on the way from the source, if not in it"
        yield Finding("lost-commas", message, hint, lost[0].location, _ids(lost))


# --- in words ----------------------------------------------------------------------------------------------


def _ids(questions: Iterable[Question]) -> tuple[str, ...]:
    return tuple(question.id for question in questions)


def _some(ids: Sequence[str]) -> str:
    return ", ".join(ids[:5]) + (f" and {len(ids) - 5} more" if len(ids) > 5 else "")


def _quote(text: str) -> str:
    flat = " ".join(text.replace(_CODE, "…").split())
    return f"“{flat if len(flat) <= 80 else flat[:79] + '…'}”"


_CHECKS: tuple[Callable[[Bank], Iterator[Finding]], ...] = (
    _incomplete,
    _gaps,
    _missing_sections,
    _near_duplicates,
    _look_alikes,
    _answered_follow_ups,
    _damage,
    _short_answers,
    _lost_commas,
)
