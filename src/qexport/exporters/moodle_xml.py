"""A bank → Moodle XML: multiple choice, matching, or an essay whose answer is the general feedback."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape

from qexport.bank.model import LETTERS, MATHS, Bank, Question
from qexport.bank.quiz_form import find_matching, write_category
from qexport.exporters.registry import Exported, count_quiz_losses

_MOODLE_FIELDS = frozenset(
    {"id", "question", "choices", "correct", "answer", "technology", "category", "tags", "markup", "status"}
)


def write(bank: Bank) -> Exported:
    """Return one `<quiz>`; fields that it has no place for are reported as lost."""
    has_math = any(question.markup == MATHS for question in bank.questions)
    mark = f"<!-- qexport{' math' if has_math else ''} -->"
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', mark, "<quiz>"]
    category = ""
    for question in bank.questions:
        here = write_category(question.technology, question.category)
        if here != category:
            lines += [
                '<question type="category">',
                f"<category>{_write_text_element(f'$course$/{here}')}</category>",
                "</question>",
            ]
            category = here
        lines += _write_moodle_question(question)
    return Exported(
        "\n".join([*lines, "</quiz>"]) + "\n",
        count_quiz_losses(bank.questions, _MOODLE_FIELDS, find_matching),
    )


def _write_moodle_question(question: Question) -> Iterator[str]:
    form = "plain_text" if question.markup == "plain" else "markdown"
    matching = find_matching(question)
    explanation = matching.explanation if matching else question.answer
    kind = "multichoice" if question.choices else "matching" if matching else "essay"
    yield f'<question type="{kind}">'
    yield f"<name>{_write_text_element(question.id)}</name>"
    yield f'<questiontext format="{form}">{_write_text_element(question.question)}</questiontext>'
    if explanation:
        yield f'<generalfeedback format="{form}">{_write_text_element(explanation)}</generalfeedback>'
    if matching:
        yield "<shuffleanswers>true</shuffleanswers>"
        for asked, wanted in (*matching.pairs, *(("", each) for each in matching.unmatched)):
            yield f'<subquestion format="{form}">{_write_text_element(asked)}'
            yield f"<answer>{_write_text_element(wanted)}</answer></subquestion>"
    if question.choices:
        right = max(len(question.correct), 1)
        yield f"<single>{'true' if right == 1 else 'false'}</single>"
        yield "<shuffleanswers>false</shuffleanswers>"
        for letter, choice in zip(LETTERS, question.choices, strict=False):
            fraction = f"{100 / right:.5g}" if letter in question.correct else "0"
            yield f'<answer fraction="{fraction}" format="{form}">{_write_text_element(choice)}</answer>'
    if question.tags:
        yield (
            "<tags>" + "".join(f"<tag>{_write_text_element(tag)}</tag>" for tag in question.tags) + "</tags>"
        )
    yield f"<idnumber>{escape(question.id)}</idnumber>"
    yield "</question>"


def _write_text_element(text: str) -> str:
    return f"<text>{escape(text)}</text>"
