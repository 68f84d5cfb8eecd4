"""The process in which inputs are tried: bounded memory, watched from outside, nothing that no reader needs."""

from __future__ import annotations

import mmap
import os
import resource
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMORY_LIMIT = 1 << 30
"""Bytes of address space more than before the first input."""

_PAUSE = 0.05
"""Seconds between two looks at the child."""


class Shared:
    """The input a child is at, in memory that outlives it."""

    SIZE = 1 << 21

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, self.SIZE)

    def note(self, number: int, data: bytes) -> None:
        kept = data[: self.SIZE - 16]
        self._memory[16 : 16 + len(kept)] = kept
        self._memory[:16] = struct.pack(">QQ", number + 1, len(kept))

    def noted(self) -> tuple[int, bytes]:
        number, length = struct.unpack(">QQ", self._memory[:16])
        return number - 1, self._memory[16 : 16 + length]


def end_of(child: Callable[[], None], progress: Callable[[], int], patience: float) -> str:
    """Run something in a child process; return how it died, or nothing. One that stands still is killed."""
    number = os.fork()
    if not number:
        status = 1
        try:
            child()
            status = 0
        except BaseException:  # noqa: BLE001  a mistake of the fuzzer's own
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)
    at, waited = -1, 0.0
    while True:
        ended, status = os.waitpid(number, os.WNOHANG)
        if ended:
            break
        time.sleep(_PAUSE)
        waited += _PAUSE  # not the clock's time: both may have been stopped meanwhile
        if (now := progress()) != at:
            at, waited = now, 0.0
        elif waited > patience:
            os.kill(number, signal.SIGKILL)
            os.waitpid(number, 0)
            return f"it hung for {patience:g} s, where Python could not interrupt it"
    if os.WIFSIGNALED(status):
        return f"the process died of {signal.Signals(os.WTERMSIG(status)).name}"
    return f"the process ended with {os.WEXITSTATUS(status)}" if status else ""


def confine(scratch: Path) -> None:
    """Bound this process's memory; make what no reader may do an error from now on."""
    sys.dont_write_bytecode = True
    if Path("/proc/self/statm").exists():
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        size = pages * resource.getpagesize() + MEMORY_LIMIT
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))
    inside = str(scratch)

    def judge(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _FORBIDDEN or event.startswith(("socket.", "os.exec", "os.spawn")):
            raise AssertionError(f"a reader wants {event}{arguments[:1]!r}")
        if event == "open":
            path, mode, flags = arguments
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if writes and isinstance(path, str) and not path.startswith((inside, "/dev/null")):
                raise AssertionError(f"a reader opens {path!r} with {mode!r}")

    sys.addaudithook(judge)


_FORBIDDEN = frozenset(
    ("subprocess.Popen", "os.system", "os.posix_spawn", "os.fork", "ctypes.dlopen", "urllib.Request")
)
