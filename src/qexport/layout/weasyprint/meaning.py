"""What elements of the structure tree mean, as far as the HTML says it and WeasyPrint 70 does not.

    structure elements + the boxes their content was drawn for → Code, Note, Lbl and LBody, Lang, artifacts

- what is `code` is Code; a block of it keeps its lines and blanks as ActualText;
- an item of `ol.footnotes` is a Note; a term and its meanings are one item of a list, the term its label;
- an item of a list has its marker as Lbl and all else in an LBody, a list in it too;
- text in another language than the document has it as Lang;
- a formula is a Formula with its words as Alt; the source behind it is in it, so that it is found and not said;
- a drawing with `aria-hidden` only repeats the words beside it: it is an artifact.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from qexport.layout.weasyprint.serialising import Raw, object_number
from qexport.layout.weasyprint.tagged_elements import TaggedElements

_CODE_ELEMENTS = ("code", "kbd", "samp", "pre")
_HOLD_TEXT = (
    "/P",
    *(f"/H{level}" for level in range(1, 7)),
    "/LBody",
    "/Lbl",
    "/TD",
    "/TH",
    "/Caption",
    "/Link",
)
_TAGGED_BLOCKS = (
    "p",
    "li",
    "dt",
    "dd",
    "td",
    "th",
    "pre",
    "div",
    "figcaption",
    "caption",
    *(f"h{n}" for n in range(1, 7)),
)


def note_boxes(pdf: Any, document: Any, version: Any, streams: Any) -> None:
    """Make the structure tree as WeasyPrint does, and note for each page the boxes of its marked content."""
    from weasyprint.pdf.tags import add_tags

    pdf.marked_boxes = [{each["mcid"]: box for box, each in stream._tags.items()} for stream in streams]
    add_tags(pdf, document, version, streams)


class Meaning:
    """Gives the elements of one document the meaning they have in its HTML."""

    def __init__(self, tree: TaggedElements) -> None:
        self.tree = tree
        self.objects = tree.objects
        self._hidden: dict[int, set[int]] = {}
        """For each page the marked content that is taken out of the tree."""

    def refine_all(self, document: Any) -> None:
        """Refine the elements below the root of the structure."""
        document["K"][:] = [kid for kid in document["K"] if not self._is_hidden(kid)]
        for reference in document["K"]:
            self._refine(object_number(reference))
        for page, hidden in self._hidden.items():
            _make_artifacts(self.tree.pdf, self.tree.pdf.page_references[page], hidden)

    def _refine(self, number: int) -> None:
        element = self.objects[number]
        element["K"][:] = [kid for kid in element["K"] if not self._is_hidden(kid)]
        for kid in self.tree.list_elements(element):
            self._refine(kid)
        if element["S"] == "/NonStruct" and any(isinstance(kid, int) for kid in element["K"]):
            element["S"] = "/P"
        if element["S"] in ("/TH", "/TD"):
            _name_headers(element)
        if element["S"] == "/L":
            self._refine_list(number)
        elif element["S"] in _HOLD_TEXT:
            self._refine_text(number)

    # -- text -----------------------------------------------------------------------------------------------------

    def _refine_text(self, number: int) -> None:
        element = self.objects[number]
        first = self.tree.find_first_source(element)
        if first is None:
            return
        block = next((each for each in self.tree.climb(first) if each.tag in _TAGGED_BLOCKS), first)
        self._join_formulas(element)
        language = self.tree.find_language(block)
        if language != self.tree.language:
            element["Lang"] = _string(language)
        is_link = element["S"] == "/Link"
        kids: list[Any] = []
        for (is_code, spoken), same in groupby(element["K"], lambda kid: self._kind(kid, element, language)):
            group = list(same)
            if is_link and not spoken:  # a link in code is a link
                kids += group
                continue
            if not (is_code or spoken):
                kids += group
                continue
            new = self.tree.add("/Code" if is_code else "/Span", element, number, group)
            if spoken:
                self.objects[new]["Lang"] = _string(spoken)
            kids.append(b"%d 0 R" % new)
        element["K"][:] = kids
        if block.tag == "pre" and len(kids) == 1 and isinstance(kids[0], bytes):
            self._keep_lines(self.objects[object_number(kids[0])], block)

    def _join_formulas(self, element: Any) -> None:
        """Let the drawing of a formula be a Formula with the source behind it, so that it is said in words only."""
        formulas: dict[Any, int] = {}
        for number in self.tree.list_elements(element):
            figure = self.objects[number]
            drawn = (
                self._formula_of(self.tree.find_first_source(figure)) if figure["S"] == "/Figure" else None
            )
            if drawn is not None:
                figure["S"] = "/Formula"
                formulas[drawn] = number
        if not formulas:
            return
        kept = []
        for kid in element["K"]:
            written = self._formula_of(self.tree.find_source(element, kid)) if isinstance(kid, int) else None
            if written in formulas and self.objects[formulas[written]]["Pg"] == element["Pg"]:
                self.objects[formulas[written]]["K"].append(kid)
                self.tree.parents[self.tree.pages[element["Pg"]]][kid] = formulas[written]
            else:
                kept.append(kid)
        element["K"][:] = kept

    def _formula_of(self, source: Any) -> Any:
        """Return the HTML element of the formula that something is in; None if it is in none."""
        return next((each for each in self.tree.climb(source) if each.get("class") == "formula"), None)

    def _kind(self, kid: Any, element: Any, language: str) -> tuple[bool, str]:
        """Return whether marked content is code, and its language if it is another than its block's."""
        source = self.tree.find_source(element, kid) if isinstance(kid, int) else None
        if source is None:
            return False, ""
        spoken = self.tree.find_language(source)
        return any(
            each.tag in _CODE_ELEMENTS for each in self.tree.climb(source)
        ), spoken if spoken != language else ""

    def _keep_lines(self, code: Any, block: Any) -> None:
        """Let a block of code have its source as text, if all of it is on this page; else what is drawn, by lines."""
        page = self.tree.boxes[self.tree.pages[code["Pg"]]]
        drawn = [page[kid] for kid in code["K"] if isinstance(kid, int)]
        whole = "".join(block.itertext()).replace("\u200b", "").strip("\n")
        shown = "".join(box.text for box in drawn)
        if "".join(shown.split()).replace("\u200b", "") != "".join(whole.split()):
            lines = groupby(drawn, lambda box: round(box.position_y + box.baseline))
            whole = "\n".join("".join(box.text for box in line) for _, line in lines).replace("\u200b", "")
        code["ActualText"] = _string(whole)

    # -- lists ----------------------------------------------------------------------------------------------------

    def _refine_list(self, number: int) -> None:
        element = self.objects[number]
        items: list[int] = []
        for kid in self.tree.list_elements(element):
            child = self.objects[kid]
            tag = self._item_tag(child)
            if child["S"] == "/L" and items:  # a list in the item before it
                self._put_into(items[-1], kid)
            elif tag == "dd" and items and self._item_tag(self.objects[items[-1]]) == "dt":
                for part in self.tree.list_elements(child):
                    self.objects[items[-1]]["K"].append(b"%d 0 R" % part)
                    self.objects[part]["P"] = b"%d 0 R" % items[-1]
            else:
                items.append(kid)
                if child["S"] == "/LI":
                    self._refine_item(kid, tag)
        element["K"][:] = [b"%d 0 R" % item for item in items]
        first = self.tree.find_first_source(element)
        if first is not None and any(
            each.tag == "ol" and each.get("class") == "footnotes" for each in self.tree.climb(first)
        ):
            self._make_notes(element, items)

    def _refine_item(self, number: int, tag: str) -> None:
        item = self.objects[number]
        parts = list(self.tree.list_elements(item))
        if tag == "dt" and parts and self.objects[parts[0]]["S"] == "/LBody":
            self.objects[parts[0]]["S"] = "/Lbl"
            return
        rest = [
            kid
            for kid in item["K"]
            if not (isinstance(kid, bytes) and self.tree.read_tag(kid) in ("/Lbl", "/LBody"))
        ]
        if rest:
            item["K"][:] = [kid for kid in item["K"] if kid not in rest]
            item["K"].append(b"%d 0 R" % self.tree.add("/LBody", item, number, rest))

    def _put_into(self, item: int, kid: int) -> None:
        """Put a list into the body of an item."""
        parts = [
            part
            for part in self.tree.list_elements(self.objects[item])
            if self.tree.read_tag(b"%d 0 R" % part) == "/LBody"
        ]
        target = parts[-1] if parts else item
        self.objects[target]["K"].append(b"%d 0 R" % kid)
        self.objects[kid]["P"] = b"%d 0 R" % target

    def _make_notes(self, element: Any, items: Sequence[int]) -> None:
        """Let a list of footnotes be Notes, each with a name of its own (PDF/UA-1, 7.9)."""
        element["S"] = "/Div"
        for number in items:
            item = self.objects[number]
            item["S"] = "/Note"
            item["ID"] = Raw(b"(note-", b"%d 0 R" % number, b")")
            for part in self.tree.list_elements(item):
                body = self.objects[part]
                if body["S"] == "/LBody":
                    has_text = any(isinstance(kid, int) for kid in body["K"])
                    body["S"] = "/P" if has_text else "/Div"

    def _item_tag(self, item: Any) -> str:
        source = self.tree.find_first_source(item)
        if source is None:
            return ""
        return next((each.tag for each in self.tree.climb(source) if each.tag in ("dt", "dd", "li")), "")

    def _is_hidden(self, kid: Any) -> bool:
        """Take a drawing out of the tree that only repeats the words beside it."""
        if not self.tree.is_element(kid) or self.tree.read_tag(kid) != "/Figure":
            return False
        figure = self.objects[object_number(kid)]
        source = self.tree.find_first_source(figure)
        if source is None or source.get("aria-hidden") != "true":
            return False
        page = self.tree.pages[figure["Pg"]]
        for mcid in figure["K"]:
            if isinstance(mcid, int):
                self.tree.parents[page][mcid] = None
                self._hidden.setdefault(page, set()).add(mcid)
        return True


def _name_headers(cell: Any) -> None:
    """Give header cells names that no other table of the book has: WeasyPrint's begin with the table's number."""
    if "ID" in cell:
        cell["ID"] = _write_header(cell["ID"].string)
    headers = cell.get("A", {}).get("Headers")
    if headers:
        headers[:] = [_write_header(each.string) if hasattr(each, "string") else each for each in headers]


def _write_header(name: str) -> Raw:
    table, _, place = name.partition("-")
    return Raw(b"(", b"%d 0 R" % int(table), b"-%b)" % place.encode())


def _make_artifacts(pdf: Any, page: bytes, hidden: set[int]) -> None:
    """Let marked content of a page be artifacts."""
    contents = pdf.objects[object_number(page)]["Contents"]
    items = pdf.objects[object_number(contents)].stream
    places = [at for at, item in enumerate(items) if isinstance(item, dict) and item.get("MCID") in hidden]
    for at in reversed(places):  # those before it stay where they are
        items[at - 1 : at + 2] = ["/Artifact", b"BMC"]


def _string(text: str) -> Any:
    import pydyf

    return pydyf.String(text)
