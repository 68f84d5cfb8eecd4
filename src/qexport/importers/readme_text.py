"""The Markdown of a README → the Markdown of a bank: HTML in it resolved, ornaments removed, code untouched."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

from qexport.common.limits import Limits
from qexport.importers.held_texts import HeldTexts
from qexport.importers.html_markdown import html_to_plain, read_html_text
from qexport.importers.picture_marks import mark_picture
from qexport.importers.readme_lines import fenced_lines

_LINK_ITEM = re.compile(
    r"\s*(?:[-*+•]|\d+[.)])?\s*(\[[^\]]*\]\((https?://[^\s)]+)[^)]*\)|<?https?://[^\s>]+>?)\s*[.;]?\s*$"
)
_LINKS_HEAD = re.compile(
    r"\W*(?:useful |additional |external |more |further |other |ref(?:erence)?s? )?"
    r"(?:resources?|links?|references?|reading"
    r"|sources?|see also|"
    r"read more|learn more|quellen|weitere links|enlaces|liens|ссылки|参考(?:资料|链接)?)(?: (?:links?|reading"
    r"|resources?))?\W*",
    re.IGNORECASE,
)
_TO_TOP = re.compile(r"(?:go |back )*to (?:the )?(?:top|toc|table of contents|contents)\b")
_LONGEST_ORNAMENT = 300
"""Characters of a line that may be one that leads back to the top."""
_DIVIDER = re.compile(
    r"\s*(?:-\s?){3,}\s*|\s*(?:\*\s?){3,}\s*|\s*(?:_\s?){3,}\s*|\s*(?:<br ?/?>|</?p>|</?div[^>]*>|</?b>"
    r"|</?details>|&nbsp;)\s*"
)
_BLOCK_HTML = re.compile(r"<(table|ul|ol|pre|dl|h[1-6])\b[^>]*>.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_INLINE_CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
_EMOJI_NAME = re.compile(r"(?<![\w:/]):(?:[a-z0-9]+(?:[_+-][a-z0-9]+)*):(?!\w)")
_LEVEL_SIGNS = {
    "👶": "Beginner",
    "⭐": "Intermediate",
    "🚀": "Advanced",
    "🟢": "Beginner",
    "🟡": "Intermediate",
    "🔴": "Advanced",
}
_ORNAMENT = re.compile("[\u200d\ufe0f\u2600-\u27bf\u2b50\U0001f300-\U0001faff]")


def clean_blocks(text: str, limits: Limits) -> str:
    """Return the Markdown of an answer, its HTML resolved, without rules and ornaments at its ends."""
    text = re.sub(r"<!--(?:(?!<!--).)*?-->", "", text, flags=re.DOTALL)
    text = "\n".join("" if _leads_to_top(line) else line for line in text.split("\n"))
    parts = []
    for is_code, part in _divide_by_code(_dedent(text)):
        parts.append(part if is_code else _clean_prose(part, limits))
    lines = "\n".join(parts).split("\n")
    while lines and (not lines[0].strip() or _DIVIDER.fullmatch(lines[0])):
        lines.pop(0)
    while lines and (not lines[-1].strip() or _DIVIDER.fullmatch(lines[-1]) or _leads_to_top(lines[-1])):
        lines.pop()
    cleaned = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
    return cleaned.strip("\n") if not cleaned.startswith("    ") else cleaned.rstrip()


def _leads_to_top(line: str) -> bool:
    """Report whether a line is only a link back to the top of the page."""
    if len(line) > _LONGEST_ORNAMENT or "to" not in line.lower():
        return False
    words = re.sub(r"\W+", " ", re.sub(r"<[^<>]*>", " ", line)).strip().lower()
    return _TO_TOP.match(words) is not None


def clean_line(text: str) -> str:
    """Return a question's line: its HTML as Markdown, its ornaments and its number removed."""
    text = _without_code(text, _inline_html)
    text = re.sub(r"^\s*(?:\*\*|__)(.*?)(?:\*\*|__)\s*$", r"\1", text.strip())
    text = re.sub(
        r"^\s*(?:Q(?:uestion)?\s*)?#?\d{1,4}\s*\\?[.):]\s*|^\s*Q(?:uestion)?\s*[.:]\s*|^\s*Q\d{1,4}\s+",
        "",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"^\s*\[(.*)\]\((?:#[^)]*|[^)\s]*)\)\s*$", r"\1", text)
    text = _EMOJI_NAME.sub("", text)
    return " ".join(text.split()).strip()


