"""What qexport runs with here, and under which licences: a bill of materials (CycloneDX), for bundles and `doctor`."""

from __future__ import annotations

import os
import platform
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import Distribution, PackageMetadata, PackageNotFoundError, distribution
from pathlib import Path

from qexport import __version__

PERMISSIVE = frozenset(
    (
        *(
            "0BSD",
            "Apache-2.0",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "HPND",
            "ISC",
            "MIT",
            "MIT-0",
            "MIT-CMU",
            "PSF-2.0",
        ),
        *("Unlicense", "Zlib", "OFL-1.1", "MPL-1.1", "MPL-2.0"),
    )
)
"""Licences (SPDX) under which something may ship: they ask nothing of a user's own work."""

_WORDS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "3-clause bsd license": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd-3-clause, apache-2.0, dependency licenses": "BSD-3-Clause AND Apache-2.0",
    "mit license": "MIT",
    "mozilla public license 1.1 (mpl 1.1)": "MPL-1.1",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "gnu lesser general public license v2 or later (lgplv2+)": "LGPL-2.1-or-later",
    "sil ofl 1.1": "OFL-1.1",
    "sil open font license 1.1 (ofl-1.1)": "OFL-1.1",
}
"""What metadata says in words of its own → SPDX. "BSD" alone is identified by the text of the licence."""

_BSD_WITHOUT_TEXT = {"pysocks": "BSD-3-Clause", "xlwt": "BSD-3-Clause"}
"""Packages that say "BSD" and bring no licence file."""


def bill_of_materials() -> dict[str, object]:
    """Return the packages that this program runs with, as they are installed, as CycloneDX."""
    return write_bill(_describe_installed())


@cache  # what is installed does not change while a process runs
def _describe_installed() -> tuple[tuple[str, str, Mapping[str, object]], ...]:
    """Return name, version and licence of each package (`write_bill`)."""
    # Each access to `metadata` parses the file again.
    packages = [(each, each.metadata) for each in _list_installed()]
    return tuple((said["Name"], said["Version"], _licence(each, said)) for each, said in packages)


def write_bill(packages: Iterable[tuple[str, str, Mapping[str, object]]]) -> dict[str, object]:
    """Return packages as a bill of materials.

    Args:
        packages: Name, version and licence of each, as CycloneDX 1.6 writes a licence (cyclonedx.org/docs/1.6/json).
    """
    program = {"type": "application", "name": "qexport", "version": __version__, "licenses": [_MIT]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": program},
        "components": [
            {
                "type": "library",
                "bom-ref": f"pkg:pypi/{name}@{version}",
                "name": name,
                "version": version,
                "purl": f"pkg:pypi/{name}@{version}",
                "licenses": [licence],
            }
            for name, version, licence in packages
        ],
    }


_MIT = {"expression": "MIT"}


def _licence(installed: Distribution, metadata: PackageMetadata) -> dict[str, object]:
    try:
        return {"expression": licence_of(installed, metadata)}
    except ValueError:
        return {"license": {"name": "not stated in its metadata"}}


def _list_installed() -> list[Distribution]:
    """Return the packages that the program names, and those that they name, sorted by name."""
    found: dict[str, Distribution] = {}
    taken: set[tuple[str, str]] = set()
    wanted = [(requirement, "") for requirement in _requirements()]
    while wanted:
        for name, extra in _list_required(*wanted.pop()):
            if (name, extra) in taken:
                continue
            taken.add((name, extra))
            try:
                found[name] = distribution(name)
            except PackageNotFoundError:  # for another system
                continue
            wanted += [(requirement, extra) for requirement in found[name].requires or []]
    return [found[name] for name in sorted(found)]


def _requirements() -> list[str]:
    """Return what the program itself names; in a checkout, which nobody has installed, its pyproject.toml has it."""
    try:
        return distribution("qexport").requires or []
    except PackageNotFoundError:
        project = Path(__file__).parents[3] / "pyproject.toml"
        return list(tomllib.loads(project.read_text("utf-8"))["project"]["dependencies"])


