"""`./qexport` sets up once, says what it does, repairs itself, and hands every word on."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.processes import processes_of

ROOT = Path(__file__).resolve().parents[2]

# Stands in for tools/bootstrap.py: an environment whose Python tells how it was called.
STAND_IN = r"""
import pathlib, sys
lock, stamp = sys.argv[1:]
print("setting up", lock)
venv = pathlib.Path(__file__).parents[1] / ".venv"
(venv / "bin").mkdir(parents=True, exist_ok=True)
python = venv / "bin" / "python"
python.unlink(missing_ok=True)
python.write_text('#!/bin/sh\necho "in $PWD:"; printf "<%s>" "$@"; echo; exit 7\n')
python.chmod(0o755)
(venv / (lock + ".stamp")).write_text(stamp)
"""

needs_ensurepip = pytest.mark.skipif(
    importlib.util.find_spec("ensurepip") is None, reason="here pip would have to come from apt"
)


def path_with_python_first(place: Path) -> str:
    """Let the launcher find a Python at once: each shim of a version manager that it asks takes longer than the rest.

    The first real set-up looks through the PATH as it is.
    """
    first = place / "p y"
    first.mkdir()
    (first / "python3.13").symlink_to(os.path.realpath(sys.executable))
    return f"{first}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def quick_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_python_first(tmp_path))


@pytest.fixture
def checkout(tmp_path: Path, quick_path: None) -> Path:
    """A checkout at a path with spaces, in which setting up is quick."""
    return quick_checkout(tmp_path)


def quick_checkout(place: Path) -> Path:
    folder = place / "a check out"
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "qexport", folder)
    (folder / "tools" / "bootstrap.py").write_text(STAND_IN)
    for lock in ("requirements.lock", "requirements-test.lock"):
        (folder / lock).write_text("")
    return folder


@pytest.fixture
def bare_checkout(checkout: Path) -> Path:
    """A checkout that is set up in earnest, but needs no package."""
    return made_bare(checkout)


def made_bare(checkout: Path) -> Path:
    shutil.copy(ROOT / "tools" / "bootstrap.py", checkout / "tools")
    package = checkout / "src" / "qexport"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("print('hello from', __name__)\n")
    return checkout


def run(
    *command: str | Path, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_sets_up_on_first_use_and_is_silent_from_then_on(checkout: Path) -> None:
    first = run("./qexport", "list", cwd=checkout)
    second = run("./qexport", "list", cwd=checkout)
    called = f"in {checkout}:\n<-P><-m><qexport><list>\n"
    assert first.stdout == "setting up requirements.lock\n" + called
    assert (second.stdout, second.stderr) == (called, "")


@pytest.mark.parametrize("changed", ["requirements.lock", "tools/bootstrap.py"])
def test_sets_up_again_when_what_shaped_it_has_changed(checkout: Path, changed: str) -> None:
    run("./qexport", cwd=checkout)
    with (checkout / changed).open("a") as file:
        file.write("# more\n")
    assert run("./qexport", cwd=checkout).stdout.startswith("setting up requirements.lock\n")


def test_sets_up_again_when_python_is_gone(checkout: Path) -> None:
    run("./qexport", cwd=checkout)
    (checkout / ".venv" / "bin" / "python").unlink()
    (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3.11")
    assert run("./qexport", cwd=checkout).stdout.startswith("setting up requirements.lock\n")


def test_hands_on_words_as_they_are_and_the_exit_status_back(checkout: Path) -> None:
    done = run("./qexport", "list", "--text", "two  words", "", "*", "$HOME", 'a"b', cwd=checkout)
    assert done.stdout.splitlines()[-1] == '<-P><-m><qexport><list><--text><two  words><><*><$HOME><a"b>'
    assert done.returncode == 7


def test_works_from_any_folder_and_through_symlinks(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "there").symlink_to("../a check out/qexport")
    (tmp_path / "bin" / "qx").symlink_to(tmp_path / "bin" / "there")
    run(checkout / "qexport")
    called = f"in {tmp_path}:\n<-P><-m><qexport><list>\n"
    assert run(checkout / "qexport", "list", cwd=tmp_path).stdout == called
    assert run("bin/qx", "list", cwd=tmp_path).stdout == called
    assert run("qx", "list", cwd=tmp_path, PATH=f"{tmp_path}/bin:{os.environ['PATH']}").stdout == called
    assert run("sh", "a check out/qexport", "list", cwd=tmp_path).stdout == called


def test_passes_the_tests_in_the_checkout_with_the_words_given(checkout: Path, tmp_path: Path) -> None:
    done = run(checkout / "qexport", "test", "-k", "one or two", cwd=tmp_path)
    assert done.stdout == (
        "setting up requirements.lock\n"
        "setting up requirements-test.lock\n"
        f"in {checkout}:\n"
        "<-P><-m><pytest><-k><one or two>\n"
    )


def test_puts_the_libraries_of_its_own_before_the_loader(checkout: Path) -> None:
    run("./qexport", cwd=checkout)
    (checkout / ".venv" / "bin" / "python").write_text('#!/bin/sh\necho "$LD_LIBRARY_PATH"\n')
    (checkout / ".venv" / "native").mkdir()
    own = checkout / ".venv" / "native"
    assert run("./qexport", cwd=checkout, LD_LIBRARY_PATH="").stdout == f"{own}\n"
    assert run("./qexport", cwd=checkout, LD_LIBRARY_PATH="/opt/lib").stdout == f"{own}:/opt/lib\n"


def test_says_which_python_it_needs(checkout: Path, tmp_path: Path) -> None:
    """A name on the PATH is no Python yet: one here is too old, the other a shim with nothing behind it."""
    path = tmp_path / "path"
    path.mkdir()
    for tool in ("sh", "dirname", "cksum", "cat"):
        (path / tool).symlink_to(str(shutil.which(tool)))
    for python in ("python3", "python3.12"):
        (path / python).write_text("#!/bin/sh\necho 'command not found' >&2\nexit 1\n")
        (path / python).chmod(0o755)
    done = run("./qexport", "build", cwd=checkout, PATH=str(path))
    assert done.stderr == (
        "qexport: error: qexport needs Python 3.11 or newer\n"
        "  hint: Debian 12, Ubuntu 24.04 and newer: sudo apt-get install python3\n"
    )
    assert (done.stdout, done.returncode) == ("", 6)


def test_takes_an_optimized_python_before_a_newer_one(checkout: Path, tmp_path: Path) -> None:
    """Version managers build theirs without; of such a one, the first is taken where there is no other."""
    path = tmp_path / "p a t h"
    for folder, names in {"first": ["python3.12", "python3.13"], "then": ["python3.11"]}.items():
        (path / folder).mkdir(parents=True)
        for name in names:
            stand_in = path / folder / name
            built = "--enable-optimizations" if folder == "then" else "--enable-shared"
            stand_in.write_text(
                "#!/bin/sh\n"
                f'[ "$1" = -Ic ] || {{ echo "set up by {folder}/{name}"; exit 1; }}\n'
                f"exec {sys.executable} -Ic 'import sys, sysconfig; sys.base_prefix = str(); code = sys.argv.pop(1)\n"
                "sys.modules.update(ensurepip=sys, venv=sys)\n"  # the tester's own may come without
                f'sysconfig.get_config_var = lambda _: "{built}"\n'
                'exec(code)\' "$2" "$3"\n'
            )
            stand_in.chmod(0o755)
    for tool in ("sh", "dirname", "cksum", "cat"):
        (path / "first" / tool).symlink_to(str(shutil.which(tool)))
    both = run("./qexport", cwd=checkout, PATH=f"{path}/first:{path}/then")
    assert both.stdout == "set up by then/python3.11\n"
    assert run("./qexport", cwd=checkout, PATH=f"{path}/first").stdout == "set up by first/python3.13\n"


class SetUp(NamedTuple):
    """A checkout that two have set up at once, where a killed set-up had left its part."""

    checkout: Path
    left: list[str]
    """What the killed one left in the environment."""
    first: str
    """What the one that was first said of it."""
    second: str


@pytest.fixture(scope="module")
def set_up(tmp_path_factory: pytest.TempPathFactory) -> SetUp:
    """A real set-up takes seconds: of this one, tests look at what was said, and at what it has made."""
    place = tmp_path_factory.mktemp("set-up")
    checkout = made_bare(quick_checkout(place))
    left = left_by_a_killed_set_up(checkout)
    quick = {**os.environ, "PATH": path_with_python_first(place)}
    both = [
        subprocess.Popen(
            ["./qexport"], cwd=checkout, env=quick, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    (_, shorter), (_, longer) = said = sorted(
        (process.communicate() for process in both), key=lambda both: len(both[1])
    )
    assert [out for out, _ in said] == ["hello from __main__\n"] * 2
    assert [process.returncode for process in both] == [0, 0]
    return SetUp(checkout, left, longer, shorter)


def left_by_a_killed_set_up(checkout: Path) -> list[str]:
    """Begin to set up, kill all of it while packages are made, and return the names of what is there then."""
    process = subprocess.Popen(
        ["./qexport"],
        cwd=checkout,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    log = checkout / ".venv" / "setup.log"
    give_up = time.monotonic() + 60
    while not (log.exists() and log.with_name("bin").exists()) and time.monotonic() < give_up:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    while processes_of(process.pid) and time.monotonic() < give_up + 60:  # they hold the checkout until then
        time.sleep(0.01)
    return [path.name for path in log.parent.iterdir()]


@needs_ensurepip
def test_of_two_set_ups_at_once_one_waits_for_the_other(set_up: SetUp) -> None:
    assert set_up.second == "qexport: another set-up is at work in this checkout: waiting for it\n"
    assert "waiting" not in set_up.first


@needs_ensurepip
def test_the_real_set_up_says_its_steps_and_stands_wherever_the_checkout_is_moved(
    set_up: SetUp, tmp_path: Path
) -> None:
    steps = set_up.first.splitlines()
    assert steps[0].startswith(f"qexport: setting up in {set_up.checkout}/.venv ")
    assert all(line.startswith("qexport: ") for line in steps)
    assert steps[-1].startswith("qexport: ready after ")
    set_up.checkout.rename(tmp_path / "moved")
    # What is set for another Python is not for this one.
    moved = run(tmp_path / "moved" / "qexport", PYTHONPATH=str(ROOT / "src"))
    (tmp_path / "moved").rename(set_up.checkout)
    assert (moved.stdout, moved.stderr) == ("hello from __main__\n", "")


@needs_ensurepip
def test_a_set_up_that_fails_says_why_and_one_for_tests_leaves_the_program_as_it_was(
    set_up: SetUp, quick_path: None, tmp_path: Path
) -> None:
    bare_checkout = shutil.copytree(set_up.checkout, tmp_path / "a copy", symlinks=True)
    (bare_checkout / "requirements-test.lock").write_text("absent==1.0 --hash=sha256:" + "0" * 64)
    failed = run("./qexport", "test", cwd=bare_checkout, PIP_NO_INDEX="1")
    assert failed.stderr.splitlines()[-2:] == [
        "qexport: error: pip cannot install the packages: No matching distribution found for absent==1.0",
        f"  hint: more is in {bare_checkout}/.venv/setup.log",
    ]
    assert (failed.stdout, failed.returncode) == ("", 6)
    again = run("./qexport", cwd=bare_checkout)
    assert (again.stdout, again.stderr) == ("hello from __main__\n", "")


@needs_ensurepip
def test_what_a_killed_set_up_left_is_built_again(set_up: SetUp) -> None:
    """It had its log and its programs, and no stamp; what the two that came after it built stands."""
    assert {"setup.log", "bin"} <= set(set_up.left)
    assert [name for name in set_up.left if name.endswith(".stamp")] == []
    assert run("./qexport", cwd=set_up.checkout).stdout == "hello from __main__\n"


def test_leaves_an_environment_alone_that_it_did_not_make(bare_checkout: Path) -> None:
    theirs = bare_checkout / ".venv" / "pyvenv.cfg"
    theirs.parent.mkdir()
    theirs.write_text("mine")
    refused = run("./qexport", cwd=bare_checkout)
    assert refused.stderr == (
        f"qexport: error: {theirs.parent} was not made by this set-up\n  hint: move it away and start again\n"
    )
    assert (refused.returncode, theirs.read_text()) == (6, "mine")


def test_a_machine_without_pango_and_apt_gets_the_line_that_installs_it(bare_checkout: Path) -> None:
    """A library of another name stands for one that is missing; the PATH shows a Fedora."""
    bootstrap = bare_checkout / "tools" / "bootstrap.py"
    bootstrap.write_text(bootstrap.read_text().replace('"libpango-1.0.so.0"', '"libpango-absent.so.0"'))
    path = bare_checkout / "path"
    path.mkdir()
    for tool in ("sh", "dirname", "cksum", "cat"):
        (path / tool).symlink_to(str(shutil.which(tool)))
    (path / "python3").symlink_to(os.path.realpath(sys.executable))
    (path / "dnf").symlink_to("/bin/true")
    done = run("./qexport", cwd=bare_checkout, PATH=str(path))
    assert done.stderr.splitlines()[-2:] == [
        "qexport: error: this machine lacks libpango-absent.so.0",
        "  hint: sudo dnf install pango",
    ]
    assert done.returncode == 6
