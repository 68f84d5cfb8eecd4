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

from qexport import __version__
from qexport.anki.card_labels import label_style
from qexport.anki.fields import FIELDS
from qexport.anki.note_type import STYLE_RELEASED, note_type, style_digest
from qexport.bank.history import version_of
from qexport.bank.lock import Edition, Lock, LockedContent, LockedNoteType
from qexport.bank.model import Bank, Claims, Question
from qexport.bank.stamping import stamp
from qexport.common.errors import Location
from qexport.content.languages import language
from qexport.content.situations import situation
from qexport.content.templates import Templates, templates_folder
from qexport.layout.cache import ChunkCache
from qexport.layout.scheduler import Scheduler
from qexport.outputs.anki_deck import DeckOptions, document
from qexport.outputs.anki_deck.document import content as content_of
from qexport.outputs.anki_deck.document import render, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools

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


def lock_of(
    bank: Bank, lock: Lock | None = None, now: int = NOW, tools: Tools = TOOLS, **options: Any
) -> Lock:
    return stamp(content(bank, options_of(**options), tools), lock, now)[0]


def content(bank: Bank, options: DeckOptions, tools: Tools) -> LockedContent:
    return content_of(bank, options, with_notes(bank, options, tools))


def options_of(**options: Any) -> DeckOptions:
    return parse_options(DeckOptions, {name.replace("_", "-"): value for name, value in options.items()})


def deck_of(bank: Bank, *chosen: Question, tools: Tools = TOOLS, title: str = "", **options: Any) -> Document:
    retired = tuple(question for question in bank.questions if question.status == "retired")
    edition = Edition(
        bank=bank,
        questions=chosen or tuple(question for question in bank.questions if question not in retired),
        retired=retired,
        title=title or bank.title,
        scope="All",
        lock=lock_of(bank, tools=tools, **options),
    )
    return render(edition, options_of(**options), with_notes(bank, options_of(**options), tools))


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
        values = zip(FIELDS, note["flds"].split("\x1f"), strict=True)
        return {name: value for name, value in values if value}


def opened(document: Document) -> Opened:
    with zipfile.ZipFile(io.BytesIO(document.data)) as archive:
        assert archive.namelist()[:2] == ["collection.anki2", "media"]
        connection = sqlite3.connect(":memory:")
        connection.deserialize(archive.read("collection.anki2"))
    connection.row_factory = sqlite3.Row
    notes = {row["flds"].split("\x1f")[1]: dict(row) for row in connection.execute("SELECT * FROM notes")}
    cards = [dict(row) for row in connection.execute("SELECT * FROM cards ORDER BY due")]
    collection = connection.execute("SELECT decks, models FROM col").fetchone()
    connection.close()
    (note_type,) = json.loads(collection["models"]).values()
    decks = {int(number): deck for number, deck in json.loads(collection["decks"]).items() if number != "1"}
    return Opened(notes, cards, decks, note_type)


def test_every_part_of_a_question_has_its_field() -> None:
    document = deck_of(bank_of(LONG))
    assert opened(document).fields == {
        "Key": "PY-1@4381dc2ab142",
        "ID": "PY-1",
        "Title": "What is `x &lt; y`?",
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
        "Language": "en",
        "Situation": "<p>scenario</p>",
        "Bank": "bank",
        "Version": version_of(LONG),
        "Spare 5": "1",  # the colour of its technology
    }
    assert (document.suffix, document.summary, document.warnings) == (".apkg", "1 note", ())


def test_choices_are_on_the_front_of_the_card_after_their_letters() -> None:
    question = replace(SHORT, choices=("one < two", "none"), correct=("a",))
    deck = opened(deck_of(bank_of(question)))
    assert deck.fields["Choices"] == (
        '<ul class="choices">\n<li><span class="letter">a)</span> one &lt; two</li>\n'
        '<li><span class="letter">b)</span> none</li>\n</ul>'
    )
    assert deck.fields["Answer"].startswith(
        '<p class="correct"><span class="letter">a)</span> one &lt; two</p>'
    )
    front = deck.note_type["tmpls"][0]["qfmt"]
    assert "{{#Choices}}" in front


