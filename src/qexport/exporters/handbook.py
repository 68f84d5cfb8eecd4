"""The handbook: questions → a book in PDF, laid out in chunks, one a question (one a chapter where they flow).

    cover · how to read · contents · parts: an opening, then their questions · indexes · colophon

Chunks know nothing of each other. The order of the questions decides the parts: where all questions of a
technology stand together, each technology is a part with its categories as chapters, else there is one plain list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import groupby, pairwise

from qexport import __version__
from qexport.assembly import Book, OutlineEntry, anchor_folios, link
from qexport.chunk import Chunk
from qexport.editions import Edition
from qexport.exporters import Document, Tools
from qexport.health import answered_follow_ups
from qexport.imposition import booklet
from qexport.options import Options
from qexport.question import Question
from qexport.templating import SECTION_TITLES, inline, question_view
from qexport.themes import stylesheet
from qexport.typesetter import Job

PURPOSES = {
    "answer": "What you would say first, in half a minute.",
    "deep_explanation": "Why it is so, and the terms an interviewer listens for.",
    "real_world_example": "Where it is met at work.",
    "common_mistakes": "What goes wrong, and what gives beginners away.",
    "production_scenario": "A case from production: what happened and what was done.",
    "follow_ups": "What is asked next. Tick what you can answer; an arrow leads to a question that does.",
}

def render(edition: Edition, options: Options, tools: Tools) -> Document:
    """Return the handbook of an edition; its summary counts pages."""
    return _Handbook(edition, options, tools).document()


@dataclass(frozen=True, slots=True)
class _Chapter:
    title: str
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class _Part:
    title: str
    anchor: str
    chapters: Sequence[_Chapter]

    @property
    def questions(self) -> list[Question]:
        return [question for chapter in self.chapters for question in chapter.questions]


class _Handbook:
    """One handbook being made."""

    def __init__(self, edition: Edition, options: Options, tools: Tools) -> None:
        self.edition = edition
        self.options = options
        self.tools = tools
        self.css = _style(options, tools)
        self.on_paper = options["media"] != "screen"
        self.parts = _parts(edition.questions)
        self.answered = answered_follow_ups(edition.questions)
        self.chunks: list[Chunk] = []
        self.warnings: list[str] = []

    def document(self) -> Document:
        jobs = [self._cover(), self._reading(), self._contents()]
        openings = [self._opening(number, part) if part.title else None for number, part in enumerate(self.parts, start=1)]
        groups = [self._groups(part) for part in self.parts]
        jobs += [opening for opening in openings if opening]
        jobs += [self._questions(group) for groups_of_part in groups for group in groups_of_part]
        chunks = iter(self.tools.typesetter.chunks(jobs))

        cover, reading, contents = next(chunks), next(chunks), next(chunks)
        self.chunks = [cover, reading]
        self._on_recto(contents)
        opened = [next(chunks) if opening else None for opening in openings]
        for opening, groups_of_part in zip(opened, groups, strict=True):
            if opening:
                self._on_recto(opening)
            for group in groups_of_part:
                chunk = next(chunks)
                self.warnings += _missing_glyphs(group[0], chunk)
                self.chunks.append(chunk)
        self._back()

        book = Book(
            title=self.edition.title,
            language=self.edition.bank.language,
            subject=f"{self._count()} · {self.edition.scope}",
            creator=f"qexport {__version__}",
            modified=self._date(),
            outline=tuple(self._outline()),
            mirrored=self.on_paper,
        )
        pages = sum(len(chunk.pages) for chunk in self.chunks)
        data, summary = link(self.chunks, book), f"{pages} pages"
        if self.options["imposition"] == "booklet":
            data = booklet(data, str(self.options["paper"]))
            summary += ", two a side"
        return Document(suffix=".pdf", data=data, summary=summary, warnings=tuple(self.warnings))

    # -- chunks ---------------------------------------------------------------------------------------------------

    def _job(self, template: str, parts: object, values: Callable[[], Mapping[str, object]]) -> Job:
        """Return a chunk to be made from a template; its values are needed only if it is not in the cache."""
        frame = {"language": self.edition.bank.language, "title": self.edition.title}

        def html() -> str:
            return self.tools.templates.render(f"handbook/{template}", **{**frame, **values()})

        return Job(parts=("handbook", template, self.tools.look, frame, parts), html=html, css=self.css)

    def _from_values(self, template: str, **values: object) -> Job:
        """Return a chunk whose values are few: they are what it is known by."""
        return self._job(template, values, lambda: values)

    def _on_recto(self, chunk: Chunk) -> None:
        """Add a chunk; on paper it begins at the right."""
        if self.on_paper and sum(len(each.pages) for each in self.chunks) % 2:
            self.chunks.append(self.tools.typesetter.chunk(self._from_values("blank.html.j2")))
        self.chunks.append(chunk)

    def _cover(self) -> Job:
        return self._from_values(
            "cover.html.j2",
            kind="Handbook",
            scope=self.edition.scope,
            count=self._count(),
            overview=_overview(self.edition.questions),
            imprint=[line for line in (self._dated(), self._source(), f"Bank {self._fingerprint()}") if line],
        )

    def _reading(self) -> Job:
        questions = self.edition.questions
        present = {key for question in questions for key in PURPOSES if getattr(question, key)}
        counts = sorted(Counter(each.difficulty for each in questions if each.difficulty is not None).items())
        return self._from_values(
            "reading.html.j2",
            sections=[[key, SECTION_TITLES[key], purpose] for key, purpose in PURPOSES.items() if key in present],
            difficulties=[[value, _questions(count)] for value, count in counts],
        )

    def _contents(self) -> Job:
        back = [[title, anchor] for title, anchor in self._back_matter()]
        return self._from_values("contents.html.j2", parts=[self._part_view(part) for part in self.parts], back=back)

    def _opening(self, number: int, part: _Part) -> Job:
        return self._from_values("part.html.j2", number=number, part=self._part_view(part))

    def _groups(self, part: _Part) -> list[Sequence[Question]]:
        """Return the questions that are laid out together."""
        if self.options["flow"]:
            return [chapter.questions for chapter in part.chapters]
        return [[question] for question in part.questions]

    def _questions(self, group: Sequence[Question]) -> Job:
        common = {"level": 2, "book": self.edition.title, "source": self.edition.bank.source, "notes": self.options["notes"]}
        answers = [self._answers(question) for question in group]
        return self._job(
            "question.html.j2",
            [common, [question.digest() for question in group], answers],
            lambda: {**common, "questions": [self._question_view(question) for question in group]},
        )

    def _back(self) -> None:
        folios = anchor_folios(self.chunks)
        jobs = []
        for _, name in self._back_matter():
            match name:
                case "index":
                    jobs.append(self._from_values("index.html.j2", letters=_letters(self._index(folios))))
                case "difficulties":
                    by_difficulty = groupby(sorted(self._rated(), key=_difficulty), key=_difficulty)
                    groups = [[value, [self._entry(question) for question in group]] for value, group in by_difficulty]
                    jobs.append(self._from_values("difficulties.html.j2", groups=groups))
                case _:
                    jobs.append(self._from_values("colophon.html.j2", facts=[list(fact) for fact in self._facts()]))
        for chunk in self.tools.typesetter.chunks(jobs):
            self._on_recto(chunk)

    # -- views: what templates see --------------------------------------------------------------------------------

    def _entry(self, question: Question) -> dict[str, object]:
        return {
            "anchor": anchor(question),
            "id": question.id,
            "question": inline(question.question, question.markup),
            "difficulty": question.difficulty,
        }

    def _part_view(self, part: _Part) -> dict[str, object]:
        return {
            "title": part.title,
            "anchor": part.anchor,
            "tally": _tally(part),
            "chapters": [
                {"title": chapter.title, "entries": [self._entry(question) for question in chapter.questions]}
                for chapter in part.chapters
            ],
        }

    def _answers(self, question: Question) -> list[list[dict[str, str]]]:
        """Return, for each follow-up, the questions that answer it."""
        return [
            [{"anchor": anchor(each), "id": each.id} for each in self.answered.get((question.id, index), ())]
            for index in range(len(question.follow_ups))
        ]

    def _question_view(self, question: Question) -> dict[str, object]:
        view = question_view(question)
        follow_ups = [
            {"html": html, "answers": answers}
            for html, answers in zip(view["follow_ups"], self._answers(question), strict=True)
        ]
        meta = " · ".join(filter(None, (question.technology, question.category, question.level)))
        return {**view, "follow_ups": follow_ups, "anchor": anchor(question), "meta": meta}

    def _back_matter(self) -> Iterator[tuple[str, str]]:
        yield "Index of terms", "index"
        if self._rated():
            yield "Questions by difficulty", "difficulties"
        yield "Colophon", "colophon"

    def _rated(self) -> list[Question]:
        return [question for question in self.edition.questions if question.difficulty is not None]

    def _index(self, folios: Mapping[str, int]) -> Iterator[tuple[str, bool, list[dict[str, str]]]]:
        """Yield (term, whether it is code, its places) in alphabetical order; code only where it recurs."""
        pages: dict[tuple[str, bool], dict[int, str]] = defaultdict(dict)
        first = 1
        anchors = {folios[anchor(question)]: question for question in self.edition.questions}
        for chunk in self.chunks:
            for page, term in chunk.terms:
                pages[term, True][first + page] = ""
            for page in range(len(chunk.pages)):
                question = anchors.get(first + page)
                if question is not None:
                    for name in {question.technology, question.category, *question.tags} - {""}:
                        pages[name, False][first + page] = anchor(question)
            first += len(chunk.pages)
        nearest = sorted(folios.items(), key=lambda item: item[1])
        for (name, code), on in sorted(pages.items(), key=lambda item: (item[0][0].strip("_.").casefold(), item[0])):
            if code and len(on) < 2:
                continue
            places = []
            for start, end in _ranges(sorted(on)):
                to = [place for place, folio in nearest if folio <= start and place.startswith(("q-", "part-"))][-1]
                places.append({"pages": str(start) if start == end else f"{start}–{end}", "anchor": to})
            yield name, code, places

    def _outline(self) -> Iterator[OutlineEntry]:
        yield OutlineEntry("How to read this book", "reading")
        yield OutlineEntry("Contents", "contents")
        for part in self.parts:
            chapters = []
            for chapter in part.chapters:
                entries = [OutlineEntry(f"{each.id} {each.question}", anchor(each)) for each in chapter.questions]
                chapters += [OutlineEntry(chapter.title, entries[0].anchor, tuple(entries))] if chapter.title else entries
            if part.title:
                yield OutlineEntry(part.title, part.anchor, tuple(chapters))
            else:
                yield from chapters
        for title, name in self._back_matter():
            yield OutlineEntry(title, name)

    # -- words ----------------------------------------------------------------------------------------------------

    def _count(self) -> str:
        claimed = self.edition.bank.claims.questions or len(self.edition.bank.questions)
        return f"{len(self.edition.questions)} of {claimed} questions"

    def _source(self) -> str:
        return f"Source: {self.edition.bank.source}" if self.edition.bank.source else ""

    def _date(self) -> str:
        """Return the date of the edition (ISO 8601): as asked for, else when the bank last changed by its lock."""
        if self.options["dated"]:
            return f"{self.options['dated']}T00:00:00Z"
        if self.edition.lock is None:
            return ""
        latest = max(stamp.modified for stamp in self.edition.lock.notes.values())
        return datetime.fromtimestamp(latest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _dated(self) -> str:
        day = self._date()[:10]
        words = datetime.fromisoformat(day).strftime(f"{int(day[8:])} %B %Y") if day else ""
        version = f"Version {self.options['release']}" if self.options["release"] else ""
        return ", ".join(filter(None, (version, words)))

    def _fingerprint(self) -> str:
        """Return a short digest of the bank's questions, which two books of the same bank share."""
        return sha256("".join(question.digest() for question in self.edition.bank.questions).encode()).hexdigest()[:12]

    def _facts(self) -> Iterator[tuple[str, str]]:
        yield "Questions", f"{self._count()}: {self.edition.scope}"
        if self.edition.bank.source:
            yield "Source", self.edition.bank.source
        if dated := self._dated():
            yield "Edition", dated
        yield "Bank", f"{self.edition.bank.namespace}, fingerprint {self._fingerprint()}"
        yield "Type", "Source Serif and Source Sans by Frank Grießhammer and Paul D. Hunt, IBM Plex Mono by Mike Abbink; SIL OFL"
        yield "Made with", f"qexport {__version__}, WeasyPrint and HarfBuzz"


