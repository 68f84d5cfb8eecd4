"""A function is replaced only if the engine has the source it was written for."""

from __future__ import annotations

from dataclasses import replace

from qexport.layout.weasyprint.setup import engine

engine()


from qexport.layout.weasyprint.memory import table  # noqa: E402
from qexport.layout.weasyprint.replacements import digest_source, install  # noqa: E402


def test_what_is_gone_from_the_engine_is_left_out() -> None:
    row = replace(table.ROWS[0], places={"weasyprint.css:Nothing": None}, sources={})
    assert install([row]).left_out == (row.what,)
    assert digest_source("weasyprint.css:Nothing") == ""
    assert digest_source("weasyprint.nothing:Nothing") == ""
