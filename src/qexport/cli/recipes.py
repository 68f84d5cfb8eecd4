"""The recipes that a command works on, and what each of them would make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qexport.cli.options import default_bank
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
    from qexport.team.recipes import RECIPES_FILE, recipe_book

    if names and every:
        raise UsageError("--all, and names of recipes", hint="leave one of them out")
    if not Path(RECIPES_FILE).exists():
        raise UsageError(f"no {RECIPES_FILE} here", hint="recipes are written into one: [recipes.everything]")
    book = recipe_book(limits=limits)
    chosen = tuple(book.recipes) if every else book.named(names) or _default(book)
    outputs = BUNDLED_OUTPUTS if bundled else DEFAULT_OUTPUTS
    return {name: book.recipe(name, bank or usual_bank(limits), outputs, limits) for name in chosen}


def _default(book: RecipeBook) -> tuple[str, ...]:
    if book.default:
        return (book.default,)
    raise UsageError(
        f"{book.path} has no default recipe",
        hint=f'name one of {", ".join(book.recipes)}, ask for --all, or write default = "…" into it',
    )


def usual_bank(limits: Limits) -> Path | None:
    """Return the bank that is meant if none is named, or None if there is none."""
    try:
        return default_bank(limits)
    except UsageError:
        return None  # a recipe may name its own


def recipes_to_build(
    names: Sequence[str],
    *,
    every: bool,
    said: Mapping[str, Any],
    filters: Filters,
    options: Mapping[str, str | bool],
) -> dict[str, Recipe]:
    """Return what `build` is to make, as its flags change it; without a recipe the name is empty."""
    from qexport.recipe import Recipe
    from qexport.team.recipes import RECIPES_FILE, changed

    if names or every or Path(RECIPES_FILE).exists():
        found = named_recipes(names, every=every, limits=said["limits"], bank=said["bank"])
    else:
        found = {"": Recipe(bank=said["bank"] or default_bank(said["limits"]))}
    return {name: changed(recipe, said, filters, options) for name, recipe in found.items()}


def plan_lines(plan: Plan) -> Iterator[str]:
    """Say what a recipe would make."""
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
        "outputs": [str(path) for path in plan.paths],
    }
