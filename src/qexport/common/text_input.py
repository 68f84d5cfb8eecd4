"""Bytes of a file → text that can be trusted: decode_text strictly, then normalised in one place.

Nothing is guessed or dropped unseen: a wrong byte is refused with its place, what is removed is counted.
"""

from __future__ import annotations

import codecs
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from qexport.common.errors import InputRefused, Location, Problem, UsageError
from qexport.common.limits import USUAL, Limits
from qexport.common.opener import TooLarge, Unreadable, open_ordinary, read_bytes
from qexport.common.patterns import compile_late

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins this one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

_LONGEST_QUOTE = 60

_UNWANTED = {
    "control character": "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff"
    + "".join(chr(plane * 0x10000 + last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF)),
    "byte order mark": "\ufeff",
    "soft hyphen": "\u00ad",  # alone on a line after an overflowing word it crashes WeasyPrint 70
    "bidirectional control": "\u202a-\u202e\u2066-\u2069",
    "lone surrogate": "\ud800-\udfff",
}
_STEERING = "bidirectional control"
_CHARACTER_KINDS = {kind: compile_late(f"[{characters}]") for kind, characters in _UNWANTED.items()}

_NOTHING: Mapping[str, int] = MappingProxyType({})

_MOST_COMBINING = 8
"""Marks on one letter; more is not a language but a tower that covers the lines above."""
_PERHAPS_A_TOWER = compile_late(rf"[^\w\x00-\u02ff]{{{_MOST_COMBINING + 1}}}")  # no mark is a \w


PUT_IT_THERE = "put the file itself there, not a link to another place"


def read_text(
    path: Path, *, encoding: str | None = None, limits: Limits = USUAL, inside: Path | None = None
) -> str:
    """Return the text of one ordinary file, with `\\n` at the ends of its lines.

    A byte order mark decides the encoding, else `encoding`, else it is UTF-8.

    Args:
        path: The file.
        encoding: What it is in, for example `cp1252`.
        limits: The most it may have.
        inside: The folder its real path must be in; None for a file that the user named.

    Raises:
        InputRefused: It is missing, no ordinary file, outside the folder, or not in that encoding.
        LimitExceeded: It is too large.
    """
    return decode_text(read_data(path, limits=limits, inside=inside), path, encoding=encoding)


def read_data(path: Path, *, limits: Limits = USUAL, inside: Path | None = None) -> bytes:
    """Return the bytes of one ordinary file of text; arguments and errors are those of `read_text`."""
    try:
        return read_bytes(path, limits.file, inside=inside)
    except Unreadable as error:
        raise _refuse_unreadable(path, error) from error
    except TooLarge:
        message = f"{path}: the file is larger than {limits.show('file')}"
        raise limits.make_error("file", message, "a bank may be a folder of smaller files") from None


def read_lines(
    path: Path, *, encoding: str | None = None, limits: Limits = USUAL, inside: Path | None = None
) -> Iterator[str]:
    """Yield the lines of a file without their ends; arguments and errors are those of `read_text`.

    One is in memory at a time, if the file is in UTF-8.
    """
    if not _is_plain(path, encoding, limits, inside):
        yield from read_text(path, encoding=encoding, limits=limits, inside=inside).split("\n")
        return
    try:
        with open_ordinary(path, inside=inside) as file:
            begin = file.read(len(codecs.BOM_UTF8))
            file.seek(len(codecs.BOM_UTF8) if begin == codecs.BOM_UTF8 else 0)
            for line in file:
                text = line.decode("utf-8").removesuffix("\n").removesuffix("\r")
                yield from text.split("\r") if "\r" in text else (text,)
    except (OSError, Unreadable, UnicodeDecodeError) as error:
        read_text(path, encoding=encoding, limits=limits, inside=inside)  # says what is wrong, and where
        raise _refuse_text(path, "this cannot be read to its end") from error


def _is_plain(path: Path, encoding: str | None, limits: Limits, inside: Path | None) -> bool:
    """Return whether this is a file in UTF-8 that is not too large, as far as its beginning shows."""
    try:
        with open_ordinary(path, inside=inside) as file:
            begin, size = file.read(400), os.fstat(file.fileno()).st_size
    except (OSError, Unreadable):
        return False
    marks = [name for mark, name in _BYTE_ORDER_MARKS if begin.startswith(mark)]
    return 0 < size <= limits.file and (marks[0] == "utf-8" if marks else not encoding and not _wide(begin))


