"""Files on their way to a phone: a page on this network that offers them, and nothing else of this machine.

    files → an address nobody guesses → a phone that scans its QR code

The files are opened before the server starts, and only these open files are ever read: no request leads to a path.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
import socket
import stat
import threading
import time
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import quote, unquote

from qexport.common.errors import InputRefused, Location, MachineLacks, Problem, UsageError
from qexport.content.templates import Templates

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MEDIA_TYPES = {
    ".apkg": "application/vnd.anki",
    ".colpkg": "application/x-colpkg",
    ".epub": "application/epub+zip",
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".zip": "application/zip",
}
"""The type of a file by its ending. AnkiDroid's manifest lists the first two; a server that sends an .apkg as a
zip archive is opened by a file manager instead."""

SAVED = frozenset({".apkg", ".colpkg", ".epub", ".zip"})
"""Endings of files that a browser saves instead of showing."""

CHUNK = 1 << 16
"""Bytes that are read and sent at once."""

CONNECTIONS = 256
"""Connections that are served at once; a further one waits in the backlog of the system."""

CLIENT_SECONDS = 30
"""Seconds that a client may send or take nothing before its connection is closed."""

MINUTES = 30
"""Minutes after which sharing ends, unless another number is asked for."""


class SharedFile(NamedTuple):
    """An open file that is offered, and what a browser has to know of it."""

    name: str
    descriptor: int
    size: int
    media_type: str
    is_saved: bool


def open_files(paths: Sequence[Path]) -> list[SharedFile]:
    """Open every file that is to be shared.

    Args:
        paths: Files, each with a name of its own.

    Returns:
        The open files in the order of the paths. `close_files` closes them.

    Raises:
        InputRefused: Some of them cannot be read, are no ordinary files, are empty, or have one name.
    """
    files: list[SharedFile] = []
    problems: list[Problem] = []
    for path in paths:
        if any(path.name == file.name for file in files):
            problems.append(_problem(path, "another file of this name is shared too", "rename one of them"))
            continue
        try:
            # Without O_NONBLOCK, opening a pipe would wait for whoever writes into it.
            descriptor = os.open(
                path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            )
        except OSError as error:
            problems.append(_problem(path, f"this cannot be read: {error.strerror}"))
            continue
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode) or not facts.st_size:
            os.close(descriptor)
            empty = stat.S_ISREG(facts.st_mode)
            problems.append(_problem(path, "this file is empty" if empty else "this is not an ordinary file"))
            continue
        ending = path.suffix.lower()
        media_type = MEDIA_TYPES.get(ending, "application/octet-stream")
        is_saved = ending in SAVED or ending not in MEDIA_TYPES
        files.append(SharedFile(path.name, descriptor, facts.st_size, media_type, is_saved))
    if problems:
        close_files(files)
        raise InputRefused(tuple(problems))
    return files


def close_files(files: Sequence[SharedFile]) -> None:
    """Close files that `open_files` has opened."""
    for file in files:
        os.close(file.descriptor)


def _problem(path: Path, message: str, hint: str = "") -> Problem:
    return Problem(Location(str(path)), message, hint)


def find_address(asked_for: str = "") -> str:
    """Return the one address of this machine that the files are offered on.

    Args:
        asked_for: An IP address of this machine; empty: the one that the default route uses.

    Raises:
        UsageError: The text is no IP address, or means every address at once.
        MachineLacks: This machine has no network.
    """
    if asked_for:
        try:
            address = ipaddress.ip_address(asked_for)
        except ValueError as error:
            raise UsageError(
                f"{asked_for!r} is not an IP address", hint="for example 192.168.1.20"
            ) from error
        if address.is_unspecified or address.is_multicast:
            raise UsageError(f"{asked_for} is not one address of this machine", hint="name one of them")
        return str(address)
    # A connected UDP socket sends nothing; it only makes the system choose a route (RFC 5737's example address).
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError as error:
            raise MachineLacks(
                "this machine is not in a network",
                hint="connect it to the network of the phone, or name an address: --address 192.168.1.20",
            ) from error
        return str(probe.getsockname()[0])


@dataclass(slots=True)
class Tally:
    """What was downloaded so far."""

    downloads: dict[str, int] = field(default_factory=dict)
    """Complete downloads by the name of the file."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, name: str) -> None:
        """Count one complete download."""
        with self.lock:
            self.downloads[name] = self.downloads.get(name, 0) + 1


