"""One file for a team: what a few recipes make of a bank, the part of the bank they were made from, and proof.

    contents + documents → files → pack() → zip → unpack() → files → contents

A bundle is a function of what is in it: `qexport verify --rebuild` makes it again from the data inside and
compares bytes. Its files are stored, not deflated: most are packed already, nothing can unfold to more than it
is, and the same files are the same zip on every machine.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from qexport.anki.search import search_for
from qexport.bank.lock import Lock
from qexport.bank.lock_file import write_lock
from qexport.bank.selection import Filters, in_bank_order
from qexport.bank.yaml_writer import write_bank
from qexport.common.formats import BUNDLE_FORMAT
from qexport.common.qr_code import draw_as_path
from qexport.content.languages import language as language_of
from qexport.exporters.csv_table import write as write_table
from qexport.outputs.registry import OUTPUTS
from qexport.team.bundle_archive import MANIFEST, load_manifest, refuse_bundle

if TYPE_CHECKING:
    from qexport.bank.model import Bank
    from qexport.content.languages import Language
    from qexport.content.templates import Templates
    from qexport.outputs.document import Document

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
    leavers: tuple[str, ...] = ()
    """Questions that left its deck and are in it once more."""
    departed: tuple[str, ...] = ()
    """What to search for in Anki to find the notes that left its deck, and not the bank."""

    @property
    def used(self) -> tuple[str, ...]:
        """The ids of all questions that it is made from."""
        return (*self.ids, *self.retired, *self.leavers)


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


def write_filters(filters: Filters) -> dict[str, object]:
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
    components: Mapping[str, object] | None = None,
) -> dict[str, bytes]:
    """Return all files of a bundle by their paths.

    Args:
        contents: What it is made from.
        documents: What was made, by the recipe's name.
        templates: Those of its page.
        made_with: The versions of what its bytes depend on.
        components: The bill of materials of the program that makes it (CycloneDX).
    """
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
    files[README] = _readme(contents, files, made, templates).encode()
    manifest = {**about(contents), "made_with": dict(made_with), "files": _hashes(files)}
    if components:
        manifest["bill_of_materials"] = components
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
        "recipes": [{**_about_recipe(recipe), "count": len(recipe.ids)} for recipe in contents.recipes],
    }


def _about_recipe(recipe: BundledRecipe) -> dict[str, object]:
    """Return what a manifest says of a recipe; what few recipes have is left out of the others."""
    rare = ("leavers", "departed")
    return {name: value for name, value in asdict(recipe).items() if value or name not in rare}


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
    contents: Contents, files: Mapping[str, bytes], made: Mapping[str, Document], templates: Templates
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
                {"path": path, "summary": _summarize(document, words), "size": len(files[path])}
                for path, document in made.items()
                if path.startswith(f"{recipe.name}/")
            ],
        }
        for recipe in contents.recipes
    ]
    outputs = {output for recipe in contents.recipes for output in recipe.outputs}
    guides = dict.fromkeys(each.guide for name, each in OUTPUTS.items() if name in outputs and each.guide)
    return templates.render(
        "bundle/readme.html.j2",
        language=words.tag,
        labels_language=words.labels_tag,
        direction=words.direction,
        labels=dict(words.labels),
        title=bank.title,
        code=_code_of(contents.recipes),
        edition=f"{words.label('edition')} {release.number}, {release.date}" if release else "",
        count=len(bank.questions),
        total=bank.claims.questions or len(bank.questions),
        source=bank.source,
        source_url=bank.source if re.fullmatch(r"https?://\S+", bank.source) else "",
        licence=bank.licence,
        recipes=recipes,
        guides=list(guides),
        searches=search_for(left).splitlines(),
        others=[path for path in sorted([*files, MANIFEST]) if path not in made],
    )


def _summarize(document: Document, words: Language) -> str:
    """Return the size of a document in the words of a language."""
    if words.labels_tag == "en":
        return document.summary
    return ", ".join(words.label(key, n=f"{amount:g}") for key, amount in document.amounts.items())


def _code_of(recipes: Sequence[BundledRecipe]) -> dict[str, object] | None:
    """Return the QR code of the address where the bundle is published, if a recipe names one."""
    address = next((str(address) for each in recipes if (address := each.options.get("published-at"))), "")
    if not address:
        return None
    size, path = draw_as_path(address)
    return {"address": address, "size": size, "path": path}


# The manifest, read


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself and what making it again needs."""

    recipes: tuple[BundledRecipe, ...]
    fingerprint: str
    made_with: Mapping[str, str]


def read_manifest(files: Mapping[str, bytes], path: str) -> Manifest:
    """Read the manifest of an unpacked bundle; what it says may be from anyone."""
    said: Any = load_manifest(files)
    try:
        return Manifest(
            recipes=tuple(map(_recipe, said["recipes"])),
            fingerprint=_toml_text(said["bank"]["fingerprint"]),
            made_with={_toml_text(name): _toml_text(version) for name, version in said["made_with"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise refuse_bundle(path, [f"its {MANIFEST} is not that of a bundle"]) from error


def select_facts(files: Mapping[str, bytes]) -> dict[str, object]:
    """Return what a manifest says of the contents: all but which tools made it, and what came of that."""
    said = load_manifest(files)
    apart = ("made_with", "bill_of_materials", "files")
    return (
        {name: value for name, value in said.items() if name not in apart} if isinstance(said, dict) else {}
    )


def _recipe(said: Mapping[str, object]) -> BundledRecipe:
    texts = {name: _toml_text(said[name]) for name in ("name", "title", "scope", "stem")}
    lists = {name: _toml_texts(said[name]) for name in ("outputs", "ids", "retired")}
    lists |= {name: _toml_texts(said.get(name, [])) for name in ("leavers", "departed")}
    options, filters = said["options"], said["filters"]
    if not isinstance(options, dict) or not isinstance(filters, dict):
        raise TypeError
    if not all(isinstance(value, str | bool) for value in options.values()):
        raise TypeError
    ids = (*lists["ids"], *lists["retired"], *lists["leavers"])
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
