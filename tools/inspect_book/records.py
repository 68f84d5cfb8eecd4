"""What a PDF is read into: structure elements, runs of text, links, pages, pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from PIL import Image

MM = 72 / 25.4
TEXT_BLOCKS = ("P", *(f"H{level}" for level in range(1, 7)), "LBody", "Lbl", "TD", "TH", "Caption")
"""Elements of structure that hold text themselves."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a book should not have."""

    check: str
    page: int
    """Counted from 1; 0: the whole book."""
    what: str

    def __str__(self) -> str:
        return f"{self.check}: page {self.page}: {self.what}" if self.page else f"{self.check}: {self.what}"


@dataclass(eq=False, slots=True)
class Element:
    """An element of the structure tree."""

    tag: str
    parent: Element | None
    alt: str = ""
    name: str = ""
    """Its ID."""
    kids: list[Element | Content] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    def walk(self) -> Iterator[Element]:
        """This element and all below it, in reading order."""
        yield self
        for kid in self.kids:
            if isinstance(kid, Element):
                yield from kid.walk()

    def runs(self) -> Iterator[Run]:
        """All text below, in reading order."""
        for kid in self.kids:
            yield from kid.runs() if isinstance(kid, Element) else kid.runs

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs())

    @property
    def block(self) -> Element:
        """The paragraph, heading, cell or list item this is a part of."""
        element = self
        while element.tag in ("Span", "Code", "Link", "NonStruct", "Figure", "Lbl") and element.parent:
            element = element.parent
        return element

    @property
    def ancestors(self) -> Iterator[Element]:
        element = self.parent
        while element:
            yield element
            element = element.parent


@dataclass(eq=False, slots=True)
class Content:
    """A piece of a page's content that belongs to an element."""

    element: Element
    runs: list[Run] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class Run:
    """A text as it is drawn in one go. Lengths are points from the lower left corner of the trimmed page."""

    page: int
    text: str
    left: float
    bottom: float
    right: float
    top: float
    baseline: float
    size: float
    colour: tuple[int, ...]
    artifact: bool
    element: Element | None
    ground: tuple[int, ...] = ()
    """The colour most of what is around it has; none where nothing else is seen there."""

    def __str__(self) -> str:
        return repr(self.text.strip())


class Link(NamedTuple):
    """A link annotation."""

    page: int
    to_page: int
    """0: it leads out of the book."""
    to_top: float
    uri: str
    said: str
    """What a screen reader says of it."""


class Tab(NamedTuple):
    """A mark at the edge of a page: where it is, in points from the foot of the page, and its colour."""

    bottom: float
    top: float
    colour: tuple[int, ...]


@dataclass(eq=False, slots=True)
class Page:
    """A page: its boxes, what is drawn on it, and how it looks."""

    number: int
    media: tuple[float, ...]
    trim: tuple[float, ...]
    bleed: tuple[float, ...]
    runs: list[Run]
    ink: tuple[float, float, float, float] | None = None
    """The box of all that is drawn between the strips of the tabs."""
    edges: tuple[Tab | None, Tab | None] = (None, None)
    """What is drawn in the strip of a tab, at the left and at the right edge."""
    ground: tuple[int, ...] = ()
    """The colour of its paper."""
    has_crop_marks: bool = False
    has_spine: bool = False
    """Whether its left edge stands out from its paper as far as it is cut."""

    @property
    def width(self) -> float:
        return self.trim[2] - self.trim[0]

    @property
    def height(self) -> float:
        return self.trim[3] - self.trim[1]

    @property
    def body(self) -> list[Run]:
        """What a reader reads: no running heads, no folios."""
        return [run for run in self.runs if run.element]


TAB = 5 * MM
"""The strip at an edge in which a technology has its mark."""