def _missing_glyphs(question: Question, chunk: Chunk) -> list[str]:
    if not chunk.missing:
        return []
    named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in chunk.missing)
    return [f"{question.location}: {question.id}: no bundled font has {named}"]


def anchor(question: Question) -> str:
    """Return the name of a question's place in the book: its id where that is a plain word, else a digest."""
    plain = question.id.isascii() and all(character.isalnum() or character in "-_." for character in question.id)
    return f"q-{question.id}" if plain else f"q-{sha256(question.id.encode()).hexdigest()[:16]}"


def _style(options: Options, tools: Tools) -> str:
    paper, media = options["paper"], options["media"]
    wide = paper in ("a4", "letter") and not options["large-print"]
    names = ["shared/type.css", "handbook/book.css", "shared/prose.css"]
    names += [f"handbook/paper-{paper}.css", f"handbook/layout-{'side' if wide else 'stacked'}.css"]
    names += ["handbook/large-print.css"] if options["large-print"] else []
    names += [f"handbook/media-{kind}.css" for kind in {"screen": ["screen"], "print": ["print"], "prepress": ["print", "prepress"]}[str(media)]]
    return stylesheet([*((name, tools.templates.source(name)) for name in names), *tools.styles])


def _parts(questions: Sequence[Question]) -> Sequence[_Part]:
    """Return the parts of the book in the questions' order; one without a title where technologies come back."""
    runs = _runs(questions, "technology")
    if runs is None:
        return [_Part("", "", [_Chapter("", questions)])]
    parts = []
    for number, (technology, part) in enumerate(runs, start=1):
        chapters = _runs(part, "category") or [("", part)]
        alone = [category for category, _ in chapters] == [technology]
        parts.append(_Part(technology, f"part-{number}", [_Chapter("" if alone else title, run) for title, run in chapters]))
    return parts


