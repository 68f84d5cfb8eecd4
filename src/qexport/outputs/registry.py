"""The outputs by name: each is a module with `render()`, opened when it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from qexport.common.errors import UsageError
from qexport.common.wording import suggest
from qexport.content.templates import Templates
from qexport.layout.scheduler import Scheduler

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qexport.bank.lock import Edition
    from qexport.common.errors import Problem
    from qexport.common.limits import Limits
    from qexport.outputs.options import Options

EXPORTERS = {
    "handbook": "qexport.outputs.handbook",
    "deck": "qexport.outputs.anki_deck",
    "cheatsheet": "qexport.outputs.cheat_sheet",
    "cards": "qexport.outputs.flash_cards",
}


@dataclass(frozen=True, slots=True)
class Document:
    """A finished output: its bytes, the ending of its file's name, and its size in a reader's words."""

    suffix: str
    data: bytes
    summary: str
    warnings: tuple[Problem, ...] = ()
    beside: tuple[Document, ...] = ()
    """What belongs to it and is a file of its own: a quiz's answers, a sheet for calibration."""
    folios: Mapping[str, int] = field(default_factory=dict)
    """The page each question's answer is on, by the question's id; other documents may say it."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What exporters work with."""

    templates: Templates
    styles: tuple[tuple[str, str], ...] = ()
    """The theme's own style sheets, as (name, text)."""
    look: str = ""
    """A digest of all templates and style sheets."""
    scheduler: Scheduler = field(default_factory=Scheduler)
    folios: Mapping[str, int] = field(default_factory=dict)
    """Where the handbook made in the same build has each question's answer."""

    @property
    def limits(self) -> Limits:
        """How much texts and templates may ask for."""
        return self.templates.limits


class Exporter(Protocol):
    """What a module of `EXPORTERS` offers."""

    def render(self, edition: Edition, options: Options, tools: Tools, /) -> Document:
        """Make the document; the same arguments give the same bytes."""


def exporter_for(name: str) -> Exporter:
    """Return the exporter of that name."""
    if name not in EXPORTERS:
        raise UsageError(f"no output {name!r}", hint=suggest(name, tuple(EXPORTERS)))
    return cast("Exporter", import_module(EXPORTERS[name]))
