"""What CI holds of names: no module uses one that another has for something else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tools import check_names
from tools.check_names import defined_in, main


def test_every_way_to_define_a_name_is_seen() -> None:
    module = ast.parse(
        "A = 1\nB, _C = 2, 3\nD: int = 4\nT = TypeVar('T')\n__all__ = []\ndef f(): G = 5\nclass H: pass"
    )
    assert list(defined_in(module)) == ["A", "B", "_C", "D", "f", "H"]


def test_no_name_has_two_definitions() -> None:
    assert main() == 0


def test_an_underscore_makes_no_other_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.py").write_text("_read = 1\ndef read(): pass\n")
    (tmp_path / "other.py").write_text("class read: pass\ndef __getattr__(name): pass\n")
    monkeypatch.setattr(check_names, "SOURCE", tmp_path)
    assert main() == 1
    assert capsys.readouterr().out == "read: one.py, other.py\n1 names with two definitions\n"
