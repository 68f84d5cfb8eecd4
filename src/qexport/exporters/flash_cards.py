"""Flash cards to cut out: questions → sheets of fronts and of backs that lie behind them.

    measure each side alone, in smaller and smaller type → cards → sheets

Every side of a card is pages of a card's size. It is laid out alone to learn its size, then again with the others of
its sheet, where `pdf` puts it on its place: what is printed is what was measured, nothing is scaled or clipped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from qexport import __version__
from qexport.assembly import Book, OutlineEntry, link
from qexport.book import anchor, missing_glyphs
from qexport.editions import Edition
from qexport.errors import UsageError
from qexport.exporters import Document, Tools
from qexport.options import Options
from qexport.question import Question
from qexport.sheets import PERFORATED, Cell, Grid, grid
from qexport.templating import SECTION_TITLES, question_view
from qexport.themes import stylesheet
from qexport.typesetter import Job

FRONT_SIZES = (15.0, 13.0, 11.0, 9.0)
"""Points of the question; what is too long for the last goes on to another card."""

BACK_SIZES = (12.0, 10.5, 9.0, 8.0)
"""Points of the answer."""

LARGE_SIZES = (22.0, 19.0, 16.0)
"""Points of both in large print."""

OPTICAL_MIDDLE = 0.42
"""Of the room around a question, how much is above it."""


def render(edition: Edition, options: Options, tools: Tools) -> Document:
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
class _Card:
    """One piece of cardboard; a question may need several."""

    question: Question
    number: int
    """Counted from 0."""
    count: int


@dataclass(frozen=True, slots=True)
class _Side:
    """One side of a sheet: what is printed where."""

    name: str
    fronts: Sequence[tuple[Cell, _Card]]
    backs: Sequence[tuple[Cell, _Card]]
    is_back: bool = False


class _Cards:
    """One set of cards being made."""

    def __init__(self, edition: Edition, options: Options, tools: Tools) -> None:
        self.edition = edition
        self.options = options
        self.tools = tools
        self.flip = str(options["duplex"])
        self.grid = _grid(options)
        self.asked = _sections(str(options["card-sections"]))
        self.css = _style(options, tools, self.grid)
        self.fronts: dict[str, _Fit] = {}
        self.backs: dict[str, _Fit] = {}

    def document(self) -> Document:
        sizes = (LARGE_SIZES, LARGE_SIZES) if self.options["large-print"] else (FRONT_SIZES, BACK_SIZES)
        self.fronts = self._fitted("front", sizes[0], {})
        self.backs = self._fitted(
            "back", sizes[1], self._fitting_sections(sizes[1][-1]) if self.asked else {}
        )
        cards = list(self._cards())
        sides = list(self._sides(cards))
        chunks = self.tools.typesetter.chunks([self._sheet(side) for side in sides])
        missing = {character for chunk in chunks for character in chunk.missing}
        sheets = sum(not side.is_back for side in sides)
        return Document(
            suffix="-cards.pdf",
            data=link(chunks, self._book("Flash cards", outline=tuple(self._outline()))),
            summary=f"{_count(len(cards), 'card')}, {_count(sheets, 'sheet')}",
            warnings=tuple(missing_glyphs(self.edition.questions, missing)),
            beside=(self._calibration(),) if self.options["calibration"] else (),
        )

    def _book(self, kind: str, outline: tuple[OutlineEntry, ...] = ()) -> Book:
        return Book(
            title=f"{self.edition.title}: {kind}",
            language=self.edition.bank.language,
            subject=f"{_count(len(self.edition.questions), 'question')} · {self.edition.scope}",
            creator=f"qexport {__version__}",
            outline=outline,
            printing={"manual": "one side", "fold": "one side"}.get(self.flip, f"{self.flip} edge"),
        )

    def _outline(self) -> Iterator[OutlineEntry]:
        for question in self.edition.questions:
            yield OutlineEntry(f"{question.id} {question.question}", anchor(question))

    # -- measuring ------------------------------------------------------------------------------------------------

    def _fitted(
        self, side: str, sizes: Sequence[float], sections: Mapping[str, tuple[str, ...]]
    ) -> dict[str, _Fit]:
        """Return how a side of each question is set: in the largest type that needs one card, else in the smallest."""
        fits: dict[str, _Fit] = {}
        for size in sizes:
            pending = [question for question in self.edition.questions if question.id not in fits]
            jobs = [
                self._measure(side, question, size, sections.get(question.id, ())) for question in pending
            ]
            for question, chunk in zip(pending, self.tools.typesetter.chunks(jobs), strict=True):
                if len(chunk.pages) == 1 or size == sizes[-1]:
                    room = chunk.room / 96 * 25.4 if len(chunk.pages) == 1 else 0
                    fits[question.id] = _Fit(size, len(chunk.pages), room, sections.get(question.id, ()))
        return fits

    def _fitting_sections(self, size: float) -> dict[str, tuple[str, ...]]:
        """Return which of the sections asked for fit on one card besides the answer, in the smallest type."""
        chosen: dict[str, tuple[str, ...]] = {question.id: () for question in self.edition.questions}
        for key in self.asked:
            there = [question for question in self.edition.questions if getattr(question, key)]
            jobs = [self._measure("back", question, size, (*chosen[question.id], key)) for question in there]
            for question, chunk in zip(there, self.tools.typesetter.chunks(jobs), strict=True):
                if len(chunk.pages) == 1:
                    chosen[question.id] += (key,)
        return chosen

    def _measure(self, side: str, question: Question, size: float, sections: tuple[str, ...]) -> Job:
        return self._job(
            "measure.html.j2",
            [side, question.digest(), size, sections],
            lambda: {"side": side, "card": self._view(question, size, sections)},
        )

    # -- cards and sheets -----------------------------------------------------------------------------------------

    def _cards(self) -> Iterator[_Card]:
        for question in self.edition.questions:
            count = max(self.fronts[question.id].pages, self.backs[question.id].pages)
            yield from (_Card(question, number, count) for number in range(count))

    def _sides(self, cards: Sequence[_Card]) -> Iterator[_Side]:
        """Yield the sides of all sheets in the order they are printed."""
        if self.flip == "fold":
            yield from self._folded(cards)
            return
        cells = self.grid.cells()
        fronts, backs = [], []
        sheets = _batches(cards, len(cells))
        for number, sheet in enumerate(sheets, start=1):
            name = f"sheet {number} of {len(sheets)}"
            placed = list(zip(cells, sheet, strict=False))
            behind = [
                (self.grid.behind(cell, short_edge=self.flip == "short"), card) for cell, card in placed
            ]
            fronts.append(_Side(f"{name}, front", placed, ()))
            backs.append(_Side(f"{name}, back", (), behind, is_back=True))
        if self.flip == "manual":
            yield from (*fronts, *backs)
        else:
            yield from (side for sheet in zip(fronts, backs, strict=True) for side in sheet)

    def _folded(self, cards: Sequence[_Card]) -> Iterator[_Side]:
        pairs = self.grid.pairs()
        sheets = _batches(cards, len(pairs))
        for number, sheet in enumerate(sheets, start=1):
            placed = list(zip(pairs, sheet, strict=False))
            fronts, backs = ([(pair[side], card) for pair, card in placed] for side in (0, 1))
            yield _Side(f"sheet {number} of {len(sheets)}", fronts, backs)

    def _sheet(self, side: _Side) -> Job:
        moved = self._moved(is_back=side.is_back)
        faces = [("front", *each) for each in side.fronts] + [("back", *each) for each in side.backs]
        if side.fronts and side.backs:  # each back is read after its front
            faces = [
                face
                for pair in zip(faces[: len(side.fronts)], faces[len(side.fronts) :], strict=True)
                for face in pair
            ]
        fits = [(self.fronts if kind == "front" else self.backs)[card.question.id] for kind, _, card in faces]
        placed = [_at(0, *moved)]
        page = 1
        for (kind, cell, card), fit in zip(faces, fits, strict=True):
            down = OPTICAL_MIDDLE * fit.room if kind == "front" else 0
            placed.append(_at(page, moved[0] + cell.x, moved[1] + cell.y))
            placed.append(
                _at(page + 1 + min(card.number, fit.pages - 1), moved[0] + cell.x, moved[1] + cell.y + down)
            )
            page += 1 + fit.pages
        pieces = [
            [kind, card.question.digest(), card.number, card.count, fit.size, fit.sections]
            for (kind, _, card), fit in zip(faces, fits, strict=True)
        ]
        label = f"{self.edition.title} · {side.name}"
        return self._job(
            "sheet.html.j2",
            [label, self.flip, placed, pieces],
            lambda: {
                "label": label,
                "marks": self._marks(),
                "sheets": " ".join(placed),
                "faces_on_it": [
                    {
                        "side": kind,
                        "number": card.number,
                        "count": card.count,
                        **self._view(card.question, fit.size, fit.sections),
                    }
                    for (kind, _, card), fit in zip(faces, fits, strict=True)
                ],
            },
        )

    def _marks(self) -> list[dict[str, object]]:
        return [
            {"x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height, "fold": mark.fold}
            for mark in self.grid.marks(folded=self.flip == "fold")
        ]

    def _view(self, question: Question, size: float, sections: tuple[str, ...]) -> dict[str, object]:
        view = question_view(question, heading_level=3)
        shown = [section for section in view["sections"] if section["key"] in ("answer", *sections)]
        return {
            **view,
            "anchor": anchor(question),
            "place": " · ".join(dict.fromkeys(filter(None, (question.technology, question.category)))),
            "size": size,
            "sections": shown,
            "follow_ups": view["follow_ups"] if "follow_ups" in sections else [],
        }

    def _moved(self, *, is_back: bool) -> tuple[float, float]:
        """Return how far a side is moved to make up for a printer that shifts, in millimetres."""
        x, y = (
            [float(each) for each in str(self.options[name]).split(",") if each]
            for name in ("offset-x", "offset-y")
        )
        return _of_side(x, is_back=is_back), _of_side(y, is_back=is_back)

    def _calibration(self) -> Document:
        """Return sheets that show how far backs are from where they should be, held against the light."""
        numbers = (
            (1, 2) if self.flip == "manual" else (1,)
        )  # two show whether they are drawn in the right order
        sides = [(number, False) for number in numbers] + [
            (number, True) for number in numbers if self.flip != "fold"
        ]
        chunks = self.tools.typesetter.chunks(
            [self._calibration_side(number, is_back=is_back) for number, is_back in sides]
        )
        return Document(
            suffix="-calibration.pdf",
            data=link(chunks, self._book("Calibration")),
            summary=_count(len(numbers), "sheet"),
        )

    def _calibration_side(self, number: int, *, is_back: bool) -> Job:
        short_edge = self.flip == "short"
        width, height = self.grid.width, self.grid.height
        places = [
            (axis, at * width, down * height)
            for down in (0.58, 0.85)
            for axis, at in (("x", 0.28), ("y", 0.72))
        ]
        if is_back:
            behind = [
                (axis, self.grid.behind(Cell(x, y, 0, 0), short_edge=short_edge)) for axis, x, y in places
            ]
            places = [(axis, cell.x, cell.y) for axis, cell in behind]
        values = {
            "number": number,
            "is_back": is_back,
            "flip": self.flip,
            "rulers": [{"axis": axis, "x": x, "y": y} for axis, x, y in places],
            # Beside each step what moves a back from there to 0, as one looks at the front.
            "signs": {"x": -1, "y": 1} if short_edge else {"x": 1, "y": -1},
            "steps": list(range(-10, 11)),
            "sheets": f"{_at(0, 0, 0)} {_at(1, *self._moved(is_back=is_back))}",
        }
        return self._job("calibration.html.j2", values, lambda: values)

    def _job(self, template: str, parts: object, values: Callable[[], Mapping[str, object]]) -> Job:
        frame = {"language": self.edition.bank.language, "title": self.edition.title}

        def html() -> str:
            return self.tools.templates.render(f"cards/{template}", **{**frame, **values()})

        return Job(parts=("cards", template, self.tools.look, frame, parts), html=html, css=self.css)


def _grid(options: Options) -> Grid:
    size = str(options["card-size"])
    if options["duplex"] == "fold" and size in PERFORATED:
        raise UsageError(
            f"the cards of {size} come apart, they cannot be folded",
            hint="--duplex manual prints their backs on any printer",
        )
    return grid(size, str(options["paper"]))


def _sections(asked: str) -> tuple[str, ...]:
    """Return the keys of sections in the order they are asked for, which is the order they are tried in."""
    known = [key for key in SECTION_TITLES if key != "answer"]
    if asked == "all":
        return tuple(known)
    names = [name.strip().replace("-", "_") for name in asked.split(",") if name]
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=1)
            said = ", ".join(key.replace("_", "-") for key in known)
            raise UsageError(
                f"no section {name.replace('_', '-')!r}",
                hint=(f"did you mean {near[0].replace('_', '-')!r}? " if near else "")
                + f"there are: all, {said}",
            )
    return tuple(dict.fromkeys(names))


def _style(options: Options, tools: Tools, cards: Grid) -> str:
    names = ["shared/type.css", "shared/prose.css", "cards/cards.css"]
    names += ["cards/large-print.css"] if options["large-print"] else []
    settings = {
        "sheet-size": f"{cards.width:.4f}mm {cards.height:.4f}mm",
        "sheet-height": f"{cards.height:.4f}mm",
        "card-size": f"{cards.card_width:.4f}mm {cards.card_height:.4f}mm",
        "card-width": f"{cards.card_width:.4f}mm",
        "card-height": f"{cards.card_height:.4f}mm",
        "label-left": f"{cards.left + 4:.4f}mm",
        "label-top": f"{cards.height - cards.top + 1.5:.4f}mm",
        "label-shown": "block" if cards.top >= 7 else "none",
    }
    lines = "\n".join(f"--{name}: {value};" for name, value in settings.items())
    return stylesheet(
        [
            *((name, tools.templates.source(name)) for name in names),
            *tools.styles,
            ("this sheet", f":root {{\n{lines}\n}}"),
        ]
    )


def _batches(cards: Sequence[_Card], size: int) -> list[Sequence[_Card]]:
    return [cards[start : start + size] for start in range(0, len(cards), size)]


def _at(page: int, x: float, y: float) -> str:
    return f"{page}@{x:.4f},{y:.4f}"


def _of_side(offsets: Sequence[float], *, is_back: bool) -> float:
    """Return the offset of a side: one number moves backs alone, of two the first moves fronts."""
    if is_back:
        return offsets[-1] if offsets else 0.0
    return offsets[0] if len(offsets) > 1 else 0.0


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
