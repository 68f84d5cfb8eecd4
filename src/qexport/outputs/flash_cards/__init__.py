"""Flash cards on paper: sheets of fronts and backs to cut out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from qexport.bank.model import PROSE_SECTIONS
from qexport.common.errors import UsageError
from qexport.common.wording import suggest
from qexport.outputs.declaration import Output, option
from qexport.outputs.flash_cards.sheet import CARD_SIZES, FLIPS, PERFORATED
from qexport.outputs.options import PaperOptions

FLASH_CARD_HEADING = "Flash cards"

SECTIONS = tuple(key for key in (*PROSE_SECTIONS, "follow_ups") if key != "answer")
"""The parts of a question that a back may have besides the answer, in the order they are read."""


def _read_sections(text: str) -> tuple[str, ...]:
    """Return keys of sections in the order they are asked for, which is the order they are tried in."""
    names = [name.strip() for name in text.split(",")]
    if names == ["all"]:
        return SECTIONS
    known = [key.replace("_", "-") for key in SECTIONS]
    for name in names:
        if name.replace("_", "-") not in known:
            raise UsageError(f"no section {name!r}", hint=suggest(name, ("all", *known)))
    return tuple(dict.fromkeys(name.replace("-", "_") for name in names))


def _read_offset(text: str) -> tuple[float, float]:
    """Return millimetres for fronts and for backs; one number is for backs alone."""
    if not re.fullmatch(r"-?\d{1,2}(\.\d+)?(,-?\d{1,2}(\.\d+)?)?", text, re.ASCII):
        raise ValueError(text)
    first, *others = map(float, text.split(","))
    return (first, others[0]) if others else (0.0, first)


class FlashCardOptions(PaperOptions, frozen=True, kw_only=True):
    """The options of flash cards."""

    card_size: str = option(
        "2x4",
        "Size of the cards, or the perforated sheets to print on.",
        choices=CARD_SIZES,
        group=FLASH_CARD_HEADING,
    )
    duplex: str = option(
        "long",
        "How backs are printed behind fronts. long, short: the printer flips sheets on that edge. manual: all "
        "fronts, then all backs. fold: side by side, for printers that print one side.",
        choices=FLIPS,
        group=FLASH_CARD_HEADING,
    )
    card_sections: tuple[str, ...] = option(
        (),
        "Other sections to print after the answer if they fit: all, or a list such as common-mistakes,follow-ups.",
        read=_read_sections,
        metavar="NAMES",
        group=FLASH_CARD_HEADING,
    )
    offset_x: tuple[float, float] = option(
        (0.0, 0.0),
        "Move backs to the right; two numbers such as 0.5,-0.3 move fronts and backs.",
        read=_read_offset,
        metavar="MM",
        group=FLASH_CARD_HEADING,
    )
    offset_y: tuple[float, float] = option(
        (0.0, 0.0),
        "Move backs down; two numbers move fronts and backs.",
        read=_read_offset,
        metavar="MM",
        group=FLASH_CARD_HEADING,
    )
    calibration: bool = option(
        False, "Also make a sheet that shows which offsets your printer needs.", group=FLASH_CARD_HEADING
    )

    @property
    def idle(self) -> Mapping[str, str]:
        """The options that have no effect because of others."""
        return {"paper": f"--card-size {self.card_size}"} if self.card_size in PERFORATED else {}


CARDS_ENDING = "-cards.pdf"
CALIBRATION_ENDING = "-calibration.pdf"


def _list_card_endings(options: FlashCardOptions) -> tuple[str, ...]:
    return (CARDS_ENDING, CALIBRATION_ENDING) if options.calibration else (CARDS_ENDING,)


OUTPUT = Output(
    name="flash-cards",
    summary="cards to print and cut out (PDF)",
    module="qexport.outputs.flash_cards.document",
    options=FlashCardOptions,
    label="flash_cards",
    guide="bundle/print-cards.html.j2",
    endings=_list_card_endings,
    also_called=("cards", "flashcards", "flash_cards", "card"),
    in_bundles=True,
)
