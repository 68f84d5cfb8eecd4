"""Markdown files that people keep questions in → questions: READMEs of every common shape, and notes.

    lines → marks (where a question may begin) → the shape most of them have → questions with their bodies → fields

Shapes: `<details><summary>`, headings whose answers are folded, `Q:`/`A:` pairs, headings, bold lines, tables,
numbered and bulleted lists. Headings above become category, technology and level.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePath

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.text_input import quote
from qexport.common.wording import quantity
from qexport.importers.columns import field_of, fold_name
from qexport.importers.front_matter import split_front_matter, split_properties
from qexport.importers.own_markdown import is_own_markdown, read_own_markdown
from qexport.importers.readme_body import Body, read_body
from qexport.importers.readme_flashcards import Flashcard, find_flashcards, is_deck_tag
from qexport.importers.readme_lines import (
    ANSWER_MARK,
    ANSWER_WORDS,
    HEADING,
    Mark,
    details_body,
    find_marks,
    is_asking,
    without_html_lists,
)
from qexport.importers.readme_shapes import Q_PREFIX, README_SHAPES, ReadmeFile, Start, find_starts
from qexport.importers.readme_table import find_tables
from qexport.importers.readme_text import (
    clean_blocks,
    clean_line,
    clean_name,
    is_link_head,
    level_of_signs,
    links_of_line,
    take_first_line,
)
from qexport.importers.source import Found, Reading, Source, SourceValue, as_tuple
from qexport.importers.table import read_rows

_LEVEL = re.compile(
    r"\b(beginners?|basics?|easy|junior|entry|fundamentals?|intermediate|medium|regular|mid|advanced|hard"
    r"|senior|experts?|guru|experienced|freshers?|"
    r"principal|simple)\b",
    re.IGNORECASE,
)
_EXPERTISE = {"0": "Beginner", "1": "Intermediate", "2": "Advanced"}
_HTML_COMMENT = re.compile(r"<!--((?:(?!<!--).)*?)-->", re.DOTALL)
_NAMED_VALUE = re.compile(r"\s*([\w ]{2,30}):\s*\(?(.*?)\)?\s*", re.DOTALL)
_LEGEND = re.compile(r"([\u2600-\u27bf\u2b50\U0001f300-\U0001faff])\ufe0f?\s*(?:[:=-]\s*)?([A-Za-z]{3,20})")


def parse(source: Source) -> Reading:
    """Read a file of Markdown; InputRefused if nothing in it is known as a question."""
    if is_own_markdown(source.text):
        return read_own_markdown(source)
    file = _open_file(source)
    title = _find_title(file)
    if source.in_folder and _OF_A_PROJECT.fullmatch(_note_name(file)):
        return _leave_note_aside(file, title or _note_name(file))
    return _read_questions(file, title)


def _read_questions(file: ReadmeFile, title: str) -> Reading:
    source = file.source
    if cards := find_flashcards(source.text, file.lines, as_tuple(file.said.get("tags", ()))):
        return _read_flashcards(file, cards, title)
    shape, starts = find_starts(file)
    if shape == "table":
        return _read_table(file)
    if not starts and not source.in_folder:
        hint = "questions are headings, bold lines, <summary>, Q: and A:, list items that ask, or a table"
        raise InputRefused(
            (Problem(Location(source.path, 1, 1), "no question was found in this file", hint),)
        )
    if not starts or _is_one_note(file, shape, starts):
        return _read_whole_note(file, title)
    found = [each for start in starts for each in _interpret_start(file, shape, start)]
    if source.in_folder and shape in ("number", "item") and _is_aside(file, found):
        return _read_whole_note(file, title)
    if len(found) == 1:
        found[0] = _with_fields_of_file(file, found[0])
    header: dict[str, SourceValue] = {"title": title} if title and not source.in_folder else {}
    if isinstance(language := file.said.get("lang") or file.said.get("language"), str):
        header["language"] = language
    return Reading(
        shape=f"Markdown, {README_SHAPES[shape]}",
        questions=tuple(found),
        header=header,
        columns=_list_field_sources(shape, found),
        left_aside=tuple(_left_aside(file)),
    )


def _open_file(source: Source) -> ReadmeFile:
    """Return the lines of a file without front matter and comments, and what may begin a question in them."""
    said, text, skipped = split_front_matter(source.text, source.path, source.limits)
    comments = _comments(text)
    text = _HTML_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)
    lines = text.split("\n")
    if len(re.findall(r"^\s*<(?:li|h[1-6])\b", text, re.MULTILINE | re.IGNORECASE)) > 5:
        lines = without_html_lists(lines)
    file = ReadmeFile(source, lines, skipped, said, comments)
    file.marks = find_marks(file.lines)
    file.legend = _legend(file.lines)
    return file


def _list_field_sources(shape: str, found: Sequence[Found]) -> tuple[tuple[str, str], ...]:
    used = dict.fromkeys(name for each in found for name in each.fields)
    names = {"question": README_SHAPES[shape].split(":")[0], "answer": "what follows"}
    others = {
        "category": "headings above",
        "technology": "headings above",
        "level": "headings above, signs",
        "links": "lists of links",
    }
    return tuple(((names | others).get(name, "parts of the answer"), name) for name in used)


def _comments(text: str) -> dict[str, SourceValue]:
    """Return what comments say of the file: `<!-- tags: (html, css) -->`."""
    said: dict[str, SourceValue] = {}
    for comment in _HTML_COMMENT.finditer(text):
        found = _NAMED_VALUE.fullmatch(comment[1]) if len(comment[1]) < 500 else None
        if (
            found
            and "\n" not in found[2].strip()
            and (field_of(found[1]) or fold_name(found[1]) == "expertise")
        ):
            said[found[1].strip()] = found[2].strip()
    return said


def _legend(lines: Sequence[str]) -> dict[str, str]:
    """Return what signs mean, if a line says so: "Legend: 👶 easy ⭐️ medium 🚀 expert"."""
    for line in lines:
        if re.search(r"\b(?:legend|levels?|difficulty)\b", line, re.IGNORECASE):
            signs = {sign: word.capitalize() for sign, word in _LEGEND.findall(line)}
            if len(signs) > 1:
                return signs
    return {}


def _find_title(file: ReadmeFile) -> str:
    """Return the file's title: of its front matter, or its only heading of the first level."""
    if isinstance(title := file.said.get("title"), str):
        return title
    first = [mark for mark in file.marks if mark.kind == "heading" and mark.level == 1]
    return clean_name(first[0].text) if len(first) == 1 and not is_asking(first[0].text) else ""


