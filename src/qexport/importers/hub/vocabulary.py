"""The vocabulary of a hub, a file beside its captures: which names it uses, which lines are furniture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from qexport.bank import yaml_reader
from qexport.bank.model import RawList, RawMapping, RawText, RawValue
from qexport.common.errors import InputRefused, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import describe_cleaning, normalise, quote
from qexport.common.wording import suggest

Split: TypeAlias = tuple[str, str, str]
"""Technology, category, level."""

_BANK_KEYS = ("title", "namespace", "language", "source", "markup")
_REQUIRED = ("title", "namespace", "technologies", "levels")
_KEYS = (*_BANK_KEYS, "technologies", "levels", "furniture")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """What the captures of one hub do not say themselves."""

    header: RawMapping
    """What goes into the bank as it stands."""
    title: str
    categories: Mapping[str, tuple[str, ...]]
    """By technology."""
    levels: tuple[str, ...]
    splits: Mapping[str, tuple[Split, ...]]
    """What badges may mean, by what `squeeze` leaves of them; more than one if the names are ambiguous."""
    names: frozenset[str]
    """All technologies, categories and levels, squeezed."""
    furniture: frozenset[str]
    """Lines that belong to no question, squeezed, numbers as #."""

    def is_furniture(self, line: str) -> bool:
        """Return whether a line of the page is none of a record's."""
        return _numberless(line) in self.furniture or squeeze(line) == squeeze(self.title)


def squeeze(text: str) -> str:
    """Return what remains of a text when white space and case do not matter."""
    return "".join(text.split()).casefold()


def read_vocabulary(text: str, path: str, limits: Limits = USUAL) -> Vocabulary:
    """Read the vocabulary of a folder of captures, or raise InputRefused with all that is wrong in it."""
    raw = yaml_reader.parse_yaml(text, path, limits)
    header, problems = raw.header, list(raw.problems)
    values = header.values
    problems += _wrong_keys(header)
    for key in _BANK_KEYS:
        if isinstance(value := values.get(key), RawText):
            problems += _unclean(value, key)

    technologies = values.get("technologies", RawMapping({}, {}, header.location))
    categories: dict[str, tuple[str, ...]] = {}
    if isinstance(technologies, RawMapping):
        for name, listed in technologies.values.items():
            problems += _unclean(RawText(name, technologies.keys[name]), "a technology")
            categories[name] = tuple(
                _read_name_list(
                    listed, f"the categories of {name if name.isprintable() else quote(name)}", problems
                )
            )
    else:
        hint = "write `Python:`, and below it its categories, each beginning with '- '"
        problems.append(Problem(technologies.location, "technologies must be a mapping", hint))
    levels = tuple(_read_name_list(values.get("levels"), "levels", problems))
    furniture = tuple(_read_name_list(values.get("furniture"), "furniture", problems))
    if problems:
        raise InputRefused(tuple(sorted(problems, key=lambda problem: problem.location)))

    title = values["title"]
    every_category = [category for several in categories.values() for category in several]
    if len(every_category) * len(levels) > limits.combinations:
        message = f"{path}: {len(every_category):,} categories and {len(levels):,} levels, "
        message += f"more than {limits.show('combinations')}"
        raise limits.make_error("combinations", message)
    return Vocabulary(
        header=_bank_header(header, {"technologies": tuple(categories), "levels": levels}),
        title=title.text if isinstance(title, RawText) else "",
        categories=categories,
        levels=levels,
        splits=_splits(categories, levels),
        names=frozenset(map(squeeze, [*categories, *every_category, *levels])),
        furniture=frozenset(map(_numberless, furniture)),
    )


def _numberless(line: str) -> str:
    return squeeze(re.sub(r"[0-9]+", "#", line))


def _wrong_keys(header: RawMapping) -> Iterator[Problem]:
    for key, place in header.keys.items():
        if key not in _KEYS:
            yield Problem(place, f"unknown key {quote(key)}", suggest(key, tuple(_KEYS)))
    for key in _REQUIRED:
        if key not in header.keys:
            yield Problem(header.location, f"the vocabulary has no {key}")


def _read_name_list(value: RawValue | None, what: str, problems: list[Problem]) -> Iterator[str]:
    if value is None:
        return
    if not isinstance(value, RawList):
        hint = "begin each item on a line of its own with '- '"
        problems.append(Problem(value.location, f"{what} must be a list", hint))
        return
    for item in value.items:
        if isinstance(item, RawText) and item.text.strip():
            problems += _unclean(item, f"an item of {what}")
            yield item.text.strip()
        else:
            problems.append(Problem(item.location, f"an item of {what} must be text"))


def _unclean(value: RawText, what: str) -> Iterator[Problem]:
    """Yield what would be cleaned out of a text, which is to be compared as it stands."""
    _, changed = normalise(value.text)
    if changed:
        yield Problem(value.location, f"{what} has {describe_cleaning(changed)}", "write it without")


def _bank_header(header: RawMapping, names: Mapping[str, tuple[str, ...]]) -> RawMapping:
    values = {key: header.values[key] for key in _BANK_KEYS if key in header.values}
    for key, listed in names.items():
        place = header.keys[key]
        values[key] = RawList(tuple(RawText(name, place) for name in listed), place)
    return RawMapping(values, {key: header.keys[key] for key in values}, header.location)


def _splits(
    categories: Mapping[str, tuple[str, ...]], levels: tuple[str, ...]
) -> dict[str, tuple[Split, ...]]:
    splits: dict[str, tuple[Split, ...]] = {}
    for technology, several in categories.items():
        for category, level in product(several, levels):
            key = squeeze(technology + category + level)
            splits[key] = (*splits.get(key, ()), (technology, category, level))
    return splits
