"""The handbook: questions → a book in PDF, laid out in chunks, one a question (one a chapter where they flow).

    cover · how to read · contents · parts: an opening, then their questions · indexes · colophon

Chunks know nothing of each other. The order of the questions decides the parts: where all questions of a
technology stand together, each technology is a part with its categories as chapters, else there is one plain list.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from qexport import __version__
from qexport.assembly import OutlineEntry, anchor_folios
from qexport.book import Part, Press, anchor, how_many, missing_glyphs
from qexport.chunk import Chunk
from qexport.editions import Edition
from qexport.exporters import Document, Tools, quiz
from qexport.options import Options
from qexport.question import Question
from qexport.templating import SECTION_TITLES
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
    """Return the handbook of an edition, or its quiz; its summary counts pages."""
    if options["edition"] == "quiz":
        return quiz.render(edition, options, tools)
    return _Handbook(edition, options, tools).document()


class _Handbook:
    """One handbook being made."""

    def __init__(self, edition: Edition, options: Options, tools: Tools) -> None:
        self.edition = edition
        self.options = options
        self.press = Press(edition, options, tools)
        self.typesetter = tools.typesetter
        self.chunks: list[Chunk] = []
        self.warnings: list[str] = []

    def document(self) -> Document:
        jobs = [self.press.cover("Handbook"), self._reading(), self._contents()]
        openings = [
            self._opening(number, part) if part.title else None
            for number, part in enumerate(self.press.parts, start=1)
        ]
        groups = [self._groups(part) for part in self.press.parts]
        jobs += [opening for opening in openings if opening]
        jobs += [self._questions(group) for groups_of_part in groups for group in groups_of_part]
        chunks = iter(self.typesetter.chunks(jobs))

        cover, reading, contents = next(chunks), next(chunks), next(chunks)
        self.chunks = [cover, reading]
        self.press.on_recto(self.chunks, contents)
        opened = [next(chunks) if opening else None for opening in openings]
        for opening, groups_of_part in zip(opened, groups, strict=True):
            if opening:
                self.press.on_recto(self.chunks, opening)
            for group in groups_of_part:
                chunk = next(chunks)
                self.warnings += missing_glyphs(group, chunk.missing)
                self.chunks.append(chunk)
        self._back()

        data, summary = self.press.bound(self.chunks, self._outline())
        folios = anchor_folios(self.chunks)
        return Document(
            suffix=".pdf",
            data=data,
            summary=summary,
            warnings=tuple(self.warnings),
            folios={question.id: folios[anchor(question)] for question in self.edition.questions},
        )

    def _reading(self) -> Job:
        questions = self.edition.questions
        present = {key for question in questions for key in PURPOSES if getattr(question, key)}
        counts = sorted(Counter(each.difficulty for each in questions if each.difficulty is not None).items())
        return self.press.from_values(
            "handbook/reading.html.j2",
            sections=[
                [key, SECTION_TITLES[key], purpose] for key, purpose in PURPOSES.items() if key in present
            ],
            difficulties=[[value, how_many(count)] for value, count in counts],
        )

    def _contents(self) -> Job:
        back = [[title, anchor] for title, anchor in self._back_matter()]
        return self.press.from_values(
            "handbook/contents.html.j2",
            parts=[self.press.part_view(part) for part in self.press.parts],
            back=back,
        )

    def _opening(self, number: int, part: Part) -> Job:
        return self.press.from_values("handbook/part.html.j2", number=number, part=self.press.part_view(part))

    def _groups(self, part: Part) -> list[Sequence[Question]]:
        """Return the questions that are laid out together."""
        if self.options["flow"]:
            return [chapter.questions for chapter in part.chapters]
        return [[question] for question in part.questions]

    def _questions(self, group: Sequence[Question]) -> Job:
        return self.press.questions(group, "handbook/question.html.j2", level=2, notes=self.options["notes"])

    def _back(self) -> None:
        folios = anchor_folios(self.chunks)
        jobs = []
        for _, name in self._back_matter():
            match name:
                case "index":
                    jobs.append(
                        self.press.from_values(
                            "handbook/index.html.j2", letters=_letters(self._index(folios))
                        )
                    )
                case "difficulties":
                    by_difficulty = groupby(sorted(self._rated(), key=_difficulty), key=_difficulty)
                    groups = [
                        [value, [self.press.entry(question) for question in group]]
                        for value, group in by_difficulty
                    ]
                    jobs.append(self.press.from_values("handbook/difficulties.html.j2", groups=groups))
                case _:
                    jobs.append(
                        self.press.from_values(
                            "handbook/colophon.html.j2", facts=[list(fact) for fact in self._facts()]
                        )
                    )
        for chunk in self.typesetter.chunks(jobs):
            self.press.on_recto(self.chunks, chunk)

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
        for (name, code), on in sorted(
            pages.items(), key=lambda item: (item[0][0].strip("_.").casefold(), item[0])
        ):
            if code and len(on) < 2:
                continue
            places = []
            for start, end in _ranges(sorted(on)):
                to = [
                    place for place, folio in nearest if folio <= start and place.startswith(("q-", "part-"))
                ][-1]
                places.append({"pages": str(start) if start == end else f"{start}–{end}", "anchor": to})
            yield name, code, places

    def _outline(self) -> Iterator[OutlineEntry]:
        yield OutlineEntry("How to read this book", "reading")
        yield OutlineEntry("Contents", "contents")
        for part in self.press.parts:
            chapters = []
            for chapter in part.chapters:
                entries = [
                    OutlineEntry(f"{each.id} {each.question}", anchor(each)) for each in chapter.questions
                ]
                chapters += (
                    [OutlineEntry(chapter.title, entries[0].anchor, tuple(entries))]
                    if chapter.title
                    else entries
                )
            if part.title:
                yield OutlineEntry(part.title, part.anchor, tuple(chapters))
            else:
                yield from chapters
        for title, name in self._back_matter():
            yield OutlineEntry(title, name)

    def _facts(self) -> Iterator[tuple[str, str]]:
        yield "Questions", f"{self.press.count()}: {self.edition.scope}"
        if self.edition.bank.source:
            yield "Source", self.edition.bank.source
        if dated := self.press.dated():
            yield "Edition", dated
        yield "Bank", f"{self.edition.bank.namespace}, fingerprint {self.press.fingerprint()}"
        yield (
            "Type",
            "Source Serif and Source Sans by Frank Grießhammer and Paul D. Hunt, IBM Plex Mono by Mike Abbink; SIL OFL",
        )
        yield "Made with", f"qexport {__version__}, WeasyPrint and HarfBuzz"


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


def _difficulty(question: Question) -> int:
    return question.difficulty or 0
