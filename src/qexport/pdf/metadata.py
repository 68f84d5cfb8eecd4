"""What a PDF says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape  # that of xml.sax opens ssl and http, 15 ms

from qexport.common.records import Record, made_by


class OutlineEntry(Record, frozen=True):
    """A line of the PDF outline: its text, and the name of the place it leads to."""

    title: str
    anchor: str
    children: tuple[OutlineEntry, ...] = ()


class Tab(Record, frozen=True):
    """A mark at the outer edge of a page, which shows on the closed book; lengths in points, y from the foot."""

    y: float
    width: float
    height: float
    colour: tuple[float, float, float]
    """Red, green and blue, 0 to 1; three equal ones are a grey."""
    page_height: float
    bleed: float = 0.0
    """How far it goes on beyond the edge, where it is cut."""


class Book(Record, kw_only=True, frozen=True):
    """What a PDF says of itself. `modified` is a PDF/XMP date (ISO 8601) or empty."""

    title: str
    language: str
    outline: tuple[OutlineEntry, ...] = ()
    subject: str = ""
    creator: str = ""
    author: str = ""
    """Whose texts they are."""
    keywords: tuple[str, ...] = ()
    modified: str = ""
    intent: str = ""
    """What its colours are made for: `press` (inks), `archive` (PDF/A-2a, sRGB); empty: nothing is claimed."""
    mirrored: bool = False
    """Whether versos have the inner margin at the right, and their running heads and folios at the left."""
    printing: str = ""
    """How a printer is to take the sheets, in their own size: `one side`, `long edge` or `short edge`."""
    tabs: Mapping[int, Tab] = made_by(dict)
    """The mark at the edge of a page, by its folio."""
    elsewhere: Mapping[str, int] = made_by(dict)
    """Folios of places in other documents, which a page may name but not link to."""
    texts: Mapping[str, str] = made_by(dict)
    """Texts that are drawn late, by the names of their slots."""


_ARCHIVE = (
    '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" '
    'xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
    'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
    'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
    "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>"
    '<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    "<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    '<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    "<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Part of PDF/UA</pdfaProperty:description>"
    "</rdf:li></rdf:Seq></pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)
"""The claim to PDF/A-2a (ISO 19005-2, 6.6.4), and the schema of the claim to PDF/UA, which it asks for (6.6.2.3)."""


def write_xmp(book: Book) -> bytes:
    """Return the metadata packet; `pdfuaid:part` is the claim to PDF/UA-1 (ISO 14289-1, 5)."""
    dates = (
        f"<xmp:CreateDate>{book.modified}</xmp:CreateDate><xmp:ModifyDate>{book.modified}</xmp:ModifyDate>"
    )
    creator = f"<xmp:CreatorTool>{escape(book.creator)}</xmp:CreatorTool>" if book.creator else ""
    author = f"<dc:creator><rdf:Seq><rdf:li>{escape(book.author)}</rdf:li></rdf:Seq></dc:creator>"
    keywords = f"<pdf:Keywords>{escape(', '.join(book.keywords))}</pdf:Keywords>" if book.keywords else ""
    archive = _ARCHIVE if book.intent == "archive" else ""
    default = '<rdf:Alt><rdf:li xml:lang="x-default">'
    subject = f"<dc:description>{default}{escape(book.subject)}</rdf:li></rdf:Alt></dc:description>"
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">'
        "<pdfuaid:part>1</pdfuaid:part>"
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(book.title)}</rdf:li></rdf:Alt></dc:title>'
        f"{subject if book.subject else ''}{author if book.author else ''}{keywords}{creator}"
        f"{dates if book.modified else ''}"
        f"</rdf:Description>{archive}</rdf:RDF></x:xmpmeta>\n"
        '<?xpacket end="r"?>'
    ).encode()
