"""Build the checkout's own environment: `./qexport` calls `bootstrap.py LOCK STAMP` when it is not in place.

A machine with Python alone is enough, without rights: pip comes with Python or, on Debian and Ubuntu, out of
a package; Pango and its libraries come from the system or, on Debian and Ubuntu, are unpacked beside the
environment. Nothing outside the checkout is changed. The stamp is written last: what has none is built again.

Only the standard library is used, and no address is known here: apt and pip ask where they are configured to ask.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
NATIVE = VENV / "native"  # the launcher puts it on the loader's path
LOG = VENV / "setup.log"  # also the sign that .venv is ours to remove
PROGRAM_LOCK = "requirements.lock"

# What WeasyPrint 70 loads by name; without harfbuzz-subset it warns and embeds fonts differently.
LIBRARIES = (
    ("libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
    ("libpango-1.0.so.0", "libpango-1.0.dylib"),
    ("libharfbuzz.so.0", "libharfbuzz.0.dylib"),
    ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
    ("libfontconfig.so.1", "libfontconfig.1.dylib"),
    ("libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
)
DEBIAN_LIBRARIES = ("libpangoft2-1.0-0", "libharfbuzz-subset0")
DEBIAN_PIP = "python3-pip-whl"
INSTALL_LIBRARIES = {
    "dnf": "sudo dnf install pango",
    "pacman": "sudo pacman -S pango",
    "apk": "apk add " + " ".join(f"so:{name}" for name, _ in LIBRARIES),
    "brew": "brew install pango",
}

# What apt and pip print when it is not a package that is wrong; what is, and what helps.
SYMPTOMS = {
    "CERTIFICATE_VERIFY_FAILED": (
        "the certificate of the package index is not trusted here",
        "name the file with your network's certificates in PIP_CERT",
    ),
    "Temporary failure|Could not (resolve|connect)|NewConnectionError|ConnectTimeout": (
        "the network does not answer",
        "connect and start again",
    ),
}

Command: TypeAlias = Sequence[str | Path]
Environment: TypeAlias = Mapping[str, str]


class SetupError(Exception):
    """What the machine lacks, and what to do about it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def main() -> int:
    lock, stamp = sys.argv[1:]
    try:
        with alone() as lock_file:
            if not is_stamped(lock, stamp):
                set_up(lock, stamp, lock_file)
    except SetupError as failure:
        return fail(failure.message, failure.hint)
    except OSError as error:
        return fail(f"the set-up stopped: {error}", "it needs a checkout one can write to, and 300 MB free")
    except KeyboardInterrupt:
        return 130
    return 0


def fail(message: str, hint: str) -> int:
    print(f"qexport: error: {message}\n  hint: {hint}", file=sys.stderr)
    return 6


def say(message: str) -> None:
    print(f"qexport: {message}", file=sys.stderr, flush=True)


@contextmanager
def alone() -> Iterator[int]:
    """Hold the checkout against a second set-up, and yield what holds it.

    The steps inherit it: where a set-up is killed, the next one waits until the last of its children is gone.
    """
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work in this checkout: waiting for it")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield folder
    finally:
        os.close(folder)


def stamp_file(lock: str) -> Path:
    return VENV / f"{lock}.stamp"


def is_stamped(lock: str, stamp: str) -> bool:
    try:
        return PYTHON.exists() and stamp_file(lock).read_text().strip() == stamp
    except FileNotFoundError:
        return False


def set_up(lock: str, stamp: str, lock_file: int) -> None:
    started = time.monotonic()
    if lock == PROGRAM_LOCK:
        build(lock_file)
    else:
        add(lock, lock_file)
    stamp_file(lock).write_text(stamp)
    say(f"ready after {time.monotonic() - started:.0f} s")


