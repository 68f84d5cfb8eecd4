"""The languages of documents: their labels, plural forms, dates, direction, order of letters.

    templates/languages/<tag>.toml → language("pt-BR") → label(), count(), date()

A file has all labels of the English one (a test compares them). The forms of numbers are those of CLDR, the order of
letters that of the language's own dictionaries.
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from qexport.content.placeholders import fill_placeholders
from qexport.content.templates import templates_folder

RIGHT_TO_LEFT = frozenset(
    [
        "ar",
        "arc",
        "ckb",
        "dv",
        "fa",
        "ha-arab",
        "he",
        "ks",
        "ku-arab",
        "nqo",
        "pa-arab",
        "ps",
        "sd",
        "syr",
        "ug",
        "ur",
        "yi",
    ]
)
"""Languages written from right to left, with or without a file of labels."""


@dataclass(frozen=True, slots=True)
class Language:
    """What documents of one language are worded with."""

    tag: str
    """BCP 47, of the texts."""
    labels_tag: str
    """Of the labels: English where there is no file for the language."""
    direction: str
    """`ltr` or `rtl`, of the texts."""
    plural: str
    quotes: str
    date_pattern: str
    months: tuple[str, ...]
    counts: Mapping[str, str]
    labels: Mapping[str, str]

    def label(self, key: str, **values: object) -> str:
        """Return a label with values in its places."""
        return fill_placeholders(self.labels[key], **values)

    def count(self, number: int) -> str:
        """Return a number of questions in words."""
        form = _PLURALS[self.plural](number)
        return fill_placeholders(self.counts.get(form, self.counts["other"]), n=number)

    def date(self, day: datetime) -> str:
        """Return a date as the language writes it."""
        return fill_placeholders(
            self.date_pattern, day=day.day, month=self.months[day.month - 1], year=day.year
        )


def supported_languages() -> tuple[str, ...]:
    """Return the tags of the languages that have labels."""
    return tuple(sorted(path.stem for path in (templates_folder() / "languages").glob("*.toml")))


@cache
def language(tag: str) -> Language:
    """Return the language of a BCP 47 tag; with English labels if there are none for it."""
    subtags = tag.lower().split("-")
    folder = templates_folder() / "languages"
    names = ["-".join(subtags[:count]) for count in range(len(subtags), 0, -1)]
    named = next((name for name in names if (folder / f"{name}.toml").is_file()), "en")
    read = tomllib.loads((folder / f"{named}.toml").read_text("utf-8"))
    is_rtl = any(name in RIGHT_TO_LEFT for name in names) and "latn" not in subtags
    return Language(
        tag=tag,
        labels_tag=named,
        direction="rtl" if is_rtl else "ltr",
        plural=read["plural"],
        quotes=read["quotes"],
        date_pattern=read["date"],
        months=tuple(read["months"]),
        counts=read["counts"],
        labels=read["labels"],
    )


# --- the forms of numbers (CLDR 47, cardinal numbers, whole ones) -------------------------------------------------


def _slavic(number: int) -> str:
    tens, ones = number % 100, number % 10
    if 2 <= ones <= 4 and not 12 <= tens <= 14:
        return "few"
    return "many"


def _arabic(number: int) -> str:
    if number < 3:
        return ("zero", "one", "two")[number]
    tens = number % 100
    return "few" if 3 <= tens <= 10 else "many" if tens >= 11 else "other"


_PLURALS: Mapping[str, Callable[[int], str]] = {
    "other": lambda _: "other",
    "one_other": lambda n: "one" if n == 1 else "other",
    "french": lambda n: "one" if n < 2 else "other",
    "hindi": lambda n: "one" if n < 2 else "other",
    "hebrew": lambda n: {1: "one", 2: "two"}.get(n, "other"),
    "czech": lambda n: "one" if n == 1 else "few" if 2 <= n <= 4 else "other",
    "polish": lambda n: "one" if n == 1 else _slavic(n),
    "ukrainian": lambda n: "one" if n % 10 == 1 and n % 100 != 11 else _slavic(n),
    "arabic": _arabic,
}


# --- the order of letters ----------------------------------------------------------------------------------------

_ALPHABETS = {
    "cs": "a b c č d e f g h ch i j k l m n o p q r ř s š t u v w x y z ž",
    "es": "a b c d e f g h i j k l m n ñ o p q r s t u v w x y z",
    "pl": "a ą b c ć d e ę f g h i j k l ł m n ń o ó p q r s ś t u v w x y z ź ż",
    "tr": "a b c ç d e f g ğ h ı i j k l m n o ö p q r s ş t u ü v w x y z",
    "uk": "а б в г ґ д е є ж з и і ї й к л м н о п р с т у ф х ц ч ш щ ь ю я",
}
"""Letters of their own; all other accents differ only where all else is the same."""

_LIKE = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "ı": "i"}


@dataclass(frozen=True, slots=True, order=True)
class Collation:
    """What a name is sorted by: its letters, then its accents, then itself."""

    letters: tuple[tuple[int, int, str], ...]
    accents: str
    name: str


def collation_key(name: str, tag: str = "en") -> Collation:
    """Return what a name is sorted by in a language: numbers, Latin letters, other scripts, each by its letters."""
    main = tag.split("-", maxsplit=1)[0].lower()
    places = _rank_letters(main)
    folded = _lower(name, main)
    letters = []
    at = 0
    while at < len(folded):
        two, one = folded[at : at + 2], folded[at]
        if two in places and len(two) == 2:
            letters.append((2, places[two], two))
            at += 2
            continue
        at += 1
        if one in places:
            letters.append((2, places[one], one))
            continue
        for base in unicodedata.normalize("NFD", _LIKE.get(one, one)):
            if unicodedata.combining(base):
                continue
            if base in places:
                letters.append((2, places[base], base))
            elif base.isdigit():
                letters.append((1, int(base) if base.isdecimal() else 0, base))
            elif base.isalpha():
                letters.append((3, ord(base), base))
            else:
                letters.append((0, ord(base), base))
    return Collation(tuple(letters), unicodedata.normalize("NFD", folded), name)


def initial_of(name: str, tag: str = "en") -> str:
    """Return the letter a name is under in a list; empty for numbers and signs."""
    letters = collation_key(name, tag).letters
    if not letters or letters[0][0] < 2:
        return ""
    first = letters[0][2]
    main = tag.split("-", maxsplit=1)[0].lower()
    return {"i": "İ", "ı": "I"}.get(first, first.upper()) if main == "tr" else first.capitalize()


def _lower(name: str, main: str) -> str:
    if main == "tr":
        name = name.replace("İ", "i").replace("I", "ı")
    return unicodedata.normalize("NFC", name.casefold() if main != "de" else name.lower())


@cache
def _rank_letters(main: str) -> Mapping[str, int]:
    alphabet = _ALPHABETS.get(main, "a b c d e f g h i j k l m n o p q r s t u v w x y z").split()
    return {letter: place for place, letter in enumerate(alphabet)}
