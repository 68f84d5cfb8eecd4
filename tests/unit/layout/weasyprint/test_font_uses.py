"""What is drawn with a font: glyphs, their widths and their texts."""

from __future__ import annotations

from qexport.layout.chunk import FontUse
from qexport.layout.weasyprint.font_uses import join_uses
from qexport.layout.weasyprint.layout import lay_out


def test_a_use_names_each_glyph_once_with_its_text() -> None:
    page = '<html lang="en"><title>t</title><body style="font-family: Source Sans Pro">abba</body></html>'
    use, *others = lay_out(page, "").content.fonts
    assert (others, use.family) == ([], "Source Sans Pro")
    assert [text for _, text in use.texts] == ["a", "b"]
    assert [glyph for glyph, _ in use.widths] == [code for code, _ in use.texts]


def test_uses_are_joined_as_if_one_text_had_been_drawn() -> None:
    one = FontUse("k", "n", "f", "d", 4, 1, 0, 0.0, ((1, 500), (3, 600)), ((1, "a"), (3, "c")))
    other = FontUse("k", "n", "f", "d", 4, 1, 0, 0.0, ((1, 500), (2, 550)), ((1, "a"), (2, "b")), ((9, 2),))
    both = FontUse(
        "k",
        "n",
        "f",
        "d",
        4,
        1,
        0,
        0,
        ((1, 500), (2, 550), (3, 600)),
        ((1, "a"), (2, "b"), (3, "c")),
        ((9, 2),),
    )
    assert join_uses(one, one, None, other) == both
