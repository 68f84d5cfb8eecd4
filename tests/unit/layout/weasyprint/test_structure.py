"""All text is tagged, in a simple tree."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pikepdf
from tests.unit.layout.weasyprint.small_pages import (
    laid_out,
    linked,
)


def test_all_text_is_tagged() -> None:
    data = linked(
        laid_out('<h1>Title</h1><p>A <b>bold</b> word</p><ul style="list-style: none"><li>one</ul>')
    )
    with pikepdf.open(BytesIO(data)) as pdf:
        found: list[str] = []

        def walk(element: pikepdf.Object) -> None:
            found.append(str(element.S))
            kids: Any = element.get("/K", [])
            for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
                if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                    walk(kid)

        top = pdf.Root.StructTreeRoot.K
        walk(top[0] if isinstance(top, pikepdf.Array) else top)
        assert pdf.Root.Lang == "en"
    assert found == ["/Document", "/H1", "/P", "/L", "/LI", "/LBody"]


def test_a_block_of_code_is_a_paragraph_to_who_listens() -> None:
    data = linked(laid_out('<div><pre><code>a = 1\n<span class="k">b</span> = 2</code></pre></div>'))
    with pikepdf.open(BytesIO(data)) as pdf:
        document = pdf.Root.StructTreeRoot.K[0]
        (block,) = document.K[0].K
        assert str(block.S) == "/P"
        (code,) = block.K
        assert (str(code.S), str(code.ActualText)) == ("/Code", "a = 1\nb = 2")
        assert all(isinstance(kid, int) for kid in code.K)
