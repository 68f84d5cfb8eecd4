"""The package is a zip like any other, and the same wherever it is made."""

from __future__ import annotations

import io
import json
import os
import random
import zipfile

import pytest

from qexport.anki.package_writer import DEFLATED_BLOCK, package_of


def opened(package: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(package))
    assert archive.testzip() is None
    return archive


def database_of(size: int) -> bytes:
    """Something to compress; its beginning is as it will be in the package."""
    head = bytearray(b"SQLite format 3\0" + bytes(84))
    head[24:28] = head[92:96] = (1).to_bytes(4)
    head[96:100] = (3_040_000).to_bytes(4)
    words = [b"cache", b"queue", b"lock", b"thread", b" ", b"\0\xff"]
    found = bytes(head) + b"".join(random.Random(1).choices(words, k=size // 3 + 10))
    assert len(found) >= size
    return found[:size]


@pytest.mark.parametrize(
    "size",
    [100, 101, 5000, DEFLATED_BLOCK + 100, DEFLATED_BLOCK + 101, 3 * DEFLATED_BLOCK, 6 * DEFLATED_BLOCK + 7],
)
def test_every_byte_comes_out_again(size: int) -> None:
    database = database_of(size)
    with opened(package_of(database, {})) as archive:
        assert archive.namelist() == ["collection.anki2", "media"]
        assert archive.read("collection.anki2") == database
        assert archive.read("media") == b"{}"


def test_pictures_are_stored_in_the_order_of_their_names() -> None:
    images = {"b.png": b"two" * 50, "a.png": b"one" * 50}
    package = package_of(database_of(100), images)
    assert package == package_of(database_of(100), dict(reversed(images.items())))
    with opened(package) as archive:
        assert json.loads(archive.read("media")) == {"0": "a.png", "1": "b.png"}
        assert [archive.read(number) for number in "01"] == [b"one" * 50, b"two" * 50]
        methods = [entry.compress_type for entry in archive.infolist()]
    assert methods == [zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_STORED]


def test_the_version_of_sqlite_and_its_count_of_writes_are_left_out() -> None:
    database = bytearray(database_of(5000))
    database[24:28] = b"\1\2\3\4"
    database[92:100] = b"\1\2\3\4\5\6\7\x08"
    assert package_of(bytes(database), {}) == package_of(database_of(5000), {})


def test_the_number_of_cores_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    database = database_of(6 * DEFLATED_BLOCK)
    packages = set()
    for cores in (1, 2, 7):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        packages.add(package_of(database, {}))
    assert len(packages) == 1


def test_a_block_is_compressed_with_what_stands_before_it() -> None:
    database = database_of(100) + os.urandom(20_000) * 300  # it repeats itself over the ends of blocks, too
    assert len(package_of(database, {})) < 100_000  # 120,000 more without
