"""What the bytes of an output depend on besides what it is made from: this program, packages, libraries."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from qexport import __version__

PACKAGES = ("WeasyPrint", "pydyf", "pypdf", "uharfbuzz", "genanki", "Pygments", "markdown-it-py")

_LIBRARY_FILES = (
    ("Pango", ("libpango-1.0.so.0", "libpango-1.0.dylib"), "pango_version_string"),
    ("HarfBuzz", ("libharfbuzz.so.0", "libharfbuzz.0.dylib"), "hb_version_string"),
)


def versions() -> dict[str, str]:
    """Return the version of all that matters by its name; "none" of what is not there."""
    from platform import python_version

    return {
        "qexport": __version__,
        "Python": python_version(),
        **{package: _find_version(package) for package in PACKAGES},
        **libraries(),
        **package_libraries(),
    }


def package_libraries() -> dict[str, str]:
    """Return the versions of SQLite and zlib, which decide on the bytes of a deck."""
    import sqlite3
    import zlib

    return {"SQLite": sqlite3.sqlite_version, "zlib": zlib.ZLIB_RUNTIME_VERSION}


def libraries() -> dict[str, str]:
    """Return the versions of Pango and HarfBuzz, which decide where a glyph stands."""
    return {name: _said_by(files, function) for name, files, function in _LIBRARY_FILES}


def find_installed(packages: Iterable[str]) -> dict[str, str]:
    """Return packages and what tells their versions apart: the name of the folder their metadata is in.

    `importlib.metadata` would read what is in it, as e-mail, with half of the library such things need: it is asked
    only for what is installed in another way. The first place on the path counts, as it does for an import.
    """
    folders: dict[str, str] = {}
    for path in reversed(sys.path):
        try:
            found = [entry.name for entry in Path(path).iterdir()]
        except OSError:  # not there, or no folder
            continue
        folders |= {_read_package_name(name): name for name in found if name.endswith(_METADATA)}
    return {package: folders.get(package) or _find_version(package) for package in packages}


_METADATA = (".dist-info", ".egg-info")


def _read_package_name(folder: str) -> str:
    """`Foo_Bar-1.0.dist-info` → `foo-bar`."""
    return folder.partition("-")[0].lower().replace("_", "-").replace(".", "-")


def _find_version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "none"


def _said_by(files: tuple[str, ...], function: str) -> str:
    for file in files:
        try:
            said = ctypes.CDLL(file)[function]
        except (OSError, AttributeError):
            continue
        said.restype = ctypes.c_char_p
        return str(said().decode())
    return "none"


def digest_own_files(folder: Path, endings: tuple[str, ...]) -> bytes:
    """Return a digest of files that come with the program: their names in a folder, and what is in them."""
    from hashlib import sha256

    digest = sha256()
    for place, folders, names in os.walk(folder):
        folders.sort()
        inner = os.path.relpath(place, folder)
        for name in sorted(names):
            if name.endswith(endings):
                with open(f"{place}{os.sep}{name}", "rb", buffering=0) as file:  # noqa: PTH123  a third of the time
                    data = file.read()
                digest.update(f"{inner}/{name}\n{len(data)}\n".encode() + data)
    return digest.digest()
