"""Captured pages → records: what is read, what is refused, what never gets in."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.importers.hub.pages import HEAD, RECORD, WHOLE, WORDS, changed, plain, said

from qexport.bank.model import RawText
from qexport.common import limits
from qexport.common.errors import InputRefused, LimitExceeded, QexportError
from qexport.importers.hub.page import Capture, parse_capture
from qexport.importers.hub.vocabulary import Vocabulary, read_vocabulary

ROOT = Path(__file__).resolve().parents[4]
CAPTURES = ROOT / "seeds" / "captures"
LISTING = (CAPTURES / "hub-advanced.txt").read_text(encoding="utf-8")
ANSWERS = (CAPTURES / "hub-page-4-answers.txt").read_text(encoding="utf-8")
SAVED = (ROOT / "tests" / "golden" / "hub_advanced.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def hub() -> Vocabulary:
    path = CAPTURES / "vocabulary.yaml"
    return read_vocabulary(path.read_text(encoding="utf-8"), str(path))


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
        "a.txt:2:1: PY-1 has no difficulty above its answer (for example: 6/10)",
        (
            "a.txt:30:1: no line with an ID and a question begins this record "
            "(for example: PY-ADV-004 What are Python type hints?)"
        ),
        (
            "a.txt:78:1: the footer 'ID: Difficulty: 6/10 \\xa0·\\xa0 Level: Advanced' cannot be read "
            "(expected: ID: PY-ADV-004 · Difficulty: 6/10 · Level: Advanced)"
        ),
        "a.txt:79:1: PY-1 has no question",
        (
            "a.txt:105:1: PY-1 has no line of technology, category and level "
            "(for example: Python Core Python Advanced)"
        ),
        (
            "a.txt:133:1: 'Read aloud' is neither question nor badge of PY-1 "
            "(if it is furniture of the page, add it to the vocabulary's `furniture`)"
        ),
        "a.txt:168:1: PY-1 has 'Answer' twice, first in line 160",
        "a.txt:187:1: PY-1 does not end in a footer (expected: ID: … · Difficulty: n/10 · Level: …)",
        "a.txt:212:1: PY-1 does not end in a footer (expected: ID: … · Difficulty: n/10 · Level: …)",
    ]


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
