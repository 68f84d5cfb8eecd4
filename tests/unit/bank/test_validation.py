"""validation: a checked bank, or everything that is wrong with it at once."""

from __future__ import annotations

import pytest

from qexport.bank.model import Bank, Claims, Question
from qexport.bank.validation import validate
from qexport.bank.yaml_reader import parse_yaml
from qexport.common.errors import InputRefused, LimitExceeded, Location
from qexport.common.limits import Limits


def bank_of(text: str, path: str = "b.yaml") -> Bank:
    bank, warnings = validate(parse_yaml(text, path))
    assert warnings == ()
    return bank


def problems_of(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as caught:
        validate(parse_yaml(text, "b.yaml"))
    return [(str(problem).removeprefix("b.yaml:"), problem.hint) for problem in caught.value.problems]


def questions(*items: str) -> str:
    """Write a bank of questions, each given by what it has beside id, question and answer."""
    return "questions:\n" + "".join(
        f"- {{id: q{number}, question: q, answer: a, {item}}}\n" for number, item in enumerate(items, start=1)
    )


ONE = "questions: [{id: q1, question: q, answer: a}]"


# --- what comes out -----------------------------------------------------------------------------------------


def test_a_question_needs_only_an_id_a_question_and_an_answer() -> None:
    assert bank_of(ONE, "seeds/python-basics.yaml") == Bank(
        title="Python basics",
        questions=(Question(id="q1", question="q", answer="a"),),
    )


def test_a_full_bank_comes_out_as_it_is_written() -> None:
    text = """\
title: Questions & answers
namespace: qa
language: pt-BR
source: A hub
markup: markdown
claims: {questions: 54, levels: 3}
technologies: [Python, AI]
levels: [Expert, Beginner]
questions:
  - id: PY-1
    question: What is `no`?
    technology: Python
    category: Core
    level: Beginner
    difficulty: 7
    tags: [a b, c]
    markup: plain
    status: retired
    former_ids: [OLD-1]
    source: a book
    answer: |

      no

      3.10
    deep_explanation: deep
    real_world_example: example
    common_mistakes: mistakes
    production_scenario: scenario
    follow_ups:
      - And then?
      - And then?
  - {id: 2, question: 3.10, answer: no}
"""
    bank = bank_of(text)
    assert bank == Bank(
        title="Questions & answers",
        namespace="qa",
        language="pt-BR",
        source="A hub",
        claims=Claims(questions=54, levels=3),
        technologies=("Python", "AI"),
        levels=("Expert", "Beginner"),
        questions=(
            Question(
                id="PY-1",
                question="What is `no`?",
                technology="Python",
                category="Core",
                level="Beginner",
                difficulty=7,
                tags=("a b", "c"),
                status="retired",
                former_ids=("OLD-1",),
                source="a book",
                answer="no\n\n3.10",
                deep_explanation="deep",
                real_world_example="example",
                common_mistakes="mistakes",
                production_scenario="scenario",
                follow_ups=("And then?", "And then?"),
            ),
            Question(id="2", question="3.10", answer="no", markup="markdown"),
        ),
    )
    assert [question.location for question in bank.questions] == [
        Location("b.yaml", 10, 5),
        Location("b.yaml", 33, 5),
    ]


def test_what_is_empty_is_absent() -> None:
    empty = "title: \nlevels: []\ntechnologies:\nclaims:\nlanguage: ''\n"
    assert bank_of(
        empty + questions("level: , difficulty: , tags: , follow_ups: [], markup: '', source: ' '")
    ) == (bank_of(ONE))


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("seeds/questions.yaml", "Questions"),
        ("back-end_jobs.yml", "Back end jobs"),
        ("日本語.yaml", "日本語"),
        (".", "Questions"),
        ("", "Questions"),
    ],
)
def test_a_bank_without_a_name_is_called_as_its_file(path: str, title: str) -> None:
    bank = bank_of(ONE, path)
    assert bank.title == title


def test_a_bank_has_the_namespace_it_states_and_no_other() -> None:
    assert bank_of(f"title: Café, 2nd edition\n{ONE}").namespace == ""
    assert bank_of(f"namespace: ours\n{ONE}").namespace == "ours"


def test_undeclared_technologies_stand_as_they_first_appear() -> None:
    bank = bank_of(questions("technology: B", "technology: A", "category: x", "technology: B"))
    assert bank.technologies == ("B", "A")


