"""The languages of documents: their labels, plural forms, dates, direction.

    templates/languages/<tag>.toml → language("pt-BR") → label(), count(), date()

A file has all labels of the English one (a test compares them). The forms of numbers are those of CLDR. The order of
names is in `collation`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache

from qexport.common.records import Record
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


CHANGE_LABELS = {
    "added": "new_questions",
    "changed": "changed",
    "renumbered": "renumbered",
    "retagged": "other_tags",
    "retired": "retired_questions",
}
"""The labels of kinds of changes between two editions."""


class Language(Record, frozen=True):
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


@cache
def supported_languages() -> tuple[str, ...]:
    """Return the tags of the languages that have labels."""
    return tuple(sorted(path.stem for path in (templates_folder() / "languages").glob("*.toml")))


@cache
def language(tag: str) -> Language:
    """Return the language of a BCP 47 tag; with English labels if there are none for it."""
    subtags = tag.lower().split("-")
    folder = templates_folder() / "languages"
    names = ["-".join(subtags[:count]) for count in range(len(subtags), 0, -1)]
    named = next((name for name in names if name in supported_languages()), "en")
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


def main_subtag(tag: str) -> str:
    """Return the language of a BCP 47 tag, without script and region."""
    return tag.lower().split("-", maxsplit=1)[0]


def capitalize(text: str, tag: str) -> str:
    """Return a text with its first letter large, as the language has it."""
    first = "İ" if text[:1] == "i" and main_subtag(tag) == "tr" else text[:1].upper()
    return first + text[1:]
