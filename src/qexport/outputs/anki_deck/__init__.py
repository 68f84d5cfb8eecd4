"""The Anki deck: one note a question."""

from __future__ import annotations

import re

from qexport.outputs.declaration import NoValueError, Output, option
from qexport.outputs.options import CommonOptions

DECK_HEADING = "Deck"
CARD_TYPES = ("recall", "scenario", "mistakes")


def _read_card_types(text: str) -> tuple[str, ...]:
    """Return the types in their usual order; ValueError for an unknown one, or without recall."""
    named = [name.strip() for name in text.split(",")]
    if "recall" not in named or not set(named) <= set(CARD_TYPES):
        raise ValueError(text)
    return tuple(name for name in CARD_TYPES if name in named)


def _read_tag_prefix(text: str) -> str:
    if odd := re.search(r"[\s\"*]", text):
        shown = "a blank" if odd[0].isspace() else odd[0]
        raise NoValueError(
            f"there is {shown} in it, which a tag of Anki cannot have", "for example hub, or hub::python"
        )
    return text


class DeckOptions(CommonOptions, frozen=True, kw_only=True):
    """The options of a deck."""

    deck_root: str = option(
        "", "Name of the deck, with :: between levels. Default: the bank's title.", group=DECK_HEADING
    )
    deck_depth: int | None = option(
        None,
        "Levels of subdecks. 0: none. 1: one for each technology. 2: in those, one for each category. Default: 1; "
        "0 if --new-order is given.",
        choices=("0", "1", "2"),
        read=int,
        group=DECK_HEADING,
    )
    card_types: tuple[str, ...] = option(
        ("recall",),
        "Cards to make of a question, separated by commas: recall, scenario, mistakes.",
        read=_read_card_types,
        metavar="NAMES",
        group=DECK_HEADING,
    )
    tag_prefix: str = option(
        "",
        "Prefix of all tags, for example hub in hub::level::advanced.",
        read=_read_tag_prefix,
        group=DECK_HEADING,
    )
    new_order: str = option(
        "",
        "Order of new cards over the whole deck. Default: the bank's.",
        choices=("bank", "difficulty", "id"),
        group=DECK_HEADING,
    )
    include_retired: bool = option(
        False, "Keep retired questions in the deck, marked as such.", group=DECK_HEADING
    )

    @property
    def depth(self) -> int:
        """How deep the tree of decks is.

        Anki takes new cards deck by deck, in the order of the decks' names, and only an option of the learner's
        changes that. Another order than the bank's holds for everybody only if there is one deck.
        """
        if self.deck_depth is None:
            return 0 if self.new_order else 1
        return self.deck_depth


DECK_ENDING = ".apkg"

OUTPUT = Output(
    name="deck",
    summary="a deck for Anki (.apkg)",
    module="qexport.outputs.anki_deck.document",
    options=DeckOptions,
    label="anki_deck",
    guide="bundle/study-deck.html.j2",
    endings=lambda _: (DECK_ENDING,),
    also_called=("apkg", "anki"),
    needs_lock=True,
    lays_out_pages=False,
    by_default=True,
    in_bundles=True,
)
