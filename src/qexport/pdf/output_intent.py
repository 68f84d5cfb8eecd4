"""What the colours of a PDF are made for: its output intent, with the ICC profile in it.

The profiles are of saucecontrol's Compact ICC Profiles, in the public domain (CC0): sRGB, and inks as in CGATS TR 001,
the offset printing of SWOP.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qexport.pdf.file_writer import PdfFile

PROFILES = Path(__file__).parent / "profiles"

_INTENTS = {
    "archive": ("GTS_PDFA1", "sRGB", "sRGB-v2-magic.icc", 3),
    "press": ("GTS_PDFX", "CGATS TR 001", "CGATS001Compat-v2-micro.icc", 4),
}
"""Intent → its subtype, its condition, its profile and how many parts a colour of that has (ISO 32000-1, 14.11.5)."""


def write_intent(intent: str, file: PdfFile) -> bytes:
    """Write an output intent, and return the entry of the catalog that names it; empty where nothing is claimed."""
    if not intent:
        return b""
    subtype, condition, profile, parts = _INTENTS[intent]
    stream = file.add_stream((PROFILES / profile).read_bytes(), b"/N %d" % parts)
    named = condition.encode()
    source = b"<</Type /OutputIntent/S /%s/OutputConditionIdentifier (%s)/Info (%s)/DestOutputProfile %s%s>>"
    registry = b"/RegistryName (http://www.color.org)" if intent == "press" else b""
    return b"/OutputIntents [%s]" % file.add(source % (subtype.encode(), named, named, stream, registry))
