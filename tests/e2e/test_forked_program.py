"""A fork of the program says and does what the program does that is started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.terminals import run_on_terminal

BANK = """\
title: Small bank
namespace: small
questions:
  - {id: PY-1, question: What is a ’set’?, technology: Python, answer: A value without an order.}
"""


def said_by(programs: Path, program: str, line: str, **variables: str) -> tuple[int, bytes]:
    """Run a line of a shell whose `qexport` is the program; return its status and what a terminal of it shows."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "TERM")
    }
    environment |= {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        "TERM": "xterm",
        **variables,
    }
    script = line.replace("qexport", program, 1)
    return run_on_terminal(["sh", "-c", script], environment=environment, reads=True)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.needs("terminal")
@pytest.mark.parametrize(
    ("line", "variables", "status", "part"),
    [
        ("qexport list --bank bank.yaml", {}, 0, "What is a ’set’?".encode()),
        (
            "qexport list --bank bank.yaml",
            {"PYTHONIOENCODING": "latin-1"},
            0,
            b"What is a \\u2019set\\u2019?",
        ),
        ("qexport chek", {"COLUMNS": "60"}, 2, b"\x1b["),
        ("true | qexport check in.yaml", {}, 3, b"this is a pipe, not an ordinary file"),
        ("qexport show --bank bank.yaml --json | head -n 1; exit 7", {}, 7, b"[\r\n"),
    ],
)
def test_a_fork_is_the_program(
    line: str, variables: dict[str, str], status: int, part: bytes, qexport_in_forks: Path
) -> None:
    Path("bank.yaml").write_text(BANK)
    Path("in.yaml").symlink_to("/dev/stdin")
    fork = said_by(qexport_in_forks, "qexport", line, **variables)
    assert part in fork[1], fork
    assert fork[0] == status, fork
    assert fork == said_by(qexport_in_forks, "started qexport", line, **variables)
