"""The cheat sheet: question and short answer, on sheets that fold like a map.

Its pages are the panels between the folds, side by side on a sheet that lies on its long edge:

    front  1 | 2 | 3      back, turned like the page of a book  4 | 5 | 6
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qexport import __version__
from qexport.bank.lock import Edition
from qexport.bank.model import Question
from qexport.bank.selection import ALL_QUESTIONS
from qexport.content.directions import mirror_css
from qexport.content.images import page_pictures
from qexport.content.index_terms import index_terms
from qexport.content.key_terms import choose_terms, mark_terms
from qexport.content.languages import language
from qexport.content.question_signs import list_known_links, question_images
from qexport.content.question_view import text_view
from qexport.content.quotes import choose_quotes, typeset_quotes
from qexport.content.technology_colours import choose_colour, number_technologies
from qexport.content.themes import join_styles
from qexport.layout.scheduler import Job
from qexport.outputs.book.entries import anchor, outline_entry
from qexport.outputs.book.facts import choose_intent, list_keywords, name_author
from qexport.outputs.book.glyphs import missing_glyphs
from qexport.outputs.book.tables import warn_of_tables
from qexport.outputs.cheat_sheet import CHEAT_SHEET_ENDING
from qexport.outputs.document import Document, Tools
from qexport.outputs.options import PaperOptions
from qexport.outputs.paper import PAPERS
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book, OutlineEntry

SHEET_SIZES = (10.5, 10.0, 9.5, 9.0, 8.5)
"""Points: the largest in which all questions are on both sides of one sheet, else the smallest on several."""

SMALLEST_ON_ONE_SIDE = 8.0
"""Points of type in which all questions are on one side rather than on two in a larger one."""

STEP = 0.2
"""Points from one size to the next that is tried for one side, so that its panels are full."""

MOST_BOLD_TERMS = 3
"""Key terms that are bold in a short answer."""

LARGE_SHEET_SIZES = (16.0,)

LONG = 1200
"""Characters of an entry that may go on in the next panel: a third of one."""

SIDE = 6.5
"""Millimetres of the margin at each side of a panel."""

NARROWEST = 90
"""Millimetres of a panel: some 50 characters."""


def render(edition: Edition, options: PaperOptions, tools: Tools) -> Document:
    """Return the cheat sheet of an edition; its summary counts sheets."""
    return _CheatSheet(edition, options, tools).document()


class _CheatSheet:
    """One cheat sheet being made."""

    def __init__(self, edition: Edition, options: PaperOptions, tools: Tools) -> None:
        self.edition = edition
        self.intent = choose_intent(options)
        self.tools = tools
        self.sizes = LARGE_SHEET_SIZES if options.large_print else SHEET_SIZES
        paper = PAPERS[options.paper]
        short, self.width = paper.width, paper.height
        self.panels = int(self.width / NARROWEST)
        self.css = _make_sheet_css(options, tools, self.width, short, self.panels)
        if language(edition.bank.language).direction == "rtl":
            self.css = mirror_css(self.css)
        self.language = language(edition.bank.language)
        self.groups = _group_by_technology(edition.questions, self.language.label("other_questions"))
        terms = index_terms(
            edition.questions, edition.bank.language, tools.scheduler.values("terms"), tools.scheduler.memory
        )
        self.key_terms = {
            each.id: choose_terms(each, terms, most=MOST_BOLD_TERMS, key="answer")
            for each in edition.questions
        }
        self.numbers = number_technologies(edition.bank)
        self.known = {question.id: "" for question in edition.bank.questions}
        """The questions that texts may name; the sheet leads to none."""
        self.digits = max((len(str(folio)) for folio in tools.folios.values()), default=0)

    def document(self) -> Document:
        size, count = self._fit_panels()
        chunk = self.tools.scheduler.chunk(self._sheets(size, count))
        sheets = -(-count // (2 * self.panels))
        book = Book(
            title=f"{self.edition.title}: {self.language.label('cheat_sheet')}",
            language=self.edition.bank.language,
            subject=f"{self.language.count(len(self.edition.questions))} · {self._scope()}",
            creator=f"qexport {__version__}",
            outline=tuple(self._outline()),
            author=name_author(self.edition.bank),
            keywords=list_keywords(self.edition.questions),
            intent=self.intent,
            printing="short edge",
            elsewhere={
                f"handbook-{anchor(each)}": self.tools.folios.get(each.id, 0)
                for each in self.edition.questions
            },
        )
        return Document(
            suffix=CHEAT_SHEET_ENDING,
            data=link([chunk], book, self.tools.scheduler.fonts),
            summary=f"{sheets} sheet{'s' * (sheets > 1)}, {size:g} pt",
            amounts={"size_sheets": sheets, "size_type": size},
            warnings=(
                *missing_glyphs(self.edition.questions, chunk.missing),
                *warn_of_tables(
                    self.edition.questions,
                    "a panel of the cheat sheet",
                    lambda question: self._entry(question, size, 3),
                    self.width / self.panels - 2 * SIDE,
                    size,
                ),
            ),
        )

    def _fit_panels(self) -> tuple[float, int]:
        """Return the size of the type, and how many panels all questions take in it.

        That is one side in the largest type that is not too small, else two, else several sheets.
        """
        full = self._count(self.sizes[0])
        if full <= self.panels or len(self.sizes) == 1:
            return self.sizes[0], full
        # Text takes room as the square of its size; from what it would fill, sizes are tried downwards.
        size = min(self.sizes[0], self.sizes[0] * (self.panels / (full - 0.7)) ** 0.5 + 3 * STEP)
        while full <= 2 * self.panels and (size := round(size - STEP, 2)) >= SMALLEST_ON_ONE_SIDE:
            if self._count(size) <= self.panels:
                return size, self.panels
        for size in self.sizes:
            count = self._count(size)
            if count <= 2 * self.panels or size == self.sizes[-1]:
                break
            if count > 2 * self.panels * (size / self.sizes[-1]) ** 2 + 1:  # the smallest will not do either
                return self.sizes[-1], self._count(self.sizes[-1])
        return size, count

    def _count(self, size: float) -> int:
        """Return how many panels all questions take in a size."""
        return len(self.tools.scheduler.chunk(self._panels(size)).pages)

    def _scope(self) -> str:
        every = self.edition.scope == ALL_QUESTIONS
        return self.language.label("all_questions") if every else self.edition.scope

    def _outline(self) -> list[OutlineEntry]:
        entries: list[OutlineEntry] = []
        for title, questions in self.groups:
            lines = tuple(outline_entry(each) for each in questions)
            entries += [OutlineEntry(title, lines[0].anchor, lines)] if title else lines
        return entries

    def _panels(self, size: float) -> Job:
        return self._job(size, "")

    def _sheets(self, size: float, count: int) -> Job:
        """Return the panels on sheets: page 0 is the sheet with its folds, the panels come after it."""
        sides = []
        for start in range(0, count, self.panels):
            on_side = range(start, min(start + self.panels, count))
            placed = [
                f"{1 + number}@{(number - start) * self.width / self.panels:.4f},0" for number in on_side
            ]
            sides.append(" ".join(["0", *placed]))
        return self._job(size, " | ".join(sides))

    def _job(self, size: float, sheets: str) -> Job:
        frame: dict[str, Any] = {
            "language": self.edition.bank.language,
            "quotes": choose_quotes(self.edition.bank),
            "title": self.edition.title,
            "direction": self.language.direction,
            "scope": self._scope(),
            "count": self.language.count(len(self.edition.questions)),
            "size": size,
            "sheets": sheets,
            "folds": [fold * self.width / self.panels for fold in range(1, self.panels)],
            "folio": "0" * self.digits,
        }
        digests = [
            [title, [[question.digest(), self.key_terms[question.id]] for question in questions]]
            for title, questions in self.groups
        ]

        links = list_known_links(self.edition.questions, self.known)
        limits = self.tools.limits
        files = page_pictures(
            image for each in self.edition.questions for image in question_images(each, limits)
        )

        def html() -> str:
            groups = [
                {
                    "title": title,
                    "number": choose_colour(title, self.numbers),
                    "entries": [self._entry(each, size, 4 if title else 3) for each in questions],
                }
                for title, questions in self.groups
            ]
            labels = dict(self.language.labels)
            sheet = self.tools.templates.render(
                "cheatsheet/cheatsheet.html.j2", **frame, labels=labels, groups=groups
            )
            return typeset_quotes(sheet, frame["quotes"])

        return Job(
            ("cheatsheet", self.tools.look, frame, digests, links, sorted(files)),
            html,
            self.css,
            lambda: files,
        )

    def _entry(self, question: Question, size: float, level: int) -> dict[str, object]:
        view = text_view(
            question,
            self.width / self.panels - 2 * SIDE,
            size,
            heading_level=level,
            questions=self.known,
            language=self.language,
            limits=self.tools.limits,
        )
        return {
            "id": question.id,
            "anchor": anchor(question),
            "asked": view["asked"],
            "more": view["more"],
            "answer": mark_terms(view["sections"][0]["html"], self.key_terms[question.id]),
            "long": len(question.question) + len(question.answer) > LONG,
        }


def _group_by_technology(questions: Sequence[Question], others: str) -> list[tuple[str, list[Question]]]:
    """Return the questions by technology, each where its first one stands."""
    groups: dict[str, list[Question]] = {}
    for question in questions:
        groups.setdefault(question.technology, []).append(question)
    other = others if len(groups) > 1 else ""
    return [(title or other, group) for title, group in groups.items()]


def _make_sheet_css(options: PaperOptions, tools: Tools, width: float, height: float, panels: int) -> str:
    names = ["shared/type.css", "shared/prose.css", "cheatsheet/cheatsheet.css"]
    names += ["cheatsheet/large-print.css"] if options.large_print else []
    settings = (
        f":root {{ --sheet-size: {width:.4f}mm {height:.4f}mm; --sheet-height: {height:.4f}mm; "
        f"--panel-size: {width / panels:.4f}mm {height:.4f}mm; --panel-side: {SIDE}mm }}"
    )
    return join_styles(
        [*((name, tools.templates.source(name)) for name in names), *tools.styles, ("this sheet", settings)],
        tools.templates.limits,
    )
