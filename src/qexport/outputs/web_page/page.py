"""The page: questions as HTML, style, script and index in one file that asks for nothing.

What may run in it is named by its digest in the page's own policy (Content-Security-Policy): our script and our
style. A theme may change the style (`web/page.css`) and a question's HTML, but neither the script nor the policy.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from urllib.parse import quote

from markupsafe import Markup

from qexport import __version__
from qexport.bank.lock import Edition
from qexport.bank.model import Question
from qexport.common.errors import Problem
from qexport.content.images import Image
from qexport.content.languages import Language, capitalize, main_subtag
from qexport.content.languages import language as language_of
from qexport.content.markdown_pictures import let_enlarge
from qexport.content.question_view import anchor_name, question_text
from qexport.content.safe_html import mark_safe
from qexport.content.templates import Templates
from qexport.outputs.document import Document, Tools
from qexport.outputs.options import CommonOptions
from qexport.outputs.registry import OUTPUTS
from qexport.outputs.web_page import OUTPUT, WEB_PAGE_ENDING
from qexport.outputs.web_page.fonts import font_faces
from qexport.outputs.web_page.index import index_of, pack_json

SCRIPT_PARTS = ("fold", "query", "sha256", "filters", "bank", "list", "study", "page")
"""The parts of the script, in their order; `templates/web/NAME.js`."""

SHOWN_AT_ONCE = 400
"""Questions up to which all are elements of the page from the start; of more, a browser gets ten times as much to lay
out as anybody looks at."""

FIRST_SHOWN = 40
"""Questions of a longer page that are elements from the start. The others are inside <noscript>: without scripts a
browser shows them, with scripts they are text, which costs nothing until the reader gets there."""

NEXT_QUESTION = "<!--question-->"
NO_GROUP = ("", "")
"""Neither a technology nor a category."""
IMAGE_ADDRESS = "image:"

SAID_BY_SCRIPTS = (
    *("again", "hard", "good", "easy", "of_total", "other_questions", "difficulty"),
    *("technology", "category", "level", "tags", "light", "light_auto", "light_day", "light_night", "study"),
    *("show_more", "known_of", "study_times", "progress_count", "progress_kept", "progress_lost", "time"),
    *("no_question", "filter_leaves", "filter_none", "filter_remove", "none", "and_more"),
)
"""Labels that the page's scripts write, beside `error_…`."""

WIDE = re.compile("[^\\0-\xff]")
"""A character that takes two bytes in a browser, and makes all of the text around it take two a character."""

NARROWED_GROWTH = 0.02
"""By how much a page may grow for texts that a browser holds in half the memory."""

EARLY_SCRIPT = "document.documentElement.classList.add('js')"
"""Runs before the first paint: what needs scripts takes its room at once."""


@dataclass(frozen=True, slots=True)
class _Article:
    """One question as HTML."""

    question: Question
    anchor: str
    html: str
    images: tuple[Image, ...]
    problems: tuple[Problem, ...]


def render(edition: Edition, options: CommonOptions, tools: Tools) -> Document:
    """Return the page of an edition; the same arguments give the same bytes.

    Raises:
        InputRefused: a text, a picture or a template of the theme cannot be used.
        LimitExceeded: a text asks for more than the limits allow.
    """
    addresses = {each.id: "" for each in edition.bank.questions}
    addresses |= {each.id: f"#{_question_anchor(each)}" for each in edition.questions}
    words = language_of(edition.bank.language)
    articles = [_article(question, tools, addresses, words) for question in edition.questions]
    page = _make_web_page(edition, options, tools, articles)
    pictures = sum(len(article.images) for article in articles)
    return Document(
        suffix=WEB_PAGE_ENDING,
        data=page.encode(),
        summary="1 page" + (f", {pictures} picture{'s' * (pictures > 1)}" if pictures else ""),
        amounts={"size_pages": 1, **({"size_pictures": pictures} if pictures else {})},
        warnings=tuple(problem for article in articles for problem in article.problems),
    )


