"""What a bank lacks: questions it claims, gaps in its table, parts of questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from qexport.bank.health.counts import count_questions
from qexport.bank.health.findings import Finding, ids_of, some_of
from qexport.bank.model import PROSE_SECTIONS, Bank
from qexport.common.errors import Location


def find_shortfalls(bank: Bank) -> Iterator[Finding]:
    """Yield one finding if the bank has fewer questions, technologies or levels than it claims."""
    there, claims = count_questions(bank, bank.questions), bank.claims
    claimed = (claims.questions, claims.technologies, claims.levels)
    present = (there.questions, there.technologies, there.levels)
    if any(claim is not None and count < claim for count, claim in zip(present, claimed, strict=True)):
        hint = "import the rest of its source, or correct `claims`"
        yield Finding("incomplete", f"the bank has {there}", hint, _place_of_bank(bank))


_EXPECTED = 3.0
"""Questions expected in a cell before it is reported as empty: by chance, one in 20 such cells is."""


def find_gaps(bank: Bank) -> Iterator[Finding]:
    """Find declared names without questions, and empty cells of technology × level × difficulty.

    As many questions are expected in a cell as its row and its column let expect, which is how a reader of
    the table judges it: a bank of advanced questions lacks no easy ones.
    """
    used = {name for question in bank.questions for name in (question.technology, question.level)}
    for name in (*bank.technologies, *bank.levels):
        if name not in used:
            hint = "write some, or remove it from the bank's list"
            yield Finding("gap", f"{name} is declared but has no question", hint, _place_of_bank(bank))
    named = [question for question in bank.questions if question.technology and question.level]
    for technology, level, expected in _empty_cells((each.technology, each.level) for each in named):
        message = f"{technology} has no {level} question, where {expected:.0f} could be expected"
        yield Finding("gap", message, "write some", _place_of_bank(bank))
    for level in bank.levels:
        rated = [each for each in named if each.level == level and each.difficulty is not None]
        empty = _empty_cells((each.technology, f"{each.difficulty}") for each in rated)
        for technology, difficulty, expected in empty:
            message = f"{technology}, {level} has no question of difficulty {difficulty}"
            message += f", where {expected:.0f} could be expected"
            yield Finding("gap", message, "write some", _place_of_bank(bank))


def _empty_cells(pairs: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, float]]:
    """Return the row, the column, and what could be expected there."""
    cells = Counter(pairs)
    rows, columns = Counter[str](), Counter[str]()
    for (row, column), count in cells.items():
        rows[row] += count
        columns[column] += count
    large = [(column, count) for column, count in columns.items() if count >= _EXPECTED]
    for row, in_row in rows.items():
        for column, in_column in large if in_row >= _EXPECTED else ():
            expected = in_row * in_column / cells.total()
            if (row, column) not in cells and expected >= _EXPECTED:
                yield row, column, expected


def find_missing_sections(bank: Bank) -> Iterator[Finding]:
    """Find questions without a part that at least half of all have, or without an answer."""
    total = len(bank.questions)
    for part in (*PROSE_SECTIONS, "follow_ups", "technology", "category", "level", "difficulty"):
        lacking = [question for question in bank.questions if not getattr(question, part)]
        if lacking and (part == "answer" or len(lacking) * 2 <= total):
            verb = "has" if len(lacking) == 1 else "have"
            message = f"{len(lacking)} of {total} questions {verb} no {part}: {some_of(ids_of(lacking))}"
            yield Finding("missing-section", message, f"add its {part}", lacking[0].location, ids_of(lacking))


def _place_of_bank(bank: Bank) -> Location:
    """Return the place of the bank as a whole: the file of its first question."""
    return Location(bank.questions[0].location.path if bank.questions else bank.source)
