"""Measure sheets of flash cards from their finished PDF, by a tool that did not make it: pdfium.

    python tools/inspect_cards.py                              every grid, paper, flip and number of cards
    python tools/inspect_cards.py --size a7 --flip long        some of them
    python tools/inspect_cards.py --sample 12 --seed 7         some of all there are

Each set of sheets is a line: cards, sheets, and what was found. The exit status is 1 where there was anything.

`inspected()` is what tests use: it returns what is wrong. Where cards have to be is written down here a second time, as
the issue and the makers of perforated sheets say it, not asked of the program.
"""

from __future__ import annotations

import argparse
import ctypes
import random
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise, product
from pathlib import Path
from typing import Any, NamedTuple

import pypdfium2
from pypdfium2 import raw as pdfium

from qexport import choosing
from qexport.bank.lock import Edition
from qexport.bank.model import Bank, Question
from qexport.content.themes import find_theme
from qexport.layout.cache import ChunkCache
from qexport.layout.scheduler import Scheduler
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.flash_cards import FlashCardOptions, document

ROOT = Path(__file__).resolve().parents[1]
MM = 72 / 25.4
NEAR = 0.1
"""Millimetres a card may be from where it should be."""
_TYPED_QUOTES = str.maketrans("‘’“”", "''\"\"")

PAPERS = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
TITLE = "Cards"
"""Of the sheets that are measured here; backs say it."""
COUNTS = (1, 7, 8, 15, 54)
FLIPS = ("long", "short", "manual", "fold")


class Sheet(NamedTuple):
    """Where cards are to be: columns and rows, and for each its left or top edge, and the size of a card. In mm."""

    paper: tuple[float, float]
    lefts: Sequence[float]
    tops: Sequence[float]
    width: float
    height: float


def _even(paper: str, columns: int, rows: int, margin: float) -> Sheet:
    width, height = PAPERS[paper]
    w, h = (width - 2 * margin) / columns, (height - 2 * margin) / rows
    return Sheet(
        PAPERS[paper],
        [margin + w * column for column in range(columns)],
        [margin + h * row for row in range(rows)],
        w,
        h,
    )


