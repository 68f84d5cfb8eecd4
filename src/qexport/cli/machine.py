"""The machine → what qexport finds on it: present or missing, and the one line that mends what is missing."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from qexport.common.errors import MachineLacks

LIBRARIES = (
    ("GObject", "libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
    ("Pango", "libpango-1.0.so.0", "libpango-1.0.dylib"),
    ("PangoFT2", "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
    ("HarfBuzz", "libharfbuzz.so.0", "libharfbuzz.0.dylib"),
    ("HarfBuzz subset", "libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
    ("Fontconfig", "libfontconfig.so.1", "libfontconfig.1.dylib"),
)
"""What WeasyPrint 70 loads by name (weasyprint/text/ffi.py), on Linux and on macOS."""

INSTALL_PANGO = {
    "apt-get": "sudo apt-get install libpangoft2-1.0-0 libharfbuzz-subset0",
    "dnf": "sudo dnf install pango",
    "pacman": "sudo pacman -S pango",
    "apk": "sudo apk add pango",
    "brew": "brew install pango",
}
"""Package manager → the line that installs all of LIBRARIES."""

NEEDED_PACKAGES = (
    *("click", "fonttools", "genanki", "inscriptis", "jinja2", "lxml", "markdown-it-py", "msgspec", "pydyf"),
    *("pygments", "pypdf", "pyyaml", "rapidfuzz", "uharfbuzz", "weasyprint"),
)
INSTALL_AGAIN = "install qexport again, with its dependencies"

EXTRAS = {"distributed": ("pages laid out by a Dask cluster", "pip install '.[dask]', in the checkout")}
"""Package of an extra → what it is for, and the line that installs it."""

PROGRAMS = {"git": ("diff with `git:` revisions, and release --tag", "install git")}


@dataclass(frozen=True, slots=True)
class MachinePart:
    """One thing on the machine that qexport looks for."""

    name: str
    found: str
    """What is there, for example a version; "" if it is missing."""
    mend: str = ""
    """The one line that mends it."""
    needed: bool = True
    """False for what only some commands use."""

    @property
    def state(self) -> str:
        """Return `ok`, `missing`, or `absent` for what is not needed."""
        return "ok" if self.found else "missing" if self.needed else "absent"


def examine_machine(cache_folder: Path) -> tuple[MachinePart, ...]:
    """Return all parts that qexport looks for, the needed ones first.

    Args:
        cache_folder: Where laid-out pages are kept; nothing is written there.
    """
    return (
        _python(),
        *_packages(),
        *_find_libraries(),
        _fonts(),
        _check_folder(
            "temporary files", Path(tempfile.gettempdir()), "set TMPDIR to a folder you may write to"
        ),
        _check_folder("cache", cache_folder, "set QEXPORT_CACHE to a folder you may write to", needed=False),
        *_optional(),
    )


def _python() -> MachinePart:
    found = platform.python_version() if sys.version_info >= (3, 11) else ""
    return MachinePart("Python", found, "install Python 3.11 or newer")


def _packages() -> Iterator[MachinePart]:
    for name in NEEDED_PACKAGES:
        yield MachinePart(name, _installed_version(name), INSTALL_AGAIN)


def _installed_version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _find_libraries() -> Iterator[MachinePart]:
    known = [line for manager, line in INSTALL_PANGO.items() if shutil.which(manager)]
    mend = known[0] if known else "install Pango and HarfBuzz"
    for name, linux, macos in LIBRARIES:
        file = macos if sys.platform == "darwin" else linux
        try:
            ctypes.CDLL(file)
        except OSError:
            file = ""
        yield MachinePart(name, file, mend)


def _fonts() -> MachinePart:
    from qexport.layout.fonts import find_bundled

    try:
        return MachinePart("fonts", f"{len(find_bundled())} files", INSTALL_AGAIN)
    except (MachineLacks, OSError):
        return MachinePart("fonts", "", INSTALL_AGAIN)


def _check_folder(name: str, folder: Path, mend: str, *, needed: bool = True) -> MachinePart:
    """Look for a folder one may write to, or in whose nearest parent one may make it."""
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    is_usable = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return MachinePart(name, str(folder) if is_usable else "", mend, needed)


def _optional() -> Iterator[MachinePart]:
    for name, (use, mend) in EXTRAS.items():
        yield MachinePart(f"{name} ({use})", _installed_version(name), mend, needed=False)
    for name, (use, mend) in PROGRAMS.items():
        yield MachinePart(f"{name} ({use})", shutil.which(name) or "", mend, needed=False)
