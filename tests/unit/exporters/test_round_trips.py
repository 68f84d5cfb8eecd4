"""What is exported comes back through import: the same bank, or the same declared fields."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qexport.bank import yaml_reader
from qexport.bank.markdown_form import escape_plain, shield_marks, unescape_plain, unshield_marks
from qexport.bank.model import LETTERS, MATHS, Bank, Claims, Question
from qexport.bank.schema import QUESTION_FIELDS
from qexport.bank.selection import Filters
from qexport.bank.table_form import read_cell, write_cell
from qexport.bank.validation import validate
from qexport.bank.yaml_writer import write_bank
from qexport.choosing import read_bank
from qexport.common.limits import USUAL
from qexport.common.text_input import normalise
from qexport.exporters.registry import FORMS, choose_questions, export_questions
from qexport.importers.assembling import assemble
from qexport.importers.registry import read_source
from qexport.importers.session import import_files, write_session
from qexport.importers.source import Source

EXACT = [name for name, form in FORMS.items() if form.is_exact]
OTHERS = [name for name, form in FORMS.items() if not form.is_exact]

HARD = (
    *(
        "=1+1",
        "'quoted",
        "• a",
        "-",
        "a\n• b",
        "--> {x}",
        'a,b;c\t"d"',
        "__init__",
        "`a` *b* [c](d)",
        "| a |",
    ),
    *("<!-- qexport:answer -->", "x\n<!-- qexport:question {} -->", "a\\\nb", "a\n\n\n  b", "# h", "1. x"),
    *("&nbsp;x", "a::b", "{a} = ~b # c", "\\{", "```\n  code\n```", "…", "N/A", "b", "yes", "true"),
)
_WORDS = st.one_of(
    st.text(min_size=1, max_size=40),
    st.sampled_from(HARD),
)


def cleaned(text: str) -> str:
    return normalise(text)[0].strip()


TEXT = _WORDS.map(cleaned).filter(lambda text: any(character.isalnum() for character in text))
LINE = TEXT.map(lambda text: " ".join(text.split())).filter(bool)
MAYBE_LINE = st.one_of(st.just(""), LINE)
NAME = st.one_of(st.sampled_from(["", "Go", "Git"]), LINE)
"""Of a technology or a level: often one that another question has too."""
LINES = st.lists(LINE, max_size=3, unique_by=lambda text: text.casefold()).map(tuple)


@st.composite
def questions(draw: Any, key: str) -> Question:
    choices = draw(st.lists(TEXT, max_size=4).map(tuple))
    correct = tuple(sorted(draw(st.sets(st.sampled_from(LETTERS[: len(choices)]))))) if choices else ()
    return Question(
        id=key,
        question=draw(TEXT),
        choices=choices,
        correct=correct,
        answer=draw(TEXT),
        technology=draw(NAME),
        category=draw(NAME),
        level=draw(NAME),
        difficulty=draw(st.one_of(st.none(), st.integers(1, 10))),
        deep_explanation=draw(st.one_of(st.just(""), TEXT)),
        common_mistakes=draw(st.one_of(st.just(""), TEXT)),
        follow_ups=draw(st.lists(TEXT, max_size=2).map(tuple)),
        links=draw(LINES),
        tags=draw(LINES),
        terms=draw(LINES),
        source=draw(st.one_of(st.just(""), TEXT)),
        markup=draw(st.sampled_from(["plain", "markdown"])),
        status=draw(st.sampled_from(["active", "draft", "retired"])),
        former_ids=draw(st.sampled_from([(), (f"old-{key}",)])),
        extra=draw(st.sampled_from([(), (("author", "=Ada"), ("with, comma", ("x", "y\nz")))])),
    )


@st.composite
def banks(draw: Any) -> Bank:
    chosen = tuple(draw(questions(f"Q-{number}")) for number in range(draw(st.integers(1, 3))))
    markdown = draw(st.sampled_from(["markdown", MATHS]))
    chosen = tuple(replace(each, markup=markdown) if each.markup == "markdown" else each for each in chosen)
    count = st.one_of(st.none(), st.integers(0, 99))
    raw = Bank(
        title=draw(LINE),
        namespace=draw(MAYBE_LINE),
        language=draw(st.sampled_from(["en", "de", "pt-BR"])),
        source=draw(st.one_of(st.just(""), TEXT)),
        author=draw(MAYBE_LINE),
        licence=draw(MAYBE_LINE),
        cover_image=draw(st.sampled_from(["", "img/a b.png"])),
        terms=draw(LINES),
        claims=Claims(questions=draw(count), levels=draw(count)),
        technologies=draw(declared([each.technology for each in chosen])),
        levels=draw(declared([each.level for each in chosen])),
        questions=chosen,
    )
    return validate(yaml_reader.parse_yaml(write_bank(raw), "b.yaml"))[0]


@st.composite
def declared(draw: Any, used: list[str]) -> tuple[str, ...]:
    """Names in an order of the bank's own, one of which no question may have."""
    names = dict.fromkeys(filter(None, [*used, draw(MAYBE_LINE)]))
    return tuple(draw(st.permutations(list(names))))


