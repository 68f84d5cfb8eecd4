"""Files of every format that there was, kept as they were made, are read by the program of today (docs/formats.md)."""

from __future__ import annotations

import json
import re
import shutil
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from qexport.anki.package_reader import notes_in
from qexport.bank.history import Versions, add_lines
from qexport.bank.lock_file import read_lock
from qexport.bank.reader import read
from qexport.bank.validation import validate
from qexport.cli.main import program
from qexport.common.formats import FORMATS
from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk

KEPT = Path(__file__).resolve().parents[1] / "formats"

DIGESTS = {
    "bank-1/questions.jsonl": "785e35f74ba93cca",
    "bank-1/questions.yaml": "6dc6430486f7751e",
    "bundle-1/team.zip": "1607194d2a141b75",
    "cache-1/chunks.sqlite": "bbc333f84ee54a64",
    "history-1/questions.history.jsonl": "d11538a4a0eb2797",
    "imports-1/imported.imports.json": "9e4b57582d8a29ba",
    "imports-1/imported.yaml": "11c10d7d4fc44107",
    "imports-1/more.tsv": "0482a61adb118dbe",
    "json-1/build.json": "1f7484ebf7d9c339",
    "json-1/check.json": "11edbf9fc8a3c120",
    "json-1/list.json": "057646341e1f4fc0",
    "json-1/recipes.json": "73ef282f5edfdcfd",
    "json-1/show.json": "8ac0fa792516306c",
    "json-1/stats.json": "318d8799919f5f48",
    "json-1/verify.json": "7cc764133576b890",
    "lock-1/kept.apkg": "087b17bcbdd4f19d",
    "lock-1/questions.lock.json": "564b30ac6b42c653",
    "lock-1/questions.yaml": "8f41caa856063022",
    "lock-2/questions.lock.json": "c26a19c414cc565c",
    "note-type/kept.apkg": "bf6c0ac2e6fbddc3",
    "qexport.toml-1/qexport.toml": "2a752baf63fe0848",
}
"""What each file is for ever: the first digits of its SHA-256. A format of a new number gets a folder of its own."""


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795910400")


def run(*words: str, status: int = 0) -> str:
    result = CliRunner().invoke(program, words, prog_name="qexport")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == status, result.output
    return result.stdout if status == 0 else result.stderr


def take(*names: str) -> None:
    """Copy kept files into the current folder."""
    for name in names:
        shutil.copyfile(KEPT / name, Path(name).name)


def guids(deck: Path) -> set[str]:
    return {guid for guid, _, _ in notes_in(deck.read_bytes(), deck.name)}


def test_kept_files_are_as_they_were_made() -> None:
    here = {
        path.relative_to(KEPT).as_posix(): sha256(path.read_bytes()).hexdigest()[:16]
        for path in sorted(KEPT.rglob("*"))
        if path.is_file() and path.name != ".gitattributes"
    }
    assert here == DIGESTS


def test_there_are_files_of_every_number() -> None:
    missing = {
        f"{name.strip('-')}-{number}"
        for name, latest in FORMATS.items()
        for number in range(1, latest + 1)
        if not any((KEPT / f"{name.strip('-')}-{number}").iterdir())
    }
    assert missing == set()


def test_banks() -> None:
    take("bank-1/questions.yaml", "bank-1/questions.jsonl")
    assert run("check", "questions.yaml") == "questions.yaml: 3 questions, nothing wrong\n"
    one, other = (validate(read(Path(f"questions.{ending}")))[0] for ending in ("yaml", "jsonl"))
    assert one == other


def test_the_lock_and_its_history_lead_to_the_notes_that_were_published() -> None:
    take("bank-1/questions.yaml", "lock-2/questions.lock.json", "history-1/questions.history.jsonl")
    lock = read_lock(Path("questions.lock.json").read_text("utf-8"), "questions.lock.json")
    versions = {entry.version for entry in lock.notes.values()}
    history = Path("questions.history.jsonl").read_text("utf-8")
    assert versions <= set(Versions(history.encode()))
    run("build", "--format", "deck", "--file-name", "now")
    assert guids(Path("out/now.apkg")) == guids(KEPT / "note-type" / "kept.apkg")
    assert set(history.splitlines()) <= set(Path("questions.history.jsonl").read_text("utf-8").splitlines())


def test_a_line_of_a_history_of_another_format_is_kept() -> None:
    line = '{"format": 2, "version": "0123456789abcdef"}'
    assert add_lines(f"{line}\n", ()) == f"{line}\n"
    assert Versions(line.encode()).fields("0123456789abcdef") is None


def test_a_lock_of_the_first_format_is_migrated_and_keeps_its_notes() -> None:
    take("lock-1/questions.yaml", "lock-1/questions.lock.json")
    assert "hint: update it: qexport migrate\n" in run("build", "--format", "deck", status=3)
    run("migrate")
    lock = read_lock(Path("questions.lock.json").read_text("utf-8"), "questions.lock.json")
    before = json.loads((KEPT / "lock-1" / "questions.lock.json").read_text("utf-8"))
    assert set(lock.notes) == set(before["notes"])


