"""Pictures of every mode: each is right on paper, on cards and on the web, or refused with a reason."""

from __future__ import annotations

import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw
from tools.browsers import Browser, started

from qexport.cli.main import program

WIDE, HIGH = 120, 80
RED, WHITE, GREY, BLUE = (160, 0, 0), (255, 255, 255), (100, 100, 100), (120, 180, 255)
NEAR = 6
"""Between what is in a picture and what is seen of it, for each colour: what JPEG makes of it."""

Colour = tuple[int, int, int]


def quarters(last: tuple[int, ...] = (*BLUE, 255)) -> Image.Image:
    """Return a picture of four quarters: red, white, grey, and the last one."""
    image = Image.new("RGBA", (WIDE, HIGH), (*WHITE, 255))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDE // 2 - 1, HIGH // 2 - 1), fill=(*RED, 255))
    draw.rectangle((0, HIGH // 2, WIDE // 2 - 1, HIGH - 1), fill=(*GREY, 255))
    draw.rectangle((WIDE // 2, HIGH // 2, WIDE - 1, HIGH - 1), fill=last)
    return image


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_of_16_bits(image: Image.Image, colour: int) -> bytes:
    """Return a PNG with 16 bits a channel, of a colour type of the format."""
    channels = len(image.getbands())
    rows = b""
    for y in range(HIGH):
        values = image.crop((0, y, WIDE, y + 1)).tobytes()
        rows += b"\0" + b"".join(bytes((value, value)) for value in values)
    assert len(rows) == HIGH * (1 + 2 * channels * WIDE)
    header = struct.pack(">IIBBBBB", WIDE, HIGH, 16, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def interlaced(image: Image.Image) -> bytes:
    """Return a PNG in the seven passes of Adam7 (PNG specification, section 8.2)."""
    size = len(image.getbands())
    rows = b""
    for left, top, right, down in (
        *((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4)),
        *((0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)),
    ):
        for y in range(top, HIGH, down):
            line = image.crop((0, y, WIDE, y + 1)).tobytes()
            rows += b"\0" + b"".join(line[x * size : (x + 1) * size] for x in range(left, WIDE, right))
    header = struct.pack(">IIBBBBB", WIDE, HIGH, 8, {3: 2, 4: 6}[size], 0, 0, 1)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def turned(orientation: int) -> tuple[Image.Image, Image.Exif]:
    """Return the picture as a camera keeps it that was held otherwise, and the tag that turns it back."""
    ways = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    return quarters().convert("RGB").transpose(ways[orientation]), exif


def grey(colour: Colour) -> Colour:
    value = Image.new("RGB", (1, 1), colour).convert("L").tobytes()[0]
    return value, value, value


SEE_THROUGH = None
"""The fourth quarter of a picture with a transparent one: what is behind it."""

COLOURS = (RED, WHITE, GREY, BLUE)
GREYS = tuple(map(grey, COLOURS))


def list_pictures() -> Iterator[tuple[str, bytes, tuple[Colour | None, ...]]]:
    """Yield the name of each picture, its file, and what is to be seen in its quarters."""
    rgb, rgba = quarters().convert("RGB"), quarters((0, 0, 0, 0))
    black = Image.new("RGB", rgb.size)
    two_tone = rgb.convert("L").point(lambda value: 255 * (value > 110)).convert("1")
    palette = rgb.quantize(16)
    clear = (*COLOURS[:3], SEE_THROUGH)
    yield "1-bit.png", saved(two_tone, "PNG"), ((0, 0, 0), WHITE, (0, 0, 0), WHITE)
    yield "palette.png", saved(palette, "PNG"), COLOURS
    yield "palette-2-bits.png", saved(rgb.quantize(4), "PNG", bits=2), COLOURS
    yield (
        "palette-clear.png",
        saved(palette, "PNG", transparency=palette.getpixel((WIDE - 5, HIGH - 5))),
        clear,
    )
    yield "palette-alpha.png", saved(rgba.quantize(16), "PNG"), clear
    yield "grey.png", saved(rgb.convert("L"), "PNG"), GREYS
    yield "grey-alpha.png", saved(rgba.convert("LA"), "PNG"), (*GREYS[:3], SEE_THROUGH)
    yield (
        "grey-clear.png",
        saved(rgb.convert("L"), "PNG", transparency=GREYS[3][0]),
        (*GREYS[:3], SEE_THROUGH),
    )
    yield "rgb.png", saved(rgb, "PNG"), COLOURS
    yield "rgb-clear.png", saved(rgb, "PNG", transparency=BLUE), clear
    yield "rgba.png", saved(rgba, "PNG"), clear
    yield "grey-alpha-16.png", png_of_16_bits(rgba.convert("LA"), 4), (*GREYS[:3], SEE_THROUGH)
    yield "rgb-16.png", png_of_16_bits(rgb, 2), COLOURS
    yield "rgba-16.png", png_of_16_bits(rgba, 6), clear
    yield "interlaced.png", interlaced(rgb), COLOURS
    yield "interlaced-alpha.png", interlaced(rgba), clear
    yield "animated.png", saved(rgb, "PNG", save_all=True, append_images=[black], duration=60_000), COLOURS
    yield "rgb.jpg", saved(rgb, "JPEG", quality=95), COLOURS
    yield "grey.jpg", saved(rgb.convert("L"), "JPEG", quality=95), GREYS
    yield "progressive.jpg", saved(rgb, "JPEG", quality=95, progressive=True), COLOURS
    for orientation in range(2, 9):
        image, exif = turned(orientation)
        yield f"turned-{orientation}.jpg", saved(image, "JPEG", quality=95, exif=exif), COLOURS
    image, exif = turned(6)
    yield "turned.png", saved(image, "PNG", exif=exif), COLOURS
    yield "still.gif", saved(palette, "GIF"), COLOURS
    yield "clear.gif", saved(rgba, "GIF"), clear
    yield (
        "animated.gif",
        saved(palette, "GIF", save_all=True, append_images=[black], duration=60_000),
        COLOURS,
    )
    yield "lossy.webp", saved(rgb, "WEBP", quality=95), COLOURS
    yield "lossless.webp", saved(rgb, "WEBP", lossless=True), COLOURS
    yield "alpha.webp", saved(rgba, "WEBP", lossless=True), clear
    yield (
        "animated.webp",
        saved(rgb, "WEBP", save_all=True, append_images=[black], duration=60_000, lossless=True),
        COLOURS,
    )
    yield "drawing.svg", DRAWING.encode(), COLOURS


DRAWING = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}">'
    '<rect width="120" height="80" fill="#fff"/>'
    '<rect width="60" height="40" fill="#a00000"/><rect y="40" width="60" height="40" fill="#646464"/>'
    '<rect x="60" y="40" width="60" height="40" fill="#78b4ff"/></svg>'
)
PICTURES = {name: (data, seen) for name, data, seen in list_pictures()}


def write_bank(folder: Path, names: list[str]) -> Path:
    questions = [
        {"id": f"P-{at}", "question": f"Picture {at}?", "answer": f"See\n\n![{name}]({name})"}
        for at, name in enumerate(names)
    ]
    bank = folder / "bank.yaml"
    bank.write_text(json.dumps({"namespace": "p", "markup": "markdown", "questions": questions}), "utf-8")
    return bank


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The handbook, the deck and the page of a question for each picture."""
    folder = tmp_path_factory.mktemp("pictures")
    for name, (data, _) in PICTURES.items():
        (folder / name).write_bytes(data)
    bank = write_bank(folder, list(PICTURES))
    words = ["build", "--bank", str(bank), "--out", str(folder / "out")]
    words += ["--format", "handbook", "--format", "deck", "--format", "web"]
    result = CliRunner().invoke(program, words, prog_name="qexport")
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    return {path.suffix: path.read_bytes() for path in sorted((folder / "out").iterdir())}


def differ(seen: list[Colour], wanted: tuple[Colour | None, ...]) -> bool:
    """Return whether quarters are not as they have to be; a transparent one is light, as the page behind it."""
    return any(
        min(one) < 225 if other is None else max(abs(a - b) for a, b in zip(one, other, strict=True)) > NEAR
        for one, other in zip(seen, wanted, strict=True)
    )


def test_every_picture_is_right_on_paper(built: Mapping[str, bytes]) -> None:
    wrong, count = {}, 0
    names = iter(name for name in PICTURES if not name.endswith(".svg"))
    with pypdfium2.PdfDocument(built[".pdf"]) as pdf:
        for page in pdf:
            shot = page.render(scale=3).to_pil().convert("RGB")
            high = page.get_height()
            for each in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=5):
                left, bottom, right, top = each.get_bounds()
                assert abs((right - left) / (top - bottom) - WIDE / HIGH) < 0.02
                seen = [
                    shot.getpixel(
                        (int((left + x * (right - left)) * 3), int((high - top + y * (top - bottom)) * 3))
                    )
                    for y in (0.25, 0.75)
                    for x in (0.25, 0.75)
                ]
                name = next(names)
                count += 1
                if differ(seen, PICTURES[name][1]):
                    wrong[name] = seen
    assert count == len(PICTURES) - 1
    assert wrong == {}


def test_the_deck_has_every_picture_as_it_is(built: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(BytesIO(built[".apkg"])) as package:
        names = json.loads(package.read("media"))
        files = {package.read(number) for number in names}
    assert {data for name, (data, _) in PICTURES.items() if not name.endswith(".svg")} < files


BROWSERS = [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("chromium", "firefox")]


@pytest.fixture(scope="module", params=BROWSERS)
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    with started(request.param) as running:
        yield running


def test_every_picture_is_right_on_the_page_as_browsers_and_cards_show_it(
    built: Mapping[str, bytes], browser: Browser, tmp_path: Path
) -> None:
    sources = dict(re.findall(r'alt="([^"]*)" src="(data:[^"]*)"', built[".html"].decode()))
    sources |= {
        alt: src for src, alt in re.findall(r'src="(data:[^"]*)" alt="([^"]*)"', built[".html"].decode())
    }
    assert set(PICTURES) <= set(sources)
    (tmp_path / "all.html").write_text("<!doctype html><title>t</title>", "utf-8")
    browser.open((tmp_path / "all.html").as_uri())
    seen = browser.evaluate(
        f"""Promise.all(Object.entries({json.dumps({name: sources[name] for name in PICTURES})}).map(
          async ([name, source]) => {{
            const image = new Image();
            image.src = source;
            await image.decode();
            const canvas = Object.assign(document.createElement("canvas"), {{ width: {WIDE}, height: {HIGH} }});
            const context = canvas.getContext("2d");
            context.fillStyle = "#fff";
            context.fillRect(0, 0, {WIDE}, {HIGH});
            context.drawImage(image, 0, 0, {WIDE}, {HIGH});
            const at = (x, y) => [...context.getImageData(x * {WIDE}, y * {HIGH}, 1, 1).data].slice(0, 3);
            return [name, [at(0.25, 0.25), at(0.75, 0.25), at(0.25, 0.75), at(0.75, 0.75)]];
          }}))"""
    )
    assert {name: colours for name, colours in seen if differ(colours, PICTURES[name][1])} == {}


def test_what_cannot_be_right_everywhere_is_refused_with_a_reason(tmp_path: Path) -> None:
    (tmp_path / "grey-16.png").write_bytes(png_of_16_bits(quarters().convert("L"), 0))
    image, exif = turned(6)
    image.save(tmp_path / "turned.webp", exif=exif)
    image.save(tmp_path / "photo.tiff")
    bank = write_bank(tmp_path, ["grey-16.png", "turned.webp", "photo.tiff"])
    words = ["build", "--bank", str(bank), "--out", str(tmp_path / "out"), "--format", "handbook"]
    result = CliRunner().invoke(program, words, prog_name="qexport")
    assert result.exit_code == 3
    said = [re.sub(r"^.*the picture ", "", line) for line in result.stderr.splitlines()]
    assert said == [
        "'grey-16.png' is grey with 16 bits, which the layout engine draws black",
        "  hint: save it with 8 bits, or in colour",
        "'turned.webp' is turned by its EXIF data, which browsers ignore in a WebP picture",
        "  hint: turn its pixels, or save it as JPEG",
        "'photo.tiff' is not a PNG, JPEG, GIF, WebP or SVG",
        "  hint: save it as one of them",
    ]
