"""A file that is there is taken if it is what would be made, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.layout.cache import ChunkCache
from qexport.layout.scheduler import KeptValues
from qexport.outputs.earlier_file import make_unless_there

MADE = b"what is made"


@pytest.fixture
def kept(tmp_path: Path) -> KeptValues:
    return KeptValues(ChunkCache(tmp_path), "file-")


def takes(kept: KeptValues | None, name: str, there: bytes) -> bool:
    """Return whether the file that is there is taken."""
    made = []

    def make() -> bytes:
        made.append(name)
        return MADE

    assert make_unless_there(kept, name, lambda size: there if len(there) == size else b"", make) == MADE
    return not made


def test_the_file_of_the_last_build_is_taken_and_no_other(kept: KeptValues) -> None:
    assert not takes(kept, "a", MADE)  # nobody knows what it was made from
    assert takes(kept, "a", MADE)
    assert not takes(kept, "a", MADE[:-1])
    assert not takes(kept, "a", MADE.upper())
    assert not takes(kept, "a", b"")
    assert not takes(kept, "b", MADE)
    assert not takes(None, "a", MADE)


@pytest.mark.parametrize("said", [b"", b"12", len(MADE).to_bytes(8, "big"), b"\0" * 40])
def test_what_is_kept_and_makes_no_sense_is_a_miss(said: bytes, kept: KeptValues) -> None:
    kept.keep({"a": said})
    assert not takes(kept, "a", MADE)
    assert takes(kept, "a", MADE)
