"""Moodle's embedded answers (`{1:SHORTANSWER:=Paris~%50%paris}`) → a text with gaps, and the text with the answers.

Source of the form: docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type.
"""

from __future__ import annotations

import re

_EMBEDDED_ANSWER = re.compile(
    r"\{\d{0,3}:(SHORTANSWER_C|SHORTANSWER|SAC|SA|MWC|MW|NUMERICAL|NM|MULTICHOICE_\w{1,3}|MULTICHOICE|MULTIRESPONSE_\w{1,3}"
    r"|MULTIRESPONSE|MC[A-Z]{0,2}|MR[A-Z]{0,2}):((?:\\.|[^{}\\]){0,5000})\}",
    re.IGNORECASE | re.DOTALL,
)
_SHARE = re.compile(r"%(-?\d{1,3}(?:\.\d+)?)%")


def has_embedded_answers(text: str) -> bool:
    """Report whether a text has gaps of this form."""
    return ":" in text and _EMBEDDED_ANSWER.search(text) is not None


def flatten_embedded(text: str) -> tuple[str, str]:
    """Return the text with gaps, those to choose from with their choices, and the text with the answers in bold."""

    def show_gap(found: re.Match[str]) -> str:
        if found[1].upper().startswith("M") and not found[1].upper().startswith("MW"):
            return f"[{' / '.join(text for text, _ in _read_alternatives(found[2]))}]"
        return "_____"

    def fill_gap(found: re.Match[str]) -> str:
        alternatives = _read_alternatives(found[2])
        best = max((weight for _, weight in alternatives), default=0.0)
        right = [text for text, weight in alternatives if weight == best > 0]
        if found[1].upper() in ("NUMERICAL", "NM"):
            right = [describe_tolerance(text) for text in right]
        return f"**{' / '.join(right)}**" if right else "_____"

    return _EMBEDDED_ANSWER.sub(show_gap, text), _EMBEDDED_ANSWER.sub(fill_gap, text)


def _read_alternatives(inner: str) -> list[tuple[str, float]]:
    """Return each alternative with its share of the points in per cent, without its feedback."""
    found = []
    for part in re.split(r"(?<!\\)~", inner):
        answer = re.split(r"(?<!\\)#", part, maxsplit=1)[0].strip()
        weight = 0.0
        if said := _SHARE.match(answer):
            weight, answer = float(said[1]), answer[said.end() :]
        elif answer.startswith("="):
            weight, answer = 100.0, answer[1:]
        if bare := re.sub(r"\\(.)", r"\1", answer).strip():
            found.append((bare, weight))
    return found


def describe_tolerance(text: str) -> str:
    """Return a number with its tolerance in words: `3:2` is 3 ± 2."""
    value, _, tolerance = text.partition(":")
    return f"{value} ± {tolerance}" if tolerance.strip(" 0.") else value
