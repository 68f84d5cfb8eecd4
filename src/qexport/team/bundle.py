"""One file for a team: what a few recipes make of a bank, the part of the bank they were made from, and proof.

    contents + documents → files → pack() → zip → unpack() → files → contents

A bundle is a function of what is in it: `qexport verify --rebuild` makes it again from the data inside and
compares bytes. Its files are stored, not deflated: most are packed already, nothing can unfold to more than it
is, and the same files are the same zip on every machine.
"""

from __future__ import annotations

import json
import re
import stat
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from qexport.anki.search import search_for
from qexport.bank.lock import Lock
from qexport.bank.lock_file import write_lock
from qexport.bank.selection import Filters, in_bank_order
from qexport.bank.yaml_writer import write_bank
from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.files import is_name
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import quote
from qexport.content.languages import language as language_of
from qexport.exporters.csv_table import write as write_table

if TYPE_CHECKING:
    from qexport.bank.model import Bank
    from qexport.content.templates import Templates
    from qexport.outputs.document import Document

BUNDLE_FORMAT = 1

MANIFEST = "manifest.json"
README = "README.html"
NOTES = "RELEASE-NOTES.md"
BUNDLED_RECIPES = "qexport.toml"
DATA = "data/"
"""The folder of what it was all made from: the pictures of the bank lie there too, as beside the bank."""
BUNDLED_BANK = DATA + "questions.yaml"
TABLE = DATA + "questions.csv"
LOCK = DATA + "questions.lock.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledRecipe:
    """A recipe with what it left to be decided: which questions, and in which words."""

    name: str
    title: str
    scope: str
    stem: str
    """Of its files' names."""
    outputs: tuple[str, ...]
    options: Mapping[str, str | bool]
    filters: Mapping[str, object]
    """As they were asked for; those that were."""
    ids: tuple[str, ...]
    retired: tuple[str, ...] = ()
    """Retired questions that are in its deck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """All that a bundle is made from."""

    bank: Bank
    """No more of it than the recipes take."""
    lock: Lock
    recipes: tuple[BundledRecipe, ...]
    fingerprint: str
    """Of the whole bank."""
    notes: str = ""
    """Release notes, in Markdown."""
    pictures: Mapping[str, bytes]
    """By their paths from the bank's folder."""


# What is taken along


def part_of(bank: Bank, ids: Iterable[str]) -> Bank:
    """Return a bank with these questions only, which still says how many there are."""
    wanted = set(ids)
    total = bank.claims.questions or sum(question.status == "active" for question in bank.questions)
    return replace(
        bank,
        claims=replace(bank.claims, questions=total),
        # Categories stand in the order in which they first appear, so this keeps the order of them all.
        questions=tuple(question for question in in_bank_order(bank) if question.id in wanted),
    )


def part_of_lock(lock: Lock, ids: Iterable[str]) -> Lock:
    """Return the lock of a part of a bank; what left, left for all.

    A retired question that the part does not take is gone from that part, and its note is still to be found.
    """
    wanted = set(ids)
    left = {entry.birth: entry for key, entry in lock.notes.items() if entry.left and key not in wanted}
    notes = {key: entry for key, entry in lock.notes.items() if key in wanted}
    return replace(lock, notes=notes, gone={**lock.gone, **left})


def fingerprint(bank: Bank) -> str:
    """Return a digest of all that a bank says, wherever it is kept."""
    return sha256(write_bank(bank).encode("utf-8", "surrogatepass")).hexdigest()


def said_filters(filters: Filters) -> dict[str, object]:
    """Return the filters that were asked for, as a recipe says them."""
    usual = Filters()
    said = {each.name: getattr(filters, each.name) for each in fields(Filters)}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in said.items()
        if value != getattr(usual, name)
    }


# Files


