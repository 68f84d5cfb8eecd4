"""The drawing on a cover: technologies × difficulty, a square a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qexport.bank.model import Question

SCALE_SIZE = 5.7
"""Units of the numbers below the drawing, its smallest text (marks.html.j2)."""


def overview(questions: Sequence[Question], *, large: bool, tall: bool) -> dict[str, object]:
    """Return the drawing of technology × difficulty: where its names, its scale and a square a question stand.

    Names are beside their rows, in large print above them; there the drawing is as wide, and so its text larger.
    """
    counts: dict[str, dict[int, int]] = {}
    for question in questions:
        if question.technology and question.difficulty is not None:
            row = counts.setdefault(question.technology, defaultdict(int))
            row[question.difficulty] += 1
    left, step, high = (0, 11, 19) if large else (62, 11, 11)
    most = (6 if tall else 3) if large else 8
    rows = []
    for index, (name, row) in enumerate(counts.items()):
        base = (index + 1) * high - 2.5
        squares = []
        for difficulty, count in sorted(row.items()):
            for number in range(min(count, 9)):  # three by three fit; more are told, not drawn
                x = left + (difficulty - 1) * step + 1 + number % 3 * 3.1
                squares.append([round(x, 2), round(base - 3 - number // 3 * 3.1, 2)])
        named = name if len(name) < 22 else f"{name[:20]}…"
        rows.append({"name": named, "at": base - 11 if large else base, "base": base, "squares": squares})
    said = "; ".join(
        f"{name}: {', '.join(f'{count} of difficulty {value}' for value, count in sorted(row.items()))}"
        for name, row in counts.items()
    )
    return {
        "rows": rows if len(rows) <= most else [],
        "left": left,
        "width": left + 10 * step,
        "height": len(rows) * high + 8,
        "near": False,
        "named_scale": not large,
        "scale": [[left + (value - 0.5) * step, value] for value in range(1, 11)],
        "said": f"Questions by technology and difficulty. {said}",
    }
