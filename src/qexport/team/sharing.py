"""What a team does with a bank, each as an order of stages: plan, bundle, verify, compare, release.

Like `pipeline`, on which it stands: values in, results out, the time as an argument.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import normpath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from qexport.bank import reader
from qexport.bank.lock import Edition, Release, read_lock, write_lock
from qexport.bank.model import PROSE_SECTIONS
from qexport.bank.validation import validate
from qexport.common import files
from qexport.common.errors import (
    InputRefused,
    Location,
    OutputError,
    Problem,
    QexportError,
    UsageError,
)
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import decoded, quote, read_text
from qexport.common.versions import versions
from qexport.content.images import Image, read_image
from qexport.content.question_view import question_images
from qexport.content.templates import Templates
from qexport.content.themes import built_in
from qexport.layout.scheduler import Scheduler
from qexport.outputs.anki_deck import DeckOptions
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools
from qexport.outputs.options import CommonOptions
from qexport.outputs.registry import OUTPUTS, check_options, output_named
from qexport.pipeline import (
    NO_LOCKING,
    SCHEDULER,
    Locking,
    Notes,
    Plan,
    Prepared,
    Tell,
    lock_path,
    moved_lock,
    plan,
    prepare,
    read_bank,
    render,
    silent,
    stamp_bank,
    tools_for,
)
from qexport.recipe import in_recipe
from qexport.team import bundle, differences, git
from qexport.team.bundle import BundledRecipe, Contents, Manifest
from qexport.team.differences import Differences, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qexport.anki.notes import Note, NoteShape
    from qexport.bank.model import Bank, Question
    from qexport.outputs.document import Document
    from qexport.pipeline import Stamped
    from qexport.recipe import Recipe


# Bundles


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle that was written."""

    path: Path
    files: Mapping[str, bytes]
    recipes: tuple[BundledRecipe, ...]
    stamped: Stamped
    warnings: tuple[Problem | str, ...]


def make_bundle(
    recipes: Mapping[str, Recipe],
    path: Path,
    *,
    now: int,
    locking: Locking = NO_LOCKING,
    tell: Tell = silent,
    scheduler: Scheduler = SCHEDULER,
) -> Bundled:
    """Make one file of several recipes of one bank; it brings the lock up to date, as a build does."""
    if path.suffix.lower() != ".zip":
        raise UsageError(f"{path}: a bundle's name ends in .zip", hint=f"write it to {path}.zip")
    first = _of_one_bank(recipes)
    prepared: dict[str, Prepared] = {}
    tell("reading the bank", 0, 0)
    known: Notes = {}
    planned = {each.name: each for each in plan(recipes, scheduler=scheduler)}
    for name, each in planned.items():
        with in_recipe(name):
            prepared[name] = prepare(each, now=now, locking=locking, known=known, always_lock=True)
    stamped = _same_lock(prepared)
    notes = notes_path(first.bank)
    contents = _contents(
        planned, prepared, stamped, read_text(notes, limits=first.limits) if notes.exists() else ""
    )
    tools = {name: each.tools for name, each in prepared.items()}
    packed, warnings = _files(contents, tools, tell)
    tell("writing", 0, 0)
    files.write_all({**moved_lock(stamped), path: bundle.pack(packed)})
    said: list[Problem | str] = [each for one in prepared.values() for each in one.warnings]
    return Bundled(path, packed, contents.recipes, stamped, tuple(dict.fromkeys([*said, *warnings])))


def _made(document: Document | QexportError) -> Document:
    """Return a document; a bundle has all of them, or is not made."""
    if isinstance(document, QexportError):
        raise document
    return document


def _of_one_bank(recipes: Mapping[str, Recipe]) -> Recipe:
    named = [(name, recipe) for name, recipe in recipes.items()]
    first_name, first = named[0]
    for name, recipe in named[1:]:
        if (recipe.bank, recipe.lock) != (first.bank, first.lock):
            raise UsageError(
                f"recipes {first_name} and {name} have two banks, or two locks",
                hint="a bundle is of one bank: make two",
            )
    return first


