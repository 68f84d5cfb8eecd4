"""Flash cards to cut out: questions → sheets of fronts and of backs that lie behind them.

    measure each side alone, in smaller and smaller type → cards → sheets

Every side of a card is pages of a card's size. It is laid out alone to learn its size, then again with the others of
its sheet, where `pdf` puts it on its place: what is printed is what was measured, nothing is scaled or clipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from qexport import __version__
from qexport.bank.lock import Edition
from qexport.bank.model import Question
from qexport.common.errors import UsageError
from qexport.common.wording import quantity
from qexport.content.directions import mirror_css
from qexport.content.images import page_pictures
from qexport.content.languages import language
from qexport.content.question_view import list_known_links, question_images, text_view
from qexport.content.themes import join_styles
from qexport.layout.scheduler import Job
from qexport.outputs.book.colours import COLOURS, number_technologies
from qexport.outputs.book.entries import anchor, outline_entry
from qexport.outputs.book.facts import choose_intent, list_keywords, name_author
from qexport.outputs.book.glyphs import missing_glyphs
from qexport.outputs.book.tables import warn_of_tables
from qexport.outputs.document import Document, Tools
from qexport.outputs.flash_cards import CALIBRATION_ENDING, CARDS_ENDING, FlashCardOptions
from qexport.outputs.flash_cards.arrangement import Card, Side, arrange
from qexport.outputs.flash_cards.calibration import describe_side, list_sides
from qexport.outputs.flash_cards.sheet import PERFORATED, Cell, Grid, format_place, grid
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book, OutlineEntry

if TYPE_CHECKING:
    from qexport.content.question_view import QuestionView

FRONT_SIZES = (15.0, 13.0, 11.0, 9.0)
"""Points of the question; what is too long for the last goes on to another card."""

BACK_SIZES = (12.0, 10.5, 9.0, 8.0)
"""Points of the answer."""

LARGE_CARD_SIZES = (22.0, 19.0, 16.0)
"""Points of both in large print."""

PADDING = 5.5
"""Millimetres from the edge of a card to what is on it."""

ID_CHARACTER_WIDTH = 0.6
"""Of the size of the type: the width of a character of an id, the wide ones too."""

GAUGES = {"words": 15.5, "marks": 10.0, "number": 3.5}
"""How a difficulty is written beside an id (Difficulty 8/10 ▮▮▮, 8/10 ▮▮▮ or 8/10), and the ems it takes."""

HOPELESS = 4
"""Cards in one size, after which only the smallest is tried: no type is as much smaller."""


def render(edition: Edition, options: FlashCardOptions, tools: Tools) -> Document:
    """Return the sheets of an edition's cards, with a sheet for calibration beside them if it is asked for."""
    return _Cards(edition, options, tools).document()


@dataclass(frozen=True, slots=True)
class _Fit:
    """How one side of a question's card is set."""

    size: float
    pages: int
    room: float
    """Millimetres left below it."""
    sections: tuple[str, ...] = ()
    """What is on it besides the answer."""


@dataclass(frozen=True, slots=True)
class _Face:
    """One side of a card on its sheet."""

    side: str
    """`front` or `back`."""
    cell: Cell
    card: Card
    fit: _Fit

    def words(self) -> list[object]:
        """Return what is on it, as a cache can know it."""
        card, fit = self.card, self.fit
        return [self.side, card.question.digest(), card.number, card.count, fit.size, fit.sections]


