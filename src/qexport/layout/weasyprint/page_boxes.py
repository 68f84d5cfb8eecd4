"""What is read from the boxes of a laid-out page: its texts, the room left on it, where its lines end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def iterate_texts(page_box: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each text box of a page, and the box of the block that contains it.

    A positioned box belongs to the block it is positioned in; a margin box is the block of its texts.
    """
    from weasyprint.formatting_structure import boxes

    def walk(box: Any, container: Any) -> Iterator[tuple[Any, Any]]:
        box = getattr(box, "_box", box)  # an absolute box has a place-holder in the tree
        if isinstance(box, boxes.TextBox):
            yield box, container
        elif isinstance(box, boxes.ParentBox):
            block = isinstance(box, boxes.MarginBox) or (
                isinstance(box, boxes.BlockBox)
                and box.is_in_normal_flow()
                and not isinstance(container, boxes.MarginBox)
            )
            for child in box.children:
                yield from walk(child, box if block else container)

    yield from walk(page_box, page_box)


def measure_room(document: Any) -> tuple[float, float]:
    """Return the height of the last page's content box, and how much of it is empty, in CSS pixels."""
    last = document.pages[-1]._page_box
    body = last.children[0].children[0]
    return last.height, last.content_box_y() + last.height - body.position_y - body.margin_height()


def find_end_of_text(container: Any, placeholder: Any) -> float:
    """Return the abscissa at which the last line of a block's text ends, without the placeholder of a slot.

    That is its left end if the placeholder is to the left of it, as in lines from right to left.
    """
    texts = [
        text for text, block in iterate_texts(container) if text is not placeholder and text.text.strip()
    ]
    baselines = [
        text.position_y + text.baseline for text in texts
    ]  # their tops are not the same: code is smaller
    lowest = max(baselines) - 1
    last = [text for at, text in zip(baselines, texts, strict=True) if at > lowest]
    left, right = min(text.position_x for text in last), max(text.position_x + text.width for text in last)
    return float(left if placeholder.position_x < left else right)


def measure_lines(container: Any) -> tuple[float, float, float]:
    """Return where the lines of a block begin and end, and how high one is."""
    left = container.content_box_x()
    return left, left + container.width, container.children[-1].height
