"""Fonts of extras: in a book that has a character of their script."""

from __future__ import annotations

import pytest
from fontTools.ttLib import TTFont

from qexport.layout.script_fonts import SCRIPTS, extras_for, find_script_fonts


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("plain", "en", []),
        ("naïve ∈ Жук", "en", []),
        ("سؤال", "ar", ["Amiri-Regular", "Amiri-Italic", "Amiri-Bold", "Amiri-BoldItalic"]),
        ("שאלה", "en", ["Cardo-Regular", "Cardo-Italic", "Cardo-Bold"]),
        ("प्रश्न", "hi", ["Hind-Regular", "Hind-SemiBold", "Hind-Bold"]),
        ("質問", "ja", ["NotoSerifJP-Regular"]),
        ("问题", "zh-CN", ["NotoSerifSC-Regular"]),
        ("质", "en", ["NotoSerifJP-Regular"]),
    ],
)
def test_a_text_gets_the_fonts_of_its_scripts(text: str, language: str, names: list[str]) -> None:
    assert [file.path.stem for file in find_script_fonts([text], language)] == names


def test_what_an_extra_has_is_named_for_what_lacks() -> None:
    assert extras_for("何ش🏭") == ("arabic", "cjk")
    assert extras_for("🏭") == ()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.package)
def test_a_font_of_an_extra_is_static_and_may_be_embedded(script: object) -> None:
    sample = {"arabic": "سؤال", "hebrew": "שאלה", "hindi": "प्रश्न", "cjk": "問ひ"}[script.extra]  # type: ignore[attr-defined]
    for file in find_script_fonts([sample], "zh" if "zh" in script.package else "ja"):  # type: ignore[attr-defined]
        with TTFont(file.path) as font:
            assert "fvar" not in font
            assert font["OS/2"].fsType == 0
            assert {ord(character) for character in sample} <= set(font.getBestCmap())
