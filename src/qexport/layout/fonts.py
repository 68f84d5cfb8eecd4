"""The fonts of the book: files that come with Python packages or a theme, never what the machine happens to have.

A theme's are for characters the others lack; its style sheet may name them, too.

Static instances only: a variable font makes layout 1.5 and writing 2.4 times slower (docs/architecture.md).
"""

from __future__ import annotations

import atexit
import ctypes
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from html import escape  # that of xml.sax opens ssl and http, 15 ms
from importlib.util import find_spec
from pathlib import Path

from qexport.common.errors import InputRefused, Location, MachineLacks, Problem
from qexport.common.files import hold, sweep
from qexport.common.limits import USUAL, Limits
from qexport.common.opener import TooLarge, Unreadable, read_bytes
from qexport.common.patterns import compile_late
from qexport.common.records import Record

# Package → files. OFL, each with its licence beside it.
BUNDLED = {
    "font_source_serif_pro": [
        f"SourceSerifPro-{style}.ttf"
        for style in ("Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")
    ],
    "font_source_sans_pro": [
        f"SourceSansPro-{style}.ttf"
        for style in ("Regular", "It", "Semibold", "SemiboldIt", "Bold", "BoldIt")
    ],
    "fontpkg_ibm_plex_mono": [
        f"IBMPlexMono-{style}.ttf"
        for style in ("Regular", "Italic", "SemiBold", "SemiBoldItalic", "Bold", "BoldItalic")
    ],
}

SYMBOLS = tuple(Path(__file__).parent / "symbols" / name for name in ("Symbols.ttf", "SymbolsMono.ttf"))
"""Signs the families above lack, such as ∈ ⌊ ℝ ✔ ⚠: parts of DejaVu (tools/make_symbol_font.py), its licence beside."""


class FontFile(Record, frozen=True):
    """One bundled font file."""

    path: Path
    digest: str


@cache
def find_bundled() -> dict[str, FontFile]:
    """Return every bundled font file by its SHA-256; MachineLacks if a font package is not installed."""
    files = [FontFile(path, sha256(path.read_bytes()).hexdigest()) for path in _paths()]
    return {file.digest: file for file in files}


MOST_FONT_FILES = 50
"""Font files of a theme: five families with all their weights."""


def of_folders(folders: Iterable[Path], limits: Limits = USUAL) -> tuple[FontFile, ...]:
    """Return the fonts in the folder `fonts` of each of these folders of a theme.

    Raises:
        InputRefused: A book cannot have one of them, or it is no ordinary file of the theme.
        LimitExceeded: One is too large.
    """
    files: dict[str, FontFile] = {}
    problems = []
    for folder in folders:
        for path in sorted((folder / "fonts").glob("*")):
            if path.suffix.lower() in (".ttf", ".otf", ".ttc", ".woff", ".woff2"):
                try:
                    data = read_bytes(path, limits.theme_font, inside=folder)
                except Unreadable as error:
                    what = "this is outside the theme's folder" if error.outside else error.reason
                    hint = "put a file in its place, or nothing"
                    problems.append(Problem(Location(str(path)), what, hint))
                    continue
                except TooLarge:
                    message = f"{path}: this is larger than {limits.show('theme-font')}"
                    raise limits.make_error("theme-font", message) from None
                if flaw := _flaw(data):
                    hint = "take the family's static files, each a .ttf or .otf"
                    problems.append(Problem(Location(str(path)), flaw, hint))
                digest = sha256(data).hexdigest()
                files.setdefault(digest, FontFile(path.resolve(), digest))
    if len(files) > MOST_FONT_FILES:
        where = Location(str(path.parent))
        problems.append(
            Problem(where, f"more than {MOST_FONT_FILES} font files", "keep those the style sheet names")
        )
    if problems:
        raise InputRefused(tuple(problems))
    return tuple(file for digest, file in files.items() if digest not in find_bundled())


_HEAD_MAGIC = bytes.fromhex("5f0f3cf5")
"""What the table `head` holds at 12 in every font (OpenType, head table, magicNumber)."""


def _flaw(data: bytes) -> str:
    """Return why a font cannot be embedded, "" if it can: outlines of TrueType or CFF, of one weight."""
    count = int.from_bytes(data[4:6], "big")
    # None behind the file's end: that would be a table without a name, which is what a file of no kind would need.
    entries = [data[at : at + 16] for at in range(12, min(12 + 16 * count, len(data)), 16)]
    tables = {
        entry[:4]: (int.from_bytes(entry[8:12], "big"), int.from_bytes(entry[12:16], "big"))
        for entry in entries
    }
    outlines = {b"\0\1\0\0": b"glyf", b"true": b"glyf", b"OTTO": b"CFF "}.get(data[:4], b"")
    if not {outlines, b"cmap", b"head"} <= tables.keys():
        return "not a TrueType or OpenType font"
    begin, _ = tables[b"head"]
    is_whole = all(offset + length <= len(data) for offset, length in tables.values())
    place, length = tables[b"cmap"]
    is_whole = is_whole and _is_whole_map(data[place : place + length])
    if not is_whole or data[begin + 12 : begin + 16] != _HEAD_MAGIC:
        return "a damaged font: it is cut off, or its tables are not where it says"
    return "a variable font, which is slow to lay out" if b"fvar" in tables else ""


def _is_whole_map(cmap: bytes) -> bool:
    """Return whether all that a font's character map names is in it (OpenType, cmap, formats 4 and 12)."""

    def number(at: int, size: int) -> int:
        return int.from_bytes(cmap[at : at + size], "big")

    entries = range(4, 4 + 8 * number(2, 2), 8)
    ends = [entries.stop]
    for place in {number(entry + 4, 4) for entry in entries}:
        kind = number(place, 2)
        ends.append(
            place + {4: 16 + 4 * number(place + 6, 2), 12: 16 + 12 * number(place + 12, 4)}.get(kind, 2)
        )
    return max(ends) <= len(cmap)


