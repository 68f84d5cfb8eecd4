"""A note is itself for ever: the commands that see to it, as a user runs them."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from qexport import locking
from qexport.bank.lock import LockMoved
from qexport.bank.lock_file import read_lock
from qexport.cli.main import program

NOW = 1_795_000_000
BANK = """\
title: My bank
questions:
  # lists first
  - {id: Q1, question: What is a list in Python?, answer: one, difficulty: 8}
  - {id: Q2, question: How does a dict find its keys?, answer: two, difficulty: 9}
  - {id: Q3, question: Why are tuples hashable at all?, answer: three, difficulty: 3}
"""
LOCK = Path("b.lock.json")


@dataclass
class Done:
    status: int
    out: str
    err: str


def run(*words: str, now: int = NOW) -> Done:
    result = CliRunner().invoke(
        program, words, prog_name="qexport", env={"SOURCE_DATE_EPOCH": str(now)}, catch_exceptions=False
    )
    return Done(result.exit_code, result.stdout, result.stderr)


def build(*words: str, now: int = NOW) -> Done:
    done = run("build", "--bank", "b.yaml", "--format", "deck", "--file-name", "deck", *words, now=now)
    return Done(done.status, "\n".join(done.out.splitlines()[1:]), done.err)


def change(old: str, new: str) -> None:
    text = Path("b.yaml").read_text(encoding="utf-8")
    assert old in text
    Path("b.yaml").write_text(text.replace(old, new), encoding="utf-8")


def born() -> dict[str, str]:
    """Return what each question's note was born as."""
    lock = read_lock(LOCK.read_text(encoding="utf-8"), str(LOCK))
    return {key: entry.birth for key, entry in lock.notes.items()}


@pytest.fixture(autouse=True)
def in_a_folder_with_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.yaml").write_text(BANK, encoding="utf-8")


def test_a_title_and_a_file_name_change_nothing() -> None:
    build()
    change("My bank", "Another title")
    assert build().out == "b.lock.json: +0 added ~0 changed −0 retired =3 unchanged"
    lock = read_lock(LOCK.read_text(encoding="utf-8"), "x")
    assert (lock.namespace, lock.deck_root) == ("my-bank-247121c9", "My bank")
    assert run("check", "b.yaml").out == (
        "b.yaml: 3 questions, nothing wrong\n  it states no namespace; its lock keeps 'my-bank-247121c9'\n"
    )


def test_a_bank_that_was_renamed_without_its_lock_is_not_begun_again() -> None:
    build()
    Path("b.yaml").rename("c.yaml")
    Path("out/deck.apkg").unlink()
    done = run("build", "--bank", "c.yaml", "--format", "deck")
    assert (done.status, done.err) == (
        3,
        (
            "qexport: error: c.lock.json: there is no lock, but b.lock.json knows 3 questions of this bank, and its "
            "own bank is not beside it any more: without it learners would get their notes as new ones\n"
            "  hint: if the bank was renamed or moved: rename b.lock.json to c.lock.json, and its history to "
            "c.history.jsonl; if it is another one: give it a namespace of its own\n"
        ),
    )
    Path("banks").mkdir()
    Path("c.yaml").rename("banks/c.yaml")
    moved = run("build", "--bank", "banks/c.yaml", "--format", "deck")
    assert (moved.status, moved.err[:80]) == (
        3,
        "qexport: error: banks/c.lock.json: there is no lock, but b.lock.json knows 3 que",
    )
    LOCK.rename("banks/c.lock.json")
    Path("b.history.jsonl").rename("banks/c.history.jsonl")
    done = run("build", "--bank", "banks/c.yaml", "--format", "deck")
    assert done.out.splitlines()[1] == "banks/c.lock.json: +0 added ~0 changed −0 retired =3 unchanged"


def test_another_bank_beside_a_lock_without_its_bank_begins_with_a_namespace_of_its_own() -> None:
    build()
    Path("out/deck.apkg").unlink()
    Path("b.yaml").write_text(BANK.replace("questions:", "namespace: ours\nquestions:"), encoding="utf-8")
    Path("b.yaml").rename("c.yaml")
    assert run("build", "--bank", "c.yaml", "--format", "deck").status == 0


