"""Where lines end: a fault of WeasyPrint 70, mended."""

from __future__ import annotations

from typing import Any

from weasyprint.text import line_break

_engine_split_first_line = line_break.split_first_line


def fit_before_element(
    text: str, style: Any, context: Any, max_width: Any, *others: Any, **named: Any
) -> Any:
    """Let a text before another element fit without the space it ends with.

    If there is room for all but that space, WeasyPrint 70 breaks the line after its first word.
    """
    line = _engine_split_first_line(text, style, context, max_width, *others, **named)
    resume_index = line[2]
    if (
        resume_index is not None
        and text.endswith(" ")
        and 0 < len(text.split(" ", 1)[0].encode()) >= resume_index - 1
    ):
        whole = _engine_split_first_line(text.rstrip(" "), style, context, max_width, *others, **named)
        if whole[2] is None and whole[3] <= max_width:
            return whole
    return line