def test_undeclared_levels_of_well_known_names_stand_in_their_order() -> None:
    levels = ["Wizard", "Expert", "mid", "Junior", "Advanced", "Guru", "Beginner", "INTERMEDIATE"]
    bank = bank_of(questions(*(f"level: {level}" for level in levels)))
    assert bank.levels == (
        "Junior",
        "Beginner",
        "mid",
        "INTERMEDIATE",
        "Expert",
        "Advanced",
        "Wizard",
        "Guru",
    )


# --- what is wrong ------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_its_place() -> None:
    text = """\
titel: x
language: English
levels: [Advanced, Beginner, advanced]
claims: {questions: -4, foo: 3}
questions:
  - id: PY 1
    question: q
    answer: a
    level: Advnced
    difficulty: 11
    tags: python
  - id: PY-2
    question: " "
    answer: *x
    follow_ups: [a, "", [b]]
    status: activ
    answr: x
  - just text
  - id: py-2
    answer: [a]
    source: x
    source: y
"""
    assert problems_of(text) == [
        ("1:1: unknown key 'titel'", "did you mean 'title'?"),
        ("2:11: language 'English' is not a BCP 47 tag", "for example en, de or pt-BR"),
        ("3:30: 'advanced' is twice in levels", ""),
        ("4:21: questions '-4' is not a whole number", ""),
        ("4:25: unknown key 'foo'", "known: questions, technologies, levels"),
        ("6:9: id 'PY 1' holds a space", "for example 'PY-1'"),
        ("9:12: level 'Advnced' is unknown", "did you mean 'Advanced'? known: Advanced, Beginner"),
        ("10:17: difficulty '11' is not a number from 1 to 10", ""),
        ("11:11: tags must be a list", "begin each item on a line of its own with '- '"),
        ("13:15: question is empty", ""),
        (
            "14:13: alias *x is not allowed",
            "write it out; if it is text, put the text in quotes, or below its key as a block: `key: |`",
        ),
        ("15:21: an item of follow_ups is empty", ""),
        ("15:25: an item of follow_ups must be text", ""),
        ("16:13: status 'activ' is unknown", "did you mean 'active'? known: active, draft, retired"),
        ("17:5: unknown key 'answr'", "did you mean 'answer'?"),
        ("18:5: a question must be a mapping", "begin it with `- id:`"),
        ("19:5: question 'py-2' has no question", ""),
        ("19:9: id 'py-2' is taken at b.yaml:12:9", "it is 'PY-2' there, which differs only in case"),
        ("20:13: answer must be text", ""),
        ("22:5: 'source' is here twice, first in line 21", "keep one"),
    ]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("difficulty: hard", ("difficulty 'hard' is not a number from 1 to 10", "")),
        ("difficulty: 0", ("difficulty '0' is not a number from 1 to 10", "")),
        ("difficulty: 7.5", ("difficulty '7.5' is not a number from 1 to 10", "")),
        ("difficulty: ٣", ("difficulty '٣' is not a number from 1 to 10", "")),
        ("difficulty: [7]", ("difficulty must be text", "")),
        ("technology: {a: b}", ("technology must be text", "")),
        ('category: "a\\nb"', ("category must be one line", "")),
        ('tags: ["a\\nb"]', ("tags must be one line", "")),
        ("tags: {a: b}", ("tags must be a list", "begin each item on a line of its own with '- '")),
        ("tags: [A, a]", ("'a' is twice in tags", "")),
        ("markup: html", ("markup 'html' is unknown", "known: plain, markdown")),
        (
            "markup: Markdown",
            ("markup 'Markdown' is unknown", "did you mean 'markdown'? known: plain, markdown"),
        ),
        ("former_ids: [a b]", ("id 'a b' holds a space", "for example 'a-b'")),
    ],
)
def test_a_wrong_value_is_a_problem(item: str, problem: tuple[str, str]) -> None:
    ((message, hint),) = problems_of(questions(item))
    assert (message.split(": ", 1)[1], hint) == problem


def test_a_key_of_another_mapping_is_unknown() -> None:
    assert problems_of(f"technology: Python\n{ONE}") == [
        ("1:1: unknown key 'technology'", "did you mean 'technologies'?")
    ]