def files_of(
    contents: Contents,
    documents: Mapping[str, Sequence[Document]],
    templates: Templates,
    made_with: Mapping[str, str],
) -> dict[str, bytes]:
    """Return all files of a bundle by their paths; `documents` are by the recipe's name."""
    made = {
        f"{recipe.name}/{recipe.stem}{document.suffix}": document
        for recipe in contents.recipes
        for document in documents[recipe.name]
    }
    files = {
        **{path: document.data for path, document in made.items()},
        **{DATA + path: data for path, data in contents.pictures.items()},
        BUNDLED_BANK: write_bank(contents.bank).encode(),
        TABLE: table_of(contents.bank),
        LOCK: write_lock(contents.lock).encode(),
        BUNDLED_RECIPES: _recipes_file(contents.recipes).encode(),
        NOTES: (contents.notes or _no_notes(contents.bank)).encode(),
    }
    summaries = {path: document.summary for path, document in made.items()}
    files[README] = _readme(contents, files, summaries, templates).encode()
    manifest = {**about(contents), "made_with": dict(made_with), "files": _hashes(files)}
    files[MANIFEST] = (json.dumps(manifest, ensure_ascii=False, indent=2) + "\n").encode()
    return dict(sorted(files.items()))


def about(contents: Contents) -> dict[str, object]:
    """Return what a manifest says of a bundle, but for its files and the tools that made it."""
    bank, release = contents.bank, contents.lock.release
    return {
        "format": BUNDLE_FORMAT,
        "edition": {"number": release.number, "date": release.date} if release else None,
        "bank": {
            "title": bank.title,
            "namespace": bank.namespace,
            "source": bank.source,
            "licence": bank.licence,
            "fingerprint": contents.fingerprint,
            "questions": len(bank.questions),
            "of": bank.claims.questions,
        },
        "recipes": [{**asdict(recipe), "count": len(recipe.ids)} for recipe in contents.recipes],
    }


def _hashes(files: Mapping[str, bytes]) -> dict[str, dict[str, object]]:
    return {
        path: {"sha256": sha256(data).hexdigest(), "size": len(data)} for path, data in sorted(files.items())
    }


def table_of(bank: Bank) -> bytes:
    """Return a bank as CSV, in which no spreadsheet finds a formula, and which comes back through import."""
    return write_table(bank).text.encode("utf-8", "surrogatepass")


def _recipes_file(recipes: Sequence[BundledRecipe]) -> str:
    """Return recipes that make the same documents, but for their words, of the data in the bundle."""
    lines = [
        "# The recipes of this bundle. Unpack it, and `qexport build NAME` makes one from the data in it."
    ]
    lines += [f"bank = {json.dumps(BUNDLED_BANK)}", ""]
    for recipe in recipes:
        lines.append(f"[recipes.{recipe.name}]")
        lines += (
            f"# was: {name} = {_read_toml_part(value)}"
            for name, value in recipe.filters.items()
            if name != "sort"
        )
        settings: dict[str, object] = {
            "format": list(recipe.outputs),
            "title": recipe.title,
            "file-name": recipe.stem,
            "id": list(recipe.ids),
            **{name: value for name, value in recipe.filters.items() if name == "sort"},
            **recipe.options,
        }
        lines += [*(f"{name} = {_read_toml_part(value)}" for name, value in settings.items()), ""]
    return "\n".join(lines[:-1]) + "\n"


def _read_toml_part(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)  # of texts, numbers and lists of them, JSON is TOML


def _no_notes(bank: Bank) -> str:
    """Return the release notes of a bank without a release."""
    words = language_of(bank.language)
    return f"# {words.label('release_notes')}\n\n{words.label('no_release')}\n"


