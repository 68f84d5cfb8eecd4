"""The order of names in a list, by the dictionaries of the language.

    name → letters, then accents, then case → Collation

It is the order of the Unicode Collation Algorithm with the rules of CLDR for the sixteen languages of the labels, held
against ICU's by `tests/unit/content/test_collation.py`: names differ by their letters first, then by accents, then by
case, small letters first. The language's own script comes before others. Characters of Chinese are in the order of
pinyin, or, in Japanese, of JIS X 0208: `templates/languages/zh.order` and `ja.order`, read only for these languages.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache

from qexport.common.records import Record
from qexport.content.languages import main_subtag
from qexport.content.templates import templates_folder

SIGNS = "_-–—・,、;；:：!！¡?？¿.…。·।'‘’‹›\"“”„«»(（)）[]{}「」§¶@*/\\&#%†‡•′″`^°←→↔⇒∀∈+±÷×<=>≠|~∞≈≤≥$£¥€"
"""Signs in their order; others come after these."""

MARKS = "\u0301\u0300\u0306\u0302\u030c\u030a\u0308\u030b\u0303\u0307\u0335\u0338\u0328\u0327\u0323\u0304"
"""Accents in their order; others come after these."""

_LATIN_LETTERS = "a b c d e f g h i ı j k l m n o p q ĸ r s t ŧ u v w x y z þ"
_CYRILLIC = "а б в г ґ д ђ е є ж з ѕ и і ї й ј к л љ м н њ о п р с т ћ у ў ф х ц ч џ ш щ ъ ы ь э ю я"
_ARABIC = "ءأؤإئا ب پ ةت ث ٹ ج چ ح خ د ذ ڈ ر ز ڑ ژ س ش ص ض ط ظ ع غ ف ڤ ق كک گ ل م ن ں هہ ھ و ىيی ے"
_HEBREW = "א ב ג ד ה ו ז ח ט י כך ל מם נן ס ע פף צץ ק ר ש ת"
_DEVANAGARI = (
    "ॐ ंँ ः ऄ अ आ इ ई उ ऊ ऋ ॠ ऌ ॡ ऍ ऎ ए ऐ ऑ ऒ ओ औ क ख ग घ ङ च छ ज झ ञ ट ठ ड ढ ण त थ द ध न प फ ब भ म य र ल ळ व श"
    " ष स ह ऽ ा ि ी ु ू ृ ॄ ॢ ॣ ॅ ॆ े ै ॉ ॊ ो ौ ्"
)
_KANA = (
    "ぁあ ぃい ぅう ぇえ ぉお ゕか き く ゖけ こ さ し す せ そ た ち っつ て と な に ぬ ね の は ひ ふ へ ほ"
    " ま み む め も ゃや ゅゆ ょよ ら り る れ ろ ゎわ ゐ ゑ を ん"
)
_ALPHABETS = {
    "cs": "a b c č d e f g h ch i ı j k l m n o p q r ř s š t ŧ u v w x y z ž þ",
    "es": "a b c d e f g h i ı j k l m n ñ o p q r s t ŧ u v w x y z þ",
    "pl": "a ą b c ć d e ę f g h i ı j k l ł m n ń o ó p q r s ś t ŧ u v w x y z ź ż þ",
    "tr": "a b c ç d e f g ğ h ı i j k l m n o ö p q r s ş t ŧ u ü v w x y z þ",
}
"""Latin letters of their own; all other accents differ only where all else is the same."""

_SCRIPT_GROUPS = (
    "latin",
    "greek",
    "cyrillic",
    "hebrew",
    "arabic",
    "devanagari",
    "hangul",
    "kana",
    "han",
    "other",
)
_OWN_SCRIPTS = {
    "ar": ("arabic",),
    "he": ("hebrew",),
    "hi": ("devanagari",),
    "ja": ("latin", "kana", "han"),
    "uk": ("cyrillic",),
    "zh": ("han",),
}
_RANGES = (
    ("latin", 0x61, 0x24F),
    ("greek", 0x370, 0x3FF),
    ("cyrillic", 0x400, 0x52F),
    ("hebrew", 0x5D0, 0x5EA),
    ("arabic", 0x620, 0x6D3),
    ("devanagari", 0x900, 0x97F),
    ("hangul", 0xAC00, 0xD7A3),
    ("hangul", 0x1100, 0x11FF),
    ("kana", 0x3041, 0x30FF),
    ("han", 0x3400, 0x9FFF),
)
_SPLIT = {"ß": "ss", "æ": "ae", "œ": "oe", "ĳ": "ij", "آ": "اا"}
_STRUCK = {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h"}
_VOWELS = {
    "あ": "ぁあかがさざただなはばぱまゃやらゎわゕ",
    "い": "ぃいきぎしじちぢにひびぴみりゐ",
    "う": "ぅうくぐすずっつづぬふぶぷむゅゆるゔ",
    "え": "ぇえけげせぜてでねへべぺめれゑゖ",
    "お": "ぉおこごそぞとどのほぼぽもょよろを",
}
"""Of a long vowel: what ー is after a syllable."""


class Collation(Record, frozen=True, order=True):
    """What a name is sorted by."""

    letters: tuple[tuple[int, int], ...]
    """Group (sign, number, script) and place in it."""
    accents: tuple[tuple[int, ...], ...]
    cases: tuple[int, ...]
    name: str


class _Letter(Record, frozen=True):
    """A letter as the order sees it."""

    text: str
    group: int
    place: int
    variant: int = 0
    """Among letters that differ like accents."""
    case: int = 0


def collation_key(name: str, tag: str = "en") -> Collation:
    """Return what a name is sorted by in a language (BCP 47)."""
    letters: list[_Letter] = []
    accents: list[list[int]] = []
    for each in _split_letters(name, main_subtag(tag)):
        if isinstance(each, int):
            if accents:
                accents[-1].append(each)
            continue
        letters.append(each)
        accents.append([each.variant] if each.variant else [])
    return Collation(
        tuple((each.group, each.place) for each in letters),
        tuple(map(tuple, accents)),
        tuple(each.case for each in letters),
        name,
    )


def initial_of(name: str, tag: str = "en") -> str:
    """Return the letter a name is under in a list; empty for numbers and signs.

    Chinese names are under the letter of their pinyin, Japanese ones under the row of their kana, or `漢字`.
    """
    main = main_subtag(tag)
    first = next((each for each in _split_letters(name, main) if isinstance(each, _Letter)), None)
    if first is None or first.group < FIRST_SCRIPT:
        return ""
    if main == "zh" and first.text in _han_places("zh"):
        return _pinyin_initial(first.place)
    if main == "tr":
        return {"i": "İ", "ı": "I"}.get(first.text, first.text.upper())
    if main == "ja" and first.group == _script_group("han", main):
        return "漢字"
    if first.text in _KANA:
        return next(row for row in "わらやまはなたさかあ" if _places(main)[row].place <= first.place)
    return first.text.capitalize()


FIRST_SCRIPT = 2
"""The group of the language's own script, after signs and numbers."""