def _runs(questions: Sequence[Question], field: str) -> list[tuple[str, Sequence[Question]]] | None:
    """Return the questions by the value of a field, or None where the same value stands in two places."""
    runs = [(value, tuple(run)) for value, run in groupby(questions, key=lambda question: getattr(question, field))]
    return runs if len({value for value, _ in runs}) == len(runs) else None


def _ranges(pages: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of each run of consecutive pages."""
    start = pages[0]
    for page, following in pairwise([*pages, -1]):
        if following != page + 1:
            yield start, page
            start = following


def _letters(terms: Iterable[tuple[str, bool, list[dict[str, str]]]]) -> list[list[object]]:
    def initial(term: tuple[str, bool, list[dict[str, str]]]) -> str:
        first = term[0].strip("_.")[:1].upper()
        return first if first.isalpha() else "0–9 and signs"

    return [
        [letter, [{"name": name, "code": code, "places": places} for name, code, places in group]]
        for letter, group in groupby(terms, key=initial)
    ]


def _tally(part: _Part) -> str:
    counts = [f"{chapter.title} {len(chapter.questions)}" for chapter in part.chapters if chapter.title]
    rated = sorted({question.difficulty for question in part.questions if question.difficulty is not None})
    difficulty = [f"difficulty {rated[0]}–{rated[-1]}" if len(rated) > 1 else f"difficulty {rated[0]}"] if rated else []
    return " · ".join([_questions(len(part.questions)), *(counts if len(counts) > 1 else []), *difficulty])


def _questions(count: int) -> str:
    return "1 question" if count == 1 else f"{count} questions"


def _difficulty(question: Question) -> int:
    return question.difficulty or 0


def _overview(questions: Sequence[Question]) -> dict[str, object]:
    """Return the drawing of technology × difficulty: where its names, its scale and a square a question stand."""
    counts: dict[str, dict[int, int]] = {}
    for question in questions:
        if question.technology and question.difficulty is not None:
            row = counts.setdefault(question.technology, defaultdict(int))
            row[question.difficulty] += 1
    left, step, high = 62, 11, 11
    rows = []
    for index, (name, row) in enumerate(counts.items()):
        base = (index + 1) * high - 2.5
        squares = []
        for difficulty, count in sorted(row.items()):
            for number in range(min(count, 9)):  # three by three fit; more are told, not drawn
                x = left + (difficulty - 1) * step + 1 + number % 3 * 3.1
                squares.append([round(x, 2), round(base - 3 - number // 3 * 3.1, 2)])
        rows.append({"name": name if len(name) < 22 else f"{name[:20]}…", "base": base, "squares": squares})
    said = "; ".join(
        f"{name}: {', '.join(f'{count} of difficulty {value}' for value, count in sorted(row.items()))}" for name, row in counts.items()
    )
    return {
        "rows": rows if len(rows) <= 8 else [],
        "left": left,
        "width": left + 10 * step,
        "height": len(rows) * high + 8,
        "scale": [[left + (value - 0.5) * step, value] for value in range(1, 11)],
        "said": f"Questions by technology and difficulty. {said}",
    }
