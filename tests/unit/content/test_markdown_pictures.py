"""Pictures beside the bank are shown; others are their text and a problem."""

from __future__ import annotations

from pathlib import Path

import pytest
from markupsafe import Markup
from tests.unit.content.pictured_questions import pictured

from qexport.bank.model import Question
from qexport.content.question_signs import question_images
from qexport.content.question_view import question_text


def test_pictures_beside_the_bank_are_shown_under_the_name_of_their_content(bank: Path) -> None:
    answer = (
        '![The *loop*, "drawn"](pictures/event-loop.png "t")\n\nTwo ![dots](two.gif) and ![again](two.gif).'
    )
    text = question_text(pictured(bank, answer), image_address="qx:image/")
    loop, two = (image.name for image in text.images)
    assert text.view["sections"][0]["html"] == Markup(
        f'<p class="picture"><img src="qx:image/{loop}" alt="The loop, &quot;drawn&quot;"></p>\n'
        f'<p>Two <img src="qx:image/{two}" alt="dots"> and <img src="qx:image/{two}" alt="again">.</p>'
    )
    assert [(image.media_type, image.width, image.height) for image in text.images] == [
        ("image/png", 4, 3),
        ("image/gif", 2, 2),
    ]
    assert text.problems == ()
    assert question_images(pictured(bank, answer)) == text.images


def test_without_an_address_pictures_are_their_text(bank: Path) -> None:
    question = pictured(bank, "![The loop](pictures/event-loop.png) ![](pictures/event-loop.png) ![](x.svg)")
    text = question_text(question)
    assert text.view["sections"][0]["html"] == Markup("<p>The loop event loop x</p>")
    assert text.images == ()
    assert text.problems == ()


def test_pictures_from_elsewhere_are_their_text_and_a_problem(bank: Path) -> None:
    (bank.parent / "link.png").symlink_to(bank.parent.parent / "outside.png")
    sources = [
        "https://e.org/a.png",
        "//e.org/b.png",
        "data:,c",
        "../outside.png",
        "/etc/passwd",
        "link.png",
        "no.png",
    ]
    text = question_text(
        pictured(bank, " ".join(f"![p]({source})" for source in sources)), image_address="x:"
    )
    assert text.view["sections"][0]["html"] == Markup("<p>" + " ".join("p" * 7) + "</p>")
    assert text.images == ()
    elsewhere = "put a copy beside the bank and give its path from there"
    assert [(str(each), each.hint) for each in text.problems] == [
        (f"{bank}:7:3: answer of Q-1: {message}", hint)
        for message, hint in [
            ("the picture 'https://e.org/a.png' is not a file", elsewhere),
            ("the picture '//e.org/b.png' is not a file", elsewhere),
            ("the picture 'data:,c' is not a file", elsewhere),
            ("the picture '../outside.png' is outside the bank's folder", f"{elsewhere}, with /"),
            ("the picture '/etc/passwd' is outside the bank's folder", f"{elsewhere}, with /"),
            ("the picture 'link.png' is outside the bank's folder", f"{elsewhere}, with /"),
            ("there is no file of the picture 'no.png'", f"looked in {bank.parent}"),
        ]
    ]


def test_a_picture_needs_a_text_and_stands_in_no_link(bank: Path) -> None:
    text = question_text(pictured(bank, "[![](pictures/event-loop.png)](https://e.org)"), image_address="x:")
    (image,) = text.images
    assert text.view["sections"][0]["html"] == Markup(f'<p><img src="x:{image.name}" alt="event loop"></p>')
    assert [(each.message, each.hint) for each in text.problems] == [
        (
            "answer of Q-1: the picture 'pictures/event-loop.png' has no text",
            "describe the picture in the brackets: ![text](file)",
        ),
        (
            "answer of Q-1: the link around a picture, to https://e.org, is left out",
            "write the link beside it",
        ),
    ]


def test_a_picture_in_a_questions_line_or_a_follow_up_is_shown(bank: Path) -> None:
    asked = "What does ![the loop](pictures/event-loop.png) show?"
    question = pictured(bank, "a", question=asked, follow_ups=("And this?\n\n![dots](two.gif)",))
    text = question_text(question, image_address="x:")
    loop, dots = text.images
    assert text.view["question"] == Markup(f'What does <img src="x:{loop.name}" alt="the loop"> show?')
    assert text.view["follow_ups"] == [
        Markup(
            'And this?\n<div class="blocks">\n'
            f'<p class="picture"><img src="x:{dots.name}" alt="dots"></p>\n</div>'
        )
    ]
    assert question_images(question) == (loop, dots)


def test_a_bank_that_is_no_file_has_no_pictures() -> None:
    text = question_text(
        Question(id="Q", question="q", answer="![a](b.png)", markup="markdown"), image_address="x:"
    )
    assert [str(each) for each in text.problems] == [
        ": answer of Q: pictures are shown only of a bank that is a file"
    ]


@pytest.mark.parametrize(
    ("written", "alt", "style"),
    [
        ("![two dots](my two.gif)", "two dots", ""),
        ("![two *dots*](my%20two.gif)", "two dots", ""),
        ("![[my two.gif]]", "my two", ""),
        ("![[my two.gif|300]]", "my two", "width: 300px"),
        ("![[my two.gif|dots]]", "dots", ""),
        ("![dots|120](my%20two.gif)", "dots", "width: 120px"),
        ("![dots|120x80](<my two.gif>)", "dots", "width: 120px"),
        ("![dots](my two.gif =120x80)", "dots", "width: 120px"),
        ("![dots](my%20two.gif){width=50%}", "dots", "width: 50%"),
        ("![dots](my%20two.gif){width=500%}", "dots", ""),
        ('<img src="my two.gif" alt="dots" width="40" onload="x">', "dots", "width: 40px"),
    ],
)
def test_pictures_are_found_however_they_are_written(bank: Path, written: str, alt: str, style: str) -> None:
    (bank.parent / "two.gif").rename(bank.parent / "my two.gif")
    text = question_text(pictured(bank, written), image_address="x:")
    (image,) = text.images
    with_style = f' style="{style}"' if style else ""
    assert text.view["sections"][0]["html"] == Markup(
        f'<p class="picture"><img src="x:{image.name}" alt="{alt}"{with_style}></p>'
    )
