"""Drive `qexport pull` through random lives: a bank, learners with the real Anki, edits on both sides.

    python tools/try_pull_lives.py [--lives N] [--rounds N] [--seed N] [--quiet]

A life is a bank in YAML, its editions, and one to three collections of the real Anki library. In each round the bank
is edited and published or not, learners import one of the editions, edit notes and tags, add notes, and export their
deck in one of Anki's two formats; then all exports are pulled at once. What the bank has to say after that is worked
out word by word from who changed what. After every pull:

    no edit is lost: it is in the bank, or the pull names it       nothing else in the bank has changed
    no edit of ours is undone                                      a second pull changes nothing

A life that fails is reported with its seed, and what happened in it.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from click.testing import CliRunner

from qexport.bank import reader
from qexport.bank.validation import validate
from qexport.cli.main import program

FIELDS = {
    "question": "Question",
    "answer": "Answer",
    "deep_explanation": "Deep Explanation",
    "common_mistakes": "Common Mistakes",
    "follow_up": "Follow-up Questions",
}
"""The texts that are edited, and the fields of notes they are in; follow_up is the only item of its list."""
KINDS = ("edits taken", "conflicts", "edits left", "drafts", "pulls", "editions", "imports", "our edits")

Slots = tuple[str, ...]
"""A text as its words; an edit puts other words, or none, into one of the places."""


@dataclass(frozen=True)
class Layout:
    """What is before, between and behind the words of a text."""

    between: tuple[str, ...]

    def text(self, words: Slots) -> str:
        """Return the text; a word that is gone takes the blank behind it along."""
        parts = [self.between[0]]
        for word, behind in zip(words, self.between[1:], strict=True):
            parts += [word, behind] if word else []
        return "".join(parts)

    def are_apart(self, one: int, other: int, base: Slots) -> bool:
        """Report whether there is more than blanks between two places."""
        low, high = sorted((one, other))
        if low == high:
            return False
        signs = any(each.strip() for each in self.between[low + 1 : high + 1])
        return signs or any(base[place] for place in range(low + 1, high))


@dataclass
class Text:
    """One text of the bank: how it is laid out, and its words today."""

    layout: Layout
    words: Slots

    def __str__(self) -> str:
        return self.layout.text(self.words)


def merge(base: Slots, ours: Slots, theirs: Slots, layout: Layout, choice: str) -> set[Slots | None]:
    """Return what a merge may give; None: a conflict.

    Where one side has the other's change, and more beside it, nobody can tell from the texts alone: the change may be
    seen as the same, or as a conflict.
    """
    return {_merge(base, ours, theirs, layout, choice, is_keen=is_keen) for is_keen in (True, False)}


def _merge(
    base: Slots, ours: Slots, theirs: Slots, layout: Layout, choice: str, *, is_keen: bool
) -> Slots | None:
    sides = [
        {place: new for place, (old, new) in enumerate(zip(base, side, strict=True)) if old != new}
        for side in (ours, theirs)
    ]
    clusters: list[list[int]] = []
    for place in sorted(sides[0].keys() | sides[1].keys()):
        if clusters and not layout.are_apart(clusters[-1][-1], place, base):
            clusters[-1].append(place)
        else:
            clusters.append([place])
    merged = list(base)
    for cluster in clusters:
        mine, other = ({place: side[place] for place in cluster if place in side} for side in sides)
        is_one_sided = not mine or not other or mine == other
        if (is_keen or is_one_sided) and other.items() <= mine.items():
            taken = mine
        elif (is_keen or is_one_sided) and mine.items() <= other.items():
            taken = other
        elif choice:
            taken = mine if choice == "--ours" else other
        else:
            return None
        for place, word in taken.items():
            merged[place] = word
    return tuple(merged)


@dataclass
class Learner:
    """Someone's collection, and what was changed in it."""

    name: str
    collection: Any
    theirs: dict[tuple[str, str], Slots] = field(default_factory=dict)
    """The words of texts that differ from what was published."""
    formatted: set[tuple[str, str]] = field(default_factory=set)
    """Texts with something that the bank has no form for."""
    added: dict[str, str] = field(default_factory=dict)
    """GUID → question, of notes of the learner's own."""
    versions: dict[str, str] = field(default_factory=dict)
    """Birth id of a question → the version that the note is made from."""

    def notes(self) -> Iterator[tuple[str, Any]]:
        """Yield the notes of the bank with the ids that they were born with."""
        for number in self.collection.find_notes("Key:*@*"):
            note = self.collection.get_note(number)
            yield note["Key"].rpartition("@")[0], note


