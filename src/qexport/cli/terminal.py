"""What a person sees: values → lines. Text from data is escaped here: it cannot control the terminal."""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Self, TextIO

from qexport.common.patterns import compile_late
from qexport.common.wording import column_width, quantity, shorten

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from types import TracebackType

    from qexport.bank.health.counts import Stats
    from qexport.bank.model import Question
    from qexport.common.errors import Problem

_TERMINAL_CONTROLS = (
    compile_late(  # controls but tab and newline, marks that reorder text, line separators, half pairs
        "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
    )
)
_WIDEST_PROSE = 100


def escape_controls(text: str) -> str:
    """Escape what would steer a terminal (ESC becomes `\\x1b`); all that is printed goes through here."""
    return _TERMINAL_CONTROLS.sub(lambda found: ascii(found[0])[1:-1], text)


def has_colours(stream: TextIO) -> bool:
    """Return whether a stream shows colours: it is a terminal, and NO_COLOR (no-color.org) is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def emphasize(text: str, stream: TextIO) -> str:
    """Return text in bold, if the stream shows it."""
    return f"\x1b[1m{text}\x1b[0m" if has_colours(stream) else text


_LABEL_COLOURS = {"error": 31, "warning": 33, "hint": 36}  # red, yellow, cyan
_LABEL = compile_late(r"^(?:qexport: |  )(error|warning|hint):", re.MULTILINE)


def colour_message(text: str, stream: TextIO) -> str:
    """Return messages with their labels in colour, if the stream shows it; data is to be escaped before."""
    if not has_colours(stream):
        return text
    return _LABEL.sub(lambda found: f"\x1b[1;{_LABEL_COLOURS[found[1]]}m{found[0]}\x1b[0m", text)


def on_one_line(text: str) -> str:
    """`escape_controls`, with each run of white space a single space."""
    return escape_controls(" ".join(text.split()))


def as_json(value: object, *, only_ascii: bool = False) -> str:
    """JSON a person can read too; what would steer a terminal is in it as an escape."""
    import json

    text = json.dumps(value, ensure_ascii=only_ascii, indent=2)
    return _TERMINAL_CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def table(
    rows: Sequence[Sequence[str]], *, numbers: Container[int] = (), width: int | None = None
) -> Iterator[str]:
    """Yield the lines of a table, the first its head; the columns in `numbers` are set to the right.

    The last column is cut to what is left of `width`, where one is given.
    """
    cells = [[on_one_line(cell) for cell in row] for row in rows]
    widths = [max(map(column_width, column)) for column in zip(*cells, strict=True)]
    if width is not None:
        widths[-1] = min(widths[-1], max(20, width - sum(widths[:-1]) - 2 * len(widths[:-1])))
    for row in cells:
        line = []
        for number, (cell, full) in enumerate(zip(row, widths, strict=True)):
            text = shorten(cell, full)
            room = " " * (full - column_width(text))
            line.append(room + text if number in numbers else text + room)
        yield "  ".join(line).rstrip()


def problem_fields(problem: Problem) -> dict[str, object]:
    """Return what JSON says of a problem or a warning."""
    return {**asdict(problem.location), "message": problem.message, "hint": problem.hint}


QUESTION_HEAD = ("id", "technology", "category", "level", "difficulty", "question")


def question_row(question: Question) -> tuple[str, ...]:
    """Return what `list` shows of a question, under QUESTION_HEAD: the longest last."""
    from qexport.content.titles import title_source

    fields = {name: getattr(question, name) for name in QUESTION_HEAD}
    fields["question"] = title_source(question.question, question.markup)
    return tuple("" if value is None else str(value) for value in fields.values())


def list_question_fields(question: Question, *, whole: bool) -> dict[str, object]:
    """Return what JSON says of a question: all of it, or without its choices and the texts of its answer."""
    from qexport.bank.model import PROSE_SECTIONS

    everything = {**asdict(question), "extra": dict(question.extra)}
    only_whole = ("choices", "correct", *PROSE_SECTIONS, "follow_ups", "links", "extra")
    texts = {name: everything.pop(name) for name in only_whole}
    everything.update(everything.pop("location"))
    return {**everything, **texts} if whole else everything


def question_page(question: Question, *, width: int) -> Iterator[str]:
    """Yield the lines of a whole question, wrapped to `width`."""
    from qexport.bank.model import LETTERS
    from qexport.content.question_view import SECTION_TITLES

    width = min(width, _WIDEST_PROSE)
    yield from _wrap_lines(f"{question.id}  {question.question.strip()}", width)
    if about := " · ".join(_list_subjects(question)):
        yield from _wrap_lines(about, width)
    for letter, choice in zip(LETTERS, question.choices, strict=False):
        right = "*" if letter in question.correct else " "
        yield from _wrap_lines(" ".join(choice.split()), width, indent=f"{right} {letter}) ")
    for section, title in SECTION_TITLES.items():
        text = getattr(question, section)
        if text:
            yield ""
            yield title
        if section == "follow_ups":
            for number, follow_up in enumerate(text, 1):
                yield from _wrap_lines(follow_up.strip(), width, indent=f"  {number}. ")
        else:
            yield from _wrap_lines(text, width, indent="  ")
    if question.links:
        yield ""
        yield "Links"
        for link in question.links:
            yield from _wrap_lines(link, width, indent="  ")
    if question.source:
        yield ""
        yield from _wrap_lines(f"Source: {question.source}", width)


def _list_subjects(question: Question) -> Iterator[str]:
    """Yield what a question is filtered by."""
    yield from filter(None, (question.technology, question.category, question.level))
    if question.difficulty is not None:
        yield f"difficulty {question.difficulty}/10"
    if question.status != "active":
        yield question.status
    yield from (f"#{tag}" for tag in question.tags)


_FENCE_OF_CODE = compile_late(r"[ \t>]*(`{3,}|~{3,})")
"""Begins or ends a block of code."""


def _wrap_lines(text: str, width: int, *, indent: str = "") -> Iterator[str]:
    """Wrap the lines that are too long, under their own indentation; leave the others, code and tables alone."""
    import textwrap

    hanging = " " * len(indent)
    fence = ""
    for line in escape_controls(text).splitlines():
        opened = _FENCE_OF_CODE.match(line)
        if opened and (not fence or opened[1].startswith(fence)):
            fence = "" if fence else opened[1]
        if line and (fence or opened or line.lstrip().startswith("|")):
            yield indent + line
            indent = hanging
            continue
        margin = hanging + line[: len(line) - len(line.lstrip())]
        yield from textwrap.wrap(
            line.strip(),
            width,
            initial_indent=indent + margin[len(hanging) :],
            subsequent_indent=margin,
            expand_tabs=False,
            replace_whitespace=False,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]
        indent = hanging


def stats_lines(counts: Stats) -> Iterator[str]:
    """Yield what `stats` and `check --health` print of a bank's counts."""
    from qexport.bank.health.counts import tabulate

    rows = tabulate(counts)
    yield str(counts)
    yield ""
    yield from table(rows, numbers=range(2, len(rows[0])))


def file_size(size: int) -> str:
    """`812 bytes`, `41 kB`, `2.4 MB`: as file managers say it, thousands and not 1,024s."""
    if size < 1000:
        return quantity(size, "byte")
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.1f} MB"


class Progress:
    """A line on a terminal that says what is going on, once it has taken over a second, and then goes away.

    Called with what is being done, how much of it is done and how much there is. A thread draws, since an
    engine may not call for a long time.
    """

    def __init__(self, stream: TextIO, *, patience: float = 1.0) -> None:
        self._stream = stream
        self._patience = patience
        self._doing = ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._draw, daemon=True)

    def __call__(self, what: str, done: int = 0, total: int = 0) -> None:
        """Report what is being done now."""
        self._doing = f"{what}: {done} of {total}" if total else what

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _draw(self) -> None:
        started = time.monotonic()
        if self._over.wait(self._patience):
            return
        while True:
            seconds = time.monotonic() - started
            self._stream.write(f"\r\x1b[K{escape_controls(self._doing)} … {seconds:.0f} s")
            self._stream.flush()
            if self._over.wait(0.2):
                break
        self._stream.write("\r\x1b[K")
        self._stream.flush()
