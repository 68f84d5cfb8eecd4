"""A bank → Moodle's GIFT: escapes right, code line by line, no empty line inside a question."""

from __future__ import annotations

from collections.abc import Iterator

from qexport.bank.model import LETTERS, MATHS, Bank, Question
from qexport.bank.quiz_form import Matching, find_matching, write_category
from qexport.exporters.registry import Exported, count_quiz_losses

_GIFT_FIELDS = frozenset(
    {"id", "question", "choices", "correct", "answer", "technology", "category", "tags", "markup", "status"}
)


def write(bank: Bank) -> Exported:
    """Return the questions, each a block with its id and tags in a comment; others fields are reported as lost."""
    has_math = any(question.markup == MATHS for question in bank.questions)
    blocks = [f"// qexport{' math' if has_math else ''}"]
    category = ""
    for question in bank.questions:
        here = write_category(question.technology, question.category)
        if here != category:
            blocks.append(f"$CATEGORY: $course$/{here}")
            category = here
        blocks.append("\n".join(_write_gift_question(question)))
    return Exported(
        "\n\n".join(blocks) + "\n", count_quiz_losses(bank.questions, _GIFT_FIELDS, _find_gift_matching)
    )


def _find_gift_matching(question: Question) -> Matching | None:
    """Return the pairs of a question that GIFT can hold: an arrow of its own divides them, and `%` begins a weight."""
    matching = find_matching(question)
    if matching and any("->" in left or left.startswith("%") for left, _ in matching.pairs):
        return None
    return matching


def _write_gift_question(question: Question) -> Iterator[str]:
    tags = "".join(f" [tag:{_escape_comment(tag)}]" for tag in question.tags)
    yield f"// [id:{_escape_comment(question.id)}]{tags}"
    form = "[plain]" if question.markup == "plain" else "[markdown]"
    # An empty title, so that two colons in the question mean themselves.
    answers = "".join(_write_gift_answers(question))
    yield f"::{_escape_gift(question.id)}:: {form}{_escape_gift(question.question)} {{{answers}}}"


def _write_gift_answers(question: Question) -> Iterator[str]:
    if matching := _find_gift_matching(question):
        for asked, wanted in (*matching.pairs, *(("", each) for each in matching.unmatched)):
            yield f"={_escape_gift(asked)} -> {_escape_gift(wanted)} "
        if matching.explanation:
            yield f"####{_escape_gift(matching.explanation)}"
        return
    explained = f"####{_escape_gift(question.answer)}" if question.answer else ""
    if question.choices:
        right = len(question.correct)
        for letter, choice in zip(LETTERS, question.choices, strict=False):
            is_right = letter in question.correct
            # With = alone, Moodle would ask for a short answer.
            several = "=" if right == 1 and len(question.choices) > 1 else f"~%{100 / max(right, 1):.5g}%"
            sign = several if is_right else "~"
            if choice.startswith("%") and not sign.endswith("%"):  # else its beginning would be a weight
                sign = f"~%{100 if is_right else 0}%"
            yield f"{sign}{_escape_gift(choice)} "
        yield explained
    elif explained:
        yield explained


def _escape_gift(text: str) -> str:
    for sign in "\\~=#{}:":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", "\\n")


def _escape_comment(text: str) -> str:
    return text.replace("\\", "\\\\").replace("]", "\\]").replace("\n", " ")
