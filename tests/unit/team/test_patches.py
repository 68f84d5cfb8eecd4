"""A patch of changed files is taken by git, whatever the files hold."""

from __future__ import annotations

import random
import subprocess
from pathlib import Path

import pytest

from qexport.team.patches import write_patch


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"one\ntwo\n", b"one\n2\n"),
        (b"no end", b"no end\nmore"),
        (b"one\r\ntwo\r\n", b"one\r\nother\r\n"),
        ("a\u2028b\n\x0cc\n".encode(), "a\u2028b\n\x0cd\n".encode()),
        (b"\xff\x00old", b"\xff\x00new" * 40),
        (None, bytes(random.Random(1).randbytes(5000))),
        (None, b""),
        (None, b"x"),
    ],
)
@pytest.mark.parametrize("below", ["", "sub folder"])
def test_git_applies_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: bytes | None, after: bytes, below: str
) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    folder = tmp_path / below
    folder.mkdir(exist_ok=True)
    monkeypatch.chdir(folder)
    path = Path("my file.dat")
    if before is not None:
        path.write_bytes(before)
    patch = write_patch({path: after})
    assert (path.read_bytes() if before is not None else None) == before
    subprocess.run(["git", "apply", "-"], input=patch.encode(), check=True)
    assert path.read_bytes() == after
