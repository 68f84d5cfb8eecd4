"""A build reads the bank's folder, the theme's, and itself; it asks no network and starts no other program."""

from __future__ import annotations

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

import qexport
from qexport.cli.main import program
from qexport.content.templates import templates_folder
from qexport.layout.fonts import find_bundled

LISTEN = Path(__file__).parent / "data" / "listen"
BASE = {
    **os.environ,
    "SOURCE_DATE_EPOCH": "1767225600",
    "PYTHONPATH": os.pathsep.join([str(LISTEN), str(Path(qexport.__file__).parents[1])]),
}

PICTURES = """
Here is ![a red box](img/ok.png).

![one](http://{host}/one.png) ![two](HTTP://{host}/two.png) ![three](//{host}/three.png)
![four](http://{host}/redirect-to-file) ![five](file:///qx/marker) ![six](/qx/marker)
![seven](../outside.png) ![eight](img/../../outside.png) ![nine](img/link.png) ![ten](img/folder/outside.png)
![eleven](data:image/png;base64,iVBORw0KGgo=) ![twelve](ftp://{host}/x) ![thirteen](img%2F..%2F..%2Foutside.png)
![fourteen][there] ![fifteen](qx:ok.png) ![sixteen](\\\\\\\\{host}\\\\share\\\\x.png) ![seventeen](img/ok.png?x)

[there]: http://{host}/reference.png

<img src="http://{host}/html.png"> <link rel=stylesheet href=http://{host}/x.css> <base href=http://{host}/>
<link rel=attachment href=file:///qx/marker> <a rel=attachment href=file:///qx/marker>x</a>
<style>@import "http://{host}/i.css"; @font-face {{ font-family: x; src: url(http://{host}/f.woff) }}</style>
<object data=http://{host}/o></object> <embed src=http://{host}/e> <svg><image href=http://{host}/s.png /></svg>
<p style="background: url(http://{host}/b.png); list-style-image: url(file:///qx/marker)">x</p>

[a](http://{host}/linked) [b](file:///qx/marker) <http://{host}/autolink>
"""
STYLE = """
@import url(http://{host}/theme.css);
@import "file:///qx/marker";
@font-face {{ font-family: Stolen; src: url(http://{host}/theme.woff), local("DejaVu Sans") }}
@font-face {{ font-family: Read; src: url(file:///qx/marker) }}
body {{ background: url(http://{host}/theme.png); font-family: Read, Stolen, serif }}
h2 {{ list-style-image: url(file:///etc/hostname); content: url("../../../outside.png") }}
"""
RECIPES = """
bank = "bank/questions.yaml"
default = "all"
[recipes.all]
format = ["handbook", "deck", "flash-cards", "cheatsheet"]
theme = "theme"
file-name = "all"
[recipes.quiz]
format = ["quiz", "deck"]
file-name = "quiz"
"""
# All in one process, as the layout engine takes a second to import.
BUILDS = """
import sys
from click.testing import CliRunner
from qexport.layout import scheduler
from qexport.cli.main import program
scheduler.WORTH_A_POOL = 0  # so that there is enough to do for two processes
if __name__ == "__main__":
    for words in (["build", "all", "quiz"], ["bundle", "all", "-o", "out/team.zip"]):
        done = CliRunner().invoke(program, [*words, "--cache", "cache", "--jobs", sys.argv[1]])
        if done.exit_code:
            sys.exit(f"{done.exit_code}: {done.stderr}")
"""


