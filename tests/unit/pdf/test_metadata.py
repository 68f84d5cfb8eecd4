"""What a PDF says of itself."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from qexport.pdf.metadata import Book, write_xmp


def test_the_packet_is_xml_that_claims_pdf_ua() -> None:
    packet = write_xmp(Book(title="T & <x>", language="en", creator="qexport"))
    text = packet.decode()
    root = ET.fromstring(text[text.index("<x:xmpmeta") : text.index("</x:xmpmeta>") + len("</x:xmpmeta>")])
    assert "T & <x>" in [each.text for each in root.iter()]
    assert "<pdfuaid:part>1</pdfuaid:part>" in text


def test_it_claims_pdf_a_where_it_is_made_for_archives() -> None:
    claim = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"
    assert claim in write_xmp(Book(title="T", language="en", intent="archive")).decode()
    assert claim not in write_xmp(Book(title="T", language="en", intent="press")).decode()