def _split_letters(name: str, main: str) -> Iterator[_Letter | int]:
    """Yield the letters of a name, and the accents of each (as numbers) after it."""
    places = _places(main)
    text = unicodedata.normalize("NFC", name)
    if not _has_pairs(main) and "ー" not in text:
        for one in text.lstrip():
            yield from _read_alone(one, main)
        return
    at = 0
    while at < len(text):
        two, one = _lower(text[at : at + 2], main), text[at]
        if len(two) == 2 and two in places:
            yield _with_case(places[two], text[at])
            at += 2
            continue
        at += 1
        yield from _read_character(one, main, places, text[: at - 1])


@cache
def _has_pairs(main: str) -> bool:
    """Return whether two characters are one letter of a language: `ch` in Czech."""
    return any(len(letter) == 2 for letter in _places(main))


@lru_cache(maxsize=4096)
def _read_alone(one: str, main: str) -> tuple[_Letter | int, ...]:
    """Return what a character is after another: an index of 500 terms has 10,000 characters, of a hundred kinds."""
    return tuple(_read_character(one, main, _places(main), "-"))


def _read_character(
    one: str, main: str, places: Mapping[str, _Letter], before: str
) -> Iterator[_Letter | int]:
    """Yield what one character is."""
    small = _lower(one, main)
    if small in places:
        yield _with_case(places[small], one)
    elif small in _SPLIT:
        yield from (_with_case(places[part], one) for part in _SPLIT[small])
        yield len(MARKS) + 1
    elif small in _STRUCK:
        yield _with_case(places[_STRUCK[small]], one)
        yield MARKS.index("\u0335") + 1
    elif one == "ー" and (long := _long_vowel(before, main)):
        yield replace(places[long], case=-1)
    else:
        for part in unicodedata.normalize("NFD", small):
            if part in places:
                yield _with_case(places[part], one)
            elif unicodedata.category(part) == "Mn":
                yield MARKS.index(part) + 1 if part in MARKS else len(MARKS) + ord(part)
            elif unicodedata.category(part) != "Cf" and (not part.isspace() or before.strip()):
                yield _read_other(part, main)


