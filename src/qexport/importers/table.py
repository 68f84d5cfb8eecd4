"""Rows of cells → questions: which column is what, and choices that are columns of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

from qexport.bank.model import LETTERS
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.text_input import quote
from qexport.importers.columns import (
    field_of,
    find_answer_column,
    is_asked,
    is_wrong_choice,
    match_columns,
    option_letter,
)
from qexport.importers.source import Found, Reading, SourceValue, as_tuple

LIST_FIELDS = frozenset({"choices", "correct", "follow_ups", "links", "tags", "terms", "former_ids"})
_LETTERED_CHOICE = re.compile(r"(?:^|\n|\s{2,}|;\s*|,\s+)\(?([A-Ha-h])[.):]\s+|(?<=\S)\s\(?([A-Ha-h])\)\s+")
_MOST_COLUMNS_SHOWN = 12


def _at_row(location: Location, number: int) -> Location:  # noqa: ARG001 - of tables without places of cells
    return location


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its cells, and where it begins."""

    cells: Sequence[str]
    location: Location
    locate: Callable[[Location, int], Location] = _at_row
    """Given the row's place and a cell's number from 0, returns where the cell begins."""

    def place_of(self, number: int) -> Location:
        """Return where a cell begins."""
        return self.locate(self.location, number)


def read_rows(
    rows: Iterable[TableRow],
    shape: str,
    path: str,
    wishes: Mapping[str, str],
    *,
    aside: Iterable[Problem] = (),
) -> Reading:
    """Return the questions of a table whose first row may name its columns.

    Args:
        rows: With the head first, if there is one.
        shape: How the file was read, in words.
        path: Of the file, for errors.
        wishes: Field → name of a column, or its number from 1.
        aside: What was left aside before.

    Raises:
        InputRefused: no column is a question's.
        UsageError: a wish names no column.
    """
    noted = list(aside)
    waiting = _skip_titles((row for row in rows if any(cell.strip() for cell in row.cells)), noted)
    first = next(waiting, None)
    if first is None:
        raise InputRefused((Problem(Location(path), "there is nothing in this file"),))
    head, waiting = _head(first, waiting, wishes)
    named = {_resolve_number(column, head): field for field, column in wishes.items()}
    wished = {field: column for column, field in named.items()}
    options = _find_choice_columns(head, match_columns(head, wished))
    chosen = {head[place] for place in options.values()}  # "a" beside "b" is a choice, and no answer
    columns = match_columns([name for name in head if name not in chosen or name in named], wished)
    if not options and (name := find_answer_column(head, columns)):
        columns[name] = "answer"
    wrong = [] if options else _find_wrong_columns(head, columns)
    if "question" not in columns.values():
        shown = ", ".join(quote(name) for name in head[:_MOST_COLUMNS_SHOWN] if name)
        raise InputRefused(
            (
                Problem(
                    first.location,
                    f"no column is known as a question: {shown}",
                    "name it, or give its number: --map question=COLUMN --map answer=2",
                ),
            )
        )
    found = tuple(_read_rows(waiting, head, columns, options, noted))
    found = tuple(with_wrong_choices(each, wrong) for each in found) if wrong else found
    shown_columns = [
        *((name, "left aside" if field == "ignore" else field) for name, field in columns.items()),
        *((head[place], f"choices ({letter})") for letter, place in options.items()),
        *((name, "choices (wrong)") for name in wrong),
        *(
            (name, "extra")
            for place, name in enumerate(head)
            if name not in wrong and _is_extra(place, name, columns, options)
        ),
    ]
    return Reading(shape=shape, questions=found, columns=tuple(shown_columns), left_aside=tuple(noted))


_MOST_TITLES = 5


def _skip_titles(rows: Iterator[TableRow], noted: list[Problem]) -> Iterator[TableRow]:
    """Return rows without those above the head: a few with fewer cells, such as the title of a sheet."""
    first = list(islice(rows, _MOST_TITLES + 1))
    filled = [sum(bool(cell.strip()) for cell in row.cells) for row in first]
    at = next(
        (
            number
            for number, row in enumerate(first)
            if filled[number] > 1 and "question" in {field_of(cell) for cell in row.cells}
        ),
        0,
    )
    if all(count < filled[at] for count in filled[:at]):
        for row in first[:at]:
            message = f"a row above the table: {quote(' '.join(filter(None, row.cells))[:200])}: left aside"
            noted.append(Problem(row.location, message))
        first = first[at:]
    return chain(first, rows)


