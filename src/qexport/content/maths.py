"""Formulas → drawings, MathML, words. The only module that imports mathra and math-core.

Mathra (MIT or Apache-2.0, no dependencies) sets LaTeX in STIX Two Math as paths with a baseline, the same bytes each
time, and says a formula in words. Its strict mode is used: what it would only guess is an error. Its metadata, its
style and the invisible text it writes are dropped. Ziamath and latex2mathml were tried: the first needs a font a
formula and draws no delimiters that grow, the second accepts what is wrong.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape

from markupsafe import Markup

from qexport.common.patterns import compile_late
from qexport.common.records import Record
from qexport.content.fitting import COLUMN
from qexport.content.safe_html import mark_safe

LONGEST_FORMULA = 2000
"""Characters of a formula; the longest of a textbook has some 400."""

LANGUAGES = frozenset(
    ["ar", "de", "en", "es", "fr", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "zh"]
)
"""Languages that mathra says formulas in; English for others."""


class FormulaError(ValueError):
    """What is wrong with a formula, and where."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.column = column
        """In the formula, counted from 1; 0 if it is all of it."""


class Formula(Record, frozen=True):
    """A formula, drawn."""

    paths: str
    """What is inside the `<svg>`; ids begin with `f` and a digest of the formula."""
    view_box: str
    width: float
    """In ems of the text around it."""
    height: float
    depth: float
    """How much of the height is below the baseline."""
    speech: str
    text: str
    """The formula in one line of Unicode, as one types it in plain text."""


_DROPPED_SVG = compile_late(r"<(title|metadata|style|text)\b.*?</\1>", re.DOTALL)


@cache
def draw_formula(source: str, *, display: bool = False, language: str = "en") -> Formula:
    """Return a formula in LaTeX, drawn.

    Args:
        source: LaTeX without the delimiters around it.
        display: Whether it is on a line of its own, with large operators.
        language: BCP 47, of the spoken text.

    Raises:
        FormulaError: It is not LaTeX, or uses a command that paper or cards cannot show.
    """
    import mathra

    if len(source) > LONGEST_FORMULA:
        raise FormulaError(f"it has more than {LONGEST_FORMULA:,} characters", 0)
    try:
        made = mathra.render(source, _locale(language), display=display, strict=True)
    except ValueError as error:
        found = re.match(r"column (\d+): (.*)", str(error), re.DOTALL)
        raise FormulaError(found[2] if found else str(error), int(found[1]) if found else 0) from error
    svg = made["svg"]
    attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', svg[: svg.index(">")]))
    inside = _DROPPED_SVG.sub("", svg)
    inside = inside[inside.index(">") + 1 :].removesuffix("</svg>")
    inside = re.sub(r"mathra-([0-9a-f]+)-", r"f\1-", inside).replace("currentColor", "#1c1c1c")
    depth = re.search(r"vertical-align:\s*(-?[\d.]+)em", attributes.get("style", ""))
    return Formula(
        paths=inside,
        view_box=attributes["viewBox"],
        width=float(attributes["width"].removesuffix("em")),
        height=float(attributes["height"].removesuffix("em")),
        depth=-float(depth[1]) if depth else 0.0,
        speech=made["speech"],
        text=made["text"],
    )


def _locale(language: str) -> str:
    main = language.split("-", maxsplit=1)[0].lower()
    return "pt-BR" if main == "pt" else main if main in LANGUAGES else "en"


BEHIND = 0.25
"""Ems: the size of the text layer behind a formula."""

CLOSEST = 0.06
"""Least ems between two characters of it: closer, PDF readers take two equal characters for a shadow of one."""


def show_formula(source: str, *, display: bool = False, language: str = "en") -> Markup:
    """Return a formula as a drawing on the baseline, with its source behind it, for search and copy."""
    formula = draw_formula(source, display=display, language=language)
    advance = max(formula.width / max(len(source), 1), CLOSEST)
    spacing = min(advance / BEHIND - COLUMN, 0)
    style = f"width: {formula.width:.3f}em; height: {formula.height:.3f}em; vertical-align: {-formula.depth:.3f}em"
    return mark_safe(
        f'<span class="formula"><svg xmlns="http://www.w3.org/2000/svg" viewBox="{formula.view_box}" '
        f'style="{style}"><title>{escape(formula.speech)}</title>{formula.paths}</svg>'
        f'<span class="source" style="letter-spacing: {spacing:.3f}em">{escape(" ".join(source.split()), quote=False)}'
        "</span></span>"
    )


def write_mathjax(source: str, *, display: bool = False) -> Markup:
    """Return a formula as Anki's MathJax reads it; the class lets it read there and nowhere else."""
    opening, closing = (r"\[", r"\]") if display else (r"\(", r"\)")
    return mark_safe(f'<span class="mathjax_process">{opening}{escape(source, quote=False)}{closing}</span>')


@cache
def write_mathml(source: str, *, display: bool = False) -> Markup:
    """Return a formula as MathML, for what browsers and readers of books show themselves.

    Raises:
        FormulaError: It is no LaTeX.
    """
    import math_core

    converter = math_core.LatexToMathML(xml_namespace=True, fancy_error=False)
    try:
        return mark_safe(converter.convert_with_local_state(source, displaystyle=display))
    except math_core.LatexError as error:
        raise FormulaError(str(error), 0) from error


def formula_text(source: str) -> str:
    """Return a formula in one line of Unicode; its source if it is wrong."""
    try:
        return unescape(draw_formula(source).text)
    except FormulaError:
        return source
