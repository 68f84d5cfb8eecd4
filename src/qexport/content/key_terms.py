"""Key terms in a text: each is highlighted where it first occurs.

HTML of a section + names of terms → HTML with `<b class="key-term">` around the first place of each
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from qexport.common.patterns import compile_late
from qexport.content.index_candidates import find_forms
from qexport.content.safe_html import mark_safe

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.content.index_terms import IndexTerm

_TAG = compile_late(r"(<[^>]*>)")
_SET_OFF = compile_late(r"</?(?:a|b|strong|code|pre|kbd|svg|h[1-6])\b")
"""Tags of elements that already look different from the text around them."""


def choose_terms(
    question: Question,
    terms: Iterable[IndexTerm],
    *,
    most: int,
    listed: Sequence[str] = (),
    key: str = "deep_explanation",
) -> tuple[str, ...]:
    """Return the terms to highlight in a section: what the question lists, what the bank lists, what is asked about.

    Args:
        question: of the section.
        terms: of the index of its book.
        most: how many.
        listed: the bank's own terms.
        key: of the section; only terms that stand in it are chosen.
    """
    text = getattr(question, key)
    of_question = [term for term in terms if question.id in term.questions and not term.code]
    of_question.sort(key=lambda term: (question.id not in term.main, len(term.questions), term.name))
    names = dict.fromkeys([*question.terms, *listed, *(term.name.partition(" (")[0] for term in of_question)])
    return tuple(name for name in names if find_forms(name).search(text))[:most]


def mark_terms(html: Markup, names: Sequence[str]) -> Markup:
    """Return HTML in which each term is highlighted at its first place; not within links, code, headings or bold."""
    waiting = {
        name: find_forms(str(escape(name))) for name in sorted(names, key=lambda name: (-len(name), name))
    }
    parts, depth = [], 0
    for part in _TAG.split(str(html)):
        if part.startswith("<"):
            if _SET_OFF.match(part) and not part.endswith("/>"):
                depth += -1 if part.startswith("</") else 1
            parts.append(part)
        else:
            parts.append(_mark_text(part, waiting) if waiting and not depth else part)
    return mark_safe("".join(parts))  # what was HTML still is: only tags of our own were put in


def _mark_text(text: str, waiting: dict[str, re.Pattern[str]]) -> str:
    """Return a text with the terms that wait set off in it; those that were found wait no more."""
    found: list[tuple[int, int]] = []
    for name, forms in list(waiting.items()):
        for place in forms.finditer(text):
            if all(place.end() <= start or end <= place.start() for start, end in found):
                found.append(place.span())
                del waiting[name]
                break
    for start, end in sorted(found, reverse=True):
        text = f'{text[:start]}<b class="key-term">{text[start:end]}</b>{text[end:]}'
    return text
