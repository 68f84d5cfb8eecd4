"""`qexport recipes`: what is in qexport.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from qexport.cli.options import flags, json_option, takes_limits
from qexport.cli.program import say_json, say_table
from qexport.cli.recipes import named_default, named_recipes, plan_fields

if TYPE_CHECKING:
    from qexport.common.limits import Limits


@click.command()
@takes_limits
@json_option
@flags
def recipes(*, limits: Limits, as_json: bool) -> None:
    """List the recipes of qexport.toml and their questions."""
    from qexport.bank.selection import describe
    from qexport.pipeline import plan

    found = plan(named_recipes((), every=True, limits=limits))
    default = named_default(limits)
    if as_json:
        say_json([{**plan_fields(each), "default": each.name == default} for each in found])
        return
    rows = [
        (
            f"{each.name} (default)" if each.name == default else each.name,
            str(len(each.choice.questions)),
            ", ".join(each.recipe.outputs),
            describe(each.choice.bank, each.recipe.filters, each.choice.questions, limits),
        )
        for each in found
    ]
    say_table([("recipe", "questions", "makes", "holds"), *rows], numbers=(1,))