def _question_anchor(question: Question) -> str:
    return "q-" + anchor_name(question.id)


def _article(question: Question, tools: Tools, addresses: Mapping[str, str], words: Language) -> _Article:
    text = question_text(
        question,
        heading_level=5,
        image_address=IMAGE_ADDRESS,
        questions=addresses,
        maths="mathml",
        language=words.tag,
        labels=words.labels,
        limits=tools.limits,
    )
    anchor = _question_anchor(question)
    html = tools.templates.render(
        "web/question.html.j2",
        question={**text.view, "anchor": anchor},
        labels=dict(words.labels),
        said=_lang(words.labels_tag, words),
    )
    for image in text.images:
        data = f"data:{image.media_type};base64,{b64encode(image.data).decode()}"
        size = f'width="{image.width}" height="{image.height}" loading="lazy"'
        html = html.replace(f'<img src="{IMAGE_ADDRESS}{image.name}"', f'<img {size} src="{data}"')
    return _Article(question, anchor, _reachable(html.strip()), text.images, text.problems)


def _reachable(html: str) -> str:
    """Let what scrolls inside itself be scrolled with the keyboard, too, and pictures be enlarged."""
    for opening in ('<pre class="code"', '<div class="table"'):
        html = html.replace(opening, f'{opening} tabindex="0"')
    return let_enlarge(html)


def _make_web_page(
    edition: Edition, options: CommonOptions, tools: Tools, articles: Sequence[_Article]
) -> str:
    """Return the page; what is large is put into the filled template, which need not read it."""
    ours = Templates(limits=tools.limits)
    words = language_of(edition.bank.language)
    shown, rest, first = _split_articles(articles, words)
    shown, rest = narrow_letters(shown), narrow_letters(rest)
    script = _scripts(ours)
    style = _smaller(tools.templates.source("web/page.css")).replace("</", "<\\/")
    said = _words(words)
    fonts = font_faces([*(article.html for article in articles), said])
    index = pack_json(index_of(edition.bank, edition.questions, [article.anchor for article in articles]))
    bank = edition.bank
    large = {
        "style": style,
        "fonts": fonts,
        "early": EARLY_SCRIPT,
        "shown": shown,
        "rest": rest,
        "index": index,
        "words": said,
        "script": script,
    }
    frame = ours.render(
        "web/page.html.j2",
        **{name: mark_safe(f"\0{name}\0") if value else "" for name, value in large.items()},
        policy=_policy([EARLY_SCRIPT, script], [style, fonts]),
        labels_language=bank.language if main_subtag(words.tag) == words.labels_tag else words.labels_tag,
        labels=dict(words.labels),
        grades={
            name: capitalize(words.labels[name], words.tag) for name in ("again", "hard", "good", "easy")
        },
        own=_lang(words.tag, words),
        direction=words.direction,
        generator=f"qexport {__version__}",
        title=edition.title,
        scope=edition.scope,
        edition=options.edition_label,
        count=len(articles),
        counted=words.count(len(articles)),
        example="difficulty>=8",
        first=first,
        source=bank.source,
        licence=bank.licence,
        groups=_group_contents(articles) if _has_groups(articles) else [],
        downloads=_downloads(tools.file_names, words),
        feed=quote(tools.file_names.get("feed", "")),
        deck=quote(tools.file_names.get("deck", "")),
    )
    return re.sub(r"\0(\w+)\0", lambda slot: large[slot[1]], narrow_letters(frame))


def narrow_letters(html: str) -> str:
    """Return HTML with references for its characters above U+00FF, unless that makes it much larger.

    Browsers keep a text in one byte a character if it has none above U+00FF. Chromium loads an English page of 10,000
    questions in half the time if its few “ ” ’ – are references.
    """
    references = WIDE.sub(lambda found: f"&#{ord(found[0])};", html)
    return references if len(references) <= (1 + NARROWED_GROWTH) * len(html) else html


