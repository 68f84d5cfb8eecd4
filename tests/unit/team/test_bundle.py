"""A bundle: the same zip for the same contents, and nothing else is taken for one."""

from __future__ import annotations

import csv
import json
import re
import stat
import zlib
from dataclasses import replace
from hashlib import sha256
from io import BytesIO, StringIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qexport.bank.lock import Entry, Lock, LockedNoteType, Release, Stamp
from qexport.bank.model import Bank, Claims, Question
from qexport.bank.selection import Filters
from qexport.common.errors import InputRefused, QexportError
from qexport.content.templates import Templates
from qexport.outputs.document import Document
from qexport.team.bundle import (
    BUNDLED_BANK,
    BUNDLED_RECIPES,
    LOCK,
    NOTES,
    README,
    TABLE,
    BundledRecipe,
    Contents,
    files_of,
    part_of,
    part_of_lock,
    read_manifest,
    select_facts,
    table_of,
    write_filters,
)
from qexport.team.bundle_archive import MANIFEST, pack, unpack
from qexport.team.recipes import read_recipes

QUESTIONS = tuple(
    Question(id=f"PY-{number}", question=f"What is {number}?", answer="It is.", category=category)
    for number, category in ((1, "A"), (2, "B"), (3, "A"), (4, "B"))
)
BANK_OF_FOUR = Bank(title="Python & <more>", namespace="tests", licence="CC-BY-4.0", questions=QUESTIONS)
ENTRIES = {
    key: Entry(id=key, birth=key, guid=f"g{number}", number=4 * number, digest="d", modified=1_760_000_000)
    for number, key in enumerate(["PY-0", *(question.id for question in QUESTIONS)], 1)
}
LOCK_OF_FOUR = Lock(
    namespace="tests",
    deck_root="Python",
    style=Stamp("s", 1),
    note_type=LockedNoteType(("ID",), ("recall",), "ID"),
    notes={question.id: ENTRIES[question.id] for question in QUESTIONS},
    gone={"PY-0": replace(ENTRIES["PY-0"], left=1_760_000_000)},
    release=Release(3, 1_760_000_000, {"added": ("PY-4",)}),
)
RECIPE = BundledRecipe(
    name="hard",
    title="Hard",
    scope="difficulty 8",
    stem="hard",
    outputs=("deck",),
    options={"paper": "a5"},
    filters={"difficulty": [">=8"], "sort": "id"},
    ids=("PY-3", "PY-2"),
)
CONTENTS = Contents(
    bank=part_of(BANK_OF_FOUR, RECIPE.ids),
    lock=part_of_lock(LOCK_OF_FOUR, RECIPE.ids),
    recipes=(RECIPE,),
    fingerprint="f",
    notes="# Release notes\n",
    pictures={"img/a.png": b"a picture"},
)
FILES = files_of(
    CONTENTS, {"hard": [Document(".apkg", b"a deck", "2 notes")]}, Templates(), {"qexport": "0.1"}
)
PACKED = pack(FILES)


def complaints(data: bytes) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        unpack(data, "team.zip")
    assert {str(problem.location) for problem in caught.value.problems} == {"team.zip"}
    return [problem.message for problem in caught.value.problems]


def zipped(*entries: tuple[ZipInfo | str, bytes]) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    return buffer.getvalue()


# What is in it


def test_a_part_of_a_bank_says_of_how_many_it_is_and_keeps_the_order() -> None:
    part = part_of(BANK_OF_FOUR, ("PY-2", "PY-3", "PY-4"))
    assert [question.id for question in part.questions] == ["PY-3", "PY-2", "PY-4"]
    assert part.claims == Claims(questions=4)
    assert part_of_lock(LOCK_OF_FOUR, ("PY-2",)).notes == {"PY-2": ENTRIES["PY-2"]}


def test_a_retired_question_that_a_part_does_not_take_is_known_to_have_left() -> None:
    retired = replace(ENTRIES["PY-1"], left=1_760_000_001)
    lock = replace(LOCK_OF_FOUR, notes={**LOCK_OF_FOUR.notes, "PY-1": retired})
    without, taken = part_of_lock(lock, ("PY-2",)), part_of_lock(lock, ("PY-1", "PY-2"))
    assert without.notes == {"PY-2": ENTRIES["PY-2"]}
    assert without.gone == {**LOCK_OF_FOUR.gone, "PY-1": retired}
    assert taken.notes == {"PY-1": retired, "PY-2": ENTRIES["PY-2"]}
    assert taken.gone == LOCK_OF_FOUR.gone
    assert without.left == taken.left == lock.left


