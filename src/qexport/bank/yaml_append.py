"""Add questions to the end of a bank's YAML, every character before them as it is."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qexport.bank import yaml_reader
from qexport.bank.model import MATHS, Bank, Question, RawBank, RawText
from qexport.bank.validation import validate
from qexport.bank.yaml_editor import Edit, edit_yaml
from qexport.bank.yaml_writer import write_questions
from qexport.common.errors import InputRefused, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.wording import quantity


def append_questions(text: str, path: str, questions: Sequence[Question], limits: Limits = USUAL) -> str:
    """Return the text of a bank's YAML with questions added at its end.

    New technologies and levels are added to the bank's own lists of them, if it has such lists.

    Args:
        text: Of the file, with `\\n` at the ends of lines.
        path: Of the file, for errors.
        questions: What to add; no id of theirs is in the bank.
        limits: Of a bank.

    Raises:
        InputRefused: the bank is wrong, or its list of questions is not the last key, in block style.
    """
    raw = yaml_reader.parse_yaml(text, path, limits)
    bank, _ = validate(raw, limits)
    if edits := list(find_new_names(raw, bank, questions)):
        text = edit_yaml(text, path, edits, limits)
    if obstacles := tuple(find_key_behind(raw, len(questions))):
        raise InputRefused(obstacles)
    math = raw.header.values.get("math")
    if isinstance(math, RawText) and math.text.strip() == "true":
        questions = [replace(each, markup=MATHS) if each.markup == "markdown" else each for each in questions]
    moved = yaml_reader.parse_yaml(text, path, limits).records  # by lines that were added above them
    return append_to_list(text, replace(raw, records=moved), bank, questions, limits)


def find_key_behind(raw: RawBank, count: int) -> Iterator[Problem]:
    """Yield what keeps so many questions from being added at the end of a bank's file: a key after the questions."""
    keys = raw.header.keys
    last = max(keys, key=lambda key: keys[key], default="")
    if last != "questions":
        message = f"{quantity(count, 'new question')} cannot be added: {last} follows the questions"
        yield Problem(keys[last], message, "move `questions:` to the end of the file")


def append_to_list(
    text: str, raw: RawBank, bank: Bank, questions: Sequence[Question], limits: Limits = USUAL
) -> str:
    """Return the text of a bank's YAML with questions after its last, which ends the file.

    Args:
        text: Of the file.
        raw: What is read of it; messages name the places of its header.
        bank: The questions there are.
        questions: What to add, with markup as the file has it.
        limits: Of a bank.

    Raises:
        InputRefused: the list of questions is not in block style.
    """
    markup = raw.header.values.get("markup")
    items = write_questions(questions, markup=markup.text if isinstance(markup, RawText) else "plain")
    first = raw.records[0].location
    margin = text.split("\n")[first.line - 1][: first.column - 1].rfind("-")
    if margin >= 0:
        items = textwrap.indent(textwrap.dedent(items), " " * margin)
    longer = f"{text.rstrip()}\n\n{items}"
    try:
        read_back, _ = validate(yaml_reader.parse_yaml(longer, raw.path, limits), limits)
    except InputRefused:
        read_back = None
    if read_back is None or read_back.questions != (*bank.questions, *questions):
        message = f"{quantity(len(questions), 'new question')} cannot be added to the end of this file"
        hint = "write the list of questions in block style, one '- id:' below the other"
        raise InputRefused((Problem(raw.header.keys["questions"], message, hint),))
    return longer


def find_new_names(raw: RawBank, bank: Bank, questions: Sequence[Question]) -> Iterator[Edit]:
    """Yield what puts the technologies and levels of new or changed questions into the bank's own lists."""
    for key, name, declared in (
        ("technologies", "technology", bank.technologies),
        ("levels", "level", bank.levels),
    ):
        used = dict.fromkeys(value for each in questions if (value := getattr(each, name)))
        if key in raw.header.values and (new := [value for value in used if value not in declared]):
            yield Edit("", key, (*declared, *new))
