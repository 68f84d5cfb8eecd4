"""Tables in a README."""

from __future__ import annotations

from qexport.importers.readme_table import find_tables


def test_a_table_with_a_column_of_questions_is_found() -> None:
    (table,) = find_tables(["# T", "| Question | Answer |", "| --- | --- |", "| What? | a \\| b |"])
    assert (table.line, table.head) == (1, ("Question", "Answer"))
    assert table.rows == (("What?", "a | b"),)


def test_another_table_is_none_of_questions() -> None:
    assert find_tables(["| Name | Age |", "| --- | --- |", "| A | 1 |"]) == []


def test_a_table_of_things_is_one_of_questions_only_with_their_answers() -> None:
    rows = ["| --- | --- |", "| disk | 5 |"]
    assert find_tables(["| Item | Price |", *rows]) == []
    assert len(find_tables(["| Item | Answer |", *rows])) == 1
