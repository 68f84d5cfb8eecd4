"""The handbook: questions → a book in PDF, laid out in chunks, one a question (one a chapter where they flow).

    cover · how to read · contents · parts: an opening, then their questions · indexes · colophon

Chunks know nothing of each other. The order of the questions decides the parts: where all questions of a
technology stand together, each technology is a part with its categories as chapters, else there is one plain list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, islice

from qexport.bank.lock import Edition
from qexport.bank.model import Question
from qexport.content.index_terms import index_terms
from qexport.content.key_terms import choose_terms
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import WORTH_A_POOL, Job
from qexport.outputs.book.binding import bind_edition, end_processes
from qexport.outputs.book.cover import make_cover
from qexport.outputs.book.entries import anchor
from qexport.outputs.book.glyphs import missing_glyphs
from qexport.outputs.book.lists import List, ListPages
from qexport.outputs.book.parts import Part
from qexport.outputs.book.press import Press
from qexport.outputs.book.question_pages import QuestionPages
from qexport.outputs.document import Document, Tools
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook.contents import (
    list_contents,
    list_difficulties,
    list_outline,
    list_part_openings,
)
from qexport.outputs.handbook.index import count_most_folios, index_list, with_pages
from qexport.outputs.handbook.matter import make_progress_table, make_published_page, make_reading_page
from qexport.outputs.handbook.plan import (
    ROOM,
    expect_squeeze,
    fill_spreads,
    group_questions,
    pair_pages,
    plan_matter,
)
from qexport.pdf.folio_lists import anchor_folios

MOST_SET_OFF_TERMS = 8
"""Terms that are set off in one explanation: more would make a pattern of it."""

RULE = 8
"""Millimetres from one ruled line to the next."""


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
        listed = edition.bank.terms
        kept = self.scheduler.values("terms")
        self.terms = index_terms(
            edition.questions, edition.bank.language, kept, self.scheduler.memory, listed
        )
        shown = self.terms if options.key_terms else ()
        key_terms = {
            each.id: choose_terms(each, shown, most=MOST_SET_OFF_TERMS, listed=listed)
            for each in (edition.questions if shown or listed else ())
        }
        self.pages = QuestionPages(self.press, key_terms)
        self.told = "a" if options.hides_answers else "q"
        """The kind of places where answers are."""
        self.matter = plan_matter(edition.questions, self.press.parts, len(self.terms), options)

    def document(self) -> Document:
        contents = [list_contents(self.press, self.matter)] if self.matter.contents else []
        difficulties = [list_difficulties(self.press)] if self.matter.difficulties else []
        lists = [*contents, *difficulties, *list_part_openings(self.press, self.matter)]
        questions = [[self._questions(group) for group in self._groups(part)] for part in self.press.parts]
        jobs = [
            make_cover(self.press, self.press.language.label("handbook")),
            make_reading_page(self.press, explained=self.matter.reading),
        ]
        list_pages = ListPages(lists, self.scheduler)
        jobs += list_pages.jobs()
        jobs += [job for of_part in questions for together in of_part for job in together]
        jobs += [make_progress_table(self.press)] * self.matter.progress
        jobs += self._absent_terms(jobs)
        chunks = iter(self.scheduler.chunks(jobs))
        if self.scheduler.cache:  # without one, the lines of the index are yet to be laid out
            end_processes(self.press)
        self.chunks = [next(chunks), next(chunks)]
        pages = iter(list_pages.set(chunks))
        for _ in contents:
            self.press.on_recto(self.chunks, *next(pages))
        by_difficulty = [next(pages) for _ in difficulties]
        for part, of_part in zip(self.press.parts, questions, strict=True):
            if part.anchor in self.matter.opened:
                self.press.on_recto(self.chunks, *next(pages))
            groups = [[next(chunks) for _ in together] for together in of_part]
            for number, together in enumerate(groups):
                self._add(together, chain.from_iterable(islice(groups, number, None)))
        for _ in range(self.matter.progress):
            self.press.on_recto(self.chunks, next(chunks))
        for each in [*self._index(), *by_difficulty]:
            self.press.on_recto(self.chunks, *each)
        if self.options.published_at:
            self.chunks.append(
                self.scheduler.chunk(make_published_page(self.press, self.options.published_at))
            )

        folios = anchor_folios(self.chunks)
        missing = {each for chunk in self.chunks for each in chunk.missing}
        data, summary, amounts = bind_edition(
            self.press,
            self.chunks,
            list_outline(self.press, self.matter),
            technologies=self._technologies(folios),
        )
        return Document(
            suffix=".pdf",
            data=data,
            summary=summary,
            amounts=amounts,
            warnings=(
                *missing_glyphs(self.edition.questions, missing),
                *self.pages.warn_of_tables("a page of the handbook"),
            ),
            folios={question.id: folios[anchor(question, self.told)] for question in self.edition.questions},
        )

    def _technologies(self, folios: Mapping[str, int]) -> dict[int, str]:
        """Return the technology of each page with questions: that of the last question on it."""
        pages: dict[int, str] = {}
        questions = self.edition.questions
        last = (
            folios.get("progress")
            or folios.get("index")
            or folios.get("difficulties")
            or folios.get("published")
            or 1 + sum(len(each.pages) for each in self.chunks)
        )
        ends = [*(folios[anchor(question)] for question in questions[1:]), last]
        for question, end in zip(questions, ends, strict=True):
            if question.technology:
                start = folios[anchor(question)]
                pages |= dict.fromkeys(range(start, max(start + 1, end)), question.technology)
        opened = {part.anchor: part.title for part in self.press.parts if part.anchor in self.matter.opened}
        for place, title in opened.items():
            pages[folios[place]] = title
        return pages

    def _groups(self, part: Part) -> Iterator[Sequence[Question]]:
        """Yield the questions of a part that are laid out together."""
        measures = self.press.measures
        if self.options.hides_answers:
            return pair_pages(part.questions, measures)
        return group_questions(part.questions, self.options, measures)

    def _questions(self, group: Sequence[Question]) -> list[Job]:
        """Return the pages of some questions; where answers are hidden, those to be asked on and those behind them."""
        if self.options.hides_answers:
            asked = self.pages.make_job(
                group, "handbook/asked.html.j2", level=2, notes=True, flow=False, lines=ROOM
            )
            told = self.pages.make_job(
                group, "handbook/told.html.j2", kind="a", level=2, notes=False, flow=len(group) > 1
            )
            return [asked, told]
        flow = len(group) > 1 or self.options.flow or self.options.economy
        notes = self.options.ruled_lines
        squeeze = 0 if flow or notes else expect_squeeze(group[0], self.press.measures)
        return [
            self.pages.make_job(
                group, "handbook/question.html.j2", level=2, notes=notes, flow=flow, squeeze=squeeze
            )
        ]

    def _add(self, chunks: Sequence[Chunk], ahead: Iterable[Chunk]) -> None:
        """Add the pages of questions; on paper they begin at the left if that keeps each on pages that lie open.

        Args:
            chunks: the pages of one group of questions.
            ahead: these and all that follow in the part, looked at on paper only.
        """
        if self.press.on_paper and self.options.hides_answers:
            count = sum(len(each.pages) for each in self.chunks)
            self._turn_to_verso(ruled=not self._begins_part(count))
        elif self.press.on_paper and fill_spreads([len(each.pages) for each in ahead]):
            self._turn_to_verso(ruled=self.options.ruled_lines)
        self.chunks += chunks

    def _turn_to_verso(self, *, ruled: bool) -> None:
        """Add a page, to write on or blank, unless the next one is a left page already."""
        if sum(len(each.pages) for each in self.chunks) % 2 == 0:
            template = "handbook/ruled.html.j2" if ruled else "handbook/blank.html.j2"
            lines = int(self.press.measures.height / RULE)
            self.chunks.append(self.scheduler.chunk(self.press.from_values(template, lines=lines)))

    def _begins_part(self, count: int) -> bool:
        """Return whether no question stands on the pages so far."""
        return (
            not any(name.startswith("a-") for each in self.chunks for name, *_ in each.anchors) and count > 0
        )

    @cached_property
    def _terms_alone(self) -> List:
        """The index without its pages."""
        return index_list(self.press, self.terms)

    def _absent_terms(self, others: Sequence[Job]) -> list[Job]:
        """Return the lines of the index that are not in the cache: they are laid out with all else, on all cores.

        Of a book that has little else to be laid out, they are when they are needed, if that is so.
        """
        if not self.matter.index or not self.scheduler.cache:
            return []
        if len(self.scheduler.absent(others)) < WORTH_A_POOL:
            return []
        return self.scheduler.absent(self._terms_alone.jobs())

    def _index(self) -> list[list[Chunk]]:
        """Return the pages of the index: the one list whose text depends on the pages of the book."""
        if not self.matter.index:
            return []
        folios = anchor_folios(self.chunks)
        most = count_most_folios(self.press.measures)
        index = with_pages(
            self._terms_alone, self.terms, self.edition.questions, folios, self.told, most=most
        )
        pages = ListPages([index], self.scheduler)
        return pages.set(iter(self.scheduler.chunks(pages.jobs())))
