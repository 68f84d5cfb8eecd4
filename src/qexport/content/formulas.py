r"""Formulas in a Markdown text: found before Markdown is read, which would take their signs for its own.

    $…$  \(…\)               in a line
    $$…$$  \[…\]  ```math    alone

A formula becomes two signs that no text has (noncharacters, which reading drops) with its number between them, and
is written when the text around it is. Code is left alone. A dollar before a space or a digit ends no formula, so that
prices and variables of a shell stay text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from qexport.common.patterns import compile_late
from qexport.common.records import Record

OPENING, CLOSING = "\ufdd0", "\ufdd1"
HOLDER = compile_late(f"{OPENING}(\\d+){CLOSING}")


class FoundFormula(Record, frozen=True):
    """A formula of a text."""

    source: str
    """LaTeX without its delimiters."""
    written: str
    """As it stands in the text."""
    display: bool
    line: int
    """In the text, counted from 1."""
    column: int
    """Of its first character, counted from 1."""

    def place_of(self, column: int) -> tuple[int, int]:
        """Return the line and the column in the text of a column of the formula."""
        before = self.source[: max(column - 1, 0)]
        lines = before.count("\n")
        return self.line + lines, (self.column if not lines else 1) + len(before) - (before.rfind("\n") + 1)


_OPENING_FENCE = compile_late(
    r"(?P<indent>[ ]{0,3})(?P<marks>`{3,}|~{3,})[ \t]*(?P<name>\w*)[^\n]*", re.ASCII
)
_CODE_OR_FORMULA = compile_late(
    r"""(?P<code>(?<!`)(?P<ticks>`+)(?!`).*?(?<!`)(?P=ticks)(?!`))
      | \$\$(?P<alone>(?:[^$\\]|\\.|\$(?!\$))+?)\$\$
      | \\\[(?P<bracketed>.+?)\\\]
      | \\\((?P<round>.+?)\\\)
      | (?<![\\$\w])\$(?![\s$\d.,])(?P<dollars>(?:[^$\\\n]|\\.|\n(?![ \t]*\n))+?)(?<![\s\\])\$(?![\w$])
      | (?<![\\$\w])\$(?P<number>\d(?:[^\s$\\]*|(?:[^$\\\n]|\\.)*?[\\^_=+*/<>()](?:[^$\\\n]|\\.)*?))
        (?<![\s\\])\$(?![\w$])
      | \\.
    """,
    re.DOTALL | re.VERBOSE,
)
_SHELL = compile_late(r"\{?[A-Z][A-Z0-9][A-Z0-9_]+\}?(?:[/:].*)?|[a-z_]{3,}[/:].*", re.DOTALL)


def find_formulas(text: str) -> tuple[str, tuple[FoundFormula, ...]]:
    """Return a Markdown text with its formulas held by their numbers, and these."""
    if not any(sign in text for sign in ("$", r"\(", r"\[", "math")):
        return text, ()
    found: list[FoundFormula] = []
    written: list[str] = []
    start = 0
    for begin, end, is_math in _fences(text):
        written.append(_replace_formulas(text, start, begin, found))
        block = text[begin:end]
        if is_math:
            lines = block.split("\n")
            source = "\n".join(lines[1:-1] if len(lines) > 2 else lines[1:])
            held = _hold_formula(text, begin + len(lines[0]) + 1, source, block, found, display=True)
            written.append(f"\n{held}" + "\n" * max(block.count("\n") - 1, 1))  # as many lines as before
        else:
            written.append(block)
        start = end
    written.append(_replace_formulas(text, start, len(text), found))
    return "".join(written), tuple(found)


def _fences(text: str) -> list[tuple[int, int, bool]]:
    """Return where blocks between fences begin and end, and whether they are formulas."""
    blocks = []
    opened: tuple[int, str, bool] | None = None
    at = 0
    for line in text.split("\n"):
        found = _OPENING_FENCE.match(line)
        if opened is None and found and not ("`" in found["marks"] and "`" in line[found.end("marks") :]):
            opened = at, found["marks"], found["name"] == "math" and not found["indent"]
        elif (
            opened
            and found
            and found["marks"].startswith(opened[1])
            and not line[found.end("marks") :].strip()
        ):
            blocks.append((opened[0], at + len(line), opened[2]))
            opened = None
        at += len(line) + 1
    if opened:
        blocks.append((opened[0], len(text), False))
    return blocks


def _replace_formulas(text: str, start: int, end: int, found: list[FoundFormula]) -> str:
    def hold(part: re.Match[str]) -> str:
        for name in ("alone", "bracketed", "round", "dollars", "number"):
            source = part[name]
            if source is not None and source.strip() and "\n\n" not in source:
                display = name in ("alone", "bracketed")
                return _hold_formula(text, start + part.start(name), source, part[0], found, display=display)
        return part[0]

    return _CODE_OR_FORMULA.sub(hold, text[start:end])


def _hold_formula(
    text: str, at: int, source: str, written: str, found: list[FoundFormula], *, display: bool
) -> str:
    stripped = source.lstrip()
    at += len(source) - len(stripped)
    line = text.count("\n", 0, at) + 1
    column = at - (text.rfind("\n", 0, at) + 1) + 1
    found.append(FoundFormula(stripped.rstrip(), written, display, line, column))
    return f"{OPENING}{len(found) - 1}{CLOSING}"


def restore(text: str, formulas: Sequence[FoundFormula]) -> str:
    """Return a text with its formulas as they were written."""
    return HOLDER.sub(lambda held: formulas[int(held[1])].written, text)


def looks_like_shell(source: str) -> bool:
    """Return whether a formula is more likely two variables of a shell: `$HOME/bin:$`."""
    return _SHELL.fullmatch(source) is not None
