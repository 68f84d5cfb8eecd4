"""Drive the real Anki through years of a deck: random editions, and a learner who works between them.

    python -m tools.try_deck_lives [--anki VERSION] [--lives N] [--editions N] [--seed N] [--quiet]

A life is two banks, one learner's collection and some editions of decks from the banks. Between editions the
questions are edited, added, retired, brought back, retagged and moved about; their ids are renumbered in chains,
shifted, swapped, renamed and used again; titles, namespaces, files' names and options change, the cards are
restyled, the clock is slow or months ahead, locks are merged from two branches, questions leave filtered decks and
are sent once more. The learner reviews, suspends, flags, edits, tags and moves cards, changes the style, and imports
some of the decks, not always the newest. At the end comes a deck made with an old copy of a lock. After every import:

    no note is there twice                     what the deck changed has the deck's text and tags
    no review is lost, no schedule moved       what it did not change is as the learner left it, to the byte
    no note asks another question than before  the search for what is retired finds exactly that
      without a warning of the build

A life that fails is reported with its seed, and what happened in it.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qexport.anki.fields import COLOUR, FIELD_PLACES, NOTE_TYPE_ID
from qexport.anki.note_type import STYLE_RELEASED
from qexport.anki.notes import Note, number_colours, with_identity, without_identity
from qexport.anki.package_file import read_message
from qexport.anki.search import search_for
from qexport.bank.history import SaidBefore, add_lines, history_path, line_of
from qexport.bank.identity import assign_notes
from qexport.bank.lock import Changes, Edition, Lock
from qexport.bank.lock_file import read_lock, write_lock
from qexport.bank.lock_times import bring_times_back, latest_time
from qexport.bank.model import Bank, Question
from qexport.bank.moves import find_moves
from qexport.bank.stamping import stamp
from qexport.common.errors import InputRefused
from qexport.content.templates import Templates, templates_folder
from qexport.locking import (
    NO_LOCKING,
    read_history,
    read_lock_at,
    stamp_bank,
    with_deck,
    write_with_lock,
)
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools
from tools.anki_library import Library
from tools.anki_versions import ENVIRONMENTS, FarLibrary, parts_of, python_of

START = 1_760_000_000
DAY = 86_400
WORDS = (
    *("cache", "queue", "lock", "thread", "index", "shard", "replica", "e.g.", "100%", "-->", "it's", '"so"'),
    *("List<int>", "a&b", "[sound:x.mp3]", "{{c1::x}}", "\\(x\\)", "__init__", "<b>", "]]>", "$$", "O(n)"),
    *("naïve", "日本語", "سؤال", "☃"),
)
TECHNOLOGIES = ("Python", "C++", "AI & ML", "")
LEVELS = ("Junior", "Advanced", "")


def a_text(dice: random.Random, longest: int = 12) -> str:
    """Some words, some of them odd."""
    return " ".join(dice.choices(WORDS, k=dice.randint(1, longest)))


def a_subject(dice: random.Random) -> str:
    """What a question asks: words that hardly any other question has, and one of the odd ones."""
    syllables = ("ba", "do", "ki", "lu", "me", "no", "pa", "ri", "so", "tu", "ve", "wa", "xi", "zo")
    words = ["".join(dice.choices(syllables, k=3)) for _ in range(dice.randint(5, 9))]
    return " ".join([*words, dice.choice(WORDS)])


def a_question(dice: random.Random, key: str) -> Question:
    """A question with this id, some of its parts empty."""

    def maybe(text: str) -> str:
        return text if dice.random() < 0.6 else ""

    return Question(
        id=key,
        question=a_subject(dice),
        answer=a_text(dice, 30),
        technology=dice.choice(TECHNOLOGIES),
        category=maybe(a_text(dice, 2)),
        level=dice.choice(LEVELS),
        difficulty=dice.choice((None, *range(1, 11))),
        deep_explanation=maybe(a_text(dice, 60)),
        common_mistakes=maybe(a_text(dice, 20)),
        production_scenario=maybe(f"{a_text(dice)}. {a_text(dice)}."),
        follow_ups=tuple(a_text(dice, 6) for _ in range(dice.randint(0, 3))),
        tags=tuple(dice.sample(("exam", "a b", "x::y", "Python"), k=dice.randint(0, 2))),
        markup=dice.choice(("plain", "plain", "markdown")),
    )


def without_colour(fields: str) -> list[str]:
    """Return the fields of a note without the colour of its technology, which other questions can change."""
    values = fields.split("\x1f")
    del values[FIELD_PLACES[COLOUR]]
    return values


@dataclass(frozen=True)
class Version:
    """One of the forms a note had, counted from 1, and when it first went out."""

    number: int
    since: int
    note: Note
    guid: str
    fields: bytes
    """As the deck has them, with who the note is."""


@dataclass(frozen=True)
class Deck:
    """One deck of an edition, and the notes in it as it has them."""

    name: str
    data: bytes
    notes: Mapping[str, Version]
    """By GUID."""
    has_own_style: bool = False
    made: int = 0
    """When, by a clock that is right."""
    lock: Lock | None = None


@dataclass
class Team:
    """Those who keep the bank: what is in it, its lock, and how its decks are made."""

    dice: random.Random
    styles: tuple[Tools, ...]
    said: Callable[[str], None]
    folder: Path
    counts: Counter[str]
    bank: Bank = field(default_factory=lambda: Bank(title="A bank"))
    file_name: str = "bank"
    now: int = START
    lock: Lock | None = None
    style: int = 0
    options: dict[str, str | bool] = field(default_factory=dict)
    ids: int = 0
    versions: dict[str, Version] = field(default_factory=dict)
    """By GUID; counted here from what notes hold, so that the lock's own count is seen from outside."""
    gone: dict[str, Version] = field(default_factory=dict)
    history: str = ""
    origins: dict[str, int] = field(default_factory=dict)
    """By the id in the bank: which question it is, whatever it is called."""
    asked: dict[str, int] = field(default_factory=dict)
    """By GUID: which question it asked when it was last published."""
    warned: set[str] = field(default_factory=set)
    """GUIDs that a build has warned of, because they ask another question now."""
    expected: dict[int, str] = field(default_factory=dict)
    """By question: the GUID it must keep, because its ids were put right."""
    moves: int = 0
    behind: int = 0
    """By how much the clock of this edition is slow, in seconds; below 0: it is ahead."""
    filed: dict[str, set[str]] = field(default_factory=dict)
    """By filtered deck: the GUIDs of all notes it ever had."""
    born: int = 0
    parts: tuple[str, str] = ("", "")
    """The technology and the level of its filtered decks."""

    def __post_init__(self) -> None:
        """Begin with some questions."""
        self.folder.mkdir()
        self.parts = self.dice.choice(TECHNOLOGIES), self.dice.choice(LEVELS)
        for _ in range(self.dice.randint(3, 12)):
            self._add()

    def edit_the_bank(self) -> None:
        """Let some things happen to the bank."""
        events: dict[Callable[[], None], int] = {
            self._edit: 6,
            self._add: 2,
            self._retire: 2,
            self._remove: 1,
            self._retag: 2,
            self._renumber: 2,
            self._forget_former_ids: 1,
            self._shift: 1,
            self._swap: 1,
            self._reuse: 1,
            self._rename_all: 1,
            self._retitle: 1,
            self._rename_file: 1,
            self._renamespace: 1,
            self._merge_branches: 1,
            self._move: 1,
            self._restyle: 1,
            self._change_options: 2,
        }
        for event in self.dice.choices(
            list(events), list(events.values()), k=self.dice.choice((0, 1, 1, 2, 3, 5))
        ):
            event()

    def publish(self) -> list[Deck]:
        """Make decks of the bank as it is: of all of it, or of parts."""
        self.now += self.dice.choice((1, 60, DAY, 30 * DAY))
        options = parse_options(DeckOptions, self.options)
        tools = with_notes(self.bank, options, self.styles[self.style])
        if self.behind < 0:
            self._repair_times(options, tools)
        self.behind = self.dice.choice((0, 0, 0, 0, 0, 0, 0, 0, DAY, DAY, -60 * DAY))
        self.counts["editions of a clock that was ahead"] += self.behind < 0
        filters: list[tuple[str, Callable[[Question], bool]]] = [("all", lambda _: True)]
        technology, level = self.parts
        filters.append((f"technology {technology!r}", lambda each: each.technology == technology))
        filters.append((f"level {level!r}", lambda each: each.level == level))
        decks = []
        for name, passes in self.dice.sample(filters, k=self.dice.randint(1, 3)):
            self.now += self.dice.randint(0, 5)
            changes = self._stamp(options, tools, name, passes)
            if deck := self._deck(name, passes, options, tools):
                self.said(f"publishes {name} at {self.now - START}: {changes}; {len(deck.notes)} notes")
                decks.append(deck)
        return decks

    def _place(self) -> Path:
        """Write the lock, the history and a file for the bank where they lie now; return the place of the lock."""
        path = self.folder / f"{self.file_name}.lock.json"
        (self.folder / f"{self.file_name}.yaml").touch()
        if self.lock:
            path.write_text(write_lock(self.lock), encoding="utf-8")
            history_path(path).write_text(self.history, encoding="utf-8")
        return path

    def _stamp(
        self, options: DeckOptions, tools: Tools, name: str, passes: Callable[[Question], bool]
    ) -> Changes:
        """Bring the lock up to date, and see that a note asks what it asked, or the build says that it does not."""
        path = self._place()
        now = self.now - self.behind
        stamped = stamp_bank(path, self.bank, options, tools, locking=NO_LOCKING, now=now)
        has = [each.id for each in self.bank.questions if passes(each) and each.status == "active"]
        deck = "" if name == "all" else name.replace(" ", "-")
        stamped = with_deck(stamped, deck, has, now)
        with write_with_lock(stamped) as files:
            for place, data in files.items():
                place.write_bytes(data)
        self.lock, _ = read_lock_at(path)
        self.history = read_history(path)
        lock, changes = stamped.lock, stamped.changes
        if self.lock is None or write_lock(self.lock) != write_lock(lock):
            raise AssertionError("the lock is not what was written")
        self._expect_departures(lock, deck, has)
        named = {name for move in changes.moves for name in (move.id, move.former)}
        for key, entry in lock.notes.items():
            origin = self.origins[key]
            before = self.asked.get(entry.guid, origin)
            if before != origin and key not in named and entry.guid not in self.warned:
                raise AssertionError(f"{key} asks another question now, and the build does not say so")
            if before != origin:
                self.warned.add(entry.guid)
            if self.expected.get(origin, entry.guid) != entry.guid:
                raise AssertionError(f"{key} is another note although its ids were put right")
            self.asked[entry.guid] = origin
        self.expected = {}
        self.moves += len(changes.moves)
        self._count(tools.notes, lock)
        return changes

    def _expect_departures(self, lock: Lock, deck: str, has: Sequence[str]) -> None:
        """See that the lock knows which notes left a filtered deck, and not the bank."""
        if not deck:
            return
        now_in = {lock.notes[key].guid for key in has}
        filed = self.filed.setdefault(deck, set())
        staying = {entry.guid for entry in lock.notes.values() if not entry.left}
        departed = {entry.guid for entry in lock.departed_from(deck)}
        if departed != (filed - now_in) & staying:
            raise AssertionError(f"the lock knows {departed} to have left {deck}, and it is {filed - now_in}")
        filed |= now_in
        self.counts["notes that left a filtered deck"] += len(departed)

    def _repair_times(self, options: DeckOptions, tools: Tools) -> None:
        """See that an edition of a clock that was ahead is reported, and do what the report advises."""
        if self.lock is None:
            return
        is_ahead = latest_time(self.lock) > self.now + DAY
        stamped = stamp_bank(self._place(), self.bank, options, tools, locking=NO_LOCKING, now=self.now)
        if is_ahead and not any("ahead of the clock" in each.message for each in stamped.warnings):
            raise AssertionError("a clock that was ahead is not reported")
        self.lock = bring_times_back(self.lock, self.now)
        self.versions = {
            guid: replace(each, since=min(each.since, self.now)) for guid, each in self.versions.items()
        }
        self.said("repairs times")

    def _rename_file(self) -> None:
        """Rename the bank's file, with its lock and its history."""
        for path in self.folder.glob(f"{self.file_name}.*"):
            path.unlink()
        self.file_name = self.dice.choice(("bank", "questions", "Fragen 2", "interview.v2"))
        self.counts["files renamed"] += 1
        self.said(f"calls its file {self.file_name}")

    def publish_with(self, old: Lock) -> Deck | None:
        """Make a deck of the whole bank with an old copy of the lock, which has to be reported."""
        if self.lock is None:
            return None
        self.now += DAY
        self.bank = replace(
            self.bank, questions=tuple(replace(each, former_ids=()) for each in self.bank.questions)
        )
        self._place()
        path = self.folder / "copy.lock.json"
        path.write_text(write_lock(old), encoding="utf-8")
        history_path(path).write_text(self.history, encoding="utf-8")
        options = parse_options(DeckOptions, self.options)
        tools = with_notes(self.bank, options, self.styles[self.style])
        stamped = stamp_bank(path, self.bank, options, tools, locking=NO_LOCKING, now=self.now)
        said = " ".join(each.message for each in stamped.warnings)
        if not re.search("is a lock of the same bank|has the same namespace", said):
            raise AssertionError(f"a second lock of the bank is not reported: {said}")
        self.lock = stamped.lock
        self._count(tools.notes, stamped.lock)
        self.counts["decks of a second lock"] += 1
        return self._deck("all", lambda _: True, options, tools)

    def _count(self, notes: Sequence[Note], lock: Lock) -> None:
        """Give a new version to each note that holds something else than before, or has been away."""
        before, self.versions = self.versions, {}
        colours = number_colours(self.bank)
        for note in notes:
            entry = lock.notes[note.question.id]
            colour = colours[note.question.technology]
            fields = with_identity(note.fields, lock.key_of(entry), lock.namespace, entry.version, colour)
            old = before.get(entry.guid) or self.gone.get(entry.guid)
            is_same = old and (without_identity(old.fields.split(b"\x1f")), old.note.tags) == (
                note.fields,
                note.tags,
            )
            if entry.guid in before and old and is_same:
                self.versions[entry.guid] = replace(old, fields=fields)  # in the colour that it has now
            else:
                number = old.number + 1 if old else 1
                self.versions[entry.guid] = Version(number, entry.modified, note, entry.guid, fields)
        self.gone |= {guid: old for guid, old in before.items() if guid not in self.versions}

    def _deck(
        self, name: str, passes: Callable[[Question], bool], options: DeckOptions, tools: Tools
    ) -> Deck | None:
        active = tuple(each for each in self.bank.questions if passes(each) and each.status == "active")
        retired = tuple(each for each in self.bank.questions if passes(each) and each.status == "retired")
        if not active:
            return None
        kept_as = "" if name == "all" else name.replace(" ", "-")
        departed = (
            {entry.id for entry in self.lock.departed_from(kept_as)} if self.lock and kept_as else set()
        )
        leavers = tuple(each for each in self.bank.questions if each.id in departed)
        leavers = leavers if self.dice.random() < 0.3 else ()
        self.counts["leavers sent once more"] += len(leavers)
        edition = Edition(
            bank=self.bank,
            questions=active,
            retired=retired,
            leavers=leavers,
            title=name,
            scope=name,
            deck=kept_as,
            departed=self.lock.departed_keys(kept_as) if self.lock else (),
            lock=self.lock,
        )
        shipped = {each.id for each in (*active, *leavers, *(retired if options.include_retired else ()))}
        notes = {guid: each for guid, each in self.versions.items() if each.note.question.id in shipped}
        return Deck(name, render(edition, options, tools).data, notes, self.style > 0, self.now, edition.lock)

    def _one(self) -> int:
        return self.dice.randrange(len(self.bank.questions))

    def _replace(self, at: int, **changes: Any) -> None:
        questions = list(self.bank.questions)
        questions[at] = replace(questions[at], **changes)
        self.bank = replace(self.bank, questions=tuple(questions))
        self.said(f"{questions[at].id}: {', '.join(changes)}")

    def _edit(self) -> None:
        part = self.dice.choice(
            ("question", "answer", "common_mistakes", "production_scenario", "difficulty")
        )
        at = self._one()
        value: Any = self.dice.randint(1, 10) if part == "difficulty" else a_text(self.dice)
        if part == "question":  # one word of it becomes another
            words = self.bank.questions[at].question.split(" ")
            words[self.dice.randrange(len(words))] = a_subject(self.dice).split(" ")[0]
            value = " ".join(words)
        self._replace(at, **{part: value})

    def _add(self) -> None:
        self.ids += 1
        key = self.dice.choice(("Q-{}", "re:{}", "Ü<{}>", 'x_"{}"', "{}")).format(self.ids)
        place = self.dice.randint(0, len(self.bank.questions))
        questions = list(self.bank.questions)
        questions.insert(place, a_question(self.dice, key))
        self.bank = replace(self.bank, questions=tuple(questions))
        self._born(key)
        self.said(f"adds {key}")

    def _born(self, key: str) -> None:
        self.born += 1
        self.origins[key] = self.born

    def _retire(self) -> None:
        at = self._one()
        self.expected.pop(self.origins[self.bank.questions[at].id], None)
        status = "retired" if self.bank.questions[at].status == "active" else "active"
        self._replace(at, status=status)
        self.said(f"  which is {status} now")

    def _remove(self) -> None:
        if len(self.bank.questions) > 2:
            at = self._one()
            key = self.bank.questions[at].id
            if self.lock and (key not in self.lock.notes or self._unpublished(self.bank.questions[at])):
                return  # what has a former id that is not published yet
            self.said(f"removes {key}")
            self.expected.pop(self.origins.pop(key), None)
            questions = self.bank.questions[:at] + self.bank.questions[at + 1 :]
            self.bank = replace(self.bank, questions=questions)

    def _retag(self) -> None:
        tags = tuple(self.dice.sample(("exam", "new tag", "x::y::z", "other"), k=self.dice.randint(0, 3)))
        self._replace(self._one(), tags=tags, level=self.dice.choice(LEVELS))

    def _renumber(self) -> None:
        at = self._one()
        old = self.bank.questions[at]
        entry = self.lock.notes.get(old.id) if self.lock else None
        if entry and self.asked.get(entry.guid, self.origins[old.id]) != self.origins[old.id]:
            return  # its id is another question's: as a former id it is refused
        self.ids += 1
        new = f"N-{self.ids}"
        is_new = self.lock is None or old.id not in self.lock.notes or self._unpublished(old)
        kept = old.former_ids if is_new or self.dice.random() < 0.5 else ()
        formers = self.dice.sample([*kept, old.id], k=len(kept) + 1)
        self.origins[new] = self.origins.pop(old.id)
        self._replace(at, id=new, former_ids=tuple(formers))

    def _forget_former_ids(self) -> None:
        """Once published, they are in the lock."""
        if self.lock and all(each.id in self.lock.notes for each in self.bank.questions):
            unsettled = {each.id for each in self.bank.questions if self._unpublished(each)}
            questions = (
                each if each.id in unsettled else replace(each, former_ids=()) for each in self.bank.questions
            )
            self.bank = replace(self.bank, questions=tuple(questions))

    def _unpublished(self, question: Question) -> bool:
        known = self.lock.notes[question.id] if self.lock else None
        if known is None or not {known.id, *known.names}.issuperset(question.former_ids):
            return True
        return self.asked.get(known.guid, self.origins[question.id]) != self.origins[question.id]

    def _give_ids(self, ids: Sequence[str], what: str) -> None:
        """Give the questions other ids, as people do who number them, and perhaps put right what that does."""
        if self.lock is None or any(
            self._unpublished(each) for each in self.bank.questions if each.id in self.lock.notes
        ):
            return
        if any(each.id not in self.lock.notes for each in self.bank.questions):
            return  # what nobody has cannot lose anything
        was = [self.origins[each.id] for each in self.bank.questions]
        known = {entry.guid for entry in self.lock.notes.values()}
        guids = {origin: guid for guid, origin in self.asked.items() if guid in known}
        questions = tuple(
            replace(each, id=key, former_ids=()) for each, key in zip(self.bank.questions, ids, strict=True)
        )
        self.bank = replace(self.bank, questions=questions)
        self.origins = dict(zip(ids, was, strict=True))
        self.expected = {}  # of ids that were put right before these changed again
        self.said(what)
        settled = {entry.guid for entry in self.lock.notes.values() if entry.question and not entry.asked}
        if self.dice.random() < 0.6:
            self._settle()
            self.expected = {origin: guid for origin, guid in guids.items() if guid in settled}

    def _settle(self) -> None:
        """Write the former ids that `qexport renumber` writes."""
        if self.lock is None:
            return
        options = parse_options(DeckOptions, self.options)
        now_is = content(self.bank, options, with_notes(self.bank, options, self.styles[self.style]))
        texts = SaidBefore(self.history, "question")
        known = assign_notes(now_is.questions, self.lock, texts).notes
        entries = (*self.lock.notes.values(), *self.lock.gone.values())
        moves = find_moves(now_is.questions, known, entries, texts)
        former = {move.id: (move.former,) for move in moves if not move.is_reuse}
        questions = (
            replace(each, former_ids=former.get(each.id, each.former_ids)) for each in self.bank.questions
        )
        self.bank = replace(self.bank, questions=tuple(questions))
        self.said("puts the ids right")

    def _shift(self) -> None:
        ids = [each.id for each in self.bank.questions]
        self.ids += 1
        at = self._one()
        self._give_ids([*ids[:at], *ids[at + 1 :], f"S-{self.ids}"], f"shifts all from {ids[at]}")

    def _swap(self) -> None:
        ids = [each.id for each in self.bank.questions]
        one, other = self._one(), self._one()
        ids[one], ids[other] = ids[other], ids[one]
        self._give_ids(ids, f"swaps {ids[one]} and {ids[other]}")

    def _rename_all(self) -> None:
        self.ids += 1
        ids = [f"R{self.ids}-{number}" for number in range(len(self.bank.questions))]
        self._give_ids(ids, "renames all")

    def _reuse(self) -> None:
        """Put another question under an id that has been published."""
        at = self._one()
        key = self.bank.questions[at].id
        if self.lock and key in self.lock.notes and not self._unpublished(self.bank.questions[at]):
            questions = list(self.bank.questions)
            questions[at] = a_question(self.dice, key)
            self.bank = replace(self.bank, questions=tuple(questions))
            self.expected.pop(self.origins[key], None)
            self._born(key)
            self.said(f"uses {key} for another question")

    def _retitle(self) -> None:
        self.bank = replace(self.bank, title=a_text(self.dice, 3))
        self.said("has another title")

    def _renamespace(self) -> None:
        """Another namespace is refused, the published one can be written down."""
        if self.lock is None:
            return
        self.bank = replace(self.bank, namespace="another")
        options = parse_options(DeckOptions, self.options)
        now_is = content(self.bank, options, with_notes(self.bank, options, self.styles[self.style]))
        try:
            stamp(now_is, self.lock, self.now)
        except InputRefused:
            self.bank = replace(self.bank, namespace=self.dice.choice(("", self.lock.namespace)))
            return
        raise AssertionError("another namespace is not refused")

    def _merge_branches(self) -> None:
        """Let two people edit one question each, build, and merge their locks with git."""
        if self.lock is None or len(self.bank.questions) < 2:
            return
        base, ours = write_lock(self.lock), self.bank
        one, other = self.dice.sample(range(len(ours.questions)), k=2)
        texts = []
        for at in (one, other):
            answer = a_text(self.dice)
            branch = replace(ours.questions[at], answer=answer)
            questions = tuple(branch if place == at else each for place, each in enumerate(ours.questions))
            texts.append(self._lock_of(replace(ours, questions=questions)))
            self.history = add_lines(self.history, map(line_of, questions))
            self._replace(at, answer=answer)
        if not all(texts):
            return
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("base", base), ("ours", texts[0]), ("theirs", texts[1])):
                (Path(folder) / name).write_text(str(text), encoding="utf-8")
            command = ["git", "merge-file", "--stdout", "ours", "base", "theirs"]
            merged = subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout.decode()
        self.lock = read_lock(merged, "lock")
        self.said("merges two branches")

    def _lock_of(self, bank: Bank) -> str:
        """Return the lock that a branch would write; empty if something else is unsettled."""
        options = parse_options(DeckOptions, self.options)
        now_is = content(bank, options, with_notes(bank, options, self.styles[self.style]))
        known = {each.id for each in bank.questions}
        if (
            self.lock is None
            or known != self.lock.notes.keys()
            or any(map(self._unpublished, bank.questions))
        ):
            return ""
        lock, changes = stamp(now_is, self.lock, self.now + 1, texts=SaidBefore(self.history, "question"))
        return "" if changes.moves else write_lock(lock)

    def _move(self) -> None:
        questions = list(self.bank.questions)
        self.dice.shuffle(questions)
        self.bank = replace(self.bank, questions=tuple(questions))
        self._replace(self._one(), technology=self.dice.choice(TECHNOLOGIES))

    def _restyle(self) -> None:
        self.style = self.dice.randrange(len(self.styles))
        self.said(f"takes style {self.style}")

    def _change_options(self) -> None:
        choices: dict[str, tuple[str | bool, ...]] = {
            "card-types": ("recall", "recall,scenario", "recall,scenario,mistakes"),
            "tag-prefix": ("", "", "hub"),
            "deck-depth": ("", "0", "1", "2"),
            "deck-root": ("", "", "Work::Interviews"),
            "new-order": ("", "bank", "difficulty", "id"),
            "include-retired": (False, True),
        }
        name = self.dice.choice(list(choices))
        self.options[name] = self.dice.choice(choices[name])
        self.said(f"sets {name} to {self.options[name]!r}")