def _read_other(part: str, main: str) -> _Letter:
    """Return a digit, a sign, or a letter that no alphabet here has."""
    if part.isdigit():
        return _Letter(part, 1, int(part) if part.isdecimal() else 10)
    if part.isalpha():
        return _Letter(part, _group_of(part, main), _place_of(part, main))
    known = SIGNS.index(part) + 1 if part in SIGNS else len(SIGNS) + ord(part)
    return _Letter(part, 0, 0 if part.isspace() else known)


def _long_vowel(before: str, main: str) -> str:
    """Return the vowel that ー makes long; "" if it follows none."""
    last = _lower(before[-1:], main)
    return next((vowel for vowel, row in _VOWELS.items() if last and last in row), "")


@lru_cache(maxsize=4096)
def _with_case(letter: _Letter, written: str) -> _Letter:
    is_large = written != written.lower()
    return replace(letter, case=1) if is_large else letter


@lru_cache(maxsize=4096)  # of one letter or two, of which there are few
def _lower(text: str, main: str) -> str:
    if main == "tr":
        text = text.replace("İ", "i").replace("I", "ı")
    return "".join(chr(ord(each) - 0x60) if "ァ" <= each <= "ヶ" else each for each in text.lower())


@cache
def _places(main: str) -> Mapping[str, _Letter]:
    """Return the letters that have a place of their own."""
    alphabets = {
        "latin": _ALPHABETS.get(main, _LATIN_LETTERS),
        "cyrillic": _CYRILLIC,
        "arabic": _ARABIC,
        "hebrew": _HEBREW,
        "devanagari": _DEVANAGARI,
        "kana": _KANA,
    }
    places = {}
    for script, alphabet in alphabets.items():
        group = _script_group(script, main)
        for place, same in enumerate(alphabet.split()):
            members = [same] if script == "latin" else list(same)
            for variant, letter in enumerate(members):
                # Two forms of one letter: a small kana, a letter at the end of a Hebrew word.
                places[letter] = _Letter(letter, group, place, variant)
    return places


@cache
def _script_group(script: str, main: str) -> int:
    own = _OWN_SCRIPTS.get(main, ())
    return FIRST_SCRIPT + [*own, *(each for each in _SCRIPT_GROUPS if each not in own)].index(script)


def _group_of(letter: str, main: str) -> int:
    point = ord(letter)
    script = next((name for name, first, last in _RANGES if first <= point <= last), "other")
    return _script_group("han" if point >= 0x20000 else script, main)


def _place_of(letter: str, main: str) -> int:
    if main not in ("zh", "ja"):
        return ord(letter)
    return _han_places(main).get(letter, 0x110000 + ord(letter))


@cache
def _han_places(main: str) -> Mapping[str, int]:
    """Return the places of the characters that a language's file of their order has."""
    text = (templates_folder() / "languages" / f"{main}.order").read_text("utf-8")
    lines = [line for line in text.split("\n") if line and not line.startswith("#")]
    return {letter: place for place, letter in enumerate("".join(lines))}


def _pinyin_initial(place: int) -> str:
    """Return the letter that the pinyin of a character begins with."""
    places = _han_places("zh")
    starts = [(places[first], letter) for letter, first in _PINYIN.items() if first in places]
    return next((letter for start, letter in sorted(starts, reverse=True) if place >= start), "")


_PINYIN = dict(zip("ABCDEFGHJKLMNOPQRSTWXYZ", "吖八嚓咑妸发旮哈丌咔垃妈拏噢妑七呥仨他屲夕丫帀", strict=True))
"""The first character of each letter in the order of pinyin (CLDR, zh)."""
