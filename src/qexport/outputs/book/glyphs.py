"""Warnings for characters that no font of a book has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from qexport.common.errors import Location, Problem

if TYPE_CHECKING:
    from qexport.bank.model import Question


def missing_glyphs(questions: Iterable[Question], missing: Iterable[str]) -> tuple[Problem, ...]:
    """Return a warning for each question that has characters no font has, and one for those in other words.

    The last one says what to do.
    """
    lacking = set(missing)
    lost = {question: lacking & _characters(question) for question in questions} if lacking else {}
    warnings = [
        Problem(question.location, f"{question.id}: no font of the book has {_named(characters)}")
        for question, characters in lost.items()
        if characters
    ]
    if elsewhere := lacking.difference(*lost.values()):
        place = Location(next(iter(lost)).location.path)
        warnings.append(Problem(place, f"no font of the book has {_named(elsewhere)}, in a title of it"))
    return (*warnings[:-1], *(replace(last, hint=ADD_A_FONT) for last in warnings[-1:]))


ADD_A_FONT = (
    "put a TrueType font that has them into the folder fonts of a theme, and build with --theme FOLDER"
)


def _characters(question: Question) -> set[str]:
    texts = [getattr(question, field.name) for field in fields(question) if field.name != "extra"]
    return {character for text in texts if isinstance(text, str | tuple) for character in "".join(text)}


def _named(characters: Iterable[str]) -> str:
    return ", ".join(f"{character!r} (U+{ord(character):04X})" for character in sorted(characters))
