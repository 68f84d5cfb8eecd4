"""Captures + a bank → the bank's text and a report: what is new goes in, nothing known is touched."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.importers.hub.imported import (
    ANSWERS,
    CHANGED,
    LISTING,
    PAGE,
    RECORD,
    ROOT,
    SECOND,
    SHORT_WORDS,
    VOCABULARY,
    bank_of,
    new_text,
)

from qexport.bank.jsonl_writer import write_jsonl
from qexport.common.errors import InputRefused
from qexport.common.limits import USUAL
from qexport.importers.hub.captures import ImportResult, merge_captures, word_diff
from qexport.importers.hub.taking import take_all

SAVED = ("saved.html", (ROOT / "tests" / "golden" / "hub_advanced.html").read_text(encoding="utf-8"))


def refusal(
    *captures: tuple[str, str], existing: str | None = None, words: tuple[str, str] = SHORT_WORDS
) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        merge_captures(captures, words, ("bank.yaml", existing) if existing else None)
    return [
        f"{problem} ({problem.hint})" if problem.hint else str(problem) for problem in caught.value.problems
    ]


# New banks


def test_the_captures_make_a_bank_and_a_report() -> None:
    result = merge_captures([LISTING, ANSWERS], VOCABULARY)
    assert str(result.report) == (
        "hub-advanced.txt: 0 known, 15 new, 0 conflicts\nhub-page-4-answers.txt: 9 known, 0 new, 0 conflicts"
    )
    assert result.report.warnings == ()


def test_the_order_of_the_captures_does_not_matter(text: str) -> None:
    result = merge_captures([ANSWERS, LISTING], VOCABULARY)
    assert result.text == text
    assert str(result.report) == (
        "hub-page-4-answers.txt: 9 known, 0 new, 0 conflicts\nhub-advanced.txt: 0 known, 15 new, 0 conflicts"
    )
    parts = [("page-10.txt", "Q\n" + RECORD), ("page-9.txt", "Q\n" + SECOND)]
    texts = {merge_captures(pages, SHORT_WORDS).text for pages in (parts, parts[::-1])}
    assert [[question.id for question in bank_of(text or "").questions] for text in texts] == [
        ["PY-2", "PY-1"]
    ]


def test_importing_again_changes_nothing(text: str) -> None:
    result = merge_captures([LISTING, ANSWERS, SAVED], VOCABULARY, ("bank.yaml", text))
    assert result.text is None
    assert str(result.report) == (
        "hub-advanced.txt: 15 known, 0 new, 0 conflicts\n"
        "hub-page-4-answers.txt: 9 known, 0 new, 0 conflicts\n"
        "saved.html: 15 known, 0 new, 0 conflicts"
    )
    assert result.report.warnings == ()


def test_a_saved_page_makes_the_same_bank(text: str) -> None:
    assert merge_captures([SAVED], VOCABULARY).text == text


def test_answers_alone_make_no_nameless_questions() -> None:
    result = merge_captures([ANSWERS], VOCABULARY)
    assert result.text is None
    first, *rest = str(result.report).split("\n")
    assert first == "hub-page-4-answers.txt: 0 known, 0 new, 0 conflicts, 9 unmatched"
    assert rest[1] == (
        "  hub-page-4-answers.txt:8:1: 5 paragraphs of no known question: "
        "'Attention allows a model to directly reference any position…'"
    )
    assert [block.location.line for block in result.report.unmatched] == list(range(3, 48, 5))


def test_the_same_question_on_two_pages_is_one_question() -> None:
    result = merge_captures([("a.txt", PAGE), ("b.txt", PAGE + RECORD + SECOND)], SHORT_WORDS)
    assert str(result.report) == "a.txt: 0 known, 1 new, 0 conflicts\nb.txt: 2 known, 1 new, 0 conflicts"
    assert [question.id for question in bank_of(new_text(result)).questions] == ["PY-1", "PY-2"]


def test_two_pages_that_contradict_each_other_are_a_conflict() -> None:
    pages = [("b.txt", PAGE.replace("It is this.", "It is that.").replace("54", "57")), ("a.txt", PAGE)]
    result = merge_captures(pages, SHORT_WORDS)
    assert bank_of(new_text(result)).questions[0].answer == "It is this."
    assert bank_of(new_text(result)).claims.questions == 57
    assert str(result.report) == (
        "b.txt: 0 known, 0 new, 1 conflict\n"
        "  b.txt:4:1: PY-1 differs from a.txt:4:1\n"
        "    b.txt:8:1: answer: It is [-this.-] {+that.+}\n"
        "a.txt: 0 known, 1 new, 0 conflicts"
    )
    assert [str(warning) for warning in result.report.warnings] == [
        "a.txt:2:1: this page says that the hub has 54 questions, b.txt:2:1 says 57"
    ]


def test_all_problems_of_all_captures_are_told_at_once() -> None:
    problems = refusal(
        ("a.txt", PAGE.replace("Difficulty: 6", "Difficulty: 7")),
        ("b.html", "<b>" * 300 + "x"),
        ("c.txt", PAGE.replace("6/10", "11/10")),
        ("d.txt", PAGE.replace("Answer\nIt is this.\n", "")),
        ("e.txt", ""),
    )
    assert problems == [
        "a.txt:19:1: difficulty 7/10 contradicts 6/10 in line 6",
        f"b.html:1: the page is nested deeper than 200 levels ({USUAL.hint('page-depth')})",
        "e.txt: the page holds neither questions nor answers",
        "c.txt:6:1: difficulty '11' is not a number from 1 to 10",
        "d.txt:4:1: question 'PY-1' has no answer (write one, or leave the question out: `status: draft`)",
    ]


# A bank that is there


def test_new_questions_are_added_to_the_end_and_all_above_stays(small: str) -> None:
    edited = (
        "# ours\n"
        + small.replace("    difficulty: 6\n", "    difficulty: 6   # really?\n    tags: [x]\n")
        + "\n# end\n"
    )
    result = merge_captures([("a.txt", PAGE + SECOND)], SHORT_WORDS, ("bank.yaml", edited))
    longer = new_text(result)
    assert longer.startswith(edited)
    assert str(result.report) == "a.txt: 1 known, 1 new, 0 conflicts"
    assert [question.id for question in bank_of(longer).questions] == ["PY-1", "PY-2"]
    assert bank_of(longer).questions[0].tags == ("x",)


def test_adding_makes_what_writing_all_at_once_makes(small: str) -> None:
    longer = merge_captures([("a.txt", PAGE + SECOND)], SHORT_WORDS, ("bank.yaml", small)).text
    assert longer == merge_captures([("a.txt", PAGE + SECOND)], SHORT_WORDS).text


@pytest.mark.parametrize("margin", ["", "    "])
def test_new_questions_stand_below_the_others_however_these_are_indented(small: str, margin: str) -> None:
    head, questions = small.split("questions:\n  - id")
    edited = f"{head}questions:\n" + f"  - id{questions}".replace("\n  ", f"\n{margin}").replace(
        "  - id", f"{margin}- id", 1
    )
    longer = new_text(merge_captures([("a.txt", PAGE + SECOND)], SHORT_WORDS, ("bank.yaml", edited)))
    assert longer.startswith(edited)
    assert f"\n\n{margin}- id: PY-2\n" in longer
    assert [question.id for question in bank_of(longer).questions] == ["PY-1", "PY-2"]


def test_new_questions_say_their_markup_where_the_banks_is_another(small: str) -> None:
    edited = (
        small.replace("questions:\n", "markup: markdown\nquestions:\n", 1)
        if "markup" not in small
        else small.replace("markup: plain", "markup: markdown")
    )
    longer = new_text(merge_captures([("a.txt", PAGE + SECOND)], SHORT_WORDS, ("bank.yaml", edited)))
    assert [question.markup for question in bank_of(longer).questions] == ["markdown", "plain"]


def test_what_the_bank_says_is_never_overwritten(small: str) -> None:
    edited = small.replace("It is this.", "It is this, really.").replace("difficulty: 6", "difficulty: 5")
    result = merge_captures([("a.txt", PAGE)], SHORT_WORDS, ("bank.yaml", edited))
    assert result.text is None
    place = bank_of(edited).questions[0].location
    assert str(result.report) == (
        "a.txt: 0 known, 0 new, 1 conflict\n"
        f"  a.txt:4:1: PY-1 differs from {place}\n"
        "    a.txt:6:1: difficulty: [-5-] {+6+}\n"
        "    a.txt:8:1: answer: It is [-this, really.-] {+this.+}"
    )


def test_a_question_is_known_by_a_former_id_and_in_any_case(small: str) -> None:
    renamed = small.replace("id: PY-1\n", "id: py-one\n    former_ids: [py-1]\n")
    result = merge_captures([("a.txt", PAGE)], SHORT_WORDS, ("bank.yaml", renamed))
    assert (result.text, str(result.report)) == (None, "a.txt: 1 known, 0 new, 0 conflicts")


def test_a_page_that_counts_otherwise_than_the_bank_is_warned_of(small: str) -> None:
    result = merge_captures([("a.txt", PAGE.replace("54", "57"))], SHORT_WORDS, ("bank.yaml", small))
    assert result.text is None
    assert [str(warning) for warning in result.report.warnings] == [
        "a.txt:2:1: this page says that the hub has 57 questions, the bank says 54"
    ]


def test_a_bank_that_cannot_be_added_to_is_refused(small: str) -> None:
    new = ("a.txt", PAGE + SECOND)
    head, questions = small.split("questions:\n")
    title, rest = head.split("namespace")
    assert refusal(new, existing=f"{title}questions:\n{questions}namespace{rest}") == [
        (
            "bank.yaml:24:1: 1 new question cannot be added: levels follows the questions "
            "(move `questions:` to the end of the file)"
        )
    ]
    assert refusal(new, existing="title: Q\nquestions: [{id: PY-1, question: Why?, answer: So.}]") == [
        (
            "bank.yaml:2:1: 1 new question cannot be added to the end of this file "
            "(write the list of questions in block style, one '- id:' below the other)"
        )
    ]


def test_names_that_the_bank_does_not_declare_are_problems(small: str) -> None:
    junior = SECOND.replace("Advanced", "Junior")
    assert refusal(("a.txt", PAGE + junior), existing=small.replace("[Junior, Advanced]", "[Advanced]")) == [
        (
            "a.txt:21:1: level 'Junior' is not among the levels at bank.yaml:9:1 "
            "(add it there, at the place of its order)"
        )
    ]


def test_a_bank_that_is_wrong_itself_is_refused() -> None:
    assert refusal(("a.txt", PAGE), existing="questions: [{id: PY-1, question: Why?}]") == [
        "bank.yaml:1:13: question 'PY-1' has no answer (write one, or leave the question out: `status: draft`)"
    ]


# Answers only


def changed_answers(text: str, change: dict[int, list[str]]) -> ImportResult:
    """Import the answers with some lines (counted from 1) replaced."""
    lines = ANSWERS[1].split("\n")
    changed = [new for number, line in enumerate(lines, 1) for new in change.get(number, [line])]
    return merge_captures([(ANSWERS[0], "\n".join(changed))], VOCABULARY, ("bank.yaml", text))


def test_a_block_that_differs_is_a_conflict_that_shows_the_difference(text: str) -> None:
    line = ANSWERS[1].split("\n")[13]
    result = changed_answers(
        text, {14: [line.replace("each.", "each!").replace("three generations", "two generations")]}
    )
    assert result.text is None
    known = next(question for question in bank_of(text).questions if question.id == "PY-ADV-002")
    assert str(result.report) == (
        "hub-page-4-answers.txt: 8 known, 0 new, 1 conflict\n"
        f"  hub-page-4-answers.txt:13:1: PY-ADV-002 differs from {known.location}\n"
        "    hub-page-4-answers.txt:14:1: deep_explanation: "
        "are sorted into [-three-] {+two+} generations based on"
    )


def test_a_block_of_no_known_question_is_told_with_its_line(text: str) -> None:
    strange = [f"Nothing that anyone here has ever written, part {number}." for number in range(5)]
    result = changed_answers(text, {13: [*strange, ANSWERS[1].split("\n")[12]]})
    assert str(result.report) == (
        "hub-page-4-answers.txt: 9 known, 0 new, 0 conflicts, 1 unmatched\n"
        "  hub-page-4-answers.txt:13:1: 5 paragraphs of no known question: "
        "'Nothing that anyone here has ever written, part 0.'"
    )


def test_a_gap_and_a_stray_paragraph_are_told(text: str) -> None:
    result = changed_answers(
        text, {15: [], 20: ["A stray line, which belongs to nobody at all.", ANSWERS[1].split("\n")[19]]}
    )
    bank = {question.id: question.location for question in bank_of(text).questions}
    assert str(result.report) == (
        "hub-page-4-answers.txt: 7 known, 0 new, 2 conflicts\n"
        f"  hub-page-4-answers.txt:13:1: PY-ADV-002 differs from {bank['PY-ADV-002']}\n"
        "    hub-page-4-answers.txt:13:1: real_world_example: "
        "missing: 'A long-running FastAPI service was growing in memory over d…'\n"
        f"  hub-page-4-answers.txt:17:1: PY-ADV-001 differs from {bank['PY-ADV-001']}\n"
        "    hub-page-4-answers.txt:19:1: one paragraph too many: "
        "'A stray line, which belongs to nobody at all.'"
    )


def test_json_lines_are_read_and_written_as_such(small: str) -> None:
    lines = new_text(merge_captures([("a.txt", PAGE)], SHORT_WORDS, as_lines=True))
    assert lines == write_jsonl(bank_of(small))
    there = ("bank.jsonl", lines)
    assert merge_captures([("a.txt", PAGE)], SHORT_WORDS, there, as_lines=True).text is None
    both = new_text(
        merge_captures([("a.txt", CHANGED + SECOND)], SHORT_WORDS, there, take=take_all, as_lines=True)
    )
    written = new_text(merge_captures([("a.txt", CHANGED + SECOND)], SHORT_WORDS))
    assert both == write_jsonl(bank_of(written))


# Words


@pytest.mark.parametrize(
    ("ours", "theirs", "shown"),
    [
        ("a b c d e f g", "a b c x e f g", "a b c [-d-] {+x+} e f g"),
        ("a b", "a b c", "a b {+c+}"),
        ("a b c", "b c", "[-a-] b c"),
        ("", "a b", "{+a b+}"),
        ("a  b", "a b", "only white space differs"),
        ("a b c d e f g h i j", "x b c d e f g h i y", "[-a-] {+x+} b c d … g h i [-j-] {+y+}"),
        ("a " * 20, "b", "[-a a a a … a a a a-] {+b+}"),
        (
            "1 a b 2 a b 3 a b 4 a b",
            "5 a b 6 a b 7 a b 8 a b",
            "[-1-] {+5+} a b 2 … 1 a b [-2-] {+6+} a b 3 … 2 a b [-3-] {+7+} a b 4 … and 1 more",
        ),
        ("x " + "a " * 2000 + "y", "z " + "b " * 2000 + "w", "[-x a a a … a a a y-] {+z b b b … b b b w+}"),
    ],
)
def test_a_difference_is_shown_in_few_words(ours: str, theirs: str, shown: str) -> None:
    assert word_diff(ours, theirs) == shown


# Whatever comes


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_mutilated_captures_never_end_in_a_traceback_nor_in_a_broken_bank(
    text: str, data: st.DataObject
) -> None:
    captures = []
    for path, whole in ((LISTING[0], LISTING[1]), ANSWERS):
        lines = whole.split("\n")
        for _ in range(data.draw(st.integers(0, 4))):
            at, other = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
            match data.draw(st.sampled_from(["delete", "double", "swap", "strange"])):
                case "delete":
                    del lines[at]
                case "double":
                    lines.insert(other, lines[at])
                case "swap":
                    lines[at], lines[other] = lines[other], lines[at]
                case "strange":
                    lines[at] += data.draw(st.text(max_size=9))
        captures.append((path, "\n".join(lines)))
    existing = data.draw(st.sampled_from([None, ("bank.yaml", text)]))
    try:
        result = merge_captures(captures, VOCABULARY, existing)
    except InputRefused:
        return
    if result.text is not None:
        known = len(bank_of(text).questions) if existing else 0
        new = sum(len(capture.new) for capture in result.report.captures)
        assert len(bank_of(result.text).questions) == known + new
