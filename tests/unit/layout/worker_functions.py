"""What the tests of workers let other processes do. These import this file, and nothing that takes time."""

from __future__ import annotations

import atexit
import os
import signal
import threading
import time
import weakref
from pathlib import Path

from qexport.common.errors import UsageError


def square(number: int) -> int:
    return number * number


def later_the_smaller(number: int) -> int:
    time.sleep((4 - number) * 0.05)
    return number


def process_of(_: int) -> int:
    time.sleep(0.02)  # so that one alone does not take all
    return os.getpid()


class _Page:
    """A cycle of objects, as a page is that was laid out."""

    def __init__(self) -> None:
        self.itself = self


_pages: list[weakref.ref[_Page]] = []


def count_pages(_: int) -> int:
    """Make a page, and return how many of those made before are still there."""
    left = sum(each() is not None for each in _pages)
    _pages.append(weakref.ref(_Page()))
    return left


def leave_a_note(path: Path) -> None:
    with path.open("a") as file:
        file.write("prepared\n")


class ImportedSlowly:
    """What ends a process while it is read, and makes another error of that, as some modules written in C do."""

    def __reduce__(self) -> tuple[object, ...]:
        return end_while_importing, ()


def end_while_importing() -> None:
    try:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    except SystemExit:
        message = 'PyCapsule_Import could not import module "datetime"'
        raise ImportError(message) from None


def threads_of(_: int) -> int:
    return threading.active_count()


def refuse(number: int) -> int:
    if number == 3:
        raise UsageError("three is refused", hint="take four")
    return number


def vanish(_: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def crash(_: int) -> int:
    os.kill(os.getpid(), signal.SIGSEGV)
    return 0


def stop_at_three(number: int) -> int:
    if number == 3:
        os.kill(os.getpid(), signal.SIGSTOP)
    return number


def tidy_up_slowly(folder: Path) -> int:
    def tidy_up() -> None:
        time.sleep(0.02)
        (folder / str(os.getpid())).touch()

    atexit.register(tidy_up)
    time.sleep(0.01)  # so that each gets one
    return 0


def sleep(seconds: int) -> int:
    time.sleep(seconds)
    return seconds


_noted: list[object] = []


def note(item: object) -> None:
    """Remember something, and in which process it was."""
    _noted.extend([item, os.getpid()])


def noted(_: object) -> tuple[list[object], int]:
    """Return what this process remembers, and which it is."""
    return list(_noted), os.getpid()