Row = tuple[Any, ...]


@dataclass
class Learner:
    """Someone's Anki, and what should be in it."""

    dice: random.Random
    folder: Path
    said: Callable[[str], None]
    counts: Counter[str]
    library: Library | FarLibrary
    dates_by_import: bool = False
    """Whether this version of Anki takes the time of the import for that of a note that it updates."""
    has: dict[str, int] = field(default_factory=dict)
    """By GUID: the version of the note that was imported last."""
    styled: int = 0
    """When the learner last changed the style of the cards; 0: not since a deck with a style of its own came."""
    touched: dict[str, int] = field(default_factory=dict)
    """By GUID: when the learner last edited it, or Anki dated it by an import."""
    dated: set[str] = field(default_factory=set)
    """GUIDs of notes that an import has dated, and nobody edited since."""
    ahead: set[str] = field(default_factory=set)
    """GUIDs of notes that came with a time that was ahead of the clock."""

    def __post_init__(self) -> None:
        """Look what this version of Anki can do."""
        self.can_always = self.library.can_always_update()

    def notes(self) -> dict[str, Row]:
        """Return each note by its GUID: its number, time, tags and fields."""
        rows = self.library.rows("SELECT guid, id, mod, tags, flds FROM notes ORDER BY id")
        if len({row[0] for row in rows}) < len(rows):
            raise AssertionError("a note is there twice")
        return {row[0]: tuple(row[1:]) for row in rows}

    def cards(self) -> dict[tuple[int, int], Row]:
        """Return each card by its note's number and its own: all that reviews and the learner made of it."""
        columns = "id, did, type, queue, due, ivl, factor, reps, lapses, left, odue, odid, flags"
        rows = self.library.rows(f"SELECT nid, ord, {columns} FROM cards")  # noqa: S608
        return {(row[0], row[1]): tuple(row[2:]) for row in rows}

    def import_(self, deck: Deck, now: int, *, is_new: bool = False) -> None:
        """Import a deck as the desktop does by default, and see what became of everything.

        After an edition that was ahead of the clock, a new one is imported with "Update notes: Always", as advised.
        Versions before 23.10 cannot do so: their notes wait until the clock has caught up.
        """
        notes, cards, reviews, css = self.notes(), self.cards(), self.reviews(), self._css()
        is_right = all(each.since <= deck.made for each in deck.notes.values())
        always = self.can_always and is_new and is_right and not self.ahead.isdisjoint(deck.notes)
        self.said(f"imports {deck.name} at {now - START}{', Always' if always else ''}")
        dated = self._import(deck, now, always=always)
        self._expect_notes(deck, notes, dated, now, always=always)
        if is_new and is_right and not always:
            self._let_clocks_catch_up(deck, now)
        self._expect_cards(deck, cards)
        if self.reviews() != reviews:
            raise AssertionError("reviews were lost or made up")
        if self.styled and not deck.has_own_style and self._css() != css:
            raise AssertionError("a deck with the built-in style undid the learner's own")
        self.styled = 0 if deck.has_own_style else self.styled
        self.counts["imports"] += 1

    def _let_clocks_catch_up(self, deck: Deck, now: int) -> None:
        """Count notes that were dated ahead as edited at their time, when that has come and the deck is mended."""
        for guid, (_, edited, *_) in self.notes().items():
            if guid in self.ahead and guid in deck.notes and edited <= now:
                self.ahead.discard(guid)
                self.touched[guid] = max(self.touched.get(guid, 0), edited)

    def _import(self, deck: Deck, now: int, *, always: bool = False) -> set[str]:
        """Import a deck; return the GUIDs of notes that this version of Anki has dated by the import."""
        path = self.folder / "deck.apkg"
        path.write_bytes(deck.data)
        refused, dated = self.library.import_at(str(path), now, always=always)
        if refused:
            raise AssertionError(f"Anki refuses notes: {refused}")
        if dated and not self.dates_by_import:
            raise AssertionError(f"Anki has dated notes by the import: {dated}")
        return set(dated)

    def reviews(self) -> list[Row]:
        """Return all reviews."""
        return [tuple(row) for row in self.library.rows("SELECT * FROM revlog ORDER BY id")]

    def import_of_another_lock(self, deck: Deck, now: int) -> None:
        """Import a deck of a second lock: some of its notes may be old or new ones, but nobody's work is lost."""
        cards, reviews = self.cards(), self.reviews()
        self._import(deck, now)
        self.notes()
        if self.reviews() != reviews:
            raise AssertionError("reviews were lost or made up")
        if any(self.cards().get(place) != row for place, row in cards.items()):
            raise AssertionError("a card was lost or moved")

    def _expect_notes(
        self, deck: Deck, before: Mapping[str, Row], dated: set[str], now: int, *, always: bool = False
    ) -> None:
        after = self.notes()
        if after.keys() != before.keys() | deck.notes.keys():
            raise AssertionError("the notes are not those that were there and those of the deck")
        for guid, row in after.items():
            version = deck.notes.get(guid)
            key = row[3].split("\x1f")[1]
            is_newer = version is not None and version.number > self.has.get(guid, 0)
            # Whoever edits a note after a deck was made has the newer one; the next change arrives.
            is_own = version is not None and self.touched.get(guid, 0) >= version.since
            if version is not None and (always or guid in self.ahead or version.since > deck.made):
                self._expect_dated_ahead(deck, version, row, now, always=always, is_dated=guid in dated)
                continue
            if version is None or not is_newer or is_own:
                if row != before[guid]:
                    raise AssertionError(f"{key} was touched although the deck has nothing newer of it")
                self.counts["notes left alone"] += 1
                if is_newer:
                    self.counts[
                        f"{'imports' if guid in self.dated else 'own edits'} newer than the deck's"
                    ] += 1
                continue
            note = version.note
            self.has[guid] = version.number
            self.counts["notes updated" if guid in before else "notes added"] += 1
            self._expect_date(guid, now, is_dated=guid in dated, is_new=guid not in before)
            tags = {tag.casefold() for tag in row[2].split()}
            if row[3] != version.fields.decode() or tags != set(note.tags.casefold().split()):
                raise AssertionError(f"{key} is stale: it has not the deck's text and tags")
            if guid in before and row[0] != before[guid][0]:
                raise AssertionError(f"{key} became another note")

    def _expect_date(self, guid: str, now: int, *, is_dated: bool, is_new: bool) -> None:
        """See that a note is dated by its import in the versions of Anki that do so, and only if it was updated."""
        if is_dated != (self.dates_by_import and not is_new):
            raise AssertionError(f"{guid} is {'' if is_dated else 'not '}dated by the import")
        self._keep_date(guid, now, is_dated=is_dated)

    def _keep_date(self, guid: str, now: int, *, is_dated: bool) -> None:
        self.dated.discard(guid)
        if is_dated:
            self.touched[guid] = now
            self.dated.add(guid)

    def _expect_dated_ahead(
        self, deck: Deck, version: Version, row: Row, now: int, *, always: bool, is_dated: bool
    ) -> None:
        """See what became of a note whose time is ahead: it is what some edition had, and one import mends it."""
        if version.since > deck.made:
            self.ahead.add(version.guid)
        if without_colour(row[3]) == without_colour(version.fields.decode()):
            self.has[version.guid] = version.number
            if always:  # an edit in the very second of the deck's note stays: to Anki both are the same
                self.touched.pop(version.guid, None)
        elif always and row[1] != version.since:
            raise AssertionError(f"{row[3].split(chr(31))[1]} is stale after an import with Always")
        if is_dated:
            self._keep_date(version.guid, now, is_dated=True)
        if always:
            self.ahead.discard(version.guid)
            self.counts["notes mended with Always"] += 1

    def _expect_cards(self, deck: Deck, before: Mapping[tuple[int, int], Row]) -> None:
        after = self.cards()
        for place, row in before.items():
            if after.get(place) != row:
                raise AssertionError(f"a card was lost or moved: {row} became {after.get(place)}")
        numbers = {guid: row[0] for guid, row in self.notes().items()}
        made = {(numbers[guid], card) for guid, each in deck.notes.items() for card in each.note.cards}
        if missing := made - after.keys():
            raise AssertionError(f"cards are missing: {missing}")
        if after.keys() - before.keys() - made:
            raise AssertionError("cards were made that the deck has not")
        empty = set(self.library.empty_cards())
        for guid, each in deck.notes.items():
            is_own = guid not in self.dated and self.touched.get(guid, 0) >= each.since
            is_it = self.has.get(guid) == each.number and not is_own
            if is_it and any(after[numbers[guid], card][0] in empty for card in each.note.cards):
                raise AssertionError(f"a card of {each.note.question.id} is empty")

    def find_what_left(self, lock: Lock) -> None:
        """Paste the search for what left the bank; it must find that and nothing else, whatever else is there."""
        if not lock.left:
            return
        search = search_for(map(lock.key_of, lock.left))
        found = set(self.library.find(search))
        expected = {entry.guid for entry in lock.left} & self.notes().keys()
        if found != expected:
            raise AssertionError(f"the search for what left found {found}, not {expected}")
        self.counts["searches"] += 1
        self.counts["retired notes found"] += len(found)

    def find_departed(self, deck: Deck) -> None:
        """Paste the search for what left a filtered deck; it must find that and nothing else."""
        name = "" if deck.name == "all" else deck.name.replace(" ", "-")
        departed = deck.lock.departed_from(name) if deck.lock and name else ()
        if departed and deck.lock:
            search = search_for(map(deck.lock.key_of, departed))
            found = set(self.library.find(search))
            if found != {entry.guid for entry in departed} & self.notes().keys():
                raise AssertionError(f"the search for what left {name} found {found}")
            self.counts["searches for what left a filtered deck"] += 1

    def work(self, now: int) -> None:
        """Do some of what learners do."""
        deeds = (
            *(self._review, self._review, self._suspend, self._flag),
            *(self._edit, self._tag, self._move, self._restyle),
        )
        for deed in self.dice.choices(deeds, k=self.dice.randint(0, 8)):
            if rows := self.library.rows("SELECT id FROM cards ORDER BY id"):
                deed(self.dice.choice(rows)[0], now)

    def _review(self, number: int, _now: int) -> None:
        self.counts["reviews"] += self.library.answer(number, self.dice.choice((1, 3, 3, 4)))

    def _restyle(self, _number: int, now: int) -> None:
        """Change the style of the cards; no deck with the built-in style may undo it."""
        self.styled = max(now, STYLE_RELEASED) + 1 + now - START
        css = f".card {{ color: green }} /* {now} */"
        if self.library.style(NOTE_TYPE_ID, css, self.styled):
            self.counts["own styles"] += 1
        else:
            self.styled = 0

    def _css(self) -> str:
        rows = self.library.rows("SELECT hex(config) FROM notetypes WHERE id = ?", NOTE_TYPE_ID)
        return bytes(read_message(bytes.fromhex(rows[0][0]))[3]).decode() if rows else ""

    def _suspend(self, number: int, _now: int) -> None:
        self.library.suspend(number)

    def _flag(self, number: int, _now: int) -> None:
        self.library.flag(number, self.dice.randint(0, 4))

    def _edit(self, number: int, now: int) -> None:
        name = self.dice.choice(("Answer", "Spare 1", "Deep Explanation"))
        self._keep(number, {name: f" my own {now}"}, [], now)

    def _tag(self, number: int, now: int) -> None:
        self._keep(number, {}, [self.dice.choice(("mine", "marked", "leech", "hard::one"))], now)

    def _keep(self, number: int, fields: dict[str, str], tags: Sequence[str], now: int) -> None:
        guid, key = self.library.edit(number, fields, tags, now)
        self.said(f"edits {key} at {now - START}")
        self.counts["own edits"] += 1
        self.touched[guid] = now
        self.dated.discard(guid)

    def _move(self, number: int, _now: int) -> None:
        self.library.move(number, "My own deck")

    def close(self) -> None:
        """Draw every card once more, and let Anki check its database."""
        for sides in self.library.draw():
            drawn = "".join(sides)
            if re.search("template has a problem|no field called|unknown field", drawn):
                raise AssertionError(f"a card is not drawn: {drawn}")
        if problems := self.library.close():
            raise AssertionError(problems)


