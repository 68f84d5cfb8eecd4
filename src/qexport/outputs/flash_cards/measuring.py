"""How large the sides of cards are: each is laid out alone, in smaller and smaller type, until it fits a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from qexport.outputs.flash_cards.arrangement import Card
from qexport.outputs.flash_cards.faces import CardFace, FaceMaker, Fit
from qexport.outputs.flash_cards.sheet import Cell

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.layout.scheduler import Job

HOPELESS = 4
"""Cards in one size, after which only the smallest is tried: no type is as much smaller."""


def fit_side(
    maker: FaceMaker,
    side: str,
    questions: Sequence[Question],
    sizes: Sequence[float],
    sections: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
) -> dict[str, Fit]:
    """Return how a side of each question is set: in the largest type that needs one card, else in the smallest.

    Args:
        maker: Of the sides.
        side: `front` or `back`.
        questions: Those to be set.
        sizes: Of the type, in points, the largest first.
        sections: What is on each side besides the answer, by the question's id.
    """
    fits: dict[str, Fit] = {}
    hopeless: set[str] = set()
    for size in sizes:
        last = size == sizes[-1]
        pending = [each for each in questions if each.id not in fits and (last or each.id not in hopeless)]
        jobs = [_make_side_job(maker, side, each, size, sections.get(each.id, ())) for each in pending]
        for question, chunk in zip(pending, maker.tools.scheduler.chunks(jobs), strict=True):
            pages = len(chunk.pages)
            if pages == 1 or last:
                fits[question.id] = Fit(size, pages, sections.get(question.id, ()))
            elif pages > HOPELESS:
                hopeless.add(question.id)
    return fits


def choose_sections(
    maker: FaceMaker, questions: Sequence[Question], wanted: Sequence[str], size: float
) -> dict[str, tuple[str, ...]]:
    """Return which of the wanted sections fit on one card besides the answer, in type of so many points."""
    chosen: dict[str, tuple[str, ...]] = {question.id: () for question in questions}
    for key in wanted:
        there = [question for question in questions if getattr(question, key)]
        jobs = [
            _make_side_job(maker, "back", question, size, (*chosen[question.id], key)) for question in there
        ]
        for question, chunk in zip(there, maker.tools.scheduler.chunks(jobs), strict=True):
            if len(chunk.pages) == 1:
                chosen[question.id] += (key,)
    return chosen


def _make_side_job(
    maker: FaceMaker, side: str, question: Question, size: float, sections: tuple[str, ...]
) -> Job:
    """Return a side of a question alone, to be laid out."""
    face = CardFace(side, Cell(0, 0, 0, 0), Card(question, 0, 1), Fit(size, 1, sections))
    return maker.make_job(
        "measure.html.j2",
        [side, question.digest(), size, sections],
        lambda: {"face": maker.view(face, "words")},
        [question],
    )
