"""Checks of where things are on a page, and how they look."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import takewhile
from pathlib import Path

import pikepdf

from qexport.bank.model import PROSE_SECTIONS
from tools.inspect_book.book import STRAIGHT, Book, bare
from tools.inspect_book.order import Order, find_opening, is_heading, placed
from tools.inspect_book.records import MM, Element, Finding, Page


def find_headings_at_the_foot(book: Book, order: Order) -> Iterator[Finding]:
    """Three lines of what follows a heading stand on its page, or all of it if it is shorter."""
    blocks = list(book.lines)
    above = {
        block for heading in book.headings for block in find_opening(heading).walk() if not is_heading(block)
    }
    tags = [re.fullmatch(r"H([1-6])", block.tag) for block in blocks]
    for index, block in enumerate(blocks):
        if (
            block.tag == "H1"
        ):  # it begins a page: what stands above it there, such as a part's number, is its own
            page = book.lines[block][0][0].page
            before = reversed(blocks[:index])
            above |= set(takewhile(lambda other, page=page: book.lines[other][0][0].page == page, before))  # type: ignore[misc]
    for index, block in enumerate(blocks):
        if not tags[index]:
            continue
        page = book.lines[block][-1][0].page
        section = _section(block)
        following = []
        for other, tag in zip(blocks[index + 1 :], tags[index + 1 :], strict=True):
            if tag and int(tag[1]) <= int(tags[index][1]):  # type: ignore[index]
                break
            if other in above or (section and not _goes_on(section, _section(other))):
                break
            following += [] if tag else [line[0].page for line in book.lines[other]]
            if len(following) > 3:
                break
        opening = next((each for each in book.headings if each.element is block), None)
        first = max(
            run.top for run in (find_opening(opening) if opening else block).runs() if run.page == page
        )
        if (
            first > book.pages[page - 1].height * 0.85
        ):  # it begins its page: what follows fits on none with it
            continue
        least = 1 if block.tag == "H1" else 3  # a part's title may have its page for itself and its count
        if sum(each == page for each in following) < min(least, len(following)):
            yield Finding("headings", page, f"{block.text.strip()!r} is too near the foot")


def _section(block: Element) -> Element | None:
    return next((element for element in block.ancestors if element.tag == "Sect"), None)


def _goes_on(section: Element, other: Element | None) -> bool:
    """Whether it is the same section; on the next page it is another element, which has no heading."""
    return other is section or (other is not None and not any(map(is_heading, other.walk())))


def find_stranded_lines(book: Book, order: Order) -> Iterator[Finding]:
    """No paragraph leaves a single line behind; no question ends on a page with one or two lines."""
    ends = {paragraph[-40:] for paragraphs in order.paragraphs.values() for paragraph in paragraphs}
    longest = {
        length: {end[-length:] for end in ends if len(end) >= length} for length in {len(end) for end in ends}
    }
    addresses = {f"({bare(link.uri)})" for link in book.links if link.uri}  # on paper they are told
    places = placed(book, order)
    breaks = {number for place in places for number in range(place.heading.page, place.last_page)}
    breaks -= {place.told_page - 1 for place in places if place.told_page > place.heading.page}  # meant
    for number in sorted(breaks):
        page, following = book.pages[number - 1 : number + 1]
        one, other = _last_block(book, page), _first_block(book, following)
        if not one or not other:
            continue
        text = bare(one.text)
        told = next((each for each in addresses if text.endswith(each)), "")
        text = text.removesuffix(told)
        item = re.fullmatch("LI|LBody", one.tag)
        ended = any(text[-length:] in found for length, found in longest.items()) or (
            item and text[-1] in ".?!"
        )
        if ended or one.tag != other.tag or re.fullmatch("H[1-6]", one.tag):
            continue
        for block, which in ((one, page), (other, following)):
            if sum(line[0].page == which.number for line in book.lines[block]) < 2:
                yield Finding("stranded", which.number, f"a single line {block.text.strip()[:60]!r}")
    for place in places:
        if place.last_page > place.heading.page and not order.options.flow:
            lines = {round(run.baseline) for run in book.pages[place.last_page - 1].body if run.text.strip()}
            if len(lines) <= 2 and not _is_all_heading(book.pages[place.last_page - 2]):
                yield Finding(
                    "stranded", place.last_page, f"{place.question.id} ends with {len(lines)} lines"
                )


def _is_all_heading(page: Page) -> bool:
    """Whether a question takes a page for itself: nothing of it would go along with its answer."""
    tags = {run.element.block.tag for run in page.body if run.element and run.text.strip()}
    return tags <= {"P", "H2", "H3"} and not any(
        "Sect" in {a.tag for a in run.element.ancestors} for run in page.body if run.element
    )


def _blocks(page: Page) -> Iterable[Element]:
    """The blocks a page has text of, each once, in the order their text is drawn."""
    return dict.fromkeys(run.element.block for run in page.body if run.element and run.text.strip())


def _last_block(book: Book, page: Page) -> Element | None:
    return min(
        _blocks(page),
        key=lambda block: min(run.baseline for run in block.runs() if run.page == page.number),
        default=None,
    )


def _first_block(book: Book, page: Page) -> Element | None:
    return max(
        _blocks(page),
        key=lambda block: max(run.baseline for run in block.runs() if run.page == page.number),
        default=None,
    )


EDGES = {"a6": 4.8}
"""Millimetres from the edge of a page to the nearest text, where they are not 8."""


def find_what_is_outside(book: Book, order: Order) -> Iterator[Finding]:
    """All text stands inside the text box, all ink on the page's own area, and no text on another."""
    inner, low, outer, high = order.text_box
    for page in book.pages:
        verso = order.on_paper and page.number % 2 == 0
        left, right = (outer, inner) if verso else (inner, outer)
        box = (left, low, page.width - right, page.height - high)
        for run in page.body if page.number > 1 else ():
            over = max(box[0] - run.left, box[1] - run.bottom, run.right - box[2], run.top - box[3])
            if over > 0.5 + run.size / 10 and run.text.strip():  # a J or f reaches out of its own box
                yield Finding("outside", page.number, f"{run} is {over:.1f} pt outside the text box")
        edge = EDGES.get(order.options.paper, 8)
        for run in page.runs:
            if not edge * MM <= run.left <= run.right <= page.width - edge * MM and run.text.strip():
                yield Finding("outside", page.number, f"{run} is less than {edge} mm from the edge")
        if page.number > 1:
            ink = page.ink
            if ink and (
                ink[0] < box[0] - 3 or ink[2] > box[2] + 3 or ink[1] < 6 * MM or ink[3] > page.height - 6 * MM
            ):
                yield Finding("outside", page.number, f"ink at {', '.join(f'{each:.0f}' for each in ink)} pt")
            if page.edges[verso]:  # tabs are at the outer edge: of a verso, the left one
                yield Finding("outside", page.number, "ink at the inner edge, where no tab is")
        yield from find_overlaps(page)


