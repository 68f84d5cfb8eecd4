"""How many questions a bank has, beside what its source claims."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qexport.bank.model import Bank, Claims, Question


@dataclass(frozen=True, slots=True)
class CellCount:
    """How many questions have this technology, level and difficulty."""

    technology: str
    level: str
    difficulty: int | None
    questions: int


@dataclass(frozen=True, slots=True)
class Stats:
    """What there is of a bank, beside what its source claims. As text: "15 of 54 questions, 3 of 3 …"."""

    questions: int
    technologies: int
    levels: int
    claims: Claims
    cells: tuple[CellCount, ...]
    """In the bank's order of technologies and levels, then by difficulty, unrated last."""

    def __str__(self) -> str:
        claims = self.claims
        return ", ".join(
            (
                _of(self.questions, claims.questions, "question", "questions"),
                _of(self.technologies, claims.technologies, "technology", "technologies"),
                _of(self.levels, claims.levels, "level", "levels"),
            )
        )


_UNRATED = 11  # sorts behind all difficulties


def count_questions(bank: Bank, questions: Sequence[Question]) -> Stats:
    """Count these questions of the bank by technology, level and difficulty."""
    counts = Counter((question.technology, question.level, question.difficulty) for question in questions)
    technologies = _order_of(bank.technologies, (technology for technology, _, _ in counts))
    levels = _order_of(bank.levels, (level for _, level, _ in counts))
    cells = (CellCount(*key, questions=count) for key, count in counts.items())
    return Stats(
        questions=len(questions),
        technologies=len({technology for technology, _, _ in counts if technology}),
        levels=len({level for _, level, _ in counts if level}),
        claims=bank.claims,
        cells=tuple(
            sorted(
                cells,
                key=lambda cell: (
                    technologies[cell.technology],
                    levels[cell.level],
                    cell.difficulty or _UNRATED,
                ),
            )
        ),
    )


def tabulate(stats: Stats) -> tuple[tuple[str, ...], ...]:
    """Return the counts as a table of text: a head, a row for each technology and level, and their sums."""
    rows = defaultdict[tuple[str, str], Counter[int]](Counter)
    for cell in stats.cells:
        for names in ((cell.technology or "—", cell.level or "—"), ("all", "")):
            rows[names][cell.difficulty or _UNRATED] += cell.questions
    sums = rows.pop(("all", ""), Counter[int]())
    difficulties = sorted(sums)
    heads = ("unrated" if difficulty == _UNRATED else str(difficulty) for difficulty in difficulties)
    return (
        ("technology", "level", *heads, "all"),
        *(
            (*names, *(str(counts[difficulty] or "") for difficulty in difficulties), str(counts.total()))
            for names, counts in (*rows.items(), (("all", ""), sums))
        ),
    )


def stats_fields(stats: Stats) -> dict[str, object]:
    """Return the counts as JSON has them."""
    claims = stats.claims
    return {
        "questions": {"present": stats.questions, "claimed": claims.questions},
        "technologies": {"present": stats.technologies, "claimed": claims.technologies},
        "levels": {"present": stats.levels, "claimed": claims.levels},
        "counts": [
            {
                "technology": cell.technology,
                "level": cell.level,
                "difficulty": cell.difficulty,
                "questions": cell.questions,
            }
            for cell in stats.cells
        ],
    }


def _of(present: int, claimed: int | None, one: str, many: str) -> str:
    noun = one if (present if claimed is None else claimed) == 1 else many
    return f"{present} {noun}" if claimed is None else f"{present} of {claimed} {noun}"


def _order_of(declared: Iterable[str], present: Iterable[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(dict.fromkeys((*declared, *present)))}
