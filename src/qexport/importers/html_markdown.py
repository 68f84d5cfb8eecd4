"""HTML → Markdown that shows the same: code stays code, words are not glued, lists and tables stay.

For fields of foreign decks, for quizzes, and for HTML inside Markdown. Libraries for this were tried and miss one
of these: escapes in code, line breaks in `<pre>`, lists that an editor put between list items, words at the
borders of elements. Everything here is text: no element is obeyed but those in the tables below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.references import resolve_numeric, unescape_html
from qexport.common.text_input import normalise
from qexport.importers.html_guard import check_tags
from qexport.importers.picture_marks import mark_picture

_BLOCK_ELEMENTS = frozenset(
    [
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "blockquote",
    ]
)
_DROPPED_ELEMENTS = frozenset(
    ["head", "iframe", "noscript", "object", "script", "style", "template", "title"]
)
_STRONG_TAGS, _EMPHASIS_TAGS, _CODE_TAGS = (
    frozenset(names.split()) for names in ("b strong", "em i cite dfn", "code samp tt")
)
_KEPT_ELEMENTS = frozenset(["sub", "sup", "kbd", "mark", "u", "ins"])
"""Inline elements that Markdown has no sign for, written as they are if they have no attributes."""
_TAG_OR_ENTITY = re.compile(
    r"<(?:/?[a-zA-Z][a-zA-Z0-9]*(?=[\s/>])[^<>]*|!--(?:(?!<!--|-->).)*--)>|&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w*);",
    re.DOTALL,
)
_SPECIAL = re.compile(r"([\\`*_\[\]<])")
_LINE_START = re.compile(r"^(\s*)([#>+-]|\d{1,9}[.)])(?=\s|$)|^(\s*)(~)(?=~~)")
_LANGUAGE = re.compile(r"(?:^|\s)(?:language-|lang-|brush:\s*|highlight-source-)([\w+#-]+)")


def has_html(text: str) -> bool:
    """Report whether a text has tags or character references, as far as their form shows."""
    return _TAG_OR_ENTITY.search(text) is not None


def read_html_text(html: str, *, path: str = "", limits: Limits = USUAL) -> str:
    """Return HTML as Markdown.

    Args:
        html: A fragment or a page.
        path: Named in errors.
        limits: `page`, `tags`, `attributes` and `page_depth` are applied.

    Raises:
        LimitExceeded: there is too much of it.
        InputRefused: its elements are nested too deeply.
    """
    if not html.strip():
        return ""
    if not has_html(html):
        return _join_blocks(_paragraphs(escape_markdown(html)))
    check_tags(html, path, limits)
    tree = _parse_html(html)
    if tree is None:
        return ""
    _check_depth(tree, path, limits)
    return "\n\n".join(block for block in _MarkdownWriter().blocks(tree) if block.strip()).strip("\n")


def html_to_plain(html: str) -> str:
    """Return the words of HTML on one line, for names: a category, a tag."""
    return " ".join(unescape_html(re.sub(r"<[^<>]*>", " ", html)).split())


def escape_markdown(text: str) -> str:
    """Return text in which no character is a sign of Markdown."""
    lines = []
    for line in text.split("\n"):
        escaped = _SPECIAL.sub(_escape_if_needed(line), line)
        lines.append(_LINE_START.sub(_escape_found, escaped))
    return "\n".join(lines)


def _escape_if_needed(line: str) -> Any:
    has_links = re.search(r"\]\(|\]\[|\]:|\[\^|^\s*\[[ xX]\]", line) is not None

    def escape(found: re.Match[str]) -> str:
        sign, at = found[1], found.start()
        before, after = line[at - 1 : at], line[at + 1 : at + 2]
        if sign in "[]" and not has_links:
            return sign  # no link, footnote or definition can be meant
        if sign == "_" and before.isalnum() and after.isalnum():
            return sign  # CommonMark takes no underscore within a word for emphasis
        if sign == "<" and not re.match(r"[a-zA-Z/!?]", after):
            return sign
        if sign == "*" and before in ("", " ") and after in ("", " ") and line[:at].strip():
            return sign
        return f"\\{sign}"

    return escape


def _escape_found(found: re.Match[str]) -> str:
    return f"{found[1] or found[3] or ''}{_escape_sign(found[2] or found[4])}"


def _escape_sign(sign: str) -> str:
    return f"\\{sign}" if len(sign) == 1 and not sign.isdigit() else f"{sign[:-1]}\\{sign[-1]}"


def _parse_html(html: str) -> Any:
    from lxml import etree  # type: ignore[import-untyped]
    from lxml.html import HTMLParser, document_fromstring  # type: ignore[import-untyped]

    bare = resolve_numeric(re.sub(r"\A\s*<\?xml[^>]*>", "", html))
    cleaned = normalise(bare)[0].replace("\u2028", "\n").replace("\u2029", "\n")
    # lxml's fragment_fromstring asserts that there is one body; of some pages libxml2 makes none, or two.
    parser = HTMLParser(remove_comments=True, remove_pis=True)
    try:
        page = document_fromstring(f"<html><body>{cleaned}</body></html>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return None
    return page


def _check_depth(tree: Any, path: str, limits: Limits) -> None:
    waiting = [(tree, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > limits.page_depth:
            message = f"HTML nested deeper than {limits.show('page-depth')}"
            raise InputRefused((Problem(Location(path), message, limits.hint("page-depth")),))
        waiting += [(child, depth + 1) for child in element]


def _paragraphs(text: str) -> list[str]:
    return [part.strip("\n") for part in re.split(r"\n[ \t]*\n", text)]


def _join_blocks(blocks: list[str]) -> str:
    return "\n\n".join(block for block in blocks if block.strip())


class _MarkdownWriter:
    """Elements → blocks of Markdown."""

    def blocks(self, element: Any) -> Iterator[str]:
        """Yield the blocks of an element's content; text between them is a paragraph."""
        line: list[str] = []
        self._add_text(line, element.text)
        for child in element:
            name = _name(child)
            if name in _BLOCK_ELEMENTS:
                yield from self._flush(line)
                yield from self._block(name, child)
            elif name == "br" and _breaks_paragraph(child):
                yield from self._flush(line)
            elif name not in _DROPPED_ELEMENTS and self._has_block(child):
                yield from self._flush(line)
                yield from self.blocks(child)
            else:
                line.append(self._inline(name, child))
            self._add_text(line, child.tail)
        yield from self._flush(line)

    def _flush(self, line: list[str]) -> Iterator[str]:
        text = _tidy_paragraph("".join(line))
        line.clear()
        if text:
            yield "\n".join(_LINE_START.sub(_escape_found, each) for each in text.split("\n"))

    def _has_block(self, element: Any) -> bool:
        return any(_name(each) in _BLOCK_ELEMENTS for each in element.iterdescendants())

    def _block(self, name: str, element: Any) -> Iterator[str]:
        match name:
            case "pre":
                yield _write_fence(element)
            case "ul" | "ol" | "dl":
                yield from self._list(element, name)
            case "table":
                yield from self._table(element)
            case "blockquote":
                inner = "\n\n".join(self.blocks(element))
                yield "\n".join(f"> {line}".rstrip() for line in inner.split("\n")) if inner else ""
            case "hr":
                yield "---"
            case "h1" | "h2" | "h3" | "h4" | "h5" | "h6":
                text = " ".join(self._line(element).split())
                yield f"{'#' * int(name[1])} {text}" if text else ""
            case "li":  # outside a list
                yield "- " + "\n\n".join(self.blocks(element)).replace("\n", "\n  ")
            case _:
                yield from self.blocks(element)

    def _list(self, element: Any, name: str) -> Iterator[str]:
        items: list[str] = []
        number = _start(element)
        for child in element:
            kind = _name(child)
            if kind in ("ul", "ol"):  # an editor's: it belongs to the item before
                inner = "\n".join(self._list(child, kind))
                if items:
                    items[-1] += "\n" + _indent_lines(inner, self._indent(name, number - 1))
                else:
                    items.append(inner)
                continue
            blocks = [block for block in self.blocks(child) if block]
            mark = f"{number}. " if name == "ol" else "- "
            if kind == "dt":
                mark = "- "
                blocks = [f"**{' '.join(blocks)}**"] if blocks else []
            if not blocks:
                continue
            tight = "\n" if all(re.match(r"(- |\d+\. )", block) for block in blocks[1:]) else "\n\n"
            items.append(mark + _indent_lines(tight.join(blocks), len(mark)).lstrip())
            number += 1
        yield "\n".join(items)

    @staticmethod
    def _indent(name: str, number: int) -> int:
        return len(f"{number}. ") if name == "ol" else 2

    def _table(self, element: Any) -> Iterator[str]:
        cells = [
            [cell for cell in row if _name(cell) in ("td", "th")]
            for row in element.iterdescendants()
            if _name(row) == "tr"
        ]
        cells = [row for row in cells if row]
        if not cells:
            yield from self.blocks(element)
            return
        if (
            any(_name(each) in ("pre", "table") for each in element.iterdescendants())
            or max(map(len, cells)) < 2
        ):
            for cell in element.iterdescendants():  # layout, not data
                if _name(cell) in ("td", "th", "caption"):
                    yield from (self.blocks(cell) if not _within_cell(cell, element) else ())
            return
        rows = [list(map(self._cell, row)) for row in cells]  # not before: in each, all of a table within it
        width = max(map(len, rows))
        rows = [row + [""] * (width - len(row)) for row in rows]
        lines = [f"| {' | '.join(row)} |" for row in rows]
        lines.insert(1, f"|{' --- |' * width}")
        yield "\n".join(lines)

    def _cell(self, cell: Any) -> str:
        text = " ".join(" ".join(self.blocks(cell)).split()) if self._has_block(cell) else self._line(cell)
        return " ".join(text.replace("\\\n", " ").split()).replace("|", "\\|")

    def _line(self, element: Any) -> str:
        """Return an element's content on one line."""
        parts: list[str] = []
        self._add_text(parts, element.text)
        for child in element:
            name = _name(child)
            parts.append(" " if name in _BLOCK_ELEMENTS else "")
            parts.append(self._inline(name, child))
            parts.append(" " if name in _BLOCK_ELEMENTS else "")
            self._add_text(parts, child.tail)
        return _tidy_paragraph("".join(parts))

    def _inline(self, name: str, element: Any) -> str:
        match name:
            case "br":
                return "\\\n"
            case "img":
                return _write_image(element)
            case "a":
                return self._link(element)
            case "input" if element.get("type") == "checkbox":
                return "[x] " if element.get("checked") is not None else "[ ] "
            case _ if name in _CODE_TAGS:
                return _code("".join(element.itertext()))
            case _:
                return "" if name in _DROPPED_ELEMENTS else self._write_emphasis(name, element)

    def _write_emphasis(self, name: str, element: Any) -> str:
        inner = self._inner(element)
        if name in _STRONG_TAGS or re.search(r"font-weight:\s*(bold|[6-9]00)", element.get("style") or ""):
            return _around("**", inner)
        if name in _EMPHASIS_TAGS:
            return _around("*", inner)
        if name in ("del", "s", "strike"):
            return _around("~~", inner)
        if name in _KEPT_ELEMENTS and inner.strip():
            return f"<{name}>{inner}</{name}>"
        return inner

    def _inner(self, element: Any) -> str:
        parts: list[str] = []
        self._add_text(parts, element.text)
        for child in element:
            parts.append(self._inline(_name(child), child))
            self._add_text(parts, child.tail)
        return "".join(parts)

    def _link(self, element: Any) -> str:
        inner, address = self._inner(element).strip(), (element.get("href") or "").strip()
        if not re.match(r"https?://|mailto:", address, re.IGNORECASE):
            return inner
        target = address.replace(" ", "%20").replace("(", "%28").replace(")", "%29")
        if not inner:
            return ""  # a place to jump to, or an icon that CSS draws
        if inner.replace("\\", "") == address:
            return f"<{address.replace(' ', '%20')}>"
        return f"[{' '.join(inner.split())}]({target})"

    @staticmethod
    def _add_text(parts: list[str], text: str | None) -> None:
        if text:
            parts.append(escape_markdown(re.sub(r"[ \t\n\r\f\u00a0]+", " ", text)))


