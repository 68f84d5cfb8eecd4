"""A chunk is bytes with marks for what only the book knows."""

from __future__ import annotations

import zlib

import pytest

from qexport.layout.chunk import PageContent, decode_chunk, mark, pdf_string, replace_marks, unpack_pages


def test_marks_are_replaced_and_nothing_else() -> None:
    source = b"<< /Parent " + mark("top") + b" /Next " + mark(12) + b" 0 R >>"
    words = {b"top": b"1 0 R", b"12": b"7"}
    assert replace_marks(source, words) == b"<< /Parent 1 0 R /Next 7 0 R >>"
    assert replace_marks(b"no mark", {}) == b"no mark"
    with pytest.raises(KeyError):
        replace_marks(mark("unknown"), {})


def test_a_string_is_literal_if_it_is_ascii_and_utf_16_otherwise() -> None:
    assert pdf_string(r"f(x) \n") == rb"(f\(x\) \\n)"
    assert pdf_string("é") == b"<FEFF00e9>"


def test_what_is_no_chunk_is_none() -> None:
    assert decode_chunk(b"") is None
    assert decode_chunk(b"\x81\xa1a\x01") is None
    assert unpack_pages(b"\xc0") is None


def test_pages_are_packed_small_and_strips_quickly() -> None:
    objects = ((b"<</Type /StructElem/S /P>>", b""),) * 50
    page = PageContent(objects=objects, elements=(), parents=(), annotations=(), fonts=())
    strip = PageContent(objects=objects, elements=(), parents=(), annotations=(), fonts=(), pieces=(b"q",))
    assert len(page.pack()) * 5 < len(zlib.decompress(page.pack()))
    assert zlib.decompress(strip.pack()) in strip.pack()  # as it is
