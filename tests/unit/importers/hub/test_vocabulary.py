"""A vocabulary is checked as a whole."""

from __future__ import annotations

import pytest
from tests.unit.importers.hub.pages import said

from qexport.common.errors import InputRefused
from qexport.importers.hub.vocabulary import read_vocabulary

# The vocabulary


def test_all_that_is_wrong_with_a_vocabulary_is_told() -> None:
    text = """\
titel: Questions
technologies: [Python]
levels: Advanced
furniture:
  - Copy
  - [a]
  - ''
"""
    with pytest.raises(InputRefused) as caught:
        read_vocabulary(text, "words.yaml")
    assert said(caught.value.problems) == [
        (
            "words.yaml:1:1: unknown key 'titel' (did you mean 'title'? "
            "known: title, namespace, language, source, markup, technologies, levels, furniture)"
        ),
        "words.yaml:1:1: the vocabulary has no title",
        "words.yaml:1:1: the vocabulary has no namespace",
        (
            "words.yaml:2:15: technologies must be a mapping "
            "(write `Python:`, and below it its categories, each beginning with '- ')"
        ),
        "words.yaml:3:9: levels must be a list (begin each item on a line of its own with '- ')",
        "words.yaml:6:5: an item of furniture must be text",
        "words.yaml:7:5: an item of furniture must be text",
    ]
