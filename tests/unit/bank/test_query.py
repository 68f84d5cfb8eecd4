"""The `--where` language: what it finds, and what it says of a mistake."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qexport.bank.model import Bank, Question
from qexport.bank.query import (
    NAME_FIELDS,
    QUERY_FIELDS,
    TEXT_FIELDS,
    Conditions,
    difficulties,
    fold,
    parse_query,
    typed_name,
)
from qexport.common.errors import UsageError
from qexport.common.limits import USUAL, Limits

QUESTIONS = (
    Question(
        id="PY-1",
        question="What is __init__?",
        answer="It’s  a method\nnamed __init__.",
        technology="Python",
        category="Core Python",
        level="Advanced",
        difficulty=7,
        tags=("classes",),
    ),
    Question(
        id="PY-2",
        question="How does garbage collection work?",
        answer="By counting references; cycles need the collector.",
        deep_explanation="A weakref does not count.",
        technology="Python",
        category="Performance",
        level="Advanced",
        difficulty=8,
        follow_ups=("What is a reference cycle?",),
        tags=("memory", "gc"),
    ),
    Question(
        id="ML-1",
        question="What is a naïve Bayes classifier?",
        answer="One that thinks features independent.",
        technology="Machine Learning",
        category="AI/ML",
        level="Beginner",
        difficulty=3,
    ),
    Question(id="X_1", question="Why C++?", answer="Speed: f(x) * 2 – “really”.", technology="C++"),
    Question(id="X-2", question="Why C#?", answer="Because of a\\b.", technology="C#", level="Beginner"),
)
BANK = Bank(
    title="Bank",
    namespace="bank",
    technologies=("Python", "Machine Learning", "C++", "C#", "Rust"),
    levels=("Beginner", "Advanced"),
    questions=QUESTIONS,
)


def found(query: str) -> list[str]:
    clauses = parse_query(query, Conditions(BANK))
    return [question.id for question in QUESTIONS if all(clause.holds(question) for clause in clauses)]


def mistake(query: str) -> UsageError:
    with pytest.raises(UsageError) as caught:
        parse_query(query, Conditions(BANK))
    return caught.value


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        # Words and phrases are searched everywhere, as --text searches them.
        ("weakref", ["PY-2"]),
        ("WEAK", ["PY-2"]),
        ("naive", ["ML-1"]),
        ("it's", ["PY-1"]),
        ('"a method named"', ["PY-1"]),
        ("“reference cycle”", ["PY-2"]),
        ("memory", ["PY-2"]),
        ("__init__", ["PY-1"]),
        ('"technology:python"', []),
        # Side by side is and; or binds less; a minus negates; parentheses group.
        ("what classifier", ["ML-1"]),
        ("what and classifier", ["ML-1"]),
        ("WHAT AND classifier", ["ML-1"]),
        ("weakref or classifier", ["PY-2", "ML-1"]),
        ("what classifier or weakref", ["PY-2", "ML-1"]),
        ("what (classifier or weakref)", ["PY-2", "ML-1"]),
        ("-what", ["X_1", "X-2"]),
        ("--what", ["PY-1", "PY-2", "ML-1"]),
        ("what -(classifier or weakref)", ["PY-1"]),
        ('-"reference cycle" technology:python', ["PY-1"]),
        ('"or"', ["PY-2"]),
        ("what(weakref)", ["PY-2"]),
        # One field.
        ("question:collection", ["PY-2"]),
        ("answer:collection", []),
        ('answer:"the collector"', ["PY-2"]),
        ("deep_explanation:weakref", ["PY-2"]),
        ("Deep-Explanation:weakref", ["PY-2"]),
        ("follow_ups:cycle", ["PY-2"]),
        ("deep_explanation:*", ["PY-2"]),
        ("-deep_explanation:", ["PY-2"]),
        # Names: without case, by slug, with wildcards, none and any.
        ("technology:PYTHON", ["PY-1", "PY-2"]),
        ("technology:machine-learning", ["ML-1"]),
        ("category:ai-ml", ["ML-1"]),
        ('category:"core python"', ["PY-1"]),
        ("technology:c++", ["X_1"]),
        ("technology:c-sharp", ["X-2"]),
        ("technology:c*", ["X_1", "X-2"]),
        ("technology:*learning", ["ML-1"]),
        ("technology:rust", []),
        ("technology:z*", []),
        ("technology=python", ["PY-1", "PY-2"]),
        ("technology!=python", ["ML-1", "X_1", "X-2"]),
        ("category:", ["X_1", "X-2"]),
        ('category:""', ["X_1", "X-2"]),
        ("category:*", ["PY-1", "PY-2", "ML-1"]),
        ("tag:*", ["PY-1", "PY-2"]),
        ("tag:", ["ML-1", "X_1", "X-2"]),
        ("tag:gc", ["PY-2"]),
        ("level:", ["X_1"]),
        # Ids; the underscore is itself.
        ("id:py-*", ["PY-1", "PY-2"]),
        ("id:ML-1", ["ML-1"]),
        ("id:x_*", ["X_1"]),
        ("id:*-1", ["PY-1", "ML-1"]),
        # Difficulty.
        ("difficulty:7", ["PY-1"]),
        ("difficulty=7", ["PY-1"]),
        ("difficulty:7-9", ["PY-1", "PY-2"]),
        ("difficulty:7–9", ["PY-1", "PY-2"]),
        ("difficulty>=7", ["PY-1", "PY-2"]),
        ("difficulty >= 7", ["PY-1", "PY-2"]),
        ("difficulty:>=7", ["PY-1", "PY-2"]),
        ("difficulty<=7", ["PY-1", "ML-1"]),
        ("difficulty>7", ["PY-2"]),
        ("difficulty<7", ["ML-1"]),
        ("difficulty!=7", ["PY-2", "ML-1"]),
        ("-difficulty:7", ["PY-2", "ML-1", "X_1", "X-2"]),
        ("difficulty:", ["X_1", "X-2"]),
        ("difficulty:*", ["PY-1", "PY-2", "ML-1"]),
        # Wildcards within texts stay within one text; a backslash takes the meaning away.
        ("gar*work", ["PY-2"]),
        ("classifier*features", []),
        ('"f(x) \\* 2"', ["X_1"]),
        ("f\\(x\\)", ["X_1"]),
        ("speed\\:", ["X_1"]),
        ('\\"really\\"', ["X_1"]),
        ("a\\\\b", ["X-2"]),
        # A comparison with what is no field is text.
        ("List<int>", []),
        # All of it.
        ('technology:python difficulty>=8 -category:core* (weakref or "reference cycle")', ["PY-2"]),
    ],
)
def test_finds_what_a_query_asks_for(query: str, ids: list[str]) -> None:
    assert found(query) == ids


MISTAKES = r"""
--where, column 12: unknown technology 'pyhton'
  technology:pyhton gc
             ^^^^^^
