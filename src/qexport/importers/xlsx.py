"""An Excel workbook → rows of cells as they are shown, read from its zip piece by piece.

python-calamine was seen to end the whole process on a damaged file, and openpyxl is slow and gives numbers without
their formats. A sheet is one XML file of rows; what is shown of a number is decided by its style.

Source of the form: ECMA-376, part 1, 18.3 (sheets), 18.4 (shared texts), 18.8 (styles).
"""

from __future__ import annotations

import re
import shlex
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem, UsageError
from qexport.common.limits import Limits
from qexport.common.text_input import quote
from qexport.common.wording import did_you_mean
from qexport.importers.source import Reading, Source
from qexport.importers.table import TableRow, read_rows
from qexport.importers.xlsx_numbers import BUILT_IN, is_shown_exactly, show_number

_SPREADSHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = re.compile(r"\{[^}]*relationships\}id")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def _locate_cell(row: Location, number: int) -> Location:
    return Location(row.path, row.line, number + 1)


_MOST_COLUMNS = 2_000
"""Columns that are read of a sheet; Excel has 16,384, questions a few."""
_MOST_ODD = 20


def parse(source: Source) -> Reading:
    """Read the first sheet of a workbook that has something in it, or the one that is named."""
    try:
        with ZipFile(BytesIO(source.data)) as archive:
            book = _Workbook(archive, source)
            name, rows = book.sheet(source.wishes.sheet)
            if not source.wishes.sheet:
                book.note_others(name)
    except (BadZipFile, NotImplementedError, EOFError, RuntimeError, KeyError, zlib.error, OSError) as error:
        raise _refuse_damaged(source.path) from error
    shape = f"Excel workbook, sheet {name!r}" + (f" of {len(book.sheets)}" if len(book.sheets) > 1 else "")
    reading = read_rows(rows, shape, source.path, source.wishes.columns, aside=book.odd)
    return replace(reading, part=name) if len(book.sheets) > 1 else reading


def _refuse_damaged(path: str) -> InputRefused:
    hint = "save it again as .xlsx, or as CSV"
    return InputRefused((Problem(Location(path), "this is not an Excel workbook, or a damaged one", hint),))


class _Counted:
    """A file in a zip that may not become larger than a limit: what the zip says of its size may be wrong."""

    def __init__(self, file: IO[bytes], left: int, exceeded: LimitExceeded) -> None:
        self._file = file
        self._left = left
        self._exceeded = exceeded

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size if size >= 0 else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise self._exceeded
        return data