def _readme(
    contents: Contents, files: Mapping[str, bytes], summaries: Mapping[str, str], templates: Templates
) -> str:
    bank, release = contents.bank, contents.lock.release
    words = language_of(bank.language)
    left = [contents.lock.key_of(entry) for entry in contents.lock.left]
    recipes = [
        {
            "name": recipe.name,
            "title": recipe.title,
            "scope": recipe.scope,
            "counted": words.count(len(recipe.ids)),
            "files": [
                {"path": path, "summary": summary, "size": len(files[path])}
                for path, summary in summaries.items()
                if path.startswith(f"{recipe.name}/")
            ],
        }
        for recipe in contents.recipes
    ]
    outputs = {output for recipe in contents.recipes for output in recipe.outputs}
    return templates.render(
        "bundle/readme.html.j2",
        language=words.tag,
        labels_language=words.labels_tag,
        direction=words.direction,
        labels=dict(words.labels),
        title=bank.title,
        edition=f"{words.label('edition')} {release.number}, {release.date}" if release else "",
        count=len(bank.questions),
        total=bank.claims.questions or len(bank.questions),
        source=bank.source,
        source_url=bank.source if re.fullmatch(r"https?://\S+", bank.source) else "",
        licence=bank.licence,
        recipes=recipes,
        has_deck="deck" in outputs,
        has_cards="flash-cards" in outputs,
        has_handbook=bool(outputs & {"handbook", "cheatsheet", "quiz"}),
        search=search_for(left) if left else "",
        others=[path for path in sorted([*files, MANIFEST]) if path not in summaries],
    )


# The zip


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the zip of these files: the same wherever and whenever it is made."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for path, data in sorted(files.items()):
            entry = ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.compress_type = ZIP_STORED
            archive.writestr(entry, data)
    return buffer.getvalue()


def unpack(data: bytes, path: str, limits: Limits = USUAL) -> dict[str, bytes]:
    """Return the files of a bundle, or refuse it with all that is wrong; nothing is written to a disk."""
    files = _members(data, path, limits)
    problems = list(_untrue(files))
    if not problems and pack(files) != data:
        problems.append(_where_other(data, pack(files)))
    if problems:
        raise _refuse_bundle(path, problems)
    return files


_AGAIN = "get the file again from where it was published"


def _members(data: bytes, path: str, limits: Limits) -> dict[str, bytes]:
    """Read what is in a zip, no more bytes of it than the file itself has."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.bundle_files:
                message = (
                    f"{path}: {len(entries):,} files in it, and a bundle has at most {limits.bundle_files:,}"
                )
                raise limits.exceeded("bundle-files", message)
            if problems := list(_unlike_a_bundle(entries, len(data))):
                raise _refuse_bundle(path, problems)
            files: dict[str, bytes] = {}
            for entry in entries:
                try:
                    with archive.open(entry) as file:
                        files[entry.filename] = file.read(len(data) + 1)
                except (BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
                    problems.append(f"{quote(entry.filename)} is damaged")
    except (BadZipFile, EOFError, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise _refuse_bundle(path, ["not a zip, or a damaged or truncated one"]) from error
    if problems:
        raise _refuse_bundle(path, problems)
    return files


def _unlike_a_bundle(entries: Sequence[ZipInfo], size: int) -> Iterable[str]:
    """Yield why entries should not even be read."""
    total = sum(entry.file_size for entry in entries)
    if total > size:
        yield f"it says to hold {total:,} bytes, and has {size:,}: a bundle's files are stored, not packed"
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if not _is_inside(name) or entry.orig_filename != name:
            yield f"the path {quote(entry.orig_filename)} leads out of the bundle, or is none for every system"
        elif stat.S_ISLNK(entry.external_attr >> 16):
            yield f"{quote(name)} is a link, not a file"
        elif entry.flag_bits & 1 or entry.compress_type != ZIP_STORED:
            yield f"{quote(name)} is packed or encrypted: a bundle's files are stored as they are"
        if (folded := unicodedata.normalize("NFC", name).casefold()) in seen:
            yield f"{quote(name)} is in it twice"
        seen.add(folded)
    folders = {name[:at] for name in seen for at, letter in enumerate(name) if letter == "/"}
    for name in sorted(seen & folders):
        yield f"{quote(name)} is a file and a folder in it"


LONGEST_PATH = 240
"""Bytes: Windows takes 260 characters, with the folder a bundle is unpacked in."""


def _is_inside(name: str) -> bool:
    """Return whether a path means a file below the folder it is unpacked in, on every system.

    It holds no control or format character either: one that turns text round shows another ending.
    """
    parts = name.split("/")
    seen = all(unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn") for letter in name)
    return (
        seen
        and "\\" not in name
        and len(name.encode()) <= LONGEST_PATH
        and all(part not in ("", ".", "..") and is_name(part) for part in parts)
    )


def _untrue(files: Mapping[str, bytes]) -> Iterable[str]:
    """Yield what in the files is not as the manifest says."""
    if MANIFEST not in files:
        yield f"no {MANIFEST} in it: not a bundle of qexport"
        return
    listed = _manifest(files)
    hashes = listed.get("files") if isinstance(listed, dict) else None
    if not isinstance(listed, dict) or not isinstance(hashes, dict):
        yield f"its {MANIFEST} is not that of a bundle"
        return
    if listed.get("format") != BUNDLE_FORMAT:
        yield f"its form is {quote(str(listed.get('format')))}, and this qexport knows {BUNDLE_FORMAT}"
        return
    for name in sorted({*files, *map(str, hashes)} - {MANIFEST}):
        if name not in files:
            yield f"{quote(name)} is missing"
        elif name not in hashes:
            yield f"{quote(name)} is not in the manifest"
        elif hashes[name] != {"sha256": sha256(files[name]).hexdigest(), "size": len(files[name])}:
            yield f"{quote(name)} is not what the manifest says: its hash is another"


def _manifest(files: Mapping[str, bytes]) -> object:
    try:
        said = json.loads(files[MANIFEST].decode())
        json.dumps(said, ensure_ascii=False).encode()  # half a pair, as \ud800, could not be written again
    except (ValueError, RecursionError):
        return None
    return said


def _where_other(data: bytes, right: bytes) -> str:
    """Say where a zip is not as it would be packed: something is in it beside its files."""
    if data.startswith(right):
        return f"{len(data) - len(right):,} bytes too many at its end"
    shorter = min(len(data), len(right))
    at = next((index for index in range(shorter) if data[index] != right[index]), shorter)
    return f"damaged at byte {at:,}: there is something beside its files, or an entry of another kind"


def _refuse_bundle(path: str, complaints: Iterable[str]) -> InputRefused:
    return InputRefused(tuple(Problem(Location(path), complaint, _AGAIN) for complaint in complaints))


# The manifest, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself and what making it again needs."""

    recipes: tuple[BundledRecipe, ...]
    fingerprint: str
    made_with: Mapping[str, str]


