"""`qexport schema`: the JSON Schemas by which an editor completes and checks what a person writes."""

from __future__ import annotations

import click

from qexport.cli.options import flags
from qexport.cli.program import say_json


@click.command()
@click.option("--recipes", "of_recipes", is_flag=True, help="That of a qexport.toml instead.")
@flags
def schema(*, of_recipes: bool) -> None:
    """Write the JSON Schema of a bank.

    Editors complete and check a bank by it: qexport schema > seeds/bank.schema.json
    """
    if of_recipes:
        from qexport.team.recipes import recipes_schema

        say_json(recipes_schema())
        return
    from qexport.bank.schema import bank_schema

    say_json(bank_schema())
