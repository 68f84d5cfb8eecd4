"""Functions of WeasyPrint that are replaced while it runs: nothing on the disk is changed.

Each row of a table is a replacement: what, why, what it gains, and the digest of the source that it replaces or relies
on. A row is installed only if WeasyPrint's source is the one it was written for: with another version it is left out,
and WeasyPrint does what it does by itself.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

from qexport.common.records import Record, made_by


class Replacement(Record, kw_only=True, frozen=True):
    """A row of the table."""

    what: str
    why: str
    gain: str
    """Processor time a question, measured by leaving the row out."""
    places: Mapping[str, Any]
    """What is replaced (`module:name` or `module:Class.name`) and by what."""
    sources: Mapping[str, str] = made_by(dict)
    """What it replaces and relies on, and the digest of its source."""
    needs: tuple[str, ...] = ()
    """Rows it relies on; without them it is left out too."""


class Installed(Record, frozen=True):
    """What was replaced, and how to undo it."""

    names: frozenset[str]
    """Rows that are in use."""
    left_out: tuple[str, ...]
    before: tuple[tuple[Any, str, Any], ...]

    def undo(self) -> None:
        """Put back what was there."""
        for holder, name, value in reversed(self.before):
            setattr(holder, name, value)


def install(rows: Iterable[Replacement]) -> Installed:
    """Replace what the rows name, but for those written for another source; each comes after those it needs."""
    names: set[str] = set()
    left_out = []
    before = []
    for row in rows:
        if not names.issuperset(row.needs) or changed_sources(row):
            left_out.append(row.what)
            continue
        names.add(row.what)
        for place, new in row.places.items():
            holder, name = _find_owner(place)
            before.append((holder, name, getattr(holder, name)))
            setattr(holder, name, new)
    return Installed(frozenset(names), tuple(left_out), tuple(before))


def changed_sources(row: Replacement) -> dict[str, str]:
    """Return the sources a row was not written for, with the digests they have."""
    there = {source: digest_source(source) for source in row.sources}
    for place in row.places:
        try:
            _find_owner(place)
        except (ImportError, AttributeError):
            there[place] = ""
    return {source: digest for source, digest in there.items() if digest != row.sources.get(source)}


def digest_source(source: str) -> str:
    """Return a digest of the source of a function, a class or a module; "" if there is none.

    Args:
        source: `module`, `module:name` or `module:Class.name`, as it is defined there.
    """
    module, _, path = source.partition(":")
    try:
        file = sys.modules[module].__file__ if module in sys.modules else import_module(module).__file__
        lines = Path(file or "").read_text(encoding="utf-8").splitlines()
    except (ImportError, OSError):
        return ""
    for name in filter(None, path.split(".")):
        lines = _cut_block(lines, name)
    return sha256("\n".join(lines).encode()).hexdigest()[:12] if lines else ""


def _cut_block(lines: list[str], name: str) -> list[str]:
    """Return the lines that define a function or a class: up to the next that is indented as little."""
    heads = (f"def {name}(", f"class {name}(", f"class {name}:")
    start = next((at for at, line in enumerate(lines) if line.lstrip().startswith(heads)), None)
    if start is None:
        return []
    indentation = len(lines[start]) - len(lines[start].lstrip())
    end = start + 1
    while end < len(lines) and (
        not lines[end].strip()
        or len(lines[end]) - len(lines[end].lstrip()) > indentation
        or lines[end].lstrip().startswith(")")  # of arguments over several lines
    ):
        end += 1
    return lines[start:end]


def _find_owner(place: str) -> tuple[Any, str]:
    """Return what holds a place, and its name there."""
    module, _, path = place.partition(":")
    holder: Any = import_module(module)
    *outer, name = path.split(".")
    for part in outer:
        holder = getattr(holder, part)
    if not hasattr(holder, name):
        raise AttributeError(f"{place} is not there")
    return holder, name
