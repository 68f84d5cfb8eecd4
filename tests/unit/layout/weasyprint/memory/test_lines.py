"""Lines of remembered text end where those of WeasyPrint do."""

from __future__ import annotations

import random

import pytest

from qexport.layout.weasyprint.setup import engine, font_configuration

engine()


from qexport.layout.weasyprint import line_ends  # noqa: E402
from qexport.layout.weasyprint.memory import lines  # noqa: E402

WORDS = (
    "a I of to in the and that with from which garbage collector reference descriptor metaclasses concurrently "
    "well-known back-and-forth and/or (in brackets) “quoted” ‘so’ don’t 3.14 1,000 50% x=y e.g. i.e. C++ — – … → "
    "fi ffl AVAToW. naïve Straße Ωmega слово list[int] __init__() http://example.org/a-b?c=d&e No.\xa05 café! why? "
    "HTTP MVP, TV AT LLM FOR Y"
)


@pytest.mark.parametrize(
    "style",
    [
        "font: 13.6px Source Serif Pro",
        "font: 12px Source Sans Pro; overflow-wrap: anywhere",
        "font: 12px IBM Plex Mono; letter-spacing: 0.3px",
        "font: 13px Source Serif Pro; word-spacing: 2px; overflow-wrap: break-word",
        "font: 13px Source Serif Pro; font-feature-settings: 'smcp'; word-break: break-all; overflow-wrap: anywhere",
    ],
)
def test_lines_end_where_they_do(style: str) -> None:
    """Lines of texts made by lot, in columns of many widths: where they end, what is in them, how large they are."""
    by_lot = random.Random(style)
    page = engine().HTML(string=f'<p style="{style}">x').render(font_config=font_configuration()).pages[0]
    kept = page._page_box.children[0].children[0].children[0].children[0].children[0].style
    assert kept.kept is not None
    fast = 0
    for _ in range(150):
        text = " ".join(by_lot.choices(WORDS.split(" "), k=by_lot.randrange(1, 60))) + by_lot.choice(
            ["", " ", ". "]
        )
        width = by_lot.choice([by_lot.uniform(40, 560), by_lot.randrange(60, 500)])
        starts_line = by_lot.random() < 0.8
        while text:
            words = text, kept, None, width, 0
            expected = line_ends.fit_before_element(*words, starts_line)
            line = lines.split_first_line(*words, starts_line)
            assert line[1:] == expected[1:]
            assert line[0].text == expected[0].text
            fast += lines._plain_line(*words) is not None
            text = text.encode()[expected[2] :].decode() if expected[2] else ""
            starts_line = True
    assert fast > 250