class _Workbook:
    """The parts of one workbook."""

    def __init__(self, archive: ZipFile, source: Source) -> None:
        self._archive = archive
        self._source = source
        self._limits: Limits = source.limits
        if len(archive.infolist()) > self._limits.deck_files:
            message = f"{source.path}: more than {self._limits.show('deck-files')} in it"
            raise self._limits.make_error("deck-files", message)
        self.odd: list[Problem] = []
        """Cells that are shown otherwise than Excel shows them, or hold an error."""
        self._is_1904 = False
        self.sheets: dict[str, str] = self._sheets()
        self._texts = list(self._shared_texts())
        self._formats = self._styles()

    def sheet(self, wished: str) -> tuple[str, list[TableRow]]:
        """Return the name of a sheet, and its rows; without a wish, of the first that has any."""
        if not self.sheets:
            raise _refuse_damaged(self._source.path)
        for name, member in self.sheets.items():
            if name.casefold() == (wished or name).casefold():
                rows = list(self.rows(member, name))
                if rows or wished:
                    return name, rows
        if not wished:
            return next(iter(self.sheets)), []
        hint = did_you_mean(wished, self.sheets, f"there are: {', '.join(self.sheets)}")
        raise UsageError(f"--sheet: no sheet {wished!r} in {self._source.path}", hint=hint)

    def note_others(self, read: str) -> None:
        """Note the sheets that have something in them, but for the one that is read."""
        for name, member in self.sheets.items():
            if name != read and self._has_rows(member, name):
                place = Location(f"{self._source.path}/{name}")
                hint = f"it is read with --sheet {shlex.quote(name)}"
                self._note(place, f"another sheet, {quote(name)}: left aside", hint)

    def _has_rows(self, member: str, name: str) -> bool:
        noted = len(self.odd)
        try:
            return next(self.rows(member, name), None) is not None
        except (InputRefused, LimitExceeded, KeyError):
            return True  # damaged, but there
        finally:
            del self.odd[noted:]  # of cells that are not read

    def rows(self, member: str, name: str) -> Iterator[TableRow]:
        """Yield the rows of a sheet that have something in them."""
        for row in self._elements(member, "row"):
            number = row.get("r") or ""
            place = Location(
                f"{self._source.path}/{name}", int(number) if number.isdigit() and len(number) < 9 else 0, 1
            )
            cells: list[str] = []
            for cell in row.iterchildren("{*}c"):
                at = _column(cell.get("r") or "", len(cells))
                if at >= _MOST_COLUMNS:
                    continue
                cells += [""] * (at + 1 - len(cells))
                cells[at] = self._show_cell(cell, place)
            if any(cells):
                yield TableRow(cells, place, _locate_cell)

    # Parts

    def _elements(self, member: str, *names: str) -> Iterator[Any]:
        """Yield the elements of these names in a part of the workbook, each while it is in memory."""
        from lxml import etree  # type: ignore[import-untyped]

        entry = self._archive.getinfo(member)
        most = min(self._limits.deck, self._limits.deck_ratio * max(entry.compress_size, 4096))
        message = (
            f"{self._source.path}: {member} is more than {self._limits.show('deck-ratio')} as large as packed"
        )
        with self._archive.open(entry) as file:
            counted = _Counted(file, most, self._limits.make_error("deck-ratio", message))
            tags = [f"{space}{name}" for space in (_SPREADSHEET, _STRICT, "{*}") for name in names][
                -len(names) :
            ]
            try:
                for _, element in etree.iterparse(
                    counted,
                    events=("end",),
                    tag=tags,
                    resolve_entities=False,
                    no_network=True,
                    load_dtd=False,
                    huge_tree=False,
                ):
                    yield element
                    element.clear()
                    while element.getprevious() is not None and element.getparent() is not None:
                        del element.getparent()[0]
            except etree.XMLSyntaxError as error:
                raise _refuse_damaged(self._source.path) from error

    def _sheets(self) -> dict[str, str]:
        targets = {}
        for each in self._elements("xl/_rels/workbook.xml.rels", "Relationship"):
            target = (each.get("Target") or "").lstrip("/")
            targets[each.get("Id")] = target if target.startswith("xl/") else f"xl/{target}"
        sheets = {}
        for each in self._elements("xl/workbook.xml", "sheet", "workbookPr"):
            if each.tag.endswith("workbookPr"):
                self._is_1904 = each.get("date1904") in ("1", "true")
                continue
            identity = next((value for key, value in each.items() if _RELATION.fullmatch(key)), "")
            if identity in targets and "worksheet" in targets[identity]:
                sheets[each.get("name") or ""] = targets[identity]
        return sheets

    def _shared_texts(self) -> Iterator[str]:
        with suppress(KeyError):
            for each in self._elements("xl/sharedStrings.xml", "si"):
                yield _read_cell_text(each)

    def _styles(self) -> list[str]:
        """Return the number format of each cell style."""
        own: dict[str, str] = {}
        used: list[str] = []
        with suppress(KeyError):
            for each in self._elements("xl/styles.xml", "numFmt", "cellXfs"):
                if each.tag.endswith("numFmt"):
                    own[each.get("numFmtId") or ""] = each.get("formatCode") or ""
                else:
                    used = [xf.get("numFmtId") or "0" for xf in each.iterchildren("{*}xf")]
        return [own.get(number) or BUILT_IN.get(number, "General") for number in used]

    def _show_cell(self, cell: Any, place: Location) -> str:
        kind = cell.get("t") or "n"
        if kind == "inlineStr":
            inline = cell.find("{*}is")
            return _read_cell_text(inline) if inline is not None else ""
        value = cell.findtext("{*}v") or ""
        match kind:
            case "s":
                value = self._texts[place_] if (place_ := _index(value, len(self._texts))) >= 0 else ""
            case "str":
                value = _unescape(value)
            case "b":
                value = "TRUE" if value == "1" else "FALSE"
            case "e":
                self._note(place, f"cell {cell.get('r')} holds an error, {value}")
            case "d":
                value = value.removesuffix("T00:00:00")
            case _:
                value = self._number(value, cell, place)
        return value

    def _number(self, value: str, cell: Any, place: Location) -> str:
        at = _index(cell.get("s") or "0", len(self._formats))
        code = self._formats[at] if at >= 0 else "General"
        if value and not is_shown_exactly(code):
            message = f"cell {cell.get('r')} has the number format {code!r}, which is not supported: {value}"
            self._note(place, message)
        return show_number(value, code, is_1904=self._is_1904)

    def _note(self, place: Location, message: str, hint: str = "") -> None:
        if len(self.odd) < _MOST_ODD:
            self.odd.append(Problem(place, message, hint))


def _index(text: str, size: int) -> int:
    """Return a place in a list of this size; -1 if the text names none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 and int(text) < size else -1


def _read_cell_text(element: Any) -> str:
    """Return the text of a shared or inline text, its parts joined, without hints for its reading."""
    parts = [
        each.text or ""
        for each in element.iter("{*}t")
        if not any(above.tag.endswith("rPh") for above in each.iterancestors())
    ]
    return _unescape("".join(parts))


def _unescape(text: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _column(reference: str, otherwise: int) -> int:
    """Return the number of a cell's column, from 0: that of `C7` is 2."""
    found = _CELL_REFERENCE.fullmatch(reference)
    if found is None:
        return otherwise
    number = 0
    for letter in found[1]:
        number = number * 26 + ord(letter) - 64
    return number - 1
