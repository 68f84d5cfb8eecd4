"""All plain texts of a question become HTML at once, as each would by itself."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from qexport.bank.model import Question
from qexport.choosing import read_bank
from qexport.content.code_tokens import BETWEEN_TEXTS
from qexport.content.plain_text import (
    PlainShape,
    mark_code,
    shape_headed,
    shape_items,
    shape_paragraphs,
    write_question,
    write_shapes,
)

PIECES = st.sampled_from(
    [
        *("f(x=1)", "snake_case", "weakref", "del x", "Maria del Mar", "the os module", "a -> b", "<p", ">"),
        *(
            "def ",
            "f() -> int",
            "List[str]",
            "x[-1]",
            "*args",
            "a == b",
            "int | str",
            "np.mean",
            "&&",
            "https://a.b",
        ),
        *(
            " ",
            "\n",
            "\n\n",
            ".",
            "(",
            ")",
            "/",
            "  two",
            "the word",
            "La casa",
            "== ",
            "class ",
            "\x1e",
            "@property",
        ),
    ]
)
TEXTS = st.lists(st.lists(PIECES, max_size=8).map("".join), max_size=5)


@given(TEXTS)
def test_texts_that_are_marked_together_are_what_each_is_by_itself(texts: list[str]) -> None:
    assert mark_code(texts) == list(chain.from_iterable(mark_code([text]) for text in texts))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a < b & c -> d", 'a &lt; b &amp; c <span class="arrow">-&gt;</span> d'),
        ("gc.collect() frees it", '<code class="term">gc.collect()</code> frees it'),
        ("two\n  lines", "two<br>\u00a0\u00a0lines"),
        ("the os module", 'the <code class="term">os</code> module'),
        ("the asyncio module", 'the <code class="term">asyncio</code> module'),
        ("a module of the self", "a module of the self"),
    ],
)
def test_a_text_is_shown_to_the_letter_with_its_code_marked(text: str, html: str) -> None:
    assert mark_code([text, text]) == [html, html]


def test_whether_del_is_a_word_of_code_is_seen_by_its_own_text() -> None:
    english, spanish = "What does del do with the name?", "La capital del reino y de la corte"
    assert mark_code([english, spanish]) == [
        'What does <code class="term">del</code> do with the name?',
        spanish,
    ]


def test_a_text_may_have_what_stands_between_texts() -> None:
    odd = f"f(){BETWEEN_TEXTS}g()"
    one = '<code class="term">f()</code><br>\x1e <br><code class="term">g()</code>'
    assert mark_code([odd, "f()"]) == [one, '<code class="term">f()</code>']


def test_shapes_say_what_stands_around_the_pieces() -> None:
    text = "\nOne <b>.\n \n\nTwo.\n"
    assert shape_paragraphs(text) == PlainShape("<p>", "</p>\n<p>", "</p>", ["One <b>.", "Two."])
    assert shape_headed(" Why?\n\nf()\n") == (
        PlainShape("", "", "", ("Why?",)),
        PlainShape("<p>", "</p>\n<p>", "</p>", ["f()"]),
    )
    assert shape_items("One is certain. Another is so.") == PlainShape(
        '<ul class="items">\n<li>', "</li>\n<li>", "</li>\n</ul>", ["One is certain.", "Another is so."]
    )
    assert shape_items("One.\nOther.") is None
    assert write_shapes([shape_paragraphs(text), shape_paragraphs(" ")]) == [
        Markup("<p>One &lt;b&gt;.</p>\n<p>Two.</p>"),
        Markup(),
    ]


def test_a_question_is_written_by_the_names_of_its_parts() -> None:
    question = Question(
        id="Q",
        question="Why?\ngc.collect()",
        answer="So.",
        common_mistakes="One is certain. Another is so.",
        follow_ups=("And then?",),
        choices=("yes", "no"),
    )
    assert write_question(question, {"answer-part": "So"}) == {
        "question": Markup("Why?"),
        "question below": Markup('<p><code class="term">gc.collect()</code></p>'),
        "choices-a": Markup("yes"),
        "choices-b": Markup("no"),
        "follow_ups-1": Markup("And then?"),
        "answer": Markup("<p>So.</p>"),
        "common_mistakes": Markup(
            '<ul class="items">\n<li>One is certain.</li>\n<li>Another is so.</li>\n</ul>'
        ),
        "answer-part": Markup("<p>So</p>"),
    }


def test_the_shipped_questions_are_what_their_texts_are_one_by_one(shipped_bank: Path) -> None:
    for question in read_bank(shipped_bank)[0].questions:
        whole = write_question(question, {})
        for key in ("answer", "deep_explanation", "production_scenario"):
            alone = write_shapes([shape_paragraphs(getattr(question, key))])
            assert whole.get(key, Markup()) == alone[0]
