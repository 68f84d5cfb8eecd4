"""Lists of folios, as an index has them: set when the pages of a book are known, each a link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from qexport.common.records import Record
from qexport.layout.chunk import POINTS_PER_PIXEL, Chunk, FontUse, PageContent, Slot, Strip, mark, pdf_string
from qexport.pdf.font_file import Face

BOLDER = b"2 Tr %.3f w "
"""Draws the outlines of letters too: no font of the strip is bold."""

_ABOVE, _BELOW = 0.75, 0.25
"""Of a line's height: what a link in it covers above and below the baseline."""


class Folios(Record, frozen=True):
    """A page or a range of them in words, and the place it leads to."""

    pages: str
    anchor: str
    is_main: bool = False
    """Whether it is where a term is explained: it is set in bold."""


def anchor_folios(chunks: Iterable[Chunk]) -> dict[str, int]:
    """Return the folio of every named place: the number of its page in the book, counted from 1."""
    folios: dict[str, int] = {}
    first = 1
    for chunk in chunks:
        folios.update((name, first + page) for name, page, _, _ in chunk.anchors)
        first += len(chunk.pages)
    return folios


def place_folios(slot: Slot, face: Face, folios: Sequence[Folios]) -> Iterator[tuple[Folios, float, float]]:
    """Yield each with the x of its left end and its y; lines after the first begin where those of the block do.

    In a slot that is aligned right they follow each other from right to left.
    """
    left, right, high = slot.lines or (0, 0, 0)
    scale = slot.size / 1000
    x, y = slot.x, slot.y
    if slot.align == "right":
        for each in folios:
            comma = "" if each is folios[-1] else ","
            if x < right and x - face.width(each.pages + comma) * scale < left - 0.01:
                x, y = right, y + high
            yield each, x - face.width(each.pages) * scale, y
            x -= face.width(each.pages + ", ") * scale
        return
    for each in folios:
        comma = "" if each is folios[-1] else ","
        if x > left and x + face.width(each.pages + comma) * scale > right + 0.01:
            x, y = left, y + high
        yield each, x, y
        x += face.width(each.pages + ", ") * scale


def set_folios(
    content: PageContent, strip: Strip, slot: Slot, face: Face, placed: Sequence[tuple[Folios, float, float]]
) -> PageContent:
    """Return a strip whose stand-in is a list of folios, each a link."""
    stand_in = slot.mcid or 0  # it stands in the text, not in a margin
    parent = content.parents[0][stand_in]
    objects = list(content.objects)
    parents = list(content.parents[0])
    annotations = list(content.annotations)
    parents[stand_in] = None
    kids: list[bytes] = []
    drawn: list[bytes] = [slot.state]

    def draw(text: str, x: float, y: float, owner: int | None, *, bold: bool = False) -> bytes:
        codes = b"".join(b"%04x" % glyph for glyph in face.set(text))
        parents.append(owner)
        content_mark = mark(f"mcid{len(parents) - 1}")
        drawn.append(
            b"/Span <</MCID %s>> BDC\nBT %s/%s %.4g Tf 1 0 0 -1 %.3f %.3f Tm <%s> Tj ET\nEMC"
            % (
                content_mark,
                BOLDER % (slot.size / 40) if bold else b"",
                slot.font.encode(),
                slot.size,
                x,
                y,
                codes,
            )
            + (b"\n0 Tr" if bold else b"")
        )
        return content_mark

    high = slot.lines[2] if slot.lines else 0
    for (folios, x, y), following in zip(placed, [*placed[1:], None], strict=True):
        end = x + face.width(folios.pages) * slot.size / 1000
        element, annotation = range(len(objects), len(objects) + 2)
        area = b"%s %s %s %s" % (
            mark(f"x0:{POINTS_PER_PIXEL * x:.4f}"),
            mark(f"y{POINTS_PER_PIXEL * (strip.sheet - y - _BELOW * high):.4f}"),
            mark(f"x0:{POINTS_PER_PIXEL * end:.4f}"),
            mark(f"y{POINTS_PER_PIXEL * (strip.sheet - y + _ABOVE * high):.4f}"),
        )
        text = draw(folios.pages, x, y, element, bold=folios.is_main)
        objects += [
            (
                b"<</Type /StructElem/S /Link/K [<</Type /OBJR/Obj %s>> %s]/Pg %s/P %s>>"
                % (
                    mark(annotation),
                    text,
                    mark("sheet"),
                    mark(parent or 0),
                ),
                b"",
            ),
            (
                b"<</Type /Annot/Subtype /Link/F 4/Rect [%s]/BS <</W 0>>/Contents %s/StructParent %s/Dest %s>>"
                % (
                    area,
                    pdf_string(f"page {folios.pages}"),
                    mark(f"annot{len(annotations)}"),
                    pdf_string(folios.anchor),
                ),
                b"",
            ),
        ]
        annotations.append((annotation, element))
        kids.append(mark(element))
        signs = ("," if following[2] != y else ", ") if following else ""
        if slot.align == "right":  # from right to left, one after the other
            for at, sign in enumerate(signs, start=1):
                kids.append(draw(sign, x - face.width(signs[:at]) * slot.size / 1000, y, parent))
        elif signs:
            kids.append(draw(signs, end, y, parent))
    room = mark(f"mcid{stand_in}")
    glyphs = {glyph for folios, _, _ in placed for glyph in face.set(f"{folios.pages}, ")}
    return replace(
        content,
        objects=tuple((value.replace(room, b" ".join(kids)), stream) for value, stream in objects),
        parents=(tuple(parents),),
        annotations=tuple(annotations),
        fonts=tuple(_add_glyphs(use, glyphs, face) if use.key == slot.font else use for use in content.fonts),
        slots=tuple(each for each in content.slots if each is not slot),
        pieces=tuple(b"\n".join(drawn) if piece == slot.late else piece for piece in content.pieces),
    )


def _add_glyphs(use: FontUse, glyphs: set[int], face: Face) -> FontUse:
    widths = {**{glyph: round(face.advances[glyph]) for glyph in glyphs}, **dict(use.widths)}
    texts = {**{glyph: face.characters[glyph] for glyph in glyphs}, **dict(use.texts)}
    return replace(use, widths=tuple(sorted(widths.items())), texts=tuple(sorted(texts.items())))
