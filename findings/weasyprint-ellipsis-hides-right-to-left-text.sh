#!/bin/bash
# WeasyPrint 70.0 (needs Pango on the machine): `text-overflow: ellipsis` in a box that is set from right to left.
# Expected (CSS Overflow 3, 5.1): the beginning of the text at the right edge of the box, and … at its left edge.
# Seen: the shortened text is drawn as far to the left as the whole text would begin, so outside of the box, where
# `overflow: hidden` cuts it off: the box is empty. From left to right the beginning and … are there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check weasyprint==70.0 pypdfium2==5.15.2 fontpkg-jetbrains-mono
env/bin/python - <<'PY'
import pathlib, sys, sysconfig
import pypdfium2
from weasyprint import HTML

font = next(pathlib.Path(sysconfig.get_path("purelib")).rglob("JetBrainsMono*.ttf")).as_uri()


def dark(direction: str) -> int:
    """Return how many pixels of the box have ink on them."""
    html = f"""<html dir="{direction}"><style>@font-face {{ font-family: f; src: url({font}) }}
    @page {{ size: 300px 60px; margin: 10px }} body {{ margin: 0 }}
    p {{ font: 16px f; width: 140px; margin: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis }}
    </style><p>a line that is three times as long as its box"""
    page = pypdfium2.PdfDocument(HTML(string=html).write_pdf())[0].render(scale=2)
    return sum(value < 128 for value in bytes(page.to_pil().convert("L").tobytes()))


ltr, rtl = dark("ltr"), dark("rtl")
print("from left to right:", ltr, "dark pixels")
print("from right to left:", rtl, "dark pixels")
sys.exit(not (ltr > 100 and rtl == 0))
PY
