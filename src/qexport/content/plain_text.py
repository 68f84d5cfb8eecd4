"""Plain text → HTML that shows it to the letter, with code marked where it can be nothing else.

    texts → shapes: their pieces, and the HTML around these → write_shapes() → Markup

Code is looked for in all pieces of a question at once, and what is no letter is escaped at once: a question has a
dozen of them, and one by one they take twice the time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import islice
from typing import NamedTuple

from markupsafe import Markup

from qexport.bank.model import LETTERS, PROSE_SECTIONS, Question
from qexport.common.patterns import compile_late
from qexport.content.code_tokens import BETWEEN_SIGN, BETWEEN_TEXTS, code_spans
from qexport.content.safe_html import keep_indentation, mark_arrows, mark_safe
from qexport.content.sentences import sentence_groups

_EMPTY_LINES = compile_late(r"\n(?:[ \t]*\n)+")


class PlainShape(NamedTuple):
    """The pieces of a text, and what is written around them."""

    before: str
    between: str
    after: str
    pieces: Sequence[str]
    """Plain texts; if there is none, nothing is written at all."""


_NO_PARAGRAPH = PlainShape("<p>", "</p>\n<p>", "</p>", ())


def shape_line(text: str) -> PlainShape:
    """Return a text as HTML without a block around it."""
    return PlainShape("", "", "", (text.strip(),))


def shape_paragraphs(text: str) -> PlainShape:
    """Return a text as paragraphs, one for each block between blank lines."""
    text = text.strip("\n")
    if not text or text.isspace():
        return _NO_PARAGRAPH
    paragraphs = [each for each in _EMPTY_LINES.split(text) if each.strip()] if "\n" in text else [text]
    return PlainShape("<p>", "</p>\n<p>", "</p>", paragraphs)


def shape_items(text: str) -> PlainShape | None:
    """Return a text as a list, one statement an item; None if it is not certain what these are."""
    text = text.strip()
    groups = [] if "\n" in text else sentence_groups(text)
    if len(groups) < 2:
        return None
    return PlainShape('<ul class="items">\n<li>', "</li>\n<li>", "</li>\n</ul>", groups)


def shape_headed(text: str) -> tuple[PlainShape, PlainShape]:
    """Return a question or a follow-up as its first line, and what follows that as paragraphs."""
    line, _, more = text.strip().partition("\n")
    return shape_line(line), shape_paragraphs(more) if more else _NO_PARAGRAPH


def write_question(question: Question, more: Mapping[str, str]) -> dict[str, Markup]:
    """Return the HTML of a plain question's texts, by the names of its parts.

    Args:
        question: one whose texts are plain.
        more: other plain texts by their names, which are written as paragraphs.
    """
    shapes: dict[str, PlainShape] = {}
    headed = {"question": question.question}
    if question.choices:
        headed |= {f"choices-{letter}": text for letter, text in zip(LETTERS, question.choices, strict=False)}
    for number, text in enumerate(question.follow_ups, start=1):
        headed[f"follow_ups-{number}"] = text
    for name, text in headed.items():
        shapes[name], below = shape_headed(text)
        if below.pieces:
            shapes[f"{name} below"] = below
    for key in PROSE_SECTIONS:
        if text := getattr(question, key):
            listed = shape_items(text) if key == "common_mistakes" else None
            shapes[key] = listed or shape_paragraphs(text)
    for name, text in more.items():
        shapes[name] = shape_paragraphs(text)
    return dict(zip(shapes, write_shapes(list(shapes.values())), strict=True))


def write_shapes(shapes: Sequence[PlainShape]) -> list[Markup]:
    """Return each shape as HTML; an empty one is empty."""
    marked = iter(mark_code([piece for shape in shapes for piece in shape.pieces]))
    return [
        mark_safe(f"{before}{between.join(islice(marked, len(pieces)))}{after}") if pieces else Markup()
        for before, between, after, pieces in shapes
    ]


def mark_code(texts: Sequence[str]) -> list[str]:
    """Return plain texts as HTML without blocks around them, what can only be code in each as `code`."""
    texts = list(map(keep_indentation, texts))
    text = BETWEEN_TEXTS.join(texts)
    between = len(texts) - 1
    if text.count(BETWEEN_SIGN) != between:  # one of them has it in itself
        written = list(map(_mark_code, texts))
    else:
        written = _mark_code(text).split(BETWEEN_TEXTS)
    if text.count("\n") == between * BETWEEN_TEXTS.count("\n"):  # each is one line, as most are
        return written
    return [html.replace("\n", "<br>") for html in written]


def _mark_code(text: str) -> str:
    parts: list[str] = []
    at = 0
    for start, end in code_spans(text):
        token = text[start:end]
        parts += (text[at:start], '<code class="term">' if _is_term(token) else "<code>", token, "</code>")
        at = end
    parts.append(text[at:])
    if "&" in text or "<" in text or ">" in text:
        parts[::2] = [escape(part, quote=False) for part in parts[::2]]
    return mark_arrows("".join(parts))


def _is_term(token: str) -> bool:
    return " " not in token and any(map(str.isalpha, token))
