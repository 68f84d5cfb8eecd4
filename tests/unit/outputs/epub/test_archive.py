"""The container of an e-book."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

from qexport.outputs.epub.archive import container_of


def test_the_first_file_says_what_it_is_and_stands_where_readers_look() -> None:
    data = container_of({"b.txt": b"b" * 100, "a.png": b"a"})
    assert data[30:58] == b"mimetypeapplication/epub+zip"
    with ZipFile(BytesIO(data)) as archive:
        assert [(each.filename, each.compress_type) for each in archive.infolist()] == [
            ("mimetype", 0),
            ("a.png", 0),
            ("b.txt", 8),
        ]
        assert {each.date_time for each in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_order_of_the_files_does_not_matter() -> None:
    assert container_of({"b": b"1", "a": b"2"}) == container_of({"a": b"2", "b": b"1"})
