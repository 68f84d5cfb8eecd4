"""Which reader reads what."""

from __future__ import annotations

import pytest

from qexport.common.errors import UsageError
from qexport.importers.registry import SHAPES, find_shape, is_readable_name, read_source
from qexport.importers.source import Source, Wishes


def source(text: str, path: str, shape: str = "") -> Source:
    return Source(path=path, data=text.encode(), text=text, wishes=Wishes(shape=shape))


def test_every_shape_has_its_reader() -> None:
    from importlib import import_module

    for shape in SHAPES:
        if shape.name != "hub":  # which the command line reads by itself, with its vocabulary
            module = import_module(f"qexport.importers.{shape.module}")
            assert callable(getattr(module, shape.function)), shape.name


def test_the_content_decides_and_a_wish_comes_first() -> None:
    assert find_shape(source("Q?;A\n", "a.csv")).name == "csv"
    assert find_shape(source('{"questions": []}', "a.txt")).name == "json"
    assert find_shape(source("# T\n", "a.md")).name == "markdown"
    assert find_shape(source("# T\n", "a.md", "gift")).name == "gift"


def test_an_unknown_shape_names_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        find_shape(source("x", "a.txt", "gifft"))
    assert "gift" in caught.value.hint


def test_a_source_is_read_by_the_reader_of_its_shape() -> None:
    reading = read_source(source("Question,Answer\nWhat?,That.\n", "a.csv"))
    assert [each.fields for each in reading.questions] == [{"question": "What?", "answer": "That."}]


def test_pictures_are_no_sources() -> None:
    assert is_readable_name("a.csv")
    assert is_readable_name("A.MHT")
    assert not is_readable_name("a.png")