def build(lock_file: int) -> None:
    """Make the environment from nothing: half a package, left by a kill, is never taken for a whole one."""
    if VENV.exists() and not LOG.exists() and any(VENV.iterdir()):
        raise SetupError(f"{VENV} was not made by this set-up", "move it away and start again")
    say(f"setting up in {VENV} (on first use, and when what it needs has changed)")
    if VENV.exists():
        shutil.rmtree(VENV)
    VENV.mkdir()
    LOG.touch()
    step = Step(lock_file)
    venv.create(VENV, symlinks=True)
    with tempfile.TemporaryDirectory(dir=VENV) as scratch:
        bring_what_python_packages_cannot(step, Path(scratch))
    install(step, PROGRAM_LOCK)
    [site_packages] = VENV.glob("lib/python*/site-packages")
    # Relative to its folder, so that a checkout can be moved.
    (site_packages / "qexport.pth").write_text(os.path.relpath(ROOT / "src", site_packages) + "\n")


def add(lock: str, lock_file: int) -> None:
    """Install more into an environment that stands; a kill here leaves no stamp, and all is built again."""
    program_stamp = stamp_file(PROGRAM_LOCK).read_text()
    stamp_file(PROGRAM_LOCK).unlink()
    try:
        install(Step(lock_file), lock)
    except SetupError:  # pip has put back what it began to change
        stamp_file(PROGRAM_LOCK).write_text(program_stamp)
        raise
    stamp_file(PROGRAM_LOCK).write_text(program_stamp)


class Step:
    """Runs commands: what they print goes to the log, and they keep the checkout held while they live."""

    def __init__(self, lock_file: int) -> None:
        self.lock_file = lock_file

    def run(
        self, command: Command, failure: str, *, cwd: Path = ROOT, environment: Environment | None = None
    ) -> str:
        """Run `command` and return what it printed; where it fails, say `failure` and why."""
        with LOG.open("a+", encoding="utf-8", errors="replace") as log:
            begin = log.seek(0, os.SEEK_END)
            status = subprocess.run(
                command,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})},  # SYMPTOMS are in English
                pass_fds=[self.lock_file],
                check=False,
            ).returncode
            log.seek(begin)
            printed = log.read()
        if status != 0:
            raise explained(failure, printed)
        return printed


def explained(failure: str, printed: str) -> SetupError:
    """Tell a failure by what apt or pip printed: a known symptom, or the last line printed."""
    for symptom, (reason, hint) in SYMPTOMS.items():
        if re.search(symptom, printed):
            return SetupError(f"{failure}: {reason}", f"{hint} ({LOG} has more)")
    said = re.findall(r"^(?:E|W|ERROR): (.+)", printed, re.MULTILINE)
    return SetupError(f"{failure}: {said[-1] if said else 'no reason was given'}", f"more is in {LOG}")


def bring_what_python_packages_cannot(step: Step, scratch: Path) -> None:
    """Put pip into the environment and, where the system has no Pango, its libraries beside it."""
    missing = missing_libraries()
    has_pip = importlib.util.find_spec("ensurepip") is not None
    has_apt = shutil.which("apt-get") is not None and shutil.which("dpkg-deb") is not None
    if missing and not has_apt:
        known = [hint for tool, hint in INSTALL_LIBRARIES.items() if shutil.which(tool)]
        raise SetupError(f"this machine lacks {', '.join(missing)}", (known or ["install Pango"])[0])
    if not has_pip and not has_apt:
        raise SetupError(f"{sys.executable} comes without ensurepip", "install the system's venv")
    if missing or not has_pip:
        say("asking apt for its lists (kept apart from the system's)")
        apt = Apt(step, scratch)
        if missing:
            say("unpacking Pango and its libraries into .venv/native")
            apt.unpack_libraries()
    if has_pip:
        step.run([PYTHON, "-Im", "ensurepip"], "pip cannot be set up")
    else:
        wheel = apt.pip_wheel()
        pip: Command = [PYTHON, wheel / "pip", "install", "--no-user", "--no-index", "--no-deps", wheel]
        step.run(pip, "pip cannot be set up")
    still_missing = missing_libraries()
    if still_missing:
        raise SetupError(f"{', '.join(still_missing)} cannot be loaded", f"more is in {LOG}")


