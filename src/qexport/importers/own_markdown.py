"""The Markdown that qexport writes (`export --to markdown`) → the same questions, without loss."""

from __future__ import annotations

import json
from typing import Any

from qexport.bank.markdown_form import MARK, TITLED, unescape_plain, unshield_marks
from qexport.bank.model import PROSE_SECTIONS
from qexport.common.errors import InputRefused, Location, Problem
from qexport.importers.source import Found, Reading, Source, SourceValue

BANK_MARK = "<!-- qexport:bank "


def is_own_markdown(text: str) -> bool:
    """Report whether qexport wrote this."""
    return text.startswith(BANK_MARK) or f"\n{BANK_MARK}" in text[:2000]


def read_own_markdown(source: Source) -> Reading:
    """Return the questions of a file that qexport wrote, and its bank's header."""
    reader = _Reader()
    for number, line in enumerate(source.text.split("\n"), 1):
        reader.take(line, Location(source.path, number, 1))
    reader.finish()
    columns = tuple((key, key) for key in dict.fromkeys(key for each in reader.found for key in each.fields))
    return Reading(
        shape="Markdown that qexport wrote",
        questions=tuple(reader.found),
        header=reader.header,
        columns=columns,
    )


class _Reader:
    """Lines → questions, from mark to mark."""

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.header: dict[str, SourceValue] = {}
        self._place: Location | None = None
        self._fields: dict[str, SourceValue] = {}
        self._extra: dict[str, SourceValue] = {}
        self._texts: dict[str, list[str]] = {}
        self._name = ""
        self._is_title = False

    def take(self, line: str, place: Location) -> None:
        """Read the next line."""
        mark = MARK.fullmatch(line)
        if mark is None:
            if self._name and not self._is_title:
                self._texts[self._name].append(line)
            self._is_title = False
        elif mark[1] in ("bank", "question", "end"):
            self._begin(mark[1], _read_comment_json(mark[2] or "{}", place), place)
        elif self._place is not None:
            self._name, self._is_title = mark[1], mark[2] == TITLED
            self._texts[self._name] = []

    def _begin(self, kind: str, said: dict[str, Any], place: Location) -> None:
        self.finish()
        if kind == "bank":
            self.header = {key: value for key, value in said.items() if not isinstance(value, dict)}
            self.header |= {f"claims.{key}": each for key, each in said.get("claims", {}).items()}
        elif kind == "question":
            self._extra = said.pop("extra", {})
            self._place, self._fields = place, said

    def finish(self) -> None:
        """End the question that is being read."""
        if self._place is not None:
            is_plain = self._fields.get("markup", "plain") == "plain"
            for key, lines in self._texts.items():
                text = unshield_marks("\n".join(lines).strip("\n"))
                text = unescape_plain(text) if is_plain else text
                if key == "asked":
                    self._fields["question"] = f"{self._fields.get('question', '')}{text}"
                elif key in PROSE_SECTIONS:
                    self._fields[key] = text
            self.found.append(
                Found(location=self._place, fields=self._fields, extra=self._extra, is_exact=True)
            )
        self._place, self._name, self._is_title = None, "", False
        self._texts = {}


def _read_comment_json(text: str, place: Location) -> dict[str, Any]:
    try:
        said = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        raise InputRefused((Problem(place, "what this mark says is not JSON"),)) from error
    if not isinstance(said, dict):
        raise InputRefused((Problem(place, "what this mark says is not an object"),))
    return {
        key: {name: _check_value(kept, place) for name, kept in value.items()}
        if key in ("extra", "claims") and isinstance(value, dict)
        else _check_value(value, place)
        for key, value in said.items()
    }


def _check_value(value: object, place: Location) -> SourceValue:
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    if isinstance(value, str):
        return value
    raise InputRefused((Problem(place, "what this mark says is neither text nor a list of texts"),))
