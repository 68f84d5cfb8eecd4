"""Feed every reader changed inputs: whatever comes, it is read, or refused in words.

    .venv/bin/python -m tools.fuzz --inputs 100000 --seed 1
    .venv/bin/python -m tools.fuzz decks --inputs 100000 --watch-every 10
    .venv/bin/python -m tools.fuzz query recipes --seconds 60
    .venv/bin/python -m tools.fuzz bank-yaml --replay out/fuzz/bank-yaml-1a2b3c4d

An input that reaches lines of the program in an order not seen before is kept and changed further: so inputs get
deeper without anybody telling how. Every target draws from a generator of its own, seeded by the seed and its name:
the same seed gives a target the same inputs, alone or among others.

A finding is an input that ends in anything but a result or a QexportError with words to print; that takes longer
than the limit, or more memory; that opens a connection, starts a process or writes beside its own folder. It is cut
down to what still shows it and written to `--findings`, with how it ended and how to repeat it. The status is then 1.
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
import re
import resource
import signal
import struct
import sys
import tempfile
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from qexport.common.errors import QexportError
from tools.fuzz_process import Shared, confine, end_of
from tools.fuzz_targets import FAMILIES, ROOT, TARGETS, Target, check_error
from tools.fuzz_ways import SOURCES, Ways

TIME_LIMIT = 10.0
"""Seconds of the processor for one input."""
WAITING = 6.0
"""How many times as long one input may take by the clock: so one that only waits is ended as well."""
_TICKS = 10
"""In how many steps that time is counted: a process that was stopped meanwhile finds one step, not all, over."""
PATIENCE = 120.0
"""Seconds after which a process that Python cannot interrupt is killed."""
MOST_MEMORY = 500
"""MB that a process may have had at most, the interpreter and the program included."""
WATCHED_FIRST = 2000
"""Inputs of a target that are watched in any case."""
MOST_KEPT = 3000
"""Inputs a target goes on from."""
SLOW = 0.3
"""Seconds of the processor, watched, from which on an input is not worth going on from."""
KILOBYTES = 1024 if sys.platform == "linux" else 1024 * 1024
"""What `ru_maxrss` counts in, to a MB."""
_TRIES_TO_CUT = 300
_IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  a folder of its own is made in it


class TooSlow(BaseException):  # not an Exception: nothing in the program may catch it
    """One input took longer than the limit."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An input that broke the contract."""

    target: str
    data: bytes
    """Cut down."""
    told: str
    """How it ended: the traceback, or what was seen from outside."""
    number: int
    """The how manieth input of its target it was, from 0."""

    @property
    def name(self) -> str:
        """Of its file."""
        return f"{self.target}-{sha256(self.data).hexdigest()[:8]}"


@dataclass(slots=True)
class Report:
    """What became of one target."""

    target: str
    inputs: int = 0
    read: int = 0
    """How many were read; the others were refused."""
    kept: int = 0
    ways: int = 0
    """Pairs of lines seen one after the other."""
    slowest: float = 0.0
    seconds: float = 0.0
    findings: list[Finding] = field(default_factory=list)
    memory: int = 0
    """MB that its processes had at most."""
    digest: str = ""
    """Of all inputs, in their order."""
    slowest_input: bytes = b""


# One input


class Trial:
    """Gives inputs to a target and says how each ended."""

    def __init__(self, target: Target, scratch: Path, time_limit: float = TIME_LIMIT) -> None:
        self.target = target
        self.scratch = scratch
        self.time_limit = time_limit
        self.outcome = ""
        self.seconds = 0.0

    def ending(self, data: bytes) -> BaseException | None:
        """Return what broke the contract, or nothing; `outcome` says in short how it ended."""
        begun = time.process_time()  # what else the machine does must not decide which inputs are kept
        broken: BaseException | None = None
        self.outcome = "read"
        try:
            with _limited(self.time_limit):
                self.target.read(data, self.scratch)
        except QexportError as error:
            self.outcome = _shape(error)
            try:
                check_error(error)
            except AssertionError as wrong:
                wrong.__cause__ = error
                broken = wrong
        except (Exception, TooSlow) as error:  # noqa: BLE001  whatever it is, it is what is looked for
            broken = error
        self.seconds = time.process_time() - begun
        return broken


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    ticks = 0

    def end(_number: int, _frame: object) -> None:
        raise TooSlow(f"longer than {seconds:g} s")

    def tick(number: int, frame: object) -> None:
        nonlocal ticks
        ticks += 1
        if ticks >= _TICKS:
            end(number, frame)

    before = signal.signal(signal.SIGALRM, tick), signal.signal(signal.SIGPROF, end)
    # Again every second: where Python cannot raise, as in __del__, the first is lost.
    signal.setitimer(signal.ITIMER_PROF, seconds, 1.0)
    signal.setitimer(signal.ITIMER_REAL, seconds * WAITING / _TICKS, seconds * WAITING / _TICKS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before[0])
        signal.signal(signal.SIGPROF, before[1])


