"""What the engine remembers: a chunk is what it would be without, whatever was laid out before it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace

import pytest
from tools import sample_banks

from qexport.bank.lock import Edition
from qexport.bank.model import Bank
from qexport.common.errors import LimitExceeded
from qexport.content.themes import find_theme
from qexport.layout.chunk import Chunk
from qexport.layout.scheduler import Scheduler
from qexport.layout.units import LayoutInput
from qexport.layout.weasyprint import layout
from qexport.layout.weasyprint.setup import engine
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Tools
from qexport.outputs.handbook import HandbookOptions, document

engine()

from weasyprint.layout import inline  # noqa: E402

from qexport.layout.weasyprint.memory import fonts, percentages, styles, table  # noqa: E402
from qexport.layout.weasyprint.replacements import changed_sources, install  # noqa: E402

HARD = ("WORD-MD", "ONE-LINE", "MIXED", "RTL", "CJK")
"""Questions of the bank that strains pages, but for those that take seconds."""

CSS = """
@page { size: 100mm 120mm; margin: 10mm; @bottom-right { content: "qx:folio"; font: 9pt "Source Sans Pro" } }
:root { --gap: 3pt }
html { font: 10pt/14pt "Source Serif Pro"; orphans: 1; widows: 1 }
body, ul, ol { margin: 0; padding: 0 }
p { margin: 0 0 var(--gap) }
code { font: 0.9em "IBM Plex Mono"; overflow-wrap: anywhere }
"""
TEXT = (
    "A sentence that is long enough to go on for more than one line, with <b>bold</b>, <i>italic</i> "
    "and <code>code_of_it</code>. "
)

DOCUMENTS = {
    "text": f"<p>{TEXT * 4}</p><p>{TEXT}</p>",
    "a size of the page": "<style>.a { width: 40vw; margin-left: 10vh; font-size: 3vw } .b { padding: 1em }</style>"
    f'<div class="a"><div class="b"><p>{TEXT}</p></div></div><p style="text-indent: 5vmin">{TEXT}</p>',
    "calculated from the page": "<style>.a { width: calc(50% + 5vw); padding: calc(1em + 2%) }</style>"
    f'<div class="a"><p>{TEXT}</p></div><div class="a"><p>{TEXT}</p></div>',
    "text measured in the page": "<style>.l { letter-spacing: 0.1vw } .h { hyphenate-limit-zone: 2vw } "
    f'.t {{ tab-size: 3vw }}</style><p class="l">{TEXT}</p><p class="h">{TEXT}</p><p class="t">{TEXT}</p>',
    "styles of an element": f'<p style="color: red; margin-left: 9mm">{TEXT}</p><p style="font-size: 15pt">{TEXT}</p>',
    "floats beside text": "<style>.f { float: left; width: 30mm; margin: 2mm } .r { float: right; width: 20mm }"
    f' .w {{ float: left; width: 70mm }}</style><p class="f">{TEXT}</p><p>{TEXT * 3}</p><p class="r">{TEXT}</p>'
    f'<p>{TEXT * 3}</p><p class="w">{TEXT}</p><p>{"wide" * 12} {TEXT}</p>',
    "floats, from right to left": "<style>.f { float: left; width: 30mm }</style>"
    f'<div style="direction: rtl"><p class="f">{TEXT}</p><p>{TEXT * 3}</p><p>שלום עולם {TEXT}</p></div>',
    "a table": "<style>td { border: 1px solid; padding: 5% 2mm } .c { border-collapse: collapse } "
    ".n td { margin: 3mm; padding: inherit } table { width: 80%; padding: 4mm }</style>"
    + "".join(
        f'<table class="{kind}"><tr><td>a<td>{TEXT}<tr><td>b<td><p>{TEXT}</p></table>'
        for kind in ("c", "n", "c")
    ),
    "what is taken from a parent that layout changed": "<style>.t { display: table; border-collapse: collapse;"
    " padding: 5mm } .t div { padding: inherit; margin: inherit } .r { display: table-row; margin: 4mm }"
    f' .r p {{ margin: inherit; --x: inherit }}</style><div class="t"><div>{TEXT}</div></div>'
    f'<div class="r"><p>{TEXT}</p></div>',
    "percentages": "<style>.h { width: 50% } .q { width: 25%; padding: 10% 5%; border-radius: 20% 3px }</style>"
    f'<div class="q">{TEXT}</div><div class="h"><div class="q">{TEXT}</div></div>'
    f'<div class="h" style="height: 30mm"><div class="q" style="height: 50%">{TEXT}</div></div>',
    "justified": f'<div style="text-align: justify; hyphens: auto"><p>{TEXT * 5}</p><p>{TEXT * 2}</p></div>',
    "spaced": f'<p style="letter-spacing: 2px">{TEXT}</p><p style="word-spacing: 5px">{TEXT}</p>'
    f"<p style=\"font-variant-numeric: tabular-nums; font-feature-settings: 'smcp'\">{TEXT} 1234</p>",
    "first letters and lines": "<style>.a::first-line { font-size: 14pt; color: blue; text-transform: uppercase }"
    " .a::first-letter { font-size: 3em; float: left; margin: 0.1em } .a b { vertical-align: 0.5em }</style>"
    f'<p class="a">{TEXT * 3}</p><p class="a">{TEXT * 3}</p>',
    "the same in another parent": "<style>.a { font-size: 20pt; color: green } .e { margin: 1em; border: 1px solid }"
    f' </style><p class="e">{TEXT}</p><div class="a"><p class="e">{TEXT}</p></div><p class="e">{TEXT}</p>',
    "counters and lists": "<style>h2 { counter-increment: h } h2::before { content: counter(h) '. ' } "
    'ol { margin-left: 8mm } .i { list-style-position: inside }</style><h2>One</h2><h2 id="two">Two</h2>'
    f'<ol><li>{TEXT}<li>{TEXT}<ol class="i"><li>in<li>in</ol></ol><ul><li>{TEXT}<ul><li>x</ul></ul>'
    '<a href="#two" style="content: target-counter(attr(href), h)">x</a>',
    "languages": f'<p lang="de">„Donaudampfschiffe“ {TEXT}</p><p lang="tr">fi ffi Iı</p><p>fi ffi Iı {TEXT}</p>',
    "places": f'<p id="here">{TEXT}</p><p id="inherit">{TEXT}</p><p>{TEXT}</p><p id="initial">{TEXT}</p>',
    "kept as it is": f"<pre>one\n\ttwo  three\n\n{'long ' * 40}\n</pre><p>{TEXT}\u2028{TEXT}\u00adhy\u00adphen</p>",
    "ends in an ellipsis": '<p style="white-space: nowrap; overflow: hidden; text-overflow: ellipsis">'
    f'{TEXT * 3}</p><div style="continue: discard; max-lines: 2; block-ellipsis: auto">{TEXT * 6}</div>',
    "underlined": f'<p><u>{TEXT}</u><s>gone</s> <span style="text-decoration: overline; color: red">{TEXT}</span></p>',
    "marks on letters": "<p>e\u0301 a\u030a\u0323 n\u0303\u0330 o\u0308 — ﬁ ﬂ 1⁄2 x² ½ “…” Ǻ</p>",
    "letters nothing has": f"<p>{TEXT} 何で \U0001f600</p>",
    "letters from right to left": '<p dir="rtl">שלום</p><p>one שלום two</p>',
    "beside the flow": "<style>.f { position: absolute; right: 0; top: 20%; width: 20% } .g { display: flex }"
    " .g p { flex: 1; margin: 1em } .k { display: grid; grid-template-columns: 1fr 2fr; gap: 2% }</style>"
    f'<div style="position: relative"><p class="f">{TEXT}</p>{TEXT * 2}</div><div class="g"><p>{TEXT}</p><p>x</p></div>'
    f'<div class="k"><p>{TEXT}</p><p>{TEXT}</p></div><p style="opacity: 0.5">{TEXT}</p>',
    "other margins of other pages": "<style>@page :first { margin: 20mm } @page other { size: 80mm 80mm; "
    "@top-left { content: 'x'; color: blue } } .o { page: other; width: 50vw }</style>"
    f'<p>{TEXT}</p><div class="o"><p style="margin-left: 10%">{TEXT}</p></div>',
    "logical": "<style>.l { margin-inline-start: 5mm; margin-left: 9mm } .m { margin-left: 9mm; "
    "margin-inline-start: 5mm; padding-inline: inherit }</style>"
    f'<p class="l">{TEXT}</p><p class="m">{TEXT}</p><div dir="rtl"><p class="l">{TEXT}</p><p class="m">x</p></div>',
    "columns": f'<div style="columns: 2; column-gap: 1em">{TEXT * 5}</div>',
}


def page(body: str, language: str = "en") -> str:
    return f'<html lang="{language}"><title>t</title><body class="">{body}</body></html>'


def documents() -> dict[str, LayoutInput]:
    made: dict[str, LayoutInput] = {name: (page(body), CSS, {}) for name, body in DOCUMENTS.items()}
    made["another language"] = page(DOCUMENTS["text"], "fr"), CSS, {}
    made["another style sheet"] = page(DOCUMENTS["text"]), CSS.replace("10pt/14pt", "11pt/17pt"), {}
    made["a style sheet for the page"] = page(DOCUMENTS["text"]), f"{CSS} p {{ margin: 0 4vw 2vh }}", {}
    fitted = page(f"<p>{TEXT * 11}</p>").replace('class=""', 'class="" data-fit')
    made["set tighter"] = fitted, f"{CSS} .tight {{ line-height: 12pt }} .tight b {{ font-size: 9pt }}", {}
    made["another page"] = page(DOCUMENTS["a size of the page"]), CSS.replace("100mm 120mm", "90mm 70mm"), {}
    return made


def laid_out(sheets: dict[str, LayoutInput]) -> dict[str, Chunk]:
    return {name: layout.lay_out(*sheet) for name, sheet in sheets.items()}


@pytest.fixture(scope="module")
def without() -> dict[str, Chunk]:
    """Each document, laid out by WeasyPrint as it comes."""
    with table.switch_off():
        return laid_out(documents())


@pytest.fixture(scope="module")
def remembered() -> dict[str, Chunk]:
    """Each document, laid out with a memory that was empty before the first."""
    table.forget()
    return laid_out(documents())


def test_documents_are_laid_out_as_without_memory(
    without: dict[str, Chunk], remembered: dict[str, Chunk]
) -> None:
    assert remembered == without


@pytest.mark.usefixtures("remembered")
def test_it_does_not_matter_what_was_laid_out_before(without: dict[str, Chunk]) -> None:
    there = documents()
    back = dict(reversed(there.items()))
    assert laid_out(back) == without
    assert laid_out(there) == without


def test_it_does_not_matter_what_is_forgotten_meanwhile(
    without: dict[str, Chunk], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(styles, "MOST_STYLES", 60)
    monkeypatch.setattr(percentages, "MOST_SIZES", 1)
    monkeypatch.setattr(fonts, "MOST_SIZED_FONTS", 2)
    assert laid_out(documents()) == without


@pytest.mark.usefixtures("remembered")
def test_what_a_layout_that_was_broken_off_left_is_forgotten(
    without: dict[str, Chunk], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(*_: object) -> None:
        raise LimitExceeded("too long")

    there = documents()
    with monkeypatch.context() as patch:
        patch.setattr(inline, "split_inline_box", break_off)
        with pytest.raises(LimitExceeded):
            layout.lay_out(*there["text"])
    assert not styles._roots
    assert laid_out(there) == without


def recorded(bank: Bank, **options: str | bool) -> Iterator[LayoutInput]:
    """What the questions of a handbook are laid out from."""
    edition = Edition(bank=bank, questions=bank.questions, title=bank.title, scope="")
    settings = parse_options(
        HandbookOptions, {name.replace("_", "-"): value for name, value in options.items()}
    )
    look = find_theme(settings.theme)
    seen: list[LayoutInput] = []
    with pytest.MonkeyPatch.context() as patch:
        lay_out = layout.lay_out

        def note(*sheet: object, **fonts: object) -> Chunk:
            seen.append(sheet)  # type: ignore[arg-type]
            return lay_out(*sheet, **fonts)  # type: ignore[arg-type]

        patch.setattr(layout, "lay_out", note)
        document.render(edition, settings, Tools(look.templates(), look.styles(), look.digest(), Scheduler()))
    yield from seen


def test_handbooks_are_laid_out_as_without_memory() -> None:
    shipped, worst = sample_banks.shipped(), sample_banks.worst()
    some = replace(shipped, questions=shipped.questions[:2])
    hard = replace(worst, questions=tuple(question for question in worst.questions if question.id in HARD))
    sheets = [
        *recorded(some),
        *recorded(some, theme="modern", paper="a5", media="prepress", ruled_lines=True),
        *recorded(hard, theme="mono", media="screen"),
    ]
    remembered = [layout.lay_out(*sheet) for sheet in sheets]
    with table.switch_off():
        assert [layout.lay_out(*sheet) for sheet in sheets] == remembered


def test_a_document_that_is_set_tighter_is_one_page(without: dict[str, Chunk]) -> None:
    """Else what is remembered from one of its layouts to the other would not be tried."""
    assert len(without["set tighter"].pages) == 1
    html, css, files = documents()["set tighter"]
    assert len(layout.lay_out(html.replace(" data-fit", ""), css, files).pages) == 2


def test_it_remembers(without: dict[str, Chunk]) -> None:
    sheet = documents()["text"]
    layout.lay_out(*sheet)
    kept = styles._styles_counted[0]
    assert kept > 10
    assert layout.lay_out(*sheet) == without["text"]
    assert styles._styles_counted[0] == kept


def test_every_row_was_written_for_this_version() -> None:
    """If not, look whether its reasons still hold, then take the new digests: this prints them."""
    assert {row.what: changed_sources(row) for row in table.ROWS if changed_sources(row)} == {}
    assert table.list_left_out() == ()


def test_a_row_written_for_another_source_is_left_out_with_those_that_need_it(
    without: dict[str, Chunk],
) -> None:
    changed = [
        replace(row, sources={**row.sources, "weasyprint.text.line_break:Layout": "0" * 12})
        if row.what == "layouts of Pango"
        else row
        for row in table.ROWS
    ]
    with table.switch_off():
        installed = install(changed)
        try:
            assert installed.left_out == ("layouts of Pango", "lines")
            assert laid_out(documents()) == without
        finally:
            installed.undo()


def test_styles_that_are_forgotten_leave_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """They were kept out of the search for garbage: 300 flash cards took 127 MB, not 93."""
    monkeypatch.setattr(styles, "MOST_STYLES", 60)
    table.forget()
    one, other = (
        "".join(f'<p style="margin-left: {number + first}mm">Text.</p>' for number in range(30))
        for first in (0, 30)
    )
    try:
        layout.lay_out(f'<html lang="en"><title>-</title><body>{one}</body></html>', CSS)
        (root,) = styles._roots.values()
        first = weakref.ref(root)
        del root
        gc.collect()
        gc.freeze()
        layout.lay_out(f'<html lang="en"><title>-</title><body>{other}</body></html>', CSS)
        gc.collect()
        assert first() is None
    finally:
        table.forget()
