"""Themes: a folder of templates and style that stands on another one.

    my-theme/
      theme.toml      description = "…", extends = "classic"
      theme.css       :root { --accent: #802000 }, and rules if need be
      handbook/…      templates that replace those of the theme it extends

Style sheets are joined, and `var(--name)` is filled in from the last `:root` block that sets the name: before
layout, because it is then the same everywhere (page rules and margin boxes too) and costs nothing.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from qexport.common.errors import InputRefused, Location, OutputError, Problem, UsageError
from qexport.common.files import write_all
from qexport.common.limits import USUAL, Limits
from qexport.common.patterns import compile_late
from qexport.common.records import Record
from qexport.common.versions import digest_own_files
from qexport.common.wording import suggest
from qexport.content.templates import Templates, read_theme_bytes, read_theme_text, templates_folder

# None of these looks at a character twice, as `.*?` does wherever what begins does not end.
_CSS_COMMENT = compile_late(
    r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
)  # without its end it goes on to that of the file
_ROOT = compile_late(r":root\s*+\{([^{}]*+)\}")
_SETTING = compile_late(r"(?<![\w-])(--[\w-]++)\s*+:\s*+([^;}]+)")
_LONGEST_VALUE = 500
_VARIABLE = compile_late(r"var\(\s*(--[\w-]+)\s*\)")

DEEPEST_EXTENSION = 20
"""Variables inside variables, and themes on themes."""

EJECTED = ("handbook", "shared")
"""Folders of templates one begins a theme from."""


class Theme(Record, frozen=True):
    """A theme: its own folder, then those of the themes it stands on."""

    name: str
    description: str
    folders: tuple[Path, ...]
    limits: Limits = USUAL

    def templates(self, limits: Limits | None = None) -> Templates:
        """Return the templates as this theme has them."""
        return Templates((*self.folders, templates_folder()), limits or self.limits)

    def digest(self) -> str:
        """Return a digest of every template and style sheet this theme may use."""
        digest = sha256()
        for folder in self.folders:
            if folder.is_relative_to(templates_folder()):
                digest.update(folder.name.encode())  # its files are among those that follow
                continue
            for path in sorted(folder.rglob("*")):
                if path.suffix in (".j2", ".css", ".toml"):
                    name = path.relative_to(folder).as_posix()
                    digest.update(f"{name}\n".encode() + read_theme_bytes(path, folder, self.limits))
        digest.update(digest_own_files(templates_folder(), (".j2", ".css", ".toml")))
        return digest.hexdigest()

    def styles(self) -> tuple[tuple[str, str], ...]:
        """Return (name, text) of each `theme.css`, the theme's own last."""
        paths = [folder / "theme.css" for folder in reversed(self.folders)]
        return tuple(
            (f"{path.parent.name}/{path.name}", read_theme_text(path, path.parent, self.limits))
            for path in paths
            if os.path.lexists(path)
        )


def list_built_in() -> tuple[str, ...]:
    """Return the names of the themes that come with the program."""
    return tuple(sorted(path.parent.name for path in (templates_folder() / "themes").glob("*/theme.toml")))


def read_ejected(name: str) -> dict[str, bytes]:
    """Return a built-in theme as the files of one that extends it, with all it may change to begin from."""
    if name not in list_built_in():
        raise _refuse_unknown_theme(name)
    its_own = templates_folder() / "themes" / name
    sources = [
        (folder, path) for folder in (templates_folder(), its_own) for path in sorted(folder.rglob("*"))
    ]
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for folder, path in sources
        if path.is_file() and (folder == its_own or path.relative_to(folder).parts[0] in EJECTED)
    }
    said = {"description": f"My own, from {name}", "extends": name}
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in said.items()]  # of plain words, JSON is TOML
    return {**files, "theme.toml": "".join(lines).encode()}


def eject_theme(name: str, folder: Path) -> tuple[Path, ...]:
    """Write a built-in theme into a new folder, as one to change; return its files."""
    theme_files = read_ejected(name)
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        message = f"{folder}: cannot be written: it is there already, and not empty"
        raise OutputError(message, hint="name a new folder")
    contents = {folder / path: data for path, data in theme_files.items()}
    write_all(contents)
    return tuple(contents)


def find_theme(name: str, limits: Limits = USUAL) -> Theme:
    """Return a theme by its name, or by the path of its folder.

    Raises:
        UsageError: There is no theme of this name.
        InputRefused: Its `theme.toml`, or that of a theme it extends, is wrong.
    """
    folders: list[Path] = []
    description = ""
    wanted = name
    while wanted:
        folder = _find_theme_folder(wanted, folders[-1] if folders else None)
        hint = "let one of the themes extend a built-in one"
        if folder.resolve() in (each.resolve() for each in folders):
            raise _refuse_theme(folders[-1], f"theme {wanted!r} extends itself", hint)
        if len(folders) == DEEPEST_EXTENSION:
            raise _refuse_theme(folders[-1], f"more than {DEEPEST_EXTENSION} themes extend each other", hint)
        said = _read_settings(folder, limits)
        description = description or said.get("description", "")
        folders.append(folder)
        wanted = said.get("extends", "")
    return Theme(Path(name).name, description, tuple(folders), limits)


def _find_theme_folder(name: str, extending: Path | None) -> Path:
    """Return the folder of a theme; a path that another theme extends begins where that one stands."""
    if name in list_built_in():
        return templates_folder() / "themes" / name
    with suppress(OSError, RuntimeError, ValueError):  # a name no system takes, a loop of links
        folder = (extending / name).resolve() if extending else Path(name)
        if (folder / "theme.toml").is_file():
            return folder
    unknown = _refuse_unknown_theme(name, "; or a folder with a theme.toml")
    raise (
        _refuse_theme(extending, f"extends {name!r}, which is not a theme", unknown.hint)
        if extending
        else unknown
    )


