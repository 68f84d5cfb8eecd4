"""Questions → the YAML a person edits with pleasure.

Every text gets the plainest form that reads back as the same characters: bare, in quotes, folded to the width
of a page (`>-`), line by line (`|-`); and where an odd character would be lost or not be seen, with escapes.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from qexport.bank.model import MATHS, Bank, Claims, Question
from qexport.bank.schema import CLAIM_FIELDS, HEADER_FIELDS, QUESTION_FIELDS, SCHEMA_FILE, Field

LINE_WIDTH = 100

_ODD = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u2027\u2030-\ud7ff\ue000-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that YAML refuses or takes for a line's end, and those that no editor shows."""
_NOT_BARE = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`=~ ]|.*(: | #|[: ]$)")
_NOT_BARE_IN_FLOW = re.compile(rf"{_NOT_BARE.pattern}|.*[,\[\]{{}}?:]")
_NOT_BARE_IN_FLOW_1_2 = re.compile(rf"{_NOT_BARE.pattern}|.*[,\[\]{{}}:]")
_TYPED = re.compile(
    r"(null|true|false|yes|no|on|off|y|n|<<|[-+.]*\d\S*|\d{4}-\d\d?-\d\d?\s.*|[-+]?\.(inf|nan))",
    re.IGNORECASE,
)
"""Texts that other readers take for a yes, a number or a date; here they would stay text, bare or not."""


def write_bank(bank: Bank) -> str:
    """Write the whole bank in its canonical form: read, it is the same bank; written again, the same text."""
    usual = Counter(question.markup for question in bank.questions).most_common(1)
    markup = usual[0][0].removesuffix("+math") if usual else "plain"
    math = any(question.markup == MATHS for question in bank.questions)
    header = {
        **{
            field.name: getattr(bank, field.name)
            for field in HEADER_FIELDS
            if field.name not in ("markup", "math")
        },
        "markup": markup,
        "math": "true" if math else "",
        "questions": (),
    }
    lines = [
        f"# yaml-language-server: $schema={SCHEMA_FILE}",
        *_write_mapping(header, HEADER_FIELDS, 0),
        "questions:",
    ]
    return "\n".join(lines) + "\n" + write_questions(bank.questions, markup=markup)


def write_questions(questions: Iterable[Question], *, markup: str = "plain") -> str:
    """Write only the items of the list, to be appended to a bank's file whose default markup is `markup`."""
    return "\n".join(_item(question, markup) for question in questions)


def _item(question: Question, markup: str) -> str:
    values = {field.name: getattr(question, field.name) for field in QUESTION_FIELDS}
    values["markup"] = question.markup.removesuffix("+math")
    for name, default in (("status", "active"), ("markup", markup)):
        if values[name] == default:
            del values[name]
    first, *others = _write_mapping(values, QUESTION_FIELDS, 4)
    return "".join(f"{line}\n" for line in (f"  - {first.lstrip()}", *others))


def _write_mapping(values: Mapping[str, object], fields: Sequence[Field], indent: int) -> Iterator[str]:
    """Yield the lines of the keys that are not empty, in the order of the table."""
    margin = " " * indent
    for field in fields:
        key = f"{margin}{field.name}:"
        match values.get(field.name):
            case None | "" | ():
                pass
            case tuple(own) if field.kind in ("extra", "letters"):
                yield from (
                    _write_own_pairs(key, own, indent)
                    if field.kind == "extra"
                    else [_write_letters(key, own)]
                )
            case tuple(items) if (
                field.kind != "texts" and len(line := f"{key} {flow_list(items)}") <= LINE_WIDTH
            ):
                yield line
            case tuple(items):
                yield key
                for item in items:
                    yield from scalar_lines(f"{margin}  -", item, indent + 4)
            case Claims() as claims:
                counts = {claim.name: getattr(claims, claim.name) for claim in CLAIM_FIELDS}
                lines = list(_write_mapping(counts, CLAIM_FIELDS, indent + 2))
                yield from [key, *lines] if lines else []
            case int() as number:
                yield f"{key} {number}"
            case text:
                yield from scalar_lines(key, str(text), indent + 2)


def _write_letters(key: str, letters: tuple[str, ...]) -> str:
    return f"{key} {letters[0]}" if len(letters) == 1 else f"{key} {flow_list(letters)}"


def _write_own_pairs(
    key: str, pairs: tuple[tuple[str, str | tuple[str, ...]], ...], indent: int
) -> Iterator[str]:
    """Yield the lines of a mapping of a bank's own fields."""
    yield key
    for name, kept in pairs:
        yield from _write_own_field(f"{' ' * indent}  {_write_key(name)}:", kept, indent + 4)


def _write_own_field(key: str, kept: str | tuple[str, ...], indent: int) -> Iterator[str]:
    """Yield the lines of one field of a bank's own: a text, or a list of texts."""
    if isinstance(kept, str):
        yield from scalar_lines(key, kept, indent)
        return
    yield key
    for item in kept:
        yield from scalar_lines(f"{' ' * indent}-", item, indent + 2)


def _write_key(name: str) -> str:
    """Write a name of the bank's own so that it reads back as a key."""
    return escape_in_quotes(name) if must_escape(name) else bare_or_quoted(name, _NOT_BARE_IN_FLOW)


def field_lines(name: str, value: object, indent: int) -> list[str]:
    """Return the lines of one key of a question and its value; none if it is empty."""
    field = next((each for each in QUESTION_FIELDS if each.name == name), None)
    shown = field or Field(
        name=name, kind="lines" if isinstance(value, tuple) else "text", description="", example=""
    )
    return list(_write_mapping({name: value}, (shown,), indent))


def scalar_lines(before: str, text: str, indent: int) -> Iterator[str]:
    """Yield the lines of one text that begins after `before` and, if it has more lines, is indented."""
    margin = " " * indent
    if must_escape(text):
        yield f"{before} {escape_in_quotes(text)}"
    elif "\n" in text:
        yield f"{before} |-"
        yield from (f"{margin}{line}" if line else "" for line in text.split("\n"))
    elif len(line := f"{before} {bare_or_quoted(text)}") <= LINE_WIDTH or " " not in text:
        yield line
    else:
        yield f"{before} >-"
        yield from (f"{margin}{line}" for line in fold_lines(text, LINE_WIDTH - indent))


def flow_list(items: Iterable[str]) -> str:
    """Write a list on one line."""
    return f"[{', '.join(map(flow_text, items))}]"


def flow_text(text: str, style: str = "", *, may_ask: bool = False) -> str:
    """Write a text within brackets.

    Args:
        text: Any text.
        style: The quotes it shall have if it can, `'` or `"`; empty: those it needs.
        may_ask: Whether it needs none for a `?`, which YAML 1.1 does not allow there, but YAML 1.2 and libyaml do.
    """
    if must_escape(text) or "\n" in text:
        return escape_in_quotes(text)
    return in_quotes(text, style) or bare_or_quoted(
        text, _NOT_BARE_IN_FLOW_1_2 if may_ask else _NOT_BARE_IN_FLOW
    )


def in_quotes(text: str, style: str) -> str:
    """Return a text of one line in these quotes; empty if `style` is none."""
    return {'"': escape_in_quotes(text), "'": "'" + text.replace("'", "''") + "'"}.get(style, "")


def must_escape(text: str) -> bool:
    """Return whether a text can only be written in double quotes, with escapes."""
    return bool(_ODD.search(text)) or text != text.strip(" \t\n") or ("\t" in text and "\n" not in text)


def escape_in_quotes(text: str) -> str:
    """Return a text in double quotes, its odd characters as escapes."""
    quoted = json.dumps(text, ensure_ascii=False)  # whose escapes are YAML's too
    return _ODD.sub(lambda odd: f"\\u{ord(odd[0]):04x}", quoted)


def bare_or_quoted(text: str, not_bare: re.Pattern[str] = _NOT_BARE) -> str:
    """Return a text as it can be on a line of YAML: bare, or in single quotes."""
    if not_bare.match(text) or _TYPED.fullmatch(text):
        return in_quotes(text, "'")
    return text


def fold_lines(text: str, width: int) -> Iterator[str]:
    """Break where one space stands between words: only there reading puts the same space back."""
    line, *words = split_at_single_spaces(text)
    for word in words:
        if len(line) + 1 + len(word) <= width:
            line += f" {word}"
        else:
            yield line
            line = word
    yield line


def split_at_single_spaces(text: str) -> list[str]:
    """Return the words of a text between which a line may be broken."""
    return re.split("(?<! ) (?! )", text)
