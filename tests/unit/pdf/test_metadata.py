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
