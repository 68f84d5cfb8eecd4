"""The index lists terms with the pages of their questions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.outputs.handbook.handbooks import (
    ALL,
    BANK,
    LIST,
    LOOP,
    SET,
    SLICE,
    WORDS,
    handbook,
    links,
    measures,
    outline,
    pages,
    places,
)

from qexport.bank.lock import Edition
from qexport.content.index_terms import IndexTerm
from qexport.content.templates import Templates
from qexport.content.themes import find_theme
from qexport.outputs.book.press import Press
from qexport.outputs.document import Tools
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook.index import TEMPLATE, count_most_folios, index_list


def test_the_index_lists_terms_with_the_pages_of_their_questions_each_a_link() -> None:
    document = handbook(LIST, SET, LOOP, SLICE)
    at = places(document)
    number, first, second, third, last = (at[key] for key in ("index", *(f"q-{each.id}" for each in ALL)))
    page = pages(document)[number - 1]
    assert page.startswith(
        f"Index Pages in bold are those of questions that ask about the term. L list, {first} "
    )
    assert (
        f"list_append(), {first} loop, {third} O order, {first}, {third} S set, {second} slice, {last} "
        in page
    )
    assert f"T tuple, {first} " in page
    led = [(to, text) for on, to, text in links(document) if on == number]
    assert led[:3] == [("q-PY-1", str(first)), ("q-PY-1", str(first)), ("q-PY-3", str(third))]


def test_terms_stand_under_their_letters_and_signs_before_them() -> None:
    tags = ("zip", "Éa", "3D", "__init__", "anchor", "Zeta", *WORDS)
    document = handbook(replace(SET, tags=tags, technology="", category=""), *ALL[2:], LIST)
    page = pages(document)[places(document)["index"] - 1]
    number = places(document)["q-PY-2"]
    assert f"0–9 and signs 3D, {number} A anchor, {number} E Éa, {number} I __init__, {number}" in page
    assert f"Z Zeta, {number} zip, {number}" in page


def test_a_term_of_very_many_letters_is_cut() -> None:
    """In large print a name of 300 letters was higher than a page, and its pages were set nowhere."""
    document = handbook(replace(SET, tags=("x" * 300, *WORDS)), *ALL[2:], LIST)
    page = pages(document)[places(document)["index"] - 1].replace(" ", "")
    assert f"X{'x' * 79}…,{places(document)['q-PY-2']}" in page
    assert "x" * 80 not in page


def test_a_term_on_very_many_pages_has_several_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A term on 107 pages ran off a page of A6, with all that was left of its pages."""
    monkeypatch.setattr("qexport.outputs.handbook.document.count_most_folios", lambda _measures: 1)
    document = handbook(LIST, SET, LOOP, SLICE)
    at = places(document)
    page = pages(document)[at["index"] - 1]
    first, third = at["q-PY-1"], at["q-PY-3"]
    assert f"loop, {third} O order, {first} order, {third} S set" in page
    assert count_most_folios(measures("a6")) == 9 * 15  # on a line; of 31 lines


def test_pages_that_say_nothing_are_left_out() -> None:
    """One question with a line of an answer is a cover, a page of its own and the colophon."""
    bare = replace(SET, deep_explanation="", tags=(), category="")
    assert outline(handbook(bare)) == [["Python", ["PY-2 What is a set?"]], "Colophon"]
    assert handbook(bare).summary == "3 pages"


@pytest.mark.parametrize("name", ["list", "a & b <c>", "“Œuvre”", "it's", "__init__"])
@pytest.mark.parametrize(("code", "see"), [(False, ""), (True, ""), (False, "HyDE & <co>")])
def test_a_line_is_what_its_template_makes_of_it(name: str, code: bool, see: str) -> None:
    edition = Edition(bank=BANK, questions=ALL, title="t", scope="")
    press = Press(edition, HandbookOptions(), Tools(find_theme("classic").templates()))
    (row,) = index_list(press, [IndexTerm(name, (LIST.id,), frozenset(), code, see, ())]).rows
    entry = {"name": name, "code": code, "see": see}
    plain = press.piece(TEMPLATE, piece="row", entry=entry, column=50.33)
    assert (row.job.html(), row.job.digest) == (plain.html(), plain.digest)


@pytest.mark.parametrize("look", ["classic", "modern"])
def test_a_built_in_template_is_filled_once_for_all_terms(look: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[str] = []
    render = Templates.render

    def note(templates: Templates, name: str, /, **values: object) -> str:
        filled.append(name)
        return render(templates, name, **values)

    monkeypatch.setattr(Templates, "render", note)
    edition = Edition(bank=BANK, questions=ALL, title="t", scope="")
    press = Press(edition, HandbookOptions(), Tools(find_theme(look).templates()))
    terms = [IndexTerm(name, (LIST.id,), frozenset(), code=False, see="", see_also=()) for name in ("a", "b")]
    for row in index_list(press, terms).rows:
        row.job.html()
    assert filled == [TEMPLATE]


def test_the_line_of_a_question_is_made_once_for_all_lists() -> None:
    edition = Edition(bank=BANK, questions=BANK.questions, title="Book", scope="")
    press = Press(edition, HandbookOptions(), Tools(find_theme("classic").templates()))
    first, second = (list(press.rows(press.parts[0], "handbook/contents.html.j2")) for _ in range(2))
    assert len(first) == len(press.parts[0].questions)
    assert all(one.job is other.job for one, other in zip(first, second, strict=True))
