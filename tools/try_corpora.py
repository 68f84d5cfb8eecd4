"""Try `check --health` on question banks that nobody here wrote.

    python tools/try_corpora.py [FOLDER]

FOLDER is a checkout of the corpora, by default `../shared/corpora` beside the project. Nothing is written:
the texts become banks in memory, as roughly as a person in a hurry would copy them, and their health is
printed.
"""

from __future__ import annotations

import csv
import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from qexport.bank.health.examination import examine
from qexport.bank.model import Bank, Question
from qexport.common.errors import Location

CORPORA = Path(__file__).resolve().parents[1].parent / "shared" / "corpora"


class Entry(NamedTuple):
    """A question as it is in a corpus."""

    line: int
    question: str
    answer: str = ""
    level: str = ""
    category: str = ""
    tags: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()


def banks(folder: Path) -> Iterator[Bank]:
    """The corpora as banks."""
    data_science = folder / "data-science-interviews"
    for name in ("theory", "technical", "probability"):
        path = data_science / f"{name}.md"
        yield _bank(path, f"data science, {name}", _headed(path.read_text("utf-8")))
    path = folder / "30-seconds-of-interviews" / "questions.json"
    yield _bank(path, "30 seconds of interviews", _thirty_seconds(json.loads(path.read_text("utf-8"))))
    front_end = folder / "h5bp-front-end"
    for name, language in (
        ("general-questions", "en"),
        ("css-questions", "en"),
        ("javascript-questions", "en"),
        ("README.arabic", "ar"),
        ("README.chinese", "zh"),
        ("README.japanese", "ja"),
    ):
        path = front_end / f"{name}.md"
        yield _bank(path, f"front end, {name}", _bullets(path.read_text("utf-8")), language)
    path = folder / "ultimate-geography" / "country.first60.csv"
    for language in ("de", "ru", "zh", "he"):
        yield _bank(path, f"countries in {language}", _countries(path, language), language)


def _bank(path: Path, title: str, entries: Iterator[Entry], language: str = "en") -> Bank:
    questions = tuple(
        Question(
            id=f"{path.stem.upper()}-{number:03}",
            question=entry.question,
            answer=entry.answer,
            level=entry.level,
            category=entry.category,
            tags=entry.tags,
            follow_ups=entry.follow_ups,
            markup="markdown",
            location=Location(path.name, entry.line),
        )
        for number, entry in enumerate(entries, 1)
    )
    levels = tuple(dict.fromkeys(question.level for question in questions if question.level))
    return Bank(title=title, namespace=path.stem, language=language, levels=levels, questions=questions)


_LEVELS = {"👶": "easy", "⭐": "medium", "🚀": "expert"}


def _headed(text: str) -> Iterator[Entry]:
    """`**Question? 👶**`, then its answer to the next, under `## Category`; the emoji is the level.

    Of the two files without emojis, every line that begins with a bold number, or is all bold, is a question.
    """
    category, found, answer = "", None, list[str]()
    for number, line in enumerate((*text.splitlines(), "## "), 1):
        head = re.match(r"\*\*(?=.*[👶⭐🚀]|\d+\)|Imagine)(?:\d+\)\s*)?(.+)", line)
        if (head or line.startswith("## ")) and found:
            yield found._replace(answer="\n".join(answer).strip().removesuffix("<br/>").strip())
            found = None
        if line.startswith("## "):
            category = line[3:]
        elif head:
            level = next((level for sign, level in _LEVELS.items() if sign in head[1]), "")
            question = re.sub(r"\*\*|\u200d|[👶⭐🚀\ufe0f]", "", head[1]).strip()
            found, answer = Entry(number, question, level=level, category=category), []
        else:
            answer.append(line)


def _thirty_seconds(records: list[dict[str, object]]) -> Iterator[Entry]:
    for number, record in enumerate(records, 1):
        match record:
            case {"question": str(question), "answer": str(answer), "tags": list(tags)}:
                level = f"level {record.get('expertise')}"
                yield Entry(number, question, answer, level=level, tags=tuple(map(str, tags)))


def _bullets(text: str) -> Iterator[Entry]:
    """Bullets, Markdown's or HTML's, without answers; those within one are its follow-up questions."""
    entry = None
    for number, line in enumerate(text.splitlines(), 1):
        bullet = re.match(r"(\s*)(?:<ul>)?(?:\*|<li>)\s*+(?!\[|<a )(.+?)(?:</li>)?(?:</ul>)?$", line)
        if bullet and bullet[1] and entry:
            entry = entry._replace(follow_ups=(*entry.follow_ups, bullet[2]))
        elif bullet:
            if entry:
                yield entry
            entry = Entry(number, bullet[2])
    if entry:
        yield entry


def _countries(path: Path, language: str) -> Iterator[Entry]:
    with path.open(encoding="utf-8", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), 2):
            yield Entry(number, row[f"country:{language}"], row["country"])


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPORA
    if not folder.is_dir():
        print(f"{folder} is not here: nothing to try")
        return 0
    for bank in banks(folder):
        started = time.perf_counter()
        findings = examine(bank)
        seconds = time.perf_counter() - started
        count = len(bank.questions)
        print(f"\n== {bank.title}: {count} questions, {len(findings)} findings, {seconds:.2f} s")
        for finding in findings:
            print(f"{finding.location}: {finding.kind}: {finding.message}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
