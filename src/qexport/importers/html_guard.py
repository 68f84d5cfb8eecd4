"""A look at HTML before a parser gets it, which some pages would keep busy for hours."""

from __future__ import annotations

import re

from qexport.common.errors import Location
from qexport.common.limits import Limits

_COUNTED_TAG = re.compile(r"""<(?:(script|style)\b|[a-z])((?:[^>"']|"[^"]*"|'[^']*')*+)""", re.IGNORECASE)
_QUOTED = re.compile(r""""[^"]*"|'[^']*'""")


def check_tags(html: str, path: str, limits: Limits) -> None:
    """Count the tags of a page, and the attributes of each.

    Args:
        html: A page, or a part of one.
        path: Named in errors.
        limits: `page`, `tags` and `attributes` are applied.

    Raises:
        LimitExceeded: There is too much of it.
    """
    if len(html) > limits.page:
        raise limits.make_error("page", f"{path}: a page of more than {limits.show('page')}")
    count = at = 0
    while tag := _COUNTED_TAG.search(html, at):
        at = tag.end()
        count += 1
        most = limits.attributes
        if len(tag[2]) > most and len(_QUOTED.sub("", tag[2]).split()) > most:
            place = Location(path, html.count("\n", 0, tag.start()) + 1)
            raise limits.make_error("attributes", f"{place}: a tag of more than {limits.show('attributes')}")
        if count > limits.tags:
            raise limits.make_error("tags", f"{path}: a page of more than {limits.show('tags')}")
        if tag[1]:  # its content is no HTML
            closing = re.compile(f"</{tag[1]}", re.IGNORECASE).search(html, at)
            at = closing.start() if closing else len(html)
