"""Elements of plain documents say of themselves what those of the engine say."""

from __future__ import annotations

from cssselect2 import ElementWrapper

from qexport.layout.weasyprint.html_tree import parse_plain
from qexport.layout.weasyprint.plain_elements import PlainElement

DOCUMENT = (
    '<!DOCTYPE html>\n<html lang="en">\n<head><title>A title</title></head>\n<body class="a b\u00a0c" id="top">'
    '<p lang="de" class="">one <b>two</b></p><ul class=" x  y "><li id="">three<br></li></ul>'
    '<svg data-drawing="1"><title>a drawing</title></svg></body>\n</html>\n'
)
SAID = (
    *("local_name", "namespace_url", "id", "classes", "lang", "etree_children", "etree_siblings", "index"),
    *("in_html_document", "in_disabled_fieldset"),
)


def test_elements_say_what_those_of_the_engine_say() -> None:
    tree = parse_plain(DOCUMENT)
    assert tree is not None
    ours = list(PlainElement.from_html_root(tree, content_language=None).iter_subtree())
    theirs = list(ElementWrapper.from_html_root(tree, content_language=None).iter_subtree())
    assert [[getattr(each, name) for name in SAID] for each in ours] == [
        [getattr(each, name) for name in SAID] for each in theirs
    ]
    assert [each.previous and each.previous.etree_element for each in ours] == [
        each.previous and each.previous.etree_element for each in theirs
    ]
    assert {type(each) for each in ours} == {PlainElement}


def test_elements_are_found_by_names_and_by_selectors() -> None:
    tree = parse_plain(DOCUMENT)
    assert tree is not None
    ours = PlainElement.from_html_root(tree, content_language=None)
    theirs = ElementWrapper.from_html_root(tree, content_language=None)
    for selectors in [("style", "link"), ("li", "b", "p"), ("ul.x", "p"), ("title", "meta")]:
        found = [each.etree_element for each in ours.query_all(*selectors)]
        assert found == [
            each.etree_element for each in theirs.query_all(*selectors) if each.namespace_url == ""
        ], selectors
    assert ours.query("title").etree_element.text == "A title"
