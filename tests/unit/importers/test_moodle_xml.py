"""Files of Moodle XML."""

from __future__ import annotations

import pytest

from qexport.common.errors import InputRefused
from qexport.importers.moodle_xml import parse
from qexport.importers.source import Source

TRUE_FALSE = (
    '<quiz><question type="truefalse"><name><text>n</text></name><questiontext format="html">'
    '<text>Is &lt;b&gt;it&lt;/b&gt;?</text></questiontext><answer fraction="100"><text>true</text></answer>'
    '<answer fraction="0"><text>false</text></answer></question></quiz>'
)


def source(text: str, path: str = "a.txt") -> Source:
    return Source(path=path, data=text.encode(), text=text)


def test_true_and_false_are_choices() -> None:
    (found,) = parse(source(TRUE_FALSE, "a.xml")).questions
    assert found.fields == {"question": "Is **it**?", "choices": ("True", "False"), "correct": ("a",)}


def test_another_file_of_xml_is_refused() -> None:
    with pytest.raises(InputRefused):
        parse(source("<html></html", "a.xml"))
