"""The files for CI services: what they run is run here, in a repository of a team's, as far as a machine can."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
BANK = """\
title: Team
namespace: team
questions:
  - {id: A, question: What is A?, answer: The first letter.}
"""
RECIPES = "bank = 'questions.yaml'\n[recipes.deck]\nformat = 'deck'\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program and with a repository: a bank that was built, and a change of it on another branch."""
    folder = tmp_path_factory.mktemp("team")
    (folder / "bin").mkdir()
    program = folder / "bin" / "qexport"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -P -m qexport "$@"\n')
    program.chmod(0o755)
    work = folder / "work"
    work.mkdir()
    (work / "questions.yaml").write_text(BANK)
    (work / "qexport.toml").write_text(RECIPES)
    git(work, "init", "--quiet", "--initial-branch=main")
    run(work, "qexport build --all", {})
    commit(work, "First")
    git(work, "checkout", "--quiet", "-b", "change")
    (work / "questions.yaml").write_text(BANK.replace("first letter", "first letter of all"))
    run(work, "qexport build --all", {})
    commit(work, "Second")
    return folder


@pytest.fixture
def team(repository: Path, tmp_path: Path) -> Path:
    """The repository, as each test's own."""
    shutil.copytree(repository, tmp_path, dirs_exist_ok=True)
    return tmp_path / "work"


def environment(work: Path) -> dict[str, str]:
    names = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Tester"), ("EMAIL", "tester@example.org"))
    }
    path = os.pathsep.join([str(work.parent / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, **names, "PATH": path, "PYTHONPATH": str(ROOT / "src")}


def run(work: Path, script: str, more: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=work,
        env={**environment(work), **more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def git(work: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=work, env=environment(work), check=True, capture_output=True)


def commit(work: Path, message: str) -> None:
    git(work, "add", "questions.yaml", "questions.lock.json", "qexport.toml")
    git(work, "commit", "--quiet", "-m", message)


def read(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text("utf-8"))


CHANGE = "The first letter **of all**."


def test_the_action_checks_builds_and_says_what_changed(team: Path) -> None:
    action = read("action.yml")
    steps = [step for step in action["runs"]["steps"] if "run" in step and step["name"] != "Install"]
    assert [step["name"] for step in steps] == ["Check", "Build", "Say what changed"]
    outputs = {name: str(team.parent / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    values = {"BASE": "main", "RECIPES": action["inputs"]["recipes"]["default"]}
    for step in steps:
        run(team, step["run"], {**outputs, **{name: values[name] for name in step.get("env", {})}})
    changes = (team / "qexport-changes.md").read_text("utf-8")
    assert CHANGE in changes
    assert Path(outputs["GITHUB_STEP_SUMMARY"]).read_text("utf-8") == changes
    assert Path(outputs["GITHUB_OUTPUT"]).read_text("utf-8") == "file=qexport-changes.md\n"
    assert [path.suffix for path in (team / "out").iterdir()] == [".apkg"]


def test_the_gitlab_file_checks_builds_and_says_what_changed(team: Path) -> None:
    for line in read("docs/gitlab-ci.yml")["bank"]["script"]:
        run(team, line, {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "main"})
    assert CHANGE in (team / "qexport-changes.md").read_text("utf-8")


def test_the_workflow_for_github_checks_and_builds(team: Path) -> None:
    steps = read("docs/ci-workflow.yml")["jobs"]["check"]["steps"]
    (check,) = (step["run"] for step in steps if step.get("name") == "Check the bank")
    run(team, check, {})


def test_the_workflow_for_releases_builds_the_same_twice_and_writes_the_bill(tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "tools").mkdir(parents=True)
    for name in ("src", "templates"):
        shutil.copytree(ROOT / name, work / name, ignore=shutil.ignore_patterns("__pycache__"))
    files = (
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        "requirements.lock",
        "tools/list_licences.py",
    )
    for name in (*files, "requirements-test.lock"):
        shutil.copyfile(ROOT / name, work / name)
    git(work, "init", "--quiet", "--initial-branch=main")
    git(work, "add", "README.md")
    git(work, "commit", "--quiet", "-m", "First")
    (build,) = (
        step["run"]
        for step in read("docs/release-workflow.yml")["jobs"]["release"]["steps"]
        if step.get("name") == "Build it twice"
    )
    run(work, build, {})
    assert sorted(path.suffix for path in (work / "dist").iterdir()) == [".gz", ".whl"]
    assert json.loads((work / "qexport.cdx.json").read_text("utf-8"))["bomFormat"] == "CycloneDX"


@pytest.mark.parametrize(
    ("name", "job"), [("docs/ci-workflow.yml", "publish"), ("docs/release-workflow.yml", "release")]
)
def test_what_is_published_is_signed_with_its_bill_of_materials(name: str, job: str) -> None:
    described = read(name)["jobs"][job]
    assert {"id-token": "write", "attestations": "write"}.items() <= described["permissions"].items()
    used = {step["uses"].split("@")[0]: step["with"] for step in described["steps"] if "with" in step}
    published = used["actions/attest-build-provenance"]["subject-path"]
    assert used["actions/attest-sbom"]["subject-path"] == published
    scripts = "\n".join(step.get("run", "") for step in described["steps"])
    assert used["actions/attest-sbom"]["sbom-path"] in scripts
    assert f'gh release create "$GITHUB_REF_NAME" {published}' in scripts


def test_nothing_installs_qexport_by_name_from_an_index() -> None:
    """The name is not ours on a public index."""
    files = ["action.yml", "Dockerfile", "README.md", ".pre-commit-hooks.yaml"]
    files += [f"docs/{path.name}" for path in (ROOT / "docs").iterdir() if path.suffix in (".md", ".yml")]
    files += [path.relative_to(ROOT).as_posix() for path in (ROOT / "src").rglob("*.py")]
    named = re.compile(r"(?:pip|pipx|uv tool|uvx|uv pip) install (?:-\S+ )*[\"']?qexport\b")
    assert [name for name in files if named.search((ROOT / name).read_text("utf-8"))] == []


@pytest.mark.needs("git")
def test_the_real_pre_commit_runs_the_hook(team: Path) -> None:
    """As a hook of the system: pre-commit would install it from the repository, which takes a network."""
    (hook,) = read(".pre-commit-hooks.yaml")
    assert hook["language"] == "python"
    config = {"repos": [{"repo": "local", "hooks": [{**hook, "language": "system"}]}]}
    (team / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(team, "add", ".pre-commit-config.yaml")
    home = {"PRE_COMMIT_HOME": str(team.parent / "pre-commit")}
    command = f'"{sys.executable}" -m pre_commit run --all-files --color never'
    assert "check the question bank" in (passed := run(team, command, home))
    assert passed.splitlines()[0].endswith("Passed")
    (team / "questions.yaml").write_text(BANK.replace("answer", "answr"))
    with pytest.raises(AssertionError, match="did you mean 'answer'"):
        run(team, command, home)