@dataclass(frozen=True)
class Anki:
    """A version of the Anki library."""

    python: Path | None = None
    """Of the environment that has it; None: this one."""
    dates_by_import: bool = False
    """Whether it takes the time of the import for that of a note that it updates."""

    @classmethod
    def of(cls, version: str, environments: Path) -> Anki:
        """Return a version, which is installed if it is not yet; "" is the one beside this program."""
        if not version:
            return cls()
        number = parts_of(version)
        return cls(python_of(version, environments), (2, 1, 55) <= number < (25, 2))

    @contextmanager
    def collection(self, path: Path) -> Iterator[Library | FarLibrary]:
        """Give an empty collection at a path."""
        if self.python is None:
            yield Library(str(path))
            return
        library = FarLibrary(self.python, path)
        try:
            yield library
        finally:
            library.end()


def styles(folder: Path) -> tuple[Tools, ...]:
    """Return ways to make decks that differ in their cards' style alone."""
    tools = [Tools(Templates())]
    for colour in ("red", "blue"):
        (folder / colour / "anki").mkdir(parents=True)
        (folder / colour / "anki/card.css").write_text(f".card {{ color: {colour} }}", encoding="utf-8")
        tools.append(Tools(Templates((folder / colour, templates_folder()))))
    return tuple(tools)


