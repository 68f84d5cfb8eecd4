"""A text in YAML → where its keys, values and items are, and how they are written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml


@dataclass(slots=True)
class Node:
    """One value of the file: where it begins and ends (line, column from 0), and what is in it."""

    start: tuple[int, int]
    end: tuple[int, int]
    style: str = ""
    """Of a text: empty (bare), `'`, `"`, `|` or `>`. Of a list or mapping: `[` in brackets, else empty."""
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    text: str = ""

    def values(self) -> dict[str, tuple[Node, Node]]:
        """Return key and value of each pair of a mapping."""
        return {key.text: (key, value) for key, value in self.pairs}


def read_nodes(text: str) -> Node:
    """Return the places of the first document of a YAML text."""
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.CSafeLoader)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            return _node(next(events), events)
    return Node((0, 0), (0, 0))


_ENDS: Any = (yaml.MappingEndEvent, yaml.SequenceEndEvent)  # Any: the stubs say that a mark may be missing


def _node(event: Any, events: Iterator[Any]) -> Node:
    start = (event.start_mark.line, event.start_mark.column)
    node = Node(start, (event.end_mark.line, event.end_mark.column))
    if isinstance(event, yaml.ScalarEvent):
        node.style, node.text = event.style or "", event.value
        return node
    node.style = "[" if event.flow_style else ""
    while not isinstance(inner := next(events), _ENDS):
        child = _node(inner, events)
        if isinstance(event, yaml.MappingStartEvent):
            node.pairs.append((child, _node(next(events), events)))
        else:
            node.items.append(child)
    if node.style:
        node.end = (inner.end_mark.line, inner.end_mark.column)
    elif last := (node.items[-1:] or [value for _, value in node.pairs[-1:]]):
        node.end = last[0].end
    return node


@dataclass(frozen=True, slots=True)
class Splice:
    """A stretch of the file that is replaced."""

    start: tuple[int, int]
    end: tuple[int, int]
    text: str