def _head(
    first: TableRow, rows: Iterator[TableRow], wishes: Mapping[str, str]
) -> tuple[list[str], Iterator[TableRow]]:
    """Return the names of the columns, and the rows below; a table without names has two columns or wishes."""
    names = [" ".join(cell.split()) for cell in first.cells]
    while names and not names[-1]:
        names.pop()
    asked = {name.casefold() for name in wishes.values()}
    known = [name for name in names if field_of(name) or name.casefold() in asked]
    fields = {field_of(name) for name in known}
    is_head = bool(fields & {"question", "answer"}) or any(not name.isdigit() for name in asked)
    if is_head and all(len(name) < 100 for name in names):
        return _unique(names), rows
    numbers = [str(place) for place in range(1, len(names) + 1)]
    if not wishes and (len(names) == 2 or (len(names) > 2 and is_asked(names[0]))):
        numbers = _name_headless(names)
    elif not wishes:
        return _unique(names), rows
    return numbers, chain((first,), rows)


def _name_headless(names: Sequence[str]) -> list[str]:
    """Return names for the columns of a table without any, as Anki reads it: front, back, and perhaps tags."""
    answer = next((place for place in range(1, len(names)) if names[place]), 1)
    named = ["question", *(f"column {place}" for place in range(2, len(names) + 1))]
    named[answer] = "answer"
    if answer < len(names) - 1 and re.fullmatch(r"[\w:-]+(?: [\w:-]+){0,4}", names[-1]):
        named[-1] = "tags"
    return named


def _unique(names: Sequence[str]) -> list[str]:
    """Return names of columns, each another: a second `note` is `note 2`."""
    unique: dict[str, int] = {}
    """Each name, and the number that the next of the same name is tried with."""
    for place, name in enumerate(names, 1):
        bare = chosen = name or f"column {place}"
        while chosen in unique:
            chosen, unique[bare] = f"{bare} {unique[bare]}", unique[bare] + 1
        unique[chosen] = 2
    return list(unique)


def _resolve_number(column: str, head: Sequence[str]) -> str:
    """Return a column that is named by its number by its name."""
    if column not in head and re.fullmatch("[1-9][0-9]{0,3}", column) and int(column) <= len(head):
        return head[int(column) - 1]
    return column


