"""`qexport.toml`, in which recipes have names: which bank, which questions, which outputs, which options.

default = "everything"          what `qexport build` makes
bank = "seeds/questions.yaml"   what is above the recipes holds for all of them

[recipes.hard]                  a setting has the name of its flag
difficulty = ">=8"
format = ["handbook", "deck"]
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Literal, TypeAlias

from qexport.bank.selection import Filters
from qexport.common.errors import InputRefused, Location, Problem, UsageError
from qexport.common.formats import RECIPES_FORMAT, describe_other_format
from qexport.common.limits import USUAL, Limits, change_limits
from qexport.common.limits import complaint as complaint_of_limit
from qexport.common.patterns import compile_late
from qexport.common.records import Record, made_by
from qexport.common.text_input import describe_cleaning, normalise, quote, read_text
from qexport.common.wording import did_you_mean, suggest
from qexport.outputs.declaration import GivenOptions
from qexport.outputs.registry import DEFAULT_OUTPUTS, OPTIONS, OUTPUTS, check_options, output_named
from qexport.recipe import Recipe

SettingValue: TypeAlias = "str | bool | int | tuple[str, ...]"
SettingKind: TypeAlias = Literal["text", "texts", "number", "flag"]


class Setting(Record, frozen=True):
    """One key of a recipe."""

    name: str
    kind: SettingKind
    description: str
    choices: tuple[str, ...] = ()
    lowest: int = 0
    """Of a number."""
    part: str = ""
    """What it is a part of: `filters` or `options`; else it is a field of its own."""


def _settings() -> Iterator[Setting]:
    yield Setting("bank", "text", "The bank's file, or a folder of them.")
    yield Setting("encoding", "text", "The encoding of the bank's files, if it is not UTF-8.")
    yield Setting("lock", "text", "The lock of the deck. Without it, beside the bank.")
    yield Setting("out", "text", "Folder of the files. Without it, out.")
    yield Setting(
        "format",
        "texts",
        "What to make. Without it, handbook and deck, and in a bundle flash-cards too.",
        tuple(OUTPUTS),
    )
    yield Setting("title", "text", "Title of the cover and the deck. Without it, the bank's.")
    yield Setting("file-name", "text", "Name of the files, without ending. Without it, from the title.")
    for each in fields(Filters):
        says = f"A filter: as --{each.name} of qexport list."
        if isinstance(each.default, bool):
            words = each.name.replace("_", "-")
            yield Setting(words, "flag", f"A filter: as --{words} of qexport list.", part="filters")
        elif each.name in ("limit", "sample", "seed"):
            yield Setting(each.name, "number", says, lowest=int(each.name != "seed"), part="filters")
        else:
            kind: SettingKind = "text" if isinstance(each.default, str) else "texts"
            yield Setting(each.name, kind, says, part="filters")
    for option in OPTIONS.values():
        kind = "flag" if option.is_flag else "text"
        yield Setting(option.name, kind, option.help, option.choices, part="options")


SETTINGS = {setting.name: setting for setting in _settings()}
"""Every key of a recipe: the table that reading, checking and the schema work from."""

RECIPE_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}"
"""A recipe's name: in a bundle it is a folder's."""


class RecipeBook(Record, kw_only=True, frozen=True):
    """The recipes of one file, by their names; no value of theirs is of the wrong kind."""

    path: str
    default: str
    recipes: Mapping[str, Mapping[str, SettingValue]]
    limits: Limits = USUAL
    """As the file sets them."""
    shared: Mapping[str, SettingValue] = made_by(dict)
    """Settings above the recipes, which hold for all of them; `recipes` has them too."""

    def named(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return the names, each once; UsageError tells those that no recipe has."""
        if unknown := [name for name in names if name not in self.recipes]:
            message = f"no recipe {quote(unknown[0])} in {self.path}"
            raise UsageError(message, hint=suggest(unknown[0], tuple(self.recipes)))
        return tuple(dict.fromkeys(names))

    def recipe(
        self,
        name: str,
        default_bank: Path | None = None,
        default_outputs: tuple[str, ...] = DEFAULT_OUTPUTS,
        limits: Limits | None = None,
    ) -> Recipe:
        """Return a recipe by its name; `default_bank` is for one that names no bank, limits come before the file's."""
        said = self.recipes[name]
        folder = Path(self.path).parent  # paths in the file are from there

        def text(key: str) -> str:
            return str(said.get(key, ""))

        bank = folder / text("bank") if "bank" in said else default_bank
        if bank is None:
            raise UsageError(
                f"recipe {name} names no bank", hint=f'write bank = "…" into {self.path}, or --bank PATH'
            )
        parts: dict[str, dict[str, SettingValue]] = {"filters": {}, "options": {}, "": {}}
        for key, value in said.items():
            part = SETTINGS[key].part
            parts[part][key.replace("-", "_") if part == "filters" else key] = value
        outputs = said.get("format", default_outputs)
        options = {key: value for key, value in parts["options"].items() if isinstance(value, str | bool)}
        return Recipe(
            bank=bank,
            encoding=text("encoding") or None,
            filters=Filters(**parts["filters"]),  # type: ignore[arg-type]  # checked by their kinds
            outputs=outputs if isinstance(outputs, tuple) else default_outputs,
            title=text("title"),
            deck=name,
            file_name=text("file-name"),
            out=folder / (text("out") or "out"),
            lock=folder / text("lock") if text("lock") else None,
            options=_from_folder(
                folder, {key: value for key, value in options.items() if self.shared.get(key) != value}
            ),
            shared_options=_from_folder(
                folder, {key: value for key, value in options.items() if self.shared.get(key) == value}
            ),
            limits=limits or self.limits,
        )


