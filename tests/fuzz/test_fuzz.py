"""The fuzzer in short: what once failed is replayed, every reader gets some new inputs, and it sees what it is for.

A longer run: `.venv/bin/python -m tools.fuzz --inputs 100000 --seed 1`.
"""

from __future__ import annotations

import importlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from qexport.common.errors import InputRefused, Location, Problem, QexportError, UsageError

ROOT = Path(__file__).resolve().parents[2]
fuzzer: Any = importlib.import_module("tools.fuzz")
targets: Any = importlib.import_module("tools.fuzz_targets")

NAMES = sorted(targets.TARGETS)
INPUTS = 60
"""A target gets as many new ones for each of its shares: 20 s for all."""


def test_every_target_has_seeds_and_all_seeds_a_target() -> None:
    assert sorted(path.name for path in targets.CORPUS.iterdir()) == NAMES
    assert [name for name in NAMES if len(targets.TARGETS[name].seeds()) < 1] == []


@pytest.mark.parametrize("name", NAMES)
def test_what_is_known_to_be_hard_is_read_or_refused_in_words(name: str, tmp_path: Path) -> None:
    trial = fuzzer.Trial(targets.TARGETS[name], tmp_path)
    ends = []
    for data in targets.TARGETS[name].seeds():
        if broken := trial.ending(data):
            raise broken
        ends.append(trial.outcome)
    assert "read" in ends  # else the seeds are of another time, and lead nowhere


@pytest.mark.parametrize("name", NAMES)
def test_whatever_comes_is_read_or_refused_in_words(name: str, tmp_path: Path) -> None:
    target = targets.TARGETS[name]
    inputs = len(target.seeds()) + INPUTS * target.share // 4
    report = fuzzer.fuzz(target, inputs=inputs, seed=1, scratch=tmp_path)
    assert [finding.told for finding in report.findings] == []
    assert report.inputs == inputs
    assert report.ways > 10


def test_the_same_seed_gives_the_same_inputs(tmp_path: Path) -> None:
    def digest(seed: int) -> str:
        report = fuzzer.fuzz(targets.TARGETS["query"], inputs=150, seed=seed, scratch=tmp_path)
        return str(report.digest)

    digest(7)  # what the program computes once and keeps is a way that the next run does not go
    first, second, other = digest(7), digest(7), digest(8)
    assert first == second
    assert first != other


# That it would see


def loop() -> None:
    while True:
        time.sleep(0.001)


def swallow() -> None:
    with suppress(Exception):
        loop()


def refuse(error: QexportError) -> None:
    raise error


ENDINGS: dict[bytes, Callable[[], object]] = {
    b"key": lambda: dict[str, str]()["x"],
    b"loop": loop,
    b"swallow": swallow,
    b"empty": lambda: refuse(InputRefused(())),
    b"control": lambda: refuse(UsageError("what \x1b[31m is this")),
    b"silent": lambda: refuse(InputRefused((Problem(Location("x"), ""),))),
    b"bug": lambda: refuse(QexportError("told as a bug")),
    b"fine": lambda: refuse(UsageError("a mistake", hint="what would be right")),
}


def broken_by(data: bytes, _scratch: Path) -> None:
    ENDINGS[data]()


def trial_of(data: bytes, tmp_path: Path) -> BaseException | None:
    target = targets.Target("broken", broken_by, lambda _rng, data, _others: data, "")
    ending: BaseException | None = fuzzer.Trial(target, tmp_path, time_limit=0.2).ending(data)
    return ending


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"key", "KeyError", "'x'"),
        (b"loop", "TooSlow", "longer than 0.2 s"),
        (b"swallow", "TooSlow", "longer than 0.2 s"),
        (b"empty", "Broken", "refused without a reason"),
        (b"control", "Broken", "a message holds '\\x1b': 'what \\x1b[31m is this'"),
        (b"silent", "Broken", "a message is empty"),
        (b"bug", "Broken", "an input is told as a bug of ours: told as a bug"),
    ],
)
def test_a_broken_promise_is_seen(data: bytes, kind: str, words: str, tmp_path: Path) -> None:
    ending = trial_of(data, tmp_path)
    assert (type(ending).__name__, str(ending)) == (kind, words)


