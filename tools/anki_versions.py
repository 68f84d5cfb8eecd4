"""Versions of Anki that learners still have: their environments, and a collection in one of them."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO, cast

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENTS = ROOT / "out/old-ankis"
VERSIONS: Mapping[str, tuple[str, ...]] = {
    "2.1.49": ("protobuf<3.21",),  # its own code was generated for that
    "2.1.54": (),
    "2.1.66": (),
    "23.10.1": (),
    "23.12.1": (),
    "24.11": (),
    "25.2.7": (),
    "25.9.2": (),
    "26.9.3": (),
}
"""Versions, and what they need besides what they say."""
LIBRARY = Path(__file__).with_name("anki_library.py")


def python_of(version: str, environments: Path = ENVIRONMENTS) -> Path:
    """Return the Python of an environment that has this version of Anki; pip installs it the first time."""
    environment = environments.absolute() / version
    python = environment / "bin/python"
    if not (environment / "ready").exists():
        venv.create(environment, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, f"anki=={version}", *VERSIONS.get(version, ())], check=True)
        (environment / "ready").touch()
    return python


def parts_of(version: str) -> tuple[int, ...]:
    """Return the numbers of a version, so that versions can be compared."""
    return tuple(map(int, version.split(".")))


class FarLibrary:
    """A `tools.anki_library.Library` in a process of its own, with the methods of that."""

    def __init__(self, python: Path, path: Path) -> None:
        self._process = subprocess.Popen(
            [str(python), "-X", "utf8", "-W", "ignore", str(LIBRARY), str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env={**os.environ, "TMPDIR": str(path.parent)},  # old versions share one folder, and clear it
        )
        self._asks, self._answers = cast("TextIO", self._process.stdin), cast("TextIO", self._process.stdout)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a function that lets the process call a method of its library."""

        def call(*values: Any, **named: Any) -> Any:
            self._asks.write(json.dumps([name, values, named]) + "\n")
            self._asks.flush()
            answer = json.loads(self._answers.readline() or '{"error": "the process of Anki has ended"}')
            if "error" in answer:
                raise RuntimeError(answer["error"])
            return answer["result"]

        return call

    def end(self) -> None:
        """End the process."""
        self._process.communicate()
