"""A file that an earlier build wrote, taken instead of being made again from the same.

    digest of all that a file is made from → digest of what was made of it → is that the file of the last build?

No file is kept, only what tells it from others: the file itself is read, and is what was made if its digest is. So a
file that somebody changed is made again.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from qexport.layout.scheduler import KeptValues


def make_unless_there(
    kept: KeptValues | None, name: str, earlier: Callable[[int], bytes], make: Callable[[], bytes]
) -> bytes:
    """Return a file's bytes: those of an earlier build if they are what `make` would make, else what it makes.

    Args:
        kept: where digests are kept; None: nowhere.
        name: a digest of all that the file is made from.
        earlier: gives the file of an earlier build, if it has as many bytes.
        make: makes it: a function of what the name is a digest of, of this program and its libraries.
    """
    if kept:
        made = kept.load([name]).get(name, b"")
        size, digest = int.from_bytes(made[:8], "big"), made[8:]
        if size and sha256(data := earlier(size)).digest() == digest:
            return data
    data = make()
    if kept:
        kept.keep({name: len(data).to_bytes(8, "big") + sha256(data).digest()})
    return data
