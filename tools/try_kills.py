"""Kill real builds at random moments, and look at what is left of their files.

    python tools/try_kills.py [--kills N] [--forked] [--seed N] [--cold SHARE] [--questions N] [--quiet]

A folder has handbook, deck and lock of one version of a bank. The bank becomes the other version, a build is
started (handbook, deck and lock, two processes, with a cache that is warm or empty) and gets SIGKILL: a third of
the builds at any moment, a third near their ends, a third when the first of their files has been written, within
the milliseconds that the others take; half of them with their processes, half alone. Then

    each file is that of the one version or that of the other, to the byte
    a deck never goes before its lock
    no process stays
    the next build, which runs to its end, makes what builds make that nobody kills
    and what was left over, if anything, is gone

Whatever is otherwise is reported with the number of the kill; the same seed kills at the same shares of a build.

Builds whose time does not matter are forks of a process that has imported the program: builds in every other respect,
and several times as fast. With `--forked`, those that are killed are forks, too.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import NoReturn, cast

import qexport

VERSIONS = ("one", "other")
FILES = ("bank.history.jsonl", "bank.lock.json", "out/book.apkg", "out/book.pdf")
PROGRAM = """
from qexport.layout import scheduler
from qexport.cli.main import main
scheduler.WORTH_A_POOL = 0
main()
"""
"""It takes any pages for enough to start processes."""
QUESTIONS = 8
MOVING = 4
"""Every so many questions, one has another answer in the other version."""
WRITING = 0.004
"""Seconds within which the files of a build take their places."""
PATIENCE = 5.0
"""Seconds that processes get to notice that the one they work for has gone."""


IMPORTED = (
    *("qexport.cli.commands.build", "qexport.pipeline", "qexport.outputs.anki_deck.document"),
    *(
        "qexport.outputs.handbook.document",
        "qexport.layout.scheduler",
        "qexport.pdf.linker",
        "genanki",
        "jinja2",
    ),
    *("markdown_it", "pygments.lexers", "yaml", "msgspec", "multiprocessing.connection", "pydyf"),
)
"""What a fork need not import again, beside the layout engine. Processes that lay out are started, as ever."""


def import_for_forks() -> None:
    """Import what forks have in common. Each says for itself which fonts there are, as a build does."""
    from qexport.layout import fonts
    from qexport.layout.weasyprint.setup import engine
    from qexport.layout.workers import FORKS_PREPARED

    for name in IMPORTED:
        import_module(name)
    if not FORKS_PREPARED:  # the libraries of the engine do not bear it: each fork imports it itself
        return
    environment = dict(os.environ)
    engine()
    with fonts.last_reading():
        pass
    os.environ.clear()
    os.environ.update(environment)


class ForkedBuild:
    """A build that is a fork of this process; it is asked like a `subprocess.Popen`."""

    def __init__(self, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        reading, writing = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:
            os.close(reading)
            _become_a_build(words, folder, environment, writing)
        os.close(writing)
        self._said = os.fdopen(reading, "rb")

    def poll(self) -> int | None:
        """Return how it ended, None as long as it runs."""
        if self.returncode is None:
            ended, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if ended else None
        return self.returncode

    def wait(self, timeout: float) -> int:
        """Return how it ended; TimeoutExpired if it still runs after so many seconds."""
        give_up = time.monotonic() + timeout
        while (status := self.poll()) is None:
            if time.monotonic() > give_up:
                raise subprocess.TimeoutExpired("a fork", timeout)
            time.sleep(0.0005)
        return status

    def communicate(self) -> tuple[bytes, bytes]:
        """Wait for its end and return what it printed: nothing, and its messages."""
        with self._said:
            said = self._said.read()
        if self.returncode is None:
            self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        return b"", said


def _become_a_build(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], messages: int
) -> NoReturn:
    """Turn this fork into a build in a session of its own; it never returns."""
    status = 99
    try:
        os.setsid()
        os.chdir(folder)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        os.dup2(messages, 2)
        # Not the parent's: what it has read or written of a file has places that this process does not share.
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(number, mode) for number, mode in enumerate("rww"))
        os.environ.update(environment)
        tempfile.tempdir = None
        from qexport.cli.main import main as run
        from qexport.layout import scheduler

        scheduler.WORTH_A_POOL = 0
        sys.argv = ["qexport", *words]
        run()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 99
    except BaseException:  # noqa: BLE001  it must not go on as the parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


@dataclass
class Tally:
    """What came of the kills."""

    kills: int = 0
    ended: int = 0
    """Builds that were faster than their kill."""
    states: Counter[str] = field(default_factory=Counter)
    """Which files were new."""
    left: Counter[str] = field(default_factory=Counter)
    """Where something was left over, until the next build."""
    complaints: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Say it."""
        yield f"{self.kills} builds were killed, {self.ended} were done before"
        for state, count in sorted(self.states.items()):
            yield f"  {count:4} × {state}"
        for place, count in sorted(self.left.items()):
            yield f"  {count:4} × something left over in {place}, which the next build took away"
        yield f"{len(self.complaints)} complaints"
        yield from self.complaints


