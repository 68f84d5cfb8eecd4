"""The deck in the real Anki: imported, imported again after an edit, rendered."""

from __future__ import annotations

import re
import time
import zlib
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from qexport.anki.card_labels import label_style
from qexport.anki.fields import FIELDS, MADE_BY_DECK
from qexport.anki.package_reader import lock_of
from qexport.anki.search import MOST_NOTES, search_for
from qexport.bank.lock import Edition, Lock, key_of, with_note_type
from qexport.bank.model import PROSE_SECTIONS, Bank, Question
from qexport.bank.selection import in_bank_order
from qexport.bank.stamping import stamp
from qexport.choosing import read_bank
from qexport.common.errors import Location
from qexport.content.templates import Templates
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools

if TYPE_CHECKING:
    from collections.abc import Iterator

anki = pytest.importorskip("anki.collection")

NOW = 1_760_000_000
TOOLS = Tools(Templates())

HOSTILE = (
    "List<int> & 'q' \"d\" [sound:x.mp3] [latex]x[/latex] [$]y[/$] [anki:tts lang=en]z[/anki:tts] "
    "[[type:Answer]] {{c1::x}} {{Question}} {{#ID}} {% x %} \\(\\d+\\) \\[x\\] $$z$$ "
    "<script>qxMarker</script> <img src=x onerror=y> &lt; __init__ -> a\u2028b"
)


@pytest.fixture(scope="session")
def bank(shipped_bank: Path) -> Bank:
    return read_bank(shipped_bank)[0]


class Learner:
    """Someone's Anki."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.collection = anki.Collection(str(folder / "collection.anki2"))

    def imports(self, document: Document, **options: Any) -> dict[str, int]:
        """Import a deck, by default as the desktop does; return how many notes went which way."""
        package = self.folder / "questions.apkg"
        package.write_bytes(document.data)
        request = anki.ImportAnkiPackageRequest(
            package_path=str(package), options=anki.ImportAnkiPackageOptions(**options)
        )
        log = self.collection.import_anki_package(request).log
        ways = ("new", "updated", "duplicate", "conflicting", "missing_notetype", "missing_deck")
        return {way: count for way in ways if (count := len(getattr(log, way)))}

    def notes(self, search: str = "") -> dict[str, Any]:
        notes = (self.collection.get_note(number) for number in self.collection.find_notes(search))
        return {unescape(note["ID"]): note for note in notes}

    def decks(self) -> dict[str, list[str]]:
        """The ids in each deck, as their cards come up when new."""
        decks = {}
        for deck in self.collection.decks.all_names_and_ids(skip_empty_default=True):
            cards = map(self.collection.get_card, self.collection.decks.cids(deck.id))
            decks[deck.name] = [card.note()["ID"] for card in sorted(cards, key=lambda card: card.due)]
        return decks

    def studies(self, deck: str) -> list[str]:
        """Answer the new cards of a deck and of those in it; return the ids in the order they came."""
        self.collection.decks.set_current(self.collection.decks.id(deck))
        seen = []
        while cards := self.collection.sched.get_queued_cards(fetch_limit=1).cards:
            card = self.collection.get_card(cards[0].card.id)
            seen.append(card.note()["ID"])
            card.start_timer()
            self.collection.sched.answerCard(card, 4)
        return seen


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    learner = Learner(tmp_path)
    yield learner
    problems, is_well = learner.collection.fix_integrity()
    learner.collection.close()
    assert (problems, is_well) == ("Database rebuilt and optimized.", True)


def edition_of(
    bank: Bank,
    *,
    lock: Lock | None = None,
    now: int = NOW,
    technology: str = "",
    level: str = "",
    tools: Tools = TOOLS,
    new_note_type: bool = False,
    **options: Any,
) -> tuple[Document, Lock]:
    """Make the deck of a bank, or of a part of it, and the lock that the next edition starts from."""
    chosen = parse_options(DeckOptions, {name.replace("_", "-"): value for name, value in options.items()})
    tools = with_notes(bank, chosen, tools)
    now_is = content(bank, chosen, tools)
    note_type = with_note_type(now_is.note_type, lock, "lock", may_change=new_note_type)
    lock, _ = stamp(replace(now_is, note_type=note_type), lock, now)
    passing = [
        question
        for question in bank.questions
        if technology in ("", question.technology) and level in ("", question.level)
    ]
    edition = Edition(
        bank=bank,
        questions=tuple(question for question in passing if question.status == "active"),
        retired=tuple(question for question in passing if question.status == "retired"),
        title=bank.title,
        scope="All questions",
        lock=lock,
    )
    return render(edition, chosen, tools), lock


def without_options(lock: Lock) -> Lock:
    """Return a lock as a deck of it can tell: the style is the same, its time is that of the deck's."""
    return replace(lock, options={})


