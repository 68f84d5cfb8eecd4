"""A field is changed in a bank's YAML, and nothing else in its file."""

from __future__ import annotations

import random

import pytest
from tests.unit.bank.edited import BANK

from qexport.bank import yaml_reader
from qexport.bank.yaml_editor import Edit, edit_yaml
from qexport.common.errors import InputRefused


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
            ["-     tags: [a, 'b c']  # for exams", "+     tags: [a, 'c']  # for exams"],
        ),
        (
            Edit("PY-1", "answer", "A sequence that cannot change: it is fixed."),
            [
                "-       A list that cannot",
                "+       A sequence that cannot",
                "-       change.",
                "+       change: it is fixed.",
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


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        ("answer: 'x y'", Edit("a", "answer", "z"), "answer: 'z'"),
        ("answer: 'x y'", Edit("a", "answer", "it's"), "answer: 'it''s'"),
        ('answer: "x y"', Edit("a", "answer", 'say "z"'), 'answer: "say \\"z\\""'),
        ("answer: x y", Edit("a", "answer", "z"), "answer: z"),
        ("answer: x y", Edit("a", "answer", "z: y"), "answer: 'z: y'"),
        ("answer: 'x y'", Edit("a", "answer", "z\u2028y"), 'answer: "z\\u2028y"'),
        ("answer: 'x y'", Edit("a", "answer", "z\ny"), 'answer: "z\\ny"'),
        ("difficulty: '3'", Edit("a", "difficulty", 4), "difficulty: '4'"),
        ('difficulty: "3"', Edit("a", "difficulty", 4), 'difficulty: "4"'),
        ("difficulty: 3", Edit("a", "difficulty", 4), "difficulty: 4"),
        ("tags: ['x', \"y\", z]", Edit("a", "tags", ("u", "v", "w")), "tags: ['u', \"v\", w]"),
        ("tags: ['x', 'y']", Edit("a", "tags", ("x", "z", "y")), "tags: ['x', 'z', 'y']"),
        ('tags: ["x", "y"]', Edit("a", "tags", ("z", "x", "y", "u")), 'tags: ["z", "x", "y", "u"]'),
        ("tags: ['x', y]", Edit("a", "tags", ("x", "y", "z")), "tags: ['x', y, z]"),
        ("tags: ['x', y, z]", Edit("a", "tags", ("y", "z")), "tags: [y, z]"),
        ("tags: ['x', y, z]", Edit("a", "tags", ("x", "z")), "tags: ['x', z]"),
        ("tags: ['x', y, z]", Edit("a", "tags", ("u",)), "tags: ['u']"),
        ("tags: ['x', y, z]", Edit("a", "tags", ("x", "u", "v", "w", "z")), "tags: ['x', u, v, w, z]"),
        (
            "tags: [Why?, How?]",
            Edit("a", "tags", ("Why so?", "How?", "When?")),
            "tags: [Why so?, How?, When?]",
        ),
        ("tags: ['Why?', x]", Edit("a", "tags", ("Why so?", "y?")), "tags: ['Why so?', 'y?']"),
        ("tags: [Why?]", Edit("a", "tags", ("?", "? x")), "tags: ['?', '? x']"),
        ("tags: []", Edit("a", "tags", ("x", "y, z")), "tags: [x, 'y, z']"),
    ],
)
def test_quotes_stay_as_they_were(before: str, edit: Edit, after: str) -> None:
    """In a question in braces, and in one of lines."""
    for text in (
        "questions: [{id: a, question: q, %s}, {id: b, question: q}]\n",
        "questions:\n- id: a\n  question: q\n  %s  # ours\n- id: b\n  question: q\n",
    ):
        if "\n" in str(edit.value) and "#" in text:
            continue  # is written as a block there
        assert edit_yaml(text % before, "bank.yaml", [edit]) == text % after


def test_a_list_in_brackets_keeps_its_lines() -> None:
    tags = "[\n    'x',  # first\n    'y',\n    'z',  # last\n  ]"
    text = f"questions:\n- id: a\n  question: q\n  tags: {tags}\n  answer: w\n"
    edits = (Edit("a", "tags", ("x", "u", "v", "z")),)
    assert edit_yaml(text, "bank.yaml", edits) == text.replace("'y',", "'u', 'v',")
    edits = (Edit("a", "tags", ("x", "z")),)
    assert edit_yaml(text, "bank.yaml", edits) == text.replace("'y',\n    ", "")


def test_edits_lists_at_the_column_of_their_key() -> None:
    text = "questions:\n- id: a\n  question: q\n  follow_ups:\n  - one\n  - two\n  answer: x\n"
    after = edit_yaml(text, "bank.yaml", [Edit("a", "follow_ups", ("one", "three", "four"))])
    assert after == text.replace("  - two\n", "  - three\n  - four\n")


def test_refuses_an_unknown_question() -> None:
    with pytest.raises(InputRefused) as caught:
        edit_yaml(BANK, "bank.yaml", [Edit("PY-3", "answer", "x")])
    assert [str(problem) for problem in caught.value.problems] == ["bank.yaml: no question 'PY-3' in it"]


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


LONG = """questions:
  - id: A
    question: What is a list?
    answer: >-
      A list is a mutable sequence of objects.
      It grows as needed, and keeps its order.

      Use a tuple
      for records.
"""


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        (
            "as needed",
            "when needed",
            [
                "-       It grows as needed, and keeps its order.",
                "+       It grows when needed, and keeps its order.",
            ],
        ),
        (
            "objects. It",
            "any objects. Indeed it",
            [
                "-       A list is a mutable sequence of objects.",
                "+       A list is a mutable sequence of any objects.",
                "-       It grows as needed, and keeps its order.",
                "+       Indeed it grows as needed, and keeps its order.",
            ],
        ),
        ("for records", "for small records", ["-       for records.", "+       for small records."]),
        (
            "as needed",
            "as needed, " + "again and " * 9 + "again",
            [
                "-       A list is a mutable sequence of objects.",
                "-       It grows as needed, and keeps its order.",
                "+       A list is a mutable sequence of objects. It grows as needed, again and",
                "+       again and again and again and again and again and again and again and",
                "+       again and again, and keeps its order.",
            ],
        ),
    ],
)
def test_a_folded_text_keeps_the_ends_of_its_lines(old: str, new: str, lines: list[str]) -> None:
    answer = (
        "A list is a mutable sequence of objects. It grows as needed, and keeps its order.\n"
        "Use a tuple for records."
    )
    found = changed(Edit("A", "answer", answer.replace(old, new)), text=LONG)
    assert sorted(found) == sorted(lines)
