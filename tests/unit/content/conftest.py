"""A bank with pictures beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image as Pillow


@pytest.fixture
def bank(tmp_path: Path) -> Path:
    folder = tmp_path / "bank"
    (folder / "pictures").mkdir(parents=True)
    Pillow.new("L", (4, 3)).save(folder / "pictures" / "event-loop.png")
    Pillow.new("L", (2, 2)).save(folder / "two.gif")
    (folder / "drawn.svg").write_text("<p><svg/></p>", encoding="utf-8")
    Pillow.new("L", (1, 1)).save(tmp_path / "outside.png")
    path = folder / "bank.yaml"
    path.touch()
    return path