def edited(bank: Bank, which: int, **changes: Any) -> Bank:
    questions = list(bank.questions)
    questions[which] = replace(questions[which], **changes)
    return replace(bank, questions=tuple(questions))


def said(html: str) -> str:
    """The text of a field."""
    return unescape(re.sub(r"<[^>]*>", "", re.sub(r"<br>|</p>\n<p>|</li>\n<li>", "\n", html))).strip()


def body_of(html: str) -> str:
    """A card without its style."""
    return re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)


def test_the_shipped_bank_arrives_whole(learner: Learner, bank: Bank) -> None:
    document, _ = edition_of(bank)
    assert learner.imports(document) == {"new": 15}
    assert learner.collection.card_count() == 15
    notes = learner.notes()
    assert list(FIELDS) == list(notes["PY-ADV-001"].keys())
    for question in bank.questions:
        note = notes[question.id]
        for section in PROSE_SECTIONS:
            field = {"real_world_example": "Real-World Example"}.get(
                section, section.replace("_", " ").title()
            )
            assert said(note[field]).replace("\n", " ") == getattr(question, section)
        assert said(note["Question"]) == question.question
        assert said(note["Follow-up Questions"]) == "\n".join(question.follow_ups)
        assert [note[name] for name in ("Technology", "Category", "Level", "Difficulty")] == [
            question.technology,
            question.category,
            question.level,
            str(question.difficulty),
        ]
        slug = {"AI Integration": "ai-integration", "Machine Learning": "machine-learning"}
        assert f"technology::{slug.get(question.technology, 'python')}" in note.tags
        assert {"level::advanced", f"difficulty::0{question.difficulty}"} < set(note.tags)
        assert len(note.tags) == 4
    assert learner.decks() == {
        bank.title: [],
        **{
            f"{bank.title}::{number} {technology}": [
                question.id for question in in_bank_order(bank) if question.technology == technology
            ]
            for number, technology in (("01", "Python"), ("02", "AI Integration"), ("03", "Machine Learning"))
        },
    }
    assert learner.studies(bank.title) == [question.id for question in in_bank_order(bank)]


def test_every_card_is_drawn_without_an_error(learner: Learner, bank: Bank) -> None:
    learner.imports(edition_of(bank)[0])
    for note in learner.notes().values():
        (card,) = note.cards()
        front, back = card.question(), card.answer()
        assert "{{" not in body_of(front) + body_of(back)
        assert f'<h1 class="question" dir="auto">{note["Question"]}</h1>' in front
        assert note["Answer"] not in front
        assert back.count("<details ") == 5
        made = ("Situation", "Title", *MADE_BY_DECK)
        assert all(value in back for name, value in note.items() if name not in made)


def test_what_is_empty_makes_no_heading(learner: Learner) -> None:
    bank = Bank(title="T", namespace="t", questions=(Question(id="A", question="q", answer="a"),))
    learner.imports(edition_of(bank)[0])
    (card,) = learner.notes()["A"].cards()
    assert re.sub(r"\s+", "", body_of(card.answer()).replace(' dir="auto"', "")) == (
        '<divclass="sheetmathjax_ignore"lang="en"><h1class="question">q</h1><pclass="meta"></p></div>'
        '<hrid="answer"><divclass="sheetmathjax_ignore"lang="en"><divclass="shown"><p>a</p></div>'
        '<pclass="foot"><span>A</span></p></div>'
    )


