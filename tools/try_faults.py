"""Break builds in every way a machine can, and look at what is left of their files: one table.

    .venv/bin/python -m tools.try_faults [FAULT…] [--runs N] [--seed N]

Faults:

    kills     SIGKILL at any moment (tools/try_kills.py)
    calls     one system call on the bank's folder fails with ENOSPC, EIO, EDQUOT, EACCES or EPERM (needs strace)
    disk      the disk of the outputs has too little room (needs the right to mount in a namespace)
    stopped   a process that lays out pages is stopped while it works
    crowd     8 builds at once write into one folder

After each run, every file is that of before or that of after, whole; a deck never goes before its lock; exit status
0 means all are new; no process and no temporary file stays; a message is one line and never a traceback. Whatever is
otherwise is printed with its seed and number, and the exit status is 1.
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
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import qexport
from tools import try_kills
from tools.try_kills import VERSIONS, Place, processes_of

CALLS = {"openat": 6, "write": 12, "fsync": 8, "linkat": 8, "rename": 4, "unlink": 3, "fchmod": 6, "mkdir": 3}
"""System call → how many of them may be the one that fails; of openat only those on the files of the bank."""
ERRORS = ("ENOSPC", "EIO", "EDQUOT", "EACCES", "EPERM")
STATUSES = frozenset({0, 3, 5, 6, 7})
"""How a build may end: done, input refused, output not written, something lacks, a limit."""
CROWD = 8
QUESTIONS = 6
STOPPED_QUESTIONS = 24


@dataclass
class Row:
    """What came of one kind of fault."""

    fault: str
    runs: int = 0
    new: int = 0
    """Runs after which all files were new."""
    old: int = 0
    """Runs after which all files were as before."""
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        mixed = self.runs - self.new - self.old
        return f"| {self.fault} | {self.runs} | {self.new} | {self.old} | {mixed} | {len(self.violations)} |"


class Bench:
    """A folder with the files of one version of a bank, and those of the other to compare with."""

    def __init__(self, folder: Path, questions: int, *words: str) -> None:
        self.words = words
        self.right: list[dict[str, bytes]] = []
        calm = Place(folder / "calm", questions)
        for version in VERSIONS:
            calm.write_bank(version)
            _, wrong = calm.build("--cache", str(calm.cache), *words)
            if wrong:
                raise RuntimeError(wrong)
            self.right.append(calm.files())
            if version == VERSIONS[0]:
                self.before = shutil.copytree(calm.work, folder / "before")
        self.place = Place(folder / "broken", questions)
        if calm.cache.exists():  # a deck lays nothing out
            shutil.copytree(calm.cache, self.place.cache)

    def begin(self) -> None:
        """Put the files of the one version there, with the bank of the other."""
        shutil.rmtree(self.place.work)
        shutil.copytree(self.before, self.place.work)
        self.place.write_bank(VERSIONS[1])

    def judge(self, row: Row, here: str, status: int, said: str) -> None:
        """Look at what a run has left, and count it."""
        old, new = self.right
        found = self.place.files()
        row.runs += 1
        row.new += found == new
        row.old += found == old
        wrong = [
            f"{path} is torn or lost" for path in new if found.get(path) not in (old.get(path), new[path])
        ]
        wrong += ["ended with 0, and not all is new"] if status == 0 and found != new else []
        wrong += ["the deck is there before its lock"] if _before_its_lock(found, new) else []
        wrong += [f"{each} is left over" for each in self.place.left_over()]
        wrong += [f"ended with {status}: {said}"] if status not in STATUSES or "Traceback" in said else []
        row.violations += [f"{row.fault}, {here}: {each}" for each in wrong]

    def run(self, *before: str) -> tuple[int, str]:
        """Build to the end, by a command that has the build as its last words; return its status and what it said."""
        environment = {
            **os.environ,
            "PYTHONPATH": str(Path(qexport.__file__).parents[1]),
            "SOURCE_DATE_EPOCH": "1767225600",
            "TMPDIR": str(self.place.temporary),
            "PYTHONDONTWRITEBYTECODE": "1",  # Python's own files are renamed into place, too
        }
        words = ["build", "--bank", "bank.yaml", "--file-name", "book", "--jobs", "1", *self.words]
        done = subprocess.run(
            [*before, sys.executable, "-m", "qexport", *words, "--cache", str(self.place.cache)],
            cwd=self.place.work,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stderr


def _before_its_lock(found: dict[str, bytes], new: dict[str, bytes]) -> bool:
    deck, lock = "out/book.apkg", "bank.lock.json"
    return found.get(deck) == new.get(deck) and found.get(lock) != new.get(lock)


def try_kill(folder: Path, runs: int, seed: int) -> Row:
    tally = try_kills.kills(folder, count=runs, seed=seed)
    row = Row("kills", tally.kills + tally.ended, violations=tally.complaints)
    row.old = tally.states["new: nothing"]
    row.new = max(
        (count for state, count in tally.states.items() if state.count(",") == len(try_kills.FILES) - 1),
        default=0,
    )
    return row


def try_calls(folder: Path, runs: int, seed: int) -> Row:
    row, dice = Row("calls"), random.Random(seed)  # noqa: S311
    if not shutil.which("strace"):
        return Row("calls (no strace here)")
    bench = Bench(folder, QUESTIONS, "--format", "deck")
    work = bench.place.work
    for number in range(runs):
        bench.begin()
        call, error = list(CALLS)[number % len(CALLS)], dice.choice(ERRORS)
        nth = dice.randint(1, CALLS[call])
        names = ("out", "bank.yaml", *try_kills.FILES) if call == "openat" else ()
        paths = [word for name in names for path in (name, str(work / name)) for word in ("-P", path)]
        inject = ("-e", f"trace={call}", "-e", f"inject={call}:error={error}:when={nth}")
        log = ("-o", str(folder / "trace"))
        status, said = bench.run("strace", "-f", "-qq", *log, *paths, *inject)
        bench.judge(row, f"run {number}: {call} {nth} {error}", status, said)
    return row


def try_disk(folder: Path, runs: int, seed: int) -> Row:
    mount = ["unshare", "-rm", "sh", "-euc"]
    probe = subprocess.run([*mount, "mount -t tmpfs none /tmp"], capture_output=True, check=False)
    if probe.returncode:
        return Row("disk (no namespaces here)")
    row, dice = Row("disk"), random.Random(seed)  # noqa: S311
    bench = Bench(folder, QUESTIONS, "--format", "deck")
    size = sum(map(len, bench.right[1].values()))
    for number in range(runs):
        bench.begin()
        room = 4096 * dice.randrange(1, 2 + (size + 65_536) // 4096)
        # The old files are on the small disk, which gets as much more room as is drawn.
        script = (
            f'mkdir ../old && cp -a . ../old; mount -t tmpfs -o size={size + 16_384 + room} none "$PWD"; '
            'cd "$PWD"; cp -a ../old/. .; status=0; "$@" || status=$?; cp -a . ../left; exit $status'
        )
        for name in ("old", "left"):
            shutil.rmtree(bench.place.work.parent / name, ignore_errors=True)
        status, said = bench.run(*mount, script, "sh")
        shutil.rmtree(bench.place.work)
        (bench.place.work.parent / "left").rename(bench.place.work)
        bench.judge(row, f"run {number}: {room} bytes", status, said)
    return row


def try_stopped(folder: Path, runs: int, seed: int) -> Row:
    row, dice = Row("stopped"), random.Random(seed)  # noqa: S311
    bench = Bench(folder, STOPPED_QUESTIONS, "--jobs", "2")
    for number in range(runs):
        bench.begin()
        shutil.rmtree(bench.place.cache, ignore_errors=True)
        process = bench.place.started("--cache", str(bench.place.cache), "--jobs", "2")
        others: list[int] = []
        give_up = time.monotonic() + 120
        while len(others) < 2 and process.poll() is None and time.monotonic() < give_up:
            time.sleep(0.02)
            others = [each for each in processes_of(process.pid) if each != process.pid]
        time.sleep(dice.random())
        with suppress(ProcessLookupError, IndexError):
            os.kill(dice.choice(others), signal.SIGSTOP)
        try:
            _, said = process.communicate(timeout=300)
        except subprocess.TimeoutExpired:
            for each in processes_of(process.pid):
                os.kill(each, signal.SIGKILL)
            _, said = process.communicate()
            row.violations.append(f"stopped, run {number}: it waited for ever")
        bench.judge(row, f"run {number}", process.returncode, said.decode())
    return row


def try_crowd(folder: Path, runs: int, seed: int) -> Row:  # noqa: ARG001  nothing is drawn here
    row = Row(f"crowd of {CROWD}")
    bench = Bench(folder, QUESTIONS, "--format", "deck")
    for number in range(runs):
        bench.begin()
        started = [bench.place.started("--no-cache", "--format", "deck") for _ in range(CROWD)]
        ends = [(process.communicate()[1].decode(), process.returncode) for process in started]
        for said, status in ends:
            if status:
                row.violations.append(f"crowd, run {number}: ended with {status}: {said}")
        bench.judge(row, f"run {number}", 0, "")
    return row


FAULTS: dict[str, Callable[[Path, int, int], Row]] = {
    "kills": try_kill,
    "calls": try_calls,
    "disk": try_disk,
    "stopped": try_stopped,
    "crowd": try_crowd,
}


def rows(names: list[str], runs: int, seed: int) -> Iterator[Row]:
    """Yield what came of each fault."""
    for name in names:
        with tempfile.TemporaryDirectory(prefix=f"try-faults-{name}-") as folder:
            yield FAULTS[name](Path(folder), runs, seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("faults", nargs="*", choices=[*FAULTS, []], help="default: all")
    parser.add_argument("--runs", type=int, default=50, help="of each fault")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    print(f"seed {words.seed}\n\n| fault | runs | all new | all as before | some new | violations |")
    print("| --- | --- | --- | --- | --- | --- |")
    violations: list[str] = []
    for row in rows(words.faults or list(FAULTS), words.runs, words.seed):
        print(row, flush=True)
        violations += row.violations
    print("\n".join(["", *violations]) if violations else "\nno violations")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
