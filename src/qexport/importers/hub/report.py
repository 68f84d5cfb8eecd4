"""What came of captured pages, in values and in words."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from qexport.bank.yaml_editor import EditedValue
from qexport.common.errors import Location, Problem
from qexport.common.text_input import quote
from qexport.common.wording import quantity


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing a capture says otherwise than the bank: `[-the bank's words-] {+the capture's+}`."""

    location: Location
    field: str
    """Empty where it belongs to no one field."""
    words: str
    value: EditedValue = None
    """What the field has to be for the bank to say what the page says."""
    is_takeable: bool = False
    """`value` is known: nothing is missing from the page, and nothing there is of no known place."""

    def __str__(self) -> str:
        return f"{self.location}: {self.field}{': ' if self.field else ''}{self.words}"


@dataclass(frozen=True, slots=True)
class CaptureConflict:
    """A known question of which a capture says something else."""

    id: str
    location: Location
    """In the capture."""
    known_at: Location
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Answers of no known question."""

    location: Location
    paragraphs: int
    begins: str


@dataclass(frozen=True, slots=True)
class CaptureReport:
    """What came of one capture."""

    path: str
    known: int = 0
    new: tuple[str, ...] = ()
    conflicts: tuple[CaptureConflict, ...] = ()
    unmatched: tuple[Unmatched, ...] = ()
    taken: tuple[CaptureConflict, ...] = ()
    """What was settled for the page."""

    def __str__(self) -> str:
        counts = [f"{self.known} known", f"{len(self.new)} new", quantity(len(self.conflicts), "conflict")]
        if self.taken:
            counts.append(f"{len(self.taken)} taken from the page")
        if self.unmatched:
            counts.append(f"{len(self.unmatched)} unmatched")
        lines = [f"{self.path}: {', '.join(counts)}"]
        for taken in self.taken:
            lines.append(f"  {taken.location}: {taken.id} is now as the page has it, at {taken.known_at}")
            lines += [f"    {difference}" for difference in taken.differences]
        for conflict in self.conflicts:
            lines.append(f"  {conflict.location}: {conflict.id} differs from {conflict.known_at}")
            lines += [f"    {difference}" for difference in conflict.differences]
        for block in self.unmatched:
            count = quantity(block.paragraphs, "paragraph")
            lines.append(f"  {block.location}: {count} of no known question: {quote(block.begins)}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of all captures, in the order they were named."""

    captures: tuple[CaptureReport, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def conflicts(self) -> tuple[CaptureConflict, ...]:
        """Return the conflicts of all captures."""
        return tuple(chain.from_iterable(capture.conflicts for capture in self.captures))

    @property
    def taken(self) -> tuple[CaptureConflict, ...]:
        """Return what was settled for the pages, of all captures."""
        return tuple(chain.from_iterable(capture.taken for capture in self.captures))

    @property
    def unmatched(self) -> tuple[Unmatched, ...]:
        """Return what no question of the bank matches, of all captures."""
        return tuple(chain.from_iterable(capture.unmatched for capture in self.captures))

    def __str__(self) -> str:
        return "\n".join(map(str, self.captures))
