"""Captured pages → records: what is read, what is refused, what never gets in."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qexport.bank.model import RawList, RawRecord, RawText
from qexport.common import limits
from qexport.common.errors import InputRefused, LimitExceeded, Problem, QexportError
from qexport.importers.hub.page import Capture, parse_capture
from qexport.importers.hub.vocabulary import Vocabulary, read_vocabulary

ROOT = Path(__file__).resolve().parents[4]
CAPTURES = ROOT / "seeds" / "captures"
LISTING = (CAPTURES / "hub-advanced.txt").read_text(encoding="utf-8")
ANSWERS = (CAPTURES / "hub-page-4-answers.txt").read_text(encoding="utf-8")
SAVED = (ROOT / "tests" / "golden" / "hub_advanced.html").read_text(encoding="utf-8")

WORDS = """\
title: Questions & Answers
namespace: test
technologies:
  Python:
    - Core Python
    - Performance
  AI Integration: [AI Integration]
levels: [Junior, Advanced]
furniture: [Copy link, "Page # of #"]
"""
HEAD = "Questions& Answers\n"
RECORD = """\
PY-1 What is it?
Python Core Python Advanced
6/10
Answer

It is this.

Deep Explanation

Because.

Real-World Example

Somewhere.

⚠ Common Mistakes

Many.

🏭 Production Scenario

Once.

