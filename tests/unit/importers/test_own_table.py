"""Tables that qexport wrote."""

from __future__ import annotations

from qexport.bank.model import Bank, Question
from qexport.exporters.csv_table import write
from qexport.importers.csv_table import parse
from qexport.importers.own_table import is_own_table
from qexport.importers.source import Source


def test_nothing_is_interpreted_in_a_table_of_our_own() -> None:
    question = Question(id="a", question="=1+1?", answer="- x\n- y", tags=("a, b",))
    text = write(Bank(title="T", namespace="t", questions=(question,))).text
    assert is_own_table(text)
    (found,) = parse(Source(path="a.csv", data=text.encode(), text=text)).questions
    assert found.is_exact
    assert (found.fields["question"], found.fields["answer"], found.fields["tags"]) == (
        "=1+1?",
        "- x\n- y",
        ("a, b",),
    )


def test_another_table_is_not_ours() -> None:
    assert not is_own_table("id,question\na,What?\n")
