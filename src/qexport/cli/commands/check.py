"""`qexport check`: what is wrong in a bank, and with `--health` what is missing, doubled or damaged."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from qexport.cli.completion import complete_finding
from qexport.cli.options import PATH, every_problem_option, flags, json_option, reads_bank
from qexport.cli.program import say, say_json, warn
from qexport.cli.terminal import problem_fields, stats_lines
from qexport.common.errors import InputRefused, Location, Problem, UsageError
from qexport.common.wording import quantity, suggest

if TYPE_CHECKING:
    from qexport.choosing import Checked
    from qexport.common.limits import Limits


@click.command()
@click.argument("place", type=PATH, metavar="[BANK]", required=False)
@reads_bank
@click.option(
    "--health", "with_health", is_flag=True, help="Also report missing, duplicate and damaged content."
)
@every_problem_option
@click.option(
    "--fail-on",
    metavar="KIND",
    multiple=True,
    shell_complete=complete_finding,
    help="End with status 3 if --health finds a problem of this kind, for example gap, or any for all kinds.",
)
@json_option
@flags
def check(
    *,
    bank: Path,
    encoding: str | None,
    limits: Limits,
    with_health: bool,
    fail_on: tuple[str, ...],
    as_json: bool,
) -> None:
    """Check a bank, and report every problem with its line.

    Each problem has a hint on how to fix it.
    """
    from qexport import choosing

    kinds = _kinds(fail_on)
    try:
        checked = choosing.check(
            bank, encoding=encoding, with_health=with_health or bool(kinds), limits=limits
        )
    except InputRefused as refused:
        if not as_json:
            raise
        say_json({"bank": str(bank), "problems": [problem_fields(each) for each in refused.problems]})
        click.get_current_context().exit(refused.exit_code)
    if as_json:
        say_json(_check_fields(bank, checked))
    else:
        warn(checked.warnings)
        say(_check_lines(bank, checked))
    if failing := [finding for finding in checked.findings or () if finding.kind in kinds]:
        found = ", ".join(dict.fromkeys(finding.kind for finding in failing))
        message = f"{quantity(len(failing), 'finding')} that --fail-on forbids: {found}"
        raise InputRefused((Problem(Location(str(bank)), message),))


def _check_fields(bank: Path, checked: Checked) -> dict[str, object]:
    fields: dict[str, object] = {
        "bank": str(bank),
        "questions": len(checked.bank.questions),
        "drafts": sum(question.status == "draft" for question in checked.bank.questions),
        "problems": [],
        "warnings": [problem_fields(warning) for warning in checked.warnings],
    }
    if checked.kept_namespace:
        fields["kept_namespace"] = checked.kept_namespace
    if checked.findings is not None:
        from qexport.bank.health.counts import stats_fields
        from qexport.bank.health.findings import finding_fields

        fields["stats"] = stats_fields(checked.stats)
        fields["findings"] = [finding_fields(finding) for finding in checked.findings]
    return fields


def _check_lines(bank: Path, checked: Checked) -> Iterator[str]:
    if checked.findings is None:
        drafts = sum(question.status == "draft" for question in checked.bank.questions)
        counts = [quantity(len(checked.bank.questions) - drafts, "question")]
        counts += [quantity(drafts, "draft")] if drafts else []
        found = quantity(len(checked.warnings), "warning") if checked.warnings else "nothing wrong"
        yield f"{bank}: {', '.join(counts)}, {found}"
        if checked.kept_namespace:
            yield f"  it states no namespace; its lock keeps {checked.kept_namespace!r}"
        return
    from qexport.bank.health.findings import FINDING_KINDS

    yield from stats_lines(checked.stats)
    for kind, findings in groupby(checked.findings, key=attrgetter("kind")):
        yield ""
        yield f"{kind}: {FINDING_KINDS[kind]}"
        for finding in findings:
            yield f"  {finding.location}: {finding.message}"
            yield f"    hint: {finding.hint}"
    yield ""
    yield f"{bank}: {quantity(len(checked.findings), 'finding')}"


def _kinds(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the kinds of findings that are named, all of them for `any`."""
    if not names:
        return ()
    from qexport.bank.health.findings import FINDING_KINDS

    if unknown := [name for name in names if name not in (*FINDING_KINDS, "any")]:
        message = f"--fail-on: no kind of finding {unknown[0]!r}"
        raise UsageError(message, hint=suggest(unknown[0], ("any", *FINDING_KINDS)))
    return tuple(FINDING_KINDS) if "any" in names else names