INCH = 25.4
SHEETS: Mapping[tuple[str, str], Sheet] = {
    ("2x4", "a4"): _even("a4", 2, 4, 9),
    ("2x4", "letter"): _even("letter", 2, 4, 9),
    ("3x3", "a4"): _even("a4", 3, 3, 9),
    ("3x3", "letter"): _even("letter", 3, 3, 9),
    ("a7", "a4"): Sheet(PAPERS["a4"], [0, 105], [0, 74.25, 148.5, 222.75], 105, 74.25),
    ("a7", "letter"): Sheet(PAPERS["letter"], [2.95, 107.95], [28.325, 102.575, 176.825], 105, 74.25),
    ("3x5in", "a4"): Sheet(PAPERS["a4"], [41.5], [34.2, 110.4, 186.6], 127, 76.2),
    ("3x5in", "letter"): Sheet(PAPERS["letter"], [44.45], [25.4, 101.6, 177.8], 127, 76.2),
    ("avery-5371", "letter"): Sheet(
        PAPERS["letter"],
        [0.75 * INCH, 4.25 * INCH],
        [each * INCH for each in (0.5, 2.5, 4.5, 6.5, 8.5)],
        88.9,
        50.8,
    ),
    ("avery-5388", "letter"): Sheet(PAPERS["letter"], [1.75 * INCH], [INCH, 4 * INCH, 7 * INCH], 127, 76.2),
    ("avery-8373", "letter"): Sheet(
        PAPERS["letter"],
        [0.5 * INCH, 4.5 * INCH],
        [each * INCH for each in (0.75, 3.25, 5.75, 8.25)],
        88.9,
        50.8,
    ),
    ("avery-c32011", "a4"): Sheet(PAPERS["a4"], [15, 110], [13.5, 67.5, 121.5, 175.5, 229.5], 85, 54),
    ("avery-c32015", "a4"): Sheet(PAPERS["a4"], [17, 108], [31.5, 91.5, 151.5, 211.5], 85, 54),
}


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for."""

    size: str
    paper: str
    flip: str
    count: int
    options: tuple[tuple[str, str | bool], ...] = ()

    def __str__(self) -> str:
        more = "".join(f" {name}={value}" for name, value in self.options)
        return f"{self.size} {self.paper} {self.flip} {self.count}{more}"


ORDERS = tuple(
    Order(size, paper, flip, count)
    for (size, paper), flip, count in product(SHEETS, FLIPS, COUNTS)
    if not (size.startswith("avery") and flip == "fold")
)


# --- what a PDF holds --------------------------------------------------------------------------------------------


class Character(NamedTuple):
    """A character, where it begins on its line, and the box it fills; in mm from the upper left corner."""

    text: str
    x: float
    y: float
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Side:
    """A page."""

    width: float
    height: float
    characters: Sequence[Character]
    marks: frozenset[tuple[float, float, float, float]]
    """The thin lines: left, top, right, bottom."""


def sides(data: bytes) -> list[Side]:
    """Read the pages of a PDF."""
    document = pypdfium2.PdfDocument(data)
    return [_side(page) for page in document]


def _side(page: Any) -> Side:
    width, height = page.get_size()
    text = page.get_textpage()
    characters = []
    x, y = ctypes.c_double(), ctypes.c_double()
    for index in range(text.count_chars()):
        character = chr(pdfium.FPDFText_GetUnicode(text, index)).replace(
            "\x02", "-"
        )  # pdfium's end of a line
        if character.isspace():
            continue
        pdfium.FPDFText_GetCharOrigin(text, index, x, y)
        left, bottom, right, top = text.get_charbox(index)
        box = (left / MM, (height - top) / MM, right / MM, (height - bottom) / MM)
        characters.append(Character(character, x.value / MM, (height - y.value) / MM, box))
    marks = set()
    for item in page.get_objects([pdfium.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = item.get_bounds()
        line = (left / MM, (height - top) / MM, right / MM, (height - bottom) / MM)
        if min(line[2] - line[0], line[3] - line[1]) < 0.2 and max(line[2] - line[0], line[3] - line[1]) < 6:
            marks.add(tuple(round(each, 2) for each in line))
    return Side(width / MM, height / MM, characters, frozenset(marks))


class Place(NamedTuple):
    """Where a card lies on a side: its left and top edge."""

    left: float
    top: float


def within(side: Side, place: Place, sheet: Sheet) -> list[Character]:
    """Return what stands on a card."""
    return [
        each
        for each in side.characters
        if place.left <= each.x < place.left + sheet.width and place.top <= each.y < place.top + sheet.height
    ]


# --- what is wrong -----------------------------------------------------------------------------------------------


def places(order: Order) -> tuple[list[Place], list[Place]]:
    """Return where the fronts of a sheet are to be, in their order, and where the back of each is to be."""
    sheet = SHEETS[order.size, order.paper]
    cells = [Place(left, top) for top in sheet.tops for left in sheet.lefts]
    if order.flip == "fold":
        if len(sheet.lefts) > 1:
            rows = [[place for place in cells if place.top == top] for top in sheet.tops]
            pairs = [(row[at], row[at + 1]) for row in rows for at in range(0, len(row) - 1, 2)]
        else:
            pairs = [(cells[at], cells[at + 1]) for at in range(0, len(cells) - 1, 2)]
        return [front for front, _ in pairs], [back for _, back in pairs]
    width, height = sheet.paper
    if order.flip == "short":
        return cells, [Place(left, height - top - sheet.height) for left, top in cells]
    return cells, [Place(width - left - sheet.width, top) for left, top in cells]


def paired(pages: Sequence[Side], order: Order) -> list[tuple[Side, Side]]:
    """Return the fronts and the backs of the sheets, in the order of the sheets."""
    match order.flip:
        case "fold":
            return [(page, page) for page in pages]
        case "manual":
            half = len(pages) // 2
            return list(zip(pages[:half], pages[half:], strict=True))
        case _:
            return list(zip(pages[::2], pages[1::2], strict=True))


def inspected(
    data: bytes, order: Order, questions: Sequence[Question], *, one_each: bool = True
) -> list[str]:
    """Return what is wrong with sheets of cards; `one_each`: where each question is to need one card."""
    return list(_findings(data, order, questions, one_each=one_each))


def _findings(data: bytes, order: Order, questions: Sequence[Question], *, one_each: bool) -> Iterator[str]:
    sheet = SHEETS[order.size, order.paper]
    pages = sides(data)
    for number, page in enumerate(pages, start=1):
        if not (_is(page.width, sheet.paper[0]) and _is(page.height, sheet.paper[1])):
            yield f"page {number} is {page.width:.2f} × {page.height:.2f} mm"
    cards: list[tuple[str, str]] = []
    stands: set[tuple[float, float]] = set()
    for number, (front, back) in enumerate(paired(pages, order), start=1):
        for finding in (*_wrong_marks(front, back, order), *_wrong_cards(front, back, order, cards, stands)):
            yield f"sheet {number}: {finding}"
    if len(stands) > 1:
        yield f"ids stand at {sorted(stands)} of their cards"
    yield from _wrong_texts(cards, questions, one_each=one_each)


def _wrong_cards(
    front: Side, back: Side, order: Order, cards: list[tuple[str, str]], stands: set[tuple[float, float]]
) -> Iterator[str]:
    """Each card's back is behind its front, and no place before the last card is empty. Collects their texts."""
    sheet = SHEETS[order.size, order.paper]
    empty = False
    for before, behind in zip(*places(order), strict=True):
        asked, told = within(front, before, sheet), within(back, behind, sheet)
        if not asked and not told:
            empty = True
            continue
        if empty:
            yield "a card comes after an empty place"
        if not asked or not told:
            yield f"the card at {before} has no {'back' if asked else 'front'}"
            continue
        stand = (asked[0].x - before.left, asked[0].y - before.top)
        stands.add((round(stand[0], 1), round(stand[1], 1)))
        if not (_is(stand[0], told[0].x - behind.left) and _is(stand[1], told[0].y - behind.top)):
            yield f"the ids of the card at {before} are not behind each other"
        yield from _outside(before, asked, sheet)
        yield from _outside(behind, told, sheet)
        cards.append((_text(asked), _text(told)))


