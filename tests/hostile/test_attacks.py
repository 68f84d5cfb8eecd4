"""Every kind of attack by files of strangers, once: whatever they are, nothing breaks.

Many of each: `.venv/bin/python -m tools.try_attacks`.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

tool: Any = import_module("tools.try_attacks")
harness: Any = import_module("tools.attack_harness")


@pytest.fixture(scope="module")
def watch() -> Any:
    return harness.Watch()


@pytest.mark.parametrize("family", tool.FAMILIES)
def test_no_attack_breaks_anything(family: str, watch: Any, tmp_path: Path) -> None:
    kinds, _ = tool.FAMILIES[family]
    row = harness.try_family(family, kinds, count=len(kinds), seed=7, folder=tmp_path, watch=watch)
    assert row.breaks == []
    assert (row.attacks, row.refused > len(kinds) // 2) == (len(kinds), True)


def test_what_breaks_a_promise_is_seen(watch: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The harness is tried with a program that does what no attack may make it do."""

    def disloyal(words: Any) -> tuple[int, str]:
        Path("../outside/secret.yaml").write_text(Path("../outside/secret.png").read_text() * 2)
        Path("more").write_text("x")
        return 0, "Traceback\u202e"

    monkeypatch.setattr(harness, "_run", disloyal)
    broken, status, _ = harness.try_attack(lambda _: harness.Attack(()), None, tmp_path / "a", watch)
    outside = tmp_path / "a" / "outside"
    assert (broken, status) == (
        [
            f"it opened {outside / 'secret.png'}",
            f"it opened {outside / 'secret.yaml'}",
            "it ended with 0: Traceback\u202e",
            "Traceback\u202e",
            "it printed ['\\u202e']",
            "a file outside was changed",
            "it wrote more",
        ],
        0,
    )
