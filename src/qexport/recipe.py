"""One build, as requested: which bank, which questions, which outputs, under which name.

Nothing in a recipe has been looked up yet. `qexport.team.recipes` reads recipes from a `qexport.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from qexport.bank.selection import Filters
from qexport.common.errors import NothingSelected, QexportError, UsageError
from qexport.common.files import file_slug, is_name
from qexport.common.limits import USUAL, Limits
from qexport.common.records import Record, made_by
from qexport.outputs.declaration import GivenOptions
from qexport.outputs.registry import DEFAULT_OUTPUTS


class Recipe(Record, kw_only=True, frozen=True):
    """One build, as requested."""

    bank: Path
    encoding: str | None = None
    """How the bank's files are encoded; None: a BOM decides, else UTF-8."""
    filters: Filters = made_by(Filters)
    outputs: tuple[str, ...] = DEFAULT_OUTPUTS
    """Names of outputs."""
    title: str = ""
    """Of the documents; empty: the bank's own."""
    deck: str = ""
    """The recipe's own name, under which the lock keeps count of what a filtered deck has; empty: it has none."""
    file_name: str = ""
    """Of the files, without ending; empty: made from the title."""
    out: Path = Path("out")
    lock: Path | None = None
    """Of the deck's notes; None: beside the bank."""
    options: GivenOptions = made_by(dict)
    """Options of this recipe."""
    shared_options: GivenOptions = made_by(dict)
    """Options for all recipes of a file; this one's come before them, and need not concern its outputs."""
    limits: Limits = USUAL

    @property
    def all_options(self) -> Mapping[str, str | bool]:
        """The options that hold."""
        return {**self.shared_options, **self.options}


@contextmanager
def in_recipe(name: str) -> Iterator[None]:
    """Name the recipe in an error about what it asks for; an empty name adds nothing."""
    try:
        yield
    except (UsageError, NothingSelected) as error:
        if not name:
            raise
        raise with_recipe_name(error, name) from error


def with_recipe_name(error: QexportError, recipe: str) -> QexportError:
    """Return an error that names a recipe, if it is about what the recipe asks for."""
    if not recipe or not isinstance(error, UsageError | NothingSelected):
        return error
    return type(error)(f"recipe {recipe}: {error.message}", hint=error.hint)


def file_stem(recipe: Recipe, title: str) -> str:
    """Return the name of a recipe's files, without ending."""
    name = recipe.file_name
    if not name:
        return file_slug(title)
    if "/" in name or "\\" in name or name in (".", ".."):
        raise UsageError(f"{name!r} is not a file name", hint="name the folder with --out")
    if name.startswith((".", "-")) or not name.isprintable() or not is_name(name):
        raise UsageError(f"{name!r} is not a file name on every system", hint="for example my-questions")
    return name