def _is(one: float, other: float) -> bool:
    return abs(one - other) <= NEAR


def _text(characters: Sequence[Character]) -> str:
    return bare("".join(each.text for each in characters).replace("\u200b", ""))


def bare(text: str) -> str:
    """Return a text without spaces, and with quotes as they are typed."""
    return "".join(text.split()).translate(_TYPED_QUOTES)


def _outside(place: Place, face: Sequence[Character], sheet: Sheet) -> Iterator[str]:
    """Nothing comes nearer than 4 mm to where it is cut, which printers cannot reach either, or to another line."""
    for each in face:
        left, top, right, bottom = each.box
        if (
            left < place.left + 4
            or right > place.left + sheet.width - 4
            or top < place.top + 4
            or bottom > place.top + sheet.height - 4
        ):
            yield f"{each.text!r} at {each.x:.1f}, {each.y:.1f} is at the edge of its card"
            break
    for one, other in pairwise(sorted(face, key=lambda each: (round(each.y, 1), each.x))):
        ligature = other.box == one.box
        if (
            not ligature and round(one.y, 1) == round(other.y, 1) and other.box[0] < one.box[2] - 0.8
        ):  # an f leans over
            yield f"{one.text!r} and {other.text!r} at {other.x:.1f}, {other.y:.1f} are on each other"
            break
    lines = sorted({round(each.y, 1) for each in face})
    for line, following in pairwise(lines):
        if 0.2 < following - line < 2.5:
            yield f"the lines at {line} and {following} are on each other"


def _wrong_marks(front: Side, back: Side, order: Order) -> Iterator[str]:
    """Marks are where cards end, and at the same places on both sides."""
    sheet = SHEETS[order.size, order.paper]
    columns = {left + far for left in sheet.lefts for far in (0, sheet.width)}
    rows = {top + far for top in sheet.tops for far in (0, sheet.height)}
    marks = [mark for mark in front.marks if not _inside_a_card(mark, order)]
    if not marks:
        yield "no marks"
    for left, top, right, bottom in marks:
        upright = bottom - top > right - left
        line, edges = ((left + right) / 2, columns) if upright else ((top + bottom) / 2, rows)
        if not any(_is(line, edge) for edge in edges):
            yield f"the mark at {left}, {top} is at no card's edge"
    if order.flip == "fold":
        return
    mirrored = {_mirrored(mark, order) for mark in back.marks if not _inside_a_card(mark, order)}
    for mark in marks:
        if not any(all(map(_is, mark, other)) for other in mirrored):
            yield f"the mark at {mark[0]}, {mark[1]} is not on the back"
    if len(mirrored) != len(marks):
        yield f"{len(marks)} marks on the front, {len(mirrored)} on the back"


def _inside_a_card(mark: tuple[float, ...], order: Order) -> bool:
    """Return whether a line is a part of a card: what cards are cut along is not."""
    sheet = SHEETS[order.size, order.paper]
    left, top, right, bottom = mark
    return any(
        x + 0.5 < left and right < x + sheet.width - 0.5 and y + 0.5 < top and bottom < y + sheet.height - 0.5
        for x in sheet.lefts
        for y in sheet.tops
    )


def _mirrored(mark: tuple[float, ...], order: Order) -> tuple[float, ...]:
    width, height = PAPERS[order.paper]
    left, top, right, bottom = mark
    if order.flip == "short":
        return (left, height - bottom, right, height - top)
    return (width - right, top, width - left, bottom)


