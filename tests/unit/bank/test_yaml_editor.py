"""A field is changed in a bank's YAML, and nothing else in its file."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from qexport.bank import jsonl_reader, yaml_reader
from qexport.bank.file_editor import edit_file
from qexport.bank.model import RawBank
from qexport.bank.yaml_editor import Edit, edit_yaml
from qexport.common.errors import InputRefused
from qexport.common.limits import Limits

BANK = """\
# The bank of a team.
title: Ours   # shown on covers

questions:
  # --- basics
  - id: PY-1   # the first
    question: What is a tuple?
    tags: [a, 'b c']  # for exams
    difficulty: 3
    answer: >-
      A list that cannot
      change.

    # written by Ada
    follow_ups:
      - What is a list?   # easy
      - "What is a set?"

  - id: PY-2
    question: "What is \\"self\\"?"
    answer: |
      The object.

      It is passed first.

# the end
"""


def changed(*edits: Edit, text: str = BANK) -> list[str]:
    """Return the lines that an edit takes out (-) and puts in (+)."""
    import difflib

    after = edit_yaml(text, "bank.yaml", edits)
    found = difflib.ndiff(text.split("\n"), after.split("\n"))
    return [line for line in found if line[0] in "+-"]


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (Edit("PY-1", "id", "PY-9"), ["-   - id: PY-1   # the first", "+   - id: PY-9   # the first"]),
        (Edit("PY-1", "difficulty", 4), ["-     difficulty: 3", "+     difficulty: 4"]),
        (Edit("PY-1", "difficulty", None), ["-     difficulty: 3"]),
        (
            Edit("PY-1", "tags", ("a", "c")),
            ["-     tags: [a, 'b c']  # for exams", "+     tags: [a, c]  # for exams"],
        ),
        (
            Edit("PY-1", "answer", "A sequence that cannot change: it is fixed."),
            [
                "+       A sequence that cannot change: it is fixed.",
                "-       A list that cannot",
                "-       change.",
            ],
        ),
        (
            Edit("PY-1", "answer", "One.\nTwo.\n\nThree."),
            [
                "-       A list that cannot",
                "-       change.",
                "+       One.",
                "+ ",
                "+       Two.",
                "+ ",
                "+ ",
                "+       Three.",
            ],
        ),
        (Edit("PY-1", "follow_ups", ("What is a list?",)), ['-       - "What is a set?"']),
        (
            Edit("PY-1", "follow_ups", ("What is a list?", "What is a dict?", "And then?")),
            ['-       - "What is a set?"', '+       - "What is a dict?"', "+       - And then?"],
        ),
        (
            Edit("PY-1", "follow_ups", ("First: this", "What is a list?", "What is a set?")),
            ["+       - 'First: this'"],
        ),
        (
            Edit("PY-2", "question", "What?"),
            ['-     question: "What is \\"self\\"?"', '+     question: "What?"'],
        ),
        (Edit("PY-2", "former_ids", ("A", "B")), ["+     former_ids: [A, B]"]),
        (
            Edit("PY-2", "answer", "The object.\n\nIt comes first."),
            ["-       It is passed first.", "+       It comes first."],
        ),
        (Edit("", "namespace", "ours"), ["+ namespace: ours"]),
        (
            Edit("", "title", "#1: ours"),
            ["- title: Ours   # shown on covers", "+ title: '#1: ours'   # shown on covers"],
        ),
        (
            Edit("PY-1", "question", "Zwei\u2028Zeilen"),
            ["-     question: What is a tuple?", '+     question: "Zwei\\u2028Zeilen"'],
        ),
    ],
)
def test_changes_only_the_lines_of_the_field(edit: Edit, lines: list[str]) -> None:
    assert changed(edit) == lines


def test_makes_several_changes_at_once() -> None:
    edits = (Edit("PY-1", "id", "PY-2"), Edit("PY-2", "id", "PY-1"), Edit("PY-2", "difficulty", 1))
    assert changed(*edits) == [
        "-   - id: PY-1   # the first",
        "+   - id: PY-2   # the first",
        "-   - id: PY-2",
        "+   - id: PY-1",
        "+     difficulty: 1",
    ]


def test_edits_questions_in_brackets() -> None:
    text = "questions: [{id: a, question: q, answer: 'x, y'}, {id: b, question: q, answer: z}]\n"
    edits = (
        Edit("a", "answer", "x: [y]"),
        Edit("b", "question", None),
        Edit("b", "tags", ("one", "two")),
        Edit("b", "difficulty", 7),
    )
    assert edit_yaml(text, "bank.yaml", edits) == (
        "questions: [{id: a, question: q, answer: 'x: [y]'}, "
        "{id: b, difficulty: 7, tags: [one, two], answer: z}]\n"
    )


def test_edits_lists_at_the_column_of_their_key() -> None:
    text = "questions:\n- id: a\n  question: q\n  follow_ups:\n  - one\n  - two\n  answer: x\n"
    after = edit_yaml(text, "bank.yaml", [Edit("a", "follow_ups", ("one", "three", "four"))])
    assert after == text.replace("  - two\n", "  - three\n  - four\n")


def test_refuses_an_unknown_question() -> None:
    with pytest.raises(InputRefused) as caught:
        edit_yaml(BANK, "bank.yaml", [Edit("PY-3", "answer", "x")])
    assert [str(problem) for problem in caught.value.problems] == ["bank.yaml: no question 'PY-3' in it"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_keeps_the_mark_and_the_ends_of_lines(end: str) -> None:
    data = b"\xef\xbb\xbf" + BANK.replace("\n", end).encode()
    after = edit_file(data, Path("bank.yaml"), [Edit("PY-1", "difficulty", 9)])
    assert after == data.replace(b"difficulty: 3", b"difficulty: 9")


def test_keeps_mixed_ends_of_lines() -> None:
    data = b"title: T\r\nquestions:\n  - id: a\r\n    question: q\n    answer: old\r\n"
    after = edit_file(data, Path("bank.yaml"), [Edit("a", "difficulty", 2)])
    assert after == data.replace(b"question: q\n", b"question: q\n    difficulty: 2\r\n")


def test_edits_json_lines_without_touching_the_rest() -> None:
    data = (
        b'{"title":"T"}\n{"id":"a","question":"q","answer":"v3.10","difficulty":3,"tags":["x"]}\n\n'
        b'{"id": "b", "question": "q", "answer": "\\u00e9"}\n'
    )
    edits = [
        Edit("a", "difficulty", 4),
        Edit("a", "tags", None),
        Edit("b", "answer", "ü"),
        Edit("b", "former_ids", ("old",)),
    ]
    assert edit_file(data, Path("bank.jsonl"), edits) == (
        b'{"title":"T"}\n{"id":"a","question":"q","answer":"v3.10","difficulty":4}\n\n'
        b'{"id": "b", "question": "q", "answer": "\\u00fc", "former_ids": ["old"]}\n'
    )


WORDS = (
    "a",
    "b: c",
    "- d",
    "# e",
    "'",
    '"',
    "\\",
    "é",
    "日本",
    "<",
    "{x}",
    "[y]",
    "no",
    "3.10",
    "|",
    ">",
    "%",
    "&z",
    "\t",
)


def a_text(dice: random.Random) -> str:
    lines = [" ".join(dice.choices(WORDS, k=dice.randint(0, 30))) for _ in range(dice.randint(1, 4))]
    text = "\n".join(dice.choice(("", "", "  ")) + line for line in lines).strip()
    return text or "x"


@pytest.mark.parametrize("seed", range(150))
def test_any_text_survives_in_any_form(seed: int) -> None:
    dice = random.Random(seed)
    text = BANK
    for _ in range(4):
        name = dice.choice(("question", "answer", "deep_explanation", "follow_ups", "tags", "source"))
        value: str | tuple[str, ...] | None = a_text(dice)
        if name in ("follow_ups", "tags"):
            value = tuple(dict.fromkeys(a_text(dice) for _ in range(dice.randint(0, 4)))) or None
        key = dice.choice(("PY-1", "PY-2"))
        text = edit_yaml(text, "bank.yaml", [Edit(key, name, value)])  # which reads it again, and compares
    for comment in ("# The bank of a team.", "# --- basics", "# the end"):
        assert comment in text
    assert yaml_reader.parse_yaml(text, "bank.yaml").problems == ()


@pytest.mark.parametrize("ending", [".yaml", ".jsonl"])
def test_only_the_lines_of_an_edited_question_are_read_again(
    ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = range(200)
    if ending == ".yaml":
        item = "  # {0}\n  - id: Q{0}\n    question: What is {0}?\n    answer: >-\n      A\n      number.\n"
        text = "title: T\nquestions:\n" + "".join(map(item.format, numbers))
        starts = {f"Q{number}": 4 + 6 * number for number in numbers}
    else:
        line = '{{"id": "Q{0}", "question": "What is {0}?", "answer": "A number."}}\n'
        text = "".join(map(line.format, numbers))
        starts = {f"Q{number}": 1 + number for number in numbers}
    edits = [
        Edit("Q7", "answer", "Seven: a number."),
        Edit("Q199", "difficulty", 3),
        Edit("Q0", "answer", "Nil."),
    ]
    whole = edit_file(text.encode(), Path(f"bank{ending}"), edits)
    read: list[int] = []
    module = yaml_reader if ending == ".yaml" else jsonl_reader
    name = "parse_yaml" if ending == ".yaml" else "parse_jsonl"
    parse = getattr(module, name)

    def counted(text: str, path: str, limits: Limits) -> RawBank:
        read.append(len(text))
        bank: RawBank = parse(text, path, limits)
        return bank

    monkeypatch.setattr(module, name, counted)
    assert edit_file(text.encode(), Path(f"bank{ending}"), edits, lines=starts) == whole
    assert max(read) < 200
    assert len(read) == 6


def test_questions_in_brackets_are_read_as_a_whole_file() -> None:
    text = "questions: [{id: A, question: q, answer: a},\n  {id: B, question: q, answer: a}]\n"
    edits = [Edit("B", "answer", "b")]
    assert edit_file(text.encode(), Path("b.yaml"), edits, lines={"A": 1, "B": 2}) == edit_file(
        text.encode(), Path("b.yaml"), edits
    )