def _refuse_unknown_theme(name: str, or_else: str = "") -> UsageError:
    return UsageError(f"no theme {name!r}", hint=f"{suggest(name, list_built_in())}{or_else}")


def _read_settings(folder: Path, limits: Limits) -> Mapping[str, str]:
    path = folder / "theme.toml"
    try:
        said = tomllib.loads(read_theme_text(path, folder, limits))
    except (ValueError, RecursionError) as error:  # also a number of thousands of digits
        raise _refuse_theme(
            folder, f"not TOML: {error}", 'write description = "…" and extends = "classic"'
        ) from error
    for key, value in said.items():
        if key not in ("description", "extends") or not isinstance(value, str):
            raise _refuse_theme(
                folder, f"unknown setting {key!r}", "a theme has description and extends, both text"
            )
    return said


def _refuse_theme(folder: Path, message: str, hint: str) -> InputRefused:
    return InputRefused((Problem(Location(str(folder / "theme.toml")), message, hint),))


def settings_of(sources: Iterable[tuple[str, str]]) -> Callable[[str], str]:
    """Return what gives the value of a variable of style sheets, with the variables in it filled in.

    A value that is longer than any length or colour is left as it is; `stylesheet` refuses what cannot be filled in.
    """
    values = _set_in([(name, _without_comments(text)) for name, text in sources])

    def value(name: str) -> str:
        text = values.get(name, "")
        for _ in range(DEEPEST_EXTENSION):
            if len(text) > _LONGEST_VALUE:
                break
            text = _VARIABLE.sub(lambda used: values.get(used[1], used[0]), text)
        return text

    return value


def _set_in(sheets: Sequence[tuple[str, str]]) -> dict[str, str]:
    return {
        name: value.strip()
        for _, text in sheets
        for block in _ROOT.findall(text)
        for name, value in _SETTING.findall(block)
    }


def join_styles(sources: Iterable[tuple[str, str]], limits: Limits = USUAL) -> str:
    """Join style sheets and fill in their variables.

    Args:
        sources: (name, text) of each, the one that decides last.
        limits: How long the result may be, and how deep its brackets may nest.

    Raises:
        InputRefused: A variable is unknown, or set by itself.
        LimitExceeded: The style is too long once its variables are filled in, or nests too deeply.
    """
    sheets = [(name, _without_comments(text)) for name, text in sources]
    for name, text in sheets:
        _refuse_deep_brackets(name, text, limits)
    values = _set_in(sheets)
    problems = []
    for name, text in sheets:
        for used in _VARIABLE.finditer(text):
            if used[1] not in values:
                line = text.count("\n", 0, used.start()) + 1
                column = used.start() - text.rfind("\n", 0, used.start())
                hint = suggest(used[1], sorted(values))
                problems.append(Problem(Location(name, line, column), f"unknown variable {used[1]}", hint))
    if problems:
        raise InputRefused(tuple(problems))
    joined = "\n".join(_ROOT.sub("", text) for _, text in sheets)
    for _ in range(DEEPEST_EXTENSION):
        length = len(joined) + sum(len(values[used[1]]) - len(used[0]) for used in _VARIABLE.finditer(joined))
        if length > limits.style:  # before it is filled in: each round may multiply it by thousands
            message = f"{sheets[-1][0]}: with its variables filled in, the style is longer than {limits.show('style')}"
            raise limits.make_error("style", message, "see whether a variable is made of many others")
        filled = _VARIABLE.sub(lambda used: values[used[1]], joined)
        if filled == joined and not _VARIABLE.search(joined):
            return re.sub(r"\n\s*\n+", "\n", joined)
        joined = filled
    left = _VARIABLE.search(joined)
    raise InputRefused(
        (
            Problem(
                Location(sheets[-1][0]),
                f"variable {left[1] if left else ''} is set by itself",
                "give it a value",
            ),
        )
    )


_BRACKET = compile_late(r"""[(){}\[\]]|"(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'""", re.DOTALL)


def _refuse_deep_brackets(name: str, text: str, limits: Limits) -> None:
    """Refuse brackets that nest too deeply: the engine's parser calls itself for each of them."""
    depth = 0
    for found in _BRACKET.finditer(text):
        depth += (found[0] in "({[") - (found[0] in ")}]" and depth > 0)
        if depth > limits.style_depth:
            line = text.count("\n", 0, found.start()) + 1
            message = f"{name}:{line}: brackets are nested deeper than {limits.show('style-depth')}"
            raise limits.make_error("style-depth", message)


_FETCHED = compile_late(
    r"""@import\b|\b(?:url|image|image-set|src)\(\s*(?!["']?\s*(?:#|data:))""", re.IGNORECASE
)
"""What would be fetched, from wherever it is: nothing is."""


def not_fetched(sources: Iterable[tuple[str, str]]) -> tuple[Problem, ...]:
    """Return the places of style sheets, given as (name, text), that name what would have to be fetched."""
    sheets = ((name, _without_comments(text)) for name, text in sources)
    return tuple(_fetching(name, text, found) for name, text in sheets for found in _FETCHED.finditer(text))


def _fetching(name: str, text: str, found: re.Match[str]) -> Problem:
    line = text.count("\n", 0, found.start()) + 1
    place = Location(name, line, found.start() - text.rfind("\n", 0, found.start()))
    words = found[0].strip().lower()
    hint = "write what it imports here" if words == "@import" else "draw it in CSS, or leave it out"
    return Problem(place, f"{words}{'…)' if words.endswith('(') else ''} is not fetched", hint)


def _without_comments(text: str) -> str:
    """Blank comments out, keeping all else where it is."""
    return _CSS_COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), text)
