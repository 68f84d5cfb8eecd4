"""Moodle's GIFT → questions: multiple choice, true or false, short answer, number, matching, essay.

Source of the grammar: docs.moodle.org/en/GIFT_format. The parsers on PyPI and npm lose escapes; this one reads each
block up to its answers in braces, where a backslash takes the meaning from `~ = # { } :`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from qexport.bank.model import LETTERS
from qexport.bank.quiz_form import (
    MATCHING,
    PARTLY_RIGHT,
    QUIZ_EXTRAS,
    QUIZ_MARK,
    QUIZ_TYPE,
    UNMATCHED,
    join_feedback,
    place_of_category,
    read_category,
    write_pairs,
)
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.text_input import quote
from qexport.importers.foreign_formulas import read_html_with_formulas
from qexport.importers.moodle_cloze import describe_tolerance, flatten_embedded, has_embedded_answers
from qexport.importers.source import Found, Reading, Source, SourceValue

_ESCAPED = re.compile(r"\\([~=#{}:\\n])")
_COMMENT_PAIR = re.compile(r"\[(id|tag):((?:[^\]\\]|\\.)*)\]")
_FORMAT = re.compile(r"^\[(html|moodle|plain|markdown)\]\s*", re.IGNORECASE)
_WEIGHT = re.compile(r"^\s*%(-?\d{1,3}(?:\.\d+)?)%")
_TRUE = {"T": "True", "TRUE": "True", "F": "False", "FALSE": "False"}


@dataclass(slots=True)
class _Alternative:
    """One alternative: its text, whether it is right, and the feedback for choosing it."""

    text: str
    is_right: bool
    is_choice: bool
    """It begins with `~`: there is something to choose from."""
    feedback: str = ""
    weight: float = 100.0
    """Per cent of the points."""


def parse(source: Source) -> Reading:
    """Read a file of GIFT; a block that cannot be read is a problem with its place."""
    found: list[Found] = []
    problems: list[Problem] = []
    aside: list[Problem] = []
    category = ""
    for block, line in _blocks(source.text):
        place = Location(source.path, line, 1)
        lines = block.split("\n")
        comments = [each for each in lines if each.lstrip().startswith("//")]
        body = "\n".join(each for each in lines if not each.lstrip().startswith("//")).strip()
        while (named := re.match(r"\$CATEGORY:[ \t]*(.*)", body)) is not None:  # of several, the last holds
            category = named[1].strip()
            body = body[named.end() :].strip()
        if not body:
            continue
        try:
            each = _read_gift_question(body, comments, category, source, place)
        except ValueError as error:
            problems.append(Problem(place, str(error), "write \\\\{ for a brace that is text"))
            continue
        if each is None:
            aside.append(Problem(place, f"text without a question: {quote(body)}"))
        else:
            found.append(each)
    if problems or not found:
        raise InputRefused(
            tuple(problems) or (Problem(Location(source.path, 1, 1), "there is no question in this file"),)
        )
    columns = tuple((name, name) for name in dict.fromkeys(name for each in found for name in each.fields))
    ours = QUIZ_MARK.match(source.text)
    header: dict[str, SourceValue] = {"math": "true"} if ours and ours["math"] else {}
    return Reading(
        shape="Moodle GIFT", questions=tuple(found), header=header, columns=columns, left_aside=tuple(aside)
    )


_QUESTION_BEGINS = re.compile(r"::|//|\$CATEGORY:")


def _blocks(text: str) -> Iterator[tuple[str, int]]:
    """Yield what stands between empty lines, with the line it begins in; answers may have one before their end."""
    lines: list[str] = []
    first = 1
    listed = text.split("\n")
    for number, line in enumerate([*listed, ""], 1):
        if line.strip():
            first = first if lines else number
            lines.append(line)
        elif lines:
            following = next((each for each in listed[number : number + 3] if each.strip()), "")
            if following and not _QUESTION_BEGINS.match(following) and _is_open("\n".join(lines)):
                continue
            yield "\n".join(lines), first
            lines = []


def _is_open(block: str) -> bool:
    """Report whether answers begin in a block and do not end in it."""
    start = _find_sign(block, "{", 0)
    return start >= 0 and _find_sign(block, "}", start) < 0


def _read_gift_question(
    body: str, comments: list[str], category: str, source: Source, place: Location
) -> Found | None:
    is_ours = QUIZ_MARK.match(source.text) is not None
    said = [pair for comment in comments for pair in _COMMENT_PAIR.findall(comment)]
    title, body = _split_title(body)
    form = ""
    if found := _FORMAT.match(body):
        form, body = found[1].lower(), body[found.end() :]
    start = _find_sign(body, "{", 0)
    if start < 0:
        return None
    end = _find_sign(body, "}", start)
    if end < 0:
        raise ValueError("the answers are not closed with }")
    asked, inner, behind = body[:start], body[start + 1 : end], body[end + 1 :]
    if behind.strip():
        asked = f"{asked.rstrip()} _____ {behind.lstrip()}"

    def read(text: str) -> str:
        plain = _unescape_gift(text).strip()
        own = None if is_ours else _FORMAT.match(plain)  # an answer may have a form of its own
        kind = own[1].lower() if own else form
        plain = plain[own.end() :] if own else plain
        return (
            read_html_with_formulas(plain, path=str(place), limits=source.limits) if kind == "html" else plain
        )

    is_text_with_gaps = has_embedded_answers(body) and not is_ours
    fields = _fields_of_gaps(body, read) if is_text_with_gaps else _answer_fields(inner, read)
    fields.setdefault("question", read(asked) or title)
    extra: dict[str, SourceValue] = {"title": title} if title and title != fields["question"] else {}
    extra |= {name: fields.pop(name) for name in QUIZ_EXTRAS if name in fields}
    if is_ours:
        fields |= place_of_category(category)
    else:
        fields |= dict(zip(("category", "technology"), reversed(read_category(category)), strict=False))
    if tags := tuple(_unescape_comment(value) for name, value in said if name == "tag"):
        fields["tags"] = tags
    if identity := next((_unescape_comment(value) for name, value in said if name == "id"), ""):
        fields["id"] = identity
    if is_ours:
        extra.pop("title", None)
        return _read_own_question(fields, extra, form, identity, place)
    markup = {"html": "markdown", "markdown": "markdown", "plain": "plain"}.get(form, "")
    return Found(location=place, fields=fields, extra=extra, key=identity, has_letters=True, markup=markup)


def _fields_of_gaps(body: str, read: Callable[[str], str]) -> dict[str, SourceValue]:
    gaps, filled = flatten_embedded(body)
    return {"question": read(gaps), "answer": read(filled)}


def _read_own_question(
    fields: dict[str, SourceValue],
    extra: dict[str, SourceValue],
    form: str,
    identity: str,
    place: Location,
) -> Found:
    """Return a question that qexport wrote."""
    fields["markup"] = "plain" if form == "plain" else "markdown"
    if not (fields.get("answer") or fields.get("correct")):
        fields["status"] = "draft"
    return Found(location=place, fields=fields, extra=extra, key=identity, is_exact=True)


def _split_title(body: str) -> tuple[str, str]:
    """Return the title of a question between colons, and what follows it."""
    if not body.startswith("::"):
        return "", body
    end = _find_sign(body, "::", 2)
    if end < 0:
        raise ValueError("the title is not closed with ::")
    return _unescape_gift(body[2:end]), body[end + 2 :].strip()


def _find_sign(text: str, sign: str, start: int) -> int:
    """Return where a sign is that no backslash precedes; -1 if it is nowhere."""
    at = text.find(sign, start)
    while at >= 0:
        slashes = len(text[:at]) - len(text[:at].rstrip("\\"))
        if slashes % 2 == 0:
            return at
        at = text.find(sign, at + 1)
    return -1


def _unescape_gift(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] == "n" else found[1], text)


def _unescape_comment(text: str) -> str:
    """Return what a comment says in brackets, where a backslash takes the meaning from any sign."""
    return re.sub(r"\\(.)", r"\1", text)


def _answer_fields(inner: str, read: Callable[[str], str]) -> dict[str, SourceValue]:
    general = _find_sign(inner, "####", 0)
    explained = read(inner[general + 4 :]) if general >= 0 else ""
    inner = inner[:general] if general >= 0 else inner
    fields: dict[str, SourceValue] = {}
    bare, _, feedback = inner.strip().partition("#")
    if bare.strip().upper() in _TRUE:
        right = _TRUE[bare.strip().upper()]
        fields = {"choices": ("True", "False"), "correct": ("a" if right == "True" else "b",)}
        explained = explained or read(feedback.split("#")[0])
    elif inner.strip().startswith("#"):
        fields = {"answer": _describe_number(inner.strip()[1:])}
    elif bare.strip() and "\n" not in inner.strip() and not re.search(r"(?<!\\)[=~]", inner):
        fields = {"answer": read(bare)}  # one short answer needs no sign
        explained = explained or read(feedback)
    elif inner.strip():
        fields = _alternatives(list(_split_answers(inner)), read)
    if explained:
        fields["answer"] = f"{fields['answer']}\n\n{explained}" if "answer" in fields else explained
    return fields


def _describe_number(text: str) -> str:
    """Return a numerical answer in words: `3:2` is 3 ± 2, `1..5` is 1 to 5."""
    first = text.strip().lstrip("=").split("#")[0].split("=")[0].strip()  # the best of several
    first = _WEIGHT.sub("", first).strip()
    if ".." in first:
        return first.replace("..", " to ")
    return describe_tolerance(first)


def _split_answers(inner: str) -> Iterator[_Alternative]:
    """Yield the alternatives: each begins with `=` or `~`, and `#` begins its feedback."""
    at = 0
    starts = []
    while at < len(inner):
        if inner[at] == "\\":
            at += 2
            continue
        if inner[at] in "=~":
            starts.append(at)
        at += 1
    if not starts:
        raise ValueError("the answers begin with neither = nor ~")
    for start, end in zip(starts, [*starts[1:], len(inner)], strict=True):
        text = inner[start + 1 : end]
        hash_at = _find_sign(text, "#", 0)
        feedback = text[hash_at + 1 :] if hash_at >= 0 else ""
        text = text[:hash_at] if hash_at >= 0 else text
        said = _WEIGHT.match(text)
        weight = float(said[1]) if said else 100.0 if inner[start] == "=" else 0.0
        yield _Alternative(_WEIGHT.sub("", text), weight > 0, inner[start] == "~", feedback, weight)


def _alternatives(answers: list[_Alternative], read: Callable[[str], str]) -> dict[str, SourceValue]:
    fields: dict[str, SourceValue] = {}
    # As Moodle tells them apart: with a ~ it is a choice, whatever arrows are in the texts.
    if not any(each.is_choice for each in answers) and all(
        _find_sign(each.text, "->", 0) >= 0 for each in answers
    ):
        pairs = [(read(left), read(right)) for left, right in (each.text.split("->", 1) for each in answers)]
        fields = {"answer": write_pairs([pair for pair in pairs if pair[0]]), QUIZ_TYPE: MATCHING}
        if unmatched := tuple(right for left, right in pairs if right and not left):
            fields[UNMATCHED] = unmatched
        return fields
    if not any(each.is_choice for each in answers):
        best = max(each.weight for each in answers)
        fields["answer"] = " / ".join(read(each.text) for each in answers if each.weight == best)
        if partly := [f"{read(each.text)} ({each.weight:g} %)" for each in answers if each.weight < best]:
            fields[PARTLY_RIGHT] = tuple(partly)
    else:
        if len(answers) > len(LETTERS):
            raise ValueError(f"{len(answers)} alternatives are more than {len(LETTERS)}")
        fields["choices"] = tuple(read(each.text) or "–" for each in answers)
        is_one = any(each.weight == 100 for each in answers)  # the others get a part of its points
        fields["correct"] = tuple(
            LETTERS[place]
            for place, each in enumerate(answers)
            if each.is_right and (each.weight == 100 or not is_one)
        )
        if partly := [
            f"{LETTERS[place]} ({each.weight:g} %)"
            for place, each in enumerate(answers)
            if is_one and 0 < each.weight < 100
        ]:
            fields[PARTLY_RIGHT] = tuple(partly)
    if feedback := join_feedback(
        [(read(each.text), read(each.feedback) if each.feedback.strip() else "") for each in answers]
    ):
        fields["deep_explanation"] = feedback
    return fields