def test_importing_the_same_again_changes_nothing(learner: Learner, bank: Bank) -> None:
    document, lock = edition_of(bank)
    assert edition_of(bank, lock=lock, now=NOW + 99)[0].data == document.data
    learner.imports(document)
    assert learner.imports(document) == {"duplicate": 15}


def test_an_edit_arrives_and_the_learners_work_stays(learner: Learner, bank: Bank) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    collection = learner.collection
    notes = learner.notes()
    edited_card = notes["PY-ADV-004"].cards()[0]
    edited_card.start_timer()
    collection.sched.answerCard(edited_card, 3)
    own = notes["PY-ADV-003"]
    own["Spare 1"] = "my own words"
    own.tags.append("mine")
    collection.update_note(own)
    reviews = collection.db.all("SELECT * FROM revlog")
    schedule = collection.db.all("SELECT id, nid, did, type, queue, due, ivl, reps FROM cards ORDER BY id")

    assert bank.questions[0].id == "PY-ADV-004"
    document, _ = edition_of(edited(bank, 0, answer="A better answer."), lock=lock, now=NOW + 99)
    assert learner.imports(document) == {"updated": 1, "duplicate": 14}
    notes = learner.notes()
    assert notes["PY-ADV-004"]["Answer"] == "<p>A better answer.</p>"
    assert (notes["PY-ADV-003"]["Spare 1"], "mine" in notes["PY-ADV-003"].tags) == ("my own words", True)
    assert len(reviews) == 1
    assert collection.db.all("SELECT * FROM revlog") == reviews
    now = collection.db.all("SELECT id, nid, did, type, queue, due, ivl, reps FROM cards ORDER BY id")
    assert now == schedule


def test_who_edits_a_note_after_the_deck_was_made_keeps_it_until_always_is_asked_for(
    learner: Learner, bank: Bank
) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    document, lock = edition_of(edited(bank, 0, answer="A better answer."), lock=lock, now=NOW + 60)
    own = learner.notes()["PY-ADV-004"]
    own.tags.append("mine")
    learner.collection.update_note(own)  # today, long after the deck was made
    assert learner.imports(document) == {"duplicate": 15}
    always = "IMPORT_ANKI_PACKAGE_UPDATE_CONDITION_ALWAYS"
    assert learner.imports(document, update_notes=always) == {"updated": 1, "duplicate": 14}
    assert learner.notes()["PY-ADV-004"]["Answer"] == "<p>A better answer.</p>"


def test_a_deleted_note_comes_back_and_a_moved_card_stays_where_it_is(learner: Learner, bank: Bank) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    notes = learner.notes()
    mine = learner.collection.decks.id("Mine")
    learner.collection.set_deck([notes["PY-ADV-004"].cards()[0].id], mine)
    learner.collection.remove_notes([notes["PY-ADV-003"].id])
    document, _ = edition_of(edited(bank, 0, answer="A better answer."), lock=lock, now=NOW + 60)
    assert learner.imports(document) == {"new": 1, "updated": 1, "duplicate": 13}
    assert learner.decks()["Mine"] == ["PY-ADV-004"]
    assert "PY-ADV-003" in learner.decks()[f"{bank.title}::01 Python"]


def test_a_renumbered_question_stays_the_learners_note(learner: Learner, bank: Bank) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    before = learner.notes()["PY-ADV-004"].id
    renumbered = edited(bank, 0, id="PY-ADV-099", former_ids=("PY-ADV-004",))
    document, _ = edition_of(renumbered, lock=lock, now=NOW + 99)
    assert learner.imports(document) == {"updated": 1, "duplicate": 14}
    assert learner.notes()["PY-ADV-099"].id == before
    assert learner.collection.note_count() == 15


