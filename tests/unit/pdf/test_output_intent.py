"""A PDF names what its colours are made for, read back by qpdf's library."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf

from qexport.pdf.file_writer import PdfFile
from qexport.pdf.output_intent import PROFILE, write_intent


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
        "profile": (PROFILE.read_bytes(), 3),
    }


def test_a_press_is_named_as_the_registry_names_it() -> None:
    assert read_intent("press") == {
        "/Type": "/OutputIntent",
        "/S": "/GTS_PDFX",
        "/OutputConditionIdentifier": "CGATS TR 001",
        "/Info": "CGATS TR 001",
        "/RegistryName": "http://www.color.org",
    }


def test_nothing_is_claimed_without_an_intent() -> None:
    assert write_intent("", PdfFile()) == b""