def find_overlaps(page: Page) -> Iterator[Finding]:
    """Texts of a page that lie upon each other."""
    runs = sorted((run for run in page.runs if run.text.strip()), key=lambda run: run.bottom)
    for index, run in enumerate(runs):
        for other in runs[index + 1 :]:
            if other.bottom > run.top:
                break
            deep = min(run.top, other.top) - other.bottom
            wide = min(run.right, other.right) - max(run.left, other.left)
            if wide > 2 and deep > 0.35 * min(run.top - run.bottom, other.top - other.bottom):
                yield Finding("outside", page.number, f"{run} and {other} overlap")


def find_long_lines(book: Book, order: Order) -> Iterator[Finding]:
    """A full line of running text has 60 to 75 characters, in the middle; on A6 it may have 55.

    In a theme with two columns no line has more than 90, though all its letters are narrow, where most have 75.
    """
    if not order.options.large_print and order.options.theme in IN_COLUMNS:
        longest = max(_full_lines(book), key=len, default="")
        if len(longest) > 90:
            yield Finding("measure", 0, f"a line has {len(longest)} characters: {longest[:60]!r}")
    if order.measured and not order.options.large_print and order.options.theme not in IN_COLUMNS:
        usual = line_length(book)
        if not (55 if order.options.paper == "a6" else 60) <= usual <= 75:
            yield Finding("measure", 0, f"a full line has {usual:.0f} characters")


IN_COLUMNS = ("pocket",)
"""Themes with two columns, whose lines are shorter."""


def line_length(book: Book) -> float:
    """The characters of the middle one of all full lines of running text."""
    lengths = [len(text) for text in _full_lines(book)]
    return statistics.median(lengths) if lengths else 0


def _full_lines(book: Book) -> Iterator[str]:
    """Yield the lines of running text but for the last of each paragraph; code is as wide as it is written."""
    for block, lines in book.lines.items():
        if block.tag == "P" and any(element.tag == "Sect" for element in block.ancestors):
            for line in lines[:-1]:
                if not all(run.element and run.element.tag == "Code" for run in line):
                    yield "".join(run.text for run in line).strip()


