"""What to make: which bank, which questions of it, which outputs, under which name."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.selection import Filters

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_OUTPUTS = ("handbook", "deck")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One build, as words; nothing in it has been looked up yet."""

    bank: Path
    encoding: str | None = None
    """How the bank's files are encoded; None: a BOM decides, else UTF-8."""
    filters: Filters = field(default_factory=Filters)
    outputs: tuple[str, ...] = DEFAULT_OUTPUTS
    """Names of exporters."""
    title: str = ""
    """Of the documents; empty: the bank's own."""
    name: str = ""
    """Of the files, without ending; empty: made from the title."""
    out: Path = Path("out")
    options: Mapping[str, str | bool] = field(default_factory=dict)
    """How the outputs look, where it is not the default of `qexport.options`."""
