"""The texts of a question as the checks read them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qexport.bank.model import PROSE_SECTIONS, Question
from qexport.common.records import Record


class Text(Record, frozen=True):
    """A text of a question, and the same text without its code, in which nothing is damage."""

    field: str
    whole: str
    prose: str
    open_block: str
    """The first line of a code block without end."""
    markdown: bool


def list_texts(question: Question) -> Iterator[Text]:
    """Yield every text of a question."""
    markdown = question.markup != "plain"
    for field in ("question", *PROSE_SECTIONS):
        if whole := getattr(question, field):
            yield text_of(field, whole, markdown=markdown)
    for follow_up in question.follow_ups:
        yield text_of("follow_ups", follow_up, markdown=markdown)


def list_prose(question: Question) -> Iterator[str]:
    """Yield every text of a question without its code."""
    for whole in (question.question, *(getattr(question, field) for field in PROSE_SECTIONS)):
        if whole:
            yield _split_off_code(whole)[0]
    for follow_up in question.follow_ups:
        yield _split_off_code(follow_up)[0]


_CODE_FENCE = re.compile(r"^[ \t>]*(```+|~~~+)(.*)$", re.MULTILINE)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"()]+")
CODE = "\u241f"  # replaces a piece of code, so that what is around it stays apart


def text_of(field: str, whole: str, *, markdown: bool) -> Text:
    """Return a text without its code: what is in fences or backticks, which people write in plain text too."""
    prose, open_block = _split_off_code(whole)
    return Text(field, whole, prose, open_block, markdown)


def _split_off_code(whole: str) -> tuple[str, str]:
    """Return a text without its code, and the first line of a code block without end."""
    if "`" not in whole and "~~~" not in whole and "://" not in whole and "www." not in whole:
        return whole, ""
    kept, end, opened = [], 0, None
    for fence in _CODE_FENCE.finditer(whole) if "```" in whole or "~~~" in whole else ():
        if opened is None and "`" not in fence[2]:
            kept.append(whole[end : fence.start()])
            opened, end = fence, len(whole)
        elif opened is not None and fence[1].startswith(opened[1]) and not fence[2].strip():
            opened, end = None, fence.end()
    prose = _without_spans(CODE.join([*kept, whole[end:]]))
    prose = _URL.sub(CODE, prose) if "://" in prose or "www." in prose else prose
    return prose, opened[0].strip() if opened else ""


def _without_spans(text: str) -> str:
    """Without code between backticks: a run of them is closed by the next of the same length."""
    runs = list(re.finditer("`+", text)) if "`" in text else []
    closing: list[int | None] = []
    later: dict[int, int] = {}
    for place in range(len(runs) - 1, -1, -1):  # from the end, so that the next one is known without a search
        length = len(runs[place][0])
        closing.append(later.get(length))
        later[length] = place
    closing.reverse()
    kept, end, place = [], 0, 0
    while place < len(runs):
        close = closing[place]
        if close is not None:
            kept.append(text[end : runs[place].start()])
            end, place = runs[close].end(), close
        place += 1
    return CODE.join([*kept, text[end:]])
