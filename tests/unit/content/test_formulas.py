"""Formulas are found in a Markdown text, and nothing else is."""

from __future__ import annotations

import pytest

from qexport.content.formulas import CLOSING, OPENING, find_formulas, looks_like_shell, restore


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        (r"a $O(n^2)$ b", ["O(n^2)"]),
        (r"\(x\) and \[y\] and $$z$$", ["x", "y", "z"]),
        ("$$\na\n$$", ["a"]),
        ("```math\na\nb\n```", ["a\nb"]),
        (r"|$P(A|B)$|x|", ["P(A|B)"]),
        ("$2^n$ and $6$ and $3 + 4$", ["2^n", "6", "3 + 4"]),
        (r"$\text{a \$ b}$", [r"\text{a \$ b}"]),
        ("`$a$` ``b ` $c$``", []),
        ("```sh\n$a$\n```\n~~~\n$b$\n~~~", []),
        ("$HOME and $PATH, a$b$c, $5 and $6, $1,000", []),
        (r"\$a$ and \\(b\\) $ c $", []),
        ("between $5 and 6$", []),
        ("$a\n\nb$ $", []),
        ("$$ $$ \\( \\)", []),
    ],
)
def test_formulas_are_told_from_dollars(text: str, sources: list[str]) -> None:
    held, found = find_formulas(text)
    assert [each.source for each in found] == sources
    assert restore(held, found).replace("\n", "") == text.replace("\n", "")
    assert held.count(OPENING) == held.count(CLOSING) == len(sources)


def test_a_place_in_a_formula_is_one_in_the_text() -> None:
    _, (first, second) = find_formulas("one $ab$\n\n$$\n  c\n  d\n$$")
    assert (first.line, first.column, first.place_of(2)) == (1, 6, (1, 7))
    assert (second.line, second.column, second.place_of(5)) == (4, 3, (5, 3))


@pytest.mark.parametrize("source", ["PATH:", "HOME/bin:", "{HOME}", "user/x"])
def test_variables_of_a_shell_are_known(source: str) -> None:
    assert looks_like_shell(source)


@pytest.mark.parametrize("source", ["P", "AB", "x/y", "O(n)", "P(A|B)", "a:b", r"\alpha/\beta"])
def test_formulas_are_no_variables(source: str) -> None:
    assert not looks_like_shell(source)
