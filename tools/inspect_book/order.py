"""What a book was made from, and what it should hold."""

from __future__ import annotations

import html.parser
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from qexport.common.errors import Problem
from qexport.content.languages import Language, language
from qexport.content.markdown_page import MarkdownPage
from qexport.content.text import write_headed, write_prose
from qexport.content.themes import find_theme
from qexport.outputs import paper
from qexport.outputs.handbook import HandbookOptions
from tools.inspect_book.book import NUMBERS, Book, bare, characters
from tools.inspect_book.records import MM, Element, Heading, Run

PAPERS = {name: (each.width, each.height) for name, each in paper.PAPERS.items()}
"""Width and height in mm."""

OWN_PAGES = {"tablet": (254, 190.5), "tablet-dark": (254, 190.5)}
"""Themes whose pages have a size of their own, whatever the paper; mm."""


LARGE_MARGINS = {"top": 6 + 3.5 + 1.07 * 16 / MM, "bottom": 6 + 3.5 + 1.07 * 17 / MM}
"""Millimetres at least in large print: the white edge, the gap, and the running head or the folio."""


@dataclass(frozen=True)
class Order:
    """What a book was made from."""

    bank: Bank
    questions: Sequence[Question]
    options: HandbookOptions
    warnings: Sequence[Problem] = ()
    measured: bool = False
    """Whether its lines are long enough to count their characters."""
    judged_index: str = ""
    """The name of the lists in tests/golden/index that say which terms its index should have."""
    output: str = "handbook"

    @property
    def on_paper(self) -> bool:
        return self.options.media != "screen"

    @cached_property
    def language(self) -> Language:
        """What the words of the book that are not the bank's are in."""
        return language(self.bank.language)

    @property
    def page_size(self) -> tuple[float, float]:
        """Width and height of a page in points."""
        width, height = OWN_PAGES.get(self.options.theme, PAPERS[self.options.paper])
        return width * MM, height * MM

    @cached_property
    def _lengths(self) -> dict[str, float]:
        """The lengths in mm that the paper sets, and the theme after it."""
        css = [
            paper.PAPERS[self.options.paper].css(),
            *(text for _, text in find_theme(self.options.theme).styles()),
        ]
        return {name: float(value) for name, value in re.findall(r"--([\w-]+): ([\d.]+)mm", "".join(css))}

    @property
    def side(self) -> float:
        """Points of the column of labels beside the text."""
        if self.options.large_print:
            return 0
        return MM * self._lengths.get("side", 42 if self.options.paper in ("a4", "letter") else 0)

    @cached_property
    def text_box(self) -> tuple[float, float, float, float]:
        """Margins in points: inner, bottom, outer, top."""
        mm = {name: self._lengths[f"margin-{name}"] for name in ("inner", "bottom", "outer", "top")}
        if self.options.large_print:
            mm |= {side: max(mm[side], least) for side, least in LARGE_MARGINS.items()}
        gutter = 3 if self.on_paper else 0
        return tuple(
            MM * each for each in (mm["inner"] + gutter, mm["bottom"], mm["outer"] - gutter, mm["top"])
        )  # type: ignore[return-value]

    @property
    def sections(self) -> tuple[str, ...]:
        """The fields below a question, in the order they are read."""
        if self.options.hides_answers:
            return ("follow_ups", *PROSE_SECTIONS)
        return (*PROSE_SECTIONS, "follow_ups")

    @cached_property
    def found(self) -> list[tuple[Book, list[Placed]]]:
        """The book its questions were looked for in last, and where they are: most checks ask for them."""
        return []

    @cached_property
    def paragraphs(self) -> dict[str, list[str]]:
        """For each id, its blocks of text, bare."""
        return {
            question.id: [block for _, blocks in texts(question) for block in blocks]
            for question in self.questions
        }