def live(seed: int, editions: int, counts: Counter[str], anki: Anki) -> None:
    """Live one life; AssertionError with all that happened in it where something went wrong."""
    dice = random.Random(seed)  # noqa: S311  the same life for the same seed
    story: list[str] = []
    with tempfile.TemporaryDirectory() as name, anki.collection(Path(name) / "collection.anki2") as library:
        folder = Path(name)
        looks = styles(folder)
        teams = [
            Team(
                *(dice, looks, lambda text: story.append(f"  {text}")),
                *(folder / "a", counts, Bank(title="A bank")),
            ),
            Team(
                *(dice, looks, lambda text: story.append(f"  the other bank: {text}")),
                *(folder / "b", counts, Bank(title="B bank")),
            ),
        ]
        learner = Learner(
            *(dice, folder, lambda text: story.append(f"    the learner {text}"), counts),
            *(library, anki.dates_by_import),
        )
        try:
            live_on(dice, teams, learner, editions, story)
        except InputRefused as error:
            said = "; ".join(f"{each.message} ({each.hint})" for each in error.problems)
            raise AssertionError("\n".join([f"life {seed}: refused: {said}", *story])) from error
        except (AssertionError, RuntimeError) as error:
            raise AssertionError("\n".join([f"life {seed}: {error}", *story])) from error


