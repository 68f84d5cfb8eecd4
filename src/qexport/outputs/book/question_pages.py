"""The questions of a book as jobs, and what their templates see of each."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING

from qexport.bank.likeness import answered_follow_ups
from qexport.content.key_terms import mark_terms
from qexport.content.question_signs import linked_ids, question_images
from qexport.content.technology_colours import choose_colour
from qexport.outputs.book.entries import anchor
from qexport.outputs.book.fact_lines import FACT_DOT, break_facts, choose_head, list_facts
from qexport.outputs.book.tables import warn_of_tables

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.common.errors import Problem
    from qexport.layout.scheduler import Job
    from qexport.outputs.book.press import Press


class QuestionPages:
    """Makes the pages of one book's questions. Texts become HTML only if their pages are not in the cache."""

    def __init__(self, press: Press, key_terms: Mapping[str, Sequence[str]] = MappingProxyType({})) -> None:
        """Take what makes the book's jobs.

        Args:
            press: Of the book.
            key_terms: The terms that are set off in the explanation of a question, by its id; else those it lists.
        """
        self.press = press
        self.edition = press.edition
        self.key_terms = key_terms

    def make_job(self, group: Sequence[Question], template: str, *, kind: str = "q", **common: object) -> Job:
        """Return a chunk of questions that are laid out together.

        Args:
            group: The questions.
            template: Of their pages.
            kind: Of the places they make (`entries.anchor`).
            common: What the template is given beside them.
        """
        common = {"book": self.edition.title, "source": self.edition.bank.source, **common}
        common["colours"] = {
            name: choose_colour(name, self.press.numbers)
            for name in dict.fromkeys(question.technology for question in group)
        }
        answers = [self._answers(question) for question in group]
        return self.press.job(
            template,
            [
                kind,
                common,
                [question.digest() for question in group],
                answers,
                self._find_linked(group),
                [list(self.key_terms.get(question.id, ())) for question in group],
            ],
            lambda: {**common, "questions": [self._question_view(question, kind) for question in group]},
            [image for question in group for image in question_images(question, self.press.tools.limits)],
        )

    def _find_linked(self, group: Sequence[Question]) -> list[list[str]]:
        """Return which of the bank's questions the texts of some may link to, and where these are."""
        ids = sorted({key for question in group for key in linked_ids(question)} & self._places.keys())
        if not ids:
            return []
        from qexport.content.markdown_links import folio_room  # not above: few texts link to a question

        return [[key, self._places[key], folio_room(len(self._places))] for key in ids]

    @cached_property
    def _places(self) -> Mapping[str, str]:
        """The places of questions that texts may link to, by id; empty for those that are not in the book."""
        here = {each.id: f"qx:{anchor(each)}" for each in self.edition.questions}
        return {each.id: here.get(each.id, "") for each in self.edition.bank.questions}

    @cached_property
    def _answered(self) -> Mapping[str, Sequence[Sequence[str]]]:
        """For each question, the ids of those that answer its follow-ups."""
        questions = self.edition.questions
        kept = self.press.tools.scheduler.values("answered")
        name = sha256("".join(question.digest() for question in questions).encode()).hexdigest()
        if kept and (data := kept.load([name]).get(name)):
            known: dict[str, list[list[str]]] = json.loads(data)
            return known
        found = answered_follow_ups(questions)
        answered = {
            question.id: [
                [each.id for each in found.get((question.id, index), ())]
                for index in range(len(question.follow_ups))
            ]
            for question in questions
        }
        if kept:
            kept.keep({name: json.dumps(answered).encode()})
        return answered

    def _answers(self, question: Question) -> list[list[dict[str, str]]]:
        """Return, for each follow-up, the questions that answer it."""
        return [
            [{"anchor": anchor(self._by_id[key]), "id": key} for key in keys]
            for keys in self._answered[question.id]
        ]

    @cached_property
    def _by_id(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.edition.questions}

    def warn_of_tables(self, place: str) -> tuple[Problem, ...]:
        """Return a warning for each question with a table that is too wide for a place: `a page of the quiz`."""
        return warn_of_tables(
            self.edition.questions,
            place,
            lambda question: self._question_view(question, "q"),
            self.press.measures.width - self.press.measures.answer_inset,
            self.press.measures.size,
        )

    def _question_view(self, question: Question, kind: str) -> dict[str, object]:
        page = self.press.measures
        from qexport.content.question_view import text_view  # not above: what is kept needs no HTML

        view = text_view(
            question,
            page.width,
            page.size,
            code=page.code,
            answer_inset=page.answer_inset,
            questions=self._places,
            language=self.press.language,
            limits=self.press.tools.limits,
        )
        terms = self.key_terms.get(question.id) or question.terms
        for section in view["sections"] if terms else ():
            if section["key"] == "deep_explanation":
                section["html"] = mark_terms(section["html"], terms)
        follow_ups = [
            {"html": html, "answers": answers}
            for html, answers in zip(view["follow_ups"], self._answers(question), strict=True)
        ]
        difficulty = f"{self.press.language.label('difficulty')} {question.difficulty}/10"
        places = {"asked": anchor(question), "told": anchor(question, "a")}
        return {
            **view,
            "follow_ups": follow_ups,
            "anchor": anchor(question, kind),
            "heads": choose_head(question, page.head[0]),
            "places": places,
            "meta": FACT_DOT.join(list_facts(question)),
            "facts": break_facts(question, difficulty, page.frame, self.press.style.setting),
        }
