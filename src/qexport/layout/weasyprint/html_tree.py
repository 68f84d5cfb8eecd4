"""HTML → a tree of elements, by Python's XML parser where that says the same as the rules of HTML.

What the templates write is plain: each element is closed, and none stands where HTML would put it elsewhere. Such a
text is read in a tenth of the time that tinyhtml5 takes, which is written in Python; all others are read by that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from xml.etree import ElementTree as ET

from qexport.layout.weasyprint.drawings import SVG

TITLE = "{http://www.w3.org/2000/svg}title"

_DOCUMENT = re.compile(
    r"<!DOCTYPE html>\n<html(?P<root> [^<>]*)?>\n<head><title>(?P<title>[^<]*)</title></head>\n"
    r"<body(?P<body>[^<>]*)>(?P<inside>.*)</body>\n</html>(?P<end>[ \n]*)",
    re.DOTALL,
)
_PLAIN_ATTRIBUTE = re.compile(r' ([a-z][a-z-]*)(?:="([^"<>\t\n\r]*)")?')
_PLAIN_ATTRIBUTES = re.compile(rf"(?:{_PLAIN_ATTRIBUTE.pattern})*")
_NAME = re.compile("[a-z][a-z-]*")
_EMPTY_TAGS = ("br", "hr", "img", "wbr")
_UNCLOSED_TAG = re.compile(rf"<({'|'.join(_EMPTY_TAGS)})\b([^<>]*?)/?>")
_CLOSED_TAG = r"<\1\2/>"
_NO_REFERENCE = r"&(?!(?:amp|lt|gt|quot|apos|#34|#39);)"
_REFERENCE = re.compile(_NO_REFERENCE)
_NO_XML = re.compile(rf'<[!?]|\r|="[^"]*[\t\n]|<pre[^>]*>\n|<(?!br|hr|img|wbr)[^<>]*/>|{_NO_REFERENCE}')
"""What XML reads otherwise, or not at all: comments, ends of lines in an attribute, the first of a block of code,
elements that begin and end in one tag, and characters by their names."""

_ENDS_PARAGRAPH = re.compile(
    "article|aside|blockquote|details|div|figcaption|figure|footer|h[1-6r]|header|li|main|nav|[ou]l|p|pre|section|summary"
    "|table"
)
"""Elements that end a paragraph they begin in (HTML, 13.2.6.4.7)."""

_HEADING_TAG = re.compile("h[1-6]")
_IN_LINES = re.compile(
    "a|abbr|b|bd[io]|br|cite|code|del|dfn|em|i|img|ins|kbd|mark|[qsu]|samp|small|span|strong|su[bp]|time|var|wbr"
)
_WITHIN = {
    "table": frozenset(("thead", "tbody", "tfoot")),
    "thead": frozenset(("tr",)),
    "tbody": frozenset(("tr",)),
    "tfoot": frozenset(("tr",)),
    "tr": frozenset(("td", "th")),
}
"""What may be in the parts of a table without being moved or wrapped."""


def parse_plain(html: str) -> ET.Element | None:
    """Return the tree that the rules of HTML make of a document; None if it is not plain enough to tell.

    Args:
        html: A document as the templates begin and end it.
    """
    found = _DOCUMENT.fullmatch(html)
    if not found or _NO_XML.search(found["inside"]) or _REFERENCE.search(html[: found.start("inside")]):
        return None
    of_root, of_body = _read_attributes(found["root"] or ""), _read_attributes(found["body"])
    if of_root is None or of_body is None:
        return None
    try:
        body = ET.fromstring(f"<body>{_UNCLOSED_TAG.sub(_CLOSED_TAG, found['inside'])}</body>")  # noqa: S314  # no entities
    except (ET.ParseError, ValueError):
        return None
    if not _is_left_alone(body, in_paragraph=False, in_link=False):
        return None
    body.attrib.update(of_body)
    _add_text(body, "\n" + found["end"])
    root = ET.Element("html", of_root)
    head = ET.SubElement(root, "head")
    ET.SubElement(head, "title").text = unescape(found["title"]) or None
    head.tail = "\n"
    root.append(body)
    return root


def _read_attributes(written: str) -> dict[str, str] | None:
    """Return the attributes of a start tag; None if not all of it is plain ones."""
    if not _PLAIN_ATTRIBUTES.fullmatch(written):
        return None
    pairs = _PLAIN_ATTRIBUTE.findall(written)
    found = {name: unescape(value) for name, value in pairs}
    return found if len(found) == len(pairs) else None


def _is_left_alone(parent: ET.Element, *, in_paragraph: bool, in_link: bool) -> bool:
    """Return whether the rules of HTML leave all below an element where it stands."""
    above = parent.tag
    within = _WITHIN.get(above)
    if within and any(each and not each.isspace() for each in _iterate_texts_in(parent)):
        return False
    for child in parent:
        tag = child.tag
        if tag == "svg":
            if within or not _name_drawing(child):
                return False
            continue
        if within is not None:
            fits = tag in within
        elif _ENDS_PARAGRAPH.fullmatch(tag):
            is_within = _HEADING_TAG.fullmatch(above) if _HEADING_TAG.fullmatch(tag) else False
            fits = not (in_paragraph or is_within or (tag == "li" and above not in ("ul", "ol")))
        else:
            fits = bool(_IN_LINES.fullmatch(tag)) and not (tag == "a" and in_link)
        if not fits or (child.attrib and not all(map(_NAME.fullmatch, child.attrib))):
            return False
        if tag in _EMPTY_TAGS and (child.text or len(child)):
            return False
        if not _is_left_alone(child, in_paragraph=in_paragraph or tag == "p", in_link=in_link or tag == "a"):
            return False
    return True


def _name_drawing(svg: ET.Element) -> bool:
    """Give a drawing that was put aside, and its title, the names they have in HTML; say whether it is one."""
    if "data-drawing" not in svg.attrib or svg.text or not all(map(_NAME.fullmatch, svg.attrib)):
        return False
    for child in svg:
        if child.tag != "title" or child.attrib or len(child) or child.tail:
            return False
        child.tag = TITLE
    svg.tag = SVG
    return True


def _iterate_texts_in(parent: ET.Element) -> Iterator[str | None]:
    yield parent.text
    for child in parent:
        yield child.tail


def _add_text(parent: ET.Element, text: str) -> None:
    """Add text to the end of an element."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
