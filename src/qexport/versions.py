"""What the bytes of an output depend on besides what it is made from: this program, packages, libraries."""

from __future__ import annotations

import ctypes
from importlib.metadata import PackageNotFoundError, version
from platform import python_version

from qexport import __version__

PACKAGES = ("WeasyPrint", "pydyf", "pypdf", "uharfbuzz", "genanki", "Pygments", "markdown-it-py")

_LIBRARIES = (
    ("Pango", ("libpango-1.0.so.0", "libpango-1.0.dylib"), "pango_version_string"),
    ("HarfBuzz", ("libharfbuzz.so.0", "libharfbuzz.0.dylib"), "hb_version_string"),
)


def versions() -> dict[str, str]:
    """Return the version of all that matters by its name; "none" of what is not there."""
    import sqlite3
    import zlib

    return {
        "qexport": __version__,
        "Python": python_version(),
        **{package: _version(package) for package in PACKAGES},
        **libraries(),
        "SQLite": sqlite3.sqlite_version,
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
    }


def libraries() -> dict[str, str]:
    """Return the versions of Pango and HarfBuzz, which decide where a glyph stands."""
    return {name: _said_by(files, function) for name, files, function in _LIBRARIES}


def _version(package: str) -> str:
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