def _name(element: Any) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _breaks_paragraph(element: Any) -> bool:
    """Report whether a second line break follows: together they are the space between paragraphs."""
    following = element.getnext()
    is_twice = following is not None and _name(following) == "br" and not (element.tail or "").strip()
    before = element.getprevious()
    was_twice = before is not None and _name(before) == "br" and not (before.tail or "").strip()
    return is_twice or was_twice


def _within_cell(cell: Any, table: Any) -> bool:
    parent = cell.getparent()
    while parent is not None and parent is not table:
        if _name(parent) in ("td", "th"):
            return True
        parent = parent.getparent()
    return False


def _start(element: Any) -> int:
    given = element.get("start") or "1"
    return int(given) if re.fullmatch(r"[0-9]{1,8}", given) else 1


def _indent_lines(text: str, width: int) -> str:
    return "\n".join(f"{' ' * width}{line}" if line else "" for line in text.split("\n"))


def _tidy_paragraph(text: str) -> str:
    """Return a paragraph's text: single spaces, no break at its ends, no blank around breaks."""
    text = re.sub(r" *\\\n *", "\\\n", text)
    text = re.sub(r" {2,}", " ", text)
    return re.sub(r"\A(?:\\\n| )+|(?:\\\n| )+\Z", "", text)


def _around(sign: str, inner: str) -> str:
    """Put a sign around text, and leave the blanks at its ends outside, as Markdown wants it."""
    before = _BREAKS_BEFORE.match(inner)
    after = _BREAKS_AFTER.search(inner)
    first, last = before.end() if before else 0, after.start() if after else len(inner)
    words = inner[first:last]
    if first >= last or sign in words:
        return inner
    return f"{inner[:first]}{sign}{words}{sign}{inner[last:]}"


