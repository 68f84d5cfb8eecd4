"""The quiz: questions with room to answer, then the answers."""

from __future__ import annotations

from dataclasses import dataclass

from qexport.outputs.declaration import Output, option
from qexport.outputs.options import BookOptions, read_number

GROUP = "Quiz"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizOptions(BookOptions):
    """How a quiz is to be."""

    answer_space: str = option(
        "lines", "Ruled or squared room to answer, or none.", choices=("lines", "grid", "none"), group=GROUP
    )
    answer_lines: int = option(
        6, "Room to answer, in lines of 8 mm (1 to 99).", read=read_number(1, 99), metavar="N", group=GROUP
    )
    answer_key: str = option(
        "back",
        "Answers at the back, in a separate file, or none.",
        choices=("back", "separate", "none"),
        group=GROUP,
    )


QUIZ_ENDING = "-quiz.pdf"
ANSWERS_ENDING = "-answers.pdf"


def _endings(options: QuizOptions) -> tuple[str, ...]:
    return (QUIZ_ENDING, ANSWERS_ENDING) if options.answer_key == "separate" else (QUIZ_ENDING,)


OUTPUT = Output(
    name="quiz",
    summary="questions with room to answer, then the answers (PDF)",
    module="qexport.outputs.quiz.document",
    options=QuizOptions,
    endings=_endings,
    also_called=("exam", "test"),
)
