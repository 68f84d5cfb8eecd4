"""The form in which qexport writes a text for Anki, for its writer and its reader.

Anki skips a line of the head that it does not know, and columns beyond the fields of a note's type. So the line
`#qexport:` holds what the bank says of itself, and the column behind the tags a question as the bank has it, with
digests of front, back and tags: one of these that somebody edits is what counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

HEAD = (
    "#separator:tab",
    "#html:true",
    "#guid column:1",
    "#notetype column:2",
    "#deck column:3",
    "#tags column:6",
)
"""What a file begins with."""
EDITED_COLUMNS = (3, 4, 5)
"""The numbers, from 0, of the front, the back and the tags, each of which has a digest."""
OWN_COLUMN = 6
"""The number of the column that only qexport reads."""


def digest_cells(cells: Sequence[str]) -> str:
    """Return the digests of the front, the back and the tags of a note."""
    digests = (
        sha256(cells[place].encode("utf-8", "surrogatepass")).hexdigest()[:8] for place in EDITED_COLUMNS
    )
    return ".".join(digests)
