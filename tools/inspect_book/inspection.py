"""All checks, and books to try them on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from qexport.bank.lock import Edition
from qexport.bank.model import Bank
from qexport.bank.selection import Filters, describe, select
from qexport.content.themes import find_theme, list_built_in
from qexport.layout.cache import ChunkCache
from qexport.layout.fonts import of_folders
from qexport.layout.scheduler import Scheduler
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.registry import OUTPUTS
from tools.inspect_book.book import Book
from tools.inspect_book.layout_checks import (
    find_headings_at_the_foot,
    find_long_lines,
    find_noise,
    find_small_print,
    find_stranded_lines,
    find_weak_contrast,
    find_what_is_outside,
    find_wrong_boxes,
)
from tools.inspect_book.order import Order
from tools.inspect_book.records import Finding
from tools.inspect_book.sheet_checks import (
    find_boxes_for_glyphs,
    find_lost_titles,
    find_untagged,
    find_what_is_outside_of_sheets,
)
from tools.inspect_book.text_checks import (
    find_lost_texts,
    find_missing_glyphs,
    find_structure_faults,
    find_wrong_folios,
    find_wrong_heads,
    find_wrong_outline,
)
from tools.inspect_book.whole_checks import (
    find_poor_index,
    find_squeezed_lines,
    find_wasted_paper,
    find_wrong_tabs,
)

THEMES = list_built_in()
ON_PAPER = ("handbook", "quiz", "cheatsheet", "flash-cards")
"""Outputs that are PDFs."""
MEDIA = ("screen", "print", "prepress")
VARIANTS: Mapping[str, Mapping[str, str | bool]] = {
    "plain": {},
    "large": {"large-print": True},
    "flow": {"flow": True},
    "notes": {"ruled-lines": True},
    "flow+notes": {"flow": True, "ruled-lines": True},
    "large+flow": {"large-print": True, "flow": True},
    "economy": {"economy": True},
    "test-yourself": {"layout": "test-yourself"},
}
CACHED = 2_000_000_000
"""Bytes of chunks that are kept for the next time: all of the matrix."""


CHECKS: Mapping[str, Callable[[Book, Order], Iterator[Finding]]] = {
    "headings": find_headings_at_the_foot,
    "stranded": find_stranded_lines,
    "outside": find_what_is_outside,
    "glyphs": find_missing_glyphs,
    "folios": find_wrong_folios,
    "outline": find_wrong_outline,
    "heads": find_wrong_heads,
    "texts": find_lost_texts,
    "structure": find_structure_faults,
    "measure": find_long_lines,
    "contrast": find_weak_contrast,
    "size": find_small_print,
    "boxes": find_wrong_boxes,
    "noise": find_noise,
    "tabs": find_wrong_tabs,
    "index": find_poor_index,
    "leading": find_squeezed_lines,
    "paper": find_wasted_paper,
}
"""What is looked at in a handbook."""

CHECKS_OF_SHEETS: Mapping[str, Callable[[Book, Order], Iterator[Finding]]] = {
    "outside": find_what_is_outside_of_sheets,
    "glyphs": find_boxes_for_glyphs,
    "texts": find_lost_titles,
    "structure": find_untagged,
    "contrast": find_weak_contrast,
    "size": find_small_print,
    "noise": find_noise,
}
"""What is looked at in the other outputs on paper."""


def inspected(data: bytes, order: Order) -> list[Finding]:
    """All that is wrong with a book."""
    book = Book(data)
    return [finding for check in checks_of(order.output).values() for finding in check(book, order)]


def checks_of(output: str) -> Mapping[str, Callable[[Book, Order], Iterator[Finding]]]:
    """Return the checks of an output by their names."""
    return CHECKS if output == "handbook" else CHECKS_OF_SHEETS


def make(
    bank: Bank,
    options: Mapping[str, str | bool],
    *,
    output: str = "handbook",
    measured: bool = False,
    judged_index: str = "",
    cache: Path | None = None,
) -> tuple[Document, Order]:
    """Make an output of all questions of a bank, of chunks that are kept in a folder, if there is one."""
    declared = OUTPUTS[output]
    settings = parse_options(declared.options, options)
    look = find_theme(settings.theme)
    questions = select(bank, Filters())
    edition = Edition(
        bank=bank,
        questions=questions,
        title=bank.title,
        scope=describe(bank, Filters(), questions),
        lock=None,
    )
    scheduler = Scheduler(ChunkCache(cache, CACHED) if cache else None, fonts=of_folders(look.folders))
    tools = Tools(look.templates(), look.styles(), look.digest(), scheduler)
    document = declared.load()(edition, settings, tools)
    return document, Order(bank, questions, settings, document.warnings, measured, judged_index, output)
