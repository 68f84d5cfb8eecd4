"""A field that a learner changed in Anki → the text of the bank that becomes exactly that HTML.

    text of the version + its HTML + the learner's HTML → candidates → the one that is rendered to the learner's HTML

Words are carried over into the text as the bank writes it, so that its layout stays. Nothing is guessed: a candidate
that is rendered to anything else than what the learner has is dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from qexport.anki.shown_html import differ_in_tags
from qexport.bank.merging import apply_hunks, are_too_far_apart, hunks_of, tokens_of
from qexport.common.references import unescape_html
from qexport.common.text_distance import edit_steps

ToMarkdown = Callable[[str], str]
"""Returns HTML as Markdown."""

# All of these are bounded, or stop at the next thing of their kind: what comes back may be anyone's.
_FIELD_SOUND = re.compile(r"(?:\s|<br>){0,8}\[sound:([^\[\]\n]{0,500})\]")
_HTML_PICTURE = re.compile(r"<img\b[^<>]*>", re.IGNORECASE)
_SOURCE = re.compile(r"\bsrc=(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_ALT = re.compile(r"\balt=(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_HTML_ITEM = re.compile(r"<li>((?:(?!<li>).)*?)</li>", re.DOTALL)
_CHOICE_LETTER = re.compile(r'\A<span class="letter">[a-z]\)</span> ')
_UNSEEN_COMMENT = re.compile(r"<!--(?:(?!<!--|-->).)*-->", re.DOTALL)
"""What is in a text and not on its note, so that nobody can have removed it in Anki."""
_PRIVATE_SIGNS = range(0xF0000, 0xFFFFE)
"""Code points that take the place of comments while words are carried over (Unicode's private use, plane 15)."""
_BY_CODE = re.compile(r"(<pre\b(?:(?!<pre\b).)*?</pre>)", re.DOTALL)
_HTML_BLOCK = r"</?(?:br|p|[ou]l|li|div|blockquote|h[1-6]|hr|table|t(?:head|body|r|h|d)|d[ltd])\b[^<>]*>"
_AROUND_BLOCKS = re.compile(rf"\n?({_HTML_BLOCK})\n?")
"""Line ends beside the tags of blocks, which nobody sees."""
_SAME_TAGS = (
    ("<br />", "<br>"),
    ("<br/>", "<br>"),
    ("<b>", "<strong>"),
    ("</b>", "</strong>"),
    ("<i>", "<em>"),
    ("</i>", "</em>"),
)
"""How Anki's editor writes what a deck writes otherwise."""


def canonical_html(html: str) -> str:
    """Return HTML without what Anki's editor adds and nobody sees."""
    if "\r" in html or not html.isascii() or "&nbsp;" in html:
        html = html.replace("\r", "").replace("\xa0", " ").replace("&nbsp;", " ")
        html = unicodedata.normalize("NFC", html)  # as Anki keeps all fields
    if "<" in html:
        for written, usual in _SAME_TAGS:
            html = html.replace(written, usual)
        html = _with_lines_as_breaks(html)
        html = "".join(
            part.replace("<br>", "\n")  # the editor writes breaks there, where a line end is one
            if part.startswith("<pre")
            else _AROUND_BLOCKS.sub(r"\1", re.sub(r"\n+", "\n", part))
            for part in _BY_CODE.split(html)
        )
        html = _without_end(html)
    if "&" in html:
        for written, sign in (("&quot;", '"'), ("&#34;", '"'), ("&#39;", "'"), ("&#x27;", "'")):
            html = html.replace(written, sign)
    return html.strip()


def _with_lines_as_breaks(html: str) -> str:
    """Return HTML whose last lines, which older versions of the editor put into `<div>`, begin with breaks."""
    lines: list[str] = []
    end = len(html)
    while html.endswith("</div>", 0, end):
        start = html.rfind("<div>", 0, end)
        inner = html[start + 5 : end - 6]
        if start < 0 or "<div" in inner or "</div" in inner:
            break
        lines.append("<br>" + inner.removeprefix("<br>"))
        end = start
    return html[:end] + "".join(reversed(lines)) if lines else html


def _without_end(html: str) -> str:
    """Return HTML without the breaks and blanks at its end."""
    end = len(html)
    while True:
        if html.endswith("<br>", 0, end):
            end -= 4
        elif end and html[end - 1].isspace():
            end -= 1
        else:
            return html[:end]


@dataclass(frozen=True, slots=True)
class Carried:
    """The HTML of a field without what no text can hold."""

    html: str
    sounds: tuple[str, ...] = ()
    """Names of files."""
    pictures: tuple[tuple[str, str, str], ...] = ()
    """The word in the HTML that takes the place of each new picture, the picture's name, and what describes it."""


def take_media_out(html: str, known: str) -> Carried:
    """Return a field without its sounds, and with a word in place of each picture that the deck did not make.

    Args:
        html: The field as the learner has it.
        known: The field as published. Its sounds and pictures are kept.
    """
    if "<img" not in html and "[sound:" not in html:
        return Carried(html)
    sounds = tuple(name for name in _FIELD_SOUND.findall(html) if f"[sound:{name}]" not in known)
    html = _FIELD_SOUND.sub(lambda found: found[0] if found[0].strip() in known else "", html)
    pictures: list[tuple[str, str, str]] = []

    shown = frozenset(map(_name_of_picture, _HTML_PICTURE.findall(known)))

    def word(found: re.Match[str]) -> str:
        name = _name_of_picture(found[0])
        if name in shown or not name or re.match(r"[a-z]+:", name, re.IGNORECASE):
            return found[0]
        described = _ALT.search(found[0])
        text = unescape_html(next(filter(None, described.groups()), "")) if described else ""
        mark = f"QXPICTURE{len(pictures)}QX"
        pictures.append((mark, name, re.sub(r"[\[\]\n\\]", " ", text).strip()))
        return mark

    return Carried(_HTML_PICTURE.sub(word, html), sounds, tuple(pictures))


def _name_of_picture(tag: str) -> str:
    source = _SOURCE.search(tag)
    return unescape_html(next(filter(None, source.groups()), "")) if source else ""


def put_pictures_back(text: str, pictures: Sequence[tuple[str, str, str]], places: Mapping[str, str]) -> str:
    """Return a text in Markdown with pictures in place of their words."""
    for mark, name, described in pictures:
        text = text.replace(mark, f"![{described}]({places[name]})")
    return text


def text_candidates(text: str, before: str, after: str, to_markdown: ToMarkdown | None) -> Iterator[str]:
    """Yield texts that may be rendered to `after`, the likeliest first.

    Args:
        text: What `before` was rendered from.
        before: The HTML of the text.
        after: The HTML that the learner has.
        to_markdown: Turns HTML into Markdown; None for a plain text.
    """
    if to_markdown is None or "<!--" not in text:
        yield from _text_candidates(text, before, after, to_markdown)
        return
    comments = _UNSEEN_COMMENT.findall(text)
    free = (sign for sign in map(chr, _PRIVATE_SIGNS) if sign not in text)
    marks = dict(zip(free, comments, strict=False))
    if len(marks) < len(comments):
        return
    for mark, comment in marks.items():
        text = text.replace(comment, mark, 1)
    for candidate in _text_candidates(text, before, after, to_markdown):
        if all(mark in candidate for mark in marks):
            yield candidate.translate({ord(mark): comment for mark, comment in marks.items()})


def _text_candidates(text: str, before: str, after: str, to_markdown: ToMarkdown | None) -> Iterator[str]:
    views: list[Callable[[str], str]] = [visible_text]
    if to_markdown is not None:
        views.append(to_markdown)
    shown = [(view(before), view(after)) for view in views]
    for old, new in shown:
        if (carried := _carry_over(text, old, new)) is not None:
            yield carried
    yield from (new.strip() for _, new in shown)


def items_in(html: str) -> list[str]:
    """Return the items of a list, without the letters of choices."""
    return [_CHOICE_LETTER.sub("", item).strip() for item in _HTML_ITEM.findall(html)]


def item_candidates(
    items: Sequence[str], before: str, after: str, to_markdown: ToMarkdown | None
) -> Iterator[tuple[str, ...]]:
    """Yield lists whose HTML may be `after`: the items that stayed as they are, others with their words carried over.

    Args:
        items: What `before` was rendered from.
        before: The HTML of the list.
        after: The HTML that the learner has.
        to_markdown: Turns HTML into Markdown; None for plain texts.
    """
    old, new = items_in(before), items_in(after)
    if len(old) != len(items):
        return
    plain: list[str] = []
    rich: list[str] = []
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for place in range(first, last):
            at = start + place - first
            if tag == "equal":
                found = [items[at]]
            elif at < end:
                found = list(text_candidates(items[at], old[at], new[place], to_markdown))
            else:
                found = [visible_text(new[place]), (to_markdown or visible_text)(new[place])]
            found = [each.strip() for each in found if each.strip()]
            if found:
                plain.append(found[0])
                rich.append(found[-1])
    yield tuple(plain)
    yield tuple(rich)


def _carry_over(text: str, before: str, after: str) -> str | None:
    """Return a text with the words changed that differ between two states of what is seen of it."""
    source, shown, wanted = tokens_of(text), tokens_of(before), tokens_of(after)
    if are_too_far_apart(shown, wanted) or are_too_far_apart(source, shown):
        return None
    places = _align_words(source, shown)
    changed = []
    for hunk in hunks_of(shown, wanted):
        start = places.get(hunk.start) if hunk.start < len(shown) else len(source)
        end = places.get(hunk.end - 1) if hunk.end > hunk.start else None
        if start is None or (hunk.end > hunk.start and end is None):
            return None
        changed.append(replace(hunk, start=start, end=start if end is None else end + 1))
    return "".join(apply_hunks(source, changed))


def _align_words(source: Sequence[str], shown: Sequence[str]) -> dict[int, int]:
    """Return where in the source each shown word is."""
    numbers: dict[str, int] = {}
    old, new = ([numbers.setdefault(token, len(numbers)) for token in tokens] for tokens in (source, shown))
    places: dict[int, int] = {}
    for what, start, end, new_start, _ in edit_steps(old, new):
        if what == "equal":
            places |= {new_start + offset: start + offset for offset in range(end - start)}
    return places


def visible_text(html: str) -> str:
    """Return the text of HTML, with its line breaks."""
    text = html.replace("<br>", "\n")
    text = re.sub(r"</p>\s*<p>", "\n\n", text)
    text = re.sub(r"</li>\s*<li>", " ", text)
    return unescape_html(re.sub(r"<[^<>]*>", "", text))


def describe_change(before: str, after: str) -> tuple[str, str, bool]:
    """Return two states of a field as they are reported, and whether they are HTML.

    They are texts if these say what was changed, and HTML if tags were.
    """
    tags = [_HTML_PICTURE.findall(html) for html in (before, after)]
    if tags[0] != tags[1] and list(map(_name_of_picture, tags[0])) == list(map(_name_of_picture, tags[1])):
        return " ".join(before.split()), " ".join(after.split()), True
    if not differ_in_tags(before, after):
        return describe_html(before), describe_html(after), False
    if all(re.fullmatch(r"(?:<p>(?:(?!<p\b|</p>).)*</p>)?", each, re.DOTALL) for each in (before, after)):
        before, after = before[3:-4], after[3:-4]  # one paragraph
    return " ".join(_name_pictures(before).split()), " ".join(_name_pictures(after).split()), True


def describe_html(html: str) -> str:
    """Return the text of HTML on one line, with its pictures as Anki writes sounds: `[picture:NAME]`."""
    return " ".join(visible_text(_name_pictures(html)).split())


def _name_pictures(html: str) -> str:
    return _HTML_PICTURE.sub(lambda found: f"[picture:{_name_of_picture(found[0])}]", html)