def _same_lock(prepared: Mapping[str, Prepared]) -> Stamped:
    """Return the lock; options that shape notes must be the same for all decks of a bundle."""
    (first_name, first), *others = prepared.items()
    for name, each in others:
        if each.stamped != first.stamped:
            raise UsageError(
                f"recipes {first_name} and {name} make different notes of one question",
                hint="give them the same card-types and tag-prefix: a learner may import both decks",
            )
    if first.stamped is None:
        raise ValueError("a bundle has a lock")
    return first.stamped


def _contents(
    planned: Mapping[str, Plan], prepared: Mapping[str, Prepared], stamped: Stamped, notes: str
) -> Contents:
    bundled = tuple(
        BundledRecipe(
            name=name,
            title=each.edition.title,
            scope=each.edition.scope,
            stem=planned[name].stem,
            outputs=tuple(output.name for output in planned[name].outputs),
            options=dict(planned[name].recipe.all_options),
            filters=bundle.said_filters(planned[name].recipe.filters),
            ids=tuple(question.id for question in each.edition.questions),
            retired=tuple(question.id for question in each.edition.retired)
            if parse_options(DeckOptions, planned[name].recipe.all_options).include_retired
            else (),
        )
        for name, each in prepared.items()
    )
    ids = {key for recipe in bundled for key in (*recipe.ids, *recipe.retired)}
    whole = next(iter(prepared.values())).edition.bank
    part = bundle.part_of(whole, ids)
    return Contents(
        bank=part,
        lock=bundle.lock_of(stamped.lock, ids),
        recipes=bundled,
        fingerprint=bundle.fingerprint(whole),
        notes=notes,
        pictures=_pictures(part.questions, next(iter(prepared.values())).tools.limits),
    )


def _files(
    contents: Contents, tools: Mapping[str, Tools], tell: Tell
) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """Render all documents from the contents alone; return the files of the bundle, and warnings."""
    questions = {question.id: question for question in contents.bank.questions}
    from qexport.outputs.anki_deck.document import note_shape, with_notes

    documents: dict[str, list[Document]] = {}
    notes: dict[tuple[NoteShape, str], tuple[Note, ...]] = {}
    for recipe in contents.recipes:
        edition = Edition(
            bank=contents.bank,
            questions=tuple(questions[key] for key in recipe.ids),
            title=recipe.title,
            scope=recipe.scope,
            retired=tuple(questions[key] for key in recipe.retired),
            lock=contents.lock,
        )
        outputs = [output_named(name) for name in recipe.outputs]
        check_options(recipe.options)
        options = {each.name: parse_options(each.options, recipe.options) for each in outputs}
        own = tools[recipe.name]
        if any(each.needs_lock for each in outputs):
            deck = parse_options(DeckOptions, recipe.options)
            key = note_shape(deck), own.look
            notes[key] = notes.get(key) or with_notes(contents.bank, deck, own).notes
            own = replace(own, notes=notes[key])
        rendered = render(edition, outputs, options, own, tell=tell)
        documents[recipe.name] = [_made(document) for _, document, _ in rendered]
    files = bundle.files_of(contents, documents, Templates(), versions())
    warnings = (text for made in documents.values() for document in made for text in document.warnings)
    return files, tuple(dict.fromkeys(warnings))


_ADDRESSES = re.compile(r"!\[[^\]]*\]\(\s*<?([^\s)>]+)|^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)", re.MULTILINE)


def _pictures(questions: Iterable[Question], limits: Limits) -> dict[str, bytes]:
    """Return the files of all pictures that questions show, by their paths from the bank's folder."""
    found: dict[str, bytes] = {}
    problems: list[Problem] = []
    for question in questions:
        shown = {image.name for image in question_images(question, limits)}
        if not shown:
            continue
        folder = Path(question.location.path).parent
        texts = "\n\n".join(getattr(question, key) for key in PROSE_SECTIONS)
        for address in (unquote(first or second) for first, second in _ADDRESSES.findall(texts)):
            path = normpath(address)
            if isinstance(image := read_image(folder, path, limits), Image) and not path.startswith(
                ("..", "/")
            ):
                found[path] = image.data
                shown.discard(image.name)
        if shown:
            problems.append(
                Problem(
                    question.location,
                    f"{question.id} shows a picture that no path from the bank's folder leads to",
                    "write its address as ![words](folder/picture.png)",
                )
            )
    if problems:
        raise InputRefused(tuple(problems))
    return found


