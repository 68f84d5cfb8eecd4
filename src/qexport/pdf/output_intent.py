"""What the colours of a PDF are made for: its output intent.

For an archive that is sRGB, with the profile of saucecontrol's Compact ICC Profiles, in the public domain (CC0). For a
press it is CGATS TR 001, the offset printing of SWOP, by its name in the registry of the ICC: the free compact profile
of it only leads from inks to colours, so that nothing could be converted to it, and poppler warns of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qexport.pdf.file_writer import PdfFile

PROFILE = Path(__file__).parent / "profiles" / "sRGB-v2-magic.icc"

_INTENTS = {"archive": (b"GTS_PDFA1", b"sRGB"), "press": (b"GTS_PDFX", b"CGATS TR 001")}
"""Intent → its subtype and its condition (ISO 32000-1, 14.11.5)."""


def write_intent(intent: str, file: PdfFile) -> bytes:
    """Write an output intent, and return the entry of the catalog that names it; empty where nothing is claimed."""
    if not intent:
        return b""
    subtype, condition = _INTENTS[intent]
    if intent == "press":
        held = b"/RegistryName (http://www.color.org)"
    else:
        held = b"/DestOutputProfile %s" % file.add_stream(PROFILE.read_bytes(), b"/N 3")  # red, green, blue
    source = b"<</Type /OutputIntent/S /%s/OutputConditionIdentifier (%s)/Info (%s)%s>>"
    return b"/OutputIntents [%s]" % file.add(source % (subtype, condition, condition, held))
