"""Chunks → a book, or the one that is there already if that is what they would be linked to.

`link` is a function of its arguments alone, so these, this program and its libraries are all that a book depends on.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

from qexport import __version__
from qexport.outputs.book.colours import place_tabs
from qexport.outputs.book.facts import FINGERPRINT, list_keywords, name_author
from qexport.outputs.earlier_file import make_unless_there
from qexport.outputs.lengths import millimetres
from qexport.outputs.paper import PAPERS
from qexport.pdf.metadata import Book, OutlineEntry

if TYPE_CHECKING:
    from qexport.layout.chunk import Chunk
    from qexport.layout.fonts import FontFile
    from qexport.layout.scheduler import Scheduler
    from qexport.outputs.book.press import Press
    from qexport.pdf.placed_runs import KeptRuns

LARGE = 100
"""Questions of a book for which processes are ended that the next book might have used: memory is this book's."""


def end_processes(press: Press) -> None:
    """Let the processes of a large book go, as soon as its pages are laid out; whatever else is wanted starts others.

    They are 200 MB then, and this process goes on to take its most: it makes lists of the pages, and links them.
    """
    if len(press.edition.questions) > LARGE:
        press.tools.scheduler.rest()


def bind_edition(
    press: Press,
    chunks: list[Chunk],
    outline: Iterable[OutlineEntry],
    *,
    title: str = "",
    technologies: Mapping[int, str] | None = None,
    elsewhere: Mapping[str, int] | None = None,
    suffix: str = ".pdf",
) -> tuple[bytes, str, dict[str, float]]:
    """Return the PDF of a book of an edition, its size in words, and the amounts in it (`Document.amounts`).

    Args:
        press: what made its jobs.
        chunks: what it is made of; they are used up (`link`).
        outline: its entries.
        title: if it is not the edition's.
        technologies: those of pages, by their folios: each has a tab at the edge.
        elsewhere: folios of places in another book.
        suffix: the ending of the file's name (`Document.suffix`).
    """
    book = Book(
        title=title or press.edition.title,
        language=press.edition.bank.language,
        subject=f"{press.facts.count} · {press.edition.scope}",
        creator=f"qexport {__version__}",
        author=name_author(press.edition.bank),
        keywords=list_keywords(press.edition.questions),
        modified=press.facts.date,
        outline=tuple(outline),
        intent=press.intent,
        mirrored=press.on_paper,
        tabs=place_tabs(
            technologies or {},
            press.numbers,
            press.style.setting,
            bleed=millimetres(press.style.setting("--bleed")),
        ),
        elsewhere=elsewhere or {},
        texts={FINGERPRINT: press.facts.fingerprint},
    )
    pages = sum(len(chunk.pages) for chunk in chunks)
    summary, amounts = f"{pages} pages", {"size_pages": float(pages)}
    end_processes(press)
    earlier = partial(press.tools.earlier, suffix)
    data = bind(chunks, book, press.tools.scheduler, earlier, kind=f"{press.edition.scope}{suffix}")
    if press.options.imposition == "booklet":
        from qexport.pdf.booklet import booklet  # not above: few books are one

        data = booklet(data, *PAPERS[press.options.paper].sheet)
        summary += ", two a side"
        amounts["size_two_a_side"] = 2.0
    return data, summary, amounts


def bind(
    chunks: list[Chunk],
    book: Book,
    scheduler: Scheduler,
    earlier: Callable[[int], bytes] = lambda _size: b"",
    kind: str = "",
) -> bytes:
    """Return the PDF of a book.

    Args:
        chunks: what it is made of; they are used up (`link`).
        book: what the PDF says of itself.
        scheduler: with the cache and the theme's fonts.
        earlier: gives the file of an earlier build, if it has as many bytes.
        kind: what tells it from other books of its title: of each, its pages are kept as they were linked.
    """
    digests: list[bytes] = []

    def make() -> bytes:
        from qexport.pdf.linker import link  # not above: a book that is there is not linked

        runs = _find_runs(digests, book, scheduler, kind)
        subsets = scheduler.values("subset")
        return link(chunks, book, scheduler.fonts, scheduler.memory, runs, subsets=subsets)

    kept = scheduler.values("book")
    if kept:
        digests = [sha256(chunk.whole().encode()).digest() for chunk in chunks]
    name = _digest_arguments(digests, book, scheduler.fonts) if kept else ""
    data = make_unless_there(kept, name, earlier, make)
    chunks.clear()
    return data


def _digest_arguments(digests: Iterable[bytes], book: Book, fonts: Iterable[FontFile]) -> str:
    """Return a digest of all that a book is linked from; zlib is what writes its streams."""
    digest = sha256(repr((book, [font.digest for font in fonts], zlib.ZLIB_RUNTIME_VERSION)).encode())
    for each in digests:
        digest.update(each)
    return digest.hexdigest()


def _find_runs(digests: Sequence[bytes], book: Book, scheduler: Scheduler, kind: str) -> KeptRuns | None:
    """Return the runs of pages that are kept of a book; None where none are."""
    from qexport.pdf.placed_runs import CHUNKS_A_RUN, MOST_CHUNKS, KeptRuns  # not above, as the linker

    values = scheduler.values("run")
    if values is None or not 2 * CHUNKS_A_RUN < len(digests) <= MOST_CHUNKS:
        return None
    said = (book.title, book.language, book.intent, book.printing, book.mirrored, kind)
    name = repr((said, [font.digest for font in scheduler.fonts], zlib.ZLIB_RUNTIME_VERSION))
    return KeptRuns(values, sha256(name.encode("utf-8", "surrogatepass")).hexdigest(), digests)
