"""Flash cards to cut out: questions → sheets of fronts and of backs that lie behind them.

    measure each side alone, in smaller and smaller type → cards → sheets

Every side of a card is pages of a card's size. It is laid out alone to learn its size, then again with the others of
its sheet, where `pdf` puts it on its place: what is printed is what was measured, nothing is scaled or clipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from qexport import __version__
from qexport.bank.lock import Edition
from qexport.common.errors import UsageError
from qexport.common.wording import quantity
from qexport.content.languages import language
from qexport.layout.scheduler import Job
from qexport.outputs.book.entries import outline_entry
from qexport.outputs.book.facts import choose_intent, list_keywords, name_author
from qexport.outputs.book.glyphs import missing_glyphs
from qexport.outputs.book.tables import warn_of_tables
from qexport.outputs.document import Document, Tools
from qexport.outputs.flash_cards import CALIBRATION_ENDING, CARDS_ENDING, FlashCardOptions
from qexport.outputs.flash_cards.arrangement import Card, Side, arrange
from qexport.outputs.flash_cards.calibration import describe_side, list_sides
from qexport.outputs.flash_cards.faces import CardFace, FaceMaker, Fit
from qexport.outputs.flash_cards.measuring import choose_sections, fit_side
from qexport.outputs.flash_cards.sheet import PERFORATED, Grid, format_place, grid
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book, OutlineEntry

FRONT_SIZES = (15.0, 13.0, 11.0, 9.0)
"""Points of the question; what is too long for the last goes on to another card."""

BACK_SIZES = (12.0, 10.5, 9.0, 8.0)
"""Points of the answer."""

MANY_CARDS = 12
"""Cards of one question, beyond which its sheets are laid out together; each alone would set the whole answer again."""

LARGE_CARD_SIZES = (22.0, 19.0, 16.0)
"""Points of both in large print."""


def render(edition: Edition, options: FlashCardOptions, tools: Tools) -> Document:
    """Return the sheets of an edition's cards, with a sheet for calibration beside them if it is asked for."""
    return _Cards(edition, options, tools).document()


