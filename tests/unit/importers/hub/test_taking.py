"""What a page says is taken where the user decides so."""

from __future__ import annotations

from tests.unit.importers.hub.imported import (
    ANSWERS,
    CHANGED,
    SECOND,
    SHORT_WORDS,
    VOCABULARY,
    bank_of,
    new_text,
)

from qexport.importers.hub.captures import ImportResult, merge_captures
from qexport.importers.hub.taking import Decision, take_all, take_none

# Taking what a page says


def taken(text: str, *pages: tuple[str, str], take: Decision = take_all) -> ImportResult:
    """Import pages of the small bank, and take what they say."""
    return merge_captures(pages, SHORT_WORDS, ("bank.yaml", text), take=take)


def test_what_a_page_says_is_taken_and_the_rest_of_the_file_stays(small: str) -> None:
    commented = small.replace("  - id: PY-1", "  # ours\n  - id: PY-1")
    result = taken(commented, ("a.txt", CHANGED + SECOND))
    question, second = bank_of(new_text(result)).questions
    assert (question.deep_explanation, question.difficulty, second.id) == (
        "Because one does so, often.",
        7,
        "PY-2",
    )
    assert str(result.report).split("\n")[:2] == [
        "a.txt: 0 known, 1 new, 0 conflicts, 1 taken from the page",
        f"  a.txt:4:1: PY-1 is now as the page has it, at {bank_of(commented).questions[0].location}",
    ]
    kept = commented.replace("Because one does so.", "Because one does so, often.")
    assert new_text(result).startswith(kept.replace("difficulty: 6", "difficulty: 7").rstrip())
    again = taken(new_text(result), ("a.txt", CHANGED + SECOND))
    assert (again.text, again.report.conflicts, again.report.taken) == (None, (), ())


def test_only_what_is_decided_for_the_page_is_taken(small: str) -> None:
    result = taken(small, ("a.txt", CHANGED), take=lambda _, difference: difference.field == "difficulty")
    assert bank_of(new_text(result)).questions[0].difficulty == 7
    assert [each.field for conflict in result.report.conflicts for each in conflict.differences] == [
        "deep_explanation"
    ]
    assert taken(small, ("a.txt", CHANGED), take=take_none).text is None


def test_pages_that_contradict_each_other_are_still_a_conflict(small: str) -> None:
    result = taken(small, ("a.txt", CHANGED), ("b.txt", CHANGED.replace("7/10", "8/10")))
    assert bank_of(new_text(result)).questions[0].difficulty == 7
    assert [str(each) for conflict in result.report.conflicts for each in conflict.differences] == [
        "b.txt:6:1: difficulty: [-7-] {+8+}"
    ]


def test_a_page_of_answers_with_its_commas_restored_is_taken(text: str) -> None:
    lines = ANSWERS[1].split("\n")
    pages = [(ANSWERS[0], "\n".join([*lines[:2], *(line.replace(" and ", ", and ") for line in lines[2:])]))]
    result = merge_captures(pages, VOCABULARY, ("bank.yaml", text), take=take_all)
    assert result.report.conflicts == ()
    assert len(result.report.taken) == 9
    again = merge_captures(pages, VOCABULARY, ("bank.yaml", new_text(result)))
    assert str(again.report) == "hub-page-4-answers.txt: 9 known, 0 new, 0 conflicts"


def test_a_section_with_a_gap_is_not_taken(text: str) -> None:
    lines = ANSWERS[1].split("\n")
    del lines[14]
    result = merge_captures(
        [(ANSWERS[0], "\n".join(lines))],
        VOCABULARY,
        ("bank.yaml", text),
        take=take_all,
    )
    assert (result.text, len(result.report.conflicts)) == (None, 1)