Follow-up Questions
Why? How so??
ID: PY-1 \xa0·\xa0 Difficulty: 6/10 \xa0·\xa0 Level: Advanced
"""


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return read_vocabulary(WORDS, "words.yaml")


@pytest.fixture(scope="module")
def hub() -> Vocabulary:
    path = CAPTURES / "vocabulary.yaml"
    return read_vocabulary(path.read_text(encoding="utf-8"), str(path))


def plain(record: RawRecord) -> dict[str, str | list[str]]:
    """Return the texts of a record without their places."""
    texts: dict[str, str | list[str]] = {}
    for key, value in record.values.items():
        if isinstance(value, RawText):
            texts[key] = value.text
        elif isinstance(value, RawList):
            texts[key] = [item.text for item in value.items if isinstance(item, RawText)]
    return texts


def said(problems: tuple[Problem, ...]) -> list[str]:
    return [f"{problem} ({problem.hint})" if problem.hint else str(problem) for problem in problems]


def changed(before: str, after: str) -> str:
    """Return a page of one record in which something is otherwise."""
    assert before in RECORD
    return HEAD + RECORD.replace(before, after, 1)


WHOLE: dict[str, str | list[str]] = {
    "id": "PY-1",
    "question": "What is it?",
    "technology": "Python",
    "category": "Core Python",
    "level": "Advanced",
    "difficulty": "6",
    "answer": "It is this.",
    "deep_explanation": "Because.",
    "real_world_example": "Somewhere.",
    "common_mistakes": "Many.",
    "production_scenario": "Once.",
    "follow_ups": ["Why?", "How so?"],
}


# The captures of the hub


def test_reads_fifteen_records_and_what_the_hub_says_of_itself(hub: Vocabulary) -> None:
    capture = parse_capture(LISTING, "a.txt", hub)
    assert len(capture.records) == 15
    assert {name: claim.text for name, claim in capture.claims.items()} == {
        "questions": "54",
        "technologies": "3",
        "levels": "3",
    }
    assert (capture.problems, capture.warnings, capture.paragraphs) == ((), (), ())


def test_knows_the_place_of_each_field(hub: Vocabulary) -> None:
    record = parse_capture(LISTING, "a.txt", hub).records[0]
    assert {key: str(place) for key, place in record.keys.items()} == {
        "id": "a.txt:19:1",
        "question": "a.txt:19:12",
        "technology": "a.txt:20:1",
        "category": "a.txt:20:1",
        "level": "a.txt:20:1",
        "difficulty": "a.txt:21:1",
        "answer": "a.txt:24:1",
        "deep_explanation": "a.txt:28:1",
        "real_world_example": "a.txt:32:1",
        "common_mistakes": "a.txt:36:1",
        "production_scenario": "a.txt:40:1",
        "follow_ups": "a.txt:42:1",
    }


def test_reads_the_paragraphs_of_a_page_stripped_to_its_answers(hub: Vocabulary) -> None:
    capture = parse_capture(ANSWERS, "a.txt", hub)
    assert [paragraph.text for paragraph in capture.paragraphs] == ANSWERS.split("\n")[2:-1]
    assert str(capture.paragraphs[0].location) == "a.txt:3:1"
    assert {name: claim.text for name, claim in capture.claims.items()} == {"questions": "54"}
    assert (capture.problems, capture.warnings, capture.records) == ((), (), ())


def test_a_page_saved_from_a_browser_has_the_same_records(hub: Vocabulary) -> None:
    saved = parse_capture(SAVED, "page.html", hub)
    listing = parse_capture(LISTING, "a.txt", hub)
    assert list(map(plain, saved.records)) == list(map(plain, listing.records))
    assert {name: claim.text for name, claim in saved.claims.items()} == {
        "questions": "54",
        "technologies": "3",
        "levels": "3",
    }
    assert saved.problems == saved.warnings == ()


def test_places_in_a_saved_page_are_lines_of_its_source(hub: Vocabulary) -> None:
    lines = SAVED.split("\n")
    for record in parse_capture(SAVED, "page.html", hub).records:
        identity = record.values["id"]
        assert isinstance(identity, RawText)
        assert f"{identity.text}<" in lines[identity.location.line - 1].replace("&nbsp;", "<")
        assert "<h4>Follow-up" in lines[record.keys["follow_ups"].line - 1]


# Splitting


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Why? How so??", ["Why?", "How so?"]),
        ("Why?", ["Why?"]),
        ("Why???", ["Why?"]),
        ("Why?  How so?", ["Why?", "How so?"]),
        ("Tell me why. Really? Go on", ["Tell me why. Really?", "Go on"]),
        ("What is a ? b : c in C? Why??", ["What is a ? b : c in C?", "Why?"]),
        ("What does `a?.b` do? Why??", ["What does `a?.b` do?", "Why?"]),
        ("What is it (here? or there?) and why? How??", ["What is it (here? or there?) and why?", "How?"]),
        ("An open bracket (why? How??", ["An open bracket (why? How?"]),
        ("What is the operator ??", ["What is the operator ??"]),
    ],
)  # fmt: skip
def test_splits_follow_ups_at_their_question_marks(words: Vocabulary, line: str, expected: list[str]) -> None:
    capture = parse_capture(changed("Why? How so??", line), "a.txt", words)
    assert plain(capture.records[0])["follow_ups"] == expected


def test_an_unknown_split_is_an_error_with_the_candidates(words: Vocabulary) -> None:
    page = changed("Python Core Python Advanced", "Python Async I/O Advanced")
    page += RECORD.replace("PY-1", "PY-2").replace(
        "Python Core Python Advanced", "Rust Memory Safety Advanced"
    )
    page += RECORD.replace("PY-1", "PY-3").replace(
        "Python Core Python Advanced", "Python Core Pyton Advanced"
    )
    page += RECORD.replace("PY-1", "PY-4").replace("Python Core Python Advanced", "Zig")
    unknown = "is no technology, category and level that the vocabulary knows"
    assert said(parse_capture(page, "a.txt", words).problems) == [
        (
            f"a.txt:3:1: 'Python Async I/O Advanced' {unknown} "
            "(it may be Python | Async I/O | Advanced: add the right one to the vocabulary)"
        ),
        (
            f"a.txt:29:1: 'Rust Memory Safety Advanced' {unknown} "
            "(it may be Rust | Memory Safety | Advanced, Rust Memory | Safety | Advanced: "
            "add the right one to the vocabulary)"
        ),
        (
            f"a.txt:55:1: 'Python Core Pyton Advanced' {unknown} (it may be Python | Core Python | Advanced, "
            "Python | Core Pyton | Advanced: add the right one to the vocabulary)"
        ),
        f"a.txt:81:1: 'Zig' {unknown} (the vocabulary knows the technologies Python, AI Integration)",
    ]


def test_an_ambiguous_split_is_an_error() -> None:
    vocabulary = read_vocabulary(
        "title: Questions & Answers\nnamespace: test\nlevels: [Advanced]\n"
        "technologies: {AI: [Integration Tests], AI Integration: [Tests]}",
        "words.yaml",
    )
    page = changed("Python Core Python Advanced", "AI Integration Tests Advanced")
    assert said(parse_capture(page, "a.txt", vocabulary).problems) == [
        (
            "a.txt:3:1: 'AI Integration Tests Advanced' is ambiguous: "
            "AI | Integration Tests | Advanced, AI Integration | Tests | Advanced"
        )
    ]


def test_nothing_is_derived_from_the_id(words: Vocabulary) -> None:
    page = HEAD + RECORD.replace("PY-1", "AI-JUN-001")
    assert plain(parse_capture(page, "a.txt", words).records[0]) == {**WHOLE, "id": "AI-JUN-001"}


# What stands twice


def test_contradictions_are_errors_with_both_lines(words: Vocabulary) -> None:
    footer = "ID: PY-1 \xa0·\xa0 Difficulty: 6/10 \xa0·\xa0 Level: Advanced"
    page = changed(footer, "ID: PY-2 · Difficulty: 7/10 · Level: Junior")
    assert said(parse_capture(page, "a.txt", words).problems) == [
        "a.txt:27:1: ID PY-2 contradicts PY-1 in line 2",
        "a.txt:27:1: difficulty 7/10 contradicts 6/10 in line 4",
        "a.txt:27:1: level Junior contradicts Advanced in line 3",
    ]


def test_all_problems_are_found_at_once(words: Vocabulary) -> None:
    page = (
        HEAD
        + RECORD.replace("6/10\nAnswer", "Answer")
        + RECORD.replace("PY-1 What is it?", "What is it?")
        + RECORD.replace("ID: PY-1 \xa0·\xa0 ", "ID: ")
        + RECORD.replace("PY-1 What is it?\n", "PY-1\n")
        + RECORD.replace("Python Core Python Advanced\n", "")
        + RECORD.replace("6/10\nAnswer", "6/10\nRead aloud\nAnswer")
        + RECORD.replace("Because.", "Because.\n\nAnswer\n\nAgain.")
        + RECORD[: RECORD.index("ID:")]
        + RECORD[: RECORD.index("ID:")]
    )
    assert said(parse_capture(page, "a.txt", words).problems) == [
        "a.txt:2:1: PY-1 has no difficulty above its answer (right would be, for example: 6/10)",
        (
            "a.txt:30:1: no line with an ID and a question begins this record "
            "(right would be, for example: PY-ADV-004 What are Python type hints?)"
        ),
        (
            "a.txt:78:1: the footer 'ID: Difficulty: 6/10 \\xa0·\\xa0 Level: Advanced' cannot be read "
            "(right would be: ID: PY-ADV-004 · Difficulty: 6/10 · Level: Advanced)"
        ),
        "a.txt:79:1: PY-1 has no question",
        (
            "a.txt:105:1: PY-1 has no line of technology, category and level "
            "(right would be, for example: Python Core Python Advanced)"
        ),
        (
            "a.txt:133:1: 'Read aloud' is neither question nor badge of PY-1 "
            "(if it is furniture of the page, add it to the vocabulary's `furniture`)"
        ),
        "a.txt:168:1: PY-1 has 'Answer' twice, first in line 160",
        "a.txt:187:1: PY-1 does not end in a footer (right would be: ID: … · Difficulty: n/10 · Level: …)",
        "a.txt:212:1: PY-1 does not end in a footer (right would be: ID: … · Difficulty: n/10 · Level: …)",
    ]


def test_what_a_record_lacks_and_what_is_left_out_is_told(words: Vocabulary) -> None:
    lacking = RECORD.replace("Because.\n", "").replace("🏭 Production Scenario\n\nOnce.\n", "")
    page = "Elsewhere\n" + RECORD + "Share\n\n" + lacking + "Share\n" + RECORD + "See also\nPY-7 Why?\n"
    capture = parse_capture(page, "a.txt", words)
    assert len(capture.records) == 3
    assert capture.problems == ()
    assert said(capture.warnings) == [
        "a.txt: the page does not have the heading 'Questions & Answers'",
        (
            "a.txt:28:1: left out between records: 'Share', 2 times "
            "(if it is furniture of the page, add it to the vocabulary's `furniture`)"
        ),
        "a.txt:33:1: PY-1 has no production_scenario",
        "a.txt:37:1: deep_explanation of PY-1 is empty",
        "a.txt:80:1: left out: a line with an ID that no answer follows",
    ]


# What never gets into a field


def test_furniture_never_enters_a_field(words: Vocabulary) -> None:
    page = HEAD + RECORD.replace("\n\n", "\nCOPY LINK\n\nPage 3 of 4\n")
    capture = parse_capture(page, "a.txt", words)
    assert plain(capture.records[0]) == WHOLE
    assert capture.warnings == ()


def test_an_unknown_word_between_paragraphs_is_warned_of(words: Vocabulary) -> None:
    capture = parse_capture(changed("It is this.", "It is this.\nRead aloud"), "a.txt", words)
    assert plain(capture.records[0])["answer"] == "It is this.\nRead aloud"
    assert said(capture.warnings) == [
        (
            "a.txt:8:1: 'Read aloud' became a line of answer of PY-1 "
            "(if it is furniture of the page, add it to the vocabulary's `furniture`)"
        )
    ]


def test_paragraphs_of_a_section_stay_apart(words: Vocabulary) -> None:
    capture = parse_capture(changed("It is this.", "It is this.\n\n  Or that,\nperhaps."), "a.txt", words)
    assert plain(capture.records[0])["answer"] == "It is this.\n\n  Or that,\nperhaps."


def test_the_question_keeps_every_character(words: Vocabulary) -> None:
    question = "How does Python’s `__init__` -> a < b &amp; {{c1::x}}\xa0work – 6/10?"
    capture = parse_capture(changed("What is it?", question), "a.txt", words)
    assert plain(capture.records[0])["question"] == question


def test_characters_that_harm_are_cleaned_out_and_counted(words: Vocabulary) -> None:
    capture = parse_capture(changed("It is this.", "It \u00adis\x07 \u00adthis."), "a.txt", words)
    assert plain(capture.records[0]) == WHOLE
    assert said(capture.warnings) == ["a.txt: the page is cleaned of 1 control character, 2 soft hyphens"]


def test_an_empty_page_is_a_problem(words: Vocabulary) -> None:
    for text, path in (
        ("", "a.txt"),
        (" \n", "a.txt"),
        ("", "a.html"),
        ("<!-- -->", "a.html"),
        (HEAD, "a.txt"),
    ):
        assert said(parse_capture(text, path, words).problems) == [
            f"{path}: the page holds neither questions nor answers"
        ]


# HTML


def as_html(
    head: str, *, follow_ups: str = "<p>Why? How so??</p>", answer: str = "<p>It is this.</p>"
) -> str:
    footer = "<div>ID: PY-1&nbsp; ·&nbsp; Difficulty: 6/10&nbsp; ·&nbsp; Level: Advanced</div>"
    return (
        f"<!DOCTYPE html><h1>Questions<b>&amp; Answers</b></h1><article>{head}<h4>Answer</h4>{answer}"
        "<h4>Deep Explanation</h4><p>Because.</p><h4>Real-World Example</h4><p>Somewhere.</p>"
        "<h4>&#9888; Common Mistakes</h4><p>Many.</p><h4>Production Scenario</h4><p>Once.</p>"
        f"<h4>Follow-up Questions</h4>{follow_ups}{footer}</article>"
    )


@pytest.mark.parametrize(
    "head",
    [
        "<h3>PY-1 What is it?</h3><p><i>Python</i><i>Core Python</i><i>Advanced</i></p><p>6/10</p>",
        "<h3><i>PY-1</i><i>What is it?</i></h3><i>Python</i><i>Core Python</i><i>Advanced</i><i>6/10</i>",
        "<i>PY-1</i><h3>What is it?</h3><p>Python Core Python Advanced</p><p>6/10</p>",
        "<p>PY-1</p><p>Python</p><p>Core Python</p><p>Advanced</p><p>6 / 10</p><h3>What is it?</h3>",
        "<p>PY-1</p><p>What is it?</p><ul><li>Python<li>Core Python<li>Advanced</ul><p>6/10</p>",
        "<button>PY-1&nbsp;What is it? <i>Python</i> <i>Core Python</i> <i>Advanced</i> <b>6</b>/10</button>",
        (
            "<button>PY-1</button><button>What is it?</button><button>Python</button>"
            "<button>Core Python</button><button>Advanced</button><button>6/10</button><button>Copy</button>"
        ),
        "<summary>PY-1 · What is it?</summary><div>6/10</div><div>PythonCore PythonAdvanced</div>",
    ],
)
def test_badges_may_stand_in_any_elements(words: Vocabulary, head: str) -> None:
    capture = parse_capture(as_html(head), "page.html", words)
    assert (capture.problems, capture.warnings) == ((), ())
    assert plain(capture.records[0]) == WHOLE


USUAL = "<h3>PY-1 What is it?</h3><p><i>Python</i><i>Core Python</i><i>Advanced</i></p><p>6/10</p>"


@pytest.mark.parametrize(
    "follow_ups",
    [
        "<ul><li>Why?</li><li>How so?</li></ul>",
        "<ol><li>Why?<li>How so??</ol>",
        "<p>Why?<br>How so??</p>",
        "<p>Why?</p><!-- and --><p>How so?<?php echo 1 ?></p>",
        "<table><tr><td>Why?<td>How so?</table>",
    ],
)
def test_follow_ups_may_be_a_list(words: Vocabulary, follow_ups: str) -> None:
    assert plain(parse_capture(as_html(USUAL, follow_ups=follow_ups), "page.html", words).records[0]) == WHOLE


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>a &lt;b&gt; &amp;amp; &amp;lt; ?x=1&amp;copy=2</p>", "a <b> &amp; &lt; ?x=1&copy=2"),
        ("<p>a&nbsp;b&thinsp;c</p>", "a\xa0b\u2009c"),
        ("<p>__init__ *a* [b](c) \\( {{x}}</p>", "__init__ *a* [b](c) \\( {{x}}"),
        ("<p>one\n   <i>two</i>three</p>", "one twothree"),
        ("<p>one</p><p>two</p>", "one\n\ntwo"),
        ("<div>one</div><div>two</div>", "one\ntwo"),
        ("<p>one<script>x()</script> two<style>p{}</style></p>", "one two"),
        ("<p style='display:none'>folded</p>", "folded"),
        ("<p hidden>folded</p>", "folded"),
        ("<p>on<!-- no -->e<?pi no?> two</p>", "one two"),
        ("<button>Copy</button><p>one</p><svg><title>no</title></svg><select><option>no</select>", "one"),
        ("<pre>if x:\n    y()</pre>", "if x:\n    y()"),
        ("<p>&#xFDD0;7&#xFDD1;one&shy;s&#1;</p>", "7ones"),
        ("<q>one</q>", '"one"'),
    ],
)
def test_a_browsers_text_is_kept_to_the_character(words: Vocabulary, source: str, text: str) -> None:
    capture = parse_capture(as_html(USUAL, answer=source), "page.html", words)
    assert plain(capture.records[0]) == {**WHOLE, "answer": text}


def test_html_is_known_by_its_name_or_by_its_beginning(words: Vocabulary) -> None:
    page = as_html(USUAL)
    xhtml = '<?xml version="1.0" encoding="UTF-8"?>\n' + page
    latin = page.replace("<h1>", '<meta charset="latin-1"><h1>').replace("What is", "Wie heißt")
    for text, path in ((page, "page"), (page.split(">", 1)[1], "page.HTM"), (xhtml, "page.txt")):
        assert plain(parse_capture(text, path, words).records[0]) == WHOLE
    assert plain(parse_capture(latin, "page.html", words).records[0]) == {
        **WHOLE,
        "question": "Wie heißt it?",
    }
    assert parse_capture(html.escape(page), "page.txt", words).records == ()


def test_a_footer_may_stand_in_several_lines(words: Vocabulary) -> None:
    page = as_html(USUAL)
    footer = page[page.index("<div>ID") : page.index("</article>")]
    for other in (
        "<p>ID: PY-1</p><p>Difficulty: 6/10</p><p>Level: Advanced</p>",
        "<i>ID: PY-1</i><i>Difficulty: 6/10</i><i>Level: Advanced</i>",
        "<dl><dt>ID:<dd>PY-1<dt>Difficulty:<dd>6/10<dt>Level:<dd>Advanced</dl>",
        "<p>ID: PY-1<p>·<p>Difficulty: 6/10<p>·<p>Level: Advanced",
    ):
        capture = parse_capture(page.replace(footer, other), "page.html", words)
        assert (capture.problems, plain(capture.records[0])) == ((), WHOLE)


LOW = limits.Limits(page=2_000, tags=50, attributes=5, page_depth=10)
TOO_MUCH: dict[str, tuple[str, str]] = {
    "large": ("<p>" + "a " * 1_000, "page.html: a page of more than 2,000 characters"),
    "open tags": ("<html><body>\n" + "<a " * 7, "page.html:2: a tag of more than 5 attributes"),
    "attributes": ("<a title='>' b c d e f>", "page.html:1: a tag of more than 5 attributes"),
    "elements": ("<p>" * 51, "page.html: a page of more than 50 tags"),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_page_that_is_too_much_is_refused(words: Vocabulary, name: str) -> None:
    page, message = TOO_MUCH[name]
    with pytest.raises(LimitExceeded) as caught:
        parse_capture(page, "page.html", words, LOW)
    assert caught.value.message == message


@pytest.mark.parametrize("page", ["<div>" * 11 + "x", "<b><i>" * 6, "<div>" * 12 + "x" + "</div>" * 12])
def test_a_page_that_is_too_deep_is_refused(words: Vocabulary, page: str) -> None:
    with pytest.raises(InputRefused) as caught:
        parse_capture(page, "page.html", words, LOW)
    assert said(caught.value.problems) == [
        f"page.html:1: the page is nested deeper than 10 levels ({LOW.hint('page-depth')})"
    ]


@pytest.mark.parametrize("page", ["<!-- x", "<![CDATA[ x", "</p></p>", "<script>", "'<a \""])
def test_odd_markup_is_read_or_refused(words: Vocabulary, page: str) -> None:
    parse_safely(page, "page.html", words)


def test_data_in_scripts_is_no_tag(words: Vocabulary) -> None:
    script = "<script>if (i <n) { x = '" + "word " * 5_000 + "' }</script>"
    assert plain(parse_capture(script + as_html(USUAL), "page.html", words).records[0]) == WHOLE


# The vocabulary


def test_all_that_is_wrong_with_a_vocabulary_is_told() -> None:
    text = """\
