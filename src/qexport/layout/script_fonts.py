"""The fonts of scripts that the bundled ones lack: packages of an extra, used by what has a character of the script.

    characters of a text → the scripts among them → files of `pip install ".[arabic]"`

A book has a script's fonts only if it needs them: reading those of Chinese takes fontconfig half a second.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path

from qexport.common.records import Record
from qexport.layout.fonts import FontFile, folder_of


class ScriptFonts(Record, frozen=True):
    """A package of fonts for one script."""

    extra: str
    """Of qexport, which installs the package."""
    package: str
    files: tuple[str, ...]
    characters: str
    """Ranges of them, each a first one, a hyphen and a last one."""
    languages: tuple[str, ...] = ()
    """That draw characters of several languages in their own way; all languages if empty."""


_HAN = "\u2e80-\u303f\u31c0-\u31ef\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"

SCRIPTS = (
    ScriptFonts(
        "arabic",
        "fontpkg_amiri",
        tuple(f"files/Amiri-{style}.ttf" for style in ("Regular", "Italic", "Bold", "BoldItalic")),
        "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff",
    ),
    ScriptFonts(
        "hebrew",
        "fontpkg_cardo",
        tuple(f"files/Cardo-{style}.ttf" for style in ("Regular", "Italic", "Bold")),
        "\u0590-\u05ff\ufb1d-\ufb4f",
    ),
    ScriptFonts(
        "hindi",
        "fontpkg_hind",
        tuple(f"files/Hind-{style}.ttf" for style in ("Regular", "SemiBold", "Bold")),
        "\u0900-\u097f",
    ),
    ScriptFonts("cjk", "pylopdf_fonts_jp", ("NotoSerifJP-Regular.otf",), f"{_HAN}\u3040-\u30ff", ("ja",)),
    ScriptFonts("cjk", "pylopdf_fonts_zh_cn", ("NotoSerifSC-Regular.otf",), f"{_HAN}\u3040-\u312f", ("zh",)),
)


def find_script_fonts(texts: Iterable[str], language: str = "en") -> tuple[FontFile, ...]:
    """Return the installed fonts of the scripts in texts.

    Args:
        texts: all that a document says.
        language: BCP 47, by which one of several packages for a script is chosen; the first for other languages.
    """
    characters = set().union(*(text for text in texts if not text.isascii()))
    files: dict[str, FontFile] = {}
    main = language.lower().split("-", maxsplit=1)[0]
    taken: set[str] = set()
    for each in sorted(SCRIPTS, key=lambda script: main not in script.languages):
        folder = folder_of(each.package) if each.extra not in taken and _is_in(each, characters) else None
        if folder:
            taken.add(each.extra)
            for name in each.files:
                file = _read_font(folder / name)
                files.setdefault(file.digest, file)
    return tuple(files.values())


def extras_for(characters: Iterable[str]) -> tuple[str, ...]:
    """Return the extras of qexport whose fonts have some of these characters."""
    wanted = set(characters)
    return tuple(sorted({each.extra for each in SCRIPTS if _is_in(each, wanted)}))


def _is_in(script: ScriptFonts, characters: set[str]) -> bool:
    ends = zip(script.characters[::3], script.characters[2::3], strict=True)
    return any(first <= character <= last for first, last in ends for character in characters)


@cache
def _read_font(path: Path) -> FontFile:
    return FontFile(path, sha256(path.read_bytes()).hexdigest())
