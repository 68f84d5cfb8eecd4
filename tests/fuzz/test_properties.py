"""Properties of the readers that no other test draws values for: locks, decks, filters, recipes, options, themes.

What hypothesis makes here is right in form and strange in its values; `test_fuzz` changes whole inputs.
"""

from __future__ import annotations

import importlib
import io
import json
import re
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import fields
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from qexport.anki.package_reader import lock_of, notes_in
from qexport.bank.identity import question_digest
from qexport.bank.lock import Asked, Lock, LockedContent, LockedNoteType, Stamp
from qexport.bank.lock_file import read_lock, write_lock
from qexport.bank.selection import Filters, describe, select
from qexport.bank.stamping import stamp
from qexport.common.errors import QexportError
from qexport.content.themes import find_theme, join_styles
from qexport.importers.hub import page
from qexport.importers.hub.vocabulary import read_vocabulary
from qexport.outputs.declaration import parse_options
from qexport.outputs.registry import OPTIONS, OUTPUTS, check_options
from qexport.team.recipes import SETTINGS, read_recipes

ROOT = Path(__file__).resolve().parents[2]
targets: Any = importlib.import_module("tools.fuzz_targets")
BANK = targets.small_bank()
CORPUS: Path = targets.CORPUS

unhurried = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PAPER = st.text(alphabet=st.characters(codec="utf-8"), max_size=30)


def refused(error: QexportError) -> None:
    """Be content with an error whose words can be printed."""
    targets.check_error(error)


# Locks


LOCK = json.loads((CORPUS / "lock" / "small.json").read_text("utf-8"))


@unhurried
@given(st.sampled_from(sorted(LOCK)), st.sampled_from(["", *LOCK["notes"], "modified", "major"]), JSON)
def test_a_lock_with_anything_in_it_is_read_as_it_is_or_refused(part: str, key: str, value: object) -> None:
    said = json.loads(json.dumps(LOCK))
    if key and isinstance(said[part], dict):
        said[part][key] = value
    else:
        said[part] = value
    try:
        lock = read_lock(json.dumps(said), "bank.lock.json")
    except QexportError as error:
        refused(error)
    else:
        assert read_lock(write_lock(lock), "bank.lock.json") == lock


EDITIONS = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from("abcde"), st.sampled_from("123"), max_size=5), st.integers(0, 50)
    ),
    min_size=1,
    max_size=8,
)


@unhurried
@given(EDITIONS)
def test_the_time_of_a_note_moves_exactly_with_its_content(
    editions: list[tuple[dict[str, str], int]],
) -> None:
    """Even where the clock goes backwards."""
    lock: Lock | None = None
    for notes, now in editions:
        content = LockedContent(
            title="T",
            namespace="n",
            questions=tuple(
                Asked(id=key, text=key, question=question_digest(key), digest=digest)
                for key, digest in notes.items()
            ),
            style=Stamp("s", 0),
            note_type=LockedNoteType(("ID",), ("recall",), "ID"),
        )
        after, changes = stamp(content, lock, now)
        assert set(after.notes) == set(notes)
        assert sorted([*changes.added, *changes.changed, *changes.unchanged]) == sorted(notes)
        for key, new in after.notes.items():
            old = lock.notes.get(key) if lock else None
            if old and old.digest == new.digest:
                assert new == old
            elif old:
                assert new.modified > old.modified
        assert stamp(content, after, now + 1)[0] == after
        assert read_lock(write_lock(after), "x") == after
        lock = after


# Decks that are out there


def deck(notes: list[tuple[Any, Any, Any, Any, Any]], models: object) -> bytes:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE notes (guid, mid, mod, tags, flds)")
        connection.execute("CREATE TABLE col (models)")
        connection.executemany("INSERT INTO notes VALUES (?, ?, ?, ?, ?)", notes)
        connection.execute("INSERT INTO col VALUES (?)", (models,))
        connection.commit()
        database = connection.serialize()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("collection.anki2", database)
    return buffer.getvalue()


def own_rows() -> list[tuple[Any, ...]]:
    """The notes of a deck of the bank's, and its models."""
    with zipfile.ZipFile(CORPUS / "package" / "small.apkg") as archive:
        [name] = (name for name in archive.namelist() if name.startswith("collection"))
        database = archive.read(name)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(database)
        return [
            *connection.execute("SELECT guid, mid, mod, tags, flds FROM notes"),
            connection.execute("SELECT models FROM col").fetchone(),
        ]


*OWN_NOTES, (OWN_MODELS,) = own_rows()
CELL = st.none() | st.integers(-(2**63), 2**63 - 1) | st.floats() | PAPER | st.binary(max_size=12)


