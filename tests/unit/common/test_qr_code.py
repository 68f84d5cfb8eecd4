"""QR codes, read back by a decoder that is not the one that drew them."""

from __future__ import annotations

import re

import zxingcpp
from PIL import Image

from qexport.common.qr_code import draw_as_svg, draw_for_terminal

ADDRESS = "http://192.168.1.20:43121/3q2-7wAAAAAAAAAAAAAAAA/"


def decode(dark: set[tuple[int, int]], width: int) -> list[str]:
    """Return what a reader sees in a picture of these dark modules."""
    picture = Image.new("L", (width, width), 255)
    for place in dark:
        picture.putpixel(place, 0)
    large = picture.resize((8 * width, 8 * width), Image.Resampling.NEAREST)
    return [found.text for found in zxingcpp.read_barcodes(large)]


def test_a_terminal_s_code_is_read_as_the_address() -> None:
    lines = draw_for_terminal(ADDRESS).splitlines()
    width = len(lines[0])
    assert {len(line) for line in lines} == {width}
    is_light = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}
    rows = [[is_light[each][half] for each in line] for line in lines for half in (0, 1)]
    dark = {(x, y) for y, row in enumerate(rows[:width]) for x, light in enumerate(row) if not light}
    assert decode(dark, width) == [ADDRESS]


def test_an_svg_is_read_as_the_address_and_is_the_same_each_time() -> None:
    svg = draw_as_svg(ADDRESS)
    assert svg == draw_as_svg(ADDRESS)
    size = re.match(r'<svg xmlns="http://www\.w3\.org/2000/svg" width="(\d+)" height="\1"', svg)
    assert size
    path = re.search(r'stroke="#000"[^>]* d="([^"]+)"', svg)
    assert path
    assert decode(_dark_modules(path[1]), int(size[1]) // 4) == [ADDRESS]


def _dark_modules(path: str) -> set[tuple[int, int]]:
    """Walk along a path of horizontal strokes."""
    found: set[tuple[int, int]] = set()
    x = y = 0.0
    for kind, numbers in re.findall(r"([Mmh])([^Mmh]*)", path):
        values = [float(each) for each in re.findall(r"-?[\d.]+", numbers)]
        if kind == "h":
            found |= {(int(x) + step, int(y)) for step in range(int(values[0]))}
            x += values[0]
        elif kind == "M":
            x, y = values
        else:
            x, y = x + values[0], y + values[1]
    return found