class Share:
    """A server that offers some open files at one address, under a path nobody guesses, for some time."""

    def __init__(
        self, files: Sequence[SharedFile], *, address: str, port: int = 0, title: str = "", token: str = ""
    ) -> None:
        """Bind the address; nothing is answered before `serve`.

        Args:
            files: What is offered.
            address: The one address of this machine to listen on.
            port: The port; 0: any that is free.
            title: Heading of the page.
            token: The secret part of the path, made up unless given (128 random bits).

        Raises:
            MachineLacks: The address is not of this machine, or the port is taken.
        """
        self.tally = Tally()
        self._token = token or secrets.token_urlsafe(16)
        self._files = {file.name: file for file in files}
        self._page = _render_page(files, title)
        try:
            self._server = _Server((address, port), self)
        except OSError as error:
            raise MachineLacks(
                f"cannot listen on {address}, port {port or 'any'}: {error.strerror}",
                hint="name another address of this machine with --address, or another port with --port",
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address of the page."""
        address, port = self._server.server_address[:2]
        host = f"[{address!s}]" if ":" in str(address) else str(address)
        return f"http://{host}:{port}/{self._token}/"

    def serve(self, seconds: float) -> None:
        """Answer requests until the time is over; an interrupt ends it at once.

        Args:
            seconds: How long, from now on.
        """
        thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True
        )
        thread.start()
        try:
            time.sleep(seconds)
        finally:
            self._server.shutdown()

    def answer(self, path: str) -> tuple[str, bytes | SharedFile] | None:
        """Return the media type and the content at the path of a request; None if there is nothing.

        The secret is compared in constant time. Names are looked up in a table; no path of the disk is made.
        """
        parts = path.partition("?")[0].split("/")
        if len(parts) != 3 or not hmac.compare_digest(parts[1].encode(), self._token.encode()):
            return None
        name = unquote(parts[2], errors="replace")
        if not name:
            return "text/html; charset=utf-8", self._page
        file = self._files.get(name)
        return (file.media_type, file) if file else None


class _Server(HTTPServer):
    """One thread a connection, of which there is a bounded number; the rest wait in the system's backlog."""

    request_queue_size = CONNECTIONS
    allow_reuse_address = False  # two programs must not share a port unseen

    def __init__(self, address: tuple[str, int], share: Share) -> None:
        self.share = share
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        super().__init__(address, _DownloadHandler)

    def server_bind(self) -> None:
        """Bind without asking a name server for this machine's name, as http.server does."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread of its own, which does not keep the program from ending."""
        self._free.acquire()
        thread = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads
            self._free.release()
            self.shutdown_request(request)

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except OSError:
            pass  # a connection that was cut or timed out
        finally:
            self.shutdown_request(request)
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: what a stranger sends must not fill the terminal."""


class _DownloadHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; whatever else is asked for is refused."""

    server: _Server
    timeout = CLIENT_SECONDS
    server_version = "qexport"
    sys_version = ""

    def do_GET(self) -> None:
        """Send the page or a file."""
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        """Send only what would come before the content."""
        self._answer(with_content=False)

    def log_message(self, *_: object) -> None:
        """Log nothing: addresses of people who fetch a file are nobody's business."""

    def _answer(self, *, with_content: bool) -> None:
        found = self.server.share.answer(self.path)
        if found is None:
            self._send_headers(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", 0)
            return
        media_type, content = found
        if isinstance(content, bytes):
            self._send_headers(HTTPStatus.OK, media_type, len(content))
            if with_content:
                self.wfile.write(content)
            return
        wanted = _parse_range(self.headers.get("Range", ""), content.size)
        if wanted is None:
            extra = {"Content-Range": f"bytes */{content.size}"}
            self._send_headers(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, media_type, 0, extra)
            return
        start, end = wanted
        disposition = "attachment" if content.is_saved else "inline"
        extra = {
            "Accept-Ranges": "bytes",
            "Content-Disposition": f"{disposition}; filename*=UTF-8''{quote(content.name)}",
        }
        status = HTTPStatus.OK
        if self.headers.get("Range") and end - start < content.size:
            status = HTTPStatus.PARTIAL_CONTENT
            extra["Content-Range"] = f"bytes {start}-{end - 1}/{content.size}"
        self._send_headers(status, media_type, end - start, extra)
        if with_content and self._send_file(content, start, end) and end == content.size:
            self.server.share.tally.count(content.name)

    def _send_headers(
        self, status: HTTPStatus, media_type: str, length: int, extra: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        headers = {
            "Content-Type": media_type,
            "Content-Length": str(length),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
            **(extra or {}),
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = True

    def _send_file(self, file: SharedFile, start: int, end: int) -> bool:
        """Send a part of an open file; return whether all of it went out."""
        for chunk in _read_chunks(file.descriptor, start, end):
            self.wfile.write(chunk)
            start += len(chunk)
        return start == end


def _read_chunks(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    """Yield a part of an open file; threads share the descriptor, so nothing moves its position."""
    while start < end and (chunk := os.pread(descriptor, min(CHUNK, end - start), start)):
        yield chunk
        start += len(chunk)


def _parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return where a requested range begins and ends; None if there is no such part (RFC 9110, 14.2).

    A header of another form asks for the whole file, as does one with several ranges.
    """
    unit, _, wanted = header.partition("=")
    first, dash, last = wanted.strip().partition("-")
    if unit != "bytes" or not dash or not all(_is_number(part) for part in (first, last)) or not first + last:
        return 0, size
    if not first:
        length = min(int(last), size)
        return (size - length, size) if length else None
    start, end = int(first), min(int(last) + 1, size) if last else size
    if last and int(last) < int(first):
        return 0, size
    return (start, end) if start < size else None


def _is_number(text: str) -> bool:
    return not text or (text.isascii() and text.isdecimal() and len(text) < 20)


def _render_page(files: Sequence[SharedFile], title: str) -> bytes:
    """Return the page that offers the files; its policy allows its own style and nothing else."""
    templates = Templates()
    style = templates.render("share/page.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    offered = [
        {
            "name": file.name,
            "address": quote(file.name),
            "size": file.size,
            "is_deck": file.name.endswith(".apkg"),
        }
        for file in files
    ]
    page = templates.render(
        "share/page.html.j2", title=title or "Files to study from", files=offered, style_digest=digest
    )
    return page.encode()