def decode_text(data: bytes, path: Path, *, encoding: str | None = None) -> str:
    """Return the text of a file's bytes, as `read_text` does."""
    text = _decode_file(data, path, encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def normalise(text: str) -> tuple[str, Mapping[str, int]]:
    """Return the text in NFC without what harms outputs, and how many characters of each kind that changed.

    Dropped are controls (not tab, not line feed), soft hyphens, directional overrides and combining marks
    beyond eight on one letter; a lone surrogate becomes U+FFFD.
    """
    if _is_ordinary(text):  # 20 times as fast as a search
        return text, _NOTHING
    changed: Counter[str] = Counter()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.replace("\n", "").replace("\t", "").isprintable():
        for kind, characters in _CHARACTER_KINDS.items():
            if kind == _STEERING:  # by name: what they hid shows then, and a reader should know what it was
                for each in characters.findall(text):
                    changed[f"{unicodedata.name(each).lower()} (U+{ord(each):04X})"] += 1
            text, count = characters.subn("\ufffd" if kind == "lone surrogate" else "", text)
            if count and kind != _STEERING:
                changed[kind] = count
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if not _has_no_marks(text) and _PERHAPS_A_TOWER.search(text):
            text = _without_towers(text, changed)
    return text, changed


_WESTERN_CODEC = "cp1252"
"""Of its characters none combines with another."""
_ORDINARY = frozenset(filter(str.isprintable, bytes(range(256)).decode(_WESTERN_CODEC, "ignore"))) | set(
    "\n\t\u2192"
)
_ORDINARY_BYTES = "".join(filter(str.isascii, _ORDINARY)).encode()


def _is_ordinary(text: str) -> bool:
    """Return whether all of a text is Western letters, typographic signs and ends of lines: these stay as they are."""
    try:
        data = text.encode()
    except UnicodeEncodeError:  # half of a pair
        return False
    others = data.translate(None, _ORDINARY_BYTES)  # bytes are cut out at once, and few are left
    return not others or _ORDINARY.issuperset(others.decode())


def _has_no_marks(text: str) -> bool:
    """Return whether all of a text is Western letters and typographic signs, as far as a codec tells: none combines."""
    try:
        text.encode(_WESTERN_CODEC)
    except UnicodeEncodeError:
        return False
    return True


def describe_cleaning(changed: Mapping[str, int]) -> str:
    """Return what normalise() changed, in words: "2 soft hyphens, 1 right-to-left override (U+202E)"."""
    return ", ".join(
        f"{count} {kind.replace(' (', 's (') if count > 1 and kind.endswith(')') else kind + 's' * (count > 1)}"
        for kind, count in changed.items()
    )


def quote(text: str) -> str:
    """Show a text of the user's inside a message: on one line, of bearable length, its controls escaped."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…")


def _decode_file(data: bytes, path: Path, encoding: str | None) -> str:
    mark, name = next(
        ((mark, name) for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)),
        (b"", encoding or "utf-8"),
    )
    if not mark and not encoding and (wide := _wide(data)):
        place = Location(str(path), 1, 1)
        message = f"byte 0x00 at offset {data.index(0)}: {wide.upper()} without a byte order mark"
        raise InputRefused((Problem(place, message, f"save the file as UTF-8, or: --encoding {wide}"),))
    try:
        try:
            return data[len(mark) :].decode(name)
        except UnicodeDecodeError as error:
            raise InputRefused((_wrong_byte(error, name, path, len(mark)),)) from error
    except UnicodeError as error:  # codecs like idna, which are none of a file's
        raise _refuse_text(path, f"this cannot be read as {_encoding_name(name)}") from error
    except (LookupError, ValueError):
        raise UsageError(f"unknown encoding {name!r}", hint="for example: --encoding cp1252") from None


def _wide(data: bytes) -> str:
    """Return in which encoding of two or four bytes a text of mostly ASCII would begin like this."""
    begin = data[:400]
    counts = [begin[part::4].count(0) for part in range(4)]
    zeros = "".join("0" if 4 * count > 0.8 * len(begin) else "x" for count in counts)
    names = {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}
    return names.get(zeros, "")


def _wrong_byte(error: UnicodeDecodeError, encoding: str, path: Path, mark: int) -> Problem:
    """Say which byte is wrong, and where; the file begins with a byte order mark of `mark` bytes."""
    before = error.object[: error.start].decode(encoding, errors="replace")
    before = before.replace("\r\n", "\n").replace("\r", "\n")
    byte = error.object[error.start]
    return Problem(
        Location(str(path), before.count("\n") + 1, len(before) - before.rfind("\n")),
        f"byte 0x{byte:02x} at offset {mark + error.start} is not {_encoding_name(encoding)}",
        "save the file as UTF-8, or name its encoding, for example: --encoding cp1252",
    )


def _encoding_name(encoding: str) -> str:
    # Python finds idna under "\x1bIdna", too.
    return encoding.upper() if encoding.isprintable() else quote(encoding)


def _refuse_unreadable(path: Path, error: Unreadable) -> InputRefused:
    hint = PUT_IT_THERE if error.outside else ""
    return InputRefused((Problem(Location(str(path)), error.reason, hint),))


def _refuse_text(path: Path, message: str) -> InputRefused:
    return InputRefused((Problem(Location(str(path)), message),))


def _without_towers(text: str, changed: Counter[str]) -> str:
    """Cut stacks of combining marks down to eight."""
    kept: list[str] = []
    height = 0
    for character in text:
        height = height + 1 if unicodedata.combining(character) else 0
        if height <= _MOST_COMBINING:
            kept.append(character)
    if len(kept) < len(text):
        changed["stacked combining mark"] = len(text) - len(kept)
    return "".join(kept)
