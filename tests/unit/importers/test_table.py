"""Tables of questions, wherever they come from."""

from __future__ import annotations

from qexport.common.errors import Location
from qexport.importers.table import TableRow, read_rows, split_lettered, split_list


def rows(*cells: tuple[str, ...]) -> list[TableRow]:
    return [TableRow(each, Location("a.csv", line)) for line, each in enumerate(cells, 1)]


def test_the_first_row_names_the_columns() -> None:
    reading = read_rows(rows(("Question", "Answer", "Tags"), ("What?", "That.", "a, b")), "CSV", "a.csv", {})
    (found,) = reading.questions
    assert found.fields == {"question": "What?", "answer": "That.", "tags": ("a", "b")}
    assert found.location == Location("a.csv", 2)


def test_a_cell_is_a_list_however_it_is_written() -> None:
    assert split_list("tags", "a, b;c") == ("a", "b", "c")
    assert split_lettered("A) this\nB) that") == ("this", "that")
    assert split_lettered("no list") == ()


def test_rows_above_the_head_are_left_aside() -> None:
    table = rows(("Table 1", "", ""), ("", "", ""), ("No", "Question", "Answer"), ("1", "What?", "That."))
    reading = read_rows(table, "CSV", "a.csv", {})
    assert [each.fields["question"] for each in reading.questions] == ["What?"]
    assert [str(each) for each in reading.left_aside] == [
        "a.csv:1: a row above the table: 'Table 1': left aside"
    ]


def test_a_choice_called_a_does_not_take_the_place_of_the_answer() -> None:
    table = rows(("Question", "A", "B", "CorrectAnswer"), ("Which?", "this", "that", "B"))
    reading = read_rows(table, "CSV", "a.csv", {})
    assert reading.columns == (
        ("Question", "question"),
        ("CorrectAnswer", "answer"),
        ("A", "choices (a)"),
        ("B", "choices (b)"),
    )


def test_an_answer_is_found_by_a_word_of_its_name_or_is_the_explanation() -> None:
    for names, column in (
        (("Question", "Expected Answer Points", "Code Answer"), "Expected Answer Points"),
        (("题目", "解析"), "解析"),
        (("Question", "Answer", "Sample Answer"), "Answer"),
        (("Question", "Number of answers"), ""),
    ):
        reading = read_rows(rows(names, ("What?", "x", "y")[: len(names)]), "CSV", "a.csv", {})
        assert next((name for name, field in reading.columns if field == "answer"), "") == column


def test_empty_cells_beyond_the_last_column_are_nothing() -> None:
    reading = read_rows(rows(("Question", "Answer"), ("What?", "That.", "", " ")), "CSV", "a.csv", {})
    assert reading.left_aside == ()


def test_a_table_without_a_head_is_read_as_anki_reads_it() -> None:
    table = rows(("What is it?", "A thing.", "go maps"), ("Why?", "So.", "go"))
    first, second = read_rows(table, "CSV", "a.txt", {}).questions
    assert first.fields == {"question": "What is it?", "answer": "A thing.", "tags": ("go maps",)}
    assert second.fields == {"question": "Why?", "answer": "So.", "tags": ("go",)}
    (found,) = read_rows(rows(("What is it?", "", "A thing.", "More of it.")), "CSV", "a.txt", {}).questions
    assert (found.fields, found.extra) == (
        {"question": "What is it?", "answer": "A thing."},
        {"column 4": "More of it."},
    )
