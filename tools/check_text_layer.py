"""Read every character of every font back from a PDF, with programs that did not make it.

    python tools/check_text_layer.py                           the bundled fonts
    python tools/check_text_layer.py --extras                  the fonts of the extras, too (Chinese: the first 3,000)
    python tools/check_text_layer.py --theme FOLDER            a theme's fonts, too
    python tools/check_text_layer.py --pdfjs node_modules      pdf.js among the readers (npm install pdfjs-dist)

Readers: poppler (pdftotext), pdfium, mutool, pdfminer (pip install pdfminer.six) and pdf.js, as far as they are there.
Each character is set between two bars; letters are also set with marks for which fonts have no letter of their own.
Letters that go from right to left are set one a line, in Hebrew and Arabic with points. They count in poppler, pdfium
and pdf.js; what the other readers make of them is only printed. Blanks are not compared: readers make them of gaps. The
exit status is 1 if a character is read as another one.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from itertools import islice
from pathlib import Path

import pypdfium2

from qexport.layout.fonts import FontFile, find_bundled, of_folders
from qexport.layout.glyph_texts import GlyphTexts, read_glyph_texts
from qexport.layout.script_fonts import find_script_fonts
from qexport.layout.weasyprint.layout import lay_out
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book

PAGE = "@page { size: 400mm 400mm; margin: 5mm } p { margin: 0 0 2mm } "
LINE = 40
"""Characters in a line."""

WEIGHTS = {"": 400, "Regular": 400, "It": 400, "Italic": 400, "Semibold": 600, "SemiBold": 600, "Bold": 700}
MOST_CHARACTERS = 3000
READ_RTL = frozenset({"poppler", "pdfium", "pdf.js"})
"""Readers that order what is written from right to left."""
MARKS = "\u0304\u0306\u030b\u0323"

PDF_JS = """
import { readFileSync } from 'fs';
const pdfjs = await import(process.argv[1] + '/pdfjs-dist/legacy/build/pdf.mjs');
const data = new Uint8Array(readFileSync(process.argv[2]));
const pdf = await pdfjs.getDocument({ data, verbosity: 0 }).promise;
const pages = [];
for (let number = 1; number <= pdf.numPages; number++) {
  const content = await (await pdf.getPage(number)).getTextContent({ disableNormalization: true });
  pages.push(content.items.map(item => item.str).join(''));
}
console.log(JSON.stringify(pages.join('')));
"""


def list_characters(texts: GlyphTexts) -> list[str]:
    """Return what a font can draw and that is written from left to right: characters, letters with marks."""
    own = {text for text in texts.texts.values() if len(text) == 1} | {text for _, text in texts.aliases}
    shown = sorted(
        character
        for character in own
        if unicodedata.category(character)[0] not in "CZ"
        and unicodedata.bidirectional(character) not in ("R", "AL", "AN")
        and character not in "|\u034f"  # a joiner that is not drawn
        and not "\u0591" <= character <= "\u05c7"  # points of Hebrew and signs of Arabic: with their letters
        and not _is_sign_of_arabic(character)
    )
    marks = [mark for mark in MARKS if mark in own]
    letters = [letter for letter in "aegilmotuyAEGOUY" if letter in own]
    alone = [f"o{each}" if unicodedata.combining(each) else each for each in shown]
    return [*alone, *(f"{letter}{mark}" for letter in letters for mark in marks), *_ligatures(own)]


def _is_sign_of_arabic(character: str) -> bool:
    """Return whether a mark or an ornament is of a text from right to left."""
    return (
        unicodedata.name(character, "").startswith(("ARABIC ", "ORNATE "))
        or "\ufd40" <= character <= "\ufdff"
    )


def list_rtl_characters(texts: GlyphTexts) -> list[str]:
    """Return what a font can draw and that is written from right to left: letters, and letters with points."""
    own = {text for text in texts.texts.values() if len(text) == 1} | {text for _, text in texts.aliases}
    letters = sorted(
        character
        for character in own
        if unicodedata.bidirectional(character) in ("R", "AL")
        and not "\ufb1d" <= character <= "\ufefc"
        and unicodedata.category(character) == "Lo"
    )
    points = sorted(own & {*map(chr, range(0x5B0, 0x5BD)), *map(chr, range(0x64B, 0x653))})
    pointed = [("\u05e9" if point < "\u0600" else "\u0628") + point for point in points]
    return [*letters, *pointed]


def _ligatures(own: set[str]) -> list[str]:
    return ["office", "ffl", "ﬁ", "fi"] if set("office") <= own else []


def make_pdf(
    characters: Sequence[str], style: str, fonts: Sequence[FontFile] = (), line: int = LINE
) -> bytes:
    """Return a PDF of these, each between two bars, so many a line, in the font of a style."""
    rows = iter(characters)
    lines = [f"<p>|{'|'.join(map(escape, row))}|</p>" for row in iter(lambda: list(islice(rows, line)), [])]
    html = f'<html lang="en"><title>t</title><body class="">{"".join(lines)}</body></html>'
    chunk = lay_out(html, f"{PAGE} html {{ {style} }}", fonts=tuple(fonts))
    return link([chunk], Book(title="t", language="en"), fonts)


def find_wrong(characters: Sequence[str], read: str) -> list[str]:
    """Return what was read as something else: `ȳ as y`."""
    found = "".join(re.sub("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", read).split()).split("|")
    there = [each for each in found if each]
    if len(there) != len(characters):
        missing = [each for each in characters if _normalize(each) not in {_normalize(one) for one in there}]
        return [f"{len(there)} of {len(characters)} are read; not {' '.join(missing[:20])}"]
    pairs = zip(characters, there, strict=True)
    return [f"{each} as {one}" for each, one in pairs if _normalize(each) != _normalize(one)]


def _normalize(text: str) -> str:
    """Return a text in which y and a macron are ȳ, and ﬁ or ٵ, which some readers take apart, is f and i."""
    joined = ("\ufb00", "\ufb06"), ("\u0675", "\u0678")
    apart = (
        unicodedata.normalize("NFKC", each) if any(low <= each <= high for low, high in joined) else each
        for each in text
    )
    return unicodedata.normalize("NFC", "".join(apart))


def read_with_pdfium(path: Path) -> str:
    """Return the text of a PDF."""
    with pypdfium2.PdfDocument(path) as pdf:
        return "".join(pdf[number].get_textpage().get_text_range() for number in range(len(pdf)))


def read_with_poppler(path: Path) -> str:
    """Return the text of a PDF."""
    return subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout.decode()


def read_with_mutool(path: Path) -> str:
    """Return the text of a PDF."""
    words = ["mutool", "draw", "-q", "-F", "text", str(path)]
    return subprocess.run(words, capture_output=True, check=True).stdout.decode()


def read_with_pdfminer(path: Path) -> str:
    """Return the text of a PDF, characters in the order they are drawn."""
    from pdfminer.high_level import extract_pages  # type: ignore[import-not-found, unused-ignore]

    def walk(item: object) -> Iterator[str]:
        if type(item).__name__ == "LTChar":
            yield item.get_text()  # type: ignore[attr-defined]
        elif hasattr(item, "__iter__"):
            for each in item:
                yield from walk(each)

    return "".join(each for page in extract_pages(path, laparams=None) for each in walk(page))


def readers(modules: Path | None) -> Mapping[str, Callable[[Path], str]]:
    """Return the readers that are there."""

    def read_with_pdf_js(path: Path) -> str:
        words = ["node", "--input-type=module", "-e", PDF_JS, str((modules or path).resolve()), str(path)]
        return str(json.loads(subprocess.run(words, capture_output=True, check=True).stdout))

    found: dict[str, Callable[[Path], str]] = {"pdfium": read_with_pdfium}
    if shutil.which("pdftotext"):
        found["poppler"] = read_with_poppler
    if shutil.which("mutool"):
        found["mutool"] = read_with_mutool
    if importlib.util.find_spec("pdfminer"):
        found["pdfminer"] = read_with_pdfminer
    if modules and shutil.which("node"):
        found["pdf.js"] = read_with_pdf_js
    return found


def list_fonts(theme: Path | None, *, extras: bool = False) -> Iterator[tuple[str, str, FontFile]]:
    """Yield a font's name, the style that chooses it, and its file."""
    for file in find_bundled().values():
        name, _, kind = file.path.stem.partition("-")
        family = {
            "SourceSerifPro": "Source Serif Pro",
            "SourceSansPro": "Source Sans Pro",
            "IBMPlexMono": "IBM Plex Mono",
            "Symbols": "qexport Symbols",
            "SymbolsMono": "qexport Symbols Mono",
        }.get(name)
        slanted = kind.endswith(("It", "Italic"))
        weight = WEIGHTS.get(kind if kind in WEIGHTS else kind.removesuffix("Italic").removesuffix("It"), 400)
        if family:
            style = f"font: {'italic ' * slanted}{weight} 10pt/16pt '{family}'"
            yield file.path.stem, style, file
    added = [
        file
        for sample, tag in (("ש", "he"), ("ب", "ar"), ("क", "hi"), ("あ", "ja"), ("中", "zh"))
        for file in (find_script_fonts([sample], tag) if extras else ())
    ]
    for file in [*added, *(of_folders([theme]) if theme else ())]:
        kind = file.path.stem.rpartition("-")[2]
        slanted = kind.endswith("Italic")
        weight = WEIGHTS.get(kind.removesuffix("Italic") or "Regular", 400)
        yield file.path.stem, f"font: {'italic ' * slanted}{weight} 10pt/16pt '{_family(file)}'", file


