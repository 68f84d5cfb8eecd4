"""How much an input may ask for, defined once: for the readers, the command line, `qexport.toml` and the docs.

A limit is far above what a person writes and below what a machine suffers from. All of them are one value that
goes down the pipeline with what it limits; raising one is the user's decision, never a bank's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from qexport.common.errors import LimitExceeded, UsageError
from qexport.common.records import Record
from qexport.common.wording import suggest


def _limit(default: int, unit: str, limits: str, protects: str, *, highest: int = 10**11) -> Any:
    _said.append({"unit": unit, "limits": limits, "protects": protects, "highest": highest})
    return default


_said: list[dict[str, Any]] = []
"""What the docs and the messages say of each limit, in the order of the fields of Limits."""


class Limits(Record, frozen=True, kw_only=True):
    """The most there may be of each thing. On the command line an underscore is a hyphen."""

    file: int = _limit(
        64_000_000, "bytes", "a file that is read as text: a bank's, a page, a lock, recipes", "memory"
    )
    values: int = _limit(
        3_000_000, "values", "a bank's file: texts, lists and mappings (a full question has 25)", "memory"
    )
    questions: int = _limit(200_000, "questions", "a bank", "memory")
    answer: int = _limit(
        1_000_000, "characters", "a part of a model answer", "layout, which takes 20 s for a megabyte"
    )
    text: int = _limit(10_000, "characters", "any other text: a question, a follow-up, a name", "layout")
    items: int = _limit(1_000, "items", "a list of follow-ups, tags or names", "layout")
    depth: int = _limit(
        32, "levels", "lists and mappings within each other, in YAML and JSON", "the stack", highest=100
    )
    markup_depth: int = _limit(
        20, "levels", "lists, quotes and emphasis within each other, in Markdown", "the stack", highest=40
    )
    code_lines: int = _limit(5_000, "lines", "a block of code in Markdown", "layout")
    brackets: int = _limit(
        5_000, "brackets", "a text in Markdown: `[`", "time: an unclosed one takes up to 0.4 ms"
    )
    combinations: int = _limit(
        10_000, "combinations", "the categories of a vocabulary with its levels", "time and memory"
    )
    picture: int = _limit(10_000_000, "bytes", "the file of a picture", "memory")
    pixels: int = _limit(
        25_000_000,
        "pixels",
        "a picture, unpacked",
        "memory: a PNG of 13 kB took 676 MB",
        highest=89_000_000,  # from where on Pillow warns of a bomb
    )
    page: int = _limit(5_000_000, "characters", "a captured page of HTML", "time")
    tags: int = _limit(200_000, "tags", "a captured page of HTML", "time")
    attributes: int = _limit(
        1_000, "attributes", "a tag of it", "time: lxml's grows with their square", highest=20_000
    )
    page_depth: int = _limit(
        200, "levels", "its elements within each other", "text, which lxml drops below 254", highest=250
    )
    query: int = _limit(10_000, "characters", "a search (--where)", "the stack and time")
    query_depth: int = _limit(50, "levels", "parentheses within each other in it", "the stack", highest=60)
    bundle: int = _limit(512_000_000, "bytes", "a bundle", "memory")
    bundle_files: int = _limit(10_000, "files", "a bundle", "time")
    deck: int = _limit(
        512_000_000, "bytes", "a deck that is read (--previous, diff), packed and unpacked", "memory"
    )
    deck_files: int = _limit(10_000, "files", "such a deck", "time")
    deck_ratio: int = _limit(200, "times", "its database unpacked, as a multiple of it packed", "memory")
    deck_steps: int = _limit(
        20_000_000, "steps", "what SQLite does to read it (100,000 notes: 2 million)", "time"
    )
    deck_value: int = _limit(
        16_000_000, "bytes", "a value in its database: a note's fields, its note types", "memory"
    )
    theme_file: int = _limit(10_000_000, "bytes", "a template or style sheet of a theme", "memory")
    theme_font: int = _limit(64_000_000, "bytes", "a font file of a theme", "memory")
    style: int = _limit(
        5_000_000, "characters", "the style of a document, its variables filled in", "memory and layout"
    )
    style_depth: int = _limit(
        50, "levels", "brackets within each other in a style sheet", "the stack", highest=100
    )
    template_steps: int = _limit(
        2_000_000, "steps", "loops, calls and text of a template that is filled once", "time and memory"
    )
    layout_seconds: int = _limit(
        600, "seconds", "layout of one question, or of a list such as the contents", "time", highest=10**6
    )

    def make_error(self, name: str, message: str, hint: str = "") -> LimitExceeded:
        """Return the error of what is beyond a limit; its hint tells the limit's name, value and how to raise it."""
        return LimitExceeded(message, hint=f"{hint}{'; ' if hint else ''}{self.hint(name)}")

    def hint(self, name: str) -> str:
        """Return how to raise a limit, in words."""
        limit = LIMITS[name]
        twice = min(2 * getattr(self, limit.attribute), limit.highest)
        return (
            f"the limit {name!r} is {self.show(name)}; "
            f"to raise it: --allow {name}={briefly(twice)}, or [limits] in qexport.toml"
        )

    def show(self, name: str) -> str:
        """Return a limit's value in words: "64 MB", "1,000,000 characters"."""
        limit = LIMITS[name]
        return amount_in_words(getattr(self, limit.attribute), limit.unit)


