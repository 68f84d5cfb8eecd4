"""Questions become notes whose identity, times and bytes are ours to decide."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from qexport.editions import Edition, stamp
from qexport.errors import UsageError
from qexport.exporters import EXPORTERS, Document, Tools, exporter_for
from qexport.exporters.anki_deck import FIELD_IDS, note_digests, note_type_digest, render
from qexport.question import Bank, Claims, Question
from qexport.templating import Templates, templates_folder

NOW = 1_760_000_000
TOOLS = Tools(Templates())

LONG = Question(
    id="PY-1",
    question="What is `x < y`?",
    answer="Less.\n\nOr not.",
    deep_explanation="deep",
    real_world_example="real",
    common_mistakes="mistakes",
    production_scenario="scenario",
    follow_ups=("why?", "how?"),
    technology="Python",
    category="Core Python",
    level="Advanced",
    difficulty=8,
    tags=("my tag", "a::b"),
    source="The Hub",
)
SHORT = Question(id="X-1", question="q", answer="a")


def bank_of(*questions: Question, title: str = "A Bank", namespace: str = "bank") -> Bank:
    return Bank(title=title, namespace=namespace, source="The Hub", questions=questions)


def deck_of(bank: Bank, *chosen: Question, now: int = NOW, tools: Tools = TOOLS) -> Document:
    lock, _ = stamp(note_digests(bank, tools), note_type_digest(tools), None, now)
    questions = chosen or bank.questions
    return render(
        Edition(bank=bank, questions=questions, title=bank.title, scope="All", lock=lock), {}, tools
    )


@dataclass
class Opened:
    """What stands in an .apkg."""

    notes: dict[str, dict[str, Any]]
    cards: list[dict[str, Any]]
    decks: dict[int, dict[str, Any]]
    note_type: dict[str, Any]

    @property
    def fields(self) -> dict[str, str]:
        """The fields of the only note that are not empty."""
        (note,) = self.notes.values()
        values = zip(FIELD_IDS, note["flds"].split("\x1f"), strict=True)
        return {name: value for name, value in values if value}


def opened(document: Document) -> Opened:
    with zipfile.ZipFile(io.BytesIO(document.data)) as archive:
        assert archive.namelist() == ["collection.anki2", "media"]
        assert archive.read("media") == b"{}"
        connection = sqlite3.connect(":memory:")
        connection.deserialize(archive.read("collection.anki2"))
    connection.row_factory = sqlite3.Row
    notes = {row["flds"].split("\x1f")[0]: dict(row) for row in connection.execute("SELECT * FROM notes")}
    cards = [dict(row) for row in connection.execute("SELECT * FROM cards ORDER BY due")]
    collection = connection.execute("SELECT decks, models FROM col").fetchone()
    connection.close()
    (note_type,) = json.loads(collection["models"]).values()
    decks = {int(number): deck for number, deck in json.loads(collection["decks"]).items() if number != "1"}
    return Opened(notes, cards, decks, note_type)


def test_every_part_of_a_question_has_its_field() -> None:
    document = deck_of(bank_of(LONG))
    assert opened(document).fields == {
        "ID": "PY-1",
        "Question": "What is `x &lt; y`?",
        "Answer": "<p>Less.</p>\n<p>Or not.</p>",
        "Deep Explanation": "<p>deep</p>",
        "Real-World Example": "<p>real</p>",
        "Common Mistakes": "<p>mistakes</p>",
        "Production Scenario": "<p>scenario</p>",
        "Follow-up Questions": "<ul>\n<li>why?</li>\n<li>how?</li>\n</ul>",
        "Technology": "Python",
        "Category": "Core Python",
        "Level": "Advanced",
        "Difficulty": "8",
        "Source": "The Hub",
    }
    assert (document.suffix, document.summary, document.warnings) == (".apkg", "1 note", ())


def test_only_an_id_a_question_and_an_answer_are_needed() -> None:
    deck = opened(deck_of(bank_of(SHORT)))
    assert deck.fields == {"ID": "X-1", "Question": "q", "Answer": "<p>a</p>"}
    assert [each["name"] for each in deck.decks.values()] == ["A Bank"]
    assert deck.notes["X-1"]["tags"].split() == []


def test_a_source_on_the_web_is_a_link() -> None:
    question = replace(SHORT, source="https://e.org/?a=1&b='2'")
    assert opened(deck_of(bank_of(question))).fields["Source"] == (
        "<a href=\"https://e.org/?a=1&amp;b=&#39;2&#39;\">https://e.org/?a=1&amp;b='2'</a>"
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('List<int> & "Python\'s"', 'List&lt;int&gt; &amp; "Python\'s"'),
        ("[sound:x.mp3] [Sound:y]", "&#91;sound:x.mp3] &#91;Sound:y]"),
        (
            "[latex]x[/latex] [$]y[/$] [$$]z[/$$]",
            "&#91;latex]x&#91;/latex] &#91;$]y&#91;/$] &#91;$$]z&#91;/$$]",
        ),
        ("[anki:tts lang=en]x[/anki:tts]", "&#91;anki:tts lang=en]x&#91;/anki:tts]"),
        ("[[type:Answer]] [0] [$5]", "&#91;[type:Answer]] [0] [$5]"),
        ("{{c1::x}} \\(\\d+\\) \\[x\\] $$y$$", "{{c1::x}} \\(\\d+\\) \\[x\\] $$y$$"),
        ("a\x1fb\x00c\x7fd", "abcd"),
    ],
)
def test_nothing_in_a_text_does_anything_in_anki(text: str, field: str) -> None:
    assert opened(deck_of(bank_of(replace(SHORT, question=text)))).fields["Question"] == field


def test_tags_are_sorted_and_without_white_space() -> None:
    question = replace(LONG, technology="C++", category="AI / ML", level="", difficulty=None)
    question = replace(question, tags=("b c\td", "Python", "python", "x::::y::", "::", "zwei\u3000drei"))
    assert opened(deck_of(bank_of(question))).notes["PY-1"]["tags"] == (
        " Python b_c_d category::ai-ml technology::c++ x::y zwei_drei "
    )
    assert opened(deck_of(bank_of(LONG))).notes["PY-1"]["tags"] == (
        " a::b category::core-python difficulty::08 level::advanced my_tag technology::python "
    )


def test_the_deck_tree_is_the_title_and_the_technology() -> None:
    long = "x" * 150
    questions = [
        replace(SHORT, id=str(number), technology=technology)
        for number, technology in enumerate(["", "Python", "PYTHON", " a::b\n:: ", "::", long])
    ]
    deck = opened(deck_of(bank_of(*questions, title=" A:::Bank:: ")))
    names = {number: each["name"] for number, each in deck.decks.items()}
    assert [names[card["did"]] for card in deck.cards] == [
        "A:Bank",
        "A:Bank::Python",
        "A:Bank::Python",
        "A:Bank::a:b",
        "A:Bank",
        f"A:Bank::{'x' * 100}",
    ]
    assert all(1 << 30 <= number < 1 << 31 for number in names)
    assert [each["name"] for each in opened(deck_of(bank_of(SHORT, title="::"))).decks.values()] == [
        "Questions"
    ]


def test_the_deck_tells_what_it_holds() -> None:
    other = replace(SHORT, id="X-2", technology="Python")
    bank = replace(bank_of(SHORT, other, title="Q & A"), claims=Claims(questions=54))
    deck = opened(deck_of(bank, other))
    assert {each["name"]: each["desc"] for each in deck.decks.values()} == {
        "Q & A": "<p><b>Q &amp; A</b></p>\n<p>1 of 54 questions · All</p>\n<p>The Hub</p>\n",
        "Q & A::Python": "",
    }


def test_new_cards_come_in_the_banks_order_whatever_was_filtered() -> None:
    questions = [replace(SHORT, id=f"X-{number}") for number in range(1, 6)]
    bank = bank_of(*questions)
    assert [card["due"] for card in opened(deck_of(bank)).cards] == [1, 2, 3, 4, 5]
    assert [card["due"] for card in opened(deck_of(bank, questions[4], questions[1])).cards] == [2, 5]


def guid(question: Question, namespace: str = "bank") -> str:
    (note,) = opened(deck_of(bank_of(question, namespace=namespace))).notes.values()
    return str(note["guid"])


def test_a_note_is_known_by_namespace_and_id_alone() -> None:
    assert guid(LONG) == sha256(b"bank\x1fPY-1").hexdigest()[:32]
    assert guid(replace(SHORT, id="PY-1")) == guid(LONG)
    assert guid(replace(LONG, id=" PY-1 ")) == guid(LONG)
    assert guid(replace(LONG, id="u\u0308")) == guid(replace(LONG, id="\u00fc"))
    assert len({guid(LONG), guid(LONG, "other"), guid(SHORT), guid(replace(LONG, id="py-1"))}) == 4


def test_a_renumbered_question_stays_the_note_it_was() -> None:
    assert guid(replace(LONG, id="PY-9", former_ids=("PY-1", "PY-5"))) == guid(LONG)


def test_numbers_of_notes_are_the_same_in_every_export() -> None:
    questions = [replace(SHORT, id=f"X-{number}") for number in range(300)]
    everything = opened(deck_of(bank_of(*questions)))
    assert len({note["id"] for note in everything.notes.values()}) == 300
    day = range(1_735_689_600_000, 1_735_689_600_000 + 86_400_000)
    assert all(note["id"] in day for note in everything.notes.values())
    (one,) = opened(deck_of(bank_of(*questions), questions[7])).notes.values()
    assert one["id"] == everything.notes["X-7"]["id"]
    assert [card["id"] for card in everything.cards] == [card["nid"] for card in everything.cards]


def test_notes_and_the_note_type_have_the_times_of_the_lock() -> None:
    bank = bank_of(LONG, SHORT)
    lock, _ = stamp(note_digests(bank, TOOLS), note_type_digest(TOOLS), None, NOW)
    edited = bank_of(LONG, replace(SHORT, answer="b"))
    lock, changes = stamp(note_digests(edited, TOOLS), note_type_digest(TOOLS), lock, NOW + 60)
    edition = Edition(bank=edited, questions=edited.questions, title="T", scope="All", lock=lock)
    deck = opened(render(edition, {}, TOOLS))
    assert str(changes) == "+0 added ~1 changed −0 retired =1 unchanged"
    assert {key: note["mod"] for key, note in deck.notes.items()} == {"PY-1": NOW, "X-1": NOW + 60}
    assert deck.note_type["mod"] == NOW


def test_a_deck_without_a_lock_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="from a lock"):
        render(Edition(bank=bank_of(SHORT), questions=(SHORT,), title="T", scope=""), {}, TOOLS)


def test_a_digest_moves_with_what_is_exported_and_with_nothing_else() -> None:
    digest = note_digests(bank_of(LONG), TOOLS)["PY-1"]
    for same in (
        bank_of(SHORT, LONG),
        bank_of(LONG, title="Other"),
        bank_of(replace(LONG, tags=("a::b", "my tag"))),
    ):
        assert note_digests(same, TOOLS)["PY-1"] == digest
    changes: list[dict[str, Any]] = [
        {"question": "x"},
        {"production_scenario": ""},
        {"follow_ups": ("how?", "why?")},
        {"difficulty": 9},
        {"tags": ()},
        {"markup": "markdown"},
        {"source": ""},
    ]
    others = {note_digests(bank_of(replace(LONG, **change)), TOOLS)["PY-1"] for change in changes}
    assert len({digest, *others}) == len(changes) + 1


def test_retired_questions_are_in_no_deck() -> None:
    assert note_digests(bank_of(LONG, replace(SHORT, status="retired")), TOOLS).keys() == {"PY-1"}


def test_the_note_type_is_frozen() -> None:
    # Changing any of this splits or freezes every collection that has the deck. Add to a spare field instead.
    note_type = opened(deck_of(bank_of(SHORT))).note_type
    assert (note_type["id"], note_type["originalId"]) == ("1716240100", 1_716_240_100)
    assert (note_type["name"], note_type["type"], note_type["sortf"]) == (
        "Interview question (qexport)",
        0,
        1,
    )
    assert note_type["req"] == [[0, "any", [1]]]
    assert [(template["id"], template["name"]) for template in note_type["tmpls"]] == [
        (1_716_240_190, "Recall")
    ]
    assert [(field["id"] - 1_716_240_100, field["name"]) for field in note_type["flds"]] == [
        (1, "ID"),
        (2, "Question"),
        (3, "Answer"),
        (4, "Deep Explanation"),
        (5, "Real-World Example"),
        (6, "Common Mistakes"),
        (7, "Production Scenario"),
        (8, "Follow-up Questions"),
        (9, "Technology"),
        (10, "Category"),
        (11, "Level"),
        (12, "Difficulty"),
        (13, "Source"),
        (14, "Spare 1"),
        (15, "Spare 2"),
        (16, "Spare 3"),
    ]


def test_a_theme_moves_the_note_type_and_not_the_notes(tmp_path: Path) -> None:
    (tmp_path / "anki").mkdir()
    (tmp_path / "anki/card.css").write_text(".card { color: red }", encoding="utf-8")
    themed = Tools(Templates((tmp_path, templates_folder())))
    assert opened(deck_of(bank_of(LONG), tools=themed)).note_type["css"] == ".card { color: red }"
    assert note_type_digest(themed) != note_type_digest(TOOLS)
    assert note_digests(bank_of(LONG), themed) == note_digests(bank_of(LONG), TOOLS)


def test_cards_carry_no_script_and_ask_for_nothing() -> None:
    note_type = opened(deck_of(bank_of(SHORT))).note_type
    (template,) = note_type["tmpls"]
    made = template["qfmt"] + template["afmt"] + note_type["css"]
    assert re.findall(r"<script|https?:|//|url\(|@import|\bon\w+=|style=", made) == []


def test_the_same_bank_and_lock_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from test_anki_deck import *;"
        "print(sha256(deck_of(bank_of(LONG, SHORT)).data).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code, str(Path(__file__).parent)],
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("0", "UTC"), ("4242", "Asia/Tokyo"))
    }
    assert len(digests) == 1


def test_the_zip_tells_nothing_of_when_and_where_it_was_made() -> None:
    with zipfile.ZipFile(io.BytesIO(deck_of(bank_of(LONG)).data)) as archive:
        assert {
            (entry.date_time, entry.create_system, entry.external_attr, entry.compress_type)
            for entry in archive.infolist()
        } == {((1980, 1, 1, 0, 0, 0), 3, 0o100644 << 16, zipfile.ZIP_DEFLATED)}


# The registry


def test_every_exporter_in_the_registry_opens() -> None:
    for name in EXPORTERS:
        assert callable(exporter_for(name).render)


def test_an_unknown_output_is_an_error_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        exporter_for("dekc")
    assert (caught.value.message, caught.value.hint) == (
        "no output 'dekc'",
        "did you mean 'deck'? there are: handbook, deck",
    )
    with pytest.raises(UsageError) as caught:
        exporter_for("docx")
    assert caught.value.hint == "there are: handbook, deck"
