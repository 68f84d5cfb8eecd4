"""What a scenario begins with: the front of the card that asks how it ends."""

from __future__ import annotations

import re

from qexport.common.patterns import compile_late

_STOP = compile_late(
    r"""[.!?…؟。！？](?:(?<![。！？])["'”’)\]]*(?=\s+[^\sa-z])|(?<=[。！？])[」』”）]*(?=\S))"""
)
_NO_STOP = compile_late(r"\b(?:[^\W\d_]|cf|dr|etc|fig|mr|mrs|no|st|vs)\.$", re.IGNORECASE)
_LONGEST_SHORT_FORM = len("etc.")
_MARKUP_SIGN = re.compile(r"[`*_\[\]~<|#\n$\\]")


def situation(scenario: str, markup: str) -> str:
    """Return what a scenario begins with, before it says how it ended: its first sentence.

    In Markdown that is the first block where a sentence cannot be cut out of its markup.
    """
    begins = scenario
    if markup != "plain":
        if re.match(r"\s*(?:```|~~~)", scenario):
            return scenario
        begins = re.split(r"\n[ \t]*\n", scenario.strip("\n"), maxsplit=1)[0]
    ends = (stop.end() for stop in _STOP.finditer(begins))
    end = next((at for at in ends if not _NO_STOP.search(begins, max(0, at - _LONGEST_SHORT_FORM), at)), None)
    first = begins[:end]
    return begins if markup != "plain" and _MARKUP_SIGN.search(first) else first
