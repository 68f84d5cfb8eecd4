"""Bytes of a file → text that can be trusted: decoded strictly, then normalised in one place.

Nothing is guessed or dropped unseen: a wrong byte is refused with its place, what is removed is counted.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections import Counter
from pathlib import Path

from qexport.errors import InputRefused, LimitExceeded, Location, Problem, UsageError

LARGEST_FILE = 64 * 2**20
"""In bytes."""

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
_KINDS = {kind: re.compile(f"[{characters}]") for kind, characters in _UNWANTED.items()}

_MOST_COMBINING = 8
"""Marks on one letter; more is not a language but a tower that covers the lines above."""
_PERHAPS_A_TOWER = re.compile(rf"[^\w\x00-\u02ff]{{{_MOST_COMBINING + 1}}}")  # no mark is a \w


def read_text(path: Path, *, encoding: str | None = None) -> str:
    """Read one file as text with `\\n` at the ends of its lines.

    A byte order mark decides the encoding, else `encoding`, else it is UTF-8.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise _refused(path, "there is no such file") from None
    except IsADirectoryError:
        raise _refused(path, "this is a folder, not a file") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        reason = getattr(error, "strerror", None) or error
        raise _refused(path, f"this cannot be read: {reason}") from error
    if len(data) > LARGEST_FILE:
        raise LimitExceeded(
            f"{path}: the file is larger than {LARGEST_FILE // 2**20} MB",
            hint="split it: a bank may be a folder of files",
        )
    return decoded(data, path, encoding=encoding)


def decoded(data: bytes, path: Path, *, encoding: str | None = None) -> str:
    """Return the text of a file's bytes, as `read_text` does."""
    text = _decode(data, path, encoding)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def normalise(text: str) -> tuple[str, Counter[str]]:
    """Return the text in NFC without what harms outputs, and how many characters of each kind that changed.

    Dropped are controls (not tab, not line feed), soft hyphens, directional overrides and combining marks
    beyond eight on one letter; a lone surrogate becomes U+FFFD.
    """
    changed: Counter[str] = Counter()
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.replace("\n", "").replace("\t", "").isprintable():  # 20 times as fast as a search
        for kind, characters in _KINDS.items():
            text, count = characters.subn("\ufffd" if kind == "lone surrogate" else "", text)
            if count:
                changed[kind] = count
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        if _PERHAPS_A_TOWER.search(text):
            text = _without_towers(text, changed)
    return text, changed


def quote(text: str) -> str:
    """Show a text of the user's inside a message: on one line, of bearable length, its controls escaped."""
    return repr(text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…")


def _decode(data: bytes, path: Path, encoding: str | None) -> str:
    mark, name = next(
        ((mark, name) for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)),
        (b"", encoding or "utf-8"),
    )
    try:
        try:
            return data[len(mark) :].decode(name)
        except UnicodeDecodeError as error:
            raise InputRefused((_wrong_byte(error, name, path, len(mark)),)) from error
    except UnicodeError as error:  # codecs like idna, which are none of a file's
        raise _refused(path, f"this cannot be read as {name.upper()}") from error
    except (LookupError, ValueError):
        raise UsageError(f"unknown encoding {name!r}", hint="for example: --encoding cp1252") from None


def _wrong_byte(error: UnicodeDecodeError, encoding: str, path: Path, mark: int) -> Problem:
    """Say which byte is wrong, and where; the file begins with a byte order mark of `mark` bytes."""
    before = error.object[: error.start].decode(encoding, errors="replace")
    before = before.replace("\r\n", "\n").replace("\r", "\n")
    byte = error.object[error.start]
    return Problem(
        Location(str(path), before.count("\n") + 1, len(before) - before.rfind("\n")),
        f"byte 0x{byte:02x} at offset {mark + error.start} is not {encoding.upper()}",
        "save the file as UTF-8, or name its encoding, for example: --encoding cp1252",
    )


def _refused(path: Path, message: str) -> InputRefused:
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
