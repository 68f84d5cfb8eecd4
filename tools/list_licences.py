"""Write docs/licences.md: what qexport brings along or stands on, and under which licences.

    .venv/bin/python tools/list_licences.py           after `./qexport test` has set up what the locks name
    .venv/bin/python tools/list_licences.py --check   status 1 if the document is another, or a licence is not allowed
    .venv/bin/python tools/list_licences.py --sbom qexport.cdx.json

Versions come from the locks, licences and addresses from the metadata of the installed packages. What no Python
package tells (native libraries, what wheels hold inside) is written here by hand, from their own licence files.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from qexport.common.components import PERMISSIVE, is_licence, licence_of, read_metadata, write_bill
from qexport.layout.fonts import BUNDLED, SYMBOLS
from qexport.layout.script_fonts import SCRIPTS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "licences.md"
PROGRAM_LOCK = ROOT / "requirements.lock"
TEST_LOCK = ROOT / "requirements-test.lock"

NOT_EVERYWHERE = {
    "backports-zstd": ("PSF-2.0", "https://github.com/rogdham/backports.zstd"),
    "brotlicffi": ("MIT", "https://github.com/python-hyper/brotlicffi"),
    "colorama": ("BSD-3-Clause", "https://github.com/tartley/colorama"),
    "importlib-metadata": ("Apache-2.0", "https://github.com/python/importlib_metadata"),
    "lazy-importer": ("Apache-2.0", ""),
    "zipp": ("MIT", "https://github.com/jaraco/zipp"),
}
"""Packages of the locks that some platforms, or some versions of Python, alone install."""

REMARKS = {
    "certifi": "A list of certificates. MPL binds changes to its own files.",
    "pyphen": "Taken under MPL 1.1, which binds changes to its own files. No theme here hyphenates: its "
    "dictionaries are not used.",
}
"""On what is not as simple as the rest, of the packages the program runs with."""

TEST_REMARKS = {
    "anki": "**Copyleft: only tests use it**, as the counterpart that imports decks. It is not shipped.",
    "hypothesis": "MPL binds changes to its own files.",
    "orjson": "Comes with anki.",
    "pathspec": "MPL binds changes to its own files.",
    "pikepdf": "MPL binds changes to its own files.",
}


class Package(NamedTuple):
    """A line of a table."""

    name: str
    version: str
    licence: str
    """An SPDX expression."""
    home: str


class Library(NamedTuple):
    """What is not a Python package."""

    name: str
    licence: str
    what: str


NATIVE = (
    Library("[Pango](https://pango.gnome.org/)", "LGPL-2.0-or-later", "breaks lines and sets text"),
    Library("[GLib, GObject, GIO](https://docs.gtk.org/glib/)", "LGPL-2.1-or-later", "Pango stands on it"),
    Library("[FriBidi](https://github.com/fribidi/fribidi)", "LGPL-2.1-or-later", "text from right to left"),
    Library("[HarfBuzz](https://harfbuzz.github.io/)", "MIT", "shapes text, subsets fonts"),
    Library("[Fontconfig](https://www.freedesktop.org/wiki/Software/fontconfig/)", "HPND", "finds fonts"),
    Library("[FreeType](https://freetype.org/)", "FTL OR GPL-2.0-only", "reads fonts"),
    Library(
        "[libthai](https://linux.thai.net/projects/libthai), libdatrie",
        "LGPL-2.1-or-later",
        "breaks Thai text",
    ),
    Library(
        "[Graphite2](https://graphite.sil.org/)",
        "LGPL-2.1-or-later OR MPL-1.1 OR GPL-2.0-or-later",
        "with HarfBuzz",
    ),
    Library("[libpng](http://www.libpng.org/)", "libpng-2.0", "with FreeType"),
    Library("[Brotli](https://github.com/google/brotli)", "MIT", "with FreeType"),
    Library("[zlib](https://zlib.net/)", "Zlib", "with FreeType and GLib"),
    Library("[Expat](https://libexpat.github.io/)", "MIT", "with Fontconfig"),
    Library("[PCRE2](https://www.pcre.org/)", "BSD-3-Clause", "with GLib"),
    Library("[libffi](https://sourceware.org/libffi/)", "MIT", "with GLib"),
    Library(
        "[libmount, libblkid](https://github.com/util-linux/util-linux)",
        "LGPL-2.1-or-later",
        "with GIO, on Linux",
    ),
    Library(
        "[libselinux](https://github.com/SELinuxProject/selinux)", "libselinux-1.0", "with GIO, on Linux"
    ),
)
"""What WeasyPrint loads at run time, and what that loads in turn on Debian 12 (`ldd`)."""

INSIDE = (
    Library("lxml", "MIT AND Zlib AND LGPL-2.1-only", "libxml2, libxslt, zlib; **libiconv (LGPL)**"),
    Library(
        "pillow",
        "MIT-CMU AND BSD-3-Clause AND IJG AND FTL AND libtiff AND Zlib AND 0BSD AND others like them",
        "libjpeg-turbo, OpenJPEG, libpng, libtiff, libwebp, libavif, FreeType, HarfBuzz, Little CMS, libxcb, "
        "liblzma, Zstandard, Brotli; its LICENSE file has them all",
    ),
    Library("uharfbuzz", "MIT", "HarfBuzz"),
    Library("pyyaml", "MIT", "libyaml"),
    Library("cffi", "MIT", "libffi"),
)
"""What wheels hold of others, by their own licence files."""


# What is known of a package


def locked(lock: Path) -> dict[str, str]:
    """Return the version of every package in a lock, by its name."""
    pins = re.findall(r"^([a-z0-9._-]+)==([^ \\;]+)", lock.read_text("utf-8"), re.MULTILINE)
    return dict(pins)


def package(name: str, version: str) -> Package:
    """Return what is known of a locked package; ValueError where it is not installed as locked."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        if name not in NOT_EVERYWHERE:
            raise ValueError(
                f"{name} is not installed: run `./qexport test` first, then .venv/bin/python"
            ) from None
        return Package(name, version, *NOT_EVERYWHERE[name])
    if _shorten(installed.version) != _shorten(version):
        raise ValueError(f"{name} {installed.version} is installed, and locked is {version}")
    return Package(name, version, licence_of(installed, installed.metadata), home_of(installed))


