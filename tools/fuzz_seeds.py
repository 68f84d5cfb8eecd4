"""Write the seeds of the fuzzer that nobody can write by hand: a bundle, a deck, a cache, pictures.

Run it as `.venv/bin/python -m tools.fuzz_seeds`.
"""

from __future__ import annotations

import io
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from PIL import Image

from qexport.bank.history import add_lines, line_of
from qexport.bank.lock import Edition, Release
from qexport.bank.stamping import stamp
from qexport.content.templates import Templates
from qexport.layout.cache import ChunkCache
from qexport.layout.fonts import find_bundled
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.anki_deck.document import content, render, with_notes
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.team.bundle import BundledRecipe, Contents, files_of, fingerprint
from qexport.team.bundle_archive import pack
from tools.fuzz_targets import CHUNK, CORPUS, small_bank

NOW = 1_760_000_000


def bundle_and_deck() -> dict[str, bytes]:
    """Return a bundle of the small bank, with a deck of it, and the deck alone."""
    bank = small_bank()
    options = parse_options(DeckOptions, {"card-types": "recall,scenario,mistakes"})
    tools = with_notes(bank, options, Tools(Templates()))
    lock, _ = stamp(content(bank, options, tools), None, NOW)
    edition = Edition(bank=bank, questions=bank.questions, title=bank.title, scope="", lock=lock)
    deck = render(edition, options, tools)
    recipe = BundledRecipe(
        name="all",
        title=bank.title,
        scope="",
        stem="all",
        outputs=("deck",),
        options={"paper": "a5"},
        filters={"difficulty": [">=1"]},
        ids=tuple(question.id for question in bank.questions),
    )
    released = Release(1, NOW, {"added": tuple(lock.notes)})
    contents = Contents(
        bank=bank,
        lock=replace(lock, release=released),
        recipes=(recipe,),
        fingerprint=fingerprint(bank),
        notes="# Release notes\n",
        pictures={"img/a.png": picture("PNG")},
    )
    files = files_of(
        contents, {"all": [Document(".txt", b"a deck", "3 notes")]}, Templates(), {"qexport": "0.1"}
    )
    return {"bundle/small.zip": pack(files), "package/small.apkg": deck.data}


def picture(kind: str) -> bytes:
    """Return a red picture of 5 × 3 pixels."""
    buffer = io.BytesIO()
    Image.new("RGB", (5, 3), "red").save(buffer, kind)
    return buffer.getvalue()


def history() -> bytes:
    """Return the history of the small bank, and below it one of a merge that git left."""
    lines = [line_of(question) for question in small_bank().questions]
    whole = add_lines("", lines)
    return f"<<<<<<< ours\n{whole}=======\n{lines[0]}\n>>>>>>> theirs\n".encode()


def font() -> bytes:
    """Return a bundled font with three characters of it."""
    from fontTools import subset, ttLib  # noqa: TID251  makes a font, which the program never does

    path = next(file.path for file in find_bundled().values() if file.path.name == "IBMPlexMono-Regular.ttf")
    whole = ttLib.TTFont(path, recalcTimestamp=False)
    cutter = subset.Subsetter(subset.Options(layout_features=[], hinting=False, notdef_outline=True))
    cutter.populate(unicodes=[0x20, 0x41, 0xE9])
    cutter.subset(whole)
    buffer = io.BytesIO()
    whole.save(buffer)
    return buffer.getvalue()


def exported_by_anki(deck: bytes) -> bytes:
    """Return a deck as today's Anki exports it: another form, packed with zstandard."""
    from anki.collection import (
        Collection,
        ExportAnkiPackageOptions,
        ImportAnkiPackageOptions,
        ImportAnkiPackageRequest,
    )

    with tempfile.TemporaryDirectory() as folder:
        came, left = Path(folder) / "came.apkg", Path(folder) / "left.apkg"
        came.write_bytes(deck)
        collection = Collection(f"{folder}/collection.anki2")
        collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(came), options=ImportAnkiPackageOptions())
        )
        options = ExportAnkiPackageOptions(with_scheduling=True, with_deck_configs=False, with_media=True)
        collection.export_anki_package(out_path=str(left), options=options, limit=None)
        collection.close()
        return _small_pages(left.read_bytes())