def test_a_history_without_its_lock_shows_that_the_lock_is_lost() -> None:
    build()
    LOCK.unlink()
    Path("out").rename("published")
    done = build()
    assert (done.status, done.err) == (
        3,
        (
            "qexport: error: b.lock.json: there is no lock, but b.history.jsonl has versions that were published: the "
            "lock is lost\n  hint: restore it from version control, or rebuild it with --previous DECK; if nobody "
            "has a deck of this bank, remove its history\n"
        ),
    )
    assert build("--previous", "published/deck.apkg").out == (
        "b.lock.json: +0 added ~0 changed −0 retired =3 unchanged"
    )


def test_another_namespace_is_refused_and_can_be_accepted() -> None:
    build()
    change("questions:", "namespace: other\nquestions:")
    done = build()
    assert (done.status, done.err) == (
        3,
        (
            "qexport: error: b.lock.json: the bank's namespace is 'other', and it was published as "
            "'my-bank-247121c9': every learner would get all 3 notes once more, and keep the old ones with their "
            "reviews\n  hint: write namespace: my-bank-247121c9 into the bank, or use --accept-new-namespace\n"
        ),
    )
    assert build("--accept-new-namespace").out.startswith("b.lock.json: +3 added ~0 changed −0 retired =0")


def test_renumber_writes_former_ids_that_keep_reviews_with_their_questions() -> None:
    build()
    change("id: Q3", "id: Q4")
    change("id: Q2", "id: Q3")
    change("id: Q1", "id: Q2")
    change(
        "  # lists first\n",
        "  # lists first\n  - {id: Q1, question: What does a generator yield?, answer: new}\n",
    )
    hint = (
        "  hint: `qexport renumber` writes the former_ids that keep reviews with their questions; or "
        "--accept-moves\n"
    )
    warnings = [
        ("Q1", "Q2", "What is a list in Python?"),
        ("Q2", "Q3", "How does a dict find its keys?"),
        ("Q3", "Q4", "Why are tuples hashable at all?"),
    ]
    for _ in range(2):  # and again, as long as nobody has decided
        assert build().err == "".join(
            f"qexport: warning: b.lock.json: the question of {old} is now {new}: {text!r}\n{hint}"
            for old, new, text in warnings
        )
    assert build("--locked").status == 3
    before = Path("b.yaml").read_text(encoding="utf-8")
    found = "".join(f"{new}: the question of {old}, {text!r}\n" for old, new, text in warnings)
    done = run("renumber", "--bank", "b.yaml", "--dry-run")
    assert done.out == f"{found}b.yaml: 3 questions would get former_ids\n"
    assert Path("b.yaml").read_text(encoding="utf-8") == before
    assert run("renumber", "--bank", "b.yaml").out == f"{found}b.yaml: 3 questions got former_ids\n"
    after = Path("b.yaml").read_text(encoding="utf-8")
    for old, new, _ in warnings:
        after = after.replace(f", former_ids: [{old}]", "")
        assert f"id: {new}" in after
    assert after == before
    assert build().err == ""
    assert born() == {"Q1": "Q1~2", "Q2": "Q1", "Q3": "Q2", "Q4": "Q3"}
    assert build("--locked").status == 0
    done = run("renumber", "--bank", "b.yaml")
    assert done.out == "b.yaml: every question has the id it was published under\n"


def test_a_former_id_of_a_question_that_stays_is_refused_by_both_commands_until_it_is_removed() -> None:
    build()
    change("{id: Q3,", "{id: P3, former_ids: [Q3, Q1],")
    change("What is a list in Python?", "What really is a list in Python?")
    change("Why are tuples hashable at all?", "What is a list that never changes in Python?")
    message = "former_ids of P3 names Q1: the lock has that as another question, which is still in the bank"
    hint = "remove it; `qexport renumber` writes former_ids that are right"
    assert build() == Done(3, "", f"qexport: error: b.lock.json: {message}\n  hint: {hint}\n")
    error = f"qexport: error: b.lock.json: {message}\n  hint: remove it, and run this command again\n"
    assert run("renumber", "--bank", "b.yaml") == Done(3, "", error)
    change("[Q3, Q1]", "[Q3]")
    assert run("renumber", "--bank", "b.yaml").status == build().status == 0
    assert born() == {"Q1": "Q1", "Q2": "Q2", "P3": "Q3"}