def _shorten(version: str) -> str:
    """Return a version without zeros before a number: 1.002 is 1.2 (PEP 440)."""
    return re.sub(r"\b0+(?=\d)", "", version)


def home_of(installed: Distribution) -> str:
    """Return the address of a package's home page, or what is nearest to one; empty where there is none."""
    addresses = dict(each.split(", ", 1) for each in installed.metadata.get_all("Project-URL") or [])
    lower = {label.lower().replace("-", " "): address for label, address in addresses.items()}
    wanted = (
        "homepage",
        "home page",
        "repository",
        "source",
        "source code",
        "code",
        "github",
        "documentation",
    )
    found = (lower[label] for label in wanted if label in lower)
    return read_metadata(installed.metadata, "Home-page") or next(found, "")


def is_allowed(expression: str) -> bool:
    """Return whether something under this SPDX expression may ship: one way through it, all of it allowed."""
    words = re.findall(r"[()]|[^\s()]+", expression)

    def either() -> bool:
        found = both()
        while words and words[0] == "OR":
            words.pop(0)
            found = both() or found
        return found

    def both() -> bool:
        found = one()
        while words and words[0] == "AND":
            words.pop(0)
            found = one() and found
        return found

    def one() -> bool:
        word = words.pop(0)
        if word != "(":
            if words[:1] == ["WITH"]:  # an exception only ever allows more
                del words[:2]
            return word in PERMISSIVE
        found = either()
        words.pop(0)
        return found

    return either() and not words


