"""The parts of a book: a part a technology, a chapter a category."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from qexport.common.records import Record

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.content.languages import Language


class Chapter(Record, frozen=True):
    """Questions of one category."""

    title: str
    questions: Sequence[Question]


class Part(Record, frozen=True):
    """Chapters of one technology; one without a title where technologies come back."""

    title: str
    anchor: str
    chapters: Sequence[Chapter]

    @property
    def questions(self) -> list[Question]:
        """All questions of the part, in their order."""
        return [question for chapter in self.chapters for question in chapter.questions]


def parts(questions: Sequence[Question]) -> Sequence[Part]:
    """Return the parts of the book in the questions' order; one without a title where technologies come back."""
    runs = _split_into_runs(questions, "technology")
    if runs is None:
        return [Part("", "", [Chapter("", questions)])]
    found = []
    for number, (technology, part) in enumerate(runs, start=1):
        chapters = _split_into_runs(part, "category") or [("", part)]
        alone = [category for category, _ in chapters] == [technology]
        found.append(
            Part(
                technology,
                f"part-{number}",
                [Chapter("" if alone else title, run) for title, run in chapters],
            )
        )
    return found


def _split_into_runs(
    questions: Sequence[Question], field: str
) -> list[tuple[str, Sequence[Question]]] | None:
    """Return the questions by the value of a field, or None where the same value is in two places."""
    runs: list[tuple[str, Sequence[Question]]] = []
    for value, run in groupby(questions, key=lambda question: str(getattr(question, field))):
        runs.append((value, tuple(run)))
    return runs if len({value for value, _ in runs}) == len(runs) else None


MOST_COUNTS = 4
"""Chapters whose questions are counted in a part's opening: the list below it has them all."""


def tally(part: Part, language: Language) -> str:
    """Return in words how many questions a part has, in which chapters and how difficult."""
    counts = [f"{chapter.title} {len(chapter.questions)}" for chapter in part.chapters if chapter.title]
    rated = sorted({question.difficulty for question in part.questions if question.difficulty is not None})
    difficulty = (
        [language.label("difficulty_range", range="–".join(map(str, dict.fromkeys((rated[0], rated[-1])))))]
        if rated
        else []
    )
    return " · ".join(
        [
            language.count(len(part.questions)),
            *(counts if 1 < len(counts) <= MOST_COUNTS else []),
            *difficulty,
        ]
    )