# Verifying


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle in which every byte is as it was made."""

    path: Path
    files: Mapping[str, bytes]
    manifest: Manifest
    release: Release | None
    rebuilt: bool


def verify(
    path: Path,
    *,
    rebuild: bool = False,
    with_theme: str = "",
    tell: Tell = silent,
    limits: Limits = USUAL,
) -> Verified:
    """Check every hash of a bundle; with `rebuild` make it again from its data, and compare bytes.

    InputRefused has all that is wrong with it. Nothing comes from a cache.
    """
    files = bundle.unpack(_read(path, "bundle", limits), str(path), limits)
    manifest = bundle.read_manifest(files, str(path))
    contents = _contents_in(files, manifest, str(path), limits)
    if rebuild:
        tools = {each.name: _tools_for(each, with_theme, str(path), limits) for each in contents.recipes}
        _check_rebuilt(files, contents, manifest, tools, tell=tell, path=str(path))
    return Verified(path, files, manifest, contents.lock.release, rebuild)


def _read(path: Path, limit: Literal["bundle", "deck"], limits: Limits) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(getattr(limits, limit) + 1)
    except (OSError, ValueError) as error:
        said = f"this cannot be read: {getattr(error, 'strerror', None) or error}"
        raise InputRefused((Problem(Location(str(path)), said),)) from error
    if len(data) > getattr(limits, limit):
        raise limits.exceeded(limit, f"{path}: larger than {limits.said(limit)}")
    return data


def _contents_in(files: Mapping[str, bytes], manifest: Manifest, path: str, limits: Limits) -> Contents:
    """Return what an unpacked bundle was made from, checked as if it were anyone's."""
    missing = [name for name in (bundle.BANK, bundle.LOCK, bundle.NOTES) if name not in files]
    if missing:
        raise InputRefused(tuple(Problem(Location(path), f"no {name} in it") for name in missing))
    bank = _bank_in(files, path, limits)
    lock = read_lock(_text_in(files, bundle.LOCK, path), f"{path}/{bundle.LOCK}")
    known = {question.id for question in bank.questions}
    used = {key for recipe in manifest.recipes for key in (*recipe.ids, *recipe.retired)}
    unknown = sorted(used - known) + sorted(known - set(lock.notes))
    if unknown:
        message = f"its manifest, its data and its lock do not agree: {quote(unknown[0])}"
        raise InputRefused((Problem(Location(path), message),))
    own = {
        name.removeprefix(bundle.DATA): data for name, data in files.items() if name.startswith(bundle.DATA)
    }
    apart = {name.removeprefix(bundle.DATA) for name in (bundle.BANK, bundle.TABLE, bundle.LOCK)}
    return Contents(
        bank=bank,
        lock=lock,
        recipes=manifest.recipes,
        fingerprint=manifest.fingerprint,
        notes=_text_in(files, bundle.NOTES, path),
        pictures={name: data for name, data in own.items() if name not in apart},
    )


def _bank_in(files: Mapping[str, bytes], path: str, limits: Limits) -> Bank:
    if bundle.BANK not in files:
        raise InputRefused((Problem(Location(path), f"no {bundle.BANK} in it"),))
    name = f"{path}/{bundle.BANK}"
    bank, _ = validate(reader.parse(_text_in(files, bundle.BANK, path), name, limits), limits)
    return bank


def _text_in(files: Mapping[str, bytes], name: str, path: str) -> str:
    return decoded(files[name], Path(f"{path}/{name}"))


