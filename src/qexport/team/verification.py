"""A bundle → whether every byte of it is what was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from qexport.bank.lock import Release
from qexport.common import files
from qexport.common.errors import (
    InputRefused,
    Location,
    Problem,
    UsageError,
)
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import quote
from qexport.common.versions import versions
from qexport.content.themes import list_built_in
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools
from qexport.outputs.options import CommonOptions
from qexport.outputs.registry import OUTPUTS
from qexport.pipeline import (
    SCHEDULER,
    Tell,
    silent,
    tools_for,
)
from qexport.team import bundle, bundle_archive
from qexport.team.bundle import BundledRecipe, Contents, Manifest
from qexport.team.bundle_contents import contents_in
from qexport.team.bundling import render_files
from qexport.team.sent_files import read_limited

if TYPE_CHECKING:
    pass


@dataclass(frozen=True, slots=True)
class Verified:
    """A bundle in which every byte is what was made."""

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
    files = bundle_archive.unpack(read_limited(path, "bundle", limits), str(path), limits)
    manifest = bundle.read_manifest(files, str(path))
    contents = contents_in(files, manifest, str(path), limits)
    if rebuild:
        tools = {each.name: _find_tools(each, with_theme, str(path), limits) for each in contents.recipes}
        _check_rebuilt(files, contents, manifest, tools, tell=tell, path=str(path))
    return Verified(path, files, manifest, contents.lock.release, rebuild)


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
            contents = _unfold(contents, Path(folder))
        try:
            rebuilt, _ = render_files(contents, tools, tell)
        except UsageError as error:
            raise InputRefused((Problem(Location(path), error.message, error.hint),)) from error
    here = versions()
    others = [
        f"{name} {number}, and here is {here.get(name, 'none')}"
        for name, number in manifest.made_with.items()
        if here.get(name) != number
    ]
    hint = (
        f"it was made with {'; '.join(others)}"
        if others
        else "it was made with the same versions, and changed afterwards"
    )
    problems = [
        Problem(Location(path), f"{quote(name)} is different when it is built again", hint)
        for name in sorted({*files, *rebuilt} - {bundle_archive.MANIFEST})
        if files.get(name) != rebuilt.get(name)
    ]
    if not problems and bundle.select_facts(files) != bundle.select_facts(rebuilt):
        problems = [
            Problem(Location(path), f"its {bundle_archive.MANIFEST} does not list its contents", hint)
        ]
    if problems:
        raise InputRefused(tuple(problems))


def _find_tools(recipe: BundledRecipe, with_theme: str, path: str, limits: Limits) -> Tools:
    """Return what a recipe is rendered with; a theme's folder is only ever the user's own choice."""
    name = parse_options(CommonOptions, recipe.options).theme
    if name not in list_built_in():
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


def _unfold(contents: Contents, folder: Path) -> Contents:
    """Write bank and pictures into a folder, and return the contents with questions that are there."""
    bank = folder / "questions.yaml"
    for path, data in {
        bank: b"",
        **{folder / name: data for name, data in contents.pictures.items()},
    }.items():
        files.write_file(path, data)
    questions = (replace(question, location=Location(str(bank))) for question in contents.bank.questions)
    return replace(contents, bank=replace(contents.bank, questions=tuple(questions)))
