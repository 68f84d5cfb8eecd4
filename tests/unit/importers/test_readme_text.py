"""Texts of a README, cleaned."""

from __future__ import annotations

from qexport.importers.readme_text import (
    clean_line,
    clean_name,
    find_linked_notes,
    is_link_head,
    level_of_signs,
    links_of_line,
    split_links,
)


def test_the_list_of_links_at_the_end_is_no_part_of_the_answer() -> None:
    text = "Text.\n\n**References**\n- [a](https://a.b)"
    assert split_links(text) == ("Text.", ("[a](https://a.b)",))
    assert is_link_head("References")
    assert not is_link_head("Answer")


def test_a_coloured_sign_is_a_level() -> None:
    assert level_of_signs("What is it? 🟢") == ("What is it?", "Beginner")
    assert level_of_signs("What is it?") == ("What is it?", "")


def test_a_name_is_without_signs() -> None:
    assert clean_name("🚀 **Go**:") == "Go"


def test_the_address_of_a_question_that_is_a_link_is_kept() -> None:
    assert links_of_line("[What?](https://a.b)", "What?") == ("https://a.b",)


def test_notes_that_a_text_links_to_are_found_outside_of_code() -> None:
    text = "See [[B]], [[B]], [[C#Top|the top]], ![[a.png]] and `[[x]]`.\n\n```\n[[y]]\n```\n"
    assert find_linked_notes(text) == ("B", "C#Top")


def test_the_number_of_a_question_is_no_part_of_it_escaped_or_not() -> None:
    for text in ("1. What?", r"1\. What?", r"1\) What?", "Q12: What?", r"Question 3\. What?"):
        assert clean_line(text) == "What?"
    assert clean_name(r"2\. Types") == clean_name("2. Types") == "Types"
