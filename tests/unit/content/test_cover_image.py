"""The picture that a bank names for its covers."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.bank.model import Bank, Question
from qexport.common.errors import InputRefused, Location, Problem
from qexport.content.cover_image import read_cover_image

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 12 4"><rect width="12" height="4"/></svg>'


def bank(folder: Path, cover_image: str) -> Bank:
    place = Location(str(folder / "bank.yaml"), 1, 1)
    question = Question(id="A", question="Why?", answer="Because.", location=place)
    return Bank(title="B", cover_image=cover_image, questions=(question,))


def test_it_lies_beside_the_bank(tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_bytes(SVG)
    image = read_cover_image(bank(tmp_path, "logo.svg"))
    assert image is not None
    assert (image.media_type, image.width, image.height) == ("image/svg+xml", 12, 4)
    assert read_cover_image(bank(tmp_path, "")) is None


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("none.png", "there is no file of the picture 'none.png'", "looked in {folder}"),
        (
            "../logo.png",
            "the picture '../logo.png' is outside the bank's folder",
            "put a copy beside the bank and give its path from there, with /",
        ),
        ("text.png", "the picture 'text.png' is not a PNG, JPEG, GIF, WebP or SVG", "save it as one of them"),
    ],
)
def test_what_is_no_picture_there_is_refused(tmp_path: Path, path: str, message: str, hint: str) -> None:
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(InputRefused) as caught:
        read_cover_image(bank(tmp_path, path))
    place = Location(str(tmp_path / "bank.yaml"))
    assert caught.value.problems == (Problem(place, f"cover_image: {message}", hint.format(folder=tmp_path)),)