def read_manifest(files: Mapping[str, bytes], path: str) -> Manifest:
    """Read the manifest of an unpacked bundle; what it says may be from anyone."""
    said: Any = _manifest(files)
    try:
        return Manifest(
            recipes=tuple(map(_recipe, said["recipes"])),
            fingerprint=_toml_text(said["bank"]["fingerprint"]),
            made_with={_toml_text(name): _toml_text(version) for name, version in said["made_with"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _refuse_bundle(path, [f"its {MANIFEST} is not that of a bundle"]) from error


def said_in(files: Mapping[str, bytes]) -> dict[str, object]:
    """Return what a manifest says of the contents: all but which tools made it, and what came of that."""
    said = _manifest(files)
    apart = ("made_with", "files")
    return (
        {name: value for name, value in said.items() if name not in apart} if isinstance(said, dict) else {}
    )


def _recipe(said: Mapping[str, object]) -> BundledRecipe:
    texts = {name: _toml_text(said[name]) for name in ("name", "title", "scope", "stem")}
    lists = {name: _toml_texts(said[name]) for name in ("outputs", "ids", "retired")}
    options, filters = said["options"], said["filters"]
    if not isinstance(options, dict) or not isinstance(filters, dict):
        raise TypeError
    if not all(isinstance(value, str | bool) for value in options.values()):
        raise TypeError
    ids = (*lists["ids"], *lists["retired"])
    outputs = lists["outputs"]
    if not lists["ids"] or len(set(ids)) < len(ids) or len(set(outputs)) < len(outputs):
        raise ValueError
    return BundledRecipe(**texts, **lists, options=options, filters=filters)  # type: ignore[arg-type]


def _toml_text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _toml_texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError
    return tuple(map(_toml_text, value))