def live_on(
    dice: random.Random, teams: Sequence[Team], learner: Learner, editions: int, story: list[str]
) -> None:
    """Let the teams make so many editions, and the learner import some of them and work between."""
    shelf: list[Deck] = []
    copies: dict[int, Lock] = {}
    for number in range(1, editions + 1):
        story.append(f"edition {number}")
        team = dice.choice((teams[0], teams[0], teams[1]))
        team.now = max(each.now for each in teams)
        team.edit_the_bank()
        decks = team.publish()
        shelf += decks
        for deck in dice.sample(decks, k=dice.randint(0, len(decks))):
            learner.import_(deck, team.now, is_new=True)
            learner.find_departed(deck)
        if team.lock and team.behind >= 0 and dice.random() < 0.3:
            copies[teams.index(team)] = team.lock
        if shelf and dice.random() < 0.2:
            learner.import_(dice.choice(shelf), team.now)  # found on some disk
        for each in teams:
            if each.lock:
                learner.find_what_left(each.lock)
        learner.work(team.now)
        learner.counts["editions"] += 1
    learner.counts["questions that moved, reported"] += sum(each.moves for each in teams)
    import_of_old_locks(teams, learner, copies)
    learner.close()


def import_of_old_locks(teams: Sequence[Team], learner: Learner, copies: Mapping[int, Lock]) -> None:
    """Let each team make a deck with an old copy of its lock, and the learner import it."""
    for place, copy in copies.items():
        if deck := teams[place].publish_with(copy):
            learner.import_of_another_lock(deck, teams[place].now)


