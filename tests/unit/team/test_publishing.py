"""A folder for a web server."""

from __future__ import annotations

import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from qexport.bank.lock import Release
from qexport.common.errors import UsageError
from qexport.recipe import Recipe
from qexport.team.publishing import feed_of, publish

BANK = "title: Small questions\nnamespace: n\nquestions:\n- {id: A, question: One?, answer: Yes.}\n"
ADDRESS = "https://example.org/q"


def test_the_folder_has_all_forms_and_the_page_leads_to_them(tmp_path: Path) -> None:
    (tmp_path / "bank.yaml").write_text(BANK)
    recipe = Recipe(bank=tmp_path / "bank.yaml")
    done = publish(recipe, tmp_path / "site", ADDRESS, now=1_760_000_000)
    assert [path.name for path in done.sizes] == [
        ".nojekyll",
        "feed.atom",
        "index.html",
        "qr-deck.svg",
        "qr-page.svg",
        "small-questions.apkg",
        "small-questions.epub",
        "small-questions.pdf",
    ]
    page = (tmp_path / "site/index.html").read_text()
    for name in ("small-questions.apkg", "small-questions.epub", "small-questions.pdf", "feed.atom"):
        assert f'href="{name}"' in page
    before = {path: path.read_bytes() for path in done.sizes}
    assert publish(recipe, tmp_path / "site", ADDRESS, now=1_760_000_001).sizes == done.sizes
    assert {path: path.read_bytes() for path in done.sizes} == before


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("example.org", "it does not begin with https:// or http://"),
        ("ftp://example.org/", "it does not begin with https:// or http://"),
        ("https://", "it names no server"),
        ("https://e.org/?a=b", "there is ? in it, and files are found below this address"),
    ],
)
def test_an_address_that_is_none_is_refused(tmp_path: Path, address: str, reason: str) -> None:
    with pytest.raises(UsageError) as caught:
        publish(Recipe(bank=tmp_path / "bank.yaml"), tmp_path / "site", address, now=0)
    assert caught.value.message == f"--address cannot be {address!r}: {reason}"
    assert not (tmp_path / "site").exists()


def test_a_feed_has_the_editions_and_what_was_new() -> None:
    releases = [
        Release(number=2, time=1_760_100_000, changes={"added": ("B", "C"), "changed": ("<A>",)}),
        Release(number=1, time=1_760_000_000),
    ]
    text = feed_of("A & B", "https://e.org/q/", releases, "my deck.apkg")
    assert text == (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<feed xmlns="http://www.w3.org/2005/Atom">\n'
        "<id>https://e.org/q/feed.atom</id>\n"
        "<title>A &amp; B</title>\n"
        "<updated>2025-10-10T12:40:00Z</updated>\n"
        "<author><name>A &amp; B</name></author>\n"
        '<link rel="self" href="https://e.org/q/feed.atom"/>\n'
        '<link href="https://e.org/q/"/>\n'
        "<entry>\n"
        "<id>https://e.org/q/#edition-2</id>\n"
        "<title>Edition 2</title>\n"
        "<updated>2025-10-10T12:40:00Z</updated>\n"
        '<link href="https://e.org/q/"/>\n'
        '<link rel="enclosure" type="application/vnd.anki" href="https://e.org/q/my%20deck.apkg"/>\n'
        '<content type="text">New questions: B, C. Changed: &lt;A&gt;.</content>\n'
        "</entry>\n"
        "<entry>\n"
        "<id>https://e.org/q/#edition-1</id>\n"
        "<title>Edition 1</title>\n"
        "<updated>2025-10-09T08:53:20Z</updated>\n"
        '<link href="https://e.org/q/"/>\n'
        '<link rel="enclosure" type="application/vnd.anki" href="https://e.org/q/my%20deck.apkg"/>\n'
        '<content type="text">Edition 1.</content>\n'
        "</entry>\n"
        "</feed>\n"
    )
    ET.fromstring(text)


@pytest.mark.needs("git")
def test_earlier_editions_come_from_the_tags_of_git(tmp_path: Path) -> None:
    from qexport.team.release import make_release

    def git(*words: str) -> None:
        said = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words]
        subprocess.run(said, cwd=tmp_path, check=True, capture_output=True)

    bank = tmp_path / "bank.yaml"
    git("init", "-q")
    for number, text in enumerate((BANK, BANK + "- {id: B, question: Two?, answer: No.}\n"), 1):
        bank.write_text(text)
        make_release(Recipe(bank=bank), now=1_760_000_000 + number)
        git("add", "-A")
        git("commit", "-qm", f"Edition {number}")
        git("tag", f"edition-{number}")
    publish(Recipe(bank=bank), tmp_path / "site", ADDRESS, now=1_760_000_010)
    feed = ET.fromstring((tmp_path / "site/feed.atom").read_text())
    titles = [each.text for each in feed.iterfind(".//{*}entry/{*}title")]
    assert titles == ["Edition 2", "Edition 1"]
