"""docs/team.md: every command in it is run, and prints what stands below it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.forked_program import start_first

ROOT = Path(__file__).parents[2]
BLOCKS = re.compile(r"^```(sh|text)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
END = "--- end of a block ---"


def measured(text: str) -> str:
    """Leave out how long it took and how large it is: that is no promise."""
    return re.sub(r"\d+(\.\d+)? (s|kB|MB|bytes)\b", "… \\2", text)


@pytest.mark.needs("git")
def test_every_command_of_the_walkthrough_prints_what_it_says(tmp_path: Path, qexport_in_forks: Path) -> None:
    home = tmp_path / "team"
    home.mkdir()
    environment = {
        **os.environ,
        "PATH": f"{qexport_in_forks}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(home),
        "QEXPORT_CACHE": str(tmp_path / "cache"),
        "SOURCE_DATE_EPOCH": "1795374674",
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    blocks = BLOCKS.findall((ROOT / "docs" / "team.md").read_text("utf-8"))
    commands, expected = [], []
    for kind, text in blocks:
        if kind == "sh":
            commands.append(text)
            expected.append("")
        else:
            expected[-1] += text
    script = "set -eu\n" + "".join(f"{block}\necho '{END}'\n" for block in commands)
    script = "\n".join(start_first(script.splitlines()))
    done = subprocess.run(
        ["bash", "-c", script], cwd=home, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.returncode == 0
    printed = done.stdout.split(f"{END}\n")
    assert [measured(block) for block in printed[:-1]] == [measured(block) for block in expected]


def test_the_workflow_names_commands_that_there_are() -> None:
    import yaml

    from qexport.cli.main import COMMANDS

    workflow = yaml.safe_load((ROOT / "docs" / "ci-workflow.yml").read_text("utf-8"))
    runs = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    called = set(re.findall(r"^qexport ([a-z]+)", "\n".join(runs), re.MULTILINE))
    assert called == {"check", "build", "bundle", "verify", "diff", "publish", "doctor"}
    assert called <= set(COMMANDS)
