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
from pathlib import Path

from PIL import Image

from qexport.bank.lock import Edition, Release
from qexport.bank.stamping import stamp
from qexport.content.templates import Templates
from qexport.layout.cache import ChunkCache
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
    files = {
        **bundle_and_deck(),
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
