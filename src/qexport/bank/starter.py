"""What `qexport init` writes: a bank to begin with, recipes, and what git is to ignore; and a question's skeleton."""

from __future__ import annotations

from collections.abc import Collection

from qexport.bank.schema import SCHEMA_FILE
from qexport.bank.yaml_writer import bare_or_quoted
from qexport.common.wording import slug

STARTER_RECIPES = """\
# What `qexport build` makes. Each [recipes.NAME] is one more; flags override it.
default = "all"

[recipes.all]
bank = "questions.yaml"
format = ["handbook", "deck"]
"""

IGNORED = "out/\n"
"""For .gitignore: what is built. The bank, its lock and its history are kept."""


def starter_bank(title: str) -> str:
    """Return the YAML of a bank with two questions that show what can be written."""
    return f"""\
# yaml-language-server: $schema={SCHEMA_FILE}
title: {bare_or_quoted(title)}
namespace: {slug(title) or "questions"}
language: en
markup: markdown
questions:
  - id: PY-1
    question: What is a generator?
    technology: Python
    level: Beginner
    difficulty: 3
    answer: |-
      A function with `yield` in it. It returns an iterator that runs up to the next `yield`
      each time it is asked for a value:

      ```python
      def count():
          yield 1
          yield 2
      ```
    follow_ups:
      - What does `yield from` do?

  - id: PY-2
    question: Which of these is evaluated lazily?
    choices:
      - a list comprehension
      - a generator expression
    correct: b
    technology: Python
    level: Beginner
    difficulty: 2
    answer: A generator expression makes its values only when something asks for them.
"""


def question_skeleton(key: str, question: str, *, technology: str = "", level: str = "") -> str:
    """Return the YAML of a question that is still to be answered, as an item of a list."""
    lines = [f"  - id: {bare_or_quoted(key)}", f"    question: {bare_or_quoted(question)}"]
    lines += [f"    technology: {bare_or_quoted(technology)}"] if technology else []
    lines += [f"    level: {bare_or_quoted(level)}"] if level else []
    return "\n".join([*lines, "    status: draft", ""])


def numbered_id(ids: Collection[str]) -> str:
    """Return the id that follows the bank's own: `PY-7` after `PY-6`; empty if its ids are no numbers.

    Args:
        ids: Those of the bank, in its order; the last that ends in a number decides.
    """
    import re

    for key in reversed(list(ids)):
        found = re.fullmatch(r"(.*?)(\d+)", key)
        if found is None:
            continue
        prefix, width = found[1], len(found[2])
        same = [re.fullmatch(rf"{re.escape(prefix)}(\d+)", each) for each in ids]
        highest = max(int(each[1]) for each in same if each)
        return f"{prefix}{highest + 1:0{width}}"
    return ""
