"""What a Markdown text is shown on, and what comes to light while it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from qexport.bank.model import MATHS
from qexport.common.limits import USUAL, Limits
from qexport.common.records import Record, made_by
from qexport.content.formulas import FoundFormula
from qexport.content.images import Flaw, Image

ENGLISH_LABELS: Mapping[str, str] = {
    "answer": "Answer",
    "deep_explanation": "Deep explanation",
    "real_world_example": "Real-world example",
    "common_mistakes": "Common mistakes",
    "production_scenario": "Production scenario",
    "follow_ups": "Follow-up questions",
    "page": "p.",
    "note_number": "Note {number}",
    "back_to_text": "Back to the text",
    "note": "Note",
    "tip": "Tip",
    "important": "Important",
    "warning": "Warning",
    "caution": "Caution",
    "details": "Details",
}
"""The labels that texts need, in English: those of templates/languages/en.toml, without reading it."""


class MarkdownPage(Record, frozen=True):
    """What a Markdown text is in: where its pictures lie and go to, and what comes to light in it."""

    name: str = ""
    """Makes the anchors of its footnotes differ from those of other texts."""
    folder: Path | None = None
    """Where pictures are looked for."""
    address: str = ""
    """What stands before the name of a picture; without it, pictures are their text."""
    published: Mapping[str, str] | None = None
    """The names of pictures by their sources, as an earlier version had them; no file is read then."""
    questions: Mapping[str, str] | None = None
    """The addresses of the questions a text may link to, by id; empty for one that is not in the output.

    None if nobody knows which questions there are.
    """
    maths: str = ""
    """How formulas are shown: `svg`, `mathjax`, `mathml`, `pictured` (MathML with pictures) or `text`.

    Without it dollars are dollars.
    """
    language: str = "en"
    """Of what is said of formulas."""
    labels: Mapping[str, str] = made_by(lambda: ENGLISH_LABELS)
    """Of the document's language: of callouts, notes, pages."""
    formulas: list[FoundFormula] = made_by(list)
    images: dict[str, Image] = made_by(dict)
    sources: dict[str, str] = made_by(dict)
    """The names of the pictures that are shown, by their sources as the texts have them."""
    flaws: list[Flaw] = made_by(list)
    limits: Limits = USUAL

    @classmethod
    def of_markup(cls, markup: str) -> MarkdownPage:
        """Return the page of a text that stands alone, such as a line of a list."""
        return cls(maths="svg" if markup == MATHS else "")

    def environment(self) -> dict[str, Any]:
        """Return what markdown-it hands to its rules."""
        return {
            "name": self.name,
            "limits": self.limits,
            "questions": self.questions or {},
            "labels": self.labels,
        }

    def note(self, message: str, hint: str = "") -> None:
        """Note what is shown otherwise than it is written."""
        self.flaws.append(Flaw(message, hint))

    def line_of(self, line: int) -> int:
        """Return the line in the text of a line of what was read, where a formula over several lines is one sign."""
        for each in self.formulas:
            lost = 0 if each.written.startswith(("```", "~~~")) else each.written.count("\n")
            begin = each.line - each.written[: each.written.find(each.source)].count("\n")
            line += lost if line > begin else 0
        return line

    def place_flaws(self, first: int, line: int) -> None:
        """Give the flaws from the first one on their line in the text, counted from 1."""
        for at in range(first, len(self.flaws)):
            if not self.flaws[at].line:
                self.flaws[at] = replace(self.flaws[at], line=line)
