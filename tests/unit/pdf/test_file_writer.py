"""The file of a PDF."""

from __future__ import annotations

import zlib
from io import BytesIO

import pikepdf

from qexport.pdf.file_writer import PdfFile, reference


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
