"""What the PDFs of an edition say of themselves: whose texts, of what, and what their colours are made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qexport.common.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qexport.bank.model import Bank, Question
    from qexport.outputs.options import PaperOptions


def name_author(bank: Bank) -> str:
    """Return whose texts a bank has: its author, else where it comes from."""
    return bank.author or bank.source.partition("\n")[0]


def list_keywords(questions: Iterable[Question]) -> tuple[str, ...]:
    """Return the technologies of questions, each once."""
    return tuple(dict.fromkeys(each.technology for each in questions if each.technology))


def choose_intent(options: PaperOptions) -> str:
    """Return what the colours are made for (`Book.intent`).

    Raises:
        UsageError: PDF/A and a press are asked for at once.
    """
    for_press = getattr(options, "media", "screen") == "prepress"
    if options.pdfa and for_press:
        message = "--pdfa has the colours of a screen, --media prepress those of a press"
        raise UsageError(message, hint="build each: --pdfa without --media prepress is for archives")
    return "press" if for_press else "archive" if options.pdfa else ""
