"""How messages are printed: all problems at once, but no flood; colours only where somebody sees them."""

from __future__ import annotations

import errno
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from qexport.cli.main import program
from qexport.cli.program import MOST_PROBLEMS
from qexport.cli.terminal import colour_message, emphasize

HEAD = "title: Mine\nnamespace: tests\nquestions:\n"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def run(*words: str) -> tuple[int, list[str], list[str]]:
    done = CliRunner().invoke(program, words, prog_name="qexport", terminal_width=100)
    return done.exit_code, done.stdout.splitlines(), done.stderr.splitlines()


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bank with 25 problems."""
    monkeypatch.chdir(tmp_path)
    lines = [f"- {{id: Q-{number}, question: Why?}}\n" for number in range(25)]
    Path("bank.yaml").write_text(HEAD + "".join(lines))
    return Path("bank.yaml")


def test_twenty_problems_are_printed_and_the_others_counted(broken: Path) -> None:
    status, out, err = run("list", str(broken))
    assert (status, out) == (3, [])
    assert [line for line in err[:-2] if not line.startswith("  hint: ")] == [
        f"qexport: error: bank.yaml:{4 + number}:3: question 'Q-{number}' has no answer"
        for number in range(MOST_PROBLEMS)
    ]
    assert err[-2:] == [
        "qexport: error: 5 more problems",
        "  hint: qexport check --all prints every problem of a bank",
    ]


def test_every_problem_is_printed_if_asked_for(broken: Path) -> None:
    assert "\n".join(run("check", str(broken))[2]).count("error: ") == MOST_PROBLEMS + 1
    assert "\n".join(run("check", str(broken), "--all")[2]).count("error: ") == 25
    assert len(json.loads("\n".join(run("check", str(broken), "--json")[1]))["problems"]) == 25


MESSAGE = "qexport: error: bank.yaml:1:1: what is wrong: error: here\n  hint: what is right"


def test_labels_are_coloured_on_a_terminal_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert colour_message(MESSAGE, Terminal()) == (
        "\x1b[1;31mqexport: error:\x1b[0m bank.yaml:1:1: what is wrong: error: here\n"
        "\x1b[1;36m  hint:\x1b[0m what is right"
    )
    assert emphasize("id", Terminal()) == "\x1b[1mid\x1b[0m"
    assert colour_message(MESSAGE, io.StringIO()) == MESSAGE
    monkeypatch.setenv("NO_COLOR", "1")
    assert colour_message(MESSAGE, Terminal()) == MESSAGE
    assert emphasize("id", Terminal()) == "id"
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert colour_message(MESSAGE, Terminal()) == MESSAGE


def test_a_disk_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EIO, "Input/output error", "/usr/lib/templates/handbook")

    monkeypatch.setattr("qexport.choosing.check", fail)
    assert run("check", "b.yaml") == (
        6,
        [],
        [
            "qexport: error: /usr/lib/templates/handbook: the disk cannot be read: Input/output error",
            "  hint: see whether the disk is damaged",
        ],
    )


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EPERM])
def test_an_output_stream_that_refuses_is_one_line(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, "Not possible")  # as write(2) has it: without a file's name

    monkeypatch.setattr("qexport.choosing.check", fail)
    assert run("check", "b.yaml") == (
        5,
        [],
        ["qexport: error: standard output: cannot be written: Not possible"],
    )
