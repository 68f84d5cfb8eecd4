"""Pictures that a bank's texts name: files in the bank's own folder, judged by their first bytes.

Nothing is decoded here. What a picture is and how large it would become in memory is in its header; a
file that says otherwise further on is the decoder's to refuse.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path, PurePosixPath

from qexport.common.limits import USUAL, Limits
from qexport.common.opener import TooLarge, Unreadable, read_bytes
from qexport.common.records import Record
from qexport.common.text_input import quote

ORIENTATION = 0x0112


@dataclass(frozen=True, slots=True)
class Image:
    """A picture's file, under a name that comes from its content: the same bytes, the same name."""

    name: str
    media_type: str
    width: int
    height: int
    data: bytes = field(repr=False)
    left_out: tuple[str, ...] = ()
    """What an SVG picture had and its copy has not."""


IMAGE_PREFIX = "qx:image/"
"""Before the names of pictures, in the HTML of pages."""

CHECKED = "checked:"
"""The same in HTML that nobody sees."""


def page_pictures(images: Iterable[Image]) -> dict[str, bytes]:
    """Return the pictures of pages by their URLs."""
    return {f"{IMAGE_PREFIX}{image.name}": image.data for image in images}


class Flaw(Record, frozen=True):
    """Why a part of a text is not shown as it is written, and what would be right."""

    message: str
    hint: str
    refused: bool = False
    """The file stands where it may be read and must not be used: too large, damaged, of another kind."""
    line: int = 0
    """In the text, counted from 1; 0 if nobody knows."""


def read_image(folder: Path, source: str, limits: Limits = USUAL) -> Image | Flaw:
    """Return the picture at a path relative to the bank's folder, if it is one and lies inside."""
    shown = f"the picture {quote(source)}"
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//|\\\\", source) or not source:
        return Flaw(f"{shown} is not a file", "put a copy beside the bank and give its path from there")
    try:
        if "\\" in source:
            raise Unreadable("a path of another system", outside=True)  # noqa: TRY301
        data = read_bytes(folder / source, limits.picture, inside=folder)
    except Unreadable as error:
        return _unread(error, shown, folder)
    except TooLarge:
        message = f"{shown} is larger than {limits.show('picture')}"
        return Flaw(message, f"save it smaller; {limits.hint('picture')}", refused=True)
    return judge_image(data, shown, limits)


def _unread(error: Unreadable, shown: str, folder: Path) -> Flaw:
    if error.outside:
        hint = "put a copy beside the bank and give its path from there, with /"
        return Flaw(f"{shown} is outside the bank's folder", hint)
    if error.missing:
        return Flaw(f"there is no file of {shown}", f"looked in {folder}")
    return Flaw(f"{shown} cannot be read", error.reason.removeprefix("this cannot be read: "))


def describe_by_name(source: str) -> str:
    """Return the name of a picture's file as words: `img/event-loop_2.png` is "event loop 2"."""
    stem = PurePosixPath(re.split(r"[?#]", source)[0]).stem
    return " ".join(re.sub(r"[\W_]+", " ", stem).split()) or "picture"


def judge_image(data: bytes, shown: str, limits: Limits = USUAL) -> Image | Flaw:
    """Return the picture that some bytes are, or why they are none; `shown` is how a message calls it."""
    kind = next((name for name, (is_kind, _) in _IMAGE_KINDS.items() if is_kind(data)), "")
    if not kind and b"<svg" in data[:10_000].lower():
        return _draw(data, shown)
    if not kind:
        return Flaw(f"{shown} is not a PNG, JPEG, GIF, WebP or SVG", "save it as one of them", refused=True)
    try:
        width, height = _IMAGE_KINDS[kind][1](data)
    except (IndexError, struct.error, ValueError):
        width = height = 0
    if not width * height:
        return Flaw(f"{shown} is cut off or damaged", "save it again", refused=True)
    if reason := _find_unshowable(kind, data):
        message, hint = reason
        return Flaw(f"{shown} {message}", hint, refused=True)
    if width * height > limits.pixels:
        message = f"{shown} has {width:,} × {height:,} pixels, more than {limits.pixels:,}"
        return Flaw(message, f"save it smaller; {limits.hint('pixels')}", refused=True)
    return Image(f"{sha256(data).hexdigest()[:32]}.{kind}", f"image/{kind}", width, height, data)


