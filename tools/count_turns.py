#!/usr/bin/env python3
"""Count the turns of phrase that docs, help and docstrings avoid, per 1,000 words.

    tools/count_turns.py              print each with its place, then the rate; end with 1 if it is above LIMIT

The reader's first language may not be English: one sentence says one thing, in the words that other tools use.
Counted are README.md and the other documents at the root, docs (without code blocks, cli.md, licences.md and
performance.md), the help of every command, and every docstring of the package and the tools.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import click

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1.0
TURNS = re.compile(
    r"\b(is|are|was|were) told\b|\btells? (what|which|that|of)\b|\bsaid\b|\blets? go of\b|\banew\b|\bout there\b"
    r"|\bwhatever there is\b|\bas it was\b|\bstands? (for|in|beside|below|above)\b|\bwhat is (wrong|meant|made|read)\b",
    re.IGNORECASE,
)
NOT_COUNTED = ("cli.md", "licences.md", "performance.md")


def texts() -> Iterator[tuple[str, str]]:
    """Yield the place and the text of everything that is counted."""
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]):
        if path.name not in NOT_COUNTED:
            text = re.sub(
                r"^```.*?^```",
                lambda block: "\n" * block[0].count("\n"),
                path.read_text("utf-8"),
                flags=re.MULTILINE | re.DOTALL,
            )
            yield str(path.relative_to(ROOT)), text
    for folder in ("src", "tools"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text("utf-8"))
            for node in ast.walk(tree):
                match node:
                    case ast.Expr(value=ast.Constant(value=str(text))):
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", text
    from qexport.cli.main import program

    yield from _help_of(program, "qexport")


def _help_of(command: click.Command, name: str) -> Iterator[tuple[str, str]]:
    context = click.Context(command)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield f"{name} --help", parameter.help or ""
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            part = command.get_command(context, each)
            if part is not None:
                yield from _help_of(part, f"{name} {each}")


def main() -> int:
    """Print what is found and the rate; return 1 if it is above LIMIT."""
    words = found = 0
    for place, text in texts():
        words += len(re.findall(r"[^\W\d_]+", text))
        for turn in TURNS.finditer(text):
            found += 1
            line = text.count("\n", 0, turn.start())
            path, _, first = place.partition(":")
            number = int(first) + line if first.isdigit() else line + 1
            around = " ".join(text[max(0, turn.start() - 40) : turn.end() + 30].split())
            print(
                f"{path}:{number}: {turn[0]}: … {around} …"
                if "--help" not in place
                else f"{place}: {turn[0]}: … {around} …"
            )
    rate = 1000 * found / words
    print(f"{found} turns in {words:,} words: {rate:.2f} per 1,000, at most {LIMIT:g}")
    return int(rate > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
