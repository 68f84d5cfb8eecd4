"""The structure elements of a document, each with the HTML that its content was drawn for.

`read_structure` makes one of a finished document, and `meaning` gives its elements their meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qexport.layout.weasyprint.serialising import object_number


class TaggedElements:
    """The structure elements of one document."""

    def __init__(self, pdf: Any, root: Any, parents: list[list[int | None]]) -> None:
        """Take the objects of a document, its root in the HTML, and for each page MCID → element.

        The last is changed, as is what the objects hold.
        """
        self.pdf = pdf
        self.objects = pdf.objects
        self.boxes: Sequence[Mapping[int, Any]] = pdf.marked_boxes
        self.parents = parents
        self.pages = {reference: page for page, reference in enumerate(pdf.page_references)}
        self.above = {child: parent for parent in root.iter() for child in parent}
        self.language = root.get("lang", "")

    def add(self, tag: str, parent: Any, number: int, kids: Sequence[Any]) -> int:
        """Add an element that takes some kids of another.

        Args:
            tag: Of the new element: `/Code`.
            parent: The other element.
            number: Of the other element.
            kids: Those it takes.

        Returns:
            The number of the new element.
        """
        import pydyf

        element = pydyf.Dictionary(
            {
                "Type": "/StructElem",
                "S": tag,
                "K": pydyf.Array(kids),
                "Pg": parent["Pg"],
                "P": b"%d 0 R" % number,
            }
        )
        self.pdf.add_object(element)
        page = self.parents[self.pages[parent["Pg"]]]
        for kid in kids:
            if isinstance(kid, int):
                page[kid] = element.number
            elif self.is_element(kid):
                self.objects[object_number(kid)]["P"] = element.reference
        return int(element.number)

    def is_element(self, kid: Any) -> bool:
        """Return whether a kid of an element is an element, and not marked content or an annotation."""
        return isinstance(kid, bytes) and self.objects[object_number(kid)]["Type"] == "/StructElem"

    def list_elements(self, element: Any) -> Iterator[int]:
        """Yield the numbers of the elements in an element, as they are now: it may be changed meanwhile."""
        yield from [object_number(kid) for kid in element["K"] if self.is_element(kid)]

    def read_tag(self, kid: bytes) -> str:
        """Return the tag of an element by its reference: `/LBody`."""
        return str(self.objects[object_number(kid)].get("S", ""))

    def find_source(self, element: Any, mcid: int) -> Any:
        """Return the HTML element that marked content was drawn for."""
        box = self.boxes[self.pages[element["Pg"]]].get(mcid)
        return None if box is None else box.element

    def find_first_source(self, element: Any) -> Any:
        """Return the HTML element that the first content in an element was drawn for; None if it has none."""
        for kid in element["K"]:
            found = None
            if isinstance(kid, int):
                found = self.find_source(element, kid)
            elif self.is_element(kid):
                found = self.find_first_source(self.objects[object_number(kid)])
            if found is not None:
                return found
        return None

    def climb(self, source: Any) -> Iterator[Any]:
        """Yield an HTML element and those it is in."""
        while source is not None:
            yield source
            source = self.above.get(source)

    def find_language(self, source: Any) -> str:
        """Return the language of an HTML element: its own, else that of what it is in."""
        languages = (str(each.get("lang")) for each in self.climb(source) if each.get("lang"))
        return next(languages, self.language)
