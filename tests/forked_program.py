"""Runs `qexport` as a shell does, but in a fork of one process that has imported all of it.

The documents have dozens of commands, and each would import the program anew, and most of them the layout engine, which
takes longer than what they do. The stand-in that `qexport_in_forks` (tests/conftest.py) gives passes its words, folder,
environment, and standard input and output on to that process, waits, and ends as the fork does. Only what Python reads
at its start, before any program, cannot be handed to a fork: with another value of that the fork starts a new Python.

The first command of each kind starts the program as a user does, by `start_first`. So do tests of the start itself
(imports, signals, several processes).
"""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

IMPORTED = ("lxml.etree", "PIL.Image", "rapidfuzz", "sqlite3", "uharfbuzz", "qexport.layout.cache")
"""What takes long to import, beside what `tools.try_kills` has imported for its forks."""

STAND_IN = """\
import os, sys
from _socket import AF_UNIX, SCM_RIGHTS, SHUT_WR, SOL_SOCKET, SOCK_STREAM, socket  # "socket" takes as long as Python
program = socket(AF_UNIX, SOCK_STREAM)
program.connect(sys.argv[1])
words = sys.argv[2:]
parts = [os.getcwd(), str(len(words)), *words, *(f"{name}={value}" for name, value in os.environ.items())]
said = os.fsencode("\\0".join(parts))
files = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
program.sendmsg([said[:1]], [(SOL_SOCKET, SCM_RIGHTS, files)])
program.sendall(said[1:])
program.shutdown(SHUT_WR)
status = int(program.recv(16))
if status < 0:
    os.kill(os.getpid(), -status)
os._exit(status)
"""


KIND = re.compile(r"(?:\./)?qexport (\w+)(?:.* --format (\S+))?")
"""A line of a shell that calls the program: its command, and the format of a build."""


def start_first(lines: Iterable[str]) -> Iterator[str]:
    """Give lines of a shell; the first with each command, and with each format of a build, starts the program."""
    known = set()
    for line in lines:
        kind = KIND.match(line)
        is_new = kind is not None and kind.groups() not in known
        yield f"started {line}" if is_new else line
        if kind:
            known.add(kind.groups())


@contextmanager
def program_in_forks(folder: Path) -> Iterator[Path]:
    """Write programs into a folder for the PATH, give its path, and let them work until the end of the block.

    `qexport` is the stand-in, which may be copied elsewhere. `started qexport WORDS` starts the program.

    Args:
        folder: An empty one, with a short path: that of a socket has at most 100 characters.
    """
    address, client = folder / "socket", folder / "stand_in.py"
    client.write_text(STAND_IN)
    for name, line in (
        ("qexport", f'exec "{sys.executable}" -IS "{client}" "{address}" "$@"'),
        ("started", f'shift\nexec "{sys.executable}" -W error -m qexport "$@"'),
    ):
        (folder / name).write_text(f"#!/bin/sh\n{line}\n")
        (folder / name).chmod(0o755)
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-m", "tests.forked_program", str(address)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield folder
        process.stdin.close()  # that ends it
    assert process.returncode == 0


def _import_all() -> None:
    from tools.try_kills import import_for_forks

    from qexport.layout import scheduler

    import_for_forks()
    for name in IMPORTED:
        import_module(name)
    # A fork has the engine: processes of its own would have to load it again. `--jobs 2` starts some all the same.
    scheduler._cores = lambda: 1


def _accept(address: str) -> None:
    """Fork for each that connects. Returns in the forks, once they are what was asked for."""
    running: dict[int, socket.socket] = {}
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listening, woken, sys.stdin], [], [])
            if sys.stdin in ready:
                for process in running:
                    os.kill(process, signal.SIGKILL)
                sys.exit()
            if woken in ready:
                os.read(woken, 4096)
                _tell_ends(running)
            if listening in ready:
                caller, _ = listening.accept()
                process = os.fork()
                if not process:
                    break
                running[process] = caller
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for each in (woken, wake):
        os.close(each)
    for other in running.values():
        other.close()
    _become(caller)


def _tell_ends(running: dict[int, socket.socket]) -> None:
    while running:
        process, status = os.waitpid(-1, os.WNOHANG)
        if not process:
            return
        with running.pop(process) as caller:
            caller.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _become(caller: socket.socket) -> None:
    """Turn this process into what the caller would be if it were the program."""
    with caller:
        said, files, _, _ = socket.recv_fds(caller, 65_536, 3)
        while more := caller.recv(65_536):
            said += more
    folder, count, *rest = os.fsdecode(said).split("\0")
    words, variables = rest[: int(count)], rest[int(count) :]
    environment = dict(each.split("=", 1) for each in variables)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    if _read_at_start(environment) != _read_at_start(os.environ):
        os.execve(sys.executable, [sys.executable, "-W", "error", "-m", "qexport", *words], environment)
    os.environ.clear()
    os.environ.update(environment)
    # Those that there are know of other files whether one can go back in them.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        old = getattr(sys, name)
        lines = (
            1 if name == "stderr" else -1
        )  # as Python has them: a terminal gets lines, and messages go out in lines
        new = open(old.fileno(), mode, lines, encoding=old.encoding, errors=old.errors, closefd=False)  # noqa: SIM115
        setattr(sys, name, new)
    sys.argv[1:] = words


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what Python and its libraries read when they start."""
    first = ("PYTHON", "LC_", "LD_", "DYLD_")
    return {
        name: value
        for name, value in environment.items()
        if name.startswith(first) or name in ("LANG", "LANGUAGE", "TZ")
    }


if __name__ == "__main__":
    from qexport.__main__ import main

    _import_all()
    _accept(sys.argv[1])
    main()
