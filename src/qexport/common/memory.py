"""What a process that builds again and again remembers: the results of its last builds.

`build --watch` and `preview` have a Memory; a build of its own has none, and makes everything once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

T = TypeVar("T")

MOST_BYTES = 200_000_000
"""Bytes of results of one build."""


BUILDS = 3
"""Builds whose results are remembered: one that finds its whole book in the cache uses few of them."""


class Memory:
    """Results of functions from values to values, under all that they depend on."""

    def __init__(self, limit: int = MOST_BYTES) -> None:
        self.limit = limit
        self._before: list[dict[Hashable, tuple[object, int]]] = []
        """What the last builds used, the last one first."""
        self._used: dict[Hashable, tuple[object, int]] = {}
        self._size = 0

    def find(self, key: Hashable) -> object | None:
        """Return what is remembered under a key; None if nothing is."""
        if entry := self._used.get(key):
            return entry[0]
        for results in self._before:
            if entry := results.get(key):
                self.remember(key, *entry)
                return entry[0]
        return None

    def remember(self, key: Hashable, result: object, size: int) -> None:
        """Remember a result under a key, instead of another, unless there are too many bytes of them."""
        self._size -= self._used.pop(key, (None, 0))[1]
        if self._size + size <= self.limit:
            self._used[key] = (result, size)
            self._size += size

    def recall(self, key: Hashable, make: Callable[[], T], measure: Callable[[T], int]) -> T:
        """Return the result of `make`: the one that is remembered, if there is one.

        Args:
            key: All that the result depends on, and a word for what it is.
            make: Makes the result, which is not None.
            measure: Returns how many bytes it takes, roughly.
        """
        found = self.find(key)
        if found is not None:
            return cast(T, found)
        result = make()
        self.remember(key, result, measure(result))
        return result

    def turn(self) -> None:
        """Forget what the last builds have not used: a new one begins."""
        self._before = [self._used, *self._before][:BUILDS]
        self._used, self._size = {}, 0
