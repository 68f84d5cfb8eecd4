"""What `qexport doctor` finds on a machine, and what it says of what is missing."""

from __future__ import annotations

import ctypes
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qexport.cli.machine import EXTRAS, LIBRARIES, NEEDED_PACKAGES, PROGRAMS, examine_machine
from qexport.cli.main import program


def run(*words: str) -> Result:
    return CliRunner().invoke(program, words, prog_name="qexport", terminal_width=100)


def test_this_machine_has_all_that_a_build_needs(tmp_path: Path) -> None:
    parts = examine_machine(tmp_path / "cache")
    assert [part.name for part in parts if part.state == "missing"] == []
    assert len(parts) == 1 + len(NEEDED_PACKAGES) + len(LIBRARIES) + 3 + len(EXTRAS) + len(PROGRAMS)
    assert list(tmp_path.iterdir()) == []
    done = run("doctor", "--cache", str(tmp_path / "cache"))
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["state", "part", "found,", "or", "what", "to", "do"]
    assert len(lines) == len(parts) + 1


def test_a_machine_without_pango_gets_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ctypes.CDLL

    def without_pango(name: str | None, *arguments: object) -> object:
        if name and "pango" in name:
            raise OSError(name)
        return real(name, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("qexport.cli.machine.ctypes.CDLL", without_pango)
    monkeypatch.setattr(
        "qexport.cli.machine.shutil.which", lambda name: "/usr/bin/dnf" if name == "dnf" else None
    )
    done = run("doctor")
    assert done.exit_code == 6
    assert done.stderr == "qexport: error: 2 parts missing\n  hint: sudo dnf install pango\n"
    found = {part["name"]: part for part in json.loads(run("doctor", "--json").stdout)}
    assert (found["Pango"]["state"], found["Pango"]["mend"]) == ("missing", "sudo dnf install pango")
    assert found[f"git ({PROGRAMS['git'][0]})"]["state"] == "absent"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    parts = {part.name: part for part in examine_machine(tmp_path / "file" / "cache")}
    assert (parts["cache"].state, parts["cache"].mend) == (
        "absent",
        "set QEXPORT_CACHE to a folder you may write to",
    )


def test_nothing_is_left_of_a_cache_that_is_cleared_whole(tmp_path: Path) -> None:
    from qexport.layout.cache import ChunkCache

    folder = tmp_path / "cache"
    ChunkCache(folder).keep({})
    with closing(sqlite3.connect(folder / "chunks.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM chunks").fetchone() == (0,)
    assert run("cache", "clear", "--cache", str(folder)).exit_code == 0
    assert list(folder.iterdir()) == []
    ChunkCache(folder).keep({})
    (folder / "font-lists").mkdir()
    (folder / "font-lists" / "1.cache-9").write_text("")
    done = run("cache", "clear", "--all", "--cache", str(folder))
    assert (done.exit_code, done.stdout) == (
        0,
        f"{folder}/chunks.sqlite: 0 chunks removed, 0 chunks (0 bytes) left\n",
    )
    assert not folder.exists()
    folder.mkdir()
    (folder / "mine").write_text("")
    assert run("cache", "clear", "--all", "--cache", str(folder)).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["mine"]
