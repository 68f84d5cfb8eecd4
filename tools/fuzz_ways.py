"""What an input of the fuzzer reaches: pairs of lines of the program that ran one after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from types import CodeType, FrameType
from typing import Any

from tools.fuzz_targets import ROOT

SOURCES = str(ROOT / "src")


class Ways:
    """Pairs of lines of the program that ran one after the other, as numbers."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self._bases: dict[CodeType, int] = {}
        self._last = 0
        self._now: set[int] = set()

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Note the ways that what runs here takes."""
        self._now = set()
        self._last = 0
        before = sys.gettrace()
        sys.settrace(self._called)
        try:
            yield
        finally:
            sys.settrace(before)

    def are_new(self) -> bool:
        """Return whether there was a new one since the last watch, and take all as seen."""
        new = not self._now <= self.seen
        self.seen |= self._now
        return new

    def _called(self, frame: FrameType, _event: str, _argument: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        base = self._bases.get(code)
        if base is None:
            ours = code.co_filename.startswith(SOURCES)
            # Not hash(): the same in every run, so that the same seed keeps the same inputs.
            path = code.co_filename[len(SOURCES) :]
            base = int.from_bytes(sha256(path.encode()).digest()[:3], "big") << 16 if ours else -1
            self._bases[code] = base
        return self._stepped if base >= 0 else None

    def _stepped(self, frame: FrameType, event: str, _argument: Any) -> Callable[..., Any]:
        if event == "line":
            here = self._bases[frame.f_code] + frame.f_lineno
            self._now.add(self._last << 40 | here)
            self._last = here
        return self._stepped