@pytest.mark.parametrize(
    ("identity", "message", "hint"),
    [
        (r'"a\tb"', "id 'a\\tb' holds a character that is not seen (U+0009)", "for example 'a-b'"),
        (r'"a\u200bb"', "id 'a\\u200bb' holds a character that is not seen (U+200B)", "for example 'a-b'"),
        (r'"a\u00a0b"', "id 'a\\xa0b' holds a character that is not seen (U+00A0)", "for example 'a-b'"),
        ("''", "id is empty", ""),
        (r'"\u00a0\n"', "id is empty", ""),
        ("[a]", "id must be text", ""),
    ],
)
def test_an_id_is_one_visible_word(identity: str, message: str, hint: str) -> None:
    text = f"questions: [{{id: {identity}, question: q, answer: a}}]"
    assert problems_of(text) == [(f"1:18: {message}", hint)]


def test_a_record_without_anything_lacks_what_every_question_has() -> None:
    assert problems_of("questions:\n- {}") == [
        ("2:3: a question has no id", ""),
        ("2:3: a question has no question", ""),
        (
            "2:3: a question has no answer",
            "write one, or leave the question out: `status: draft`",
        ),
    ]


@pytest.mark.parametrize(
    ("first", "second", "hint"),
    [
        ("PY-1", "PY-1", ""),
        ("PY-1", "' PY-1 '", ""),
        ("PY-1", "py-1", "it is 'PY-1' there, which differs only in case"),
        ("straße", "STRASSE", "it is 'straße' there, which differs only in case"),
        ('"caf\\u00e9"', '"cafe\\u0301"', ""),
    ],
)
def test_two_questions_of_one_id_name_both_places(first: str, second: str, hint: str) -> None:
    text = (
        f"questions:\n- {{id: {first}, question: q, answer: a}}\n- {{id: {second}, question: q, answer: a}}"
    )
    ((message, said),) = problems_of(text)
    assert message.startswith("3:8: id ")
    assert message.endswith(" is taken at b.yaml:2:8")
    assert said == hint


def test_a_former_id_is_nobody_elses() -> None:
    """It may be the id of another question: where ids were shifted, the lock knows."""
    text = questions("former_ids: [old, Q2]", "former_ids: [Old]", "former_ids: [q3, new, New]")
    assert problems_of(text) == [
        ("3:49: former id 'Old' is taken at b.yaml:2:49", "it is 'old' there, which differs only in case"),
        ("4:58: 'New' is twice in former_ids", ""),
    ]


def test_a_name_that_is_like_no_other_gets_the_list_of_those_there_are() -> None:
    assert problems_of("technologies: [Python, AI]\n" + questions("technology: Cobol")) == [
        ("3:48: technology 'Cobol' is unknown", "known: Python, AI")
    ]


def test_a_list_of_what_there_is_ends_where_it_helps_no_more() -> None:
    many = [f"tool-{number:02}" for number in range(30)]
    ((_, hint),) = problems_of(f"technologies: [{', '.join(many)}]\n" + questions(f"technology: {'x' * 200}"))
    assert hint == f"known: {', '.join(many[:20])} and 10 more"


@pytest.mark.parametrize(
    ("text", "place"), [("", ""), ("title: x", ""), ("questions: []", "1:1"), ("title: x\nquestions:", "2:1")]
)
def test_a_bank_without_questions_is_refused(text: str, place: str) -> None:
    with pytest.raises(InputRefused) as caught:
        validate(parse_yaml(text, "b.yaml"))
    (problem,) = caught.value.problems
    assert str(problem) == f"{':'.join(filter(None, ['b.yaml', place]))}: the bank has no questions"
    assert problem.hint == "list them below `questions:`"


@pytest.mark.parametrize("value", ["text", "{a: b}"])
def test_questions_are_a_list(value: str) -> None:
    assert problems_of(f"questions: {value}") == [
        ("1:12: questions must be a list", "begin each with `- id:`")
    ]


# --- what is cleaned ----------------------------------------------------------------------------------------


def test_what_is_cleaned_out_of_a_question_is_one_warning() -> None:
    text = (
        'title: "My\\u00ad bank"\n'
        "questions:\n"
        '- {id: a, question: "q\\0", answer: "\\u202ea\\u202c\\0", follow_ups: ["\\u00adf"]}\n'
        "- {id: b, question: q, answer: a}\n"
    )
    bank, warnings = validate(parse_yaml(text, "b.yaml"))
    assert bank.title == "My bank"
    assert bank.questions[0] == Question(id="a", question="q", answer="a", follow_ups=("f",))
    assert [(str(warning.location), warning.message) for warning in warnings] == [
        ("b.yaml:1:8", "the bank is cleaned of 1 soft hyphen"),
        (
            "b.yaml:3:21",
            (
                "question 'a' is cleaned of 2 control characters, 1 right-to-left override (U+202E), "
                "1 pop directional formatting (U+202C), 1 soft hyphen"
            ),
        ),
    ]


