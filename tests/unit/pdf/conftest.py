"""The chunks of a small book."""

from __future__ import annotations

import pytest
from tests.unit.pdf.small_book import chunk

from qexport.layout.chunk import Chunk


@pytest.fixture(scope="session")
def contents() -> Chunk:
    return chunk(
        '<h1 id="top">Contents</h1>'
        '<p class="entry"><a href="qx:last">The last one '
        '<span class="folio" data-folio="last" data-leader>0</span></a></p>'
    )


@pytest.fixture(scope="session")
def long() -> Chunk:
    return chunk(
        '<h1 id="long">Long</h1><div style="break-after: page">one</div>two <a href="qx:top">back</a>'
    )


@pytest.fixture(scope="session")
def last() -> Chunk:
    return chunk('<h1 id="last">Last</h1><p>fi → <b>bold</b></p>')
