"""Themes: a folder of templates and style that stands on another one.

    my-theme/
      theme.toml      description = "…", extends = "classic"
      theme.css       :root { --accent: #802000 }, and rules if need be
      handbook/…      templates that replace those of the theme it extends

Style sheets are joined, and `var(--name)` is filled in from the last `:root` block that sets the name: before
layout, because it is then the same everywhere (page rules and margin boxes too) and costs nothing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from qexport.errors import InputRefused, Location, Problem, UsageError
from qexport.templating import Templates, templates_folder

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ROOT = re.compile(r":root\s*\{([^}]*)\}")
_SETTING = re.compile(r"(--[\w-]+)\s*:\s*([^;}]+)")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]+)\s*\)")

DEEPEST = 20
"""Variables inside variables, and themes on themes."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A theme: its own folder, then those of the themes it stands on."""

    name: str
    description: str
    folders: tuple[Path, ...]

    def templates(self) -> Templates:
        """Return the templates as this theme has them."""
        return Templates((*self.folders, templates_folder()))

    def digest(self) -> str:
        """Return a digest of every template and style sheet this theme may use."""
        digest = sha256()
        for folder in (*self.folders, templates_folder()):
            for path in sorted(folder.rglob("*")):
                if path.suffix in (".j2", ".css"):
                    digest.update(f"{path.relative_to(folder).as_posix()}\n".encode() + path.read_bytes())
        return digest.hexdigest()

    def styles(self) -> tuple[tuple[str, str], ...]:
        """Return (name, text) of each `theme.css`, the theme's own last."""
        paths = [folder / "theme.css" for folder in reversed(self.folders)]
        return tuple((f"{path.parent.name}/{path.name}", path.read_text("utf-8")) for path in paths if path.is_file())


def built_in() -> tuple[str, ...]:
    """Return the names of the themes that come with the program."""
    return tuple(sorted(path.parent.name for path in (templates_folder() / "themes").glob("*/theme.toml")))


def theme(name: str) -> Theme:
    """Return a theme by its name, or by the path of its folder."""
    folders: list[Path] = []
    description = ""
    wanted = name
    while wanted:
        folder = _folder(wanted)
        if folder in folders or len(folders) == DEEPEST:
            raise _refused(folder, f"theme {wanted!r} extends itself", "let one of the themes extend a built-in one")
        said = _said(folder)
        description = description or said.get("description", "")
        folders.append(folder)
        wanted = said.get("extends", "")
    return Theme(Path(name).name, description, tuple(folders))


def _folder(name: str) -> Path:
    if name in built_in():
        return templates_folder() / "themes" / name
    folder = Path(name)
    if (folder / "theme.toml").is_file():
        return folder
    near = get_close_matches(name, built_in(), n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"no theme {name!r}", hint=f"{hint}there are: {', '.join(built_in())}; or a folder with a theme.toml")


def _said(folder: Path) -> Mapping[str, str]:
    path = folder / "theme.toml"
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refused(folder, f"not TOML: {error}", 'write description = "…" and extends = "classic"') from error
    for key, value in said.items():
        if key not in ("description", "extends") or not isinstance(value, str):
            raise _refused(folder, f"unknown setting {key!r}", "a theme says description and extends, both text")
    return said


def _refused(folder: Path, message: str, hint: str) -> InputRefused:
    return InputRefused((Problem(Location(str(folder / "theme.toml")), message, hint),))


def stylesheet(sources: Iterable[tuple[str, str]]) -> str:
    """Join style sheets, given as (name, text), and fill in their variables.

    An unknown variable is refused with the place it is used at, and what was meant.
    """
    sheets = [(name, _without_comments(text)) for name, text in sources]
    values = {name: value.strip() for _, text in sheets for block in _ROOT.findall(text) for name, value in _SETTING.findall(block)}
    problems = []
    for name, text in sheets:
        for used in _VARIABLE.finditer(text):
            if used[1] not in values:
                near = get_close_matches(used[1], values, n=1)
                line = text.count("\n", 0, used.start()) + 1
                column = used.start() - text.rfind("\n", 0, used.start())
                hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(sorted(values))}"
                problems.append(Problem(Location(name, line, column), f"unknown variable {used[1]}", hint))
    if problems:
        raise InputRefused(tuple(problems))
    joined = "\n".join(_ROOT.sub("", text) for _, text in sheets)
    for _ in range(DEEPEST):
        filled = _VARIABLE.sub(lambda used: values[used[1]], joined)
        if filled == joined:
            return re.sub(r"\n\s*\n+", "\n", joined)
        joined = filled
    name = _VARIABLE.search(joined)
    raise InputRefused((Problem(Location(sheets[-1][0]), f"variable {name[1] if name else ''} is set by itself", "give it a value"),))


def _without_comments(text: str) -> str:
    """Blank comments out, keeping lines where they are."""
    return _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text)