def shipped() -> list[Package]:
    """Return what the program runs with."""
    return [package(name, version) for name, version in sorted(locked(PROGRAM_LOCK).items())]


def for_tests() -> list[Package]:
    """Return what only the tests need."""
    mine = locked(PROGRAM_LOCK)
    return [package(name, version) for name, version in sorted(locked(TEST_LOCK).items()) if name not in mine]


NEVER_IMPORTED = frozenset({"frozendict"})
"""What a dependency names in its metadata and nothing imports."""


def not_allowed(packages: Iterable[Package]) -> list[str]:
    """Say which packages are under a licence that would bind users."""
    return [
        f"{each.name}: {each.licence}"
        for each in packages
        if not is_allowed(each.licence) and each.name not in NEVER_IMPORTED
    ]


# Fonts


def fonts() -> Iterator[tuple[str, str, str, str, str]]:
    """Yield family, package, number of files, licence and where its text is, for every font that is bundled."""
    for module, names in BUNDLED.items():
        installed = distribution(module.replace("_", "-"))
        paths = [str(file) for file in installed.files or ()]
        files = [path for path in paths if path.rsplit("/", 1)[-1] in names]
        licences = [path for path in paths if is_licence(path) or re.search(r"/LICENSE[^/]*$", path)]
        if len(files) != len(names) or not licences:
            raise ValueError(f"{module} lacks a font or its licence")
        text = str(installed.locate_file(licences[0]))
        if "SIL Open Font License, Version 1.1" not in Path(text).read_text("utf-8"):
            raise ValueError(f"{licences[0]} is not the Open Font License")
        family = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", names[0].split("-")[0]).replace("IBMPlex", "IBM Plex")
        yield family, installed.name, str(len(names)), "OFL-1.1", f"`{licences[0]}`"
    place = SYMBOLS[0].parent / "LICENSE.txt"
    if "only if the fonts\nare renamed" not in place.read_text("utf-8"):
        raise ValueError(f"{place} is not the licence of Bitstream Vera")
    yield (
        "Symbols (from DejaVu)",
        "qexport itself",
        str(len(SYMBOLS)),
        "Bitstream-Vera",
        "`qexport/layout/symbols/LICENSE.txt`",
    )
    for each in SCRIPTS:
        installed = distribution(each.package.replace("_", "-"))
        text = next(str(file) for file in installed.files or () if is_licence(str(file)))
        yield (
            f"of the extra `{each.extra}`",
            installed.name,
            str(len(each.files)),
            licence_of(installed, installed.metadata),
            f"`{text}`",
        )


# The document

