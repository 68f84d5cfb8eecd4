"""What changes an input of the fuzzer: bytes → other bytes, drawn by a seeded generator.

A change knows the form it is made for. Text stays text nearly always, a zip is packed again with right checksums:
what is broken is then found deep inside, and not refused at the door a hundred thousand times.
"""

from __future__ import annotations

import codecs
import json
import random
import re
import sqlite3
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from hashlib import sha256
from importlib import import_module
from io import BytesIO
from typing import Any, TypeAlias
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

Mutator: TypeAlias = Callable[[random.Random, bytes, Sequence[bytes]], bytes]
"""Of a generator, the input, and others to take pieces from."""

LARGEST_TEXT = 12_000
"""Bytes: 100,000 inputs have to be read in minutes."""
LARGEST_FILE = 400_000

STRANGE = (
    *"\0\a\b\t\n\v\f\r\x1b\x1f\x7f\x85\x9b\xa0\xad",
    *"\u0301\u034f\u061c\u0e33\u17b4\u180e\u200b\u200d\u200f\u2028\u2029\u202e\u2066\u3000\ufdd0\ufdd1\ufeff\uffff",
    *"ßİıſǅΣςﬁ①Ⅷ٣²½𝐀\U0001f600\U000e0041\U0010ffff\ud800\udfff",
    "e\u0301",
    "a" + "\u0301" * 12,
    "👩\u200d👩\u200d👧",
)
"""Characters that mean something to somebody: terminals, browsers, Anki, Unicode's tables, this program."""

WORDS = (
    *"'\"`\\/|<>[]{}()#&*!%@^~=+-_.,:;?$ ",
    *("---", "...", "::", "//", "/*", "*/", "<!--", "-->", "<![CDATA[", "]]>", "\r\n", "\n\n", "\n  ", "\t"),
    *("null", "true", "no", "~", "NaN", "Infinity", "1e999", "0x1f", "1_000", "-0", "12:30", "2026-02-31"),
    *("../", "/qxMarker", "C:\\", "CON", "file:///qxMarker", "javascript:qxMarker", "data:text/html,x"),
    *("<script>", "</script>", "<b onclick=qxMarker>", "&lt;", "&#0;", "&#xd800;", "&amp;amp;"),
    *(
        "{{ 7*7 }}",
        "{% for x in y %}",
        "{{c1::x}}",
        "[sound:x]",
        "[latex]",
        "[$]",
        "[anki:tts]",
        "=1+1",
        "%s",
    ),
)

_NUMBERS = (
    "0",
    "-1",
    "1",
    "7",
    "10",
    "11",
    "99",
    "255",
    "65536",
    "2147483648",
    "4294967296",
    "9" * 30,
    "9" * 5000,
)


