"""A formula as MathML with a picture behind it, for e-books.

    LaTeX → <span class="formula"><math altimg="…">…</math><img src="…"/></span>, and the file of the picture

A reader shows one of the two: where it knows MathML the formula, else the picture (`templates/epub/style.css`). The
picture is also the `altimg` of the formula, where MathML itself looks for one (MathML 3, 2.2.1).
"""

from __future__ import annotations

from hashlib import sha256
from html import escape

from markupsafe import Markup

from qexport.content.images import Image
from qexport.content.maths import draw_formula, write_mathml
from qexport.content.safe_html import mark_safe

PIXELS_PER_EM = 16
"""Of a picture, for readers that take no other measure."""


def draw_formula_picture(source: str, *, display: bool = False, language: str = "en") -> Image:
    """Return a formula as an SVG picture, dark on white: a reader's page may be dark.

    Args:
        source: LaTeX without the delimiters around it.
        display: Whether it is on a line of its own.
        language: BCP 47, of the spoken text.

    Raises:
        FormulaError: It is not LaTeX.
    """
    formula = draw_formula(source, display=display, language=language)
    left, top, width, height = formula.view_box.split()
    paths = formula.paths.replace(' href="#', ' xlink:href="#')  # readers of EPUB 2 know no other
    data = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" '
        f'width="{formula.width:.3f}em" height="{formula.height:.3f}em" viewBox="{formula.view_box}">'
        f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="#ffffff"/>{paths}</svg>\n'
    ).encode()
    wide, high = (max(1, round(PIXELS_PER_EM * each)) for each in (formula.width, formula.height))
    return Image(f"formula-{sha256(data).hexdigest()[:24]}.svg", "image/svg+xml", wide, high, data)


def write_with_picture(
    source: str, picture: Image, address: str, *, display: bool = False, language: str = "en"
) -> Markup:
    """Return a formula as MathML, with its picture beside it.

    Args:
        source: LaTeX without the delimiters around it.
        picture: As `draw_formula_picture` returns it.
        address: What stands before the name of the picture.
        display: Whether it is on a line of its own.
        language: BCP 47, of the spoken text.
    """
    formula = draw_formula(source, display=display, language=language)
    file, speech = escape(address + picture.name), escape(formula.speech)
    depth = f"{-formula.depth:.3f}em"
    described = (
        f'<math alttext="{speech}" altimg="{file}" altimg-width="{formula.width:.3f}em" '
        f'altimg-height="{formula.height:.3f}em" altimg-valign="{depth}"'
    )
    math = str(write_mathml(source, display=display)).replace("<math", described, 1)
    style = f"width: {formula.width:.3f}em; height: {formula.height:.3f}em; vertical-align: {depth}"
    kind = "formula alone" if display else "formula"
    return mark_safe(
        f'<span class="{kind}">{math}<img class="picture" src="{file}" alt="{speech}" style="{style}"></span>'
    )
