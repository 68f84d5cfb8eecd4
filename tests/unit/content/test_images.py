"""Pictures are judged by their first bytes, and by where they lie."""

from __future__ import annotations

import io
import os
from hashlib import sha256
from pathlib import Path

import pytest
from PIL import Image as Pillow

from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import quote
from qexport.content.images import Flaw, Image, describe_by_name, read_image

SMALLER = f"save it smaller; {USUAL.hint('pixels')}"


def picture(kind: str, size: tuple[int, int] = (5, 3), **options: object) -> bytes:
    buffer = io.BytesIO()
    mode = "RGBA" if options.get("alpha") else "RGB"
    options.pop("alpha", None)
    Pillow.new(mode, size, "red").save(buffer, kind, **options)
    return buffer.getvalue()


def judged(folder: Path, data: bytes, name: str = "x") -> Image | Flaw:
    (folder / name).write_bytes(data)
    return read_image(folder, name)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (picture("PNG"), "png"),
        (picture("JPEG"), "jpeg"),
        (picture("JPEG", progressive=True, exif=Pillow.Exif().tobytes(), comment=b"x" * 300), "jpeg"),
        (picture("GIF"), "gif"),
        (picture("GIF", comment="x" * 300), "gif"),
        (picture("WEBP"), "webp"),
        (picture("WEBP", lossless=True), "webp"),
        (picture("WEBP", alpha=True), "webp"),
    ],
    ids=[
        "PNG",
        "JPEG",
        "progressive JPEG",
        "GIF",
        "GIF with a comment",
        "WebP",
        "lossless WebP",
        "WebP, alpha",
    ],
)
def test_kind_and_size_stand_in_the_header(tmp_path: Path, data: bytes, kind: str) -> None:
    image = judged(tmp_path, data, "no-ending")
    assert isinstance(image, Image)
    assert (image.media_type, image.width, image.height, image.data) == (f"image/{kind}", 5, 3, data)
    assert image.name.endswith(f".{kind}")
    assert judged(tmp_path, data, "copy") == image


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_that_is_cut_off_is_refused_and_never_a_traceback(tmp_path: Path, kind: str) -> None:
    data = picture(kind, (40, 30))
    for length in range(len(data) - (1 if kind == "WEBP" else 12)):
        found = judged(tmp_path, data[:length])
        assert isinstance(found, Flaw) or kind == "GIF", length
        if isinstance(found, Flaw):
            assert found.refused
    damaged = Flaw("the picture 'x' is cut off or damaged", "save it again", refused=True)
    assert judged(tmp_path, data[:20] if kind != "JPEG" else data[:-2]) == damaged


def test_too_many_pixels_are_refused_before_anything_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(picture("PNG", (11, 10)))
    limits = Limits(pixels=100)
    flaw = Flaw(
        "the picture 'x' has 11 × 10 pixels, more than 100",
        f"save it smaller; {limits.hint('pixels')}",
        refused=True,
    )
    assert read_image(tmp_path, "x", limits) == flaw


def test_the_first_frame_of_a_gif_counts(tmp_path: Path) -> None:
    data = bytearray(picture("GIF", (5, 3)))
    at = data.index(b",", 13)
    data[at + 5 : at + 9] = (11).to_bytes(2, "little") * 2
    (tmp_path / "x").write_bytes(data)
    limits = Limits(pixels=100)
    assert read_image(tmp_path, "x", limits) == Flaw(
        "the picture 'x' has 11 × 11 pixels, more than 100",
        f"save it smaller; {limits.hint('pixels')}",
        refused=True,
    )


@pytest.mark.parametrize(
    ("data", "hint"),
    [
        (b"%!PS-Adobe-3.0 EPSF-3.0", "save it as one of them"),
        (b"BM", "save it as one of them"),
        (b"", "save it as one of them"),
    ],
)
def test_other_kinds_are_refused(tmp_path: Path, data: bytes, hint: str) -> None:
    assert judged(tmp_path, data, "x.png") == Flaw(
        "the picture 'x.png' is not a PNG, JPEG, GIF, WebP or SVG", hint, refused=True
    )


def test_a_large_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").touch()
    os.truncate(tmp_path / "x", 10_000_001)
    assert read_image(tmp_path, "x") == Flaw(
        "the picture 'x' is larger than 10 MB",
        "save it smaller; the limit 'picture' is 10 MB; "
        "to raise it: --allow picture=20M, or [limits] in qexport.toml",
        refused=True,
    )


def test_links_inside_the_folder_are_followed_and_none_out_of_it(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    (folder / "in").mkdir(parents=True)
    (folder / "in" / "x.png").write_bytes(picture("PNG"))
    (tmp_path / "secret.png").write_bytes(picture("PNG"))
    (folder / "inside.png").symlink_to("in/x.png")
    (folder / "outside.png").symlink_to("../secret.png")
    (folder / "loop").symlink_to("loop")
    assert isinstance(read_image(folder, "inside.png"), Image)
    assert isinstance(read_image(folder, "in/../in/x.png"), Image)
    hint = "put a copy beside the bank and give its path from there"
    for source in (
        "outside.png",
        "../secret.png",
        str(tmp_path / "secret.png"),
        "..\\secret.png",
        "in\\x.png",
    ):
        assert read_image(folder, source) == Flaw(
            f"the picture {quote(source)} is outside the bank's folder", f"{hint}, with /"
        )
    for source in (
        "http://e.org/x.png",
        "HTTPS:x",
        "file:///etc/passwd",
        "data:,x",
        "C:\\x",
        "//e.org/x",
        "",
    ):
        assert read_image(folder, source) == Flaw(f"the picture {source!r} is not a file", hint)


def test_what_is_no_file_or_has_no_possible_name_is_said(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    assert read_image(tmp_path, "missing.png") == Flaw(
        "there is no file of the picture 'missing.png'", f"looked in {tmp_path}"
    )
    for source, reason in ((".", "a folder, not a file"), ("pipe", "a pipe, not an ordinary file")):
        assert read_image(tmp_path, source) == Flaw(
            f"the picture {source!r} cannot be read", f"this is {reason}"
        )
    for source in ("nul\0", "x" * 5000, "loop"):
        found = read_image(tmp_path, source)
        assert isinstance(found, Flaw)
        assert not found.refused


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("img/event-loop_2.png", "event loop 2"),
        ("https://e.org/build.svg?branch=main#x", "build"),
        ("...", "picture"),
        ("", "picture"),
    ],
)
def test_the_name_of_a_file_is_words(source: str, words: str) -> None:
    assert describe_by_name(source) == words


def test_a_drawing_is_cleaned_and_named_by_what_is_left(tmp_path: Path) -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="3"><script/><rect/></svg>'
    image = judged(tmp_path, svg, "x.svg")
    assert isinstance(image, Image)
    assert (image.media_type, image.width, image.height) == ("image/svg+xml", 4, 3)
    assert image.left_out == ("<script>",)
    assert image.name == f"{sha256(image.data).hexdigest()[:32]}.svg"
    assert judged(tmp_path, b"<svg>", "x.svg") == Flaw(
        "the picture 'x.svg' is not well-formed: no element found: line 1, column 5",
        "save it as a plain SVG, or as PNG",
        refused=True,
    )


def test_a_grey_png_of_16_bits_is_refused(tmp_path: Path) -> None:
    data = io.BytesIO()
    Pillow.new("I;16", (4, 3), 65535).save(data, "PNG")
    assert judged(tmp_path, data.getvalue(), "x.png") == Flaw(
        "the picture 'x.png' is grey with 16 bits, which the layout engine draws black",
        "save it with 8 bits, or in colour",
        refused=True,
    )
