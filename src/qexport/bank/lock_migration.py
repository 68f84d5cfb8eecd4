"""Locks of the first form → today's: what they did not know is taken from the bank."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from qexport.bank.identity import birth_name
from qexport.bank.lock import Asked, Entry, Lock, LockedNoteType, Release, Stamp, guid_of
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.files import namespace_slug

if TYPE_CHECKING:
    from qexport.bank.model import Bank

FIRST_FORMAT = 1

_RENAMED_OPTIONS = {"cards": "card-types"}


@dataclass(frozen=True, slots=True)
class Migrated:
    """A lock in the current format."""

    lock: Lock


def migrate_lock(text: str, path: str, bank: Bank, questions: Sequence[Asked]) -> Migrated | None:
    """Return a lock of format 1 in the current format; None if it has that already.

    Notes keep their GUIDs, which came from the namespace and the first id, and their times. The number of a note
    is the time it last moved: when it was first published, that form did not know.

    Raises:
        InputRefused: it is of no known form.
    """
    try:
        content = json.loads(text)
        if content.get("format") != FIRST_FORMAT:
            return None
        lock = _migrate_content(content, bank, {question.id: question for question in questions})
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        problem = Problem(Location(path), "not a lock file", "restore it from version control")
        raise InputRefused((problem,)) from error
    return Migrated(lock)


def _migrate_content(content: dict[str, Any], bank: Bank, questions: dict[str, Asked]) -> Lock:
    namespace = bank.namespace or namespace_slug(bank.title, otherwise=bank.title)
    notes: dict[str, Entry] = {}
    gone: dict[str, Entry] = {}
    births: set[str] = set()
    numbers: set[int] = set()
    left = {str(key): int(time) for key, time in content["left"].items()}
    stamps = {
        str(key): (str(said["digest"]), int(said["modified"])) for key, said in content["notes"].items()
    }
    for key in sorted({**stamps, **left}):
        digest, modified = stamps.get(key, ("", left.get(key, 0)))
        question = questions.get(key) or Asked(id=key)
        birth = birth_name(question, births)
        births.add(birth.casefold())
        number = modified * 1000
        while number in numbers:
            number += 4
        numbers.add(number)
        entry = Entry(
            id=key,
            birth=birth,
            guid=guid_of(namespace, unicodedata.normalize("NFC", birth)),
            number=number,
            names=tuple(sorted({*question.former_ids, birth} - {key})),
            question=question.question,
            version=question.version,
            digest=digest,
            left=left.get(key, 0),
            modified=modified,
        )
        if key in questions:
            notes[key] = entry
        else:
            gone[birth] = entry if entry.left else _left_now(entry)
    said = content["note_type"]
    release = content.get("release")
    return Lock(
        namespace=namespace,
        deck_root=re.sub(r"::+", ":", bank.title),
        style=Stamp(str(content["style"]["digest"]), int(content["style"]["modified"])),
        note_type=LockedNoteType(
            tuple(said["fields"]), tuple(said["cards"]), said["sort_field"], int(said["major"])
        ),
        notes=notes,
        gone=gone,
        options={_RENAMED_OPTIONS.get(name, name): str(value) for name, value in content["options"].items()},
        release=Release(
            int(release["number"]),
            int(release["time"]),
            {str(kind): tuple(map(str, ids)) for kind, ids in release["changes"].items()},
        )
        if release
        else None,
    )


def _left_now(entry: Entry) -> Entry:
    return replace(entry, left=entry.modified)
