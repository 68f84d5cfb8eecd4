"""The cover of an e-book, as a picture."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from qexport.outputs.epub.cover import MARGIN, SIZE, draw_cover


@pytest.mark.parametrize(
    "title", ["Short", "Interview Questions & Model Answers", "A long title of many words " * 12]
)
def test_a_title_of_any_length_stays_inside(title: str) -> None:
    with Image.open(BytesIO(draw_cover(title, ("Advanced", "15 questions")))) as image:
        drawn = image.convert("L")
    assert drawn.size == SIZE
    right = drawn.crop((SIZE[0] - MARGIN + 2, 0, SIZE[0], SIZE[1]))
    assert min(right.tobytes()) > 200


def test_the_same_words_give_the_same_bytes() -> None:
    assert draw_cover("T", ("a",)) == draw_cover("T", ("a",))