def test_only_an_id_a_question_and_an_answer_are_needed() -> None:
    deck = opened(deck_of(bank_of(SHORT)))
    assert deck.fields == {
        "Key": "X-1@4381dc2ab142",
        "ID": "X-1",
        "Title": "q",
        "Question": "q",
        "Answer": "<p>a</p>",
        "Source": "The Hub",
        "Language": "en",
        "Bank": "bank",
        "Version": version_of(SHORT),
    }
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
        ('a < b & "Python\'s"', 'a &lt; b &amp; "Python\'s"'),
        ("a List<int>", 'a <code class="term">List&lt;int&gt;</code>'),
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
        for number, technology in enumerate(["", " a::b\n:: ", "Python", "PYTHON", "::", long])
    ]
    deck = opened(deck_of(bank_of(*questions, title=" A:::Bank:: ")))
    names = {number: each["name"] for number, each in deck.decks.items()}
    assert [names[card["did"]] for card in deck.cards] == [
        "A:Bank",
        "A:Bank::a:b",
        "A:Bank::Python",
        "A:Bank::Python",
        "A:Bank",
        f"A:Bank::{'x' * 100}",
    ]
    assert all(1 << 30 <= number < 1 << 31 for number in names)
    assert [each["name"] for each in opened(deck_of(bank_of(SHORT, title="::"))).decks.values()] == [
        "Questions"
    ]


def test_the_deck_goes_by_the_bank_and_not_by_the_title_of_an_edition() -> None:
    names = [each["name"] for each in opened(deck_of(bank_of(LONG), title="Hard ones")).decks.values()]
    assert names == ["A Bank", "A Bank::Python"]


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"deck_depth": "0"}, ["A Bank"]),
        ({"deck_depth": "1"}, ["A Bank", "A Bank::Python"]),
        ({"deck_depth": "2"}, ["A Bank", "A Bank::Python", "A Bank::Python::Core Python"]),
        ({"deck_root": "Work:: Interviews ::"}, ["Work", "Work::Interviews", "Work::Interviews::Python"]),
        ({"deck_root": "::"}, ["A Bank", "A Bank::Python"]),
        ({"deck_root": "default", "deck_depth": "0"}, ["default deck"]),
        (
            {"deck_root": "::".join("abcdefghij"), "deck_depth": "2"},
            [
                *("::".join("abcdef"[:end]) for end in range(1, 7)),
                "a::b::c::d::e::f::Python",
                "a::b::c::d::e::f::Python::Core Python",
            ],
        ),
    ],
)
def test_root_and_depth_of_the_tree_are_options(options: dict[str, Any], names: list[str]) -> None:
    deck = opened(deck_of(bank_of(LONG), **options))
    assert [each["name"] for each in deck.decks.values()] == names
    (card,) = deck.cards
    assert deck.decks[card["did"]]["name"] == names[-1]


def test_the_deck_tells_what_it_holds() -> None:
    other = replace(SHORT, id="X-2", technology="Python")
    bank = replace(bank_of(SHORT, other, title="Q & A"), claims=Claims(questions=54))
    deck = opened(deck_of(bank, other, title="Python & more"))
    made_with = f"<p>Made with qexport {__version__}</p>"
    assert {each["name"]: each["desc"] for each in deck.decks.values()} == {
        "Q & A": "<p><b>Python &amp; more</b></p>\n<p>2025-10-09</p>\n<p>1 of 54 questions · All</p>\n"
        f"<p>The Hub</p>\n{made_with}",
        "Q & A::Python": "",
    }
    gone = replace(SHORT, id="A<B", status="retired")
    bank = replace(bank_of(SHORT, gone), source="")
    told: dict[str, Any] = {"edition_label": "1.2", "dated": "2026-11-22", "include_retired": True}
    (desc,) = (each["desc"] for each in opened(deck_of(bank, **told)).decks.values())
    assert desc == (
        "<p><b>A Bank</b></p>\n<p>Edition 1.2, 2026-11-22</p>\n"
        "<p>1 of 1 questions · All · and 1 retired</p>\n"
        "<p>Retired; to find those you have, search for <code>&#34;Key:A&amp;lt;B@4381dc2ab142&#34;</code></p>\n"
        f"{made_with}"
    )


