"""List what is marked as code in plain texts, to be looked at: a word of prose among it is a mistake.

    python tools/measure_code_tokens.py [FOLDER]

First the shipped bank, then the prose of the corpora in FOLDER, by default `../shared/corpora` beside the
project: their Markdown without its code, read as if it were plain. Left out of the list are tags of HTML, as
what a plain text has of it nobody meant to be read.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from qexport.bank.model import PROSE_SECTIONS
from qexport.choosing import read_bank
from qexport.content.code_tokens import code_spans

ROOT = Path(__file__).resolve().parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"


MEASURED = ("30-seconds-of-interviews", "data-science-interviews", "h5bp-front-end")
"""The corpora each of whose tokens was looked at, in its sentence."""


def texts_of_bank(path: Path) -> Iterator[str]:
    """Every text of a bank in which code is marked."""
    bank, _ = read_bank(path)
    for question in bank.questions:
        yield question.question
        yield from filter(None, (getattr(question, key) for key in PROSE_SECTIONS))
        yield from question.follow_ups


def texts_of_corpora(folder: Path) -> Iterator[str]:
    """Yield the prose of the corpora that were looked at: without code blocks, code in backticks and pictures."""
    for name in MEASURED:
        for path in sorted((folder / name).rglob("*.md")):
            yield _without_code(path.read_text("utf-8"))
    for record in json.loads((folder / "30-seconds-of-interviews" / "questions.json").read_text("utf-8")):
        yield from map(_without_code, (record["question"], record["answer"], *record["goodToHear"]))


def _without_code(text: str) -> str:
    text = re.sub(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", "", text, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)|<img\b[^>]*>", "…", text)


def caught(texts: Iterable[str]) -> tuple[Counter[str], Counter[str], int]:
    """Count what is marked as code, what of HTML's tags is, and all words."""
    tokens: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    words = 0
    for text in texts:
        words += len(text.split())
        for start, end in code_spans(text):
            (tags if text[start] == "<" else tokens)[text[start:end]] += 1
    return tokens, tags, words


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPORA
    sources = {"the shipped bank": texts_of_bank(ROOT / "seeds" / "questions.yaml")}
    if folder.is_dir():
        sources[str(folder)] = texts_of_corpora(folder)
    else:
        print(f"{folder} is not here: only the shipped bank is measured")
    for name, texts in sources.items():
        tokens, tags, words = caught(texts)
        share = 1000 * tokens.total() / words
        print(
            f"\n== {name}: {words:,} words, {tokens.total()} tokens of code ({share:.2f} in 1,000 words), ",
            end="",
        )
        print(f"{len(tokens)} different, and {tags.total()} tags of HTML")
        for token, count in sorted(tokens.items(), key=lambda item: (-item[1], item[0])):
            print(f"{count:4}  {token}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