def _find_unshowable(kind: str, data: bytes) -> tuple[str, str] | None:
    """Return why a picture is not the same on paper and on a screen, and what to do."""
    if kind == "png" and data[24:26] == b"\x10\x00":  # 16 bits, grey without alpha
        return (
            "is grey with 16 bits, which the layout engine draws black",
            "save it with 8 bits, or in colour",
        )
    if kind == "webp" and _read_orientation(data) > 1:
        message = "is turned by its EXIF data, which browsers ignore in a WebP picture"
        return message, "turn its pixels, or save it as JPEG"
    return None


def _draw(data: bytes, shown: str) -> Image | Flaw:
    """Return an SVG picture as one that only draws."""
    from qexport.content.svg import clean_svg

    try:
        clean = clean_svg(data)
    except ValueError as error:
        return Flaw(f"{shown} {error}", "save it as a plain SVG, or as PNG", refused=True)
    name = f"{sha256(clean.data).hexdigest()[:32]}.svg"
    return Image(name, "image/svg+xml", clean.width, clean.height, clean.data, clean.left_out)


def _size_of_png(data: bytes) -> tuple[int, int]:
    at = 8
    while data[at + 4 : at + 8] != b"IEND":
        (length,) = struct.unpack_from(">I", data, at)
        at += 12 + length
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def _size_of_jpeg(data: bytes) -> tuple[int, int]:
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
        elif marker in _FRAME_MARKERS:
            data.index(b"\xff\xd9", at)  # the end of the picture
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        elif marker == 0x01 or 0xD0 <= marker <= 0xD7:
            at += 2
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            if length < 2 or marker in (0xD9, 0xDA):  # the end, or a picture before its frame
                raise ValueError
            at += 2 + length


_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def _size_of_gif(data: bytes) -> tuple[int, int]:
    """Return the size of the screen, or of a first frame that is larger: that is what gets decoded."""
    screen_width, screen_height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)
    while data[at] == 0x21:  # extensions, each in blocks up to an empty one
        at += 2
        while data[at]:
            at += 1 + data[at]
        at += 1
    if data[at] != 0x2C:
        raise ValueError
    left, top, width, height = struct.unpack_from("<HHHH", data, at + 1)
    return max(screen_width, left + width), max(screen_height, top + height)


def _size_of_webp(data: bytes) -> tuple[int, int]:
    (length,) = struct.unpack_from("<I", data, 4)
    if length + 8 > len(data):
        raise ValueError
    kind = data[12:16]
    if kind == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    if kind == b"VP8L" and data[20] == 0x2F:
        bits = int.from_bytes(data[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    raise ValueError


def _read_orientation(data: bytes) -> int:
    """Return how a WebP picture is to be turned (Exif 2.32, tag 0x0112); 0 if nothing readable says it."""
    at = 12
    while at + 8 <= len(data):
        kind, (length,) = data[at : at + 4], struct.unpack_from("<I", data, at + 4)
        if kind == b"EXIF":
            exif = data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0")
            try:
                return _find_orientation(exif)
            except struct.error:
                return 0
        at += 8 + length + length % 2
    return 0


def _find_orientation(exif: bytes) -> int:
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    if order is None:
        return 0
    (directory,) = struct.unpack_from(f"{order}I", exif, 4)
    (count,) = struct.unpack_from(f"{order}H", exif, directory)
    for entry in range(directory + 2, directory + 2 + 12 * count, 12):
        tag, _, _, value = struct.unpack_from(f"{order}HHIH", exif, entry)
        if tag == ORIENTATION:
            return int(value)
    return 0


_IMAGE_KINDS: dict[str, tuple[Callable[[bytes], bool], Callable[[bytes], tuple[int, int]]]] = {
    "png": (lambda data: data.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"), _size_of_png),
    "jpeg": (lambda data: data.startswith(b"\xff\xd8\xff"), _size_of_jpeg),
    "gif": (lambda data: data.startswith((b"GIF87a", b"GIF89a")), _size_of_gif),
    "webp": (lambda data: data.startswith(b"RIFF") and data[8:12] == b"WEBP", _size_of_webp),
}