def test_new_cards_come_in_the_banks_order_whatever_was_filtered() -> None:
    questions = [replace(SHORT, id=f"X-{number}") for number in range(1, 6)]
    bank = bank_of(*questions)
    assert [card["due"] for card in opened(deck_of(bank)).cards] == [100, 200, 300, 400, 500]
    assert [card["due"] for card in opened(deck_of(bank, questions[4], questions[1])).cards] == [200, 500]


def test_the_order_of_new_cards_is_an_option() -> None:
    questions = [
        replace(SHORT, id=key, difficulty=difficulty, technology=technology)
        for key, difficulty, technology in (("b", 7, "Y"), ("A", None, "X"), ("c", 2, "Y"), ("d", 7, "X"))
    ]
    bank = replace(bank_of(*questions), technologies=("X", "Y"))
    orders = {
        order: [
            next(key for key, note in deck.notes.items() if note["id"] == card["nid"]) for card in deck.cards
        ]
        for order in ("bank", "difficulty", "id")
        for deck in [opened(deck_of(bank, new_order=order))]
    }
    assert orders == {
        "bank": ["A", "d", "b", "c"],
        "difficulty": ["c", "d", "b", "A"],
        "id": ["A", "b", "c", "d"],
    }


def guid(question: Question, namespace: str = "bank") -> str:
    (note,) = opened(deck_of(bank_of(question, namespace=namespace))).notes.values()
    return str(note["guid"])


def test_a_note_is_known_by_namespace_and_id_alone() -> None:
    assert guid(LONG) == sha256(b"bank\x1fPY-1").hexdigest()[:32]
    assert guid(replace(SHORT, id="PY-1")) == guid(LONG)
    assert guid(replace(LONG, id="u\u0308")) == guid(replace(LONG, id="\u00fc"))
    assert len({guid(LONG), guid(LONG, "other"), guid(SHORT), guid(replace(LONG, id="py-1"))}) == 4


def test_a_renumbered_question_stays_the_note_it_was() -> None:
    assert guid(replace(LONG, id="PY-9", former_ids=("PY-1", "PY-5"))) == guid(LONG)


def test_numbers_of_notes_are_the_same_in_every_export() -> None:
    questions = [replace(SHORT, id=f"X-{number}") for number in range(300)]
    everything = opened(deck_of(bank_of(*questions)))
    assert len({note["id"] for note in everything.notes.values()}) == 300
    hour = range(NOW * 1000 - 3_600_000, NOW * 1000)
    assert all(note["id"] in hour for note in everything.notes.values())
    (one,) = opened(deck_of(bank_of(*questions), questions[7])).notes.values()
    assert one["id"] == everything.notes["X-7"]["id"]
    assert [card["id"] for card in everything.cards] == [card["nid"] for card in everything.cards]


def test_notes_and_the_note_type_have_the_times_of_the_lock() -> None:
    lock = lock_of(bank_of(LONG, SHORT))
    edited = bank_of(LONG, replace(SHORT, answer="b"))
    lock, changes = stamp(content(edited, options_of(), TOOLS), lock, NOW + 60)
    edition = Edition(bank=edited, questions=edited.questions, title="T", scope="All", lock=lock)
    deck = opened(render(edition, options_of(), with_notes(edited, options_of(), TOOLS)))
    assert str(changes) == "+0 added ~1 changed −0 retired =1 unchanged"
    assert {key: note["mod"] for key, note in deck.notes.items()} == {"PY-1": NOW, "X-1": NOW + 60}
    assert deck.note_type["mod"] == STYLE_RELEASED


