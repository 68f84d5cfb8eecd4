"""SVG pictures → SVG that only draws: elements, attributes and values by an allow-list, rewritten.

What is not on the list is left out and named: scripts, styles by selectors, links, animations, other pictures and
whatever would be fetched. References lead to parts of the same picture. Doctypes are refused, so that nothing is
expanded; the number of elements and of what `<use>` repeats is limited.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ELEMENTS = 20_000
"""Elements of a picture, what `<use>` repeats counted each time: a second of drawing."""

DEEPEST_ELEMENT = 60
"""Elements within each other."""

_SVG_SPACE = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"

ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "defs",
        "symbol",
        "use",
        "title",
        "desc",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "text",
        "tspan",
        "textPath",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "pattern",
        "marker",
        "a",
        "switch",
    ]
)
"""What may be in a picture. `a` and `switch` are drawn as groups."""

ATTRIBUTES = frozenset(
    [
        "id",
        "class",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "fr",
        "width",
        "height",
        "viewBox",
        "preserveAspectRatio",
        "d",
        "points",
        "dx",
        "dy",
        "rotate",
        "textLength",
        "lengthAdjust",
        "startOffset",
        "transform",
        "gradientTransform",
        "patternTransform",
        "gradientUnits",
        "patternUnits",
        "patternContentUnits",
        "clipPathUnits",
        "maskUnits",
        "maskContentUnits",
        "markerUnits",
        "markerWidth",
        "markerHeight",
        "refX",
        "refY",
        "orient",
        "spreadMethod",
        "offset",
        "pathLength",
        "version",
        "href",
    ]
)

PROPERTIES = frozenset(
    [
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
        "opacity",
        "color",
        "display",
        "visibility",
        "clip-path",
        "clip-rule",
        "mask",
        "marker",
        "marker-start",
        "marker-mid",
        "marker-end",
        "stop-color",
        "stop-opacity",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "font-variant",
        "letter-spacing",
        "word-spacing",
        "text-anchor",
        "text-decoration",
        "dominant-baseline",
        "alignment-baseline",
        "baseline-shift",
        "paint-order",
        "vector-effect",
        "overflow",
        "writing-mode",
        "direction",
        "shape-rendering",
        "text-rendering",
    ]
)
"""Attributes that are properties of style as well."""

_SAFE_VALUE = re.compile(r"[^\\<>@;{}]*")
_URL_REFERENCE = re.compile(r"url\(\s*['\"]?(#[\w.:-]+)['\"]?\s*\)")
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)(px|pt|pc|mm|cm|in|em|ex|)\s*")
_PIXELS = {
    "": 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "em": 16.0,
    "ex": 8.0,
}


@dataclass(frozen=True, slots=True)
class CleanSvg:
    """A picture that only draws."""

    data: bytes
    width: int
    """Pixels of a screen, at least 1."""
    height: int
    left_out: tuple[str, ...]
    """What of the picture is not there any more, each kind once."""


def clean_svg(data: bytes) -> CleanSvg:
    """Return a picture with nothing in it but what is allowed.

    Raises:
        ValueError: It is no SVG, damaged, has a doctype, or is too large or too deep; the message says which.
    """
    root = _parse_svg(data)
    if root.tag not in (f"{_SVG_SPACE}svg", "svg"):
        raise ValueError("has no <svg> at its top")
    left_out: dict[str, None] = {}
    drawn = _clean(root, left_out)
    if drawn is None:
        raise ValueError("has nothing to draw")
    _count_uses(drawn)
    width, height = _size(drawn)
    drawn.set("width", f"{width:g}")
    drawn.set("height", f"{height:g}")
    if "viewBox" not in drawn.attrib:
        drawn.set("viewBox", f"0 0 {width:g} {height:g}")
    ET.register_namespace("", "http://www.w3.org/2000/svg")
    ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")
    written = ET.tostring(drawn, encoding="unicode")
    return CleanSvg(written.encode(), max(round(width), 1), max(round(height), 1), tuple(left_out))


def _parse_svg(data: bytes) -> ET.Element:
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    depth = count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > DEEPEST_ELEMENT:
            raise ValueError(f"has more than {DEEPEST_ELEMENT} elements within each other")
        if count > MOST_ELEMENTS:
            raise ValueError(f"has more than {MOST_ELEMENTS:,} elements")
        builder.start(_qualify_name(name), {_qualify_name(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_qualify_name(name))

    def doctype(_name: str, _system: str | None, _public: str | None, has_subset: int) -> None:
        if has_subset:
            raise ValueError("has a doctype with declarations")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError(f"is not well-formed: {error}") from error
    return builder.close()


def _qualify_name(name: str) -> str:
    return f"{{{name}" if "}" in name else name


def _clean(element: ET.Element, left_out: dict[str, None]) -> ET.Element | None:
    name = element.tag.removeprefix(_SVG_SPACE)
    if name not in ELEMENTS:
        is_ours = (
            element.tag.startswith(_SVG_SPACE) or "}" not in element.tag
        )  # other namespaces are notes of editors
        if is_ours and name != "metadata":
            left_out[f"<{name}>"] = None
        return None
    kept = ET.Element(_SVG_SPACE + {"a": "g", "switch": "g"}.get(name, name))
    for key, value in _attributes(element, name, left_out):
        kept.set(key, value)
    kept.text, kept.tail = element.text, element.tail
    for child in element:
        cleaned = _clean(child, left_out)
        if cleaned is not None:
            kept.append(cleaned)
        elif child.tail and name in ("text", "tspan", "textPath"):
            _append_text(kept, child.tail)
    return kept


def _append_text(element: ET.Element, text: str) -> None:
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


def _attributes(element: ET.Element, name: str, left_out: dict[str, None]) -> Iterator[tuple[str, str]]:
    for key, value in element.attrib.items():
        plain = key.removeprefix(_XLINK)
        if plain == "href":
            if name == "a":
                left_out["the link"] = None
            elif value.strip().startswith("#"):
                yield f"{_XLINK}href", value.strip()
            else:
                left_out["what it would fetch"] = None
        elif plain == "style":
            yield from _filter_style(value, left_out)
        elif plain.startswith("on"):
            left_out["its script"] = None
        elif plain in PROPERTIES:
            if (safe := _safe(value)) is not None:
                yield plain, safe
            else:
                left_out["what it would fetch"] = None
        elif plain in ATTRIBUTES and _SAFE_VALUE.fullmatch(value):
            yield plain, value


def _filter_style(style: str, left_out: dict[str, None]) -> Iterator[tuple[str, str]]:
    for declaration in style.split(";"):
        name, _, value = declaration.partition(":")
        if name.strip() in PROPERTIES:
            if (safe := _safe(value.replace("!important", ""))) is not None:
                yield name.strip(), safe
            else:
                left_out["what it would fetch"] = None


def _safe(value: str) -> str | None:
    """Return the value of a property; None if it would fetch anything."""
    value = value.strip()
    if not _SAFE_VALUE.fullmatch(value):
        return None
    inside = _URL_REFERENCE.sub("", value).lower()
    if re.search(r"url\s*\(|image|src\s*\(|expression|var\s*\(|attr\s*\(", inside):
        return None
    return value


def _count_uses(root: ET.Element) -> None:
    """Refuse a picture that is much larger drawn than written, or that repeats itself without an end."""
    named = {element.get("id"): element for element in root.iter() if element.get("id")}
    sizes: dict[str, int] = {}

    def size(element: ET.Element, above: frozenset[str]) -> int:
        total = 1
        for child in element:
            total += size(child, above)
        if element.tag == f"{_SVG_SPACE}use":
            key = element.get(f"{_XLINK}href", "")[1:]
            if key in above:
                raise ValueError("repeats itself without an end")
            if key in named:
                if key not in sizes:
                    sizes[key] = size(named[key], above | {key})
                total += sizes[key]
        if total > MOST_ELEMENTS or len(above) > DEEPEST_ELEMENT:
            raise ValueError(f"has more than {MOST_ELEMENTS:,} elements when it is drawn")
        return total

    size(root, frozenset())


def _size(root: ET.Element) -> tuple[float, float]:
    """Return the size of a picture in pixels: as it says, else that of its view, else 300 by 150 (CSS)."""
    box = [float(each) for each in re.findall(r"-?\d*\.?\d+(?:e-?\d+)?", root.get("viewBox", ""))]
    sides = box[2:] if len(box) == 4 and min(box[2:]) > 0 else []
    width, height = (_length(root.get(side, "")) for side in ("width", "height"))
    if width and height:
        return width, height
    if not sides:
        return width or 300.0, height or 150.0
    if width:
        return width, width * sides[1] / sides[0]
    if height:
        return height * sides[0] / sides[1], height
    return sides[0], sides[1]


def _length(text: str) -> float:
    found = _LENGTH.fullmatch(text)
    return float(found[1]) * _PIXELS[found[2]] if found else 0.0
