"""Markdown → safe HTML. The only module that imports markdown-it.

With its raw HTML off markdown-it writes nothing but its own tags around escaped text, so there is nothing left
for a sanitiser to do; the few tags of HTML that are obeyed are read and written by rules of our own (safe_tags,
markdown_boxes). Links and pictures, the two ways out of the page, are decided in markdown_links and
markdown_pictures.

What a style sheet finds besides the usual elements: `pre.code` with a `span.line` a line, `div.table`,
`p.picture`, `ol.footnotes`, `sup`, `a.back`, `a.bare`, `a.see`, `blockquote.callout`, `li.task`, `details`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from qexport.common.limits import LIMITS, Limits
from qexport.content.code_blocks import code_block
from qexport.content.east_asian import join_lines
from qexport.content.footnotes import FOOTNOTE_RULES, keep_footnotes, refuse_depth
from qexport.content.formulas import restore
from qexport.content.markdown_boxes import mark_boxes, read_details
from qexport.content.markdown_formulas import hold_formulas, show_formulas, write_formula
from qexport.content.markdown_links import link_addresses, read_question_link, tame_link, write_link_end
from qexport.content.markdown_page import MarkdownPage
from qexport.content.markdown_pictures import read_picture, set_widths, show_picture, write_picture
from qexport.content.markdown_unknown import find_unknown_block, find_unknown_markup
from qexport.content.safe_html import escape_text, mark_safe
from qexport.content.safe_tags import (
    leave_out,
    pair_tags,
    read_comment,
    read_comment_lines,
    read_safe_tag,
    tags_as_text,
    write_closing,
    write_opening,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token


def markdown_blocks(text: str, heading_level: int, page: MarkdownPage) -> Markup:
    """Return a Markdown text as blocks of HTML; the outermost headings in it are `<h{heading_level}>`."""
    env = page.environment()
    return _render_tokens(_parse_markdown(text, env, page, heading_level), env)


def markdown_line(text: str, page: MarkdownPage) -> Markup:
    """Return one line of Markdown as HTML without a block around it."""
    _refuse_brackets(text, page.limits)
    env = page.environment()
    text = hold_formulas(text.strip(), page)
    return _render_tokens(_prepare_tokens(_markdown().parseInline(text, env), page), env)


def markdown_headed(text: str, heading_level: int, page: MarkdownPage) -> tuple[Markup, Markup]:
    """Return a question in Markdown as its first paragraph, without a block around it, and all other blocks.

    A text that begins otherwise, such as with code, has its first paragraph or heading put first, which is
    noted as a flaw of the page. One with neither is headed by its first words.
    """
    env = page.environment()
    tokens = _parse_markdown(text, env, page, heading_level)
    at = env["first"]
    if at is None:
        return escape_text(_first_words(tokens)[0]), _render_tokens(tokens, env)
    if at:
        hint = "begin with the question, and put what it is about below"
        page.note("the part before its first paragraph is shown below that paragraph", hint)
    asked = _render_tokens([tokens[at + 1]], env)
    return asked, _render_tokens([*tokens[:at], *tokens[at + 3 :]], env)


def markdown_title(text: str) -> str:
    """Return the Markdown of the line that a question is called by: of its first paragraph or heading."""
    tokens = _markdown().parse(text, MarkdownPage().environment())
    at = _first_paragraph(tokens)
    if at is not None:
        return tokens[at + 1].content.split("  \n")[0].split("\\\n")[0]
    words, is_code = _first_words(tokens)
    return f"`{words}`" if is_code and "`" not in words else words


def _first_words(tokens: Sequence[Token]) -> tuple[str, bool]:
    """Return the first words in a text without a paragraph, and whether they are code."""
    for token in tokens:
        words = (_join_contents(token.children) if token.children else token.content).strip()
        if words:
            return words.split("\n")[0], not token.children
    return "", False


def _first_paragraph(tokens: Sequence[Token]) -> int | None:
    """Return the place of the first paragraph or heading at the top of a text that has words in it."""
    for at, token in enumerate(tokens):
        if (
            token.level == 0
            and token.type in ("paragraph_open", "heading_open")
            and any(each.content.strip() for each in tokens[at + 1].children or () if each.type != "image")
        ):
            return at
    return None


def _refuse_brackets(text: str, limits: Limits) -> None:
    """Each may begin a link or a picture, whose end markdown-it looks for again and again."""
    if text.count("[") > limits.brackets:
        raise limits.make_error("brackets", f"more than {limits.show('brackets')} in one text")


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    # Beyond maxNesting markdown-it drops text without a word; ours is reached long before and is an error.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 5 * LIMITS["markup-depth"].highest})
    parser.enable(["table", "strikethrough"])
    parser.inline.ruler.before("image", "picture", read_picture)
    parser.inline.ruler.before("link", "question_link", read_question_link)
    parser.inline.ruler.after("autolink", "safe_tag", read_safe_tag)
    parser.inline.ruler.after("safe_tag", "comment", read_comment)
    parser.block.ruler.before(
        "paragraph", "comment", read_comment_lines, {"alt": ["paragraph", "blockquote"]}
    )
    parser.block.ruler.before("paragraph", "details", read_details, {"alt": ["paragraph", "blockquote"]})
    # Every link passes here; _tame_line() drops those that lead elsewhere, and keeps their text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    parser.use(footnote_plugin)
    parser.disable("footnote_inline")  # ^[…] is a power before a bracket as well
    parser.core.ruler.before("footnote_tail", "keep_footnotes", keep_footnotes)
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    return parser


def _parse_markdown(
    text: str, env: dict[str, Any], page: MarkdownPage, heading_level: int
) -> Sequence[Token]:
    _refuse_brackets(text, page.limits)
    text = hold_formulas(text, page)
    tokens = _markdown().parse(text, env)
    env["first"] = _first_paragraph(tokens)  # as long as pictures are known from text
    _shift_headings(tokens, heading_level)
    _note_lost_cells(tokens, text.split("\n"), page)
    return _prepare_tokens(tokens, page)


def _note_lost_cells(tokens: Sequence[Token], lines: Sequence[str], page: MarkdownPage) -> None:
    """Note the rows of tables that have more cells than their head: markdown-it, as GFM, drops the rest."""
    columns = 0
    for token in tokens:
        if token.type == "table_open":
            columns = 0
        columns += token.type == "th_open"
        if token.type == "tr_open" and token.map and columns:
            row = lines[token.map[0]].strip().strip(">").strip()
            cells = len(re.findall(r"(?<!\\)\|", row.removeprefix("|"))) + (not row.endswith("|"))
            if cells > columns:
                noted = len(page.flaws)
                page.note(
                    "a row of a table has more cells than its head: the rest is left out",
                    "write | in a cell as \\|",
                )
                page.place_flaws(noted, page.line_of(token.map[0] + 1))


def _prepare_tokens(tokens: Sequence[Token], page: MarkdownPage) -> Sequence[Token]:
    """Make of what markdown-it read what the page shows."""
    depth = 0
    tokens = mark_boxes(list(tokens), page.labels)
    for token in tokens:
        if token.tag in ("blockquote", "ol", "ul", "details"):
            depth += token.nesting
        elif token.type in ("th_open", "td_open") and (style := token.attrs.pop("style", "")):
            token.attrSet("class", str(style).replace("text-align:", "align-"))
        refuse_depth(depth, page.limits)
        for message, hint in find_unknown_block(token):
            noted = len(page.flaws)
            page.note(message, hint)
            page.place_flaws(noted, page.line_of(token.map[0] + 1) if token.map else 0)
        if page.formulas and token.content and not token.children:
            token.content = restore(token.content, page.formulas)
        if token.children:
            noted = len(page.flaws)
            token.children = _prepare_line(token.children, depth, page)
            page.place_flaws(noted, page.line_of(token.map[0] + 1) if token.map else 0)
    for opening, content in pairwise(tokens):
        children = content.children or []
        if opening.type == "paragraph_open" and len(children) == 1:
            kind = children[0].type
            if kind == "image" or (kind == "formula" and children[0].meta["display"]):
                opening.attrSet("class", "picture" if kind == "image" else "display")
    return tokens


def _prepare_line(tokens: list[Token], depth: int, page: MarkdownPage) -> list[Token]:
    """Make of what is in a line what the page shows."""
    for message, hint in find_unknown_markup(tokens):
        page.note(message, hint)
    tokens = show_formulas(tokens, page)
    tokens = [each for each in tokens if each.type != "comment"]
    pair_tags(tokens)
    set_widths(tokens)
    for tag in tags_as_text(tokens):
        page.note(f"the tag {tag} is shown as text", "write it in Markdown, or leave it out")
    tokens = [each for each in tokens if each.content or each.type != "text"]
    tokens = join_lines(link_addresses(tokens))
    _tame_line(tokens, depth, page)
    return tokens


def _render_tokens(tokens: Sequence[Token], env: dict[str, Any]) -> Markup:
    parser = _markdown()
    return mark_safe(parser.renderer.render(tokens, parser.options, env).strip())


def _shift_headings(tokens: Sequence[Token], outermost: int) -> None:
    """Renumber headings so that they nest under what encloses them and no level is left out."""
    enclosing: list[str] = []
    for opening, closing in zip(tokens, tokens[2:], strict=False):
        if opening.type == "heading_open":
            while enclosing and enclosing[-1] >= opening.tag:
                enclosing.pop()
            enclosing.append(opening.tag)
            opening.tag = closing.tag = f"h{min(outermost + len(enclosing) - 1, 6)}"


def _tame_line(tokens: Sequence[Token], depth: int, page: MarkdownPage) -> None:
    """Keep only the text of links that lead nowhere, and of pictures that are not shown."""
    link = None
    for at, token in enumerate(tokens):
        refuse_depth(depth + token.level, page.limits)
        if token.type == "link_open":
            link = token
            close = next(end for end in range(at, len(tokens)) if tokens[end].type == "link_close")
            tame_link(link, _join_contents(tokens[at:close]), page)
        elif token.type == "link_close" and link is not None:
            token.meta = {**link.meta, "hidden": link.hidden}
            link = None
        elif token.type == "image" and show_picture(token, page) and link is not None and not link.hidden:
            link.hidden = True  # who cannot see the picture would find nothing to follow (PDF/UA, 7.18.5)
            hint = "write the link beside it"
            page.note(f"the link around a picture, to {link.attrs['href']}, is left out", hint)


def _join_contents(tokens: Sequence[Token]) -> str:
    return "".join(token.content or _join_contents(token.children or ()) for token in tokens)


# Rules, as markdown-it calls them: for a block, with a token's place among the tokens


def _table_open(*_arguments: object) -> str:
    return '<div class="table">\n<table>\n'


def _table_close(*_arguments: object) -> str:
    return "</table>\n</div>\n"


def _write_code(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict[str, Any]
) -> str:
    info = tokens[index].info.split(maxsplit=1)
    return code_block(tokens[index].content, info[0] if info else "", env["limits"])


_RULES: dict[str, Callable[..., str]] = {
    **FOOTNOTE_RULES,
    "comment": leave_out,
    "code_block": _write_code,
    "fence": _write_code,
    "formula": write_formula,
    "image": write_picture,
    "link_close": write_link_end,
    "safe_tag_close": write_closing,
    "safe_tag_open": write_opening,
    "table_close": _table_close,
    "table_open": _table_open,
}