def test_a_new_style_arrives_without_touching_notes(learner: Learner, bank: Bank, tmp_path: Path) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    schema = learner.collection.db.scalar("SELECT scm FROM col")
    (tmp_path / "theme/anki").mkdir(parents=True)
    (tmp_path / "theme/anki/card.css").write_text(".card { color: red }", encoding="utf-8")
    tools = Tools(Templates((tmp_path / "theme", *TOOLS.templates.folders)))
    document, _ = edition_of(bank, lock=lock, now=NOW + 99, tools=tools)
    assert learner.imports(document) == {"duplicate": 15}
    (note_type,) = (each for each in learner.collection.models.all() if each["id"] == 1_716_240_100)
    assert note_type["css"] == ".card { color: red }" + label_style()
    assert (
        learner.collection.db.scalar("SELECT scm FROM col") == schema
    )  # else all is uploaded at the next sync


@pytest.mark.parametrize("order", [("Python", ""), ("", "Python")])
def test_overlapping_parts_agree_in_either_order(
    tmp_path: Path, learner: Learner, order: tuple[str, str]
) -> None:
    bank = Bank(
        title="T",
        namespace="t",
        questions=tuple(
            Question(id=f"Q-{number}", question="q", answer="a", technology=technology, level=level)
            for number, (technology, level) in enumerate(
                [
                    ("Python", "Hard"),
                    ("Rust", "Hard"),
                    ("Python", "Easy"),
                    ("Rust", "Easy"),
                    ("Python", "Hard"),
                ]
            )
        ),
    )
    lock: Lock | None = None
    for technology, ways in zip(order, ({"new": 3}, {"new": 1, "duplicate": 2}), strict=True):
        part, lock = edition_of(bank, lock=lock, technology=technology, level="" if technology else "Hard")
        assert learner.imports(part) == ways
    assert learner.decks() == {"T": [], "T::Python": ["Q-0", "Q-2", "Q-4"], "T::Rust": ["Q-1"]}


def test_hostile_text_is_text(learner: Learner) -> None:
    question = Question(
        id="H-1 <i>&[sound:y]",
        question=HOSTILE,
        answer=f"{HOSTILE}\n\n{HOSTILE}",
        deep_explanation=HOSTILE + "\x1f",
        follow_ups=(HOSTILE, HOSTILE),
        technology="C++::<b>",
        category="a & b",
        level="L\u00ebvel",
        difficulty=10,
        tags=("a b", "leech"),
        source="https://e.org/?a=1&b=<2>",
    )
    bank = Bank(title='Hostile::Bank <b>"x"', namespace="h", questions=(question,))
    assert learner.imports(edition_of(bank)[0]) == {"new": 1}
    note = learner.notes()[question.id]
    assert said(note["Question"]) == HOSTILE
    assert said(note["Answer"]) == f"{HOSTILE}\n{HOSTILE}"
    assert said(note["Deep Explanation"]) == HOSTILE
    assert said(note["Follow-up Questions"]) == f"{HOSTILE}\n{HOSTILE}"
    assert [said(note[name]) for name in ("Technology", "Category", "Level", "Source")] == [
        question.technology,
        question.category,
        question.level,
        question.source,
    ]
    assert 'Hostile:Bank <b>"x"::C++:<b>' in learner.decks()
    (card,) = note.cards()
    front, back = card.question(), card.answer()
    assert (card.question_av_tags(), card.answer_av_tags()) == ([], [])
    assert HOSTILE in said(front)
    assert said(back).count(HOSTILE) == 6
    drawn = re.compile(
        r'<i class="meter of-10"></i>|<svg viewBox="0 0 16 16" aria-hidden="true"><path d="[^"]+"/></svg>'
    )
    assert len(drawn.findall(back)) == 3  # what the template draws: a meter and two marks
    rest = drawn.sub("", back)
    assert (
        re.findall(r"<(?!/?(?:style|div|h1|p|span|hr|details|summary|ul|li|a|br|code)\b)[^>]*>", rest) == []
    )
    assert "onerror=y>" not in back


