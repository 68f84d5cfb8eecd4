"""Checks over many pages at once: tabs, index, distance of lines, and how much paper is used."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from qexport.outputs.handbook.plan import FILLS, FLOWING, SHORT_ONES
from tools.inspect_book.book import Book, bare
from tools.inspect_book.layout_checks import contrast
from tools.inspect_book.order import Order, Placed, find_opening, placed
from tools.inspect_book.records import Element, Finding, Run, Tab
from tools.measure_index import fold_term, read_lists

NEAR = 0.6
"""Points within which two things are at one place: a page is looked at in half points."""

ABOVE = 12
"""Points between a question's id and the rule above it."""

EMPTY_LINE = 2
"""Times the size of code: lines that are as far apart have an empty one between them."""

FEWEST = 0.9
"""Part of the wanted terms that an index has, and part of its entries that are not useless."""


def find_wrong_tabs(book: Book, order: Order) -> Iterator[Finding]:
    """All pages of a technology, so both sides of a leaf too, have one tab at one place; technologies step down."""
    known = dict.fromkeys([*order.bank.technologies, *(each.technology for each in order.bank.questions)])
    on_page: dict[int, set[str]] = defaultdict(set)
    for place in placed(book, order):
        for number in range(place.heading.page, place.last_page + 1):
            on_page[number].add(place.question.technology)
    several = len(set().union(*on_page.values()) - {""}) > 1 if on_page else False
    tabs: dict[str, tuple[int, Tab]] = {}
    for number, technologies in sorted(on_page.items()):
        page = book.pages[number - 1]
        tab = page.edges[0 if order.on_paper and number % 2 == 0 else 1]
        if len(technologies) > 1 or "" in technologies:
            continue
        name = next(iter(technologies))
        if (tab is not None) != several:
            yield Finding("tabs", number, f"{'no' if several else 'a'} tab for {name!r}")
        if tab is None:
            continue
        first, at_first = tabs.setdefault(name, (number, tab))
        if max(abs(tab.bottom - at_first.bottom), abs(tab.top - at_first.top)) > NEAR:
            yield Finding("tabs", number, f"the tab of {name!r} is not where it is on page {first}")
        if tab.colour != at_first.colour:
            yield Finding("tabs", number, f"the tab of {name!r} has not the colour it has on page {first}")
        if contrast(tab.colour, page.ground) < 3:  # WCAG 2.2, 1.4.11
            yield Finding("tabs", number, f"the tab of {name!r} stands out too little")
    stepping = [(name, tabs[name][1]) for name in known if name in tabs]
    for (above, one), (below, other) in pairwise(stepping):
        if other.top > one.bottom + NEAR:
            yield Finding("tabs", tabs[below][0], f"the tab of {below!r} is not below that of {above!r}")


def find_poor_index(book: Book, order: Order) -> Iterator[Finding]:
    """Of the terms a reader looks up, those that are in the questions are in the index; few entries are useless."""
    if not order.judged_index:
        return
    lists = read_lists(order.judged_index)
    entries = {fold_term(entry): entry for entry in read_index(book, order)}
    text = "".join(place.text for place in placed(book, order)).casefold()
    wanted = [term for term in lists["wanted"] if bare(term).casefold() in text]
    missing = [term for term in wanted if fold_term(term) not in entries]
    useless = [term for term in lists["useless"] if fold_term(term) in entries]
    if not entries:
        yield Finding("index", 0, "no index")
    elif len(missing) > (1 - FEWEST) * len(wanted):
        yield Finding("index", 0, f"{len(missing)} of {len(wanted)} terms are missing: {', '.join(missing)}")
    elif len(useless) > (1 - FEWEST) * len(entries):
        yield Finding(
            "index", 0, f"{len(useless)} of {len(entries)} entries are useless: {', '.join(useless)}"
        )


def read_index(book: Book, order: Order) -> list[str]:
    """Return the entries of the index, without their pages."""
    title = bare(order.language.label("index"))
    start = next((each.page for each in book.headings if each.level == 1 and each.text == title), 0)
    end = min((each.page for each in book.headings if each.level == 1 and each.page > start), default=1 << 16)
    found = []
    for block, lines in book.lines.items():
        if start and start <= lines[0][0].page < end and block.tag in ("LBody", "LI"):
            text = " ".join("".join(run.text for run in line).strip() for line in lines)
            name, _, pages = re.sub(r"(?<=\w)- ", "-", text).partition(",")
            found.append(name.strip() if re.search(r"\d", pages) else re.split(r"\s+\d", name)[0].strip())
    return found


def find_squeezed_lines(book: Book, order: Order) -> Iterator[Finding]:
    """Lines of one kind of text have one distance, and the titles at the head of a page one height."""
    gaps: dict[tuple[str, float, bool], list[tuple[float, int, str]]] = defaultdict(list)
    for block, lines in book.lines.items():
        kind = _kind_of(block)
        for one, other in pairwise(lines):
            sizes = {round(max(run.size for run in line), 1) for line in (one, other)}
            if kind and len(sizes) == 1 and one[0].page == other[0].page:
                gap, size = round(one[0].baseline - other[0].baseline, 1), sizes.pop()
                code = all(run.element and run.element.tag == "Code" for run in (*one, *other))
                if gap < EMPTY_LINE * size:
                    gaps[kind, size, code].append((gap, one[0].page, block.text.strip()[:40]))
    for each in gaps.values():
        usual = Counter(gap for gap, _, _ in each).most_common(1)[0][0]
        for page, squeezed in groupby(
            (found for found in each if found[0] < usual - 0.3), lambda found: found[1]
        ):
            gap, _, text = next(squeezed)
            yield Finding("leading", page, f"lines of {text!r} are {gap} pt apart, {usual} elsewhere")
    yield from _find_shifted_titles(book, order)


