"""Attacks by files that are passed on: bundles and decks."""

from __future__ import annotations

import io
import json
import random
import sqlite3
import stat
import string
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import cache
from hashlib import sha256
from importlib import import_module
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from qexport.team.bundle_archive import MANIFEST, pack
from tools.attack_harness import REFUSED, Attack, allow, write
from tools.fuzz_seeds import bundle_and_deck
from tools.fuzz_targets import CORPUS

BANK = (CORPUS / "bank-yaml" / "small.yaml").read_text("utf-8")
RESERVED = (
    "CON",
    "PRN",
    "AUX",
    "NUL",
    *(f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10)),
)
"""File names that are devices on Windows (learn.microsoft.com, Naming Files, Paths, and Namespaces)."""
UNSEEN = "\u202e\u202d\u2066\u2067\u200b\u200d\u200f\ufeff\u00ad\x07\x1b\x85\ue000\u0378"
"""Characters that turn text round or cannot be seen: marks, controls, private and unassigned ones."""
READ = frozenset({0})
EITHER = READ | REFUSED


@cache
def made() -> Mapping[str, bytes]:
    return bundle_and_deck()


def members(package: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(package)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def word(rng: random.Random) -> str:
    return "".join(rng.choices(string.ascii_lowercase, k=rng.randint(1, 8)))


def bad_name(rng: random.Random) -> str:
    """Return a path that no bundle may hold."""
    plain = word(rng)
    return rng.choice(
        (
            "../" * rng.randint(1, 5) + plain,
            f"{plain}/../../{plain}",
            f"/{plain}",
            f"{plain}\\{plain}",
            f"{rng.choice('CDZ')}:{plain}",
            rng.choice(RESERVED) + rng.choice(("", ".txt", ".tar.gz")),
            f"{plain}/{rng.choice(RESERVED).lower()}.pdf",
            plain + rng.choice(UNSEEN) + "gnp.exe",
            plain * 300,
            "日" * 90,
            plain + rng.choice('<>:"|?*'),
            f"{plain}.",
            f"{plain} ",
            f"{plain}/",
            f"{plain}//{plain}",
            f"./{plain}",
        )
    )


def _zipped(entries: list[tuple[ZipInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for entry, data in entries:
            archive.writestr(entry, data)
    return buffer.getvalue()


def _with_manifest(files: dict[str, bytes], change: Callable[[Any], object] = lambda _: None) -> bytes:
    """Return the bundle of these files, with a manifest that knows them all."""
    said = json.loads(files[MANIFEST])
    said["files"] = {
        name: {"sha256": sha256(data).hexdigest(), "size": len(data)}
        for name, data in files.items()
        if name != MANIFEST
    }
    change(said)
    return pack({**files, MANIFEST: (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()})


# Bundles


def _bundle(data: bytes, *words: str, says: str = "", ends: frozenset[int] = REFUSED) -> Attack:
    write("team.zip", data)
    return Attack(("verify", "team.zip", *words), ends, says)


def an_honest_bundle(rng: random.Random) -> Attack:
    write("b.yaml", BANK)
    attack = _bundle(made()["bundle/small.zip"], ends=READ)
    return attack if rng.random() < 0.5 else Attack(("diff", "b.yaml", "team.zip"), READ)


def one_bit_changed(rng: random.Random) -> Attack:
    data = bytearray(made()["bundle/small.zip"])
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return _bundle(bytes(data))


def a_bundle_cut_off(rng: random.Random) -> Attack:
    data = made()["bundle/small.zip"]
    return _bundle(data[: rng.randrange(len(data))])


def bytes_put_in(rng: random.Random) -> Attack:
    data, added = made()["bundle/small.zip"], rng.randbytes(rng.randint(1, 40))
    at = rng.choice((0, len(data), rng.randrange(len(data))))
    return _bundle(data[:at] + added + data[at:])


def a_bad_name(rng: random.Random) -> Attack:
    files = members(made()["bundle/small.zip"])
    files[bad_name(rng)] = b"x"
    return _bundle(_with_manifest(files), says="or is not a valid path on every system")


def twin_names(rng: random.Random) -> Attack:
    files = members(made()["bundle/small.zip"])
    name = rng.choice(sorted(files))
    if rng.random() < 0.5:
        files[name.swapcase()] = b"x"
    else:
        files |= {unicodedata.normalize(form, f"é{name}"): b"x" for form in ("NFC", "NFD")}
    return _bundle(_with_manifest(files), says="is in it twice")


def a_file_and_a_folder(rng: random.Random) -> Attack:
    files = members(made()["bundle/small.zip"])
    files[f"{rng.choice(sorted(files))}/{word(rng)}"] = b"x"
    return _bundle(_with_manifest(files), says="is a file and a folder in it")


def an_entry_of_another_kind(rng: random.Random) -> Attack:
    files = members(made()["bundle/small.zip"])
    odd = rng.choice(sorted(files))
    entries = []
    for name, data in sorted(files.items()):
        entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.external_attr = (stat.S_IFREG | 0o644) << 16
        if name == odd:
            match rng.randrange(3):
                case 0:
                    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
                case 1:
                    entry.compress_type = ZIP_DEFLATED
                case _:
                    entry.extra = b"qx\x02\x00ab"
        entries.append((entry, data))
    return _bundle(_zipped(entries))


def wrong_sizes(rng: random.Random) -> Attack:
    data = bytearray(made()["bundle/small.zip"])
    at = data.index(b"PK\x01\x02") + rng.choice((20, 24, 42))
    other = int.from_bytes(data[at : at + 4], "little") ^ rng.choice(
        (1, 2**31, 2**32 - 1, rng.randrange(1, 2**32))
    )
    data[at : at + 4] = other.to_bytes(4, "little")
    return _bundle(bytes(data))


def too_many_files(rng: random.Random) -> Attack:
    files = members(made()["bundle/small.zip"])
    files |= {f"x/{number}": b"" for number in range(rng.randint(40, 60))}
    return _bundle(_with_manifest(files), *allow(bundle_files=40), says="a bundle has at most 40")


def too_many_bytes(rng: random.Random) -> Attack:
    data = made()["bundle/small.zip"]
    return _bundle(data, *allow(bundle=len(data) - rng.randint(1, 4000)), says="bundle")


_WRONG: tuple[object, ...] = (None, 7, [], {}, "x", [[]], True, 1e300, "../x", "\u202e", ["x"] * 50)


def a_manifest_that_lies(rng: random.Random) -> Attack:
    """It says of the bundle what is not so; what is made again shows it."""

    def change(said: Any) -> None:
        recipe = said["recipes"][0]
        match rng.randrange(9):
            case 0:
                recipe["outputs"] = ["deck"] * rng.randint(2, 200)
            case 1:
                recipe[rng.choice(("stem", "name"))] = bad_name(rng)
            case 2:
                recipe["options"] = {rng.choice(("theme", "paper", word(rng))): "../../outside"}
            case 3:
                said["recipes"] *= rng.randint(2, 30)
            case 4:
                recipe["ids"] = recipe["ids"][1:] * rng.randint(1, 3)
            case 5:
                said["format"] = rng.choice((0, 2, 99, "1", None))
            case 6:
                said["files"][rng.choice(sorted(said["files"]))] = rng.choice(_WRONG)
            case 7:
                said["files"].pop(rng.choice(sorted(said["files"])))
            case _:
                key = rng.choice(("recipes", "bank", "files", "made_with"))
                said[key] = rng.choice(_WRONG)

    bundle = _with_manifest(members(made()["bundle/small.zip"]), change)
    return _bundle(bundle, "--rebuild", ends=REFUSED | {2})  # 2: a theme of its own is to be named


def a_bank_in_it_that_asks_too_much(rng: random.Random) -> Attack:
    files = members(made()["bundle/small.zip"])
    texts = (
        ("[" * 9 + "]" * 9, "deeper than 8 levels"),
        ("[" + "x, " * 400 + "x]", "more than 300 values"),
        ("x\n#" + "x" * 9000, "8 kB"),
    )
    text, says = rng.choice(texts)
    files["data/questions.yaml"] += f"teams: {text}\n".encode()
    return _bundle(_with_manifest(files), *allow(depth=8, values=300, file="8k"), says=says)


def a_picture_in_it_that_is_none(rng: random.Random) -> Attack:
    files = members(made()["bundle/small.zip"])
    files["data/img/a.png"] = rng.randbytes(rng.randint(0, 60))
    return _bundle(_with_manifest(files), "--rebuild")


BUNDLES = (
    *(an_honest_bundle, one_bit_changed, a_bundle_cut_off, bytes_put_in, a_bad_name, twin_names),
    *(a_file_and_a_folder, an_entry_of_another_kind, wrong_sizes, too_many_files, too_many_bytes),
    *(a_manifest_that_lies, a_bad_name, a_bank_in_it_that_asks_too_much, a_picture_in_it_that_is_none),
)


# Decks


def _deck(
    rng: random.Random, data: bytes, *words: str, says: str = "", ends: frozenset[int] = REFUSED
) -> Attack:
    """Read a deck in one of the ways in which one is read."""
    write("old.apkg", data)
    write("b.yaml", BANK)
    ways = {
        "previous": (
            "build",
            "--bank",
            "b.yaml",
            "--format",
            "deck",
            "--previous",
            "old.apkg",
            "--out",
            "out",
        ),
        "diff": ("diff", "b.yaml", "old.apkg"),
        "import": ("import", "old.apkg", "--as", "anki", "-o", "new/n.yaml"),
    }
    way = rng.choice(sorted(ways))
    return Attack((*ways[way], *words), ends, says, ("out/*.apkg", "b.lock.json", "b.history.jsonl", "new/*"))


def _collection(database: bytes, **others: bytes) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data in {"collection.anki2": database, **others}.items():
            archive.writestr(ZipInfo(name), data, ZIP_DEFLATED)
    return buffer.getvalue()


def _database() -> bytes:
    files = members(made()["package/small.apkg"])
    return next(data for name, data in sorted(files.items()) if name.startswith("collection"))


def _changed(*statements: str) -> bytes:
    """Return the deck after some statements on its database."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(_database())
        for statement in statements:
            connection.execute(statement)
        connection.commit()
        return _collection(connection.serialize())


def an_honest_deck(rng: random.Random) -> Attack:
    exported = (CORPUS / "package" / "exported.apkg").read_bytes()
    return _deck(rng, rng.choice((made()["package/small.apkg"], exported)), ends=READ)


def one_byte_changed(rng: random.Random) -> Attack:
    data = bytearray(rng.choice((made()["package/small.apkg"], _collection(_database()))))
    data[rng.randrange(len(data))] = rng.randrange(256)
    return _deck(rng, bytes(data), ends=EITHER)


def a_deck_cut_off(rng: random.Random) -> Attack:
    data = made()["package/small.apkg"]
    return _deck(rng, data[: rng.randrange(len(data) - 30)])


def no_deck(rng: random.Random) -> Attack:
    plain = (rng.randbytes(rng.randint(0, 90)), _collection(rng.randbytes(200)), made()["bundle/small.zip"])
    return _deck(rng, rng.choice(plain))


def too_many_members(rng: random.Random) -> Attack:
    others = {str(number): b"" for number in range(rng.randint(30, 50))}
    return _deck(rng, _collection(_database(), **others), *allow(deck_files=30), says="more than 30 files")


def larger_than_packed(rng: random.Random) -> Attack:
    data = _collection(_database() + bytes(rng.randint(50_000, 90_000)))
    return _deck(rng, data, *allow(deck_ratio=2), says="more than 2 times")


def too_large_a_deck(rng: random.Random) -> Attack:
    data = _collection(_database(), x=bytes(rng.randint(90_000, 99_000)))
    return _deck(rng, data, *allow(deck="90k"), says="deck")


def zstandard_that_grows(rng: random.Random) -> Attack:
    compress = import_module("backports.zstd" if not _is_new() else "compression.zstd").compress
    data = members((CORPUS / "package" / "exported.apkg").read_bytes())
    name = "collection.anki21b"
    zeros = compress(bytes(rng.randint(50_000, 90_000)))
    packed = rng.choice((zeros, data[name][: rng.randrange(len(data[name]))], data[name] + zeros))
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as archive:
        for each, content in {**data, name: packed}.items():
            archive.writestr(ZipInfo(each), content)
    return _deck(rng, buffer.getvalue(), *allow(deck_ratio=2))


def _is_new() -> bool:
    import sys

    return sys.version_info >= (3, 14)


def too_long_a_value(rng: random.Random) -> Attack:
    column = rng.choice(("notes SET flds", "notes SET tags", "col SET models"))
    size = rng.randint(20_001, 30_000)
    statement = f"UPDATE {column} = {column.split()[-1]} || printf('%.{size}c', 'x')"
    return _deck(rng, _changed(statement), *allow(deck_value="20k"), says="longer than 20 kB")


def a_value_that_is_computed(rng: random.Random) -> Attack:
    size = rng.randint(10, 99)
    tables = (
        (
            "ALTER TABLE notes RENAME TO kept",
            f"CREATE VIEW notes AS SELECT *, printf('%.{size}c', 'x') AS more FROM kept",
        ),
        (f"ALTER TABLE notes ADD COLUMN more AS (printf('%.{size}c', 'x')) VIRTUAL",),
        ("ALTER TABLE col RENAME TO kept", "CREATE VIEW col AS SELECT * FROM kept"),
        ("ALTER TABLE cards ADD COLUMN more AS (id + 1) VIRTUAL",),
    )
    return _deck(rng, _changed(*rng.choice(tables)), says="its database is not that of a deck")


def too_many_steps(rng: random.Random) -> Attack:
    numbers = (
        f"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < {rng.randint(900, 1500)})"
    )
    rows = (
        f"INSERT INTO notes {numbers} SELECT id + x * 1000, guid || x, mid, mod, usn, tags, flds, sfld, csum, flags, "
        "data FROM notes, n"
    )
    return _deck(rng, _changed(rows), *allow(deck_steps=5000), says="takes too long to read")


_NONSENSE = ("NULL", "'x'", "x'ff'", "1e300", "-1", "9223372036854775807", "''", "char(31)", "char(0)")


def nonsense_in_it(rng: random.Random) -> Attack:
    columns = ("guid", "mid", "mod", "tags", "flds")
    changes = [
        f"UPDATE OR IGNORE notes SET {rng.choice(columns)} = {rng.choice(_NONSENSE)}" for _ in range(2)
    ]
    changes.append(
        f"UPDATE OR IGNORE col SET models = {rng.choice(_NONSENSE)}" if rng.random() < 0.3 else "SELECT 1"
    )
    return _deck(rng, _changed(*changes), ends=EITHER)


def media_that_lead_out(rng: random.Random) -> Attack:
    """A note names a picture; the list of media says that its file goes to another place."""
    name = rng.choice((bad_name(rng), "../../outside/secret.png", "/etc/hostname"))
    picture = (CORPUS / "image" / "png").read_bytes()
    tag = f"<img src={json.dumps(name)}>".replace("'", "''")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(_database())
        connection.execute("UPDATE notes SET flds = replace(flds, 'new object', ?)", (tag,))
        connection.commit()
        database = connection.serialize()
    media = json.dumps({"0": name}).encode()
    return _deck(rng, _collection(database, media=media, **{"0": picture}), ends=EITHER)


def another_encoding(rng: random.Random) -> Attack:
    data = bytearray(_database())
    data[56:60] = rng.choice((2, 3)).to_bytes(4, "big")  # SQLite's file format, 1.3.13: text encoding
    return _deck(rng, _collection(bytes(data)))


def encrypted(rng: random.Random) -> Attack:
    data = bytearray(_collection(_database()))
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(sign) + at] |= 1
    return _deck(rng, bytes(data), says="encrypted")


DECKS = (
    *(an_honest_deck, one_byte_changed, a_deck_cut_off, no_deck, too_many_members, larger_than_packed),
    *(too_large_a_deck, zstandard_that_grows, too_long_a_value, a_value_that_is_computed, too_many_steps),
    *(nonsense_in_it, media_that_lead_out, another_encoding, encrypted),
)
