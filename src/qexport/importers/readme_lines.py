"""Lines of Markdown, and which of them may begin a question: headings, bold lines, summaries, list items, pairs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

MarkKind: TypeAlias = Literal["details", "heading", "bold", "pair", "item", "number"]

FENCE = re.compile(r"[ \t]*(?:>[ \t]?)*(```+|~~~+)([^`]*)$")
HEADING = re.compile(r" {0,3}(?:\d{1,4}[.)] +)?(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINED = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_BOLD = re.compile(
    r"\s{0,3}(?:\d{1,4}[.)]\s+|[-*+]\s+|Q?\d{1,4}[.:]\s*)?(?:\*\*|__)(?=\S)(.+?)(?:\*\*"
    r"|__)[ \t]*(\W{0,12}?)(?:\\|<br ?/?>)?[ \t]*$"
)
_BOLD_NUMBER = re.compile(
    r"\s{0,3}(?:\*\*|__)((?:Q(?:uestion)?\s*)?#?\d{1,4}\s?[.):].*?)(?:\*\*|__)[.:]?\s*(.*)$", re.IGNORECASE
)
_ITEM = re.compile(r"( {0,3})([-*+]|\d{1,4}[.)])(\s+)(\S.*)$")
_PAIR = re.compile(
    r"\s{0,3}(?:[-*+]\s+)?(?:#{1,6}\s+)?(?:\*\*|__)?(?:Q|Question|Frage|Pregunta|Вопрос|问"
    r"|問)(?:\s?#?\d{1,4})?\s?(?:[:.)：]|\s-\s)(?:\*\*|__)?\s*(\S.*)$"
)
ANSWER_MARK = re.compile(
    r"\s{0,3}(?:[-*+]\s+)?(?:#{1,6}\s+)?(?:\*\*|__)?(?:A|Ans|Answer|Antwort|Respuesta|Ответ"
    r"|答)(?:\s?#?\d{1,4})?\s?(?:[:.)：]|\s-\s)(?:\*\*|__)?[ \t]*(.*)$"
)
_SUMMARY_ELEMENT = re.compile(r"<summary[^>]*>(.*?)</summary>", re.IGNORECASE | re.DOTALL)
_DETAILS = re.compile(r"<(/?)details\b[^>]*>", re.IGNORECASE)
ANSWER_WORDS = re.compile(
    r"\W*(?:(?:click|tap)\b.*|(?:show|see|view|reveal|toggle|open|check)?\s*(?:the\s+|my\s+)?(?:answers?"
    r"|solutions?|explanation|"
    r"response|spoiler|details|antwort|lösung|respuesta|solución|réponse|solution|ответ|решение|答案|解答|回答"
    r"|查看答案|정답|hint))\W*",
    re.IGNORECASE,
)
_ASKING_LINE = re.compile(
    r"\W*(?:what|which|who|whom|whose|when|where|why|how|explain|describe|define|compare|give|name|list|tell"
    r"|can|could|do|does|"
    r"did|is|are|was|were|will|would|should|have|has|in what|for what|write|implement|find|design|imagine"
    r"|suppose|"
    r"difference between|was|wie|warum|welche|erkläre|qué|cuál|cómo|explique|pourquoi|comment|quelle|quel"
    r"|qu'est|اشرح|تكلم|صف|ما|هل|كيف|لماذا)\b|\W*[请請]",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"\W*(?:q(?:uestion)?\.?\s*)?\d{1,4}\s?\\?[.):]|\W*q(?:uestion)?\.\s|\W*q\d", re.IGNORECASE
)


_LONGEST_MARK_LINE = 2_000
"""Characters of a line that may begin a question; the patterns take time with the square of its length."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A place where a question or a section may begin."""

    kind: MarkKind
    line: int
    """From 0."""
    text: str
    level: int = 0
    """Of a heading, 1 to 6; of a list item, how far it is indented."""
    body: int = 0
    """The line in which what follows begins."""
    end: int = 0
    """Of details: the line behind them."""


def is_asking(text: str) -> bool:
    """Report whether a line asks something, by its mark, its first word or its number."""
    bare = text.strip()
    return bool(bare) and (
        bare.rstrip(" *_`)\"'”’").endswith(("?", "？", "؟", "ください。", "教えて。"))
        or _ASKING_LINE.match(bare) is not None
        or _NUMBERED.match(bare) is not None
        or "?" in bare
        or "？" in bare
        or "؟" in bare
    )


_HEADING_HTML = re.compile(r"^\s*<h([1-6])\b[^>]*>(.*?)</h\1>\s*$", re.IGNORECASE)
_ITEM_HTML = re.compile(r"<li\b[^>]*>(.*?)(?:</li>|$)", re.IGNORECASE)


