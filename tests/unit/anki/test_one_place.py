"""All reading and writing of Anki's packages goes through `qexport.anki`."""

from __future__ import annotations

import ast
from pathlib import Path

import qexport

SOURCES = Path(qexport.__file__).parent


def importers_of(*names: str) -> list[str]:
    """Return the modules that import one of some modules, by their paths."""
    found = []
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            imported = (
                [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if any(each.split(".")[0] in names for each in imported):
                found.append(path.relative_to(SOURCES).as_posix())
                break
    return found


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