def texts(question: Question) -> Iterator[tuple[str, list[str]]]:
    """Yield (field, its paragraphs), bare, as a reader should find them."""
    for key in ("question", *PROSE_SECTIONS, "follow_ups"):
        value = getattr(question, key)
        if question.markup == "plain":
            parts = (
                value
                if key == "follow_ups"
                else value.split("\n", 1)
                if key == "question"
                else re.split(r"\n\s*\n", value)
            )
        else:
            lines = {"question": [value], "follow_ups": value}.get(key, [])
            markup = [part for each in lines for part in write_headed(each, "markdown", MarkdownPage())]
            markup += [] if lines or key == "follow_ups" else [write_prose(value, "markdown")]
            parts = [block for each in markup for block in _Blocks(each).blocks]
        yield key, [bare(part) for part in parts if bare(part)]


class _Blocks(html.parser.HTMLParser):
    """The texts of HTML's blocks."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.blocks = [""]
        self.feed(str(source))  # Markup would escape what it is told to read
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag not in ("a", "br", "code", "em", "s", "span", "strong"):
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, ())

    def handle_data(self, data: str) -> None:
        self.blocks[-1] += data


class Placed(NamedTuple):
    """A question of the book: its heading, and the pages it goes over."""

    question: Question
    heading: Heading
    last_page: int
    text: str
    """All that is read of it, bare."""
    unsaid: frozenset[str] = frozenset()
    """Characters a number represents."""
    told_page: int = 0
    """Where its answer begins."""


def numbered(text: str) -> frozenset[str]:
    """The characters that are named by their numbers in a text."""
    return frozenset(
        characters("".join(each[0] for each in NUMBERS.finditer(re.sub(r"[\s\u200b]+", "", text))))
    )


def is_heading(element: Element) -> bool:
    return re.fullmatch(r"H[1-6]", element.tag) is not None


def find_opening(heading: Heading) -> Element:
    """What is above the question, too."""
    parent = heading.element.parent
    return parent if parent and parent.tag == "Div" else heading.element


def placed(book: Book, order: Order) -> list[Placed]:
    """The questions in the book, by their headings, which must be in the order of the list."""
    if not order.found or order.found[0][0] is not book:
        order.found[:] = [(book, _find_questions(book, order))]
    return order.found[0][1]


def _find_questions(book: Book, order: Order) -> list[Placed]:
    wanted = [next(iter(texts(question)))[1][0] for question in order.questions]
    at = []
    headings = iter(book.headings)
    for text in wanted:
        found = next(
            (
                heading
                for heading in headings
                if heading.text == text and heading.element.parent and heading.level > 1
            ),
            None,
        )
        if found is None:
            return []
        at.append(found)
    read = list(book.root.runs())
    position = {run: number for number, run in enumerate(read)}
    starts = {}
    for heading in [*at, *book.headings]:
        if heading in at or heading.level == 1:
            starts[position[next(find_opening(heading).runs())]] = heading.level
    told = _told(book, order, at)
    starts |= {position[next(block.runs())]: 0 for block in told.values()}
    places = []
    for number, (question, heading) in enumerate(zip(order.questions, at, strict=True)):
        runs = _until_next(read, starts, position[next(heading.element.runs())])
        if number in told:
            runs += _until_next(read, starts, position[next(told[number].runs())])
        text = "".join(run.text for run in runs)
        page = next(told[number].runs()).page if number in told else heading.page
        places.append(Placed(question, heading, runs[-1].page, bare(text), numbered(text), page))
    return places


def _until_next(read: Sequence[Run], starts: Mapping[int, int], start: int) -> list[Run]:
    """The text from there up to what begins next: a question (its level), its answer (0), or a list (1)."""
    end = min((each for each in starts if each > start), default=len(read))
    runs = [run for run in read[start:end] if run.text.strip()]
    if end < len(read) and starts[end] == 1:  # what stands above a part's title is the part's
        runs = [run for run in runs if run.page < read[end].page]
    return runs


def _told(book: Book, order: Order, asked: Sequence[Heading]) -> dict[int, Element]:
    """The lines that say a question again above its answer, by its number, if answers are hidden."""
    if not order.options.hides_answers:
        return {}
    said = [(block, bare(block.text), lines[0][0].page) for block, lines in book.lines.items()]
    found = {}
    for number, heading in enumerate(asked):
        again = (block for block, text, page in said if text == heading.text and page > heading.page)
        if block := next((block for block in again if block.tag in ("P", "H2")), None):
            found[number] = block
    return found
