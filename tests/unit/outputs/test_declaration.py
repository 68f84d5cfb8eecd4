"""Outputs and their options: what is declared, how text becomes values, and what is refused."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from importlib import import_module

import pytest

from qexport.common.errors import UsageError
from qexport.common.wording import list_names
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.declaration import (
    GivenOptions,
    Option,
    OptionsRecord,
    Output,
    option,
    options_of,
    parse_options,
)
from qexport.outputs.flash_cards import SECTIONS, FlashCardOptions
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.options import CommonOptions
from qexport.outputs.quiz import QuizOptions
from qexport.outputs.registry import (
    OPTIONS,
    OUTPUTS,
    check_options,
    options_without_effect,
    output_named,
    outputs_with,
)

ALL = list(OUTPUTS.values())
OF_ALL = [(output, option) for output in ALL for option in options_of(output.options)]


def complaint(**given: str | bool) -> tuple[str, str]:
    with pytest.raises(UsageError) as caught:
        check_options({name.replace("_", "-"): value for name, value in given.items()})
    return caught.value.message, caught.value.hint


def test_there_is_one_record_of_options_for_each_output() -> None:
    assert {"handbook", "deck", "quiz", "cheatsheet", "flash-cards"} <= set(OUTPUTS)
    assert len({output.module for output in ALL}) == len(ALL)
    for output in ALL:
        assert output.options() == parse_options(output.options, {})


def test_no_two_outputs_write_one_file() -> None:
    endings = [ending for output in ALL for ending in output.endings(output.options())]
    assert len(set(endings)) == len(endings)
    assert {".pdf", ".apkg", "-quiz.pdf", "-cheatsheet.pdf", "-cards.pdf"} <= set(endings)
    assert OUTPUTS["quiz"].endings(QuizOptions(answer_key="separate")) == ("-quiz.pdf", "-answers.pdf")
    assert OUTPUTS["flash-cards"].endings(FlashCardOptions(calibration=True)) == (
        "-cards.pdf",
        "-calibration.pdf",
    )


@pytest.mark.parametrize(("output", "option"), OF_ALL, ids=lambda each: each.name)
def test_outputs_that_share_an_option_share_its_meaning(output: Output, option: Option) -> None:
    assert OPTIONS[option.name] == option
    assert output.name in outputs_with(option.name)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_every_option_has_a_sentence_of_help_and_takes_its_own_default(option: Option) -> None:
    assert option.help.endswith(".")
    given = option.default if isinstance(option.default, bool) else option.default_text
    assert option.value(given) == option.default or option.choices


@pytest.mark.parametrize("option", OPTIONS.values(), ids=lambda option: option.name)
def test_every_choice_is_a_value(option: Option) -> None:
    for choice in option.choices:
        assert str(option.value(choice)) == choice


@pytest.mark.parametrize(
    ("record", "given", "expected"),
    [
        (HandbookOptions, {}, HandbookOptions()),
        (
            HandbookOptions,
            {"paper": "a5", "ruled-lines": True, "flow": False},
            HandbookOptions(paper="a5", ruled_lines=True),
        ),
        (HandbookOptions, {"card-types": "recall"}, HandbookOptions()),
        (HandbookOptions, {"dated": "2024-02-29"}, HandbookOptions(dated=date(2024, 2, 29))),
        (HandbookOptions, {"dated": ""}, HandbookOptions()),
        (
            HandbookOptions,
            {"published-at": "https://e.org/" + 286 * "a"},
            HandbookOptions(published_at="https://e.org/" + 286 * "a"),
        ),
        (QuizOptions, {"answer-lines": "12"}, QuizOptions(answer_lines=12)),
        (DeckOptions, {"deck-depth": "2"}, DeckOptions(deck_depth=2)),
        (
            DeckOptions,
            {"card-types": "mistakes, recall,recall"},
            DeckOptions(card_types=("recall", "mistakes")),
        ),
        (FlashCardOptions, {"offset-x": "0.5"}, FlashCardOptions(offset_x=(0.0, 0.5))),
        (FlashCardOptions, {"offset-y": "0.5,-0.3"}, FlashCardOptions(offset_y=(0.5, -0.3))),
        (FlashCardOptions, {"card-sections": "all"}, FlashCardOptions(card_sections=SECTIONS)),
        (
            FlashCardOptions,
            {"card-sections": "follow-ups, common-mistakes"},
            FlashCardOptions(card_sections=("follow_ups", "common_mistakes")),
        ),
    ],
)
def test_text_becomes_values(record: type[OptionsRecord], given: GivenOptions, expected: object) -> None:
    assert parse_options(record, given) == expected


def test_an_unknown_option_names_the_nearest_and_all_there_are() -> None:
    assert complaint(papper="a4") == ("unknown option 'papper'", "did you mean 'paper'?")
    assert complaint(zzz="a4") == ("unknown option 'zzz'", f"known: {list_names(tuple(OPTIONS))}")


def test_an_unknown_choice_names_the_choices() -> None:
    papers = ", ".join(OPTIONS["paper"].choices)
    assert complaint(paper="a9") == ("option paper cannot be 'a9'", f"one of: {papers}")
    assert complaint(media="Prin") == ("option media cannot be 'Prin'", "one of: screen, print, prepress")
    assert complaint(paper="") == ("option paper cannot be ''", f"one of: {papers}")


def test_a_flag_is_on_or_off_and_a_text_is_a_text() -> None:
    assert complaint(flow="yes") == ("option flow cannot be 'yes'", "true or false")
    assert complaint(theme=True) == ("option theme cannot be True", "a text")


def test_a_section_that_does_not_exist_names_the_nearest() -> None:
    listed = ", ".join(key.replace("_", "-") for key in SECTIONS)
    assert complaint(card_sections="common-mistake") == (
        "no section 'common-mistake'",
        f"did you mean 'common-mistakes'? known: all, {listed}",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("dated", each)
            for each in ("22.11.2026", "2026-11", "2026-13-01", "2026-02-31", "20261122", "２０２６-11-22")
        ),
        *(("answer-lines", each) for each in ("0", "100", "-1", "six", "６")),
        *(("offset-x", each) for each in ("1,2,3", "mm", "100", "1,", "1.")),
        *(("card-types", each) for each in ("scenario", "recall,all", "recall,")),
    ],
)
def test_a_text_that_is_no_value_is_refused_with_what_would_be(name: str, value: str) -> None:
    assert complaint(**{name: value}) == (f"option {name} cannot be {value!r}", OPTIONS[name].help)


_ALL_OF_IT = "write all of it, for example https://example.org/questions/"
_FROM_A_BROWSER = "copy the address from a browser, which writes other letters as % and digits, or as xn--"


@pytest.mark.parametrize(
    ("name", "value", "reason", "hint"),
    [
        ("published-at", "example.org", "it does not begin with https:// or http://", _ALL_OF_IT),
        ("published-at", "ftp://example.org", "it does not begin with https:// or http://", _ALL_OF_IT),
        ("published-at", "https:///questions", "it names no server", _ALL_OF_IT),
        ("published-at", "https://", "it names no server", _ALL_OF_IT),
        ("published-at", "https://e.org/my bank", "there is a blank in it", _FROM_A_BROWSER),
        ("published-at", "https://e.org/ä", "there is 'ä' in it", _FROM_A_BROWSER),
        (
            "published-at",
            "https://e.org/" + 287 * "a",
            "it has 301 letters, and at most 300 fit in a code that phones can scan",
            "give a shorter address that leads there",
        ),
        (
            "tag-prefix",
            "a b",
            "there is a blank in it, which a tag of Anki cannot have",
            "for example hub, or hub::python",
        ),
        (
            "tag-prefix",
            "a*",
            "there is * in it, which a tag of Anki cannot have",
            "for example hub, or hub::python",
        ),
    ],
)
def test_a_text_that_is_no_value_is_refused_with_the_reason(
    name: str, value: str, reason: str, hint: str
) -> None:
    assert complaint(**{name: value}) == (f"option {name} cannot be {value!r}: {reason}", hint)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("pdf", "handbook"),
        ("apkg", "deck"),
        ("Anki", "deck"),
        ("cards", "flash-cards"),
        ("flashcards", "flash-cards"),
        ("cheat-sheet", "cheatsheet"),
        ("handbok", "handbook"),
    ],
)
def test_another_name_of_an_output_answers_with_the_right_one(name: str, meant: str) -> None:
    with pytest.raises(UsageError) as caught:
        output_named(name)
    listed = ", ".join(OUTPUTS)
    assert (caught.value.message, caught.value.hint) == (
        f"no output {name!r}",
        f"did you mean {meant!r}? known: {listed}",
    )


def test_nothing_is_suggested_when_nothing_is_near() -> None:
    with pytest.raises(UsageError) as caught:
        output_named("docx")
    assert caught.value.hint == f"known: {', '.join(OUTPUTS)}"


def test_an_option_that_no_chosen_output_has_is_without_effect() -> None:
    given: GivenOptions = {"paper": "a5", "card-types": "recall", "ruled-lines": True}
    assert options_without_effect(given, [OUTPUTS["handbook"]]) == ("card-types",)
    assert options_without_effect(given, [OUTPUTS["deck"]]) == ("paper", "ruled-lines")
    assert options_without_effect(given, [OUTPUTS["handbook"], OUTPUTS["deck"]]) == ()


def test_every_module_of_an_output_can_make_it() -> None:
    for output in ALL:
        assert {each.name for each in fields(output.options)}
        assert callable(import_module(output.module).render)


def test_a_field_that_is_no_option_is_refused_where_it_is_declared() -> None:
    with pytest.raises(ValueError, match="shorter"):

        class Wrong(CommonOptions, frozen=True, kw_only=True):
            width: int = option(60, "Width in cm.", read=int)
            height: int = 80

    class Poster(CommonOptions, frozen=True, kw_only=True):
        height: int = option(80, "Height in cm.", read=int)

    assert [each.name for each in options_of(Poster)] == [
        *(each.name for each in options_of(CommonOptions)),
        "height",
    ]
    assert parse_options(Poster, {"height": "90"}) == Poster(height=90)
