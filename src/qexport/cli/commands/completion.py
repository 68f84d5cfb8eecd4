"""`qexport completion`: the script by which a shell completes commands, options and values."""

from __future__ import annotations

import click

from qexport.cli.program import say

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion script for a shell.

    \b
    bash: eval "$(qexport completion bash)"   in ~/.bashrc
    zsh:  eval "$(qexport completion zsh)"    in ~/.zshrc, after compinit
    fish: qexport completion fish > ~/.config/fish/completions/qexport.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    if kind is None:
        raise ValueError(f"click has no completion for {shell}")
    script = kind(ctx.find_root().command, {}, "qexport", "_QEXPORT_COMPLETE")
    say([(script.source_template % script.source_vars()).strip()])
