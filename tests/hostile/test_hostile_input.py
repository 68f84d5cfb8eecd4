"""Inputs that break a rule of ours, in every format that is read: each gets its message, or is read safely.

A row is a file's content and everything the program prints about it. The limits are lowered here, and what breaks
one is just over it: nothing in this file would hurt another program.
"""

from __future__ import annotations

import codecs
import io
import json
import os
import resource
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from tests.commands import Done, run

from qexport.common.limits import Limits
from qexport.common.text_input import quote

ROOT = Path(__file__).resolve().parents[2]
SEEDS = ROOT / "seeds" / "captures"

BANK = "questions:\n- id: A\n  question: Why?\n  answer: So.\n"
SECOND = BANK.removeprefix("questions:\n")
QUOTE_IT = "put the text in quotes, or below its key as a block: `key: |`"
REMOVE_IT = f"remove it; if it is text, {QUOTE_IT}"
WRITE_OUT = f"write it out; if it is text, {QUOTE_IT}"
NOT_UTF8 = "save the file as UTF-8, or name its encoding, for example: --encoding cp1252"
KEYS = (
    "known: title, namespace, language, source, author, licence, cover_image, terms, quotes, markup, math, "
    "claims, technologies, levels, questions"
)
LOW = Limits(
    file=3_000,
    values=50,
    answer=200,
    text=100,
    items=5,
    depth=6,
    markup_depth=4,
    code_lines=5,
    brackets=8,
    combinations=10,
    pixels=100,
    page=2_000,
    tags=50,
    attributes=5,
    page_depth=10,
    query=60,
    query_depth=5,
    bundle_files=5,
    deck_files=5,
    deck_ratio=2,
)
FLATTER = f"write it flatter; {LOW.hint('depth')}"
BESIDE = "put a copy beside the bank and give its path from there"

pytestmark = pytest.mark.usefixtures("quickly")


def lowered(*names: str) -> list[str]:
    """Return the words that lower these limits."""
    return [word for name in names for word in ("--allow", f"{name}={getattr(LOW, name.replace('-', '_'))}")]


BANK_LIMITS = lowered("file", "values", "answer", "text", "items", "depth")
MARKUP_LIMITS = lowered("markup-depth", "code-lines", "brackets", "pixels")
PAGE_LIMITS = lowered("page", "tags", "attributes", "page-depth")


def said(kind: str, *lines: tuple[str, str]) -> str:
    """What the program writes of some errors or warnings, each a message and a hint."""
    hints = [f"\n  hint: {hint}" if hint else "" for _, hint in lines]
    return "".join(f"qexport: {kind}: {line[0]}{hint}\n" for line, hint in zip(lines, hints, strict=True))


def refused(*lines: tuple[str, str], status: int = 3) -> Done:
    return Done(status, "", said("error", *lines))


def fine(*warnings: tuple[str, str], count: str = "1 question", bank: str = "b.yaml") -> Done:
    found = f"{len(warnings)} warning{'s' * (len(warnings) != 1)}" if warnings else "nothing wrong"
    return Done(0, f"{bank}: {count}, {found}\n", said("warning", *warnings))


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def quickly() -> Iterator[None]:
    """No row may take ten seconds of a processor's time; a machine may be busy with other things too."""
    begun = seconds()
    yield
    assert seconds() - begun < 10


