"""Where the time of a cold question goes: `python -m benchmarks.layout [--write]`.

The shipped questions are laid out in this process when the engine has warmed up: in turn with what it remembers between
documents and without, then under Python's profiler. A share is that of a stage with all it calls; stages that are part
of another are indented.
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import pstats
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import report
from qexport.cli.main import main as qexport
from qexport.layout.chunk import Chunk
from qexport.layout.units import LayoutInput
from qexport.layout.weasyprint import layout

STAGES = {
    "HTML is parsed": ("weasyprint/setup.py", "read_html"),
    "styles are found for elements": ("css/__init__.py", "get_all_computed_styles"),
    "boxes are made": ("formatting_structure/build.py", "build_formatting_structure"),
    "pages are laid out": ("layout/page.py", "make_all_pages"),
    "– of which Pango breaks lines": ("memory/lines.py", "split_first_line"),
    "– of which margin boxes": ("layout/page.py", "make_margin_boxes"),
    "– of which percentages are resolved": ("memory/percentages.py", "resolve_percentages"),
    "pages are drawn": ("draw/__init__.py", "draw_page"),
    "– of which text": ("draw/text.py", "draw_text"),
    "the structure tree is made": ("pdf/tags.py", "add_tags"),
    "the chunk is taken out": ("weasyprint/extraction.py", "take_pages"),
}


def sheets() -> list[LayoutInput]:
    """Return what the shipped questions are laid out from."""
    seen: list[LayoutInput] = []
    lay_out = layout.lay_out

    def note(html: str, css: str, files: Mapping[str, bytes], **fonts: Any) -> Chunk:
        seen.append((html, css, files))
        return lay_out(html, css, files, **fonts)

    layout.lay_out = note  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as folder:
        words = ["build", "--format", "handbook", "--no-cache", "--jobs", "1", "--quiet"]
        sys.argv = ["qexport", *words, "--out", folder]
        try:
            qexport()
        except SystemExit as end:
            if end.code:
                raise
    layout.lay_out = lay_out
    return [sheet for sheet in seen if 'class="question' in sheet[0]]


ROUNDS = 5


def _timed(questions: Sequence[LayoutInput]) -> float:
    started = time.process_time()
    for sheet in questions:
        layout.lay_out(*sheet)
    taken = time.process_time() - started
    gc.collect()
    return taken


def _timed_without(questions: Sequence[LayoutInput]) -> float:
    from qexport.layout.weasyprint.memory import table  # imports the engine

    with table.switch_off():
        return _timed(questions)


def main() -> None:
    """Measure, print the table, and write it into docs/performance.md if asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    questions = sheets()
    gc.collect()
    gc.freeze()
    rounds = [(_timed(questions), _timed_without(questions)) for _ in range(ROUNDS)]
    remembering, without = (min(each) * 1000 / len(questions) for each in zip(*rounds, strict=True))
    profile = cProfile.Profile()
    profile.enable()
    for sheet in questions:
        layout.lay_out(*sheet)
    profile.disable()
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = sum(total for (_, _, name), (_, _, _, total, _) in stats.items() if name == "lay_out")
    layouts = sum(calls for (_, _, name), (_, calls, *_) in stats.items() if name == "_render_pages")
    said = (
        f"{len(questions)} questions, {layouts} layouts, the best of {ROUNDS} rounds: {remembering:.0f} ms of "
        f"processor time a question, {without:.0f} ms without what is remembered between documents "
        f"({remembering / without:.2f})."
    )
    lines = [
        said,
        "",
        "| stage | share |",
        "|---|--:|",
    ]
    for stage, (file, function) in STAGES.items():
        spent = sum(
            total
            for (path, _, name), (_, _, _, total, _) in stats.items()
            if name == function and Path(path).as_posix().endswith(file)
        )
        lines.append(f"| {stage} | {spent / whole:.0%} |")
    report("layout", lines, write=arguments.write)


if __name__ == "__main__":
    main()
