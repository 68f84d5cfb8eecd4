"""The file of a PDF."""

from __future__ import annotations

import tracemalloc
import zlib
from io import BytesIO

import pikepdf

from qexport.pdf.file_writer import ROWS_AT_ONCE, PdfFile, reference


def test_a_reference_names_an_object() -> None:
    assert reference(7) == b"7 0 R"


def test_readers_find_every_object_by_a_table_that_takes_a_third_of_its_entries_compressed() -> None:
    file = PdfFile()
    page, tree = file.reserve(), file.reserve()
    streams = [file.add_stream(b"%d " % number * (number % 97)) for number in range(300)]
    values = [file.add(b"(%d)" % number) for number in range(700)]
    file.put(page, b"<</Type /Page/Parent %s/MediaBox [0 0 9 9]>>" % reference(tree))
    file.put(tree, b"<</Type /Pages/Kids [%s]/Count 1>>" % reference(page))
    root = file.add(b"<</Type /Catalog/Pages %s>>" % reference(tree))
    data = file.end(int(root.split()[0]), page)

    with pikepdf.open(BytesIO(data)) as pdf:
        assert [pdf.get_object(int(each.split()[0]), 0).read_bytes() for each in streams] == [
            b"%d " % number * (number % 97) for number in range(300)
        ]
        assert [str(pdf.get_object(int(each.split()[0]), 0)) for each in values] == list(map(str, range(700)))
        (table,) = [
            each for each in pdf.objects if isinstance(each, pikepdf.Stream) and each.get("/Type") == "/XRef"
        ]
        entries = table.read_bytes()
        assert len(entries) == 8 * int(table.Size)
        assert len(table.read_raw_bytes()) * 3 < len(zlib.compress(entries, 9))


def test_the_places_of_thousands_of_objects_take_nine_bytes_each() -> None:
    tracemalloc.start()
    try:
        file = PdfFile()
        root, _ = file.reserve(), file.reserve()
        for number in range(0, 2 * ROWS_AT_ONCE, 500):
            file.add_all([(b"(%d)" % (number + each), None) for each in range(500)])
            file.settle()
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    file.put(root + 1, b"<</Type /Pages/Kids []/Count 0>>")
    file.put(root, b"<</Type /Catalog/Pages %s>>" % reference(root + 1))
    with pikepdf.open(BytesIO(file.end(root, root))) as pdf:
        strings = [str(each) for each in pdf.objects if isinstance(each, pikepdf.String)]
    assert strings == list(map(str, range(2 * ROWS_AT_ONCE)))
    assert now < 2 * ROWS_AT_ONCE * 30  # with what is compressed of them; in a mapping they took 140
