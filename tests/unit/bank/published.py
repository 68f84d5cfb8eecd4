"""Editions of a bank in few words, for the tests of locks."""

from __future__ import annotations

from tests.unit.bank.locks import NOW, of_texts, version

from qexport.bank.lock import Lock, guid_of
from qexport.bank.stamping import stamp

LISTS = "What is a list in Python?"
DICTS = "How does a dictionary find its keys?"
TUPLES = "Why are tuples hashable and lists not?"
SETS = "When would you reach for a frozenset?"
YIELD = "What does a generator yield to its caller?"
FIVE = {"Q1": LISTS, "Q2": DICTS, "Q3": TUPLES, "Q4": SETS, "Q5": YIELD}
TEXTS = {version(text): text for text in FIVE.values()}


def published(texts: dict[str, str] | None = None) -> Lock:
    return stamp(of_texts(FIVE if texts is None else texts), None, NOW)[0]


def guids(lock: Lock) -> dict[str, str]:
    """Return the id each GUID was born as, by the id it has now."""
    born = {guid_of("ns", key): key for key in ("Q1", "Q2", "Q3", "Q4", "Q5", "A", "B", "C")}
    return {key: born.get(each.guid, "new") for key, each in lock.notes.items()}


NEW = "What is the difference between bytes and bytearray objects?"