USUAL = Limits()


class Limit(Record, frozen=True):
    """One of the limits, as a user knows it."""

    name: str
    """As `code-lines`."""
    default: int
    unit: str
    limits: str
    """What there may be no more of than this, or what may be no larger."""
    protects: str
    """What would suffer."""
    highest: int
    """What no user may go beyond: something else would break there."""

    @property
    def attribute(self) -> str:
        """Its name in `Limits`."""
        return self.name.replace("-", "_")


LIMITS: Mapping[str, Limit] = {
    name.replace("_", "-"): Limit(name.replace("_", "-"), getattr(USUAL, name), **said)
    for name, said in zip(Limits.__struct_fields__, _said, strict=True)
}
"""Every limit by its name, in the order of the documentation."""


def amount(text: str) -> int | None:
    """Return the number that is meant by `500`, `500k`, `64M`, `64MB` or `1G`; None for anything else."""
    parts = re.fullmatch(r"([0-9]{1,12})([kMG]?)B?", text.replace("_", ""), re.IGNORECASE | re.ASCII)
    return int(parts[1]) * {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}[parts[2].lower()] if parts else None


def briefly(number: int) -> str:
    """Return a number as `amount` reads it, as short as can be: `2M`."""
    for factor, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if number >= factor and number % factor == 0:
            return f"{number // factor}{letter}"
    return str(number)


def amount_in_words(number: int, unit: str) -> str:
    """Return a value with its unit: bytes as far as they are whole ones in kB or MB."""
    if unit != "bytes":
        return f"{number:,} {unit}"
    for factor, letters in ((10**9, "GB"), (10**6, "MB"), (10**3, "kB")):
        if number >= factor and number % factor == 0:
            return f"{number // factor:,} {letters}"
    return f"{number:,} bytes"


def complaint(name: str, value: object) -> tuple[str, str] | None:
    """Return what is wrong with a limit that a user sets, and what would be right; None where nothing is."""
    if (limit := LIMITS.get(name)) is None:
        return f"no limit {name[:60]!r}", suggest(name, tuple(LIMITS))
    number = _read_amount(value)
    if number is None or number < 1:
        example = f"{name}={briefly(min(2 * limit.default, limit.highest))}"
        return f"the limit {name} cannot be {str(value)[:60]!r}", f"a whole number from 1 on, as in {example}"
    if number > limit.highest:
        return (
            f"the limit {name} cannot be {number:,}",
            f"{limit.highest:,} {limit.unit} are the most it can be",
        )
    return None


def change_limits(limits: Limits, said: Mapping[str, object]) -> Limits:
    """Return limits as a user sets them, by their names; UsageError reports what is wrong with one."""
    values: dict[str, int] = {}
    for name, value in said.items():
        if wrong := complaint(name, value):
            raise UsageError(wrong[0], hint=wrong[1])
        values[LIMITS[name].attribute] = _read_amount(value) or 0
    return replace(limits, **values)


def too_many_values(place: object, limits: Limits) -> LimitExceeded:
    """Return the error for a file of a bank with more values than the limit, whose first surplus one is at a place."""
    return limits.make_error(
        "values", f"{place}: more than {limits.show('values')}", "make several files of it"
    )


def _read_amount(value: object) -> int | None:
    if isinstance(value, str):
        return amount(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
