"""Tables of questions, wherever they come from."""

from __future__ import annotations

import pytest

from qexport.common.errors import InputRefused, Location
from qexport.importers.table import TableRow, read_rows, split_lettered, split_list


def rows(*cells: tuple[str, ...]) -> list[TableRow]:
    return [TableRow(each, Location("a.csv", line)) for line, each in enumerate(cells, 1)]


def test_the_first_row_names_the_columns() -> None:
    reading = read_rows(rows(("Question", "Answer", "Tags"), ("What?", "That.", "a, b")), "CSV", "a.csv", {})
    (found,) = reading.questions
    assert found.fields == {"question": "What?", "answer": "That.", "tags": ("a", "b")}
    assert found.location == Location("a.csv", 2)


def test_columns_of_one_name_are_numbered_however_many_they_are() -> None:
    """4,000 took minutes when each number was tried again for each column."""
    names = ("question", "answer", "note", "note 2", *["note"] * 4_000, "")
    (found,) = read_rows(rows(names, ("What?", "That.", *"abcd")), "CSV", "a.csv", {}).questions
    assert found.extra == {"note": "a", "note 2": "b", "note 3": "c", "note 4": "d"}


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


@pytest.mark.parametrize(
    "names",
    [
        ("Question", "Correct Answer", "Incorrect Answer 1", "Incorrect Answer 2"),
        ("question", "answer", "wrong1", "wrong2"),
        ("question", "correct_answer", "distractor1", "distractor_2"),
        ("Pergunta", "Opção Correta", "Opção Errada 1", "Opção Errada 2"),
        ("Frage", "Antwort", "Falsche Antwort 1", "Falsche Antwort 2"),
    ],
)
def test_wrong_choices_in_columns_of_their_own_are_choices(names: tuple[str, ...]) -> None:
    reading = read_rows(rows(names, ("Which?", "that", "this", "both")), "CSV", "a.csv", {})
    (found,) = reading.questions
    assert (found.fields, found.extra) == (
        {"question": "Which?", "choices": ("both", "that", "this"), "correct": ("that",)},
        {},
    )
    assert reading.columns[2:] == ((names[2], "choices (wrong)"), (names[3], "choices (wrong)"))


def test_one_column_may_list_the_wrong_choices() -> None:
    table = rows(("Question", "Answer", "Distractors"), ("Which?", "that", "this; both"), ("Why?", "So.", ""))
    first, second = read_rows(table, "CSV", "a.csv", {}).questions
    assert first.fields["choices"] == ("both", "that", "this")
    assert second.fields == {"question": "Why?", "answer": "So."}


def test_wrong_choices_without_a_right_one_are_kept_in_extra() -> None:
    (found,) = read_rows(
        rows(("Question", "Answer", "Wrong 1"), ("Which?", "", "this")), "CSV", "a.csv", {}
    ).questions
    assert (found.fields, found.extra) == ({"question": "Which?"}, {"Wrong 1": "this"})


def test_columns_that_no_name_tells_may_be_given_by_number() -> None:
    with pytest.raises(InputRefused) as caught:
        read_rows(rows(("It is so.", "", "true"), ("It is not.", "", "false")), "CSV", "a.csv", {})
    (problem,) = caught.value.problems
    assert str(problem) == "a.csv:1: no column is known as a question: 'It is so.', 'column 2', 'true'"
    assert problem.hint == "name it, or give its number: --map question=COLUMN --map answer=2"
    wishes = {"question": "1", "answer": "3"}
    reading = read_rows(rows(("It is so.", "", "true"), ("It is not.", "", "false")), "CSV", "a.csv", wishes)
    assert [each.fields["answer"] for each in reading.questions] == ["true", "false"]


@pytest.mark.parametrize(
    ("head", "row", "fields"),
    [
        (("Term", "Definition"), ("Router", "forwards"), {"question": "Router", "answer": "forwards"}),
        (("Word", "Meaning"), ("Haus", "house"), {"question": "Haus", "answer": "house"}),
        (
            ("Question", "Opt1", "Opt2", "Ans"),
            ("Which?", "this", "that", "2"),
            {"question": "Which?", "choices": ("this", "that"), "answer": "2"},
        ),
        (
            ("Question", "Options", "Correct"),
            ("Which?", "A) this B) that", "B"),
            {"question": "Which?", "choices": ("this", "that"), "correct": ("B",)},
        ),
        (
            ("Question", "Options"),
            ("Which?", "A) see B) in the book"),
            {"question": "Which?", "choices": ("see", "in the book")},
        ),
    ],
)
def test_columns_of_glossaries_and_tests_are_known(
    head: tuple[str, ...], row: tuple[str, ...], fields: dict[str, object]
) -> None:
    (found,) = read_rows(rows(head, row), "CSV", "a.csv", {}).questions
    assert found.fields == fields
