"""The formats of the files that qexport reads again, each with its number; docs/formats.md has what that promises.

A number changes when a file of before could be misunderstood, not when a key is added that may be missing. A file of a
bank and a `qexport.toml` may say theirs, and are of format 1 if they do not; the other files say it always.
"""

from __future__ import annotations

from collections.abc import Mapping

YAML_ENDINGS = (".yaml", ".yml")
BANK_ENDINGS = (*YAML_ENDINGS, ".jsonl")
"""How the name of a bank's file may end."""

BANK_FORMAT = 1
RECIPES_FORMAT = 1
HISTORY_FORMAT = 1
"""Of `.history.jsonl`: a line that begins otherwise is of another format; it is kept and not read."""
JSON_FORMAT = 1
"""Of what `--json` prints: keys are added, none is renamed or removed under one number."""
LOCK_FORMAT = 2
IMPORTS_FORMAT = 1
BUNDLE_FORMAT = 1
CACHE_FORMAT = 1

FORMATS: Mapping[str, int] = {
    "bank": BANK_FORMAT,
    "lock": LOCK_FORMAT,
    "history": HISTORY_FORMAT,
    "imports": IMPORTS_FORMAT,
    "bundle": BUNDLE_FORMAT,
    "cache": CACHE_FORMAT,
    "qexport.toml": RECIPES_FORMAT,
    "--json": JSON_FORMAT,
}
"""What `qexport --version` prints; a note type has a number of its own for each lock."""


def describe_other_format(said: object, known: int) -> tuple[str, str]:
    """Return what is wrong with a file of a format that this program does not know, and what would be right."""
    message = f"format {str(said)[:40]!r} is not known; this qexport knows {known}"
    is_newer = str(said).isdecimal() and len(str(said)) < 9 and int(str(said)) > known
    return (
        message,
        "a newer qexport wrote it: install that one" if is_newer else f"write {known}, or leave it out",
    )
