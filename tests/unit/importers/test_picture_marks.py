"""Pictures with a width."""

from __future__ import annotations

from typing import Any

import pytest

from qexport.importers.html_markdown import read_html_text
from qexport.importers.picture_marks import mark_picture


@pytest.mark.parametrize(
    ("width", "picture"),
    [
        ("", "![x](a.png)"),
        ("300", "![x|300](a.png)"),
        ("300px", "![x|300](a.png)"),
        ("300x200", "![x|300](a.png)"),
        ("50%", "![x](a.png){width=50%}"),
        ("auto", "![x](a.png)"),
        ("0", "![x](a.png)"),
    ],
)
def test_a_width_is_written_as_a_bank_has_it(width: str, picture: str) -> None:
    assert mark_picture("a.png", "x", width) == picture


def test_pictures_of_html_keep_their_width() -> None:
    assert read_html_text('<img src="a.png" width="300" alt="x">') == "![x|300](a.png)"


@pytest.mark.parametrize(
    ("answer", "picture"),
    [
        ("![[a b.png|300]]", "![|300](a%20b.png)"),
        ("![[a.png|as seen]]", "![as seen](a.png)"),
        ("![[a.png]]", "![](a.png)"),
        ('so <img src="a.png" width="50%" alt="x">', "so ![x](a.png){width=50%}"),
    ],
)
def test_pictures_of_notes_keep_their_width(read: Any, answer: str, picture: str) -> None:
    assert read.pairs(f"## Why?\n\n{answer}\n\n## How?\n\nx\n")[0] == ("Why?", picture)
