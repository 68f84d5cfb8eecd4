"""The quiz: questions with room to answer, then the answers."""

from __future__ import annotations

from collections.abc import Mapping

from qexport.outputs.declaration import Output, option
from qexport.outputs.options import BookOptions, read_number

QUIZ_HEADING = "Quiz"


class QuizOptions(BookOptions, frozen=True, kw_only=True):
    """The options of a quiz."""

    answer_space: str = option(
        "lines",
        "Space for answers: ruled, squared or none.",
        choices=("lines", "grid", "none"),
        group=QUIZ_HEADING,
    )
    answer_lines: int = option(
        6,
        "Height of the space for an answer, in lines of 8 mm (1 to 99).",
        read=read_number(1, 99),
        metavar="N",
        group=QUIZ_HEADING,
    )
    answer_key: str = option(
        "back",
        "Answers at the back, in a separate file, or none.",
        choices=("back", "separate", "none"),
        group=QUIZ_HEADING,
    )
    key_length: str = option(
        "short",
        "Short answers only, or complete model answers.",
        choices=("short", "full"),
        group=QUIZ_HEADING,
    )

    @property
    def idle(self) -> Mapping[str, str]:
        """The options that have no effect because of others."""
        return {
            **({"answer-lines": "--answer-space none"} if self.answer_space == "none" else {}),
            **({"key-length": "--answer-key none"} if self.answer_key == "none" else {}),
        }


QUIZ_ENDING = "-quiz.pdf"
ANSWERS_ENDING = "-answers.pdf"


def _list_quiz_endings(options: QuizOptions) -> tuple[str, ...]:
    return (QUIZ_ENDING, ANSWERS_ENDING) if options.answer_key == "separate" else (QUIZ_ENDING,)


OUTPUT = Output(
    name="quiz",
    summary="questions with room to answer, then the answers (PDF)",
    module="qexport.outputs.quiz.document",
    options=QuizOptions,
    label="quiz",
    guide="bundle/print-handbook.html.j2",
    endings=_list_quiz_endings,
    also_called=("exam", "test"),
)