def lives(count: int, editions: int, seed: int, anki: Anki = Anki()) -> Iterator[Counter[str]]:
    """Live so many lives one after another; yield what was counted after each."""
    counts: Counter[str] = Counter()
    for number in range(count):
        live(seed + number, editions, counts, anki)
        yield counts


def main() -> None:
    """Live as many lives as the words of the command ask for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--anki", default="", metavar="VERSION", help="for example 2.1.49; else the one here")
    parser.add_argument("--environments", type=Path, default=ENVIRONMENTS, help="of other versions of Anki")
    parser.add_argument("--lives", type=int, default=100)
    parser.add_argument("--editions", type=int, default=20, help="in each life")
    parser.add_argument("--seed", type=int, default=1, help="of the first life")
    parser.add_argument("--quiet", action="store_true")
    words = parser.parse_args()
    anki = Anki.of(words.anki, words.environments)
    started = time.monotonic()
    counts: Counter[str] = Counter()
    for number, so_far in enumerate(lives(words.lives, words.editions, words.seed, anki), start=1):
        counts = so_far
        if not words.quiet:
            sys.stderr.write(f"\r{number} of {words.lives} lives")
    if not words.quiet:
        sys.stderr.write("\n")
    for name, count in sorted(counts.items()):
        print(f"{name:40}{count:>9,}")
    print(f"{'seconds':40}{time.monotonic() - started:>9,.0f}")


if __name__ == "__main__":
    main()
