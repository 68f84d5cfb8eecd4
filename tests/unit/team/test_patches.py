"""A patch of changed files is taken by git, whatever the files hold and wherever they are."""

from __future__ import annotations

import os
import random
import subprocess
from pathlib import Path

import pytest

from qexport.common.errors import InputRefused
from qexport.team.patches import write_patch

pytestmark = pytest.mark.needs("git")
CONTENTS = [
    (b"one\ntwo\n", b"one\n2\n"),
    (b"no end", b"no end\nmore"),
    (b"", b"one\n"),
    (b"one\r\ntwo\r\n", b"one\r\nother\r\n"),
    ("a\u2028b\n\x0cc\n".encode(), "a\u2028b\n\x0cd\n".encode()),
    (b"\xff\x00old", b"\xff\x00new" * 40),
    (b"text", b"a\0b"),
    (None, bytes(random.Random(1).randbytes(5000))),
    (None, b""),
    (None, b"x"),
]
"""Before and after: texts and pictures, changed and new."""


def git(*words: str, data: bytes = b"") -> None:
    done = subprocess.run(["git", *words], input=data, capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr


def write(folder: Path) -> dict[Path, bytes]:
    """Write a file for each pair of contents; return what each will hold."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, (before, _) in enumerate(CONTENTS):
        if before is not None:
            (folder / f"{number} a.dat").write_bytes(before)
    return {folder / f"{number} a.dat": after for number, (_, after) in enumerate(CONTENTS)}


@pytest.mark.parametrize(
    "bank", ["bank.yaml", "sub folder/bank.yaml", "sub folder", "Prüfung/„neu“ \\1/質問.yaml"]
)
@pytest.mark.parametrize("here", ["", "sub folder", "other"])
@pytest.mark.parametrize("is_absolute", [True, False])
def test_git_applies_it_at_the_top_wherever_it_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bank: str, here: str, is_absolute: bool
) -> None:
    top = tmp_path / "a top"
    git("init", "--quiet", str(top))
    (top / here).mkdir(exist_ok=True)
    path = top / bank
    changes = write(path.parent if path.suffix else path)
    monkeypatch.chdir(top / here)
    if not is_absolute:
        path, changes = (
            Path(os.path.relpath(path)),
            {Path(os.path.relpath(each)): data for each, data in changes.items()},
        )
    patch = write_patch(changes, path)
    assert (patch.folder, patch.is_work_tree) == (top, True)
    git("-C", str(top), "apply", "-", data=patch.data)
    assert {each: each.read_bytes() for each in changes} == changes


@pytest.mark.parametrize("here", ["bank", "bank/pictures"])
def test_below_the_top_git_applies_what_is_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: str
) -> None:
    """git-apply(1): in a folder below the top, paths outside it are ignored."""
    git("init", "--quiet", str(tmp_path))
    changes = write(tmp_path / "bank") | write(tmp_path / "bank/pictures")
    patch = write_patch(changes, tmp_path / "bank/bank.yaml")
    monkeypatch.chdir(tmp_path / here)
    git("apply", "-", data=patch.data)
    for path, data in changes.items():
        is_below = path.is_relative_to(tmp_path / here)
        assert (path.exists() and path.read_bytes() == data) is is_below


@pytest.mark.parametrize("is_folder", [True, False])
@pytest.mark.parametrize("is_installed", [True, False])
def test_without_a_work_tree_it_is_applied_in_the_folder_of_the_bank(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_folder: bool, is_installed: bool
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    home = tmp_path / "my bank"
    changes = write(home)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    with monkeypatch.context() as patched:
        if not is_installed:
            patched.setenv("PATH", str(tmp_path / "elsewhere"))
        patch = write_patch(changes, home if is_folder else home / "bank.yaml")
    assert (patch.folder, patch.is_work_tree) == (home, False)
    git("-C", str(home), "apply", "-", data=patch.data)
    assert {each: each.read_bytes() for each in changes} == changes


def test_pictures_are_named_as_the_objects_of_the_repository_are(tmp_path: Path) -> None:
    git("init", "--quiet", "--object-format=sha256", str(tmp_path))
    changes = write(tmp_path)
    git("-C", str(tmp_path), "apply", "-", data=write_patch(changes, tmp_path).data)
    assert {each: each.read_bytes() for each in changes} == changes


def test_the_mode_of_a_file_stays(tmp_path: Path) -> None:
    git("init", "--quiet", str(tmp_path))
    path = tmp_path / "bank.dat"
    path.write_bytes(b"\xff")
    path.chmod(0o755)
    git("-C", str(tmp_path), "apply", "-", data=write_patch({path: b"\xfe"}, path).data)
    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"\xfe", 0o755)


def test_a_symlink_stays_one_and_what_it_leads_to_is_changed(tmp_path: Path) -> None:
    git("init", "--quiet", str(tmp_path))
    (tmp_path / "real").mkdir()
    (tmp_path / "real/bank.yaml").write_bytes(b"one\n")
    (tmp_path / "link.yaml").symlink_to("real/bank.yaml")
    (tmp_path / "folder").symlink_to("real")
    for path, before, after in (
        ("link.yaml", b"one\n", b"two\n"),
        ("folder/bank.yaml", b"two\n", b"three\n"),
    ):
        assert (tmp_path / path).read_bytes() == before
        patch = write_patch({tmp_path / path: after}, tmp_path / path)
        git("-C", str(tmp_path), "apply", "-", data=patch.data)
        assert (tmp_path / "real/bank.yaml").read_bytes() == after
    assert (tmp_path / "link.yaml").is_symlink()


def test_a_file_outside_is_refused(tmp_path: Path) -> None:
    git("init", "--quiet", str(tmp_path / "tree"))
    outside = tmp_path / "shared.yaml"
    outside.write_bytes(b"one\n")
    with pytest.raises(InputRefused) as caught:
        write_patch({outside: b"two\n"}, tmp_path / "tree")
    (problem,) = caught.value.problems
    assert (str(problem), problem.hint) == (
        f"{outside}: outside the work tree of git, {tmp_path / 'tree'}",
        "pull without --patch",
    )


def test_no_change_is_no_patch(tmp_path: Path) -> None:
    assert write_patch({}, tmp_path / "bank.yaml").data == b""