class _Cards:
    """One set of cards being made."""

    def __init__(self, edition: Edition, options: FlashCardOptions, tools: Tools) -> None:
        self.edition = edition
        self.language = language(edition.bank.language)
        self.options = options
        self.tools = tools
        self.flip = options.duplex
        self.numbers = number_technologies(edition.bank)
        self.known = {question.id: "" for question in edition.bank.questions}
        """The questions that texts may name; a card leads to none."""
        self.grid = _grid(options)
        self.asked = options.card_sections
        self.size = 16.0 if options.large_print else 8.0
        self.gauge = "words"
        longest = max(len(question.id) for question in edition.questions) + len(" · 9/9")
        self.css = _make_card_css(
            options, tools, self.grid, self.size, lines=-(-longest // self._characters("number"))
        )
        if self.language.direction == "rtl":
            self.css = mirror_css(self.css)
        self.fronts: dict[str, _Fit] = {}
        self.backs: dict[str, _Fit] = {}

    def document(self) -> Document:
        sizes = (
            (LARGE_CARD_SIZES, LARGE_CARD_SIZES) if self.options.large_print else (FRONT_SIZES, BACK_SIZES)
        )
        questions = self.edition.questions
        self.fronts = self._fitted("front", questions, sizes[0])
        self.backs = self._fitted("back", questions, sizes[1])
        if self.asked:
            short = [question for question in questions if self.backs[question.id].pages == 1]
            sections = self._fitting_sections(short, sizes[1][-1])
            more = [question for question in short if sections[question.id]]
            self.backs |= self._fitted("back", more, sizes[1], sections)
        cards = list(self._cards())
        longest = max(len(card.name) for card in cards)
        fitting = [gauge for gauge in GAUGES if longest <= self._characters(gauge)]
        self.gauge = fitting[0] if fitting else "number"
        sides = list(arrange(cards, self.grid, self.flip, self.language))
        chunks = self.tools.scheduler.chunks([self._sheet(side) for side in sides])
        missing = {character for chunk in chunks for character in chunk.missing}
        sheets = sum(not side.is_back for side in sides)
        return Document(
            suffix=CARDS_ENDING,
            data=link(
                chunks,
                self._book(self.language.label("flash_cards"), outline=tuple(self._outline())),
                self.tools.scheduler.fonts,
            ),
            summary=f"{quantity(len(cards), 'card')}, {quantity(sheets, 'sheet')}",
            amounts={"size_cards": len(cards), "size_sheets": sheets},
            warnings=(
                *missing_glyphs(self.edition.questions, missing),
                *warn_of_tables(
                    self.edition.questions,
                    "a flash card",
                    self._text,
                    self.grid.card_width - 2 * PADDING,
                    sizes[1][0],
                ),
            ),
            beside=(self._calibration(),) if self.options.calibration else (),
        )

    def _characters(self, gauge: str) -> int:
        """Return how many characters of an id have room on a line, beside a difficulty."""
        ems = (self.grid.card_width - 2 * PADDING) / 25.4 * 72 / self.size - GAUGES[gauge]
        return max(int(ems / ID_CHARACTER_WIDTH), 4)

    def _book(self, kind: str, outline: tuple[OutlineEntry, ...] = ()) -> Book:
        return Book(
            title=f"{self.edition.title}: {kind}",
            language=self.edition.bank.language,
            subject=f"{self.language.count(len(self.edition.questions))} · {self.edition.scope}",
            creator=f"qexport {__version__}",
            author=name_author(self.edition.bank),
            keywords=list_keywords(self.edition.questions),
            intent=choose_intent(self.options),
            outline=outline,
            printing={"manual": "one side", "fold": "one side"}.get(self.flip, f"{self.flip} edge"),
        )

    def _outline(self) -> Iterator[OutlineEntry]:
        for question in self.edition.questions:
            yield outline_entry(question)

    # -- measuring ------------------------------------------------------------------------------------------------

    def _fitted(
        self,
        side: str,
        questions: Sequence[Question],
        sizes: Sequence[float],
        sections: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    ) -> dict[str, _Fit]:
        """Return how a side of each question is set: in the largest type that needs one card, else in the smallest."""
        fits: dict[str, _Fit] = {}
        hopeless: set[str] = set()
        for size in sizes:
            last = size == sizes[-1]
            pending = [
                each for each in questions if each.id not in fits and (last or each.id not in hopeless)
            ]
            jobs = [self._measure(side, each, size, sections.get(each.id, ())) for each in pending]
            for question, chunk in zip(pending, self.tools.scheduler.chunks(jobs), strict=True):
                pages = len(chunk.pages)
                if pages == 1 or last:
                    room = chunk.room / 96 * 25.4 if pages == 1 else 0
                    fits[question.id] = _Fit(size, pages, room, sections.get(question.id, ()))
                elif pages > HOPELESS:
                    hopeless.add(question.id)
        return fits

    def _fitting_sections(self, questions: Sequence[Question], size: float) -> dict[str, tuple[str, ...]]:
        """Return which of the sections asked for fit on one card besides the answer, in the smallest type."""
        chosen: dict[str, tuple[str, ...]] = {question.id: () for question in questions}
        for key in self.asked:
            there = [question for question in questions if getattr(question, key)]
            jobs = [self._measure("back", question, size, (*chosen[question.id], key)) for question in there]
            for question, chunk in zip(there, self.tools.scheduler.chunks(jobs), strict=True):
                if len(chunk.pages) == 1:
                    chosen[question.id] += (key,)
        return chosen

    def _measure(self, side: str, question: Question, size: float, sections: tuple[str, ...]) -> Job:
        face = _Face(side, Cell(0, 0, 0, 0), Card(question, 0, 1), _Fit(size, 1, 0, sections))
        return self._job(
            "measure.html.j2",
            [side, question.digest(), size, sections],
            lambda: {"face": self._view(face)},
            [question],
        )

    # -- cards and sheets -----------------------------------------------------------------------------------------

    def _cards(self) -> Iterator[Card]:
        for question in self.edition.questions:
            count = max(self.fronts[question.id].pages, self.backs[question.id].pages)
            yield from (Card(question, number, count) for number in range(count))

    def _sheet(self, side: Side) -> Job:
        faces = [*self._faces("front", side.fronts), *self._faces("back", side.backs)]
        if side.fronts and side.backs:  # each back is read after its front
            half = len(side.fronts)
            faces = [face for pair in zip(faces[:half], faces[half:], strict=True) for face in pair]
        across, down = self._moved(is_back=side.is_back)
        placed = [format_place(0, across, down)]
        page = 1
        texts: dict[tuple[str, str], int] = {}  # the first page of each; cards of one question share it
        shown = []
        for face in faces:
            x, y = across + face.cell.x, down + face.cell.y
            placed.append(format_place(page, x, y))
            page += 1
            key = (face.side, face.card.question.id)
            # A card that goes on with a long answer has no front again, only its frame; an answer is on each.
            has_text = face.side == "back" or face.card.number < face.fit.pages
            shown.append(has_text and key not in texts)
            if shown[-1]:
                texts[key] = page
                page += face.fit.pages
            if has_text:
                placed.append(format_place(texts[key] + min(face.card.number, face.fit.pages - 1), x, y))
        label = f"{self.edition.title} · {side.name}"
        return self._job(
            "sheet.html.j2",
            [label, self.flip, self.gauge, placed, [face.words() for face in faces]],
            lambda: {
                "label": label,
                "marks": self._marks(),
                "sheets": " ".join(placed),
                "faces_on_it": [
                    {**self._view(face), "with_text": with_text}
                    for face, with_text in zip(faces, shown, strict=True)
                ],
            },
            [face.card.question for face in faces],
        )

    def _faces(self, side: str, cards: Sequence[tuple[Cell, Card]]) -> list[_Face]:
        fits = self.fronts if side == "front" else self.backs
        return [_Face(side, cell, card, fits[card.question.id]) for cell, card in cards]

    def _marks(self) -> list[dict[str, object]]:
        return [
            {"x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height, "fold": mark.fold}
            for mark in self.grid.marks(folded=self.flip == "fold")
        ]

    def _view(self, face: _Face) -> dict[str, object]:
        question, size = face.card.question, face.fit.size
        view = self._text(question, size)
        wanted = ("answer", *face.fit.sections)
        return {
            **view,
            "side": face.side,
            "name": face.card.name,
            "gauge": self.gauge,
            "anchor": anchor(question),
            "number": self._colour(question),
            "book": self.edition.title,
            "place": " · ".join(dict.fromkeys(filter(None, (question.technology, question.category)))),
            "size": size,
            "sections": [section for section in view["sections"] if section["key"] in wanted],
            "follow_ups": view["follow_ups"] if "follow_ups" in wanted else [],
        }

    def _text(self, question: Question, size: float = 0.0) -> QuestionView:
        """Return a question for templates; without a size in that of its back."""
        return text_view(
            question,
            self.grid.card_width - 2 * PADDING,
            size or self.backs[question.id].size,
            heading_level=2,
            questions=self.known,
            language=self.language,
            limits=self.tools.limits,
        )

    def _colour(self, question: Question) -> int:
        """Return which of the theme's colours a question's technology has, from 1; 0 where there is only one."""
        if question.technology not in self.numbers or len(self.numbers) < 2:
            return 0
        return self.numbers[question.technology] % COLOURS + 1

    def _moved(self, *, is_back: bool) -> tuple[float, float]:
        """Return how far a side is moved to make up for a printer that shifts, in millimetres."""
        side = int(is_back)
        return self.options.offset_x[side], self.options.offset_y[side]

    def _calibration(self) -> Document:
        """Return sheets that show how far backs are from where they should be, held against the light."""
        sides = list(list_sides(self.flip))
        jobs = []
        for number, is_back in sides:
            moved = self._moved(is_back=is_back)
            values = describe_side(self.grid, self.flip, number, moved, is_back=is_back)
            jobs.append(self._job("calibration.html.j2", values, partial(dict, values)))
        chunks = self.tools.scheduler.chunks(jobs)
        fronts = sum(not is_back for _, is_back in sides)
        return Document(
            suffix=CALIBRATION_ENDING,
            data=link(chunks, self._book(self.language.label("calibration")), self.tools.scheduler.fonts),
            summary=quantity(fronts, "sheet"),
            amounts={"size_sheets": fronts},
        )

    def _job(
        self,
        template: str,
        parts: object,
        values: Callable[[], Mapping[str, object]],
        questions: Sequence[Question] = (),
    ) -> Job:
        frame = {
            "language": self.edition.bank.language,
            "direction": self.language.direction,
            "title": self.edition.title,
        }
        links = list_known_links(questions, self.known)
        files = page_pictures(
            image for question in questions for image in question_images(question, self.tools.limits)
        )

        def html() -> str:
            return self.tools.templates.render(
                f"cards/{template}", **{**frame, "labels": dict(self.language.labels), **values()}
            )

        return Job(
            ("cards", template, self.tools.look, frame, parts, links, sorted(files)),
            html,
            self.css,
            lambda: files,
        )


def _grid(options: FlashCardOptions) -> Grid:
    size = options.card_size
    if options.duplex == "fold" and size in PERFORATED:
        raise UsageError(
            f"the cards of {size} come apart, they cannot be folded",
            hint="--duplex manual prints their backs on any printer",
        )
    cards = grid(size, options.paper)
    if not cards.columns * cards.rows:
        raise UsageError(f"no card of {size} fits on {options.paper}", hint="choose a larger --paper")
    return cards


def _make_card_css(options: FlashCardOptions, tools: Tools, cards: Grid, size: float, *, lines: int) -> str:
    names = ["shared/type.css", "shared/prose.css", "cards/cards.css"]
    names += ["cards/large-print.css"] if options.large_print else []
    settings = {
        "sheet-size": f"{cards.width:.4f}mm {cards.height:.4f}mm",
        "sheet-height": f"{cards.height:.4f}mm",
        "card-size": f"{cards.card_width:.4f}mm {cards.card_height:.4f}mm",
        "card-height": f"{cards.card_height:.4f}mm",
        "card-pad": f"{PADDING}mm",
        "furniture-size": f"{size}pt",
        "id-lines": str(lines),
        "label-left": f"{cards.left + 4:.4f}mm",
        "label-top": f"{cards.height - cards.top + 1.5:.4f}mm",
        "label-shown": "block" if cards.top >= 7 else "none",
    }
    said = "; ".join(f"--{name}: {value}" for name, value in settings.items())
    sources = [*((name, tools.templates.source(name)) for name in names), *tools.styles]
    return join_styles([*sources, ("this sheet", f":root {{ {said} }}")], tools.templates.limits)
