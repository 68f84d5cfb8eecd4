"""Completion, asked of the real shells: commands, options, and values."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import qexport

BANK = """\
title: Mine
namespace: tests
questions:
- {id: DK-1, question: Why?, answer: Because., technology: Docker, category: Core Docker, level: Senior}
- {id: DK-2, question: How?, answer: So., technology: Machine Learning, category: Models, level: Junior}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a bank and recipes, and a folder with the program."""
    folder = tmp_path_factory.mktemp("completion")
    (folder / "questions.yaml").write_text(BANK)
    (folder / "other.yaml").write_text(
        "questions: [{id: X, question: Who?, answer: I., technology: Go, level: Expert}]\n"
    )
    (folder / "qexport.toml").write_text("[recipes.hard]\n[recipes.handy]\n")
    script = folder / "bin" / "qexport"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m qexport "$@"\n')
    script.chmod(0o755)
    (folder / "home").mkdir()
    return folder


def ask(project: Path, programs: Path, *command: str) -> list[str]:
    """Run a shell in the project; return the lines it prints."""
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(Path(qexport.__file__).parents[1]),
        "HOME": str(project / "home"),
        "TERM": "xterm",
    }
    done = subprocess.run(
        command, cwd=project, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    return sorted(done.stdout.split("\n")[:-1])


BASH = """
eval "$(qexport completion bash)"
for words in "$@"; do
    COMP_WORDS=($words)
    [[ $words != *' ' ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    _qexport_completion qexport
    printf '%s\\n' "${COMPREPLY[@]}"
done
"""

ASKED = {
    "qexport them": ["theme"],
    "qexport build --impos": ["--imposition"],
    "qexport build --paper a": ["a4", "a5", "a6"],
    "qexport build --theme m": ["modern", "mono"],
    "qexport build --format fl": ["flash-cards"],
    "qexport build ha": ["handy", "hard"],
    "qexport list --technology m": ["machine-learning"],
    "qexport list --level ": ["Junior", "Senior"],
    "qexport list other.yaml --technology ": ["Go"],
    "qexport build other.yaml --format deck --level ": ["Expert"],
    "qexport show DK": ["DK-1", "DK-2"],
    "qexport help bu": ["build", "bundle"],
    "qexport theme eject cl": ["classic"],
    "qexport export --to g": ["gift"],
    "qexport import --as moo": ["moodle-xml"],
    "qexport check --fail-on ga": ["gap"],
    "qexport completion f": ["fish"],
}


@pytest.fixture(params=ASKED)
def words(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def programs(words: str, project: Path, qexport_in_forks: Path) -> Path:
    """The folder with the program: the first time it is started, and a fork answers later."""
    return project / "bin" if words == next(iter(ASKED)) else qexport_in_forks


def test_bash_completes(project: Path, programs: Path, words: str) -> None:
    assert ask(project, programs, "bash", "--norc", "-c", BASH, "bash", words) == ASKED[words]


@pytest.mark.needs("fish")
def test_fish_completes(project: Path, programs: Path, words: str) -> None:
    script = f'qexport completion fish | source; complete -C "{words}"'
    assert [
        line.split("\t")[0] for line in ask(project, programs, "fish", "--no-config", "-c", script)
    ] == ASKED[words]


ZSH = """
autoload -Uz compinit && compinit -u -D
# The two that show completions print them instead: without a line editor there is nowhere to show them.
compadd() { print -l -- "${(@P)@[-1]}" }
_describe() { local -a pairs; pairs=("${(@P)3}"); print -l -- "${(@)pairs%%:*}" }
eval "$(qexport completion zsh)"
words=(${(z)1})
[[ $1 != *' ' ]] || words+=("")
CURRENT=$#words
_qexport_completion
"""


@pytest.mark.needs("zsh")
def test_zsh_completes(project: Path, programs: Path, words: str) -> None:
    assert ask(project, programs, "zsh", "--no-rcs", "-c", ZSH, "zsh", words) == ASKED[words]


def test_a_bank_that_cannot_be_read_completes_nothing(project: Path) -> None:
    (project / "bad.yaml").write_text("questions: [")
    words = "qexport list --bank bad.yaml --level "
    assert ask(project, project / "bin", "bash", "--norc", "-c", BASH, "bash", words) == [""]
