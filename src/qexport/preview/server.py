"""A page on this machine that shows what is being written. No other machine and no other site may read it.

It listens on the loopback address only. Its address has a token nobody guesses, a request has to name the host it goes
to (against a name that is made to lead here), and one that another site sends is refused.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
from base64 import b64encode
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from qexport.common.errors import QexportError
from qexport.content.safe_html import mark_safe
from qexport.content.templates import Templates
from qexport.preview.session import problems_of

if TYPE_CHECKING:
    from qexport.preview.session import PreviewSession

PREVIEW_HOST = "127.0.0.1"
NEWS_SECONDS = 20.0
"""Seconds after which a browser that waits for news is answered that there is none."""


class Preview(ThreadingHTTPServer):
    """Serves a session until it is closed."""

    daemon_threads = True

    def __init__(self, session: PreviewSession, port: int = 0) -> None:
        super().__init__((PREVIEW_HOST, port), _PreviewHandler)
        self.session = session
        self.token = secrets.token_urlsafe(24)
        self.host = f"{PREVIEW_HOST}:{self.server_address[1]}"
        self.page = _make_preview_page()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a browser that has gone while it was answered."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """The address to open."""
        return f"http://{self.host}/{self.token}/"


def _make_preview_page() -> tuple[bytes, str]:
    """Return the page, and its policy: its own script and style, frames and data from this server."""
    ours = Templates()
    script, style = ours.source("preview/page.js"), ours.source("preview/page.css")
    html = ours.render("preview/page.html.j2", script=mark_safe(script), style=mark_safe(style))
    digests = [b64encode(sha256(text.encode()).digest()).decode() for text in (script, style)]
    policy = (
        f"default-src 'none'; script-src 'sha256-{digests[0]}'; style-src 'sha256-{digests[1]}'; connect-src 'self'; "
        "frame-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return html.encode(), policy


class _PreviewHandler(BaseHTTPRequestHandler):
    server: Preview
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "qexport", ""

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: the terminal has the problems of the bank."""

    def do_GET(self) -> None:
        """Answer a request for the page or what is on it."""
        address = urlsplit(self.path)
        _, token, *rest = [*address.path.split("/"), ""]
        if self.headers.get("Host") != self.server.host or not self._is_ours():
            self._send(HTTPStatus.FORBIDDEN, b"", "text/plain")
        elif not hmac.compare_digest(token.encode(), self.server.token.encode()):
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")
        else:
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            try:
                self._answer(rest[0], asked)
            except QexportError as error:
                problems = [each.as_list() for each in problems_of(error)]
                self._send(HTTPStatus.UNPROCESSABLE_ENTITY, json.dumps(problems).encode(), "application/json")

    def _is_ours(self) -> bool:
        """Whether no other site sent the request."""
        origin = self.headers.get("Origin", f"http://{self.server.host}")
        site = self.headers.get("Sec-Fetch-Site", "same-origin")
        return origin == f"http://{self.server.host}" and site in ("same-origin", "none")

    def _answer(self, name: str, asked: dict[str, str]) -> None:
        session, key = self.server.session, asked.get("id", "")
        match name:
            case "":
                html, policy = self.server.page
                self._send(HTTPStatus.OK, html, "text/html; charset=utf-8", policy)
            case "state":
                after = asked.get("after", "")
                session.wait(int(after) if after.isdecimal() else -1, NEWS_SECONDS)
                self._send(HTTPStatus.OK, json.dumps(session.state()).encode(), "application/json")
            case "card":
                html = session.card(
                    key, back=asked.get("side") == "back", night=asked.get("light") == "night"
                ).encode()
                self._send(HTTPStatus.OK, html, "text/html; charset=utf-8")
            case "page.pdf":
                data, number = session.page(key)
                self._send(HTTPStatus.OK, data, "application/pdf", page=number)
            case _:
                self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")

    def _send(self, status: HTTPStatus, body: bytes, kind: str, policy: str = "", page: int = 0) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("X-Frame-Options", "DENY" if policy else "SAMEORIGIN")
        if policy:
            self.send_header("Content-Security-Policy", policy)
        if page:
            self.send_header("X-Page", str(page))
        self.end_headers()
        self.wfile.write(body)