def test_the_style_of_the_cards_has_the_time_of_its_release() -> None:
    """If this fails, the style has changed: set STYLE_RELEASED to now, or no learner gets it, and both here."""
    digest = style_digest(note_type(Templates(), 0, 1))
    assert (digest, STYLE_RELEASED) == ("94b89689e2d78d41a4e538aec20fdc8f", 1_796_019_600)


def test_a_deck_without_a_lock_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="from a lock"):
        render(Edition(bank=bank_of(SHORT), questions=(SHORT,), title="T", scope=""), options_of(), TOOLS)


def digest_of(bank: Bank, **options: Any) -> str:
    questions = content(bank, options_of(**options), TOOLS).questions
    return next(each.digest for each in questions if each.id == "PY-1")


def test_a_digest_moves_with_what_is_exported_and_with_nothing_else() -> None:
    digest = digest_of(bank_of(LONG))
    for same in (
        bank_of(SHORT, LONG),
        bank_of(LONG, title="Other"),
        bank_of(replace(LONG, tags=("a::b", "my tag"))),
    ):
        assert digest_of(same) == digest
    for options in ({"deck_root": "X"}, {"deck_depth": "2"}, {"new_order": "id"}, {"include_retired": True}):
        assert digest_of(bank_of(LONG), **options) == digest
    changes: list[dict[str, Any]] = [
        {"question": "x"},
        {"production_scenario": ""},
        {"follow_ups": ("how?", "why?")},
        {"difficulty": 9},
        {"tags": ()},
        {"markup": "markdown"},
        {"source": "Elsewhere"},
        {"status": "retired"},
    ]
    others = {digest_of(bank_of(replace(LONG, **change))) for change in changes}
    others |= {
        digest_of(bank_of(LONG), card_types="recall,mistakes"),
        digest_of(bank_of(LONG), tag_prefix="p"),
    }
    assert len({digest, *others}) == len(changes) + 3


def test_retired_questions_ship_only_when_asked_for_marked_as_such() -> None:
    bank = bank_of(LONG, replace(SHORT, status="retired"))
    assert opened(deck_of(bank)).notes.keys() == {"PY-1"}
    deck = opened(deck_of(bank, include_retired=True))
    assert deck.notes.keys() == {"PY-1", "X-1"}
    assert deck.notes["X-1"]["tags"] == " retired "
    assert dict(zip(FIELDS, deck.notes["X-1"]["flds"].split("\x1f"), strict=True))["Retired"] == "yes"
    assert [each.is_retired for each in content(bank, options_of(), TOOLS).questions] == [False, True]


def test_extra_cards_are_made_where_the_question_has_something_for_them() -> None:
    assert [card["ord"] for card in opened(deck_of(bank_of(LONG))).cards] == [0]
    bank = bank_of(LONG, SHORT)
    document = deck_of(bank, card_types="recall, mistakes,scenario")
    deck = opened(document)
    assert document.summary == "2 notes, 4 cards"
    long, short = deck.notes["PY-1"], deck.notes["X-1"]
    assert [(card["nid"], card["ord"], card["id"] - card["nid"], card["due"]) for card in deck.cards] == [
        (long["id"], 0, 0, 100),
        (long["id"], 1, 1, 100),
        (long["id"], 2, 2, 100),
        (short["id"], 0, 0, 200),
    ]
    switches = [
        long["flds"].split("\x1f")[list(FIELDS).index(name)] for name in ("Scenario Card", "Mistakes Card")
    ]
    assert switches == ["yes", "yes"]
    only = opened(deck_of(bank, card_types="recall,mistakes"))
    assert [card["ord"] for card in only.cards] == [0, 2, 0]


