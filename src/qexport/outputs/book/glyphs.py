"""Characters that the bundled fonts lack: fonts of an extra for them, or a warning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from qexport.bank.model import Question
from qexport.common.errors import Location, Problem
from qexport.content.languages import language
from qexport.layout.script_fonts import extras_for, find_script_fonts

if TYPE_CHECKING:
    from qexport.bank.lock import Edition
    from qexport.outputs.document import Tools


def missing_glyphs(questions: Iterable[Question], missing: Iterable[str]) -> tuple[Problem, ...]:
    """Return a warning for each question that has characters no font has, and one for those in other words.

    The last one says what to do.
    """
    lacking = set(missing)
    extras = extras_for(lacking)
    hint = INSTALL_EXTRA.format(extras=",".join(extras)) if extras else ADD_A_FONT
    lost = {question: lacking & _characters(question) for question in questions} if lacking else {}
    warnings = [
        Problem(
            question.location, f"{question.id}: no font of the book has {_describe_characters(characters)}"
        )
        for question, characters in lost.items()
        if characters
    ]
    if elsewhere := lacking.difference(*lost.values()):
        place = Location(next(iter(lost)).location.path)
        warnings.append(
            Problem(place, f"no font of the book has {_describe_characters(elsewhere)}, in one of its titles")
        )
    return (*warnings[:-1], *(replace(last, hint=hint) for last in warnings[-1:]))


ADD_A_FONT = "put a font that has them into the folder fonts of a theme, and build with --theme FOLDER"

INSTALL_EXTRA = (
    'pip install ".[{extras}]" in the checkout brings fonts that have them; or take a theme with such a font'
)


def with_script_fonts(tools: Tools, edition: Edition) -> Tools:
    """Return tools with the installed fonts of scripts that are in an edition and that the bundled fonts lack."""
    tag = edition.bank.language
    questions = map(_list_foreign_characters, edition.questions)
    labels = () if tag.startswith("en") else language(tag).labels.values()
    own = tools.scheduler.fonts
    known = {file.digest for file in own}
    found = find_script_fonts((edition.title, edition.bank.title, *questions, *labels), tag)
    more = tuple(file for file in found if file.digest not in known)
    return replace(tools, scheduler=replace(tools.scheduler, fonts=(*own, *more))) if more else tools


def _list_characters(question: Question) -> Iterator[str]:
    return ("".join(value) for value in _written_values(question) if isinstance(value, str | tuple))


_written_values = attrgetter(*(name for name in Question.__struct_fields__ if name != "extra"))
_ASCII = frozenset(map(chr, range(128)))


@lru_cache(maxsize=4096)
def _list_foreign_characters(question: Question) -> str:
    """Return the characters of a question beyond ASCII, each once; a process that builds again asks again."""
    text = "".join(_list_characters(question))
    return "" if text.isascii() else "".join(sorted(set(text) - _ASCII))


def _characters(question: Question) -> set[str]:
    return set().union(*_list_characters(question))


def _describe_characters(characters: Iterable[str]) -> str:
    return ", ".join(f"{character!r} (U+{ord(character):04X})" for character in sorted(characters))
