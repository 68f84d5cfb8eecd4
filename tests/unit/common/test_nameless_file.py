"""What is put into a file without a name comes out again, and nothing is left of it."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from qexport.common.nameless_file import NamelessFile


def list_open() -> set[Path]:
    """The open files of this process that have no name any more."""
    files = Path("/proc/self/fd")
    said = (each.readlink() for each in files.iterdir() if each.is_symlink())
    return {each for each in said if each.name.endswith(" (deleted)")}


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond so many bytes."""
    usual = getrlimit(RLIMIT_FSIZE)
    setrlimit(RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, usual)


def test_bytes_come_out_again_and_the_file_goes_with_the_last_reader(tmp_path: Path) -> None:
    before = list_open()
    file = NamelessFile(tmp_path)
    readers = [file.store(b"one"), file.store(b""), file.store(b"other" * 1000)]
    assert list(tmp_path.iterdir()) == []
    del file
    gc.collect()
    assert len(list_open() - before) == 1
    assert [read() for read in reversed(readers)] == [b"other" * 1000, b"", b"one"]
    readers.clear()
    gc.collect()
    assert list_open() == before


def test_what_has_no_room_stays_in_memory(tmp_path: Path) -> None:
    with files_of_at_most(4_000):
        file = NamelessFile(tmp_path)
        assert file.append(b"a" * 3_000) == 0
        assert file.append(b"b" * 2_000) is None
        readers = [file.store(b"c" * 2_000), file.store(b"d" * 500)]
    assert [read() for read in readers] == [b"c" * 2_000, b"d" * 500]
    assert file.read(0, 3_500) == b"a" * 3_000 + b"d" * 500


def test_the_usual_folder_is_that_for_temporary_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "none"))
    with pytest.raises(FileNotFoundError):
        NamelessFile()