def _shape(error: QexportError) -> str:
    """Return a refusal without what it quotes: another one is another way the program went."""
    said = "; ".join(each.message for each in getattr(error, "problems", ())[:3]) or error.message
    return re.sub(r"'[^']*'|\"[^\"]*\"|[0-9][0-9,]*", "_", said)[:120]


def _place(error: BaseException) -> str:
    """Return the kind of an error and where it was raised: findings with the same are one."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if frame.filename.startswith(SOURCES)] or list(frames)
    # Something that takes too long is interrupted anywhere.
    last = ours[min(3, len(ours) - 1)] if isinstance(error, TooSlow) and ours else ours[-1] if ours else None
    words = re.sub(r"'.*|\".*|[0-9]+", "", str(error))[:40] if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} {words} {last.filename}:{last.name}" if last else type(error).__name__


def cut_down(data: bytes, shows_it: Callable[[bytes], bool], tries: int = _TRIES_TO_CUT) -> bytes:
    """Return a short input that still shows what is wrong: pieces are left out as long as it does."""
    size = max(1, len(data) // 2)
    while tries > 0:
        at, shorter = 0, False
        while at < len(data) and tries > 0:
            candidate = data[:at] + data[at + size :]
            tries -= 1
            if shows_it(candidate):
                data, shorter = candidate, True
            else:
                at += size
        if size == 1 and not shorter:
            break
        size = max(1, size // 2)
    return data


# Many inputs


def fuzz(
    target: Target,
    *,
    inputs: int,
    seed: int,
    seconds: float = float("inf"),
    scratch: Path,
    before_each: Callable[[int, bytes], None] = lambda _number, _data: None,
    time_limit: float = TIME_LIMIT,
    watch_every: int = 1,
) -> Report:
    """Give a target its seeds, then changed ones; end after so many inputs or seconds, whatever is first.

    After the first inputs, only every so many is watched for the lines it reaches: watching takes most of the time.
    """
    rng = random.Random(f"{seed} {target.name}")  # noqa: S311  drawn by lot so that it can be drawn again
    trial, ways, report = Trial(target, scratch, time_limit), Ways(), Report(target.name)
    seeds = target.seeds()
    pool = list(seeds)
    outcomes: set[str] = set()
    places: Counter[str] = Counter()
    digest = sha256()
    begun = time.monotonic()
    for number in range(inputs):
        if time.monotonic() - begun > seconds:
            break
        if number < len(seeds):
            data = seeds[number]
        else:  # of two drawn the younger: what was found last is the least known
            parent = pool[max(rng.randrange(len(pool)), rng.randrange(len(pool)))]
            data = target.mutate(rng, parent, pool)
        digest.update(struct.pack(">Q", len(data)) + data)
        before_each(number, data)
        is_watched = number < WATCHED_FIRST or number % watch_every == 0
        with ways.watched() if is_watched else nullcontext():
            broken = trial.ending(data)
        if isinstance(broken, TooSlow):  # watching takes some times as long
            broken = trial.ending(data)
        report.inputs += 1
        if trial.seconds > report.slowest:
            report.slowest, report.slowest_input = trial.seconds, data
        report.read += trial.outcome == "read" and broken is None
        if broken is not None:
            place = _place(broken)
            places[place] += 1
            if places[place] == 1:
                report.findings.append(_finding(trial, data, broken, number))
        elif ((is_watched and ways.are_new()) or trial.outcome not in outcomes) and trial.seconds < SLOW:
            outcomes.add(trial.outcome)
            if number >= len(seeds) and len(pool) < MOST_KEPT:
                pool.append(data)
                report.kept += 1
    report.ways = len(ways.seen)
    report.seconds = time.monotonic() - begun
    report.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // KILOBYTES
    report.digest = digest.hexdigest()
    return report


def _finding(trial: Trial, data: bytes, broken: BaseException, number: int) -> Finding:
    place = _place(broken)

    def shows_it(candidate: bytes) -> bool:
        again = trial.ending(candidate)
        return again is not None and _place(again) == place

    if not isinstance(broken, TooSlow):  # each try of which would take the whole limit again
        data = cut_down(data, shows_it)
        broken = trial.ending(data) or broken
    return Finding(trial.target.name, data, "".join(traceback.format_exception(broken)), number)


# In a process of its own


def fuzz_apart(
    target: Target,
    *,
    inputs: int,
    seed: int,
    seconds: float,
    time_limit: float = TIME_LIMIT,
    patience: float = PATIENCE,
    watch_every: int = 1,
) -> Report:
    """Fuzz in a child process, which may die of an input: that is a finding, and another child goes on."""
    whole = Report(target.name)
    for life in range(20):
        if inputs <= 0 or seconds <= 0:
            break
        part = _one_life(
            target,
            inputs=inputs,
            seed=seed + 1_000_000 * life,
            seconds=seconds,
            time_limit=time_limit,
            patience=patience,
            watch_every=watch_every,
        )
        whole = _together(whole, part)
        inputs -= part.inputs
        seconds -= part.seconds
    return whole


def _one_life(
    target: Target,
    *,
    inputs: int,
    seed: int,
    seconds: float,
    time_limit: float,
    patience: float,
    watch_every: int,
) -> Report:
    """Fuzz in one child until all is done, or it dies."""
    shared = Shared()
    with tempfile.TemporaryDirectory(prefix="qexport-fuzz-", dir=_IN_MEMORY) as folder:
        scratch, result = Path(folder), Path(folder) / "report"

        def child() -> None:
            confine(scratch)
            made = fuzz(
                target,
                inputs=inputs,
                seed=seed,
                seconds=seconds,
                scratch=scratch,
                before_each=shared.note,
                time_limit=time_limit,
                watch_every=watch_every,
            )
            result.write_bytes(pickle.dumps(made))

        begun = time.monotonic()
        how = end_of(child, lambda: shared.noted()[0], patience)
        if not how:
            report: Report = pickle.loads(result.read_bytes())  # noqa: S301  our own child wrote it
            return report
        number, data = shared.noted()
        finding = Finding(target.name, data, f"{how}\n", number)
        return Report(target.name, inputs=number + 1, seconds=time.monotonic() - begun, findings=[finding])


def _together(one: Report, other: Report) -> Report:
    return Report(
        one.target,
        one.inputs + other.inputs,
        one.read + other.read,
        one.kept + other.kept,
        max(one.ways, other.ways),
        max(one.slowest, other.slowest),
        one.seconds + other.seconds,
        [*one.findings, *other.findings],
        max(one.memory, other.memory),
        other.digest or one.digest,
        max(one, other, key=lambda report: report.slowest).slowest_input,
    )


# The command


def main() -> int:
    arguments = _arguments()
    warnings.simplefilter("error")
    names = [name for said in arguments.targets or TARGETS for name in FAMILIES.get(said, (said,))]
    targets = [TARGETS[name] for name in dict.fromkeys(names)]
    if arguments.replay:
        return _replay(targets, arguments.replay, arguments.time_limit)
    python = sys.version.split()[0]
    print(f"seed {arguments.seed}, {arguments.inputs:,} inputs for {len(targets)} targets, Python {python}")
    print(
        f"{'target':<15} {'inputs':>8} {'read':>8} {'kept':>6} {'ways':>6} {'slowest':>9} {'memory':>7} {'time':>7}  "
        "findings",
        flush=True,
    )
    begun, total, count = time.monotonic(), 0, 0
    inputs, shares = arguments.inputs, sum(target.share for target in targets)
    for place, target in enumerate(targets):
        remaining = arguments.seconds - (time.monotonic() - begun)
        part = inputs * target.share // shares
        inputs, shares = inputs - part, shares - target.share
        made = fuzz_apart(
            target,
            inputs=part,
            seed=arguments.seed,
            seconds=remaining / (len(targets) - place),
            time_limit=arguments.time_limit,
            watch_every=arguments.watch_every,
        )
        print(
            f"{target.name:<15} {made.inputs:8,} {made.read:8,} {made.kept:6,} {made.ways:6,} "
            f"{made.slowest * 1000:6.0f} ms {made.memory:4} MB {made.seconds:5.0f} s  {len(made.findings)}",
            flush=True,
        )
        if made.slowest > 1:  # no finding yet, but what one may be found near
            arguments.findings.mkdir(parents=True, exist_ok=True)
            (arguments.findings / f"{target.name}-slowest").write_bytes(made.slowest_input)
        for finding in made.findings:
            _write(finding, arguments.findings, arguments.seed)
        total += made.inputs
        count += len(made.findings)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // KILOBYTES
    print(f"{total:,} inputs in {time.monotonic() - begun:,.0f} s, {peak:,} MB at most: {count} findings")
    if peak > MOST_MEMORY:
        print(f"more than {MOST_MEMORY} MB were needed")
    return 1 if count or peak > MOST_MEMORY else 0


def _arguments() -> argparse.Namespace:
    listed = "\n".join(f"  {target.name:<15} {target.describe}" for target in TARGETS.values())
    families = "\n".join(f"  {name:<15} {', '.join(names)}" for name, names in FAMILIES.items())
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"targets:\n{listed}\n\nfamilies:\n{families}",
    )
    parser.add_argument(
        "targets", nargs="*", metavar="TARGET", help="targets or families to fuzz; without it, everything"
    )
    parser.add_argument("--inputs", type=int, default=100_000, help="how many in all (100000)")
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="end after this time, whatever is left"
    )
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same inputs (1)")
    parser.add_argument(
        "--watch-every",
        type=int,
        default=1,
        metavar="N",
        help="look which lines every N-th input reaches (1)",
    )
    parser.add_argument(
        "--time-limit", type=float, default=TIME_LIMIT, help="seconds of the processor for one input (10)"
    )
    parser.add_argument("--findings", type=Path, default=ROOT / "out" / "fuzz", help="a folder (out/fuzz)")
    parser.add_argument(
        "--replay", type=Path, nargs="+", metavar="FILE", help="try these inputs, and no others"
    )
    arguments = parser.parse_args()
    for name in arguments.targets:
        if name not in TARGETS and name not in FAMILIES:
            parser.error(f"no target {name!r}; there are: {', '.join((*FAMILIES, *TARGETS))}")
    return arguments


def _replay(targets: Sequence[Target], paths: Sequence[Path], time_limit: float) -> int:
    status = 0
    for target in targets:
        with tempfile.TemporaryDirectory(prefix="qexport-fuzz-") as scratch:
            for path in paths:
                trial = Trial(target, Path(scratch), time_limit)
                broken = trial.ending(path.read_bytes())
                said = (
                    trial.outcome if broken is None else "".join(traceback.format_exception(broken)).rstrip()
                )
                print(f"{target.name} {path} {trial.seconds * 1000:.0f} ms: {said}")
                status |= broken is not None
    return status


def _write(finding: Finding, folder: Path, seed: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / finding.name
    path.write_bytes(finding.data)
    repeat = (
        f"input {finding.number} of target {finding.target}, seed {seed}\n"
        f"again: .venv/bin/python -m tools.fuzz {finding.target} --replay {path}\n\n{finding.told}"
    )
    path.with_name(f"{path.name}.txt").write_text(repeat, "utf-8", "backslashreplace")
    last = finding.told.strip().splitlines()[-1][:200] if finding.told.strip() else ""
    print(f"    {path}: {last}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