def test_the_files_of_a_bundle() -> None:
    assert list(FILES) == sorted(
        [
            README,
            NOTES,
            BUNDLED_BANK,
            LOCK,
            TABLE,
            "data/img/a.png",
            "hard/hard.apkg",
            MANIFEST,
            BUNDLED_RECIPES,
        ]
    )
    assert unpack(PACKED, "team.zip") == FILES
    assert pack(dict(reversed(FILES.items()))) == PACKED


def test_the_manifest_tells_all() -> None:
    said = json.loads(FILES[MANIFEST])
    hashes = said.pop("files")
    assert hashes == {
        path: {"sha256": sha256(data).hexdigest(), "size": len(data)}
        for path, data in FILES.items()
        if path != MANIFEST
    }
    assert said == {
        "format": 1,
        "edition": {"number": 3, "date": "2025-10-09"},
        "bank": {
            "title": "Python & <more>",
            "namespace": "tests",
            "source": "",
            "licence": "CC-BY-4.0",
            "fingerprint": "f",
            "questions": 2,
            "of": 4,
        },
        "recipes": [
            {
                "name": "hard",
                "title": "Hard",
                "scope": "difficulty 8",
                "stem": "hard",
                "outputs": ["deck"],
                "options": {"paper": "a5"},
                "filters": {"difficulty": [">=8"], "sort": "id"},
                "ids": ["PY-3", "PY-2"],
                "retired": [],
                "count": 2,
            }
        ],
        "made_with": {"qexport": "0.1"},
    }
    assert read_manifest(FILES, "team.zip").recipes == (RECIPE,)


def test_the_manifest_has_the_bill_of_materials_that_it_is_given_and_is_compared_without_it() -> None:
    documents = {"hard": [Document(".apkg", b"a deck", "2 notes")]}
    files = files_of(CONTENTS, documents, Templates(), {"qexport": "0.1"}, {"bomFormat": "CycloneDX"})
    assert json.loads(files[MANIFEST])["bill_of_materials"] == {"bomFormat": "CycloneDX"}
    assert select_facts(files) == select_facts(FILES)
    assert unpack(pack(files), "team.zip") == files


def test_its_page_says_how_large_files_are_in_the_language_of_the_bank() -> None:
    german = replace(CONTENTS, bank=replace(CONTENTS.bank, language="de"))
    deck = Document(".apkg", b"a deck", "2 notes", amounts={"size_notes": 2.0, "size_two_a_side": 2.0})
    page = files_of(german, {"hard": [deck]}, Templates(), {})[README].decode()
    assert "<td>Notizen: 2, zwei je Seite</td>" in page
    assert "<td>2 notes</td>" in FILES[README].decode()


def test_the_recipe_inside_makes_the_same_of_the_data_inside() -> None:
    book = read_recipes(FILES[BUNDLED_RECIPES].decode(), BUNDLED_RECIPES)
    recipe = book.recipe("hard")
    assert recipe.filters == Filters(id=("PY-3", "PY-2"), sort="id")
    assert (str(recipe.bank), recipe.outputs, recipe.title, recipe.options) == (
        BUNDLED_BANK,
        ("deck",),
        "Hard",
        {"paper": "a5"},
    )
    assert '# was: difficulty = [">=8"]\n' in FILES[BUNDLED_RECIPES].decode()


def test_the_filters_that_were_asked_for() -> None:
    assert write_filters(Filters(technology=("Python",), limit=3)) == {"technology": ["Python"], "limit": 3}


def test_the_page_inside_needs_nothing_beside_it() -> None:
    page = FILES[README].decode()
    assert (
        '<h1 dir="auto" lang="en">Python &amp; &lt;more&gt;</h1>\n<p>Edition 3, 2025-10-09. 2 of 4 questions.\n'
        in page
    )
    assert '<a href="hard/hard.apkg">hard/hard.apkg</a></td><td>2 notes</td>' in page
    assert "<code>Key:PY-0@59830ebc3a41</code>" in page
    assert "Print the handbook" not in page
    assert re.findall(r"<(?:script|img|link)\b|url\(", page) == []
    assert "default-src 'none'" in page


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "'x"])
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    question = Question(id="X", question=text, answer="a", follow_ups=(text, "b"), tags=("a", "b"))
    bank = Bank(title="T", namespace="t", questions=(question,))
    (row,) = csv.DictReader(StringIO(table_of(bank).decode("utf-8-sig"), newline=""))
    assert row["question"] == f"'{text}"
    assert row["follow_ups"] == f"• {text}\n• b"
    assert (row["tags"], row["difficulty"], row["answer"]) == ("• a\n• b", "", "a")


