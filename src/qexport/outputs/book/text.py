"""A question as templates see it, its code and tables fitted to the width of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from qexport.common.limits import USUAL, Limits
from qexport.content.directions import direct_line, mark_directions
from qexport.content.fitting import fitted_tables, wrapped_code
from qexport.content.languages import language as language_of
from qexport.content.question_view import question_text

if TYPE_CHECKING:
    from markupsafe import Markup

    from qexport.bank.model import Question
    from qexport.content.images import Image
    from qexport.content.languages import Language
    from qexport.content.question_view import QuestionView, SectionView

ENGLISH = language_of("en")

IMAGE_PREFIX = "qx:image/"
"""Before the names of pictures, in the HTML of pages."""


def text_view(
    question: Question,
    width: float,
    size: float,
    *,
    heading_level: int = 4,
    code: float = 0.87,
    answer_inset: float = 0,
    questions: Mapping[str, str] | None = None,
    language: Language = ENGLISH,
    limits: Limits = USUAL,
) -> QuestionView:
    """Return a question for templates, its code and tables fitted to text of a width (mm) and a size (pt).

    `code` is how large that is against the text; the answer is narrower by its inset; `questions` are the places
    that links to other questions lead to (question_text).
    """
    view = question_text(
        question,
        heading_level=heading_level,
        image_address=IMAGE_PREFIX,
        questions=questions,
        language=language.tag,
        labels=language.labels,
        limits=limits,
    ).view
    size *= code
    base = language.direction
    sections: list[SectionView] = []
    for section in view["sections"]:
        room = width - (answer_inset if section["key"] == "answer" else 0)
        sections.append({**section, "html": mark_directions(_fitted(section["html"], room, size), base)})
    return {
        **view,
        "asked": direct_line(view["asked"], base),
        "more": mark_directions(_fitted(view["more"], width, size), base),
        "sections": sections,
        "follow_ups": [direct_line(_fitted(each, width, size), base) for each in view["follow_ups"]],
    }


def _fitted(html: Markup, width: float, size: float) -> Markup:
    """Fit code and tables to a width (mm), where code has a size (pt)."""
    columns = int((width * 72 / 25.4 - 1.6 * size - 1.2) / (0.6 * size))  # less the padding and the frame
    return wrapped_code(fitted_tables(html, columns), columns)


def pictures(images: Iterable[Image]) -> dict[str, bytes]:
    """Return the pictures of pages by their URLs."""
    return {f"{IMAGE_PREFIX}{image.name}": image.data for image in images}