def _wrong_texts(
    cards: Sequence[tuple[str, str]], questions: Sequence[Question], *, one_each: bool
) -> Iterator[str]:
    """Every question has its cards, in order; every word of both sides is there; every back names its id."""
    at = 0
    for question in questions:
        mine = []
        while at < len(cards) and cards[at][0].startswith(bare(question.id)):
            mine.append(cards[at])
            at += 1
        if not mine or (one_each and len(mine) > 1):
            yield f"{question.id}: {len(mine)} cards"
        names = [
            bare(question.id) + (f"·{number}/{len(mine)}" if len(mine) > 1 else "")
            for number in range(1, len(mine) + 1)
        ]
        for name, (front, back) in zip(names, mine, strict=True):
            if not front.startswith(name):
                yield f"{question.id}: the front {front[:20]!r} does not name {name!r}"
            if not back.startswith(name):
                yield f"{question.id}: the back {back[:20]!r} does not name {name!r}"
        asked = [front.removeprefix(name) for name, (front, _) in zip(names, mine, strict=True)]
        told = [back.removeprefix(name) for name, (_, back) in zip(names, mine, strict=True)]
        yield from _missing_words(question, asked, told)
    if at < len(cards):
        yield f"{len(cards) - at} cards of no question, the first {cards[at][0][:30]!r}"


def _missing_words(question: Question, asked: Sequence[str], told: Sequence[str]) -> Iterator[str]:
    whole = bare(question.question)
    parts = [re.sub(rf"^(Difficulty)?{question.difficulty}/10", "", front) for front in asked]
    if question.difficulty is not None and any(front in asked for front in parts):
        yield f"{question.id}: its difficulty is not on the front"
    place = bare(" · ".join(dict.fromkeys(filter(None, (question.technology, question.category)))))
    for front in parts:
        if not front.startswith(place):
            yield f"{question.id}: its front {front[:40]!r} does not say {place!r}"
    texts = [front.removeprefix(place) for front in parts]
    if whole not in "".join(texts) and texts[:1] != [whole]:
        yield f"{question.id}: its question is not whole on the front"
    behind = bare(" · ".join(filter(None, (TITLE, question.technology))))
    for back in told:
        if not back.startswith(behind):
            yield f"{question.id}: its back {back[:40]!r} does not say {behind!r}"
    if not "".join(back.removeprefix(behind) for back in told).startswith(bare(question.answer)):
        yield f"{question.id}: its answer is not whole on the back"


# --- sheets to measure -------------------------------------------------------------------------------------------


@cache
def _bank() -> Bank:
    return choosing.read_bank(ROOT / "seeds" / "questions.yaml")[0]


def some(count: int) -> tuple[Question, ...]:
    """Return as many questions as wanted, made from the shipped ones."""
    shipped = _bank().questions
    return tuple(
        replace(shipped[n % len(shipped)], id=f"{shipped[n % len(shipped)].id}-{n // len(shipped)}")
        for n in range(count)
    )


def make(order: Order, questions: Sequence[Question], scheduler: Scheduler | None = None) -> Document:
    """Make the sheets of an order."""
    options = parse_options(
        FlashCardOptions,
        {"card-size": order.size, "paper": order.paper, "duplex": order.flip, **dict(order.options)},
    )
    look = find_theme(options.theme)
    edition = Edition(bank=_bank(), questions=tuple(questions), title=TITLE, scope="All questions")
    tools = Tools(look.templates(), look.styles(), look.digest(), scheduler or Scheduler())
    return document.render(edition, options, tools)


def main() -> int:
    """Measure the sheets asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--size", action="append", choices=sorted({size for size, _ in SHEETS}))
    parser.add_argument("--flip", action="append", choices=FLIPS)
    parser.add_argument("--sample", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the PDFs, to look at them")
    asked = parser.parse_args()
    orders = [o for o in ORDERS if o.size in (asked.size or [o.size]) and o.flip in (asked.flip or [o.flip])]
    if asked.sample:
        orders = random.Random(asked.seed).sample(orders, min(asked.sample, len(orders)))  # noqa: S311
    wrong = 0
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        scheduler = Scheduler(ChunkCache(Path(folder)))
        for order in orders:
            questions = some(order.count)
            document = make(order, questions, scheduler)
            if asked.keep:
                asked.keep.mkdir(parents=True, exist_ok=True)
                (asked.keep / f"{order}.pdf".replace(" ", "-")).write_bytes(document.data)
            found = [*inspected(document.data, order, questions), *document.warnings]
            wrong += len(found)
            print(f"{order!s:30} {document.summary:22} {len(found) or 'nothing wrong'}")
            for each in found[:5]:
                print(f"    {each}")
    print(f"{len(orders)} sets of sheets, {wrong} findings, {time.perf_counter() - started:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
