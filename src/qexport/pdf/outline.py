"""The outline of a PDF."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qexport.layout.chunk import pdf_string
from qexport.pdf.file_writer import PdfFile, reference
from qexport.pdf.metadata import OutlineEntry


def write_outline(entries: Sequence[OutlineEntry], places: Mapping[str, bytes], pdf: PdfFile) -> bytes:
    """Add an outline, return the reference of its root. Entries with children are closed."""
    root = pdf.reserve()
    first, last, _ = _write_level(entries, root, places, pdf)
    pdf.put(root, b"<</Type /Outlines/First %s/Last %s/Count %d>>" % (first, last, len(entries)))
    return reference(root)


def _write_level(
    entries: Sequence[OutlineEntry], parent: int, places: Mapping[str, bytes], pdf: PdfFile
) -> tuple[bytes, bytes, int]:
    items = [pdf.reserve() for _ in entries]
    for index, (entry, item) in enumerate(zip(entries, items, strict=True)):
        source = b"/Title %s/Dest %s/Parent %s" % (
            pdf_string(entry.title),
            places[entry.anchor],
            reference(parent),
        )
        if index:
            source += b"/Prev %s" % reference(items[index - 1])
        if index + 1 < len(items):
            source += b"/Next %s" % reference(items[index + 1])
        if entry.children:
            source += b"/First %s/Last %s/Count -%d" % _write_level(entry.children, item, places, pdf)
        pdf.put(item, b"<<%s>>" % source)
    return reference(items[0]), reference(items[-1]), len(items)
