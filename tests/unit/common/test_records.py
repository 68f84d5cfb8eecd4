"""A record is what a frozen dataclass is, for whoever uses it."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import asdict, fields, replace

import pytest

from qexport.common.records import Record, decode_record, encode_record, made_by, pack_values, unpack_values


class Place(Record, frozen=True):
    """Where something is."""

    page: int
    name: str = "cover"


class Book(Record, frozen=True, kw_only=True):
    """Something with places."""

    begin: Place = Place(1)
    notes: Mapping[str, int] = made_by(dict)
    title: str


def test_dataclasses_work_with_a_record() -> None:
    book = Book(title="a")
    assert replace(book, title="b") == Book(title="b")
    assert asdict(book) == {"begin": {"page": 1, "name": "cover"}, "notes": {}, "title": "a"}
    assert [each.name for each in fields(Book)] == ["begin", "notes", "title"]
    assert [each.default for each in fields(Place)][1] == "cover"


def test_a_record_is_never_changed_and_equal_records_are_one_key() -> None:
    with pytest.raises(AttributeError, match="immutable"):
        Place(1).page = 2  # type: ignore[misc]
    assert {Place(1): "a"}[Place(1, "cover")] == "a"
    assert Place(1) != Place(2)
    assert repr(Place(1)) == "Place(page=1, name='cover')"


def test_what_is_made_for_each_is_its_own() -> None:
    assert Book(title="a").notes is not Book(title="a").notes


def test_a_record_goes_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(Book(title="a"))) == Book(title="a")  # our own


def test_values_are_packed_into_bytes_that_tell_them_apart() -> None:
    values = ("", "a", ("a",), ("a", ""), ("", "a"), ("a", None), None, 0, 1, "0", "\ud800", "\udfff", 2**70)
    assert len({pack_values(value) for value in values}) == len(values)
    assert pack_values(("a", 1)) == pack_values(("a", 1))


def test_packed_values_are_unpacked_as_they_were() -> None:
    values = (("a", 1), ("é", 2))
    assert unpack_values(pack_values(values), tuple[tuple[str, int], ...]) == values


def test_a_record_is_read_from_its_bytes_and_none_from_others() -> None:
    data = encode_record(Book(title="a"))
    assert decode_record(data, Book) == Book(title="a")
    assert decode_record(data[:-1], Book) is None
    assert decode_record(encode_record(Place(1)), Book) is None
