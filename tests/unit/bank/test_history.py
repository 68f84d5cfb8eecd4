"""The history keeps the texts of every published version, and merges in git."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from qexport.bank.history import (
    KnownLines,
    SaidBefore,
    Versions,
    add_lines,
    fields_of,
    history_path,
    line_of,
    merge_lines,
    read_versions,
    version_of,
)
from qexport.bank.model import Question

ONE = Question(id="A", question="What is x?", answer="1", tags=("t",), difficulty=3)


def test_a_version_is_what_the_bank_says_and_not_what_it_is_called() -> None:
    for same in (replace(ONE, id="B"), replace(ONE, former_ids=("Z",)), replace(ONE, status="retired")):
        assert version_of(same) == version_of(ONE)
    for other in (replace(ONE, answer="2"), replace(ONE, tags=()), replace(ONE, markup="markdown")):
        assert version_of(other) != version_of(ONE)


def test_a_version_never_changes() -> None:
    # Notes in learners' collections carry it: what a later program adds to a question must not change it.
    assert version_of(ONE) == "2d16df87a49d0e18"
    assert line_of(ONE) == (
        '{"version": "2d16df87a49d0e18", "question": "What is x?", "difficulty": 3, "tags": ["t"], "answer": "1"}'
    )


def test_lines_are_added_once_and_sorted() -> None:
    lines = [line_of(replace(ONE, answer=str(number))) for number in range(9)]
    text = add_lines(add_lines("", lines[:5]), lines)
    assert text == "".join(f"{line}\n" for line in sorted(lines))
    assert Versions(text.encode()).fields(version_of(ONE)) == {
        "question": "What is x?",
        "difficulty": 3,
        "tags": ["t"],
        "answer": "1",
    }


def test_a_line_may_say_which_note_was_published_with_a_version() -> None:
    version, (one, other) = version_of(ONE), ("1" * 16, "2" * 16)
    line = line_of(ONE, one)
    assert line.startswith(f'{{"version": "{version}", "note": "{one}", "question": "What is x?", ')
    assert add_lines(f"{line}\n", [line_of(ONE, other), line_of(ONE)]) == f"{line}\n"
    for text, notes in (
        (line_of(ONE), set()),
        (line, {one}),
        (f"{line}\n{line_of(ONE, other)}\n", {one, other}),
    ):
        versions = Versions(text.encode())
        assert {each for each in (one, other) if versions.has_note(version, each)} == notes
        assert versions.fields(version) == {**fields_of(ONE), "tags": ["t"]}
    assert Versions(line.encode()).fields("0" * 16) is None
    assert not Versions(b"").has_note(version, one)


def test_a_version_has_a_line_for_each_set_of_pictures_it_was_published_with() -> None:
    version, one, other = version_of(ONE), {"b.png": "2.png", "a{.png": "1.png"}, {"a{.png": "3.png"}
    lines = [line_of(ONE, "1" * 16, one), line_of(ONE, "2" * 16, other), line_of(ONE), line_of(ONE, "", {})]
    assert lines[0].startswith(
        f'{{"version": "{version}", "note": "{"1" * 16}", '
        '"pictures": {"a\\u007b.png": "1.png", "b.png": "2.png"}, "question": "What is x?", '
    )
    text = add_lines("", [lines[2]])
    assert add_lines(text, lines) == "".join(f"{line}\n" for line in sorted(lines))
    for known, kept in (([0], [0]), ([0, 0, 1, 2], [0, 1]), ([2, 2], [2])):
        text = ""
        for each in known:
            text = add_lines(text, [lines[each]])
        assert text == "".join(f"{lines[each]}\n" for each in sorted(kept, key=lines.__getitem__))
    there = KnownLines(add_lines("", lines[:2]))
    assert [there.has(version, each) for each in (None, one, other, {})] == [True, True, True, False]
    assert not there.has("0" * 16, None)
    versions = Versions("".join(f"{line}\n" for line in lines).encode())
    assert versions.fields(version) == {**fields_of(ONE), "tags": ["t"]}
    assert versions.pictures(version) == (one, other, None, {})
    assert versions.has_note(version, "2" * 16)
    assert Versions(lines[0].encode()).pictures(version) == (one,)
    assert Versions(lines[2].encode()).pictures(version) == (None,)
    damaged = lines[0].replace('"1.png"', "1.png")
    assert Versions(damaged.encode()).pictures(version) == (None,)


def test_a_damaged_line_is_an_unknown_version() -> None:
    text = add_lines("", [line_of(ONE)])
    assert Versions(text[:-10].encode()).fields(version_of(ONE)) is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_versions_are_read_from_a_file_however_it_was_saved(tmp_path: Path, encoding: str, end: str) -> None:
    one, two = replace(ONE, answer="é"), replace(ONE, answer="“2”")
    lines = [line_of(one, "1" * 16), line_of(two, "2" * 16)]
    (tmp_path / "a.history.jsonl").write_bytes("".join(line + end for line in lines).encode(encoding))
    versions = read_versions(tmp_path / "a.lock.json")
    for each, note in ((one, "1" * 16), (two, "2" * 16)):
        assert versions.fields(version_of(each)) == {**fields_of(each), "tags": ["t"]}
        assert versions.has_note(version_of(each), note)
    assert read_versions(tmp_path / "b.lock.json").fields(version_of(one)) is None


@pytest.mark.parametrize("before", ["\n", "\n\n", "no line\n\n"])
def test_lines_are_found_behind_empty_ones(before: str) -> None:
    """One at the beginning was looked at for ever."""
    versions = Versions(f"{before}{line_of(ONE)}\n\n{line_of(replace(ONE, answer='2'))}".encode())
    for each in (ONE, replace(ONE, answer="2")):
        assert versions.fields(version_of(each)) == {**fields_of(each), "tags": ["t"]}


@pytest.mark.needs("git")
def test_two_peoples_histories_merge(tmp_path: Path) -> None:
    lines = [line_of(replace(ONE, answer=str(number))) for number in range(30)]
    for name, some in (("base", lines[:10]), ("ours", lines[:20]), ("theirs", lines[:10] + lines[20:])):
        (tmp_path / name).write_text(add_lines("", some), encoding="utf-8")
    command = ["git", "merge-file", "--stdout", "ours", "base", "theirs"]
    merged = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).stdout.decode()
    assert add_lines(merged, ()) == add_lines("", lines)


def test_it_lies_beside_its_lock() -> None:
    assert history_path(Path("a/b.lock.json")) == Path("a/b.history.jsonl")
    assert history_path(Path("other.json")) == Path("other.history.jsonl")


def test_what_versions_said_is_read_when_it_is_asked_for() -> None:
    said = SaidBefore(add_lines("", [line_of(ONE)]), "question")
    assert said.get("0" * 16) is None
    assert dict(said) == {version_of(ONE): ONE.question}


def test_a_history_that_is_in_order_is_left_as_it_is_and_any_other_is_put_in_order() -> None:
    lines = sorted(line_of(replace(ONE, answer=f"Answer {number}.")) for number in range(3))
    text = "".join(f"{line}\n" for line in lines)
    assert add_lines(text, []) == text
    for other in ("\n".join(lines), text + "\n", text + lines[0] + "\n", "\n".join([*reversed(lines), ""])):
        assert add_lines(other, []) == text
    assert add_lines(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n", []) == text


def test_what_comes_to_a_history_is_in_its_order_in_utf_8() -> None:
    one, other, third = (line_of(replace(ONE, answer=answer)) for answer in ("a", "é — \U0001f40d", "\uffee"))
    text = add_lines("", [one])
    assert merge_lines(text, [one]) is None
    assert (
        merge_lines(text, sorted((third, other)))
        == "".join(f"{line}\n" for line in sorted((one, other, third))).encode()
    )
    assert merge_lines("", []) is None
