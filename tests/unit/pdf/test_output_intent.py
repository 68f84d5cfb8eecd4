"""A PDF names what its colours are made for, with the profile in it, read back by qpdf's library."""

from __future__ import annotations

from io import BytesIO

import pikepdf
import pytest

from qexport.pdf.file_writer import PdfFile
from qexport.pdf.output_intent import PROFILES, write_intent


@pytest.mark.parametrize(
    ("intent", "subtype", "profile", "parts"),
    [
        ("archive", "/GTS_PDFA1", "sRGB-v2-magic.icc", 3),
        ("press", "/GTS_PDFX", "CGATS001Compat-v2-micro.icc", 4),
    ],
)
def test_an_intent_has_its_profile(intent: str, subtype: str, profile: str, parts: int) -> None:
    file = PdfFile()
    named = write_intent(intent, file)
    pages = file.add(b"<</Type /Pages/Kids []/Count 0>>")
    catalog = file.reserve()
    file.put(catalog, b"<</Type /Catalog/Pages %s%s>>" % (pages, named))
    information = file.reserve()
    file.put(information, b"<<>>")
    with pikepdf.open(BytesIO(file.end(catalog, information))) as pdf:
        (made,) = pdf.Root.OutputIntents
        assert subtype == made.S
        assert made.DestOutputProfile.read_bytes() == (PROFILES / profile).read_bytes()
        assert parts == made.DestOutputProfile.N


def test_nothing_is_claimed_without_an_intent() -> None:
    assert write_intent("", PdfFile()) == b""
