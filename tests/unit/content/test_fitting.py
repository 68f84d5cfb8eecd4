"""HTML is made to fit paper, and says what it said."""

from __future__ import annotations

import re
import time
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from qexport.content.fitting import (
    LARGE_TYPE,
    SMALLEST_TYPE,
    breakable,
    fit_tables,
    letters,
    wrapped_code,
)
from qexport.content.text import write_prose


def test_counts_what_is_read() -> None:
    assert letters(Markup('<p class="a b">a &lt; <code>b</code></p>')) == 5


def test_long_words_get_places_to_break() -> None:
    mark = "\u200b"
    assert breakable(Markup("<p>short</p>")) == Markup("<p>short</p>")
    assert breakable(Markup("a" * 60 + " " + "b" * 60)) == Markup("a" * 60 + " " + "b" * 60)
    assert breakable(Markup("a" * 90)) == Markup("a" * 60 + 2 * (mark + "a" * 12) + mark + "a" * 6)
    assert breakable(Markup("a" * 30), 24) == Markup("a" * 24 + mark + "a" * 6)
    assert breakable(Markup("&lt;" * 61)) == Markup("&lt;" * 60 + mark + "&lt;")
    assert breakable(
        Markup("<p>" + "a" * 40 + '</p><a href="' + "h" * 90 + '">' + "b" * 40 + "</a>")
    ) == Markup("<p>" + "a" * 40 + '</p><a href="' + "h" * 90 + '">' + "b" * 40 + "</a>")
    assert breakable(Markup("<em>" + "a" * 40 + "</em><code>" + "b" * 40 + "</code>")) == Markup(
        "<em>" + "a" * 40 + "</em><code>" + "b" * 20 + mark + "b" * 12 + mark + "b" * 8 + "</code>"
    )
    assert breakable(Markup("a" * 30 + "\u00a0" + "b" * 30)) == Markup(
        "a" * 30 + "\u00a0" + "b" * 29 + mark + "b"
    )


def test_a_long_word_breaks_after_a_sign_rather_than_within_a_name() -> None:
    def pieces(word: str, longest: int) -> list[str]:
        return str(breakable(Markup(word), longest)).split("\u200b")

    name = "user_purchase_frequency_last_30_days"
    assert pieces(name, 21) == ["user_purchase_", "frequency_", "last_30_days"]
    assert pieces(name, 36) == [name]
    assert pieces("a/" + "b" * 30, 24) == ["a/" + "b" * 22, "b" * 8]  # too far back
    assert pieces("a" * 19 + "&lt;&amp;.bc", 22) == ["a" * 19 + "&lt;&amp;.", "bc"]
    assert pieces("state-of-the-art-and-more", 20) == ["state-of-the-art-", "and-more"]


def code(text: str, language: str = "") -> Markup:
    return write_prose(f"```{language}\n{text}\n```", "markdown")


def wrapped(text: str, columns: int, language: str = "") -> list[str]:
    """The lines of code as they are read on paper, with ↳ for the mark."""
    html = re.sub('<span class="wrap"[^>]*></span>', "↳ ", wrapped_code(code(text, language), columns))
    return unescape(re.sub(r"<[^>]*>", "", html)).removesuffix("\n").split("\n")


def test_code_that_fits_is_left_alone() -> None:
    html = code("a < b\n\nc = 1", "python")
    assert wrapped_code(html, 20) == str(html).replace('class="code"', 'class="code wrapped"')
    assert wrapped_code(Markup("<p>x</p>"), 20) == Markup("<p>x</p>")


@pytest.mark.parametrize(
    ("line", "lines"),
    [
        ("one, two, three, four", ["one, two, three, ", "↳ four"]),
        ("    indented_and_long_too", ["    indented_and_lon", "↳ g_too"]),
        ("x" * 50, ["x" * 20, "↳ " + "x" * 18, "↳ " + "x" * 12]),
        ("object.attribute.method", ["object.attribute.", "↳ method"]),
        ("a" * 18 + "<&>" + "b", ["a" * 18 + "<&", "↳ >b"]),
        ("\tx\ty", ["    x   y"]),
        ("漢字" * 6, ["漢字" * 5, "↳ 漢字"]),
        ("e\u0301" * 20, ["e\u0301" * 20]),
    ],
)
def test_a_longer_line_goes_on_after_a_mark_at_the_best_place(line: str, lines: list[str]) -> None:
    assert wrapped(line, 20) == lines


def test_code_in_a_list_or_a_quotation_has_less_room() -> None:
    text = f"```\n{'x' * 40}\n```\n\n- a\n\n  > ```\n  > {'x' * 40}\n  > ```\n\n```\n{'x' * 40}\n```"
    blocks = re.findall("<pre.*?</pre>", wrapped_code(write_prose(text, "markdown"), 40), re.DOTALL)
    assert [len(re.sub("<[^>]*>", "", block).split("\n")[0]) for block in blocks] == [40, 32, 40]
    folded = write_prose(
        f"<details><summary>More</summary>\n\n```\n{'x' * 40}\n```\n\n</details>", "markdown"
    )
    assert f">{'x' * 36}" in wrapped_code(folded, 40)


def test_a_break_stands_in_no_tag_and_no_entity() -> None:
    html = wrapped_code(code("print('aaaaaaaaaaaaaaaaaaaaaaaaaaa & <b>') and x < y", "python"), 20)
    assert re.sub(r"<[^<>]*>|&(?:lt|gt|amp);|[^<>&]", "", html) == ""
    assert html.count("<span") == html.count("</span>")


@given(st.text(st.sampled_from("ab c\t.,(<&>漢\u0301\u00a0"), max_size=200), st.integers(10, 60))
def test_wrapping_adds_line_breaks_and_takes_nothing(text: str, columns: int) -> None:
    lines = wrapped(text, columns)
    shown = "\n".join(lines).replace("\n↳ ", "")
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
    width = {"漢": 2, "\u0301": 0}
    assert all(sum(width.get(character, 1) for character in line) <= columns for line in lines)


def test_wrapped_code_gets_no_other_places_to_break() -> None:
    html = wrapped_code(code("x" * 200), 70)
    assert breakable(html) == html
    assert "\u200b" in breakable(code("x" * 200))


def test_a_hundred_thousand_characters_on_a_line_are_soon_wrapped() -> None:
    html = code("x y " * 25_000)
    started = time.process_time()
    assert wrapped_code(html, 60).count("wrap") > 1_700
    assert time.process_time() - started < 5


def test_a_wrapped_line_hangs_from_its_own_indentation() -> None:
    html = wrapped_code(code("        f(aaaa, bbbb, cccc, dddd)"), 24)
    mark = '<span class="wrap" style="margin-left: 4.95em"></span>'
    line = f'<span class="line">        f(aaaa, bbbb, \n{mark}cccc, dddd)</span>'
    assert html == Markup(f'<pre class="code wrapped"><code>{line}\n</code></pre>')
    assert "margin-left" not in wrapped_code(code("f(aaaa, bbbb, cccc, dddd, eeee)"), 24)


# Tables: whole words first, in smaller type if needed; broken words last.


def table(*cells: str) -> Markup:
    return write_prose(
        f"|{'|'.join(cells)}|\n|{'-|' * len(cells)}\n|{'|'.join('x' for _ in cells)}|", "markdown"
    )


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
    html = write_prose(
        "|configuration|\n|-|\n|x|\n\n- > |configuration|\n  > |-|\n  > |x|\n\nend", "markdown"
    )
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
