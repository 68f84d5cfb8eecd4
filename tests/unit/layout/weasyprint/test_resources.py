"""A page shows the pictures it was given and no others."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
from PIL import Image
from tests.unit.layout.weasyprint.small_pages import (
    CSS,
    linked,
    page,
    texts,
)

from qexport.layout.weasyprint.layout import lay_out


def test_pictures_are_those_that_were_given_and_no_others() -> None:
    picture = BytesIO()
    Image.new("RGB", (10, 10), "red").save(picture, "PNG")
    body = page(
        '<p><img src="qx:image/a" alt="A"> <img src="qx:image/b" alt="B"> '
        '<img src="file:///etc/hostname" alt="C">'
    )
    chunk = lay_out(body, CSS, {"qx:image/a": picture.getvalue()})
    drawn = pypdfium2.PdfDocument(linked(chunk))[0]
    assert len(list(drawn.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]))) == 1
    assert texts(linked(chunk))[0].split() == ["B", "C", "1"]
