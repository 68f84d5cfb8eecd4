"""Pages of a handbook that are neither questions nor lists."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.unit.outputs.handbook.handbooks import (
    ALL,
    handbook,
    pages,
)

from qexport import __version__
from qexport.outputs.document import Document


def test_how_to_read_it_explains_only_what_the_questions_have() -> None:
    bare = [replace(each, production_scenario="", deep_explanation="", difficulty=7) for each in ALL]
    how_to = pages(handbook(*bare))[1]
    assert "Answer What you would say first, in half a minute." in how_to
    assert "Production scenario" not in how_to
    assert "Deep explanation" not in how_to
    assert "7/10 4 questions Colophon" in how_to


def test_the_colophon_says_where_all_of_it_comes_from(whole: Document) -> None:
    page = re.sub("fingerprint [0-9a-f]{12}", "fingerprint …", pages(whole)[1])
    colophon = page[page.index("Colophon") :]
    assert colophon == (
        "Colophon Questions 4 of 54 questions: Python and Go Source A page Licence CC BY 4.0 "
        "Edition 1.2, 1 March 2025 Bank tests/types, fingerprint … "
        "Type Source Serif and Source Sans by Frank Grießhammer and Paul D. Hunt, IBM Plex Mono by Mike Abbink; "
        f"SIL OFL Made with qexport {__version__}, WeasyPrint and HarfBuzz How to read this book 2"
    )
