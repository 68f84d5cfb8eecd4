"""What many tests share: where things are, golden files, and what a test needs of the machine."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from tests.forked_program import program_in_forks
from tests.made_once import made_once

from qexport.__main__ import look_for_garbage_seldom

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"  # large samples and checks that lie beside a developer's checkout

PROGRAMS = {
    "fish": ("fish",),
    "zsh": ("zsh",),
    "chromium": ("chromium", "chromium-browser", "google-chrome"),
    "firefox": ("firefox-esr", "firefox"),
    "git": ("git",),
    "java": ("javac",),
    "mutool": ("mutool",),
    "npm": ("npm",),
    "poppler": ("pdftotext",),
    "qpdf": ("qpdf",),
    "gs": ("gs",),
    "strace": ("strace",),
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what tests/golden/ expects anew")


def pytest_configure(config: pytest.Config) -> None:
    """Give the tests a cache, before they note the environment: it begins empty, and all processes of them share it."""
    if "PYTEST_XDIST_WORKER" not in os.environ:  # whose environment is that of the process that started it
        cache = tempfile.mkdtemp(prefix="qexport-test-cache-")
        os.environ["QEXPORT_CACHE"] = cache
        atexit.register(shutil.rmtree, cache, ignore_errors=True)
    # A script's `./qexport test &` ignores Ctrl-C, and so would the programs to which tests send it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    # Garbage is looked for as often as in the program: Python's own numbers let it look through all imports and tests.
    look_for_garbage_seldom()
    # Java's programs run for some seconds: what is compiled once more, for speed, never pays.
    os.environ.setdefault("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
    with modules_kept_compiled():  # pytest compiles all of it in its own way, as it has a plugin
        import hypothesis
    # What it does with an object of its own on Python 3.14; named in pyproject.toml, it would be imported before this.
    ignored = "It looks like `register_random` was passed an object:hypothesis.errors.HypothesisWarning"
    config.addinivalue_line("filterwarnings", f"ignore:{ignored}")
    # What is drawn by lot is the same each time, and however slow the machine is; `tools.fuzz` draws more.
    hypothesis.settings.register_profile(
        "seeded", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("seeded")


@contextmanager
def modules_kept_compiled() -> Iterator[None]:
    """Keep compiled what a block imports, though PYTHONDONTWRITEBYTECODE is set, as in many containers.

    Else each process of the tests compiles all of them again, and each program that they start all of qexport.
    """
    forbidden, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        yield
    finally:
        sys.dont_write_bytecode = forbidden


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    with modules_kept_compiled():
        return (yield)


@pytest.fixture(scope="session", autouse=True)
def one_process() -> Iterator[None]:
    """Let builds in the tests' own process lay out pages there: it has the engine, which others would load again.

    Tests of several processes ask for them, or run the program.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qexport.layout.scheduler._cores", lambda: 1)
        yield


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for name in mark.args:
            if name in CONDITIONS:
                holds, what = CONDITIONS[name]
                if not holds():
                    do_without(what)
            elif not any(map(shutil.which, PROGRAMS[name])):
                do_without(f"{name} (none of: {', '.join(PROGRAMS[name])})")


def _has_terminals() -> bool:
    """Return whether a terminal can be opened; a bare chroot has none."""
    try:
        for end in os.openpty():
            os.close(end)
    except (AttributeError, OSError):
        return False
    return True


@cache
def _has_namespaces() -> bool:
    """Return whether a process may be put where it has no network, and mounts of its own."""
    if not shutil.which("unshare"):
        return False
    mount = "mount -t tmpfs -o size=4k none /tmp"
    tried = subprocess.run(["unshare", "-rmn", "sh", "-c", mount], capture_output=True, check=False)
    return tried.returncode == 0


def _others_may_read() -> bool:
    """Return whether the one that root becomes in a test may read the checkout; another user stays who he is."""
    return os.geteuid() != 0 or all(folder.stat().st_mode & 0o001 for folder in [ROOT, *ROOT.parents])


CONDITIONS: dict[str, tuple[Callable[[], bool], str]] = {
    "terminal": (_has_terminals, "terminals to open"),
    "proc": (lambda: Path("/proc/self/fd").is_dir(), "/proc"),
    "readers": (_others_may_read, "checkout that other users may read"),
    "namespaces": (_has_namespaces, "namespaces of its own to give to a process"),
}
"""What tests need that is no program: how to find it, and what it is called."""


def do_without(what: str) -> None:
    """Skip the test on a machine that lacks `what`; CI, which says it has all, fails."""
    if os.environ.get("QEXPORT_CI"):
        pytest.fail(f"CI is to have {what}", pytrace=False)
    pytest.skip(f"this machine has no {what}")


@pytest.fixture(scope="session")
def others_may_read() -> bool:
    """What `needs("readers")` asks for."""
    return _others_may_read()


@pytest.fixture(scope="session")
def shipped_bank() -> Path:
    return ROOT / "seeds" / "questions.yaml"


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Question banks of others, for trying; never a part of the project."""
    folder = SHARED / "corpora"
    if not folder.is_dir():
        do_without("../shared/corpora")
    return folder


@pytest.fixture(scope="session")
def common_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a process of the tests leaves what `made_once` is to make for all of them."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def conformance_check(common_folder: Path) -> Path:
    """The script that tells by veraPDF's rules whether PDFs are accessible: `sh SCRIPT ua1 FILE...`."""
    original = SHARED / "checks" / "pdf-conformance"
    if not original.is_dir():
        do_without("../shared/checks/pdf-conformance")
    if not shutil.which("javac"):
        do_without("javac")

    def make(folder: Path) -> None:
        """It writes what it fetches and compiles beside itself."""
        shutil.copytree(original, folder, dirs_exist_ok=True)
        folder.chmod(0o755)
        # The compiler, too, which does not look for the other variable.
        quick = {**os.environ, "JAVA_TOOL_OPTIONS": os.environ["JDK_JAVA_OPTIONS"]}
        subprocess.run(["sh", folder / "check.sh", "ua1"], env=quick, capture_output=True, check=True)

    return made_once(common_folder / "conformance", make) / "check.sh"


@pytest.fixture(scope="session")
def qexport_in_forks() -> Iterator[Path]:
    """A folder for the PATH; `qexport` in it is `python -W error -m qexport`, with everything imported before."""
    with (
        tempfile.TemporaryDirectory(prefix="qexport-forks-") as folder,
        program_in_forks(Path(folder)) as programs,
    ):
        yield programs


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare a text with the file of that name in tests/golden, to the byte."""

    def compare(name: str, text: str) -> None:
        path = ROOT / "tests" / "golden" / name
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert text == path.read_bytes().decode()

    return compare
