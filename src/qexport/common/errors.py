"""Everything that can go wrong, as values: where it is, what is wrong, what would be right.

Each error knows the exit status it ends the program with; only `cli` prints one.
"""

from __future__ import annotations

from dataclasses import dataclass

from qexport.common.wording import quantity


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a source: a path as the user wrote it, line and column counted from 1 (0: unknown)."""

    path: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.path, *(str(number) for number in (self.line, self.column) if number)])


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where it stands, and (`hint`) what would be right."""

    location: Location
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.location}: {self.message}"


class QexportError(Exception):
    """The root: a message for the user, a hint, and the exit status (1: a bug of ours)."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(QexportError):
    """The arguments of a command are wrong, or contradict each other."""

    exit_code = 2


class InputRefused(QexportError):
    """A source cannot be used; `problems` are all that is wrong with it, in the order of their places."""

    exit_code = 3

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{quantity(len(problems), 'problem')} found")
        self.problems = problems


class NothingSelected(QexportError):
    """The filters leave no question."""

    exit_code = 4


class OutputError(QexportError):
    """A result cannot be written; the file that was there is unchanged."""

    exit_code = 5


class OutputsFailed(QexportError):
    """Some outputs could not be made or written; `errors` say why, and the first has the exit status."""

    def __init__(self, errors: tuple[QexportError, ...], message: str) -> None:
        super().__init__(message)
        self.errors = errors
        self.exit_code = errors[0].exit_code


class MachineLacks(QexportError):
    """Something outside the program is missing: a library, the fonts."""

    exit_code = 6


class LimitExceeded(QexportError):
    """An input is larger than a stated limit; `location` says where."""

    exit_code = 7