_BARE_NUMBER = re.compile(
    r"(?:q|question|frage|pregunta|pergunta|domanda|вопрос)?\s*#?\d{1,4}\W*", re.IGNORECASE
)


def take_first_line(asked: str, more: str) -> tuple[str, str]:
    """Return a question and what else it says; its first line is below a heading that has only a number."""
    is_number = _BARE_NUMBER.fullmatch(asked) is not None and not more.startswith(("```", "~~~", "!["))
    if not more or (asked and not is_number):
        return asked, more
    asked, _, rest = more.partition("\n")
    return asked, rest.strip("\n")


_ADDRESS = re.compile(r"\]\((https?://[^\s)]+)|href=[\"'](https?://[^\"']+)", re.IGNORECASE)


def links_of_line(text: str, cleaned: str) -> tuple[str, ...]:
    """Return the addresses that a line has and its cleaned form has no more."""
    found = (first or second for first, second in _ADDRESS.findall(text))
    return tuple(dict.fromkeys(each for each in found if each not in cleaned))


def clean_name(text: str) -> str:
    """Return a heading as a name: plain words, without signs, counts and colons around it."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", html_to_plain(_EMOJI_NAME.sub("", text)))
    text = re.sub(r"[*_`]{1,2}(\S(?:.*?\S)?)[*_`]{1,2}", r"\1", _ORNAMENT.sub("", text))
    text = re.sub(r"^\s*#{1,6}\s+", "", text)
    text = re.sub(r"^\s*(?:\d{1,3}|[IVX]{1,4})\\?[.)]\s+|\s*\(\d+\)\s*$|[\s:：—–-]+$", "", text.strip())
    return " ".join(text.replace("\\", "").split())


def level_of_signs(text: str) -> tuple[str, str]:
    """Return a question without the signs at its end that rate it, and the level they mean."""
    bare = text.rstrip()
    for sign, level in _LEVEL_SIGNS.items():
        if bare.rstrip("\u200d\ufe0f ").endswith(sign):
            return bare.rstrip("\u200d\ufe0f ").removesuffix(sign).rstrip("\u200d\ufe0f "), level
    return text, ""


def split_links(text: str) -> tuple[str, tuple[str, ...]]:
    """Return an answer without the list of links at its end, and the links."""
    lines = text.rstrip().split("\n")
    at = len(lines)
    links: list[str] = []
    while at and (not lines[at - 1].strip() or _LINK_ITEM.match(lines[at - 1])):
        at -= 1
        if found := _LINK_ITEM.match(lines[at]):
            links.append(found[1].strip("<>"))
    if not links or not at or not _LINKS_HEAD.fullmatch(clean_name(lines[at - 1].strip("# "))):
        return text, ()
    return "\n".join(lines[: at - 1]).rstrip(), tuple(reversed(links))


def is_link_head(text: str) -> bool:
    """Report whether a heading stands above links."""
    return _LINKS_HEAD.fullmatch(clean_name(text)) is not None


def _divide_by_code(text: str) -> list[tuple[bool, str]]:
    """Return code and what is between it, in their order."""
    lines = text.split("\n")
    fenced = fenced_lines(lines)
    parts: list[tuple[bool, list[str]]] = []
    for line, is_code in zip(lines, fenced, strict=True):
        if parts and parts[-1][0] == is_code:
            parts[-1][1].append(line)
        else:
            parts.append((is_code, [line]))
    return [(is_code, "\n".join(part)) for is_code, part in parts]


def _clean_prose(text: str, limits: Limits) -> str:
    held = HeldTexts()

    def hold(found: re.Match[str]) -> str:
        return f"\n\n{held.hold(read_html_text(found[0], limits=limits))}\n\n"

    text = held.clear(text)
    if "<" in text:
        text = _BLOCK_HTML.sub(hold, text)
    text = _without_code(text, _inline_html)
    text = _EMBEDDED_FILE.sub(_show_embedded, text)
    text = _WIKI_LINK.sub(lambda found: found[2] or found[1].split("/")[-1], text)
    return held.put_back(text)


_EMBEDDED_FILE = re.compile(r"!\[\[([^\[\]|]+)(?:\|([^\]]*))?\]\]")
_WIKI_LINK = re.compile(r"(?<!!)\[\[([^\[\]|]+)(?:\|([^\]]*))?\]\]")


def _show_embedded(found: re.Match[str]) -> str:
    """Return `![[a.png|300]]` as a picture, with the width that Obsidian gives it, or its caption."""
    said = (found[2] or "").strip()
    target = found[1].strip().replace(" ", "%20")
    return mark_picture(target, "", said) if said[:1].isdigit() else mark_picture(target, said)


def find_linked_notes(text: str) -> tuple[str, ...]:
    """Return the notes that a text of Obsidian links to, each once: a bank shows the words of such a link."""
    if "[[" not in text:
        return ()
    prose = (_INLINE_CODE.sub("", part) for is_code, part in _divide_by_code(text) if not is_code)
    return tuple(dict.fromkeys(found[1].strip() for part in prose for found in _WIKI_LINK.finditer(part)))


def _without_code(text: str, change: Callable[[str], str]) -> str:
    """Change a text, but for the code in its lines."""
    parts: list[str] = []
    at = 0
    for found in _INLINE_CODE.finditer(text):
        parts += [change(text[at : found.start()]), found[0]]
        at = found.end()
    return "".join([*parts, change(text[at:])])


_INLINE = (
    (re.compile(r"<br\s*/?>[ \t]*(?=\n|$)", re.IGNORECASE), ""),
    (re.compile(r"<br\s*/?>", re.IGNORECASE), "  \n"),
    (re.compile(r"<(?:b|strong)\b[^>]*>[ \t]*([^\n]+?)[ \t]*</(?:b|strong)>", re.IGNORECASE), r"**\1**"),
    (re.compile(r"<(?:i|em)\b[^>]*>[ \t]*([^\n]+?)[ \t]*</(?:i|em)>", re.IGNORECASE), r"*\1*"),
    (re.compile(r"<(?:code|tt|samp)\b[^>]*>(.+?)</(?:code|tt|samp)>", re.IGNORECASE | re.DOTALL), r"`\1`"),
    (
        re.compile(r"<a\b[^>]*?href=[\"']?(https?://[^\"'\s>]+)[^>]*>(.*?)</a>", re.IGNORECASE | re.DOTALL),
        r"[\2](\1)",
    ),
    (re.compile(r"<summary[^>]*>(.*?)</summary>", re.IGNORECASE | re.DOTALL), r"**\1**"),
    (
        re.compile(
            r"</?(?:a|p|div|span|center|font|details|b|i|strong|em|section|figure|picture|source|u"
            r"|code)\b[^<>]*>",
            re.IGNORECASE,
        ),
        "",
    ),
)
_IMAGE = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b(src|alt|width)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)


def _inline_html(text: str) -> str:
    if "<" not in text and "&" not in text:
        return text
    text = _IMAGE.sub(_replace_picture, text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text.replace("&nbsp;", " ")


def _replace_picture(found: re.Match[str]) -> str:
    said = {each[1].lower(): each[2] or each[3] or each[4] or "" for each in _ATTRIBUTE.finditer(found[0])}
    source = unquote(said.get("src", ""))
    target = (
        source if re.fullmatch(r"[^\s()<>]+", source) else f"<{source.replace('<', '').replace('>', '')}>"
    )
    return mark_picture(target, said.get("alt", ""), said.get("width", "")) if source else ""


def _dedent(text: str) -> str:
    """Return a text without the margin that all its lines share, as below a list item."""
    lines = text.split("\n")
    margins = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    margin = min(margins, default=0)
    if not margin and margins and margins[0] == 0 and len(margins) > 1 and min(margins[1:]) >= 2:
        return text
    return "\n".join(line[margin:] if line.strip() else "" for line in lines) if margin else text
