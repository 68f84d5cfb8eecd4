"""Options that several outputs have, as records to derive from."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from qexport.outputs.declaration import NoValueError, OptionsRecord, option
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


LONGEST_ADDRESS = 300
"""Letters of an address of the web: the code of a longer one is too fine for many phones."""


def read_web_address(text: str) -> str:
    """Return an address of the web that is short enough to scan.

    Raises:
        NoValueError: The text is another one, with the reason.
    """
    example = "write all of it, for example https://example.org/questions/"
    if not re.match("https?://", text):
        raise NoValueError("it does not begin with https:// or http://", example)
    if odd := re.search("[^!-~]", text):
        shown = "a blank" if odd[0] == " " else repr(odd[0])
        hint = "copy the address from a browser, which writes other letters as % and digits, or as xn--"
        raise NoValueError(f"there is {shown} in it", hint)
    if not re.match("https?://[^/?#:]", text):
        raise NoValueError("it names no server", example)
    if len(text) > LONGEST_ADDRESS:
        reason = (
            f"it has {len(text)} letters, and at most {LONGEST_ADDRESS} fit in a code that phones can scan"
        )
        raise NoValueError(reason, "give a shorter address that leads there")
    return text


class CommonOptions(OptionsRecord, frozen=True, kw_only=True):
    """The options of every output."""

    theme: str = option("classic", "Name of a theme, or path of its folder.", metavar="NAME")
    dated: date | None = option(
        None,
        "Date on the cover, for example 2026-11-22. Default: the bank's last change.",
        read=read_date,
        metavar="DATE",
    )
    edition_label: str = option("", "Version on covers and in the deck's description, for example 1.2.")
    published_at: str = option(
        "",
        "Web address of this edition. Its QR code is on the last page of the handbook and in README.html of a bundle.",
        read=read_web_address,
        metavar="ADDRESS",
    )


class PaperOptions(CommonOptions, frozen=True, kw_only=True):
    """The options of every output on paper."""

    paper: str = option("a4", "Size of the page.", choices=tuple(PAPERS))
    large_print: bool = option(False, "Set everything in 16 pt or larger.")
    pdfa: bool = option(False, "Claim PDF/A-2a, for archives, beside PDF/UA-1.")


class BookOptions(PaperOptions, frozen=True, kw_only=True):
    """The options of every book."""

    media: str = option(
        "screen",
        "screen: live links. print: mirrored margins, parts on a right-hand page, addresses in full. "
        "prepress: print, with bleed and crop marks.",
        choices=("screen", "print", "prepress"),
    )
    imposition: str = option(
        "none", "booklet: two pages a side, in the order to fold them.", choices=("none", "booklet")
    )