def _interpret_start(file: ReadmeFile, shape: str, start: Start) -> Iterator[Found]:
    mark = start.mark
    file.covered.update(range(mark.line, start.end))
    asked, level = level_of_signs(re.sub(r"\s*(?:\\?\*){3}\s*$", "", mark.text))
    if file.legend and asked != mark.text:
        sign = next((s for s in file.legend if s in mark.text[len(asked) :]), "")
        level = file.legend.get(sign, level)
    asked = re.sub(r"\s*(?:\\?\*){3}\s*$", "", clean_line(asked)).strip()
    fields: dict[str, SourceValue] = _place_question(start.names)
    if level:
        fields["level"] = level
    body, asked = _read_start_body(file, shape, start, asked)
    asked, body.more = take_first_line(asked, body.more)
    fields["question"] = f"{asked}\n\n{body.more}".strip() if body.more else asked
    fields |= body.fields
    if links := links_of_line(mark.text, asked):
        listed = fields.get("links", ())
        fields["links"] = (*links, *(listed if isinstance(listed, tuple) else (listed,)))
    if asked:
        yield Found(
            location=file.place(mark.line),
            fields=fields,
            extra=body.extra,
            markup="markdown",
            has_letters="correct" in body.fields,
        )


def _read_start_body(file: ReadmeFile, shape: str, start: Start, asked: str) -> tuple[Body, str]:
    """Return what belongs to a question, and its line, which a fold keeps as it is."""
    mark = start.mark
    lines = file.lines[mark.body : start.end]
    if mark.kind == "details" and shape == "details":
        body = read_body(details_body(file.lines, mark), file.source.limits)
    elif shape == "answered":
        body = _answered_body(lines, file.source)
    elif shape == "folded":
        body = _folded_body(file, mark, start)
        asked = clean_line(mark.text) if mark.kind != "bold" else asked
    elif shape == "pair":
        body = _pair_body(lines, file.source)
    elif mark.kind in ("item", "number"):
        body = _item_body(file, lines, mark, shape)
    else:
        body = read_body("\n".join(lines), file.source.limits, allow_choices=True)
    return body, asked


