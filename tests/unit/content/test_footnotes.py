"""Footnotes are at the end of their text, lead back, and have a limit."""

from __future__ import annotations

import re
import time

import pytest
from markupsafe import Markup

from qexport.bank.model import Question
from qexport.common.errors import InputRefused
from qexport.content.question_view import question_view
from qexport.content.text import write_prose


def test_footnotes_stand_at_the_end_and_lead_back() -> None:
    html = question_view(
        Question(id="Ü 1", question="q", answer="a[^x] b[^x] ^[c]\n\n[^x]: *Note*.", markup="markdown")
    )["sections"][0]["html"]
    name = "_dc__20_1-answer-1"
    assert html == Markup(
        f'<p>a<sup><a href="#fn-{name}" id="fnref-{name}" title="Note 1">1</a></sup>'
        f' b<sup><a href="#fn-{name}" id="fnref-{name}-2" title="Note 1">1</a></sup> ^[c]</p>\n'
        f'<ol class="footnotes">\n<li id="fn-{name}"><p><em>Note</em>.'
        f' <a class="back" href="#fnref-{name}" title="Back to the text">↑</a>'
        f' <a class="back" href="#fnref-{name}-2" title="Back to the text">↑</a></p>\n</li>\n</ol>'
    )


def test_no_footnote_is_lost() -> None:
    text = """one[^a] none[^no]

[^a]: first
[^b]: nothing refers here
[^a]: of the same name

[^out]: outer

    [^in]: inner

    after inner[^in]
"""
    html = write_prose(text.replace("\n[^", "\n\n[^"), "markdown")
    found = re.findall(
        r"first|nothing refers here|of the same name|outer|inner|after inner|none\[\^no\]", html
    )
    assert sorted(found) == sorted(
        ["none[^no]", "first", "nothing refers here", "of the same name", "inner", "outer", "after inner"]
    )
    assert len(set(re.findall(r'id="([^"]*)"', html))) == html.count("id=")
    assert set(re.findall(r'href="#([^"]*)"', html)) <= set(re.findall(r'id="([^"]*)"', html))


def test_footnotes_in_each_other_are_too_deep_at_some_time() -> None:
    with pytest.raises(InputRefused):
        write_prose("".join(f"{'    ' * depth}[^{depth}]: x\n\n" for depth in range(30)), "markdown")


def test_many_footnotes_of_one_name_take_time_that_grows_with_their_number() -> None:
    """Once they took its cube: 2,000 of them ten seconds."""
    begun = time.process_time()
    html = write_prose("[^a]: note\n" * 200, "markdown")
    assert time.process_time() - begun < 2
    assert html.count("<p>note") == 200
