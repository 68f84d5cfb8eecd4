"""The deck in the real Anki: imported, imported again after an edit, rendered."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from qexport.editions import Edition, Lock, stamp
from qexport.exporters import Document, Tools
from qexport.exporters.anki_deck import FIELD_IDS, note_digests, note_type_digest, render
from qexport.pipeline import read_bank
from qexport.question import PROSE_SECTIONS, Bank, Question
from qexport.templating import Templates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

anki = pytest.importorskip("anki.collection")

NOW = 1_760_000_000
TOOLS = Tools(Templates())

HOSTILE = (
    "List<int> & 'q' \"d\" [sound:x.mp3] [latex]x[/latex] [$]y[/$] [anki:tts lang=en]z[/anki:tts] "
    "[[type:Answer]] {{c1::x}} {{Question}} {{#ID}} {% x %} \\(\\d+\\) \\[x\\] $$z$$ "
    "<script>alert(1)</script> <img src=x onerror=y> &lt; __init__ -> a\u2028b"
)


@pytest.fixture(scope="session")
def bank(shipped_bank: Path) -> Bank:
    return read_bank(shipped_bank)[0]


class Learner:
    """Someone's Anki."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.collection = anki.Collection(str(folder / "collection.anki2"))

    def imports(self, document: Document) -> dict[str, int]:
        """Import a deck as the desktop does by default; return how many notes went which way."""
        package = self.folder / "questions.apkg"
        package.write_bytes(document.data)
        request = anki.ImportAnkiPackageRequest(
            package_path=str(package), options=anki.ImportAnkiPackageOptions()
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


@pytest.fixture
def learner(tmp_path: Path) -> Iterator[Learner]:
    learner = Learner(tmp_path)
    yield learner
    problems, is_well = learner.collection.fix_integrity()
    learner.collection.close()
    assert (problems, is_well) == ("Database rebuilt and optimized.", True)


def edition_of(
    bank: Bank, *, lock: Lock | None = None, now: int = NOW, technology: str = "", level: str = ""
) -> tuple[Document, Lock]:
    """Make the deck of a bank, or of a part of it, and the lock that the next edition starts from."""
    lock, _ = stamp(note_digests(bank, TOOLS), note_type_digest(TOOLS), lock, now)
    chosen = tuple(
        question
        for question in bank.questions
        if technology in ("", question.technology) and level in ("", question.level)
    )
    edition = Edition(bank=bank, questions=chosen, title=bank.title, scope="All questions", lock=lock)
    return render(edition, {}, TOOLS), lock


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
    assert list(FIELD_IDS) == list(notes["PY-ADV-001"].keys())
    for question in bank.questions:
        note = notes[question.id]
        for section in PROSE_SECTIONS:
            field = {"real_world_example": "Real-World Example"}.get(
                section, section.replace("_", " ").title()
            )
            assert said(note[field]) == getattr(question, section)
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
            f"{bank.title}::{technology}": [
                question.id for question in bank.questions if question.technology == technology
            ]
            for technology in ("AI Integration", "Machine Learning", "Python")
        },
    }


def test_every_card_is_drawn_without_an_error(learner: Learner, bank: Bank) -> None:
    learner.imports(edition_of(bank)[0])
    for note in learner.notes().values():
        (card,) = note.cards()
        front, back = card.question(), card.answer()
        assert "{{" not in body_of(front) + body_of(back)
        assert f'<h1 class="question" dir="auto">{note["Question"]}</h1>' in front
        assert note["Answer"] not in front
        assert back.count("<details ") == 5
        assert all(value in back for value in note.values())


def test_what_is_empty_makes_no_heading(learner: Learner) -> None:
    bank = Bank(title="T", namespace="t", questions=(Question(id="A", question="q", answer="a"),))
    learner.imports(edition_of(bank)[0])
    (card,) = learner.notes()["A"].cards()
    assert re.sub(r"\s+", "", body_of(card.answer()).replace(' dir="auto"', "")) == (
        '<divclass="sheetmathjax_ignore"><h1class="question">q</h1><pclass="meta"></p></div><hrid="answer">'
        '<divclass="sheetmathjax_ignore"><divclass="answer"><p>a</p></div>'
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
    tools = Tools(Templates((tmp_path / "theme", *TOOLS.templates._folders)))
    lock, _ = stamp(note_digests(bank, tools), note_type_digest(tools), lock, NOW + 99)
    edition = Edition(bank=bank, questions=bank.questions, title=bank.title, scope="", lock=lock)
    assert learner.imports(render(edition, {}, tools)) == {"duplicate": 15}
    (note_type,) = (each for each in learner.collection.models.all() if each["id"] == 1_716_240_100)
    assert note_type["css"] == ".card { color: red }"
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
    assert re.findall(r"<(?!/?(?:style|div|h1|p|span|hr|details|summary|ul|li|a|br)\b)[^>]*>", back) == []
    assert "onerror=y>" not in back


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
