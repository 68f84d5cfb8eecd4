#!/bin/bash
# WeasyPrint 70.0 (needs Pango on the machine): `URLFetcher(fail_on_errors=True)`, `--fail-on-http-errors` on its command
# line, and a picture that is not there, in a page and in an SVG of the page.
# Expected: as documented, FatalURLFetchingError "must stop the rendering", wherever the picture stands.
# Seen: in the page it does. While an SVG is drawn, every error is caught and logged, this one too: a PDF comes out,
# without the rest of the drawing after the picture.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv env
env/bin/pip install -q --disable-pip-version-check weasyprint==70.0 pypdfium2==5.15.2 pillow==12.2.0
env/bin/python - <<'PY'
import pathlib, sys
import pypdfium2
from PIL import Image
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError, URLFetcher

here = pathlib.Path.cwd().as_uri() + "/"
Image.new("RGB", (10, 10), "white").save("there.png")


def outcome(body: str) -> str:
    """Return what becomes of a page: the error that stops it, or its dark pixels."""
    html = f"<style>@page {{ size: 60px; margin: 0 }} body {{ margin: 0 }}</style>{body}"
    fetcher = URLFetcher(fail_on_errors=True)
    try:
        data = HTML(string=html, base_url=here, url_fetcher=fetcher).write_pdf()
    except FatalURLFetchingError:
        return "FatalURLFetchingError"
    page = pypdfium2.PdfDocument(data)[0].render(scale=4 / 3)
    return f"a PDF with {sum(value < 128 for value in bytes(page.to_pil().convert('L').tobytes()))} dark pixels"


def drawing(picture: str) -> str:
    """Return a page with an SVG: a picture, then a black square of 40 pixels."""
    svg = f'<image href="{picture}" width="10" height="10"/><rect x="20" y="20" width="40" height="40"/>'
    pathlib.Path("drawing.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="60" height="60">{svg}</svg>', encoding="utf-8"
    )
    return '<img src="drawing.svg">'


seen = {
    "missing in the page": outcome('<img src="missing.png">'),
    "there in an SVG": outcome(drawing("there.png")),
    "missing in an SVG": outcome(drawing("missing.png")),
}
for where, what in seen.items():
    print(f"{where}: {what}")
wanted = ["FatalURLFetchingError", "a PDF with 1600 dark pixels", "a PDF with 0 dark pixels"]
sys.exit(list(seen.values()) != wanted)
PY
