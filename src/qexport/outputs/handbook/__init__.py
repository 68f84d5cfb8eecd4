"""The handbook: a book with one question after another, contents, parts and indexes."""

from __future__ import annotations

from collections.abc import Mapping

from qexport.outputs.declaration import Output, option
from qexport.outputs.options import BookOptions

TEST_YOURSELF = "test-yourself"
"""The layout in which no answer is on the page of its question."""


class HandbookOptions(BookOptions, frozen=True, kw_only=True):
    """The options of a handbook."""

    layout: str = option(
        "standard",
        "test-yourself: question, follow-ups and room to write on the left page, the answer on the right.",
        choices=("standard", TEST_YOURSELF),
        group="Handbook",
    )
    flow: bool = option(
        False,
        "Set questions one after another. Default: a question that fills most of a page starts a new one.",
        group="Handbook",
    )
    one_per_page: bool = option(False, "Start every question on a new page.", group="Handbook")
    economy: bool = option(
        False,
        "Use the least paper: --flow, no title pages of parts, no list by difficulty.",
        group="Handbook",
    )
    progress: bool = option(
        False,
        "Add a table of all questions, to note the date and result of each round; test-yourself always has it.",
        group="Handbook",
    )
    key_terms: bool = option(
        False,
        "Highlight key terms where they first appear in an explanation; those that a question or the bank lists "
        "always are.",
        group="Handbook",
    )
    ruled_lines: bool = option(
        False, "Add boxes to rate yourself, and ruled lines where a page has room.", group="Handbook"
    )

    @property
    def hides_answers(self) -> bool:
        """Whether answers are on other pages than their questions."""
        return self.layout == TEST_YOURSELF

    @property
    def idle(self) -> Mapping[str, str]:
        """The options that have no effect because of others."""
        if self.hides_answers:
            return dict.fromkeys(("flow", "one-per-page", "ruled-lines"), f"--layout {TEST_YOURSELF}")
        if self.flow or self.economy:
            return {"one-per-page": "--flow" if self.flow else "--economy"}
        return {}


OUTPUT = Output(
    name="handbook",
    summary="a book to read and print (PDF)",
    module="qexport.outputs.handbook.document",
    options=HandbookOptions,
    label="handbook",
    guide="bundle/print-handbook.html.j2",
    endings=lambda _: (".pdf",),
    also_called=("pdf", "book"),
    names_pages=True,
    by_default=True,
    in_bundles=True,
)
