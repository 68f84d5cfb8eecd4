"""Programs that print on a terminal."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest


def run_on_terminal(
    command: Sequence[str], *, environment: Mapping[str, str], folder: Path | None = None, reads: bool = False
) -> tuple[int, bytes]:
    """Run a program whose output and errors, and its input where it `reads`, are a terminal.

    Returns:
        Its exit code, negative if a signal ended it, and what the terminal shows.
    """
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    stdin = theirs if reads else None
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=stdin, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        seen = b""
        try:
            while more := os.read(ours, 65_536):
                seen += more
        except OSError:  # Linux ends a terminal nobody has open any more so
            pass
    os.close(ours)
    return process.returncode, seen
