"""Changes of single fields → the same bank's file with these lines changed, and every other byte kept.

    text + edits → the places of keys and values → new lines spliced in → read again and compared

A library that loads and dumps a file has to lay all of it out again, so that comments move and long lines are
wrapped. Here only the lines of an edited value are replaced; the form it had (bare, quoted, a block) is kept
if the new text can be written in it. The result is read again before it is returned: a bank is never damaged.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from qexport.bank import yaml_reader
from qexport.bank.merging import Hunk, are_too_far_apart, hunks_of
from qexport.bank.model import RawBank, RawList, RawMapping, RawText, RawValue
from qexport.bank.schema import HEADER_FIELDS, QUESTION_FIELDS
from qexport.bank.yaml_nodes import Node, Splice, read_nodes
from qexport.bank.yaml_writer import (
    LINE_WIDTH,
    bare_or_quoted,
    escape_in_quotes,
    field_lines,
    flow_list,
    flow_text,
    fold_lines,
    in_quotes,
    must_escape,
    scalar_lines,
    split_at_single_spaces,
)
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import normalise, quote

EditedValue: TypeAlias = "str | int | tuple[str, ...] | None"

_ORDER = {each.name: place for place, each in enumerate(QUESTION_FIELDS)}
_HEADER_ORDER = {each.name: place for place, each in enumerate(HEADER_FIELDS)}
_LINE_SEPARATORS = ("\u2028", "\u2029", "\x85", "\x0b", "\x0c")


@dataclass(frozen=True, slots=True)
class Edit:
    """One field of one question that gets another value."""

    id: str
    """The question's id as the file has it now; empty: the header of the bank."""
    field: str
    value: EditedValue
    """None removes the key."""


def edit_yaml(text: str, path: str, edits: Sequence[Edit], limits: Limits = USUAL) -> str:
    """Return a bank's YAML, with `\\n` at the ends of lines, in which some fields are changed."""
    before = yaml_reader.parse_yaml(text, path, limits)
    if before.problems:
        raise InputRefused(before.problems)
    expected = expected_contents(before, edits, path)
    for is_careful in (False, True):
        edited = _Editor(text, path, is_careful=is_careful).edit(edits)
        try:
            after = yaml_reader.parse_yaml(edited, path, limits)
        except InputRefused:
            continue
        if not after.problems and contents_of(after) == expected:
            return edited
    ids = ", ".join(dict.fromkeys(edit.id or "the header" for edit in edits))
    raise refuse_file(path, f"{ids}: this cannot be changed in place", "change it by hand")


def refuse_file(path: str, message: str, hint: str = "") -> InputRefused:
    """Return an error about a file as a whole."""
    return InputRefused((Problem(Location(path), message, hint),))


# What a file says, to be compared


def _normalise_value(value: RawValue) -> object:
    match value:
        case RawText(text):
            return normalise(text)[0].strip()
        case RawList(items):
            return [_normalise_value(item) for item in items]
        case RawMapping(values):
            return {key: _normalise_value(item) for key, item in values.items()}


def contents_of(bank: RawBank) -> list[dict[str, Any]]:
    """Return the header and the questions as plain values."""
    header = {key: _normalise_value(value) for key, value in bank.header.values.items()}
    return [
        header,
        *({key: _normalise_value(value) for key, value in each.values.items()} for each in bank.records),
    ]


def id_of(record: RawMapping) -> str:
    """Return the id of a record, or an empty text if it has none."""
    value = record.values.get("id")
    return normalise(value.text)[0].strip() if isinstance(value, RawText) else ""


def expected_contents(bank: RawBank, edits: Sequence[Edit], path: str) -> list[dict[str, Any]]:
    """Return what the edited file has to say."""
    contents = contents_of(bank)
    places = {id_of(record): place for place, record in enumerate(bank.records, 1)} | {"": 0}
    for edit in edits:
        if edit.id not in places:
            raise refuse_file(path, f"no question {quote(edit.id)} in it")
        said = contents[places[edit.id]]
        if edit.value is None:
            said.pop(edit.field, None)
        elif isinstance(edit.value, tuple):
            said[edit.field] = [normalise(item)[0].strip() for item in edit.value]
        else:
            said[edit.field] = normalise(str(edit.value))[0].strip()
    return contents


