"""Release notes name what a learner sees."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.team.editions import FOUND

from qexport.content.templates import Templates
from qexport.team.difference_views import as_html
from qexport.team.release_notes import as_markdown, first_notes


def test_release_notes(golden: Callable[[str, str], None]) -> None:
    golden("release-notes.md", as_markdown(FOUND, "Edition 2 · 2026-11-22"))
    golden("differences.html", as_html(FOUND, Templates()))
    assert first_notes("Python", "", 8, "Edition 1 · 2026-10-01").startswith(
        "## Edition 1 · 2026-10-01\n\nThe first edition: 8 questions.\n\n### In Anki\n\n1. In Anki: File › Import"
    )
