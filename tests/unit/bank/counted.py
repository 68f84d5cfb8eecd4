"""A bank with counts of reviews."""

from __future__ import annotations

from qexport.bank.model import Bank, Question
from qexport.bank.review_counts import ReviewCount

COUNTS = {
    "A": ReviewCount(learners=4, reviews=20, lapses=3, forgotten=0.5, seconds=12.5),
    "B": ReviewCount(learners=5, reviews=25, lapses=0, forgotten=0.04, seconds=3.0),
    "old": ReviewCount(learners=3, reviews=12, lapses=1, forgotten=0.3, seconds=7.0),
}
QUESTIONS = (
    Question(id="A", question="a?", answer="a", difficulty=2),
    Question(id="B", question="b?", answer="b", difficulty=9),
    Question(id="C", question="c?", answer="c", difficulty=5, former_ids=("old",)),
    Question(id="D", question="d?", answer="d", difficulty=1),
)
BANK = Bank(title="T", questions=QUESTIONS, reviews=tuple(COUNTS.items()))
