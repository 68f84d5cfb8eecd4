"""Build the wheel and the source archive, check them, and install them in every way the docs name.

    .venv/bin/python tools/try_installs.py [WAY…]

Ways: `bytes` (two builds are the same), `twine` (`twine check --strict`), `3.11` to `3.14` (pip, with that Python),
`hashes` (`pip install --require-hashes`), `pipx`, `uv`. All of them if none is named. It needs a package index, as pip
does; everything is made in a temporary folder. A Python that is not on this machine is not skipped in silence: then it
is only checked that there are wheels of all dependencies for it, and the table says so.

The docs name nothing else: docs/install.md says of each other way that it was not tried.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
TWINE = "twine==7.0.0"
PIPX = "pipx==1.18.4"
UV = "uv==0.13.9"

BANK = """\
title: Small bank
namespace: small
questions:
  - {id: PY-1, question: What does __init__ do?, technology: Python, answer: It sets up a fresh instance.}
"""


class Failed(Exception):
    """A way that did not work, with what was printed."""


def run(*command: str | Path, cwd: Path | None = None, more: Mapping[str, str] | None = None) -> str:
    """Run a command and return what it printed; Failed if it ends with an error."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command, cwd=cwd, env={**kept, **(more or {})}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def build(folder: Path, epoch: str = "1760000000") -> Path:
    """Return the folder of a wheel and a source archive that are built of a copy of the checkout."""
    source = folder / "source"
    for name in ("src", "templates"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", ".gitignore"):
        shutil.copyfile(ROOT / name, source / name)
    python = (sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist")
    run(*python, cwd=source, more={"SOURCE_DATE_EPOCH": epoch})
    return folder / "dist"


def environment(folder: Path, *packages: str) -> Path:
    """Return the `bin` of an environment of its own with some packages."""
    venv.create(folder, symlinks=True)
    run(sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet", *packages)
    return folder / "bin"


def use(program: Path, folder: Path) -> None:
    """Make a handbook and a deck with an installed program."""
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    (work / "bank.yaml").write_text(BANK)
    run(program, "build", "--bank", "bank.yaml", "--no-cache", cwd=work)
    made = sorted(path.suffix for path in (work / "out").iterdir())
    if made != [".apkg", ".pdf"]:
        raise Failed(f"made {made}")


def python_of(version: str) -> str | None:
    """Return a Python of a version: on the PATH, or one that pyenv has built."""
    built = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    for candidate in (shutil.which(f"python{version}"), *map(str, built)):
        if (
            candidate
            and subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0
        ):
            return candidate
    return None


def lock_for(version: str, lock: str) -> str:
    """Return what of a lock file a version of Python installs.

    pip's `--python-version` chooses wheels, but reads the markers for the Python that pip itself runs in.
    """
    environment = {"python_version": version, "python_full_version": f"{version}.0"}
    entries = re.split(r"^(?=[a-z0-9])", lock, flags=re.MULTILINE)
    markers = [entry.partition(";")[2].partition("\\")[0].strip() for entry in entries]
    pairs = zip(entries, markers, strict=True)
    return "".join(entry for entry, marker in pairs if not marker or Marker(marker).evaluate(environment))


def wheel_in(dist: Path) -> Path:
    [wheel] = dist.glob("*.whl")
    return wheel


def try_bytes(folder: Path, dist: Path) -> str:
    again = build(folder / "again")
    made = [{path.name: path.read_bytes() for path in each.iterdir()} for each in (dist, again)]
    if made[0] != made[1]:
        raise Failed("two builds differ")
    return f"{len(made[0])} files the same, twice"


def try_twine(folder: Path, dist: Path) -> str:
    run(environment(folder / "environment", TWINE) / "twine", "check", "--strict", *sorted(dist.iterdir()))
    return "passed"


def try_python(version: str) -> Callable[[Path, Path], str]:
    def attempt(folder: Path, dist: Path) -> str:
        python = python_of(version)
        if python is None:
            lock = folder / "requirements.lock"
            lock.write_text(lock_for(version, (ROOT / "requirements.lock").read_text()))
            options = ("--python-version", version, "--only-binary", ":all:", "--no-deps", "--dry-run")
            files = ("--require-hashes", "-r", lock, "--target", folder / "nowhere")
            run(sys.executable, "-m", "pip", "install", "--quiet", *options, *files)
            return "not here; there are wheels of all dependencies for it"
        run(python, "-m", "venv", folder / "environment")
        binaries = folder / "environment" / "bin"
        run(binaries / "python", "-m", "pip", "install", "--quiet", wheel_in(dist))
        use(binaries / "qexport", folder)
        return "handbook and deck made"

    return attempt


def try_hashes(folder: Path, dist: Path) -> str:
    binaries = environment(folder / "environment", "--require-hashes", "-r", str(ROOT / "requirements.lock"))
    pip = (sys.executable, "-m", "pip", "--python", binaries / "python", "install", "--quiet", "--no-index")
    run(*pip, "--no-deps", wheel_in(dist))
    use(binaries / "qexport", folder)
    return "handbook and deck made"


def try_pipx(folder: Path, dist: Path) -> str:
    pipx = environment(folder / "environment", PIPX) / "pipx"
    places = {"PIPX_HOME": str(folder / "home"), "PIPX_BIN_DIR": str(folder / "bin")}
    run(pipx, "install", wheel_in(dist), more=places)
    use(folder / "bin" / "qexport", folder)
    run(pipx, "uninstall", "qexport", more=places)
    return "handbook and deck made, removed again"


def try_uv(folder: Path, dist: Path) -> str:
    uv = environment(folder / "environment", UV) / "uv"
    places = {
        "UV_TOOL_DIR": str(folder / "tools"),
        "UV_TOOL_BIN_DIR": str(folder / "bin"),
        "UV_CACHE_DIR": str(folder / "cache"),
    }
    run(uv, "tool", "install", "--python", sys.executable, wheel_in(dist), more=places)
    use(folder / "bin" / "qexport", folder)
    run(uv, "tool", "uninstall", "qexport", more=places)
    return "handbook and deck made, removed again"


WAYS: dict[str, Callable[[Path, Path], str]] = {
    "bytes": try_bytes,
    "twine": try_twine,
    **{version: try_python(version) for version in PYTHONS},
    "hashes": try_hashes,
    "pipx": try_pipx,
    "uv": try_uv,
}


def rows(names: list[str]) -> Iterator[tuple[str, str, bool]]:
    """Yield each way with its outcome, and whether it worked."""
    with tempfile.TemporaryDirectory() as scratch:
        dist = build(Path(scratch) / "first")
        for name in names:
            folder = Path(scratch) / name
            folder.mkdir()
            started = time.monotonic()
            try:
                outcome = WAYS[name](folder, dist)
            except Failed as error:
                yield name, f"failed: {error}", False
            else:
                yield name, f"{outcome} ({time.monotonic() - started:.0f} s)", True


def main() -> int:
    names = sys.argv[1:] or list(WAYS)
    if unknown := [name for name in names if name not in WAYS]:
        print(f"no way {unknown[0]!r}; there are: {', '.join(WAYS)}", file=sys.stderr)
        return 2
    print("| way | outcome |\n| --- | --- |")
    worked = []
    for name, outcome, is_well in rows(names):
        print(f"| {name} | {outcome} |", flush=True)
        worked.append(is_well)
    return 0 if all(worked) else 1


if __name__ == "__main__":
    sys.exit(main())
