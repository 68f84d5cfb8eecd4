"""Elements of a plain document, as style sheets look at them.

What a style sheet asks of every element is found out at once. cssselect2 finds each of five things when it is asked
for, and Python 3.11 takes a lock for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from cssselect2 import ElementWrapper
from cssselect2.compiler import split_whitespace

_NO_CLASSES: frozenset[str] = frozenset()


class PlainElement(ElementWrapper):  # type: ignore[misc]  # cssselect2 has no types
    """An element of a tree that `html_tree.parse_plain` made: one without comments."""

    def __init__(self, etree_element: ET.Element, *position: Any, **named: Any) -> None:
        super().__init__(etree_element, *position, **named)
        tag, classes = etree_element.tag, etree_element.get("class")
        namespace, _, self.local_name = tag.rpartition("}")
        self.namespace_url = namespace[1:]
        self.id = etree_element.get("id")
        self.classes = set(split_whitespace(classes)) if classes else _NO_CLASSES
        self.etree_children = list(etree_element)

    def query_all(self, *selectors: Any) -> Iterator[ElementWrapper]:
        """Yield the elements of HTML that the engine looks for by their names, twice a document: `title`, `style`.

        It would compile the names, and try each on every element.
        """
        if not all(isinstance(each, str) and each.isalpha() for each in selectors):
            yield from super().query_all(*selectors)
            return
        elements = self.iter_subtree()
        for found in [each for each in self.etree_element.iter() if each.tag in selectors]:
            yield next(each for each in elements if each.etree_element is found)