def test_renumber_puts_right_what_a_build_has_published_already() -> None:
    build()
    change("  - {id: Q1, question: What is a list in Python?, answer: one, difficulty: 8}\n", "")
    change("id: Q2", "id: Q1")
    change("id: Q3", "id: Q2")
    assert build(now=NOW + 60).status == 0
    assert run("renumber", "--bank", "b.yaml").out == (
        "Q1: the question of Q2, 'How does a dict find its keys?'\n"
        "Q2: the question of Q3, 'Why are tuples hashable at all?'\n"
        "b.yaml: 2 questions got former_ids\n"
    )
    assert build(now=NOW + 120).err == ""
    assert born() == {"Q1": "Q2", "Q2": "Q3"}


def test_questions_that_differ_in_their_technology_only_are_known_again() -> None:
    head = BANK.partition("  # lists")[0].replace("questions:", "technologies: [Go, Rust]\nquestions:")
    go = "id: {}, question: What is a list?, answer: one, technology: Go"
    rust = "id: {}, question: What is a list?, answer: two, technology: Rust"
    rows = "  - {{{}}}\n  - {{{}}}\n"
    Path("b.yaml").write_text(head + rows.format(go.format("Q1"), rust.format("Q2")), encoding="utf-8")
    build()
    Path("b.yaml").write_text(head + rows.format(rust.format("Q1"), go.format("Q2")), encoding="utf-8")
    for _ in range(2):
        assert build(now=NOW + 60).err == (
            "qexport: warning: b.lock.json: the question of Q2 is now Q1: 'What is a list?'\n"
            "  hint: `qexport renumber` writes the former_ids that keep reviews with their questions; or "
            "--accept-moves\n"
            "qexport: warning: b.lock.json: the question of Q1 is now Q2: 'What is a list?'\n"
            "  hint: `qexport renumber` writes the former_ids that keep reviews with their questions; or "
            "--accept-moves\n"
        )
    assert run("renumber", "--bank", "b.yaml").status == 0
    assert build(now=NOW + 120).err == ""
    assert born() == {"Q1": "Q2", "Q2": "Q1"}
    assert build("--locked").status == 0


def test_moves_that_are_meant_can_be_accepted() -> None:
    build()
    change("What is a list in Python?", "swapped")
    change("How does a dict find its keys?", "What is a list in Python?")
    change("swapped", "How does a dict find its keys?")
    assert build("--accept-moves").err == ""
    assert build("--locked").status == 0
    assert born() == {"Q1": "Q1", "Q2": "Q2", "Q3": "Q3"}


def test_what_leaves_a_filtered_deck_is_known_and_can_be_sent_once_more() -> None:
    hard = ("--difficulty", ">=7")
    build(*hard)
    change("answer: one, difficulty: 8", "answer: right, difficulty: 5")
    done = build(*hard, now=NOW + 60)
    lock = read_lock(LOCK.read_text(encoding="utf-8"), "x")
    search = f"Key:{lock.key_of(lock.notes['Q1'])}"
    assert done.out == (
        "b.lock.json: +0 added ~1 changed −0 retired =2 unchanged\n"
        f"  left this deck, and not updated by it: Q1; to find them in Anki: {search}\n"
        "  to send them once more: --send-leavers"
    )
    sent = run("build", "--bank", "b.yaml", "--format", "deck", *hard, "--send-leavers", "--json")
    fields = json.loads(sent.out)
    assert (fields["lock"]["left_this_deck"], fields["outputs"][0]["summary"]) == (["Q1"], "2 notes")
    assert build(*hard, "--send-leavers", now=NOW + 60).out == (
        "b.lock.json: +0 added ~0 changed −0 retired =3 unchanged\n"
        f"  left this deck, and in it once more: Q1; to find them in Anki: {search}"
    )
    change("difficulty: 5", "difficulty: 7")
    assert "left this deck" not in build(*hard, now=NOW + 90).out