def collect_fonts(added: Iterable[FontFile]) -> Mapping[str, FontFile]:
    """Return every font a book may have by its SHA-256: the bundled ones, and those of its theme."""
    return {**find_bundled(), **{file.digest: file for file in added}}


def keep_font_lists(folder: Path | None) -> None:
    """Let fontconfig keep its lists of fonts in this folder or, with None, nowhere.

    It holds for this process and those that it starts. Without this, fontconfig writes to the system's cache or to
    ~/.cache, creates a home folder that is missing, and the lists stay when qexport is uninstalled.
    """
    os.environ[_FONT_LISTS] = os.devnull if folder is None else str(folder.absolute())


def limit_fontconfig(added: Iterable[FontFile] = ()) -> None:
    """Let fontconfig see the bundled fonts, those of the theme, and no others.

    To be called before the layout engine is imported. A machine without fonts crashes the engine, and one with
    others gives other bytes.
    """
    paths = [*_paths(), *(file.path for file in added)]
    folders = sorted({str(path.parent) for path in paths})
    configuration = "\n".join(
        [
            '<?xml version="1.0"?>',
            '<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">',
            "<fontconfig>",
            *(f"<cachedir>{escape(folder)}</cachedir>" for folder in _folder_of_lists()),
            *(f"<dir>{escape(folder)}</dir>" for folder in folders),
            "<selectfont>",
            "<rejectfont><glob>/*</glob></rejectfont>",
            # fontconfig 2.15 finds fonts by the path alone; 2.17 only by that with the star, where they are below the
            # current folder, since it takes the path as relative to it.
            *(
                f"<acceptfont><glob>{star}{escape(str(path))}</glob></acceptfont>"
                for path in paths
                for star in ("", "*")
            ),
            "</selectfont>",
            "</fontconfig>",
        ]
    )
    import tempfile

    # fontconfig wants a file by name, and takes neither a pipe nor a memory file.
    sweep(Path(tempfile.gettempdir()), _CONFIGURATION)
    while True:
        descriptor, name = tempfile.mkstemp(prefix="qexport-fonts-", suffix=".conf")
        atexit.register(_remove, name, os.getpid())
        if hold(descriptor):
            break
        os.close(descriptor)
    with open(descriptor, "w", encoding="utf-8", closefd=False) as file:
        file.write(configuration)
    os.environ["FONTCONFIG_FILE"] = name
    _held[name] = descriptor


def is_limited() -> bool:
    """Return whether what limit_fontconfig() wrote is still there to be read."""
    return bool(_held)


@contextmanager
def last_reading() -> Iterator[None]:
    """Let the file that limit_fontconfig() made go after the block: then a kill leaves nothing behind."""
    with _without_build_date():
        with suppress(OSError, AttributeError):  # libraries of other names: it goes at the end
            # Pango asks for this in a thread, which would read the file we know not when.
            ctypes.CDLL(_FONTCONFIG).FcInit()
        yield
    while _held:
        name, descriptor = _held.popitem()
        _remove(name, os.getpid())
        os.close(descriptor)


@contextmanager
def _without_build_date() -> Iterator[None]:
    """Let fontconfig take its lists of fonts for what they are: of folders that have not changed since.

    With SOURCE_DATE_EPOCH it notes that time in a list in the place of the folder's, finds that the two differ, and
    reads all fonts again, in each process (FcDirChecksum in fontconfig's fcstat.c; 32 ms). Only libraries look for it
    there: `os.environ` still has it.
    """
    given = os.environ.get(_BUILD_DATE)
    if given is None:
        yield
        return
    os.unsetenv(_BUILD_DATE)
    try:
        yield
    finally:
        os.putenv(_BUILD_DATE, given)


def _folder_of_lists() -> list[str]:
    """Return the folder that fontconfig may use; none if it may choose, and no folder if it could not write to it.

    Where there is no room for its lists, fontconfig prints that into the output of the program.
    """
    folder = os.environ.get(_FONT_LISTS)
    if folder is None:
        return []
    with suppress(OSError):
        Path(folder).mkdir(parents=True, exist_ok=True)
        disk = os.statvfs(folder)
        if os.access(folder, os.W_OK) and disk.f_bavail * disk.f_frsize >= ROOM_FOR_LISTS:
            return [folder]
    return [os.devnull]


ROOM_FOR_LISTS = 8_000_000
"""Bytes free on a disk where lists of fonts are kept: they take 0.5 MB after many themes, and other files grow."""


_CONFIGURATION = compile_late(r"qexport-fonts-\w+\.conf")
_FONTCONFIG = "libfontconfig.1.dylib" if sys.platform == "darwin" else "libfontconfig.so.1"
_BUILD_DATE = "SOURCE_DATE_EPOCH"
_FONT_LISTS = "QEXPORT_FONT_LISTS"
_held: dict[str, int] = {}
"""Configuration files that are in use, with what they are held by."""


def _remove(name: str, owner: int) -> None:
    if os.getpid() == owner:  # not in a forked worker
        Path(name).unlink(missing_ok=True)


def _paths() -> list[Path]:
    paths = []
    for package, names in BUNDLED.items():
        folder = folder_of(package)
        if folder is None:
            raise MachineLacks(
                f"the fonts of {package} are not installed",
                hint="install qexport again, with its dependencies",
            )
        paths += [folder / "files" / name for name in names]
    return [*paths, *SYMBOLS]


def folder_of(package: str) -> Path | None:
    """Return the folder of an installed package of fonts."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None
