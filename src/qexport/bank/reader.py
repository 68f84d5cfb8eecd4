"""Sources → a raw bank: which importer reads which file. One format is one line and one module."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import cast

from qexport.bank.model import RawBank, RawList, RawMapping, RawText, RawValue
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.formats import YAML_ENDINGS
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import quote, read_lines, read_text
from qexport.common.wording import quantity

IMPORTERS = {
    **dict.fromkeys(YAML_ENDINGS, "qexport.bank.yaml_reader:parse_yaml"),
    ".jsonl": "qexport.bank.jsonl_reader:parse_jsonl",
}
"""File ending → the module and its function (text, path, limits) that read it."""
BY_LINES = {".jsonl": "qexport.bank.jsonl_reader:parse_jsonl_lines"}
"""The same from lines, for files that may be larger than what they say should be in memory."""


def read(path: Path, *, encoding: str | None = None, limits: Limits = USUAL) -> RawBank:
    """Read a bank: one file, or a folder of files that together are one."""
    if os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder above may not be entered
        return _read_folder(path, encoding, limits)
    if path.suffix.lower() not in IMPORTERS and os.path.exists(path):  # noqa: PTH110 - as above
        message = f"nothing here reads {path.suffix} files" if path.suffix else "a file without an ending"
        raise _refuse_bank(path, message, f"a bank is a {_list_endings()} file, or a folder of them")
    return _read_file(path, encoding, limits)


def parse_bank(text: str, path: str, limits: Limits = USUAL) -> RawBank:
    """Read the text of one file, whose kind the ending of its path tells."""
    parse = _find_function(IMPORTERS[Path(path).suffix.lower()])
    return cast(Callable[[str, str, Limits], RawBank], parse)(text, path, limits)


def _find_function(name: str) -> Callable[..., object]:
    module, _, function = name.partition(":")
    return cast(Callable[..., object], getattr(import_module(module), function))


def join_files(files: Sequence[Callable[[], RawBank]], folder: str) -> RawBank:
    """Read every file of a folder as one bank, whatever is wrong with the others."""
    banks: list[RawBank] = []
    problems: list[Problem] = []
    for read_file in files:
        try:
            banks.append(read_file())
        except InputRefused as error:
            problems += error.problems
    if not banks and not problems:
        raise _refuse_bank(folder, f"no {_list_endings()} file in this folder")
    problems += (problem for bank in banks for problem in bank.problems)
    header = _merge_headers([bank.header for bank in banks], Location(folder), problems)
    records = tuple(record for bank in banks for record in bank.records)
    warnings = tuple(warning for bank in banks for warning in bank.warnings)
    return RawBank(folder, header, records, tuple(problems), warnings)


_MOST_FOLDERS = 1_000
"""Folders within a bank's folder that are looked into, only to count what is not read."""
HISTORY = ".history.jsonl"
"""The ending of what lies beside a lock: published versions, which are no questions of the bank."""


def _read_file(path: Path, encoding: str | None, limits: Limits, inside: Path | None = None) -> RawBank:
    if path.suffix.lower() in BY_LINES:
        parse = _find_function(BY_LINES[path.suffix.lower()])
        lines = read_lines(path, encoding=encoding, limits=limits, inside=inside)
        return cast(Callable[[Iterable[str], str, Limits], RawBank], parse)(lines, str(path), limits)
    return parse_bank(read_text(path, encoding=encoding, limits=limits, inside=inside), str(path), limits)


def is_bank_file(name: str) -> bool:
    """Report whether a file in a bank's folder is read: it has the ending of a bank's, and is not the history."""
    return Path(name).suffix.lower() in IMPORTERS and not name.startswith(".") and not name.endswith(HISTORY)


def _read_folder(folder: Path, encoding: str | None, limits: Limits) -> RawBank:
    paths, warnings = _list_bank_files(folder)
    bank = join_files([partial(_read_file, path, encoding, limits, folder) for path in paths], str(folder))
    return replace(bank, warnings=(*warnings, *bank.warnings))


def _list_bank_files(folder: Path) -> tuple[list[Path], list[Problem]]:
    """Return the files in the folder that an importer reads, and warnings of what is passed over."""
    try:
        names = os.listdir(folder)  # noqa: PTH208 - names, before any path is looked at
    except OSError as error:
        raise _refuse_bank(folder, f"this cannot be read: {error.strerror}") from error
    # Pipes, devices and links without an end are kept: the reader refuses them, and nobody misses a file.
    paths = []
    warnings = []
    for path in sorted(folder / name for name in names if not name.startswith(".")):
        if os.path.isdir(path):  # noqa: PTH112 - as in read()
            if inside := _banks_in(path):
                message = f"this folder is not read: {quantity(inside, 'file')} of questions in it"
                hint = "move them up into the bank's folder, or make a bank of this folder"
                warnings.append(Problem(Location(str(path)), message, hint))
        elif is_bank_file(path.name):
            paths.append(path)
        elif path.is_symlink() and not os.path.exists(path):  # noqa: PTH110 - as in read()
            warnings.append(
                Problem(Location(str(path)), "a link that leads nowhere", "remove it, or correct it")
            )
    return paths, warnings


def _banks_in(folder: Path) -> int:
    """Return how many files a folder and its folders have that would be read in a bank's folder."""
    names = (name for _, _, files in islice(os.walk(folder), _MOST_FOLDERS) for name in files)
    return sum(map(is_bank_file, names))


def _merge_headers(headers: list[RawMapping], location: Location, problems: list[Problem]) -> RawMapping:
    """Merge the headers of several files; a key with two different values is a problem."""
    values: dict[str, RawValue] = {}
    keys: dict[str, Location] = {}
    for header in headers:
        for key, value in header.values.items():
            if key not in values:
                values[key] = value
                keys[key] = header.keys[key]
            elif key == "questions":
                values[key] = _together(values[key], value)
            elif _strip_places(value) != _strip_places(values[key]):
                message = f"{quote(key)} has another value at {keys[key]}"
                problems.append(Problem(header.keys[key], message, "say it in one file of the folder"))
    return RawMapping(values, keys, location)


def _together(first: RawValue, second: RawValue) -> RawList:
    """Keep what is no question of either file, for validation to complain of."""
    items = [
        item
        for value in (first, second)
        for item in (value.items if isinstance(value, RawList) else (value,))
    ]
    return RawList(tuple(items), first.location)


def _strip_places(value: RawValue) -> object:
    """Return the value without its places."""
    match value:
        case RawText(text):
            return text
        case RawList(items):
            return [_strip_places(item) for item in items]
        case RawMapping(values):
            return {key: _strip_places(item) for key, item in values.items()}


def _list_endings() -> str:
    return " or ".join(IMPORTERS)


def _refuse_bank(path: Path | str, message: str, hint: str = "") -> InputRefused:
    return InputRefused((Problem(Location(str(path)), message, hint),))
