"""Pages of a handbook that are neither questions nor lists: how to read it, the table of progress, its address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from qexport import __version__
from qexport.bank.model import ANSWER_PARTS
from qexport.outputs.book.facts import FINGERPRINT
from qexport.outputs.lengths import MM
from qexport.outputs.paper import PAPERS

if TYPE_CHECKING:
    from qexport.layout.scheduler import Job
    from qexport.outputs.book.press import Press

ROUNDS = 4
"""Times that one goes through the questions, of which the table of progress has columns."""

ROUND_COLUMN = 16.8
"""Millimetres of such a column (`book.css`)."""

FOLIO_COLUMN = 3.8
"""Ems of the text: the column of page numbers."""


def make_reading_page(press: Press, *, explained: bool) -> Job:
    """Return the page behind the cover: how to read the book, if that is to be explained, and its colophon."""
    questions, words = press.edition.questions, press.language
    present = {key for question in questions for key in ANSWER_PARTS if getattr(question, key)}
    counts = sorted(Counter(each.difficulty for each in questions if each.difficulty is not None).items())
    return press.from_values(
        "handbook/reading.html.j2",
        sections=[
            [key, words.label(key), words.label(f"purpose_{key}")] for key in ANSWER_PARTS if key in present
        ],
        difficulties=[[value, words.count(count)] for value, count in counts],
        explained=explained,
        facts=[[*fact, ""][:3] for fact in _list_colophon(press)],
    )


def _list_colophon(press: Press) -> Iterator[tuple[str, ...]]:
    """Yield the lines of the colophon: a label, its text, and the name of a slot that follows the text."""
    label, bank, facts = press.language.label, press.edition.bank, press.facts
    yield label("questions"), f"{facts.count}: {facts.scope}"
    if bank.author:
        yield label("author"), bank.author
    if bank.source:
        yield label("source"), bank.source
    if bank.licence:
        yield label("licence"), bank.licence
    if facts.dated:
        yield label("edition"), facts.dated.removeprefix(f"{label('edition')} ")
    yield (
        label("bank"),
        f"{bank.namespace}, {label('fingerprint', digest='')}",
        FINGERPRINT,  # drawn when the book is put together: else each edit would lay this page out again
    )
    yield (
        label("type"),
        "Source Serif and Source Sans by Frank Grießhammer and Paul D. Hunt, IBM Plex Mono by Mike Abbink; SIL OFL",
    )
    yield (
        label("made_with"),
        label("tools", first=f"qexport {__version__}", second="WeasyPrint", third="HarfBuzz"),
    )


def make_progress_table(press: Press) -> Job:
    """Return the table of all questions and the rounds one makes through them."""
    wide = PAPERS[press.options.paper].wide and not press.options.large_print
    parts = [
        {
            "title": part.title if len(press.parts) > 1 else "",
            "entries": [press.entry(each) for each in part.questions],
        }
        for part in press.parts
    ]
    longest = press.measures.longest_beside(ROUNDS * ROUND_COLUMN + FOLIO_COLUMN * press.measures.size / MM)
    return press.from_values(
        "handbook/progress.html.j2", parts=parts, rounds=ROUNDS, named=wide, longest_beside=longest
    )


def make_published_page(press: Press, address: str) -> Job:
    """Return the last page: the web address of this edition, and its QR code."""
    from qexport.common.qr_code import draw_as_path  # not above: few books have a code

    size, path = draw_as_path(address)
    return press.from_values(
        "handbook/published.html.j2",
        edition=press.facts.dated,
        code={"address": address, "size": size, "path": path},
    )
