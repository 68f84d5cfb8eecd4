"""source_text: nothing is guessed, nothing is dropped unseen."""

from __future__ import annotations

import codecs
import os
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qexport.common.errors import InputRefused, LimitExceeded, UsageError
from qexport.common.limits import Limits
from qexport.common.text_input import normalise, quote, read_lines, read_text


def said(caught: pytest.ExceptionInfo[InputRefused]) -> list[tuple[str, str]]:
    return [(str(problem), problem.hint) for problem in caught.value.problems]


# --- reading ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-sig", "utf-16-be-sig", "utf-32-le-sig", "utf-32-be-sig"],
)
def test_a_byte_order_mark_tells_the_encoding(tmp_path: Path, encoding: str) -> None:
    text = "Was heißt „späte Bindung“? 遅延束縛 👍\n"
    plain = encoding.removesuffix("-sig")
    mark = "\ufeff".encode(plain) if encoding != plain else b""
    (tmp_path / "bank.yaml").write_bytes(mark + text.encode(plain))
    assert read_text(tmp_path / "bank.yaml") == text


def test_every_end_of_line_becomes_a_line_feed(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_bytes(b"a\r\nb\rc\nd")
    assert read_text(tmp_path / "bank.yaml") == "a\nb\nc\nd"


def test_a_byte_that_is_not_utf_8_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_bytes(b"title: x\r\nsource: caf\xe9 latin")
    with pytest.raises(InputRefused) as caught:
        read_text(path)
    assert said(caught) == [
        (
            f"{path}:2:12: byte 0xe9 at offset 21 is not UTF-8",
            "save the file as UTF-8, or name its encoding, for example: --encoding cp1252",
        )
    ]


def test_the_offset_of_a_wrong_byte_counts_the_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "bank.yaml"
    path.write_bytes(b"\xef\xbb\xbfa\xff")
    with pytest.raises(InputRefused) as caught:
        read_text(path)
    assert said(caught)[0][0] == f"{path}:1:2: byte 0xff at offset 4 is not UTF-8"


def test_a_byte_that_is_not_of_the_named_encoding_is_refused_too(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_bytes(b"caf\xe9 \x81")
    with pytest.raises(InputRefused) as caught:
        read_text(tmp_path / "bank.yaml", encoding="cp1252")
    assert said(caught)[0][0] == f"{tmp_path}/bank.yaml:1:6: byte 0x81 at offset 5 is not CP1252"


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_bytes(b"caf\xe9 \x93quoted\x94")
    assert read_text(tmp_path / "bank.yaml", encoding="cp1252") == "café “quoted”"


def test_a_byte_order_mark_is_stronger_than_a_named_encoding(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_bytes("\ufeffcafé".encode())
    assert read_text(tmp_path / "bank.yaml", encoding="cp1252") == "café"


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "a\0b"])
def test_what_is_no_encoding_of_texts_is_a_wrong_use(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "bank.yaml").write_bytes(b"text")
    with pytest.raises(UsageError) as caught:
        read_text(tmp_path / "bank.yaml", encoding=encoding)
    assert (caught.value.message, caught.value.hint) == (
        f"unknown encoding {encoding!r}",
        "for example: --encoding cp1252",
    )


def test_a_codec_that_gives_up_without_a_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_bytes(b"text")
    with pytest.raises(InputRefused) as caught:
        read_text(tmp_path / "bank.yaml", encoding="undefined")
    assert said(caught) == [(f"{tmp_path}/bank.yaml: this cannot be read as UNDEFINED", "")]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere.yaml", "there is no such file"),
        ("folder", "this is a folder, not a file"),
        ("file/bank.yaml", "this cannot be read: Not a directory"),
        ("nul\0.yaml", "this cannot be read: a NUL is in its name"),
        ("n" * 300, "this cannot be read: File name too long"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(InputRefused) as caught:
        read_text(tmp_path / name)
    assert said(caught) == [(f"{tmp_path / name}: {message}", "")]


def test_a_file_over_the_limit_is_not_read_on(tmp_path: Path) -> None:
    limits = Limits(file=2_000_000)
    path = tmp_path / "bank.yaml"
    path.write_bytes(b"x" * 2_000_000)
    assert len(read_text(path, limits=limits)) == 2_000_000
    path.write_bytes(b"x" * 2_000_001)
    with pytest.raises(LimitExceeded) as caught:
        read_text(path, limits=limits)
    assert caught.value.message == f"{path}: the file is larger than 2 MB"
    assert caught.value.hint == (
        "a bank may be a folder of smaller files; the limit 'file' is 2 MB; "
        "to raise it: --allow file=4M, or [limits] in qexport.toml"
    )


# --- normalising --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected", "changed"),
    [
        ("plain text, as it is\n\twith a tab", "plain text, as it is\n\twith a tab", {}),
        ("a\r\nb\rc", "a\nb\nc", {}),
        ("e\u0301", "é", {}),
        ("a\0b\x1fc\x7fd\x85e", "abcde", {"control character": 4}),
        ("a\ufffeb\ufdd0c\U0010ffffd", "abcd", {"control character": 3}),
        ("\ufeffa\ufeff", "a", {"byte order mark": 2}),
        ("Ko\u00adpro\u00adduktion", "Koproduktion", {"soft hyphen": 2}),
        (
            "safe\u202efdp.exe\u2069",
            "safefdp.exe",
            {"right-to-left override (U+202E)": 1, "pop directional isolate (U+2069)": 1},
        ),
        ("a\ud800b", "a\ufffdb", {"lone surrogate": 1}),
        ("a → b — “c” – ‘d’ … e", "a → b — “c” – ‘d’ … e", {}),
        ("→\u0338 e—\u0301 “a\0”", "↛ e—\u0301 “a”", {"control character": 1}),
        ("o" + "\u0302" * 12, "ô" + "\u0302" * 8, {"stacked combining mark": 3}),
        (
            "’ – ™ 日本語 👩🏽‍💻 שָׁלוֹם ก็",
            "’ – ™ 日本語 👩🏽‍💻 " + unicodedata.normalize("NFC", "שָׁלוֹם") + " ก็",
            {},
        ),
        ("keeps\u00a0what\u200bis only\u2028odd", "keeps\u00a0what\u200bis only\u2028odd", {}),
    ],
)
def test_harmful_characters_are_dropped_and_counted(
    text: str, expected: str, changed: dict[str, int]
) -> None:
    assert normalise(text) == (expected, Counter(changed))


@settings(deadline=None)
@given(st.text(st.characters() | st.sampled_from("\0\r\n\t\u00ad\ufeff\u202e\u0301\ud800e")))
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once, _ = normalise(text)
    assert normalise(once) == (once, Counter())


def test_a_quote_is_short_and_harms_no_terminal() -> None:
    assert quote("Advnced") == "'Advnced'"
    assert quote("\x1b[31mred\n") == r"'\x1b[31mred\n'"
    assert quote("x" * 60) == "'" + "x" * 60 + "'"
    assert quote("x" * 61) == "'" + "x" * 59 + "…'"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"one",
        b"one\ntwo\n",
        b"one\r\ntwo\rthree\n\rfour",
        b"one\r\r\ntwo",
        codecs.BOM_UTF8 + "é\n\ufeffü".encode(),
        "é\u2028\x85ü\n".encode(),
        "a\nb".encode("utf-16"),
        "a\nb".encode("utf-32"),
    ],
)
def test_a_file_read_by_lines_has_the_same_lines(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bank.jsonl"
    path.write_bytes(data)
    lines = list(read_lines(path))
    if data.endswith(b"\n"):
        lines.append("")  # what is after the last end of a line
    assert lines == read_text(path).split("\n") or (data == b"" and lines == [""])


@pytest.mark.parametrize("data", [b"one\ntw\xff\n", "one question".encode("utf-16-le")])
def test_what_is_wrong_with_a_file_read_by_lines_is_said_alike(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bank.jsonl"
    path.write_bytes(data)
    with pytest.raises(InputRefused) as expected:
        read_text(path)
    with pytest.raises(InputRefused) as seen:
        list(read_lines(path))
    assert seen.value.problems == expected.value.problems


@pytest.mark.parametrize("read", [read_text, read_lines])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path, read: Callable[[Path], object]) -> None:
    os.mkfifo(tmp_path / "bank.jsonl")
    with pytest.raises(InputRefused) as caught:
        list(read(tmp_path / "bank.jsonl"))  # type: ignore[call-overload]
    assert said(caught) == [(f"{tmp_path}/bank.jsonl: this is a pipe, not an ordinary file", "")]
