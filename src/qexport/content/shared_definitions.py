"""Footnotes and link definitions that one part of a question uses and another one defines.

Each part is shown alone on a card, so each gets what it calls for: `[^1]: …` and `[name]: https://…` are added to
the part that refers to them, and a footnote that only other parts call is taken out of the part that defines it.
"""

from __future__ import annotations

from collections.abc import Mapping

from qexport.common.patterns import compile_late

_DEFINITION = compile_late(r" {0,3}\[(?P<label>\^?[^\[\]\n]{1,200})\]:[ \t]*(?P<text>.*)")
_FENCE_LINE = compile_late(r" {0,3}(`{3,}|~{3,})")


def share_definitions(parts: Mapping[str, str]) -> dict[str, str]:
    """Return the parts of a question, each with the definitions it uses.

    Args:
        parts: The Markdown of each part by its name.
    """
    if not any("]:" in text for text in parts.values()):
        return dict(parts)
    split = {name: _take_definitions(text) for name, text in parts.items()}
    known: dict[str, str] = {}
    for _, definitions in split.values():
        for label, text in definitions.items():
            known.setdefault(label, text)
    used = {name: {label for label in known if _refers(body, label)} for name, (body, _) in split.items()}
    shared = {}
    for name, text in parts.items():
        own = split[name][1]
        elsewhere = {label for other, labels in used.items() if other != name for label in labels}
        missing = [known[label] for label in known if label in used[name] and label not in own]
        moved = [
            label for label in own if label.startswith("^") and label not in used[name] and label in elsewhere
        ]
        kept = _remove_definitions(text, moved) if moved else text
        shared[name] = "\n\n".join([kept.rstrip("\n"), *missing]) if missing else kept
    return shared


def _refers(body: str, label: str) -> bool:
    lowered = body.casefold()
    return f"[{label}]" in lowered


def _take_definitions(text: str) -> tuple[str, dict[str, str]]:
    """Return a text without its definitions, and these by their labels; code is left alone."""
    body: list[str] = []
    definitions: dict[str, list[str]] = {}
    for line, label in _label_lines(text):
        if label:
            definitions.setdefault(label, []).append(line)
        else:
            body.append(line)
    return "\n".join(body), {label: "\n".join(lines).rstrip("\n") for label, lines in definitions.items()}


def _remove_definitions(text: str, labels: list[str]) -> str:
    return "\n".join(line for line, label in _label_lines(text) if label not in labels)


def _label_lines(text: str) -> list[tuple[str, str]]:
    """Return the lines of a text, each with the label of the definition it is part of."""
    lines: list[tuple[str, str]] = []
    fence = label = ""
    for line in text.split("\n"):
        marks = _FENCE_LINE.match(line)
        if fence:
            fence = "" if marks and marks[1].startswith(fence) else fence
        elif marks and not label:
            fence = marks[1]
        elif found := _DEFINITION.match(line):
            label = found["label"].casefold()
        elif not (label.startswith("^") and (not line.strip() or line.startswith(("    ", "\t")))) and not (
            label.startswith("^") and line.strip() and lines and lines[-1][0].strip()
        ):
            label = ""
        lines.append((line, label))
    return lines