# Extra cards


def cards_of(learner: Learner) -> dict[str, list[int]]:
    return {key: sorted(card.ord for card in note.cards()) for key, note in learner.notes().items()}


def state_of(learner: Learner) -> tuple[list[Any], list[Any]]:
    """All that a learner's work has come to: the schedule of each card, and each review."""
    rows = learner.collection.db.all
    columns = "id, nid, did, ord, type, queue, due, ivl, factor, reps, lapses, flags"
    return rows(f"SELECT {columns} FROM cards ORDER BY id"), rows("SELECT * FROM revlog")


def review(learner: Learner, number: int) -> None:
    card = learner.collection.get_card(number)
    card.start_timer()
    learner.collection.sched.answerCard(card, 3)


def test_extra_cards_come_when_they_are_switched_on_and_stay_when_off(learner: Learner, bank: Bank) -> None:
    bank = replace(bank, questions=(*bank.questions, Question(id="SHORT", question="q", answer="a")))
    document, lock = edition_of(bank)
    learner.imports(document)
    review(learner, learner.notes()["PY-ADV-004"].cards()[0].id)
    before, reviews = state_of(learner)
    schema = learner.collection.db.scalar("SELECT scm FROM col")

    document, lock = edition_of(bank, lock=lock, now=NOW + 60, card_types="recall,scenario,mistakes")
    assert learner.imports(document) == {"updated": 15, "duplicate": 1}
    cards, same_reviews = state_of(learner)
    assert [card for card in cards if card[3] == 0] == before
    assert (same_reviews, len(cards)) == (reviews, 46)
    assert cards_of(learner)["PY-ADV-004"] == [0, 1, 2]
    assert cards_of(learner)["SHORT"] == [0]
    scenario = learner.notes()["PY-ADV-004"].cards()[1]
    assert "typed arguments silently for months because no type checking was in place." in scenario.question()
    assert "47 type errors" not in scenario.question()
    assert "47 type errors" in scenario.answer()
    review(learner, scenario.id)
    before, reviews = state_of(learner)

    document, lock = edition_of(bank, lock=lock, now=NOW + 120)
    assert learner.imports(document) == {"updated": 15, "duplicate": 1}
    assert state_of(learner) == (before, reviews)
    note = learner.notes()["PY-ADV-004"]
    learner.collection.update_note(note)  # which makes the cards that it should have
    assert state_of(learner) == (before, reviews)
    assert "The deck no longer makes this card." in note.cards()[1].question()
    empty = learner.collection.get_empty_cards().notes
    assert sorted(len(each.card_ids) for each in empty) == [2] * 15
    assert not any(each.will_delete_note for each in empty)

    document, _ = edition_of(bank, lock=lock, now=NOW + 180, card_types="recall,scenario")
    learner.imports(document)
    assert state_of(learner) == (before, reviews)
    assert "typed arguments silently" in learner.notes()["PY-ADV-004"].cards()[1].question()
    assert learner.collection.db.scalar("SELECT scm FROM col") == schema


def test_a_learner_who_edits_a_note_gets_no_card_the_deck_does_not_make(learner: Learner, bank: Bank) -> None:
    learner.imports(edition_of(bank)[0])
    for note in learner.notes().values():
        note["Spare 1"] = "mine"
        learner.collection.update_note(note)
    assert set(map(tuple, cards_of(learner).values())) == {(0,)}


# What left


def test_the_search_finds_exactly_what_is_retired(learner: Learner, bank: Bank) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    rest = replace(edited(bank, 0, status="retired"), questions=bank.questions[2:])
    document, lock = edition_of(rest, lock=lock, now=NOW + 60)
    assert learner.imports(document) == {"duplicate": 13}
    gone = {question.id for question in bank.questions[:2]}
    assert {entry.id for entry in lock.left} == gone
    assert set(learner.notes(search_for(map(lock.key_of, lock.left)))) == gone