def test_imports() -> None:
    take("imports-1/imported.yaml", "imports-1/imported.imports.json", "imports-1/more.tsv")
    run("import", "more.tsv", "--map", "question=Front", "--map", "answer=Back", "-o", "imported.yaml")
    for name in ("imported.yaml", "imported.imports.json"):
        assert Path(name).read_bytes() == (KEPT / "imports-1" / name).read_bytes()


def test_bundles() -> None:
    take("bundle-1/team.zip", "bank-1/questions.yaml")
    assert run("verify", "team.zip").startswith("team.zip: 9 files, none has changed\n")
    assert run("diff", "questions.yaml", "team.zip") == "questions.yaml → team.zip: 3 unchanged\n"


def test_decks() -> None:
    take("note-type/kept.apkg", "bank-1/questions.yaml")
    run("import", "kept.apkg", "-o", "imported.yaml")
    imported = {each["id"] for each in json.loads(run("list", "--bank", "imported.yaml", "--json"))}
    assert imported == {each["id"] for each in json.loads(run("list", "--json"))}
    run("build", "--format", "deck", "--previous", "kept.apkg", "--file-name", "now")
    assert guids(Path("out/now.apkg")) == guids(Path("kept.apkg"))


def test_caches(tmp_path: Path) -> None:
    kept = ChunkCache(tmp_path)
    kept.path.parent.mkdir(exist_ok=True)
    shutil.copyfile(KEPT / "cache-1" / "chunks.sqlite", kept.path)
    chunk = Chunk(
        page_width=500.0, mirror=0.0, pages=(0,), anchors=(("q-1", 0, 1.0, 2.0),), packed=b"x" * 300
    )
    assert kept.load(["a", "b"]) == {"a": chunk, "b": chunk}


def test_recipes() -> None:
    take("qexport.toml-1/qexport.toml", "bank-1/questions.yaml")
    assert [each["recipe"] for each in json.loads(run("recipes", "--json"))] == ["all", "hard"]


COMMANDS = {
    "build": ("build", "all", "--json"),
    "check": ("check", "--json"),
    "list": ("list", "--json"),
    "recipes": ("recipes", "--json"),
    "show": ("show", "PY-1", "--json"),
    "stats": ("stats", "--json"),
    "verify": ("verify", "team.zip", "--json"),
}


def lacks(kept: Any, now: Any, place: str = "") -> list[str]:
    """Return what was in a result and is no longer, or is of another type."""
    if isinstance(kept, dict) and isinstance(now, dict):
        gone = [f"{place}.{key}" for key in kept if key not in now]
        return gone + [
            each for key in kept if key in now for each in lacks(kept[key], now[key], f"{place}.{key}")
        ]
    if isinstance(kept, list) and isinstance(now, list):
        return [
            each for one, other in zip(kept, now, strict=False) for each in lacks(one, other, f"{place}[]")
        ]
    return [] if type(kept) is type(now) else [f"{place}: {type(now).__name__}"]


@pytest.mark.parametrize("name", COMMANDS)
def test_what_json_prints_still_has_every_key(name: str) -> None:
    take(
        "bank-1/questions.yaml",
        "lock-2/questions.lock.json",
        "qexport.toml-1/qexport.toml",
        "bundle-1/team.zip",
    )
    kept = json.loads((KEPT / "json-1" / f"{name}.json").read_text("utf-8"))
    assert lacks(kept, json.loads(run(*COMMANDS[name]))) == []


@pytest.mark.parametrize(
    ("name", "before", "after", "line"),
    [
        ("questions.yaml", "format: 1", "format: 2", "questions.yaml:1:9"),
        ("qexport.toml", "file-format = 1", "file-format = 2", "qexport.toml:1"),
    ],
)
def test_a_file_of_a_newer_format_is_refused(name: str, before: str, after: str, line: str) -> None:
    take("bank-1/questions.yaml", "qexport.toml-1/qexport.toml")
    Path(name).write_text(Path(name).read_text("utf-8").replace(before, after), "utf-8")
    assert run("check", status=3) == (
        f"qexport: error: {line}: format '2' is not known; this qexport knows 1\n"
        "  hint: a newer qexport wrote it: install that one\n"
    )


def test_the_page_names_every_format() -> None:
    page = (KEPT.parents[1] / "docs" / "formats.md").read_text("utf-8")
    rows = re.findall(r"^\| (.+?) \| (\d+|one .+?) \|", page, re.MULTILINE)
    assert [number for _, number in rows if number.isdigit()] == [
        str(FORMATS[name])
        for name in ("bank", "lock", "history", "imports", "bundle", "cache", "qexport.toml", "--json")
    ]
