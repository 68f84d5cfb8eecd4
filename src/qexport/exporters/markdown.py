"""A bank → Markdown to read on any page that shows it, with marks by which it comes back without loss."""

from __future__ import annotations

import json
from collections.abc import Iterator

from qexport.bank.jsonl_writer import header_values, question_values
from qexport.bank.markdown_form import TITLED, escape_plain, shield_marks
from qexport.bank.model import LETTERS, PROSE_SECTIONS, Bank, Question
from qexport.exporters.registry import Exported

_TITLES = {
    "answer": "",
    "deep_explanation": "#### Deep explanation",
    "real_world_example": "#### Real-world example",
    "common_mistakes": "#### Common mistakes",
    "production_scenario": "#### Production scenario",
}


def write(bank: Bank) -> Exported:
    """Return a page: technologies and categories are headings, and so is each question's first line."""
    lines = [
        f"<!-- qexport:bank {_write_comment_json(header_values(bank))} -->",
        "",
        f"# {escape_plain(bank.title)}",
        "",
    ]
    above = ("", "")
    for question in bank.questions:
        here = (question.technology, question.category)
        if here != above:
            lines += ["<!-- qexport:end -->", ""]
            lines += [f"## {escape_plain(' › '.join(filter(None, here)) or 'Further questions')}", ""]
            above = here
        lines += [*_write_markdown_question(question), ""]
    return Exported("\n".join(lines).rstrip("\n") + "\n")


def _write_markdown_question(question: Question) -> Iterator[str]:
    """Yield the lines of one question."""
    is_plain = question.markup == "plain"
    values = question_values(question)
    for name in PROSE_SECTIONS:
        values.pop(name, None)
    first, rest = _split_heading(question.question)
    values["question"] = question.question[: len(question.question) - len(rest)]
    yield f"<!-- qexport:question {_write_comment_json(values)} -->"
    yield f"### {escape_plain(first) if is_plain else first}"
    yield ""
    if rest:
        yield from _write_section("asked", rest, is_plain=is_plain)
    if question.choices:
        yield "<!-- qexport:shown -->"
    for letter, choice in zip(LETTERS, question.choices, strict=False):
        mark = "x" if letter in question.correct else " "
        shown = escape_plain(choice) if is_plain else choice
        yield f"- [{mark}] {letter}) " + shield_marks(shown).replace("\n", "\n  ")
    for name in PROSE_SECTIONS:
        if text := getattr(question, name):
            yield from _write_section(name, text, is_plain=is_plain)


def _split_heading(question: str) -> tuple[str, str]:
    """Return a question's first line, and what follows the line breaks below it."""
    first, _, rest = question.partition("\n")
    return first, rest.lstrip("\n")


def _write_section(name: str, text: str, *, is_plain: bool) -> Iterator[str]:
    """Yield a mark and the text below it."""
    title = _TITLES.get(name, "")
    yield f"<!-- qexport:{name}{f' {TITLED}' if title else ''} -->"
    if title:
        yield title
    yield ""
    yield shield_marks(escape_plain(text) if is_plain else text)
    yield ""


def _write_comment_json(value: object) -> str:
    """Return JSON that a comment can hold."""
    return json.dumps(value, ensure_ascii=False).replace("--", "-\\u002d").replace(">", "\\u003e")
