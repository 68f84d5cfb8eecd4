"""Key terms in a text, each set off at the first place it stands."""

from __future__ import annotations

from dataclasses import replace

from markupsafe import Markup

from qexport.bank.model import Question
from qexport.content.index_terms import IndexTerm
from qexport.content.key_terms import choose_terms, mark_terms

QUESTION = Question(
    id="A",
    question="What is the GIL?",
    answer="A lock.",
    deep_explanation="The GIL is a lock. Threads wait for locks.",
)


def test_each_term_is_set_off_once_in_its_forms_and_not_within_words() -> None:
    html = Markup("<p>Locked: the Locks &amp; a lock of the GIL, a gil.</p>")
    assert mark_terms(html, ("lock", "GIL")) == Markup(
        '<p>Locked: the <b class="key-term">Locks</b> &amp; a lock of the <b class="key-term">GIL</b>, a gil.</p>'
    )


def test_a_longer_term_comes_before_one_that_is_in_it() -> None:
    html = Markup("<p>A feature store and a store.</p>")
    assert mark_terms(html, ("store", "feature store")) == Markup(
        '<p>A <b class="key-term">feature store</b> and a <b class="key-term">store</b>.</p>'
    )


def test_code_links_and_what_is_bold_are_left_alone() -> None:
    html = Markup('<p><code>lock</code> <b>lock</b> <a href="#">lock</a></p><pre>lock</pre>')
    assert mark_terms(html, ("lock",)) == html


def test_terms_are_those_a_question_lists_then_those_it_asks_about_if_the_section_has_them() -> None:
    terms = (
        IndexTerm("GIL (global interpreter lock)", ("A",), frozenset("A")),
        IndexTerm("lock", ("A", "B")),
        IndexTerm("process", ("A",)),
        IndexTerm("thread", ("A",)),
    )
    assert choose_terms(QUESTION, terms, most=8) == ("GIL", "thread", "lock")
    assert choose_terms(replace(QUESTION, terms=("lock",)), terms, most=2) == ("lock", "GIL")
    assert choose_terms(QUESTION, terms, most=8, key="answer") == ("lock",)
    assert choose_terms(QUESTION, (), most=8, listed=("thread", "no such term")) == ("thread",)