def _from_folder(folder: Path, options: GivenOptions) -> GivenOptions:
    """Return options in which the path of a theme begins here, not where the file is."""
    name = options.get("theme")
    if folder == Path() or not isinstance(name, str):
        return options
    from qexport.content.themes import list_built_in

    return options if name in list_built_in() else {**options, "theme": str(folder / name)}


def change_recipe(
    recipe: Recipe, flags: Mapping[str, object], filters: Filters, options: Mapping[str, str | bool]
) -> Recipe:
    """Return a recipe as flags change it; a flag that was not given is empty or None, a filter its default."""
    given = {each.name: getattr(filters, each.name) for each in fields(Filters)}
    usual = Filters()
    is_filtered = any(value != getattr(usual, name) for name, value in given.items() if name != "sort")
    return replace(
        recipe,
        deck="" if is_filtered else recipe.deck,  # with other filters it is another deck
        **{name: value for name, value in flags.items() if value not in (None, "", ())},  # type: ignore[arg-type]
        filters=replace(
            recipe.filters, **{name: value for name, value in given.items() if value != getattr(usual, name)}
        ),
        options={**recipe.options, **options},
    )


# Reading


def recipe_book(path: Path, limits: Limits = USUAL) -> RecipeBook:
    """Read the recipes of a file, which may not be larger than the limit for files."""
    return read_recipes(read_text(path, limits=limits), str(path))


def limits_said(path: Path, limits: Limits = USUAL) -> Limits:
    """Return the limits that a file of recipes sets, whatever else is in it."""
    return _RecipesReading(*_parse_toml(read_text(path, limits=limits), str(path))).limits()


def read_recipes(text: str, path: str) -> RecipeBook:
    """Read the text of a `qexport.toml`; InputRefused has all that is wrong with it, each with its line."""
    return _RecipesReading(*_parse_toml(text, path)).book()


def _parse_toml(text: str, path: str) -> tuple[Mapping[str, object], str, str]:
    try:
        return tomllib.loads(text), text, path
    except (
        ValueError,
        RecursionError,
    ) as error:  # also a number of thousands of digits, thousands of brackets
        raise InputRefused((_not_toml(error, text, path),)) from error


