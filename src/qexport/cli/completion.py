"""What a shell completes: the values of options and arguments.

A name with a space is completed in the form without one that filters take too, such as `machine-learning`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, cast

from qexport.common.errors import QexportError

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

    from qexport.bank.model import Bank


def complete_from(names: Iterable[str]) -> Callable[..., list[CompletionItem]]:
    """Return what completes a value from fixed names."""
    return lambda _ctx, _parameter, begun: _starting(begun, names)


def complete_format(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the name of an output."""
    from qexport.outputs.registry import OUTPUTS

    return _starting(begun, OUTPUTS)


def complete_command(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the name of a command."""
    program = ctx.find_root()
    return _starting(begun, cast("click.Group", program.command).list_commands(program))


def complete_form(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the name of a form that questions are exported to."""
    from qexport.exporters.registry import FORMS

    return _starting(begun, FORMS)


def complete_shape(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the name of a shape that files are imported from."""
    from qexport.importers.registry import SHAPES

    return _starting(begun, [shape.name for shape in SHAPES])


def complete_finding(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the kind of a finding of `check --health`."""
    from qexport.bank.health.findings import FINDING_KINDS

    return _starting(begun, ["any", *FINDING_KINDS])


def complete_theme(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the name of a built-in theme, or the path of a folder."""
    from click.shell_completion import CompletionItem

    from qexport.content.themes import list_built_in

    return _starting(begun, list_built_in()) or [CompletionItem(begun, type="dir")]


def complete_recipe_or_bank(
    _ctx: click.Context, _parameter: click.Parameter, begun: str
) -> list[CompletionItem]:
    """Complete the name of a recipe, or the path of a bank."""
    from click.shell_completion import CompletionItem

    return complete_recipe(_ctx, _parameter, begun) or [CompletionItem(begun, type="file")]


def complete_recipe(_ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the name of a recipe."""
    from qexport.cli.project import find_recipes_file

    path = find_recipes_file()
    if path is None:
        return []
    from qexport.team.recipes import recipe_book

    with suppress(QexportError):
        return _starting(begun, recipe_book(path).recipes)
    return []


def complete_id(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Complete the id of a question of the bank."""
    bank = _bank_so_far(ctx)
    return _starting(begun, (question.id for question in bank.questions) if bank else ())


def complete_name_of(field: str) -> Callable[..., list[CompletionItem]]:
    """Return what completes a technology, a category, a level or a tag of the bank."""

    def complete(ctx: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
        bank = _bank_so_far(ctx)
        if bank is None:
            return []
        values = [
            name
            for question in bank.questions
            for name in (question.tags if field == "tag" else (getattr(question, field),))
        ]
        return _starting(begun, values)

    return complete


def _bank_so_far(ctx: click.Context) -> Bank | None:
    """Return the bank of the command line so far, or the usual one; None if it cannot be read."""
    from qexport.choosing import read_bank
    from qexport.cli.project import default_bank, is_bank_path
    from qexport.common.limits import USUAL

    # A bank without an option is not parsed yet where the option to complete comes after it.
    given = (ctx.params.get("bank"), ctx.params.get("place"), *ctx.params.get("names", ()), *ctx.args)
    named = next((each for each in given if each and is_bank_path(str(each))), None)
    with suppress(QexportError):
        return read_bank(Path(named) if named else default_bank(USUAL))[0]
    return None


def _starting(begun: str, names: Iterable[str]) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from qexport.bank.query import typed_name

    forms = {
        typed_name(name) if not name.isprintable() or " " in name else name: name for name in names if name
    }
    return [
        CompletionItem(form, help=name if name != form else None)
        for form, name in forms.items()
        if form.casefold().startswith(begun.casefold())
    ]
