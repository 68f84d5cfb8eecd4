"""What comes along: locked by hash, under licences that bind nobody, built the same twice, asked about honestly."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import requires
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def licences() -> ModuleType:
    return tool("list_licences")


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    return tool("audit")


# Locks


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_of_a_lock_has_hashes(lock: str) -> None:
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / lock).read_text("utf-8"), flags=re.MULTILINE)[1:]
    assert len(entries) > 30
    assert [
        entry for entry in entries if not re.match(r"\S+==\S+ .*\\\n    --hash=sha256:[0-9a-f]{64}", entry)
    ] == []


def test_the_set_up_takes_nothing_that_has_not_the_locked_hash() -> None:
    bootstrap = (ROOT / "tools" / "bootstrap.py").read_text("utf-8")
    assert (
        bootstrap.count('"pip", "install"') == 2
    )  # pip itself, out of a package of the system's; and the locks
    assert '"--require-hashes", "--only-binary", ":all:", "--no-deps"' in bootstrap


# Licences


def test_the_page_of_licences_is_what_the_tool_writes(licences: ModuleType) -> None:
    assert (ROOT / "docs" / "licences.md").read_text("utf-8") == licences.document(), (
        "write it anew: .venv/bin/python tools/list_licences.py"
    )


def test_nothing_ships_under_a_licence_that_binds_who_uses_it(licences: ModuleType) -> None:
    assert licences.not_allowed(licences.shipped()) == []


def test_copyleft_is_nowhere_but_in_the_tests(licences: ModuleType) -> None:
    assert licences.not_allowed(licences.for_tests()) == ["anki: AGPL-3.0-or-later"]
    assert "anki" not in licences.locked(ROOT / "requirements.lock")


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-2.0-or-later OR MPL-1.1", True),
        ("MIT AND LGPL-2.1-only", False),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("(MIT OR BSD-3-Clause) AND GPL-2.0-only", False),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("Something-Else", False),
        ("MIT GPL-3.0-only", False),
    ],
)
def test_of_two_licences_one_may_be_taken_and_both_must_be_kept(
    licences: ModuleType, expression: str, allowed: bool
) -> None:
    assert licences.is_allowed(expression) is allowed


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_has_all_that_its_packages_name(licences: ModuleType, lock: str) -> None:
    """Otherwise `pip install --require-hashes -r LOCK` ends with an error."""
    packages = licences.locked(ROOT / lock)
    named = {
        canonicalize_name(requirement.name)
        for name in packages
        if name not in licences.NOT_EVERYWHERE
        for requirement in map(Requirement, requires(name) or ())
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
    }
    assert named <= set(packages)


def test_what_genanki_names_and_does_not_need_is_never_imported() -> None:
    code = "import sys; sys.modules['frozendict'] = None; import genanki"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_bill_of_materials_has_every_package_of_the_lock(licences: ModuleType) -> None:
    bill = licences.bill_of_materials()
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert {each["name"]: each["version"] for each in bill["components"]} == licences.locked(
        ROOT / "requirements.lock"
    )
    assert json.loads(json.dumps(bill)) == bill


# The audit


def said(*packages: dict[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


CLEAN = {"name": "a", "version": "1", "vulns": []}
SKIPPED = {"name": "b", "skip_reason": "Dependency not found and could not be audited: b (2)"}
KNOWN = {"name": "c", "version": "3", "vulns": [{"id": "CVE-1", "fix_versions": ["4", "5"]}]}


@pytest.mark.parametrize(
    ("packages", "status", "told"),
    [
        ([CLEAN], 0, "x.lock: nothing is known against any of 1 packages"),
        ([CLEAN, SKIPPED], 2, "x.lock: could not ask about 1 of 2 packages: b"),
        (
            [KNOWN, SKIPPED],
            1,
            "x.lock: c 3: CVE-1, mended in 4, 5\nx.lock: could not ask about 1 of 2 packages: b",
        ),
        ([], 2, "x.lock: could not ask: it names no package"),
    ],
)
def test_an_audit_that_learnt_nothing_is_not_a_clean_one(
    audit: ModuleType, packages: list[dict[str, object]], status: int, told: str
) -> None:
    answer = audit.answer_in(said(*packages))
    assert answer.status == status
    assert audit.told("x.lock", answer) == told


@pytest.mark.parametrize(
    ("prints", "told"),
    [
        ("echo no network >&2; exit 1", "no network"),
        ("exit 3", "pip-audit ended with 3 and said nothing"),
        ("echo '[]'", "pip-audit ended with 0 and said nothing"),
    ],
)
def test_an_audit_that_cannot_ask_says_so(audit: ModuleType, tmp_path: Path, prints: str, told: str) -> None:
    program = tmp_path / "pip-audit"
    program.write_text(f"#!/bin/sh\n{prints}\n")
    program.chmod(0o755)
    assert audit.ask([str(program)], ROOT / "requirements.lock") == told


def test_without_a_program_that_asks_the_audit_ends_with_2(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "audit.py"],
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "could not ask: neither pip-audit nor uv is installed\n",
    )


# What is built


def test_two_builds_are_the_same_bytes(tmp_path: Path) -> None:
    """From two folders, at two times, for wheel and source archive; each with the licence in it."""
    built = []
    for number in (1, 2):
        folder = tmp_path / f"checkout {number}"
        folder.mkdir()
        for name in ("src", "templates"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore"):
            shutil.copyfile(ROOT / name, folder / name)
        for path in folder.rglob("*"):
            os.utime(path, (number * 10**9, number * 10**9))
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-d", "dist"],
            cwd=folder,
            env={**os.environ, "SOURCE_DATE_EPOCH": "1760000000", "TZ": ("UTC", "Asia/Tokyo")[number - 1]},
            check=True,
            capture_output=True,
        )
        built.append({path.name: path.read_bytes() for path in (folder / "dist").iterdir()})
    assert sorted(name.rsplit(".", 1)[-1] for name in built[0]) == ["gz", "whl"]
    assert built[0] == built[1]
    [wheel] = (tmp_path / "checkout 1" / "dist").glob("*.whl")
    [licence] = (name for name in zipfile.ZipFile(wheel).namelist() if name.endswith("/LICENSE"))
    assert zipfile.ZipFile(wheel).read(licence) == (ROOT / "LICENSE").read_bytes()
