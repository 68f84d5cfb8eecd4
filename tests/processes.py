"""Ending programs that a test started, with all their processes."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path


def processes_of(session: int) -> list[str]:
    """Return the processes of a session that have not ended."""
    return [number for number, (has_ended, _) in _session(session).items() if not has_ended]


def _session(session: int) -> dict[str, tuple[bool, float]]:
    """Return of each process of a session whether it has ended, and its processor seconds, until it is waited for."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            state, _, _, its_session, *more = entry.read_text().rpartition(")")[2].split()
            if int(its_session) == session:
                ticks = sum(
                    map(int, more[7:11])
                )  # its own, and those of children that ended: proc_pid_stat(5)
                found[entry.parent.name] = (state == "Z", ticks / os.sysconf("SC_CLK_TCK"))
    return found


def end_at_once(
    process: subprocess.Popen[str], number: signal.Signals, *, whole_session: bool = False
) -> tuple[str, str]:
    """Send a signal to a program that began a session, or to all of its processes; return what was printed.

    Asserts that all of them end soon and do no more work. The clock alone would not tell: on a busy machine
    everything takes longer.
    """
    used = _seconds_of_the_ended() + sum(seconds for _, seconds in _session(process.pid).values())
    begun = time.monotonic()
    (os.killpg if whole_session else os.kill)(process.pid, number)
    out, err = process.communicate(timeout=30)
    while processes_of(process.pid):
        time.sleep(0.01)
    assert time.monotonic() - begun < 10
    assert _seconds_of_the_ended() - used < 1
    return out, err


def _seconds_of_the_ended() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
