"""What a question's texts may have in them, seen without making HTML of them: pictures, links, what may be lost.

It is asked for every question of a build; a build whose pages are all kept asks nothing else of the texts.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import unquote

from qexport.bank.model import MATHS, PROSE_SECTIONS, Question
from qexport.common.limits import USUAL, Limits
from qexport.common.patterns import compile_late
from qexport.content.markdown_unknown import UNKNOWN_MARKUP

if TYPE_CHECKING:
    from qexport.content.images import Image

_MAY_BE_PICTURE = compile_late(r"!\[|<img\s", re.IGNORECASE)


def question_images(question: Question, limits: Limits = USUAL) -> tuple[Image, ...]:
    """Return the pictures that question_text() names if it gets an address; quick where there are none."""
    if question.markup == "plain" or not any(
        _MAY_BE_PICTURE.search(text) for text in _list_question_texts(question)
    ):
        return ()
    from qexport.content.images import CHECKED  # not above: few texts show pictures
    from qexport.content.question_view import question_text

    return question_text(question, image_address=CHECKED, limits=limits).images


_DOUBTFUL = compile_late(
    r"!\[|<[A-Za-z/!]|\[\[|\]\((?!https?:|mailto:)|\]:\s*(?!https?:|mailto:)|^\s*[|>-]|\|.*\||"
    + UNKNOWN_MARKUP,
    re.IGNORECASE | re.MULTILINE,
)


def may_lose_text(question: Question) -> bool:
    """Return whether text_problems() may find something; quick, so that a build can ask for every question."""
    if question.markup == MATHS and any(
        "$" in text or "\\(" in text or "\\[" in text for text in _list_question_texts(question)
    ):
        return True
    if question.markup == "plain":
        return False
    begins_with_code = question.question.lstrip().startswith(("```", "~~~"))  # then it has no title
    return begins_with_code or any(_DOUBTFUL.search(text) for text in _list_question_texts(question))


_LINK_TO_QUESTION = compile_late(r"\[\[([^\[\]|\n]+)|\]\(<?#([^\s()<>]+)|\]:\s*<?#([^\s<>]+)")


def linked_ids(question: Question) -> Iterator[str]:
    """Yield the ids that a question's texts may link to; more than do, as what is in code is looked at too."""
    if question.markup == "plain":
        return
    for text in _list_question_texts(question):
        for found in _LINK_TO_QUESTION.finditer(text):
            yield unquote(next(filter(None, found.groups()))).strip()


def list_known_links(questions: Iterable[Question], known: Container[str]) -> list[str]:
    """Return the ids of a bank's questions that some of its texts may link to, each once, in order."""
    return sorted({key for question in questions for key in linked_ids(question) if key in known})


def _list_question_texts(question: Question) -> Iterator[str]:
    yield question.question
    yield from (getattr(question, key) for key in PROSE_SECTIONS)
    yield from (*question.choices, *question.follow_ups)
