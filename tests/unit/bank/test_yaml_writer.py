"""bank_writer: a bank that a person edits with pleasure, and that reads back as it was."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qexport.bank.model import Bank, Claims, Question
from qexport.bank.validation import validate
from qexport.bank.yaml_reader import parse_yaml
from qexport.bank.yaml_writer import write_bank, write_questions
from qexport.common.text_input import normalise

LONG = (
    "Python's type system is gradual — you add hints progressively without breaking existing code. "
    "Basic syntax: def greet(name: str) -> str. Complex types: List[str] Dict[str int] # and more."
)


def read_back(text: str) -> Bank:
    bank, warnings = validate(parse_yaml(text, "b.yaml"))
    assert warnings == ()
    return bank


def test_a_bank_looks_as_a_person_would_write_it() -> None:
    bank = Bank(
        title="Interview Questions & Model Answers",
        namespace="interview-questions",
        source="The hub: its list",
        claims=Claims(questions=54, levels=3),
        technologies=("Python", "AI Integration"),
        levels=("Advanced",),
        questions=(
            Question(
                id="PY-ADV-004",
                question="What are Python type hints?",
                technology="Python",
                category="Core Python",
                level="Advanced",
                difficulty=6,
                tags=("typing", "3.10", "a, b"),
                answer=LONG,
                common_mistakes="Expecting too much: nothing is checked.",
                follow_ups=("What is TypedDict?", "Why: in a word?"),
            ),
            Question(
                id="7",
                question="How does one count?",
                technology="AI Integration",
                markup="markdown",
                status="retired",
                former_ids=("OLD-7",),
                answer="With `sum`:\n\n```python\nsum(1 for _ in it)\n    # so\n```",
            ),
            Question(id="x", question="'q' it is", answer="a\u2028\u200bb"),
        ),
    )
    text = write_bank(bank)
    assert (
        text
        == """\
# yaml-language-server: $schema=bank.schema.json
title: Interview Questions & Model Answers
namespace: interview-questions
language: en
source: 'The hub: its list'
markup: plain
claims:
  questions: 54
  levels: 3
