"""The cover: a picture, since libraries of e-books show nothing else. Only this module imports Pillow."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from qexport.layout.fonts import find_bundled

SIZE = (1600, 2400)
"""Pixels: what shops and readers ask for, at least 1,000 on the long side and 2:3."""
MARGIN = 150
INK, PAPER, QUIET, ACCENT = "#1f2430", "#fdfcfa", "#5c6470", "#285f9e"


def draw_cover(title: str, lines: tuple[str, ...]) -> bytes:
    """Return a cover as PNG: the title in large letters, lines of what is inside below it."""
    files = {file.path.name: str(file.path) for file in find_bundled().values()}
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 56, SIZE[1]), fill=ACCENT)
    size = 176
    while True:
        font = ImageFont.truetype(files["SourceSerifPro-Semibold.ttf"], size)
        wrapped = _wrap_title(title, font, draw)
        if size <= 80 or (len(wrapped) <= 5 and all(_fits_on_cover(line, font, draw) for line in wrapped)):
            break
        size -= 8
    at = 480
    for line in wrapped[:12]:
        draw.text((MARGIN, at), line, fill=INK, font=font)
        at += round(size * 1.18)
    draw.rectangle((MARGIN, at + 60, MARGIN + 220, at + 68), fill=ACCENT)
    small = ImageFont.truetype(files["SourceSansPro-Regular.ttf"], 60)
    at += 140
    for text in lines:
        for line in _wrap_title(text, small, draw)[:4]:
            draw.text((MARGIN, at), line, fill=QUIET, font=small)
            at += 82
    written = BytesIO()
    image.quantize(64).save(written, "PNG", optimize=True)
    return written.getvalue()


def _fits_on_cover(text: str, font: ImageFont.FreeTypeFont, draw: ImageDraw.ImageDraw) -> bool:
    return draw.textlength(text, font=font) <= SIZE[0] - 2 * MARGIN


def _wrap_title(text: str, font: ImageFont.FreeTypeFont, draw: ImageDraw.ImageDraw) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and _fits_on_cover(longer, font, draw):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