@pytest.fixture(scope="module")
def heard_requests() -> Iterator[tuple[str, list[str]]]:
    """A server that notes whatever it is asked, at an address which the bank names."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection, suppress(OSError):
                    asked.append(connection.recv(1000).decode("latin-1").split("\r\n")[0])
                    connection.sendall(b"HTTP/1.0 302 Found\r\nLocation: file:///qx/marker\r\n\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", asked
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory, heard_requests: tuple[str, list[str]]) -> Path:
    """A folder with a bank that wants to fetch, and a theme that does."""
    host, _ = heard_requests
    work = tmp_path_factory.mktemp("fetch") / "work"
    (work / "bank" / "img").mkdir(parents=True)
    picture = Image.new("RGB", (40, 20), "red")
    picture.save(work / "bank/img/ok.png")
    picture.save(work / "outside.png")
    (work / "bank/img/link.png").symlink_to(work / "outside.png")
    (work / "bank/img/folder").symlink_to(work)
    text = "".join(f"      {line}\n" for line in PICTURES.format(host=host).splitlines())
    questions = "".join(
        f"  - id: Q-{number}\n    question: What is {number}? ![x](http://{host}/asked.png)\n"
        f"    answer: |\n{text if number < 2 else '      A number.'}\n    technology: T\n    source: http://{host}/\n"
        for number in range(6)
    )
    (work / "bank/questions.yaml").write_text(
        f"title: Fetch\nnamespace: tests\nmarkup: markdown\nsource: http://{host}/\nquestions:\n{questions}"
    )
    (work / "theme").mkdir()
    (work / "theme/theme.toml").write_text('description = "Fetches"\nextends = "classic"\n')
    (work / "theme/theme.css").write_text(STYLE.format(host=host))
    (work / "qexport.toml").write_text(RECIPES)
    (work / "builds.py").write_text(BUILDS)
    (work / "tmp").mkdir()
    return work


def build(work: Path, jobs: int, *before: str) -> dict[str, bytes]:
    """Make all outputs from nothing; return them."""
    for folder in ("out", "cache"):
        shutil.rmtree(work / folder, ignore_errors=True)
    for kept in ("questions.lock.json", "questions.history.jsonl"):
        (work / "bank" / kept).unlink(missing_ok=True)
    done = subprocess.run(
        [*before, sys.executable, "builds.py", str(jobs)],
        cwd=work,
        env={**BASE, "TMPDIR": str(work / "tmp"), "QEXPORT_HEARD": str(work / "heard")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return {path.name: path.read_bytes() for path in sorted((work / "out").iterdir())}


MADE = [
    *("all-cards.pdf", "all-cheatsheet.pdf", "all.apkg", "all.pdf", "quiz-quiz.pdf", "quiz.apkg", "team.zip"),
]


def its_own(work: Path) -> list[Path]:
    """Return the folders that a build may read, and those it writes to."""
    return [
        *(work / name for name in ("bank", "theme", "out", "cache", "tmp")),
        *(work / name for name in ("qexport.toml", "builds.py", "heard")),
        Path(qexport.__file__).parents[1],
        Path(qexport.__file__).parents[2] / "pyproject.toml",  # what a bundle says the program consists of
        templates_folder(),
        LISTEN,
        *python_itself(),
        *{font.path.parent for font in find_bundled().values()},
    ]


def python_itself() -> list[Path]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return [
        *(Path(place) for place in sys.path if place.endswith(".zip")),
        *(Path(prefix) / "lib" for prefix in (sys.prefix, sys.base_prefix)),
        Path(sys.prefix) / "native",  # Pango, where `./qexport` had to bring it
        *(Path(sysconfig.get_path(name)) for name in names),
        *(Path(prefix) / "pyvenv.cfg" for prefix in (sys.prefix, sys.exec_prefix)),
        Path(sys.executable),
        Path(sys.executable).resolve(),
    ]


def outside(paths: Iterator[str] | set[str], work: Path, allowed: list[Path]) -> list[str]:
    """Return the paths that lie in none of the folders."""
    places = {*allowed, *(place.resolve() for place in allowed)}
    found = set()
    for path in paths:
        whole = Path(os.path.normpath(work / path))
        if not any(whole.is_relative_to(place) for place in places):
            found.add(str(whole))
    return sorted(found)


@pytest.fixture(scope="module")
def made(workshop: Path) -> dict[str, bytes]:
    return build(workshop, 2)


def test_a_hostile_bank_and_theme_fetch_nothing(
    workshop: Path, made: dict[str, bytes], heard_requests: tuple[str, list[str]]
) -> None:
    """Python's own audit events, of all processes: two lay out pages."""
    _, asked = heard_requests
    assert list(made) == MADE
    assert asked == []
    heard = [line.split("\t", 1) for line in (workshop / "heard").read_text().splitlines()]
    kinds = {event for event, _ in heard}
    assert kinds == {"open", "ctypes.dlopen", "subprocess.Popen"}
    assert {what for event, what in heard if event == "subprocess.Popen"} == {repr(sys.executable)}
    opened = {ast.literal_eval(what) for event, what in heard if event == "open"}
    files = {os.fsdecode(path) for path in opened if not isinstance(path, int)}
    assert "bank/img/ok.png" in {os.path.relpath(workshop / path, workshop) for path in files}
    assert outside(files, workshop, its_own(workshop)) == ["/dev/null"]  # a process that helps has no input
    libraries = {str(ast.literal_eval(what)) for event, what in heard if event == "ctypes.dlopen"}
    assert libraries <= {"None", *LIBRARIES}
    assert list((workshop / "tmp").iterdir()) == []


