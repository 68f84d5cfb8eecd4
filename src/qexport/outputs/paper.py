"""The papers: what each is, and how a book is set on it. Nothing about a paper is written anywhere else.

A new paper is one line of `PAPERS`; a theme may set any of its settings otherwise.
"""

from __future__ import annotations

from qexport.common.records import Record

INCH = 25.4
"""Millimetres."""
_A4_SIDEWAYS = (297.0, 210.0)
_A5_SIDEWAYS = (210.0, 148.0)
_LETTER_SIDEWAYS = (11 * INCH, 8.5 * INCH)


class Paper(Record, kw_only=True, frozen=True):
    """A size of the page; lengths are millimetres, sizes of type are points."""

    width: float
    height: float
    wide: bool = False
    """Whether labels have a column of their own beside the text, which else would have too many characters a line."""
    top: float
    """Margins."""
    bottom: float
    inner: float
    outer: float
    head_gap: float
    """From the running head to the text, and from the text to the page's number."""
    text: float
    line: float
    label: float
    head: float
    title: float
    cover: float
    sheet: tuple[float, float]
    """Width and height of what a booklet of such pages is printed on: what printers at home have."""

    def css(self) -> str:
        """Return the settings of a book on this paper."""
        return f""":root {{
  --page-size: {self.width:g}mm {self.height:g}mm;
  --page-height: {self.height:g}mm;
  --margin-top: {self.top:g}mm;
  --margin-bottom: {self.bottom:g}mm;
  --margin-inner: {self.inner:g}mm;
  --margin-outer: {self.outer:g}mm;
  --head-gap: {self.head_gap:g}mm;
  --text-size: {self.text:g}pt;
  --line: {self.line:g}pt;
  --label-size: {self.label:g}pt;
  --head-size: {self.head:g}pt;
  --title-size: {self.title:g}pt;
  --cover-size: {self.cover:g}pt;
}}
"""


PAPERS = {
    "a4": Paper(
        width=210, height=297, wide=True, top=19, bottom=16, inner=20, outer=27, head_gap=5,
        text=10, line=13.4, label=9.4, head=8, title=15, cover=52, sheet=_A4_SIDEWAYS,
    ),
    "letter": Paper(
        width=215.9, height=279.4, wide=True, top=18, bottom=16, inner=20, outer=32, head_gap=5,
        text=10, line=13, label=9.4, head=8, title=15, cover=52, sheet=_LETTER_SIDEWAYS,
    ),
    "a5": Paper(
        width=148, height=210, top=19, bottom=17, inner=18, outer=16, head_gap=5,
        text=9.4, line=12.8, label=8.4, head=7.6, title=13.5, cover=39, sheet=_A4_SIDEWAYS,
    ),
    "a6": Paper(
        width=105, height=148, top=14, bottom=12, inner=12, outer=10, head_gap=3,
        text=8.2, line=11, label=7.4, head=6.8, title=11, cover=28, sheet=_A5_SIDEWAYS,
    ),
    "6x9in": Paper(
        width=152.4, height=228.6, top=19, bottom=17, inner=18, outer=16, head_gap=5,
        text=9.6, line=13, label=8.4, head=7.6, title=13.5, cover=39, sheet=_LETTER_SIDEWAYS,
    ),
}  # fmt: skip
"""Every paper by its name."""
