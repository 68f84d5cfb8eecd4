"""A category is a path in Moodle's files, and comes back as technology and category."""

from __future__ import annotations

import pytest

from qexport.bank.quiz_form import QUIZ_MARK, place_of_category, read_category, write_category


@pytest.mark.parametrize(
    ("technology", "category", "path"),
    [
        ("Python", "Core  Python", "Python/Core Python"),
        ("Python", "", "Python"),
        ("", "Design", "–/Design"),
        ("AI/ML", "I/O", "AI//ML/I//O"),
        ("", "/etc", "–/ //etc"),
        ("Paths/", "/etc/", "Paths// / //etc// "),
        ("", "", ""),
    ],
)
def test_a_path_that_was_written_is_read(technology: str, category: str, path: str) -> None:
    assert write_category(technology, category) == path
    place = {"technology": technology, "category": " ".join(category.split())}
    assert place_of_category(path) == {name: value for name, value in place.items() if value}


@pytest.mark.parametrize("root", ["$course$/", "$course$/top/", "top/", "$system$/top/"])
def test_the_roots_that_moodle_adds_are_no_names(root: str) -> None:
    assert read_category(f"{root}Go/Memory/Slices") == ("Go", "Memory", "Slices")


def test_a_file_of_qexport_is_known_by_its_beginning() -> None:
    assert QUIZ_MARK.match("// qexport\n")
    assert QUIZ_MARK.match('<?xml version="1.0"?>\n<!-- qexport math -->')["math"]  # type: ignore[index]
    assert not QUIZ_MARK.match("// a quiz for qexport")