def _list_required(requirement: str, extra: str) -> Iterator[tuple[str, str]]:
    """Yield the package of a requirement (PEP 508), alone and with each extra that is asked for.

    Args:
        requirement: As the metadata of a package has it.
        extra: The extra of that package which is wanted; "" if it is none.
    """
    text, _, marker = requirement.partition(";")
    found = re.match(r"\s*([A-Za-z0-9][\w.-]*)\s*(?:\[([^\]]*)\])?", text)
    extras = re.findall(r"extra\s*==\s*['\"]([^'\"]+)", marker)
    if not found or (extras and extra not in extras) or not any(map(_apply_marker, marker.split(" or "))):
        return
    name = re.sub(r"[-_.]+", "-", found[1]).lower()
    yield name, ""
    for each in (found[2] or "").split(","):
        if each.strip():
            yield name, each.strip()


_CONDITION = re.compile(r"(\w+)\s*([<>=!]=?)\s*['\"]([^'\"]*)['\"]")


def _apply_marker(marker: str) -> bool:
    """Return whether conditions that all must hold do so here (PEP 508)."""
    known = {
        "sys_platform": sys.platform,
        "os_name": os.name,
        "platform_system": platform.system(),
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "implementation_name": sys.implementation.name,
    }
    for name, sign, value in _CONDITION.findall(marker):
        if name.startswith("python_"):
            holds = _compares(sys.version_info[:2], sign, tuple(map(int, re.findall("[0-9]+", value)[:2])))
        else:
            holds = (known.get(name, value) == value) == (sign == "==")
        if not holds:
            return False
    return True


def _compares(here: tuple[int, ...], sign: str, there: tuple[int, ...]) -> bool:
    return (here < there and sign in ("<", "<=", "!=")) or (
        (here == there and "=" in sign and sign != "!=") or (here > there and sign in (">", ">=", "!="))
    )


# Licences


def licence_of(installed: Distribution, metadata: PackageMetadata) -> str:
    """Return a package's licence as an SPDX expression; ValueError where what it says is not known."""
    if expression := read_metadata(metadata, "License-Expression"):
        return expression
    # A field of one line is a name; others hold the text of the licence.
    if "licensed under the SIL Open Font License,\n" in re.sub(
        r"[ \t]+", " ", read_metadata(metadata, "License")
    ):
        return "OFL-1.1"
    named = [read_metadata(metadata, "License").strip()]
    classifiers = [
        each.rpartition(" :: ")[2]
        for each in metadata.get_all("Classifier") or []
        if each.startswith("License :: ")
    ]
    for names in (named, classifiers):
        found = [_spdx(name, installed) for name in names if name and "\n" not in name and len(name) < 100]
        if found and all(found):
            return " OR ".join(found)
    raise ValueError(f"{installed.name} says nothing known of its licence: {[*named, *classifiers]}")


def read_metadata(metadata: PackageMetadata, key: str) -> str:
    """Return a field of a package's metadata; "" if it has none."""
    said: str = metadata[key] if key in metadata else ""  # noqa: SIM401  it has no get()
    return said


def _spdx(words: str, installed: Distribution) -> str:
    """Return the SPDX identifier of a licence in words, or nothing."""
    if words in PERMISSIVE:
        return words
    if words.lower() in ("bsd", "bsd license"):
        texts = [file.read_text("utf-8") for file in installed.files or () if is_licence(str(file))]
        if not texts:
            return _BSD_WITHOUT_TEXT.get(installed.name.lower(), "")
        return "BSD-3-Clause" if re.search(r"[Nn]either\s+the\s+names?", " ".join(texts)) else "BSD-2-Clause"
    return _WORDS.get(words.lower(), "")


def is_licence(path: str) -> bool:
    """Return whether a file of a package is the text of its licence."""
    return re.search(r"dist-info/(licenses/)?(LICEN[CS]E|COPYING)[^/]*$", path) is not None
