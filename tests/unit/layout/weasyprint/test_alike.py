"""Strips that differ in one text are what the engine makes of each."""

from __future__ import annotations

import pytest

from qexport.layout.chunk import Chunk
from qexport.layout.weasyprint import alike
from qexport.layout.weasyprint.layout import lay_out_strips

CSS = """
@page { size: 400px 600px; margin: 50px }
html, body { margin: 0; font-family: "Source Sans Pro"; font-size: 16px }
code { font-family: "Source Code Pro"; font-size: 0.9em }
[data-strips] { position: relative } .strip { position: absolute; top: 0; left: 0 }
ul { margin: 0; padding: 0; list-style: none }
h2 { margin: 0; width: 180px; font-size: 16px }
li { box-sizing: border-box; width: 180px; padding-left: 20px; text-indent: -20px }
"""
WORDS = [
    "API",
    "B-tree, ",
    "café",
    "fi ffi fl",
    "GIL",
    "To Vater",
    "Zürich",
    "Œuvre",
    "a very long term that breaks",
]
FOLIOS = '<span data-folio="pages" data-align="left" data-folios="">0</span>'


def strip(word: str, kind: str) -> str:
    """Return a line of an index: of words, of code, or a heading."""
    line = {
        "words": f'<ul><li data-word="">{word}, {FOLIOS}</li></ul>',
        "code": f'<ul><li><code data-word="">{word}</code>, {FOLIOS}</li></ul>',
        "heading": f'<h2 data-word="">{word}</h2>',
        "see also": f'<ul><li><i>see also</i> <span data-word="">{word}</span></li></ul>',
    }[kind]
    return f'<html lang="en"><head><title>-</title></head><body data-strip="">{line}</body></html>'


def same(one: Chunk, other: Chunk) -> bool:
    """Return whether two strips are the same, wherever each was made."""
    return alike.is_same(one, other)


@pytest.mark.parametrize("kind", ["words", "code", "heading", "see also"])
def test_lines_that_are_alike_are_what_the_engine_makes_of_each(kind: str) -> None:
    alike.forget_models()
    made = lay_out_strips([strip(word, kind) for word in WORDS], CSS)
    assert [model is not None for model in alike._models.values()] == [True]
    assert all(map(same, made, [lay_out_strips([strip(word, kind)], CSS + " ")[0] for word in WORDS]))


@pytest.mark.parametrize(
    "word", ["שלום", "漢字", "a\u0301", "two  blanks", " begins", "\u2028", "😀", "a\u00adb", "\u0627"]
)
def test_leaves_what_is_not_plain_to_the_engine(word: str) -> None:
    assert alike.part_word(strip(word, "heading")) is None


def test_lays_out_each_by_itself_where_a_style_looks_at_what_the_word_is() -> None:
    alike.forget_models()
    css = CSS + " li { width: auto; text-align: right }"
    made = lay_out_strips([strip(word, "words") for word in WORDS], css)
    assert list(alike._models.values()) == [None]
    assert all(map(same, made, [lay_out_strips([strip(word, "words")], css + " ")[0] for word in WORDS]))


def test_few_lines_are_laid_out_by_the_engine() -> None:
    alike.forget_models()
    lay_out_strips([strip(word, "words") for word in WORDS[: alike.WORTH_A_MODEL - 1]], CSS)
    assert not alike._models
