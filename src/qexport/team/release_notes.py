"""Differences → release notes in Markdown: what to do in Anki, then what is new."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qexport.anki.search import search_for
from qexport.common.wording import quantity
from qexport.team.difference_wording import HEADINGS, field_name, flat_text, shortened, tags_of
from qexport.team.differences import CHANGE_KINDS, Differences
from qexport.team.differences import QuestionChange as Difference

if TYPE_CHECKING:
    from qexport.bank.lock import Entry, Lock, Release


@dataclass(frozen=True, slots=True)
class Departure:
    """What left a filtered deck since the release before, and not the bank."""

    deck: str
    ids: tuple[str, ...]
    search: str


def departures_since(lock: Lock, time: int) -> tuple[Departure, ...]:
    """Return what left each filtered deck after a time."""
    left: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in lock.notes.values():
        for deck, when in entry.departed.items():
            if when > time and not entry.left:
                left[deck].append(entry)
    return tuple(
        Departure(deck, tuple(entry.id for entry in entries), search_for(map(lock.key_of, entries)))
        for deck, entries in sorted(left.items())
    )


ANKI_MANUAL = "https://docs.ankiweb.net/importing/packaged-decks.html"
SEARCHING = "https://docs.ankiweb.net/searching.html"


def as_markdown(found: Differences, heading: str = "", departures: Iterable[Departure] = ()) -> str:
    """Return release notes: what to do in Anki, then what is new, last what left filtered decks."""
    lines = [f"## {heading or _escape_markdown(f'{found.title}: what is new')}", "", f"{found}.", ""]
    lines += (f"Mind: {_escape_markdown(remark)}.\n" for remark in found.remarks)
    lines += ["### In Anki", ""]
    for number, step in enumerate(steps_of(found), 1):
        said = "".join(
            f"[{_escape_markdown(text)}]({link})" if link else _escape_markdown(text) for text, link in step
        )
        lines.append(f"{number}. {said}")
    if found.search:
        lines += ["", "   " + _code_span(found.search)]
    for kind in CHANGE_KINDS:
        entries = found.of_kind(kind)
        lines += ["", f"### {HEADINGS[kind]}", ""] if entries else []
        for entry in entries:
            lines += _markdown_entry(entry)
    for departure in departures:
        lines += ["", f"### No longer in the deck {_escape_markdown(departure.deck)}", ""]
        lines += [
            f"That deck does not update them any more: {_escape_markdown(', '.join(departure.ids))}.",
            "",
        ]
        lines += ["   " + _code_span(departure.search)]
    if re.fullmatch(r"https?://[^\s()<>]+", found.source):
        lines += ["", f"The questions are from <{found.source}>."]
    return "\n".join(lines) + "\n"


def first_notes(title: str, source: str, count: int, heading: str) -> str:
    """Return the notes of a first release, before which there was nothing."""
    nothing = Differences(old="", new="", title=title, source=source)
    notes = as_markdown(nothing, heading)
    return notes.replace(f"{nothing}.", f"The first edition: {quantity(count, 'question')}.", 1)


def _markdown_entry(entry: Difference) -> Iterator[str]:
    was = f" (was {_escape_markdown(entry.former_id)})" if entry.former_id else ""
    yield f"- **{_escape_markdown(entry.id)}**{was} {_escape_markdown(flat_text(entry.question))}"
    signs = {"same": "", "gone": "~~", "new": "**"}
    for change in entry.fields:
        said = "".join(_emphasise(each.text, signs[each.kind]) for each in shortened(change.pieces))
        yield f"  - {field_name(change.field)}: {said.strip()}"
    if tags := tags_of(entry):
        yield f"  - Tags: {_escape_markdown(tags)}"


def _emphasise(text: str, sign: str) -> str:
    """Put signs around the words; between a sign and a word Markdown allows no space."""
    words = text.strip()
    if not sign or not words:
        return _escape_markdown(text)
    before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
    return f"{before}{sign}{_escape_markdown(words)}{sign}{after}"


def _escape_markdown(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    escaped = re.sub(r"([\\`*_{}\[\]#|~!])", r"\\\1", text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code_span(text: str) -> str:
    longest = max([0, *map(len, re.findall("`+", text))])
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def steps_of(found: Differences) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield what a learner has to do, as pieces of text and where they link to."""
    yield (
        ("In Anki: File › Import, choose the .apkg of this edition (", ""),
        ("how", ANKI_MANUAL),
        ("). Do not remove the old deck: notes you have are brought up to date, and your reviews stay.", ""),
    )
    kinds: Counter[str] = Counter(entry.kind for entry in found.entries)
    if kinds["retired"]:
        what = "it" if kinds["retired"] == 1 else "them"
        yield (
            ("Anki removes nothing by itself. To find what is retired, open Browse, ", ""),
            ("search", SEARCHING),
            (f" for the line below, and suspend or delete {what}.", ""),
        )


def with_release(notes: str, before: str) -> str:
    """Return the file of all release notes with those of a new release on top."""
    head = "# Release notes\n\n"
    return head + notes + ("\n" + before.removeprefix(head) if before else "")


def release_heading(release: Release) -> str:
    """Return what a release is called over its notes."""
    return f"Edition {release.number} · {release.date}"