def seconds() -> float:
    """The time that this process and its children have taken."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def write(name: str, content: str | bytes) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    Path(name).write_bytes(data)


# --- a bank in YAML -----------------------------------------------------------------------------------------

ALIASES = "a: &a [x]\nb: &b [*a]\n"
YAML: dict[str, tuple[str | bytes, Done]] = {
    "aliases": (
        ALIASES,
        refused(
            ("b.yaml:1:1: unknown key 'a'", KEYS),
            ("b.yaml:1:4: anchor &a is not allowed", REMOVE_IT),
            ("b.yaml:2:1: unknown key 'b'", KEYS),
            ("b.yaml:2:4: anchor &b is not allowed", REMOVE_IT),
            ("b.yaml:2:8: alias *a is not allowed", WRITE_OUT),
        ),
    ),
    "a merge key": (
        BANK + "  <<: {source: x}\n",
        refused(("b.yaml:5:3: merge key << is not allowed", "write out what it merges")),
    ),
    "a tag": (
        "title: !!marker [id]\n" + BANK,
        refused(("b.yaml:1:8: tag tag:yaml.org,2002:marker is not allowed", REMOVE_IT)),
    ),
    "a tag in which a control character is written as %10": (
        "title: !a%10 marker\n" + BANK,
        refused(("b.yaml:1:8: tag !a\\x10 is not allowed", REMOVE_IT)),
    ),
    "lists one level too deep": (
        "questions: " + "[" * 6 + "]" * 6,
        refused(("b.yaml:1:17: nested deeper than 6 levels", FLATTER)),
    ),
    "mappings one level too deep": (
        "questions: " + "{a: " * 6 + "}" * 6,
        refused(("b.yaml:1:32: nested deeper than 6 levels", FLATTER)),
    ),
    "lists in lines of their own": (
        "questions:\n" + "".join(" " * deep + "- \n" for deep in range(1, 8)),
        refused(("b.yaml:7:7: nested deeper than 6 levels", FLATTER)),
    ),
    "a key twice": (
        BANK + "  answer: Other\n",
        refused(("b.yaml:5:3: 'answer' is here twice, first in line 4", "keep one")),
    ),
    "two documents": (
        BANK + "---\n" + BANK,
        refused(("b.yaml:5:1: a second document begins here", "a bank is one document: remove `---`")),
    ),
    "nothing": ("", refused(("b.yaml: the bank has no questions", "list them below `questions:`"))),
    "Latin-1": (
        BANK.replace("So.", "Größe").encode("latin-1"),
        refused(("b.yaml:4:13: byte 0xf6 at offset 48 is not UTF-8", NOT_UTF8)),
    ),
    "UTF-8 with its mark": (codecs.BOM_UTF8 + BANK.encode(), fine()),
    "UTF-16 with its mark": (BANK.encode("utf-16"), fine()),
    "UTF-32 with its mark": (BANK.encode("utf-32"), fine()),
    "UTF-16 without": (
        BANK.encode("utf-16-le"),
        refused(
            (
                "b.yaml:1:1: byte 0x00 at offset 1: UTF-16-LE without a byte order mark",
                "save the file as UTF-8, or: --encoding utf-16-le",
            )
        ),
    ),
    "UTF-16 without, the other way": (
        BANK.encode("utf-16-be"),
        refused(
            (
                "b.yaml:1:1: byte 0x00 at offset 0: UTF-16-BE without a byte order mark",
                "save the file as UTF-8, or: --encoding utf-16-be",
            )
        ),
    ),
    "UTF-32 without": (
        BANK.encode("utf-32-le"),
        refused(
            (
                "b.yaml:1:1: byte 0x00 at offset 1: UTF-32-LE without a byte order mark",
                "save the file as UTF-8, or: --encoding utf-32-le",
            )
        ),
    ),
    "UTF-16 cut off": (
        BANK.encode("utf-16")[:-1],
        refused(("b.yaml:4:14: byte 0x0a at offset 100 is not UTF-16-LE", NOT_UTF8)),
    ),
    "bytes of no text": (
        bytes(range(256)),
        refused(("b.yaml:3:115: byte 0x80 at offset 128 is not UTF-8", NOT_UTF8)),
    ),
    "CRLF": (BANK.replace("\n", "\r\n"), fine()),
    "CR": (BANK.replace("\n", "\r"), fine()),
    "control characters": (
        BANK.replace("So.", "S\0o\x1f\x07."),
        fine(("b.yaml:4:11: question 'A' is cleaned of 3 control characters", "")),
    ),
    "control characters in escapes": (
        BANK.replace("So.", r'"S\0o\x1f\a."'),
        fine(("b.yaml:4:11: question 'A' is cleaned of 3 control characters", "")),
    ),
    "what steers a terminal, in an id": (
        BANK.replace("id: A", r'id: "A\e[31mB"'),
        fine((r"b.yaml:2:7: question 'A\x1b[31mB' is cleaned of 1 control character", "")),
    ),
    "soft hyphens and orders to turn round": (
        BANK.replace("So.", "So\u00ad \u202egnp.exe\u202c \u2066x\u2069 \u202ey"),
        fine(
            (
                (
                    "b.yaml:4:11: question 'A' is cleaned of 1 soft hyphen, 2 right-to-left overrides (U+202E), "
                    "1 pop directional formatting (U+202C), 1 left-to-right isolate (U+2066), "
                    "1 pop directional isolate (U+2069)"
                ),
                "",
            )
        ),
    ),
    "an order to turn round, in an id": (
        BANK.replace("id: A", r'id: "A\u202eB"'),
        fine((r"b.yaml:2:7: question 'A\u202eB' is cleaned of 1 right-to-left override (U+202E)", "")),
    ),
    "half of a pair": (
        BANK.replace("So.", r'"x \ud800 y \udfff"'),
        fine(("b.yaml:4:11: question 'A' is cleaned of 2 lone surrogates", "")),
    ),
    "half of a pair, in bytes": (
        BANK.replace("So.", "x \ud800 y"),
        refused(("b.yaml:4:13: byte 0xed at offset 48 is not UTF-8", NOT_UTF8)),
    ),
    "both halves of a pair": (BANK.replace("So.", r'"\ud83d\ude00"'), fine()),
    "an escape that is no character": (
        BANK.replace("So.", r'"\U00110000"'),
        refused(("b.yaml:4:14: an escape that is no character", "write the character itself")),
    ),
    "ids that differ in case": (
        BANK.replace("id: A", "id: Ab") + SECOND.replace("id: A", "id: aB"),
        refused(
            ("b.yaml:5:7: id 'aB' is taken at b.yaml:2:7", "it is 'Ab' there, which differs only in case")
        ),
    ),
    "ids that differ in normal form": (
        BANK.replace("id: A", "id: é") + SECOND.replace("id: A", "id: e\u0301"),
        refused(("b.yaml:5:7: id 'é' is taken at b.yaml:2:7", "")),
    ),
    "ids that look alike": (
        BANK + SECOND.replace("id: A", "id: А") + SECOND.replace("id: A", "id: Ａ"),
        fine(
            (
                "b.yaml:5:7: id 'А' looks like 'A' at b.yaml:2:7",
                "write both in one alphabet; it has cyrillic capital letter a (U+0410)",
            ),
            (
                "b.yaml:8:7: id 'Ａ' looks like 'A' at b.yaml:2:7",
                "write both in one alphabet; it has fullwidth latin capital letter a (U+FF21)",
            ),
            count="3 questions",
        ),
    ),
    "ids that are not seen whole": (
        BANK.replace("id: A", r'id: "A\u200b"'),
        refused((r"b.yaml:2:7: id 'A\u200b' holds a character that is not seen (U+200B)", "for example 'A'")),
    ),
    "no question": (
        BANK.replace("Why?", ""),
        refused(("b.yaml:3:12: question is empty", "")),
    ),
    "a question that is not seen": (
        BANK.replace("Why?", r'"\u200b\u2060\u3164\xa0"'),
        refused(("b.yaml:3:13: question has no visible character", "write it in letters")),
    ),
    "an answer that is too long": (
        BANK.replace("So.", "word " * 41),
        refused(
            (
                "b.yaml:4:11: question 'A': answer is longer than 200 characters",
                (
                    "the limit 'answer' is 200 characters; "
                    "to raise it: --allow answer=400, or [limits] in qexport.toml"
                ),
            ),
            status=7,
        ),
    ),
    "a name that is too long": (
        BANK + f"  category: {'c' * 101}\n",
        refused(
            (
                "b.yaml:5:13: question 'A': category is longer than 100 characters",
                LOW.hint("text"),
            ),
            status=7,
        ),
    ),
    "too many tags": (
        BANK + f"  tags: [{', '.join(map(str, range(6)))}]\n",
        refused(("b.yaml:5:9: question 'A': tags has more than 5 items", LOW.hint("items")), status=7),
    ),
    "too many values": (
        "questions:\n" + "- 1\n" * 60,
        refused(
            ("b.yaml:51: more than 50 values", f"make several files of it; {LOW.hint('values')}"), status=7
        ),
    ),
    "a file of a byte too much": (
        b"#" * 3_001,
        refused(
            (
                "b.yaml: the file is larger than 3 kB",
                f"a bank may be a folder of smaller files; {LOW.hint('file')}",
            ),
            status=7,
        ),
    ),
    "a tower of accents": (
        BANK.replace("So.", "a" + "\u0301" * 20),
        fine(("b.yaml:4:11: question 'A' is cleaned of 11 stacked combining marks", "")),
    ),
}


@pytest.mark.parametrize(("content", "done"), YAML.values(), ids=YAML)
def test_yaml(content: str | bytes, done: Done) -> None:
    write("b.yaml", content)
    assert run("check", "b.yaml", *BANK_LIMITS) == done


def test_yaml_that_deserialises_nothing_stays_text() -> None:
    write(
        "b.yaml",
        BANK.replace("So.", "no") + "  level: 3.10\n  category: on\n  source: 12:30\n  tags: [0x10, ~]\n",
    )
    (question,) = json.loads(run("show", "--bank", "b.yaml", "--json").out)
    assert [question[key] for key in ("answer", "level", "category", "source", "tags")] == [
        "no",
        "3.10",
        "on",
        "12:30",
        ["0x10", "~"],
    ]


def test_half_pairs_are_a_replacement_character_and_whole_ones_a_character() -> None:
    write("b.yaml", BANK.replace("So.", r'"\ud83d\ude00 \ud83d"').replace("Why?", r"C:\ud800\x"))
    (question,) = json.loads(run("show", "--bank", "b.yaml", "--json").out)
    assert (question["question"], question["answer"]) == (r"C:\ud800\x", "😀 \ufffd")


# --- JSON Lines ---------------------------------------------------------------------------------------------

LINE = '{"id": "A", "question": "Why?", "answer": "So."}\n'
ONE_A_LINE = "write one object a line"
LIKE_THIS = 'write {"id": …, "question": …, "answer": …}'
JSONL: dict[str, tuple[str | bytes, Done]] = {
    "a key twice": (
        LINE.replace('"id"', '"id": "B", "id"'),
        refused(("b.jsonl:1: 'id' is here twice", "keep one of them")),
    ),
    "no number": (
        LINE.replace('"A"', "NaN"),
        refused(("b.jsonl:1: NaN is not JSON", "write texts, numbers and lists")),
    ),
    "a number that is too large": (
        LINE.replace("}", f', "difficulty": {"9" * 80}}}'),
        refused((f"b.jsonl:1: difficulty '{'9' * 59}…' is not a number from 1 to 10", "")),
    ),
    "lists one level too deep": (
        '{"id": ' + "[" * 6 + "]" * 6 + "}",
        refused(("b.jsonl:1: this is nested deeper than 6 levels", FLATTER)),
    ),
    "half of a pair": (
        LINE.replace("So.", r"\ud800"),
        fine(("b.jsonl:1: question 'A' is cleaned of 1 lone surrogate", ""), bank="b.jsonl"),
    ),
    "control characters": (
        LINE.replace("So.", r"S\u0000o\u001f"),
        fine(("b.jsonl:1: question 'A' is cleaned of 2 control characters", ""), bank="b.jsonl"),
    ),
    "an order to turn round": (
        LINE.replace("So.", "So \u202e"),
        fine(("b.jsonl:1: question 'A' is cleaned of 1 right-to-left override (U+202E)", ""), bank="b.jsonl"),
    ),
    "Latin-1": (
        LINE.replace("So.", "ü").encode("latin-1"),
        refused(("b.jsonl:1:44: byte 0xfc at offset 43 is not UTF-8", NOT_UTF8)),
    ),
    "UTF-16 with its mark": (LINE.encode("utf-16"), fine(bank="b.jsonl")),
    "UTF-16 without": (
        LINE.encode("utf-16-le"),
        refused(
            (
                "b.jsonl:1:1: byte 0x00 at offset 1: UTF-16-LE without a byte order mark",
                "save the file as UTF-8, or: --encoding utf-16-le",
            )
        ),
    ),
    "two objects in a line": (
        LINE.strip() + LINE,
        refused(("b.jsonl:1:49: not JSON: Extra data", ONE_A_LINE)),
    ),
    "all in one list": (f"[{LINE.strip()}]", refused(("b.jsonl:1: this line is not an object", LIKE_THIS))),
    "nothing": ("", refused(("b.jsonl: there is no question in this file", ONE_A_LINE))),
    "ids that differ in case": (
        LINE + LINE.replace('"A"', '"a"'),
        refused(("b.jsonl:2: id 'a' is taken at b.jsonl:1", "it is 'A' there, which differs only in case")),
    ),
    "ids that look alike": (
        LINE + LINE.replace('"A"', '"А"'),
        fine(
            (
                "b.jsonl:2: id 'А' looks like 'A' at b.jsonl:1",
                "write both in one alphabet; it has cyrillic capital letter a (U+0410)",
            ),
            bank="b.jsonl",
            count="2 questions",
        ),
    ),
    "an answer that is too long": (
        LINE.replace("So.", "word " * 41),
        refused(
            ("b.jsonl:1: question 'A': answer is longer than 200 characters", LOW.hint("answer")),
            status=7,
        ),
    ),
    "too many values in a line": (
        '{"id": [' + "[]," * 50 + "[]]}",
        refused(
            ("b.jsonl:1: more than 50 values", f"make several files of it; {LOW.hint('values')}"),
            status=7,
        ),
    ),
}


@pytest.mark.parametrize(("content", "done"), JSONL.values(), ids=JSONL)
def test_json_lines(content: str | bytes, done: Done) -> None:
    write("b.jsonl", content)
    assert run("check", "b.jsonl", *BANK_LIMITS) == done


def test_a_folder_tells_what_is_wrong_in_all_of_its_files() -> None:
    write("bank/a.yaml", BANK)
    write("bank/b.yaml", SECOND.encode("utf-16-le"))
    write("bank/c.jsonl", LINE.replace('"A"', '"\\ud800"'))
    Path("bank/d.yaml").symlink_to("d.yaml")
    write("outside.yaml", SECOND.replace("id: A", "id: B"))
    Path("bank/e.yaml").symlink_to("../outside.yaml")
    os.mkfifo("bank/f.yaml")
    Path("bank/h.yaml").mkdir()
    assert run("check", "bank") == refused(
        (
            "bank/b.yaml:1:1: byte 0x00 at offset 1: UTF-16-LE without a byte order mark",
            "save the file as UTF-8, or: --encoding utf-16-le",
        ),
        ("bank/d.yaml: this cannot be read: Too many levels of symbolic links", ""),
        ("bank/e.yaml: this is outside its folder", THERE),
        ("bank/f.yaml: this is a pipe, not an ordinary file", ""),
    )


THERE = "put the file itself there, not a link to another place"


@pytest.mark.parametrize(
    "words",
    [
        ("check", "pipe.yaml"),
        ("check", "pipe.jsonl"),
        ("build", "--bank", "b.yaml", "--format", "deck", "--previous", "pipe.yaml"),
        ("import", "pipe.yaml", "-o", "n.yaml"),
        ("verify", "pipe.yaml"),
        ("diff", "b.yaml", "pipe.yaml"),
    ],
)
def test_a_pipe_is_refused_and_not_waited_for(words: tuple[str, ...]) -> None:
    write("b.yaml", BANK)
    write("vocabulary.yaml", VOCABULARY)
    for name in ("pipe.yaml", "pipe.jsonl"):
        os.mkfifo(name)
    (name,) = [word for word in words if word.startswith("pipe")]
    done = run(*words)
    assert done == refused((f"{name}: this is a pipe, not an ordinary file", ""))


def test_a_lock_that_is_a_link_to_elsewhere_is_neither_read_nor_written(tmp_path: Path) -> None:
    write("bank/questions.yaml", BANK)
    Path("secret").write_text("secret")
    Path("bank/questions.lock.json").symlink_to("../secret")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("bank")
        done = run("build", "--format", "deck")
        assert done == refused(("questions.lock.json: this is outside its folder", THERE))
        Path("questions.lock.json").unlink()
        Path("questions.lock.json").symlink_to("../nothing-yet")
        done = run("build", "--format", "deck")
        real = tmp_path / "nothing-yet"
        assert done == refused(
            (
                f"questions.lock.json: cannot be written: a link leads to {real}, outside {tmp_path / 'bank'}",
                f"to write there, name that place: {real}",
            ),
            status=5,
        )
    assert (Path("secret").read_text(), real.exists(), Path("bank/out").exists()) == ("secret", False, False)


def test_an_output_is_not_written_through_a_link_to_elsewhere(tmp_path: Path) -> None:
    write("bank/questions.yaml", BANK)
    Path("elsewhere").mkdir()
    Path("bank/out").symlink_to("../elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("bank")
        assert run("build", "--format", "deck").status == 5
        assert list((tmp_path / "elsewhere").iterdir()) == []
        assert run("build", "--format", "deck", "--out", "../elsewhere").status == 0
    assert [path.suffix for path in Path("elsewhere").iterdir()] == [".apkg"]


# --- captured pages and their vocabulary --------------------------------------------------------------------

VOCABULARY = (SEEDS / "vocabulary.yaml").read_text("utf-8")
CAPTURE = (SEEDS / "hub-advanced.txt").read_text("utf-8")
NO_HEADING = "the page does not have the heading 'Interview Questions & Model Answers'"
NOTHING_ON_IT = "the page holds neither questions nor answers"


def imported(*warnings: tuple[str, str]) -> Done:
    out = "c.txt: 0 known, 15 new, 0 conflicts\nn.yaml: 15 questions added\nbank.schema.json: written\n"
    return Done(0, out, said("warning", *warnings))


TEXT_PAGES: dict[str, tuple[str | bytes, Done]] = {
    "Latin-1": (
        "Interview Questions\nGröße\n".encode("latin-1"),
        refused(("c.txt:2:3: byte 0xf6 at offset 22 is not UTF-8", NOT_UTF8)),
    ),
    "UTF-16 with its mark": (CAPTURE.encode("utf-16"), imported()),
    "UTF-16 without": (
        CAPTURE.encode("utf-16-be"),
        refused(
            (
                "c.txt:1:1: byte 0x00 at offset 0: UTF-16-BE without a byte order mark",
                "save the file as UTF-8, or: --encoding utf-16-be",
            )
        ),
    ),
    "nothing": (
        "",
        refused(("c.txt: there is nothing in this file", "")),
    ),
    "control characters": (
        CAPTURE.replace("Type hints", "Ty\0pe\x1f \u202ehints\u00ad", 1),
        imported(
            (
                (
                    "c.txt: the page is cleaned of 2 control characters, 1 soft hyphen, "
                    "1 right-to-left override (U+202E)"
                ),
                "",
            )
        ),
    ),
    "what steers a terminal": (
        CAPTURE.replace("What are Python type hints", "What \x1b]0;x\x07 are Python type hints", 1),
        imported(("c.txt: the page is cleaned of 2 control characters", "")),
    ),
    "half of a pair, in bytes": (
        "Interview\nx \ud800",
        refused(("c.txt:2:3: byte 0xed at offset 12 is not UTF-8", NOT_UTF8)),
    ),
    "a long line": (
        "x" * 1_900,
        Done(
            0,
            f"c.txt: 0 known, 0 new, 0 conflicts, 1 unmatched\n  c.txt:1:1: 1 paragraph of no known question: "
            f"'{'x' * 59}…'\nn.yaml: unchanged\n",
            said("warning", (f"c.txt: {NO_HEADING}", "")),
        ),
    ),
}
HTML_PAGES: dict[str, tuple[str | bytes, Done]] = {
    "a tag of too many attributes": (
        "<html><p a b c d e f g>",
        refused(("c.html:1: a tag of more than 5 attributes", LOW.hint("attributes")), status=7),
    ),
    "elements within each other": (
        "<html>" + "<div>" * 11 + "x",
        refused(("c.html:1: the page is nested deeper than 10 levels", LOW.hint("page-depth"))),
    ),
    "too many elements": (
        "<html>" + "<p>" * 50,
        refused(("c.html: a page of more than 50 tags", LOW.hint("tags")), status=7),
    ),
    "a page that is too long": (
        "<html>" + "<p>" + "x " * 1_000,
        refused(("c.html: a page of more than 2,000 characters", LOW.hint("page")), status=7),
    ),
    "a comment that none ends": ("<html><!-- x", refused((f"c.html: {NOTHING_ON_IT}", ""))),
    "a section that none ends": ("<html><![ x", refused((f"c.html: {NOTHING_ON_IT}", ""))),
    "a quote that none ends": ("<html><a href='x>x>", refused((f"c.html: {NOTHING_ON_IT}", ""))),
    "Latin-1, whatever it says": (
        "<html><meta charset=latin-1><p>Größe".encode("latin-1"),
        refused(("c.html:1:34: byte 0xf6 at offset 33 is not UTF-8", NOT_UTF8)),
    ),
    "scripts, styles, frames": (
        (
            "<html><h1>Interview Questions & Model Answers</h1><script>qxMarker</script><style>p{}</style>"
            "<iframe src=x>framed</iframe><p onclick=qxMarker>shown<img src=x>"
        ),
        Done(
            0,
            "c.html: 0 known, 0 new, 0 conflicts, 1 unmatched\n"
            "  c.html:1: 1 paragraph of no known question: 'shown'\nn.yaml: unchanged\n",
            "",
        ),
    ),
}


@pytest.mark.parametrize(("content", "done"), TEXT_PAGES.values(), ids=TEXT_PAGES)
def test_captures_as_text(content: str | bytes, done: Done) -> None:
    write("c.txt", content)
    write("vocabulary.yaml", VOCABULARY)
    assert run("import", "c.txt", "-o", "n.yaml") == done


@pytest.mark.parametrize(("content", "done"), HTML_PAGES.values(), ids=HTML_PAGES)
def test_captures_as_html(content: str | bytes, done: Done) -> None:
    write("c.html", content)
    write("vocabulary.yaml", VOCABULARY)
    assert run("import", "c.html", "-o", "n.yaml", *PAGE_LIMITS) == done


VOCABULARIES: dict[str, tuple[str | bytes, tuple[tuple[str, str], ...], int]] = {
    "an alias": (
        VOCABULARY.replace("namespace: ", "namespace: &a ", 1),
        (("vocabulary.yaml:4:12: anchor &a is not allowed", REMOVE_IT),),
        3,
    ),
    "a tag": (
        VOCABULARY.replace("title: ", "title: !marker ", 1),
        (("vocabulary.yaml:3:8: tag !marker is not allowed", REMOVE_IT),),
        3,
    ),
    "lists one level too deep": (
        "title: " + "[" * 6 + "]" * 6,
        (("vocabulary.yaml:1:13: nested deeper than 6 levels", FLATTER),),
        3,
    ),
    "Latin-1": (
        "title: Größe\n".encode("latin-1"),
        (("vocabulary.yaml:1:10: byte 0xf6 at offset 9 is not UTF-8", NOT_UTF8),),
        3,
    ),
    "a key twice": (
        VOCABULARY + "title: again\n",
        (("vocabulary.yaml:32:1: 'title' is here twice, first in line 3", "keep one"),),
        3,
    ),
    "nothing": (
        "",
        tuple(
            (f"vocabulary.yaml: the vocabulary has no {key}", "")
            for key in ("title", "namespace", "technologies", "levels")
        ),
        3,
    ),
    "control characters": (
        VOCABULARY.replace("title: ", "title: \x07\u202e", 1),
        (
            (
                "vocabulary.yaml:3:8: title has 1 control character, 1 right-to-left override (U+202E)",
                "write it without",
            ),
        ),
        3,
    ),
    "more combinations than there can be": (
        "title: T\nnamespace: n\ntechnologies:\n  Py:\n"
        + "".join(f"    - Category {number}\n" for number in range(4))
        + "levels:\n"
        + "".join(f"  - Level {number}\n" for number in range(3)),
        (
            (
                "vocabulary.yaml: 4 categories and 3 levels, more than 10 combinations",
                LOW.hint("combinations"),
            ),
        ),
        7,
    ),
}


@pytest.mark.parametrize(("content", "lines", "status"), VOCABULARIES.values(), ids=VOCABULARIES)
def test_vocabularies(content: str | bytes, lines: tuple[tuple[str, str], ...], status: int) -> None:
    write("c.txt", CAPTURE)
    write("vocabulary.yaml", content)
    less = lowered("depth", "combinations")
    assert run("import", "c.txt", "-o", "n.yaml", *less) == refused(*lines, status=status)
    assert not Path("n.yaml").exists()


# --- the lock -----------------------------------------------------------------------------------------------

AGAIN = "restore it from version control, or rebuild it with --previous DECK"
LOCKS: dict[str, tuple[str | bytes, str]] = {
    "no JSON": ("xx", ":1:1: not JSON: Expecting value"),
    "nothing": ("", ":1:1: not JSON: Expecting value"),
    "a list": ("[]", ":1: not a lock file: it has no format"),
    "no number": ('{"format": NaN}', ":1: format nan is not known; this qexport knows 2"),
    "no lock": ("{}", ":1: not a lock file: it has no format"),
    "half of a pair": ('{"format": "\\ud800"}', ": not a lock file"),
}


@pytest.mark.parametrize(("content", "message"), LOCKS.values(), ids=LOCKS)
def test_locks(content: str | bytes, message: str) -> None:
    write("questions.yaml", BANK)
    write("questions.lock.json", content)
    assert run("build", "--format", "deck") == refused((f"questions.lock.json{message}", AGAIN))
    assert not Path("out").exists()


def test_a_lock_in_another_encoding_is_refused_and_a_huge_one_too() -> None:
    write("questions.yaml", BANK)
    write("questions.lock.json", b'{"a": "\xff"}')
    assert run("build", "--format", "deck") == refused(
        ("questions.lock.json:1:8: byte 0xff at offset 7 is not UTF-8", NOT_UTF8)
    )
    write("questions.lock.json", b" " * 3_001)
    assert run("build", "--format", "deck", *lowered("file")) == refused(
        (
            "questions.lock.json: the file is larger than 3 kB",
            f"a bank may be a folder of smaller files; {LOW.hint('file')}",
        ),
        status=7,
    )


# --- recipes ------------------------------------------------------------------------------------------------

IN_QUOTES = 'texts need quotes: title = "Python"'
RECIPES: dict[str, tuple[str | bytes, tuple[tuple[str, str], ...], int]] = {
    "no TOML": (
        "x",
        (("qexport.toml:1: not TOML: expected '=' after a key in a key/value pair", IN_QUOTES),),
        3,
    ),
    "nothing": ("", (("qexport.toml: no recipe in this file", "write one: [recipes.everything]"),), 3),
    "Latin-1": (
        'title = "ü"'.encode("latin-1"),
        (("qexport.toml:1:10: byte 0xfc at offset 9 is not UTF-8", NOT_UTF8),),
        3,
    ),
    "a key twice": (
        "[recipes.a]\nfile-name = 'x'\nfile-name = 'y'\n",
        (("qexport.toml:3:16: not TOML: cannot overwrite a value", IN_QUOTES),),
        3,
    ),
    "control characters": (
        '[recipes.a]\ntitle = "x\\u0007\\u202e"\n',
        (
            (
                "qexport.toml:2: title has 1 control character, 1 right-to-left override (U+202E)",
                "write it without",
            ),
        ),
        3,
    ),
    "a bank's path with NUL": (
        '[recipes.a]\nbank = "x\\u0000y"\n',
        (("qexport.toml:2: bank has 1 control character", "write it without"),),
        3,
    ),
    "a name that leads out": (
        "[recipes.a]\nfile-name = '../../x'\n",
        (("recipe a: '../../x' is not a file name", "name the folder with --out"),),
        2,
    ),
    "a name from the root": (
        "[recipes.a]\nfile-name = '/etc/x'\n",
        (("recipe a: '/etc/x' is not a file name", "name the folder with --out"),),
        2,
    ),
    "a name of a device": (
        "[recipes.a]\nfile-name = 'con.x'\n",
        (("recipe a: 'con.x' is not a file name on every system", "for example my-questions"),),
        2,
    ),
    "a recipe that leads out": (
        '[recipes."../x"]\n',
        (
            (
                "qexport.toml:1: '../x' cannot be the name of a recipe",
                "letters, digits, - and _, at most 60: it is the name of a folder in a bundle",
            ),
        ),
        3,
    ),
    "recipes that differ in case": (
        "[recipes.a]\n[recipes.A]\n",
        (
            (
                "qexport.toml:2: recipes a and A differ only in case",
                "some systems keep one file for both: rename one",
            ),
        ),
        3,
    ),
    "limits there are not": (
        "[limits]\nanswr = 3\nfile = 'x'\ndepth = 1000\n[recipes.a]\n",
        (
            ("qexport.toml:2: no limit 'answr'", "did you mean 'answer'?"),
            ("qexport.toml:3: the limit file cannot be 'x'", "a whole number from 1 on, as in file=128M"),
            ("qexport.toml:4: the limit depth cannot be 1,000", "100 levels are the most it can be"),
        ),
        3,
    ),
}


@pytest.mark.parametrize(("content", "lines", "status"), RECIPES.values(), ids=RECIPES)
def test_recipes(content: str | bytes, lines: tuple[tuple[str, str], ...], status: int) -> None:
    write("questions.yaml", BANK)
    write("qexport.toml", content)
    assert run("recipes") == refused(*lines, status=status)


# --- searches -----------------------------------------------------------------------------------------------

SEARCHES: dict[str, tuple[tuple[str, ...], str, str, int]] = {
    "a regular expression": (
        ("--text", "(a|b)+$"),
        "no question is left: --text '(a|b)+$' matches none of 1 question",
        "",
        4,
    ),
    "stars": (
        ("--where", "*a*b"),
        "no question is left: --where '*a*b' matches none of 1 question",
        "",
        4,
    ),
    "stars in an id": (
        ("--id", "*a*b"),
        "no question is left: --id '*a*b' matches none of 1 question",
        "",
        4,
    ),
    "what steers a terminal": (
        ("--where", "\x1b[31m"),
        r"no question is left: --where '\x1b[31m' matches none of 1 question",
        "",
        4,
    ),
    "half of a pair": (
        ("--where", "\ud800"),
        r"no question is left: --where '\ud800' matches none of 1 question",
        "",
        4,
    ),
    "a long one": (
        ("--where", "x" * 61),
        "--where is 61 characters long",
        LOW.hint("query"),
        2,
    ),
    "a deep one": (
        ("--where", "(" * 6 + "x" + ")" * 6),
        f"--where, column 6: more than 5 parentheses within each other\n  {'(' * 6}x{')' * 6}\n  {' ' * 5}^",
        f"use fewer; {LOW.hint('query-depth')}",
        2,
    ),
}


@pytest.mark.parametrize(("words", "message", "hint", "status"), SEARCHES.values(), ids=SEARCHES)
def test_searches(words: tuple[str, ...], message: str, hint: str, status: int) -> None:
    write("b.yaml", BANK.replace("So.", "a" * 200).replace("id: A", "id: aaa"))
    less = lowered("query", "query-depth")
    assert run("list", "--bank", "b.yaml", *words, *less) == refused((message, hint), status=status)


# --- pictures and Markdown ----------------------------------------------------------------------------------


def png(width: int, height: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (width, height)).save(buffer, "PNG")
    return buffer.getvalue()


FLAT = f"write it flatter, or say `markup: plain` if it is not Markdown; {LOW.hint('markup-depth')}"
TOO_DEEP = "b.yaml:3:3: answer of A: lists, quotes and emphasis are nested more than 4 deep"
MARKDOWN: dict[str, tuple[str, Done]] = {
    "a picture above the folder": (
        "![x](../secret.png)",
        fine(
            (
                "b.yaml:3:3: answer of A: the picture '../secret.png' is outside the bank's folder",
                f"{BESIDE}, with /",
            )
        ),
    ),
    "a picture above it, in escapes": (
        "![x](%2e%2e/secret.png)",
        fine(
            (
                "b.yaml:3:3: answer of A: the picture '../secret.png' is outside the bank's folder",
                f"{BESIDE}, with /",
            )
        ),
    ),
    "a picture from the root": (
        "![x](/qx/secret.png)",
        fine(
            (
                "b.yaml:3:3: answer of A: the picture '/qx/secret.png' is outside the bank's folder",
                f"{BESIDE}, with /",
            )
        ),
    ),
    "a picture by a link": (
        "![x](link.png)",
        fine(
            (
                "b.yaml:3:3: answer of A: the picture 'link.png' is outside the bank's folder",
                f"{BESIDE}, with /",
            )
        ),
    ),
    **{
        f"a picture of {address.split(':')[0]}:": (
            f"![x]({address})",
            fine((f"b.yaml:3:3: answer of A: the picture '{address}' is not a file", BESIDE)),
        )
        for address in (
            "file:///qx/secret.png",
            "http://qx-marker.invalid/x.png",
            "//qx-marker.invalid/x.png",
            "data:image/png;base64,AAAA",
            "javascript:qxMarker",
        )
    },
    "a drawing that is not well-formed": (
        "![x](drawn.svg)",
        refused(
            (
                (
                    "b.yaml:3:3: answer of A: the picture 'drawn.svg' is not well-formed: "
                    "not well-formed (invalid token): line 1, column 12"
                ),
                "save it as a plain SVG, or as PNG",
            )
        ),
    ),
    "a picture of too many pixels": (
        "![x](large.png)",
        refused(
            (
                "b.yaml:3:3: answer of A: the picture 'large.png' has 11 × 10 pixels, more than 100",
                f"save it smaller; {LOW.hint('pixels')}",
            )
        ),
    ),
    "lists in lists": ("- " * 5 + "x", refused((TOO_DEEP, FLAT))),
    "quotes in quotes": (">" * 5 + "x", refused((TOO_DEEP, FLAT))),
    "too much code": (
        "```\n" + "x\n" * 6 + "```",
        refused(
            (
                "b.yaml:3:3: answer of A: a block of code has more than 5 lines",
                f"show less of it; {LOW.hint('code-lines')}",
            )
        ),
    ),
    "brackets that none closes": (
        "![" * 9,
        refused(("b.yaml:3:3: answer of A: more than 8 brackets in one text", LOW.hint("brackets"))),
    ),
    "as many as may be": ("![" * 8, fine()),
    "emphasis that none closes": ("*a_ " * 3, fine()),
    "quotes of code that none closes": ("`a``b", fine()),
    "tags that none closes": ("<a<a<a", fine()),
    "a table of a row": ("|a|b|\n|-|-|", fine()),
}


@pytest.mark.parametrize(("text", "done"), MARKDOWN.values(), ids=MARKDOWN)
def test_markdown(text: str, done: Done, tmp_path: Path) -> None:
    write("bank/b.yaml", "markup: markdown\n" + BANK.replace("So.", json.dumps(text)))
    write("secret.png", png(3, 3))
    write("bank/large.png", png(11, 10))
    write("bank/drawn.svg", "<svg onload=qxMarker>")
    Path("bank/link.png").symlink_to("../secret.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("bank")
        assert run("check", "b.yaml", *MARKUP_LIMITS) == done


# --- bundles and decks --------------------------------------------------------------------------------------


def zipped(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def stored(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return buffer.getvalue()


PACKED = zipped(packed=b"\0" * 1_000)
FROM_AGAIN = "get the file again from where it was published"
LEADS_OUT = "is outside the bundle, or is not a valid path on every system"
NOT_INSIDE = (
    *("../x", "/x", "a/../../x", "a\\b", "C:x", "con\x01", "CON", "a/nul.txt", "x" * 241),
    *("a\u202egnp.exe", "a\u2066b", "a\u200bb", "a?", "a/"),
)
BUNDLES: dict[str, tuple[bytes, tuple[tuple[str, str], ...], int]] = {
    "no zip": (b"x", (("b.zip: not a zip, or a damaged or truncated one", FROM_AGAIN),), 3),
    "no bundle": (
        stored("a"),
        (("b.zip: no manifest.json in it: not a bundle of qexport", FROM_AGAIN),),
        3,
    ),
    "files that are packed": (
        PACKED,
        (
            (
                (
                    f"b.zip: it claims to hold 1,000 bytes, and has {len(PACKED):,}: "
                    "a bundle's files are stored, not packed"
                ),
                FROM_AGAIN,
            ),
            ("b.zip: 'packed' is packed or encrypted: a bundle's files are stored as they are", FROM_AGAIN),
        ),
        3,
    ),
    "paths that lead out": (
        stored(*NOT_INSIDE),
        tuple((f"b.zip: the path {quote(name)} {LEADS_OUT}", FROM_AGAIN) for name in NOT_INSIDE),
        3,
    ),
    "a file and a folder of one name": (
        stored("a", "a/b"),
        (("b.zip: 'a' is a file and a folder in it", FROM_AGAIN),),
        3,
    ),
    "names that differ in case": (stored("a", "A"), (("b.zip: 'A' is in it twice", FROM_AGAIN),), 3),
    "too many files": (
        stored(*map(str, range(6))),
        (("b.zip: 6 files in it, and a bundle has at most 5", LOW.hint("bundle-files")),),
        7,
    ),
}


@pytest.mark.parametrize(("data", "lines", "status"), BUNDLES.values(), ids=BUNDLES)
def test_bundles(data: bytes, lines: tuple[tuple[str, str], ...], status: int) -> None:
    write("b.zip", data)
    less = lowered("bundle-files") if status == 7 else []
    assert run("verify", "b.zip", *less) == refused(*lines, status=status)
    write("b.yaml", BANK)
    assert run("diff", "b.yaml", "b.zip", *less) == refused(*lines, status=status)


WHICH = "name an .apkg that qexport made, or that Anki exported"
DECKS: dict[str, tuple[bytes, str, str, int]] = {
    "no zip": (b"x", "it is not an Anki package: not a zip, or a damaged one", WHICH, 3),
    "no collection": (
        stored("../x"),
        "it has no collection in it",
        WHICH,
        3,
    ),
    "no database": (zipped(**{"collection.anki2": b"x"}), "its database is not that of a deck", WHICH, 3),
    "a database that is much larger than packed": (
        zipped(**{"collection.anki2": b"\0" * 9_000}),
        "its collection is more than 2 times as large as packed",
        LOW.hint("deck-ratio"),
        7,
    ),
    "too many files": (
        stored(*map(str, range(6))),
        "more than 5 files in it",
        LOW.hint("deck-files"),
        7,
    ),
}


@pytest.mark.parametrize(("data", "message", "hint", "status"), DECKS.values(), ids=DECKS)
def test_decks(data: bytes, message: str, hint: str, status: int) -> None:
    write("old.apkg", data)
    write("b.yaml", BANK)
    done = refused((f"old.apkg: {message}", hint), status=status)
    less = lowered("deck-files", "deck-ratio")
    assert run("build", "--bank", "b.yaml", "--format", "deck", "--previous", "old.apkg", *less) == done
    assert run("diff", "b.yaml", "old.apkg", *less) == done


# --- names of files -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "stem"),
    [
        ("../../etc/x", "etc-x"),
        ("/etc/x", "etc-x"),
        ("C:\\Windows\\x", "c-windows-x"),
        ("CON", "con-questions"),
        ("nul.txt", "nul-txt"),
        ("-rf", "rf"),
        (".hidden", "hidden"),
        ("日本語", "questions"),
        ("\x1b[31mred", "31mred"),
        ("x" * 300, "x" * 80),
        ("a\u202eb", "ab"),
    ],
)
def test_a_title_makes_a_file_name_that_is_good_everywhere(title: str, stem: str) -> None:
    write("b.yaml", BANK)
    plan = json.loads(run("build", "--bank", "b.yaml", "--title", title, "--dry-run", "--json").out)
    assert plan["outputs"] == [f"out/{stem}.pdf", f"out/{stem}.apkg"]


@pytest.mark.parametrize("name", ["CON", "lpt1.x", "-x", ".x", "a\0b", "a\nb", "a:b", "a?", "a.", "\u202ex"])
def test_a_name_that_is_none_on_some_system_is_refused(name: str) -> None:
    write("b.yaml", BANK)
    assert run("build", "--bank", "b.yaml", "--file-name", name) == refused(
        (f"{name!r} is not a file name on every system", "for example my-questions"), status=2
    )


# --- limits that a user moves -------------------------------------------------------------------------------


def test_a_limit_is_moved_by_a_flag_or_by_the_folder_s_file_and_the_flag_counts() -> None:
    write("b.yaml", BANK.replace("So.", "x" * 50))
    too_long = refused(
        (
            "b.yaml:4:11: question 'A': answer is longer than 20 characters",
            "the limit 'answer' is 20 characters; to raise it: --allow answer=40, or [limits] in qexport.toml",
        ),
        status=7,
    )
    assert run("check", "b.yaml", "--allow", "answer=20") == too_long
    write("qexport.toml", "[limits]\nanswer = 20\n")
    assert run("check", "b.yaml") == too_long
    assert run("check", "b.yaml", "--allow", "answer=1k") == fine()
    write("qexport.toml", "[limits]\nanswer = '1k'\n")
    assert run("check", "b.yaml") == fine()


def test_every_command_that_reads_takes_limits() -> None:
    write("b.yaml", BANK.replace("So.", "x" * 50))
    write("qexport.toml", "[recipes.a]\nbank = 'b.yaml'\n")
    less = ("--allow", "answer=20")
    for words in (
        ("list",),
        ("show", "A"),
        ("stats",),
        ("build",),
        ("build", "a", "--dry-run"),
        ("recipes",),
        ("bundle",),
        ("release",),
        ("diff", "b.yaml", "b.yaml"),
    ):
        done = run(*words, *less)
        assert (done.status, "answer is longer than 20 characters" in done.err) == (7, True), words
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("words", "message", "hint"),
    [
        ("answer", "--allow 'answer' sets no limit", "write NAME=AMOUNT, as in --allow answer=2M"),
        ("answr=1", "no limit 'answr'", "did you mean 'answer'?"),
        ("answer=", "the limit answer cannot be ''", "a whole number from 1 on, as in answer=2M"),
        ("answer=0", "the limit answer cannot be '0'", "a whole number from 1 on, as in answer=2M"),
        ("answer=-1", "the limit answer cannot be '-1'", "a whole number from 1 on, as in answer=2M"),
        ("answer=1e9", "the limit answer cannot be '1e9'", "a whole number from 1 on, as in answer=2M"),
        ("depth=101", "the limit depth cannot be 101", "100 levels are the most it can be"),
    ],
)
def test_a_limit_that_is_none_is_refused(words: str, message: str, hint: str) -> None:
    write("b.yaml", BANK)
    assert run("check", "b.yaml", "--allow", words) == refused((message, hint), status=2)


def test_a_file_beyond_the_limit_is_read_if_that_is_allowed() -> None:
    lines = [
        json.dumps({"id": f"Q-{number}", "question": "Why?", "answer": "x" * 900}) for number in range(4)
    ]
    write("b.jsonl", "\n".join(lines))
    assert Path("b.jsonl").stat().st_size > LOW.file
    assert run("check", "b.jsonl", *lowered("file")).status == 7
    assert run("check", "b.jsonl", "--allow", "file=4k") == fine(bank="b.jsonl", count="4 questions")