class Picture:
    """How a page looks: its media box, 2 pixels a point. It takes 3 to 9 MB, and is let go when it was looked at."""

    def __init__(self, page: Page, image: Image.Image) -> None:
        self.page = page
        self.image = image
        self.grey = image.convert("L")

    def look(self) -> None:
        """Write down what is seen."""
        page = self.page
        page.ground = self._colour(page.width / 2, page.height - 6, page.width / 2 + 4, page.height - 2)
        for run in page.runs:
            if run.text.strip():
                colours = self._colours(run.left - 1, run.bottom - 1, run.right + 1, run.top + 1)
                run.ground = max(colours)[1] if len(colours) > 1 else ()
        left, right = TAB, page.width - TAB
        if box := self._ink(left, right):
            page.ink = (
                left + box[0] / 2,
                page.height - box[3] / 2,
                left + box[2] / 2,
                page.height - box[1] / 2,
            )
        page.edges = self._tab(0, left), self._tab(right, page.width)
        if page.media != page.trim:
            page.has_crop_marks = self._has_crop_marks()
            page.has_spine = not self._has_ground(-2.5 * MM, 0, -1, page.height)

    def _ink(self, left: float, right: float) -> tuple[int, int, int, int] | None:
        """Return the box of all that is drawn in a strip of the page, in half points from its top left corner."""
        return self._marks(left, 0, right, self.page.height).getbbox()

    def _tab(self, left: float, right: float) -> Tab | None:
        """Return what is drawn in a strip of the page, and the colour most of it has."""
        if not (box := self._ink(left, right)):
            return None
        bottom, top = self.page.height - box[3] / 2, self.page.height - box[1] / 2
        return Tab(bottom, top, self._colour(left + box[0] / 2, bottom, left + box[2] / 2, top))

    def _colour(self, *box: float) -> tuple[int, ...]:
        """Return the colour that most of a part has."""
        return max(self._colours(*box), default=(0, ()))[1]

    def _colours(self, *box: float) -> list[tuple[int, tuple[int, ...]]]:
        """Return the colours of a part, each after the number of its pixels; none where they are too many."""
        part = self.cut(*box).convert("RGB")
        # A table for all colours there may be takes longer to make than a line of text to count.
        colours: Any = part.getcolors(256) or part.getcolors(1 << 16)
        return list(colours or ())

    def _marks(self, *box: float) -> Image.Image:
        """Return a part of the page: white where it is not its paper, else black."""
        paper: Any = Image.new("RGB", (1, 1), self.page.ground).convert("L").getpixel((0, 0))
        shades = [255 if abs(value - paper) > 16 else 0 for value in range(256)]
        return self.cut(*box, of=self.grey).point(shades)

    def _has_ground(self, *box: float) -> bool:
        """Whether the paper is seen anywhere in a part."""
        extremes: Any = self._marks(*box).getextrema()
        return bool(extremes[0] == 0)

    def cut(
        self, left: float, bottom: float, right: float, top: float, *, of: Image.Image | None = None
    ) -> Image.Image:
        """A part of it, in points of the trimmed page."""
        x, y = self.page.trim[0] - self.page.media[0], self.page.media[3] - self.page.trim[1]
        box = (2 * (x + left), 2 * (y - top), 2 * (x + right), 2 * (y - bottom))
        return (of or self.image).crop(
            (math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3]))
        )

    def _is_dark(self, *box: float) -> bool:
        extremes: Any = self.cut(*box, of=self.grey).getextrema()
        return bool(extremes[0] <= 128)

    def _has_crop_marks(self) -> bool:
        """Whether there is a line at each corner, across and up, beyond the bleed and in line with the edge."""
        page = self.page
        beyond = page.bleed[0] - page.media[0]
        if beyond < 2:
            return False
        out = page.trim[0] - page.media[0]
        for x, across in ((0.0, -1), (page.width, 1)):
            for y, up in ((0.0, -1), (page.height, 1)):
                level = sorted((x + across * out, x + across * (out - beyond)))
                upright = sorted((y + up * out, y + up * (out - beyond)))
                for box in ((level[0], y - 2, level[1], y + 2), (x - 2, upright[0], x + 2, upright[1])):
                    if not self._is_dark(*box):
                        return False
        return True


class OutlineLine(NamedTuple):
    """A line of the PDF outline."""

    depth: int
    title: str
    page: int


class Heading(NamedTuple):
    """A heading, and where its text really is."""

    level: int
    text: str
    page: int
    element: Element
