"""The characters a font's glyphs represent, read from the font file alone.

    font file → glyph → text; (glyph, other character it is drawn for) → code

A PDF has one text for each code of a font. WeasyPrint takes it from the first place where a glyph is drawn, and a
letter drawn with two glyphs gives its first glyph none: then that glyph has no text in the whole book. Here the text of
a glyph is the same wherever it is drawn: its character in the font's character map (`cmap`), or what its name says
(`post`): `f_i` is f and i, `one.tnum` is the text of `one`, `uni0304.cap` is U+0304. A glyph without either has the
text of the glyphs it is a form of (`GSUB`).

A glyph that is drawn for several characters, as one for µ (U+00B5) and μ (U+03BC), has a code of its own for each but
the first. The tables are described in the OpenType specification, chapters cmap, post and maxp.
"""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from qexport.common.patterns import compile_late
from qexport.common.records import Record
from qexport.layout.glyph_forms import read_forms

LAST_CODE = 0xFFFE
"""Codes of other characters count down from here; those of glyphs count up from 0."""

DOTLESS = {"\u0131": "i", "\u0237": "j"}
"""What fonts draw for i and j below a mark."""

_ACCENTS = {
    "grave": 0x300,
    "acute": 0x301,
    "circumflex": 0x302,
    "tilde": 0x303,
    "macron": 0x304,
    "breve": 0x306,
    "dotaccent": 0x307,
    "dieresis": 0x308,
    "hookabove": 0x309,
    "ring": 0x30A,
    "hungarumlaut": 0x30B,
    "caron": 0x30C,
    "dblgrave": 0x30F,
    "breveinverted": 0x311,
    "commaaccent": 0x326,
    "dotbelow": 0x323,
    "dieresisbelow": 0x324,
    "cedilla": 0x327,
    "ogonek": 0x328,
    "macronbelow": 0x331,
    "horn": 0x31B,
}
"""Names of combining marks, without `cmb` or `comb`."""

_MACINTOSH = """
    .notdef .null nonmarkingreturn space exclam quotedbl numbersign dollar percent ampersand quotesingle
    parenleft parenright asterisk plus comma hyphen period slash zero one two three four five six seven eight
    nine colon semicolon less equal greater question at A B C D E F G H I J K L M N O P Q R S T U V W X Y Z
    bracketleft backslash bracketright asciicircum underscore grave a b c d e f g h i j k l m n o p q r s t u
    v w x y z braceleft bar braceright asciitilde Adieresis Aring Ccedilla Eacute Ntilde Odieresis Udieresis
    aacute agrave acircumflex adieresis atilde aring ccedilla eacute egrave ecircumflex edieresis iacute
    igrave icircumflex idieresis ntilde oacute ograve ocircumflex odieresis otilde uacute ugrave ucircumflex
    udieresis dagger degree cent sterling section bullet paragraph germandbls registered copyright trademark
    acute dieresis notequal AE Oslash infinity plusminus lessequal greaterequal yen mu partialdiff summation
    product pi integral ordfeminine ordmasculine Omega ae oslash questiondown exclamdown logicalnot radical
    florin approxequal Delta guillemotleft guillemotright ellipsis nonbreakingspace Agrave Atilde Otilde OE oe
    endash emdash quotedblleft quotedblright quoteleft quoteright divide lozenge ydieresis Ydieresis fraction
    currency guilsinglleft guilsinglright fi fl daggerdbl periodcentered quotesinglbase quotedblbase
    perthousand Acircumflex Ecircumflex Aacute Edieresis Egrave Iacute Icircumflex Idieresis Igrave Oacute
    Ocircumflex apple Ograve Uacute Ucircumflex Ugrave dotlessi circumflex tilde macron breve dotaccent ring
    cedilla hungarumlaut ogonek caron Lslash lslash Scaron scaron Zcaron zcaron brokenbar Eth eth Yacute
    yacute Thorn thorn minus multiply onesuperior twosuperior threesuperior onehalf onequarter threequarters
    franc Gbreve gbreve Idotaccent Scedilla scedilla Cacute cacute Ccaron ccaron dcroat
""".split()  # noqa: SIM905  a list of 258 literals is harder to read
"""The Macintosh's own names, which a font's table refers to by number (OpenType, post, format 1)."""

_CODE_NAME = compile_late(r"(?:uni((?:[0-9A-F]{4})+)|u([0-9A-F]{4,6}))")


class GlyphTexts(Record, frozen=True):
    """What a font's glyphs represent."""

    texts: Mapping[int, str]
    """Glyph → its text; a glyph without one is not there."""
    aliases: Mapping[tuple[int, str], int]
    """(Glyph, another character it is drawn for) → the code it has then."""