def _words(words: Language) -> str:
    """Return what the scripts say, as JSON that no tag ends."""
    labels = {
        key: text for key, text in words.labels.items() if key in SAID_BY_SCRIPTS or key.startswith("error_")
    }
    labels |= {key: capitalize(labels[key], words.tag) for key in ("again", "hard", "good", "easy")}
    said = {"language": words.labels_tag, "counts": dict(words.counts), "labels": labels}
    return json.dumps(said, ensure_ascii=False).replace("<", "\\u003c")


def _lang(tag: str, words: Language) -> Markup:
    """Return the attribute for texts of one language in a page of another; nothing if both are the same."""
    return Markup("") if main_subtag(words.tag) == words.labels_tag else Markup(' lang="{}"').format(tag)


def _split_articles(articles: Sequence[_Article], words: Language) -> tuple[str, str, int]:
    """Return the HTML of the first questions, that of the others, and how many the first are."""
    first = len(articles) if len(articles) <= SHOWN_AT_ONCE else FIRST_SHOWN
    pieces: list[str] = []
    group = None if _has_groups(articles) else NO_GROUP
    for number, article in enumerate(articles):
        heading = ""
        if _group(article) != group:
            group = _group(article)
            heading = _write_heading(article, words) + "\n"
        pieces.append(f"{heading}{NEXT_QUESTION if number >= first else ''}{article.html}\n")
    return "".join(pieces[:first]), "".join(pieces[first:]), first


def _has_groups(articles: Sequence[_Article]) -> bool:
    """Whether a question has a technology or a category; "other questions" are other than these."""
    return any(_group(article) != NO_GROUP for article in articles)


def _group(article: _Article) -> tuple[str, str]:
    return article.question.technology, article.question.category


def _write_heading(article: _Article, words: Language) -> str:
    technology, category = _group(article)
    title = Markup.escape(technology or category or words.label("other_questions"))
    more = Markup(" <span>{}</span>").format(category) if technology and category else ""
    return f'<h2 class="group" id="{_group_anchor(article)}" dir="auto">{title}{more}</h2>'


def _group_anchor(article: _Article) -> str:
    return f"from-{article.anchor}"


def _group_contents(articles: Sequence[_Article]) -> list[dict[str, object]]:
    """Return the contents: what stands together, and how many questions that are."""
    groups = []
    for (technology, category), members in groupby(articles, key=_group):
        first, *others = members
        groups.append(
            {
                "technology": technology,
                "category": category,
                "anchor": _group_anchor(first),
                "count": 1 + len(others),
            }
        )
    return groups


def _downloads(file_names: Mapping[str, str], words: Language) -> list[dict[str, str]]:
    """Return what lies beside the page, as links: to the files of all other outputs of the build."""
    return [
        {
            "address": quote(file_names[name]),
            "title": words.label(output.label) if output.label else capitalize(name, words.tag),
            "kind": file_names[name].rpartition(".")[2].upper(),
        }
        for name, output in OUTPUTS.items()
        if name in file_names and name != OUTPUT.name
    ]


def _scripts(ours: Templates) -> str:
    parts = "\n".join(ours.source(f"web/{name}.js") for name in SCRIPT_PARTS)
    return f'"use strict";\n(() => {{\n{parts}\nbegin();\n}})();\n'


def _smaller(style: str) -> str:
    """Return a style sheet without comments and indentation."""
    return re.sub(r"\n\s*", "\n", re.sub(r"/\*(?:[^*]|\*(?!/))*\*/", "", style)).strip() + "\n"


def _policy(scripts: Iterable[str], styles: Iterable[str]) -> str:
    """Return the page's Content-Security-Policy: these scripts, these styles, and nothing from anywhere."""
    return (
        f"default-src 'none'; script-src {_digests(scripts)}; style-src {_digests(styles)}; "
        "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
    )


def _digests(texts: Iterable[str]) -> str:
    digests = (b64encode(sha256(text.encode()).digest()).decode() for text in texts)
    return " ".join(f"'sha256-{digest}'" for digest in digests)
