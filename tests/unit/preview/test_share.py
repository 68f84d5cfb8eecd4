"""Sharing: what is offered can be downloaded, and nothing else of the machine."""

from __future__ import annotations

import http.client
import os
import re
import socket
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from qexport.common.errors import InputRefused, MachineLacks, UsageError
from qexport.preview import share
from qexport.preview.share import Share, close_files, find_address, open_files

HERE = "127.0.0.1"


@pytest.fixture
def shared(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "deck.apkg", tmp_path / "hand book é.pdf", tmp_path / "notes.txt"]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number]) * (200_000 + number))
    return paths


@contextmanager
def sharing(paths: list[Path], **more: str) -> Iterator[Share]:
    """Serve files as the command does, but in a thread."""
    files = open_files(paths)
    stop = threading.Event()
    with Share(files, address=HERE, **more) as served:  # type: ignore[arg-type]
        thread = threading.Thread(target=served._server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            served._server.shutdown()
            thread.join()
            stop.set()
    close_files(files)


def ask(
    served: Share, path: str = "", *, method: str = "GET", headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Ask for a path below the secret one, or for any path that begins with a slash."""
    url = urlsplit(served.url)
    assert url.port
    connection = http.client.HTTPConnection(HERE, url.port, timeout=30)
    try:
        connection.request(method, path if path.startswith("/") else url.path + path, headers=headers or {})
        response = connection.getresponse()
        return response.status, dict(response.headers), response.read()
    finally:
        connection.close()


def test_the_page_offers_every_file_and_allows_only_its_own_style(shared: list[Path]) -> None:
    with sharing(shared, title="Python & more") as served:
        status, headers, body = ask(served)
    page = body.decode()
    assert status == 200
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert re.findall(r'href="([^"]*)"', page) == ["deck.apkg", "hand%20book%20%C3%A9.pdf", "notes.txt"]
    assert '<h1 dir="auto">Python &amp; more</h1>' in page
    style = re.search("<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in page


def test_files_come_whole_and_with_the_type_that_phones_open(shared: list[Path]) -> None:
    with sharing(shared) as served:
        answers = [ask(served, name) for name in ("deck.apkg", "hand%20book%20%C3%A9.pdf", "notes.txt")]
    assert [(status, body) for status, _, body in answers] == [(200, path.read_bytes()) for path in shared]
    assert [(headers["Content-Type"], headers["Content-Disposition"]) for _, headers, _ in answers] == [
        ("application/vnd.anki", "attachment; filename*=UTF-8''deck.apkg"),
        ("application/pdf", "inline; filename*=UTF-8''hand%20book%20%C3%A9.pdf"),
        ("application/octet-stream", "attachment; filename*=UTF-8''notes.txt"),
    ]
    assert served.tally.downloads == {"deck.apkg": 1, "hand book é.pdf": 1, "notes.txt": 1}


@pytest.mark.parametrize(
    ("header", "status", "content_range", "length"),
    [
        ("bytes=0-9", 206, "bytes 0-9/200000", 10),
        ("bytes=199990-", 206, "bytes 199990-199999/200000", 10),
        ("bytes=-5", 206, "bytes 199995-199999/200000", 5),
        ("bytes=0-999999", 200, None, 200_000),
        ("bytes=200000-", 416, "bytes */200000", 0),
        ("bytes=-0", 416, "bytes */200000", 0),
        ("bytes=9-3", 200, None, 200_000),
        ("bytes=0-1,5-6", 200, None, 200_000),
        ("lines=0-1", 200, None, 200_000),
        ("bytes=" + "9" * 30 + "-", 200, None, 200_000),
    ],
)
def test_a_download_can_be_resumed(
    shared: list[Path], header: str, status: int, content_range: str | None, length: int
) -> None:
    with sharing(shared) as served:
        answer = ask(served, "deck.apkg", headers={"Range": header})
    assert (answer[0], answer[1].get("Content-Range"), len(answer[2])) == (status, content_range, length)


def test_head_sends_no_content(shared: list[Path]) -> None:
    with sharing(shared) as served:
        status, headers, body = ask(served, "deck.apkg", method="HEAD")
    assert (status, headers["Content-Length"], body) == (200, "200000", b"")
    assert served.tally.downloads == {}


def test_nothing_else_of_the_machine_can_be_reached(shared: list[Path]) -> None:
    (shared[0].parent / "secret.txt").write_text("secret")
    with sharing(shared, token="A" * 22) as served:
        wrong = [
            "/", "//", "/deck.apkg", f"/{'A' * 21}/deck.apkg", f"/{'B' * 22}/", f"/{'A' * 22}", str(shared[0]),
            "secret.txt", "../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "deck.apkg/", "./deck.apkg",
            "deck.apkg%00", "%ff",
        ]  # fmt: skip
        answers = [ask(served, path) for path in wrong]
    assert [(status, body) for status, _, body in answers] == [(404, b"")] * len(wrong)


def test_a_thousand_wrong_paths_leave_it_working(shared: list[Path]) -> None:
    with sharing(shared) as served:
        with ThreadPoolExecutor(16) as pool:
            found = {
                status for status, _, _ in pool.map(lambda number: ask(served, f"/{number}"), range(1000))
            }
        assert found == {404}
        assert ask(served, "notes.txt")[0] == 200


def test_two_hundred_downloads_at_once_are_whole(shared: list[Path]) -> None:
    expected = sha256(shared[0].read_bytes()).digest()
    with sharing(shared) as served, ThreadPoolExecutor(200) as pool:
        found = list(pool.map(lambda _: sha256(ask(served, "deck.apkg")[2]).digest(), range(200)))
    assert found == [expected] * 200
    assert served.tally.downloads == {"deck.apkg": 200}


def test_clients_that_are_slow_or_cut_off_leave_it_working(
    shared: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(share._DownloadHandler, "timeout", 0.3)
    shared[0].write_bytes(bytes(30_000_000))  # more than the buffers of a connection hold
    with sharing(shared) as served:
        url = urlsplit(served.url)
        assert url.port
        request = f"GET {url.path}deck.apkg HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        silent = socket.create_connection((HERE, url.port))
        slow = socket.create_connection((HERE, url.port))
        slow.sendall(request)
        cut = socket.create_connection((HERE, url.port))
        cut.sendall(request)
        cut.recv(1000)
        cut.close()
        assert ask(served, "notes.txt")[0] == 200
        deadline = time.monotonic() + 20
        while served._server._free._value < share.CONNECTIONS and time.monotonic() < deadline:
            time.sleep(0.05)
        assert served._server._free._value == share.CONNECTIONS  # each was given up
        for connection in (silent, slow):
            connection.close()
    assert served.tally.downloads == {"notes.txt": 1}


@pytest.mark.parametrize(
    "request_bytes", [b"\r\n\r\n", b"GET\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", b"GET / HTTP/9\r\n\r\n"]
)
def test_what_is_no_request_is_refused(shared: list[Path], request_bytes: bytes) -> None:
    with sharing(shared) as served:
        url = urlsplit(served.url)
        assert url.port
        with socket.create_connection((HERE, url.port), timeout=10) as connection:
            connection.sendall(request_bytes)
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(10_000)
        assert b"200" not in answer
        assert ask(served, "notes.txt")[0] == 200


def test_every_file_that_cannot_be_shared_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "empty.pdf").touch()
    (tmp_path / "deck.apkg").write_text("x")
    (tmp_path / "a" / "deck.apkg").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    names = ["no.pdf", "a", "empty.pdf", "pipe", "deck.apkg", "a/deck.apkg"]
    with pytest.raises(InputRefused) as caught:
        open_files([tmp_path / name for name in names])
    assert [(problem.location.path, problem.message) for problem in caught.value.problems] == [
        (str(tmp_path / "no.pdf"), "this cannot be read: No such file or directory"),
        (str(tmp_path / "a"), "this is not an ordinary file"),
        (str(tmp_path / "empty.pdf"), "this file is empty"),
        (str(tmp_path / "pipe"), "this is not an ordinary file"),
        (str(tmp_path / "a/deck.apkg"), "another file of this name is shared too"),
    ]


def test_one_address_is_listened_on() -> None:
    assert find_address("::1") == "::1"
    with pytest.raises(UsageError, match="'phone' is not an IP address"):
        find_address("phone")
    with pytest.raises(UsageError, match=r"0\.0\.0\.0 is not one address of this machine"):
        find_address("0.0.0.0")
    with pytest.raises(MachineLacks, match=r"cannot listen on 192\.0\.2\.1, port any: "):
        Share([], address="192.0.2.1")


def test_the_secret_is_another_one_each_time() -> None:
    with Share([], address=HERE) as one, Share([], address=HERE) as other:
        secrets = {urlsplit(each.url).path for each in (one, other)}
    assert len(secrets) == 2
    assert all(re.fullmatch(r"/[\w-]{22}/", each) for each in secrets)


def test_it_ends_by_itself() -> None:
    with Share([], address=HERE) as served:
        before = time.monotonic()
        served.serve(0.2)
        assert 0.2 <= time.monotonic() - before < 5
