"""An unpacked bundle → the bank, lock and recipes it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qexport.bank import reader
from qexport.bank.lock_file import OLDER, REPAIR, read_lock
from qexport.bank.validation import validate
from qexport.common.errors import (
    InputRefused,
    Location,
    Problem,
)
from qexport.common.limits import Limits
from qexport.common.text_input import decode_text, quote
from qexport.team import bundle
from qexport.team.bundle import Contents, Manifest

if TYPE_CHECKING:
    from qexport.bank.lock import Lock
    from qexport.bank.model import Bank

_BUNDLED_HINTS = {
    REPAIR: "ask for the bundle again: its lock was changed or damaged",
    OLDER: "ask for the bundle again, made with the qexport of today",
}
"""What to do about the lock of a bundle, which is nobody's to mend, by what to do about one's own."""


def contents_in(files: Mapping[str, bytes], manifest: Manifest, path: str, limits: Limits) -> Contents:
    """Return what an unpacked bundle was made from, checked like any other input.

    Args:
        files: The files of the bundle by their paths in it.
        manifest: Its manifest, as `bundle.read_manifest` returns it.
        path: Path of the bundle, for messages.
        limits: How large each part may be.

    Raises:
        InputRefused: A part is missing, is wrong, or contradicts the others.
    """
    missing = [name for name in (bundle.BUNDLED_BANK, bundle.LOCK, bundle.NOTES) if name not in files]
    if missing:
        raise InputRefused(tuple(Problem(Location(path), f"no {name} in it") for name in missing))
    bank = _bank_in(files, path, limits)
    lock = _lock_in(files, path, limits)
    known = {question.id for question in bank.questions}
    used = {key for recipe in manifest.recipes for key in recipe.used}
    unknown = sorted(used - known) + sorted(known - set(lock.notes))
    if unknown:
        message = f"its manifest, its data and its lock do not agree: {quote(unknown[0])}"
        raise InputRefused((Problem(Location(path), message),))
    own = {
        name.removeprefix(bundle.DATA): data for name, data in files.items() if name.startswith(bundle.DATA)
    }
    apart = {name.removeprefix(bundle.DATA) for name in (bundle.BUNDLED_BANK, bundle.TABLE, bundle.LOCK)}
    return Contents(
        bank=bank,
        lock=lock,
        recipes=manifest.recipes,
        fingerprint=manifest.fingerprint,
        notes=_text_in(files, bundle.NOTES, path, limits),
        pictures={name: data for name, data in own.items() if name not in apart},
    )


def _bank_in(files: Mapping[str, bytes], path: str, limits: Limits) -> Bank:
    if bundle.BUNDLED_BANK not in files:
        raise InputRefused((Problem(Location(path), f"no {bundle.BUNDLED_BANK} in it"),))
    name = f"{path}/{bundle.BUNDLED_BANK}"
    bank, _ = validate(
        reader.parse_bank(_text_in(files, bundle.BUNDLED_BANK, path, limits), name, limits), limits
    )
    return bank


def _lock_in(files: Mapping[str, bytes], path: str, limits: Limits) -> Lock:
    try:
        return read_lock(_text_in(files, bundle.LOCK, path, limits), f"{path}/{bundle.LOCK}")
    except InputRefused as refused:
        raise InputRefused(
            tuple(replace(each, hint=_BUNDLED_HINTS.get(each.hint, each.hint)) for each in refused.problems)
        ) from refused


def _text_in(files: Mapping[str, bytes], name: str, path: str, limits: Limits) -> str:
    if len(files[name]) > limits.file:
        raise limits.make_error("file", f"{path}/{name}: the file is larger than {limits.show('file')}")
    return decode_text(files[name], Path(f"{path}/{name}"))
