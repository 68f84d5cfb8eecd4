"""Processes that work for this one, and end when it does.

    items → batches → whichever process is idle → results, in the order of the items

`concurrent.futures` has a pool of processes too, but it takes all items at once (here: the HTML of a whole
book), cannot be told to end its processes before Python 3.14, and up to 3.11.4 waits for ever where one dies
while its queue is full. The processes of `multiprocessing`, of which only the pipes are used here, need another one
beside them, and complain if they are killed, or the one they work for is, while they start.
"""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any, Self, TypeVar

from qexport.errors import LimitExceeded

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from types import TracebackType

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 1.0
"""Seconds a process gets to tidy up after itself before it is ended as it is."""


class Workers:
    """Processes that are started when there is work for them, and ended with the `with` block.

    Each begins with `prepare`, while what it is to work on is still being made.
    """

    def __init__(self, limit: int, prepare: Callable[[], None] | None = None) -> None:
        self.limit = limit
        self.prepare = prepare
        self._processes: dict[Connection, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(list(self._processes), at_once=kind is not None)

    def end(self) -> None:
        """End them; what comes after starts others."""
        self._end(list(self._processes), at_once=False)

    @property
    def running(self) -> bool:
        """Whether any process has been started."""
        return bool(self._processes)

    def map(
        self, function: Callable[[T], R], items: Iterable[T], *, chunksize: int = 1, count: int | None = None
    ) -> Iterator[R]:
        """Yield function(item) for each item, in their order; items are taken as processes are free for them.

        Where it is known how many there are, batches get smaller towards the end, so that all processes end together.
        """
        from multiprocessing import connection  # not above: a build from the cache needs none of it

        batches = enumerate(_batches(items, _sizes(chunksize, count, self.limit)))
        while count and len(self._processes) < min(self.limit, count):
            self._start()
        idle = list(self._processes)
        at_work: dict[Connection, int] = {}
        finished: dict[int, list[R]] = {}
        number = 0
        try:
            while True:
                while (idle or len(self._processes) < self.limit) and (following := next(batches, None)):
                    pipe = idle.pop() if idle else self._start()
                    at_work[pipe] = following[0]
                    self._send(pipe, (function, following[1]))
                while number in finished:  # while the processes are busy with what comes next
                    yield from finished.pop(number)
                    number += 1
                if not at_work:
                    return
                ready = connection.wait(at_work)
                for pipe in [pipe for pipe in at_work if pipe in ready]:
                    finished[at_work.pop(pipe)] = self._receive(pipe)
                    idle.append(pipe)
        finally:
            self._end(list(at_work), at_once=True)  # what nobody waits for any more

    def _start(self) -> Connection:
        from multiprocessing.connection import Pipe

        ours, theirs = Pipe()
        handle = theirs.fileno()
        program = f"import sys; sys.path[:] = {[*map(str, sys.path)]}; from qexport.workers import work; work({handle})"
        python = [sys.executable, "-P", *(f"-W{option}" for option in sys.warnoptions)]
        with _ctrl_c_later():
            self._processes[ours] = subprocess.Popen(
                [*python, "-c", program], stdin=subprocess.DEVNULL, pass_fds=[handle]
            )
        theirs.close()
        self._send(ours, self.prepare)
        return ours

    def _end(self, pipes: Iterable[Connection], *, at_once: bool) -> None:
        ending = {pipe: self._processes.pop(pipe) for pipe in pipes if pipe in self._processes}
        for pipe, process in ending.items():
            pipe.close()  # ends a process that waits for work
            if at_once:
                process.terminate()
        for process in ending.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE)
            process.kill()
            process.wait()

    def _send(self, pipe: Connection, work: object) -> None:
        try:
            pipe.send(work)
        except ConnectionError as error:
            raise self._lost(pipe) from error

    def _receive(self, pipe: Connection) -> list[Any]:
        try:
            outcome = pipe.recv()
        except (EOFError, ConnectionError) as error:
            raise self._lost(pipe) from error
        if isinstance(outcome, Exception):
            raise outcome
        results: list[Any] = outcome
        return results

    def _lost(self, pipe: Connection) -> LimitExceeded:
        process = self._processes[pipe]
        with suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        return LimitExceeded(
            f"a process that was laying out pages has ended by itself (status {process.returncode})",
            hint="status -9: there was too little memory; fewer processes take less: --jobs 1",
        )


def _sizes(most: int, count: int | None, processes: int) -> Iterator[int]:
    while True:
        size = most if count is None else max(1, min(most, count // (2 * processes)))
        yield size
        count = None if count is None else count - size


def _batches(items: Iterable[T], sizes: Iterable[int]) -> Iterator[list[T]]:
    iterator = iter(items)
    for size in sizes:
        batch = list(islice(iterator, size))
        if not batch:
            return
        yield batch


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Hold Ctrl-C back for a moment. Processes started meanwhile never get it: this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def work(handle: int) -> None:
    """Do what comes down a pipe, first how to prepare for it, until nothing more does."""
    from multiprocessing.connection import Connection

    gc.disable()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave)
    pipe = Connection(handle)
    try:
        with suppress(EOFError, ConnectionError):  # the process that wanted it is gone
            if prepare := pipe.recv():
                with suppress(Exception):  # what is wrong is told by who works with it
                    prepare()
            while True:
                function, batch = pipe.recv()
                pipe.send(_outcome(function, batch))
                _tidy()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _leave(*_: object) -> None:
    """Exit, so that temporary files go; again a moment later, as a destructor loses exceptions, and in silence."""
    sys.unraisablehook = lambda _: None
    signal.signal(signal.SIGALRM, _leave)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    sys.exit()


def _outcome(function: Callable[[T], R], batch: list[T]) -> list[R] | Exception:
    try:
        return [function(item) for item in batch]
    except Exception as error:  # noqa: BLE001  raised again by the one that wanted it
        error.add_note(f"In another process:\n{traceback.format_exc()}")
        return error


def _tidy() -> None:
    """Look for what a batch left behind: cheaper than now and then, and the process stays small.

    Pages are cycles of objects, 1 MB of a question. What is still there then is remembered for the next one: to look
    through that, too, took half of the time this takes.
    """
    gc.collect()
    gc.freeze()