_BREAKS_BEFORE = re.compile(r"(?:\s|\\\n)+")
_BREAKS_AFTER = re.compile(r"(?:\s|\\\n)+\Z")


def _code(text: str) -> str:
    """Return code in a line, whatever backticks it has."""
    text = re.sub(r"\s+", " ", text)
    if not text.strip():
        return text
    longest = max(map(len, re.findall("`+", text)), default=0)
    ticks = "`" * (longest + 1)
    room = " " if text.startswith("`") or text.endswith("`") else ""
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{ticks}{room}{text.strip()}{room}{ticks}{after}"


def _write_fence(element: Any) -> str:
    for br in list(element.iter("br")):
        br.tail = "\n" + (br.tail or "")
    for block in list(element.iter("div", "p")):
        if block is not element:
            block.tail = "\n" + (block.tail or "")
    code = "".join(element.itertext()).replace("\u00a0", " ").strip("\n")
    if not code.strip():
        return ""
    classes = " ".join(each.get("class") or "" for each in element.iter())
    language = _LANGUAGE.search(classes)
    longest = max(map(len, re.findall("`{3,}", code)), default=2)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{language[1].lower() if language else ''}\n{code}\n{fence}"


def _write_image(element: Any) -> str:
    source = (element.get("src") or "").strip()
    if not source:
        return ""
    alt = " ".join((element.get("alt") or "").split())
    target = (
        source
        if re.fullmatch(r"[^\s()<>]+", source)
        else f"<{source.replace('<', '%3C').replace('>', '%3E')}>"
    )
    if source.startswith("data:"):
        return f"[picture: {alt}]"
    return mark_picture(target, escape_markdown(alt), element.get("width") or "")
