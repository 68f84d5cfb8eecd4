"""Every language has every label, its plural forms, its dates, its order."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from qexport.bank.selection import SCOPE_WORDS
from qexport.content.languages import capitalize, language, supported_languages
from qexport.content.placeholders import fill_markup, fill_placeholders

ALL = ("ar", "cs", "de", "en", "es", "fr", "he", "hi", "it", "ja", "nl", "pl", "pt", "tr", "uk", "zh")
DAY = datetime(2026, 11, 29, tzinfo=UTC)
NO_WORDS = {"tools", "page"}


def test_there_are_sixteen() -> None:
    assert supported_languages() == ALL


@pytest.mark.parametrize("tag", ALL)
def test_a_language_has_every_label_with_the_same_places(tag: str) -> None:
    english, other = language("en"), language(tag)
    assert list(other.labels) == list(english.labels)
    assert len(other.months) == 12
    for key, text in english.labels.items():
        assert other.labels[key].strip()
        assert sorted(re.findall(r"\{\w+\}", other.labels[key])) == sorted(re.findall(r"\{\w+\}", text)), key
    same = {key for key, text in other.labels.items() if text == english.labels[key]} - NO_WORDS
    assert len(same) <= (len(english.labels) if tag == "en" else 16), same
    assert all(len(text.split()) < 3 for text in (other.labels[key] for key in same)) or tag == "en"


@pytest.mark.parametrize(
    ("tag", "counts"),
    [
        ("en", ["0 questions", "1 question", "2 questions"]),
        ("fr", ["0 question", "1 question", "2 questions"]),
        ("de", ["0 Fragen", "1 Frage", "2 Fragen"]),
        ("ja", ["0 問", "1 問", "2 問"]),
    ],
)
def test_numbers_take_their_form(tag: str, counts: list[str]) -> None:
    assert [language(tag).count(number) for number in range(3)] == counts


def test_polish_has_three_forms_and_arabic_six() -> None:
    polish = [language("pl").count(number).split()[1] for number in (1, 2, 5, 12, 21, 22, 25, 112)]
    assert polish == ["pytanie", "pytania", "pytań", "pytań", "pytań", "pytania", "pytań", "pytań"]
    ukrainian = [language("uk").count(number).split()[1] for number in (1, 2, 5, 11, 21, 22)]
    assert ukrainian == ["питання", "питання", "питань", "питань", "питання", "питання"]
    arabic = [language("ar").count(number) for number in (0, 1, 2, 3, 11, 100)]
    assert arabic == ["لا أسئلة", "سؤال واحد", "سؤالان", "3 أسئلة", "11 سؤالا", "100 سؤال"]
    assert [language("cs").count(number) for number in (1, 3, 5)] == ["1 otázka", "3 otázky", "5 otázek"]


@pytest.mark.parametrize(
    ("tag", "date"),
    [
        ("en", "29 November 2026"),
        ("de", "29. November 2026"),
        ("pl", "29 listopada 2026"),
        ("uk", "29 листопада 2026 р."),
        ("ja", "2026年11月29日"),
        ("he", "29 בנובמבר 2026"),
    ],
)
def test_dates_are_as_the_language_writes_them(tag: str, date: str) -> None:
    assert language(tag).date(DAY) == date


@pytest.mark.parametrize(
    ("tag", "labels", "direction"),
    [
        ("pt-BR", "pt", "ltr"),
        ("zh-Hant-TW", "zh", "ltr"),
        ("DE", "de", "ltr"),
        ("fa", "en", "rtl"),
        ("he-IL", "he", "rtl"),
        ("sv", "en", "ltr"),
        ("ar-Latn", "ar", "ltr"),
    ],
)
def test_a_tag_finds_its_labels_and_its_direction(tag: str, labels: str, direction: str) -> None:
    found = language(tag)
    assert (found.tag, found.labels_tag, found.direction) == (tag, labels, direction)


def test_a_place_without_a_value_stays() -> None:
    assert fill_placeholders("{a} of {b}", a=1) == "1 of {b}"


def test_html_stays_html_in_a_place_and_text_is_escaped() -> None:
    code = Markup("<code>a</code>")
    assert fill_markup("<{a}> & {b}", a=code, b="<b>") == "&lt;<code>a</code>&gt; &amp; &lt;b&gt;"


def test_what_a_selection_is_described_with_is_that_of_the_english_file() -> None:
    labels = language("en").labels
    assert {key: labels[key] for key in SCOPE_WORDS} == SCOPE_WORDS


def test_a_first_letter_becomes_large_as_the_language_has_it() -> None:
    assert [capitalize("iyi", "tr"), capitalize("iyi", "en"), capitalize("", "de")] == ["İyi", "Iyi", ""]
