"""The form in which qexport writes questions as Markdown, for its writer and its reader.

Marks are comments at the beginning of a line: `<!-- qexport:question {…} -->` with what is short, in JSON, and
`<!-- qexport:answer -->` and its like above each text. The line below a mark with a `*` is a title for readers.
"""

from __future__ import annotations

import re

MARK = re.compile(r"<!-- qexport:([a-z_]+)(?: (.*))? -->")
TITLED = "*"
_MEANT = re.compile(r"^<!-- qexport:", re.MULTILINE)
_SHIELDED = re.compile(r"^<!-- qexport:(:+)", re.MULTILINE)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_UNESCAPED_SIGNS = frozenset(",.;?\"'%/=@$^(){}:-#>+!")
"""Signs that mean nothing to Markdown where they are; escaping them would only be ugly."""


def shield_marks(text: str) -> str:
    """Return a text in which nothing is a mark: one that looks like a mark gets one colon more."""
    return _MEANT.sub("<!-- qexport::", text)


def unshield_marks(text: str) -> str:
    """Return the text that shield_marks() was given."""
    return _SHIELDED.sub(lambda found: f"<!-- qexport:{found[1][1:]}", text)


def escape_plain(text: str) -> str:
    """Return plain text as Markdown that shows it to the letter, its lines and its indentation, too."""
    escaped = _PUNCTUATION.sub(
        lambda found: found[1] if found[1] in _UNESCAPED_SIGNS else f"\\{found[1]}", text
    )
    lines = []
    for line in escaped.split("\n"):
        bare = line.lstrip(" ")
        bare = re.sub(r"^(\d{1,9})([.)])|^([-+=#>:])", _escape_match, bare)
        lines.append("&nbsp;" * (len(line) - len(line.lstrip(" "))) + bare)
    text = "\n".join(lines)
    # Within a paragraph a line ends with a backslash, or the lines would be joined.
    return re.sub(r"(?<=[^\n])\n(?=[^\n])", "\\\\\n", text)


def _escape_match(found: re.Match[str]) -> str:
    return f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}"


def unescape_plain(text: str) -> str:
    """Return the plain text that escape_plain() was given."""
    text = re.sub(r"(?<!\\)((?:\\\\)*)\\\n", r"\1\n", text)
    text = re.sub(r"^(?:&nbsp;)+", lambda found: " " * (len(found[0]) // 6), text, flags=re.MULTILINE)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)
