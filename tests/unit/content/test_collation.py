"""Names in the order of the language, as ICU has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.content.collation import collation_key, initial_of

ICU = Path(__file__).with_name("collation.txt").read_text("utf-8").splitlines()
"""For each language words in the order of ICU 78.2 and CLDR 48 (tools/sort_with_icu.mjs): labels, and what is hard."""


@pytest.mark.parametrize("line", ICU, ids=[line.partition("|")[0] for line in ICU])
def test_names_are_in_the_order_of_icu(line: str) -> None:
    tag, *words = line.split("|")
    assert len(words) > 70
    backwards = words[::-1]
    assert sorted(backwards, key=lambda word: collation_key(word, tag)) == words


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("de", "Abend Äpfel Apfelsine Ofen Öl Straße Strategie über Ufer zu"),
        ("cs", "cena čas den had chata ibis role řada"),
        ("pl", "ącki bor cena ćma lot łoś zero źle żak"),
        ("tr", "cam çam ırmak iç oda ödev"),
        ("es", "nube ñandú oso"),
        ("uk", "гай ґанок дім єнот їжак йод await"),
        ("zh", "八 缓存 上海 数据库 索引 中文 await"),
        ("ja", "await うう カーソル かき 亜 愛"),
    ],
)
def test_names_are_sorted_by_the_alphabet_of_the_language(tag: str, words: str) -> None:
    backwards = words.split()[::-1]
    assert sorted(backwards, key=lambda word: collation_key(word, tag)) == words.split()


def test_signs_and_numbers_come_first_and_case_decides_last() -> None:
    names = ["b", "B", "10", "a", "Á", "_x", "é", "E", "A"]
    assert sorted(names, key=collation_key) == ["_x", "10", "a", "A", "Á", "b", "B", "E", "é"]


@pytest.mark.parametrize(
    ("name", "tag", "initial"),
    [
        ("éa", "en", "E"),
        ("10", "en", ""),
        ("_x", "en", ""),
        ("Zoo", "en", "Z"),
        ("chata", "cs", "Ch"),
        ("irmak", "tr", "İ"),
        ("ırmak", "tr", "I"),
        ("数据库", "zh", "S"),
        ("银行", "zh", "Y"),
        ("データ", "ja", "た"),
        ("愛", "ja", "漢字"),
        ("قلم", "ar", "ق"),
        ("ключ", "uk", "К"),
        ("", "en", ""),
    ],
)
def test_a_name_is_under_its_letter(name: str, tag: str, initial: str) -> None:
    assert initial_of(name, tag) == initial