def _family(file: FontFile) -> str:
    done = subprocess.run(["fc-scan", "-f", "%{family[0]}", file.path], capture_output=True, check=True)
    return done.stdout.decode()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--theme", type=Path, metavar="FOLDER", help="a theme with a folder of fonts")
    parser.add_argument("--pdfjs", type=Path, metavar="FOLDER", help="node_modules with pdfjs-dist")
    parser.add_argument("--extras", action="store_true", help="the fonts of the extras, too")
    arguments = parser.parse_args()
    programs = readers(arguments.pdfjs)
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, style, file in list_fonts(arguments.theme, extras=arguments.extras):
            texts = read_glyph_texts(file.path.read_bytes())
            added = [file] if file.digest not in find_bundled() else []
            for direction, characters in (
                ("", list_characters(texts)[:MOST_CHARACTERS]),
                ("rtl", list_rtl_characters(texts)),
            ):
                if not characters:
                    continue
                path = Path(folder) / f"{name}{direction}.pdf"
                path.write_bytes(make_pdf(characters, style, added, 1 if direction else LINE))
                wrong += check_readers(f"{name} {direction}", characters, path, programs, direction)
    return 1 if wrong else 0


def check_readers(
    name: str,
    characters: Sequence[str],
    path: Path,
    programs: Mapping[str, Callable[[Path], str]],
    direction: str,
) -> int:
    """Print what each reader makes of a PDF; return how many characters are wrong in those that count."""
    wrong = 0
    for program, read in programs.items():
        found = find_wrong(characters, read(path))
        counts = not direction or program in READ_RTL
        wrong += len(found) if counts else 0
        print(
            f"{name:28} {len(characters):5} {program:9} {len(found) or '·'}{'' if counts else ' (not counted)'}",
            *found[:8],
            sep="  ",
            flush=True,
        )
    return wrong


if __name__ == "__main__":
    sys.exit(main())