def test_more_retired_notes_than_anki_searches_at_once_are_found_by_several_searches(
    learner: Learner,
) -> None:
    numbers = range(2 * MOST_NOTES + 100)
    questions = tuple(Question(id=f"Q-{number}", question=f"q {number}", answer="a") for number in numbers)
    first = Bank(title="T", namespace="t", questions=questions)
    document, lock = edition_of(first)
    learner.imports(document)
    _, lock = edition_of(replace(first, questions=questions[:1]), lock=lock, now=NOW + 60)
    searches = search_for(map(lock.key_of, lock.left)).splitlines()
    found = [set(learner.notes(each)) for each in searches]
    assert [len(each) for each in found] == [MOST_NOTES, MOST_NOTES, 99]
    assert set().union(*found) == {question.id for question in questions[1:]}


ODD_IDS = (
    *("re:1", "nc:e", "w:x", "A_1", "A*", 'q"u', "back\\slash", "A<B>&C", "x:y", "(or)", "-x", "or"),
    *("[sound:x]", "ü-日本", "#1", "'", "a::b"),
)


@pytest.mark.parametrize("key", ODD_IDS)
def test_the_search_finds_an_id_of_any_characters_and_no_other(learner: Learner, key: str) -> None:
    others = [f"{key}2", f"2{key}", "AX1", "Axx", "a", "b", "backslash", "x", "y", "#2"]
    questions = tuple(Question(id=each, question="q", answer="a") for each in (key, *others))
    learner.imports(edition_of(Bank(title="T", namespace="t", questions=questions))[0])
    assert set(learner.notes(search_for([key_of("t", key)]))) == {key}
    assert set(learner.notes(search_for([key_of("t", key), key_of("t", "#2")]))) == {key, "#2"}


def test_retired_questions_that_ship_are_marked(learner: Learner, bank: Bank) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    changed = edited(bank, 0, status="retired")
    document, _ = edition_of(changed, lock=lock, now=NOW + 60, include_retired=True)
    assert learner.imports(document) == {"updated": 1, "duplicate": 14}
    assert set(learner.notes("tag:retired")) == {bank.questions[0].id}
    for key, note in learner.notes().items():
        (card,) = note.cards()
        marked = "Retired: the question is no longer part of its bank." in card.question()
        assert marked == (key == bank.questions[0].id)


# The note type