def _not_toml(error: Exception, text: str, path: str) -> Problem:
    words = re.fullmatch(r"(.*?) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
    if not words:
        return Problem(Location(path), "not TOML: nested too deeply, or a number that is too long")
    end = len(text.rstrip().split("\n"))
    place = Location(path, int(words[2]), int(words[3])) if words[2] else Location(path, end)
    return Problem(
        place, f"not TOML: {words[1][:1].lower()}{words[1][1:]}", 'texts need quotes: title = "Python"'
    )


FORMAT_KEY = "file-format"
_NO_SETTINGS = (FORMAT_KEY, "default", "limits", "recipes")
"""What is in the file beside settings of recipes."""


class _RecipesReading:
    """One file while it is read: what is right in it, and what is wrong."""

    def __init__(self, said: Mapping[str, object], text: str, path: str) -> None:
        self._said = said
        self._places = _find_key_lines(text)
        self._path = path
        self._problems: list[Problem] = []

    def book(self) -> RecipeBook:
        tables = self._said.get("recipes", {})
        recipes: dict[str, Mapping[str, SettingValue]] = {}
        shared = self._settings(
            "",
            {key: value for key, value in self._said.items() if key not in _NO_SETTINGS},
        )
        said = self._said.get(FORMAT_KEY, RECIPES_FORMAT)
        if said != RECIPES_FORMAT or isinstance(said, bool):
            self._wrong("", FORMAT_KEY, *describe_other_format(said, RECIPES_FORMAT))
        if not isinstance(tables, dict):
            self._wrong(
                "", "recipes", "recipes is not a table", "write each under its name: [recipes.python]"
            )
            tables = {}
        for name, table in tables.items():
            self._check_name(name, recipes)
            if isinstance(table, dict):
                recipes[name] = {**shared, **self._settings(name, table)}
            else:
                self._wrong(
                    "",
                    "recipes",
                    f"recipe {quote(name)} is not a table",
                    f"write [recipes.{name}] above its settings",
                )
        default = self._default(recipes)
        limits = self._limits()
        if not tables and not self._problems:
            self._problems.append(
                Problem(Location(self._path), "no recipe in this file", "write one: [recipes.everything]")
            )
        if self._problems:
            raise InputRefused(
                tuple(sorted(self._problems, key=lambda problem: (problem.location, problem.message)))
            )
        return RecipeBook(path=self._path, default=default, recipes=recipes, limits=limits, shared=shared)

    def limits(self) -> Limits:
        """Return the limits that the file sets; InputRefused has all that is wrong with them."""
        limits = self._limits()
        if self._problems:
            raise InputRefused(tuple(self._problems))
        return limits

    def _limits(self) -> Limits:
        said = self._said.get("limits", {})
        if not isinstance(said, dict):
            self._wrong("", "limits", "limits is not a table", 'write [limits], and below it file = "128M"')
            return USUAL
        wrong = {
            name: complaint for name, value in said.items() if (complaint := complaint_of_limit(name, value))
        }
        for name, complaint in wrong.items():
            self._note(self._places.get(("limits", name), self._places.get(("limits", ""), 0)), *complaint)
        return change_limits(USUAL, {name: value for name, value in said.items() if name not in wrong})

    def _default(self, recipes: Mapping[str, object]) -> str:
        default = self._said.get("default")
        if default is None:
            return "" if len(recipes) != 1 else next(iter(recipes))
        if not isinstance(default, str) or default not in recipes:
            hint = suggest(str(default), tuple(recipes))
            self._wrong("", "default", f"default is {_show_value(default)}, which is not a recipe", hint)
            return ""
        return default

    def _check_name(self, name: str, before: Mapping[str, object]) -> None:
        if not re.fullmatch(RECIPE_NAME, name):
            hint = "letters, digits, - and _, at most 60: it is the name of a folder in a bundle"
            self._wrong(name, "", f"{quote(name)} cannot be the name of a recipe", hint)
        elif twin := next((other for other in before if other.casefold() == name.casefold()), ""):
            message = f"recipes {twin} and {name} differ only in case"
            self._wrong(name, "", message, "some systems keep one file for both: rename one")

    def _settings(self, recipe: str, said: Mapping[str, object]) -> dict[str, SettingValue]:
        read: dict[str, SettingValue] = {}
        for key, value in said.items():
            if (setting := SETTINGS.get(key)) is None:
                known = [*SETTINGS, *(_NO_SETTINGS if not recipe else ())]
                hint = did_you_mean(key, known, "see qexport schema --recipes for what there is")
                self._wrong(recipe, key, f"unknown setting {quote(key)}", hint)
            elif (taken := _read_value(setting, value)) is None:
                self._wrong(recipe, key, f"{key} cannot be {_show_value(value)}", _describe_wanted(setting))
            elif unclean := _list_cleaning(value):
                self._wrong(recipe, key, f"{key} has {unclean}", "write it without")
            elif complaint := _find_fault(setting, taken):
                self._wrong(recipe, key, *complaint)
            else:
                read[key] = taken
        return read

    def _wrong(self, recipe: str, key: str, message: str, hint: str) -> None:
        header = f"recipes.{recipe}" if recipe else ""
        places = [(header, key), (header, ""), (key, "")]
        line = next((self._places[place] for place in places if place in self._places), 0)
        self._note(line, message, hint)

    def _note(self, line: int, message: str, hint: str) -> None:
        self._problems.append(Problem(Location(self._path, line), message, hint))


def _read_value(setting: Setting, value: object) -> SettingValue | None:
    """Return a value of TOML as one of the setting's kind; None where it is not."""
    match setting.kind:
        case "flag":
            return value if isinstance(value, bool) else None
        case "number":
            return (
                value
                if isinstance(value, int) and not isinstance(value, bool) and value >= setting.lowest
                else None
            )
        case "text" if setting.part == "options" and isinstance(value, list):
            texts = [
                _read_text_value(item) for item in value
            ]  # cards = ["recall", "mistakes"], offset-x = [0.5, -0.3]
            return ",".join(text for text in texts if text is not None) if None not in texts else None
        case "text":
            return _read_text_value(value)
        case "texts":
            items = [_read_text_value(item) for item in (value if isinstance(value, list) else [value])]
            return tuple(item for item in items if item is not None) if None not in items else None


def _read_text_value(value: object) -> str | None:
    if isinstance(value, str):
        return normalise(value)[0]
    if isinstance(value, bool) or not isinstance(value, int | float | date):
        return None
    return value.isoformat()[:10] if isinstance(value, date) else str(value)


def _list_cleaning(value: object) -> str:
    """Return what would be cleaned out of a text, or of several."""
    change_recipe: Counter[str] = Counter()
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            change_recipe += normalise(text)[1]
    return describe_cleaning(change_recipe)


def _find_fault(setting: Setting, value: SettingValue) -> tuple[str, str] | None:
    """Return what is wrong with a value of the right kind, and what would be right."""
    if setting.part == "options" and isinstance(value, str | bool):
        try:
            check_options({setting.name: value})
        except UsageError as error:
            return error.message.removeprefix("option "), error.hint
    elif setting.choices and isinstance(value, tuple):
        unknown = next((item for item in value if item not in setting.choices), None)
        if unknown is not None and setting.name == "format":
            try:
                output_named(unknown)
            except UsageError as error:
                return f"format cannot be {quote(unknown)}", error.hint
        if unknown is not None or not value:
            return f"{setting.name} cannot be {quote(unknown or '[]')}", suggest(
                unknown or "", setting.choices
            )
    return None


def _describe_wanted(setting: Setting) -> str:
    match setting.kind:
        case "flag":
            return "true or false"
        case "number":
            return f"a whole number from {setting.lowest} on"
        case "text":
            return "a text, in quotes"
        case "texts":
            return f'a text in quotes, or several: {setting.name} = ["…", "…"]'


def _show_value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list of these"
    return quote(value) if isinstance(value, str) else str(value)


_TABLE_HEADER = compile_late(r"\s*\[\[?\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = compile_late(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*[=.]""")


def _find_key_lines(text: str) -> dict[tuple[str, str], int]:
    """Return the line of each key under its header, which tomllib does not tell."""
    places: dict[tuple[str, str], int] = {}
    header = ""
    for number, line in enumerate(text.split("\n"), 1):
        if found := _TABLE_HEADER.match(line):
            header = ".".join(part.strip().strip("\"'") for part in found[1].split("."))
            places.setdefault((header, ""), number)
        elif key := _KEY.match(line):
            places.setdefault((header, key[1] or key[2] or key[3] or ""), number)
    return places
