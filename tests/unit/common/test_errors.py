"""Errors are values: a place, what is wrong, a hint."""

from __future__ import annotations

from qexport.common.errors import InputRefused, Location, Problem, QexportError, UsageError


def test_a_place_is_written_as_editors_read_it() -> None:
    assert str(Location("a.yaml", 3, 4)) == "a.yaml:3:4"
    assert str(Location("a.yaml", 3)) == "a.yaml:3"
    assert str(Location("a.yaml")) == "a.yaml"


def test_a_problem_begins_with_its_place() -> None:
    assert str(Problem(Location("a.yaml", 3), "wrong", "right")) == "a.yaml:3: wrong"


def test_what_is_refused_is_counted() -> None:
    problem = Problem(Location("a"), "b")
    assert InputRefused((problem,)).message == "1 problem found"
    assert InputRefused((problem, problem)).message == "2 problems found"
    assert isinstance(UsageError("m", hint="h"), QexportError)
