"""QR codes. The only module that imports segno."""

from __future__ import annotations

import io


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