def test_tags_may_have_a_prefix() -> None:
    deck = opened(
        deck_of(bank_of(replace(LONG, status="retired")), include_retired=True, tag_prefix="hub::x")
    )
    assert deck.notes["PY-1"]["tags"] == (
        " hub::x::a::b hub::x::category::core-python hub::x::difficulty::08 hub::x::level::advanced"
        " hub::x::my_tag hub::x::retired hub::x::technology::python "
    )


@pytest.mark.parametrize(
    ("scenario", "markup", "begins"),
    [
        ("It was slow. Profiling told why.", "plain", "It was slow."),
        ('It said "no." Then it said e.g. Yes. End.', "plain", 'It said "no."'),
        ("Version 2.0 of Dr. No vs. Mr. T fell. So.", "plain", "Version 2.0 of Dr. No vs. Mr. T fell."),
        ("Only one", "plain", "Only one"),
        ("服务超时。分析发现。", "plain", "服务超时。"),
        ("تعطل الخادم. ثم عاد.", "plain", "تعطل الخادم."),
        ("It was\nslow. Then not.", "plain", "It was\nslow."),
        ("It *was* slow. Why?", "markdown", "It *was* slow. Why?"),
        ("It was slow. *Why?*\n\nBecause.", "markdown", "It was slow."),
        ("It `was. Slow`. Why?\n\nBecause.", "markdown", "It `was. Slow`. Why?"),
        ("```\ncode.\n\nMore\n```\nEnd.", "markdown", "```\ncode.\n\nMore\n```\nEnd."),
    ],
)
def test_a_scenarios_card_shows_what_the_scenario_begins_with(
    scenario: str, markup: str, begins: str
) -> None:
    assert situation(scenario, markup) == begins


def test_the_note_type_is_frozen() -> None:
    # Changing any of this splits or freezes every collection that has the deck. Use a spare field instead.
    note_type = opened(deck_of(bank_of(SHORT))).note_type
    assert (note_type["id"], note_type["originalId"]) == ("1716240100", 1_716_240_100)
    assert (note_type["name"], note_type["type"], note_type["sortf"]) == (
        "Interview question (qexport)",
        0,
        2,
    )
    assert note_type["req"] == [[0, "all", [3]], [1, "all", [22, 21]], [2, "all", [23, 9]]]
    assert [(template["id"] - 1_716_240_100, template["name"]) for template in note_type["tmpls"]] == [
        (90, "Recall"),
        (91, "Scenario"),
        (92, "Mistakes"),
    ]
    assert [(field["id"] - 1_716_240_100, field["name"]) for field in note_type["flds"]] == [
        (1, "Key"),
        (2, "ID"),
        (3, "Title"),
        (4, "Question"),
        (5, "Choices"),
        (6, "Correct"),
        (7, "Answer"),
        (8, "Deep Explanation"),
        (9, "Real-World Example"),
        (10, "Common Mistakes"),
        (11, "Production Scenario"),
        (12, "Follow-up Questions"),
        (13, "Links"),
        (14, "Extra"),
        (15, "Technology"),
        (16, "Category"),
        (17, "Level"),
        (18, "Difficulty"),
        (19, "Source"),
        (20, "Language"),
        (21, "Direction"),
        (22, "Situation"),
        (23, "Scenario Card"),
        (24, "Mistakes Card"),
        (25, "Retired"),
        (26, "Search Text"),
        (27, "Bank"),
        (28, "Version"),
        (29, "Spare 1"),
        (30, "Spare 2"),
        (31, "Spare 3"),
        (32, "Spare 4"),
        (33, "Spare 5"),
    ]
    shape = content(bank_of(SHORT), options_of(), TOOLS).note_type
    assert shape == LockedNoteType(tuple(FIELDS), ("recall", "scenario", "mistakes"), "Title", 1)


