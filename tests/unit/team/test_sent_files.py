"""A file that others send is read within its limit, or refused in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem
from qexport.common.limits import Limits
from qexport.team.sent_files import read_limited

LOW = replace(Limits(), deck=4, bundle=3)


def test_a_file_as_large_as_its_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.apkg"
    path.write_bytes(b"1234")
    assert read_limited(path, "deck", LOW) == b"1234"


def test_a_larger_file_is_refused_with_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(b"1234")
    with pytest.raises(LimitExceeded, match=r"x\.zip: larger than 3 bytes"):
        read_limited(path, "bundle", LOW)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        read_limited(tmp_path, "deck", LOW)
    assert caught.value.problems == (Problem(Location(str(tmp_path)), "this is a folder, not a file"),)
