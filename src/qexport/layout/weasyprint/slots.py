"""Slots of a page: the placeholders for folios and running heads, taken out of its content stream.

content stream → pieces of it, with the number of a late stream between two of them → slots
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from qexport.common.records import Record
from qexport.layout.chunk import Slot
from qexport.layout.weasyprint.page_boxes import find_end_of_text, measure_lines
from qexport.layout.weasyprint.serialising import write_item, write_number

FOLIO = "qx:folio"
"""Text of a margin box that holds the folio of its own page."""

_ALIGNMENTS = {"center": "center", "right": "right", "end": "right"}


class Placeholder(Record, frozen=True):
    """Where in a content stream the operators [start, end) draw a placeholder, and the slot it is for."""

    start: int
    end: int
    slot: Slot


def find_placeholders(
    texts: Iterable[tuple[Any, Any]], index: int, items: list[Any], parents: list[int | None]
) -> list[Placeholder]:
    """Return the placeholders of a page in the order they are drawn; margin boxes become artifacts.

    Args:
        texts: The text boxes of the page, each with the box of its block (`iterate_texts`).
        index: Its number in the chunk.
        items: Operators of its content stream.
        parents: MCID → structure element; set to None for what becomes an artifact.
    """
    from weasyprint.formatting_structure import boxes

    found: list[Placeholder] = []
    for text, container in texts:
        anchor = text.element.get("data-folio") if text.element is not None else None
        margin = isinstance(container, boxes.MarginBox)
        if anchor is None and not margin:
            continue
        start, end, mcid = _find_marked_content(items, text)
        if margin:
            parents[mcid] = None
        drawn = items[start + 3 : end - 1]  # inside the marked content
        if margin and not drawn:
            continue
        slot = _slot(text, container, drawn, index=index, anchor=anchor or "", mcid=mcid, margin=margin)
        found.append(Placeholder(start, end, slot))
    return sorted(found, key=lambda each: each.start)


def _slot(
    text: Any, container: Any, drawn: list[Any], *, index: int, anchor: str, mcid: int, margin: bool
) -> Slot:
    font = next(item for item in drawn if isinstance(item, bytes) and item.endswith(b" Tf"))
    is_head = margin and text.text != FOLIO
    align = (
        "left"
        if is_head
        else _ALIGNMENTS.get(container.style["text_align_all"], "left")
        if margin
        else text.element.get("data-align", "right")
    )
    return Slot(
        page=index,
        late=0,
        anchor=anchor,
        x=text.position_x + {"left": 0, "center": 0.5, "right": 1}[align] * text.width,
        y=text.position_y + text.baseline,
        align=align,
        font=font.split()[0].decode().removeprefix("/"),
        size=text.style["font_size"],
        mcid=None if margin else mcid,
        leader=find_end_of_text(container, text)
        if not margin and "data-leader" in text.element.attrib
        else None,
        content=b"\n".join(map(write_item, drawn)) if is_head else b"",
        width=text.width,
        lines=measure_lines(container) if not margin and "data-folios" in text.element.attrib else None,
    )


@dataclass(slots=True)
class SlotCutter:
    """Cuts placeholders out of content streams, and collects their slots."""

    slots: list[Slot] = field(default_factory=list)
    lates: int = 0
    """Late streams so far."""

    def cut(self, items: list[Any], found: list[Placeholder], at: int) -> Iterator[list[Any] | int]:
        """Yield what is drawn from `at` on, and between that the numbers of what is drawn late.

        Slots that follow each other share a late stream.
        """
        first = at
        for each in found:
            between = items[at : each.start]
            if at == first or not all(_draws_nothing(item) for item in between):
                self.lates += 1
                yield between
                yield self.lates - 1
                between = []
            # What follows may count on a colour that was set for the placeholder.
            states = [*between, *(item for item in items[each.start : each.end] if _sets_state(item))]
            self.slots.append(replace(each.slot, late=self.lates - 1, state=b"\n".join(states)))
            at = each.end
        if at < len(items):
            yield items[at:]


def _sets_state(item: Any) -> bool:
    """Return whether an operator of a content stream sets a colour or a transparency, and draws nothing."""
    return isinstance(item, bytes) and item.endswith((b" rg", b" RG", b" g", b" G", b" k", b" K", b" gs"))


def _draws_nothing(item: Any) -> bool:
    """Return whether an operator sets a colour or a transparency, or keeps these or brings back what was kept."""
    return _sets_state(item) or item in (b"q", b"Q")


def _find_marked_content(items: list[Any], text: Any) -> tuple[int, int, int]:
    """Return where a text box is drawn in a content stream: [start, end) of its marked content, and its MCID."""
    place = b"1 0 0 -1 %s %s Tm" % (
        write_number(text.position_x),
        write_number(text.position_y + text.baseline),
    )
    at = items.index(place)
    start = at
    while items[start] != b"BDC":
        start -= 1
    start -= 2  # /Span, then its property list
    end, depth = at, 1
    while depth:
        end += 1
        depth += {b"BDC": 1, b"BMC": 1, b"EMC": -1}.get(items[end], 0) if isinstance(items[end], bytes) else 0
    return start, end + 1, items[start + 1]["MCID"]
