"""A page of HTML, or one that a browser saved as .mhtml → Markdown, which is read as a README is."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy

from qexport.common.errors import InputRefused, Location, Problem
from qexport.importers import readme
from qexport.importers.foreign_formulas import read_html_with_formulas
from qexport.importers.html_places import TextPlaces
from qexport.importers.signs import is_mhtml
from qexport.importers.source import Reading, Source

_MOST_PARTS = 10_000


def read_page_html(source: Source) -> str:
    """Return the HTML of a page: the file itself, or the first part of an .mhtml.

    Raises:
        InputRefused: an .mhtml has no page in it.
    """
    if not is_mhtml(source):
        return source.text
    message = message_from_bytes(source.data, policy=policy.compat32)
    for number, part in enumerate(message.walk()):
        if number > _MOST_PARTS:
            break
        if part.get_content_type() == "text/html":
            data = part.get_payload(decode=True)
            encoding = part.get_content_charset() or "utf-8"
            if isinstance(data, bytes):
                try:
                    return data.decode(encoding, "replace")
                except LookupError:
                    return data.decode("utf-8", "replace")
    raise InputRefused(
        (Problem(Location(source.path), "there is no page in this archive", "save the page again"),)
    )


def _main_part(html: str) -> str:
    """Return the article of a page, from the first to the last if there are several; without one, the body."""
    first = re.search(r"<(?:article|main)\b", html, re.IGNORECASE)
    last = [found.end() for found in re.finditer(r"</(?:article|main)>", html, re.IGNORECASE)]
    if first and last and first.end() < last[-1]:
        return html[first.start() : last[-1]]
    body = re.search(r"<body\b", html, re.IGNORECASE)
    return html[body.start() :] if body else html


def parse(source: Source) -> Reading:
    """Read the questions of a page that is laid out as a README is: headings, lists, folded answers."""
    html = read_page_html(source)
    title = re.search(r"<title[^<>]*>([^<]*)</title>", html, re.IGNORECASE)
    markdown = read_html_with_formulas(_main_part(html), path=source.path, limits=source.limits)
    reading = readme.parse(replace(source, text=markdown, data=b""))
    header = dict(reading.header)
    if title and "title" not in header and (words := " ".join(title[1].split())):
        header["title"] = words
    # the lines are those of the Markdown, which nobody has; those of an archive are packed
    places = TextPlaces("" if is_mhtml(source) else html, source.path)
    lines = markdown.split("\n")
    found = tuple(
        replace(each, location=places.find(lines[each.location.line - 1])) for each in reading.questions
    )
    places = TextPlaces("" if is_mhtml(source) else html, source.path)
    aside = tuple(
        replace(each, location=places.find(lines[each.location.line - 1])) for each in reading.left_aside
    )
    shape = f"HTML page: {reading.shape.removeprefix('Markdown, ')}"
    return replace(reading, shape=shape, questions=found, header=header, left_aside=aside)
