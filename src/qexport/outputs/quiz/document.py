"""The quiz: the questions with room to answer, then the answers, which cannot be seen by accident.

    cover · how to use · questions by part · answers in the same order, or a book of their own, or none · score sheet

Each question says the page of its answer and each answer that of its question; both are drawn when the book is linked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qexport.bank.lock import Edition
from qexport.bank.model import Question
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import Job
from qexport.outputs.book.binding import bind_edition
from qexport.outputs.book.cover import make_cover
from qexport.outputs.book.entries import anchor, outline_entry
from qexport.outputs.book.glyphs import missing_glyphs
from qexport.outputs.book.parts import Part
from qexport.outputs.book.press import Press
from qexport.outputs.book.question_pages import QuestionPages
from qexport.outputs.document import Document, Tools
from qexport.outputs.lengths import MM
from qexport.outputs.quiz import ANSWERS_ENDING, QUIZ_ENDING, QuizOptions
from qexport.pdf.folio_lists import anchor_folios
from qexport.pdf.metadata import OutlineEntry

LINE = 8
"""Millimetres from one ruled line to the next, as in a school notebook."""

SQUARE = 5
"""Millimetres of a square, about: those of a row share the width of the page between the margins."""

SCORED_PAGE_COLUMN, TRY_COLUMN = 4.2, 2.2
"""Ems of the text: columns of the score sheet, with the space beside them (`quiz.css`)."""


def render(edition: Edition, options: QuizOptions, tools: Tools) -> Document:
    """Return the quiz of an edition; the answers lie beside it where they are to be separate."""
    return _Quiz(edition, options, tools).document()


def count_lines(question: Question, usual: int) -> int:
    """Return how many lines of room a question gets: as many as asked for at difficulty 5, more where it is harder."""
    difficulty = USUAL_DIFFICULTY if question.difficulty is None else question.difficulty
    return max(1, round(usual * (0.5 + difficulty / (2 * USUAL_DIFFICULTY))))


USUAL_DIFFICULTY = 5


class _Quiz:
    """One quiz being made."""

    def __init__(self, edition: Edition, options: QuizOptions, tools: Tools) -> None:
        self.edition = edition
        self.options = options
        self.key = options.answer_key
        self.press = Press(edition, options, tools, styles=("quiz/quiz.css",))
        self.pages = QuestionPages(self.press)
        self.scheduler = tools.scheduler
        self.language = self.press.language
        self.untitled = self.language.label("other_questions" if len(self.press.parts) > 1 else "questions")

    def document(self) -> Document:
        parts = self.press.parts
        jobs = [
            make_cover(self.press, self.language.label("quiz")),
            self._using(),
            *(self._make_questions_job(part) for part in parts),
            self._score(),
        ]
        jobs += (
            [self._make_answers_job(part, first=part is parts[0]) for part in parts]
            if self.key != "none"
            else []
        )
        cover, using, *rest = self.scheduler.chunks(jobs)
        asked, score, told = rest[: len(parts)], rest[len(parts)], rest[len(parts) + 1 :]

        chunks = [cover, using]
        self._add(chunks, asked)
        answers: list[Chunk] = []
        if self.key == "separate":
            answers.append(self.scheduler.chunk(make_cover(self.press, self.language.label("answers"))))
            self._add(answers, told)
        else:
            self._add(chunks, told)
        self._add(chunks, [score])
        here, there = anchor_folios(chunks), anchor_folios(answers)

        missing = {each for chunk in (*chunks, *answers) for each in chunk.missing}
        data, summary, amounts = bind_edition(
            self.press,
            chunks,
            self._outline(),
            title=f"{self.edition.title}: {self.language.label('quiz')}",
            elsewhere=there,
            suffix=QUIZ_ENDING,
        )
        told_at = {question.id: here.get(anchor(question, "a")) for question in self.edition.questions}
        return Document(
            suffix=QUIZ_ENDING,
            data=data,
            summary=summary,
            amounts=amounts,
            warnings=(
                *missing_glyphs(self.edition.questions, missing),
                *self.pages.warn_of_tables("a page of the quiz"),
            ),
            beside=(self._answers(answers, here),) if answers else (),
            folios={id_: folio for id_, folio in told_at.items() if folio},
        )

    def _answers(self, chunks: list[Chunk], quiz: dict[str, int]) -> Document:
        data, summary, amounts = bind_edition(
            self.press,
            chunks,
            self._answers_outline(),
            title=f"{self.edition.title}: {self.language.label('answers')}",
            elsewhere=quiz,
            suffix=ANSWERS_ENDING,
        )
        return Document(suffix=ANSWERS_ENDING, data=data, summary=summary, amounts=amounts)

    def _add(self, chunks: list[Chunk], more: Sequence[Chunk]) -> None:
        """Add chunks, the first on a page at the right where that is paper."""
        for number, chunk in enumerate(more):
            if number:
                chunks.append(chunk)
            else:
                self.press.on_recto(chunks, chunk)

    # -- chunks ---------------------------------------------------------------------------------------------------

    def _using(self) -> Job:
        parts = [list(self._place(part)) for part in self.press.parts]
        return self.press.from_values("quiz/using.html.j2", parts=parts, key=self.key)

    def _make_questions_job(self, part: Part) -> Job:
        title, place = self._place(part)
        lines = self.options.answer_lines
        return self.pages.make_job(
            part.questions,
            "quiz/questions.html.j2",
            level=2,
            notes=False,
            part={"title": title, "anchor": place},
            key=self.key,
            space=self.options.answer_space,
            rooms={
                each.id: {"lines": count, "rows": count * LINE // SQUARE}
                for each in part.questions
                for count in [count_lines(each, lines)]
            },
            columns=round(self.press.measures.frame / SQUARE),
        )

    def _make_answers_job(self, part: Part, *, first: bool) -> Job:
        title, place = self._place(part)
        alone = len(self.press.parts) == 1
        return self.pages.make_job(
            part.questions,
            "quiz/answers.html.j2",
            kind="a",
            level=2 if alone else 3,
            notes=False,
            part={"title": "" if alone else title, "anchor": f"answers-{place}"},
            key=self.key,
            first=first,
            short=self.options.key_length == "short",
        )

    def _score(self) -> Job:
        parts = [
            {
                "title": "" if len(self.press.parts) == 1 else self._place(part)[0],
                "entries": [{**self.press.entry(each), "told": anchor(each, "a")} for each in part.questions],
            }
            for part in self.press.parts
        ]
        total = len(self.edition.questions)
        measures = self.press.measures
        beside = SCORED_PAGE_COLUMN * (1 + (self.key == "back")) + TRY_COLUMN * 3
        longest = measures.longest_beside(beside * measures.size / MM)
        return self.press.from_values(
            "quiz/score.html.j2", parts=parts, total=total, key=self.key, longest_beside=longest
        )

    def _place(self, part: Part) -> tuple[str, str]:
        """Return the title of a part, and the name of its place."""
        return part.title or self.untitled, part.anchor or "questions"

    # -- outline --------------------------------------------------------------------------------------------------

    def _outline(self) -> Iterator[OutlineEntry]:
        yield OutlineEntry(self.language.label("using_title"), "using")
        for part in self.press.parts:
            yield OutlineEntry(*self._place(part), self._entries(part, "q"))
        if self.key == "back":
            yield from self._answers_outline()
        yield OutlineEntry(self.language.label("score_title"), "score")

    def _answers_outline(self) -> Iterator[OutlineEntry]:
        parts = self.press.parts
        children = self._entries(parts[0], "a")
        if len(parts) > 1:
            places = [(part, *self._place(part)) for part in parts]
            children = tuple(
                OutlineEntry(title, f"answers-{place}", self._entries(part, "a"))
                for part, title, place in places
            )
        yield OutlineEntry(self.language.label("answers"), "answers", children)

    def _entries(self, part: Part, kind: str) -> tuple[OutlineEntry, ...]:
        return tuple(outline_entry(each, kind) for each in part.questions)
