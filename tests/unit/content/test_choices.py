"""Choices and links as HTML."""

from __future__ import annotations

from markupsafe import Markup

from qexport.content.choices import ChoiceView, list_choices, show_right_choices, write_link

WRONG = ChoiceView(letter="a", html=Markup("one"), correct=False)
RIGHT = ChoiceView(letter="b", html=Markup("two"), correct=True)


def test_letters_are_text() -> None:
    assert list_choices([WRONG, RIGHT]) == (
        '<ul class="choices">\n<li><span class="letter">a)</span> one</li>\n'
        '<li><span class="letter">b)</span> two</li>\n</ul>'
    )


def test_the_answer_begins_with_what_is_right() -> None:
    assert show_right_choices([WRONG, RIGHT]) == '<p class="correct"><span class="letter">b)</span> two</p>'
    assert show_right_choices([WRONG]) == ""


def test_only_an_address_of_the_web_is_a_link() -> None:
    assert write_link("[Doc](https://a.b/c)") == '<a href="https://a.b/c">Doc</a>'
    assert write_link("see <x>") == "see &lt;x&gt;"
    assert write_link("javascript:alert(1)") == "javascript:alert(1)"
