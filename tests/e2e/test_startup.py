"""The program is there at once: nothing is imported before it is needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

import qexport

# Wherever a test runs: it may have been found by a path relative to another folder.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(Path(qexport.__file__).parents[1])}
ENGINES = {
    "PIL",
    "fontTools",
    "genanki",
    "inscriptis",
    "jinja2",
    "lxml",
    "markdown_it",
    "markupsafe",
    "pikepdf",
    "pydyf",
    "pygments",
    "rapidfuzz",
    "rich",
    "sqlite3",
    "uharfbuzz",
    "weasyprint",
    "yaml",
}


def imported_by(*words: str) -> set[str]:
    """Run the program and return the top-level modules it had imported at its end."""
    script = (
        "import json, sys, qexport.cli\n"
        "try: qexport.cli.main()\n"
        "finally: print(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words], env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    return {name.partition(".")[0] for name in json.loads(done.stderr.splitlines()[-1])}


@pytest.mark.parametrize(
    "words", [["--help"], ["build", "--help"], ["--version"], ["schema"], ["no-such-command"]]
)
def test_words_that_need_no_engine_load_none(words: list[str]) -> None:
    assert imported_by(*words) & ENGINES == set()


def test_listing_questions_loads_only_what_reads_the_bank(shipped_bank: Path) -> None:
    assert imported_by("list", "--bank", str(shipped_bank)) & ENGINES == {"markupsafe", "yaml"}


def test_help_takes_at_most_a_fifth_of_a_second_longer_than_python_itself() -> None:
    def quickest(*words: str) -> float:
        def seconds() -> float:
            started = time.perf_counter()
            subprocess.run([sys.executable, *words], env=ENVIRONMENT, capture_output=True, check=True)
            return time.perf_counter() - started

        return min(seconds() for _ in range(5))  # the least disturbed by what else the machine does

    assert quickest("-m", "qexport", "--help") - quickest("-c", "pass") < 0.2