class _Editor:
    """The places of one file, and what is spliced into it."""

    def __init__(self, text: str, path: str, *, is_careful: bool) -> None:
        self.lines = text.split("\n")
        self.path = path
        self._is_careful = is_careful
        """Texts are written in double quotes, which can hold any."""
        tree = read_nodes(yaml_reader.readable(text)[0])
        _, questions = tree.values().get("questions", (tree, Node((0, 0), (0, 0))))
        self._records = {"": tree}
        for item in questions.items:
            if "id" in item.values():
                self._records[normalise(item.values()["id"][1].text)[0].strip()] = item
        self._splices: list[Splice] = []

    def edit(self, edits: Sequence[Edit]) -> str:
        """Return the text with all edits in it."""
        new: defaultdict[str, list[Edit]] = defaultdict(list)
        for edit in edits:
            if edit.field in self._records[edit.id].values():
                self._change(self._records[edit.id], edit)
            elif edit.value is not None:
                new[edit.id].append(edit)
        for key, added in new.items():
            order = _ORDER if key else _HEADER_ORDER
            added.sort(key=lambda edit: order.get(edit.field, len(order)))
            self._insert(self._records[key], added, order)
        lines = list(self.lines)
        for splice in sorted(self._splices, key=lambda each: (each.start, each.end), reverse=True):
            (first, from_column), (last, to_column) = splice.start, splice.end
            joined = lines[first][:from_column] + splice.text + lines[last][to_column:]
            lines[first : last + 1] = joined.split("\n")
        return "\n".join(lines)

    def _change(self, record: Node, edit: Edit) -> None:
        key, old = record.values()[edit.field]
        if edit.value is None:
            self._remove(record, edit.field)
        elif isinstance(edit.value, tuple) and old.items and old.style and edit.value:
            self._splices += _splice_flow_items(old, edit.value, self._in_flow)
        elif record.style == "[":
            self._splices.append(Splice(old.start, old.end, self._in_flow(edit.value, old)))
        elif isinstance(edit.value, tuple) and old.items and edit.value:
            self._change_items(old, edit.value)
        else:
            before = self.lines[key.start[0]][: key.end[1]] + ":"
            self._replace(key, old, self._write_value(before, key.start[1], edit, old))

    def _replace(self, key: Node, old: Node, new: Sequence[str]) -> None:
        """Replace the lines of a key and its value; a comment beside them stays on the first line."""
        last = self._last_line(old)
        first, *others = new
        text = "\n".join([first + self._comment_beside(old), *others])
        self._splices.append(Splice((key.start[0], 0), (last, len(self.lines[last])), text))

    def _comment_beside(self, old: Node) -> str:
        """Return the comment on the line of a value, or on that of a block's header."""
        if old.style in ("|", ">"):
            header = self.lines[old.start[0]][old.start[1] :]
            return header[header.index(" #") :] if " #" in header else ""
        last = self._last_line(old)
        return self.lines[last][old.end[1] :].rstrip() if old.end[0] == last else ""

    def _last_line(self, node: Node) -> int:
        """Return the last line of a value: a block's end mark is where the next thing begins."""
        if not node.style and (inner := node.items[-1:] or [value for _, value in node.pairs[-1:]]):
            return self._last_line(inner[0])
        line, column = node.end
        if node.style in ("|", ">"):
            line = min(line if column else line - 1, len(self.lines) - 1)
            while line > node.start[0] and not self.lines[line].strip():
                line -= 1
        return line

    def _write_value(self, before: str, column: int, edit: Edit, old: Node | None) -> list[str]:
        """Return the lines of a key and its new value; `before` is the first line up to the colon."""
        if isinstance(edit.value, int) and old and (quoted := in_quotes(str(edit.value), old.style)):
            return [f"{before} {quoted}"]
        if not isinstance(edit.value, str):
            first, *others = field_lines(edit.field, edit.value, column) or [f"{before} []"]
            return [before + first[column + len(edit.field) + 1 :], *others]
        return self._text_lines(before, edit.value, column + 2, old)

    def _text_lines(self, before: str, text: str, indent: int, old: Node | None) -> list[str]:
        """Return the lines of a text in the form its old one had, if it can have that."""
        text = text.strip()
        if self._is_careful or must_escape(text) or any(each in text for each in _LINE_SEPARATORS):
            return [f"{before} {escape_in_quotes(text)}"]
        style = old.style if old else "none"
        if old and style in ("|", ">"):
            header, margin = self._block_form(old, indent)
            if style == "|" or any(line[:1].isspace() for line in text.split("\n")):
                header = header.replace(">", "|")
                return [f"{before} {header}", *(margin + line if line else "" for line in text.split("\n"))]
            lines: list[str] = []
            kept = self._paragraphs(old)
            width = self._width(old) - len(margin)
            paragraphs = text.split("\n")
            written = [each for each in paragraphs if each]
            same_places = dict(zip(written, kept.values(), strict=True)) if len(written) == len(kept) else {}
            for paragraph in paragraphs:
                earlier = kept.get(paragraph, same_places.get(paragraph, []))
                folded = _fold_again(earlier, paragraph, width) if paragraph else []
                lines += [*([""] if lines and paragraph else []), *(margin + line for line in folded)]
                lines += [] if paragraph else [""]
            return [f"{before} {header}", *lines]
        if "\n" not in text and style in ("'", '"', ""):
            line = f"{before} {in_quotes(text, style) or bare_or_quoted(text)}"
            was = max(map(len, self.lines[old.start[0] : old.end[0] + 1])) if old else 0
            if len(line) <= max(LINE_WIDTH, was + 20):
                return [line]
        return list(scalar_lines(before, text, indent))

    def _block_form(self, old: Node, indent: int) -> tuple[str, str]:
        """Return the header of a block and the margin of its lines."""
        header = self.lines[old.start[0]][old.start[1] :].split(" ")[0].rstrip()
        inner = next((line for line in self.lines[old.start[0] + 1 : old.end[0]] if line.strip()), "")
        if not inner or any(digit in header for digit in "123456789"):
            return old.style + "-", " " * indent
        return header, inner[: len(inner) - len(inner.lstrip(" "))]

    def _paragraphs(self, old: Node) -> dict[str, list[str]]:
        """Return the lines of each paragraph of a folded block by its text: one that is the same stays so."""
        found: dict[str, list[str]] = {}
        lines: list[str] = []
        for line in [*self.lines[old.start[0] + 1 : self._last_line(old) + 1], ""]:
            if line.strip():
                lines.append(line.strip())
            elif lines:
                found[" ".join(lines)] = lines
                lines = []
        return found

    def _width(self, old: Node) -> int:
        return max([LINE_WIDTH - 20, *map(len, self.lines[old.start[0] + 1 : old.end[0]])])

    def _change_items(self, old: Node, new: tuple[str, ...]) -> None:
        """Change only those items of a list that are other ones."""
        before = [normalise(item.text)[0].strip() for item in old.items]
        column = old.start[1]
        dash = " " * column + "-"
        for tag, start, end, first, last in SequenceMatcher(None, before, new, autojunk=False).get_opcodes():
            if tag == "equal":
                continue
            lines: list[str] = []
            for offset, text in enumerate(new[first:last]):
                was = old.items[start + offset] if start + offset < end else None
                top_line, *others = self._text_lines(dash, text, column + 2, was)
                lines += [top_line + (self._comment_beside(was) if was else ""), *others]
            if tag == "insert":
                place = self._last_line(old.items[start - 1]) if start else old.items[0].start[0] - 1
                at = (place, len(self.lines[place]))
                self._splices.append(Splice(at, at, "".join(f"\n{line}" for line in lines)))
                continue
            top, bottom = old.items[start].start[0], self._last_line(old.items[end - 1])
            if lines:
                self._splices.append(Splice((top, 0), (bottom, len(self.lines[bottom])), "\n".join(lines)))
            else:
                self._remove_lines(top, bottom)

    def _remove(self, record: Node, name: str) -> None:
        names = list(record.values())
        place = names.index(name)
        key, old = record.values()[name]
        following = record.pairs[place + 1][0] if place + 1 < len(names) else None
        if record.style == "[" or (not place and following):
            previous = record.pairs[place - 1][1] if place else None
            if following:
                self._splices.append(Splice(key.start, following.start, ""))
            elif previous:
                self._splices.append(Splice(previous.end, old.end, ""))
        else:
            self._remove_lines(key.start[0], self._last_line(old))

    def _remove_lines(self, first: int, last: int) -> None:
        if first:
            self._splices.append(
                Splice((first - 1, len(self.lines[first - 1])), (last, len(self.lines[last])), "")
            )
        else:
            self._splices.append(Splice((0, 0), (last + 1, 0), ""))

    def _insert(self, record: Node, added: Sequence[Edit], order: Mapping[str, int]) -> None:
        """Put new keys behind those that stand before them in the schema."""
        after: defaultdict[int, list[Edit]] = defaultdict(list)
        names = list(record.values())
        for edit in added:
            known = [
                place
                for place, name in enumerate(names)
                if order.get(name, -1) < order.get(edit.field, len(order))
            ]
            after[known[-1] if known else 0].append(edit)
        for place, edits in after.items():
            key, value = record.pairs[place]
            if record.style == "[":
                text = "".join(f", {edit.field}: {self._in_flow(edit.value)}" for edit in edits)
                self._splices.append(Splice(value.end, value.end, text))
                continue
            column = key.start[1]
            lines = [
                line
                for edit in edits
                for line in self._write_value(" " * column + f"{edit.field}:", column, edit, None)
            ]
            last = self._last_line(value)
            at = (last, len(self.lines[last]))
            self._splices.append(Splice(at, at, "".join(f"\n{line}" for line in lines)))

    def _in_flow(self, value: EditedValue, old: Node | None = None) -> str:
        """Return a value within brackets, in the quotes that the old one had, or without if it had none."""
        if isinstance(value, tuple):
            return flow_list(value)
        style = old.style if old else ""
        if isinstance(value, int):
            return in_quotes(str(value), style) or str(value)
        if self._is_careful or not old:
            return flow_text(value or "")
        return flow_text(value or "", style, may_ask=not style and "?" in old.text)


