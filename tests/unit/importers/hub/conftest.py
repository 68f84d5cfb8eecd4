"""Banks made of captured pages, and the words to read one."""

from __future__ import annotations

import pytest
from tests.unit.importers.hub.imported import (
    ANSWERS,
    LISTING,
    PAGE,
    SHORT_WORDS,
    VOCABULARY,
    new_text,
)
from tests.unit.importers.hub.pages import WORDS

from qexport.importers.hub.captures import merge_captures
from qexport.importers.hub.vocabulary import Vocabulary, read_vocabulary


@pytest.fixture(scope="session")
def text() -> str:
    """The bank of the shipped captures."""
    return new_text(merge_captures([LISTING, ANSWERS], VOCABULARY))


@pytest.fixture(scope="session")
def small() -> str:
    """A bank of one question."""
    return new_text(merge_captures([("a.txt", PAGE)], SHORT_WORDS))


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return read_vocabulary(WORDS, "words.yaml")
