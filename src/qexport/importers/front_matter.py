"""The lines above a Markdown file's text (`---` … `---`), and properties as Notion writes them → fields."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qexport.bank import yaml_reader
from qexport.bank.model import RawList, RawMapping, RawText
from qexport.common.errors import InputRefused
from qexport.common.limits import Limits
from qexport.importers.source import SourceValue

_PROPERTY = re.compile(r"([A-Z][\w /-]{0,40}): (.*\S)\s*")


def split_front_matter(text: str, path: str, limits: Limits) -> tuple[Mapping[str, SourceValue], str, int]:
    """Return what stands above a text, the text, and how many lines are above it."""
    if not text.startswith("---\n"):
        return {}, text, 0
    end = re.compile(r"^(?:---|\.\.\.)[ \t]*$", re.MULTILINE).search(text, 4)
    if end is None:
        return {}, text, 0
    said: dict[str, SourceValue] = {}
    try:
        # as a bank's header: nothing is converted or executed
        tree = yaml_reader.parse_yaml(text[4 : end.start()] or "{}", path, limits).header
    except InputRefused:
        return {}, text[end.end() :].lstrip("\n"), text[: end.end()].count("\n") + 1
    for key, value in tree.values.items():
        if isinstance(value, RawText) and value.text.strip():
            said[key] = value.text.strip()
        elif isinstance(value, RawList):
            said[key] = tuple(item.text for item in value.items if isinstance(item, RawText))
        elif isinstance(value, RawMapping):
            said |= {
                f"{key}.{name}": item.text for name, item in value.values.items() if isinstance(item, RawText)
            }
    rest = text[end.end() :]
    return said, rest, text[: end.end()].count("\n")


def split_properties(lines: list[str]) -> tuple[dict[str, SourceValue], int]:
    """Return the properties of a Notion page below its title (`Tags: a, b`), and how many lines they take."""
    said: dict[str, SourceValue] = {}
    taken = 0
    for number, line in enumerate(lines):
        found = _PROPERTY.fullmatch(line)
        if found is None:
            if line.strip() and not said:
                return {}, 0
            if line.strip() or said:
                break
            continue
        said[found[1]] = found[2]
        taken = number + 1
    return said, taken