def test_release_notes_name_what_left_a_filtered_deck() -> None:
    recipe = 'bank = "b.yaml"\nformat = "deck"\n[recipes.hard]\ndifficulty = ">=7"\n'
    Path("qexport.toml").write_text(recipe, encoding="utf-8")
    run("build", "hard")
    run("release")
    Path("before.yaml").write_text(BANK, encoding="utf-8")
    change("answer: one, difficulty: 8", "answer: right, difficulty: 5")
    run("build", "hard", now=NOW + 60)
    assert run("release", "--since", "before.yaml", now=NOW + 90).status == 0
    lock = read_lock(LOCK.read_text(encoding="utf-8"), "x")
    notes = Path("b.release-notes.md").read_text(encoding="utf-8")
    assert notes.partition("## Edition 1")[0].partition("### No longer")[2] == (
        " in the deck hard\n\nThat deck does not update them any more: Q1.\n\n"
        f"   `Key:{lock.key_of(lock.notes['Q1'])}`\n\n"
    )


def test_an_id_that_left_and_is_used_again_for_another_question_is_reported() -> None:
    build()
    change("  - {id: Q1, question: What is a list in Python?, answer: one, difficulty: 8}\n", "")
    build(now=NOW + 60)
    change(
        "questions:\n",
        "questions:\n  - {id: Q1, question: What is a set in Python?, technology: Python, answer: four}\n",
    )
    done = build("--locked", now=NOW + 90)
    reused = (
        "b.lock.json: Q1 asks something else now: 'What is a set in Python?', and asked 'What is a list in Python?'\n"
        "  hint: if it is another question, give it an id of its own: reviews of the old one go to it\n"
    )
    assert (done.status, reused in done.err) == (3, True)
    assert reused in build(now=NOW + 90).err


def test_a_lost_lock_is_missed_though_all_ids_are_new() -> None:
    build()
    LOCK.unlink()
    Path("b.history.jsonl").unlink()
    for number in (1, 2, 3):
        change(f"id: Q{number}", f"id: PY-{number}")
    done = build(now=NOW + 60)
    assert done.status == 3
    assert done.err == (
        "qexport: error: b.lock.json: there is no lock, but out/deck.apkg is a deck of this bank (3 of its questions "
        "are in it): without its lock learners would get their notes as new ones\n"
        "  hint: rebuild the lock with --previous out/deck.apkg; or move that deck away, if nobody has it\n"
    )
    assert build("--previous", "out/deck.apkg", now=NOW + 60).status == 0
    assert run("renumber", "--bank", "b.yaml").status == 0
    assert build(now=NOW + 90).status == 0
    assert born() == {f"PY-{number}": f"Q{number}" for number in (1, 2, 3)}


def test_a_filtered_deck_whose_recipe_was_renamed_is_reported_once() -> None:
    recipes = 'bank = "b.yaml"\nformat = "deck"\n[recipes.{}]\ndifficulty = ">=7"\n'
    Path("qexport.toml").write_text(recipes.format("hard"), encoding="utf-8")
    assert run("build", "hard").err == ""
    Path("qexport.toml").write_text(recipes.format("tough"), encoding="utf-8")
    assert run("build", "tough").err == (
        "qexport: warning: b.lock.json: the deck 'tough' is new, and has the questions of 'hard': what leaves it is "
        "counted from now on\n"
        "  hint: if it was renamed, give its recipe the old name: by that the lock knows what left it\n"
    )
    assert run("build", "tough").err == ""


def test_a_clock_that_was_ahead_is_reported_and_repaired() -> None:
    build(now=2_030_000_000)
    assert build().err == (
        "qexport: warning: b.lock.json: 3 notes are dated ahead of the clock, up to 2034-04-30: they overwrite "
        "learners' own edits\n  hint: set the clock right, then: qexport repair-times\n"
    )
    assert run("repair-times", "--bank", "b.yaml").out == (
        "b.lock.json: 3 notes are dated now: Q1, Q2, Q3\n"
        "  learners who imported such an edition: import the next one with “Update notes: Always”\n"
    )
    assert build().err == ""
    assert run("repair-times", "--bank", "b.yaml").out == "b.lock.json: no time is ahead of the clock\n"
    assert all(
        entry.number <= NOW * 1000
        for entry in read_lock(LOCK.read_text(encoding="utf-8"), "x").notes.values()
    )