hint: did you mean 'Python'? known: Python, Machine Learning, C++, C#, Rust

--where, column 8: unknown tag 'garbage'
  gc tag:"garbage"
         ^^^^^^^^^
hint: known: classes, memory, gc

--where, column 4: unknown id 'PY-3'
  id:PY-3
     ^^^^
hint: did you mean 'PY-2'? known: PY-1, PY-2, ML-1, X_1, X-2

--where, column 1: unknown field 'dificulty'
  dificulty>=8
  ^^^^^^^^^
hint: did you mean 'difficulty'? to search for such text, put it in quotes

--where, column 1: unknown field 'std'
  std::vector
  ^^^
hint: known: {fields}; to search for such text, put it in quotes

--where, column 1: unknown field ''
  :=
  ^
hint: known: {fields}; to search for such text, put it in quotes

--where, column 12: 'hard' is not a difficulty
  difficulty:hard
             ^^^^
hint: write 8, 7-9, >=8, <=7, >6 or <9, with numbers from 1 to 10

--where, column 15: difficulty '>=12' is out of range
  difficulty >= 12
                ^^
hint: write 8, 7-9, >=8, <=7, >6 or <9, with numbers from 1 to 10

--where, column 1: '>=' is not a difficulty
  difficulty>=
  ^^^^^^^^^^^^
hint: write 8, 7-9, >=8, <=7, >6 or <9, with numbers from 1 to 10

--where, column 8: level cannot be compared by >=
  level>=advanced
         ^^^^^^^^
hint: write level:…

--where, column 12: a field takes one value
  technology:(python or rust)
             ^
hint: write (technology:… or technology:…)

--where, column 4: this quote is never closed
  gc "garbage coll
     ^
hint: add a "

--where, column 4: this parenthesis is never closed
  gc (a or (b)
     ^
hint: add a )

--where, column 4: this parenthesis is never closed
  gc (
     ^
hint: add a )

--where, column 7: this parenthesis closes nothing
  a or b) c
        ^
hint: remove it; to search for such text, put it in quotes

--where, column 1: this parenthesis closes nothing
  )
  ^
hint: remove it; to search for such text, put it in quotes

--where, column 11: there is nothing in these parentheses
  gc.collect()
            ^
hint: to search for such text, put it in quotes

--where, column 3: there is no condition after 'or'
  a or
    ^^
hint: to search for such text, put it in quotes

--where, column 4: there is no condition after 'or'
  (a or ) b
     ^^
hint: to search for such text, put it in quotes

--where, column 3: there is no condition after 'or'
  a or or b
    ^^
hint: to search for such text, put it in quotes

