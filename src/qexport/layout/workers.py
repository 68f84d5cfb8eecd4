"""Processes that work for this one, and end when it does.

    items → batches → whichever process is idle → results, in the order of the items

The first process is a foreman: it prepares, while what there is to do is still being made, and then turns into
others, which thus are prepared too and have most of their memory in common. Where it may not be forked, it starts
others that prepare themselves.

    this process ── pipes, one for each worker: `prepare`, batches and their results ──╮
         ╰── control: `prepare`, `rehearse`, then ends of pipes ── foreman ── fork, or start ── workers

`concurrent.futures` has a pool of processes too, but it takes all items at once (here: the HTML of a whole
book), cannot be told to end its processes before Python 3.14, and up to 3.11.4 waits for ever where one dies
while its queue is full. The forkserver of `multiprocessing`, of which only the pipes are used here, needs another
process beside it, and its processes complain if the one they work for is killed while they start.
"""

from __future__ import annotations

import atexit
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar

from qexport.common.errors import LimitExceeded

if TYPE_CHECKING:
    import subprocess
    from multiprocessing.connection import Connection
    from types import TracebackType

T = TypeVar("T")
R = TypeVar("R")

TIDY_SECONDS = 1.0
"""Seconds a process gets to tidy up after itself before it is ended as it is."""


WAKE_AFTER = 3.0
"""Seconds after which processes that do not answer are woken, if something has stopped them."""

FORKS_PREPARED = sys.platform == "linux"
"""Whether a process may turn into others when it is prepared: elsewhere, system libraries do not bear it."""


