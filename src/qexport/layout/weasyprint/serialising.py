"""Objects of a finished document → bytes in which references are marks (`qexport.layout.chunk`)."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from typing import Any

from qexport.layout.chunk import COMPRESSION, mark

_OBJECT_REFERENCE = re.compile(rb"(\d+) 0 R")


class Raw:
    """PDF source in parts: bytes as they are, and references."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts


class Serialiser:
    """Writes objects of one document; objects it meets a reference to get numbers in the chunk, in that order."""

    def __init__(self, pdf: Any, *, is_strip: bool) -> None:
        self.pdf = pdf
        self.is_strip = is_strip
        self.used: list[int] = []
        """Objects of the document, in the chunk's order."""
        self.numbers: dict[int, int] = {}
        """Object of the document → object of the chunk."""
        self.fonts_object = 0
        """The document's font dictionary; the book has its own."""

    def use(self, number: int) -> bytes:
        """Return the mark of an object of the document, which the chunk holds from now on."""
        if number == self.fonts_object:
            return mark("fonts")
        if self.is_strip and number == object_number(self.pdf.page_references[0]):
            return mark("sheet")
        if number not in self.numbers:
            self.numbers[number] = len(self.used)
            self.used.append(number)
        return mark(self.numbers[number])

    def write_all(self) -> tuple[tuple[bytes, bytes], ...]:
        """Return every object in use, and those they refer to: value and stream."""
        objects: list[tuple[bytes, bytes]] = []
        while len(objects) < len(self.used):  # writing an object uses those it refers to
            objects.append(self.write(self.pdf.objects[self.used[len(objects)]]))
        return tuple(objects)

    def write(self, item: Any) -> tuple[bytes, bytes]:
        """Return an object's value with every reference a mark, and its stream."""
        if not hasattr(item, "stream"):
            return self.write_value(item), b""
        compress, item.compress = item.compress, False  # at its highest level, by itself
        written = item.data
        data = written[written.index(b"\nstream\n") + len(b"\nstream\n") : -len(b"\nendstream")]
        data = zlib.compress(data, COMPRESSION) if compress else data
        compression = {"Filter": "/FlateDecode"} if compress else {}
        return self.write_value({**item.extra, **compression, "Length": len(data)}), data

    def write_value(self, value: Any) -> bytes:
        """Return a value of pydyf's as PDF source."""
        if isinstance(value, Raw):
            return b"".join(self.write_value(part) for part in value.parts)
        if isinstance(value, dict):
            items = (b"/%s %s" % (key.encode(), self.write_value(item)) for key, item in value.items())
            return b"<<" + b"".join(items) + b">>"
        if isinstance(value, list | tuple):
            return b"[" + b" ".join(self.write_value(item) for item in value) + b"]"
        if isinstance(value, bytes):
            match = _OBJECT_REFERENCE.fullmatch(value)
            return self.use(int(match[1])) if match else value
        if isinstance(value, float):
            return write_number(value)
        return value.data if hasattr(value, "data") else str(value).encode("ascii")


def write_item(item: Any) -> bytes:
    """Return an item of a content stream as it is written."""
    if isinstance(item, bytes):
        return item
    return item.encode() if isinstance(item, str) else bytes(item.data)


def object_number(reference: bytes) -> int:
    """Return the number of the object that is referred to."""
    return int(reference.removesuffix(b" 0 R"))


def write_number(number: float) -> bytes:
    """Write a number as pydyf does."""
    return b"%d" % number if float(number).is_integer() else (b"%f" % number).rstrip(b"0")


def write_ordinate(y: bytes, *, is_strip: bool) -> bytes:
    """Return an ordinate in points, which moves with a strip."""
    return mark(f"y{y.decode()}") if is_strip else y


def write_area(page: int, area: Iterable[float], *, is_strip: bool) -> Raw:
    """Return a rectangle of a page, in points, that can be moved."""
    left, bottom, right, top = map(write_number, area)
    return Raw(
        b"[",
        mark(f"x{page}:{left.decode()}"),
        b" ",
        write_ordinate(bottom, is_strip=is_strip),
        b" ",
        mark(f"x{page}:{right.decode()}"),
        b" ",
        write_ordinate(top, is_strip=is_strip),
        b"]",
    )