# What is refused


def test_one_flipped_bit_is_refused_and_named() -> None:
    at = PACKED.index(b"a deck")
    flipped = PACKED[:at] + bytes([PACKED[at] ^ 1]) + PACKED[at + 1 :]
    assert complaints(flipped) == ["'hard/hard.apkg' is damaged"]


def test_a_file_that_was_exchanged_is_named() -> None:
    other = {**FILES, "hard/hard.apkg": b"another deck", "more.txt": b""}
    del other[TABLE]
    assert complaints(pack(other)) == [
        "'data/questions.csv' is missing",
        "'hard/hard.apkg' is not what the manifest says: its hash is another",
        "'more.txt' is not in the manifest",
    ]


def test_truncated_and_padded_bundles_are_refused() -> None:
    assert complaints(PACKED[:-1]) == ["not a zip, or a damaged or truncated one"]
    assert complaints(PACKED[: len(PACKED) // 2]) == ["not a zip, or a damaged or truncated one"]
    assert complaints(b"") == ["not a zip, or a damaged or truncated one"]
    (before,) = complaints(b"0" * 10 + PACKED)
    assert before == "damaged at byte 0: there is something beside its files, or an entry of another kind"
    with ZipFile(commented := BytesIO(PACKED), "a") as archive:
        archive.comment = b"hidden"
    assert len(complaints(commented.getvalue())) == 1


@pytest.mark.parametrize(
    "name", ["../x", "/x", "a/../../x", "C:/x", "a\\x", "a//x", "x.", "a/ /x", "nul\x01"]
)
def test_a_path_that_leads_out_is_refused(name: str) -> None:
    (said,) = complaints(zipped((ZipInfo(name), b"x")))
    assert said == f"the path {name!r} is outside the bundle, or is not a valid path on every system"


def test_links_twins_and_packed_files_are_refused() -> None:
    link = ZipInfo("link")
    link.create_system = 3
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert complaints(zipped((link, b"/qx"))) == ["'link' is a link, not a file"]
    assert complaints(zipped(("a", b""), ("A", b""))) == ["'A' is in it twice"]
    packed_file = ZipInfo("packed")
    packed_file.compress_type = ZIP_DEFLATED
    data = zipped((packed_file, bytes(1_000)))
    size = f"it claims to hold 1,000 bytes, and has {len(data):,}: a bundle's files are stored, not packed"
    packed = "'packed' is packed or encrypted: a bundle's files are stored as they are"
    assert complaints(data) == [size, packed]


def test_a_packed_file_with_a_wrong_size_is_not_unpacked() -> None:
    data = bytearray(zipped((ZipInfo("packed"), zlib.compress(bytes(1_000)))))
    central = data.rindex(b"PK\x01\x02")
    data[central + 10] = 8  # deflated
    assert complaints(bytes(data)) == [
        "'packed' is packed or encrypted: a bundle's files are stored as they are"
    ]


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        (b"[", "its manifest.json is not that of a bundle"),
        (b"{}", "its manifest.json is not that of a bundle"),
        (b'{"files": {}, "format": 9}', "its format is '9', and this qexport knows 1"),
    ],
)
def test_a_manifest_of_anything_is_refused(manifest: bytes, said: str) -> None:
    assert complaints(pack({MANIFEST: manifest})) == [said]
    assert complaints(pack({"x": b""})) == ["no manifest.json in it: not a bundle of qexport"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)


@given(st.sampled_from(["name", "ids", "options", "filters", "outputs", "retired", "scope"]), JSON)
def test_no_manifest_ends_in_anything_but_a_refusal(key: str, value: object) -> None:
    said = json.loads(FILES[MANIFEST])
    said["recipes"][0][key] = value
    try:
        read_manifest({MANIFEST: json.dumps(said).encode()}, "team.zip")
    except QexportError as error:
        assert isinstance(error, InputRefused)  # noqa: PT017  which a valid one does not raise


@given(st.integers(0, 8 * len(PACKED) - 1))
def test_every_flipped_bit_is_refused(bit: int) -> None:
    flipped = bytearray(PACKED)
    flipped[bit // 8] ^= 1 << bit % 8
    assert complaints(bytes(flipped))


@given(st.integers(0, len(PACKED) - 1), st.binary(max_size=20))
def test_whatever_is_cut_off_or_put_in_is_refused(at: int, added: bytes) -> None:
    assert complaints(PACKED[:at])
    if added:
        assert complaints(PACKED[:at] + added + PACKED[at:])