def bank_of(version: str, questions: int) -> str:
    """A bank in which some questions have another answer in the other version."""
    answers = (f"As in {version}." if number % MOVING == 0 else "As ever." for number in range(questions))
    return "\n".join(
        [
            "title: Kills",
            "namespace: kills",
            "questions:",
            *(
                f"  - {{id: Q-{number:02}, question: What is {number}?, answer: {answer}}}"
                for number, answer in enumerate(answers)
            ),
            "",
        ]
    )


class Place:
    """A folder in which builds are made and killed."""

    def __init__(self, folder: Path, questions: int, *, forked: bool = False) -> None:
        self.questions = questions
        self.forked = forked
        self.cache = folder / "cache"
        self.temporary = folder / "tmp"
        self.work = folder / "work"
        for each in (self.work, self.temporary):
            each.mkdir(parents=True)

    def write_bank(self, version: str) -> None:
        """Let the bank be of a version."""
        (self.work / "bank.yaml").write_text(bank_of(version, self.questions))

    def started(self, *words: str, forked: bool = False) -> subprocess.Popen[bytes]:
        """Start a build, in a session of its own."""
        words = ("build", "--bank", "bank.yaml", "--file-name", "book", *words)
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(qexport.__file__).parents[1]),
            "SOURCE_DATE_EPOCH": "1767225600",
            "TMPDIR": str(self.temporary),
        }
        if forked or self.forked:
            return cast("subprocess.Popen[bytes]", ForkedBuild(words, self.work, environment))
        return subprocess.Popen(
            [sys.executable, "-c", PROGRAM, *words],
            cwd=self.work,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def build(self, *words: str, forked: bool = False) -> tuple[float, str]:
        """Build to the end; return the seconds it took, and what was wrong."""
        before = time.monotonic()
        process = self.started(*words, forked=forked)
        _, said = process.communicate()
        return time.monotonic() - before, said.decode() if process.returncode or said else ""

    def files(self) -> dict[str, bytes]:
        """Return what is there of the outputs."""
        found = {}
        for path in FILES:
            with suppress(FileNotFoundError):
                found[path] = (self.work / path).read_bytes()
        return found

    def first_file(self) -> int:
        """Return which file is the one that is written first."""
        try:
            return (self.work / "out/book.pdf").stat().st_ino
        except FileNotFoundError:
            return 0

    def left_over(self) -> list[str]:
        """Name what is there and should not be."""
        known = {"bank.yaml", "out", *FILES}
        stray = [path.relative_to(self.work) for path in self.work.rglob("*")]
        return [
            *(f"work/{path}" for path in stray if str(path) not in known),
            *(f"tmp/{path.name}" for path in self.temporary.iterdir()),
        ]


def processes_of(session: int) -> list[int]:
    """Return the processes of a session that have not ended."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _, _, its_session = entry.read_text().rpartition(")")[2].split()[:4]
            if int(its_session) == session and state != "Z":
                found.append(int(entry.parent.name))
    return found


def kills(
    folder: Path,
    *,
    count: int,
    seed: int,
    cold: float = 0.3,
    questions: int = QUESTIONS,
    forked: bool = False,
    tell: Callable[[Tally], None] = lambda _: None,
) -> Tally:
    """Kill as many builds in a new folder; a share of them begins with an empty cache."""
    dice = random.Random(seed)  # noqa: S311
    import_for_forks()
    place, calm = (Place(folder / name, questions, forked=forked) for name in ("killed", "calm"))
    times = {}
    right: dict[str, bytes] = {}

    def build_calmly(number: int, *words: str, forked: bool = False) -> float:
        calm.write_bank(VERSIONS[number % 2])
        seconds, wrong = calm.build(*words, forked=forked)
        if wrong:
            raise RuntimeError(wrong)
        right.update(calm.files())
        return seconds

    times[True] = build_calmly(0, "--no-cache", "--jobs", "2")
    build_calmly(1, "--cache", str(calm.cache), "--jobs", "1", forked=True)
    times[False] = build_calmly(0, "--cache", str(calm.cache))
    shutil.copytree(calm.work, place.work, dirs_exist_ok=True)
    shutil.copytree(calm.cache, place.cache)
    tally = Tally()
    while tally.kills < count:
        number = tally.kills + tally.ended + 1
        old = dict(right)
        build_calmly(number, "--cache", str(calm.cache), "--jobs", "1", forked=True)
        place.write_bank(VERSIONS[number % 2])
        is_cold = dice.random() < cold
        if is_cold:
            shutil.rmtree(place.cache, ignore_errors=True)
        when = dice.choice(("any moment", "near the end", "writing"))
        share = dice.random() if when == "any moment" else dice.uniform(0.75, 1.02)
        moment = WRITING * dice.random() if when == "writing" else share * times[is_cold]
        all_of_it = dice.random() < 0.5
        seconds = _kill(place, tally, moment, is_writing=when == "writing", all_of_it=all_of_it)
        if seconds and when != "writing":
            times[is_cold] += 0.3 * (seconds - times[is_cold])  # the machine may have other work too
        _check(place, tally, old, right)
        tell(tally)
    # What lays out nothing does not look after what others left where fonts are configured.
    place.build("--no-cache", "--jobs", "1", forked=True)
    tally.complaints += [f"at the end: {each} is there" for each in place.left_over()]
    return tally


def _kill(place: Place, tally: Tally, moment: float, *, is_writing: bool, all_of_it: bool) -> float:
    """Kill a build after so many seconds, with its processes or alone; return its time if it was faster.

    `is_writing`: so many seconds after the first of its files has taken its place.
    """
    begun = time.monotonic()
    before = place.first_file()
    process = place.started("--cache", str(place.cache), "--jobs", "2")
    try:
        while is_writing and place.first_file() == before and process.poll() is None:
            time.sleep(0.0002)  # a small part of WRITING
        process.wait(moment)
    except subprocess.TimeoutExpired:
        os.kill(process.pid, signal.SIGKILL)
        for each in processes_of(process.pid) if all_of_it else ():
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
    _, said = process.communicate()
    seconds = time.monotonic() - begun
    while processes_of(process.pid) and time.monotonic() < begun + seconds + PATIENCE:
        time.sleep(0.01)
    here = f"build {tally.kills + tally.ended}: "
    tally.complaints += [f"{here}process {each} has stayed" for each in processes_of(process.pid)]
    tally.complaints += [f"{here}said {said.decode()}"] if said else []
    if process.returncode == 0:
        tally.ended += 1
        return seconds
    tally.kills += 1
    return 0.0


def _check(place: Place, tally: Tally, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> None:
    """Look at what a build has left, and build to the end."""
    here = f"build {tally.kills + tally.ended - 1}: "
    found = place.files()
    is_new = [path for path in FILES if found.get(path) == new[path]]
    tally.complaints += [
        f"{here}{path} is {'torn' if path in found else 'lost'}"
        for path in FILES
        if found.get(path) not in (old[path], new[path])
    ]
    if "out/book.apkg" in is_new and "bank.lock.json" not in is_new:
        tally.complaints.append(f"{here}the deck is there before its lock")
    tally.states[f"new: {', '.join(is_new) or 'nothing'}"] += 1
    tally.left.update({each.split("/")[0] for each in place.left_over()})
    _, wrong = place.build("--cache", str(place.cache), "--jobs", "1", forked=True)
    if wrong:
        tally.complaints.append(f"{here}the next one says: {wrong}")
    tally.complaints += [
        f"{here}{path} of the next one is not what it should be"
        for path, data in place.files().items()
        if data != new[path]
    ]
    tally.complaints += [
        f"{here}{each} is there after the next one" for each in place.left_over() if each.startswith("work/")
    ]


def main() -> None:
    """Kill as many as the words say."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--forked", action="store_true", help="builds that are killed are forks, too")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cold", type=float, default=0.3, help="share that begins with an empty cache")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="in the bank")
    parser.add_argument("--quiet", action="store_true")
    words = parser.parse_args()

    def tell(tally: Tally) -> None:
        if not words.quiet and (tally.kills + tally.ended) % 25 == 0:
            print(f"{tally.kills} killed, {len(tally.complaints)} complaints", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory(prefix="try-kills-") as folder:
        tally = kills(
            Path(folder) / "place",
            count=words.kills,
            seed=words.seed,
            cold=words.cold,
            questions=words.questions,
            forked=words.forked,
            tell=tell,
        )
    print(f"seed {words.seed}: ", end="")
    print("\n".join(tally.lines()))
    sys.exit(bool(tally.complaints))


if __name__ == "__main__":
    main()
