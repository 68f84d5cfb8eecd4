"""The functions of WeasyPrint that are replaced: what, why it is right, what it gains, and for which source.

Gains are of the 155 ms that a cold question took without any of them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from weasyprint import html

from qexport.layout.weasyprint import alike, meaning, text_drawing
from qexport.layout.weasyprint.drawings import SVG, make_drawing_handler
from qexport.layout.weasyprint.line_ends import fit_before_element as mended_split_first_line
from qexport.layout.weasyprint.memory import (
    fonts,
    lines,
    pango_layouts,
    parsing,
    percentages,
    rare_styles,
    styles,
)
from qexport.layout.weasyprint.replacements import Installed, Replacement, install

_LAYOUT = "weasyprint.text.line_break:Layout"
_SPLIT_FIRST_LINE = "weasyprint.text.line_break:split_first_line"
_STYLES = {
    "weasyprint.css:StyleFor": "77cda9e9afe8",
    "weasyprint.css:ComputedStyle": "04705edad1fa",
    "weasyprint.css:AnonymousStyle": "ca71dc68b414",
}

MENDS = (
    Replacement(
        what="drawings",
        why="An inline SVG is parsed and drawn once in a process; after that its operators are repeated.",
        gain="15 ms",
        places={
            "weasyprint.html:HTML_HANDLERS": {
                **html.HTML_HANDLERS,
                SVG: make_drawing_handler(html.HTML_HANDLERS[SVG]),
            }
        },
    ),
    Replacement(
        what="drawing of text",
        why="WeasyPrint 70 loses letters drawn with two glyphs, and blanks between elements, out of the text layer.",
        gain="6 ms, and a fault is mended",
        places={"weasyprint.draw.text:draw_first_line": text_drawing.draw_first_line},
        sources={
            "weasyprint.draw.text:draw_text": "e6101477b598",
            "weasyprint.draw.text:draw_first_line": "1b657a27ca40",
        },
    ),
    Replacement(
        what="boxes of marked content",
        why="The structure tree does not say which HTML its content was drawn for, which Code, Note and Lang need.",
        gain="none: tags say more",
        places={"weasyprint.pdf:add_tags": meaning.note_boxes},
        sources={
            "weasyprint.pdf.tags": "309da9e7e1f7",
            "weasyprint.pdf.stream:Stream.marked": "145db1e21105",
        },
    ),
    Replacement(
        what="spaces that end lines",
        why="WeasyPrint 70 breaks a line after its first word if there is room for all but the space at its end.",
        gain="none: a fault is mended",
        places={"weasyprint.layout.inline:split_first_line": mended_split_first_line},
        sources={_SPLIT_FIRST_LINE: "017b6a0d6b07"},
    ),
)
"""What stays replaced when memory is switched off."""

ROWS = (
    Replacement(
        what="styles",
        why="A style depends on its parent's, its declarations, the base address, fonts and page size alone.",
        gain="23 ms",
        places={
            "weasyprint.css:ComputedStyle": styles.Computed,
            "weasyprint.css:AnonymousStyle": styles.Anonymous,
        },
        sources=_STYLES,
    ),
    Replacement(
        what="styles of rare pseudo-elements",
        why="The engine's own style sheet gives each element six; they are computed when they are asked for.",
        gain="not measured by itself",
        places={
            "weasyprint.css:StyleFor": rare_styles.LateStyleFor,
            "weasyprint.html:UA_STYLESHEET.matcher.other_selectors": rare_styles.OTHER_SELECTORS,
        },
        sources=_STYLES,
    ),
    Replacement(
        what="percentages",
        why="Lengths of a box depend on its style and the size of its containing block alone.",
        gain="14 ms",
        places={
            f"weasyprint.layout.{module}:resolve_percentages": percentages.resolve_percentages
            for module in ("block", "inline")
        },
        sources={"weasyprint.layout.percent": "df05c47bd58c"},
        needs=("styles",),
    ),
    Replacement(
        what="square corners",
        why="Whether all corners of a box are square depends on its style alone.",
        gain="3 ms",
        places={
            "weasyprint.layout.background:resolve_radii_percentages": percentages.resolve_radii_percentages
        },
        sources={"weasyprint.layout.percent:resolve_radii_percentages": "0305b58285db"},
        needs=("styles",),
    ),
    Replacement(
        what="struts",
        why="A strut depends on the style alone; the key WeasyPrint finds it by is long.",
        gain="5 ms",
        places={"weasyprint.layout.inline:strut": pango_layouts.strut},
        sources={"weasyprint.text.line_break:strut": "e091efd3a15c"},
        needs=("styles",),
    ),
    Replacement(
        what="expressions of the parser",
        why="The parser means to keep them, but under the wrong key.",
        gain="3 ms",
        places={"tinyhtml5.inputstream:characters_until_regex": parsing.Expressions()},
        sources={"tinyhtml5.inputstream:HTMLUnicodeInputStream.chars_until": "dfe353323dff"},
    ),
    Replacement(
        what="least width of lines",
        why="It is asked for to see whether a line fits beside floats: beside none it is not looked at.",
        gain="17 ms",
        places={"weasyprint.layout.inline:inline_min_content_width": lines.inline_min_content_width},
        sources={
            "weasyprint.layout.inline:get_next_linebox": "d8e52300fcda",
            "weasyprint.layout.preferred:inline_min_content_width": "222b965f3df3",
            "weasyprint.layout.float:avoid_collisions": "9414233392f7",
        },
    ),
    Replacement(
        what="layouts of Pango",
        why="An empty layout is made of style and fonts alone; one line that is drawn as it was found stays as it is.",
        gain="23 ms",
        places={_LAYOUT: pango_layouts.RememberingLayout},
        sources={_LAYOUT: "79a090bc7ad0", "weasyprint.draw.text:draw_text": "e6101477b598"},
        needs=("styles",),
    ),
    Replacement(
        what="fonts",
        why="A font of Pango's is the same at the same address as long as it is kept; what is drawn with it is not.",
        gain="3 ms",
        places={
            "weasyprint.pdf.stream:Stream.add_font": fonts.add_font,
        },
        sources={
            "weasyprint.pdf.fonts:Font": "1ca5dbaf48fb",
            "weasyprint.pdf.stream:Stream.add_font": "e4226e111747",
        },
    ),
    Replacement(
        what="fonts of chunks",
        why="The linker embeds fonts, once for a book: those of a chunk are not looked at.",
        gain="23 ms",
        places={"weasyprint.pdf:build_fonts_dictionary": fonts.embed_no_fonts},
        sources={"weasyprint.pdf.fonts:build_fonts_dictionary": "4ee18ac411c2"},
    ),
    Replacement(
        what="lines",
        why="A line ends where it does whatever comes after the next word; documents of a question share most lines.",
        gain="9 ms",
        places={"weasyprint.layout.inline:split_first_line": lines.split_first_line},
        sources={
            _SPLIT_FIRST_LINE: "017b6a0d6b07",
            "weasyprint.draw.text:draw_first_line": "1b657a27ca40",
            "weasyprint.text.line_break:first_line_metrics": "3849f8253cfe",
            "weasyprint.text.line_break:get_next_break_point": "6e8aa047fb3d",
        },
        needs=("layouts of Pango",),
    ),
)

_installed: dict[str, Installed] = {}


def install_all() -> None:
    """Replace what both tables name, once."""
    if not _installed:
        _installed["mends"] = install(MENDS)
        _installed["memory"] = install(ROWS)


def list_left_out() -> tuple[str, ...]:
    """Return the rows that were written for another source than this WeasyPrint's."""
    return tuple(name for installed in _installed.values() for name in installed.left_out)


@contextmanager
def switch_off() -> Iterator[None]:
    """Let WeasyPrint remember nothing, for the time of the block."""
    _installed["memory"].undo()
    forget()
    try:
        yield
    finally:
        _installed["memory"] = install(ROWS)


def forget() -> None:
    """Forget everything, as after a layout that was broken off: what is kept may be half done."""
    gc.unfreeze()  # among what is no longer looked through there may be what is forgotten
    styles.forget_styles()
    fonts.forget_fonts()
    lines.forget_lines()
    alike.forget_models()