@lru_cache(maxsize=32)  # every strip and page has font objects of its own, of the same few files
def read_glyph_texts(data: bytes) -> GlyphTexts:
    """Return what the glyphs of a TrueType font represent."""
    tables = {
        data[at : at + 4]: struct.unpack_from(">II", data, at + 8)
        for at in range(12, 12 + 16 * int.from_bytes(data[4:6], "big"), 16)
    }
    characters = sorted(read_characters(data, tables[b"cmap"][0]).items())
    texts: dict[int, str] = {}
    others: list[tuple[int, str]] = []
    for point, glyph in characters:
        ligature = unicodedata.normalize("NFKC", chr(point)) if 0xFB00 <= point <= 0xFB06 else ""
        if glyph not in texts:
            texts[glyph] = ligature or chr(point)  # ﬁ is drawn for f and i, too
            others += [(glyph, chr(point))] if ligature else []
        elif unicodedata.category(chr(point)) not in (
            "Zs",
            "Cf",
        ):  # a space is found as one, whatever its width
            others.append((glyph, chr(point)))
    by_text = {text: glyph for glyph, text in texts.items()}
    others += [(by_text[dotless], letter) for dotless, letter in DOTLESS.items() if dotless in by_text]
    names = _read_names(data, *tables[b"post"]) if b"post" in tables else []
    by_name = {name: texts[glyph] for glyph, name in enumerate(names) if glyph in texts}
    for glyph, name in enumerate(names):
        if glyph and glyph not in texts and (text := _decode_name(name, by_name)):
            texts[glyph] = text
    if b"GSUB" in tables:
        _add_forms(texts, read_forms(data, tables[b"GSUB"][0]))
    aliases = {pair: LAST_CODE - index for index, pair in enumerate(sorted(set(others)))}
    return GlyphTexts(texts, aliases)


def _add_forms(texts: dict[int, str], forms: Sequence[tuple[int, tuple[int, ...]]]) -> None:
    """Give glyphs without a text that of what they are drawn for, and glyphs drawn for those."""
    for _ in range(4):  # a form of a ligature of forms
        before = len(texts)
        for glyph, parts in forms:
            if glyph and glyph not in texts and all(part in texts for part in parts):
                texts[glyph] = "".join(texts[part] for part in parts)
        if len(texts) == before:
            return


def read_characters(data: bytes, cmap: int) -> Mapping[int, int]:
    """Return the glyphs of code points, as the Unicode tables of a font say.

    Args:
        data: a font file.
        cmap: where its table cmap begins.
    """
    count = int.from_bytes(data[cmap + 2 : cmap + 4], "big")
    places = {
        cmap + place
        for platform, encoding, place in struct.iter_unpack(">HHI", data[cmap + 4 : cmap + 4 + 8 * count])
        if platform == 0 or (platform == 3 and encoding in (1, 10))
    }
    found: dict[int, int] = {}
    for at in places:
        kind = int.from_bytes(data[at : at + 2], "big")
        if kind == 4:
            found.update(_read_format_4(data, at))
        elif kind == 12:
            groups = int.from_bytes(data[at + 12 : at + 16], "big")
            for first, last, glyph in struct.iter_unpack(">III", data[at + 16 : at + 16 + 12 * groups]):
                found.update((point, glyph + point - first) for point in range(first, last + 1))
    return found


def _read_format_4(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    doubled = int.from_bytes(data[at + 6 : at + 8], "big")
    ends, starts = at + 14, at + 16 + doubled
    deltas, offsets = starts + doubled, starts + 2 * doubled
    for segment in range(0, doubled, 2):
        end, start, delta, offset = (
            int.from_bytes(data[place + segment : place + segment + 2], "big")
            for place in (ends, starts, deltas, offsets)
        )
        for point in range(start, min(end, 0xFFFE) + 1):
            if offset:
                place = offsets + segment + offset + 2 * (point - start)
                glyph = int.from_bytes(data[place : place + 2], "big")
                glyph = (glyph + delta) % 0x10000 if glyph else 0
            else:
                glyph = (point + delta) % 0x10000
            if glyph:
                yield point, glyph


def _read_names(data: bytes, at: int, length: int) -> list[str]:
    """Return the names of a font's glyphs, in their order."""
    if data[at : at + 4] != b"\0\2\0\0":
        return []
    count = int.from_bytes(data[at + 32 : at + 34], "big")
    numbers = struct.unpack_from(f">{count}H", data, at + 34)
    names = []
    place, end = at + 34 + 2 * count, at + length
    while place < end:
        size = data[place]
        names.append(data[place + 1 : place + 1 + size].decode("latin-1"))
        place += 1 + size
    all_names = [*_MACINTOSH, *names]
    return [all_names[number] if number < len(all_names) else "" for number in numbers]


def _decode_name(name: str, by_name: Mapping[str, str]) -> str:
    """Return the text a glyph's name says, "" if it says none (Adobe Glyph List Specification, section 2)."""
    base = name.partition(".")[0]
    if not base:
        return ""
    text = ""
    for part in base.split("_"):
        known = by_name.get(part) or _decode_part(part)
        if not known:
            return ""
        text += known
    return text


def _decode_part(part: str) -> str:
    if found := _CODE_NAME.fullmatch(part):
        digits = found[1] or found[2]
        points = (
            [int(digits[at : at + 4], 16) for at in range(0, len(digits), 4)]
            if found[1]
            else [int(digits, 16)]
        )
        return "".join(chr(point) for point in points if not 0xD800 <= point < 0xE000)
    if part.endswith(("cmb", "comb")):
        point = _ACCENTS.get(part.removesuffix("cmb").removesuffix("comb"))
        return chr(point) if point else ""
    return part if len(part) == 1 and part.isascii() and part.isalpha() else ""