@dataclass
class Life:
    """A bank and its learners; everything is drawn by one seed."""

    folder: Path
    dice: random.Random
    events: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    texts: dict[tuple[str, str], Text] = field(default_factory=dict)
    """By birth id and field."""
    ids: dict[str, str] = field(default_factory=dict)
    """Birth id → id."""
    retired: set[str] = field(default_factory=set)
    published: dict[str, dict[tuple[str, str], Slots]] = field(default_factory=dict)
    """The words of all texts of a question by the version it was published as."""
    latest: dict[str, dict[tuple[str, str], Slots]] = field(default_factory=dict)
    """Birth id → the words of all texts of a question in the newest edition."""
    editions: list[bytes] = field(default_factory=list)
    learners: list[Learner] = field(default_factory=list)
    words: int = 0
    clock: int = 1_760_000_000
    format: str = "markdown"

    @property
    def bank(self) -> Path:
        """The bank's file."""
        return self.folder / "bank.yaml"

    def word(self) -> str:
        """Return a word that is nowhere else."""
        self.words += 1
        number, letters = self.words, ""
        while number:
            number, rest = divmod(number, 20)
            letters += "bdfgklmnprstvzbdfgkl"[rest] + "aeiou"[rest % 5]
        return f"x{letters}x"

    def note(self, event: str, kind: str = "") -> None:
        """Remember what happened."""
        self.events.append(event)
        if kind:
            self.counts[kind] += 1

    # The bank

    def begin(self) -> None:
        """Write the bank and publish it; let learners import it."""
        self.format = self.dice.choice(("plain", "markdown"))
        lines = [f"title: Lives\nnamespace: lives\nmarkup: {self.format}\nquestions:"]
        for number in range(self.dice.randint(3, 7)):
            key = f"Q-{number}"
            self.ids[key] = key
            lines.append(f"  # remark {number}\n  - id: {key}  # first")
            for name in FIELDS:
                if name in ("question", "answer") or self.dice.random() < 0.6:
                    text = self.texts[key, name] = self._text(name)
                    lines += self._written(name, str(text))
        self.bank.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for number in range(self.dice.randint(1, 3)):
            folder = self.folder / f"learner{number}"
            folder.mkdir()
            self.learners.append(Learner(folder.name, Collection(str(folder / "collection.anki2"))))
        self.publish()
        for learner in self.learners:
            self.let_import(learner, self.editions[-1])

    def _text(self, name: str) -> Text:
        count = self.dice.randint(8, 20)
        signs = [" ", " ", " ", " ", ", ", "; "]
        if self.format == "markdown":
            signs += [" *", "* ", " `", "` "] if name not in ("question", "follow_up") else []
        between = [""]
        opened = ""
        for place in range(1, count):
            sign = self.dice.choice(signs)
            if name not in ("question", "follow_up") and not opened and self.dice.random() < 0.12:
                sign = "\n\n"
            if sign.strip() in ("*", "`"):
                mark = sign.strip()
                if opened:
                    sign, opened = f"{opened} ", ""
                elif place < count - 1:
                    sign, opened = f" {mark}", mark
                else:
                    sign = " "
            elif opened:
                sign, opened = f"{opened} ", ""
            between.append(sign)
        between.append(f"{opened}." if opened else self.dice.choice(("", ".", "?")))
        return Text(Layout(tuple(between)), tuple(self.word() for _ in range(count)))

    def _written(self, name: str, text: str) -> list[str]:
        if name == "follow_up":
            return ["    follow_ups:", f"      - '{text}'  # last"]
        form = self.dice.choice(("|-", ">-", '"', "'"))
        if form in ("|-", ">-"):
            body = text.replace("\n\n", "\n\n\n" if form == ">-" else "\n\n")
            margin = "\n".join(f"      {line}".rstrip() for line in body.split("\n"))
            return [f"    {name}: {form}", margin]
        escaped = text.replace("\n", "\\n")
        return [f'    {name}: "{escaped}"'] if form == '"' or "\n" in text else [f"    {name}: '{text}'"]

    def edit_bank(self) -> None:
        """Change some words of the bank's file, retire or rename a question."""
        for _ in range(self.dice.randint(0, 4)):
            key, name = self.dice.choice(sorted(self.texts))
            place, word = self._change(self.texts[key, name], self.texts[key, name].words)
            text = self.texts[key, name]
            old = text.words[place]
            source = self.bank.read_text(encoding="utf-8")
            wanted = old if word else f"{old} "
            if not old or source.count(wanted) != 1:
                continue
            self.bank.write_text(source.replace(wanted, word), encoding="utf-8")
            text.words = (*text.words[:place], word, *text.words[place + 1 :])
            self.note(f"we change {old!r} of {key} {name} to {word!r}", "our edits")
        source = self.bank.read_text(encoding="utf-8")
        key = self.dice.choice(sorted(self.ids))
        line = f"- id: {self.ids[key]}  # first\n"
        if self.dice.random() < 0.1 and len(self.retired) + 2 < len(self.ids) and key not in self.retired:
            self.bank.write_text(source.replace(line, f"{line}    status: retired\n"), encoding="utf-8")
            self.retired.add(key)
            self.note(f"we retire {key}")
        elif self.dice.random() < 0.1 and self.ids[key] == key:
            self.ids[key] = f"{key}-renamed"
            renamed = f"- id: {self.ids[key]}  # first\n    former_ids: [{key}]\n"
            self.bank.write_text(source.replace(line, renamed), encoding="utf-8")
            self.note(f"we rename {key}")

    def _change(self, text: Text, words: Slots) -> tuple[int, str]:
        """Return a place, and what comes into it."""
        place = self.dice.randrange(len(words))
        around = text.layout.between[place], text.layout.between[place + 1]
        if (
            self.dice.random() < 0.25
            and around[1] == " "
            and around[0] in ("", " ")
            and sum(map(bool, words)) > 2
        ):
            return place, ""
        return place, self.word() if self.dice.random() < 0.7 else f"{self.word()} {self.word()}"

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run the program in the bank's folder."""
        environment = {"SOURCE_DATE_EPOCH": str(self.clock)}
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            done = CliRunner().invoke(program, arguments, prog_name="qexport", env=environment)
        finally:
            os.chdir(before)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise AssertionError(f"qexport {' '.join(arguments)} failed") from done.exception
        return done.exit_code, done.stdout + done.stderr

    def publish(self) -> None:
        """Build a deck of the bank, and remember what it says."""
        self.clock += 1000
        status, output = self.run(
            "build", "--bank", "bank.yaml", "--format", "deck", "--quiet", "--file-name", "d"
        )
        if status:
            raise AssertionError(f"the build failed: {output}")
        self.editions.append((self.folder / "out/d.apkg").read_bytes())
        for key, version in re.findall(r'"birth": "([^"]+)".*?"version": "([0-9a-f]+)"', self._lock_births()):
            words = {each: text.words for each, text in self.texts.items() if each[0] == key}
            self.published.setdefault(version, words)
            self.latest[key] = words
        self.note(f"edition {len(self.editions)}", "editions")

    def _lock_births(self) -> str:
        """Return a line a note with the id it was born with and its version, from the lock."""
        import json

        notes = json.loads((self.folder / "bank.lock.json").read_text(encoding="utf-8"))["notes"]
        return "\n".join(
            f'"birth": "{entry.get("birth", key)}" "version": "{entry["version"]}"'
            for key, entry in notes.items()
        )

    # Learners

    def let_import(self, learner: Learner, edition: bytes) -> None:
        """Import an edition; edits that Anki overwrites are the learner's to lose."""
        path = self.folder / "edition.apkg"
        path.write_bytes(edition)
        request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
        learner.collection.import_anki_package(request)
        for key, note in learner.notes():
            if learner.versions.get(key) != note["Version"]:
                learner.versions[key] = note["Version"]
                gone = [each for each in learner.theirs if each[0] == key]
                for each in gone:
                    del learner.theirs[each]
                learner.formatted -= {each for each in learner.formatted if each[0] == key}
        self.note(f"{learner.name} imports", "imports")

    def let_edit(self, learner: Learner) -> None:
        """Change some words, tags and notes of a collection."""
        notes = dict(learner.notes())
        for _ in range(self.dice.randint(0, 4)):
            key, name = self.dice.choice(sorted(self.texts))
            base = self.published[learner.versions[key]].get((key, name)) if key in notes else None
            if base is None:
                continue
            words = learner.theirs.get((key, name), base)
            place, word = self._change(self.texts[key, name], words)
            note, old = notes[key], words[place]
            html = note[FIELDS[name]]
            wanted = old if word else f"{old} "
            if not old or html.count(wanted) != 1:
                continue
            shown = word
            if word and self.dice.random() < 0.05:
                shown = f'<span style="color: red">{word}</span>'
                learner.formatted.add((key, name))
            note[FIELDS[name]] = html.replace(wanted, shown)
            learner.collection.update_note(note)
            learner.theirs[key, name] = (*words[:place], word, *words[place + 1 :])
            self.note(f"{learner.name} changes {old!r} of {key} {name} to {shown!r}")
        if notes and self.dice.random() < 0.3:
            note = self.dice.choice(sorted(notes.values(), key=lambda each: each["Key"]))
            learner.collection.tags.bulk_add([note.id], self.dice.choice(("marked", "private", "leech")))
        if notes and self.dice.random() < 0.3:
            card = learner.collection.get_card(learner.collection.find_cards("Key:*@*")[0])
            card.start_timer()
            learner.collection.sched.answerCard(card, 3)
        if self.dice.random() < 0.15:
            note = learner.collection.new_note(learner.collection.models.by_name("Basic"))
            note["Front"], note["Back"] = f"{self.word()} {self.word()}?", self.word()
            learner.collection.add_note(note, learner.collection.decks.id("Lives"))
            learner.added[note.guid] = note["Front"]
            self.note(f"{learner.name} adds {note['Front']!r}")

    def let_export(self, learner: Learner) -> str:
        """Export everything, in one of the two formats."""
        path = self.folder / f"{learner.name}.apkg"
        options = ExportAnkiPackageOptions(
            legacy=self.dice.random() < 0.5, with_scheduling=self.dice.random() < 0.5, with_media=True
        )
        learner.collection.export_anki_package(out_path=str(path), limit=None, options=options)
        return path.name

    # What a pull has to do

    def pull(self) -> None:
        """Pull all exports at once, and compare the bank with what it has to say."""
        choice = self.dice.choice(("", "", "", "--theirs", "--ours"))
        exports = [self.let_export(learner) for learner in self.learners]
        before = self.bank.read_text(encoding="utf-8")
        words = ["pull", *exports, "--bank", "bank.yaml", *([choice] if choice else [])]
        status, output = self.run(*words)
        self.note(f"pull {choice} of {', '.join(exports)}:\n{output}", "pulls")
        bank, _ = validate(reader.read(self.bank))
        questions = {question.id: question for question in bank.questions}
        for (key, name), text in self.texts.items():
            question = questions[self.ids[key]]
            (said,) = question.follow_ups if name == "follow_up" else (getattr(question, name),)
            self._compare(key, name, text, said, choice=choice, output=output)
        drafts = {question.question for question in bank.questions if question.status == "draft"}
        added = {asked for learner in self.learners for asked in learner.added.values()}
        if drafts != added:
            raise AssertionError(f"drafts are {sorted(drafts)}, not {sorted(added)}")
        self.counts["drafts"] = len(drafts)
        after = self.bank.read_text(encoding="utf-8")
        if re.findall("#.*", before) != re.findall("#.*", after)[: before.count("#")]:
            raise AssertionError("a comment of the bank is gone")
        again, output = self.run(*words)
        if self.bank.read_text(encoding="utf-8") != after or again != status:
            raise AssertionError(f"a second pull is not the same:\n{output}")

    def _compare(self, key: str, name: str, text: Text, said: str, *, choice: str, output: str) -> None:
        """Compare a text of the bank with what may have become of it, and take what did."""
        states = {text.words}
        must_name: list[bool] = []
        for learner in self.learners:
            theirs = learner.theirs.get((key, name))
            if theirs is None or key in self.retired:
                continue
            if self._is_published(learner, key, name):
                continue
            base = self.published[learner.versions[key]][key, name]
            if text.layout.text(theirs) == text.layout.text(base):
                continue
            if (key, name) in learner.formatted:
                must_name.append(True)
                self.counts["edits left"] += 1
                continue
            possible = [
                (state, merged)
                for state in states
                for merged in merge(base, state, theirs, text.layout, choice)
            ]
            must_name.append(all(merged is None or merged != state for state, merged in possible))
            self.counts["conflicts"] += all(merged is None for _, merged in possible)
            states = {state if merged is None else merged for state, merged in possible}
        found = [state for state in sorted(states) if text.layout.text(state).strip() == said]
        if not found:
            wanted = " or ".join(repr(text.layout.text(state)) for state in sorted(states))
            raise AssertionError(f"{key} {name} is\n  {said!r}, not\n  {wanted}\n{output}")
        self.counts["edits taken"] += found[0] != text.words
        text.words = found[0]
        shown = f"{self.ids[key]} {'follow_ups' if name == 'follow_up' else name}: "
        if output.count(shown) < sum(must_name):
            raise AssertionError(f"an edit of {key} {name} is neither taken nor named:\n{output}")

    def _is_published(self, learner: Learner, key: str, name: str) -> bool:
        """Report whether a text says what the newest edition does: it was taken before, and holds no edit any more."""
        layout, theirs = self.texts[key, name].layout, learner.theirs[key, name]
        is_plain = (key, name) not in learner.formatted
        return is_plain and layout.text(theirs).strip() == layout.text(self.latest[key][key, name]).strip()

    def live(self, rounds: int) -> None:
        """Live for some rounds."""
        self.begin()
        for _ in range(rounds):
            for learner in self.learners:
                if self.dice.random() < 0.4:
                    self.let_import(learner, self.dice.choice(self.editions[-3:]))
                self.let_edit(learner)
            self.edit_bank()
            if self.dice.random() < 0.4:
                self.publish()
            if self.dice.random() < 0.7:
                self.pull()
        self.pull()


def lives(count: int, rounds: int, seed: int) -> Iterator[Mapping[str, int]]:
    """Live so many lives; yield the sum of what happened after each.

    Raises:
        AssertionError: A promise was broken; the message begins with the number of the life.
    """
    total: Counter[str] = Counter(dict.fromkeys(KINDS, 0))
    for number in range(seed, seed + count):
        with tempfile.TemporaryDirectory() as folder:
            life = Life(Path(folder), random.Random(number))  # noqa: S311  # the same life every time
            try:
                life.live(rounds)
            except AssertionError as error:
                events = "\n".join(life.events[-12:])
                raise AssertionError(f"life {number}: {error}\n{events}") from error
            finally:
                for learner in life.learners:
                    learner.collection.close()
            total += life.counts
        yield total


def main(arguments: Sequence[str] | None = None) -> None:
    """Live, and print what happened."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--lives", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    counts: Mapping[str, int] = {}
    for number, counts in enumerate(lives(options.lives, options.rounds, options.seed), 1):
        if not options.quiet and number % 25 == 0:
            print(f"{number} lives, {time.monotonic() - started:.0f} s: {dict(counts)}", flush=True)
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items())
    print(f"{options.lives} lives, every promise kept: {said}")


if __name__ == "__main__":
    main()