def foreign_decks() -> dict[str, bytes]:
    """Return a deck of others, with a cloze and a picture: as a deck, old and new, and as a collection."""
    from anki.collection import Collection, DeckIdLimit, ExportAnkiPackageOptions
    from anki.decks import DeckId

    with tempfile.TemporaryDirectory() as folder:
        collection = Collection(f"{folder}/collection.anki2")
        collection.media.write_data("a.png", picture("PNG"))
        deck = collection.decks.id("Go::Basics") or DeckId(1)
        for kind, values in (
            ("Basic", ("What is a <b>slice</b>?", "A view.<br><img src='a.png'>")),
            ("Basic (and reversed card)", ("len", "its length")),
            ("Cloze", ("A {{c1::map::kind}} has {{c2::keys}}.", "[sound:a.mp3]")),
        ):
            note = collection.new_note(collection.models.by_name(kind) or {})
            note.fields[:] = values
            note.tags = ["go"]
            collection.add_note(note, deck)
        old, new, whole = (Path(folder) / name for name in ("old.apkg", "new.apkg", "whole.colpkg"))
        for path, legacy in ((old, True), (new, False)):
            options = ExportAnkiPackageOptions(with_media=True, legacy=legacy)
            collection.export_anki_package(out_path=str(path), options=options, limit=DeckIdLimit(deck))
        collection.export_collection_package(str(whole), include_media=True, legacy=False)
        return {
            "import-anki/old.apkg": _small_pages(old.read_bytes(), "collection.anki21"),
            "import-anki/new.apkg": _small_pages(new.read_bytes()),
            "import-anki/whole.colpkg": _small_pages(whole.read_bytes()),
        }


def _small_pages(package: bytes, name: str = "collection.anki21b") -> bytes:
    """Return a package with a database of small pages: a fifth of the bytes to change and read."""
    zstandard = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    is_packed = name.endswith("b")
    with ZipFile(io.BytesIO(package)) as archive:
        files = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    with closing(sqlite3.connect(":memory:")) as database:
        database.create_collation("unicase", lambda one, other: (one > other) - (one < other))
        whole = zstandard.decompress(files[name]) if is_packed else files[name]
        database.deserialize(whole[:18] + b"\1\1" + whole[20:])  # no write-ahead log: memory has none
        database.execute("PRAGMA page_size = 512")
        database.execute("VACUUM")
        files[name] = zstandard.compress(database.serialize()) if is_packed else database.serialize()
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        # Not what only says to old versions that they are too old; an old package has no meta.
        for each in ("meta", name, "media", *(("collection.anki2",) if not is_packed else ())):
            if each in files:
                archive.writestr(ZipInfo(each), files[each], None if is_packed else ZIP_DEFLATED)
    return buffer.getvalue()


def cache() -> bytes:
    """Return the file of a cache that holds one chunk twice."""
    with tempfile.TemporaryDirectory() as folder:
        kept = ChunkCache(Path(folder))
        kept.keep({"a": CHUNK, "b": CHUNK})
        with closing(sqlite3.connect(kept.path)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("PRAGMA page_size = 512")
            database.execute("VACUUM")
        return kept.path.read_bytes()


def main() -> int:
    kinds = {"PNG": "png", "JPEG": "jpeg", "GIF": "gif", "WEBP": "webp"}
    made = bundle_and_deck()
    files = {
        **made,
        "package/exported.apkg": exported_by_anki(made["package/small.apkg"]),
        **foreign_decks(),
        "history/merged.jsonl": history(),
        "font/three-letters.ttf": font(),
        "cache/two.sqlite": cache(),
        **{f"image/{ending}": picture(kind) for kind, ending in kinds.items()},
    }
    for name, data in files.items():
        path = CORPUS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        print(f"{path} {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
