"""The handbook: questions → a book in PDF, laid out in chunks, one a question (one a chapter where they flow).

    cover · how to read · contents · parts: an opening, then their questions · indexes · colophon

Chunks know nothing of each other. The order of the questions decides the parts: where all questions of a
technology stand together, each technology is a part with its categories as chapters, else there is one plain list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from qexport import __version__
from qexport.bank.lock import Edition
from qexport.bank.model import Question
from qexport.content.index_terms import index_terms
from qexport.content.question_view import SECTION_TITLES
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import Job
from qexport.outputs.book.entries import anchor, outline_entry
from qexport.outputs.book.glyphs import missing_glyphs
from qexport.outputs.book.lists import List, Row
from qexport.outputs.book.parts import Part, how_many, tally
from qexport.outputs.book.press import Press
from qexport.outputs.document import Document, Tools
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook.index import FEWEST, index_list
from qexport.pdf.linker import anchor_folios
from qexport.pdf.metadata import OutlineEntry

PURPOSES = {
    "answer": "What you would say first, in half a minute.",
    "deep_explanation": "Why it is so, and the terms an interviewer listens for.",
    "real_world_example": "Where it is met at work.",
    "common_mistakes": "What goes wrong, and what gives beginners away.",
    "production_scenario": "A case from production: what happened and what was done.",
    "follow_ups": "What is asked next. Tick what you can answer; an arrow leads to a question that does.",
}


FLOWING = 20
"""Questions that are laid out together at most where they flow: half a page is lost from one such group to the next."""


def render(edition: Edition, options: HandbookOptions, tools: Tools) -> Document:
    """Return the handbook of an edition; its summary counts pages."""
    return _Handbook(edition, options, tools).document()


class _Handbook:
    """One handbook being made."""

    def __init__(self, edition: Edition, options: HandbookOptions, tools: Tools) -> None:
        self.edition = edition
        self.options = options
        self.press = Press(edition, options, tools)
        self.scheduler = tools.scheduler
        self.chunks: list[Chunk] = []
        self.terms = index_terms(edition.questions, edition.bank.language)

    def document(self) -> Document:
        contents, difficulties = self._contents(), self._difficulties()
        openings = [
            self._opening(number, part) for number, part in enumerate(self.press.parts, start=1) if part.title
        ]
        lists = [contents, *difficulties, *openings]
        groups = [self._groups(part) for part in self.press.parts]
        jobs = [self.press.cover("Handbook"), self._reading(), self._colophon()]
        jobs += [job for each in lists for job in each.jobs()]
        jobs += [self._questions(group) for groups_of_part in groups for group in groups_of_part]
        chunks = iter(self.scheduler.chunks(jobs))
        cover, reading, colophon = (next(chunks) for _ in range(3))
        fonts = self.scheduler.fonts
        pages = iter([each.pages([next(chunks) for _ in each.jobs()], fonts) for each in lists])
        told = next(pages)
        by_difficulty = [next(pages) for _ in difficulties]

        self.chunks = [cover, reading]
        self.press.on_recto(self.chunks, *told)
        for part, groups_of_part in zip(self.press.parts, groups, strict=True):
            if part.title:
                self.press.on_recto(self.chunks, *next(pages))
            self.chunks += [next(chunks) for _ in groups_of_part]
        for each in [*self._index(), *by_difficulty]:
            self.press.on_recto(self.chunks, *each)
        self.press.on_recto(self.chunks, colophon)

        folios = anchor_folios(self.chunks)
        missing = {each for chunk in self.chunks for each in chunk.missing}
        data, summary = self.press.bound(self.chunks, self._outline())
        return Document(
            suffix=".pdf",
            data=data,
            summary=summary,
            warnings=missing_glyphs(self.edition.questions, missing),
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

    def _contents(self) -> List:
        template = "handbook/contents.html.j2"
        rows = [Row(self.press.row(title="How to read this book", place="reading"))]
        for part in self.press.parts:
            above = [self.press.heading(template, part.title, 2, anchor=part.anchor)] if part.title else []
            rows += self.press.rows(part, template, *above)
        back = self.press.heading(template, "At the back", 2)
        rows += [
            Row(self.press.row(title=title, place=place), (back,)) for title, place in self._back_matter()
        ]
        return self.press.list_of(template, rows, fit=True)

    def _opening(self, number: int, part: Part) -> List:
        template = "handbook/part.html.j2"
        rows = list(self.press.rows(part, template, level=2))
        return self.press.list_of(
            template,
            rows,
            head=part.title,
            number=number,
            title=part.title,
            anchor=part.anchor,
            tally=tally(part),
        )

    def _groups(self, part: Part) -> list[Sequence[Question]]:
        """Return the questions that are laid out together."""
        if self.options.flow:
            return _evenly(part.questions, FLOWING)
        return [[question] for question in part.questions]

    def _questions(self, group: Sequence[Question]) -> Job:
        return self.press.questions(
            group,
            "handbook/question.html.j2",
            level=2,
            notes=self.options.ruled_lines,
            flow=self.options.flow,
        )

    def _index(self) -> list[list[Chunk]]:
        """Return the pages of the index: the one list whose text depends on the pages of the book."""
        if not self._has_index():
            return []
        index = index_list(self.press, self.terms, self.edition.questions, anchor_folios(self.chunks))
        return [index.pages(self.scheduler.chunks(index.jobs()), self.scheduler.fonts)]

    def _difficulties(self) -> list[List]:
        template = "handbook/difficulties.html.j2"
        rows = []
        for value, rated in groupby(sorted(self._rated(), key=_difficulty), key=_difficulty):
            above = self.press.heading(template, f"Difficulty {value} of 10", 2, difficulty=value)
            rows += [Row(self.press.row(**self.press.entry(question)), (above,)) for question in rated]
        return [self.press.list_of(template, rows)] if rows else []

    def _colophon(self) -> Job:
        return self.press.from_values(
            "handbook/colophon.html.j2", facts=[list(fact) for fact in self._facts()]
        )

    def _back_matter(self) -> Iterator[tuple[str, str]]:
        if self._has_index():
            yield "Index", "index"
        if self._rated():
            yield "Questions by difficulty", "difficulties"
        yield "Colophon", "colophon"

    def _has_index(self) -> bool:
        """Say whether there is an index, which the contents must know before it is made."""
        return len(self.terms) >= FEWEST

    def _rated(self) -> list[Question]:
        return [question for question in self.edition.questions if question.difficulty is not None]

    def _outline(self) -> Iterator[OutlineEntry]:
        yield OutlineEntry("How to read this book", "reading")
        yield OutlineEntry("Contents", "contents")
        for part in self.press.parts:
            chapters = []
            for chapter in part.chapters:
                entries = [outline_entry(each) for each in chapter.questions]
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
        if self.edition.bank.licence:
            yield "Licence", self.edition.bank.licence
        if dated := self.press.dated():
            yield "Edition", dated.removeprefix("Edition ")
        yield "Bank", f"{self.edition.bank.namespace}, fingerprint {self.press.fingerprint()}"
        yield (
            "Type",
            "Source Serif and Source Sans by Frank Grießhammer and Paul D. Hunt, IBM Plex Mono by Mike Abbink; SIL OFL",
        )
        yield "Made with", f"qexport {__version__}, WeasyPrint and HarfBuzz"


def _evenly(questions: Sequence[Question], most: int) -> list[Sequence[Question]]:
    """Return questions in as few groups as can be, of about the same size."""
    count = -(-len(questions) // most)
    ends = [len(questions) * number // count for number in range(count + 1)]
    return [questions[start:end] for start, end in pairwise(ends)]


def _difficulty(question: Question) -> int:
    return question.difficulty or 0
