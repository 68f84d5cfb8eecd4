"""All reading and writing of Anki's packages goes through `qexport.anki`."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import qexport

SOURCES = Path(qexport.__file__).parent


@cache
def imported_by_module() -> Mapping[str, set[str]]:
    """Return what each module imports, as top-level names, by the module's path."""
    found: dict[str, set[str]] = {}
    for path in sorted(SOURCES.rglob("*.py")):
        names = found.setdefault(path.relative_to(SOURCES).as_posix(), set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(each.name.split(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                names.add((node.module or "").split(".")[0])
    return found


def importers_of(*names: str) -> list[str]:
    """Return the modules that import one of some modules, by their paths."""
    return [path for path, imported in imported_by_module().items() if imported & set(names)]


def test_only_the_cache_has_a_database_besides_packages() -> None:
    """A collection is a database: who cannot open one cannot read a package."""
    found = [path for path in importers_of("sqlite3") if not path.startswith("anki/")]
    assert found == ["common/versions.py", "layout/cache.py"]


def test_no_library_for_protobuf_is_used() -> None:
    assert importers_of("google", "betterproto", "anki") == []


def test_genanki_is_imported_by_anki_alone() -> None:
    assert all(path.startswith("anki/") for path in importers_of("genanki"))


def test_zstandard_is_unpacked_in_one_module() -> None:
    named = [
        path.relative_to(SOURCES).as_posix()
        for path in sorted(SOURCES.rglob("*.py"))
        if "backports.zstd" in path.read_text(encoding="utf-8")
    ]
    assert named == ["anki/package_file.py"]
