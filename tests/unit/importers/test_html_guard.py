"""HTML that is more than a parser should get, at lowered limits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qexport.common.errors import LimitExceeded
from qexport.common.limits import USUAL
from qexport.importers.html_guard import check_tags

LOW = replace(USUAL, page=100, tags=3, attributes=2)


@pytest.mark.parametrize(
    ("html", "message"),
    [
        ("x" * 101, "a.html: a page of more than 100 characters"),
        ("<p><p><p><p>", "a.html: a page of more than 3 tags"),
        ("<p>\n<p a b c>", "a.html:2: a tag of more than 2 attributes"),
    ],
)
def test_what_is_too_much_is_refused(html: str, message: str) -> None:
    with pytest.raises(LimitExceeded) as caught:
        check_tags(html, "a.html", LOW)
    assert caught.value.message == message


def test_text_of_scripts_and_of_quotes_counts_as_no_tag() -> None:
    check_tags("<script>'<p><p><p><p>'</script><p a='b c d e'>", "a.html", LOW)
