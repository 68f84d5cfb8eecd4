"""`qexport share` as a process: what it prints, what it opens, how it ends."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

import qexport
from qexport.cli.main import program

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(qexport.__file__).parents[1]), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def deck(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("deck.apkg")
    path.write_bytes(b"PK" * 1000)
    return path


def test_it_says_what_it_opens_and_ends_at_once_on_ctrl_c(deck: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "qexport",
        "share",
        str(deck),
        "--address",
        "127.0.0.1",
        "--qr",
        "code.svg",
    ]
    with subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        lines = [process.stdout.readline().rstrip("\n")]
        while not lines[-1].startswith("Open until"):
            lines.append(process.stdout.readline().rstrip("\n"))
        code, (url, files, until) = lines[:-3], lines[-3:]
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{22}/", url)
        assert files == "1 file: deck.apkg"
        assert re.fullmatch(
            r"Open until \d\d:\d\d to everyone in this network who knows the address\. Ctrl-C ends it\.",
            until,
        )
        assert all(set(line) <= set("█▀▄ ") for line in code)
        with urllib.request.urlopen(url + "deck.apkg", timeout=10) as answer:
            assert answer.read() == deck.read_bytes()
        asked_to_end = time.monotonic()
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=20)
        assert time.monotonic() - asked_to_end < 5
    assert (process.returncode, rest, errors.strip()) == (130, "ended: 1 download\n", "")
    assert Path("code.svg").read_text().startswith("<svg ")


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["no.apkg"], 3, "qexport: error: no.apkg: this cannot be read: No such file or directory\n"),
        (
            ["deck.apkg", "--address", "phone"],
            2,
            "qexport: error: 'phone' is not an IP address\n  hint: for example 192.168.1.20\n",
        ),
        (
            ["deck.apkg", "--address", "192.0.2.1"],
            6,
            (
                "qexport: error: cannot listen on 192.0.2.1, port any: Cannot assign requested address\n"
                "  hint: name another address of this machine with --address, or another port with --port\n"
            ),
        ),
    ],
)
def test_what_keeps_it_from_sharing_is_said(deck: Path, words: list[str], status: int, message: str) -> None:
    assert deck.exists()
    result = CliRunner().invoke(program, ["share", *words], prog_name="qexport")
    assert (result.exit_code, result.stdout, result.stderr) == (status, "", message)
