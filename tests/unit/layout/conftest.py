"""What tests of the cache and of the scheduler share."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What was opened, in its order."""
    seen: list[object] = []
    connect = sqlite3.connect

    def note(path: Path, timeout: float) -> sqlite3.Connection:
        seen.append(path)
        return connect(path, timeout=timeout)

    monkeypatch.setattr(sqlite3, "connect", note)
    return seen
