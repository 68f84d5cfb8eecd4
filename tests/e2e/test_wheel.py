"""The wheel: built without a network, and used in an environment of its own where there is no checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import venv
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from qexport import __version__

ROOT = Path(__file__).resolve().parents[2]

SMALL_BANK = """\
title: Small bank
namespace: small
questions:
  - id: PY-1
    question: What does __init__ do?
    technology: Python
    answer: It sets up a fresh instance.
"""


@pytest.fixture(scope="module")
def distributions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source archive."""
    folder = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "-d", str(folder), cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def installed(distributions: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., str]:
    """Run the installed program, in a folder of its own that is not the checkout."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    python = environment / "bin" / "python"
    [wheel] = distributions.glob("*.whl")
    # `pip --python` starts pip, which starts itself in this way.
    pip = (str(python), str(Path(sysconfig.get_path("purelib")) / "pip"))
    run(*pip, "install", "--quiet", "--no-compile", "--no-deps", "--no-index", str(wheel))
    # The dependencies are those of the tests; a .pth in their folder, as the checkout's is, is not followed.
    [site_packages] = environment.glob("lib/python*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "bank.yaml").write_text(SMALL_BANK)

    def program(*words: str) -> str:
        return run(str(environment / "bin" / "qexport"), *words, cwd=folder)

    return program


def run(*command: str, cwd: Path | None = None) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_the_package_its_templates_and_nothing_else(distributions: Path) -> None:
    [wheel] = distributions.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {"qexport", f"qexport-{__version__}.dist-info"}
    templates = [path.relative_to(ROOT) for path in (ROOT / "templates").rglob("*") if path.is_file()]
    assert sorted(name for name in names if name.startswith("qexport/templates/")) == sorted(
        f"qexport/{path.as_posix()}" for path in templates
    )
    modules = sorted(path.relative_to(ROOT / "src") for path in (ROOT / "src").rglob("*.py"))
    assert sorted(name for name in names if name.endswith(".py")) == [path.as_posix() for path in modules]


def test_the_source_archive_holds_what_the_wheel_is_built_of(distributions: Path) -> None:
    [archive] = distributions.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.split("/")[1] for name in tar.getnames()}
    assert names == {
        ".gitignore",
        "CHANGELOG.md",
        "LICENSE",
        "PKG-INFO",
        "README.md",
        "pyproject.toml",
        "src",
        "templates",
    }


def test_the_installed_program_is_this_version(installed: Callable[..., str]) -> None:
    assert installed("--version").split()[:2] == ["qexport", __version__]


def test_the_installed_program_lists_a_bank(installed: Callable[..., str]) -> None:
    assert "PY-1" in installed("list", "--bank", "bank.yaml")


def test_the_installed_program_finds_its_templates_and_fonts(
    installed: Callable[..., str], tmp_path: Path
) -> None:
    installed("build", "--bank", "bank.yaml", "--out", str(tmp_path))
    assert {path.suffix for path in tmp_path.iterdir()} == {".pdf", ".apkg"}
    assert all(path.stat().st_size > 1000 for path in tmp_path.iterdir())


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-test.lock"])
def test_each_dependency_is_locked_to_a_version_it_allows(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(each) for each in project["dependencies"]]
    if lock == "requirements-test.lock":
        wanted += [Requirement(each) for each in project["optional-dependencies"]["test"]]
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pins = [
        Requirement(line.removesuffix("\\"))
        for line in lines
        if "==" in line and not line.startswith(("#", " "))
    ]
    locked = {canonicalize_name(pin.name): next(iter(pin.specifier)).version for pin in pins}
    assert [
        str(each) for each in wanted if locked.get(canonicalize_name(each.name), "") not in each.specifier
    ] == []


def test_the_tests_run_with_the_very_packages_the_program_runs_with() -> None:
    program, tests = (
        {line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines() if "==" in line}
        for lock in ("requirements.lock", "requirements-test.lock")
    )
    assert program <= tests
