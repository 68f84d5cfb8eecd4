"""Which reader reads what: one line a shape, told apart by content, never by a file's ending alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from qexport.common.errors import InputRefused, Location, Problem, UsageError
from qexport.common.wording import suggest
from qexport.importers import signs
from qexport.importers.source import Reading, Source


@dataclass(frozen=True, slots=True)
class Shape:
    """A form in which people keep questions."""

    name: str
    """For `--as`."""
    title: str
    module: str
    """Its `parse(source)` returns a Reading."""
    matches: Callable[[Source], bool]
    """Reports whether a source looks like it; asked in the order of SHAPES."""
    function: str = "parse"


_HERE = "qexport.importers."
SHAPES = (
    Shape("xlsx", "Excel workbook", _HERE + "xlsx", signs.is_workbook),
    Shape("anki", "Anki package (.apkg, .colpkg)", _HERE + "anki_package", signs.is_anki_package),
    Shape("hub", "captured hub page", _HERE + "hub.captured_files", signs.is_hub_page, "refuse_in_folder"),
    Shape("moodle-xml", "Moodle XML", _HERE + "moodle_xml", signs.is_moodle_xml),
    Shape("yaml", "a bank's YAML", _HERE + "bank_file", signs.is_bank_yaml),
    Shape("json", "JSON", _HERE + "json_records", signs.is_json),
    Shape("jsonl", "JSON Lines", _HERE + "json_records", signs.is_json_lines, "parse_json_lines"),
    Shape("anki-text", "Anki's text export", _HERE + "anki_text", signs.is_anki_text),
    Shape("gift", "Moodle GIFT", _HERE + "gift", signs.is_gift),
    Shape("csv", "CSV, TSV and other tables of text", _HERE + "csv_table", signs.is_csv),
    Shape("html", "HTML page", _HERE + "html_page", signs.is_html),
    Shape("markdown", "Markdown: a README, a note", _HERE + "readme", signs.is_text),
)
"""Every shape, in the order in which a source is compared with them."""


def find_shape(source: Source) -> Shape:
    """Return the shape of a source: what the user says, else what its content shows.

    Raises:
        UsageError: there is no shape of the name that the user says.
        InputRefused: nothing reads this.
    """
    if not source.data.strip():
        raise InputRefused((Problem(Location(source.path), "there is nothing in this file"),))
    if wished := source.wishes.shape:
        for shape in SHAPES:
            if shape.name == wished:
                return shape
        names = [shape.name for shape in SHAPES]
        raise UsageError(f"--as: no shape {wished!r}", hint=suggest(wished, names))
    for shape in SHAPES:
        if shape.matches(source):
            return shape
    hint = f"these are read: {', '.join(shape.title for shape in SHAPES)}"
    raise InputRefused((Problem(Location(source.path), "nothing here reads this", hint),))


def read_source(source: Source) -> Reading:
    """Return what is in one file, in whatever shape it is."""
    shape = find_shape(source)
    parse = getattr(import_module(shape.module), shape.function)
    return cast(Callable[[Source], Reading], parse)(source)


def is_readable_name(name: str) -> bool:
    """Report whether a file in a folder is looked into: its ending is one that questions come in."""
    return (
        re.search(
            r"\.(?:md|markdown|mdx|csv|tsv|jsonl?|xlsx|apkg|colpkg|gift|xml|html?|mhtml?|txt|ya?ml)$",
            name,
            re.IGNORECASE,
        )
        is not None
    )
