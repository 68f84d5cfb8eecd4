"""Where an edition is published, as a QR code: on the last page of the handbook, and in README.html of a bundle."""

from __future__ import annotations

import subprocess
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pypdfium2
import pytest
import zxingcpp
from click.testing import CliRunner
from PIL import Image

from qexport.cli.main import program

ADDRESS = "https://example.org/decks/interview-2026?edition=1.2"
BANK = "title: A bank\nnamespace: n\nquestions:\n  - {id: A, question: What?, answer: That.}\n"
RECIPES = f"""\
bank = "b.yaml"
published-at = "{ADDRESS}"

[recipes.book]
format = ["handbook", "deck"]
"""


def run(*words: str, status: int = 0) -> str:
    environment = {"SOURCE_DATE_EPOCH": "1760000000"}
    done = CliRunner().invoke(program, words, prog_name="qexport", env=environment, catch_exceptions=False)
    assert done.exit_code == status, done.output
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("b.yaml").write_text(BANK)
    return tmp_path


def scanned(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize("words", [(), ("--paper", "a5", "--media", "prepress"), ("--large-print",)])
def test_the_last_page_of_the_handbook_is_scanned_as_the_address(
    folder: Path, words: tuple[str, ...]
) -> None:
    run("build", "--bank", "b.yaml", "--format", "handbook", "--published-at", ADDRESS, *words)
    book = pypdfium2.PdfDocument(folder / "out/a-bank.pdf")
    try:
        pages = [scanned(page.render(scale=2).to_pil()) for page in book]
    finally:
        book.close()
    assert pages[-1] == [ADDRESS]
    assert not any(pages[:-1])


@pytest.mark.needs("chromium")
def test_the_page_of_a_bundle_is_scanned_as_the_address(folder: Path) -> None:
    Path("qexport.toml").write_text(RECIPES)
    run("bundle", "--output", "team.zip")
    with ZipFile("team.zip") as bundle:
        Path("README.html").write_bytes(bundle.read("README.html"))
        written = bundle.read("qexport.toml").decode()
    assert f'published-at = "{ADDRESS}"' in written
    subprocess.run(
        [
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
            *(
                f"--user-data-dir={folder}/profile",
                f"--screenshot={folder}/page.png",
                "--window-size=800,900",
            ),
            (folder / "README.html").as_uri(),
        ],
        check=True,
        capture_output=True,
    )
    assert scanned(Image.open(BytesIO((folder / "page.png").read_bytes()))) == [ADDRESS]


def test_what_is_no_address_of_the_web_is_refused(folder: Path) -> None:
    words = ("build", "--bank", "b.yaml", "--format", "handbook", "--published-at", "example.org")
    assert run(*words, status=2) == (
        "qexport: error: option published-at cannot be 'example.org': it does not begin with https:// or http://\n"
        "  hint: write all of it, for example https://example.org/questions/\n"
    )
    assert not (folder / "out").exists()


def test_a_site_is_published_at_its_address(folder: Path) -> None:
    said = run("publish", "--bank", "b.yaml", "--address", "https://example.org/q/")
    files = {path.name: path for path in (folder / "site").iterdir()}
    assert [line.split()[0] for line in said.splitlines()] == [f"site/{name}" for name in sorted(files)]
    assert sorted(files) == [
        ".nojekyll",
        "a-bank.apkg",
        "a-bank.epub",
        "a-bank.pdf",
        "feed.atom",
        "index.html",
        "qr-deck.svg",
        "qr-page.svg",
    ]
    assert 'href="a-bank.pdf"' in files["index.html"].read_text()
