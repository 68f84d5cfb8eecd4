"""SECURITY.md promises what is tested: every test it names is there, and every test of this folder is named."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAID = (ROOT / "SECURITY.md").read_text("utf-8")


def test_every_promise_names_a_test_that_is_there() -> None:
    rows = re.findall(r"^\| (?!---|promise)(.+) \| (.+) \|$", SAID, re.MULTILINE)
    assert len(rows) > 10
    for promise, shown_by in rows:
        named = re.findall(r"`(tests/[\w/]+\.py)`", shown_by)
        assert named, promise
        assert [name for name in named if not (ROOT / name).is_file()] == [], promise


def test_every_hostile_test_is_named() -> None:
    there = {f"tests/hostile/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert there - {"tests/hostile/test_promises.py"} == set(re.findall(r"tests/hostile/\w+\.py", SAID))
