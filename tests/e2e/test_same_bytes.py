"""The same bank gives the same bytes: wherever, whenever and by whomever it is built, and in whatever order."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

import pytest
from click.testing import CliRunner
from tests.made_once import made_once

import qexport
from qexport.cli.main import program

ROOT = Path(__file__).parents[2]

RECIPES = """
bank = "questions.yaml"
[recipes.all]
format = ["handbook", "deck", "flash-cards", "cheatsheet"]
file-name = "all"
card-types = "recall,scenario"
[recipes.quiz]
format = ["quiz"]
file-name = "quiz"
"""
MARKED = """
  - id: M-1
    question: "What is `naïve` in *Ωμέγα*?"
    markup: markdown
    technology: Python
    category: Core Python
    level: Advanced
    difficulty: 3
    tags: [zeta, alpha, Mid, ΑΒΓ, straße, i, İ]
    answer: |
      A picture ![a square](img/b.png), another ![a bar](img/a.png), a [link](https://example.org/).

      ```python
      async def main() -> None: ...
      ```

      | a | b |
      |---|--:|
      | 1 | 2 |

      A note[^1].

      [^1]: It stands below.
"""
# What is built, in one process: everything the program writes, and what it prints for other programs.
SCRIPT = """
import os, sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from qexport.layout import scheduler
from qexport.cli.main import program

scheduler.WORTH_A_POOL = 0  # so that there is enough to do for two processes

def run(*words):
    out = StringIO()
    with redirect_stdout(out):
        try:
            program(list(words), prog_name="qexport")
        except SystemExit as end:
            if end.code:
                raise
    return out.getvalue()

def build(more):
    run("build", "all", "quiz", "--out", "out", *more)
    run("bundle", "all", "-o", "out/team.zip", *more)
    for name, words in {
        "list": ["list", "--json"],
        "show": ["show", "--json"],
        "stats": ["stats", "--json"],
        "check": ["check", "--health", "--json"],
        "schema": ["schema"],
    }.items():
        Path(f"out/{name}.json").write_text(run(*words), "utf-8")
    Path("out/diff.html").write_text(run("diff", "old.yaml", "questions.yaml", "--format", "html"), "utf-8")

if __name__ == "__main__":
    build([word for word in sys.argv[1:] if word != "then-as-another-user"])
    if "then-as-another-user" in sys.argv:
        # In the same process: Python itself may lie where that user may not read, and what there is is loaded now.
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        os.environ["HOME"] = "/nonexistent"
        os.environ["USER"] = os.environ["LOGNAME"] = "nobody"
        os.chdir("../c")
        build(["--cache", "own", "--jobs", "1"])
"""

Way: TypeAlias = tuple[str, dict[str, str], tuple[str, ...], int]
"""How to build: in which folder, what is else in the environment, options, and the umask."""

HERE: Way = ("a", {}, ("--no-cache", "--jobs", "1"), 0o022)
INTO_A_CACHE: Way = (
    "b",
    {"TZ": "America/St_Johns", "PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0"},
    ("--cache", "cache", "--jobs", "2"),
    0o027,
)
FROM_THE_CACHE: Way = (
    "b",
    {"TZ": "UTC", "HOME": "/nonexistent"},
    ("--cache", "cache", "--jobs", "2"),
    0o022,
)
OTHERWISE: dict[str, tuple[Way, ...]] = {
    "in a folder with spaces and letters, elsewhere in the world, by another seed": (
        (
            "deeper/dir ü 日本 & 'so'",
            {
                "TZ": "Asia/Tokyo",
                "PYTHONHASHSEED": "4242",
                "LC_ALL": "C.UTF-8",
                "LANG": "C.UTF-8",
                "COLUMNS": "40",
            },
            ("--cache", "cache", "--jobs", "1"),
            0o077,
        ),
    ),
    "by two processes, into a cache, and from the cache": (INTO_A_CACHE, FROM_THE_CACHE),
}


def workshop(folder: Path) -> None:
    """Lay a bank of every kind of text into a folder; its files are older in one than in another."""
    from PIL import Image

    (folder / "img").mkdir(parents=True)
    for name, colour in (("b", "red"), ("a", "blue")):
        Image.new("RGB", (40, 30), colour).save(folder / f"img/{name}.png")
    shipped = (ROOT / "seeds/questions.yaml").read_text("utf-8")
    head, first, *_ = shipped.split("\n  - id: ")
    plain = f"{head}\n  - id: {first.rstrip()}"
    (folder / "questions.yaml").write_text(plain + MARKED, "utf-8")
    (folder / "old.yaml").write_text(plain, "utf-8")
    (folder / "qexport.toml").write_text(RECIPES, "utf-8")
    (folder / "build.py").write_text(SCRIPT, "utf-8")
    for number, path in enumerate(sorted(folder.rglob("*"))):
        os.utime(path, (number * 1_000_000, len(str(folder)) * 10_000_000))


def built(folder: Path, environment: dict[str, str], words: tuple[str, ...], umask: int) -> dict[str, str]:
    """Build all there is; return the digest of each file."""
    if not folder.exists():
        workshop(folder)
    shutil.rmtree(folder / "out", ignore_errors=True)
    for name in ("questions.lock.json", "questions.history.jsonl"):
        (folder / name).unlink(missing_ok=True)
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "TZ"))}
    done = subprocess.run(
        [sys.executable, "build.py", *words],
        cwd=folder,
        env={
            **usual,
            "PYTHONPATH": str(Path(qexport.__file__).parents[1]),
            "PYTHONHASHSEED": "0",
            "SOURCE_DATE_EPOCH": "1767225600",
            **environment,
        },
        umask=umask,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return digests_of(folder)


def digests_of(folder: Path) -> dict[str, str]:
    files = [*sorted((folder / "out").iterdir()), folder / "questions.lock.json"]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


OTHER_USER = 65534


@pytest.fixture(scope="module")
def made(common_folder: Path, others_may_read: bool) -> dict[str, Any]:
    """Build here, and then, where root can, as another user; return the digests of both, and who owns the second."""

    def make(kept: Path) -> None:
        folder, environment, words, umask = HERE
        # Not where other tests are: no other user may come there.
        with TemporaryDirectory(prefix="qexport-same-") as place:
            Path(place).chmod(0o755)
            here, others = Path(place) / folder, Path(place) / "c"
            if has_others := os.geteuid() == 0 and others_may_read:
                workshop(others)
                for path in (others, *others.rglob("*")):
                    os.chown(path, OTHER_USER, OTHER_USER)
                words = (*words, "then-as-another-user")
            made: dict[str, Any] = {"here": built(here, environment, words, umask)}
            if has_others:
                made["theirs"] = digests_of(others)
                made["owners"] = sorted({path.stat().st_uid for path in (others / "out").iterdir()})
        (kept / "made.json").write_text(json.dumps(made))

    folder = made_once(common_folder / "same-bytes", make)
    made: dict[str, Any] = json.loads((folder / "made.json").read_text())
    return made


@pytest.fixture(scope="module")
def digests(made: dict[str, Any]) -> dict[str, str]:
    digests: dict[str, str] = made["here"]
    return digests


def test_everything_is_among_what_is_compared(digests: dict[str, str]) -> None:
    assert list(digests) == [
        *(
            "all-cards.pdf",
            "all-cheatsheet.pdf",
            "all.apkg",
            "all.pdf",
            "check.json",
            "diff.html",
            "list.json",
        ),
        *("quiz-quiz.pdf", "schema.json", "show.json", "stats.json", "team.zip", "questions.lock.json"),
    ]


@pytest.mark.parametrize("how", OTHERWISE)
def test_the_same_bank_is_the_same_bytes(digests: dict[str, str], tmp_path: Path, how: str) -> None:
    for folder, environment, words, umask in OTHERWISE[how]:
        assert built(tmp_path / folder, environment, words, umask) == digests


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.needs("readers")
def test_another_user_makes_the_same_bytes(made: dict[str, Any], digests: dict[str, str]) -> None:
    assert made["theirs"] == digests
    assert made["owners"] == [OTHER_USER]


def test_the_version_tells_what_may_make_a_difference() -> None:
    done = CliRunner().invoke(program, ["--version"], prog_name="qexport")
    names = re.findall(r"[\w-]+(?= [\w.]+[,)])", done.output.split("\n")[0])
    assert names == [
        *("Python", "WeasyPrint", "pydyf", "pypdf", "uharfbuzz", "genanki", "Pygments", "markdown-it-py"),
        *("Pango", "HarfBuzz", "SQLite", "zlib"),
    ]
