"""The handbook: questions → a book in PDF, laid out in chunks, one a question (one a chapter where they flow).

    cover · how to read · contents · parts: an opening, then their questions · indexes · colophon

Chunks know nothing of each other. The order of the questions decides the parts: where all questions of a
technology stand together, each technology is a part with its categories as chapters, else there is one plain list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby

from qexport import __version__
from qexport.bank.lock import Edition
from qexport.bank.model import Question
from qexport.common.qr_code import draw_as_path
from qexport.content.index_terms import index_terms
from qexport.content.key_terms import choose_terms
from qexport.content.question_view import SECTION_TITLES
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import WORTH_A_POOL, Job
from qexport.outputs.book.entries import anchor, outline_entry
from qexport.outputs.book.glyphs import missing_glyphs
from qexport.outputs.book.lists import List, ListPages, ListRow
from qexport.outputs.book.parts import Part, tally
from qexport.outputs.book.press import FINGERPRINT, Press
from qexport.outputs.document import Document, Tools
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook.index import index_list, with_pages
from qexport.outputs.handbook.plan import ROOM, fill_spreads, group_questions, pair_pages, plan_matter
from qexport.outputs.paper import PAPERS
from qexport.pdf.linker import anchor_folios
from qexport.pdf.metadata import OutlineEntry

MOST_SET_OFF_TERMS = 8
"""Terms that are set off in one explanation: more would make a pattern of it."""

ROUNDS = 4
"""Times that one goes through the questions, of which the table of progress has columns."""

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
        self.language = self.press.language
        self.scheduler = tools.scheduler
        self.chunks: list[Chunk] = []
        listed = edition.bank.terms
        kept = self.scheduler.values("terms")
        self.terms = index_terms(
            edition.questions, edition.bank.language, kept, self.scheduler.memory, listed
        )
        if options.key_terms or listed:
            shown = self.terms if options.key_terms else ()
            self.press.key_terms = {
                each.id: choose_terms(each, shown, most=MOST_SET_OFF_TERMS, listed=listed)
                for each in edition.questions
            }
        self.told = "a" if options.hides_answers else "q"
        """The kind of places where answers are."""
        self.matter = plan_matter(edition.questions, self.press.parts, len(self.terms), options)

    def document(self) -> Document:
        contents, difficulties = self._contents(), self._difficulties()
        openings = [
            self._opening(number, part)
            for number, part in enumerate(self.press.parts, start=1)
            if part.anchor in self.matter.opened
        ]
        lists = [*contents, *difficulties, *openings]
        questions = [[self._questions(group) for group in self._groups(part)] for part in self.press.parts]
        jobs = [self.press.cover(self.language.label("handbook")), self._reading()]
        list_pages = ListPages(lists, self.scheduler)
        jobs += list_pages.jobs()
        jobs += [job for of_part in questions for together in of_part for job in together]
        jobs += self._progress()
        jobs += self._absent_terms(jobs)
        chunks = iter(self.scheduler.chunks(jobs))
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
                self._add(together, [each for after in groups[number:] for each in after])
        for _ in range(self.matter.progress):
            self.press.on_recto(self.chunks, next(chunks))
        for each in [*self._index(), *by_difficulty]:
            self.press.on_recto(self.chunks, *each)
        if self.options.published_at:
            self.chunks.append(self.scheduler.chunk(self._published()))

        folios = anchor_folios(self.chunks)
        missing = {each for chunk in self.chunks for each in chunk.missing}
        data, summary, amounts = self.press.bound(
            self.chunks, self._outline(), technologies=self._technologies(folios)
        )
        return Document(
            suffix=".pdf",
            data=data,
            summary=summary,
            amounts=amounts,
            warnings=(
                *missing_glyphs(self.edition.questions, missing),
                *self.press.warn_of_tables("a page of the handbook"),
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

    def _reading(self) -> Job:
        """Return the page behind the cover: how to read the book, where that is not plain, and its colophon."""
        questions = self.edition.questions
        present = {key for question in questions for key in SECTION_TITLES if getattr(question, key)}
        counts = sorted(Counter(each.difficulty for each in questions if each.difficulty is not None).items())
        return self.press.from_values(
            "handbook/reading.html.j2",
            sections=[
                [key, self.language.label(key), self.language.label(f"purpose_{key}")]
                for key in SECTION_TITLES
                if key in present
            ],
            difficulties=[[value, self.language.count(count)] for value, count in counts],
            explained=self.matter.reading,
            facts=[[*fact, ""][:3] for fact in self._facts()],
        )

    def _published(self) -> Job:
        """Return the last page: where this edition is on the web."""
        address = self.options.published_at
        size, path = draw_as_path(address)
        return self.press.from_values(
            "handbook/published.html.j2",
            edition=self.press.dated(),
            code={"address": address, "size": size, "path": path},
        )

    def _contents(self) -> list[List]:
        if not self.matter.contents:
            return []
        template = "handbook/contents.html.j2"
        rows = [
            ListRow(self.press.row(title=self.language.label("reading_title"), place="reading"))
        ] * self.matter.reading
        for part in self.press.parts:
            above = [self.press.heading(template, part.title, 2, anchor=self._place(part))] * bool(part.title)
            rows += self.press.rows(part, template, *above)
        back = self.press.heading(template, self.language.label("at_back"), 2)
        rows += [
            ListRow(self.press.row(title=title, place=place), (back,)) for title, place in self._back_matter()
        ]
        return [self.press.list_of(template, rows, fit=True)]

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
            tally=tally(part, self.language),
        )

    def _groups(self, part: Part) -> Iterator[Sequence[Question]]:
        """Yield the questions of a part that are laid out together."""
        measures = self.press.measures
        if self.options.hides_answers:
            return pair_pages(part.questions, measures)
        return group_questions(part.questions, self.options, measures)

    def _questions(self, group: Sequence[Question]) -> list[Job]:
        """Return the pages of some questions; where answers are hidden, those to be asked on and those behind them."""
        if self.options.hides_answers:
            asked = self.press.questions(
                group, "handbook/asked.html.j2", level=2, notes=True, flow=False, lines=ROOM
            )
            told = self.press.questions(
                group, "handbook/told.html.j2", kind="a", level=2, notes=False, flow=len(group) > 1
            )
            return [asked, told]
        return [
            self.press.questions(
                group,
                "handbook/question.html.j2",
                level=2,
                notes=self.options.ruled_lines,
                flow=len(group) > 1 or self.options.flow or self.options.economy,
            )
        ]

    def _add(self, chunks: Sequence[Chunk], ahead: Sequence[Chunk]) -> None:
        """Add the pages of questions; on paper they begin at the left if that keeps each on pages that lie open.

        Args:
            chunks: the pages of one group of questions.
            ahead: these and all that follow in the part.
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
        """Say whether no question stands on the pages so far."""
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

    def _progress(self) -> list[Job]:
        """Return the table of all questions and the rounds one makes through them."""
        if not self.matter.progress:
            return []
        wide = PAPERS[self.options.paper].wide and not self.options.large_print
        parts = [
            {
                "title": part.title if len(self.press.parts) > 1 else "",
                "entries": [self.press.entry(each) for each in part.questions],
            }
            for part in self.press.parts
        ]
        return [self.press.from_values("handbook/progress.html.j2", parts=parts, rounds=ROUNDS, named=wide)]

    def _index(self) -> list[list[Chunk]]:
        """Return the pages of the index: the one list whose text depends on the pages of the book."""
        if not self.matter.index:
            return []
        folios = anchor_folios(self.chunks)
        index = with_pages(self._terms_alone, self.terms, self.edition.questions, folios, self.told)
        pages = ListPages([index], self.scheduler)
        return pages.set(iter(self.scheduler.chunks(pages.jobs())))

    def _difficulties(self) -> list[List]:
        if not self.matter.difficulties:
            return []
        template = "handbook/difficulties.html.j2"
        rows = []
        for value, rated in groupby(sorted(self._rated(), key=_get_difficulty), key=_get_difficulty):
            above = self.press.heading(
                template, self.language.label("difficulty_of", value=value, highest=10), 2, difficulty=value
            )
            rows += [ListRow(self.press.row(**self.press.entry(question)), (above,)) for question in rated]
        return [self.press.list_of(template, rows)]

    def _back_matter(self) -> Iterator[tuple[str, str]]:
        if self.matter.progress:
            yield self.language.label("progress_title"), "progress"
        if self.matter.index:
            yield self.language.label("index"), "index"
        if self.matter.difficulties:
            yield self.language.label("by_difficulty"), "difficulties"

    def _place(self, part: Part) -> str:
        """Return the name of the place where a part begins."""
        return part.anchor if part.anchor in self.matter.opened else anchor(part.questions[0])

    def _rated(self) -> list[Question]:
        return [question for question in self.edition.questions if question.difficulty is not None]

    def _outline(self) -> Iterator[OutlineEntry]:
        if self.matter.reading:
            yield OutlineEntry(self.language.label("reading_title"), "reading")
        if self.matter.contents:
            yield OutlineEntry(self.language.label("contents"), "contents")
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
                yield OutlineEntry(part.title, self._place(part), tuple(chapters))
            else:
                yield from chapters
        for title, name in self._back_matter():
            yield OutlineEntry(title, name)
        yield OutlineEntry(self.language.label("colophon"), "colophon")

    def _facts(self) -> Iterator[tuple[str, ...]]:
        label = self.language.label
        yield label("questions"), f"{self.press.count()}: {self.press.scope()}"
        if self.edition.bank.author:
            yield label("author"), self.edition.bank.author
        if self.edition.bank.source:
            yield label("source"), self.edition.bank.source
        if self.edition.bank.licence:
            yield label("licence"), self.edition.bank.licence
        if dated := self.press.dated():
            yield label("edition"), dated.removeprefix(f"{label('edition')} ")
        yield (
            label("bank"),
            f"{self.edition.bank.namespace}, {label('fingerprint', digest='')}",
            FINGERPRINT,  # drawn when the book is put together: else each edit would lay this page out again
        )
        yield (
            label("type"),
            "Source Serif and Source Sans by Frank Grießhammer and Paul D. Hunt, IBM Plex Mono by Mike Abbink; SIL OFL",
        )
        tools = label("tools", first=f"qexport {__version__}", second="WeasyPrint", third="HarfBuzz")
        yield label("made_with"), tools


def _get_difficulty(question: Question) -> int:
    return question.difficulty or 0
