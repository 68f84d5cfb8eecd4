"""The tags of a page, as a listener's program finds them."""

from __future__ import annotations

import io
from typing import Any

import pikepdf

from qexport.layout.weasyprint.layout import lay_out
from qexport.pdf.linker import link
from qexport.pdf.metadata import Book

CSS = """@page { size: 150mm 220mm; margin: 10mm } html { font: 10pt "Source Serif Pro" }
code, pre { font: 9pt "IBM Plex Mono" } b { color: red } svg { width: 9px; height: 9px }"""


def _as_any(thing: Any) -> Any:
    return thing


def tags(body: str) -> list[str]:
    """Return each element indented below the one it is in, with its texts for a listener."""
    html = f'<html lang="en"><title>t</title><body class="">{body}</body></html>'
    data = link([lay_out(html, CSS)], Book(title="t", language="en"))
    found: list[str] = []

    def walk(element: Any, depth: int) -> None:
        kids = element.get("/K", [])
        texts = [f"{key[1:]}={element[key]}" for key in ("/Alt", "/Lang", "/ActualText") if key in element]
        count = sum(isinstance(kid, int) for kid in kids)
        found.append("  " * depth + " ".join([str(element.S)[1:], *([str(count)] if count else []), *texts]))
        for kid in kids:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                assert element == kid.P
                walk(kid, depth + 1)

    with pikepdf.open(io.BytesIO(data)) as pdf:
        for element in pdf.Root.StructTreeRoot.K[0].K:
            walk(element, 0)
        parents = pdf.Root.StructTreeRoot.ParentTree.Nums[1]
        notes = [each for each in map(_as_any, pdf.objects) if isinstance(each, pikepdf.Dictionary)]
        ids = [str(each.ID) for each in notes if each.get("/S") == "/Note"]
        assert len(ids) == len(set(ids))
        assert all(_as_any(each) is None or each.Type == "/StructElem" for each in parents)
    return found


def test_a_drawing_that_repeats_words_is_an_artifact() -> None:
    svg = '<svg {} viewBox="0 0 9 9" xmlns="http://www.w3.org/2000/svg">{}<path d="M0 0h9v9z"/></svg>'
    hidden = svg.format('aria-hidden="true"', "")
    shown = svg.format('role="img"', "<title>a square</title>")
    assert tags(f"<h1>{hidden} Answer</h1><p>{shown} and words</p>") == [
        "H1 1",
        "P 1",
        "  Figure 1 Alt=a square",
    ]


def test_code_is_code_and_keeps_its_lines_and_blanks() -> None:
    block = (
        "<pre><code><b>class</b> <i>Foo</i>:\n    <b>def</b> bar(self):\n\n        return 1\n</code></pre>"
    )
    assert tags(f"<p>Call <code>f()</code> here.</p>{block}") == [
        "P 2",
        "  Code 1",
        "P",
        "  Code 8 ActualText=class Foo:\n    def bar(self):\n\n        return 1",
    ]


def test_items_have_a_marker_and_a_body() -> None:
    assert tags("<ol><li>one<ol><li>in</li></ol></li><li><p>two</p><p>more</p></li></ol>") == [
        "L",
        "  LI",
        "    Lbl 1",
        "    LBody 1",
        "      L",
        "        LI",
        "          Lbl 1",
        "          LBody 1",
        "  LI",
        "    Lbl 1",
        "    LBody",
        "      P 1",
        "      P 1",
    ]


def test_a_term_and_its_meanings_are_one_item() -> None:
    assert tags("<dl><dt>term</dt><dd>one</dd><dd>two</dd><dt>other</dt><dd>three</dd></dl>") == [
        "L",
        *("  LI", "    Lbl 1", "    LBody 1", "    LBody 1"),
        *("  LI", "    Lbl 1", "    LBody 1"),
    ]


def test_footnotes_are_notes_with_a_way_back() -> None:
    note = '<li id="n{0}"><p>note {0} <a href="qx:c" title="Back">back</a></p></li>'
    body = f'<p id="c">text</p><ol class="footnotes">{note.format(1)}{note.format(2)}</ol>'
    one = ["  Note", "    Lbl 1", "    Div", "      P 1", "        Link 1"]
    assert tags(body) == ["P 1", "Div", *one, *one]


def test_another_language_is_said() -> None:
    assert tags('<p lang="fr">Bonjour</p><p>word <i lang="de">Wort <b>fett</b></i></p>') == [
        "P 1 Lang=fr",
        "P 1",
        "  Span 2 Lang=de",
    ]


def test_headers_of_tables_have_names_of_their_own_in_the_whole_book() -> None:
    table = "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"
    html = f'<html lang="en"><title>t</title><body class="">{table}</body></html>'
    chunks = [lay_out(html, CSS), lay_out(html, CSS)]
    with pikepdf.open(io.BytesIO(link(chunks, Book(title="t", language="en")))) as pdf:
        cells = [each for each in map(_as_any, pdf.objects) if isinstance(each, pikepdf.Dictionary)]
        names = [str(each.ID) for each in cells if each.get("/S") == "/TH"]
        headers = [[str(name) for name in each.A.Headers] for each in cells if each.get("/S") == "/TD"]
    assert len(set(names)) == 4
    assert sorted(name for each in headers for name in each) == sorted(names)