def missing_libraries() -> list[str]:
    """Name what the loader does not find, as the program will ask it: in a process of its own."""
    names = [names[sys.platform == "darwin"] for names in LIBRARIES]
    probe = (
        "import ctypes, sys\n"
        "for name in sys.argv[1:]:\n"
        "    try:\n"
        "        ctypes.CDLL(name)\n"
        "    except OSError:\n"
        "        print(name)\n"
    )
    path = os.pathsep.join([str(NATIVE), *filter(None, [os.environ.get("LD_LIBRARY_PATH")])])
    environment = os.environ | {"LD_LIBRARY_PATH": path}
    command: Command = [PYTHON, "-c", probe, *names]
    printed = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    return printed.split()


class Apt:
    """Debian's packages without root: lists and downloads in a folder of our own, the system's only read."""

    def __init__(self, step: Step, scratch: Path) -> None:
        self.step = step
        self.scratch = scratch
        self.archives = scratch / "cache" / "archives"
        for folder in (self.archives / "partial", scratch / "state" / "lists" / "partial"):
            folder.mkdir(parents=True)
        configuration = scratch / "apt.conf"
        configuration.write_text(
            f'Dir::State "{scratch}/state";\n'
            f'Dir::Cache "{scratch}/cache";\n'
            'Acquire::Languages "none";\n'
            'APT::Sandbox::User "root";\n'  # the user _apt cannot write here
            'Debug::NoLocking "true";\n'  # nothing of the system's is written
            "#clear APT::Update;\n"  # nor are its hooks ours to run
            "#clear DPkg;\n"
        )
        self.apt_get = ["apt-get", "-q", "-y", "-c", str(configuration)]
        # A source that does not answer is no error to apt, nor to us where the others have what is needed.
        printed = step.run([*self.apt_get, "update"], "apt cannot update its lists")
        if not any((scratch / "state" / "lists").glob("*_Packages*")):
            raise explained("apt cannot update its lists", printed)

    def unpack_libraries(self) -> None:
        """Put what dpkg does not know as installed into one flat folder of libraries."""
        install = [*self.apt_get, "install", "--download-only", "--no-install-recommends", *DEBIAN_LIBRARIES]
        self.step.run(install, "apt cannot fetch Pango")
        NATIVE.mkdir()
        for package in sorted(self.archives.glob("*.deb")):
            tree = self.unpack(package)
            for library in [*tree.glob("usr/lib/*/lib*.so*"), *tree.glob("lib/*/lib*.so*")]:
                library.rename(NATIVE / library.name)

    def pip_wheel(self) -> Path:
        self.step.run([*self.apt_get, "download", DEBIAN_PIP], "apt cannot fetch pip", cwd=self.scratch)
        [package] = self.scratch.glob(f"{DEBIAN_PIP}_*.deb")
        [wheel] = self.unpack(package).glob("usr/share/python-wheels/pip-*.whl")
        return wheel

    def unpack(self, package: Path) -> Path:
        tree = self.scratch / "trees" / package.name
        tree.parent.mkdir(exist_ok=True)
        self.step.run(["dpkg-deb", "-x", package, tree], f"{package.name} cannot be unpacked")
        return tree


def install(step: Step, lock: str) -> None:
    count = sum("==" in line for line in (ROOT / lock).read_text().splitlines())
    say(f"installing the {count} packages of {lock}")
    environment = {"PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    if shutil.which("apt-get") and not Path("/etc/ssl/certs/ca-certificates.crt").exists():
        # Debian's pip trusts that file, which git and python3 do not bring, and not the list it carries.
        for certificates in VENV.glob("lib/python*/site-packages/pip/_vendor/certifi/cacert.pem"):
            environment["REQUESTS_CA_BUNDLE"] = os.environ.get("REQUESTS_CA_BUNDLE", str(certificates))
    options = ["--no-user", "--no-input", "--require-hashes", "--only-binary", ":all:", "--no-deps"]
    pip: Command = [PYTHON, "-Im", "pip", "install", *options, "-r", ROOT / lock]
    step.run(pip, "pip cannot install the packages", environment=environment)


if __name__ == "__main__":
    sys.exit(main())
