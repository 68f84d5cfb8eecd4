"""`qexport doctor`: what is on this machine, what is missing, and the line that mends it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from qexport.cli.options import cache_option, flags, json_option
from qexport.cli.program import say, say_json
from qexport.cli.terminal import table
from qexport.common.errors import MachineLacks
from qexport.common.wording import quantity


@click.command()
@cache_option
@json_option
@click.option("--sbom", "bill", is_flag=True, help="Print the software bill of materials (CycloneDX).")
@flags
def doctor(*, cache_folder: Path, as_json: bool, bill: bool) -> None:
    """Check this machine, and say how to install what is missing.

    The exit status is 6 if something that every build needs is missing.
    """
    if bill:
        from qexport.common.components import bill_of_materials

        say_json(bill_of_materials())
        return
    from qexport.cli.machine import examine_machine

    parts = examine_machine(cache_folder)
    if as_json:
        say_json([{**asdict(part), "state": part.state} for part in parts])
    else:
        rows = [(part.state, part.name, part.found or part.mend) for part in parts]
        say(table([("state", "part", "found, or what to do"), *rows]))
    if missing := [part for part in parts if part.state == "missing"]:
        lines = "; ".join(dict.fromkeys(part.mend for part in missing))
        raise MachineLacks(f"{quantity(len(missing), 'part')} missing", hint=lines)
