"""importers: which file is read by what, and how a folder of files is one bank."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qexport.bank.reader import BY_LINES, IMPORTERS, read
from qexport.bank.validation import validate
from qexport.common.errors import InputRefused, QexportError


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".yaml").write_text(text, encoding="utf-8")
    return folder


def question(identity: str) -> str:
    return f"- {{id: {identity}, question: q, answer: a}}\n"


def refusal_of(path: Path) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as caught:
        validate(read(path))
    return [(str(problem), problem.hint) for problem in caught.value.problems]


@pytest.mark.parametrize("name", [*IMPORTERS.values(), *BY_LINES.values()])
def test_every_importer_can_parse(name: str) -> None:
    module, _, function = name.partition(":")
    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("name", ["bank.yaml", "bank.yml", "BANK.YAML"])
def test_a_file_is_read_by_its_ending(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("questions:\n" + question("a"))
    bank, warnings = validate(read(tmp_path / name))
    assert ([question.id for question in bank.questions], warnings) == (["a"], ())


def test_a_file_nobody_reads_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bank.docx").touch()
    (tmp_path / "bank").touch()
    hint = "a bank is a .yaml or .yml or .jsonl file, or a folder of them"
    assert refusal_of(tmp_path / "bank.docx") == [
        (f"{tmp_path}/bank.docx: nothing here reads .docx files", hint)
    ]
    assert refusal_of(tmp_path / "bank") == [(f"{tmp_path}/bank: a file without an ending", hint)]
    assert refusal_of(tmp_path / "gone.docx") == [(f"{tmp_path}/gone.docx: there is no such file", "")]


def test_a_named_encoding_reaches_the_file(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_bytes("title: café".encode("cp1252"))
    header = read(tmp_path / "bank.yaml", encoding="cp1252").header
    assert header == read(write(tmp_path, bank="title: café") / "bank.yaml").header


# --- folders ------------------------------------------------------------------------------------------------


def test_a_folder_is_one_bank_in_the_order_of_its_paths(tmp_path: Path) -> None:
    write(
        tmp_path,
        b="questions:\n" + question("b1") + question("b2"),
        a="title: My bank\nlevels: [Low, High]\n",
        c="title: My bank\nquestions:\n" + question("c"),
        captures__vocabulary="not: read",
    )
    (tmp_path / ".hidden.yaml").write_text("not: read")
    (tmp_path / "bank.schema.json").write_text("not read")
    bank, _ = validate(read(tmp_path))
    assert (bank.title, bank.levels) == ("My bank", ("Low", "High"))
    assert [(question.id, str(question.location)) for question in bank.questions] == [
        ("b1", f"{tmp_path}/b.yaml:2:3"),
        ("b2", f"{tmp_path}/b.yaml:3:3"),
        ("c", f"{tmp_path}/c.yaml:3:3"),
    ]


def test_a_folder_without_a_title_is_called_as_the_folder(tmp_path: Path) -> None:
    bank, _ = validate(read(write(tmp_path / "back-end_jobs", a="questions:\n" + question("a"))))
    assert (bank.title, bank.namespace) == ("Back end jobs", "")


def test_all_that_is_wrong_in_a_folder_is_said_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        a="title: One\nclaims: {questions: 1}\nquestions:\n" + question("x"),
        b="title: 'Two\n",
        c="title: Two\nclaims: {questions: 1}\nquestions:\n- text\n- id: X\n  answer: a\n  answer: b\n",
        d="questions: text\n",
    )
    (tmp_path / "e.yaml").write_bytes(b"\xff")
    assert refusal_of(tmp_path) == [
        (
            f"{tmp_path}/b.yaml:1:8: this quote is never closed",
            "close it, or write the text as a block: `key: |`",
        ),
        (
            f"{tmp_path}/c.yaml:1:1: 'title' has another value at {tmp_path}/a.yaml:1:1",
            "say it in one file of the folder",
        ),
        (f"{tmp_path}/c.yaml:4:3: a question must be a mapping", "begin it with `- id:`"),
        (f"{tmp_path}/c.yaml:5:3: question 'X' has no question", ""),
        (
            f"{tmp_path}/c.yaml:5:7: id 'X' is taken at {tmp_path}/a.yaml:4:8",
            "it is 'x' there, which differs only in case",
        ),
        (f"{tmp_path}/c.yaml:7:3: 'answer' is here twice, first in line 6", "keep one"),
        (f"{tmp_path}/d.yaml:1:12: a question must be a mapping", "begin it with `- id:`"),
        (
            f"{tmp_path}/e.yaml:1:1: byte 0xff at offset 0 is not UTF-8",
            "save the file as UTF-8, or name its encoding, for example: --encoding cp1252",
        ),
    ]


def test_a_folder_without_a_bank_is_refused(tmp_path: Path) -> None:
    assert refusal_of(tmp_path) == [(f"{tmp_path}: no .yaml or .yml or .jsonl file in this folder", "")]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: text.encode("utf-16")))
def test_no_file_does_worse_than_being_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bank.yaml").write_bytes(data)
    for path in (tmp_path, tmp_path / "bank.yaml"):
        with pytest.raises(QexportError):
            validate(read(path))


def test_what_a_folder_has_beside_its_files_is_reported(tmp_path: Path) -> None:
    write(tmp_path, a="questions:\n" + question("a"), deep__er__b="questions: []", deep__c="questions: []")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "moved").symlink_to(tmp_path / "gone")
    assert [(str(warning), warning.hint) for warning in validate(read(tmp_path))[1]] == [
        (
            f"{tmp_path}/deep: this folder is not read: 2 files of questions in it",
            "move them up into the bank's folder, or make a bank of this folder",
        ),
        (f"{tmp_path}/moved: a link that leads nowhere", "remove it, or correct it"),
    ]
    (tmp_path / "lost.yaml").symlink_to(tmp_path / "gone.yaml")
    assert refusal_of(tmp_path) == [(f"{tmp_path}/lost.yaml: a link that leads nowhere", "")]
