"""One attack at a time: its files, the command that reads them, and all that must hold after it.

An attack is made in a folder `work` beside a folder `outside`, and is a command of the program. It breaks something if

    it ends otherwise than it should, says nothing of why, or with a traceback
    it takes longer than the limit, or the process more memory
    a file of `outside` is opened or changed, or anything is written beside `work`
    something is written although it was refused, or something else than outputs of that command
    it opens a connection, or starts a process that is none of the program's own

Everything an attack consists of is small and harmless: the guards are tried with inputs just over limits that the
command lowers (`--allow`).
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeAlias

from click.testing import CliRunner  # noqa: TID251  runs the commands

from qexport.cli.main import program

SECONDS = 10
"""One attack may take, of a processor's time."""
MOST_MEMORY = 500
"""MB."""
REFUSED = frozenset({3, 7})
"""Exit statuses: input refused, a limit."""


@dataclass(frozen=True, slots=True)
class Attack:
    """A command, made to break something, and how it should end."""

    words: tuple[str, ...]
    ends: frozenset[int] = REFUSED
    says: str = ""
    """What the messages must hold."""
    writes: tuple[str, ...] = ()
    """Patterns of the files that it may write if it is not refused."""


Kind: TypeAlias = Callable[[random.Random], Attack]
"""Makes the files of an attack in the current folder."""


@dataclass
class Row:
    """What came of a family of attacks."""

    family: str
    attacks: int = 0
    refused: int = 0
    slowest: float = 0.0
    breaks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        harmless = self.attacks - self.refused
        return (
            f"| {self.family} | {self.attacks} | {self.refused} | {harmless} | {self.slowest:.1f} s "
            f"| {len(self.breaks)} |"
        )


class Watch:
    """Notes what this process does that no attack may make it do; Python's audit events say it."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.folder = ""
        """That of the attack, with a `/`; empty: nothing is watched."""
        sys.addaudithook(self._judge)

    @contextmanager
    def of(self, folder: Path) -> Iterator[list[str]]:
        """Watch an attack; the list gets what it did."""
        self.seen, self.folder = [], f"{folder}/"
        try:
            yield self.seen
        finally:
            self.folder = ""

    def _judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.folder:
            return
        if event in ("socket.connect", "socket.bind", "socket.getaddrinfo", "os.system", "urllib.Request"):
            self.seen.append(f"{event}{arguments[1:]}")
        elif event == "subprocess.Popen" and str(arguments[0]) != sys.executable:
            self.seen.append(f"it started {arguments[0]}")
        elif event == "open" and isinstance(arguments[0], str):
            self._judge_path(os.path.realpath(arguments[0]), arguments[2])

    def _judge_path(self, path: str, flags: object) -> None:
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if path.startswith(f"{self.folder}outside/"):
            self.seen.append(f"it opened {path}")
        elif writes and not path.startswith((self.folder, "/dev/null", "/proc/self/")):
            self.seen.append(f"it opened {path} to write")


def snapshot(folder: Path) -> dict[str, str]:
    """Return what is in a folder: paths → digests of files, targets of links, kinds of the rest."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"a link to {path.readlink()}"
        elif path.is_file():
            found[name] = sha256(path.read_bytes()).hexdigest()
        elif not path.is_dir():
            found[name] = "no file"
    return found


