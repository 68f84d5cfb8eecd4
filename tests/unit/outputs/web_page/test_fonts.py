"""The fonts of a page: cut down, and as WOFF."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO

from fontTools.ttLib import TTFont

from qexport.outputs.web_page.fonts import font_faces


def test_a_font_is_whole_and_has_what_the_page_says_alone() -> None:
    rules = font_faces(["é"])
    assert rules.count("@font-face") == 6
    for data in re.findall(r"base64,([^)]*)\)", rules):
        with TTFont(BytesIO(b64decode(data)), checkChecksums=2) as font:
            assert font.flavor == "woff"
            characters = set(map(chr, font.getBestCmap()))
            assert "".join(sorted(characters & {"a", "é"})) >= "aé"
            assert "ж" not in characters
            assert font["glyf"]["a"].numberOfContours > 0


def test_the_same_texts_give_the_same_rules() -> None:
    assert font_faces(["b", "a"]) == font_faces(["a", "b"])
