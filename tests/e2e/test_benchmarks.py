"""What the benchmarks measure the outputs against has what the outputs have."""

from __future__ import annotations

import re

from benchmarks.handbook import bank_of, html_of
from benchmarks.web_page import bank_of as many_questions
from benchmarks.web_page import page_of, variants


def test_the_naive_book_has_cover_contents_questions_and_an_index_whose_links_lead_to_places() -> None:
    html = html_of(bank_of(15))
    assert re.findall(r'<div class="(cover|list [a-z]+|questions)"', html) == [
        "cover",
        "list reading",
        "list contents",
        *["questions"] * 15,
        "list index",
    ]
    places = set(re.findall(r' id="([^"]+)"', html))
    assert places.issuperset(re.findall(r'href="#([^"]+)"', html))
    assert re.search(
        r'<li class="term">RAG \(Retrieval-Augmented Generation\), <a href="#q-[^"]*" style="font-weight: 700">',
        html,
    )


def test_the_plain_page_has_every_question_as_an_element_and_the_least_page_six() -> None:
    pages = variants(page_of(many_questions(410)))
    shown = {name: page.partition("<noscript")[0].count("<article") for name, page in pages.items()}
    assert shown == {"as it is": 40, "plain": 410, "drawn": 0, "six alone": 6, "two words": 0}
