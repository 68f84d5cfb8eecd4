"""Every check of a bank, in order.

A finding is worth printing if the keeper of the bank agrees with it: every check would rather miss one than
report a false one, and says by which measure it judges. All take time in proportion to the bank, or nearly so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from qexport.bank.health.alike import find_answered_follow_ups, find_look_alikes, find_near_duplicates
from qexport.bank.health.damage import find_damage, find_lost_commas, find_short_answers
from qexport.bank.health.difficulty import find_misjudged_difficulties
from qexport.bank.health.findings import FINDING_KINDS, Finding
from qexport.bank.health.missing import find_gaps, find_missing_sections, find_shortfalls
from qexport.bank.model import Bank

_CHECKS: tuple[Callable[[Bank], Iterator[Finding]], ...] = (
    find_shortfalls,
    find_gaps,
    find_missing_sections,
    find_near_duplicates,
    find_look_alikes,
    find_answered_follow_ups,
    find_damage,
    find_short_answers,
    find_lost_commas,
    find_misjudged_difficulties,
)


def examine(bank: Bank) -> tuple[Finding, ...]:
    """Return all findings, by kind in the order of FINDING_KINDS, then by place. Retired questions take no part."""
    active = replace(bank, questions=tuple(each for each in bank.questions if each.status == "active"))
    found = [finding for check in _CHECKS for finding in check(active)]
    order = {kind: place for place, kind in enumerate(FINDING_KINDS)}
    return tuple(sorted(found, key=lambda finding: (order[finding.kind], finding.location, finding.ids)))
