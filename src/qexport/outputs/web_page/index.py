"""What the page searches: the questions as the filter language sees them, packed.

    questions → texts folded as `bank.query` folds them, names, orders → JSON → raw deflate → base64

The texts are folded here, so that a search in the page compares the same texts as `qexport list --where`; only
what is typed is folded by the page itself (`templates/web/fold.js`).
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qexport.bank.model import Bank, Question
from qexport.bank.query import NAME_FIELDS, TEXT_FIELDS, fold
from qexport.bank.selection import in_bank_order

SEARCHED_FIELDS = (*TEXT_FIELDS, "tags")
"""The texts of a question in the order of the index."""
SEPARATOR = "\0"
"""Between the texts of a question; no text and no search holds it."""
INDEX_COMPRESSION = 9
"""Of zlib: a page is built once and sent often."""


def index_of(bank: Bank, questions: Sequence[Question], anchors: Sequence[str]) -> dict[str, object]:
    """Return the index of a page as plain values.

    Args:
        bank: the bank that the questions are of; of its names, only those declared or used by them are in the index.
        questions: the questions in the order of the page.
        anchors: the HTML id of each question.
    """
    part = replace(bank, questions=tuple(questions))
    names = {field: _list_field_values(part, field) for field in NAME_FIELDS}
    places = {field: {name: place for place, name in enumerate(names[field])} for field in NAME_FIELDS}
    texts = [_list_searched_texts(question) for question in questions]
    levels = {level: rank for rank, level in enumerate(bank.levels)}
    bank_ranks = {question.id: rank for rank, question in enumerate(in_bank_order(bank))}
    by_id = sorted(range(len(questions)), key=lambda at: (questions[at].id.casefold(), questions[at].id))
    return {
        "title": bank.title,
        "namespace": bank.namespace,
        "fields": list(SEARCHED_FIELDS),
        "names": names,
        "ids": [question.id for question in questions],
        "anchors": list(anchors),
        **{
            field: [places[field].get(getattr(question, field), -1) for question in questions]
            for field in NAME_FIELDS
            if field != "tag"
        },
        "tags": [[places["tag"][tag] for tag in question.tags] for question in questions],
        "difficulty": [question.difficulty or 0 for question in questions],
        "texts": [fold(SEPARATOR.join(part for parts in each for part in parts)) for each in texts],
        "counts": [[len(parts) for parts in each] for each in texts],
        "bankRank": [bank_ranks[question.id] for question in questions],
        "levelRank": [levels.get(question.level, -1) for question in questions],
        "idRank": _ranks(by_id),
    }


def pack_json(values: Mapping[str, object]) -> str:
    """Return values as text without `<`: base64 of the raw deflate of their JSON."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    deflate = zlib.compressobj(INDEX_COMPRESSION, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = deflate.compress(text.encode()) + deflate.flush()
    return base64.b64encode(data).decode()


def _list_field_values(part: Bank, field: str) -> list[str]:
    """Return the names of a field, declared or used, each once, in the bank's order."""
    if field == "tag":
        used: Iterable[str] = (tag for question in part.questions for tag in question.tags)
    else:
        used = (getattr(question, field) for question in part.questions)
    declared = {"technology": part.technologies, "level": part.levels}.get(field, ())
    return [name for name in dict.fromkeys((*declared, *used)) if name]


def _list_searched_texts(question: Question) -> list[tuple[str, ...]]:
    values = [getattr(question, field) for field in SEARCHED_FIELDS]
    return [(value,) if isinstance(value, str) else value for value in values]


def _ranks(order: Sequence[int]) -> list[int]:
    ranks = [0] * len(order)
    for rank, place in enumerate(order):
        ranks[place] = rank
    return ranks
