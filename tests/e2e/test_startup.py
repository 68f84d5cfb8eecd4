"""The program is there at once: nothing is imported before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest
from tests.made_once import made_once

import qexport

# Wherever a test runs: it may have been found by a path relative to another folder.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(qexport.__file__).parents[1])}
LAYOUT = {"cssselect2", "fontTools", "pydyf", "pyphen", "tinycss2", "tinyhtml5", "weasyprint"}
MARKUP = {"jinja2", "markdown_it", "mdit_py_plugins", "pygments"}
OTHERS = {"PIL", "genanki", "inscriptis", "lxml", "pypdf", "rapidfuzz", "rich"}
ENGINES = LAYOUT | MARKUP | OTHERS
SMALL_ONES = {
    "email",
    "http",
    "markupsafe",
    "multiprocessing",
    "platformdirs",
    "sqlite3",
    "ssl",
    "uharfbuzz",
    "yaml",
}
"""A few milliseconds each, which add up."""

MARKDOWN_BANK = """\
title: Marked
namespace: tests
markup: markdown
questions:
  - id: M-1
    question: What does `yield` do?
    technology: Python
    category: Core
    difficulty: 7
    answer: |
      It *gives* a value:

      ```python
      yield 1
      ```
    follow_ups: [What does `yield from` do?]
  - {id: M-2, question: What does `yield from` do?, technology: Python, category: Core, answer: It delegates.}
"""


@cache
def imported_by(*words: str) -> set[str]:
    """Run the program and return the top-level modules it had imported at its end."""
    return imported_by_all(words)


def imported_by_all(*commands: Sequence[str]) -> set[str]:
    """Run the program several times in one process, the last of which may fail; return what that had imported."""
    script = (
        "import json, sys, qexport.cli.main\n"
        "*first, last = json.loads(sys.argv[1])\n"
        "for sys.argv[1:] in first:\n"
        "    try: qexport.cli.main.main()\n"
        "    except SystemExit as end: assert not end.code\n"
        "sys.argv[1:] = last\n"
        "try: qexport.cli.main.main()\n"
        "finally: print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(commands)],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


@pytest.mark.parametrize(
    "words",
    [
        ["--help"],
        ["build", "--help"],
        ["cache", "info", "--help"],
        ["schema"],
        ["no-such-command"],
    ],
)
def test_words_that_need_no_engine_load_none(words: list[str]) -> None:
    assert imported_by(*words) & (ENGINES | SMALL_ONES) == set()


@pytest.mark.parametrize("words", ["--help", "--version", "no-such-command"])
def test_not_even_records_are_needed_to_list_the_commands(words: str) -> None:
    assert imported_by(words) & {"msgspec", "hashlib", "lzma", "zlib"} <= (
        {"hashlib", "lzma", "zlib"} if words == "--version" else set()
    )


def test_the_version_loads_what_has_one_and_no_engine() -> None:
    assert imported_by("--version") & (ENGINES | SMALL_ONES) == {"email", "sqlite3"}


@pytest.mark.parametrize("command", ["list", "show", "stats", "check"])
def test_reading_loads_only_what_reads_the_bank(command: str, shipped_bank: Path) -> None:
    assert imported_by(command, "--bank", str(shipped_bank)) & (ENGINES | SMALL_ONES) <= {
        "markupsafe",
        "yaml",
    }


def test_themes_and_the_cache_are_looked_at_without_an_engine(tmp_path: Path) -> None:
    assert imported_by("theme", "list") & (ENGINES | SMALL_ONES) == {"markupsafe"}
    assert imported_by("theme", "eject", "modern", str(tmp_path / "mine")) & ENGINES == set()
    looking = imported_by("cache", "info", "--cache", str(tmp_path))
    assert looking & (ENGINES | SMALL_ONES) == {"sqlite3"}


HANDBOOKS = ((), ("--flow", "--ruled-lines", "--media", "print"), ("--theme", "modern"))


@pytest.fixture(scope="module")
def build(common_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Sequence[str]:
    """The words that build a handbook whose pages, with each of HANDBOOKS, one process has made and kept."""

    def make(folder: Path) -> None:
        (folder / "bank.yaml").write_text(MARKDOWN_BANK)
        words = ("build", "--format", "handbook", "--bank", str(folder / "bank.yaml"), "--out", str(folder))
        imported = imported_by_all(*((*words, *more, "--jobs", "1") for more in HANDBOOKS))
        assert imported > {"weasyprint", "jinja2", "markdown_it", "pygments"}

    bank = made_once(common_folder / "handbooks of kept pages", make) / "bank.yaml"
    return (
        "build",
        "--format",
        "handbook",
        "--bank",
        str(bank),
        "--out",
        str(tmp_path_factory.mktemp("built")),
    )


@pytest.mark.parametrize("words", HANDBOOKS)
def test_a_handbook_of_kept_pages_loads_nothing_that_makes_pages(
    words: Sequence[str], build: Sequence[str]
) -> None:
    assert imported_by(*build, *words) & (ENGINES | SMALL_ONES) == {
        "markupsafe",
        "platformdirs",
        "sqlite3",
        "yaml",
    } - ({"platformdirs"} if "QEXPORT_CACHE" in ENVIRONMENT else set())


def test_help_takes_at_most_a_fifth_of_a_second_longer_than_python_itself(tmp_path: Path) -> None:
    environment = {**ENVIRONMENT, "PYTHONPYCACHEPREFIX": str(tmp_path)}  # compiled once, as what is installed
    environment.pop("PYTHONDONTWRITEBYTECODE", None)

    def seconds(*words: str) -> float:
        """Return the time of the processor, which what else the machine does leaves alone."""
        before = os.times()
        subprocess.run([sys.executable, *words], env=environment, capture_output=True, check=True)
        after = os.times()
        return after.children_user - before.children_user + after.children_system - before.children_system

    def quickest(*words: str) -> float:
        return min(seconds(*words) for _ in range(5))

    assert quickest("-m", "qexport", "--help") - quickest("-c", "pass") < 0.2
