"""What is laid out at once, by which engine, and the digest of all that draws it.

The engine is imported when the first unit is laid out: who finds all chunks in the cache does without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from qexport.common.versions import digest_own_files, find_installed, libraries

if TYPE_CHECKING:
    from qexport.layout.chunk import Chunk
    from qexport.layout.fonts import FontFile

LayoutInput: TypeAlias = tuple[str, str, Mapping[str, bytes]]
"""What a chunk is laid out from: HTML, CSS, pictures by their URLs."""


def warm_up_engine() -> None:
    """Import the layout engine and use it once."""
    from qexport.layout.weasyprint.layout import warm_up

    warm_up()


def lay_out_unit(fonts: tuple[FontFile, ...], unit: list[LayoutInput]) -> list[Chunk]:
    """Lay out one chunk, or several strips as one document.

    Args:
        fonts: The theme's, beside the bundled ones.
        unit: What each is laid out from; more than one are strips with one style sheet.
    """
    from qexport.layout.weasyprint import layout  # takes half a second

    if len(unit) > 1:
        return layout.lay_out_strips([html for html, _, _ in unit], unit[0][1], fonts)
    return [layout.lay_out(*each, fonts=fonts) for each in unit]


DRAWING_PACKAGES = ("anki", "bank", "common", "content", "layout", "outputs", "pdf")
"""Those of this program that shape what is kept. They import no other of its packages (the layers in pyproject.toml):
what readers of other formats, the command line and work in a team do, comes to them as values, which keys have.
"""


@cache
def digest_what_draws() -> str:
    """Return a digest of what draws: the packages of this program that do, the engine, its libraries, and the fonts."""
    from qexport.layout.fonts import find_bundled

    program = Path(__file__).parents[1]
    digest = sha256((program / "__init__.py").read_bytes())  # which has the version
    for name in DRAWING_PACKAGES:
        digest.update(digest_own_files(program / name, (".py", ".json")))
    engine = find_installed(
        ("weasyprint", "pydyf", "pyphen", "tinycss2", "cssselect2", "tinyhtml5", "pillow", "uharfbuzz")
    )
    digest.update(
        "\n".join([*find_bundled(), *map(" ".join, [*engine.items(), *libraries().items()])]).encode()
    )
    return digest.hexdigest()
