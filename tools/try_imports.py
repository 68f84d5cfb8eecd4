"""Import question banks that nobody here wrote, each by one command, and print the table of docs/import.md.

    python tools/try_imports.py [FOLDER]

FOLDER is a checkout of the corpora, by default `../shared/corpora` beside the project. The seconds are processor time
of the whole command.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

CORPORA = Path(__file__).resolve().parents[1].parent / "shared" / "corpora"
BANKS = (
    ("30-seconds-of-interviews, `questions.json`", ("30-seconds-of-interviews/questions.json",), ()),
    ("its Markdown files, a folder of 8", ("30-seconds-of-interviews/questions",), ()),
    ("an Anki text export, Czech", ("anki-text-export/cards.txt",), ()),
    (
        "data-science-interviews, three READMEs",
        tuple(f"data-science-interviews/{name}.md" for name in ("theory", "technical", "probability")),
        (),
    ),
    ("h5bp, lists in six files and four languages", ("h5bp-front-end",), ()),
    (
        "system-design-primer, three `.apkg`",
        tuple(
            f"system-design-primer/{name}.apkg"
            for name in ("oo-design", "system-design-exercises", "system-design")
        ),
        (),
    ),
    ("test-your-sysadmin-skills, one README", ("test-your-sysadmin-skills/README.md",), ()),
    (
        "ultimate-geography, CSV with `--map`",
        ("ultimate-geography/country.first60.csv",),
        ("--map", "question=country", "--map", "answer=country:de"),
    ),
)
"""What it is, its files and folders, and the options it needs."""


def main() -> int:
    corpora = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPORA
    print(
        "| source | questions | of them drafts | fields filled, beside the question | left aside | seconds |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, paths, options) in enumerate(BANKS):
            bank = Path(folder) / f"{number}.yaml"
            print(
                f"| {name} | {row_of([str(corpora / path) for path in paths], options, bank)} |", flush=True
            )
    return 0


def row_of(paths: list[str], options: tuple[str, ...], bank: Path) -> str:
    """Return the cells of one import."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "qexport", "import", *paths, *options, "-o", str(bank), "--json"]
    done = subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = json.loads(done.stdout)
    sources = said["sources"]
    fields = sorted({name for each in sources for name in each["fields"]} - {"question"})
    aside = len(said["passed"]) + sum(len(each["left_aside"]) for each in sources)
    seconds = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    drafts = sum(each["drafts"] for each in sources)
    return f"{len(said['new'])} | {drafts} | {', '.join(fields)} | {aside} | {seconds:.1f}"


if __name__ == "__main__":
    sys.exit(main())