titel: Questions
technologies: [Python]
levels: Advanced
furniture:
  - Copy
  - [a]
  - ''
"""
    with pytest.raises(InputRefused) as caught:
        read_vocabulary(text, "words.yaml")
    assert said(caught.value.problems) == [
        (
            "words.yaml:1:1: unknown key 'titel' (did you mean 'title'? "
            "known: title, namespace, language, source, markup, technologies, levels, furniture)"
        ),
        "words.yaml:1:1: the vocabulary has no title",
        "words.yaml:1:1: the vocabulary has no namespace",
        (
            "words.yaml:2:15: technologies must be a mapping "
            "(right would be `Python:`, and below it its categories, each beginning with '- ')"
        ),
        "words.yaml:3:9: levels must be a list (begin each item on a line of its own with '- ')",
        "words.yaml:6:5: an item of furniture must be text",
        "words.yaml:7:5: an item of furniture must be text",
    ]


# Whatever comes


def parse_safely(text: str, path: str, vocabulary: Vocabulary) -> Capture | None:
    try:
        return parse_capture(text, path, vocabulary)
    except QexportError:
        return None


@st.composite
def mutations(draw: st.DrawFn, text: str) -> str:
    """Return the text with lines gone, doubled, swapped or strange."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(lines) - 1))
        other = draw(st.integers(0, len(lines) - 1))
        match draw(st.sampled_from(["delete", "double", "swap", "cut", "strange", "move"])):
            case "delete":
                del lines[at : at + draw(st.integers(1, 3))]
                lines = lines or [""]
            case "double":
                lines[at:at] = lines[at : at + draw(st.integers(1, 30))]
            case "swap":
                lines[at], lines[other] = lines[other], lines[at]
            case "move":
                lines.insert(other, lines.pop(at))
            case "cut":
                lines[at] = lines[at][: draw(st.integers(0, 30))]
            case "strange":
                lines[at] += draw(st.text(max_size=20))
    return "\n".join(lines)


@pytest.mark.parametrize("path", ["a.txt", "a.html"])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_mutilated_page_is_read_or_its_problems_are_told(path: str, data: st.DataObject) -> None:
    vocabulary = read_vocabulary(WORDS, "words.yaml")
    page = HEAD + RECORD * 3 if path == "a.txt" else as_html(USUAL).replace("><", ">\n<") * 2
    capture = parse_safely(data.draw(mutations(page)), path, vocabulary)
    for record in capture.records if capture and not capture.problems else ():
        texts = plain(record)
        assert texts["question"]
        furniture = {"Copy link", "6/10", "Questions& Answers", ""}
        assert not furniture & {text for text in texts.values() if isinstance(text, str)}


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/ab=\"' \n&;!-?ID:·PY-16Answer\xa0\ufdd0"), max_size=300))
def test_any_text_is_a_page_or_its_problems_are_told(text: str) -> None:
    vocabulary = read_vocabulary(WORDS, "words.yaml")
    for path in ("a.txt", "a.html"):
        parse_safely(text, path, vocabulary)
