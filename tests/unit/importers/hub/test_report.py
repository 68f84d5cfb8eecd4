"""What came of captured pages is said in one line a page, with its details below."""

from __future__ import annotations

from qexport.common.errors import Location
from qexport.importers.hub.report import (
    CaptureConflict,
    CaptureReport,
    Difference,
    ImportReport,
    Unmatched,
)

PLACE, KNOWN_AT = Location("page.txt", 7, 1), Location("bank.yaml", 3, 5)
CONFLICT = CaptureConflict("PY-1", PLACE, KNOWN_AT, (Difference(PLACE, "answer", "[-a-] {+b+}"),))
PAGE = CaptureReport(
    "page.txt", 2, ("PY-9",), (CONFLICT,), (Unmatched(Location("page.txt", 9), 1, "An answer"),), (CONFLICT,)
)


def test_a_page_is_a_line_with_its_counts_and_its_details_below() -> None:
    assert str(PAGE).splitlines() == [
        "page.txt: 2 known, 1 new, 1 conflict, 1 taken from the page, 1 unmatched",
        "  page.txt:7:1: PY-1 is now as the page has it, at bank.yaml:3:5",
        "    page.txt:7:1: answer: [-a-] {+b+}",
        "  page.txt:7:1: PY-1 differs from bank.yaml:3:5",
        "    page.txt:7:1: answer: [-a-] {+b+}",
        "  page.txt:9: 1 paragraph of no known question: 'An answer'",
    ]
    assert str(CaptureReport("b.txt")) == "b.txt: 0 known, 0 new, 0 conflicts"


def test_the_report_of_several_pages_has_what_is_in_each() -> None:
    report = ImportReport((PAGE, CaptureReport("b.txt"), PAGE))
    assert report.conflicts == report.taken == (CONFLICT, CONFLICT)
    assert len(report.unmatched) == 2
    assert str(report).count("page.txt: 2 known") == 2
