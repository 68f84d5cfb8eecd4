"""Two handbooks that many tests look at."""

from __future__ import annotations

import pytest
from tests.unit.outputs.handbook.handbooks import (
    as_if_large,
    handbook,
)

from qexport.outputs.document import Document


@pytest.fixture(scope="session")
def whole() -> Document:
    """A book of some questions with all that a large one has."""
    with pytest.MonkeyPatch.context() as patch:
        as_if_large(patch)
        return handbook(dated="2025-03-01", edition_label="1.2")


@pytest.fixture(scope="session")
def printed() -> Document:
    with pytest.MonkeyPatch.context() as patch:
        as_if_large(patch)
        return handbook(media="print", paper="a5")
