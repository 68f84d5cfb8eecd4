"""One function turns text of either markup into HTML."""

from __future__ import annotations

import subprocess
import sys

import pytest

from qexport.content.text import divided


@pytest.mark.parametrize(
    ("text", "line", "more"),
    [
        ("one\nline", "one\nline", ""),
        ("line\n\nmore\n\nlast", "line", "\nmore\n\nlast"),
        ("line\n```js\ncode\n```", "line", "```js\ncode\n```"),
        ("line\n- one\n- two", "line", "- one\n- two"),
        ("line\n-one", "line\n-one", ""),
        ("line\n1. one", "line", "1. one"),
    ],
)
def test_a_questions_line_ends_where_another_block_begins(text: str, line: str, more: str) -> None:
    assert divided(text, "markdown") == (line, more)
    assert divided(text, "plain") == (text, "")


def test_opening_the_module_opens_no_engine() -> None:
    code = (
        "import sys; from qexport.content.text import inline; inline('x', 'plain');"
        "print(sorted({'jinja2', 'markdown_it', 'pygments', 'nh3'} & sys.modules.keys()))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
