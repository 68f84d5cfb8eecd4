"""A folder for a web server: the page, the book, the e-book, the deck, a feed of editions and QR codes.

recipe → documents + feed + codes → one folder, written completely or not at all
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from qexport.bank.lock_file import read_lock
from qexport.bank.lock_place import lock_path
from qexport.common import files
from qexport.common.errors import InputRefused, QexportError, UsageError
from qexport.common.qr_code import draw_as_svg
from qexport.content.languages import CHANGE_LABELS, Language
from qexport.content.languages import language as language_of
from qexport.locking import NO_LOCKING, Locking, until_settled, write_with_lock
from qexport.outputs.declaration import NoValueError
from qexport.outputs.options import read_web_address
from qexport.pipeline import SCHEDULER, Tell, plan, prepare, render_outputs, silent
from qexport.team import git

if TYPE_CHECKING:
    from qexport.bank.lock import Lock, Release
    from qexport.common.errors import Problem
    from qexport.common.limits import Limits
    from qexport.layout.scheduler import Scheduler
    from qexport.recipe import Recipe

PUBLISHED_OUTPUTS = ("handbook", "web", "epub", "deck")
PAGE = "index.html"
FEED = "feed.atom"
MOST_EDITIONS = 20
"""Editions in a feed: readers of feeds want what is new."""


@dataclass(frozen=True, slots=True)
class Published:
    """What was written, and what is odd about it."""

    sizes: Mapping[Path, int]
    warnings: tuple[Problem, ...]


def publish(
    recipe: Recipe,
    folder: Path,
    address: str,
    *,
    now: int,
    locking: Locking = NO_LOCKING,
    tell: Tell = silent,
    scheduler: Scheduler = SCHEDULER,
) -> Published:
    """Write a recipe's documents into a folder that a web server offers at an address.

    Args:
        recipe: its own outputs and folder do not count.
        folder: of the files; others in it stay.
        address: what people open, such as https://example.org/questions/
        now: Unix seconds, for notes that changed.
        locking: what may become of the lock.
        tell: is told what is done.
        scheduler: lays out the pages.

    Raises:
        UsageError: the address is not one of the web.
        QexportError: the first document that cannot be made; then nothing is written.
    """
    base = _check_address(address)

    def write() -> Published:
        return _publish(recipe, folder, base, now=now, locking=locking, tell=tell, scheduler=scheduler)

    return until_settled(write)


def _publish(
    recipe: Recipe, folder: Path, base: str, *, now: int, locking: Locking, tell: Tell, scheduler: Scheduler
) -> Published:
    with scheduler.at_work() as at_work:
        (made,) = plan({"": replace(recipe, outputs=PUBLISHED_OUTPUTS, out=folder)}, scheduler=at_work)
        prepared = prepare(made, now=now, locking=locking, known={})
        names = {**prepared.tools.file_names, "web": PAGE, "feed": FEED}
        contents: dict[Path, bytes] = {}
        warnings = list(prepared.warnings)
        tools = replace(prepared.tools, file_names=names)
        for name, document, _ in render_outputs(
            prepared.edition, made.outputs, made.options, tools, tell=tell
        ):
            if isinstance(document, QexportError):
                raise document
            path = folder / (PAGE if name == "web" else f"{made.stem}{document.suffix}")
            contents[path] = document.data
            warnings += document.warnings
    place = recipe.lock or lock_path(recipe.bank)
    releases = _releases(prepared.edition.lock, place, recipe.limits)
    contents[folder / FEED] = feed_of(
        made.title, base, releases, names["deck"], prepared.edition.bank.language
    ).encode()
    contents[folder / "qr-page.svg"] = draw_as_svg(base).encode()
    contents[folder / "qr-deck.svg"] = draw_as_svg(base + quote(names["deck"])).encode()
    contents[folder / ".nojekyll"] = b""  # GitHub Pages would run a program over the files
    with write_with_lock(prepared.stamped) as lock_files:
        files.write_all({**lock_files, **contents})
    return Published({path: len(data) for path, data in sorted(contents.items())}, tuple(warnings))


def _check_address(address: str) -> str:
    try:
        read_web_address(address)
    except NoValueError as error:
        raise UsageError(f"--address cannot be {address!r}: {error}", hint=error.hint) from error
    if odd := re.search("[?#]", address):
        hint = "write the address of the folder, for example https://example.org/questions/"
        reason = f"there is {odd[0]} in it, and files are found below this address"
        raise UsageError(f"--address cannot be {address!r}: {reason}", hint=hint)
    return address if address.endswith("/") else address + "/"


def _releases(lock: Lock | None, place: Path, limits: Limits) -> list[Release]:
    """Return the editions, the newest first: the lock's own, and those that tags of git still have."""
    if lock is None or lock.release is None:
        return []
    releases = [lock.release]
    for number in range(lock.release.number - 1, max(0, lock.release.number - MOST_EDITIONS), -1):
        try:
            text = git.text_at(f"edition-{number}", f"./{place.name}", folder=place.parent, limits=limits)
            before = read_lock(text, str(place)).release
        except (InputRefused, QexportError):
            continue  # no repository, no such tag, or no lock in it
        if before is not None and before.number == number:
            releases.append(before)
    return releases


def feed_of(title: str, base: str, releases: Iterable[Release], deck: str, tag: str = "en") -> str:
    """Return the editions as an Atom feed (RFC 4287), the newest first."""
    words = language_of(tag)
    found = list(releases)
    updated = _moment(found[0].time) if found else "2000-01-01T00:00:00Z"
    entries = [
        "<entry>\n"
        f"<id>{escape(base)}#edition-{each.number}</id>\n"
        f"<title>{escape(words.label('edition'))} {each.number}</title>\n"
        f"<updated>{_moment(each.time)}</updated>\n"
        f'<link href="{escape(base)}"/>\n'
        f'<link rel="enclosure" type="application/vnd.anki" href="{escape(base + quote(deck))}"/>\n'
        f'<content type="text">{escape(_describe_release(each, words))}</content>\n'
        "</entry>\n"
        for each in found
    ]
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<id>{escape(base)}{FEED}</id>\n<title>{escape(title)}</title>\n<updated>{updated}</updated>\n"
        f"<author><name>{escape(title)}</name></author>\n"
        f'<link rel="self" href="{escape(base)}{FEED}"/>\n<link href="{escape(base)}"/>\n{"".join(entries)}</feed>\n'
    )


def _moment(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _describe_release(release: Release, words: Language) -> str:
    """Return what became of the questions: "New questions: A, B. Changed: C."."""
    parts = [
        f"{words.label(CHANGE_LABELS[kind])}: {', '.join(ids)}."
        for kind, ids in release.changes.items()
        if ids
    ]
    return " ".join(parts) or f"{words.label('edition')} {release.number}."