def _place_question(names: Sequence[str]) -> dict[str, SourceValue]:
    """Return technology, category and level of a question, from the headings above it."""
    rest: list[str] = []
    level = ""
    for name in names:
        if (found := _LEVEL.search(name)) and len(name.split()) <= 4:
            level = name if len(name.split()) <= 2 else found[1].capitalize()
        elif not rest or rest[-1].casefold() != name.casefold():
            rest.append(name)
    fields: dict[str, SourceValue] = {"level": level} if level else {}
    return fields | dict(zip(("category", "technology"), reversed(rest), strict=False))


def _folded_body(file: ReadmeFile, mark: Mark, start: Start) -> Body:
    """Return a question whose answer is folded away below it: what stands between belongs to the question."""
    first = next((m for m in file.marks[start.first :] if m.kind == "details" and m.line > mark.line), None)
    first = first if first and first.line < start.end else None
    limits = file.source.limits
    above = "\n".join(file.lines[mark.body : first.line if first else start.end])
    body = read_body(above, limits, allow_choices=True, is_question=True)
    if first:
        answer = read_body(details_body(file.lines, first), limits)
        after = clean_blocks("\n".join(file.lines[first.end : start.end]), limits)
        if "answer" in answer.fields and after:
            answer.fields["answer"] = f"{answer.fields['answer']}\n\n{after}"
        body.fields |= answer.fields
        body.extra |= answer.extra
    return body


def _answered_body(lines: Sequence[str], source: Source) -> Body:
    """Return a question whose answer has a heading of its own: what stands above belongs to the question."""
    at = next(
        (
            number
            for number, line in enumerate(lines)
            if (found := HEADING.match(line)) and ANSWER_WORDS.fullmatch(clean_name(found[2]))
        ),
        len(lines),
    )
    above = read_body("\n".join(lines[:at]), source.limits, allow_choices=True, is_question=True)
    body = read_body("\n".join(lines[at:]), source.limits)
    body.more = above.more
    body.fields = {**above.fields, **body.fields}
    return body


def _pair_body(lines: Sequence[str], source: Source) -> Body:
    at = next((number for number, line in enumerate(lines) if ANSWER_MARK.match(line)), len(lines))
    above = clean_blocks("\n".join(lines[:at]), source.limits)
    if at == len(lines):
        return Body(more=above)
    answer = ANSWER_MARK.match(lines[at])
    rest = [answer[1] if answer else "", *lines[at + 1 :]]
    body = read_body("\n".join(rest), source.limits)
    body.more = f"{above}\n\n{body.more}".strip()
    return body


def _item_body(file: ReadmeFile, lines: Sequence[str], mark: Mark, shape: str) -> Body:
    """Return what is indented below an item: items that ask are follow-ups, all else is the answer."""
    end = len(lines)
    for number, line in enumerate(lines):
        is_outside = line.strip() and not line.startswith((" " * (mark.level + 2), "\t"))
        if is_outside and (_LIST_ITEM_START.match(line) or not line.startswith(" " * (mark.level + 1))):
            if shape in ("item", "details") or _LIST_ITEM_START.match(line):
                end = number
            break
    file.covered.difference_update(range(mark.body + end, mark.body + len(lines)))
    lines = lines[:end]
    text = "\n".join(lines)
    nested = re.findall(r"^\s+(?:[-*+]|\d+[.)])\s+(.*\S)", text, re.MULTILINE)
    is_only_nested = len(nested) == sum(bool(line.strip()) for line in lines)
    if nested and is_only_nested and all(is_asking(clean_line(each)) for each in nested):
        return Body(fields={"follow_ups": tuple(map(clean_line, nested))})
    return read_body(text, file.source.limits, allow_choices=True)


