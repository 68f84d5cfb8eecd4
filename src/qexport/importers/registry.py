"""Which reader reads what: one line a shape, told apart by content, never by a file's ending alone."""

from __future__ import annotations

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
    """In this package; its `parse(source)` returns a Reading."""
    matches: Callable[[Source], bool]
    """Reports whether a source looks like it; asked in the order of SHAPES."""
    endings: str = ""
    """How its files end; files in a folder or a zip that have no ending of a shape are passed over."""
    function: str = "parse"


SHAPES = (
    Shape("xlsx", "Excel workbook", "xlsx", signs.is_workbook, ".xlsx"),
    Shape("anki", "Anki package (.apkg, .colpkg)", "anki_package", signs.is_anki_package, ".apkg .colpkg"),
    Shape("hub", "captured hub page", "hub.captured_files", signs.is_hub_page, "", "refuse_in_folder"),
    Shape("moodle-xml", "Moodle XML", "moodle_xml", signs.is_moodle_xml, ".xml"),
    Shape("yaml", "a bank's YAML", "bank_file", signs.is_bank_yaml, ".yaml .yml"),
    Shape("json", "JSON", "json_records", signs.is_json, ".json"),
    Shape("jsonl", "JSON Lines", "json_records", signs.is_json_lines, ".jsonl", "parse_json_lines"),
    Shape("anki-text", "Anki's text export", "anki_text", signs.is_anki_text, ".txt"),
    Shape("gift", "Moodle GIFT", "gift", signs.is_gift, ".gift .txt"),
    Shape("csv", "CSV, TSV and other tables of text", "csv_table", signs.is_csv, ".csv .tsv"),
    Shape("html", "HTML page", "html_page", signs.is_html, ".html .htm .mhtml .mht"),
    Shape("markdown", "Markdown: a README, a note", "readme", signs.is_text, ".md .markdown .mdx .txt"),
)
"""Every shape, in the order in which a source is compared with them."""
READABLE_ENDINGS = tuple(sorted({ending for shape in SHAPES for ending in shape.endings.split()}))
"""Of files in a folder or a zip that are read."""


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
        raise UsageError(f"--as: no format {wished!r}", hint=suggest(wished, names))
    for shape in SHAPES:
        if shape.matches(source):
            return shape
    hint = f"these are read: {', '.join(shape.title for shape in SHAPES)}"
    raise InputRefused((Problem(Location(source.path), "nothing here reads this", hint),))


def read_source(source: Source) -> Reading:
    """Return what is in one file, in whatever shape it is."""
    shape = find_shape(source)
    parse = getattr(import_module(f"qexport.importers.{shape.module}"), shape.function)
    return cast(Callable[[Source], Reading], parse)(source)


def is_readable_name(name: str) -> bool:
    """Report whether a file in a folder or a zip is read: its ending is one that questions come in."""
    return name.lower().endswith(READABLE_ENDINGS)