--where, column 1: there is no condition before 'or'
  or a
  ^^
hint: to search for such text, put it in quotes

--where, column 3: there is no condition after 'and'
  a and
    ^^^
hint: to search for such text, put it in quotes

--where, column 3: there is nothing to negate after '-'
  a - b
    ^
hint: write -tag:easy; to search for such text, put it in quotes

--where, column 3: there is no condition after '-'
  a -or b
    ^
hint: to search for such text, put it in quotes

--where, column 1: this backslash has no meaning
  \d+
  ^
hint: write \\ for a backslash; with one before it, \ " * : ( ) - mean themselves

--where, column 4: there is nothing to search for
  中文 ""
       ^^
hint: write a word, or several in quotes
"""


@pytest.mark.parametrize("shown", MISTAKES.replace("{fields}", ", ".join(QUERY_FIELDS)).strip().split("\n\n"))
def test_tells_the_place_of_a_mistake_and_what_would_be_right(shown: str) -> None:
    error = mistake(shown.split("\n")[1].removeprefix("  "))
    assert f"{error.message}\nhint: {error.hint}" == shown


def test_an_empty_query_is_a_mistake() -> None:
    error = mistake("  ")
    assert error.message == "--where is empty"
    assert error.hint == "write, for example, technology:python difficulty>=8"


def test_a_query_that_is_too_long_is_not_read() -> None:
    error = mistake("x" * 10_001)
    assert (error.message, error.hint) == (
        "--where is 10,001 characters long",
        "the limit 'query' is 10,000 characters; to raise it: --allow query=20k, or [limits] in qexport.toml",
    )


def test_shows_the_part_of_a_long_query_that_is_wrong() -> None:
    error = mistake(f"{'python ' * 40}level:expert {'python ' * 40}")
    assert error.message == (
        "--where, column 287: unknown level 'expert'\n"
        "  …n python python python python level:expert python python python python p…\n"
        "                                       ^^^^^^"
    )


def test_keeps_the_caret_in_place_when_the_query_has_tabs_and_line_ends() -> None:
    assert mistake("gc\tor\nlevel:expert").message == (
        "--where, column 13: unknown level 'expert'\n  gc or level:expert\n              ^^^^^^"
    )


def test_an_id_of_the_past_is_told_by_its_present_one() -> None:
    moved = Question(id="NEW-1", question="?", answer="!", former_ids=("OLD-1",))
    conditions = Conditions(Bank(title="", namespace="", questions=(moved,)))
    with pytest.raises(UsageError) as caught:
        conditions.id(("old-1",))
    assert (caught.value.message, caught.value.hint) == ("unknown id 'old-1'", "it is 'NEW-1' now")


def test_a_long_list_of_known_values_is_cut() -> None:
    tags = tuple(f"tag{number}" for number in range(25))
    bank = Bank(title="", namespace="", questions=(Question(id="Q", question="?", answer="!", tags=tags),))
    with pytest.raises(UsageError) as caught:
        parse_query("tag:other", Conditions(bank))
    assert caught.value.hint == f"known: {', '.join(tags[:20])} and 5 more"


def test_fifty_parentheses_are_read_and_one_more_is_refused() -> None:
    assert found("(" * 50 + "weakref" + ")" * 50) == ["PY-2"]
    error = mistake("(" * 51 + "weakref" + ")" * 51)
    assert error.message.startswith("--where, column 51: more than 50 parentheses within each other\n")
    assert error.hint == (
        "use fewer; the limit 'query-depth' is 50 levels; "
        "to raise it: --allow query-depth=60, or [limits] in qexport.toml"
    )


def test_as_many_parentheses_as_may_be_allowed_are_read() -> None:
    conditions = Conditions(Bank(title="", namespace="", questions=()))
    with pytest.raises(UsageError, match="column 61: more than 60 parentheses"):
        parse_query("(" * 61 + "x" + ")" * 61, conditions, Limits(query_depth=60))
    assert len(parse_query("(" * 60 + "x" + ")" * 60, conditions, Limits(query_depth=60))) == 1


@pytest.mark.parametrize("unit", [*'()-"*\\', "a*", "or ", "a or ", "a ", "(a ", "-(a or "])
def test_a_query_of_ten_thousand_hostile_characters_gets_an_answer(unit: str) -> None:
    assert answer((unit * USUAL.query)[: USUAL.query]).startswith(("--where", "found"))


def answer(query: str) -> str:
    """What is found, or what is said instead."""
    try:
        return f"found {found(query)}"
    except UsageError as error:
        return error.message


_PIECES = st.sampled_from(
    [*'()-"“*\\ :é中\t\n\0', ">=", "=", "or", "and", *QUERY_FIELDS, "python", "PY-1", "7", "7-9", "gc"]
)


@given(st.one_of(st.text(), st.lists(_PIECES, max_size=30).map("".join)))
def test_any_text_is_a_query_or_a_usage_error(query: str) -> None:
    said, *shown = answer(query).split("\n")
    assert said.startswith(("--where", "found"))
    if shown:
        line, carets = shown
        assert line.isprintable()
        assert set(carets.strip()) == {"^"}


# --- a naive reading of random queries ---------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """A query, and what it means by an independent reading."""

    query: str
    means: Callable[[Question], bool]


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'").replace("“", '"').replace("”", '"'))
    bare = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return " ".join(bare.casefold().split())


def _text_of(question: Question) -> list[str]:
    fields = [getattr(question, field) for field in TEXT_FIELDS if field not in ("choices", "follow_ups")]
    return [_plain(text) for text in (*fields, *question.choices, *question.follow_ups, *question.tags)]


_SEARCHED = ["what", "Gc", "naïve", "it's", "reference cycle", "__init__", "c++", "nothing such", "e"]
_texts = st.builds(
    lambda text, curly: Written(
        f"“{text}”" if curly else f'"{text}"',
        lambda question: any(_plain(text) in part for part in _text_of(question)),
    ),
    st.sampled_from(_SEARCHED),
    st.booleans(),
)


def _named(field: str, index: int, upper: bool) -> Written:
    def of(question: Question) -> tuple[str, ...]:
        return question.tags if field == "tag" else (getattr(question, field),)

    values = sorted({name for question in QUESTIONS for name in of(question) if name})
    value = values[index % len(values)]
    written = value.upper() if upper else value
    return Written(f'{field}:"{written}"', lambda question: value in of(question))


_names = st.builds(_named, st.sampled_from(NAME_FIELDS), st.integers(0, 9), st.booleans())
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    ":": lambda mine, other: mine == other,
    ">=": lambda mine, other: mine >= other,
    "<=": lambda mine, other: mine <= other,
    "!=": lambda mine, other: mine != other,
}
_difficulties = st.builds(
    lambda operator, number: Written(
        f"difficulty{operator}{number}",
        lambda question: (
            question.difficulty is not None and _COMPARISONS[operator](question.difficulty, number)
        ),
    ),
    st.sampled_from(sorted(_COMPARISONS)),
    st.integers(1, 10),
)


def _joined(word: str, join: Callable[[list[bool]], bool]) -> Callable[[list[Written]], Written]:
    return lambda parts: Written(
        f"({word.join(part.query for part in parts)})",
        lambda question: join([part.means(question) for part in parts]),
    )


def _larger(smaller: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    several = st.lists(smaller, min_size=1, max_size=4)
    return st.one_of(
        smaller.map(lambda part: Written(f"-{part.query}", lambda question: not part.means(question))),
        several.map(_joined(" ", all)),
        several.map(_joined(" and ", all)),
        several.map(_joined(" OR ", any)),
    )


@given(st.recursive(st.one_of(_texts, _names, _difficulties), _larger, max_leaves=12))
def test_a_query_means_what_a_naive_reading_of_it_means(written: Written) -> None:
    assert found(written.query) == [question.id for question in QUESTIONS if written.means(question)]


# --- folding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße  ÉTÉ\n’“”‘\N{NO-BREAK SPACE}x", "strasse ete '\"\"' x"),
        ("naïve ﬁne ①", "naive fine 1"),
        ("ΑΣ", "ας".replace("ς", "σ")),
        ("が≠", "か\u3099=\u0338"),
        ("", ""),
    ],
)
def test_folding_overlooks_case_accents_quotes_and_spaces_only(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("name", "slugged"),
    [
        ("Core Python", "core-python"),
        ("AI/ML", "ai-ml"),
        ("C++", "c-plus-plus"),
        ("C#", "c-sharp"),
        ("É_1", "e-1"),
    ],
)
def test_a_typed_name_is_the_name_without_spaces_and_signs(name: str, slugged: str) -> None:
    assert typed_name(name) == slugged


HOW = "write 8, 7-9, >=8, <=7, >6 or <9, with numbers from 1 to 10"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("0", "difficulty '0' is out of range", HOW),
        ("11", "difficulty '11' is out of range", HOW),
        ("9-7", "difficulty '9-7' runs backwards", "write 7-9"),
        (">10", "no difficulty is >10", HOW),
        ("7,8", "'7,8' is not a difficulty", HOW),
        ("٧", "'٧' is not a difficulty", HOW),
        ("9" * 5000, f"difficulty '{'9' * 5000}' is out of range", HOW),
    ],
    ids=lambda text: text[:40],
)
def test_a_difficulty_that_cannot_be_is_refused(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        difficulties(text)
    assert (caught.value.message, caught.value.hint) == (message, hint)
