"""What draws a unit."""

from __future__ import annotations

import tomllib
from pathlib import Path

from qexport.layout.units import DRAWING_PACKAGES


def test_what_is_kept_depends_on_the_packages_that_can_shape_it() -> None:
    """They are the layers from the outputs down, but for readers and writers of other formats beside these."""
    root = Path(__file__).parents[3]
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each.get("containers") == ["qexport"])
    first = next(place for place, layer in enumerate(layers) if "outputs" in layer.split(" | "))
    below = {name for layer in layers[first:] for name in layer.split(" | ")}
    assert below - {"importers", "exporters"} == set(DRAWING_PACKAGES)
