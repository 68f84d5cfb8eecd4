"""`qexport recipes`: what is in qexport.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qexport.cli.options import flags, json_option, limited
from qexport.cli.program import say, say_json
from qexport.cli.recipes import named_recipes, plan_fields
from qexport.cli.terminal import table

if TYPE_CHECKING:
    from qexport.common.limits import Limits


@click.command()
@limited
@json_option
@flags
def recipes(*, limits: Limits, as_json: bool) -> None:
    """List the recipes of qexport.toml, and how many questions each has."""
    from qexport.bank.selection import describe
    from qexport.team.recipes import recipe_book
    from qexport.team.sharing import plans

    found = plans(named_recipes((), every=True, limits=limits))
    default = recipe_book(limits=limits).default
    if as_json:
        say_json([{**plan_fields(plan), "default": plan.name == default} for plan in found])
        return
    rows = [
        (
            f"{plan.name} (default)" if plan.name == default else plan.name,
            str(len(plan.choice.questions)),
            ", ".join(plan.recipe.outputs),
            describe(plan.choice.bank, plan.recipe.filters, plan.choice.questions, limits),
        )
        for plan in found
    ]
    say(table([("recipe", "questions", "makes", "holds"), *rows], numbers=(1,)))
