"""Formulas of a Markdown text in its tokens: held while it is parsed, then drawn, or their source and why."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from markupsafe import Markup

from qexport.common.text_input import quote
from qexport.content.formula_pictures import draw_formula_picture, write_with_picture
from qexport.content.formulas import HOLDER, FoundFormula, find_formulas, looks_like_shell, restore
from qexport.content.maths import (
    FormulaError,
    draw_formula,
    formula_text,
    show_formula,
    write_mathjax,
    write_mathml,
)
from qexport.content.safe_html import mark_safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from qexport.content.markdown_page import MarkdownPage


WIDEST_FORMULA = 45.0
"""Ems of a formula that a page of A4, whose lines have 34, shows at three quarters of its size."""


def hold_formulas(text: str, page: MarkdownPage) -> str:
    """Return a text with its formulas held by their numbers, which are the page's; as it is if it has none."""
    if not page.maths:
        return text
    text, found = find_formulas(text)
    page.formulas[:] = found
    return text


def show_formulas(tokens: list[Token], page: MarkdownPage) -> list[Token]:
    """Return the tokens of a line with its formulas as tokens of their own."""
    if not page.formulas:
        return tokens
    from markdown_it.token import Token

    shown: list[Token] = []
    for token in tokens:
        if token.type == "image":
            for child in token.children or ():
                child.content = restore(child.content, page.formulas)
        if token.type != "text":
            token.content = restore(token.content, page.formulas)
            shown.append(token)
            continue
        parts = HOLDER.split(token.content)
        for at, part in enumerate(parts):
            if at % 2:
                formula = page.formulas[int(part)]
                html = _show(formula, page)
                meta = {"html": html, "display": formula.display}
                shown.append(Token("formula", "", 0, level=token.level, content=formula.source, meta=meta))
            elif part or len(parts) == 1:
                shown.append(Token("text", "", 0, level=token.level, content=part))
    return shown


def _show(formula: FoundFormula, page: MarkdownPage) -> Markup:
    """Return a formula as HTML; its source, which is noted, if it cannot be shown."""
    if looks_like_shell(formula.source):
        wrong = FormulaError("it reads like variables of a shell", 0)
    else:
        try:
            return _write_formula(formula, page)
        except FormulaError as error:
            wrong = error
    line, column = formula.place_of(wrong.column or 1)
    first = len(page.flaws)
    hint = "write what LaTeX reads, or put text with dollars between backticks"
    page.note(
        f"column {column}: the formula {quote(formula.written)} is shown as its source: {wrong.message}", hint
    )
    page.place_flaws(first, line)
    return mark_safe(f"<code>{escape(formula.written, quote=False)}</code>")


def _write_formula(formula: FoundFormula, page: MarkdownPage) -> Markup:
    # What paper refuses, cards do.
    width = draw_formula(formula.source, display=formula.display, language=page.language).width
    if width > WIDEST_FORMULA:
        line, column = formula.place_of(1)
        first = len(page.flaws)
        message = (
            f"column {column}: a formula is {width:.0f} em wide, and set smaller where a line has less room"
        )
        page.note(message, r"break it into lines: \begin{aligned} a &= b \\ &= c \end{aligned}")
        page.place_flaws(first, line)
    match page.maths:
        case "mathjax":
            return write_mathjax(formula.source, display=formula.display)
        case "mathml":
            return write_mathml(formula.source, display=formula.display)
        case "pictured":
            picture = draw_formula_picture(formula.source, display=formula.display, language=page.language)
            page.images[picture.name] = picture
            return write_with_picture(
                formula.source, picture, page.address, display=formula.display, language=page.language
            )
        case "text":
            return mark_safe(escape(formula_text(formula.source), quote=False))
        case _:
            return show_formula(formula.source, display=formula.display, language=page.language)


def write_formula(_renderer: object, tokens: Sequence[Token], index: int, *_rest: object) -> str:
    """Return a formula as HTML."""
    return str(tokens[index].meta["html"])
