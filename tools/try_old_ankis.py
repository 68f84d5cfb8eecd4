"""Try the deck in versions of Anki that learners still have: make their environments, import editions, look.

    python -m tools.try_old_ankis [--environments FOLDER] [--write] [VERSION]...

Each version is installed by pip into a virtual environment of its own under FOLDER (kept for the next time),
where a probe imports decks and reports what became of them. --write puts the table into docs/publishing.md.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from qexport.anki.search import search_for
from qexport.bank.lock import Edition, Lock
from qexport.bank.model import Bank, Question
from qexport.bank.stamping import stamp
from qexport.common.errors import Location
from qexport.content.templates import Templates, templates_folder
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools
from tools.anki_versions import ENVIRONMENTS, ROOT, VERSIONS, python_of

DOCUMENT = ROOT / "docs/publishing.md"
DAY = 86_400


def packages(folder: Path) -> str:
    """Write the editions that the probe imports; return the search for what is retired in them."""
    now = int(time.time())
    (folder / "questions.yaml").touch()
    (folder / "dot.png").write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cf500f"
            "0003860180dd6ae1050000000049454e44ae426082"
        )
    )
    red = folder / "red/anki"
    red.mkdir(parents=True)
    (red / "card.css").write_text(".card { color: red }", encoding="utf-8")
    plain, styled = Tools(Templates()), Tools(Templates((folder / "red", templates_folder())))
    location = Location(str(folder / "questions.yaml"))
    story = "It was slow. The cause."
    questions = (
        Question(
            id="CHANGED",
            question="q",
            answer="first answer",
            technology="Python",
            level="Hard",
            production_scenario=story,
        ),
        Question(
            id="SAME",
            question="`List<int>` {{c1::x}}",
            answer="![dot](dot.png)",
            technology="Python",
            level="Easy",
            markup="markdown",
            location=location,
            production_scenario=story,
        ),
        Question(id="OLD", question="q", answer="a", technology="Go", level="Hard"),
        Question(id="GONE", question="q", answer="a", technology="Go", level="Hard"),
        Question(id="GO-1", question="q", answer="a", technology="Go", level="Easy"),
        Question(id="GO-2", question="q", answer="a", technology="Python", level="Hard"),
    )
    first = Bank(title="T", namespace="old-ankis", questions=questions)

    def edited(answer: str) -> Bank:
        changed = replace(questions[0], answer=answer)
        renumbered = replace(questions[2], id="RENUMBERED", former_ids=("OLD",))
        gone = replace(questions[3], status="retired")
        new = Question(id="NEW", question="q", answer="a", technology="Go", level="Hard")
        return replace(first, questions=(changed, questions[1], renumbered, gone, new, *questions[4:]))

    def write(
        name: str, bank: Bank, lock: Lock | None, time: int, tools: Tools = styled, **options: Any
    ) -> Lock:
        chosen = parse_options(DeckOptions, {key.replace("_", "-"): value for key, value in options.items()})
        tools = with_notes(bank, chosen, tools)
        after, _ = stamp(content(bank, chosen, tools), lock, time)
        parts = {"python": ("technology", "Python"), "hard": ("level", "Hard")}
        field, value = parts.get(name, ("", ""))
        passing = tuple(each for each in bank.questions if not field or getattr(each, field) == value)
        edition = Edition(
            bank=bank,
            questions=tuple(each for each in passing if each.status == "active"),
            retired=tuple(each for each in passing if each.status == "retired"),
            title="T",
            scope=name,
            lock=after,
        )
        (folder / f"{name}.apkg").write_bytes(render(edition, chosen, tools).data)
        return after

    begun = write("first", first, None, now - 30 * DAY, plain)
    for part in ("python", "hard"):
        write(part, first, begun, now, plain)
    earlier = write("old_second", edited("second answer"), begun, now - 20 * DAY)
    write("old_third", edited("third answer"), earlier, now - 10 * DAY)
    lock = write("second", edited("second answer"), begun, now + 60)
    lock = write("third", edited("third answer"), lock, now + 120)
    last = edited("third answer")
    lock = write("cards_on", last, lock, now + 180, card_types="recall,scenario")
    lock = write("cards_off", last, lock, now + 240)
    lock = write("retired", last, lock, now + 300, include_retired=True)
    return search_for(map(lock.key_of, lock.left))


def told_by(version: str, environments: Path) -> dict[str, Any]:
    """Return what the probe reports for a version."""
    python = python_of(version, environments)
    with tempfile.TemporaryDirectory() as name:
        search = packages(Path(name))
        words = [str(python), "-W", "ignore", "-m", "tools.probe_old_anki", name, search]
        run = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    told = re.search(r"^TOLD(.*)$", run.stdout, re.MULTILINE)
    if not told:
        raise SystemExit(f"{version}: {run.stdout}\n{run.stderr}")
    return dict(json.loads(told[1]))


def table(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a Markdown table, a column for each version."""

    def shown(value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        return ", ".join(map(str, value))

    rows = [["", *results], ["---"] * (len(results) + 1)]
    rows += [
        [what, *(shown(told[what]) for told in results.values())] for what in next(iter(results.values()))
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main() -> None:
    """Try the versions that the words of the command ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("versions", nargs="*", default=list(VERSIONS), metavar="VERSION")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS)
    parser.add_argument("--write", action="store_true")
    words = parser.parse_args()
    results = {}
    for version in words.versions:
        sys.stderr.write(f"{version}\n")
        results[version] = told_by(version, words.environments)
    dated = f"Run on {datetime.now(UTC):%Y-%m-%d} by `tools/try_old_ankis.py`.\n\n{table(results)}"
    print(dated)
    if words.write:
        begin, end = "<!-- old ankis -->\n", "<!-- end -->"
        before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(begin)
        after = rest.partition(end)[2]
        DOCUMENT.write_text(f"{before}{begin}\n{dated}\n\n{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
