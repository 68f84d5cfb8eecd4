#!/usr/bin/env python3
"""Follow one question from a captured page to the bank, and from the bank to a card and to a page.

    python -m tools.follow_question        print the modules that hand it on, and those that only see it

A bank of one question is built in one process, and each call of a function of qexport is looked at: its module is on
the way if the question, or a text of it, is among its arguments or in what it returns. Modules that only define a
record (`common.records`, `bank.model`) or see every text, whatever it says (`common.files`), count too.

Which of them hand the question on, in another form or to the next stage, is written in docs/architecture.md; a test
compares that with what is seen here.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

MARK = "flummoxed"
"""A word of the question's answer that is in nothing else."""

MARKED = ("Type hints are annotations", f"Type hints are {MARK} annotations")
"""How it gets into the first question of the shipped capture."""

ROOT = Path(__file__).resolve().parent.parent
CAPTURES = ROOT / "seeds" / "captures"

UNSEEN = frozenset({"layout.weasyprint.extraction", "pdf.linker", "pdf.file_writer", "common.files"})
"""Modules on the way to a page after its layout, when the text is glyphs."""


def main() -> int:
    """Print the way to the bank, to a card and to a page."""
    documented = read_documented_ways()
    for name, modules in follow().items():
        way = documented[name]
        others = [module for module in modules if module not in way]
        print(f"{name}: {len(way)} modules hand it on, {len(others)} others see it")
        print("  " + " → ".join(way))
        print("  others: " + ", ".join(others))
    return 0


def read_documented_ways() -> dict[str, list[str]]:
    """Return the ways in docs/architecture.md; that to a page begins as that to a card, up to the pipeline."""
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    section = text.partition("## How one question goes\n")[2].partition("\n## ")[0]
    bank, card, page = (
        [name.replace("/", ".") for name in re.findall(r"([\w/]+)\.py", block)]
        for block in re.findall(r"```text\n(.*?)```", section, re.DOTALL)
    )
    return {"bank": bank, "card": card, "page": [*card[: card.index("pipeline") + 1], *page]}


def follow() -> dict[str, list[str]]:
    """Return the modules that a question passes, without `qexport.`: on the way to the bank, a card and a page."""
    from qexport import pipeline
    from qexport.bank.selection import Filters
    from qexport.importers.hub.captured_files import import_captures
    from qexport.layout.scheduler import Scheduler
    from qexport.recipe import Recipe

    ways = {}
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        page = place / "page.txt"
        text = (CAPTURES / "hub-advanced.txt").read_text("utf-8")
        page.write_text(text.replace(*MARKED, 1), "utf-8")
        bank = place / "bank.yaml"
        words = CAPTURES / "vocabulary.yaml"
        ways["bank"] = _list_passed(lambda: import_captures([page], bank, vocabulary=words))
        for name, output in (("card", "deck"), ("page", "handbook")):
            recipe = Recipe(bank=bank, outputs=(output,), out=place / name, filters=Filters(limit=1))

            def build(recipe: Recipe = recipe) -> object:
                return pipeline.export(recipe, now=1_700_000_000, scheduler=Scheduler(jobs=1))

            ways[name] = _list_passed(build)
    return ways


def _list_passed(work: Callable[[], object]) -> list[str]:
    """Return the modules whose functions took or returned the question, in the order of their first time."""
    modules: dict[str, None] = {}

    def look(frame: FrameType, event: str, value: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith("qexport.") or module in modules:
            return
        if event == "call":
            code = frame.f_code
            names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            if any(_has_question(frame.f_locals.get(name), 3) for name in names):
                modules[module] = None
        elif event == "return" and _has_question(value, 3):
            modules[module] = None

    sys.setprofile(look)
    try:
        work()
    finally:
        sys.setprofile(None)
    return [module.removeprefix("qexport.") for module in modules]


def _has_question(value: object, deep: int) -> bool:
    if isinstance(value, str):
        return MARK in value
    if isinstance(value, bytes):
        return MARK.encode() in value
    if deep and isinstance(value, tuple | list):
        return any(_has_question(each, deep - 1) for each in value[:50])
    if deep and isinstance(value, dict):
        return any(_has_question(each, deep - 1) for each in list(value.values())[:50])
    fields = getattr(type(value), "__struct_fields__", None) or getattr(
        type(value), "__dataclass_fields__", ()
    )
    if not isinstance(fields, tuple | dict):
        return False
    return bool(deep) and any(_has_question(getattr(value, name, None), deep - 1) for name in fields)


if __name__ == "__main__":
    sys.exit(main())
