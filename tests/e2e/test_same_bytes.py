"""The same bank gives the same bytes: wherever, whenever and by whomever it is built, and in whatever order."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

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
    if sys.argv[1:2] == ["as-another-user"]:
        # Python itself may lie where that user may not read: what there is is loaded first.
        build(["--cache", "loaded", "--jobs", "1"])
        import shutil
        shutil.rmtree("out")
        Path("questions.lock.json").unlink()
        Path("questions.history.jsonl").unlink()
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        os.environ["HOME"] = "/nonexistent"
        os.environ["USER"] = os.environ["LOGNAME"] = "nobody"
        build(["--cache", "own", "--jobs", "1"])
    else:
        build(sys.argv[1:])
"""

HERE: tuple[str, dict[str, str], tuple[str, ...], int] = ("a", {}, ("--no-cache", "--jobs", "1"), 0o022)
OTHERWISE: dict[str, tuple[str, dict[str, str], tuple[str, ...], int]] = {
    "in a folder with spaces and letters, elsewhere in the world, by another seed": (
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
    "by two processes, into a cache": (
        "b",
        {"TZ": "America/St_Johns", "PYTHONHASHSEED": "1", "LC_ALL": "C", "PYTHONUTF8": "0"},
        ("--cache", "cache", "--jobs", "2"),
        0o027,
    ),
    "from the cache": (
        "b",
        {"TZ": "UTC", "HOME": "/nonexistent"},
        ("--cache", "cache", "--jobs", "2"),
        0o022,
    ),
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
    files = [*sorted((folder / "out").iterdir()), folder / "questions.lock.json"]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("same")


@pytest.fixture(scope="module")
def digests(place: Path) -> dict[str, str]:
    folder, environment, words, umask = HERE
    return built(place / folder, environment, words, umask)


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
def test_the_same_bank_is_the_same_bytes(digests: dict[str, str], place: Path, how: str) -> None:
    folder, environment, words, umask = OTHERWISE[how]
    assert built(place / folder, environment, words, umask) == digests


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
@pytest.mark.needs("readers")
def test_another_user_makes_the_same_bytes(digests: dict[str, str]) -> None:
    # Not where other tests are: no other user may come there.
    with TemporaryDirectory(prefix="qexport-same-") as place:
        Path(place).chmod(0o755)
        folder = Path(place) / "c"
        workshop(folder)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534)
        assert built(folder, {}, ("as-another-user",), 0o022) == digests
        assert (folder / "out/all.pdf").stat().st_uid == 65534


def test_the_version_tells_what_may_make_a_difference() -> None:
    done = CliRunner().invoke(program, ["--version"], prog_name="qexport")
    names = re.findall(r"[\w-]+(?= [\w.]+[,)])", done.output.split("\n")[0])
    assert names == [
        *("Python", "WeasyPrint", "pydyf", "pypdf", "uharfbuzz", "genanki", "Pygments", "markdown-it-py"),
        *("Pango", "HarfBuzz", "SQLite", "zlib"),
    ]
