"""What people write in Markdown and no output obeys: reported with what would be right.

==marked==  a term, and below it `: its meaning`  a diagram in Mermaid or PlantUML  <!-- a comment -->
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qexport.common.patterns import compile_late

if TYPE_CHECKING:
    from markdown_it.token import Token

DIAGRAMS = {"mermaid": "Mermaid", "plantuml": "PlantUML", "puml": "PlantUML"}
"""Languages that draw, by the words after a fence."""

UNKNOWN_MARKUP = r"==\S|^\s*:[ \t]+\S|^\s*(?:`{3,}|~{3,})\s*(?:mermaid|plantuml|puml)\b"
"""What may be one of these, in a text."""

_COMMENT_LEFT_OUT = (
    "a comment is left out",
    "it is in the bank alone; write what readers are to see without <!-- -->",
)

_MARKED = compile_late(r"(?<![\w=!<>])==(?=[^\s=])[^\n]{1,200}?(?<=[^\s=])==(?![\w=])")


def find_unknown_block(token: Token) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a block, and what would be right."""
    name = DIAGRAMS.get(token.info.strip().split(maxsplit=1)[0].lower()) if token.info.strip() else None
    if token.type == "fence" and name:
        yield (
            f"the diagram in {name} is shown as its source",
            "draw it, and show the picture: ![text](file.svg)",
        )
    if token.type == "comment":
        yield _COMMENT_LEFT_OUT


def find_unknown_markup(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the text of a paragraph, and what would be right."""
    before = ""
    for token in tokens:
        if token.type == "comment":
            yield _COMMENT_LEFT_OUT
        if token.type == "text":
            if found := _MARKED.search(token.content):
                yield f"{found[0]} is shown with its signs", "write <mark>…</mark>"
            if before == "softbreak" and token.content.startswith((": ", ":\t")):
                message = "a meaning after a colon is part of the paragraph: there are no lists of terms"
                yield message, "write a list: - **term**: meaning"
        before = token.type