LIBRARIES = ("libpango-1.0.so.0", "libharfbuzz.so.0", "libfontconfig.so.1")

# What the system reads for any program, and for any that sets text.
SYSTEM = re.compile(
    r"/etc/ld\.so\.(cache|preload)|/etc/localtime|/usr/share/zoneinfo/.*|/usr/share/locale/.*|/usr/lib/locale/.*"
    r"|/usr/lib/x86_64-linux-gnu/gconv/.*|/(usr/)?lib(64)?/.*\.so[.\d]*|/proc/((self|\d+)/.*|filesystems)|/sys/.*|/dev/(null|urandom)"
    r"|/usr/lib/ssl/openssl\.cnf|/etc/ssl/openssl\.cnf"
    r"|/usr/share/fontconfig/conf\.avail(/.*)?|.*\.pyc?"
)


@pytest.mark.needs("strace", "namespaces")
def test_without_a_network_all_is_the_same_and_the_system_is_asked_for_nothing(
    workshop: Path, made: dict[str, bytes]
) -> None:
    """System calls, of all processes and libraries, where no address can be reached."""
    calls = "trace=open,openat,openat2,execve,execveat,connect,bind,sendto"
    trace = workshop / "tmp" / "trace"
    # The kernel sorts out the calls: a process is not stopped at those that are not asked for.
    strace = ("strace", "--seccomp-bpf", "-qq", "-f", "-s", "4096", "-e", calls, "-o", str(trace))
    assert build(workshop, 1, "unshare", "-rn", *strace) == made
    text = trace.read_text("utf-8", "surrogateescape")
    programs = re.findall(r'execve\("([^"]*)", .* = 0$', text, re.MULTILINE)
    assert {Path(each).resolve() for each in programs} == {Path(sys.executable).resolve()}
    assert re.findall(r"^\d+ +(?:connect|bind|sendto)\(.*", text, re.MULTILINE) == []
    opened = set(re.findall(r'open(?:at2?)?\((?:AT_FDCWD, )?"([^"]*)"[^\n]* = \d+$', text, re.MULTILINE))
    found = outside(opened, workshop, its_own(workshop))
    assert [path for path in found if not SYSTEM.fullmatch(path)] == [str(workshop)]


@pytest.mark.parametrize("folder", ["/etc", "/proc/self", "bank/../.."])
def test_a_picture_of_the_system_is_told_and_not_read(tmp_path: Path, folder: str) -> None:
    """The warning names what is not shown, and why."""
    (tmp_path / "questions.yaml").write_text(
        "title: T\nnamespace: t\nmarkup: markdown\nquestions:\n"
        f"  - {{id: A, question: What?, answer: '![x]({folder}/passwd)'}}\n"
    )
    bank = str(tmp_path / "questions.yaml")
    done = CliRunner().invoke(program, ["check", "--bank", bank], prog_name="qexport")
    assert (done.exit_code, done.stderr) == (
        0,
        (
            f"qexport: warning: {bank}:5:5: answer of A: the picture '{folder}/passwd' is outside the bank's folder\n"
            "  hint: put a copy beside the bank and give its path from there, with /\n"
        ),
    )
