"""Conflicts between a page and the bank → those that the user settles for the page, as edits of the bank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from qexport.bank.model import Question
from qexport.bank.yaml_editor import Edit, EditedValue
from qexport.common.errors import Location
from qexport.importers.hub.report import CaptureConflict, Difference

Decision: TypeAlias = Callable[[str, Difference], bool]
"""Given a question's id and a difference, reports whether the page's text is taken."""


def take_all(*_: object) -> bool:
    """Decide that the bank takes what the page says."""
    return True


def take_none(*_: object) -> bool:
    """Decide that the bank stays."""
    return False


@dataclass(slots=True)
class Taking:
    """What was taken from pages so far."""

    decide: Decision
    ids: frozenset[str]
    """Of the questions in the bank's file; those that this import adds cannot be changed there."""
    edits: dict[tuple[str, str], EditedValue] = field(default_factory=dict)
    """Question's id and field → value."""

    def settle(
        self, question: Question, place: Location, differences: Sequence[Difference]
    ) -> tuple[Question, tuple[CaptureConflict, ...], tuple[CaptureConflict, ...]]:
        """Return the question as it is then, what was taken, and what is still a conflict."""
        taken = tuple(each for each in differences if self._takes(question.id, each))
        left = tuple(each for each in differences if each not in taken)
        for each in taken:
            self.edits[question.id, each.field] = each.value
        known_at = question.location
        question = replace(question, **{each.field: each.value for each in taken})  # type: ignore[arg-type]
        return (
            question,
            (CaptureConflict(question.id, place, known_at, taken),) if taken else (),
            (CaptureConflict(question.id, place, known_at, left),) if left else (),
        )

    def _takes(self, identity: str, difference: Difference) -> bool:
        key = identity, difference.field
        if not difference.is_takeable or identity not in self.ids:
            return False
        if (
            key in self.edits
        ):  # by an earlier page, or an earlier paragraph: pages that contradict stay a conflict
            return self.edits[key] == difference.value
        return self.decide(identity, difference)

    def listed_edits(self) -> Iterator[Edit]:
        """Yield the edits of the bank's file."""
        for (identity, name), value in self.edits.items():
            yield Edit(identity, name, value if value not in ("", ()) else None)
