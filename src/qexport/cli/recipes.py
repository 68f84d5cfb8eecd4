"""The recipes that a command works on, and what each of them would make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from qexport.cli.project import RECIPES_FILE, default_bank, find_default_bank, find_recipes_file, is_bank_path
from qexport.common.errors import UsageError
from qexport.common.wording import quantity

if TYPE_CHECKING:
    from qexport.bank.selection import Filters
    from qexport.common.limits import Limits
    from qexport.pipeline import Plan
    from qexport.recipe import Recipe
    from qexport.team.recipes import RecipeBook


def named_recipes(
    names: Sequence[str], *, every: bool, limits: Limits, bank: Path | None = None, bundled: bool = False
) -> dict[str, Recipe]:
    """Return the recipes of the current folder that are asked for: by name, all, or the default one."""
    from qexport.outputs.registry import BUNDLED_OUTPUTS, DEFAULT_OUTPUTS

    if names and every:
        raise UsageError("--all, and names of recipes", hint="leave one of them out")
    book = _book(limits)
    chosen = tuple(book.recipes) if every else book.named(names) or _default(book)
    outputs = BUNDLED_OUTPUTS if bundled else DEFAULT_OUTPUTS
    default = bank or find_default_bank(limits)
    return {name: book.recipe(name, default, outputs, limits) for name in chosen}


def _default(book: RecipeBook) -> tuple[str, ...]:
    if book.default:
        return (book.default,)
    raise UsageError(
        f"{book.path} has no default recipe",
        hint=f'name one of {", ".join(book.recipes)}, use --all, or write default = "…" into it',
    )


def named_default(limits: Limits) -> str:
    """Return the name of the default recipe, or "" if there is none."""
    return _book(limits).default


def _book(limits: Limits) -> RecipeBook:
    from qexport.team.recipes import recipe_book

    path = find_recipes_file()
    if path is None:
        message = f"no {RECIPES_FILE} here or in a folder above"
        raise UsageError(
            message, hint="name a bank (.yaml or .jsonl), or write recipes: [recipes.everything]"
        )
    return recipe_book(path, limits=limits)


def recipes_to_build(
    names: Sequence[str],
    *,
    every: bool,
    given: Mapping[str, Any],
    filters: Filters,
    options: Mapping[str, str | bool],
) -> dict[str, Recipe]:
    """Return what `build` makes, as its flags change it; without a recipe the name is empty.

    Args:
        names: Names of recipes; one may be the path of a bank instead. A folder with the name of a recipe is
            none, as in an unpacked bundle: `./NAME` is the folder.
        every: Whether to make all recipes.
        given: The flags that are fields of a recipe, empty if they are not given.
        filters: The filters, those that are not given with their default.
        options: The options of outputs that are given.

    Raises:
        UsageError: A name is unknown, or two banks are named.
    """
    from qexport.recipe import Recipe
    from qexport.team.recipes import change_recipe

    paths = [name for name in names if is_bank_path(name) and not _is_recipe(name, given["limits"])]
    banks = [Path(name) for name in paths]
    if len(banks) + bool(given["bank"]) > 1:
        first, second = [*banks, given["bank"]][:2]
        raise UsageError(f"two banks are named, {first} and {second}", hint="name one")
    names = [name for name in names if name not in paths]
    given = {**given, "bank": banks[0]} if banks else given
    if names or every or find_recipes_file():
        found = named_recipes(names, every=every, limits=given["limits"], bank=given["bank"])
    else:
        found = {"": Recipe(bank=given["bank"] or default_bank(given["limits"]))}
    return {name: change_recipe(recipe, given, filters, options) for name, recipe in found.items()}


def recipe_to_build(
    name: str,
    given: Mapping[str, Any],
    filters: Filters | None = None,
    options: Mapping[str, str | bool] = MappingProxyType({}),
) -> Recipe:
    """Return the one recipe that a command works on: that of the name, or the default one if it is empty.

    The other arguments, and the errors, are those of `recipes_to_build`.
    """
    from qexport.bank.selection import Filters

    names = (name,) if name else ()
    chosen = filters or Filters()
    (recipe,) = recipes_to_build(names, every=False, given=given, filters=chosen, options=options).values()
    return recipe


def _is_recipe(name: str, limits: Limits) -> bool:
    return find_recipes_file() is not None and name in _book(limits).recipes


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield what a recipe would make, as `--dry-run` shows it."""
    from qexport.bank.selection import describe

    choice = plan.choice
    count = quantity(len(choice.questions), "question")
    words = describe(choice.bank, plan.recipe.filters, choice.questions, plan.recipe.limits)
    yield f"{plan.name}: {count} · {words}" if plan.name else f"{count} · {words}"
    yield from (f"  → {path}" for path in plan.paths)
    yield from (f"  {each.id}  {' '.join(each.question.split())}" for each in choice.questions)


def plan_fields(plan: Plan) -> dict[str, object]:
    """Return what JSON says of a recipe."""
    return {
        "recipe": plan.name,
        "bank": str(plan.recipe.bank),
        "questions": [question.id for question in plan.choice.questions],
        "drafts_left_out": [question.id for question in plan.choice.drafts],
        "outputs": [str(path) for path in plan.paths],
    }
