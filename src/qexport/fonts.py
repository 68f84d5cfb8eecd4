"""The fonts of the book: files that come with Python packages, never what the machine happens to have.

Static instances only: a variable font makes layout 1.5 and writing 2.4 times slower (docs/architecture.md).
"""

from __future__ import annotations

import atexit
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from html import escape  # that of xml.sax opens ssl and http, 15 ms
from importlib.util import find_spec
from pathlib import Path

from qexport.errors import MachineLacks

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


def use_bundled_only() -> None:
    """Let fontconfig see the bundled fonts and no others. To be called before the layout engine is imported.

    A machine without fonts crashes the engine, and one with others gives other bytes.
    """
    paths = _paths()
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
    handle, name = tempfile.mkstemp(prefix="qexport-fonts-", suffix=".conf")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(configuration)
    atexit.register(_remove, name, os.getpid())
    os.environ["FONTCONFIG_FILE"] = name


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
