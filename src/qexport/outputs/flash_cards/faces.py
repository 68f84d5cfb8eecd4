"""The sides of cards: what is on them as HTML, and the style in which it is set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from qexport.common.records import Record
from qexport.common.wording import column_width, shorten
from qexport.content.directions import mirror_css
from qexport.content.images import page_pictures
from qexport.content.languages import language
from qexport.content.question_signs import list_known_links, question_images
from qexport.content.question_view import text_view
from qexport.content.quotes import choose_quotes, typeset_quotes
from qexport.content.technology_colours import choose_colour, number_technologies
from qexport.content.themes import join_styles
from qexport.layout.scheduler import Job
from qexport.outputs.book.entries import anchor
from qexport.outputs.lengths import MM

if TYPE_CHECKING:
    from qexport.bank.lock import Edition
    from qexport.bank.model import Question
    from qexport.content.question_view import QuestionView
    from qexport.outputs.document import Tools
    from qexport.outputs.flash_cards import FlashCardOptions
    from qexport.outputs.flash_cards.arrangement import Card, Side
    from qexport.outputs.flash_cards.sheet import Cell, Grid

PADDING = 5.5
"""Millimetres from the edge of a card to what is on it."""

ID_CHARACTER_WIDTH = 0.6
"""Of the size of the type: the width of a character of an id, the wide ones too."""

LABEL_INDENT = 4.0
"""Millimetres by which the name of a sheet begins to the right of its cards."""

LABEL_SIZE = 6.5
"""Points of the name of a sheet."""

LABEL_CHARACTER_WIDTH = 0.5
"""Of the size of the type: the width of an average character of a name, with some to spare."""

GAUGES = {"words": 15.5, "marks": 10.0, "number": 3.5}
"""How a difficulty is written beside an id (Difficulty 8/10 ▮▮▮, 8/10 ▮▮▮ or 8/10), and the ems it takes."""


class Fit(Record, frozen=True):
    """How one side of a question's card is set."""

    size: float
    """Of its type, in points."""
    pages: int
    sections: tuple[str, ...] = ()
    """What is on it besides the answer."""


class CardFace(Record, frozen=True):
    """One side of a card on its sheet."""

    side: str
    """`front` or `back`."""
    cell: Cell
    card: Card
    fit: Fit

    def list_content(self) -> list[object]:
        """Return what is on it, as a cache can know it."""
        card, fit = self.card, self.fit
        return [self.side, card.question.digest(), card.number, card.count, fit.size, fit.sections]