def _find_choice_columns(head: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return which columns are the choices a, b, c, …, if two or more are, from a on."""
    letters: dict[str, int] = {}
    for place, name in enumerate(head):
        letter = option_letter(name)
        if letter and name not in columns:
            letters.setdefault(letter, place)
    if letters and "a" not in letters:
        a = next((place for place, name in enumerate(head) if name.strip().casefold() == "a"), None)
        if a is not None and columns.get(head[a]) != "question":
            letters["a"] = a
    ordered = sorted(letters)
    if len(ordered) < 2 or ordered != list(LETTERS[: len(ordered)]):
        return {}
    return {letter: letters[letter] for letter in ordered}


def _find_wrong_columns(head: Sequence[str], columns: Mapping[str, str]) -> list[str]:
    """Return the columns of wrong choices, if another column has the right one and none has all."""
    fields = set(columns.values())
    if "choices" in fields or not fields & {"answer", "correct"}:
        return []
    return [name for name in head if name not in columns and is_wrong_choice(name)]


def with_wrong_choices(found: Found, names: Iterable[str]) -> Found:
    """Return a question with choices made of its right answer and of the wrong ones, which are in `extra`.

    Args:
        found: A question of the table.
        names: Those of `extra` that hold wrong choices: one each, or a list.
    """
    fields, extra = dict(found.fields), dict(found.extra)
    said = [extra.pop(name) for name in names if name in extra]
    wrong = [
        text
        for value in said
        for text in (
            split_list("choices", value) if isinstance(value, str) and len(said) == 1 else as_tuple(value)
        )
    ]
    return replace(found, fields=fields, extra=extra) if add_wrong_choices(fields, wrong) else found


def add_wrong_choices(fields: dict[str, SourceValue], wrong: Sequence[str]) -> bool:
    """Make choices of the right answer and the wrong ones, by the alphabet; report whether there is a right one."""
    right = fields.get("correct") or fields.get("answer") or ""
    right = right[0] if isinstance(right, tuple) and len(right) == 1 else right
    if not wrong or "choices" in fields or not isinstance(right, str) or not right:
        return False
    fields["choices"] = tuple(sorted({right, *wrong}, key=str.casefold))
    if "correct" not in fields:
        del fields["answer"]
    fields["correct"] = (right,)
    return True


def _is_extra(place: int, name: str, columns: Mapping[str, str], options: Mapping[str, int]) -> bool:
    return name not in columns and place not in options.values()


def _read_rows(
    rows: Iterable[TableRow],
    head: Sequence[str],
    columns: Mapping[str, str],
    options: Mapping[str, int],
    noted: list[Problem],
) -> Iterator[Found]:
    width = len(head)
    kinds = [
        columns.get(name, "" if place not in options.values() else "choice")
        for place, name in enumerate(head)
    ]
    numbers = {kind: place for place, kind in reversed([*enumerate(kinds)]) if kind}
    numbers.setdefault("choices", numbers.get("choice", 0))
    for row in rows:
        cells = row.cells
        if not any(cell and not cell.isspace() for cell in cells):
            continue
        fields, extra = _split_columns(cells, head, kinds)
        if options and (choices := _join_choices(cells, options)):
            fields["choices"] = choices
        if any(cell.strip() for cell in cells[width:]):
            message = f"{len(cells)} cells under {width} columns: the others are kept in extra"
            place = row.place_of(width)
            noted.append(Problem(place, message, "a cell with the delimiter in it needs quotes"))
        if "question" not in fields and (fields or extra):
            place = row.place_of(numbers["question"])
            noted.append(Problem(place, f"a row without a question: {quote(' '.join(cells)[:200])}"))
            continue
        locate = partial(_locate_field, row, numbers)
        yield Found(location=row.location, fields=fields, extra=extra, locate=locate)


def _locate_field(row: TableRow, numbers: Mapping[str, int], name: str) -> Location:
    return row.place_of(numbers[name]) if name in numbers else row.location


def _split_columns(
    cells: Sequence[str], head: Sequence[str], kinds: Sequence[str]
) -> tuple[dict[str, SourceValue], dict[str, SourceValue]]:
    """Return the cells that are fields of a question, and the others by the names of their columns."""
    fields: dict[str, SourceValue] = {}
    extra: dict[str, SourceValue] = {}
    for name, kind, cell in zip(head, kinds, cells, strict=False):
        text = cell.strip()
        if not text or kind in ("choice", "ignore"):
            continue
        if not kind:
            extra[name] = text
        else:
            fields[kind] = split_list(kind, text) if kind in LIST_FIELDS else text
    if len(cells) > len(head):
        for place, cell in enumerate(cells[len(head) :], len(head) + 1):
            if cell.strip():
                extra[f"column {place}"] = cell.strip()
    return fields, extra


def _join_choices(cells: Sequence[str], options: Mapping[str, int]) -> tuple[str, ...]:
    choices = [cells[place].strip() for place in options.values() if place < len(cells)]
    while choices and not choices[-1]:
        choices.pop()
    return tuple(choice or "–" for choice in choices)


def split_list(field: str, text: str) -> tuple[str, ...]:
    """Return the items of a cell that holds a list, however its writer put them."""
    if text.startswith("• "):
        return tuple(item.replace("\n  ", "\n").strip() for item in re.split(r"\n• ", text[2:]))
    lettered = split_lettered(text) if field == "choices" else ()
    quoted = _quoted_items(text) if text.startswith("[") and text.endswith("]") else ()
    if lettered or quoted:
        return lettered or quoted
    if field == "links":
        return tuple(re.findall(r"\[[^\]]*\]\([^)\s]*\)|\S+", text))
    if field in ("tags", "terms"):
        parts = re.split(r"[;,|\n]", text)
        return tuple(part.strip().lstrip("#").strip() for part in parts if part.strip(" #"))
    if field in ("correct", "former_ids"):
        return (text,) if field == "correct" else tuple(text.split())
    return _split_texts(text)


def _split_texts(text: str) -> tuple[str, ...]:
    parts = text.split("\n") if "\n" in text else re.split(r"\s*\|\s*" if "|" in text else r"\s*;\s*", text)
    return tuple(item for part in parts if (item := re.sub(r"^(?:[-*•]|\d+[.)])\s+", "", part.strip())))


def _quoted_items(text: str) -> tuple[str, ...]:
    """Return the items of a list as Python or JSON prints it: `['a', "b"]`."""
    item = r"\s*(?:'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\")\s*"
    if not re.fullmatch(rf"\[{item}(?:,{item})*\]", text):
        return ()
    return tuple(re.sub(r"\\(.)", r"\1", first or second) for first, second in re.findall(item, text))


def split_lettered(text: str) -> tuple[str, ...]:
    """Return choices that are written one after another: `A) this B) that`; none if they are not."""
    marks = list(_LETTERED_CHOICE.finditer(text))
    letters = [(mark[1] or mark[2]).casefold() for mark in marks]
    if len(letters) < 2 or letters != list(LETTERS[: len(letters)]) or text[: marks[0].start()].strip():
        return ()
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    return tuple(text[mark.end() : end].strip(" \n;,") for mark, end in zip(marks, ends, strict=True))
