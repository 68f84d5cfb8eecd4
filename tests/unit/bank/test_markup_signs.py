"""A plain bank that reads like Markdown is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.bank.markup_signs import warn_of_formulas, warn_of_markdown
from qexport.bank.model import Question
from qexport.choosing import read_bank
from qexport.common.errors import Location, Problem


@pytest.mark.parametrize(
    "text",
    [
        "```python\nx\n```",
        "**bold** and **more**",
        "- one\n- two\n\n# Head",
        "|a|b|\n|---|---|\n|1|2|\n\n[text](https://e.org)",
        "`a` `b` `c` `d` `e`",
        "**bold** and `code`",
        "![x](y.png)\n\n![x](z.svg)",
    ],
)
def test_a_plain_text_with_signs_of_markdown_is_reported_once(text: str) -> None:
    place = Location("b.yaml", 3, 5)
    questions = [
        Question(id="A", question="a", answer="b"),
        Question(id="B", question="a", answer=text, location=place),
    ]
    assert warn_of_markdown(questions) == (
        Problem(
            place,
            "reads like Markdown in 1 question, and is shown as it is written",
            "write `markup: markdown` at the top of the bank if it is Markdown",
        ),
    )
    assert warn_of_markdown([Question(id="B", question="a", answer=text, markup="markdown")]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "f(*args, **kwargs) and 2 ** 3 ** 4 and x**y**z",
        "a - b - c\n- one",
        "use `code` once",
        "C# and #5",
        "List[int](x) and a[0](b.c)",
        "one | two\n--- no",
    ],
)
def test_what_is_plain_is_not(text: str) -> None:
    assert warn_of_markdown([Question(id="B", question="a", answer=text)]) == ()


def test_the_shipped_bank_is_plain(shipped_bank: Path) -> None:
    assert warn_of_markdown(read_bank(shipped_bank)[0].questions) == ()


@pytest.mark.parametrize(
    "text", ["is $O(n)$", "$x^2$", "$\\frac{a}{b}$", "$$x$$", "```math\nx\n```", "\\(x\\)", "$a_{ij}$"]
)
def test_formulas_in_a_bank_that_does_not_say_so_are_reported(text: str) -> None:
    place = Location("b.yaml", 3, 5)
    question = Question(id="B", question="a", answer=text, markup="markdown", location=place)
    assert warn_of_formulas([question, question]) == (
        Problem(
            place,
            "reads like formulas in 1 question, and dollars and backslashes are text",
            "write `math: true` at the top of the bank; put code with dollars between backticks",
        ),
    )


@pytest.mark.parametrize(
    "text", ["$HOME and $PATH", "$5 and $6", "a $ b $ c", "`$x^2$ no`"[:3], "echo $1 $2"]
)
def test_dollars_of_a_shell_are_no_formulas(text: str) -> None:
    assert warn_of_formulas([Question(id="B", question="a", answer=text, markup="markdown")]) == ()
