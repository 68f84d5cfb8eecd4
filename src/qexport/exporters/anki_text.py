"""A bank → a text file that Anki imports (File > Import): front and back as HTML, tags, a GUID and a deck each."""

from __future__ import annotations

import csv
from io import StringIO

from qexport.bank.model import Bank
from qexport.content.question_view import question_view
from qexport.exporters.registry import Exported, count_losses

_ANKI_TEXT_FIELDS = frozenset(
    {"id", "question", "choices", "correct", "answer", "technology", "category", "tags", "markup", "status"}
)


def write(bank: Bank) -> Exported:
    """Return the notes for Anki's note type Basic; what the deck of `qexport build` has more is reported as lost."""
    text = StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    for question in bank.questions:
        view = question_view(question)
        front = f"{view['asked']}{view['more']}"
        back = "".join(section["html"] for section in view["sections"] if section["key"] == "answer")
        deck = "::".join(
            name.replace("::", ":") for name in (bank.title, question.technology, question.category) if name
        )
        tags = " ".join(tag.replace(" ", "_") for tag in question.tags)
        writer.writerow([f"{bank.namespace}/{question.id}", "Basic", deck, front, back, tags])
    head = [
        "#separator:tab",
        "#html:true",
        "#guid column:1",
        "#notetype column:2",
        "#deck column:3",
        "#tags column:6",
    ]
    return Exported("\n".join(head) + "\n" + text.getvalue(), count_losses(bank.questions, _ANKI_TEXT_FIELDS))
