"""The options of the outputs."""

from __future__ import annotations

import pytest

from qexport.common.errors import UsageError
from qexport.outputs.options import OPTIONS, Option, checked

KNOWN = ", ".join(option.name for option in OPTIONS)


def complaint(**given: str | bool) -> tuple[str, str]:
    with pytest.raises(UsageError) as caught:
        checked({name.replace("_", "-"): value for name, value in given.items()})
    return caught.value.message, caught.value.hint


def test_what_is_not_given_is_the_default() -> None:
    assert checked({}) == {option.name: option.default for option in OPTIONS}


def test_what_is_given_stays() -> None:
    options = checked({"paper": "a5", "notes": True})
    assert (options["paper"], options["notes"], options["media"]) == ("a5", True, "screen")


def test_false_is_a_value_and_not_a_gap() -> None:
    assert checked({"flow": False})["flow"] is False


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_option_says_what_it_does_and_takes_its_own_default(option: Option) -> None:
    assert option.help.endswith(".")
    assert checked({option.name: option.default})[option.name] == option.default


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_every_choice_is_taken(option: Option) -> None:
    for choice in option.choices:
        assert checked({option.name: choice})[option.name] == choice


def test_an_unknown_option_names_what_was_meant_and_all_there_are() -> None:
    assert complaint(papper="a4") == ("unknown option 'papper'", f"did you mean 'paper'? known: {KNOWN}")
    assert complaint(zzz="a4") == ("unknown option 'zzz'", f"known: {KNOWN}")


def test_an_unknown_choice_names_the_choices() -> None:
    assert complaint(paper="a6") == ("option paper cannot be 'a6'", "one of: a4, letter, a5, 6x9in")
    assert complaint(media="Print") == ("option media cannot be 'Print'", "one of: screen, print, prepress")
    assert complaint(paper="") == ("option paper cannot be ''", "one of: a4, letter, a5, 6x9in")


def test_a_flag_is_on_or_off_and_a_text_is_a_text() -> None:
    assert complaint(flow="yes") == ("option flow cannot be 'yes'", "true or false")
    assert complaint(theme=True) == ("option theme cannot be True", "a text")


@pytest.mark.parametrize(
    "dated", ["22.11.2026", "2026-11", "2026-13-01", "2026-02-31", "20261122", "２０２６-11-22"]
)
def test_a_date_is_a_day_there_is(dated: str) -> None:
    hint = "The date on the cover, as 2026-11-22; else that of the bank's last change."
    assert complaint(dated=dated) == (f"option dated cannot be {dated!r}", hint)


@pytest.mark.parametrize("dated", ["", "2024-02-29", "1999-12-31"])
def test_a_day_there_is_or_none_is_taken(dated: str) -> None:
    assert checked({"dated": dated})["dated"] == dated