_LIST_ITEM_START = re.compile(r" {0,3}(?:[-*+]|\d{1,4}[.)])\s")


def _with_fields_of_file(file: ReadmeFile, found: Found) -> Found:
    """Return the only question of a file with what its front matter and comments say."""
    fields = dict(found.fields)
    extra = dict(found.extra)
    for name, said in {**file.said, **file.comments}.items():
        key = "level" if fold_name(name) == "expertise" else field_of(name)
        value = _EXPERTISE.get(str(said), said) if key == "level" else said
        if key == "question" or not key:
            if name not in ("title", "layout", "permalink", "lang", "language"):
                extra[name] = value
        elif key == "tags" and isinstance(value, str):
            fields[key] = tuple(part.strip() for part in re.split("[,;]", value) if part.strip())
        else:
            fields.setdefault(key, value)
    return replace(found, fields=fields, extra=extra)


_FEW_STARTS = 5


def _note_name(file: ReadmeFile) -> str:
    """Return the name of a file of a folder as words; Notion puts a number of its own behind it."""
    stem = re.sub(r"\s+[0-9a-f]{32}$", "", PurePath(file.source.path).stem)
    return stem if " " in stem else re.sub(r"[_-]+", " ", stem)


def _is_one_note(file: ReadmeFile, shape: str, starts: Sequence[Start]) -> bool:
    """Report whether a file of a folder is one question by its name or title, though a few lines in it ask too."""
    if not file.source.in_folder or shape not in ("heading", "bold", "number", "item"):
        return False
    heading = next((mark for mark in file.marks if mark.kind == "heading"), None)
    title = clean_name(heading.text) if heading and heading.level == 1 else ""
    if title and heading and heading.line == starts[0].mark.line and len(starts) == 1:
        return bool(split_properties(file.lines[heading.body :])[0])
    is_named = any(len(name.split()) > 1 and is_asking(name) for name in (_note_name(file), title))
    is_answer = title.endswith(("?", "？")) and not any(Q_PREFIX.match(start.mark.text) for start in starts)
    return is_named and (len(starts) < _FEW_STARTS or is_answer or shape in ("number", "item"))


def _is_aside(file: ReadmeFile, found: Sequence[Found]) -> bool:
    """Report whether no item has an answer, and most of the text is outside of them: lists of a note."""
    written = sum(bool(line.strip()) for line in file.lines)
    return not any("answer" in each.fields for each in found) and len(file.covered) * 2 < written


_ABOUT_OTHERS = re.compile(
    r"readme|index|summary|contributing|contributors?|licen[cs]e|change ?log|code of conduct|security|authors"
    r"|(?:pull request|issue) template|todo",
    re.IGNORECASE,
)
"""Names of files that are about the others."""


_OF_A_PROJECT = re.compile(
    r"(?i)contributing|code of conduct|licen[cs]e|change ?log|(?:pull request|issue) template|requirements|robots"
)
"""Names of files that no project has questions in."""


def _leave_note_aside(file: ReadmeFile, title: str) -> Reading:
    where = Problem(file.place(0), f"a file about the others: {quote(title)}: left aside")
    return Reading(shape=f"Markdown, {README_SHAPES['note']}", questions=(), left_aside=(where,))