class FaceMaker:
    """Makes the sides of one set of cards."""

    def __init__(self, edition: Edition, options: FlashCardOptions, tools: Tools, grid: Grid) -> None:
        """Take what all of them have in common; `grid` is that of a sheet."""
        self.edition = edition
        self.tools = tools
        self.grid = grid
        self.language = language(edition.bank.language)
        self.numbers = number_technologies(edition.bank)
        self.known = {question.id: "" for question in edition.bank.questions}
        """The questions that texts may name; a card leads to none."""
        self.size = 16.0 if options.large_print else 8.0
        longest = max(len(question.id) for question in edition.questions) + len(" · 9/9")
        lines = -(-longest // self._count_characters("number"))
        css = _make_card_css(options, tools, grid, self.size, lines=lines)
        self.css = mirror_css(css) if self.language.direction == "rtl" else css

    @property
    def width(self) -> float:
        """Millimetres across what is on a card."""
        return self.grid.card_width - 2 * PADDING

    @property
    def _ems(self) -> float:
        """The same, of the type of names and difficulties."""
        return self.width * MM / self.size

    def choose_gauge(self, longest: int) -> str:
        """Return how difficulties are written beside names of at most so many characters."""
        fitting = [gauge for gauge in GAUGES if longest <= self._count_characters(gauge)]
        return fitting[0] if fitting else "number"

    def _count_characters(self, gauge: str) -> int:
        """Return how many characters of an id have room on a line, beside a difficulty."""
        ems = self._ems - GAUGES[gauge]
        return max(int(ems / ID_CHARACTER_WIDTH), 4)

    def make_job(
        self,
        template: str,
        parts: object,
        values: Callable[[], Mapping[str, object]],
        questions: Sequence[Question] = (),
    ) -> Job:
        """Return a page of cards to be laid out.

        Args:
            template: Of the page, below `cards/`.
            parts: What it is known by, beside what all pages have in common.
            values: Returns what the template is given; called only if the page is not in the cache.
            questions: Those on it.
        """
        frame = {
            "language": self.edition.bank.language,
            "quotes": choose_quotes(self.edition.bank),
            "direction": self.language.direction,
            "title": self.edition.title,
        }
        links = list_known_links(questions, self.known)
        files = page_pictures(
            image for question in questions for image in question_images(question, self.tools.limits)
        )

        def html() -> str:
            cards = self.tools.templates.render(
                f"cards/{template}", **{**frame, "labels": dict(self.language.labels), **values()}
            )
            return typeset_quotes(cards, frame["quotes"])

        return Job(
            ("cards", template, self.tools.look, frame, parts, links, sorted(files)),
            html,
            self.css,
            lambda: files,
        )

    def view(self, face: CardFace, gauge: str) -> dict[str, object]:
        """Return a side for templates, its difficulty written as `gauge` says."""
        question, size = face.card.question, face.fit.size
        view = self.view_text(question, size)
        wanted = ("answer", *face.fit.sections)
        return {
            **view,
            "side": face.side,
            "name": face.card.name,
            "gauge": gauge,
            "anchor": anchor(question),
            "number": choose_colour(question.technology, self.numbers),
            "place": self._name_place(question) if face.side == "front" else self._name_book(question),
            "size": size,
            "sections": [section for section in view["sections"] if section["key"] in wanted],
            "follow_ups": view["follow_ups"] if "follow_ups" in wanted else [],
        }

    def _name_place(self, question: Question) -> str:
        """Return where in the bank a question is, on one line."""
        names = dict.fromkeys(filter(None, (question.technology, question.category)))
        return shorten(" · ".join(names), self._columns)

    def _name_book(self, question: Question) -> str:
        """Return the title and a question's technology on one line; of both, at least half a line is kept."""
        title, technology = self.edition.title, question.technology
        if not technology or technology == title:
            return shorten(title, self._columns)
        room = self._columns - column_width(" · ")
        technology = shorten(technology, max(room - column_width(title), room // 2))
        return f"{shorten(title, room - column_width(technology))} · {technology}"

    def name_sheet(self, side: Side) -> str:
        """Return the book's title and which side of a sheet this is, on one line above the cards."""
        room = self.grid.width - 2 * (self.grid.left + LABEL_INDENT)
        columns = int(room * MM / (LABEL_SIZE * LABEL_CHARACTER_WIDTH))
        name = f" · {side.name}"
        return shorten(self.edition.title, max(columns - column_width(name), 1)) + name

    @property
    def _columns(self) -> int:
        """How many columns of text a line has room for."""
        return int(self._ems / LABEL_CHARACTER_WIDTH)

    def view_text(self, question: Question, size: float) -> QuestionView:
        """Return a question for templates, in type of so many points."""
        return text_view(
            question,
            self.width,
            size,
            heading_level=2,
            questions=self.known,
            language=self.language,
            limits=self.tools.limits,
        )


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
        "label-left": f"{cards.left + LABEL_INDENT:.4f}mm",
        "label-top": f"{cards.height - cards.top + 1.5:.4f}mm",
        "label-shown": "block" if cards.top >= 7 else "none",
    }
    said = "; ".join(f"--{name}: {value}" for name, value in settings.items())
    sources = [*((name, tools.templates.source(name)) for name in names), *tools.styles]
    return join_styles([*sources, ("this sheet", f":root {{ {said} }}")], tools.templates.limits)