def test_a_text_of_nothing_but_what_is_cleaned_is_empty() -> None:
    assert problems_of(r'questions: [{id: a, question: "\0\u00ad\n ", answer: a}]') == [
        ("1:31: question is empty", "")
    ]


# --- limits -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "longest"),
    [("question", 10_000), ("tags", 10_000), ("answer", 1_000_000), ("deep_explanation", 1_000_000)],
)
def test_a_text_over_its_limit_is_not_read_on(key: str, longest: int) -> None:
    def bank(length: int) -> str:
        texts = {"id": "PY-1", "question": "q", "answer": "a", key: "x" * length}
        texts["tags"] = f"[{texts.get('tags', '')}]"
        return "questions:\n- " + "\n  ".join(f"{name}: {text}" for name, text in texts.items())

    bank_of(bank(longest))
    with pytest.raises(LimitExceeded) as caught:
        validate(parse_yaml(bank(longest + 1), "b.yaml"))
    line = {"question": "3:13", "answer": "4:11", "deep_explanation": "5:21", "tags": "5:10"}[key]
    assert caught.value.message == (
        f"b.yaml:{line}: question 'PY-1': {key} is longer than {longest:,} characters"
    )


def test_a_list_over_its_limit_is_not_read_on() -> None:
    bank_of(questions(f"follow_ups: [{'x, ' * 1_000}]"))
    with pytest.raises(LimitExceeded) as caught:
        validate(parse_yaml(questions(f"follow_ups: [{'x, ' * 1_001}]"), "b.yaml"))
    assert caught.value.message == "b.yaml:2:48: question 'q1': follow_ups has more than 1,000 items"


def test_a_bank_over_its_limit_is_not_read_on() -> None:
    with pytest.raises(LimitExceeded) as caught:
        validate(parse_yaml(questions("", "", ""), "b.yaml"), Limits(questions=2))
    assert caught.value.message == "b.yaml: 3 questions, and a bank has at most 2"
    assert caught.value.hint == (
        "make several banks of it; the limit 'questions' is 2 questions; "
        "to raise it: --allow questions=4, or [limits] in qexport.toml"
    )


# Choices, drafts, fields of a bank's own


def one(fields: str) -> str:
    return f"questions:\n- {{id: A, question: q, {fields}}}"


def test_choices_drafts_and_own_fields_are_read() -> None:
    text = (
        "questions:\n- {id: A, question: q, choices: [x, y], correct: B, links: [https://e.org], terms: [t],"
        " extra: {n: 3.10, m: [1, no]}}\n- {id: B, question: q, status: draft, answer: ''}"
    )
    bank, _ = validate(parse_yaml(text, "b.yaml"))
    first, second = bank.questions
    assert (first.choices, first.correct, first.answer) == (("x", "y"), ("b",), "")
    assert (first.links, first.terms) == (("https://e.org",), ("t",))
    assert first.extra == (("n", "3.10"), ("m", ("1", "no")))
    assert (second.status, second.answer) == ("draft", "")


@pytest.mark.parametrize(
    ("fields", "message", "hint"),
    [
        (
            "choices: [x, y], correct: c",
            "2:50: correct 'c' is the letter of no choice",
            "its choices are a to b",
        ),
        (
            "answer: a, correct: [a]",
            "2:44: correct 'a' is the letter of no choice",
            "it has no choices",
        ),
        (
            "choices: [x, y], correct: [a, 2]",
            "2:50: correct '2' is not the letter of a choice",
            "a is the first choice, b the second",
        ),
        (
            "choices: [x, y]",
            "2:3: question 'A' has no answer",
            "write one, or leave the question out: `status: draft`",
        ),
        ("answer: a, extra: [x]", "2:42: extra must be a mapping", "write `name: text` below it"),
        ("answer: a, extra: {x: {y: z}}", "2:46: extra.x must be text or a list of texts", ""),
    ],
)
def test_wrong_choices_and_own_fields_are_refused(fields: str, message: str, hint: str) -> None:
    assert problems_of(one(fields)) == [(message, hint)]


def test_more_choices_than_letters_are_refused() -> None:
    listed = ", ".join(f"c{number}" for number in range(27))
    assert problems_of(one(f"choices: [{listed}], answer: a")) == [
        ("2:33: question 'A' has 27 choices, and may have 26", "")
    ]
