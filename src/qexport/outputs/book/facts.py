"""What covers and PDFs say of an edition: whose texts, of what, since when, and what their colours are made for."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING

from qexport.bank.selection import ALL_QUESTIONS
from qexport.common.errors import UsageError
from qexport.common.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qexport.bank.lock import Edition
    from qexport.bank.model import Bank, Question
    from qexport.content.languages import Language
    from qexport.outputs.options import BookOptions, PaperOptions

FINGERPRINT = "qx-fingerprint"
"""Name of the slot in which `EditionFacts.fingerprint` is drawn."""


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


class EditionFacts(Record, frozen=True):
    """What covers, colophons and PDFs say of an edition, in the language of its bank; empty if nothing is known."""

    scope: str
    """Which questions of the bank there are."""
    count: str
    """How many there are, of how many the bank claims."""
    source: str
    licence: str
    date: str
    """ISO 8601."""
    dated: str
    """Version and date as a cover says them."""
    fingerprint: str
    """A short digest of the bank's questions, which two books of the same bank share."""


def collect_facts(edition: Edition, options: BookOptions, words: Language) -> EditionFacts:
    """Return what a book prints about its edition. The date is that of `--dated`, or of the lock's last change."""
    bank = edition.bank
    date = f"{options.dated}T00:00:00Z" if options.dated else ""
    if not date and edition.lock is not None:
        latest = max(stamp.modified for stamp in edition.lock.notes.values())
        date = datetime.fromtimestamp(latest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    version = f"{words.label('edition')} {options.edition_label}" if options.edition_label else ""
    day = words.date(datetime.fromisoformat(date[:10])) if date else ""
    total = bank.claims.questions or len(bank.questions)
    return EditionFacts(
        scope=words.label("all_questions") if edition.scope == ALL_QUESTIONS else edition.scope,
        count=words.label("of_total", n=len(edition.questions), total=total),
        source=f"{words.label('source')}: {bank.source}" if bank.source else "",
        licence=f"{words.label('licence')}: {bank.licence}" if bank.licence else "",
        date=date,
        dated=", ".join(filter(None, (version, day))),
        fingerprint=sha256("".join(each.digest() for each in bank.questions).encode()).hexdigest()[:12],
    )
