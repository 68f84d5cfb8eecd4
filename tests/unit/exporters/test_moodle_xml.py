"""Questions as Moodle XML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.unit.go_bank import BANK

from qexport.exporters.moodle_xml import write


def test_a_question_with_choices_is_multiple_choice_and_others_are_essays() -> None:
    root = ET.fromstring(write(BANK).text.encode())
    assert [each.get("type") for each in root] == ["category", "multichoice", "essay"]
    choices = [(each.get("fraction"), each.findtext("text")) for each in root[1].iter("answer")]
    assert choices == [("0", "one"), ("100", "two")]
    assert [each.findtext("idnumber") for each in root[1:]] == ["a", "b"]
