"""Messages are worded the same way wherever they come from."""

from __future__ import annotations

import pytest

from qexport.common.wording import (
    column_width,
    did_you_mean,
    list_names,
    nearest,
    quantity,
    shorten,
    slug,
    suggest,
)

COMMANDS = ("build", "import", "check", "list", "show")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("biuld", "build"),
        ("BUILD", "build"),
        ("chekc", "check"),
        ("imprt", "import"),
        ("shw", "show"),
        ("docker", ""),
        ("x", ""),
        ("", ""),
        ("b" * 101, ""),
    ],
)
def test_a_slip_leads_to_the_name_that_was_meant_and_nothing_far_off_is_suggested(
    name: str, meant: str
) -> None:
    assert nearest(name, COMMANDS) == meant
    assert did_you_mean(name, COMMANDS) == (f"did you mean {meant!r}?" if meant else "")
    assert did_you_mean(name, COMMANDS, "see --help") == (
        f"did you mean {meant!r}?" if meant else "see --help"
    )


def test_of_names_that_differ_in_case_alone_the_first_is_suggested() -> None:
    assert nearest("pyton", ("Python", "python")) == "Python"


def test_the_names_that_exist_are_listed_if_none_is_close_or_they_are_few() -> None:
    assert suggest("moderm", ("classic", "modern")) == "did you mean 'modern'? known: classic, modern"
    assert suggest("theme-11", [f"theme-{number}" for number in range(10)]) == "did you mean 'theme-1'?"
    assert suggest("baroque", ("classic", "modern")) == "known: classic, modern"
    assert suggest("baroque", ()) == "known: none"


def test_a_long_list_ends_where_it_helps_no_more() -> None:
    names = [f"tag-{number}" for number in range(1_500)]
    assert list_names(names, most=3) == "tag-0, tag-1, tag-2 and 1,497 more"
    assert list_names(["a\tb\nc"]) == "a b c"


def test_a_count_has_its_noun_in_the_singular_or_the_plural() -> None:
    assert [quantity(count, "question") for count in (0, 1, 2, 15_000)] == [
        "0 questions",
        "1 question",
        "2 questions",
        "15,000 questions",
    ]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("plain", 5), ("", 0), ("日本", 4), ("e\u0301", 1), ("a\u200bb", 2), ("ＡＢ", 4), ("É", 1)],
)
def test_a_width_is_what_a_terminal_shows(text: str, columns: int) -> None:
    assert column_width(text) == columns


@pytest.mark.parametrize(
    ("text", "room", "shortened"),
    [
        ("metaclass", 9, "metaclass"),
        ("metaclass", 8, "metacla…"),
        ("a set of", 6, "a set…"),
        ("質問と答え", 6, "質問…"),
    ],
)
def test_a_text_that_is_too_wide_ends_with_a_sign(text: str, room: int, shortened: str) -> None:
    assert shorten(text, room) == shortened


@pytest.mark.parametrize(
    ("text", "keep", "slugged"),
    [
        ("Core Python", "", "core-python"),
        ("AI/ML & more", "", "ai-ml-more"),
        ("C++", "", "c"),
        ("C++", "+#", "c++"),
        ("two_words", "", "two-words"),
        ("two_words", "_", "two_words"),
        ("  Ünïcode – 日本語  ", "", "ünïcode-日本語"),
        ("—", "", ""),
    ],
)
def test_a_slug_has_hyphens_between_its_words(text: str, keep: str, slugged: str) -> None:
    assert slug(text, keep=keep) == slugged
