"""The engine's own style sheet, parsed beforehand.

WeasyPrint parses three style sheets of its own whenever it is imported, which is a third of that. Two of them are for
forms and for old attributes, which nothing here asks for, and stay empty. What it makes of the third is kept beside
this module, for the versions it was made by (`tools/parse_engine_styles.py`); with others it is parsed as ever. Of what
is kept, selectors are compiled and values made when an element asks for them first.

    engine_styles.json → rules by the name of an element, those for all elements, pages, counters
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

KEPT = Path(__file__).with_name("engine_styles.json")
"""What the engine makes of its style sheet."""


@contextmanager
def use_parsed_sheets() -> Iterator[None]:
    """Let the engine find its own style sheets parsed, for the time of its import."""
    import tinycss2

    if "weasyprint" in sys.modules:
        yield
        return
    kept = json.loads(KEPT.read_text("ascii"))
    parse = tinycss2.parse_stylesheet
    met: list[str] = []

    def find(sheet: Any, *options: Any, **named: Any) -> Any:
        digest = digest_sheet(sheet) if isinstance(sheet, str) else ""
        if digest not in kept["sheets"] or find_versions() != kept["versions"]:
            return parse(sheet, *options, **named)
        met.append(digest)
        return []

    tinycss2.parse_stylesheet = find
    try:
        yield
    finally:
        tinycss2.parse_stylesheet = parse
    if kept["sheets"] and kept["sheets"][0] in met:
        _KeptStyles(kept).give_to_engine()


def digest_sheet(sheet: str) -> str:
    """Return what tells a style sheet from others."""
    return sha256(sheet.encode()).hexdigest()


def find_versions() -> dict[str, str]:
    """Return the versions of what parses style sheets, of which all has been imported by then."""
    return {name: str(sys.modules[name].VERSION) for name in ("weasyprint", "tinycss2", "cssselect2")}


class _KeptStyles:
    """What the file says, as the engine has it."""

    def __init__(self, kept: Mapping[str, Any]) -> None:
        self._kept = kept
        self._rules: dict[int, list[Any]] = {}

    def give_to_engine(self) -> None:
        """Fill the engine's style sheet, which is empty."""
        from weasyprint import html

        sheet = html.UA_STYLESHEET
        sheet.matcher.order = self._kept["order"]
        sheet.matcher.lower_local_name_selectors = _LateSelectors(self, self._kept["names"])
        sheet.matcher.other_selectors = self.read_selectors(self._kept["others"])
        sheet.page_rules += [(None, *self._read(page)) for page in self._kept["pages"]]
        html.UA_COUNTER_STYLE.update(self._read(self._kept["counters"]))

    def read_selectors(self, selectors: Sequence[Any]) -> list[Any]:
        """Return selectors as cssselect2 keeps them, each with its declarations."""
        from cssselect2 import compile_selector_list

        return [
            (
                compile_selector_list(text)[0].test,
                tuple(specificity),
                order,
                pseudo,
                (self._find_declarations(rule), None),
            )
            for text, specificity, order, pseudo, rule in selectors
        ]

    def _find_declarations(self, rule: int) -> list[Any]:
        if rule not in self._rules:
            self._rules[rule] = [self._read(each) for each in self._kept["rules"][rule]]
        return self._rules[rule]

    def _read(self, value: Any) -> Any:
        """Return a value of JSON as that it was made of (`tools.parse_engine_styles`)."""
        if isinstance(value, list):
            return tuple(map(self._read, value))
        if not isinstance(value, dict):
            return value
        ((kind, inside),) = value.items()
        return self._kinds[kind](inside)

    @cached_property
    def _kinds(self) -> Mapping[str, Any]:
        from tinycss2.ast import IdentToken
        from weasyprint.css import PageSelectorType
        from weasyprint.css.properties import Dimension

        return {
            "dict": lambda items: {name: self._read(value) for name, value in items.items()},
            "list": lambda items: list(map(self._read, items)),
            "set": lambda items: set(map(self._read, items)),
            "Dimension": lambda fields: Dimension(*fields),
            "IdentToken": lambda fields: IdentToken(*fields),
            "PageSelectorType": lambda fields: PageSelectorType(*map(self._read, fields)),
        }


class _LateSelectors(dict[str, list[Any]]):
    """Selectors by the name of an element, made when the first of that name is met."""

    def __init__(self, styles: _KeptStyles, kept: Mapping[str, Any]) -> None:
        super().__init__(kept)
        self._styles = styles
        self._waiting = set(kept)

    def __getitem__(self, name: str) -> list[Any]:
        found = super().__getitem__(name)
        if name in self._waiting:
            self._waiting.discard(name)
            found = self[name] = self._styles.read_selectors(found)
        return found
