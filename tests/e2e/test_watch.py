"""`qexport build --watch` and `qexport preview` as a person uses them: an editor saves, the result follows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

BANK = "title: T\nnamespace: n\nquestions:\n- {id: A, question: One?, answer: Yes.}\n"


def begin(folder: Path, *words: str) -> subprocess.Popen[str]:
    (folder / "bank.yaml").write_text(BANK)
    with (folder / "errors.txt").open("w") as errors:
        return subprocess.Popen(
            [sys.executable, "-m", "qexport", *words],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < ends
        time.sleep(0.02)


def end(process: subprocess.Popen[str]) -> int:
    process.send_signal(signal.SIGINT)
    if process.stdout:
        process.stdout.close()
    return process.wait(20)


def test_build_watch_builds_again_and_goes_on_after_a_mistake(tmp_path: Path) -> None:
    process = begin(tmp_path, "build", "bank.yaml", "--watch", "--format", "web", "--out", ".")
    page = tmp_path / "t.html"
    wait(page.exists)
    first = page.stat()
    time.sleep(0.8)
    assert page.stat() == first  # the page itself is no reason to build again
    (tmp_path / "beside").write_text(BANK.replace("Yes.", "Broken: ["))
    (tmp_path / "beside").replace(tmp_path / "bank.yaml")
    wait(lambda: "qexport: error: bank.yaml:4:" in (tmp_path / "errors.txt").read_text())
    assert "Yes." in page.read_text()
    (tmp_path / "beside").write_text(BANK.replace("Yes.", "Perhaps."))
    (tmp_path / "beside").replace(tmp_path / "bank.yaml")
    wait(lambda: "Perhaps." in page.read_text())
    assert end(process) == 130


def test_preview_prints_its_address_and_ends_with_ctrl_c(tmp_path: Path) -> None:
    process = begin(tmp_path, "preview", "--bank", "bank.yaml")
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    assert address.startswith("http://127.0.0.1:")
    assert process.stdout.readline() == "Ctrl-C ends it.\n"
    with urlopen(address, timeout=20) as page:
        assert page.status == 200
    assert end(process) == 130
    assert (tmp_path / "errors.txt").read_text().strip() == ""
