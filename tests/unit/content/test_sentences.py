"""A text is cut where a sentence surely ends, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qexport.choosing import read_bank
from qexport.content.sentences import sentence_groups


@pytest.mark.parametrize(
    "groups",
    [
        ["Using threads for all."],
        ["Using threads.", "Not measuring.", "Guessing"],
        ["Using x (see Y. Or not).", "Not asking?", "Guessing!", "Stopping (too early.)", "Going."],
        ["Using Python 3.9+.", "Not using 3.10.", "Mixing both 0.5 and 1.0."],
        ["Using “threads.”", "Not measuring."],
        # what goes on, or tells what would be right, stays with its sentence
        ["Using threads. This is slow. It blocks.", "Not measuring. Use a profiler. For example cProfile."],
        ["Calling it late. The loop then blocks.", "Forgetting it."],
        # what may not be an end is none
        ["Using tools, e.g. Docker or i.e. Podman vs. Kubernetes etc. Not the cloud."],
        ["Asking Dr. Smith, J. Smith or the U.S. Government, see Fig. 2. Not others."],
        ["Using gc.collect() often. gc.collect() is slow. asyncio.run() too."],
        ["Waiting... Then going. 5 times. (Or six.)"],
        ['Saying "This is it. Really it" aloud.', "Going."],
        ["Nutzt z. B. Threads, d. h. Sperren bzw. Klassen.", "Misst nicht."],
        ["日本語。次の文。"],
    ],
)
def test_each_piece_says_one_thing(groups: list[str]) -> None:
    assert sentence_groups(" ".join(groups)) == groups


WORDS = 'A b. C. This Use e.g. ( ) " ! ? … 3. é É 方。'


@given(st.lists(st.sampled_from(WORDS.split()), max_size=30).map(" ".join))
def test_the_pieces_are_the_text(text: str) -> None:
    assert " ".join(sentence_groups(text)) == text


def test_the_mistakes_of_the_shipped_bank(shipped_bank: Path, golden: Callable[[str, str], None]) -> None:
    """Each was looked at: it names one mistake, and stands for itself."""
    bank, _ = read_bank(shipped_bank)
    pieces = [
        f"{question.id}  {piece}\n"
        for question in bank.questions
        for piece in sentence_groups(question.common_mistakes)
    ]
    golden("mistakes.txt", "".join(pieces))
