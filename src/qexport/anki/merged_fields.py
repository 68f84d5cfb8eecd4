"""Fields of notes whose edits come back, and the fields of a question that they are made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

MERGED_FIELDS: Mapping[str, str] = {
    "question": "Question",
    "answer": "Answer",
    "deep_explanation": "Deep Explanation",
    "real_world_example": "Real-World Example",
    "common_mistakes": "Common Mistakes",
    "production_scenario": "Production Scenario",
}
"""The texts of a question whose edits come back, and the fields of a note they are in."""
MERGED_NAMES: Mapping[str, str] = {
    "technology": "Technology",
    "category": "Category",
    "level": "Level",
    "difficulty": "Difficulty",
}
"""The short fields whose edits come back."""

MERGED_LISTS: Mapping[str, str] = {"choices": "Choices", "follow_ups": "Follow-up Questions"}
"""The lists whose edits come back."""

NAMES_IN_BANK: Mapping[str, str] = {
    note: field for field, note in (*MERGED_FIELDS.items(), *MERGED_LISTS.items(), *MERGED_NAMES.items())
}
TEXT_NAMES = {note: field for field, note in MERGED_FIELDS.items()}

Value: TypeAlias = "str | int | tuple[str, ...] | None"