def test_a_note_type_that_changed_freezes_a_learner_until_it_is_merged(
    learner: Learner, bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    review(learner, learner.notes()["PY-ADV-004"].cards()[0].id)
    before, reviews = state_of(learner)
    monkeypatch.setitem(FIELDS, "One More", 1_716_240_199)
    better = edited(bank, 0, answer="A better answer.")

    # What the guard keeps from happening.
    unguarded = replace(
        lock, note_type=content(better, DeckOptions(), with_notes(better, DeckOptions(), TOOLS)).note_type
    )
    frozen, _ = edition_of(better, lock=unguarded, now=NOW + 60)
    assert learner.imports(frozen) == {"conflicting": 15}
    assert "A better answer." not in learner.notes()["PY-ADV-004"]["Answer"]

    # What it says to do.
    document, lock = edition_of(better, lock=lock, now=NOW + 60, new_note_type=True)
    assert lock.note_type.major == 2
    assert learner.imports(document) == {"conflicting": 15}
    assert learner.imports(document, merge_notetypes=True) == {"updated": 15}
    assert learner.notes()["PY-ADV-004"]["Answer"] == "<p>A better answer.</p>"
    assert learner.notes()["PY-ADV-004"]["One More"] == ""
    assert learner.collection.note_count() == 15
    after, same_reviews = state_of(learner)
    assert (after, same_reviews) == (before, reviews)


# The lock from a deck that is out there


def test_a_lost_lock_is_made_anew_from_the_deck(bank: Bank) -> None:
    document, lock = edition_of(bank, card_types="recall,mistakes", tag_prefix="x")
    assert lock_of(document.data, "old.apkg", bank) == without_options(lock)


@pytest.mark.parametrize("legacy", [True, False])
def test_a_lost_lock_is_made_anew_from_a_learners_export(learner: Learner, bank: Bank, legacy: bool) -> None:
    document, lock = edition_of(bank)
    learner.imports(document)
    exported = learner.folder / "exported.apkg"
    learner.collection.export_anki_package(
        out_path=str(exported),
        limit=None,
        options=anki.ExportAnkiPackageOptions(legacy=legacy),
    )
    again = lock_of(exported.read_bytes(), "exported.apkg", bank)
    assert again.notes == lock.notes
    assert (again.namespace, again.deck_root) == (lock.namespace, lock.deck_root)
    document, _ = edition_of(edited(bank, 0, answer="A better answer."), lock=again, now=NOW + 99)
    assert learner.imports(document) == {"updated": 1, "duplicate": 14}


# Media


def test_pictures_arrive_and_an_edited_one_takes_the_place_of_the_old(
    learner: Learner, tmp_path: Path
) -> None:
    path = tmp_path / "questions.yaml"
    path.touch()
    question = Question(
        id="P", question="q", answer="![dot](dot.png)", markup="markdown", location=Location(str(path))
    )
    bank = Bank(title="T", namespace="t", questions=(question,))
    media = Path(learner.collection.media.dir())
    lock: Lock | None = None
    for number, colour in enumerate((b"\xff\0\0", b"\0\0\xff")):
        (tmp_path / "dot.png").write_bytes(png(colour))
        document, lock = edition_of(bank, lock=lock, now=NOW + number)
        learner.imports(document)
        name = re.findall(r'<img tabindex="0" src="([^"]+)"', learner.notes()["P"]["Answer"])
        assert [(media / each).read_bytes() for each in name] == [png(colour)]
    assert len(list(media.glob("qexport-*.png"))) == 2  # Anki's “Check Media” takes the old one away


def png(colour: bytes) -> bytes:
    """A picture of one dot."""

    def part(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = part(b"IHDR", bytes.fromhex("00000001000000010802000000"))
    return b"\x89PNG\r\n\x1a\n" + header + part(b"IDAT", zlib.compress(b"\0" + colour)) + part(b"IEND", b"")


@pytest.mark.parametrize("words", ["Python's type system", "__annotations__", "Dict[str int]"])
def test_a_search_finds_the_words_of_the_bank(learner: Learner, bank: Bank, words: str) -> None:
    learner.imports(edition_of(bank)[0])
    escaped = re.sub(r"([_*\\:])", r"\\\1", words)
    found = learner.notes(f'"{escaped}"')
    assert "PY-ADV-004" in found
    assert set(found) == {
        question.id
        for question in bank.questions
        if any(
            words.lower() in getattr(question, section).lower() for section in (*PROSE_SECTIONS, "question")
        )
    }


def test_a_search_for_what_was_added_finds_what_was_published_lately(learner: Learner) -> None:
    now = int(time.time())
    old = Bank(title="T", namespace="t", questions=(Question(id="A", question="What is a?", answer="a"),))
    deck, lock = edition_of(old, now=now - 30 * 86_400)
    learner.imports(deck)
    more = replace(old, questions=(*old.questions, Question(id="B", question="What is b?", answer="b")))
    deck, _ = edition_of(more, lock=lock, now=now - 86_400)
    learner.imports(deck)
    assert set(learner.notes()) == {"A", "B"}
    assert set(learner.notes("added:7")) == {"B"}


ORDERS = {
    "bank": ["P1", "P2", "G1", "G2", "Z1", "N1"],
    "difficulty": ["G1", "P2", "Z1", "N1", "P1", "G2"],
    "id": ["G1", "G2", "N1", "P1", "P2", "Z1"],
}
"""Of new cards, over technologies that are in another order than their names."""


@pytest.fixture
def mixed() -> Bank:
    rows = (
        ("P1", "Python", 5),
        ("G1", "Go", 1),
        ("P2", "Python", 2),
        ("Z1", "Awk", 3),
        ("G2", "Go", 9),
        ("N1", "", 4),
    )
    questions = tuple(
        Question(id=key, question=f"What is {key}?", answer="a", technology=technology, difficulty=difficulty)
        for key, technology, difficulty in rows
    )
    return Bank(title="Mixed", namespace="mixed", technologies=("Python", "Go", "Awk"), questions=questions)


@pytest.mark.parametrize("order", ORDERS)
def test_an_order_that_is_asked_for_holds_over_the_whole_deck(
    learner: Learner, mixed: Bank, order: str
) -> None:
    learner.imports(edition_of(mixed, new_order=order)[0])
    assert learner.studies("Mixed") == ORDERS[order]


@pytest.mark.parametrize("depth", ["0", "1", "2"])
def test_the_banks_order_holds_over_the_tree_for_everybody(learner: Learner, mixed: Bank, depth: str) -> None:
    deck, _ = edition_of(mixed, deck_depth=depth)
    learner.imports(deck)
    learner.imports(deck, with_deck_configs=True)
    # nobody's options are touched
    assert [each["id"] for each in learner.collection.decks.all_config()] == [1]
    assert learner.studies("Mixed") == ORDERS["bank"]


@pytest.mark.parametrize("order", ["", "id"])
def test_questions_that_come_later_are_met_where_the_bank_has_them(learner: Learner, order: str) -> None:
    def bank(ids: str) -> Bank:
        questions = (Question(id=key, question=f"What is {key}?", answer="a") for key in ids.split())
        return Bank(title="T", namespace="t", questions=tuple(questions))

    lock: Lock | None = None
    for number, ids in enumerate(("C F I", "C E F I", "A C D E F I", "A B D E F G H I J", order and "A J")):
        if ids:
            deck, lock = edition_of(bank(ids), lock=lock, now=NOW + 60 * number, new_order=order)
            learner.imports(deck)
    assert learner.studies("T") == list("ABCDEFGHIJ")


def test_a_technology_that_comes_later_gets_the_next_number(learner: Learner, mixed: Bank) -> None:
    deck, lock = edition_of(mixed)
    learner.imports(deck)
    new = Question(id="R1", question="What is R1?", answer="a", technology="Rust")
    more = replace(mixed, technologies=("Rust", "Go", "Python", "Awk"), questions=(new, *mixed.questions))
    deck, lock = edition_of(more, lock=lock, now=NOW + 60)
    assert learner.imports(deck) == {"new": 1, "duplicate": 6}
    numbered = {"python": "01 Python", "go": "02 Go", "awk": "03 Awk", "": "04 Other questions"}
    assert lock.decks == {**numbered, "rust": "05 Rust"}
    assert set(learner.decks()) == {"Mixed", *(f"Mixed::{name}" for name in lock.decks.values())}
    learner.imports(deck, with_deck_configs=True)  # with which the new order holds
    assert learner.studies("Mixed")[0] == "R1"


@pytest.mark.parametrize("depth", ["1", "2"])
@pytest.mark.parametrize("order", ["difficulty", "id"])
def test_the_decks_options_hold_the_order_over_a_tree(
    learner: Learner, mixed: Bank, order: str, depth: str
) -> None:
    deck, _ = edition_of(mixed, new_order=order, deck_depth=depth)
    learner.imports(deck)  # a learner who has the deck already gets them too
    learner.imports(deck, with_deck_configs=True)
    assert learner.studies("Mixed") == ORDERS[order]


def test_without_the_decks_options_anki_goes_deck_by_deck(learner: Learner, mixed: Bank) -> None:
    deck, _ = edition_of(mixed, new_order="difficulty", deck_depth="1")
    learner.imports(deck)
    learner.imports(deck)
    assert [each["id"] for each in learner.collection.decks.all_config()] == [1]
    assert learner.studies("Mixed") == ["P2", "P1", "G1", "G2", "Z1", "N1"]