def _kind_of(block: Element) -> str:
    """Return what a block of a question is, by its tag and the heading of its section; empty outside of questions."""
    section = next((each for each in block.ancestors if each.tag == "Sect"), None)
    if block.tag not in ("P", "LBody", "H2", "H3") or (section is None and block.tag[0] != "H"):
        return ""
    heads = [each.text for each in section.walk() if re.fullmatch("H[1-6]", each.tag)] if section else []
    return f"{block.tag} {bare(heads[0]) if heads else ''}"


def _find_shifted_titles(book: Book, order: Order) -> Iterator[Finding]:
    heights: dict[int, tuple[float, str]] = {}
    for place in placed(book, order):
        runs = [run for run in find_opening(place.heading).runs() if run.text.strip()]
        page = book.pages[place.heading.page - 1]
        above = [
            run for run in page.body if run.text.strip() and run.baseline > max(map(_baseline, runs)) + 1
        ]
        if runs and not above:
            heights[page.number] = max(map(_baseline, runs)), place.question.id
    usual = Counter(round(height, 1) for height, _ in heights.values()).most_common(1)
    for number, (height, name) in heights.items():
        if abs(height - usual[0][0]) > NEAR:
            yield Finding(
                "leading", number, f"{name} begins {height - usual[0][0]:+.1f} pt from where others do"
            )


def _baseline(run: Run) -> float:
    return run.baseline


def find_wasted_paper(book: Book, order: Order) -> Iterator[Finding]:
    """Questions take no more pages than if each were put below the one before it wherever it fits whole.

    One that fills most of a page begins one, and half a page may be lost after so many questions as are laid out
    together. Not looked at where a page for each question is asked for, or what is left is filled with lines.
    """
    options = order.options
    if options.one_per_page or options.ruled_lines or options.hides_answers:
        return
    for technology, group in groupby(placed(book, order), lambda place: place.question.technology):
        places = list(group)
        box = (order.text_box[1], book.pages[1].height - order.text_box[3])
        heights = [
            _height(book, place, after, box) for place, after in zip(places, [*places[1:], None], strict=True)
        ]
        between, page = BETWEEN, box[1] - box[0]
        if options.large_print:
            between = (BETWEEN_LARGE - BELOW_LARGE) / page
            heights = [height + (MORE_ABOVE + BELOW_LARGE) / page for height in heights]
        used = len({page for each in places for page in range(each.heading.page, each.last_page + 1)})
        least = count_pages(heights, flows=options.flow or options.economy, between=between)
        allowed = least + -(-len(places) // FLOWING)
        if used > allowed:
            yield Finding(
                "paper", places[0].heading.page, f"{technology!r} takes {used} pages, and {allowed} would do"
            )


BETWEEN = 0.04
"""Of a page: what is between the last line of a question and the rule above the next."""

MORE_ABOVE, BETWEEN_LARGE, BELOW_LARGE = 9, 39, 25
"""Points in large print: what is above a question's id beyond `ABOVE`; between the last line of a question and the rule
above the next; and below a last line at the end of a page, which is the edge of the answer's box."""


def count_pages(heights: Sequence[float], *, flows: bool, between: float = BETWEEN) -> int:
    """Return how many pages questions take that are put below each other wherever they fit whole.

    Args:
        heights: of the questions, in pages.
        flows: whether a question that fills a page, too, follows the one before it.
        between: two questions, of a page.
    """
    flows = flows or sum(heights) < SHORT_ONES * len(heights)
    pages, left = 0, 0.0
    for height in heights:
        begins = height > left or (not flows and height >= FILLS)
        if begins:
            pages += int(-(-height // 1))
        left = (-height % 1 if begins else left - height) - between
        if not flows and height >= FILLS:
            left = 0.0
    return pages


def _height(book: Book, place: Placed, after: Placed | None, box: tuple[float, float]) -> float:
    """Return how many pages a question takes: what is between its title and its end on each of its pages.

    Args:
        book: the book.
        place: of the question.
        after: of the question after it.
        box: foot and head of the text on a page, in points.
    """
    low, high = box
    first, last = place.heading.page, place.last_page
    top = _find_top(place)
    if after and after.heading.page == last:
        end = _find_top(after)
    else:
        end = min(run.baseline for run in book.pages[last - 1].body if run.text.strip())
    if first == last:
        return (top - end) / (high - low)
    return (top - low + high - end) / (high - low) + last - first - 1


def _find_top(place: Placed) -> float:
    """Return how high a question begins, the rule above its id included."""
    return max(run.top for run in find_opening(place.heading).runs()) + ABOVE
