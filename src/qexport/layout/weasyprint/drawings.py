"""Drawings of the book: inline SVG, parsed and drawn once in a process.

A book has a dozen drawings and shows them thousands of times.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from qexport.common.errors import QexportError
from qexport.layout.weasyprint.resources import PLACE_PREFIX, fetcher


def put_drawings_aside(html: str) -> str:
    """Return HTML with what is in each inline SVG but its title put aside, to be drawn once and for all.

    A book has a dozen drawings and shows them thousands of times. Letters in one need the document's fonts.
    """

    def put_aside(found: re.Match[str]) -> str:
        svg, attributes, title = found[0], found[1], found[2] or ""
        if "<text" in svg:
            return svg
        number = _numbers.setdefault(svg, len(_numbers))
        kept = "".join(_MATCHED.findall(attributes))
        return f'<svg{kept} data-drawing="{number}">{title}</svg>'

    return _INLINE_SVG.sub(put_aside, html)


SVG = "{http://www.w3.org/2000/svg}svg"
_INLINE_SVG = re.compile(r"<svg\b([^>]*)>\s*(<title>[^<]*</title>)?.*?</svg>", re.DOTALL)
_MATCHED = re.compile(r' (?:class|id|role|style|aria-hidden)="[^"]*"')  # what a stylesheet goes by
_numbers: dict[str, int] = {}


def make_drawing_handler(usual: Any) -> Any:
    """Return what makes a box of an inline SVG: the drawing that was put aside for it, else what is usual."""
    from weasyprint.html import make_replaced_box

    def handle(element: Any, box: Any, get_image: Any, base_url: Any) -> Any:
        number = element.get("data-drawing")
        if number is None:
            return usual(element, box, get_image, base_url)
        return [make_replaced_box(element, box, _drawing(int(number)))]

    return handle


@cache
def _drawing(number: int) -> Any:
    from xml.etree import ElementTree as ET

    from weasyprint.images import LOGGER, SVGImage

    source = next(svg for svg, known in _numbers.items() if known == number)

    class Drawing(SVGImage):  # type: ignore[misc]
        """An SVG that keeps the operators it was drawn by, for each size."""

        def __init__(self) -> None:
            super().__init__(ET.fromstring(source), PLACE_PREFIX, fetcher({}), None)  # noqa: S314
            self.drawn: dict[tuple[float, float], tuple[list[bytes], dict[str, Any]]] = {}

        def draw(self, stream: Any, width: float, height: float, _style: Any) -> None:
            _forget_state(stream)  # else what is kept would depend on what was drawn before it
            states = stream._resources["ExtGState"]
            if (width, height) not in self.drawn:
                before = len(stream.stream)
                try:
                    self._svg.draw(stream, width, height, self._base_url, self._context)
                except QexportError:  # the engine's own `draw` loses it, and half a drawing would be kept
                    raise
                except Exception:  # noqa: BLE001  as the engine does: what it cannot draw is left out
                    LOGGER.error("Failed to render SVG image %s", self._base_url)
                items = stream.stream[before:]
                used = {name: state for name, state in states.items() if b"/%s gs" % name.encode() in items}
                self.drawn[width, height] = items, used
            else:
                items, used = self.drawn[width, height]
                stream.stream += items
                states.update(used)
            _forget_state(stream)

    return Drawing()


def _forget_state(stream: Any) -> None:
    """Let colours and transparencies be set again, as after `Q`."""
    stream.push_state()
    stream.pop_state()  # which takes the `q` away again
