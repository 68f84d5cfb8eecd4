"""Damaged texts are found, and no others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.bank.health.examined import LONG, bank_of, found, question

from qexport.bank.health.examination import examine

# --- texts as they stand -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "finding"),
    [
        ("Answer here", "placeholder: Q-1: answer is “Answer here”"),
        ("[Your answer goes here.]", "placeholder: Q-1: answer is “[Your answer goes here.]”"),
        ("**TBD**", "placeholder: Q-1: answer is “**TBD**”"),
        ("…", "placeholder: Q-1: answer is “…”"),
        (
            "For details, see the above answer.",
            "placeholder: Q-1: answer is “For details, see the above answer.”",
        ),
        ("It is so.\n\nTODO: add why", "placeholder: Q-1: answer says “TODO: add why”"),
        ("Is it so?? Yes, it is.", "doubled-punctuation: Q-1: answer has ??"),
        ("It is so,, yes, it is.", "doubled-punctuation: Q-1: answer has ,,"),
        ("It (the thing is so, yes.", "unbalanced: Q-1: answer never closes “(the thing is so, yes.”"),
        ("It is so), yes, it is.", "unbalanced: Q-1: answer closes what nothing opened: “It is so)”"),
        ("So, it is:\n```python\nprint(", "unbalanced: Q-1: answer never closes the code block ```python"),
        ("Itâ€™s so, yes, it is.", "mojibake: Q-1: answer has â€™ for ’"),
        ("CafÃ©, yes, it is so.", "mojibake: Q-1: answer has Ã© for é"),
        ("It says Ð¿Ñ€Ð¸Ð²ÐµÑ‚ there.", "mojibake: Q-1: answer has Ð¿Ñ€Ð¸Ð²ÐµÑ‚ for привет"),
        ("It is \ufffd so, yes.", "stray-character: Q-1: answer has U+FFFD (replacement character)"),
        ("It is\u200b so, yes, it is.", "stray-character: Q-1: answer has U+200B (zero width space)"),
        ("It is so\u200d, yes, it is.", "stray-character: Q-1: answer has U+200D (zero width joiner)"),
        ("It is \ue001 so, yes.", "stray-character: Q-1: answer has U+E001 (private use)"),
        ("It&nbsp;is so, yes, it is.", "html-leftover: Q-1: answer has &nbsp;"),
        ("It is so.<br>Yes, it is.", "html-leftover: Q-1: answer has <br>"),
        ("It is <b>so</b>, yes, it is.", "html-leftover: Q-1: answer has <b>"),
        ('<img src="x.png"> shows it.', "html-leftover: Q-1: answer has <img>"),
        ('<img width="200"> shows it.', "html-leftover: Q-1: answer has <img>"),
        ("It is <code>x[0]</code>, yes.", "html-leftover: Q-1: answer has <code>"),
        ("Press <kbd>Ctrl</kbd>, yes.", "html-leftover: Q-1: answer has <kbd>"),
        ("So:\n<pre>\nx = 1\n</pre>", "html-leftover: Q-1: answer has <pre>"),
        ("<details><summary>Why</summary>So.</details>", "html-leftover: Q-1: answer has <summary>"),
    ],
)
def test_a_text_that_is_damaged_is_told(answer: str, finding: str) -> None:
    assert found(question(answer=answer)) == [finding]


@pytest.mark.parametrize(
    "answer",
    [
        "None",
        "*",
        "==",
        "TODO lists are often built first, as an example.",
        "The operator is `a ?? b`, and a ?? b too.",
        "Use 1) this, 2) that, a) these; or ii) those.",
        "a) O(n)\nb) O(n log n)\nв) O(1)",
        "**a) The first** is O(1), 1.) and 2b) are not.",
        "The range is [0, 1) or (0, 1], as you like.",
        "It works :) and sometimes not :-(",
        "Count the sign '(' in it, as in “)”.",
        "Code like `f(` or ``g`(`` or\n```\nprint((\n```\nis code, not prose.",
        "See [there](https://example.org/a_(b)), too.",
        "（Googleウェブフォント、Typekit 等)",
        "CAFÉ–BAR „Ü“ voilà…” and naïve, São Paulo, «À»",
        "می\u200cخواهم 👩\u200d💻",
        "The <br> tag and the <b> tag, List<int> or a < b > c.",
        "Dict[str int] and __init__ -> None; AT&T, R&D; &c.",
        "A\ttab, and\na line.",
    ],
)
def test_a_text_that_only_looks_odd_is_not_told(answer: str) -> None:
    assert found(question(answer=answer)) == []


def test_tags_that_markdown_obeys_are_no_leftovers() -> None:
    obeyed = (
        "Press <kbd>Ctrl</kbd>, H<sub>2</sub>O.<br>Yes.\n<details>\n<summary>More</summary>\nSo.\n</details>"
    )
    assert found(question(answer=obeyed, markup="markdown")) == []
    assert found(question(answer='A <span style="x">word</span>, yes.', markup="markdown")) == [
        "html-leftover: Q-1: answer has <span>"
    ]


def test_entities_are_characters_in_markdown_and_leftovers_in_plain_text() -> None:
    assert found(question(answer="It is R&amp;D, yes.", markup="markdown")) == []
    assert found(question(answer="It is R&amp;D, yes.")) == ["html-leftover: Q-1: answer has &amp;"]


def test_the_same_damage_in_many_questions_is_one_finding() -> None:
    questions = [question(f"Q-{n}", follow_ups=(f"Why {n}??", f"And {n}??")) for n in range(7)]
    (finding,) = examine(bank_of(*questions))
    assert finding.message == "Q-0, Q-1, Q-2, Q-3, Q-4 and 2 more: follow_ups has ??"
    assert finding.ids == tuple(f"Q-{n}" for n in range(7))


def test_a_question_is_no_placeholder_but_every_text_of_its_answer_may_be() -> None:
    assert found(question(question="Placeholder", common_mistakes="Coming soon!")) == [
        "placeholder: Q-1: common_mistakes is “Coming soon!”"
    ]


def test_a_short_answer_is_told_among_long_ones_only() -> None:
    assert found(question("A"), question("B"), question("C", answer="- GloVe\n- BERT")) == [
        "short-answer: C: answer is “- GloVe - BERT”; half of all have 23 words"
    ]
    assert found(question("A", answer="Paris"), question("B", answer="Rome")) == []
    assert found(question("A"), question("B"), question("C", answer="`O(n)`")) == []


def test_english_without_commas_is_told_for_the_whole_bank() -> None:
    questions = [question(f"Q-{n}", answer=f"word{n:b} " * 60, question="What?") for n in range(6)]
    texts = [replace(each, answer="no comma stands here " * 15 + each.id) for each in questions]
    assert [each for each in found(*texts) if each.startswith("lost")] == [
        "lost-commas: Q-0, Q-1, Q-2, Q-3, Q-4 and 1 more: 0 commas in 372 words, about 18 are usual"
    ]
    assert not any(each.startswith("lost") for each in found(*texts, language="de"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a don’t b-c it's 12 3-4 _x x2 é1 ¹", 8),  # what has a letter: ¹ is one, 12 and 3-4 are not
        ("“Ωmega” 日本 – x²", 3),  # not in Western letters alone
        ("…—×÷", 0),
    ],
)
def test_words_are_counted_in_every_alphabet(text: str, words: int) -> None:
    long = " ".join([text, *["comma"] * (150 - words)])
    assert found(question("A", question=long, answer="`x`")) == [
        "lost-commas: A: 0 commas in 150 words, about 7 are usual"
    ]
    assert found(question("A", question=long.removesuffix(" comma"), answer="`x`")) == []


@pytest.mark.parametrize("beginning", ["Lorem ipsum", "\u00a0lorem\n ipsum", "ℓorem ipsum", "Ｌorem ipsum"])
def test_filler_is_told_by_its_first_words_however_long_it_is(beginning: str) -> None:
    filler = f"{beginning} dolor, sit " + "amet, consectetur " * 8
    assert [each.partition(" is ")[0] for each in found(question("A", deep_explanation=filler))] == [
        "placeholder: A: deep_explanation"
    ]
    assert found(question("A", deep_explanation=f"Here is {filler}")) == []


def test_one_long_question_without_commas_is_told_among_others() -> None:
    lost = question("B", answer="no comma stands here " * 40)
    others = [question(f"Q-{n}", deep_explanation=LONG * 3) for n in range(4)]
    assert found(lost, *others)[-1] == "lost-commas: B: 0 commas in 166 words, about 8 are usual"
