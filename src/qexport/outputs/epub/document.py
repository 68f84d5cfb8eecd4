"""An edition → an EPUB 3.3 publication: one document a question, found by contents, parts and links.

A question stands alone on its page, and its answer begins on the next: one tap on "Answer", or a turn of the page.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from markupsafe import Markup

from qexport import __version__
from qexport.bank.lock import Edition
from qexport.bank.model import Question
from qexport.content.images import Image
from qexport.content.languages import Language
from qexport.content.languages import language as language_of
from qexport.content.question_view import question_text
from qexport.content.safe_html import mark_safe
from qexport.outputs.document import Document, Tools
from qexport.outputs.epub import EPUB_ENDING
from qexport.outputs.epub.archive import container_of
from qexport.outputs.epub.cover import draw_cover
from qexport.outputs.epub.xhtml import xhtml_of
from qexport.outputs.options import CommonOptions

CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container" version="1.0">
<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
IMAGES_FOLDER = "images/"
NAMESPACE = uuid.UUID("9d3f7c2e-54a1-5c0b-8a53-0f6b1f6f2c11")
"""Of the identifiers of our e-books (RFC 9562, version 5)."""
UNDATED = datetime(2000, 1, 1, tzinfo=UTC)
"""When a bank that has no lock yet was last changed, which an e-book has to say."""


@dataclass(frozen=True, slots=True)
class _EbookPage:
    """One document of the e-book."""

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class _ContentsPart:
    """Questions of one technology and category, in the contents."""

    title: str
    questions: tuple[dict[str, str], ...]


def render(edition: Edition, options: CommonOptions, tools: Tools) -> Document:
    """Return the e-book of an edition; the same arguments give the same bytes.

    Raises:
        InputRefused: a text, a picture or a template of the theme cannot be used.
    """
    names = [f"question-{number:05}.xhtml" for number in range(1, len(edition.questions) + 1)]
    addresses = {each.id: "" for each in edition.bank.questions}
    addresses |= {each.id: name for each, name in zip(edition.questions, names, strict=True)}
    words = language_of(edition.bank.language)
    texts = [
        question_text(
            each,
            heading_level=3,
            image_address=IMAGES_FOLDER,
            questions=addresses,
            maths="pictured",
            language=words.tag,
            labels=words.labels,
            limits=tools.limits,
        )
        for each in edition.questions
    ]
    images = {image.name: image for text in texts for image in text.images}
    shared = {
        "language": words.tag,
        "direction": words.direction,
        "labels": dict(words.labels),
        "book": edition.title,
    }
    pages = []
    for number, (text, name) in enumerate(zip(texts, names, strict=True)):
        view = _as_xhtml({**text.view})
        around = {
            "before": names[number - 1] if number else "",
            "after": names[number + 1] if number + 1 < len(names) else "",
        }
        html = tools.templates.render("epub/question.xhtml.j2", question=view, **around, **shared)
        pages.append(_EbookPage(name, edition.questions[number].id, html))
    files = _make_files(
        edition,
        options,
        tools,
        shared=shared,
        words=words,
        pages=pages,
        parts=parts_of(edition.questions, names, words.label("other_questions")),
        images=images.values(),
    )
    return Document(
        suffix=EPUB_ENDING,
        data=container_of({"META-INF/container.xml": CONTAINER.encode(), **files}),
        summary=f"{len(pages)} document{'s' * (len(pages) != 1)}",
        amounts={"size_documents": len(pages)},
        warnings=tuple(problem for text in texts for problem in text.problems),
    )


def parts_of(
    questions: Sequence[Question], names: Sequence[str], others: str = "Other questions"
) -> list[_ContentsPart]:
    """Return the contents: what stands together, under its title."""
    parts = []
    pairs = zip(questions, names, strict=True)
    for (technology, category), members in groupby(
        pairs, key=lambda pair: (pair[0].technology, pair[0].category)
    ):
        title = ": ".join(filter(None, dict.fromkeys((technology, category)))) or others
        listed = tuple(
            {"name": name, "id": question.id, "line": " ".join(question.question.split("\n")[0].split())}
            for question, name in members
        )
        parts.append(_ContentsPart(title, listed))
    return parts


def _as_xhtml(value: object) -> object:
    """Return a view whose HTML is XHTML."""
    if isinstance(value, Markup):
        return mark_safe(xhtml_of(value))
    if isinstance(value, dict):
        return {key: _as_xhtml(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_as_xhtml(each) for each in value]
    return value


def _make_files(
    edition: Edition,
    options: CommonOptions,
    tools: Tools,
    *,
    shared: Mapping[str, object],
    words: Language,
    pages: Sequence[_EbookPage],
    parts: Sequence[_ContentsPart],
    images: Iterable[Image],
) -> dict[str, bytes]:
    """Return the files of the publication by their paths."""
    bank = edition.bank
    count = words.count(len(pages))
    label = f"{words.label('edition')} {options.edition_label}" if options.edition_label else ""
    pictures = sorted(images, key=lambda image: image.name)
    values = {
        **shared,
        "title": edition.title,
        "scope": edition.scope,
        "count": count,
        "label": label,
        "source": bank.source,
        "licence": bank.licence,
        "generator": f"qexport {__version__}",
        "identifier": uuid.uuid5(NAMESPACE, f"{bank.namespace}\n{edition.title}\n{edition.scope}").urn,
        "modified": _find_change_time(edition, options).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "pages": [
            {"name": page.name, "number": number, "mathml": "<math" in page.text}
            for number, page in enumerate(pages, 1)
        ],
        "parts": [{"title": part.title, "questions": list(part.questions)} for part in parts],
        "images": [{"name": image.name, "type": image.media_type} for image in pictures],
    }
    made = {
        name: tools.templates.render(f"epub/{name}.j2", **values)
        for name in ("package.opf", "nav.xhtml", "toc.ncx", "title.xhtml", "cover.xhtml")
    }
    style = tools.templates.source("epub/style.css")
    lines = tuple(filter(None, (edition.scope, count, label)))
    return {
        **{f"EPUB/{name}": text.encode() for name, text in made.items()},
        **{f"EPUB/{page.name}": page.text.encode() for page in pages},
        **{f"EPUB/{IMAGES_FOLDER}{image.name}": image.data for image in pictures},
        "EPUB/style.css": style.encode(),
        "EPUB/cover.png": draw_cover(edition.title, lines),
    }


def _find_change_time(edition: Edition, options: CommonOptions) -> datetime:
    """Return when the e-book was last changed: as given, else when the bank was."""
    if options.dated:
        return datetime(options.dated.year, options.dated.month, options.dated.day, tzinfo=UTC)
    return datetime.fromtimestamp(edition.lock.changed, UTC) if edition.lock else UNDATED