def test_a_new_major_note_type_is_another_one_to_anki() -> None:
    bank = bank_of(SHORT)
    lock = lock_of(bank)
    lock = replace(lock, note_type=replace(lock.note_type, major=3))
    edition = Edition(bank=bank, questions=bank.questions, title="T", scope="", lock=lock)
    deck = opened(render(edition, options_of(), with_notes(bank, options_of(), TOOLS)))
    assert (deck.note_type["id"], deck.note_type["name"]) == ("1716242100", "Interview question (qexport) 3")
    assert [note["mid"] for note in deck.notes.values()] == [1_716_242_100]


def test_a_theme_moves_the_style_and_not_the_notes(tmp_path: Path) -> None:
    (tmp_path / "anki").mkdir()
    (tmp_path / "anki/card.css").write_text(".card { color: red }", encoding="utf-8")
    themed = Tools(Templates((tmp_path, templates_folder())))
    assert (
        opened(deck_of(bank_of(LONG), tools=themed)).note_type["css"]
        == ".card { color: red }" + label_style()
    )
    there, here = (content(bank_of(LONG), options_of(), tools) for tools in (themed, TOOLS))
    assert there.style != here.style
    assert replace(there, style=here.style) == here


def test_cards_carry_no_script_and_ask_for_nothing() -> None:
    note_type = opened(deck_of(bank_of(SHORT))).note_type
    sides = [template[side] for template in note_type["tmpls"] for side in ("qfmt", "afmt")]
    made = "".join([*sides, note_type["css"]])
    assert len(sides) == 6
    assert re.findall(r"<script|https?:|//|url\(|@import|\bon\w+=|style=", made) == []


def test_the_same_bank_and_lock_give_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from test_document import *;"
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


def test_pictures_travel_under_names_made_from_their_content(tmp_path: Path) -> None:
    bank_file = tmp_path / "questions.yaml"
    bank_file.touch()
    pixel = bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
        "0000000d49444154789c6360f8cf500f0003860180dd6ae1050000000049454e44ae426082"
    )
    (tmp_path / "a.png").write_bytes(pixel)
    (tmp_path / "b.png").write_bytes(pixel)
    question = Question(
        id="P",
        question="q",
        answer="![one](a.png) ![other](b.png) ![none](c.png) ![far](https://e.org/d.png)",
        markup="markdown",
        location=Location(str(bank_file), 1),
    )
    document = deck_of(bank_of(question, SHORT))
    name = f"qexport-{sha256(pixel).hexdigest()[:32]}.png"
    with zipfile.ZipFile(io.BytesIO(document.data)) as archive:
        assert archive.namelist() == ["collection.anki2", "media", "0"]
        assert json.loads(archive.read("media")) == {"0": name}
        assert archive.read("0") == pixel
    assert opened(document).notes["P"]["flds"].split("\x1f")[6] == (
        f'<p><img src="{name}" alt="one"> <img src="{name}" alt="other"> none far</p>'
    )
    digest = digest_of(bank_of(replace(question, id="PY-1")))
    (tmp_path / "a.png").write_bytes(pixel + b"\0")
    assert digest_of(bank_of(replace(question, id="PY-1"))) != digest


def test_a_picture_that_is_a_paragraph_gets_the_focus_and_callouts_the_language_of_the_bank(
    tmp_path: Path,
) -> None:
    bank_file = tmp_path / "questions.yaml"
    bank_file.touch()
    pixel = (
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
        + bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 2])
        + bytes(7)
        + b"\0\0\0\0IEND"
    )
    (tmp_path / "a.png").write_bytes(pixel)
    question = Question(
        id="P",
        question="q",
        answer="![one](a.png)",
        deep_explanation="> [!WARNING]\n> Nein.",
        markup="markdown",
        location=Location(str(bank_file), 1),
    )
    fields = (
        opened(deck_of(replace(bank_of(question, SHORT), language="de"))).notes["P"]["flds"].split("\x1f")
    )
    name = f"qexport-{sha256(pixel).hexdigest()[:32]}.png"
    assert f'<p class="picture"><img tabindex="0" src="{name}" alt="one"></p>' in fields
    assert any(f'<p class="title">{language("de").label("warning")}</p>' in field for field in fields)