class _Cards:
    """One set of cards being made."""

    def __init__(self, edition: Edition, options: FlashCardOptions, tools: Tools) -> None:
        self.edition = edition
        self.language = language(edition.bank.language)
        self.options = options
        self.scheduler = tools.scheduler
        self.flip = options.duplex
        self.grid = _choose_grid(options)
        self.maker = FaceMaker(edition, options, tools, self.grid)

    def document(self) -> Document:
        fronts, backs = self._fit_cards()
        questions = self.edition.questions
        cards = [
            Card(question, number, count)
            for question in questions
            for count in [max(fronts[question.id].pages, backs[question.id].pages)]
            for number in range(count)
        ]
        gauge = self.maker.choose_gauge(max(len(card.name) for card in cards))
        sides = [
            (side, _list_faces(side, fronts, backs))
            for side in arrange(cards, self.grid, self.flip, self.language)
        ]
        chunks = self.scheduler.chunks([self._sheets(run, gauge) for run in _join_sides(sides)])
        missing = {character for chunk in chunks for character in chunk.missing}
        sheets = sum(not side.is_back for side, _ in sides)
        return Document(
            suffix=CARDS_ENDING,
            data=link(
                chunks,
                self._book(self.language.label("flash_cards"), outline=tuple(map(outline_entry, questions))),
                self.scheduler.fonts,
            ),
            summary=f"{quantity(len(cards), 'card')}, {quantity(sheets, 'sheet')}",
            amounts={"size_cards": len(cards), "size_sheets": sheets},
            warnings=(
                *missing_glyphs(questions, missing),
                *warn_of_tables(
                    questions,
                    "a flash card",
                    lambda question: self.maker.view_text(question, backs[question.id].size),
                    self.maker.width,
                    self._sizes[1][0],
                ),
            ),
            beside=(self._calibration(),) if self.options.calibration else (),
        )

    @property
    def _sizes(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The sizes of fronts and of backs, in points."""
        return (LARGE_CARD_SIZES, LARGE_CARD_SIZES) if self.options.large_print else (FRONT_SIZES, BACK_SIZES)

    def _fit_cards(self) -> tuple[dict[str, Fit], dict[str, Fit]]:
        """Return how the front and the back of each question are set, by its id."""
        questions, (front_sizes, back_sizes) = self.edition.questions, self._sizes
        fronts = fit_side(self.maker, "front", questions, front_sizes)
        backs = fit_side(self.maker, "back", questions, back_sizes)
        if self.options.card_sections:
            short = [question for question in questions if backs[question.id].pages == 1]
            sections = choose_sections(self.maker, short, self.options.card_sections, back_sizes[-1])
            more = [question for question in short if sections[question.id]]
            backs |= fit_side(self.maker, "back", more, back_sizes, sections)
        return fronts, backs

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

    def _sheets(self, sides: Sequence[tuple[Side, Sequence[CardFace]]], gauge: str) -> Job:
        """Return sides of sheets, to be laid out as one document in which each text is set once."""
        page = 0
        texts: dict[tuple[str, str], int] = {}  # the first page of each; cards of one question share it
        sheets: list[str] = []
        shown: list[list[bool]] = []
        for side, faces in sides:
            across, down = self._measure_shift(is_back=side.is_back)
            placed = [format_place(page, across, down)]
            page += 1
            shown.append([])
            for face in faces:
                x, y = across + face.cell.x, down + face.cell.y
                placed.append(format_place(page, x, y))
                page += 1
                key = (face.side, face.card.question.id)
                # A card that goes on with a long answer has no front again, only its frame; an answer is on each.
                has_text = face.side == "back" or face.card.number < face.fit.pages
                shown[-1].append(has_text and key not in texts)
                if shown[-1][-1]:
                    texts[key] = page
                    page += face.fit.pages
                if has_text:
                    placed.append(format_place(texts[key] + min(face.card.number, face.fit.pages - 1), x, y))
            sheets.append(" ".join(placed))
        labels = [self.maker.name_sheet(side) for side, _ in sides]
        contents = [[face.list_content() for face in faces] for _, faces in sides]
        return self.maker.make_job(
            "sheet.html.j2",
            [labels, self.flip, gauge, sheets, contents],
            lambda: {
                "marks": self._marks(),
                "places": "|".join(sheets),
                "sheets": [
                    {
                        "label": label,
                        "faces": [
                            {**self.maker.view(face, gauge), "with_text": with_text}
                            for face, with_text in zip(faces, with_texts, strict=True)
                        ],
                    }
                    for label, (_, faces), with_texts in zip(labels, sides, shown, strict=True)
                ],
            },
            [face.card.question for _, faces in sides for face in faces],
        )

    def _marks(self) -> list[dict[str, object]]:
        return [
            {"x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height, "fold": mark.fold}
            for mark in self.grid.marks(folded=self.flip == "fold")
        ]

    def _measure_shift(self, *, is_back: bool) -> tuple[float, float]:
        """Return how far a side is moved to make up for a printer that shifts, in millimetres."""
        side = int(is_back)
        return self.options.offset_x[side], self.options.offset_y[side]

    def _calibration(self) -> Document:
        """Return sheets that show how far backs are from where they should be, held against the light."""
        sides = list(list_sides(self.flip))
        jobs = []
        for number, is_back in sides:
            moved = self._measure_shift(is_back=is_back)
            values = describe_side(self.grid, self.flip, number, moved, is_back=is_back)
            jobs.append(self.maker.make_job("calibration.html.j2", values, partial(dict, values)))
        chunks = self.scheduler.chunks(jobs)
        fronts = sum(not is_back for _, is_back in sides)
        return Document(
            suffix=CALIBRATION_ENDING,
            data=link(chunks, self._book(self.language.label("calibration")), self.scheduler.fonts),
            summary=quantity(fronts, "sheet"),
            amounts={"size_sheets": fronts},
        )


def _join_sides(
    sides: Iterable[tuple[Side, Sequence[CardFace]]],
) -> list[list[tuple[Side, Sequence[CardFace]]]]:
    """Return sides in the runs in which they are laid out: those to which an answer of many cards goes on, together."""
    runs: list[list[tuple[Side, Sequence[CardFace]]]] = []
    before: set[str] = set()
    for side, faces in sides:
        long = {face.card.question.id for face in faces if face.card.count > MANY_CARDS}
        if before & long:
            runs[-1].append((side, faces))
        else:
            runs.append([(side, faces)])
        before = long
    return runs


def _list_faces(side: Side, fronts: Mapping[str, Fit], backs: Mapping[str, Fit]) -> list[CardFace]:
    """Return what is printed on a side of a sheet, each back after its front if both are on it."""
    faces = [
        [CardFace(name, cell, card, fits[card.question.id]) for cell, card in cards]
        for name, cards, fits in (("front", side.fronts, fronts), ("back", side.backs, backs))
    ]
    if side.fronts and side.backs:
        return [face for pair in zip(*faces, strict=True) for face in pair]
    return [*faces[0], *faces[1]]


def _choose_grid(options: FlashCardOptions) -> Grid:
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
