"""Structure elements and the HTML they were drawn for, without a layout."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pydyf

from qexport.layout.weasyprint.tagged_elements import TaggedElements

HTML = ET.fromstring('<html lang="en"><p lang="de">Wort <code>f()</code></p><p>word</p></html>')


def tagged() -> tuple[TaggedElements, Any, list[list[int | None]]]:
    """Return a paragraph with marked content 0 and 1, the second of it code, on the only page."""
    pdf = pydyf.PDF()
    page = pydyf.Dictionary({"Type": "/Page"})
    pdf.add_page(page)
    paragraph = pydyf.Dictionary(
        {"Type": "/StructElem", "S": "/P", "K": pydyf.Array([0, 1]), "Pg": page.reference}
    )
    pdf.add_object(paragraph)
    boxes = {0: SimpleNamespace(element=HTML[0]), 1: SimpleNamespace(element=HTML[0][0])}
    pdf.marked_boxes = [boxes]
    parents: list[list[int | None]] = [[paragraph.number, paragraph.number]]
    return TaggedElements(pdf, HTML, parents), paragraph, parents


def test_content_knows_its_html_and_the_language_of_it() -> None:
    tree, paragraph, _ = tagged()
    assert tree.find_first_source(paragraph) is HTML[0]
    assert tree.find_source(paragraph, 1) is HTML[0][0]
    assert tree.find_source(paragraph, 2) is None
    assert [each.tag for each in tree.climb(HTML[0][0])] == ["code", "p", "html"]
    assert tree.find_language(HTML[0][0]) == "de"
    assert tree.find_language(HTML[1]) == "en"


def test_an_added_element_takes_its_kids_from_the_other() -> None:
    tree, paragraph, parents = tagged()
    code = tree.add("/Code", paragraph, paragraph.number, [1])
    assert parents == [[paragraph.number, code]]
    paragraph["K"][:] = [0, b"%d 0 R" % code]
    assert list(tree.list_elements(paragraph)) == [code]
    assert tree.read_tag(b"%d 0 R" % code) == "/Code"
    around = tree.add("/Span", paragraph, paragraph.number, [b"%d 0 R" % code])
    assert tree.objects[code]["P"] == b"%d 0 R" % around