def test_a_promise_that_is_kept_is_no_finding(tmp_path: Path) -> None:
    assert trial_of(b"fine", tmp_path) is None


def test_a_finding_is_cut_down_to_what_shows_it() -> None:
    assert fuzzer.cut_down(b"much beside it, and key" + b"!" * 500, lambda data: b"key" in data) == b"key"


DEEP = """
def read(data, scratch):
    if data[:1] == b"a":
        if data[1:2] == b"b":
            if data[2:3] == b"c":
                raise KeyError("deep")
"""


def test_inputs_that_lead_on_are_kept_and_changed_further(tmp_path: Path) -> None:
    """What blind chance meets once in 16 million inputs takes some thousand where each step is kept."""
    namespace: dict[str, Any] = {}
    exec(compile(DEEP, str(ROOT / "src" / "deep.py"), "exec"), namespace)

    def mutate(rng: random.Random, data: bytes, _others: Sequence[bytes]) -> bytes:
        at = rng.randrange(len(data))
        return data[:at] + rng.randbytes(1) + data[at + 1 :]

    class Deep(targets.Target):  # type: ignore[misc]
        def seeds(self) -> list[bytes]:
            return [b"xxx"]

    report = fuzzer.fuzz(Deep("deep", namespace["read"], mutate, ""), inputs=8000, seed=1, scratch=tmp_path)
    [finding] = report.findings
    assert finding.data == b"abc"
    assert report.kept == 2


SCRIPT = """
import os, signal, sys
sys.path[:0] = [{root!r}, {src!r}]
from tools import fuzz, fuzz_targets
fuzz.TARGETS["dying"] = fuzz_targets.Target("dying", {read}, lambda rng, data, others: b"x", "")
fuzz_targets.Target.seeds = lambda self: [b"seed"]
report = fuzz.fuzz_apart(fuzz.TARGETS["dying"], inputs=3, seed=1, seconds=60, time_limit=0.1, patience=1)
print(report.inputs, [(each.data, each.told) for each in report.findings])
"""


@pytest.mark.parametrize(
    ("read", "told"),
    [
        ("lambda data, scratch: data == b'x' and os.kill(os.getpid(), 11)", "the process died of SIGSEGV\n"),
        (
            "lambda data, scratch: data == b'x' and (signal.pthread_sigmask(0, [14]), __import__('time').sleep(60))",
            "it hung for 1 s, where Python could not interrupt it\n",
        ),
    ],
    ids=["dies", "hangs"],
)
def test_an_input_that_ends_the_process_is_a_finding_and_the_others_follow(read: str, told: str) -> None:
    script = SCRIPT.format(root=str(ROOT), src=str(ROOT / "src"), read=read)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    # Each child begins with the seed, and dies of what comes next.
    assert done.stdout == f"3 {[(b'x', told)]}\n", done.stderr


READS = {
    "opens a socket": "__import__('socket').create_connection(('127.0.0.1', 9))",
    "starts a process": "__import__('subprocess').run(['true'])",
    "writes elsewhere": "open('/tmp/elsewhere', 'w')",
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_reader_may_not_do_what_no_reader_needs(read: str) -> None:
    script = SCRIPT.format(root=str(ROOT), src=str(ROOT / "src"), read=f"lambda data, scratch: {read}")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert "AssertionError: a reader" in done.stdout, done.stderr


def test_the_command_tells_what_it_did_and_ends_with_0(tmp_path: Path) -> None:
    words = ["query", "options", "--inputs", "80", "--seed", "5", "--findings", str(tmp_path)]
    done = subprocess.run(
        [sys.executable, "-m", "tools.fuzz", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    first, *_, last = done.stdout.splitlines()
    assert first.startswith("seed 5, 80 inputs for 2 targets, Python ")
    assert last.startswith("80 inputs in ")
    assert last.endswith(": 0 findings")


def test_the_handler_of_alarms_is_put_back(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGALRM)
    trial_of(b"fine", tmp_path)
    assert signal.getsignal(signal.SIGALRM) is before
