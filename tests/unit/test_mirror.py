"""This folder is the tree of `src/qexport`: a module's test file is where the module is."""

from __future__ import annotations

import tomllib
from pathlib import Path

HERE = Path(__file__).parent
SOURCE = HERE.parents[1] / "src" / "qexport"
ELSEWHERE = tomllib.loads((HERE / "elsewhere.toml").read_text("utf-8"))
"""Module → the test file of another name that tests it, for those without one of their own."""


def modules() -> set[str]:
    """Return all modules but those that only make a folder a package."""
    paths = (path.relative_to(SOURCE) for path in SOURCE.rglob("*.py"))
    return {path.with_suffix("").as_posix() for path in paths if path.name != "__init__.py"}


def own_test(module: str) -> Path:
    path = HERE / module
    return path.with_name(f"test_{path.name.strip('_')}.py")


def test_every_module_has_its_test_file_or_is_listed_with_the_one_that_tests_it() -> None:
    without = {module for module in modules() if not own_test(module).is_file()}
    assert without - set(ELSEWHERE) == set()
    assert set(ELSEWHERE) - modules() == set()


def test_the_test_files_of_other_names_exist_and_import_what_they_test() -> None:
    for module, place in ELSEWHERE.items():
        path = HERE.parent / place
        assert path.is_file(), f"{module}: {place}"
