"""The fonts of the book: files that come with Python packages or a theme, never what the machine happens to have.

A theme's are for characters the others lack; its style sheet may name them, too.

Static instances only: a variable font makes layout 1.5 and writing 2.4 times slower (docs/architecture.md).
"""

from __future__ import annotations

import atexit
import ctypes
import os
import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape  # that of xml.sax opens ssl and http, 15 ms
from importlib.util import find_spec
from pathlib import Path

from qexport.common.errors import InputRefused, Location, MachineLacks, Problem
from qexport.common.files import hold, sweep

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


@dataclass(frozen=True, slots=True)
class FontFile:
    """One bundled font file."""

    path: Path
    digest: str


@cache
def bundled() -> dict[str, FontFile]:
    """Return every bundled font file by its SHA-256; MachineLacks if a font package is not installed."""
    files = [FontFile(path, sha256(path.read_bytes()).hexdigest()) for path in _paths()]
    return {file.digest: file for file in files}


def of_folders(folders: Iterable[Path]) -> tuple[FontFile, ...]:
    """Return the fonts in the folder `fonts` of each of these; InputRefused for those a book cannot have."""
    files: dict[str, FontFile] = {}
    problems = []
    for folder in folders:
        for path in sorted((folder / "fonts").glob("*")):
            if path.suffix.lower() in (".ttf", ".otf", ".ttc", ".woff", ".woff2"):
                data = path.read_bytes()
                if flaw := _flaw(data):
                    hint = "take the family's static TrueType files, each a .ttf"
                    problems.append(Problem(Location(str(path)), flaw, hint))
                digest = sha256(data).hexdigest()
                files.setdefault(digest, FontFile(path.resolve(), digest))
    if problems:
        raise InputRefused(tuple(problems))
    return tuple(file for digest, file in files.items() if digest not in bundled())


def _flaw(data: bytes) -> str:
    """Return why a font cannot be embedded, "" if it can: it is to have TrueType outlines, of one weight."""
    tables = {data[at : at + 4] for at in range(12, 12 + 16 * int.from_bytes(data[4:6], "big"), 16)}
    if data[:4] not in (b"\0\1\0\0", b"true") or not {b"glyf", b"cmap", b"head"} <= tables:
        return "not a TrueType font"
    return "a variable font, which is slow to lay out" if b"fvar" in tables else ""


def collect(added: Iterable[FontFile]) -> Mapping[str, FontFile]:
    """Return every font a book may have by its SHA-256: the bundled ones, and those of its theme."""
    return {**bundled(), **{file.digest: file for file in added}}


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
            *(f"<dir>{escape(folder)}</dir>" for folder in folders),
            "<selectfont>",
            "<rejectfont><glob>/*</glob></rejectfont>",
            *(f"<acceptfont><glob>{escape(str(path))}</glob></acceptfont>" for path in paths),
            "</selectfont>",
            "</fontconfig>",
        ]
    )
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


@contextmanager
def last_reading() -> Iterator[None]:
    """Let the file that limit_fontconfig() made go after the block: then a kill leaves nothing behind."""
    with suppress(OSError, AttributeError):  # libraries of other names: it goes at the end
        # Pango asks for this in a thread, which would read the file we know not when.
        ctypes.CDLL(_FONTCONFIG).FcInit()
    yield
    while _held:
        name, descriptor = _held.popitem()
        _remove(name, os.getpid())
        os.close(descriptor)


_CONFIGURATION = re.compile(r"qexport-fonts-\w+\.conf")
_FONTCONFIG = "libfontconfig.1.dylib" if sys.platform == "darwin" else "libfontconfig.so.1"
_held: dict[str, int] = {}
"""Configuration files that are in use, with what they are held by."""


def _remove(name: str, owner: int) -> None:
    if os.getpid() == owner:  # not in a forked worker
        Path(name).unlink(missing_ok=True)


def _paths() -> list[Path]:
    paths = []
    for package, names in BUNDLED.items():
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise MachineLacks(
                f"the fonts of {package} are not installed",
                hint="install qexport again, with its dependencies",
            )
        paths += [Path(spec.origin).parent / "files" / name for name in names]
    return paths