def _read_whole_note(file: ReadmeFile, title: str) -> Reading:
    """Read a file that is one note: its title asks, the rest answers."""
    stem = _note_name(file)
    heading = next((m for m in file.marks if m.kind == "heading" and m.level == 1), None)
    above = heading.body if heading and not any(line.strip() for line in file.lines[: heading.line]) else 0
    said, taken = split_properties(file.lines[above:])
    body = read_body("\n".join(file.lines[above + taken :]), file.source.limits)
    asked = clean_line(heading.text) if heading and above else title or stem
    if _ABOUT_OTHERS.fullmatch(stem) and not is_asking(asked):
        return _leave_note_aside(file, asked)
    if is_asking(stem) and not is_asking(asked):
        if not set(fold_name(asked).split("_")) <= set(fold_name(stem).split("_")):
            body.extra["title"] = asked
        asked = stem
    fields: dict[str, SourceValue] = {**_place_question(file.source.folder), "question": asked, **body.fields}
    if not fields.get("answer") and not file.said and not said:
        where = Problem(file.place(0), f"a note without text: {quote(asked)}: left aside")
        return Reading(shape=f"Markdown, {README_SHAPES['note']}", questions=(), left_aside=(where,))
    found = Found(location=file.place(0), fields=fields, extra=body.extra, markup="markdown")
    file.said = {**file.said, **said}
    return Reading(shape=f"Markdown, {README_SHAPES['note']}", questions=(_with_fields_of_file(file, found),))


def _read_flashcards(file: ReadmeFile, cards: Sequence[Flashcard], title: str) -> Reading:
    """Read the cards of a note: the deck that a tag names, or else the heading above, becomes their category."""
    headings = [mark for mark in file.marks if mark.kind == "heading"]
    tags = tuple(tag for tag in as_tuple(file.said.get("tags", ())) if tag.split("/")[0] != "flashcards")
    name = (_note_name(file),) if file.source.in_folder else ()
    found = []
    for card in cards:
        file.covered.update(range(card.line, card.end))
        above = [clean_name(mark.text) for mark in headings if mark.line < card.line][-1:]
        body = read_body(card.answer, file.source.limits)
        fields = {**_place_question((*file.source.folder, *(card.deck or above or name))), **body.fields}
        fields["question"] = clean_blocks(card.asked, file.source.limits)
        if tags:
            fields["tags"] = tags
        found.append(
            Found(location=file.place(card.line), fields=fields, extra=body.extra, markup="markdown")
        )
    file.covered.update(number for number, line in enumerate(file.lines) if is_deck_tag(line))
    return Reading(
        shape=f"Markdown, {README_SHAPES['card']}",
        questions=tuple(found),
        header={"title": title} if title and not file.source.in_folder else {},
        columns=(("front of a card", "question"), ("back of a card", "answer")),
        left_aside=tuple(_left_aside(file)),
    )


def _read_table(file: ReadmeFile) -> Reading:
    tables = find_tables(file.lines)
    questions: list[Found] = []
    columns: tuple[tuple[str, str], ...] = ()
    aside: list[Problem] = []
    for table in tables:
        file.covered.update(range(table.line, table.end))
        rows = table.place_rows(file.place)
        reading = read_rows(rows, "", file.source.path, file.source.wishes.columns)
        questions += [
            Found(location=q.location, fields=q.fields, extra=q.extra, markup="markdown")
            for q in reading.questions
        ]
        columns = columns or reading.columns
        aside += reading.left_aside
    aside += _left_aside(file)
    title = _find_title(file)
    header: dict[str, SourceValue] = {"title": title} if title else {}
    return Reading(
        shape="Markdown, a table",
        questions=tuple(questions),
        header=header,
        columns=columns,
        left_aside=tuple(aside),
    )


def _left_aside(file: ReadmeFile) -> Iterator[Problem]:
    """Yield stretches of text that belong to no question; headings that became categories are none."""
    headings = {mark.line for mark in file.marks if mark.kind == "heading"}
    run: list[int] = []
    for number in range(len(file.lines) + 1):
        is_aside = (
            number < len(file.lines)
            and number not in file.covered
            and (number not in headings or is_link_head(file.lines[number]))
        )
        if is_aside:
            run.append(number)
            continue
        told = [line for line in run if re.search(r"[^\W_]", re.sub(r"<[^<>]*>", "", file.lines[line]))]
        if told:
            words = " ".join(file.lines[told[0]].split())
            yield Problem(
                file.place(told[0]), f"{quantity(len(told), 'line')} of no question: {quote(words)}"
            )
        run = []
