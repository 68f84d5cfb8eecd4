"""Tables fit the page: whole words first, in smaller type if needed; broken words last."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from qexport.content.table_fitting import LARGE_TYPE, SMALLEST_TYPE, fit_tables
from qexport.content.text import prose


def table(*cells: str) -> Markup:
    return prose(f"|{'|'.join(cells)}|\n|{'-|' * len(cells)}\n|{'|'.join('x' for _ in cells)}|", "markdown")


def opening(html: Markup) -> str:
    found = re.search(r'<div class="table[^>]*>', html)
    assert found is not None
    return found[0]


def words(html: Markup) -> list[str]:
    return unescape(re.sub(r"<[^>]*>", " ", html)).split()


@pytest.mark.parametrize(
    ("width", "tag"),
    [
        (200.0, '<div class="table">'),
        (140.0, '<div class="table smaller" style="font-size: 0.902em">'),
        (120.0, '<div class="table smaller" style="font-size: 0.773em">'),
        (90.0, '<div class="table broken" style="font-size: 0.650em">'),
        (25.0, '<div class="table broken anywhere" style="font-size: 0.650em">'),
    ],
)
def test_type_shrinks_until_the_longest_words_fit_side_by_side_and_then_they_break(
    width: float, tag: str
) -> None:
    html = table("configuration", "`parameters` and such", "no")
    fitted = fit_tables(html, width, 10.0)
    assert opening(fitted) == tag
    assert [word.replace("\u200b", "") for word in words(fitted)] == words(html)
    assert ("\u200b" in fitted) == (tag == '<div class="table broken" style="font-size: 0.650em">')


def test_only_long_words_break_and_after_a_sign_if_there_is_one() -> None:
    fitted = fit_tables(table("true", "enabled", "`com.example.deep.package.Thing`", "12.75"), 110.0, 10.0)
    assert words(fitted)[:4] == [
        "true",
        "enabled",
        "com.\u200bexample.\u200bdeep.\u200bpackage.\u200bThing",
        "12.75",
    ]


def test_large_print_never_shrinks() -> None:
    fitted = fit_tables(table("configuration", "parameters"), 100.0, LARGE_TYPE)
    assert opening(fitted) == '<div class="table broken">'


def test_a_table_in_a_list_has_less_room_and_nothing_else_is_touched() -> None:
    html = prose("|configuration|\n|-|\n|x|\n\n- > |configuration|\n  > |-|\n  > |x|\n\nend", "markdown")
    fitted = fit_tables(html, 85.0, 10.0)
    assert re.findall(r'<div class="table[^>]*>', fitted) == [
        '<div class="table">',
        '<div class="table smaller" style="font-size: 0.792em">',
    ]
    assert words(fitted) == words(html)
    assert fit_tables(Markup("<p>no table</p>"), 1.0, 10.0) == "<p>no table</p>"


def test_ideographs_break_anywhere_and_need_no_room_together() -> None:
    assert opening(fit_tables(table("資料庫索引與交易處理的說明", "鍵"), 60.0, 10.0)) == '<div class="table">'


@settings(deadline=None)
@given(
    st.lists(st.text(st.sampled_from("aW_.i<&`漢 "), min_size=1, max_size=40), min_size=1, max_size=6),
    st.floats(20, 400),
    st.floats(SMALLEST_TYPE, 20),
)
def test_fitting_takes_nothing(cells: list[str], width: float, size: float) -> None:
    html = table(*cells)
    fitted = fit_tables(html, width, size)
    assert [word.replace("\u200b", "") for word in words(fitted)] == words(html)
