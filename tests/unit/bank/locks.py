"""Locks and contents for tests, from a few words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from qexport.bank.identity import question_digest
from qexport.bank.lock import Asked, Entry, Lock, LockedContent, LockedNoteType, Stamp
from qexport.bank.stamping import stamp

NOW = 1_760_000_000
TYPE = LockedNoteType(("Key", "ID", "Title"), ("recall",), "Title")


def asked(key: str, text: str, *former: str, digest: str = "", retired: bool = False) -> Asked:
    """Return a question that asks a text; its note differs with the text unless a digest says otherwise."""
    return Asked(
        id=key,
        former_ids=former,
        is_retired=retired,
        text=text,
        question=question_digest(text),
        version=version(text),
        digest=digest or f"{key}:{text}",
    )


def version(text: str) -> str:
    """Return what stands for the version of a question that asks a text."""
    return sha256(text.encode()).hexdigest()[:16]


def content(
    *questions: Asked, style: str = "style", title: str = "Bank", namespace: str = "ns"
) -> LockedContent:
    return LockedContent(
        title=title, namespace=namespace, questions=questions, style=Stamp(style, 0), note_type=TYPE
    )


def of_texts(texts: Mapping[str, str], formers: Mapping[str, Sequence[str]] | None = None) -> LockedContent:
    """Return a bank of ids and what they ask."""
    return content(*(asked(key, text, *(formers or {}).get(key, ())) for key, text in texts.items()))


def first(*questions: Asked) -> Lock:
    return stamp(content(*questions), None, NOW)[0]


def entry(birth: str, modified: int = NOW, **values: object) -> Entry:
    said = {"id": birth, "guid": f"guid-{birth}", "number": NOW * 1000 + sum(birth.encode()) * 4, **values}
    return Entry(birth=birth, modified=modified, **said)  # type: ignore[arg-type]


def lock_of(*entries: Entry, gone: Sequence[Entry] = (), style: int = NOW) -> Lock:
    return Lock(
        namespace="ns",
        deck_root="Bank",
        style=Stamp("style", style),
        note_type=TYPE,
        notes={each.id: each for each in entries},
        gone={each.birth: each for each in gone},
    )


def with_left(each: Entry, left: int) -> Entry:
    return replace(each, left=left)
