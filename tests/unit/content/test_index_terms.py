"""The terms of an index: found in plain banks, folded, and those readers look up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tools.measure_index import TITLES, measure
from tools.try_corpora import CORPORA, banks

from qexport.bank.model import Question
from qexport.choosing import read_bank
from qexport.content.index_terms import IndexTerm, index_terms

RAG = Question(
    id="A-1",
    question="How does Retrieval-Augmented Generation (RAG) work?",
    answer="RAG searches a vector database. Vector databases compare embeddings. An embedding is found.",
    deep_explanation="Embeddings are compared with `cosine`. LoRA and PEFT are other things; LoRA is cheap.",
    technology="AI",
)
CACHE = Question(
    id="A-2",
    question="What is functools.lru_cache() and why is it not the same as fine-tuning?",
    answer="It is a cache. RAG needs none.",
    follow_ups=("What is fine-tuning?",),
    technology="Python",
)


def names(*questions: Question, language: str = "en") -> list[str]:
    return [term.name for term in index_terms(questions, language)]


def term(name: str, *questions: Question) -> IndexTerm:
    return next(each for each in index_terms(questions) if each.name == name)


def test_abbreviations_have_their_long_forms_which_refer_to_them() -> None:
    assert term("RAG (Retrieval-Augmented Generation)", RAG, CACHE) == IndexTerm(
        "RAG (Retrieval-Augmented Generation)", ("A-1", "A-2"), frozenset({"A-1"})
    )
    assert term("Retrieval-Augmented Generation", RAG) == IndexTerm(
        "Retrieval-Augmented Generation", see="RAG"
    )


def test_a_bank_s_own_terms_are_found_in_whatever_question_they_stand() -> None:
    terms = index_terms((RAG, CACHE), listed=("other thing", "cache", "nowhere"))
    assert [each for each in terms if each.name in ("other thing", "cache", "nowhere")] == [
        IndexTerm("cache", ("A-2",)),
        IndexTerm("other thing", ("A-1",)),
    ]
    assert "other thing" not in names(RAG, CACHE)


def test_plurals_case_and_participles_are_one_term() -> None:
    found = names(RAG, CACHE)
    assert "vector database" in found
    assert [name for name in found if name.startswith(("fine", "embedd", "vector"))] == [
        "embedding",
        "fine-tuning",
        "vector database",
    ]


@pytest.mark.parametrize("sign", ["+", "-", "/", "and"])
def test_words_on_both_sides_of_a_sign_are_no_phrase(sign: str) -> None:
    mixed = f"Hybrid search is semantic {sign} keyword search."
    questions = [replace(RAG, id=f"M-{number}", answer=mixed) for number in range(3)]
    assert not [name for name in names(*questions) if name.startswith("semantic")]


def test_code_is_a_term_where_it_is_asked_about() -> None:
    found = term("functools.lru_cache()", RAG, CACHE)
    assert (found.code, found.questions, found.main) == (True, ("A-2",), frozenset({"A-2"}))
    assert "cosine" not in names(replace(RAG, markup="markdown"))


def test_what_a_question_gives_as_terms_and_tags_is_always_listed() -> None:
    given = replace(CACHE, terms=("memoisation",), tags=("caching",))
    assert {"memoisation", "caching"} <= set(names(given))


def test_technologies_are_left_out_and_other_languages_have_no_phrases() -> None:
    assert "Python" not in names(RAG, CACHE)
    found = names(RAG, language="de")
    assert found == ["LoRA", "PEFT", "RAG (Retrieval-Augmented Generation)", "Retrieval-Augmented Generation"]


def test_words_of_another_script_make_no_english_phrase_but_are_listed_where_they_are_given() -> None:
    foreign = replace(
        CACHE, question="What is 何ですか in a naïve heap, or ما هي?", follow_ups=(), terms=("何",)
    )
    assert names(foreign) == ["naïve heap", "RAG", "何"]


def test_names_in_a_text_without_spaces_are_terms_without_what_is_around_them() -> None:
    text = "HTML5をオープンなWEBプラットフォームとしてみなしましょう。HTML5の要素は何ですか？"
    assert names(Question(id="J-1", question=text)) == ["HTML5", "WEB"]


def test_the_order_is_alphabetical_and_signs_do_not_count() -> None:
    question = replace(CACHE, question="What are __slots__?", terms=("@media", "Zope", "Buffer"))
    found = [name for name in names(question) if name in ("__slots__", "Zope", "@media", "Buffer")]
    assert found == ["Buffer", "@media", "__slots__", "Zope"]


@pytest.mark.parametrize("text", ["?", "", "…"])
def test_nothing_to_list_is_no_error(text: str) -> None:
    assert index_terms([Question(id="X", question=text, answer=text)]) == ()


def test_the_index_of_the_shipped_bank_has_what_readers_want_and_little_else(shipped_bank: Path) -> None:
    found = measure("shipped", read_bank(shipped_bank)[0].questions)
    assert found.missing == ()
    assert found.precision > 0.9


@pytest.mark.parametrize("name", TITLES)
def test_so_have_those_of_banks_nobody_here_wrote(name: str) -> None:
    if not CORPORA.is_dir():
        pytest.skip("the corpora are not here")
    bank = next(bank for bank in banks(CORPORA) if bank.title == TITLES[name])
    found = measure(name, bank.questions)
    assert found.recall >= 0.9
    assert found.precision > 0.9


class Store:
    """What is kept, in memory."""

    def __init__(self) -> None:
        self.values: dict[str, bytes] = {}
        self.asked: list[int] = []

    def load(self, names: Iterable[str]) -> dict[str, bytes]:
        there = {name: self.values[name] for name in names if name in self.values}
        self.asked.append(len(there))
        return there

    def keep(self, values: Mapping[str, bytes]) -> None:
        self.values |= values


def test_terms_from_what_is_kept_are_the_same() -> None:
    store = Store()
    assert index_terms([RAG, CACHE], kept=store) == index_terms([RAG, CACHE])
    assert index_terms([RAG, CACHE], kept=store) == index_terms([RAG, CACHE])
    assert store.asked == [0, 0, 1]


def test_an_edit_looks_only_at_the_question_that_is_another() -> None:
    store = Store()
    index_terms([RAG, CACHE], kept=store)
    edited = [RAG, replace(CACHE, answer="It is a cache. Rag and lora are written small here, with Torch.")]
    assert index_terms(edited, kept=store) == index_terms(edited)
    assert store.asked[-1] == 1


def test_a_topic_of_another_name_makes_other_terms_of_every_question() -> None:
    store = Store()
    index_terms([RAG, CACHE], kept=store)
    renamed = [RAG, replace(CACHE, technology="Embeddings")]
    assert index_terms(renamed, kept=store) == index_terms(renamed)
    assert store.asked[-1] == 0


def test_an_abbreviation_that_is_a_piece_of_a_form_dropped_before_makes_no_empty_term() -> None:
    from collections import defaultdict

    from qexport.content import index_terms as module

    found: Any = defaultdict(module._Candidate)
    module._drop_pieces_of_long_forms(found, [("Liskov Substitution Principle", "LSP")])
    assert dict(found) == {}


def test_terms_of_many_questions_are_found_in_little_memory() -> None:
    import tracemalloc

    texts = RAG.answer, RAG.deep_explanation, CACHE.question
    said = " ".join(texts) * 5
    questions = [replace(RAG, id=f"Q-{number}", deep_explanation=f"{number} {said}") for number in range(200)]
    index_terms(questions)  # what is remembered of words is not counted
    tracemalloc.start()
    try:
        found = index_terms(questions)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found[0].questions) == 200
    assert most < 200 * 4_000  # unpacked, with a set of fields for each question of a term: 9,000 a question
