"""The system's Chromium and Firefox, driven by what they speak themselves: DevTools over a pipe, WebDriver BiDi.

Both do the same for a test: open an address, run JavaScript, press keys, take pictures, and report what they were
asked to fetch and what they complained of.
"""

from __future__ import annotations

import base64
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from PIL import Image

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FIREFOX = ("firefox-esr", "firefox")
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "Tab": "\ue004", "Space": " ", "Backspace": "\ue003"}

_QUIET = (
    *("--headless", "--hide-scrollbars", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_LAUNCH = """
import fcntl, os, sys
there, back = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(there, 3)
os.dup2(back, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Becomes Chromium, which reads from its file 3 and writes to its file 4."""

# Firefox looks up nothing by itself.
_PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.update.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.dns.disablePrefetch": True,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


class Browser(ABC):
    """A browser with one page."""

    name: str
    requests: list[str]
    """What was fetched since the page was opened, the page itself left out."""
    complaints: list[str]
    """Errors and warnings of the console since then."""

    @abstractmethod
    def open(self, address: str) -> None:
        """Show what is at an address, and wait until it is loaded."""

    @abstractmethod
    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression; a promise is waited for."""

    @abstractmethod
    def resize(self, width: int, height: int) -> None:
        """Let the page have this many CSS pixels."""

    @abstractmethod
    def press(self, *keys: str) -> None:
        """Press keys, one after another: characters, or names of `KEYS`."""

    @abstractmethod
    def picture(self) -> bytes:
        """Return what is to be seen, as PNG."""

    @abstractmethod
    def close(self) -> None:
        """End the browser."""

    def wait(self, expression: str, seconds: float = 10) -> None:
        """Wait until an expression is true."""
        ends = time.monotonic() + seconds
        while not self.evaluate(f"Boolean({expression})"):
            if time.monotonic() > ends:
                raise TimeoutError(f"{self.name}: never true: {expression}")
            time.sleep(0.02)

    def click(self, selector: str) -> None:
        """Click the first element that fits."""
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def type(self, text: str) -> None:
        """Type a text where the focus is."""
        self.press(*text)


class Chromium(Browser):
    """A headless Chromium, spoken to over a pipe."""

    name = "chromium"

    def __init__(self, profile: str) -> None:
        program = next(filter(None, map(shutil.which, CHROMIUM)))
        there, self._out = os.pipe()
        self._in, back = os.pipe()
        options = [*_QUIET, "--remote-debugging-pipe", f"--user-data-dir={profile}", "about:blank"]
        words = [sys.executable, "-c", _LAUNCH, str(there), str(back), program, *options]
        self._process = subprocess.Popen(words, pass_fds=(there, back), stderr=subprocess.DEVNULL)
        os.close(there)
        os.close(back)
        self._received = b""
        self._calls = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer."""
        self._calls += 1
        message = {"id": self._calls, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._out, data) :]
        while True:
            answer = self._message()
            if answer.get("id") == self._calls:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return dict(answer["result"])
            self.events.append(answer)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._received:
            read = os.read(self._in, 1 << 20)
            if not read:
                raise EOFError("Chromium has gone")
            self._received += read
        raw, self._received = self._received.split(b"\0", 1)
        return dict(json.loads(raw))

    def open(self, address: str) -> None:
        self.call("Page.navigate", url="about:blank")
        self.events.clear()
        self.call("Page.navigate", url=address)
        self._opened = address.split("#", maxsplit=1)[0]
        self.wait(
            f"location.href.startsWith({json.dumps(self._opened)}) && document.readyState === 'complete'", 60
        )

    @property
    def requests(self) -> list[str]:  # type: ignore[override]
        refused = {
            each["params"]["requestId"]
            for each in self.events
            if each["method"] == "Network.loadingFailed" and each["params"].get("blockedReason") == "csp"
        }  # the page's own policy: nothing was sent
        sent = [each["params"] for each in self.events if each["method"] == "Network.requestWillBeSent"]
        asked = [each for each in sent if each["requestId"] not in refused]
        addresses = [each["request"]["url"] for each in asked]
        return [
            each for each in addresses if each != self._opened and not each.startswith(("data:", "blob:"))
        ]

    @property
    def complaints(self) -> list[str]:  # type: ignore[override]
        found = []
        for event in self.events:
            parameters = event["params"]
            match event["method"]:
                case "Runtime.exceptionThrown":
                    found.append(str(parameters["exceptionDetails"]))
                case "Runtime.consoleAPICalled" if parameters["type"] in ("error", "warning"):
                    found.append(str(parameters["args"]))
                case "Log.entryAdded" if parameters["entry"]["level"] in ("error", "warning"):
                    found.append(parameters["entry"]["text"])
        return found

    def evaluate(self, expression: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def resize(self, width: int, height: int, *, scale: float = 1, mobile: bool = False) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": scale}
        self.call("Emulation.setDeviceMetricsOverride", **size, mobile=mobile)

    def set_media(self, **features: str) -> None:
        """Let media features have values: `prefers_color_scheme="dark"`; `media="print"` is the medium."""
        media = features.pop("media", "")
        given = [{"name": name.replace("_", "-"), "value": value} for name, value in features.items()]
        self.call("Emulation.setEmulatedMedia", media=media, features=given)

    def press(self, *keys: str) -> None:
        for key in keys:
            name, text = (
                (" ", " ")
                if key == "Space"
                else (key, "\r" if key == "Enter" else "" if len(key) > 1 else key)
            )
            code = {"Tab": 9, "Enter": 13, "Escape": 27, "Backspace": 8}.get(key, 0)
            self.call(
                "Input.dispatchKeyEvent", type="keyDown", key=name, text=text, windowsVirtualKeyCode=code
            )
            self.call("Input.dispatchKeyEvent", type="keyUp", key=name, windowsVirtualKeyCode=code)

    def picture(self) -> bytes:
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def close(self) -> None:
        self._session = None
        with suppress(EOFError, BrokenPipeError):  # it may go without an answer
            self.call("Browser.close")
        self._process.wait()
        os.close(self._in)
        os.close(self._out)


class Phone(Chromium):
    """A Chromium with a phone's screen, which shows HTML without an address."""

    def __init__(self, profile: str) -> None:
        super().__init__(profile)
        self.call("Emulation.setTouchEmulationEnabled", enabled=True)

    def show(self, html: str, width: int, *, height: int = 780, scale: float = 2) -> None:
        """Show a page on a screen of that width."""
        self.events.clear()
        self.resize(width, height, scale=scale, mobile=True)
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)

    def tap(self, x: float, y: float) -> None:
        """Touch the screen with a finger."""
        self.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def picture_of(self, width: int, height: int) -> Image.Image:
        """Return what is to be seen of the page from its top, also below the screen."""
        from PIL import Image

        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.call("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=True)
        return Image.open(io.BytesIO(base64.b64decode(shot["data"])))


class Firefox(Browser):
    """A headless Firefox, spoken to by WebDriver BiDi, which it has built in: no driver stands between."""

    name = "firefox"

    def __init__(self, profile: str) -> None:
        from websockets.sync.client import connect

        program = next(filter(None, map(shutil.which, FIREFOX)))
        lines = [
            f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in _PREFERENCES.items()
        ]
        Path(profile, "user.js").write_text("\n".join(lines))
        self._process = subprocess.Popen(
            [program, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "HOME": profile, "MOZ_HEADLESS": "1"},
        )
        for line in self._process.stderr or ():
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                break
        else:
            raise EOFError("Firefox has gone")
        self._ending = ExitStack()
        self._socket = self._ending.enter_context(
            connect(f"{found[1]}/session", max_size=None, compression=None)
        )
        self._calls = 0
        self.requests = []
        self.complaints = []
        self.call("session.new", capabilities={})
        self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        # A tab of its own: the one that is there from the start gets no focus, and its keys press nothing.
        self._page = self.call("browsingContext.create", type="tab")["context"]
        self.call("browsingContext.activate", context=self._page)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask for something and wait for the answer."""
        self._calls += 1
        self._socket.send(json.dumps({"id": self._calls, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._calls:
                if answer["type"] == "error":
                    raise RuntimeError(f"{answer['error']}: {answer['message']}")
                return dict(answer["result"])
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "log.entryAdded" and parameters["level"] in ("error", "warn"):
            self.complaints.append(parameters["text"])
        elif event.get("method") == "network.beforeRequestSent":
            address = parameters["request"]["url"]
            if address != getattr(self, "_opened", "") and not address.startswith(
                ("data:", "blob:", "about:")
            ):
                self.requests.append(address)

    def open(self, address: str) -> None:
        self.call("browsingContext.navigate", context=self._page, url="about:blank", wait="complete")
        self.requests.clear()
        self.complaints.clear()
        self._opened = address.split("#", maxsplit=1)[0]
        self.call("browsingContext.navigate", context=self._page, url=address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        wrapped = f"Promise.resolve({expression}).then((value) => JSON.stringify(value) ?? 'null')"
        answer = self.call(
            "script.evaluate", expression=wrapped, target={"context": self._page}, awaitPromise=True
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def resize(self, width: int, height: int) -> None:
        self.call(
            "browsingContext.setViewport", context=self._page, viewport={"width": width, "height": height}
        )

    def press(self, *keys: str) -> None:
        actions = [
            {"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")
        ]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.call("input.performActions", context=self._page, actions=[source])

    def picture(self) -> bytes:
        return base64.b64decode(self.call("browsingContext.captureScreenshot", context=self._page)["data"])

    def close(self) -> None:
        with suppress(Exception):  # it may go without an answer
            self.call("browser.close")
        self._ending.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr:
            self._process.stderr.close()


B = TypeVar("B", Chromium, Firefox, Phone, Chromium | Firefox)
KINDS: dict[str, type[Chromium | Firefox]] = {"chromium": Chromium, "firefox": Firefox}


@contextmanager
def started(name: str) -> Iterator[Chromium | Firefox]:
    """Start a browser with a new profile, and end it."""
    with _started(KINDS[name]) as browser:
        yield browser


@contextmanager
def phone() -> Iterator[Phone]:
    """Start a phone with a new profile, and end it."""
    with _started(Phone) as browser:
        yield browser


@contextmanager
def _started(kind: type[B]) -> Iterator[B]:
    with tempfile.TemporaryDirectory(prefix="qexport-browser-", ignore_cleanup_errors=True) as profile:
        browser = kind(profile)
        try:
            yield browser
        finally:
            browser.close()