def _check_rebuilt(
    files: Mapping[str, bytes],
    contents: Contents,
    manifest: Manifest,
    tools: Mapping[str, Tools],
    *,
    tell: Tell,
    path: str,
) -> None:
    with TemporaryDirectory(prefix="qexport-") as folder:
        if contents.pictures:  # which are read from beside the bank
            contents = _unfolded(contents, Path(folder))
        try:
            rebuilt, _ = _files(contents, tools, tell)
        except UsageError as error:
            raise InputRefused((Problem(Location(path), error.message, error.hint),)) from error
    here = versions()
    others = [
        f"{name} {number}, and here is {here.get(name, 'none')}"
        for name, number in manifest.made_with.items()
        if here.get(name) != number
    ]
    hint = (
        f"it was made with {'; '.join(others)}" if others else "with the same tools: it is not what was made"
    )
    problems = [
        Problem(Location(path), f"{quote(name)} comes out otherwise when it is made again", hint)
        for name in sorted({*files, *rebuilt} - {bundle.MANIFEST})
        if files.get(name) != rebuilt.get(name)
    ]
    if not problems and bundle.said_in(files) != bundle.said_in(rebuilt):
        problems = [Problem(Location(path), f"its {bundle.MANIFEST} does not tell what is in it", hint)]
    if problems:
        raise InputRefused(tuple(problems))


def _tools_for(recipe: BundledRecipe, with_theme: str, path: str, limits: Limits) -> Tools:
    """Return what a recipe is rendered with; a theme's folder is only ever the user's own choice."""
    name = parse_options(CommonOptions, recipe.options).theme
    if name not in built_in():
        if not with_theme:
            raise UsageError(
                f"{path}: {recipe.name} was made with a theme of its own, {quote(name)}",
                hint="name the folder where you have it: --theme DIR",
            )
        name = with_theme
    for each in recipe.outputs:
        if each not in OUTPUTS:
            raise InputRefused((Problem(Location(path), f"{recipe.name} has an output {quote(each)}"),))
    return tools_for(name, limits, SCHEDULER)


def _unfolded(contents: Contents, folder: Path) -> Contents:
    """Write bank and pictures into a folder, and return the contents with questions that are there."""
    bank = folder / "questions.yaml"
    for path, data in {
        bank: b"",
        **{folder / name: data for name, data in contents.pictures.items()},
    }.items():
        files.write(path, data)
    questions = (replace(question, location=Location(str(bank))) for question in contents.bank.questions)
    return replace(contents, bank=replace(contents.bank, questions=tuple(questions)))


# Differences


def compare(old: str, new: str, *, bank: Path | None = None, limits: Limits = USUAL) -> Differences:
    """Return what became of the questions of one edition in another.

    Each is a bank's file or folder, a bundle, a deck, `REVISION:PATH`, or `git:REVISION` of `bank`.
    """
    sides = {words: _side(words, bank, limits) for words in (old, new)}
    as_decks = any(isinstance(side, Snapshot) for side, _ in sides.values())

    def snapshot(words: str) -> Snapshot:
        side, left = sides[words]
        if isinstance(side, Snapshot):
            return side
        if as_decks:
            return replace(differences.of_bank_as_deck(side, words, Templates()), left=left)
        return replace(differences.of_bank(side, words), left=left)

    return differences.differences(snapshot(old), snapshot(new))


def _side(words: str, bank: Path | None, limits: Limits) -> tuple[Bank | Snapshot, frozenset[str] | None]:
    """Return an edition, and of a part of a bank what left the whole."""
    path = Path(words)
    suffix = path.suffix.lower()
    if suffix == ".apkg" and path.exists():
        return _deck(path, limits), None
    if suffix == ".zip" and path.exists():
        files = bundle.unpack(_read(path, "bundle", limits), words, limits)
        contents = _contents_in(files, bundle.read_manifest(files, words), words, limits)
        return contents.bank, frozenset(contents.lock.left)
    if path.exists() or ":" not in words:
        return read_bank(path, limits=limits)[0], None
    revision, _, place = words.partition(":")
    if revision == "git":
        if bank is None:
            raise UsageError(
                f"{words}: of which bank?", hint="name it with --bank PATH, or write REVISION:PATH"
            )
        raw = git.bank_at(place, f"./{bank.name}", folder=bank.parent, limits=limits)
    else:
        raw = git.bank_at(revision, place, limits=limits)
    return validate(raw, limits)[0], None


