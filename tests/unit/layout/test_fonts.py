"""The fonts of the book: bundled files, and no others."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from qexport.common.errors import MachineLacks
from qexport.content.templates import templates_folder
from qexport.layout import fonts

FAMILIES = {
    "Source Serif Pro": {(400, False), (400, True), (600, False), (600, True), (700, False), (700, True)},
    "Source Sans Pro": {(400, False), (400, True), (600, False), (600, True), (700, False), (700, True)},
    "IBM Plex Mono": {(400, False), (400, True), (600, False), (600, True), (700, False), (700, True)},
    "qexport Symbols": {(400, False)},
    "qexport Symbols Mono": {(400, False)},
}


def test_every_bundled_font_is_a_file_known_by_its_digest() -> None:
    files = fonts.find_bundled()
    assert len(files) == 20
    for digest, file in files.items():
        assert sha256(file.path.read_bytes()).hexdigest() == digest == file.digest


def test_they_are_families_in_the_weights_the_style_asks_for() -> None:
    found: dict[str, set[tuple[int, bool]]] = {}
    for file in fonts.find_bundled().values():
        with TTFont(file.path) as font:
            assert "fvar" not in font  # a variable font is slow
            name = font["name"]
            family = str(name.getDebugName(16) or name.getDebugName(1))
            italic = bool(font["OS/2"].fsSelection & 1)
            found.setdefault(family, set()).add((font["OS/2"].usWeightClass, italic))
    assert found == FAMILIES


def test_every_font_may_be_embedded() -> None:
    for file in fonts.find_bundled().values():
        with TTFont(file.path) as font:
            assert font["OS/2"].fsType == 0, file.path.name


@pytest.mark.parametrize("package", fonts.BUNDLED)
def test_the_licence_comes_with_the_font(package: str) -> None:
    spec = find_spec(package)
    assert spec
    assert spec.origin
    folder = Path(spec.origin).parent
    texts = [path for path in folder.rglob("*") if path.suffix.lower() in (".txt", ".md", "")]
    licences = [path for path in texts if path.is_file() and re.search("licen|OFL", path.name, re.IGNORECASE)]
    assert any("SIL OPEN FONT LICENSE" in path.read_text("utf-8").upper() for path in licences), texts


def test_the_signs_of_the_field_are_among_the_symbols_and_the_licence_is_beside_them() -> None:
    for path in fonts.SYMBOLS:
        with TTFont(path) as font:
            assert {ord(sign) for sign in "∈∀⇒⌊⌋ℝ⁻✔⚠∅ₙ∃⊆⟨⟩⌈⌉★ "} <= set(font.getBestCmap())
        assert "Bitstream Vera" in (path.parent / "LICENSE.txt").read_text("utf-8")


def test_style_sheets_name_no_other_family() -> None:
    named = {
        family
        for path in templates_folder().rglob("*.css")
        for line in path.read_text("utf-8").splitlines()
        if "-font:" in line and '"' in line and "anki" not in path.parts
        for family in line.split('"')[1::2]
    }
    assert named == set(FAMILIES)


def configure(folder: Path, before: str) -> tuple[Path, str]:
    """Return the file that fontconfig is told to read, and what is in it.

    In a process of its own: what the layout engine finds is set for good.
    """
    code = (
        "import os; from pathlib import Path; from qexport.layout import fonts\n"
        f"{before}; fonts.limit_fontconfig();"
        "print(os.environ['FONTCONFIG_FILE']); print(open(os.environ['FONTCONFIG_FILE']).read())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "TMPDIR": str(folder)},
        check=True,
        capture_output=True,
        text=True,
    )
    name, configuration = done.stdout.split("\n", 1)
    return Path(name), configuration


def test_fontconfig_is_told_of_these_files_alone(tmp_path: Path) -> None:
    name, configuration = configure(tmp_path, before="pass")
    assert configuration.count("<acceptfont>") == 2 * 20
    assert "<rejectfont><glob>/*</glob></rejectfont>" in configuration
    for file in fonts.find_bundled().values():
        assert f"<acceptfont><glob>{file.path}</glob></acceptfont>" in configuration
        assert f"<acceptfont><glob>*{file.path}</glob></acceptfont>" in configuration
    assert not name.exists()  # taken away when the process ended


@pytest.mark.parametrize(
    ("before", "told"),
    [
        ("fonts.keep_font_lists(Path('a & b/lists'))", "{here}/a &amp; b/lists"),
        ("fonts.keep_font_lists(Path(os.devnull, 'lists'))", os.devnull),  # it cannot be made
        (
            "fonts.keep_font_lists(Path('lists')); fonts.ROOM_FOR_LISTS = 10**18",
            os.devnull,
        ),  # the disk is full
        ("fonts.keep_font_lists(None)", os.devnull),
    ],
)
def test_fontconfig_is_told_where_to_keep_its_lists(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    _, configuration = configure(tmp_path, before=before)
    assert re.findall("<cachedir>(.*)</cachedir>", configuration) == [told.format(here=tmp_path)]


def test_fontconfig_reads_no_font_again_where_the_time_of_a_build_is_given(tmp_path: Path) -> None:
    script = (
        "import ctypes; from pathlib import Path; from qexport.layout import fonts; "
        "from qexport.layout.weasyprint import setup; "
        f"fonts.keep_font_lists(Path({str(tmp_path / 'lists')!r})); setup.engine(); setup.font_configuration(); "
        "get = ctypes.CDLL(None).getenv; get.restype = ctypes.c_char_p; print(get(b'SOURCE_DATE_EPOCH').decode())"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "SOURCE_DATE_EPOCH": "1767225600"}
    written = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True
        )
        assert (done.stdout, done.stderr) == ("1767225600\n", "")  # it is there again for what comes next
        written.append(sorted((path.name, path.stat().st_ino) for path in (tmp_path / "lists").iterdir()))
    assert written[0] == written[1] != []


def test_a_font_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "BUNDLED", {"no_such_font": ["No-Regular.ttf"]})
    fonts.find_bundled.cache_clear()
    try:
        with pytest.raises(MachineLacks) as caught:
            fonts.find_bundled()
    finally:
        monkeypatch.undo()
        fonts.find_bundled.cache_clear()
    assert str(caught.value) == "the fonts of no_such_font are not installed"
    assert caught.value.hint == "install qexport again, with its dependencies"
