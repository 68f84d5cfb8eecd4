"""Questions become plain values for templates, with their pictures and problems."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from markupsafe import Markup
from tests.unit.content.pictured_questions import pictured

from qexport.bank.model import PROSE_SECTIONS, Question
from qexport.choosing import read_bank
from qexport.common.errors import InputRefused, LimitExceeded, Problem
from qexport.common.limits import USUAL
from qexport.content.question_signs import linked_ids, question_images
from qexport.content.question_view import (
    question_text,
    question_view,
    text_problems,
)
from qexport.content.text import write_items


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
    assert mistakes["html"] == write_items(text)


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
