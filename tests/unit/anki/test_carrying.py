"""HTML that Anki's editor leaves is compared as it is seen, and words are carried over into the bank's own text."""

from __future__ import annotations

import time

import pytest

from qexport.anki.carrying import (
    Carried,
    canonical_html,
    item_candidates,
    items_in,
    put_pictures_back,
    take_media_out,
    text_candidates,
    visible_text,
)


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("one&nbsp;two<br>", "one two"),
        ("one<br />two", "one<br>two"),
        ("one\n<br>\ntwo<br><br>", "one<br>two"),
        ("one<div>two</div><div>three</div>", "one<br>two<br>three"),
        ("one<div><br></div>", "one"),
        ("&quot;a&#39;", "\"a'"),
        ("<pre>a<br>  b</pre>", "<pre>a\n  b</pre>"),
        ("a <b>b</b> <i>c</i>", "a <strong>b</strong> <em>c</em>"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_what_nobody_sees_does_not_count(html: str, seen: str) -> None:
    assert canonical_html(html) == seen


def test_media_of_the_learner_are_taken_out_and_those_of_the_deck_stay() -> None:
    known = '<p><img src="qexport-1.png" alt="x"> [sound:ours.mp3]</p>'
    more = '<img alt="a [b]" src="paste&amp;1.png"> [sound:v.mp3]'
    html = f'<p><img src="qexport-1.png" alt="x"> [sound:ours.mp3] {more}</p>'
    assert take_media_out(html, known) == Carried(
        '<p><img src="qexport-1.png" alt="x"> [sound:ours.mp3] QXPICTURE0QX</p>',
        ("v.mp3",),
        (("QXPICTURE0QX", "paste&1.png", "a  b"),),
    )
    assert take_media_out("<p>text</p>", "") == Carried("<p>text</p>")


def test_pictures_are_put_back_as_markdown() -> None:
    text = put_pictures_back(
        "See QXPICTURE0QX.", [("QXPICTURE0QX", "a.png", "A")], {"a.png": "pictures/a.png"}
    )
    assert text == "See ![A](pictures/a.png)."


def test_words_are_carried_over_into_the_layout_of_the_bank() -> None:
    text = "A *list*\ncan `grow`."
    before, after = (
        "<p>A <em>list</em>\ncan <code>grow</code>.</p>",
        "<p>A <em>list</em>\ncan <code>shrink</code>.</p>",
    )
    assert next(text_candidates(text, before, after, None)) == "A *list*\ncan `shrink`."


def test_items_that_stayed_keep_their_source() -> None:
    before = "<ul>\n<li>one <em>x</em></li>\n<li>two</li>\n</ul>"
    after = "<ul>\n<li>one <em>x</em></li>\n<li>2</li>\n<li>three</li>\n</ul>"
    assert next(item_candidates(("one *x*", "two"), before, after, None)) == ("one *x*", "2", "three")
    assert list(item_candidates(("one",), before, after, None)) == []


@pytest.mark.parametrize(
    "piece",
    [
        "<div></div>x",
        "\n",
        " ",
        "<br>",
        "[sound:",
        "<img ",
        "<pre>",
        "<li>",
        "<",
        "<div>",
        "</p> ",
        "x<div>a</div>",
    ],
)
def test_what_a_stranger_sends_takes_time_in_proportion(piece: str) -> None:
    html = piece * 40_000 + "</div>"
    began = time.process_time()
    canonical = canonical_html(html)
    take_media_out(f"<img [sound:{html}", "")
    visible_text(canonical)
    items_in(html)
    assert time.process_time() - began < 5