def bring_back(text: str, suffix: str, folder: Path) -> str:
    """Return the bank that an import of an exported text writes."""
    path, target = folder / f"b{suffix}", folder / "back.yaml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    outcome = import_files([path], target)
    assert outcome.left_aside == ()
    return outcome.contents[target].decode()


def back(text: str, name: str) -> list[Question]:
    reading = read_source(Source(name, text.encode("utf-8", "surrogatepass"), text.removeprefix("\ufeff")))
    found, aside = assemble(reading.questions, limits=USUAL)
    assert aside == []
    return [each.question for each in found]


@settings(max_examples=20, deadline=None)
@given(bank=banks())
@pytest.mark.parametrize("name", EXACT)
def test_an_exact_form_comes_back_as_the_same_bank(
    name: str, bank: Bank, tmp_path_factory: pytest.TempPathFactory
) -> None:
    exported = export_questions(bank, choose_questions(bank, Filters(), FORMS[name]), FORMS[name])
    assert exported.losses == ()
    written = bring_back(exported.text, FORMS[name].suffix, tmp_path_factory.mktemp("back"))
    assert written == write_bank(bank)
    assert validate(yaml_reader.parse_yaml(written, "b.yaml"))[0] == bank


DECLARED = (
    "id",
    "question",
    "choices",
    "correct",
    "answer",
    "technology",
    "category",
    "tags",
    "markup",
    "status",
)


@settings(max_examples=20, deadline=None)
@given(bank=banks())
@pytest.mark.parametrize("name", ["gift", "moodle-xml"])
def test_a_quiz_comes_back_with_its_declared_fields_or_their_loss_is_reported(
    name: str, bank: Bank, tmp_path_factory: pytest.TempPathFactory
) -> None:
    exported = export_questions(bank, bank.questions, FORMS[name])
    lost = {loss.split(" of ")[0] for loss in exported.losses}
    written = bring_back(exported.text, FORMS[name].suffix, tmp_path_factory.mktemp("back"))
    again, _ = validate(yaml_reader.parse_yaml(written, "b.yaml"))
    for ours, theirs in zip(bank.questions, again.questions, strict=True):
        for name_ in DECLARED:
            if name_ not in lost:
                assert (name_, getattr(theirs, name_)) == (name_, getattr(ours, name_))
        for field in QUESTION_FIELDS:
            value = getattr(ours, field.name)
            if field.name not in DECLARED and value not in ("", (), None):
                assert field.name in lost


def test_the_shipped_bank_comes_back_as_the_same_bank(shipped_bank: Path, tmp_path: Path) -> None:
    bank, _ = read_bank(shipped_bank)
    for name in EXACT:
        path = tmp_path / f"{name}{FORMS[name].suffix}"
        path.write_text(export_questions(bank, bank.questions, FORMS[name]).text, encoding="utf-8")
        target = tmp_path / f"{name}-back.yaml"
        write_session(import_files([path], target))
        assert read_bank(target)[0] == bank, name


def test_formulas_come_back(tmp_path: Path) -> None:
    text = "title: T\nmarkup: markdown\nmath: true\nquestions:\n- {id: A, question: 'What is $x$?', answer: '$y$'}\n"
    bank, _ = validate(yaml_reader.parse_yaml(text, "b.yaml"))
    assert bank.questions[0].markup == MATHS
    for name in EXACT:
        path = tmp_path / f"q{FORMS[name].suffix}"
        path.write_text(export_questions(bank, bank.questions, FORMS[name]).text, encoding="utf-8")
        target = tmp_path / f"{name}.yaml"
        write_session(import_files([path], target))
        assert read_bank(target)[0].questions == bank.questions, name


