"""What a document draws with its fonts: glyphs, how wide they are, and the texts they have."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Any

from qexport.common.errors import QexportError
from qexport.layout.chunk import FontUse

UNSAID = "\u200b"
"""Text of a glyph that has none: ActualText says it, and a font is to have a text for each (PDF/UA-1, 7.21.7)."""


def read_font_uses(fonts: Iterable[Any], files: Container[str]) -> Iterator[FontUse]:
    """Yield what was drawn with each font, in the order of their keys.

    Args:
        fonts: Of the engine's.
        files: Digests of the font files that may be drawn with.

    Raises:
        QexportError: A font is none of these.
    """
    from weasyprint.text.fonts import get_hb_object_data

    from qexport.layout.weasyprint.text_drawing import find_glyph_texts  # imports the engine

    uses: dict[str, list[Any]] = {}
    for font in fonts:
        uses.setdefault(font.hash, []).append(font)
    for key, same in sorted(uses.items()):
        font = same[0]
        remembered = getattr(font, "file_digest", "")
        digest = remembered or sha256(get_hb_object_data(font.hb_face)).hexdigest()
        if digest not in files:
            raise QexportError(f"the font {font.family!r} is neither bundled nor the theme's")
        known = find_glyph_texts(font).texts
        missing = set(font.missing.values())
        drawn = {code: text for other in same for code, text in other.to_unicode.items()}
        aliases = {code: glyph for other in same for code, glyph in other.__dict__.get("aliases", {}).items()}
        others = {code: text for (_, text), code in find_glyph_texts(font).aliases.items()}
        yield FontUse(
            key=key,
            name=font.name.decode().removeprefix("/"),
            family=font.family,
            file=digest,
            flags=font.flags,
            ascent=font.ascent,
            descent=font.descent,
            italic_angle=font.italic_angle,
            widths=tuple(
                sorted({glyph: width for other in same for glyph, width in other.widths.items()}.items())
            ),
            texts=tuple(
                sorted(
                    (code, others.get(code) or known.get(code) or text or UNSAID)
                    for code, text in drawn.items()
                    if code not in missing
                )
            ),
            aliases=tuple(sorted(aliases.items())),
        )


def join_uses(font: FontUse, *uses: FontUse | None) -> FontUse:
    """Return what several texts draw with a font."""
    there = [use for use in uses if use]
    return replace(
        font,
        widths=tuple(sorted({each for use in there for each in use.widths})),
        texts=tuple(sorted({each for use in there for each in use.texts})),
        aliases=tuple(sorted({each for use in there for each in use.aliases})),
    )
