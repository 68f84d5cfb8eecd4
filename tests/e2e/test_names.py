"""What CI holds of names: no module uses one that another has for something else."""

from __future__ import annotations

import ast

from tools.check_names import defined_in, main


def test_every_way_to_define_a_name_is_seen() -> None:
    module = ast.parse(
        "A = 1\nB, _C = 2, 3\nD: int = 4\nT = TypeVar('T')\n__all__ = []\ndef f(): G = 5\nclass H: pass"
    )
    assert list(defined_in(module)) == ["A", "B", "_C", "D", "f", "H"]


def test_no_name_has_two_definitions() -> None:
    assert main() == 0