@unhurried
@given(
    st.lists(st.tuples(st.integers(0, len(OWN_NOTES) - 1), st.integers(0, 4), CELL), max_size=4),
    st.none() | st.tuples(st.sampled_from(["flds", "tmpls", "sortf", "mod", "css", "name"]), JSON) | CELL,
)
def test_a_deck_with_anything_in_it_gives_a_lock_or_is_refused(
    cells: list[tuple[int, int, object]], models: object
) -> None:
    notes = [list(note) for note in OWN_NOTES]
    for row, column, value in cells:
        notes[row][column] = value
    said = OWN_MODELS
    if isinstance(models, tuple):
        mapping = json.loads(OWN_MODELS)
        next(iter(mapping.values()))[models[0]] = models[1]
        said = json.dumps(mapping)
    elif models is not None:
        said = models
    package = deck([(note[0], note[1], note[2], note[3], note[4]) for note in notes], said)
    try:
        assert len(notes_in(package, "old.apkg")) <= len(notes)
        lock = lock_of(package, "old.apkg", BANK)
    except QexportError as error:
        refused(error)
    else:
        assert read_lock(write_lock(lock), "x") == lock


# Filters, recipes, options


VALUES = PAPER | st.sampled_from(
    [
        "Python",
        "python*",
        "*",
        "",
        "AI/ML",
        "ai-ml",
        "PY-?",
        "[A-Z]*",
        "8",
        ">=3",
        "2-7",
        "b c",
        "id",
        "-level",
        "x::y",
    ]
)


@unhurried
@given(
    st.fixed_dictionaries(
        {},
        optional={
            each.name: st.integers(-1, 5)
            if each.name in ("limit", "sample", "seed")
            else VALUES
            if isinstance(each.default, str)
            else st.lists(VALUES, max_size=2).map(tuple)
            for each in fields(Filters)
        },
    )
)
def test_any_filters_choose_some_questions_once_or_are_refused(given_filters: dict[str, Any]) -> None:
    filters = Filters(**given_filters)
    try:
        chosen = select(BANK, filters)
    except QexportError as error:
        refused(error)
    else:
        active = [question.id for question in BANK.questions if question.status == "active"]
        assert chosen
        assert len({question.id for question in chosen}) == len(chosen)
        assert {question.id for question in chosen} <= set(active)
        assert describe(BANK, filters, chosen)


@unhurried
@given(st.dictionaries(st.sampled_from(sorted(SETTINGS)), JSON, max_size=5))
def test_a_recipe_of_anything_is_a_recipe_or_refused_line_by_line(said: dict[str, object]) -> None:
    lines = [f"{key} = {json.dumps(value)}" for key, value in said.items()]
    try:
        book = read_recipes("\n".join(["[recipes.x]", *lines]), "qexport.toml")
        recipe = book.recipe("x", Path("bank.yaml"))
        check_options(recipe.all_options)
    except QexportError as error:
        refused(error)
        for problem in getattr(error, "problems", ()):
            assert problem.location.line <= len(lines) + 1
    else:
        assert recipe.outputs


@unhurried
@given(
    st.dictionaries(
        st.sampled_from(list(OPTIONS)) | PAPER,
        st.booleans() | VALUES | st.from_regex(re.compile(r"-?\d{1,3}(\.\d+)?(,-?\d+)?|\d{4}-\d\d-\d\d")),
        max_size=4,
    )
)
def test_any_options_are_all_there_afterwards_or_refused(said: dict[str, str | bool]) -> None:
    try:
        check_options(said)
    except QexportError as error:
        refused(error)
    else:
        for output in OUTPUTS.values():
            options = parse_options(output.options, said)
            assert output.endings(options)
            assert parse_options(output.options, said) == options


# Vocabularies and themes


@unhurried
@given(
    st.fixed_dictionaries(
        {"title": PAPER, "namespace": PAPER, "technologies": JSON, "levels": JSON},
        optional={"furniture": JSON, "markup": PAPER, "language": PAPER, "x": JSON},
    )
)
def test_a_vocabulary_of_anything_is_one_or_refused(said: dict[str, object]) -> None:
    text = "".join(f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in said.items())
    assume("\ud800" not in text)
    try:
        words = read_vocabulary(text, "vocabulary.yaml")
        page.parse_capture((CORPUS / "hub-text" / "listing.txt").read_text("utf-8"), "a.txt", words)
    except QexportError as error:
        refused(error)


CSS = st.lists(
    st.sampled_from(
        [":root {", "}", "--a: ", "var(--a)", "var(--b)", "--b:", ";", "/*", "*/", "p {", "x", "\n", '"']
    ),
    max_size=25,
).map("".join)


@unhurried
@given(CSS | PAPER, JSON | PAPER)
def test_a_theme_of_anything_is_one_or_refused(tmp_path: Path, css: str, said: object) -> None:
    toml = said if isinstance(said, str) else f"extends = {json.dumps(said)}\n"
    (tmp_path / "theme.toml").write_bytes(toml.encode("utf-8", "replace"))
    (tmp_path / "theme.css").write_bytes(css.encode("utf-8", "replace"))
    try:
        look = find_theme(str(tmp_path))
        joined = join_styles([("base.css", ":root { --a: 1 } q { quotes: var(--a) }"), *look.styles()])
    except QexportError as error:
        refused(error)
    else:
        assert "var(--a)" not in joined