def test_a_release_and_what_left_ahead_of_the_clock_are_reported_and_repaired() -> None:
    build()
    change("  - {id: Q3, question: Why are tuples hashable at all?, answer: three, difficulty: 3}\n", "")
    build(now=2_030_000_000)
    run("release", "--bank", "b.yaml", now=2_030_000_000)
    assert build(now=NOW + 60).err == (
        "qexport: warning: b.lock.json: the release, or what left, is dated ahead of the clock, up to 2034-04-30: "
        "editions get a wrong date\n  hint: set the clock right, then: qexport repair-times\n"
    )
    said = "b.lock.json: what was ahead of the clock beside the notes {} dated now\n"
    assert run("repair-times", "--bank", "b.yaml", "--dry-run").out == said.format("would be")
    assert run("repair-times", "--bank", "b.yaml", now=NOW + 60).out == said.format("is")
    assert build(now=NOW + 60).err == ""
    lock = read_lock(LOCK.read_text(encoding="utf-8"), "x")
    assert (lock.changed, lock.release and lock.release.time) == (NOW + 60, NOW + 60)


OLD_LOCK = """\
{
"format": 1,
"style": {"digest": "s", "modified": 1760000000},
"note_type": {"fields": ["ID", "Question"], "cards": ["recall"], "sort_field": "Question", "major": 1},
"options": {"cards": "recall", "tag-prefix": ""},
"notes": {
"Q1": {"digest": "a", "modified": 1760000000},
"Q2": {"digest": "b", "modified": 1760000050}
},
"left": {
"Q0": 1760000099
}
}
"""


def test_a_lock_of_the_first_form_is_migrated_by_a_command() -> None:
    LOCK.write_text(OLD_LOCK, encoding="utf-8")
    done = build()
    assert (done.status, done.err) == (
        3,
        (
            "qexport: error: b.lock.json:2: format 1 is not known; this qexport knows 2\n"
            "  hint: update it: qexport migrate\n"
        ),
    )
    assert run("migrate", "--bank", "b.yaml").out == (
        "b.lock.json: format 1 is format 2 now; 3 notes keep their GUIDs and times\n"
        "b.lock.json: the namespace is kept as 'my-bank', the deck as 'My bank'\n"
        "b.lock.json: the note type has other fields now: build once with --new-note-type\n"
        "  and tell every learner to import that edition once with “Merge note types” on\n"
    )
    lock = read_lock(LOCK.read_text(encoding="utf-8"), "x")
    assert lock.notes["Q1"].guid == "35899062056a340f2106555826875c86"  # as the first form made it
    assert [(entry.id, entry.left) for entry in lock.left] == [("Q0", 1_760_000_099)]
    assert run("migrate", "--bank", "b.yaml").out == "b.yaml: everything is up to date\n"
    assert build("--new-note-type").status == 0


def test_a_release_during_a_build_is_not_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    build()
    change("answer: one", "answer: better")
    real = locking.stamp_bank
    released: list[Done] = []

    def stamp_then_let_a_release_pass(*arguments: object, **values: object) -> locking.Stamped:
        stamped = real(*arguments, **values)  # type: ignore[arg-type]
        if not released:
            released.append(Done(0, "", ""))
            thread = threading.Thread(target=lambda: released.append(run("release", "--bank", "b.yaml")))
            thread.start()
            thread.join()
        return stamped

    monkeypatch.setattr("qexport.pipeline.stamp_bank", stamp_then_let_a_release_pass)
    assert build(now=NOW + 60).status == 0
    assert released[1].status == 0
    lock = read_lock(LOCK.read_text(encoding="utf-8"), "x")
    assert lock.release is not None
    assert lock.release.number == 1


def test_a_lock_that_never_holds_still_ends_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def moved() -> None:
        raise LockMoved("b.lock.json: another build or release keeps writing it")

    with pytest.raises(LockMoved):
        locking.until_settled(moved)


def test_notes_that_are_those_of_another_deck_are_reported_once() -> None:
    change("difficulty: 8", "difficulty: 8, extra: {anki_guid: 'x!y'}")
    assert build().err == (
        "qexport: warning: b.lock.json: 1 note has the GUID it had in the deck of the import: Anki updates no note "
        "that a learner has as another type\n"
        "  hint: learners who have that deck change its note type first (docs/anki.md), and never merge\n"
    )
    assert read_lock(LOCK.read_text(encoding="utf-8"), "x").notes["Q1"].guid == "x!y"
    assert build(now=NOW + 60).err == ""


