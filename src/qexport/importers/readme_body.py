"""What stands below a question in Markdown → its further lines, choices, answer, sections and links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from qexport.bank.model import LETTERS
from qexport.common.limits import Limits
from qexport.importers.columns import field_of
from qexport.importers.readme_lines import HEADING, fenced_lines
from qexport.importers.readme_text import (
    clean_blocks,
    clean_name,
    find_linked_notes,
    is_link_head,
    split_links,
)
from qexport.importers.source import SourceValue, as_tuple

_TASK_LINE = re.compile(r"\s{0,3}[-*+]\s+\[([ xX])\]\s*(.*\S)\s*$")
_LETTERED_LINE = re.compile(
    r"\s{0,3}(?:[-*+]\s+)?(?:\*\*|`)?\(?([A-Ha-h])(?:\*\*)?\s?[:.)]\)?(?:\*\*)?\s+(.*\S)\s*$"
)
_ANSWER_LINE = re.compile(
    r"\W*(?:the\s+)?(?:correct\s+)?(?:answer|ans|correct(?: option)?|antwort|respuesta|réponse|ответ"
    r"|答案)(?:\s+is)?\W*[:：]?\W*(?:option\s+)?\(?([A-Ha-h])\b\)?(.*)$",
    re.IGNORECASE,
)
_LONGEST_KEY_LINE = 1_000
"""Characters of a line that may say which letter is right."""
_SECTION_FIELDS = (
    "answer",
    "deep_explanation",
    "real_world_example",
    "common_mistakes",
    "production_scenario",
    "follow_ups",
    "links",
    "tags",
)
_LIST_ITEM_TEXT = re.compile(
    r"^\s{0,3}(?:[-*+]|\d+[.)])\s+(.*(?:\n(?!\s{0,3}(?:[-*+]|\d+[.)])\s).*)*)", re.MULTILINE
)
_BOLD_ANSWER = re.compile(
    r"\s*(?:\*\*|__)(?:A|Ans|Answer|Antwort|Respuesta|Réponse|Ответ|答)\s?[.:：](?:\*\*|__)[ \t]*\n*(?=\S)",
    re.IGNORECASE,
)
"""`**A.**` before an answer that a heading asks for."""
_MARK_ALONE = re.compile(r"\s*(?:[A-Ha-h]\s?)?[:.)]\s*")
"""What is left of a choice whose text is the code below it: `- [ ] A:`."""


@dataclass(slots=True)
class Body:
    """What stands below a question."""

    more: str = ""
    """What still belongs to the question."""
    fields: dict[str, SourceValue] = field(default_factory=dict)
    extra: dict[str, SourceValue] = field(default_factory=dict)


def read_body(text: str, limits: Limits, *, allow_choices: bool = False, is_question: bool = False) -> Body:
    """Return the parts of a question's body.

    Args:
        text: Markdown, as the file has it.
        limits: For HTML in it.
        allow_choices: A list of lettered items or task items is choices.
        is_question: All of it, but for choices, belongs to the question.
    """
    body = Body()
    if linked := find_linked_notes(text):
        body.extra["linked notes"] = linked
    lines = text.split("\n")
    if allow_choices:
        lines = _take_choices(lines, body, limits, is_asked_first=is_question)
    if is_question:
        body.more = "\n\n".join(part for part in (body.more, clean_blocks("\n".join(lines), limits)) if part)
        return body
    for name, part in _sections("\n".join(lines)):
        _add(body, name, part, limits)
    return body


def _take_choices(lines: list[str], body: Body, limits: Limits, *, is_asked_first: bool) -> list[str]:
    """Take a list of choices out of the lines; what stands before it belongs to the question."""
    fenced = fenced_lines(lines)
    for pattern in (_TASK_LINE, _LETTERED_LINE):
        hits = [
            (number, found)
            for number, line in enumerate(lines)
            if not fenced[number] and (found := pattern.match(line))
        ]
        if len(hits) < 2:
            continue
        run = [hits[0]]
        for number, found in hits[1:]:
            between = lines[run[-1][0] + 1 : number]
            if any(HEADING.match(line) for line in between) or len(between) > 40:
                break
            run.append((number, found))
        if pattern is _LETTERED_LINE and [found[1].casefold() for _, found in run] != list(
            LETTERS[: len(run)]
        ):
            continue
        if len(run) < 2 or len(run) > len(LETTERS):
            continue
        if (
            pattern is _LETTERED_LINE
            and not is_asked_first
            and not _is_answered(lines, run[0][0], run[-1][0])
        ):
            continue
        choices, end = [], run[-1][0] + 1
        for place, (number, found) in enumerate(run):
            following = run[place + 1][0] if place + 1 < len(run) else _end_of_choice(lines, number, found[2])
            asked = "" if _MARK_ALONE.fullmatch(found[2]) else found[2]
            rest = "\n".join(lines[number + 1 : following])
            choices.append(clean_blocks(f"{asked}\n{rest}", limits).strip() or "–")
            end = max(end, following)
        body.fields["choices"] = tuple(choices)
        if pattern is _TASK_LINE and (right := [LETTERS[p] for p, (_, f) in enumerate(run) if f[1] in "xX"]):
            body.fields["correct"] = tuple(right)
        body.more = clean_blocks("\n".join(lines[: run[0][0]]), limits)
        return lines[end:]
    return lines


def _is_answered(lines: list[str], first: int, last: int) -> bool:
    """Report whether lettered items are choices: nothing but code stands before them, or a letter answers."""
    fenced = fenced_lines(lines)
    prose = [line for number, line in enumerate(lines[:first]) if line.strip() and not fenced[number]]
    return not prose or any(
        len(line) <= _LONGEST_KEY_LINE and _ANSWER_LINE.fullmatch(line) for line in lines[last + 1 :]
    )


def _end_of_item(lines: list[str], number: int) -> int:
    """Return the line behind an item and what is indented below it, fenced code included."""
    end = number + 1
    fenced = fenced_lines(lines)
    while end < len(lines) and (fenced[end] or (lines[end].startswith(("  ", "\t")) and lines[end].strip())):
        if not fenced[end] and len(lines[end]) <= _LONGEST_KEY_LINE and _ANSWER_LINE.fullmatch(lines[end]):
            break
        end += 1
    return end


def _end_of_choice(lines: list[str], number: int, text: str) -> int:
    """Return the line behind the last choice: behind the code below it, if the choice is nothing but that."""
    start = _end_of_item(lines, number)
    if not _MARK_ALONE.fullmatch(text):
        return start
    fenced = fenced_lines(lines)
    end = start
    while end < len(lines) and not lines[end].strip():
        end += 1
    if end == len(lines) or not fenced[end]:
        return start
    while end < len(lines) and fenced[end]:
        end += 1
    return end


def _sections(text: str) -> list[tuple[str, str]]:
    """Return the parts of a text under headings that name a field, and what stands before and between."""
    lines = text.split("\n")
    fenced = fenced_lines(lines)
    parts: list[tuple[str, list[str]]] = [("answer", [])]
    for number, line in enumerate(lines):
        found = None if fenced[number] else HEADING.match(line)
        if found is None:
            parts[-1][1].append(line)
            continue
        title = clean_name(found[2])
        name = "links" if is_link_head(found[2]) else field_of(title)
        if name in _SECTION_FIELDS:
            parts.append((name, []))
        elif len(title) <= _LONGEST_KEY_LINE and _ANSWER_LINE.fullmatch(title):
            parts.append(("answer", [title]))
        else:
            parts[-1][1].append(line)
    return [(name, "\n".join(part)) for name, part in parts]


def _add(body: Body, name: str, part: str, limits: Limits) -> None:
    text = clean_blocks(part, limits)
    if not text:
        return
    if name == "answer":
        text, links = split_links(text)
        if links:
            body.fields["links"] = (*as_tuple(body.fields.get("links", ())), *links)
        text = _BOLD_ANSWER.sub("", text)
        first, _, rest = text.lstrip().partition("\n")
        found = _ANSWER_LINE.fullmatch(first) if len(first) <= _LONGEST_KEY_LINE else None
        choices = body.fields.get("choices", ())
        if found and (not choices or found[1].casefold() in LETTERS[: len(choices)]):
            body.fields["correct"] = (found[1].casefold(),)
            text = "\n".join(filter(None, (found[2].strip(" *_`.:-—)"), rest.strip("\n")))).strip("\n")
    if name in ("links", "follow_ups", "tags"):
        items = tuple(" ".join(each.split()) for each in _LIST_ITEM_TEXT.findall(text)) or tuple(
            line.strip() for line in text.split("\n") if line.strip()
        )
        body.fields[name] = (*as_tuple(body.fields.get(name, ())), *items)
    elif text and name in body.fields:
        body.fields[name] = f"{body.fields[name]}\n\n{text}"
    elif text:
        body.fields[name] = text
