"""Two fields that show the same are equal, however the lines in them were typed."""

from __future__ import annotations

import time

import pytest

from qexport.anki.shown_html import (
    as_list,
    as_question,
    differ_in_tags,
    list_lines,
    shown_blocks,
    shows_same,
    without_right_choices,
)


@pytest.mark.parametrize(
    ("html", "blocks"),
    [
        ("", ""),
        ("one", "<p>one</p>"),
        ("<div>one</div>", "<p>one</p>"),
        ("one<div>two</div>three", "<p>one<br>two<br>three</p>"),
        ("one<br><div>two</div>", "<p>one<br>two</p>"),
        ("one<br><br><br>two", "<p>one</p><p>two</p>"),
        ("one<div><br></div><div>two</div>", "<p>one</p><p>two</p>"),
        ("<p>one</p><p><br></p><br>two", "<p>one</p><p>two</p>"),
        ("<p>one</p>two<p>three</p>", "<p>one</p><p>two</p><p>three</p>"),
        ("one<ul><li>a<br>b</li></ul><hr>two", "<p>one</p><ul><li>a<br>b</li></ul><hr><p>two</p>"),
        ("<ul><li>a<ul><li>b</li></ul></li></ul>c", "<ul><li>a<ul><li>b</li></ul></li></ul><p>c</p>"),
        ('<p class="picture"><img tabindex="0" src="a"></p>x', '<p><img src="a"></p><p>x</p>'),
        ('<p class="x">a</p>b', '<p class="x">a</p><p>b</p>'),
        ('one<div class="blocks"><p>two</p></div>', "<p>one</p><p>two</p>"),
        ("<pre>a\n\n b</pre>", "<pre>a\n\n b</pre>"),
        ("<pre>a", "<pre>a"),
        ("a <b>b</b>\n", "<p>a <b>b</b></p>"),
    ],
)
def test_lines_are_paragraphs_and_other_blocks_stay(html: str, blocks: str) -> None:
    assert shown_blocks(html) == blocks
    assert shown_blocks(blocks) == blocks


def test_a_line_end_in_html_is_a_blank() -> None:
    assert shown_blocks("one\ntwo", is_plain=True) == "<p>one two</p>"
    assert shows_same("<p>one\ntwo</p>", "<p>one two</p>", is_plain=False)
    assert not shows_same("<pre>one\ntwo</pre>", "<pre>one two</pre>", is_plain=False)


def test_what_is_below_the_line_of_a_question_is_a_paragraph() -> None:
    assert as_question("<p>one<br>two<br>three</p><p>four</p>") == "<p>one</p><p>two<br>three</p><p>four</p>"
    assert as_question("<p>one</p><p>two<br>three</p>") == "<p>one</p><p>two<br>three</p>"
    assert as_question("<pre>a</pre>") == "<pre>a</pre>"


def test_lines_are_the_items_of_a_list() -> None:
    listed = "<ul><li>one</li><li>two</li></ul>"
    choices = '<ul class="choices"><li><span class="letter">a)</span> one</li><li>two</li></ul>'
    for html in ("<p>one<br>two</p>", "<p>one</p><p>two</p>", "<p>a) one<br>b) two</p>", listed, choices):
        assert as_list(html) == listed
    assert as_list("<p>a) one<br>two</p>") == "<ul><li>a) one</li><li>two</li></ul>"
    assert as_list("") == ""
    assert list_lines("<p>one<br>two</p><p>three</p>") == ["one", "two", "three"]


def test_code_that_a_plain_bank_marks_by_itself_need_not_be_marked() -> None:
    made = '<p>call <code class="term">a.b()</code> <span class="arrow">-&gt;</span> c</p>'
    typed = "<p>call a.b() -&gt; c</p>"
    assert shows_same(made, typed, is_plain=True)
    assert not shows_same(made, typed, is_plain=False)
    assert not shows_same(typed, made, is_plain=True)
    assert not shows_same(made, "<p><code>call</code> a.b() -&gt; c</p>", is_plain=True)
    items = '<ul class="items"><li>One.</li><li>Two.</li></ul>'
    assert shows_same(items, "<p>One. Two.</p>", is_plain=True)
    assert shows_same(items, "<ul><li>One.</li><li>Two.</li></ul>", is_plain=True)
    assert not shows_same(items, "<ul><li>One. Two.</li></ul>", is_plain=True)


def test_the_choices_that_are_right_are_no_part_of_an_answer() -> None:
    right = '<p class="correct"><span class="letter">a)</span> one</p>'
    assert without_right_choices(f"{right}<p>x</p>", f"{right}<p>y</p>") == ("<p>x</p>", "<p>y</p>")
    assert without_right_choices(f"{right}<p>x</p>", "<p>y</p>") == (f"{right}<p>x</p>", "<p>y</p>")


def test_fields_differ_in_tags_whatever_their_pictures_are() -> None:
    assert differ_in_tags("<p>one</p>", "<p><b>one</b></p>")
    assert not differ_in_tags("<p>one</p>", '<p>two <img src="x"></p>')


@pytest.mark.parametrize(
    "piece", ["<div>", "<p>", "<br>", "<ul>", "<pre>x", "<", "<code>", "a) <br>", '<p class="correct">']
)
def test_blocks_of_what_a_stranger_sends_take_time_in_proportion(piece: str) -> None:
    html = piece * 40_000
    began = time.process_time()
    blocks = shown_blocks(html)
    as_list(as_question(blocks))
    without_right_choices(html, html)
    shows_same(blocks, blocks + "x", is_plain=True)
    differ_in_tags(html, html)
    assert time.process_time() - began < 5
