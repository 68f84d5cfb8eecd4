"""QR codes. The only module that imports segno."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator


def draw_for_terminal(text: str) -> str:
    """Return a QR code as lines of half blocks, for a terminal with dark letters or light ones.

    Args:
        text: What the code holds, an address for example.

    Returns:
        Lines of equal width, each with its line break. The quiet zone of four modules that ISO/IEC 18004 asks
        for is part of them.
    """
    import segno

    out = io.StringIO()
    segno.make(text, error="m", micro=False).terminal(out, compact=True, border=4)
    return out.getvalue()


def draw_as_svg(text: str, *, scale: int = 4) -> str:
    """Return a QR code as an SVG element, black on white, the same bytes each time.

    Args:
        text: What the code holds.
        scale: Pixels of one module's side.

    Returns:
        One `<svg>` element without an XML declaration, so that it can be part of a page or be a file.
    """
    import segno

    out = io.BytesIO()
    code = segno.make(text, error="m", micro=False)
    code.save(out, kind="svg", scale=scale, border=4, dark="#000", light="#fff", xmldecl=False)
    return out.getvalue().decode()


def draw_as_path(text: str) -> tuple[int, str]:
    """Return a QR code as a path of SVG, to be filled in black on white: for pages that draw it themselves.

    Args:
        text: What the code holds.

    Returns:
        The side of the code in modules, with the quiet zone of four on each side, and the path of its dark modules.
    """
    import segno

    rows = list(segno.make(text, error="m", micro=False).matrix_iter(border=4))
    path = "".join(
        f"M{start} {line}h{end - start}v1h-{end - start}z"
        for line, row in enumerate(rows)
        for start, end in _dark_runs(row)
    )
    return len(rows), path


def _dark_runs(row: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yield where dark modules of a row begin and end."""
    start = None
    for place, module in enumerate([*row, 0]):
        if module and start is None:
            start = place
        elif not module and start is not None:
            yield start, place
            start = None
