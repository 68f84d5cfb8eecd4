"""The cover of a book."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qexport.content.cover_image import read_cover_image
from qexport.content.images import IMAGE_PREFIX, describe_by_name
from qexport.outputs.book.cover_pattern import draw_pattern
from qexport.outputs.book.overview import overview
from qexport.outputs.paper import PAPERS

if TYPE_CHECKING:
    from qexport.layout.scheduler import Job
    from qexport.outputs.book.press import Press


def make_cover(press: Press, kind: str) -> Job:
    """Return the cover of a kind of book: "Handbook", in the language of its bank."""
    bank, facts = press.edition.bank, press.facts
    image = read_cover_image(bank, press.tools.limits)
    picture = (
        {"name": f"{IMAGE_PREFIX}{image.name}", "words": describe_by_name(bank.cover_image)}
        if image
        else None
    )
    values = {
        "kind": kind,
        "author": bank.author,
        "image": picture,
        "scope": facts.scope,
        "count": facts.count,
        "overview": overview(
            press.edition.questions,
            large=press.options.large_print,
            tall=PAPERS[press.options.paper].wide,
        ),
        "imprint": [line for line in (facts.dated, facts.source, facts.licence) if line],
        "pattern": draw_pattern(bank.namespace or bank.title, press.colours()),
    }
    return press.job("handbook/cover.html.j2", values, lambda: values, (image,) if image else ())