class TooSlow(BaseException):
    """An attack went on for ever; nothing in the program may catch it."""


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    def end(_number: int, _frame: object) -> None:
        raise TooSlow(f"it took longer than {seconds:g} s")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def try_attack(kind: Kind, rng: random.Random, folder: Path, watch: Watch) -> tuple[list[str], int, float]:
    """Make an attack in a new folder and run it; return what broke, the exit status and the seconds it took."""
    work, outside, temporary = (folder / name for name in ("work", "outside", "tmp"))
    for each in (work, outside, temporary):
        each.mkdir(parents=True)
    for name in ("secret.yaml", "secret.png", "secret.css", "secret.ttf", "secret.toml", "secret.json"):
        (outside / name).write_text("secret\n")
    home, tempfile.tempdir = Path.cwd(), str(temporary)
    os.chdir(work)
    try:
        attack = kind(rng)
        before, far_before = snapshot(work), snapshot(outside)
        begun = time.process_time()
        with watch.of(folder) as broken:
            status, said = _run(attack.words)
        seconds = time.process_time() - begun
        broken = [*broken, *_judge(attack, status, said)]
        if snapshot(outside) != far_before:
            broken.append("a file outside was changed")
        broken += [f"it left {name} in the folder for temporary files" for name in snapshot(temporary)]
        new = {name for name, digest in snapshot(work).items() if before.get(name) != digest}
        may = attack.writes if status == 0 else ()
        broken += [f"it wrote {name}" for name in sorted(new) if not any(fnmatch(name, each) for each in may)]
    finally:
        os.chdir(home)
        tempfile.tempdir = None
        shutil.rmtree(folder, ignore_errors=True)
    return broken, status, seconds


def _run(words: Sequence[str]) -> tuple[int, str]:
    """Run the program in this process; return its exit status and what it printed to stderr."""
    try:
        with _limited(SECONDS):
            done = CliRunner().invoke(program, list(words), prog_name="qexport")
    except TooSlow as error:
        return -1, str(error)
    if done.exception and not isinstance(done.exception, SystemExit):
        return 1, f"Traceback: {done.exception!r}"
    return done.exit_code, done.stderr


def _judge(attack: Attack, status: int, said: str) -> Iterator[str]:
    if status not in attack.ends:
        yield f"it ended with {status}: {said[:300]}"
    if "Traceback" in said:
        yield said[:300]
    if status and not said.startswith("qexport: "):
        yield f"it ended with {status} and did not say why: {said[:300]}"
    if status in attack.ends and attack.says not in said:
        yield f"it did not say {attack.says!r}: {said[:300]}"
    strange = [each for each in said if unicodedata.category(each) in ("Cc", "Cs", "Cf") and each != "\n"]
    if strange:
        yield f"it printed {strange[:3]}"


def try_family(
    family: str, kinds: Sequence[Kind], *, count: int, seed: int, folder: Path, watch: Watch
) -> Row:
    """Try as many attacks of a family, each kind in turn."""
    row = Row(family)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        rng = random.Random(f"{seed} {family} {number}")  # noqa: S311  drawn so that it can be drawn again
        broken, status, seconds = try_attack(kind, rng, folder / f"{family}-{number}", watch)
        row.attacks += 1
        row.refused += status != 0
        row.slowest = max(row.slowest, seconds)
        row.breaks += [f"{family} {number}, {kind.__name__}: {each}" for each in broken]
    return row


def memory() -> int:
    """Return the most MB that this process, or one it started, has had."""
    kilobytes = 1024 if sys.platform == "linux" else 1024 * 1024
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return max(resource.getrusage(each).ru_maxrss for each in who) // kilobytes


def allow(**limits: object) -> tuple[str, ...]:
    """Return the arguments that lower limits."""
    return tuple(
        part for name, value in limits.items() for part in ("--allow", f"{name.replace('_', '-')}={value}")
    )


def write(name: str, content: str | bytes) -> None:
    """Write a file of an attack."""
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    path.write_bytes(data)


def put_in_place(rng: random.Random, name: str, secret: str) -> str:
    """Put something else than a file of its own in a place; return what the program should say of it.

    Args:
        rng: Draws what it is.
        name: The place.
        secret: A file of `outside`, with the ending that is read there.
    """
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        path.unlink()
    up = "../" * len(path.parts)
    match rng.randrange(5):
        case 0:
            path.symlink_to(f"{up}outside/{secret}")
            return "outside"
        case 1:
            path.symlink_to(Path.cwd().parent / "outside" / secret)
            return "outside"
        case 2:
            path.symlink_to(
                rng.choice(("/dev/zero", "/dev/null", "/dev/tty", "/etc/hostname", "/proc/self/mem"))
            )
            return "outside"
        case 3:
            path.symlink_to(path.name)
            return "Too many levels of symbolic links"
        case _:
            os.mkfifo(path)
            return "this is a pipe, not an ordinary file"