technologies: [Python, AI Integration]
levels: [Advanced]
questions:
  - id: PY-ADV-004
    question: What are Python type hints?
    technology: Python
    category: Core Python
    level: Advanced
    difficulty: 6
    tags: [typing, '3.10', 'a, b']
    answer: >-
      Python's type system is gradual — you add hints progressively without breaking existing code.
      Basic syntax: def greet(name: str) -> str. Complex types: List[str] Dict[str int] # and more.
    common_mistakes: 'Expecting too much: nothing is checked.'
    follow_ups:
      - What is TypedDict?
      - 'Why: in a word?'

  - id: '7'
    question: How does one count?
    technology: AI Integration
    markup: markdown
    status: retired
    former_ids: [OLD-7]
    answer: |-
      With `sum`:

      ```python
      sum(1 for _ in it)
          # so
      ```

  - id: x
    question: '''q'' it is'
    answer: "a\\u2028\u200bb"
"""
    )
    assert read_back(text) == bank


def test_the_markup_most_questions_have_is_said_once() -> None:
    bank = Bank(
        title="T",
        namespace="t",
        questions=(
            Question(id="a", question="q", answer="a", markup="markdown"),
            Question(id="b", question="q", answer="a"),
            Question(id="c", question="q", answer="a", markup="markdown"),
        ),
    )
    assert (
        write_bank(bank)
        == """\
# yaml-language-server: $schema=bank.schema.json
title: T
namespace: t
language: en
markup: markdown
questions:
  - id: a
    question: q
    answer: a

  - id: b
    question: q
    markup: plain
    answer: a

  - id: c
    question: q
    answer: a
"""
    )


def test_questions_can_be_appended_to_a_bank() -> None:
    first, second, third = (Question(id=name, question="q", answer="a", markup="markdown") for name in "abc")
    bank = Bank(title="T", namespace="t", questions=(first,))
    text = write_bank(bank) + "\n" + write_questions((second, third), markup="markdown")
    assert read_back(text).questions == (first, second, third)
    assert text == write_bank(Bank(title="T", namespace="t", questions=(first, second, third)))


def test_without_questions_there_is_only_the_header() -> None:
    assert write_questions(()) == ""
    assert (
        write_bank(Bank(title="T", namespace="t"))
        == """\
# yaml-language-server: $schema=bank.schema.json
title: T
namespace: t
language: en
markup: plain
questions:
"""
    )


def test_a_list_too_long_for_a_line_has_a_line_for_each() -> None:
    tags = tuple(f"a tag of number {number}" for number in range(9))
    text = write_questions([Question(id="a", question="q", answer="a", tags=tags)])
    assert text == (
        "  - id: a\n    question: q\n    tags:\n"
        + "".join(f"      - {tag}\n" for tag in tags)
        + "    answer: a\n"
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words", "plain words"),
        ("__init__ -> None, [a] {b} 100 % & *c* (d) \\e", "__init__ -> None, [a] {b} 100 % & *c* (d) \\e"),
        ("C#", "C#"),
        ("a #b", "'a #b'"),
        ("a:b", "a:b"),
        ("a: b", "'a: b'"),
        ("a:", "'a:'"),
        ("*a*", "'*a*'"),
        ("- a", "'- a'"),
        ("'a'", "'''a'''"),
        ('"a"', "'\"a\"'"),
        ("No", "'No'"),
        ("2024-01-01 12:30", "'2024-01-01 12:30'"),
        ("3 ways", "3 ways"),
        ("a  b", "a  b"),
        ("a\tb", '"a\\tb"'),
        ('say "hi"\tC:\\', '"say \\"hi\\"\\tC:\\\\"'),
        ("a\u2029b", '"a\\u2029b"'),
        ("x" * 200, "x" * 200),
        ("a\nb", "|-\n      a\n      b"),
        ("a  \n\n \n\tb", "|-\n      a  \n\n       \n      \tb"),
        ("a  " + "b " * 50 + " c", ">-\n      a  " + "b " * 45 + "b\n      b b b b  c"),
    ],
)
def test_a_text_gets_the_plainest_form_that_keeps_it(text: str, written: str) -> None:
    item = write_questions([Question(id="a", question="q", answer=text)])
    assert item == f"  - id: a\n    question: q\n    answer: {written}\n"
    assert read_back(f"questions:\n{item}").questions[0].answer == text


# --- anything reads back ------------------------------------------------------------------------------------

odd = st.sampled_from([*" \t\n'\":#-,[]{}?!&*|>%@`=~\\.0129eé", "\u2028", "\u00a0", "\u200b", "👍", "\u0301"])
words = st.sampled_from(
    [
        "no",
        "word",
        "a: b",
        " ",
        "\n",
        "  ",
        "- x",
        "# y",
        "\n\n",
        "\t",
        "'z'",
        "long" * 10,
        ": ",
        "1",
        "2024-01-01",
        "<<",
    ]
)
raw = st.text(st.characters(codec="utf-8") | odd, max_size=300) | st.lists(words, max_size=60).map("".join)


def texts(clean: Callable[[str], str]) -> st.SearchStrategy[str]:
    return raw.map(lambda text: clean(normalise(text)[0]).strip()).filter(bool)


prose = texts(str)
line = texts(lambda text: " ".join(text.split("\n")))
identity = texts(lambda text: re.sub(r"\s", "", "".join(filter(str.isprintable, text))))


def folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.casefold())


lines = st.lists(line, max_size=4, unique_by=folded).map(tuple)
question = st.builds(
    Question,
    id=identity,
    question=prose,
    answer=prose,
    category=st.just("") | line,
    difficulty=st.none() | st.integers(1, 10),
    deep_explanation=st.just("") | prose,
    follow_ups=st.lists(prose, max_size=3).map(tuple),
    tags=lines,
    source=st.just("") | prose,
    markup=st.sampled_from(["plain", "markdown"]),
    status=st.sampled_from(["active", "retired"]),
)
bank = st.builds(
    Bank,
    title=line,
    namespace=line,
    source=st.just("") | prose,
    claims=st.builds(Claims, questions=st.none() | st.integers(0, 99), levels=st.none() | st.integers(0, 99)),
    technologies=lines,
    levels=lines,
    questions=st.lists(question, min_size=1, max_size=3, unique_by=lambda one: folded(one.id)).map(tuple),
)


@settings(max_examples=200, deadline=None)
@given(bank)
def test_a_written_bank_reads_back_as_it_was_and_is_written_the_same_again(bank: Bank) -> None:
    text = write_bank(bank)
    again = read_back(text)
    assert again == bank
    assert write_bank(again) == text


@settings(max_examples=200, deadline=None)
@given(prose | line)
def test_a_reader_that_knows_numbers_and_dates_finds_texts_too(text: str) -> None:
    one = Question(id="a", question=text, answer=text, follow_ups=(text,), tags=(text,))
    (read,) = yaml.safe_load(write_questions([one]))
    assert [read["question"], *read["follow_ups"], *read["tags"]] == [text, text, text]
