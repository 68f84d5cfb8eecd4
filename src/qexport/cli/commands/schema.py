"""`qexport schema`: the JSON Schemas by which an editor completes and checks what a person writes."""

from __future__ import annotations

import click

from qexport.cli.options import flags
from qexport.cli.program import say_json


@click.command()
@click.option("--recipes", "of_recipes", is_flag=True, help="Print the schema of qexport.toml.")
@flags
def schema(*, of_recipes: bool) -> None:
    """Print the JSON Schema of a bank or of qexport.toml.

    Editors use it to complete and check a file: qexport schema > seeds/bank.schema.json
    """
    if of_recipes:
        from qexport.team.recipes_schema import recipes_schema

        say_json(recipes_schema())
        return
    from qexport.bank.schema import bank_schema

    say_json(bank_schema())
