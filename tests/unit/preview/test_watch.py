"""Watching files: whatever way they are saved."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qexport.common.errors import UsageError
from qexport.preview import watch
from qexport.preview.watch import look, places_of, wait_for_change, with_written


def write_in_place(path: Path) -> None:
    path.write_text("other")


def write_beside_and_rename(path: Path) -> None:
    beside = path.with_name("4913")
    beside.write_text("same size"[: len(path.read_text())])
    times = path.stat()
    os.utime(beside, ns=(times.st_atime_ns, times.st_mtime_ns))
    beside.replace(path)


def remove_and_write(path: Path) -> None:
    path.unlink()
    time.sleep(0.1)
    path.write_text("again")


@pytest.mark.parametrize("save", [write_in_place, write_beside_and_rename, remove_and_write])
def test_sees_a_file_saved_in_any_way(tmp_path: Path, save: Callable[[Path], None]) -> None:
    path = tmp_path / "bank.yaml"
    path.write_text("text")
    for _ in range(2):  # a file that was replaced is still watched
        before = look([tmp_path])
        threading.Timer(0.1, save, [path]).start()
        after = wait_for_change([tmp_path], before)
        assert after != before
        time.sleep(0.2)


def test_leaves_out_what_a_build_writes(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    before = look([tmp_path], [out])
    for name in ("out/book.pdf", "bank.lock.json", "bank.history.jsonl", ".bank.yaml.swp"):
        (tmp_path / name).touch()
    assert look([tmp_path], [out]) == before
    (tmp_path / "picture.png").touch()
    assert look([tmp_path], [out]) != before


def test_too_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "MOST_FILES", 2)
    for number in range(3):
        (tmp_path / str(number)).touch()
    with pytest.raises(UsageError) as caught:
        look([tmp_path])
    assert (caught.value.message, caught.value.hint) == (
        "more than 2 files to watch",
        "put the bank into a folder of its own",
    )


def test_watches_the_folders_of_bank_theme_and_recipes(tmp_path: Path) -> None:
    theme = tmp_path / "theme"
    theme.mkdir()
    bank = tmp_path / "bank" / "a.yaml"
    assert places_of(bank, str(theme), tmp_path / "qexport.toml") == (
        tmp_path / "bank",
        theme,
        tmp_path / "qexport.toml",
    )
    assert places_of(tmp_path, "classic", None) == places_of(tmp_path, "", None) == (tmp_path,)


def test_what_a_build_wrote_is_no_change(tmp_path: Path) -> None:
    bank, page = tmp_path / "bank.yaml", tmp_path / "page.html"
    bank.write_text("a")
    before = look([tmp_path])
    page.write_text("page")
    now = look([tmp_path])
    assert with_written(before, now, [page]) == now
    bank.write_text("ab")  # saved while the page was being made
    assert with_written(before, look([tmp_path]), [page]) == now
