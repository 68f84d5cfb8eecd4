"""What a text shows by itself: placeholders, doubled signs, mojibake, markup that was left over."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

from qexport.bank.health.findings import Finding, ids_of, quote_briefly, some_of
from qexport.bank.health.texts import CODE, Text, list_prose, list_texts, text_of
from qexport.bank.markup_signs import SAFE_TAGS
from qexport.bank.model import Bank, Question
from qexport.bank.query import fold


def find_damage(bank: Bank) -> Iterator[Finding]:
    """Find damage that a text shows by itself; one finding for all the questions that show the same."""
    showing: dict[tuple[str, str], list[Question]] = {}
    for question in bank.questions:
        texts = list(list_texts(question))
        whole = "\n".join(text.whole for text in texts)
        looks = [(kind, look) for kind, (look, may_find, _) in _DAMAGES.items() if may_find(whole)]
        for text in texts:
            for kind, look in looks:
                for what in look(text):
                    showing.setdefault((kind, f"{text.field} {what}"), []).append(question)
    for (kind, what), questions in showing.items():
        ids = tuple(dict.fromkeys(ids_of(questions)))
        yield Finding(kind, f"{some_of(ids)}: {what}", _DAMAGES[kind][2], questions[0].location, ids)


_NO_WORDS = re.compile(r"[\s.?…_–—-]+")
_STILL_TO_WRITE = re.compile(
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


def _placeholders(text: Text) -> Iterator[str]:
    if text.field != "question" and _stands_in(text.whole):
        yield f"is {_quote_prose(text.whole)}"
    elif any(word in text.prose for word in ("TODO", "TBD", "FIXME")) and (
        found := _TO_DO.search(text.prose)
    ):
        yield f"says {_quote_prose(found[0])}"


def _stands_in(whole: str) -> bool:
    """Return whether a text only stands in the place of one."""
    if len(whole) >= 100:  # few texts begin with this letter, or one that is folded to it
        first = whole.lstrip()[:1]
        return (first in ("l", "L") or not first.isascii()) and fold(whole[:100]).startswith("lorem ipsum")
    start = fold(whole)
    return bool(_STILL_TO_WRITE.fullmatch(start) or _NO_WORDS.fullmatch(start)) or start.startswith(
        "lorem ipsum"
    )


_DOUBLED = re.compile(r"(?<=[\w)\"'’”])(?:\?{2,}|,{2,})(?=\s|$)")


def _find_doubled_signs(text: Text) -> Iterator[str]:
    yield from (f"has {found[0]}" for found in _DOUBLED.finditer(text.prose))


_NO_PARENTHESES = (
    re.compile(r"""(["'“‘«])[\s()\[\]{}]{1,3}(?=["'”’»])"""),  # a quoted sign
    re.compile(r"[\[(](?=\s*[-+−\w.∞]{1,20}\s*[,;])[^\[\]()]{1,40}[\])]"),  # an interval, as [0, 1)
    re.compile(r"[:;=8][-o^']?[()]"),  # a face
)


def _find_unbalanced(text: Text) -> Iterator[str]:
    if text.open_block:
        yield f"never closes the code block {text.open_block}"
    prose = text.prose.replace("（", "(").replace("）", ")")
    if prose.count("(") == prose.count(")"):
        return
    for other in _NO_PARENTHESES:
        prose = other.sub(" ", prose)
    # "O(n log n)" ends like a label, "(1) this 2) that)" has one within: what is right in one reading is right
    without = _LIST_LABEL.sub(" ", prose)
    if without.count("(") == without.count(")") or _find_open(prose, is_label_free=False) == "":
        return
    if complaint := _find_open(without, is_label_free=True):
        yield complaint


_LIST_LABEL = re.compile(
    r"(?:^|(?<=[\s,;:*_|]))(?:\d{1,3}[^\W\d_]?|[^\W\d_]|[ivxIVX]{1,5})\.?\)", re.MULTILINE
)
"""As in 1) and a)."""


def _find_open(prose: str, *, is_label_free: bool) -> str:
    """Return what is wrong with the parentheses of a text; a label's, which nothing opened, is not."""
    labels = set() if is_label_free else {found.end() - 1 for found in _LIST_LABEL.finditer(prose)}
    opened: list[int] = []
    for sign in re.finditer(r"[()]", prose):
        if sign[0] == "(":
            opened.append(sign.start())
        elif opened:
            opened.pop()
        elif sign.start() not in labels:
            return (
                f"closes what nothing opened: {_quote_prose(prose[max(0, sign.start() - 30) : sign.end()])}"
            )
    return f"never closes {_quote_prose(prose[opened[0] : opened[0] + 30])}" if opened else ""


_SPECIALS = str.maketrans(
    "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ",
    "\x80\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8e\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9e\x9f",
)
_NEXT = "[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]"
_FIRST_BYTE = re.compile("[Â-ô]")  # most texts have none, which is seen ten times as fast
_READ_TWICE = re.compile(f"(?:[Â-ß]{_NEXT}|[à-ï]{_NEXT}{{2}}|[ð-ô]{_NEXT}{{3}})+")
_LIKELY = frozenset("ÂÃâïð")  # first bytes of Western accents, typographic signs, byte order marks, emojis


def _mojibake(text: Text) -> Iterator[str]:
    """UTF-8 read as Windows-1252 or Latin-1: what turns into text when it is read back is no accident."""
    for found in _READ_TWICE.finditer(text.whole):
        try:
            meant = found[0].translate(_SPECIALS).encode("latin-1").decode("utf-8")
        except UnicodeError:
            continue
        if found[0][0] in _LIKELY or len(meant) > 1:  # a single “É–” may well be a capital and a dash
            yield f"has {found[0]} for {meant}"


_STRAY = re.compile(
    "[\ufffd\u200b\u2060\ufeff\u00ad\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    r"|(?:^|(?<=[\s!-~]))[\u200c\u200d]|[\u200c\u200d](?=[\s!-~]|$)"
)


def _stray(text: Text) -> Iterator[str]:
    """Characters without a form; joiners are right between letters that join and parts of an emoji."""
    for found in _STRAY.finditer(text.whole):
        nameless = "private use" if unicodedata.category(found[0]) == "Co" else "control character"
        yield f"has U+{ord(found[0]):04X} ({unicodedata.name(found[0], nameless).lower()})"


_ENTITY = re.compile(r"&(?:nbsp|amp|lt|gt|quot|apos|#\d{2,6}|#x[0-9a-fA-F]{2,6});")
_BREAK_TAG = re.compile(r"(?:^|(?<=\S)|(?<=[.!?:;,]\s))<br\s*/?>", re.MULTILINE)
_OPENING_TAG = re.compile(
    r"<(b|i|u|s|em|strong|su[bp]|span|font|p|div|a|li|[uo]l|d[ltd]|t[dhr]|thead|tbody|table|h\d|code|kbd|pre"
    r"|samp|var|tt|mark|del|small|center|blockquote|details|summary)(?:\s[^<>]*)?>"
)
_CLOSED = re.compile(r"[^<>]*\w[^<>]*</(\w+)>")
_IMAGE_TAG = re.compile(r"<img\s(?:[^<>]*\s)?(?:src|alt|width|height|class|style|align)\s*=")


_FOLDED = ("details", "summary")


def _html(text: Text) -> Iterator[str]:
    """Tags that were meant to work; one that is spoken of, as in “<b> and <i>”, has no text and no end."""
    if not text.markdown:  # Markdown turns these into their characters
        yield from (f"has {found[0]}" for found in _ENTITY.finditer(text.prose))
    if not text.markdown:
        yield from (f"has {found[0]}" for found in _BREAK_TAG.finditer(text.prose))
    for tag in _OPENING_TAG.finditer(text.prose):
        if text.markdown and ((tag[0] == f"<{tag[1]}>" and tag[1] in SAFE_TAGS) or tag[1] in _FOLDED):
            continue  # shown as what it means
        closed = _CLOSED.match(text.prose, tag.end(), tag.end() + 200)
        if closed and closed[1] == tag[1]:
            yield f"has <{tag[1]}>"
    if not text.markdown and _IMAGE_TAG.search(text.prose):
        yield "has <img>"


def _may_have_stray(whole: str) -> bool:
    return "\ufffd" in whole or not whole.replace("\n", " ").isprintable()


_DAMAGES: Mapping[str, tuple[Callable[[Text], Iterator[str]], Callable[[str], object], str]] = {
    "placeholder": (_placeholders, lambda _whole: True, "write it, or retire the question"),
    "doubled-punctuation": (
        _find_doubled_signs,
        lambda whole: "??" in whole or ",," in whole,
        "keep one of the signs",
    ),
    "unbalanced": (
        _find_unbalanced,
        lambda whole: any(sign in whole for sign in "()（）`~"),
        "add what is missing",
    ),
    "mojibake": (
        _mojibake,
        lambda whole: not whole.isascii() and _FIRST_BYTE.search(whole),
        "read the source again, as UTF-8",
    ),
    "stray-character": (_stray, _may_have_stray, "remove it, or write what it was meant to be"),
    "html-leftover": (
        _html,
        lambda whole: "&" in whole or "<" in whole,
        "write the character itself, or Markdown",
    ),
}
"""Kinds of damage → what finds it in a text; whether a question's texts may have any, which is quick; what to do."""


_FOUR_WORDS = re.compile(r"\W*+(?:\w++\W++){3}\w")


def find_short_answers(bank: Bank) -> Iterator[Finding]:
    """Find answers of up to three words, where half of the answers have twenty and more: a note, hardly an answer."""
    import statistics  # brings fractions and decimals, for which a handbook need not wait

    short = [each for each in bank.questions if not _FOUR_WORDS.match(each.answer)]
    if not short:
        return
    lengths = {question.id: len(re.findall(r"\w+", question.answer)) for question in bank.questions}
    usual = statistics.median(lengths.values())
    for question in short if usual >= 20 else ():
        answer = text_of("answer", question.answer, markdown=False)
        wordless = answer.prose != answer.whole or any(_placeholders(answer))
        if 0 < lengths[question.id] <= 3 and not wordless:
            message = (
                f"{question.id}: answer is {_quote_prose(answer.whole)}; half of all have {usual:.0f} words"
            )
            hint = "say more, if there is more to know"
            yield Finding("short-answer", message, hint, question.location, (question.id,))


_WORDS_PER_COMMA = 20
"""Words to a comma in English prose: 15 to 25 are usual."""


def find_lost_commas(bank: Bank) -> Iterator[Finding]:
    """Find English text that lost its commas.

    Over the bank, fewer than a tenth of the usual commas; else questions of 150 words without any.

    By chance, one in 2000 such questions would have none.
    """
    if fold(bank.language).partition("-")[0] != "en":
        return
    found = most = 0
    without = []
    for question in bank.questions:
        prose = " ".join(list_prose(question))
        commas = prose.count(",")
        found += commas
        most += (len(prose) + 1) // 2
        if not commas:
            without.append(question)
    # A word takes two characters at least. Most banks have commas enough for that, and few words of them are counted.
    may_be_all = found * 10 * _WORDS_PER_COMMA < most
    words = {each.id: _count_words(each) for each in (bank.questions if may_be_all else without)}
    total = sum(words.values()) if may_be_all else 0
    everywhere = total >= 300 and found * 10 * _WORDS_PER_COMMA < total
    least = 50 if everywhere else 150
    lost = [each for each in without if words[each.id] >= least]
    if lost:
        if not everywhere:
            total, found = sum(words[question.id] for question in lost), 0
        usual = f"about {total // _WORDS_PER_COMMA:,} are usual"
        message = f"{some_of(ids_of(lost))}: {found} commas in {total:,} words, {usual}"
        hint = "they may have been lost when the source was copied"
        yield Finding("lost-commas", message, hint, lost[0].location, ids_of(lost))


_WORD_IN_PROSE = re.compile(r"[^\W\d_][\w'’-]*")
_WESTERN = "cp1252"
_INSIDE_WORDS = "0123456789_'’-".encode(_WESTERN)
_LETTERS_OF_PROSE = bytes(
    number if _WORD_IN_PROSE.match(bytes([number]).decode(_WESTERN, "replace")) else ord(" ")
    for number in range(256)
)


def _count_words(question: Question) -> int:
    """Return how many words there are in a question's prose, as _WORD_IN_PROSE finds them.

    A word is what has a letter between two characters that no word has. Bytes without all but letters and those can be
    cut at these in a tenth of the time that an expression takes.
    """
    prose = " ".join(list_prose(question))
    try:
        return len(prose.encode(_WESTERN).translate(_LETTERS_OF_PROSE, _INSIDE_WORDS).split())
    except UnicodeEncodeError:
        return len(_WORD_IN_PROSE.findall(prose))


def _quote_prose(text: str) -> str:
    return quote_briefly(text.replace(CODE, "…"))