PAIRS = """\
questions:
- id: A
  question: Match.
  answer: "- a → x: y\\n- {b} → z\\n\\nSo."
  extra: {quiz type: matching, unmatched: [w]}
- id: B
  question: Match again.
  answer: "- a->b → x\\n- c → d"
  extra: {quiz type: matching}
- id: C
  question: Not any more.
  answer: One is another.
  extra: {quiz type: matching}
"""


def test_a_matching_question_is_one_again_or_its_loss_is_reported(tmp_path: Path) -> None:
    bank, _ = validate(yaml_reader.parse_yaml(PAIRS, "b.yaml"))
    first, second, _ = bank.questions
    for name, several, losses in (
        ("gift", (first,), ("extra of 2 questions",)),
        ("moodle-xml", (first, second), ("extra of 1 question",)),
    ):
        exported = export_questions(bank, bank.questions, FORMS[name])
        assert exported.losses == losses
        written = bring_back(exported.text, FORMS[name].suffix, tmp_path)
        again, _ = validate(yaml_reader.parse_yaml(written, "b.yaml"))
        assert again.questions[: len(several)] == several
        assert [each.answer for each in again.questions] == [each.answer for each in bank.questions]


@pytest.mark.parametrize("name", OTHERS)
def test_what_a_form_cannot_carry_is_reported(name: str, shipped_bank: Path) -> None:
    bank, _ = read_bank(shipped_bank)
    losses = export_questions(bank, bank.questions, FORMS[name]).losses
    assert "level of 15 questions" in losses
    assert "follow_ups of 15 questions" in losses


@settings(max_examples=20, deadline=None)
@given(bank=banks())
def test_a_text_for_anki_comes_back_as_the_same_bank(
    bank: Bank, tmp_path_factory: pytest.TempPathFactory
) -> None:
    text = export_questions(bank, bank.questions, FORMS["anki-text"]).text
    assert bring_back(text, ".txt", tmp_path_factory.mktemp("back")) == write_bank(bank)


def test_what_is_edited_in_a_text_for_anki_counts(shipped_bank: Path) -> None:
    bank, _ = read_bank(shipped_bank)
    text = export_questions(bank, bank.questions, FORMS["anki-text"]).text
    first, *others = bank.questions
    edited = text.replace(f"\t{first.question}\t", "\tIs 1 &lt; 2?\t", 1)
    assert back(edited, "n.txt") == [replace(first, question="Is 1 < 2?"), *others]
    another = text + "other\tBasic\tX\tIs it?\tYes.\t\n"
    assert [(each.id, each.question) for each in back(another, "n.txt")][-1] == ("", "Is it?")
    assert [each.id for each in back(another, "n.txt")][:-1] == [each.id for each in bank.questions]


def test_what_is_edited_beside_choices_leaves_them() -> None:
    question = Question(
        id="A", question="Which?", choices=("x", "y"), correct=("b",), answer="So.", tags=("t",)
    )
    text = export_questions(Bank(title="T"), [question], FORMS["anki-text"]).text
    edited = (
        text.replace("Which?<", "Which one?<")
        .replace("<p>So.</p>", "<p>Then.</p>")
        .replace("\tt\t", "\tu v\t")
    )
    assert back(edited, "n.txt") == [
        replace(question, question="Which one?", answer="Then.", tags=("u", "v"))
    ]


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(alphabet=st.sampled_from("ab \n\\`*_[]<>#-+.!|~&;=1():'\"{}"), max_size=30).map(str.strip)
)
def test_plain_text_is_shown_to_the_letter_and_comes_back(text: str) -> None:
    assert unescape_plain(escape_plain(text)) == text
    assert unshield_marks(shield_marks(text)) == text


@given(
    st.one_of(
        st.text(max_size=20),
        st.lists(st.text(min_size=1, max_size=10).map(str.strip).filter(bool), min_size=1).map(tuple),
    )
)
def test_cells_come_back(value: str | tuple[str, ...]) -> None:
    assert read_cell(write_cell(value)) == value
