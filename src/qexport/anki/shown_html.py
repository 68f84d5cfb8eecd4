"""HTML of fields in the form in which two fields that show the same are equal.

    what canonical_html() returns → shown_blocks() → shows_same()

Anki's editor writes a line as text, as `<div>` or before `<br>`; a deck writes paragraphs. Both are paragraphs here,
with `<br>` between their lines. All other blocks (lists, code, tables) stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_SHOWN_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})\b([^<>]*)>")
_WHOLE_BLOCKS = frozenset(
    ("ul", "ol", "dl", "pre", "blockquote", "table", "details", *(f"h{level}" for level in range(1, 7)))
)
_OWN_PARAGRAPHS = frozenset(("p ", 'p class="picture"', 'div class="blocks"'))
"""Elements, with their attributes, that a deck writes by itself around paragraphs."""
_LISTED_LETTER = re.compile(r'<span class="letter">[a-z]\)</span> ')
_TYPED_LETTER = re.compile(r"[a-z]\) ?")
_CODE_OR_ARROW = re.compile(r'<code(?: class="term")?>|</code>|<span class="arrow">(-+&gt;)</span>')
_RIGHT_CHOICES = re.compile(r'<p class="correct">(?:(?!<p\b).)*?</p>', re.DOTALL)


def shown_blocks(html: str, *, is_plain: bool = False) -> str:
    """Return a field as paragraphs and other blocks.

    Args:
        html: What `canonical_html` returns.
        is_plain: The field is of a plain text: line ends in it are blanks, as in a browser.
    """
    if "<" not in html and "\n" not in html:
        return f"<p>{html}</p>" if html.strip() else ""
    blocks = _Blocks()
    place = 0
    while found := _SHOWN_TAG.search(html, place):
        blocks.add_text(html[place : found.start()])
        is_end, name, attributes = bool(found[1]), found[2].lower(), found[3].strip()
        place = found.end()
        if name == "br":
            blocks.end_line()
        elif name == "hr":
            blocks.add_block(found[0])
        elif f"{name} {attributes}" in _OWN_PARAGRAPHS:
            blocks.end_paragraph()
        elif name == "div" and not attributes:
            blocks.begin_line()
        elif not is_end and (name in _WHOLE_BLOCKS or name in ("p", "div")):
            place = _end_of(html, found)
            blocks.add_block(html[found.start() : place])
        else:
            blocks.add_text(found[0])
    blocks.add_text(html[place:])
    blocks.end_paragraph()
    shown = "".join(blocks.found).replace('<img tabindex="0" ', "<img ")
    return shown.replace("\n", " ") if is_plain else shown


def _end_of(html: str, opening: re.Match[str]) -> int:
    """Return where an element ends; the end of the HTML if nothing closes it."""
    depth = 0
    for tag in re.compile(rf"<(/?){opening[2]}\b[^<>]*>", re.IGNORECASE).finditer(html, opening.start()):
        depth += -1 if tag[1] else 1
        if not depth:
            return tag.end()
    return len(html)


class _Blocks:
    """The blocks found so far, and the lines of the paragraph that has not ended."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._lines: list[str] = []
        self._line: list[str] = []

    def add_text(self, text: str) -> None:
        """Add to the line, text or a tag in it; blanks at its beginning are not seen."""
        if self._line or text.strip():
            self._line.append(text)

    def end_line(self) -> None:
        """End the line, even an empty one."""
        self._lines.append("".join(self._line).rstrip())
        self._line = []

    def begin_line(self) -> None:
        """End the line if there is anything in it: a block begins or ends."""
        if self._line:
            self.end_line()

    def end_paragraph(self) -> None:
        """End the paragraph; empty lines in it are between two."""
        self.begin_line()
        lines: list[str] = []
        for line in [*self._lines, ""]:
            if line:
                lines.append(line)
            elif lines:
                self.found.append(f"<p>{'<br>'.join(lines)}</p>")
                lines = []
        self._lines = []

    def add_block(self, html: str) -> None:
        """Add a block that stays as it is."""
        self.end_paragraph()
        self.found.append(html)


def as_question(blocks: str) -> str:
    """Return the blocks of a question: what is below its first line is a paragraph of its own."""
    first, end, rest = blocks.partition("</p>")
    return first.replace("<br>", "</p><p>", 1) + end + rest if blocks.startswith("<p>") else blocks


def as_list(blocks: str) -> str:
    """Return the blocks of a list, without the letters of choices; lines without a list are its items."""
    if "<li" in blocks:
        return _LISTED_LETTER.sub("", blocks.replace('<ul class="choices">', "<ul>"))
    lines = list_lines(blocks)
    if lines and all(_TYPED_LETTER.match(line) for line in lines):
        lines = [_TYPED_LETTER.sub("", line, count=1) for line in lines]
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""


def list_lines(blocks: str) -> list[str]:
    """Return the lines of paragraphs."""
    return [line for line in re.split(r"<br>|</?p>", blocks) if line.strip()]


def without_right_choices(before: str, after: str) -> tuple[str, str]:
    """Return two answers without the paragraph that says which choices are right, if it is in both."""
    right = _RIGHT_CHOICES.match(before)
    if right is None or not after.startswith(right[0]):
        return before, after
    return before[right.end() :], after[right.end() :]


def shows_same(made: str, theirs: str, *, is_plain: bool) -> bool:
    """Report whether what a bank makes of a text shows the same as what a learner has.

    Args:
        made: Blocks as the bank makes them.
        theirs: Blocks of the learner.
        is_plain: The bank's text is plain: code, arrows and lists of statements in it are marked by themselves, so
            that a learner who types the text need not mark them.
    """
    if made == theirs or _with_blanks(made) == _with_blanks(theirs):
        return True
    if not is_plain:
        return False
    made, theirs = (each.replace('<ul class="items">', "<ul>") for each in (made, theirs))
    if made.startswith("<ul>") and "<li>" not in theirs:
        made = (
            "<p>"
            + made.removeprefix("<ul><li>").removesuffix("</li></ul>").replace("</li><li>", " ")
            + "</p>"
        )
    (text, marks), (their_text, their_marks) = map(_take_marks_out, (made, theirs))
    return text == their_text and their_marks <= marks


def _with_blanks(blocks: str) -> str:
    """Return blocks with blanks for line ends, which are the same outside code."""
    return blocks if "<pre" in blocks else re.sub(r"\s*\n\s*", " ", blocks)


def _take_marks_out(blocks: str) -> tuple[str, frozenset[tuple[int, str]]]:
    """Return blocks without the marks of code and arrows, and where these were."""
    parts: list[str] = []
    marks: set[tuple[int, str]] = set()
    place = length = 0
    for found in _CODE_OR_ARROW.finditer(blocks):
        before = blocks[place : found.start()]
        length += len(before)
        marks.add((length, "" if found[1] else found[0]))
        parts += [before, found[1] or ""]
        length += len(found[1] or "")
        place = found.end()
    return "".join([*parts, blocks[place:]]), frozenset(marks)


def differ_in_tags(one: str, other: str) -> bool:
    """Report whether two fields have other tags, those of pictures aside: their texts do not say what was changed."""
    return list(_tags_in(one)) != list(_tags_in(other))


def _tags_in(html: str) -> Iterator[str]:
    return (found[0] for found in _SHOWN_TAG.finditer(html) if found[2].lower() != "img")
