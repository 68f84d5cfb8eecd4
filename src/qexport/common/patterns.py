"""Regular expressions that are compiled when they are first used.

A build whose pages are all kept uses a few of the hundred expressions of the modules it imports; compiling them all
took a tenth of its time.
"""

from __future__ import annotations

import re
from typing import Any, TypeVar, cast

Text = TypeVar("Text", str, bytes)


def compile_late(pattern: Text, flags: int = 0) -> re.Pattern[Text]:
    """Return an expression that is compiled when it is first used, and from then on is as quick as any.

    Args:
        pattern: as `re.compile` takes it. That it is right shows at its first use: tests use each.
        flags: as `re.compile` takes them.
    """
    return cast("re.Pattern[Text]", _LatePattern(pattern, flags))


class _LatePattern:
    """What has the methods of a compiled expression, once one is asked for."""

    def __init__(self, pattern: str | bytes, flags: int) -> None:
        self._source: tuple[Any, int] = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        pattern, flags = self._source
        value = getattr(re.compile(pattern, flags), name)
        self.__dict__[name] = value  # the next time it is found without this method
        return value
