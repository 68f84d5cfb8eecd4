"""Questions become plain values for templates, with their pictures and problems."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from markupsafe import Markup
from PIL import Image as Pillow

from qexport.bank.model import PROSE_SECTIONS, Question
from qexport.choosing import read_bank
from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem
from qexport.common.limits import USUAL
from qexport.content.plain_text import items
from qexport.content.question_view import (
    linked_ids,
    question_images,
    question_text,
    question_view,
    text_problems,
)


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html.replace("<br>", "\n").replace("</p>\n<p>", "\n\n")))


def test_every_text_of_the_shipped_bank_is_told_to_the_letter(shipped_bank: Path) -> None:
    bank, _ = read_bank(shipped_bank)
    for question in bank.questions:
        view = question_view(question)
        shown = {section["key"]: section["html"] for section in view["sections"]}
        for key in PROSE_SECTIONS:
            html = shown[key].replace("</li>\n<li>", " ").replace("\n", "")
            assert text_of(html) == getattr(question, key)
        assert text_of(view["question"]) == question.question
        assert [text_of(each) for each in view["follow_ups"]] == list(question.follow_ups)


def test_common_mistakes_are_a_list_where_that_is_sure() -> None:
    text = "Using this. Not that."
    question = Question(id="Q", question="q", answer=text, common_mistakes=text)
    answer, mistakes = question_view(question)["sections"]
    assert answer["html"] == Markup(f"<p>{text}</p>")
    assert mistakes["html"] == items(text)


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = tmp_path / "bank"
    (folder / "pictures").mkdir(parents=True)
    Pillow.new("L", (4, 3)).save(folder / "pictures" / "event-loop.png")
    Pillow.new("L", (2, 2)).save(folder / "two.gif")
    (folder / "drawn.svg").write_text("<p><svg/></p>", encoding="utf-8")
    Pillow.new("L", (1, 1)).save(tmp_path / "outside.png")
    path = folder / "bank.yaml"
    path.touch()
    return path


def pictured(bank: Path, answer: str, **fields: object) -> Question:
    question = Question(
        id="Q-1", question="q", answer=answer, markup="markdown", location=Location(str(bank), 7, 3)
    )
    return replace(question, **fields)  # type: ignore[arg-type]


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


def test_what_follows_a_questions_line_is_blocks_of_its_own(bank: Path) -> None:
    asked = "What is printed?\n\n```\nx = 1\n```\n\n![the loop](pictures/event-loop.png)"
    question = pictured(bank, "![a](pictures/event-loop.png)", question=asked)
    text = question_text(question, image_address="x:")
    (image,) = text.images
    assert text.images == (image,)
    assert (text.view["asked"], text.view["more"]) == (
        Markup("What is printed?"),
        Markup(
            '<pre class="code"><code><span class="line">x = 1</span>\n</code></pre>\n'
            f'<p class="picture"><img src="x:{image.name}" alt="the loop"></p>'
        ),
    )
    assert question_images(question) == (image,)


def test_a_bank_that_is_no_file_has_no_pictures() -> None:
    text = question_text(
        Question(id="Q", question="q", answer="![a](b.png)", markup="markdown"), image_address="x:"
    )
    assert [str(each) for each in text.problems] == [
        ": answer of Q: pictures are shown only of a bank that is a file"
    ]


def test_all_that_refuses_a_question_is_said_at_once_and_what_it_loses_apart(bank: Path) -> None:
    question = pictured(
        bank,
        "![a](drawn.svg) ![b](https://e.org/b.png)",
        deep_explanation=">" * 21 + " x",
        real_world_example="```\n" + "x\n" * 5001 + "```",
    )
    svg = Problem(
        question.location,
        "answer of Q-1: the picture 'drawn.svg' has no <svg> at its top",
        "save it as a plain SVG, or as PNG",
    )
    deep = Problem(
        question.location,
        "deep_explanation of Q-1: lists, quotes and emphasis are nested more than 20 deep",
        "write it flatter, or say `markup: plain` if it is not Markdown; " + USUAL.hint("markup-depth"),
    )
    long = Problem(
        question.location,
        "real_world_example of Q-1: a block of code has more than 5,000 lines",
        f"show less of it; {USUAL.hint('code-lines')}",
    )
    remote = Problem(
        question.location,
        "answer of Q-1: the picture 'https://e.org/b.png' is not a file",
        "put a copy beside the bank and give its path from there",
    )
    assert text_problems(question) == ((long, svg, deep), (remote,))
    with pytest.raises(LimitExceeded):
        question_text(question)
    with pytest.raises(InputRefused) as caught:
        question_text(
            pictured(bank, question.answer, deep_explanation=question.deep_explanation), image_address="x:"
        )
    assert caught.value.problems == (svg, deep)


def test_plain_texts_have_no_problems(shipped_bank: Path) -> None:
    bank, _ = read_bank(shipped_bank)
    assert {text_problems(question) for question in bank.questions} == {((), ())}


# Questions


def test_a_question_is_shown_to_templates_as_plain_values() -> None:
    question = Question(
        id="Q-1",
        question="a < b?",
        answer="yes",
        common_mistakes="no",
        follow_ups=("why?",),
        technology="C++",
        difficulty=3,
        tags=("x",),
        source="https://e.org/?a=1",
    )
    assert question_view(question) == {
        "id": "Q-1",
        "question": Markup("a &lt; b?"),
        "asked": Markup("a &lt; b?"),
        "more": Markup(),
        "sections": [
            {"key": "answer", "title": "Answer", "html": Markup("<p>yes</p>")},
            {"key": "common_mistakes", "title": "Common mistakes", "html": Markup("<p>no</p>")},
        ],
        "follow_ups": [Markup("why?")],
        "follow_ups_title": "Follow-up questions",
        "choices": [],
        "links": [],
        "technology": "C++",
        "category": "",
        "level": "",
        "difficulty": 3,
        "tags": ["x"],
        "source": "https://e.org/?a=1",
        "source_url": "https://e.org/?a=1",
        "retired": False,
    }
    assert (
        question_view(Question(id="Q", question="q", answer="a", source="javascript:x"))["source_url"] == ""
    )


def test_choices_stand_below_the_question_and_the_right_ones_before_its_answer() -> None:
    question = Question(
        id="Q", question="Which is *lazy*?", choices=("a list", "`a < b`"), correct=("b",), markup="markdown"
    )
    view = question_view(question)
    assert view["choices"] == [
        {"letter": "a", "html": Markup("a list"), "correct": False},
        {"letter": "b", "html": Markup("<code>a &lt; b</code>"), "correct": True},
    ]
    assert view["more"] == (
        '<ul class="choices">\n<li><span class="letter">a)</span> a list</li>\n'
        '<li><span class="letter">b)</span> <code>a &lt; b</code></li>\n</ul>'
    )
    right = '<p class="correct"><span class="letter">b)</span> <code>a &lt; b</code></p>'
    assert view["sections"] == [{"key": "answer", "title": "Answer", "html": right}]
    explained = question_view(replace(question, answer="It *waits*."))
    assert [each["html"] for each in explained["sections"]] == [f"{right}\n<p>It <em>waits</em>.</p>"]


@pytest.mark.parametrize(
    ("link", "html"),
    [
        ("https://e.org/?a=1&b=2", '<a href="https://e.org/?a=1&amp;b=2">https://e.org/?a=1&amp;b=2</a>'),
        ("[Docs <1>](https://e.org/a_(b))", '<a href="https://e.org/a_(b)">Docs &lt;1&gt;</a>'),
        ("[x](javascript:marker(1))", "[x](javascript:marker(1))"),
        ("see page 4", "see page 4"),
    ],
)
def test_a_link_leads_to_the_web_or_is_text(link: str, html: str) -> None:
    assert question_view(Question(id="Q", question="q", answer="a", links=(link,)))["links"] == [html]


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


def test_a_footnote_is_found_in_another_part_of_the_question(bank: Path) -> None:
    question = pictured(bank, "a[^1]", deep_explanation="b\n\n[^1]: the *note*")
    answer, deep = question_view(question)["sections"]
    assert "<li" in answer["html"]
    assert "the <em>note</em>" in answer["html"]
    assert deep["html"] == Markup("<p>b</p>")


def test_links_are_found_in_every_text() -> None:
    question = Question(
        id="Q", question="[[A]]", answer="[x](#B%20C)", follow_ups=("[y][z]\n\n[z]: #D",), markup="markdown"
    )
    assert list(linked_ids(question)) == ["A", "B C", "D"]
    assert list(linked_ids(replace(question, markup="plain"))) == []
