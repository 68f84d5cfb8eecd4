"""Questions as Moodle XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from qexport.bank.model import Bank, Question
from qexport.exporters.moodle_xml import write

QUESTION = Question(
    id="a",
    question="What is a slice?",
    answer="A view.",
    technology="Go",
    level="Junior",
    difficulty=3,
    choices=("one", "two"),
    correct=("b",),
    tags=("x",),
    follow_ups=("How long is it?",),
)
BANK = Bank(
    title="Go",
    namespace="go",
    technologies=("Go", "C"),
    levels=("Junior", "Senior"),
    questions=(
        QUESTION,
        Question(id="b", question="How long is a slice?", answer="len(s)", technology="Go", level="Junior"),
    ),
)


def test_a_question_with_choices_is_multiple_choice_and_others_are_essays() -> None:
    root = ET.fromstring(write(BANK).text.encode())
    assert [each.get("type") for each in root] == ["category", "multichoice", "essay"]
    choices = [(each.get("fraction"), each.findtext("text")) for each in root[1].iter("answer")]
    assert choices == [("0", "one"), ("100", "two")]
    assert [each.findtext("idnumber") for each in root[1:]] == ["a", "b"]
