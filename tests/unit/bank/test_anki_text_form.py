"""The digests of a note's cells."""

from __future__ import annotations

from qexport.bank.anki_text_form import digest_cells


def test_each_of_front_back_and_tags_has_a_digest() -> None:
    one = digest_cells(["guid", "Basic", "Go", "front", "back", "tags"]).split(".")
    other = digest_cells(["guid 2", "Cloze", "C", "front", "edited", "tags"]).split(".")
    assert [a == b for a, b in zip(one, other, strict=True)] == [True, False, True]