# A deck that is there is taken, if it is what would be made


@pytest.fixture
def keeping(tmp_path: Path) -> Tools:
    """Tools that keep what they make in a cache."""
    return Tools(Templates(), look="look", scheduler=Scheduler(ChunkCache(tmp_path)))


def made_again(
    monkeypatch: pytest.MonkeyPatch, tools: Tools, earlier: bytes, *questions: Question, **options: Any
) -> bool:
    """Return whether a deck is made although an earlier one is there; what comes is that deck either way."""
    expected = deck_of(bank_of(*questions), **options).data
    made: list[bytes] = []
    package_of = getattr(document, "package_of")  # noqa: B009  it is another module's

    def count(*arguments: Any) -> bytes:
        made.append(package_of(*arguments))
        return made[-1]

    with monkeypatch.context() as patched:
        patched.setattr(document, "package_of", count)
        there = replace(tools, earlier=lambda _suffix, size: earlier if len(earlier) == size else b"")
        assert deck_of(bank_of(*questions), tools=there, **options).data == expected
    return bool(made)


def test_a_deck_that_is_there_is_not_made_again(monkeypatch: pytest.MonkeyPatch, keeping: Tools) -> None:
    assert made_again(monkeypatch, keeping, b"", LONG, SHORT)
    deck = deck_of(bank_of(LONG, SHORT)).data
    assert not made_again(monkeypatch, keeping, deck, LONG, SHORT)
    assert not made_again(monkeypatch, keeping, deck, LONG, SHORT)
    damaged = deck[:-1] + bytes([deck[-1] ^ 1])
    assert made_again(monkeypatch, keeping, damaged, LONG, SHORT)
    assert made_again(monkeypatch, replace(keeping, look="another look"), deck, LONG, SHORT)
    assert made_again(monkeypatch, Tools(Templates(), look="look"), deck, LONG, SHORT)


def test_a_deck_of_other_questions_order_or_options_is_made(
    monkeypatch: pytest.MonkeyPatch, keeping: Tools
) -> None:
    assert made_again(monkeypatch, keeping, b"", LONG, SHORT)
    deck = deck_of(bank_of(LONG, SHORT)).data
    for questions in (
        (LONG,),
        (SHORT, LONG),
        (LONG, replace(SHORT, answer="b")),
        (LONG, replace(SHORT, id="X-2")),
    ):
        assert made_again(monkeypatch, keeping, deck, *questions)
    for options in (
        {"deck_root": "Other"},
        {"deck_depth": "2"},
        {"edition_label": "2"},
        {"tag_prefix": "hub"},
    ):
        assert made_again(monkeypatch, keeping, deck, LONG, SHORT, **options)


def test_the_style_of_cards_is_that_of_the_templates_whether_it_is_kept_or_not(
    monkeypatch: pytest.MonkeyPatch, keeping: Tools
) -> None:
    bank = bank_of(SHORT)
    style = content(bank, DeckOptions(), TOOLS).style
    assert content(bank, DeckOptions(), keeping).style == style
    with monkeypatch.context() as patched:
        patched.setattr(document, "note_type", lambda *_: pytest.fail("it is rendered again"))
        assert content(bank, DeckOptions(), keeping).style == style
    assert content(bank, DeckOptions(), replace(keeping, look="another look")).style == style
    kept = keeping.scheduler.cache
    assert isinstance(kept, ChunkCache)
    kept.path.write_bytes(b"not a database")
    assert content(bank, DeckOptions(), keeping).style == style
