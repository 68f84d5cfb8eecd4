"""Tables in a README."""

from __future__ import annotations

from qexport.importers.readme_table import find_tables


def test_a_table_with_a_column_of_questions_is_found() -> None:
    (table,) = find_tables(["# T", "| Question | Answer |", "| --- | --- |", "| What? | a \\| b |"])
    assert (table.line, table.head) == (1, ("Question", "Answer"))
    assert table.rows == (("What?", "a | b"),)


def test_another_table_is_none_of_questions() -> None:
    assert find_tables(["| Name | Age |", "| --- | --- |", "| A | 1 |"]) == []