def find_weak_contrast(book: Book, order: Order) -> Iterator[Finding]:
    """Text stands out from its ground by 4.5 to 1 (WCAG 2.2, 1.4.3); on mono everything is black or white."""
    for page in book.pages:
        for run in page.runs:
            if not run.text.strip():
                continue
            if not run.ground:
                yield Finding("contrast", page.number, f"nothing is seen of {run}")
                continue
            ratio = contrast(run.colour, run.ground)
            if ratio < 4.5:
                yield Finding("contrast", page.number, f"{run} has {ratio:.1f} to 1")
            if order.options.theme == "mono" and (any(run.colour) or run.ground != (255, 255, 255)):
                yield Finding("contrast", page.number, f"{run} is {run.colour} on {run.ground} in mono")


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """The contrast ratio of two sRGB colours (WCAG 2.2)."""

    def luminance(colour: Sequence[int]) -> float:
        linear = [
            each / 255 / 12.92 if each / 255 <= 0.04045 else ((each / 255 + 0.055) / 1.055) ** 2.4
            for each in colour
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def find_small_print(book: Book, order: Order) -> Iterator[Finding]:
    """Large print is 16 pt and over, all of it; else nothing is under 6.5 pt."""
    least = 16 if order.options.large_print else 6.5
    small = {
        (run.page, round(run.size, 1)): run
        for page in book.pages
        for run in page.runs
        if run.text.strip() and run.size < least - 0.01
    }
    for (page, size), run in small.items():
        yield Finding("size", page, f"{run} is {size} pt")


def find_wrong_boxes(book: Book, order: Order) -> Iterator[Finding]:
    """Pages have the size asked for; on paper the room is at the binding; prepress has bleed and marks."""
    width, height = order.page_size
    for page in book.pages:
        if abs(page.width - width) > 0.1 or abs(page.height - height) > 0.1:
            yield Finding("boxes", page.number, f"{page.width:.1f} × {page.height:.1f} pt")
        bleeds = [
            page.trim[0] - page.bleed[0],
            page.trim[1] - page.bleed[1],
            page.bleed[2] - page.trim[2],
            page.bleed[3] - page.trim[3],
        ]
        least, most = (3 * MM, 5 * MM) if order.options.media == "prepress" else (0, 0)
        if not all(least - 0.1 < bleed < most + 0.1 for bleed in bleeds):
            yield Finding("boxes", page.number, f"bleeds {', '.join(f'{bleed:.1f}' for bleed in bleeds)} pt")
        if least and not page.has_crop_marks:
            yield Finding(
                "boxes", page.number, "no crop marks at the corners of the trimmed page, outside the bleed"
            )
    if order.options.media == "prepress" and not book.pages[0].has_spine:
        yield Finding("boxes", 1, "the spine of the cover does not reach into the bleed")


def find_noise(book: Book, order: Order) -> Iterator[Finding]:
    """qpdf and poppler read the file without a word, and poppler every paragraph."""
    # What is for a press has the same text as in print: only the page's origin is another.
    has_words = order.output == "handbook" and order.options.media != "prepress"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.pdf"
        path.write_bytes(book.data)
        commands = [
            ["qpdf", "--check", path],
            ["pdfinfo", "-struct", path],  # with texts, too, it takes minutes for a large book
            ["pdffonts", "-l", "1", path],  # all pages have one table of fonts; pdftotext asks each for it
            ["pdftotext", *(_area(order) if has_words else ()), path, "-"],
        ]
        for command in commands:
            if shutil.which(str(command[0])):
                done = subprocess.run(list(map(str, command)), capture_output=True, check=False)
                if done.returncode or done.stderr:
                    yield Finding("noise", 0, f"{command[0]}: {done.stderr.decode(errors='replace')[:200]}")
                if has_words and command[0] == "pdftotext":
                    yield from _find_lost_words(done.stdout.decode(), order)
        if not shutil.which("qpdf"):
            with pikepdf.open(BytesIO(book.data)) as pdf:
                yield from (Finding("noise", 0, f"qpdf: {problem}") for problem in pdf.check_pdf_syntax())


def _area(order: Order) -> list[str]:
    """Return how pdftotext is told to read the words of each page's text box in the order they are drawn."""
    width, height = order.page_size
    inner, low, _, high = order.text_box
    labels = (
        round(inner + order.side - 6) if order.side else 0
    )  # they stand beside the text, and are drawn after it
    box = [labels, round(high) - 4, round(width) - labels, round(height - high - low) + 6]
    return [
        "-raw",
        *(word for name, value in zip("xyWH", box, strict=True) for word in (f"-{name}", str(value))),
    ]


def _find_lost_words(words: str, order: Order) -> Iterator[Finding]:
    """What poppler reads of the text boxes, words apart, has every paragraph of plain text."""
    read = " ".join(words.replace("\f", " ").split()).translate(STRAIGHT)
    for question in order.questions:
        if question.markup != "plain" or re.search(r"\S{40}|[^\x00-\u024f\u2010-\u203a]", repr(question)):
            continue
        for key in PROSE_SECTIONS:
            for paragraph in re.split(r"\n\s*\n", getattr(question, key)):
                text = " ".join(paragraph.split()).translate(STRAIGHT)
                if text not in read and text.replace(" ", "") not in read.replace(" ", ""):
                    yield Finding("texts", 0, f"poppler: {question.id}: {key} {text[:40]!r} is not whole")