def text_mutator(*words: str, lines: bool = True, largest: int = LARGEST_TEXT) -> Mutator:
    """Return what changes texts, with words that mean something in them; `lines`: line by line, too."""
    known = (*words, *words, *WORDS, *STRANGE)  # its own words come twice as often as one of all others

    def mutate(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
        text = data.decode("utf-8", "replace")
        for _ in range(rng.choice((1, 1, 1, 2, 2, 3, 5, 8))):
            by_lines = lines and rng.random() < 0.4
            text = _other_lines(rng, text) if by_lines else _other_text(rng, text, known, others)
        data = text[:largest].encode("utf-8", "surrogatepass" if rng.random() < 0.01 else "replace")
        return other_bytes(rng, data, others) if rng.random() < 0.02 else data

    return mutate


def either(*mutators: Mutator) -> Mutator:
    """Return what changes an input in one of several ways."""

    def mutate(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
        return rng.choice(mutators)(rng, data, others)

    return mutate


def strange_bank(
    header: Mapping[str, object], fields: Mapping[str, object], *, lines: bool = False
) -> Mutator:
    """Return what makes banks whose form is right (YAML takes JSON) and a few values strange.

    `header` and `fields` are the keys there are, with a value each may have.
    """

    def mapping(rng: random.Random, examples: Mapping[str, object]) -> dict[str, object]:
        keys = rng.sample(sorted(examples), rng.randrange(len(examples) + 1))
        strange = rng.choice((0, 0, 0.1, 0.5))
        return {key: _strange_value(rng, key) if rng.random() < strange else examples[key] for key in keys}

    def mutate(rng: random.Random, _data: bytes, _others: Sequence[bytes]) -> bytes:
        said = mapping(rng, header)
        for key in ("questions", "technologies", "levels"):
            if rng.random() < 0.9:
                said.pop(key, None)
        questions = []
        for number in range(rng.choice((1, 1, 2, 5))):
            record = mapping(rng, fields)
            record |= {key: strange_text(rng) or "x" for key in ("question", "answer") if rng.random() < 0.98}
            record |= (
                {"id": f"Q-{number}", "former_ids": []} if rng.random() < 0.8 else {"id": strange_text(rng)}
            )
            questions.append(record)
        if lines:
            text = "\n".join(map(json.dumps, [said, *questions]))
        else:
            heads = (f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in said.items())
            items = (f"- {json.dumps(each, ensure_ascii=False)}\n" for each in questions)
            text = "".join([*heads, "questions:\n", *items])
        return text.encode("utf-8", "replace")

    return mutate


def strange_settings(*settings: str) -> Mutator:
    """Return what makes recipes of known settings with strange values (TOML takes JSON's texts and lists)."""

    def mutate(rng: random.Random, _data: bytes, _others: Sequence[bytes]) -> bytes:
        some = rng.sample(settings, rng.randrange(1, 6))
        lines = (f"{key} = {json.dumps(_strange_value(rng, key))}" for key in some)
        return "\n".join(["[recipes.x]", *lines, ""]).encode()

    return mutate


def strange_query(*conditions: str) -> Mutator:
    """Return what makes queries out of conditions that are right, and strange words."""

    def query(rng: random.Random, depth: int) -> str:
        match rng.randrange(7):
            case 0 if depth:
                return f"({query(rng, depth - 1)})"
            case 1 if depth:
                return f"-({query(rng, depth - 1)} or {query(rng, depth - 1)})"
            case 2 if depth:
                return rng.choice((" ", " and ", " or ")).join(query(rng, depth - 1) for _ in range(3))
            case 3:
                return json.dumps(strange_text(rng), ensure_ascii=False)
            case 4:
                return "-" + rng.choice(conditions)
            case _:
                return rng.choice(conditions)

    def mutate(rng: random.Random, _data: bytes, _others: Sequence[bytes]) -> bytes:
        return query(rng, 5)[:LARGEST_TEXT].encode("utf-8", "replace")

    return mutate


_USUAL = (
    *(
        "Python",
        "AI/ML",
        "Advanced",
        "Junior",
        "PY-1",
        "py-1",
        "en",
        "markdown",
        "plain",
        "retired",
        "active",
    ),
    *(
        "8",
        ">=8",
        "7-9",
        "-difficulty",
        "handbook",
        "deck",
        "a4",
        "recall",
        "true",
        "1",
        "What is it?",
        "",
        " ",
    ),
)


def _strange_value(rng: random.Random, key: str) -> object:
    match rng.randrange(12):
        case 0:
            return rng.choice((None, True, False, 0, -1, 7, 10**30, 1.5))
        case 1 | 2 | 3:
            return rng.choice(_USUAL)
        case 4:
            return [strange_text(rng) for _ in range(rng.randrange(4))]
        case 5:
            return {key: strange_text(rng), "questions": 54}
        case 6 | 7:
            return rng.choice((rng.randrange(1, 11), rng.sample(_USUAL, rng.randrange(1, 4))))
        case _:
            return strange_text(rng)


def strange_text(rng: random.Random) -> str:
    pieces = (
        rng.choice((*WORDS, *STRANGE, "word", "Two words. ", "_x_")) for _ in range(rng.choice((1, 2, 4, 12)))
    )
    text = "".join(pieces)
    return text * rng.choice((1, 1, 1, 1, 30)) if len(text) < 100 else text


def _other_text(  # noqa: PLR0911  each case is a change of its own
    rng: random.Random, text: str, known: Sequence[str], others: Sequence[bytes]
) -> str:
    begin = rng.randrange(len(text) + 1)
    end = min(len(text), begin + rng.choice((1, 1, 2, 4, 10, 40, 200)))
    piece = text[begin:end]
    match rng.randrange(10):
        case 0:
            return text[:begin] + text[end:]
        case 1 | 2 | 3:
            return text[:begin] + rng.choice(known) + text[begin:]
        case 4:
            return text[:begin] + rng.choice(known) + text[end:]
        case 5:
            to = rng.randrange(len(text) + 1)
            return text[:to] + piece + text[to:]
        case 6:
            other = rng.choice(others).decode("utf-8", "replace") if others else text
            at = rng.randrange(len(other) + 1)
            return text[:begin] + other[at : at + rng.choice((5, 30, 200, 1000))] + text[end:]
        case 7:
            word = rng.choice((piece, rng.choice(known)))
            return text[:begin] + word * rng.choice((2, 3, 9, 33, 260)) + text[begin:]
        case 8:
            numbers = list(re.finditer(r"\d+", text))
            if not numbers:
                return text[:begin] + rng.choice(_NUMBERS) + text[begin:]
            found = rng.choice(numbers)
            return text[: found.start()] + rng.choice(_NUMBERS) + text[found.end() :]
        case _:
            opened, closed = rng.choice(("()", "[]", "{}", '""', "''", "<>", "**", "``"))
            deep = rng.choice((1, 1, 1, 2, 40))
            return text[:begin] + opened * deep + piece + closed * deep + text[end:]


def _other_lines(rng: random.Random, text: str) -> str:
    lines = text.split("\n")
    at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
    some = slice(at, at + rng.choice((1, 1, 1, 2, 5, 20)))
    match rng.randrange(7):
        case 0:
            del lines[some]
        case 1:
            lines[to:to] = lines[some]
        case 2:
            lines[at], lines[to] = lines[to], lines[at]
        case 3:
            lines[some] = [rng.choice(("  ", "    ", "\t", "- ", "# ", "> ")) + line for line in lines[some]]
        case 4:
            lines[some] = [line[rng.choice((1, 2, 4)) :] for line in lines[some]]
        case 5:
            lines[at] = lines[at][: rng.randrange(len(lines[at]) + 1)]
        case _:
            lines[at] += rng.choice(STRANGE)
    return "\n".join(lines)


def other_bytes(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change bytes without a thought for what they mean: bits, lengths, encodings."""
    at = rng.randrange(len(data) + 1)
    match rng.randrange(8):
        case 0:
            return data[:at]
        case 1:
            mark, encoding = rng.choice(
                (
                    (codecs.BOM_UTF8, "utf-8"),
                    (codecs.BOM_UTF16_LE, "utf-16-le"),
                    (codecs.BOM_UTF32_BE, "utf-32-be"),
                )
            )
            return mark + data.decode("utf-8", "replace").encode(encoding)
        case 2:
            return data[:at] + rng.randbytes(rng.choice((1, 2, 4, 16))) + data[at:]
        case 3:
            other = rng.choice(others) if others else data
            return data[:at] + other[rng.randrange(len(other) + 1) :]
        case 4:
            return (
                data[:at]
                + rng.choice((b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80"))
                + data[at + 4 :]
            )
        case _:
            changed = bytearray(data)
            for _ in range(rng.choice((1, 1, 2, 8))):
                if changed:
                    changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
            return bytes(changed)


_JSON = text_mutator('{"', '": ', "[]", "{}", "null", '"\\ud800"', "1e400", "-1", ', "format": 1')
_NAMES = (
    "../x",
    "/x",
    "a/../b",
    "A",
    "x\\y",
    "con",
    "x.",
    "data/",
    "é",
    "e\u0301",
    "data/questions.yaml",
    "\ufdd0",
    "",
)


def mutate_bundle(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change a bundle: its files, their names, its manifest, or the zip itself."""
    from qexport.team.bundle_archive import MANIFEST, pack

    if rng.random() < 0.2:
        return other_bytes(rng, data, others)[:LARGEST_FILE]
    files = _unzipped(data) or _unzipped(others[0]) or {}
    name = rng.choice(sorted(files))
    match rng.randrange(8):
        case 0:
            del files[name]
        case 1:
            files[rng.choice(_NAMES)] = files[name]
        case 2 | 3 if MANIFEST in files:
            name = MANIFEST
            files[name] = _JSON(rng, files[name], others[:0])
        case _:
            files[name] = _TEXT(rng, files[name], others[:0])
    if rng.random() < 0.9:
        files = _with_true_hashes(files, MANIFEST)
    try:
        return pack(files)[:LARGEST_FILE]
    except (UnicodeEncodeError, ValueError):
        return data


_TEXT = text_mutator("id: ", "answer: ", "format = ", "[recipes.x]", "![a](b.png)", '"modified": ')


def _unzipped(data: bytes) -> dict[str, bytes]:
    try:
        with ZipFile(BytesIO(data)) as archive:
            return {
                entry.filename: archive.read(entry)
                for entry in archive.infolist()
                if entry.file_size < LARGEST_FILE
            }
    except Exception:  # noqa: BLE001  whatever zipfile makes of a broken zip: there is nothing to change in it
        return {}


def _with_true_hashes(files: dict[str, bytes], manifest: str) -> dict[str, bytes]:
    try:
        said = json.loads(files[manifest])
        said["files"] = {
            name: {"sha256": sha256(data).hexdigest(), "size": len(data)}
            for name, data in files.items()
            if name != manifest
        }
        return {**files, manifest: (json.dumps(said, ensure_ascii=False) + "\n").encode()}
    except (ValueError, KeyError, TypeError, RecursionError):
        return files


_MODELS = text_mutator(
    '"flds"', '"tmpls"', '"sortf": 9', '"mod": "x"', '"name": 1', "null", "[]", "{}", '"css": '
)
_FIELDS = text_mutator("\x1f", "<br>", "&amp;", "&#60;", "</div>", "<b>", '"', "PY-1", lines=False)
_SCHEMA = (
    "DROP TABLE notes",
    "DROP TABLE col",
    "ALTER TABLE notes DROP COLUMN tags",
    "DELETE FROM notes",
    "DELETE FROM col",
    "INSERT INTO notes SELECT id + 1, guid || 'x', mid, mod, usn, tags, flds, sfld, csum, flags, data FROM notes",
    "UPDATE col SET models = '{}'",
    "UPDATE notes SET mid = mid + 1000",
    "UPDATE notes SET mid = mid + 1",
    "UPDATE notes SET mid = 9223372036854775807",
    "UPDATE notes SET guid = NULL",
    "UPDATE notes SET mod = 'x'",
    "UPDATE notes SET mod = 1e300",
    "UPDATE notes SET mod = -1",
    "UPDATE notes SET mod = x'ff'",
    "UPDATE notes SET tags = x'ff'",
    "UPDATE notes SET flds = 1",
    "UPDATE notes SET flds = NULL",
    # The last six are for the form of today; the other has no such tables.
    "UPDATE notetypes SET config = x'ff'",
    "UPDATE notetypes SET name = NULL",
    "UPDATE templates SET config = x'0a05'",
    "UPDATE decks SET name = 'a' || char(31) || 'b'",
    "DELETE FROM fields",
    "UPDATE revlog SET ease = 9, time = -1",
)


def mutate_package(rng: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """Change an .apkg: rows of its database, its models, the database's bytes, or the zip itself."""
    if rng.random() < 0.15:
        return other_bytes(rng, data, others)[:LARGEST_FILE]
    files = _unzipped(data) or _unzipped(others[0]) or {}
    name = rng.choice(sorted(files))
    if rng.random() < 0.1:
        files[rng.choice(("collection.anki21", "collection.anki2", "collection.anki21b"))] = files.pop(name)
    elif rng.random() < 0.3:
        files[name] = other_bytes(rng, files[name], others[:0])
    elif name.endswith(".anki21b"):
        files[name] = _zstandard().compress(_other_rows(rng, _unpacked(files[name])))
    else:
        files[name] = _other_rows(rng, files[name])
    return _zipped(rng, files)[:LARGEST_FILE]


def _zstandard() -> Any:
    return import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")


def _unpacked(data: bytes) -> bytes:
    """Return what zstandard packed, or an empty database if it is damaged already."""
    try:
        return bytes(_zstandard().ZstdDecompressor().decompress(data, LARGEST_FILE))
    except (_zstandard().ZstdError, EOFError):
        return b""


def _other_rows(rng: random.Random, database: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.deserialize(database)
            match rng.randrange(3):
                case 0:
                    connection.execute(rng.choice(_SCHEMA))
                case 1:
                    (models,) = connection.execute("SELECT models FROM col").fetchone()
                    changed = _MODELS(rng, models.encode(), ()).decode("utf-8", "replace")
                    connection.execute("UPDATE col SET models = ?", (changed,))
                case _:
                    column = rng.choice(("flds", "tags", "guid"))
                    rows = connection.execute(f"SELECT id, CAST({column} AS BLOB) FROM notes").fetchall()  # noqa: S608
                    number, value = rng.choice(rows)
                    field = _FIELDS(rng, value or b"", [each or b"" for _, each in rows])
                    connection.execute(f"UPDATE notes SET {column} = ? WHERE id = ?", (field, number))  # noqa: S608
            connection.commit()
            return connection.serialize()
        except (
            sqlite3.Error,
            MemoryError,
            TypeError,
            AttributeError,
            IndexError,
            UnicodeError,
            OverflowError,
        ):
            return other_bytes(rng, database, ())


def _zipped(rng: random.Random, files: dict[str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            entry = ZipInfo(name or "x", (1980, 1, 1, 0, 0, 0))
            entry.compress_type = rng.choice((ZIP_STORED, ZIP_DEFLATED))
            try:
                archive.writestr(entry, data)
            except (UnicodeEncodeError, ValueError, BadZipFile):
                continue
    return buffer.getvalue()