def without_html_lists(lines: list[str]) -> list[str]:
    """Return lines in which headings and lists that are written as HTML are Markdown, line by line."""
    depth = 0
    changed = []
    for line in lines:
        if heading := _HEADING_HTML.match(line):
            changed.append(f"{'#' * int(heading[1])} {heading[2]}")
            continue
        before = line[: line.lower().find("<li")] if "<li" in line.lower() else line
        depth += len(re.findall(r"<[uo]l\b", before, re.IGNORECASE))
        item = _ITEM_HTML.search(line)
        if item:
            changed.append(f"{'  ' * max(depth - 1, 0)}* {item[1].strip()}")
        else:
            changed.append(re.sub(r"</?[uo]l\b[^>]*>|</li>", "", line, flags=re.IGNORECASE))
        behind = line[len(before) :] if item else ""
        depth += len(re.findall(r"<[uo]l\b", behind, re.IGNORECASE)) - len(
            re.findall(r"</[uo]l\b", line, re.IGNORECASE)
        )
        depth = max(depth, 0)
    return changed


def fenced_lines(lines: list[str]) -> list[bool]:
    """Return for each line whether it is inside a block of code, its fences included."""
    inside: list[bool] = []
    fence = ""
    for line in lines:
        found = FENCE.match(line)
        if fence:
            inside.append(True)
            if found and found[1][0] == fence[0] and len(found[1]) >= len(fence) and not found[2].strip():
                fence = ""
        elif found:
            fence = found[1]
            inside.append(True)
        else:
            inside.append(False)
    return inside


def find_marks(lines: list[str]) -> list[Mark]:
    """Return every place that may begin a question, in their order; none in code, comments or other details."""
    fenced = fenced_lines(lines)
    marks: list[Mark] = []
    skip = 0
    for number, line in enumerate(lines):
        if number < skip or fenced[number] or not line.strip():
            continue
        found = _DETAILS.search(line)
        if found and not found[1] and not line[: found.start()].strip(" -*\t>"):
            mark = _details(lines, fenced, number)
            marks.append(mark)
            skip = mark.end
            continue
        marks += _line_marks(lines, number)
    return marks


def _line_marks(lines: list[str], number: int) -> list[Mark]:
    line = lines[number]
    marks: list[Mark] = []
    if len(line) > _LONGEST_MARK_LINE:
        return marks
    if found := HEADING.match(line):
        return [Mark("heading", number, found[2], len(found[1]), number + 1)]
    following = lines[number + 1] if number + 1 < len(lines) else ""
    if (under := _UNDERLINED.match(following)) and not re.match(r"\s*(?:[-*+>|]|\d+[.)])", line):
        return [Mark("heading", number, line.strip(), 1 if under[1][0] == "=" else 2, number + 2)]
    if (found := _PAIR.match(line)) is not None:
        marks.append(Mark("pair", number, found[1].strip().removesuffix("**").strip(), 0, number + 1))
    if (found := _BOLD.match(line)) is not None and "**" not in found[1]:
        # a question of several bold lines ends where its asterisks do
        marks.append(Mark("bold", number, f"{found[1]} {found[2]}".strip(), 0, number + 1))
    elif (found := _BOLD_NUMBER.match(line)) is not None:
        marks.append(Mark("bold", number, f"{found[1]} {found[2]}".strip(), 0, number + 1))
    if (found := _ITEM.match(line)) is not None and len(found[1]) < 4:
        kind: MarkKind = "number" if found[2][0].isdigit() else "item"
        marks.append(Mark(kind, number, found[4].strip(), len(found[1]), number + 1))
    return marks


def _details(lines: list[str], fenced: list[bool], number: int) -> Mark:
    """Return the mark of a `<details>`, up to the line behind its end."""
    depth = 0
    end = len(lines)
    for at in range(number, len(lines)):
        if fenced[at]:
            continue
        for found in _DETAILS.finditer(lines[at]):
            depth += -1 if found[1] else 1
        if depth <= 0:
            end = at + 1
            break
    block = "\n".join(lines[number:end])
    summary = _SUMMARY_ELEMENT.search(block)
    if summary is None:
        return Mark("details", number, "", 0, number + 1, end)
    body = number + block[: summary.end()].count("\n")
    return Mark("details", number, " ".join(summary[1].split()), 0, body, end)


def details_body(lines: list[str], mark: Mark) -> str:
    """Return what is folded away in details, without their tags."""
    block = "\n".join(lines[mark.line : mark.end])
    summary = _SUMMARY_ELEMENT.search(block)
    inner = (
        block[summary.end() :]
        if summary
        else re.sub(r"<details\b[^>]*>", "", block, count=1, flags=re.IGNORECASE)
    )
    last = inner.lower().rfind("</details")
    return inner[:last] if last >= 0 else inner
