"""What learners change in the real Anki comes back into the bank; their reviews come back as counts."""

from __future__ import annotations

import json
import re
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from PIL import Image

from qexport.anki.merged_fields import MERGED_FIELDS, MERGED_LISTS, MERGED_NAMES
from qexport.bank.yaml_writer import bare_or_quoted
from qexport.cli.main import program

anki = pytest.importorskip("anki.collection")

BANK = """\
title: My bank
markup: markdown
questions:
  # lists first
  - id: Q1
    question: What is a `list` in Python?
    answer: >-
      A sequence that can *change*,
      and grow.

      It is not hashable.
  - {id: Q2, question: How does a dict find its keys?, answer: By their hash & by equality.}
  - {id: Q3, question: Why are tuples hashable?, answer: "They cannot change.", follow_ups: [Always?]}
"""


FULL = """\
title: My bank
markup: markdown
technologies: [Python, Go]
levels: [Basic, Expert]
questions:
  - id: Q3
    question: Why are tuples hashable?
    technology: Python
    level: Basic
    difficulty: 3
    tags: [types]
    answer: They cannot change.
    follow_ups:
      - Always?  # no
  - id: Q4
    question: Which of a list?
    choices: [both, none]
    correct: [a]
    technology: Python
    level: Basic
    difficulty: 3
    tags: [exam, types]
    answer: As it is.
  - id: Q5
    question: What is drawn?
    technology: Go
    level: Expert
    answer: |-
      This:

      ![a drawing](drawing.png)
"""


def picture(colour: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), colour).save(file, "PNG")
    return file.getvalue()


@dataclass
class Done:
    status: int
    out: str
    err: str


def run(*words: str, typed: str = "") -> Done:
    environment = {"SOURCE_DATE_EPOCH": "1760000000"}
    result = CliRunner().invoke(
        program, words, prog_name="qexport", input=typed, env=environment, catch_exceptions=False
    )
    return Done(result.exit_code, result.stdout, result.stderr)


class Learner:
    """Someone's Anki."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.collection: Any = anki.Collection(str(folder / "collection.anki2"))
        self.import_deck()

    def import_deck(self) -> None:
        request = anki.ImportAnkiPackageRequest(
            package_path="out/my-bank.apkg", options=anki.ImportAnkiPackageOptions()
        )
        self.collection.import_anki_package(request)

    def edit(self, key: str, field: str, old: str, new: str) -> None:
        (number,) = self.collection.find_notes(f"ID:{key}")
        note = self.collection.get_note(number)
        assert old in note[field]
        note[field] = note[field].replace(old, new)
        self.collection.update_note(note)

    def retype(self, key: str, field: str, html: str) -> None:
        (number,) = self.collection.find_notes(f"ID:{key}")
        note = self.collection.get_note(number)
        note[field] = html
        self.collection.update_note(note)

    def tag(self, key: str, *tags: str) -> None:
        self.collection.tags.bulk_add(self.collection.find_notes(f"ID:{key}"), " ".join(tags))

    def untag(self, key: str, *tags: str) -> None:
        self.collection.tags.bulk_remove(self.collection.find_notes(f"ID:{key}"), " ".join(tags))

    def add(self, note_type: str, deck: str, **fields: str) -> Any:
        note = self.collection.new_note(self.collection.models.by_name(note_type))
        for name, html in fields.items():
            note[name] = html
        self.collection.add_note(note, self.collection.decks.id(deck))
        return note

    def answer(self, key: str, ease: int) -> None:
        (number,) = self.collection.find_cards(f"ID:{key}")
        card = self.collection.get_card(number)
        card.start_timer()
        self.collection.sched.answerCard(card, ease)

    def export(self, *, legacy: bool = False, with_scheduling: bool = False, with_media: bool = True) -> str:
        path = str(self.folder / "export.apkg")
        options = anki.ExportAnkiPackageOptions(
            legacy=legacy, with_scheduling=with_scheduling, with_media=with_media
        )
        self.collection.export_anki_package(out_path=path, limit=None, options=options)
        return path


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    yield from learner_of(BANK, tmp_path, monkeypatch)


@pytest.fixture
def student(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give a learner of a bank with everything in it."""
    yield from learner_of(FULL, tmp_path, monkeypatch)


def learner_of(bank: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Learner]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "drawing.png").write_bytes(picture("navy"))
    Path("b.yaml").write_text(bank, encoding="utf-8")
    assert run("build", "--bank", "b.yaml", "--format", "deck").status == 0
    learner = Learner(tmp_path / "anki")
    yield learner
    learner.collection.close()