class Workers:
    """Processes that are started when there is work for them, and ended with the `with` block.

    They begin with `prepare`.
    """

    def __init__(self, limit: int, prepare: Callable[[], None] | None = None) -> None:
        self.limit = limit
        self.prepare = prepare
        self._foreman: subprocess.Popen[bytes] | None = None
        self._control: Connection | None = None
        self._pipes: list[Connection] = []
        self.rehearse: Callable[[], object] | None = None
        """Run once in the foreman before the first worker is forked, so that all begin with its memory filled."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    @property
    def running(self) -> bool:
        """Whether any process has been started."""
        return self._control is not None

    @property
    def hired(self) -> bool:
        """Whether any of them has had work."""
        return bool(self._pipes)

    def start(self) -> bool:
        """Let the foreman prepare, though there is no work yet; say whether it could be started."""
        from multiprocessing.connection import Pipe  # not above: a build from the cache needs none of it

        if self._control:
            return True
        control, theirs = Pipe()
        with closing(theirs), _ctrl_c_later():
            try:
                # In a group of its own, which Ctrl-C does not reach, and which is ended as one.
                self._foreman = _start_process("work", theirs, process_group=0)
            except OSError:  # there are too many processes, or Python may not be run again
                control.close()
                return False
        self._control = control
        self._send(control, self.prepare)
        return True

    def end(self) -> int:
        """End them, whatever they are at, and say how; what comes after starts others.

        That is the status of one that ended by itself, negative for a signal, or else 0.
        """
        foreman, pipes = self._foreman, [*self._pipes, self._control]
        self._foreman, self._control, self._pipes = None, None, []
        if foreman:
            # Before pipes are closed: the foreman, which leaves for that too, would be told while it waits for others.
            with suppress(ProcessLookupError):
                os.killpg(foreman.pid, signal.SIGTERM)
        for pipe in pipes:
            if pipe:
                pipe.close()
        if not foreman:
            return 0
        from subprocess import TimeoutExpired

        try:
            status = foreman.wait(TIDY_SECONDS)
        except TimeoutExpired:
            os.killpg(foreman.pid, signal.SIGKILL)
            status = foreman.wait()
        return status - 256 if status > 128 else status

    def map(
        self,
        function: Callable[[T], R],
        items: Iterable[T],
        *,
        chunksize: int = 1,
        weights: Sequence[int] | None = None,
    ) -> Iterator[R]:
        """Yield function(item) for each item, in their order; items are taken as processes are free for them.

        Where it is known how many there are, batches get smaller towards the end, so that all processes end together.

        Args:
            function: done by another process, which gets it by its name.
            items: what it is done to.
            chunksize: weight of a batch, which a process gets at once; an item that weighs more is one by itself.
            weights: of the items, if it is known how many there are; else each weighs 1.
        """
        from multiprocessing import connection

        count = 0 if weights is None else len(weights)
        batches = enumerate(_batch_items(items, chunksize, weights, self.limit))
        while count and len(self._pipes) < min(self.limit, count):
            self._hire()
        idle = list(self._pipes)
        at_work: dict[Connection, int] = {}
        finished: dict[int, list[R]] = {}
        number = 0
        done = self._wake_stopped()
        try:
            while True:
                while (idle or len(self._pipes) < self.limit) and (following := next(batches, None)):
                    pipe = idle.pop() if idle else self._hire()
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
            done.set()
            if at_work:  # on what nobody waits for any more
                self.end()

    def _wake_stopped(self) -> threading.Event:
        """Let processes that something has stopped go on, every few seconds, until the event that is returned is set.

        SIGCONT does nothing to those that run. Without it, a build would wait for a stopped one for ever.
        """
        done = threading.Event()

        def wake() -> None:
            while not done.wait(WAKE_AFTER):
                if foreman := self._foreman:
                    with suppress(ProcessLookupError):
                        os.killpg(foreman.pid, signal.SIGCONT)

        threading.Thread(target=wake, daemon=True).start()
        return done

    def _hire(self) -> Connection:
        from multiprocessing.connection import Pipe
        from multiprocessing.reduction import send_handle

        if not self.start() or not self._control:
            raise self._make_lost_error()
        if not self._pipes:
            self._send(self._control, self.rehearse)
        ours, theirs = Pipe()
        self._pipes.append(ours)
        with closing(theirs):
            try:
                send_handle(self._control, theirs.fileno(), None)
            except ConnectionError as error:
                raise self._make_lost_error() from error
        self._send(ours, self.prepare)
        return ours

    def _send(self, pipe: Connection, work: object) -> None:
        try:
            pipe.send(work)
        except ConnectionError as error:
            raise self._make_lost_error() from error

    def _receive(self, pipe: Connection) -> list[Any]:
        try:
            outcome = pipe.recv()
        except (EOFError, ConnectionError) as error:
            raise self._make_lost_error() from error
        if isinstance(outcome, Exception):
            raise outcome
        results: list[Any] = outcome
        return results

    def _make_lost_error(self) -> LimitExceeded:
        status = self.end()
        if status < 0:
            hint = "there was too little memory; fewer processes take less: --jobs 1"
            killed = status in (-signal.SIGKILL, -signal.SIGABRT)
            message = f"a process that was laying out pages was ended by {_signal_name(-status)}"
            return LimitExceeded(message, hint=hint if killed else "")
        return LimitExceeded(f"a process that was laying out pages has ended by itself (status {status})")


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal
        return f"signal {number}"


def _batch_items(
    items: Iterable[T], most: int, weights: Sequence[int] | None, processes: int
) -> Iterator[list[T]]:
    """Yield items in batches that weigh `most`, or less towards the end; see `Workers.map`."""
    left = None if weights is None else sum(weights)
    batch: list[T] = []
    weight = 0
    for item, each in zip(items, repeat(1) if weights is None else weights, strict=False):
        batch.append(item)
        weight += each
        if weight >= (most if left is None else max(1, min(most, left // (2 * processes)))):
            yield batch
            left = None if left is None else left - weight
            batch, weight = [], 0
    if batch:
        yield batch


@contextmanager
def _ctrl_c_later() -> Iterator[None]:
    """Hold Ctrl-C back for a moment. Processes started meanwhile never get it: this one ends them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_process(
    function: str, pipe: Connection, process_group: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a process that finds what this one does, and calls a function of this module with an end of a pipe."""
    import subprocess

    handle, path = pipe.fileno(), [*map(str, sys.path)]
    program = (
        f"import sys; sys.path[:] = {path}; from qexport.layout import workers; workers.{function}({handle})"
    )
    return subprocess.Popen(
        [sys.executable, "-P", *(f"-W{option}" for option in sys.warnoptions), "-c", program],
        stdin=subprocess.DEVNULL,
        pass_fds=[handle],
        process_group=process_group,
    )


def work(handle: int) -> None:
    """Run as the foreman: prepare, then fork a worker for each pipe that arrives, until no more can."""
    from multiprocessing.connection import Connection
    from multiprocessing.reduction import recv_handle

    status = 0
    _begin(lambda: status)
    foreman = os.getpid()
    workers: list[int] = []
    fresh: list[subprocess.Popen[bytes]] = []
    control = Connection(handle)
    try:
        with suppress(EOFError, ConnectionError):  # the process that wanted it is gone
            for _ in ("prepare", "rehearse"):
                preparation = control.recv()
                if FORKS_PREPARED:
                    _run_preparation(preparation)
            _collect_garbage()
            while True:
                pipe = Connection(recv_handle(control))
                if FORKS_PREPARED and _is_one_thread():
                    process = os.fork()
                    if not process:
                        control.close()
                        pipe.recv()  # how to prepare: that is done
                        _serve(pipe)
                else:
                    fresh.append(_start_process("serve", pipe))
                    process = fresh[-1].pid
                workers.append(process)
                pipe.close()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if os.getpid() == foreman:
            status = _dismiss(workers)
            for each in fresh:
                each.returncode = (
                    status  # it has been waited for by its number, which its object does not see
                )


def serve(handle: int) -> None:
    """Run as a worker that was started, where the foreman could not fork."""
    from multiprocessing.connection import Connection

    _begin(lambda: 0)
    pipe = Connection(handle)
    try:
        with suppress(EOFError, ConnectionError):
            _run_preparation(pipe.recv())
            _serve(pipe)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _begin(status: Callable[[], int]) -> None:
    """Let this process leave when it is asked to, and take nothing apart then but what others would find."""
    gc.disable()
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _exit_cleanly)
    atexit.register(lambda: os._exit(status()))  # what is registered first is done last


def _is_one_thread() -> bool:
    """Return whether a fork leaves no thread behind: newer versions of Pango have one for each font map."""
    tasks = Path("/proc/self/task")
    return tasks.is_dir() and len(list(tasks.iterdir())) == 1


def _run_preparation(prepare: Callable[[], object] | None) -> None:
    if prepare:
        with suppress(Exception):  # what is wrong is told by who works with it
            prepare()


def _serve(pipe: Connection) -> NoReturn:
    """Do what comes down a pipe until nothing more does: EOFError, or ConnectionError."""
    while True:
        function, batch = pipe.recv()
        pipe.send(_outcome(function, batch))


def _dismiss(workers: Iterable[int]) -> int:
    """End these processes; return the exit status of the first that ended by itself, counted from 256 for a signal."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    for process in workers:
        os.kill(process, signal.SIGTERM)
    statuses = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in workers]
    return next((status % 256 for status in statuses if status not in (0, -signal.SIGTERM)), 0)


def _exit_cleanly(*_: object) -> None:
    """Exit, so that temporary files go; again a moment later, as a destructor loses exceptions, and in silence.

    A module that is being imported may make an ImportError of it. One that is asked twice, by the foreman too, is not
    kept from it the second time.
    """
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    sys.unraisablehook = lambda _: None
    sys.excepthook = lambda *_: None
    signal.signal(signal.SIGALRM, _exit_cleanly)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    sys.exit()


def _outcome(function: Callable[[T], R], batch: list[T]) -> list[R] | Exception:
    results = []
    try:
        for item in batch:
            results.append(function(item))
            _collect_garbage()
    except Exception as error:  # noqa: BLE001  raised again by the one that wanted it
        import traceback

        error.add_note(f"In another process:\n{traceback.format_exc()}")
        return error
    return results


def _collect_garbage() -> None:
    """Collect what an item left behind: cheaper than Python's own schedule, and the process stays small.

    Pages are cycles of objects, 1 MB of a question. What is still there then is remembered for the next one: to look
    through that, too, took half of the time this takes. After each question it takes 1.2 ms of one, after sixteen 2.9:
    by then they have left the processor's cache.
    """
    gc.collect()
    gc.freeze()
