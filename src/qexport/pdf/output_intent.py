"""What the colours of a PDF are made for: its output intent, with the profile it names.

For an archive that is sRGB, with the profile of saucecontrol's Compact ICC Profiles, in the public domain (CC0). For a
press it is CGATS TR 006, offset printing on coated paper (GRACoL 2006). Its data may be made into profiles that
anybody passes on: `tools/make_press_profile.py` made this one, which leads from inks to colours and back.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qexport.pdf.file_writer import PdfFile

_PROFILES = Path(__file__).parent / "profiles"
ARCHIVE_PROFILE = _PROFILES / "sRGB-v2-magic.icc"
PRESS_PROFILE = _PROFILES / "CGATS-TR-006.icc"

_INTENTS = {
    "archive": (b"GTS_PDFA1", b"sRGB", b"", ARCHIVE_PROFILE, 3),  # red, green, blue
    "press": (b"GTS_PDFX", b"CGATS TR 006", b"/RegistryName (http://www.color.org)", PRESS_PROFILE, 4),
}
"""Intent → its subtype, its condition, the registry that names it, its profile and how many inks or lights that has
(ISO 32000-1, 14.11.5)."""


def write_intent(intent: str, file: PdfFile) -> bytes:
    """Write an output intent, and return the entry of the catalog that names it; empty where nothing is claimed."""
    if not intent:
        return b""
    subtype, condition, registry, profile, components = _INTENTS[intent]
    held = file.add_stream(profile.read_bytes(), b"/N %d" % components)
    source = b"<</Type /OutputIntent/S /%s/OutputConditionIdentifier (%s)/Info (%s)%s/DestOutputProfile %s>>"
    return b"/OutputIntents [%s]" % file.add(source % (subtype, condition, condition, registry, held))