def _splice_flow_items(
    old: Node, new: tuple[str, ...], write: Callable[[str, Node | None], str]
) -> Iterator[Splice]:
    """Change only those items of a list in brackets that are other ones.

    Args:
        old: The list, with an item or more.
        new: Its new items, one or more.
        write: Writes an item as another one is written. A new one is written as all are.
    """
    before = [normalise(item.text)[0].strip() for item in old.items]
    usual = old.items[0] if len({item.style for item in old.items}) == 1 else None
    for tag, start, end, first, last in SequenceMatcher(None, before, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        both = min(end - start, last - first)
        for item, text in zip(old.items[start:], new[first : first + both], strict=False):
            yield Splice(item.start, item.end, write(text, item))
        at, more = start + both, [write(text, usual) for text in new[first + both : last]]
        if more:
            place = old.items[at - 1].end if at else old.items[0].start
            text = ", ".join(more)
            yield Splice(place, place, f", {text}" if at else f"{text}, ")
        elif at < end == len(old.items):
            yield Splice(old.items[at - 1].end, old.items[-1].end, "")
        elif at < end:
            yield Splice(old.items[at].start, old.items[end].start, "")


def _fold_again(before: Sequence[str], text: str, width: int) -> list[str]:
    """Break a text that was edited where its lines ended before; all of it as `fold_lines` if one gets too long.

    Args:
        before: The lines before the edit.
        text: All of it after the edit.
        width: Of a line, in characters.
    """
    if " ".join(before) == text:
        return list(before)
    old, new = (
        [word for line in before for word in split_at_single_spaces(line)],
        split_at_single_spaces(text),
    )
    if not before or are_too_far_apart(old, new):
        return list(fold_lines(text, width))
    line_of = [number for number, line in enumerate(before) for _ in split_at_single_spaces(line)]
    lines: list[list[str]] = [[] for _ in before]
    number = at = 0
    for hunk in (*hunks_of(old, new), Hunk(len(old), len(old), ())):
        for place in range(at, hunk.start):
            number = line_of[place]
            lines[number].append(old[place])
        for place, word in enumerate(hunk.words, hunk.start):
            number = line_of[min(place, hunk.end - 1)] if hunk.end > hunk.start else number
            lines[number].append(word)
        at = hunk.end
    folded = [" ".join(words) for words in lines if words]
    return folded if max(map(len, folded)) <= width else list(fold_lines(text, width))
