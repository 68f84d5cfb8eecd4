"""Where the lock of a bank is."""

from __future__ import annotations

from pathlib import Path

from qexport.bank.lock_place import lock_path


def test_a_lock_is_beside_a_file_and_inside_a_folder(tmp_path: Path) -> None:
    assert lock_path(Path("banks/python.yaml")) == Path("banks/python.lock.json")
    assert lock_path(tmp_path).parent == tmp_path