def change(old: str, new: str) -> str:
    text = Path("b.yaml").read_text(encoding="utf-8")
    assert old in text
    Path("b.yaml").write_text(text.replace(old, new), encoding="utf-8")
    return Path("b.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("legacy", [True, False])
def test_words_that_a_learner_changed_come_into_the_bank_and_nothing_else(
    learner: Learner, legacy: bool
) -> None:
    learner.edit("Q1", "Answer", "hashable", "a key")
    learner.edit("Q1", "Question", "What", "What exactly")
    learner.edit("Q2", "Answer", "hash &amp; by", "hash, then by")
    export = learner.export(legacy=legacy)
    ours = change("A sequence", "A mutable sequence")
    expected = ours.replace("hashable.\n  - {id: Q2", "a key.\n  - {id: Q2").replace(
        "By their hash & by equality.", "'By their hash, then by equality.'"
    )
    expected = expected.replace("What is a `list`", "What exactly is a `list`")
    done = run("pull", export, "--bank", "b.yaml", "--dry-run")
    assert done.out.splitlines()[-1] == "b.yaml: 3 fields would be changed"
    assert Path("b.yaml").read_text(encoding="utf-8") == ours
    patch = run("pull", export, "--bank", "b.yaml", "--patch")
    assert patch.err.splitlines()[-2:] == [
        "b.yaml: 3 fields would be changed",
        f"apply the patch with git apply in {Path.cwd()}",
    ]
    subprocess.run(["git", "apply", "-"], input=patch.out, text=True, check=True)
    assert Path("b.yaml").read_text(encoding="utf-8") == expected
    Path("b.yaml").write_text(ours, encoding="utf-8")
    assert run("pull", export, "--bank", "b.yaml").out.splitlines()[-1] == "b.yaml: 3 fields changed"
    assert Path("b.yaml").read_text(encoding="utf-8") == expected
    assert run("pull", export, "--bank", "b.yaml") == Done(0, "nothing to take\n", "")


def test_words_that_both_changed_are_a_conflict(learner: Learner) -> None:
    learner.edit("Q2", "Answer", "equality", "identity")
    export = learner.export()
    ours = change("by equality", "by sameness")
    done = run("pull", export, "--bank", "b.yaml")
    assert (done.status, done.out) == (
        3,
        (
            f"{export}: Q2 answer: changed on both sides\n"
            "  bank:   By their hash & by [-equality-]{+sameness+}.\n"
            "  theirs: By their hash & by [-equality-]{+identity+}.\n"
            "1 conflict left open: decide with --ask, --theirs or --ours\n"
        ),
    )
    assert run("pull", export, "--bank", "b.yaml", "--ours").status == 0
    assert Path("b.yaml").read_text(encoding="utf-8") == ours
    assert run("pull", export, "--bank", "b.yaml", "--theirs").status == 0
    assert Path("b.yaml").read_text(encoding="utf-8") == ours.replace("sameness", "identity")


@pytest.mark.parametrize(
    ("old", "new", "counted"),
    [
        ("They cannot", "They never", "b.yaml: 1 field changed"),
        ("They cannot change.", "<ul><li>one</li><li>two</li></ul>", "nothing to take"),
    ],
)
def test_a_comment_that_no_card_shows_is_not_taken_out(
    old: str, new: str, counted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = BANK.replace('"They cannot change."', '"They cannot <!-- sure? --> change."')
    for learner in learner_of(bank, tmp_path, monkeypatch):
        learner.retype("Q3", "Answer", f"<p>{'They cannot change.'.replace(old, new)}</p>")
        done = run("pull", learner.export(), "--bank", "b.yaml")
        assert done.out.splitlines()[-1] == counted
        expected = bank.replace(f'"{old} ', f'"{new} ')
        assert Path("b.yaml").read_text(encoding="utf-8").replace("'", '"') == expected


def test_what_has_no_form_in_the_bank_is_shown_and_left(learner: Learner) -> None:
    learner.edit("Q3", "Answer", "cannot", '<span style="color: red">cannot</span>')
    learner.edit("Q3", "Title", "Why are tuples hashable?", "Why?")
    export = learner.export()
    assert run("pull", export, "--bank", "b.yaml").out == (
        f"{export}: Q3 answer: not taken, because the bank cannot express it\n"
        '  theirs: They {+<span style="color: red">+}cannot{+</span>+} change.\n'
        f"{export}: Q3 Title: not taken, because the bank cannot express it\n"
        "  theirs: Why[- are tuples hashable-]?\n"
        "nothing to take\n"
    )
    assert Path("b.yaml").read_text(encoding="utf-8") == BANK


SPARSE = """\
title: My bank
markup: MARKUP
questions:
  - {id: Q1, question: What is a list?, answer: They can change.}
  - {id: Q2, question: What is it?, answer: As it is., choices: [both, none], correct: [a]}
  - id: Q3
    question: "What is it?\\n\\nA dict."
    answer: "One line.\\n\\nCall `list.append()` -> it grows."
    common_mistakes: "Forgetting to close a file that was opened. Opening the same file once more in a loop. \\
      Reading all of a large file at once."
    follow_ups: [Always?, Ever?]
"""


@pytest.mark.parametrize("markup", ["plain", "markdown"])
def test_what_was_typed_without_paragraphs_is_taken_as_the_text_it_is(
    markup: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed: dict[tuple[str, str], tuple[str, object]] = {
        ("Q1", "Question"): ("What is a list&nbsp;now?<br>", "What is a list now?"),
        ("Q1", "Answer"): ("They can grow.", "They can grow."),
        ("Q1", "Common Mistakes"): ("<div>Forgetting it.</div>", "Forgetting it."),
        ("Q1", "Deep Explanation"): ("One.<br><br>Two &lt; 3.", "One.\n\nTwo < 3."),
        ("Q1", "Real-World Example"): ("<div>One.</div><div><br></div><div>Two.</div>", "One.\n\nTwo."),
        ("Q1", "Production Scenario"): ("<p>One.</p><div>Two.</div>", "One.\n\nTwo."),
        ("Q1", "Follow-up Questions"): ("Why?<br>And how?", ["Why?", "And how?"]),
        ("Q1", "Category"): ("<div>Types</div>", "Types"),
        ("Q2", "Answer"): ('<p class="correct"><span class="letter">a)</span> both</p>As ever.', "As ever."),
        ("Q2", "Choices"): ("a) both<div>b) neither</div>", ["both", "neither"]),
        ("Q2", "Follow-up Questions"): ("<ul><li>Why?</li></ul>", ["Why?"]),
        ("Q3", "Question"): ("What is it now?<div>A dict.</div>", "What is it now?\n\nA dict."),
        ("Q3", "Answer"): (
            "One line only.<br><br>Call list.append() -&gt; it grows."
            if markup == "plain"
            else "One line only.<br><br>Call <code>list.append()</code> -&gt; it grows.",
            "One line only.\n\nCall list.append() -> it grows."
            if markup == "plain"
            else "One line only.\n\nCall `list.append()` -> it grows.",
        ),
        ("Q3", "Common Mistakes"): (
            "Forgetting to close it. Opening the same file once more in a loop. Reading all of a large file at once.",
            "Forgetting to close it. Opening the same file once more in a loop. Reading all of a large file at once.",
        ),
        ("Q3", "Follow-up Questions"): ("<div>Always?</div><div>Never?</div>", ["Always?", "Never?"]),
    }
    text = SPARSE.replace("MARKUP", markup).replace("`" if markup == "plain" else "``", "")
    for learner in learner_of(text, tmp_path, monkeypatch):
        for (key, field), (html, _) in typed.items():
            learner.retype(key, field, html)
        export = learner.export()
        done = run("pull", export, "--bank", "b.yaml")
        assert done.out.splitlines()[-1] == f"b.yaml: {len(typed)} fields changed"
        bank = {
            each["id"]: each
            for each in json.loads(run("show", "--bank", "b.yaml", "--json", "Q1", "Q2", "Q3").out)
        }
        fields = {
            note: field
            for field, note in (*MERGED_FIELDS.items(), *MERGED_LISTS.items(), *MERGED_NAMES.items())
        }
        found = {(key, note): bank[key][fields[note]] for key, note in typed}
        assert found == {place: text for place, (_, text) in typed.items()}
        assert run("pull", export, "--bank", "b.yaml") == Done(0, "nothing to take\n", "")
        run("build", "--bank", "b.yaml", "--format", "deck")
        assert run("pull", export, "--bank", "b.yaml") == Done(0, "nothing to take\n", "")


@pytest.mark.parametrize("markup", ["plain", "markdown"])
def test_what_is_only_typed_in_another_way_is_no_change(
    markup: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for learner in learner_of(SPARSE.replace("MARKUP", markup), tmp_path, monkeypatch):
        learner.retype("Q1", "Question", "<div>What is a list?</div>")
        learner.retype("Q1", "Answer", "They can&nbsp;change.<br>")
        learner.retype("Q1", "Common Mistakes", "<div><br></div>")
        learner.retype("Q2", "Choices", "a) both<br>b) none")
        learner.retype("Q3", "Question", "What is it?<br>A dict.")
        learner.retype("Q3", "Follow-up Questions", "<div>Always?</div><div>Ever?</div>")
        assert run("pull", learner.export(), "--bank", "b.yaml") == Done(0, "nothing to take\n", "")


@pytest.mark.parametrize("markup", ["plain", "markdown"])
def test_markup_that_is_left_is_shown(markup: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    red, end = '<span style="color: red">', "</span>"
    for learner in learner_of(SPARSE.replace("MARKUP", markup), tmp_path, monkeypatch):
        learner.edit("Q1", "Answer", "change", f"{red}change{end}")
        learner.edit("Q1", "Question", "list", f"{red}list{end}")
        learner.retype("Q1", "Deep Explanation", f"{red}New{end}")
        learner.edit("Q2", "Choices", "none", f"{red}none{end}")
        learner.edit("Q3", "Follow-up Questions", "Ever", f"{red}Ever{end}")
        learner.edit("Q3", "Common Mistakes", "all of", f"{red}all{end} of")
        export = learner.export()
        before = Path("b.yaml").read_bytes()
        around = (
            ("file once more in a loop.</li><li>Reading", "at once.</li></ul>")
            if markup == "plain"
            else ("once more in a loop. Reading", "at once.")
        )
        done = run("pull", export, "--bank", "b.yaml")
        why = "not taken, because the bank cannot express it\n  theirs: "
        red, end = f"{{+{red}+}}", f"{{+{end}+}}"
        assert done.out.replace(f"{export}: ", "") == (
            f"Q1 question: {why}What is a {red}list{end}?\n"
            f"Q1 answer: {why}They can {red}change{end}.\n"
            f'Q1 deep_explanation: {why}{{+<span style="color: red">New</span>+}}\n'
            f"Q2 choices: {why}<ul><li>both</li><li>{red}none{end}</li></ul>\n"
            f"Q3 common_mistakes: {why}… {around[0]} {red}all{end} of a large file {around[1]}\n"
            f"Q3 follow_ups: {why}<ul><li>Always?</li><li>{red}Ever{end}?</li></ul>\n"
            "nothing to take\n"
        )
        changes = json.loads(run("pull", export, "--bank", "b.yaml", "--json").out)["changes"]
        assert changes[1] | {"export": ""} == {
            "export": "",
            "kind": "left",
            "id": "Q1",
            "field": "answer",
            "base": "They can change.",
            "ours": "",
            "theirs": 'They can <span style="color: red">change</span>.',
            "merged": "",
            "sounds": [],
            "missing": [],
            "html": True,
            "replaced": [],
        }
        assert Path("b.yaml").read_bytes() == before


def test_marks_that_a_plain_bank_cannot_have_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SPARSE.replace("MARKUP", "plain").replace("`", "")
    for learner in learner_of(text, tmp_path, monkeypatch):
        learner.edit("Q1", "Question", "list", "<b>list</b>")
        learner.edit("Q1", "Answer", "They can change.", "They<br>can change.")
        learner.retype("Q2", "Deep Explanation", "<ul><li>One</li><li>Two</li></ul>")
        learner.edit("Q3", "Answer", '<code class="term">list.append()</code>', "list.append()")
        learner.edit("Q3", "Answer", "line", "<code>line</code>")
        export = learner.export()
        why = "not taken, because the bank cannot express it\n  theirs: "
        done = run("pull", export, "--bank", "b.yaml")
        assert done.out.replace(f"{export}: ", "") == (
            f"Q1 question: {why}What is a {{+<strong>+}}list{{+</strong>+}}?\n"
            "Q1 answer: taken\n  theirs: They {+↵ +}can change.\n"
            f"Q2 deep_explanation: {why}{{+<ul><li>One</li><li>Two</li></ul>+}}\n"
            f'Q3 answer: {why}<p>One {{+<code>+}}line{{+</code>+}}.</p><p>Call [-<code class="term">-]list.append()'
            '[-</code>-] <span class="arrow">-&gt;</span> it grows.</p>\n'
            "b.yaml: 1 field changed\n"
        )


def test_lists_names_and_tags_of_the_bank_come_back(student: Learner) -> None:
    student.edit("Q3", "Follow-up Questions", "</li>", " Really?</li>\n<li>And frozen sets?</li>")
    student.edit("Q4", "Question", "of a list", "of one list")
    student.edit("Q4", "Choices", "both", "all")
    student.edit("Q3", "Level", "Basic", "Expert")
    student.edit("Q3", "Difficulty", "3", "4")
    student.edit("Q4", "Difficulty", "3", "hard")
    student.edit("Q4", "Technology", "Python", "Pyhton")
    student.tag("Q3", "exam", "my-own", "marked")
    student.untag("Q4", "exam")
    export = student.export()
    assert run("pull", export, "--bank", "b.yaml").out.replace(f"{export}: ", "") == (
        "Q3 tags: taken\n  theirs: types{+ · exam+}\n"
        "Q3 follow_ups: taken\n  theirs: Always?{+ Really? · And frozen sets?+}\n"
        "Q3 level: taken\n  theirs: [-Basic-]{+Expert+}\n"
        "Q3 difficulty: taken\n  theirs: [-3-]{+4+}\n"
        "Q4 tags: taken\n  theirs: [-exam · -]types\n"
        "Q4 question: taken\n  theirs: Which of [-a-]{+one+} list?\n"
        "Q4 choices: taken\n  theirs: [-both-]{+all+} · none\n"
        "Q4 technology: not taken, because the bank cannot express it\n  theirs: [-Python-]{+Pyhton+}\n"
        "Q4 difficulty: not taken, because the bank cannot express it\n  theirs: [-3-]{+hard+}\n"
        "b.yaml: 7 fields changed\n"
    )
    expected = FULL
    for old, new in (
        (
            "level: Basic\n    difficulty: 3\n    tags: [types]",
            "level: Expert\n    difficulty: 4\n    tags: [types, exam]",
        ),
        ("      - Always?  # no\n", "      - Always? Really?  # no\n      - And frozen sets?\n"),
        ("of a list?\n    choices: [both, none]", "of one list?\n    choices: [all, none]"),
        ("tags: [exam, types]", "tags: [types]"),
    ):
        assert old in expected
        expected = expected.replace(old, new)
    assert Path("b.yaml").read_text(encoding="utf-8") == expected
    assert run("pull", export, "--bank", "b.yaml").out.splitlines()[-1] == "nothing to take"


def test_markup_that_the_bank_has_a_form_for_comes_back(learner: Learner) -> None:
    learner.edit("Q1", "Answer", "grow", "<b>grow</b>")
    learner.edit(
        "Q1", "Answer", "hashable.</p>", "hashable:</p><ul><li>never</li><li>and <i>nowhere</i></li></ul>"
    )
    export = learner.export()
    assert run("pull", export, "--bank", "b.yaml").status == 0
    done = run("show", "Q1", "--bank", "b.yaml", "--json")
    answer = "A sequence that can *change*, and **grow**.\nIt is not hashable:\n\n- never\n- and *nowhere*"
    assert json.loads(done.out)[0]["answer"] == answer
    assert run("pull", export, "--bank", "b.yaml").out.splitlines()[-1] == "nothing to take"


def test_pictures_come_along_and_sounds_are_reported(student: Learner) -> None:
    media = student.collection.media
    media.write_data("paste 1.png", picture("red"))
    drawn = next(name for name in Path(media.dir()).iterdir() if name.name.startswith("qexport-"))
    drawn.write_bytes(picture("green"))
    student.edit("Q3", "Answer", "change.", 'change. <img src="paste 1.png"> [sound:voice.mp3]')
    export = student.export(with_media=False)
    done = run("pull", export, "--bank", "b.yaml")
    assert done.out.replace(f"{export}: ", "") == (
        "Q3 answer: not taken, because the picture 'paste 1.png' is not in the export\n"
        "  theirs: They cannot change.{+ [picture:paste 1.png] [sound:voice.mp3]+}\n"
        "  not taken: the sound 'voice.mp3'\n"
        "nothing to take\n"
    )
    export = student.export()
    place = f"pictures/paste-1-{sha256(picture('red')).hexdigest()[:8]}.png"
    assert run("pull", export, "--bank", "b.yaml").out.replace(f"{export}: ", "") == (
        "Q3 answer: not taken: the sound 'voice.mp3'\n"
        f"Q3 answer: taken\n  theirs: They cannot change.{{+ ![]({place})+}}\n"
        "Q5: drawing.png is another picture now: taken\n"
        f"b.yaml, drawing.png, {place}: 1 field changed\n"
    )
    assert Path("drawing.png").read_bytes() == picture("green")
    assert Path(place).read_bytes() == picture("red")
    assert run("pull", export, "--bank", "b.yaml").out.splitlines()[-1] == "nothing to take"
    assert run("build", "--bank", "b.yaml", "--format", "deck").status == 0


@pytest.mark.parametrize("legacy", [True, False])
def test_a_patch_with_pictures_is_taken_by_git(student: Learner, legacy: bool) -> None:
    student.collection.media.write_data("new.png", picture("red"))
    student.edit("Q3", "Answer", "change.", 'change <img src="new.png">')
    student.add("Basic", "My bank", Front="What is a set?", Back="A <b>bag</b> of keys.")
    export = student.export(legacy=legacy)
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    patch = run("pull", export, "--bank", "b.yaml", "--patch").out
    assert Path("b.yaml").read_text(encoding="utf-8") == FULL
    subprocess.run([*git, "apply", "-"], input=patch, text=True, check=True)
    by_patch = {path: path.read_bytes() for path in [Path("b.yaml"), *Path("pictures").iterdir()]}
    Path("b.yaml").write_text(FULL, encoding="utf-8")
    run("pull", export, "--bank", "b.yaml")
    assert len(by_patch) == 2
    assert by_patch == {path: path.read_bytes() for path in by_patch}


@pytest.mark.parametrize(
    ("here", "words"),
    [
        (".", ("--bank", "banks/ß bank.yaml")),
        (".", ("--bank", "{top}/banks/ß bank.yaml")),
        ("banks", ("--bank", "ß bank.yaml")),
        ("other", ("--bank", "../banks/ß bank.yaml")),
        ("other", ()),
        ("other", ("--bank", "../banks", "--lock", "../banks/ß bank.lock.json")),
        (".", ("--bank", "{top}/banks", "--lock", "banks/ß bank.lock.json")),
    ],
)
def test_a_patch_is_for_the_top_of_the_work_tree_wherever_the_bank_is(
    student: Learner, monkeypatch: pytest.MonkeyPatch, here: str, words: tuple[str, ...]
) -> None:
    """The bank may be absolute, in another folder, named by a qexport.toml above, or a folder of files."""
    top = Path.cwd()
    student.collection.media.write_data("new.png", picture("red"))
    student.edit("Q3", "Answer", "change.", 'change. <img src="new.png">')
    export = student.export()
    for folder in ("banks", "other"):
        Path(folder).mkdir()
    for name in ("b.yaml", "b.lock.json", "b.history.jsonl"):
        Path(name).rename(f"banks/{name.replace('b.', 'ß bank.')}")
    Path("drawing.png").rename("banks/drawing.png")
    Path("qexport.toml").write_text('bank = "banks/ß bank.yaml"\n[recipes.all]\n', encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], check=True)
    monkeypatch.chdir(here)
    patch = run("pull", export, *(word.format(top=top) for word in words), "--patch")
    assert patch.status == 0, patch.err
    assert patch.err.splitlines()[-2:] == [
        f"apply the patch with git apply in {top}",
        "  in a folder below, git apply passes over files that are not in that folder, and does not say so",
    ]
    subprocess.run(["git", "-C", str(top), "apply", "-"], input=patch.out, text=True, check=True)
    by_patch = {path: path.read_bytes() for path in (top / "banks").rglob("*") if path.is_file()}
    (top / "banks/ß bank.yaml").write_text(FULL, encoding="utf-8")
    run("pull", export, *(word.format(top=top) for word in words))
    assert b"![](pictures/new-" in by_patch[top / "banks/ß bank.yaml"]
    assert len(by_patch) == 5
    assert by_patch == {path: path.read_bytes() for path in by_patch}


def test_a_patch_names_the_conflicts_that_it_leaves_open(learner: Learner) -> None:
    learner.edit("Q2", "Answer", "equality", "identity")
    export = learner.export()
    change("by equality", "by sameness")
    assert run("pull", export, "--bank", "b.yaml", "--patch") == Done(
        3,
        "",
        f"{export}: Q2 answer: changed on both sides\n"
        "  bank:   By their hash & by [-equality-]{+sameness+}.\n"
        "  theirs: By their hash & by [-equality-]{+identity+}.\n"
        "1 conflict left open: decide with --ask, --theirs or --ours\n",
    )
    said = json.loads(run("pull", export, "--bank", "b.yaml", "--patch", "--theirs", "--json").out)
    assert said["written"] == []
    assert said["patch"]["folder"] == str(Path.cwd())
    subprocess.run(["git", "apply", "-"], input=said["patch"]["text"], text=True, check=True)
    assert "by identity" in Path("b.yaml").read_text(encoding="utf-8")


def test_new_notes_of_the_deck_come_as_drafts(student: Learner) -> None:
    student.add("Basic", "My bank::Python", Front="What is a set?", Back="A <b>bag</b> of keys.")
    student.add("Basic", "Private", Front="My dentist?", Back="555")
    note_type = student.collection.get_note(student.collection.find_notes("ID:Q3")[0]).note_type()["name"]
    student.add(note_type, "My bank", Key="own", Question="What is a list?", Level="Expert")
    export = student.export()
    assert run("pull", export, "--bank", "b.yaml").out.replace(f"{export}: ", "") == (
        "new note, as draft set: 'What is a set?'\n"
        "new note, as draft list: 'What is a list?'\n"
        "b.yaml: 2 drafts written\n"
    )
    guids = {
        name: bare_or_quoted(student.collection.get_note(student.collection.find_notes(name)[0]).guid)
        for name in ("set", "Key:own")
    }
    added = Path("b.yaml").read_text(encoding="utf-8").removeprefix(FULL)
    assert (
        added
        == f"""
  - id: set
    question: What is a set?
    technology: Python
    status: draft
    answer: A **bag** of keys.
    extra:
      anki_guid: {guids["set"]}

  - id: list
    question: What is a list?
    level: Expert
    status: draft
    extra:
      anki_guid: {guids["Key:own"]}
"""
    )
    assert run("pull", export, "--bank", "b.yaml") == Done(0, "nothing to take\n", "")


def test_a_conflict_is_settled_by_asking(learner: Learner) -> None:
    learner.edit("Q1", "Answer", "grow", "shrink")
    learner.edit("Q1", "Answer", "A sequence", "One sequence")
    learner.edit("Q2", "Answer", "equality", "identity")
    export = learner.export()
    change("by equality", "by sameness")
    ours = change("and grow", "and move")
    done = run("pull", export, "--bank", "b.yaml", "--ask", typed="theirs\nopen\n")
    assert done.status == 3
    assert done.out.endswith(
        f"{export}: Q1 answer: taken\n"
        "  theirs: [-A-]{+One+} sequence that can *change*, and [-grow-]{+shrink+}. It is not hashable.\n"
        f"{export}: Q2 answer: changed on both sides\n"
        "  bank:   By their hash & by [-equality-]{+sameness+}.\n"
        "  theirs: By their hash & by [-equality-]{+identity+}.\n"
        "b.yaml: 1 field changed\n"
        "1 conflict left open: decide with --ask, --theirs or --ours\n"
    )
    assert "Take theirs, keep ours, or leave it open (theirs, ours, open) [open]: theirs\n" in done.err
    expected = ours.replace("A sequence", "One sequence").replace("and move.", "and shrink.")
    assert Path("b.yaml").read_text(encoding="utf-8") == expected


def test_where_the_input_ends_conflicts_stay_open_and_all_else_is_taken(learner: Learner) -> None:
    """The first answer is there, the second is not, and a third question is not asked any more."""
    learner.edit("Q1", "Answer", "grow", "shrink")
    learner.edit("Q2", "Answer", "equality", "identity")
    learner.edit("Q3", "Answer", "change", "move")
    learner.edit("Q3", "Question", "Why", "Just why")
    export = learner.export()
    change("by equality", "by sameness")
    change("cannot change", "cannot vary")
    ours = change("and grow", "and move")
    done = run("pull", export, "--bank", "b.yaml", "--ask", typed="theirs\n")
    assert done.status == 3
    assert done.out.splitlines()[-2:] == [
        "b.yaml: 2 fields changed",
        "2 conflicts left open: decide with --ask, --theirs or --ours",
    ]
    assert done.err.endswith(
        f"{export}: Q2 answer: changed on both sides\n"
        "  bank:   By their hash & by [-equality-]{+sameness+}.\n"
        "  theirs: By their hash & by [-equality-]{+identity+}.\n"
        "Take theirs, keep ours, or leave it open (theirs, ours, open) [open]: \n"
        "qexport: warning: the input has ended: each missing answer is 'open'\n"
    )
    expected = ours.replace("and move.", "and shrink.").replace("Why are tuples", "Just why are tuples")
    assert Path("b.yaml").read_text(encoding="utf-8") == expected


def test_ctrl_c_at_a_question_writes_nothing(learner: Learner, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any, **__: Any) -> str:
        raise click.Abort  # what click makes of it

    learner.edit("Q2", "Answer", "equality", "identity")
    learner.edit("Q3", "Question", "Why", "Just why")
    export = learner.export()
    ours = change("by equality", "by sameness")
    monkeypatch.setattr(click, "prompt", interrupt)
    assert run("pull", export, "--bank", "b.yaml", "--ask").status == 130
    assert Path("b.yaml").read_text(encoding="utf-8") == ours


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--theirs", "--ours"), "--theirs and --ours"),
        (("--ask", "--theirs"), "--theirs and --ask"),
        (("--ours", "--ask", "--theirs"), "--theirs and --ours and --ask"),
    ],
)
def test_only_one_side_decides_conflicts(learner: Learner, words: tuple[str, ...], named: str) -> None:
    assert run("pull", learner.export(), "--bank", "b.yaml", *words) == Done(
        2,
        "",
        f"qexport: error: {named} cannot be given together\n"
        "  hint: --ask lets you decide each conflict; --theirs and --ours decide all of them\n",
    )


@pytest.mark.parametrize("base", ["deck", "revision"])
def test_what_the_history_lacks_comes_from_a_deck_or_a_revision(learner: Learner, base: str) -> None:
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for words in (["init", "--quiet"], ["add", "b.yaml"], ["commit", "--quiet", "-m", "one"]):
        subprocess.run([*git, *words], check=True)
    Path("out/my-bank.apkg").rename("old.apkg")
    learner.edit("Q2", "Answer", "equality", "identity")
    export = learner.export()
    ours = change("How does a dict", "How does one dict")
    Path("b.history.jsonl").unlink()
    lines = run("pull", export, "--bank", "b.yaml").out.splitlines()
    assert lines[0] == (
        f"{export}: Q2 question: not taken, because the history does not have the version it was made from"
    )
    by_name = (
        ": name the deck that the learner imported, or the revision it was built from, "
        "for example --base old.apkg or --base v1.0"
    )
    assert lines[-1] == f"1 question not taken, because the history lacks its version{by_name}"
    run("build", "--bank", "b.yaml", "--format", "deck")
    Path("b.history.jsonl").unlink()
    lines = run("pull", export, "--bank", "b.yaml", "--base", "out/my-bank.apkg").out.splitlines()
    assert lines[-1] == (
        "1 question not taken, because the history lacks its version, and out/my-bank.apkg does not have it either"
        + by_name
    )
    given = {"deck": "old.apkg", "revision": "HEAD"}[base]
    done = run("pull", export, "--bank", "b.yaml", "--base", given)
    assert done.out == (
        f"{export}: Q2 answer: taken\n  theirs: By their hash & by [-equality-]{{+identity+}}.\n"
        "b.yaml: 1 field changed\n"
    )
    assert Path("b.yaml").read_text(encoding="utf-8") == ours.replace("equality", "identity")


@pytest.mark.parametrize("legacy", [True, False])
def test_a_deck_is_compared_with_what_either_form_of_ankis_export_has(learner: Learner, legacy: bool) -> None:
    export = learner.export(legacy=legacy)
    with zipfile.ZipFile(export) as archive:
        assert ("collection.anki21b" in archive.namelist()) is not legacy
    change("By their hash", "By the hash")
    run("build", "--bank", "b.yaml", "--format", "deck")
    done = run("diff", export, "out/my-bank.apkg")
    assert (done.status, done.err) == (0, "")
    assert done.out == (
        f"{export} → out/my-bank.apkg: 1 changed, 2 unchanged\n\nchanged\n  Q2  How does a dict find its keys?\n"
        "    Answer: By [-their-]{+the+} hash & by equality.\n"
    )


def test_several_exports_are_merged_one_after_the_other(learner: Learner, tmp_path: Path) -> None:
    learner.edit("Q2", "Answer", "equality", "identity")
    first = learner.export()
    other = Learner(tmp_path / "other")
    other.edit("Q2", "Answer", "By their", "By the")
    second = other.export()
    other.collection.close()
    done = run("pull", first, second, "--bank", "b.yaml")
    assert done.out == (
        f"{first}: Q2 answer: taken\n  theirs: By their hash & by [-equality-]{{+identity+}}.\n"
        f"{second}: Q2 answer: taken\n  theirs: By [-their-]{{+the+}} hash & by equality.\n"
        "b.yaml: 2 fields changed\n"
    )
    expected = BANK.replace("By their hash & by equality.", "By the hash & by identity.")
    assert Path("b.yaml").read_text(encoding="utf-8") == expected


def test_an_edit_that_was_published_since_does_not_take_anothers_back(
    learner: Learner, tmp_path: Path
) -> None:
    """The first learner's words are in the newest edition; only the second one wants anything."""
    learner.edit("Q2", "Answer", "equality", "identity")
    first = learner.export()
    assert run("pull", first, "--bank", "b.yaml").status == 0
    other = Learner(tmp_path / "other")
    other.edit("Q2", "Answer", "equality", "likeness")
    second = other.export()
    other.collection.close()
    assert run("build", "--bank", "b.yaml", "--format", "deck").status == 0
    learner.edit("Q2", "Question", "find", "look up")
    for _ in range(2):
        run("pull", second, learner.export(), "--bank", "b.yaml", "--theirs")
        assert "By their hash & by likeness." in Path("b.yaml").read_text(encoding="utf-8")


def test_an_export_of_an_older_edition_takes_nothing_back(learner: Learner) -> None:
    export = learner.export()
    change("By their hash", "By the hash")
    run("build", "--bank", "b.yaml", "--format", "deck")
    assert run("pull", export, "--bank", "b.yaml").out == "nothing to take\n"


def refuse_to_render(*_: Any, **__: Any) -> Any:
    raise AssertionError("a note was rendered again")


def test_notes_of_an_older_edition_that_nobody_edited_are_not_rendered_again(
    learner: Learner, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner.tag("Q1", "mine")
    export = learner.export()
    for before, after in (("By their", "By the"), ("A sequence", "A list"), ("They cannot", "None can")):
        change(before, after)
    run("build", "--bank", "b.yaml", "--format", "deck")
    monkeypatch.setattr("qexport.anki.note_html.notes_of", refuse_to_render)
    assert run("pull", export, "--bank", "b.yaml").out == "nothing to take\n"
    learner.edit("Q2", "Answer", "equality", "identity")
    done = run("pull", learner.export(), "--bank", "b.yaml")
    assert (done.status, "a note was rendered again" in done.err) == (1, True)


@pytest.mark.parametrize("says_digests", [True, False])
def test_an_edit_of_an_older_edition_is_found_with_and_without_a_digest_of_its_note(
    learner: Learner, says_digests: bool
) -> None:
    learner.edit("Q2", "Answer", "equality", "identity")
    learner.edit("Q3", "Question", "hashable", "hashable at all")
    export = learner.export()
    ours = change("By their hash", "By the hash")
    run("build", "--bank", "b.yaml", "--format", "deck")
    history = Path("b.history.jsonl")
    lines = history.read_text(encoding="utf-8")
    assert (
        len(re.findall(r'^\{"version": "[0-9a-f]{16}", "note": "[0-9a-f]{16}", ', lines, re.MULTILINE)) == 4
    )
    if not says_digests:  # a history that an earlier program has written
        history.write_text(re.sub(r' "note": "[0-9a-f]{16}",', "", lines), encoding="utf-8")
    assert run("pull", export, "--bank", "b.yaml").out == (
        f"{export}: Q2 answer: taken\n  theirs: By their hash & by [-equality-]{{+identity+}}.\n"
        f"{export}: Q3 question: taken\n  theirs: Why are tuples hashable{{+ at all+}}?\n"
        "b.yaml: 2 fields changed\n"
    )
    expected = ours.replace("equality", "identity").replace(
        "Why are tuples hashable?", "Why are tuples hashable at all?"
    )
    assert Path("b.yaml").read_text(encoding="utf-8") == expected


def test_exports_without_reviews_or_given_twice_change_no_counts(learner: Learner) -> None:
    Path("b.reviews.json").write_text("{}")
    plain = learner.export()
    assert run("reviews", plain, "--bank", "b.yaml") == Done(
        3,
        "",
        f"qexport: error: {plain}: no reviews are in the exports\n"
        "  hint: export again with “Include scheduling information”\n",
    )
    learner.answer("Q1", 3)
    export = learner.export(with_scheduling=True)
    assert run("reviews", export, export, "--bank", "b.yaml") == Done(
        3,
        "",
        f"qexport: error: {export}: the same export as {export}\n  hint: give one export of each learner\n",
    )
    assert Path("b.reviews.json").read_text() == "{}"


def test_reviews_come_back_as_counts_without_a_person(learner: Learner, tmp_path: Path) -> None:
    for ease in (1, 3):
        learner.answer("Q1", ease)
    learner.answer("Q2", 3)
    export = learner.export(with_scheduling=True)
    done = run("reviews", export, "--bank", "b.yaml")
    assert done.out == "b.reviews.json: 0 questions; 2 left out, with fewer than 3 learners\n"
    assert json.loads(Path("b.reviews.json").read_text(encoding="utf-8")) == {}
    run("reviews", export, "--bank", "b.yaml", "--learners", "1")
    counts = json.loads(Path("b.reviews.json").read_text(encoding="utf-8"))
    assert {key: (each["learners"], each["reviews"], each["forgotten"]) for key, each in counts.items()} == {
        "Q1": (1, 2, 0.5),
        "Q2": (1, 1, 0.0),
    }
    listed = run("list", "--bank", "b.yaml", "--where", "forgotten>=30%").out
    assert "Q1" in listed
    assert "Q2" not in listed
    listed = run("list", "--bank", "b.yaml", "--sort=-forgotten").out
    assert listed.index("Q1") < listed.index("Q2") < listed.index("Q3")
    for made in ("cheatsheet", "quiz"):
        words = ("--bank", "b.yaml", "--format", made, "--where", "forgotten>=30%", "--quiet")
        assert "1 question" in run("build", *words).out


def test_exports_without_reviews_of_this_bank_are_named(learner: Learner) -> None:
    """One of several is named; if all are so, the counts that are there stay."""
    learner.add("Basic", "Private", Front="My dentist?", Back="555")
    card = learner.collection.get_card(learner.collection.find_cards("dentist")[0])
    card.start_timer()
    learner.collection.sched.answerCard(card, 3)
    private = Path(learner.export(with_scheduling=True)).rename("private.apkg")
    Path("b.reviews.json").write_text("{}")
    assert run("reviews", str(private), "--bank", "b.yaml") == Done(
        3,
        "",
        "qexport: error: private.apkg: no reviews of questions of b.yaml are in the exports\n"
        "  hint: see whether this is the right bank and lock: --bank names another\n",
    )
    assert Path("b.reviews.json").read_text() == "{}"
    plain = Path(learner.export()).rename("plain.apkg")
    learner.answer("Q1", 3)
    export = learner.export(with_scheduling=True)
    words = ("reviews", str(plain), export, "--bank", "b.yaml")
    assert run(*words) == Done(
        0,
        "b.reviews.json: 0 questions; 1 left out, with fewer than 3 learners\n",
        "qexport: warning: plain.apkg: no reviews of this bank's questions are in it: "
        "was it exported with scheduling?\n",
    )
    assert json.loads(run(*words, "--json").out)["without_reviews"] == ["plain.apkg"]


@pytest.mark.parametrize("legacy", [True, False])
def test_exports_of_one_learner_count_as_one(learner: Learner, tmp_path: Path, legacy: bool) -> None:
    """An older and a newer export, and one deck of the collection; another learner's stays another's."""
    learner.answer("Q1", 1)
    old = Path(learner.export(with_scheduling=True)).rename("old.apkg")
    learner.answer("Q1", 3)
    learner.answer("Q2", 3)
    deck = Path(learner.export(with_scheduling=True)).rename("deck.apkg")
    learner.add("Basic", "Private", Front="My dentist?", Back="555")
    learner.answer("Q3", 1)
    everything = learner.export(with_scheduling=True, legacy=legacy)
    other = Learner(tmp_path / "other")
    other.answer("Q1", 3)
    theirs = other.export(with_scheduling=True)
    other.collection.close()
    words = ("reviews", str(old), theirs, everything, str(deck), "--bank", "b.yaml")
    joined = f"old.apkg, {everything}, deck.apkg have reviews in common: counted as one learner\n"
    assert run(*words) == Done(
        0, "b.reviews.json: 0 questions; 3 left out, with fewer than 3 learners\n", joined
    )
    assert run(*words, "--learners", "2") == Done(
        0,
        "id  learners  reviews  lapses  forgotten  seconds\n"
        "Q1         2        3       0        33%      0.0\n"
        "b.reviews.json: 1 question; 2 left out, with fewer than 2 learners\n",
        joined,
    )
    assert json.loads(Path("b.reviews.json").read_text(encoding="utf-8")).keys() == {"Q1"}
    assert json.loads(run(*words, "--json", "--learners", "2").out) == {
        "path": "b.reviews.json",
        "questions": {"Q1": {"learners": 2, "reviews": 3, "lapses": 0, "forgotten": 0.333, "seconds": 0.0}},
        "same_learner": [["old.apkg", everything, "deck.apkg"]],
        "without_reviews": [],
    }
    assert run("reviews", str(old), theirs, "--bank", "b.yaml").err == ""


def test_a_lock_elsewhere_has_its_counts_beside_it(learner: Learner) -> None:
    learner.answer("Q1", 1)
    export = learner.export(with_scheduling=True)
    Path("locks").mkdir()
    Path("b.lock.json").rename("locks/team.lock.json")
    words = ("--bank", "b.yaml", "--lock", "locks/team.lock.json")
    assert run("reviews", export, "--learners", "1", *words).out.splitlines()[-1] == (
        "locks/team.reviews.json: 1 question"
    )
    assert (
        "1 question" in run("build", *words, "--format", "quiz", "--where", "forgotten:100%", "--quiet").out
    )
