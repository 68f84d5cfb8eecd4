"""The form in which qexport writes a table of questions, for its writer and its reader.

A cell that a spreadsheet would take for a formula has an apostrophe before it, and so has one that begins with an
apostrophe or with the sign of a list. An item of a list begins with "• ", its further lines with two spaces. Columns
`bank:…` hold, in the first row, what the bank says of itself; columns `extra:…` are a bank's own fields.
"""

from __future__ import annotations

BANK_PREFIX = "bank:"
EXTRA = "extra:"
FORM_COLUMN = "bank:form"
"""The column by which the table is known; its value is the number of the form."""
_GUARDED = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "• ")


def write_cell(value: str | tuple[str, ...]) -> str:
    """Return a text or a list of texts as one cell."""
    if isinstance(value, tuple):
        return "\n".join(f"• {item}".replace("\n", "\n  ") for item in value)
    return f"'{value}" if value.startswith(_GUARDED) else value


def read_cell(cell: str) -> str | tuple[str, ...]:
    """Return the text or the list that a cell holds."""
    if cell.startswith("'"):
        return cell[1:]
    if cell.startswith("• "):
        return tuple(item.replace("\n  ", "\n") for item in cell[2:].split("\n• "))
    return cell