PAGE = """\
# Licences

qexport itself is under the [MIT licence](../LICENSE). What you make with it is yours: no licence below reaches the
handbooks, decks and bundles, nor the bank they are made from.

`tools/list_licences.py` writes this page from the locks and from what the installed packages say; a test keeps it so,
and lets no package ship under a licence that would bind who uses it.

## What the program runs with

{program_count} packages, of [requirements.lock](../requirements.lock), each installed by its hash.

{program}

genanki's metadata names frozendict (LGPL-3.0-only), so pip installs it from its authors; neither genanki nor this
program imports it (`tests/e2e/test_supply_chain.py`), qexport passes none of it on, and after `pip uninstall
frozendict` all works the same. Its version 1.2 is under the MIT licence, but is a source archive alone: pip would build
it with a setuptools that no hash is known of, and that was thought the worse of the two.

### Inside their wheels

Wheels of these hold libraries of others, as their licence files say:

{inside}

The LGPL of libiconv binds who passes on lxml's wheel, not who uses it: qexport passes on no package, pip fetches each
from its authors.

### Fonts

They come as packages of their own, each with its licence; the Open Font License lets a document hold a font without
becoming subject to it. The symbols are parts of DejaVu Sans, under the name that its licence asks for. Fonts of an
extra are there if the extra is installed.

{fonts}

### Data

The order of Chinese characters in `templates/languages/zh.order` and `ja.order` is that of CLDR, © Unicode, Inc., under
the [Unicode License v3](https://www.unicode.org/license.txt) (Unicode-3.0), which allows any use that keeps the notice.

`src/qexport/layout/weasyprint/engine_styles.json` is what WeasyPrint makes of its own style sheet, © Simon Sapin and
contributors (BSD-3-Clause); its licence is in the same folder.

The ICC profile of sRGB in `src/qexport/pdf/profiles`, which PDF/A files hold, is of
[Compact ICC Profiles](https://github.com/saucecontrol/Compact-ICC-Profiles) by Clinton Ingram, in the public domain
(CC0-1.0). That of the press, CGATS-TR-006.icc, which prepress files hold, was made by `tools/make_press_profile.py`,
and is in the public domain, too. Source of its characterization data: ANSI/CGATS/GRACoL TR 006-2007, © NPES, which
says: "Profiles, or other derivative work, based on these data may be distributed with no further permissions from
CGATS."

### Libraries of the system

WeasyPrint loads Pango when pages are laid out, dynamically, from the system; none of these is part of qexport. Where
the system has no Pango, `./qexport` unpacks the packages of Debian or Ubuntu, as they are, into `.venv/native`. Several
are under the **LGPL**: it lets programs under any licence load them, and asks that one can put another version in
their place, which one can.

{native}

Python itself is under PSF-2.0, its SQLite in the public domain.

## What only tests need

{tests_count} more, of [requirements-test.lock](../requirements-test.lock): installed by `./qexport test`, never with
the program.

{tests}

## Known vulnerabilities

`python tools/audit.py` asks what is known against any version in the two locks; it needs the network, and pip-audit or
[uv](https://docs.astral.sh/uv/). It ends with 0 where nothing is known, 1 where something is, and 2 where it could not
ask about all of them, which says nothing of the rest.

`tools/list_licences.py --sbom FILE` writes what the program runs with as a bill of materials (CycloneDX).
"""


def document() -> str:
    """Return the text of docs/licences.md."""
    program, tests = shipped(), for_tests()
    return PAGE.format(
        program_count=len(program),
        program=_packages(program, REMARKS),
        inside=_table(("package", "licences of what is inside", "what"), INSIDE),
        fonts=_table(("font", "package", "files", "licence", "its text, in the package"), fonts()),
        native=_table(("library", "licence", "what for"), NATIVE),
        tests_count=len(tests),
        tests=_packages(tests, TEST_REMARKS),
    )


def _packages(packages: Sequence[Package], remarks: Mapping[str, str]) -> str:
    rows = [
        (
            f"[{each.name}]({each.home})" if each.home else each.name,
            each.version,
            each.licence,
            remarks.get(each.name, ""),
        )
        for each in packages
    ]
    return _table(("package", "version", "licence", "remark"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *rows])


def bill_of_materials() -> dict[str, object]:
    """Return what the program runs with, as CycloneDX; the same for the same locks."""
    return write_bill((each.name, each.version, {"expression": each.licence}) for each in shipped())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing, and tell what is wrong")
    parser.add_argument(
        "--sbom", type=Path, metavar="FILE", help="write a bill of materials, and nothing else"
    )
    arguments = parser.parse_args()
    if arguments.sbom:
        arguments.sbom.write_text(json.dumps(bill_of_materials(), indent=2) + "\n", "utf-8")
        return 0
    text = document()
    wrong = [f"not allowed to ship: {each}" for each in not_allowed(shipped())]
    if not arguments.check:
        DOCUMENT.write_text(text, "utf-8")
    elif DOCUMENT.read_text("utf-8") != text:
        wrong.append("docs/licences.md is not up to date: run tools/list_licences.py")
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
