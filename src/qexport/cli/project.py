"""The project one works in: its qexport.toml, here or in a folder above, and its bank."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.common.errors import UsageError
from qexport.common.formats import BANK_ENDINGS
from qexport.common.opener import TooLarge, Unreadable, read_bytes

if TYPE_CHECKING:
    from qexport.common.limits import Limits

RECIPES_FILE = Path("qexport.toml")
DEFAULT_BANKS = tuple(
    folder / f"questions{ending}" for folder in (Path("seeds"), Path()) for ending in BANK_ENDINGS
)
"""Where a bank is looked for, beside the qexport.toml or in the current folder, if none is named."""


def find_recipes_file() -> Path | None:
    """Return the path of the qexport.toml of this folder, or of the nearest folder above that has one.

    The search ends with the folder of a git repository and before the home folder. A file above that belongs to
    somebody else is ignored: in /tmp anybody may put one.
    """
    if RECIPES_FILE.is_file():
        return RECIPES_FILE
    here = Path.cwd()
    for up, folder in enumerate([here, *here.parents]):
        if folder == Path.home():
            return None
        path = folder / RECIPES_FILE
        if up and path.is_file() and _is_ours(path):
            return Path(*[".."] * up) / RECIPES_FILE
        if (folder / ".git").exists():
            return None
    return None


_MOST_BYTES_LOOKED_AT = 1_000_000
"""Bytes of a file of recipes that are looked at here; what is longer is parsed."""


def may_set_limits(path: Path) -> bool:
    """Return whether a file of recipes may set limits: whether the word is in it, or a sign that may be a part of it.

    Most set none, and parsing one takes a tenth of what `qexport list` takes.
    """
    try:
        text = read_bytes(path, _MOST_BYTES_LOOKED_AT)
    except (Unreadable, TooLarge):
        return True  # who reads it says what is wrong
    return b"limits" in text or b"\\" in text


def _is_ours(path: Path) -> bool:
    return not hasattr(os, "getuid") or path.stat().st_uid in (0, os.getuid())


def is_bank_path(text: str) -> bool:
    """Return whether an argument names a bank's file or folder, not a recipe or an id."""
    path = Path(text)
    return path.suffix.lower() in BANK_ENDINGS or path.name != text or path.exists()


def is_foreign_name(name: str) -> bool:
    """Return whether a file's name ends as those do that `build` imports before it builds them."""
    if name.lower().endswith(BANK_ENDINGS):
        return False
    from qexport.importers.registry import is_readable_name  # not above: most commands are given banks

    return is_readable_name(name)


def default_bank(limits: Limits) -> Path:
    """Return the bank to use if none is named: that of the default recipe, or one in a usual place.

    Raises:
        UsageError: There is none.
    """
    recipes_file = find_recipes_file()
    if recipes_file and (named := _bank_of_recipes(recipes_file, limits)):
        return named
    folder = recipes_file.parent if recipes_file else Path()
    for path in DEFAULT_BANKS:
        if (folder / path).is_file():
            return folder / path
    names = ", ".join(f"questions{ending}" for ending in BANK_ENDINGS)
    raise UsageError(
        f"no bank: none of {names} is in {folder if folder != Path() else 'this folder'} or its folder seeds",
        hint=_suggest_files(folder),
    )


_MOST_SUGGESTED = 3
"""Files in a hint: who has more of them knows which is the bank."""


def _suggest_files(folder: Path) -> str:
    """Return how to use the files of a folder that may be a bank or become one, or else how to begin one."""
    from shlex import quote  # not above: there mostly is a bank

    from qexport.bank.reader import is_bank_file

    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file())
    except OSError:
        names = []
    names = [name for name in names if not name.startswith(".") and name.isprintable()]
    banks = list(filter(is_bank_file, names))
    others = [name for name in names if is_foreign_name(name) and not name.lower().endswith(".txt")]
    if not (found := banks or others):  # a .txt may be anything
        return "begin one: qexport init; or name one with --bank PATH"
    ways = [f"qexport build {quote(str(folder / name))}" for name in found[:_MOST_SUGGESTED]]
    more = " …" if len(found) > _MOST_SUGGESTED else ""
    elsewhere = "; other commands take it with --bank" if banks else "; or begin a bank: qexport init"
    return f"name the file: {', or '.join(ways)}{more}{elsewhere}"


def find_default_bank(limits: Limits) -> Path | None:
    """Return the bank to use if none is named, or None if there is none: a recipe may name its own."""
    try:
        return default_bank(limits)
    except UsageError:
        return None


def _bank_of_recipes(recipes_file: Path, limits: Limits) -> Path | None:
    from qexport.team.recipes import recipe_book

    book = recipe_book(recipes_file, limits=limits)
    named = book.recipes.get(book.default, {}).get("bank")
    return recipes_file.parent / str(named) if named else None
