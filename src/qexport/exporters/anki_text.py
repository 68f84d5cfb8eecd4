"""A bank → a text file that Anki imports (File > Import): front and back as HTML, tags, a GUID and a deck each."""

from __future__ import annotations

import csv
import json
from io import StringIO

from qexport.bank.anki_text_form import HEAD, digest_cells
from qexport.bank.jsonl_writer import header_values, question_values
from qexport.bank.model import Bank
from qexport.content.question_view import question_view
from qexport.exporters.registry import Exported, count_losses

_ANKI_TEXT_FIELDS = frozenset(
    {"id", "question", "choices", "correct", "answer", "technology", "category", "tags", "markup"}
)
"""What a note and its deck show; the column that Anki passes over has all."""


def write(bank: Bank) -> Exported:
    """Return the notes for Anki's note type Basic; what the deck of `qexport build` has more is reported as lost.

    A column that Anki does not read holds each question as the bank has it, for an import of this very file.
    """
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
        cells = [f"{bank.namespace}/{question.id}", "Basic", deck, front, back, tags]
        values = json.dumps(question_values(question), ensure_ascii=False)
        writer.writerow([*cells, f"{digest_cells(cells)} {values}"])
    head = [*HEAD, f"#qexport:{json.dumps(header_values(bank))}"]
    return Exported("\n".join(head) + "\n" + text.getvalue(), count_losses(bank.questions, _ANKI_TEXT_FIELDS))
