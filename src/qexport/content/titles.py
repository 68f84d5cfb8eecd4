"""What a question is called by in lists."""

from __future__ import annotations

from qexport.common.patterns import compile_late


def title_source(text: str, markup: str) -> str:
    """Return the part of a question that it is called by in lists, in its own markup.

    That is its first line in a plain text, its first paragraph or heading in Markdown.
    """
    text = text.strip()
    if markup == "plain":
        return text.partition("\n")[0].rstrip()
    if _OTHER_BLOCK.match(text):
        from qexport.content.markdown import markdown_title  # most titles need no parser

        return markdown_title(text)
    return _NEXT_BLOCK.split(text, maxsplit=1)[0]


# A question that begins otherwise than with a paragraph is left to the parser, which takes a hundred times longer.
_OTHER_BLOCK = compile_late(
    r"[ ]{0,3}(?:```|~~~|[-*+] |\d{1,9}[.)] |>|#|!\[|\|)"  # no paragraph
    r"|.*(?:  |\\)\n"  # a line break that is written
    r"|[^\n]+\n[ ]{0,3}(?:-+|=+|[|:-]+)[ ]*(?:\n|$)"  # underlined: a heading or the head of a table
)
_NEXT_BLOCK = compile_late(r"\n(?=[ \t]*\n|[ ]{0,3}(?:```|~~~|[-*+] |1[.)] |>|#{1,6} ))")
