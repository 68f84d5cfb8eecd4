"""Tabs are drawn at the outer edge, whichever side that is."""

from __future__ import annotations

import re

import pytest

from qexport.pdf.edge_tabs import draw_tab
from qexport.pdf.metadata import Tab

TAB = Tab(y=500, width=12, height=60, colour=(0.1, 0.2, 0.3), page_height=600)


def area(tab: Tab = TAB, *, verso: bool = False, is_inside: bool = False) -> list[float]:
    drawn = draw_tab(tab, 400, verso=verso, is_inside=is_inside)
    found = re.search(rb"([-\d. ]+) re f", drawn)
    assert found is not None
    return [float(each) for each in found[1].split()]


def test_a_recto_has_it_at_the_right_and_a_verso_at_the_left() -> None:
    assert area() == [288, 500, 12, 60]  # 400 px are 300 pt
    assert area(verso=True) == [0, 500, 12, 60]


def test_it_goes_on_beyond_the_edge_where_that_is_cut() -> None:
    cut = Tab(y=500, width=12, height=60, colour=(0, 0, 0), page_height=600, bleed=10)
    assert area(cut) == [288, 500, 22, 60]
    assert area(cut, verso=True) == [-10, 500, 22, 60]


def test_where_a_unit_is_a_pixel_and_y_grows_downwards_it_is_the_same_place() -> None:
    assert area(is_inside=True) == pytest.approx([384, 53.333, 16, 80])


def test_it_is_an_artifact_and_grey_is_written_as_grey() -> None:
    assert draw_tab(TAB, 400, verso=False, is_inside=False).startswith(b"/Artifact BMC\nq\n0.1 0.2 0.3 rg\n")
    black = Tab(y=0, width=1, height=1, colour=(0, 0, 0), page_height=1)
    assert b"\n0 g\n" in draw_tab(black, 400, verso=False, is_inside=False)
