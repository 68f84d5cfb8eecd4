"""HTML of texts → XHTML, which an e-book is made of, with its footnotes as reading systems know them.

The HTML is our own (`content`), so every element is closed or void; the parser of the standard library is enough.
"""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser

VOID = frozenset(["br", "col", "hr", "img", "input", "wbr"])
_DROPPED_ATTRIBUTES = frozenset(["loading"])
"""Attributes that mean something in a browser only."""


def xhtml_of(html: str) -> str:
    """Return a piece of HTML as XHTML (EPUB 3.3, 6.1).

    A reference to a note gets `epub:type="noteref"`, the note becomes an `aside` of the type `footnote`: a reading
    system shows it in place when the reference is tapped.
    """
    writer = _XhtmlWriter()
    writer.feed(html)
    writer.close()
    return "".join(writer.written)


class _XhtmlWriter(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self._lists: list[bool] = []
        """For each open list: whether it has the footnotes."""
        self._items: list[bool] = []
        """For each open item of a list: whether it is a footnote."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {
            name: name if value is None else value for name, value in attrs if name not in _DROPPED_ATTRIBUTES
        }
        if tag == "a" and given.get("href", "").startswith("#fn-"):
            given |= {"epub:type": "noteref", "role": "doc-noteref"}
        elif tag == "a" and given.get("class") == "back":
            given |= {"role": "doc-backlink"}
        elif tag == "pre":
            given |= {"dir": "ltr"}  # a style may not say it (EPUB 3.3, 6.3.1.3)
        if tag in ("ol", "ul"):
            self._lists.append(given.get("class") == "footnotes")
        if tag == "li":
            is_note = bool(self._lists) and self._lists[-1] and given.get("id", "").startswith("fn-")
            self._items.append(is_note)
            if is_note:
                self.written.append("<li>")
                tag, given = "aside", {**given, "epub:type": "footnote", "role": "doc-footnote"}
        attributes = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
        self.written.append(f"<{tag}{attributes}{'/' if tag in VOID else ''}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if tag in ("ol", "ul"):
            self._lists.pop()
        if tag == "li" and self._items.pop():
            self.written.append("</aside>")
        self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.written.append(escape(data, quote=False))