@pytest.mark.parametrize("guid", ["a b", "né<c;1", "x" * 70])
def test_a_note_keeps_the_guid_of_another_program_whatever_is_in_it(guid: str) -> None:
    change("difficulty: 8", f"difficulty: 8, extra: {{anki_guid: '{guid}'}}")
    build()
    assert read_lock(LOCK.read_text(encoding="utf-8"), "x").notes["Q1"].guid == guid
    LOCK.unlink()
    assert build("--previous", "out/deck.apkg", now=NOW + 60).status == 0
    assert read_lock(LOCK.read_text(encoding="utf-8"), "x").notes["Q1"].guid == guid


def test_tags_that_anki_takes_off_are_reported() -> None:
    change("difficulty: 8", "difficulty: 8, tags: [Leech, ours]")
    assert run("check", "b.yaml").err == (
        "qexport: warning: b.yaml:4:5: Q1 has the tag 'Leech', which Anki takes off every note it imports\n"
        "  hint: give the tag another name\n"
    )


def test_a_technology_that_comes_later_out_of_order_is_reported_once() -> None:
    def add(key: str, technology: str, place: str) -> None:
        question = f"  - {{id: {key}, question: What is {key}?, answer: a, technology: {technology}}}\n"
        change(place, question + place)

    change("  # lists first\n", "")
    add("P", "Python", "  - {id: Q1")
    add("G", "Go", "  - {id: Q1")
    assert build().err == ""
    decks = read_lock(LOCK.read_text(encoding="utf-8"), "x").decks
    assert decks == {"python": "01 Python", "go": "02 Go", "": "03 Other questions"}
    add("A", "Awk", "  - {id: G")
    done = build(now=NOW + 60)
    assert done.out == "b.lock.json: +1 added ~0 changed −0 retired =5 unchanged"
    assert done.err == (
        "qexport: warning: b.lock.json: new cards of 'My bank::03 Other questions' come before those of "
        "'My bank::04 Awk', in the bank after them: Anki goes by the names of decks, and published ones keep theirs\n"
        "  hint: leave it so; or ask learners to import with “Import any deck presets” on\n"
    )
    assert build(now=NOW + 120).err == ""


def test_technologies_in_another_order_are_reported_once_and_their_decks_keep_their_names() -> None:
    change("  # lists first\n", "")
    change(BANK[BANK.index("  - {id: Q1") :], "")
    for key, technology in (("P", "Python"), ("G", "Go")):
        question = f"  - {{id: {key}, question: What is {key}?, answer: a, technology: {technology}}}\n"
        change("questions:\n", f"questions:\n{question}")
    build("--deck-depth", "0")  # names are decided even so
    change("questions:", "technologies: [Python, Go]\nquestions:")
    done = build(now=NOW + 60)
    assert done.out == "b.lock.json: +0 added ~0 changed −0 retired =2 unchanged"
    assert done.err == (
        "qexport: warning: b.lock.json: new cards of 'My bank::Go' come before those of 'My bank::Python', in the bank "
        "after them: Anki goes by the names of decks, and published ones keep theirs\n"
        "  hint: leave it so; or ask learners to import with “Import any deck presets” on\n"
    )
    assert build(now=NOW + 120).err == ""
    assert read_lock(LOCK.read_text(encoding="utf-8"), "x").decks == {"go": "Go", "python": "Python"}


def test_an_order_that_a_tree_of_decks_cannot_keep_is_reported() -> None:
    change(
        "  # lists first", "  - {id: P, question: What is P?, answer: a, technology: Python, difficulty: 5}"
    )
    assert build("--new-order", "bank", "--deck-depth", "1").err == ""
    assert build("--new-order", "difficulty", "--deck-depth", "1").err == (
        "qexport: warning: b.lock.json: --deck-depth 1: Anki takes new cards deck by deck, so that --new-order "
        "difficulty holds inside each deck only\n"
        "  hint: leave --deck-depth out; or ask learners to import with “Import any deck presets” on\n"
    )
