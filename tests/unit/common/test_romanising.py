"""Letters in plain Latin ones."""

from __future__ import annotations

import unicodedata

import pytest

from qexport.common.romanising import romanise


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("STRASSE, Straße, ẞ", "strasse, strasse, ss"),
        ("ﬁle İstanbul Þór cœur ǿ", "file istanbul thor coeur o"),
        ("объезд, Йога, Вьюга", "obieezd, ioga, viuga"),
        ("Ђорђе Љубав Ќе ґава", "dorde ljubav ke gava"),
        ("Ψυχή, ΐ, ς", "psychi, i, s"),
        ("が 한국어 索引 क़", "が 한국어 索引 क़"),
    ],
)
def test_latin_greek_and_cyrillic_become_ascii_and_other_scripts_stay(text: str, plain: str) -> None:
    expected = unicodedata.normalize("NFC", plain)
    assert romanise(text) == expected
    assert romanise(unicodedata.normalize("NFD", text)) == expected
