"""A PDF names what its colours are made for, read back by qpdf's library."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
from PIL import Image, ImageCms

from qexport.pdf.file_writer import PdfFile
from qexport.pdf.output_intent import ARCHIVE_PROFILE, PRESS_PROFILE, write_intent


def read_intent(intent: str) -> dict[str, Any]:
    file = PdfFile()
    named = write_intent(intent, file)
    pages = file.add(b"<</Type /Pages/Kids []/Count 0>>")
    catalog = file.reserve()
    file.put(catalog, b"<</Type /Catalog/Pages %s%s>>" % (pages, named))
    information = file.reserve()
    file.put(information, b"<<>>")
    with pikepdf.open(BytesIO(file.end(catalog, information))) as pdf:
        (made,) = pdf.Root.OutputIntents
        read: dict[str, Any] = {key: str(value) for key, value in made.items() if key != "/DestOutputProfile"}
        if "/DestOutputProfile" in made:
            profile = made.DestOutputProfile
            read["profile"] = (profile.read_bytes(), profile.N)
        return read


def test_an_archive_holds_the_profile_of_its_colours() -> None:
    assert read_intent("archive") == {
        "/Type": "/OutputIntent",
        "/S": "/GTS_PDFA1",
        "/OutputConditionIdentifier": "sRGB",
        "/Info": "sRGB",
        "profile": (ARCHIVE_PROFILE.read_bytes(), 3),
    }


def test_a_press_is_named_as_the_registry_names_it_and_holds_its_profile() -> None:
    assert read_intent("press") == {
        "/Type": "/OutputIntent",
        "/S": "/GTS_PDFX",
        "/OutputConditionIdentifier": "CGATS TR 006",
        "/Info": "CGATS TR 006",
        "/RegistryName": "http://www.color.org",
        "profile": (PRESS_PROFILE.read_bytes(), 4),
    }


def test_the_profile_of_the_press_leads_both_ways_and_back_to_the_same_colour() -> None:
    """Little CMS converts sRGB to its inks, and these back to sRGB: colours any press prints stay what they are."""
    profile = ImageCms.getOpenProfile(str(PRESS_PROFILE))
    screen = ImageCms.createProfile("sRGB")
    to_inks = ImageCms.buildTransform(screen, profile, "RGB", "CMYK", ImageCms.Intent.RELATIVE_COLORIMETRIC)
    back = ImageCms.buildTransform(profile, screen, "CMYK", "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC)
    for colour in ((255, 255, 255), (170, 120, 110), (90, 110, 140), (120, 140, 100), (60, 60, 60)):
        inks: Any = ImageCms.applyTransform(Image.new("RGB", (1, 1), colour), to_inks)
        shown: Any = ImageCms.applyTransform(inks, back)
        found = shown.getpixel((0, 0))
        assert all(abs(one - other) <= 6 for one, other in zip(found, colour, strict=True)), (colour, found)


def test_nothing_is_claimed_without_an_intent() -> None:
    assert write_intent("", PdfFile()) == b""
