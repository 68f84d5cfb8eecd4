"""One build, as requested."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.common.errors import UsageError
from qexport.recipe import Recipe, file_stem, in_recipe


def recipe(name: str = "") -> Recipe:
    return Recipe(bank=Path("b.yaml"), file_name=name)


def test_files_are_named_after_the_title_or_as_wished() -> None:
    assert file_stem(recipe(), "My Title") == "my-title"
    assert file_stem(recipe("mine"), "My Title") == "mine"


@pytest.mark.parametrize("name", ["a/b", "..", ".hidden", "-x", "con", "a\nb"])
def test_what_is_no_name_on_every_system_is_refused(name: str) -> None:
    with pytest.raises(UsageError):
        file_stem(recipe(name), "T")


def test_its_own_options_come_before_those_of_the_file() -> None:
    made = Recipe(bank=Path("b"), options={"a": "1"}, shared_options={"a": "2", "b": "3"})
    assert made.all_options == {"a": "1", "b": "3"}


def test_an_error_names_the_recipe() -> None:
    with pytest.raises(UsageError) as caught, in_recipe("hard"):
        raise UsageError("no paper")
    assert "hard" in caught.value.message
