"""A bank that is read again: always what reading all of it gives, though most of it is not looked at."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from qexport.bank import reader
from qexport.bank.model import Bank
from qexport.bank.reader import read
from qexport.bank.rereading import read_again
from qexport.bank.validation import validate
from qexport.common.errors import QexportError
from qexport.common.limits import USUAL
from qexport.common.memory import Memory

BANK = """\
title: Small
levels: [Junior, Senior]
markup: markdown
questions:
- id: A
  question: What is a list?
  answer: |
    It keeps its order.

    - one
    - two
  level: Junior
- id: B
  question: "What is
    a set?"
  answer: 'No order.'
  tags: [one, two]
  former_ids:
  - OLD
- {id: C, question: Three?, answer: Yes., level: Senior}
-   id: D
    question: >-
      Folded
      text?
    answer: It is # a comment
- id: E
  question: Last?
  answer: Yes.
"""
INSERTED = (
    "  answer: |",
    "- id: A",
    "- id: NEW\n  question: New?\n  answer: New.",
    "- {id: NEW, question: New?, answer: New.",
    "  level: Principal",
    "  tags: [a, b",
    '  source: "open',
    "  source: closed",
    "---",
    "...",
    "title: Twice",
    "technologies: [Python]",
    "  text that goes on",
    "",
    "# a comment",
    "  former_ids: [OLD]",
    "- id: Ä",
    "  status: draft",
    "\tanswer: a tab",
    "- ",
    "-",
)


def outcome(bank: Bank, warnings: object) -> object:
    return bank, [question.location for question in bank.questions], warnings


def whole(path: Path) -> object:
    try:
        return outcome(*validate(read(path)))
    except QexportError as error:
        return type(error), str(error), getattr(error, "problems", ())


def again(path: Path, memory: Memory) -> object:
    memory.turn()
    try:
        return outcome(*read_again(path, memory, encoding=None, limits=USUAL))
    except QexportError as error:
        return type(error), str(error), getattr(error, "problems", ())


def edited(lines: list[str], chance: random.Random) -> list[str]:
    at = chance.randrange(len(lines))
    match chance.randrange(5):
        case 0:
            return lines[:at] + lines[at + chance.randrange(1, 4) :]
        case 1:
            return [*lines[:at], chance.choice(INSERTED), *lines[at:]]
        case 2:
            return [
                *lines[:at],
                lines[at] + chance.choice([" more", ":", " #no", '"', "]"]),
                *lines[at + 1 :],
            ]
        case 3:
            return [*lines[:at], lines[at][chance.randrange(3) :], *lines[at + 1 :]]
        case _:
            to = chance.randrange(at, len(lines))
            return lines[:at] + lines[to:] + lines[at:to]


@pytest.mark.parametrize("seed", range(3))
def test_any_edits_give_what_reading_all_of_it_gives(tmp_path: Path, seed: int) -> None:
    chance, memory, path = random.Random(seed), Memory(), tmp_path / "bank.yaml"
    text = BANK.replace(" # a comment", "")
    for number in range(150):
        path.write_text(text)
        assert again(path, memory) == whole(path), text
        lines = edited(text.split("\n"), chance)
        text = BANK.replace(" # a comment", "") if number % 6 == 5 else "\n".join(lines)


def test_only_the_question_around_an_edit_is_parsed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, path, parsed = Memory(), tmp_path / "bank.yaml", []
    path.write_text(BANK.replace(" # a comment", ""))
    again(path, memory)
    real = reader.parse_bank

    def parse(text: str, *rest: object) -> object:
        parsed.append(text.strip("\n"))
        return real(text, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(reader, "parse_bank", parse)
    path.write_text(BANK.replace(" # a comment", "").replace("'No order.'", "None.\n  difficulty: 3"))
    found = again(path, memory)
    assert len(parsed) == 1
    assert parsed[0].startswith("questions:\n- id: B\n")
    assert "id: A" not in parsed[0]
    assert "id: C" not in parsed[0]
    monkeypatch.undo()
    assert found == whole(path)


def test_a_bank_with_something_odd_or_of_another_kind_is_read_as_a_whole(tmp_path: Path) -> None:
    memory, path = Memory(), tmp_path / "bank.yaml"
    path.write_text(BANK)
    assert again(path, memory) == again(path, memory) == whole(path)
    assert memory.find(("bank", path, None, USUAL)) is None
    lines = tmp_path / "bank.jsonl"
    lines.write_text('{"title": "T"}\n{"id": "A", "question": "Q?", "answer": "A."}\n')
    assert again(lines, memory) == whole(lines)
    assert again(tmp_path / "none.yaml", memory) == whole(tmp_path / "none.yaml")
