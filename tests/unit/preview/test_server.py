"""The server of the preview: this machine, this page, and nobody else."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from tools.browsers import started

from qexport.layout.scheduler import Scheduler
from qexport.preview.server import Preview
from qexport.preview.session import PreviewSession
from qexport.recipe import Recipe

BANK = """title: T
questions:
- {id: A, question: One?, answer: Yes., source: S}
- {id: B, question: Two?, answer: No.}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Preview]:
    (tmp_path / "bank.yaml").write_text(BANK)
    (tmp_path / "theme").mkdir()
    (tmp_path / "theme/theme.toml").write_text('description = "Ours"\nextends = "classic"\n')
    options = {"theme": str(tmp_path / "theme")}
    recipe = Recipe(bank=tmp_path / "bank.yaml", outputs=("handbook",), options=options)
    session = PreviewSession(lambda: recipe, Scheduler())
    session.refresh()
    with Preview(session) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def answer(server: Preview, path: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", server.server_address[1])
    connection.request("GET", path, headers={"Host": server.host, **headers})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response, body


def test_listens_to_this_machine_alone(server: Preview) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_gives_nothing_to_who_does_not_know_the_address_or_is_another_site(server: Preview) -> None:
    inside = f"/{server.token}/state"
    others = {
        "no token": answer(server, "/state"),
        "a wrong token": answer(server, f"/{'x' * len(server.token)}/state"),
        "a name that leads here": answer(server, inside, Host=f"evil.example:{server.server_address[1]}"),
        "another origin": answer(server, inside, Origin="http://evil.example"),
        "another site": answer(server, inside, **{"Sec-Fetch-Site": "cross-site"}),
    }
    statuses = {name: (response.status, body) for name, (response, body) in others.items()}
    assert statuses == {
        "no token": (404, b""),
        "a wrong token": (404, b""),
        "a name that leads here": (403, b""),
        "another origin": (403, b""),
        "another site": (403, b""),
    }
    response, body = answer(server, inside)
    assert response.status == 200
    assert json.loads(body)["questions"] == [["A", "One?"], ["B", "Two?"]]
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    "browser", [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("chromium", "firefox")]
)
def test_the_page_follows_what_is_saved_and_keeps_its_place(
    server: Preview, tmp_path: Path, browser: str
) -> None:
    with started(browser) as shown:
        shown.resize(1400, 900)
        shown.open(server.url)
        shown.wait("document.querySelectorAll('#questions li').length === 2", 30)
        shown.wait("document.querySelector('#cards').dataset.version === '1'", 30)
        shown.wait("document.querySelector('#pages').dataset.version === '1'", 60)
        (tmp_path / "bank.yaml").write_text(BANK.replace("No.", "Perhaps."))
        server.session.refresh()
        shown.wait("document.querySelector('[aria-current=true]').textContent.startsWith('B')", 30)
        shown.wait("document.querySelector('#cards').dataset.version === '2'", 30)
        (tmp_path / "bank.yaml").write_text(BANK + "- {id: C, question: Three?}\n")
        server.session.refresh()
        shown.wait("!document.querySelector('#problems').hidden", 30)
        assert shown.evaluate("document.querySelector('#problems').textContent") == (
            f"{tmp_path}/bank.yaml:5:3: question 'C' has no answer\n"
            "  hint: write one, or leave the question out: `status: draft`"
        )
        assert shown.evaluate("document.querySelector('[aria-current=true]').textContent").startswith("B")
        own = (
            server.url,
            "chrome-extension://",
            "resource://",
        )  # Chromium and Firefox show PDFs by pages of their own
        assert [each for each in shown.requests if not each.startswith(own)] == []


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(
    ("name", "what"), [("handbook/question.html.j2", "pages"), ("anki/source.html.j2", "cards")]
)
def test_what_is_wrong_with_a_template_is_shown_over_the_last_good_page_and_card(
    server: Preview, tmp_path: Path, name: str, what: str
) -> None:
    with started("chromium") as shown:
        shown.open(server.url)
        for room in ("pages", "cards"):
            shown.wait(f"document.querySelector('#{room}').dataset.version === '1'", 60)
        template = tmp_path / "theme" / name
        template.parent.mkdir()
        template.write_text("<p>\n{% if %}</p>\n")
        server.session.refresh()
        shown.wait("!document.querySelector('#problems').hidden", 30)
        assert shown.evaluate("document.querySelector('#problems').textContent") == (
            f"{template}:2: Expected an expression, got 'end of statement block'"
        )
        other = {"pages": "cards", "cards": "pages"}[what]
        shown.wait(f"document.querySelector('#{other}').dataset.version === '2'", 30)
        assert shown.evaluate(f"document.querySelector('#{what}').dataset.version") == "1"
        template.unlink()
        server.session.refresh()
        shown.wait(f"document.querySelector('#{what}').dataset.version === '3'", 30)
        assert shown.evaluate("document.querySelector('#problems').hidden")
