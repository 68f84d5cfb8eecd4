"""Differences → release notes in Markdown: what to do in Anki, then what is new."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qexport.anki.search import search_for
from qexport.content.languages import CHANGE_LABELS, Language
from qexport.content.languages import language as language_of
from qexport.team.difference_wording import field_label, flat_text, shorten_unchanged, tags_of
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


_ENGLISH_WORDS = language_of("en")
ANKI_MANUAL = "https://docs.ankiweb.net/importing/packaged-decks.html"
SEARCHING = "https://docs.ankiweb.net/searching.html"


def as_markdown(
    found: Differences,
    heading: str = "",
    departures: Iterable[Departure] = (),
    words: Language = _ENGLISH_WORDS,
) -> str:
    """Return release notes in a language: what to do in Anki, then what is new, last what left filtered decks."""
    label = words.label
    lines = [f"## {heading or _escape_note(label('whats_new', title=found.title))}", ""]
    lines += [f"{count_changes(found, words)}.", ""]
    remarks = (_escape_note(each.word(words)) for each in found.remarks)
    lines += (f"{label('mind', remark=remark)}\n" for remark in remarks)
    lines += [f"### {label('in_anki')}", ""]
    for number, step in enumerate(steps_of(found, words), 1):
        said = "".join(
            f"[{_escape_note(text)}]({link})" if link else _escape_note(text) for text, link in step
        )
        lines.append(f"{number}. {said}")
    for search in found.search.splitlines():
        lines += ["", "   " + _code_span(search)]
    for kind in CHANGE_KINDS:
        entries = found.of_kind(kind)
        lines += ["", f"### {label(CHANGE_LABELS[kind])}", ""] if entries else []
        for entry in entries:
            lines += _markdown_entry(entry, words)
    for departure in departures:
        lines += ["", f"### {label('deck_left', deck=_escape_note(departure.deck))}", ""]
        lines += [label("deck_stays", ids=_escape_note(", ".join(departure.ids))), ""]
        lines += ["\n\n".join("   " + _code_span(search) for search in departure.search.splitlines())]
    if re.fullmatch(r"https?://[^\s()<>]+", found.source):
        lines += ["", label("questions_from", source=f"<{found.source}>")]
    return "\n".join(lines) + "\n"


def count_changes(found: Differences, words: Language = _ENGLISH_WORDS) -> str:
    """Return how many questions are new, changed and so on: "1 added, 2 unchanged"."""
    counts = [(kind, len(ids)) for kind, ids in found.ids().items()]
    return ", ".join(
        words.label(f"count_{kind}", n=n) for kind, n in [*counts, ("unchanged", found.unchanged)]
    )


def first_notes(title: str, source: str, count: int, heading: str, words: Language = _ENGLISH_WORDS) -> str:
    """Return the notes of a first release, before which there was nothing."""
    nothing = Differences(old="", new="", title=title, source=source)
    notes = as_markdown(nothing, heading, words=words)
    said = words.label("first_edition", count=words.count(count))
    return notes.replace(f"{count_changes(nothing, words)}.", said, 1)


def _markdown_entry(entry: Difference, words: Language) -> Iterator[str]:
    was = f" ({words.label('former_id', id=_escape_note(entry.former_id))})" if entry.former_id else ""
    yield f"- **{_escape_note(entry.id)}**{was} {_escape_note(flat_text(entry.question))}"
    signs = {"same": "", "gone": "~~", "new": "**"}
    for change in entry.fields:
        said = "".join(_emphasise(each.text, signs[each.kind]) for each in shorten_unchanged(change.pieces))
        yield f"  - {field_label(change.field, words)}: {said.strip()}"
    if tags := tags_of(entry):
        yield f"  - {words.label('tags')}: {_escape_note(tags)}"


def _emphasise(text: str, sign: str) -> str:
    """Put signs around the words; between a sign and a word Markdown allows no space."""
    words = text.strip()
    if not sign or not words:
        return _escape_note(text)
    before, after = text[: text.index(words)], text[text.index(words) + len(words) :]
    return f"{before}{sign}{_escape_note(words)}{sign}{after}"


def _escape_note(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    escaped = re.sub(r"([\\`*_{}\[\]#|~!])", r"\\\1", text)
    return escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _code_span(text: str) -> str:
    longest = max([0, *map(len, re.findall("`+", text))])
    fence = "`" * (longest + 1)
    space = " " if longest else ""
    return f"{fence}{space}{text}{space}{fence}"


def steps_of(found: Differences, words: Language = _ENGLISH_WORDS) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield what a learner has to do, as pieces of text and where they link to."""
    yield _link_place(words.labels["step_import"], "{how}", words.label("how"), ANKI_MANUAL)
    if found.of_kind("retired"):
        yield _link_place(words.labels["step_retired"], "{search}", words.label("search_link"), SEARCHING)


def _link_place(text: str, place: str, shown: str, address: str) -> tuple[tuple[str, str], ...]:
    """Return a text in pieces, with a link in its place."""
    before, _, after = text.partition(place)
    return (before, ""), (shown, address), (after, "")


def with_release(notes: str, before: str, words: Language = _ENGLISH_WORDS) -> str:
    """Return the file of all release notes with those of a new release on top."""
    head = f"# {words.label('release_notes')}\n\n"
    earlier = re.sub(r"\A# [^\n]*\n\n", "", before)  # in whatever language the bank was then
    return head + notes + ("\n" + earlier if earlier else "")


def release_heading(release: Release, words: Language = _ENGLISH_WORDS) -> str:
    """Return what a release is called over its notes."""
    return f"{words.label('edition')} {release.number} · {release.date}"
