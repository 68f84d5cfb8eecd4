"""What Markdown of other programs has and no output obeys is reported, and nothing else is."""

from __future__ import annotations

import pytest

from qexport.bank.model import Question
from qexport.content.question_signs import may_lose_text
from qexport.content.question_view import text_problems


def problems(text: str) -> list[tuple[str, str]]:
    question = Question(id="A", question="Q?", answer=text, markup="markdown")
    refused, found = text_problems(question)
    assert refused == ()
    assert may_lose_text(question) or not found
    return [(each.message, each.hint) for each in found]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            "Words.\n\nThis is ==very important== here.",
            "line 3 of answer of A: ==very important== is shown with its signs",
            "write <mark>…</mark>",
        ),
        (
            "Term\n: Its meaning",
            "answer of A: a meaning after a colon is part of the paragraph: there are no lists of terms",
            "write a list: - **term**: meaning",
        ),
        (
            "See\n\n```mermaid\ngraph TD; A-->B\n```",
            "line 3 of answer of A: the diagram in Mermaid is shown as its source",
            "draw it, and show the picture: ![text](file.svg)",
        ),
        (
            "- see\n\n  ~~~ plantuml\n  A -> B\n  ~~~",
            "line 3 of answer of A: the diagram in PlantUML is shown as its source",
            "draw it, and show the picture: ![text](file.svg)",
        ),
    ],
)
def test_what_is_not_obeyed_is_reported_with_its_line(text: str, message: str, hint: str) -> None:
    assert problems(text) == [(message, hint)]


@pytest.mark.parametrize(
    "text",
    [
        "`a == b and c == d`",
        "x==1 or y==2",
        "a == b, and c == d",
        "====",
        "Time: 10:30\nand so on",
        "```python\nx = '==a=='\n```",
        "A ratio of 1\n:2 is small",
        "`mermaid` is a program",
    ],
)
def test_what_only_looks_like_it_is_not(text: str) -> None:
    assert problems(text) == []
