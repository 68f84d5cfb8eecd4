"""Drive `qexport pull` through random lives: a bank, learners with the real Anki, edits on both sides.

    python tools/try_pull_lives.py [--lives N] [--rounds N] [--seed N] [--quiet]

A life is a bank in YAML, its editions, and one to three collections of the real Anki library. In each round the bank
is edited and published or not, learners import one of the editions, edit notes and tags, add notes, and export their
deck in one of Anki's two formats; then all exports are pulled at once. Texts in Markdown show pictures: the bank
replaces and renames their files, learners put others in their place or draw over them. What the bank has to say after
that is worked out word by word, a picture being one word, from who changed what. After every pull:

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
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from click.testing import CliRunner
from PIL import Image

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
COMMENT = re.compile(r"(?<=\s)#.*")
"""A comment of YAML, and not a # in the GUID of a draft, which Anki draws by lot."""
KINDS = (
    "edits taken",
    "conflicts",
    "edits left",
    "pictures taken",
    "pictures kept",
    "drafts",
    "pulls",
    "editions",
    "imports",
    "our edits",
    "our pictures",
    "their pictures",
)
_IMG = re.compile(r'<img [^>]*src="([^"]*)"[^>]*>')
_SOURCE_IN_TEXT = re.compile(r"(?<=\]\()[^)]*(?=\))")
_OF_DECK = re.compile(r"qexport-([0-9a-f]{32})\.png")

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
    picture: int | None = None
    """The place of the picture among the words: there it has the name of what it shows."""
    source: str = ""
    """The picture's file."""

    @property
    def shown(self) -> str:
        """The name of its picture; empty if it has none."""
        return "" if self.picture is None else self.words[self.picture]

    def with_picture(self, words: Slots, name: str) -> Slots:
        """Return words with another picture among them."""
        place = self.picture
        return words if place is None else (*words[:place], name, *words[place + 1 :])

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
    pictures: dict[tuple[str, str], str] = field(default_factory=dict)
    """Field → the picture that the note was published with."""
    fields: dict[str, str] = field(default_factory=dict)
    """Birth id of a question → all fields of its note after the last import or edit."""

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
    editions: list[tuple[bytes, dict[tuple[str, str], str]]] = field(default_factory=list)
    """Each with the picture that each field shows."""
    drawn: dict[str, bytes] = field(default_factory=dict)
    """What pictures show, by their names in this life."""
    names: dict[str, str] = field(default_factory=dict)
    """Their names by the digests of what they show."""
    were_published: set[str] = field(default_factory=set)
    """Pictures that some edition had."""
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

    def draw(self) -> str:
        """Return the name of a picture that is nowhere else."""
        number = len(self.drawn) + 1
        file = BytesIO()
        Image.new("RGB", (4, 4), (number % 256, number // 256, self.dice.randrange(256))).save(file, "PNG")
        name = f"PIC{number}"
        self.drawn[name] = file.getvalue()
        self.names[sha256(file.getvalue()).hexdigest()[:32]] = name
        return name

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
                    lines += self._written(name, self._with_sources(text))
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
        words = [self.word() for _ in range(count)]
        places = [at for at in range(1, count - 1) if between[at] == " " == between[at + 1]]
        if self.format == "plain" or name == "follow_up" or not places or self.dice.random() < 0.3:
            return Text(Layout(tuple(between)), tuple(words))
        place = self.dice.choice(places)
        around = (
            ("\n\n![d](", ")\n\n") if name != "question" and self.dice.random() < 0.4 else (" ![d](", ") ")
        )
        between[place : place + 2] = around
        words[place] = self.draw()
        source = f"{self.dice.choice(('', 'img/'))}{words[place].lower()}.png"
        self._save(source, words[place])
        return Text(Layout(tuple(between)), tuple(words), place, source)

    def _save(self, source: str, name: str) -> None:
        path = self.folder / source
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(self.drawn[name])

    def _with_sources(self, text: Text) -> str:
        return re.sub(r"(?<=\]\()PIC\d+(?=\))", text.source, str(text))

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
            text = self.texts[key, name]
            if text.picture is not None and self.dice.random() < 0.4:
                self._edit_picture(key, name, text)
                continue
            place, word = self._change(text, text.words)
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

    def _edit_picture(self, key: str, name: str, text: Text) -> None:
        """Let the bank have another picture, another file of it, or both."""
        what = self.dice.choice(("replace", "rename", "replace and rename"))
        if "replace" in what:
            text.words = text.with_picture(text.words, self.draw())
        if "rename" in what:
            old, text.source = text.source, f"{self.dice.choice(('', 'new/'))}{self.word()}.png"
            (self.folder / old).unlink()
            source = self.bank.read_text(encoding="utf-8")
            self.bank.write_text(source.replace(f"]({old})", f"]({text.source})"), encoding="utf-8")
        self._save(text.source, text.shown)
        self.note(f"we {what} the picture of {key} {name}: {text.source} is {text.shown}", "our pictures")

    def _change(self, text: Text, words: Slots) -> tuple[int, str]:
        """Return a place, and what comes into it."""
        place = self.dice.choice([at for at in range(len(words)) if at != text.picture])
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
        pictures = {
            each: text.words[text.picture] for each, text in self.texts.items() if text.picture is not None
        }
        self.were_published |= set(pictures.values())
        self.editions.append(((self.folder / "out/d.apkg").read_bytes(), pictures))
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

    def let_import(self, learner: Learner, edition: tuple[bytes, dict[tuple[str, str], str]]) -> None:
        """Import an edition; edits that Anki overwrites are the learner's to lose."""
        path = self.folder / "edition.apkg"
        path.write_bytes(edition[0])
        request = ImportAnkiPackageRequest(package_path=str(path), options=ImportAnkiPackageOptions())
        learner.collection.import_anki_package(request)
        for key, note in learner.notes():
            if learner.fields.get(key) != "\n".join(note.fields):
                learner.versions[key] = note["Version"]
                learner.fields[key] = "\n".join(note.fields)
                learner.pictures |= {each: name for each, name in edition[1].items() if each[0] == key}
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
            note = notes[key]
            if self.texts[key, name].picture is not None and self.dice.random() < 0.4:
                self._edit_learners_picture(learner, note, key, name)
                continue
            place, word = self._change(self.texts[key, name], words)
            old = words[place]
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
            learner.fields[key] = "\n".join(note.fields)
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

    def _edit_learners_picture(self, learner: Learner, note: Any, key: str, name: str) -> None:
        """Put another picture into the place of the one in a note, or draw over its file."""
        html = note[FIELDS[name]]
        shown = _IMG.findall(html)[0]
        new = self.draw()
        media = learner.collection.media
        if _OF_DECK.fullmatch(shown) and self.dice.random() < 0.5:
            (Path(media.dir()) / shown).write_bytes(self.drawn[new])
            what = "draws over"
        else:
            file = media.write_data(f"paste {new}.png", self.drawn[new])
            note[FIELDS[name]] = _IMG.sub(f'<img src="{file}" alt="d">', html)
            learner.collection.update_note(note)
            learner.fields[key] = "\n".join(note.fields)
            what = "replaces"
        self.note(f"{learner.name} {what} the picture of {key} {name} by {new}", "their pictures")

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
        after = self._files()
        text_after = after[self.bank].decode()
        comments = COMMENT.findall(before)
        if comments != COMMENT.findall(text_after)[: len(comments)]:
            raise AssertionError(f"a comment of the bank is gone:\n{before}\n---\n{text_after}")
        again, output = self.run(*words)
        if self._files() != after or again != status:
            raise AssertionError(f"a second pull is not the same:\n{output}")

    def _files(self) -> dict[Path, bytes]:
        """Return the bank's file and its pictures."""
        pictures = (path for path in self.folder.rglob("*.png") if "collection.media" not in path.parts)
        return {path: path.read_bytes() for path in (self.bank, *pictures)}

    def _compare(self, key: str, name: str, text: Text, said: str, *, choice: str, output: str) -> None:
        """Compare a text of the bank with what may have become of it, and take what did."""
        states = {text.words}
        must_name: list[bool] = []
        for learner in self.learners:
            notes = dict(learner.notes())
            if key in self.retired or (key, name) not in self.published.get(
                learner.versions.get(key, ""), {}
            ):
                continue
            base = self.published[learner.versions[key]][key, name]
            base = text.with_picture(base, learner.pictures.get((key, name), ""))
            theirs, drawn = self._of_learner(learner, notes[key], key, name, base)
            states = self._with_words(
                learner, (key, name), (base, theirs), states, choice=choice, must_name=must_name
            )
            if drawn:
                states = self._with_drawing(text, drawn, states, choice)
        shown, sources = self._read_pictures(said)
        found = [state for state in sorted(states) if text.layout.text(state).strip() == shown]
        if not found:
            wanted = " or ".join(repr(text.layout.text(state)) for state in sorted(states))
            raise AssertionError(f"{key} {name} is\n  {shown!r}, not\n  {wanted}\n{output}")
        self._take(key, name, text, found[0], sources)
        named = f"{self.ids[key]} {'follow_ups' if name == 'follow_up' else name}: "
        if output.count(named) < sum(must_name):
            raise AssertionError(f"an edit of {key} {name} is neither taken nor named:\n{output}")

    def _of_learner(
        self, learner: Learner, note: Any, key: str, name: str, base: Slots
    ) -> tuple[Slots, tuple[str, str] | None]:
        """Return the words that a learner has, and which picture was drawn over, with what."""
        text = self.texts[key, name]
        words = learner.theirs.get((key, name), base)
        if text.picture is None:
            return words, None
        (shown,) = _IMG.findall(note[FIELDS[name]])
        data = (Path(learner.collection.media.dir()) / shown).read_bytes()
        is_now = self.names[sha256(data).hexdigest()[:32]]
        if not (deck := _OF_DECK.fullmatch(shown)):
            return text.with_picture(words, is_now), None
        was = self.names[deck[1]]
        return text.with_picture(words, was), None if was == is_now else (was, is_now)

    def _with_words(
        self,
        learner: Learner,
        place: tuple[str, str],
        sides: tuple[Slots, Slots],
        states: set[Slots],
        *,
        choice: str,
        must_name: list[bool],
    ) -> set[Slots]:
        """Return what may become of a text by the words of a learner."""
        text, (base, theirs) = self.texts[place], sides
        is_formatted = place in learner.formatted
        latest, layout = self.latest[place[0]][place], text.layout
        if text.picture is not None and theirs[text.picture] == base[text.picture]:
            latest = text.with_picture(latest, base[text.picture])  # the learner left the picture alone
        same = [layout.text(theirs).strip() == layout.text(other).strip() for other in (latest, base)]
        if same[1] or (same[0] and not is_formatted):
            return states  # no edit, or it was taken before and is in the newest edition
        if is_formatted:
            must_name.append(True)
            self.counts["edits left"] += 1
            return states
        possible = [
            (state, merged) for state in states for merged in merge(base, state, theirs, layout, choice)
        ]
        must_name.append(all(merged is None or merged != state for state, merged in possible))
        self.counts["conflicts"] += all(merged is None for _, merged in possible)
        return {state if merged is None else merged for state, merged in possible}

    def _with_drawing(
        self, text: Text, drawn: tuple[str, str], states: set[Slots], choice: str
    ) -> set[Slots]:
        """Return what may become of a text by a picture that was drawn over."""
        was, new = drawn
        found = set()
        for state in states:
            ours = Text(text.layout, state, text.picture).shown
            is_taken = ours == was or choice == "--theirs"
            found.add(text.with_picture(state, new) if is_taken and ours != new else state)
            if new in self.were_published and ours != was:
                found.add(state)  # taken before, and replaced by the bank since
        return found

    def _read_pictures(self, said: str) -> tuple[str, list[str]]:
        """Return a text with the names of what its pictures show, and their files."""
        sources: list[str] = _SOURCE_IN_TEXT.findall(said)

        def name(found: re.Match[str]) -> str:
            path = self.folder / found[0]
            return (
                self.names.get(sha256(path.read_bytes()).hexdigest()[:32], "?") if path.exists() else "none"
            )

        return _SOURCE_IN_TEXT.sub(name, said), sources

    def _take(self, key: str, name: str, text: Text, words: Slots, sources: Sequence[str]) -> None:
        """Remember what the bank has now."""
        if text.picture is not None:
            is_kept = words[text.picture] == text.words[text.picture]
            if is_kept and [text.source] != sources:
                raise AssertionError(f"the picture of {key} {name} is in {sources}, not in {text.source}")
            (text.source,) = sources
            self.counts["pictures kept" if is_kept else "pictures taken"] += 1
        self.counts["edits taken"] += words != text.words
        text.words = words

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
