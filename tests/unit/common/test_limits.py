"""Limits: each stated once, set by a user only as far as it holds, told with its name and value, and in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.common.errors import UsageError
from qexport.common.limits import (
    LIMITS,
    USUAL,
    Limits,
    amount,
    amount_in_words,
    briefly,
    change_limits,
    complaint,
)
from qexport.common.wording import list_names

BANK_MD = Path(__file__).parents[3] / "docs" / "bank.md"
BEGIN, END = "| limit | most | of | protects |\n| --- | --- | --- | --- |\n", "\n\n"


def test_the_docs_have_a_table_of_all_limits(request: pytest.FixtureRequest) -> None:
    """`--update-golden` writes it anew."""
    rows = [
        f"| `{name}` | {USUAL.show(name)} | {limit.limits} | {limit.protects} |"
        for name, limit in LIMITS.items()
    ]
    text = BANK_MD.read_text("utf-8")
    before, begin, rest = text.partition(BEGIN)
    assert begin
    there, end, after = rest.partition(END)
    if request.config.getoption("--update-golden"):
        BANK_MD.write_text(before + begin + "\n".join(rows) + end + after, "utf-8")
        return
    assert there.split("\n") == rows


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("500", 500),
        ("1_000", 1_000),
        ("500k", 500_000),
        ("64M", 64_000_000),
        ("64mb", 64_000_000),
        ("1G", 10**9),
        ("7B", 7),
        ("", None),
        ("-1", None),
        ("1.5M", None),
        ("1e9", None),
        ("1T", None),
        ("١", None),
        ("9" * 13, None),
        (" 1", None),
    ],
)
def test_amounts(text: str, number: int | None) -> None:
    assert amount(text) == number


@pytest.mark.parametrize("number", [1, 999, 1_000, 1_500, 64_000_000, 3 * 10**9])
def test_what_is_said_briefly_is_read_again(number: int) -> None:
    assert amount(briefly(number)) == number


def test_amounts_in_words() -> None:
    said = [amount_in_words(number, "bytes") for number in (5, 1_500, 2_000, 64_000_000, 2 * 10**9)]
    assert said == ["5 bytes", "1,500 bytes", "2 kB", "64 MB", "2 GB"]
    assert amount_in_words(5_000_000, "characters") == "5,000,000 characters"


def test_a_limit_that_is_exceeded_tells_its_name_its_value_and_how_to_raise_it() -> None:
    error = Limits(code_lines=7).make_error("code-lines", "b.yaml:7: too much", "show less")
    assert (error.exit_code, error.message, error.hint) == (
        7,
        "b.yaml:7: too much",
        (
            "show less; the limit 'code-lines' is 7 lines; "
            "to raise it: --allow code-lines=14, or [limits] in qexport.toml"
        ),
    )


@pytest.mark.parametrize("name", LIMITS)
def test_every_limit_can_be_set_up_to_its_highest_and_no_further(name: str) -> None:
    limit = LIMITS[name]
    assert limit.default <= limit.highest
    for number in (1, limit.highest):
        assert getattr(change_limits(USUAL, {name: number}), limit.attribute) == number
        assert getattr(change_limits(USUAL, {name: str(number)}), limit.attribute) == number
    for wrong in (0, -1, limit.highest + 1, "x", "", True, 1.5, None, [1]):
        assert complaint(name, wrong) is not None
        with pytest.raises(UsageError):
            change_limits(USUAL, {name: wrong})


def test_a_limit_there_is_not_is_refused() -> None:
    assert complaint("anwser", 1) == ("no limit 'anwser'", "did you mean 'answer'?")
    assert complaint("zzz", 1) == ("no limit 'zzz'", f"known: {list_names(tuple(LIMITS))}")
