"""Where the lock of a bank lies."""

from __future__ import annotations

from pathlib import Path


def lock_path(bank: Path) -> Path:
    """Return where the lock of a bank lies: beside a file (`python.lock.json`), inside a folder."""
    return bank / "questions.lock.json" if bank.is_dir() else bank.with_suffix(".lock.json")
