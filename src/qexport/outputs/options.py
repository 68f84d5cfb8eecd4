"""Options that several outputs have, as records to derive from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from qexport.outputs.declaration import option
from qexport.outputs.paper import PAPERS

if TYPE_CHECKING:
    from collections.abc import Callable


def read_date(text: str) -> date:
    """Return a day such as 2026-11-22; ValueError for another form, or a day that does not exist."""
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day


def read_number(lowest: int, highest: int) -> Callable[[str], int]:
    """Return what reads a whole number between two bounds."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not lowest <= int(text) <= highest:
            raise ValueError(text)
        return int(text)

    return read


def read_web_address(text: str) -> str:
    """Return an address of the web that is short enough to scan; ValueError for another text."""
    if not re.fullmatch(r"https?://[!-~]{1,300}", text):
        raise ValueError(text)
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonOptions:
    """What every output can be told."""

    theme: str = option("classic", "Name of a theme, or path of its folder.", metavar="NAME")
    dated: date | None = option(
        None,
        "Date on the cover, for example 2026-11-22. Default: the bank's last change.",
        read=read_date,
        metavar="DATE",
    )
    edition_label: str = option("", "Version on the cover, for example 1.2.")
    published_at: str = option(
        "",
        "Web address of this edition. Its QR code is on the last page of the handbook and in README.html of a bundle.",
        read=read_web_address,
        metavar="ADDRESS",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperOptions(CommonOptions):
    """What every output on paper can be told."""

    paper: str = option("a4", "Size of the page.", choices=tuple(PAPERS))
    large_print: bool = option(False, "Set everything in 16 pt or larger.")
    pdfa: bool = option(False, "Claim PDF/A-2a, for archives, beside PDF/UA-1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BookOptions(PaperOptions):
    """What every book can be told."""

    media: str = option(
        "screen",
        "screen: live links. print: mirrored margins, parts on a right-hand page, addresses in full. "
        "prepress: print, with bleed and crop marks.",
        choices=("screen", "print", "prepress"),
    )
    imposition: str = option(
        "none", "booklet: two pages a side, in the order to fold them.", choices=("none", "booklet")
    )