def _deck(path: Path, limits: Limits) -> Snapshot:
    from qexport.anki.package_reader import notes_in

    notes = notes_in(_read(path, "deck", limits), str(path), limits)
    states = tuple(differences.state_of_note(*note) for note in notes)
    return Snapshot(name=str(path), title=path.stem, states=states)


# Releases


@dataclass(frozen=True, slots=True)
class Released:
    """An edition that got its number."""

    release: Release
    found: Differences | None
    """What is new in it; None for the first."""
    notes: str
    paths: tuple[Path, ...]
    stamped: Stamped


def notes_path(bank: Path) -> Path:
    """Where the release notes of a bank lie: beside its lock."""
    return lock_path(bank).with_name(lock_path(bank).name.replace(".lock.json", ".release-notes.md"))


def make_release(recipe: Recipe, *, now: int, since: str = "") -> Released:
    """Give the bank as it is now the next number: in its lock, and with notes on what is new.

    `since` is the edition before, as `compare` takes it; without it, what git has of the last release.
    """
    from qexport.outputs.anki_deck.document import with_notes

    limits = recipe.limits
    bank, _ = read_bank(recipe.bank, encoding=recipe.encoding, limits=limits)
    place = recipe.lock or lock_path(recipe.bank)
    said = read_lock(read_text(place, limits=limits), str(place)).options if place.exists() else {}
    given = {**said, **recipe.all_options}
    check_options(given)
    options = parse_options(DeckOptions, given)
    tools = with_notes(bank, options, tools_for(options.theme, limits, SCHEDULER))
    stamped = stamp_bank(place, bank, options, tools, locking=NO_LOCKING, now=now)
    before = stamped.lock.release
    found = None
    if before is not None:
        old = since or _released_before(before, recipe.bank, place)
        found = compare(old, str(recipe.bank), bank=recipe.bank, limits=limits)
        if not found.entries:
            message = f"no question is other than in edition {before.number}"
            raise UsageError(message, hint=f"compared with {old}; a release says what is new")
    release = Release(
        number=before.number + 1 if before else 1,
        time=max(now, stamped.lock.changed),
        changes=found.ids() if found else {},
    )
    heading = differences.release_heading(release)
    if found:
        notes = differences.as_markdown(found, heading)
    else:
        active = sum(question.status == "active" for question in bank.questions)
        notes = differences.first_notes(bank.title, bank.source, active, heading)
    lock = replace(stamped.lock, release=release)
    path = notes_path(recipe.bank)
    earlier = read_text(path, limits=limits) if path.exists() else ""
    if earlier.startswith(f"# Release notes\n\n## {heading}\n"):
        raise OutputError(f"{path}: has notes of edition {release.number} already", hint="remove them")
    contents = {  # a release that has its notes only can be made again
        path: differences.with_release(notes, earlier).encode(),
        place: write_lock(lock).encode(),
    }
    files.write_all(contents)
    return Released(release, found, notes, tuple(contents), replace(stamped, lock=lock, moved=True))


def _released_before(release: Release, bank: Path, lock: Path) -> str:
    """Return the revision in which the bank was released, as `compare` takes it."""
    commit = git.last_change('^"release": ', lock.name, folder=lock.parent)
    if commit:
        words = f"{commit}:./{lock.name}"
        said = read_lock(git.text_at(commit, f"./{lock.name}", folder=lock.parent), words)
        if said.release == release:
            return f"git:{commit}"
    raise UsageError(
        f"{bank} as it was in edition {release.number} is in no commit",
        hint="name it with --since: a bank, a bundle, a deck, or REVISION:PATH; "
        "and commit bank, lock and notes after each release",
    )
