"""Banks and texts are read from revisions of git, and editions are committed and tagged."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from qexport.common.errors import InputRefused
from qexport.team.git import bank_at, commit_and_tag, has_tag, last_change, text_at

pytestmark = pytest.mark.needs("git")
BANK = "title: T\nquestions:\n- {id: A, question: q, answer: a}\n"


def git(*words: str) -> str:
    return subprocess.run(["git", *words], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "A")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "a@example.org")
    git("init", "-q")
    Path("bank").mkdir()
    Path("bank/one.yaml").write_text(BANK)
    Path("bank/two.yaml").write_text("questions:\n- {id: B, question: q, answer: a}\n")
    Path("bank/questions.history.jsonl").write_text('{"version": "0"}\n')
    git("add", ".")
    git("commit", "-qm", "first")


def test_a_file_and_a_folder_are_read_as_a_revision_has_them() -> None:
    Path("bank/one.yaml").write_text("changed")
    assert text_at("HEAD", "bank/one.yaml") == BANK
    assert len(bank_at("HEAD", "bank/one.yaml").records) == 1
    assert len(bank_at("HEAD", "bank").records) == 2
    assert text_at("HEAD", "./one.yaml", folder=Path("bank")) == BANK


@pytest.mark.parametrize(
    ("revision", "path"), [("nothing", "bank/one.yaml"), ("HEAD", "none.yaml"), ("--all", "bank")]
)
def test_what_git_does_not_have_is_refused(revision: str, path: str) -> None:
    with pytest.raises(InputRefused) as caught:
        text_at(revision, path)
    assert str(caught.value.problems[0]) == f"{revision}:{path}: git knows no such revision with this file"


def test_the_last_commit_that_changed_a_line_is_found() -> None:
    first = git("rev-parse", "HEAD")
    Path("bank/one.yaml").write_text(BANK + "# a comment\n")
    git("commit", "-qam", "second")
    assert last_change("^title", "bank/one.yaml", folder=Path()) == first
    assert last_change("no such line", "bank/one.yaml", folder=Path()) == ""


def test_an_edition_is_a_commit_of_its_files_alone_and_a_tag() -> None:
    Path("bank/one.yaml").write_text(BANK + "# edited\n")
    Path("other.txt").write_text("x")
    git("add", "other.txt")
    assert not has_tag("edition-1", folder=Path())
    commit_and_tag([Path("bank/one.yaml")], "edition-1", "Edition 1", folder=Path())
    assert has_tag("edition-1", folder=Path())
    assert git("show", "--name-only", "--format=%s", "edition-1^{commit}").split("\n") == [
        "Edition 1",
        "",
        "bank/one.yaml",
    ]
    assert git("diff", "--cached", "--name-only") == "other.txt"
