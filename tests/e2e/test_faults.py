"""Faults: what cannot be written is told, the rest is written, and every file is whole or as it was."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from tests.processes import end_at_once

import qexport
from qexport.cli.main import program
from qexport.common.errors import LimitExceeded, MachineLacks, QexportError

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": str(Path(qexport.__file__).parents[1]),
    "PYTHONWARNINGS": "error",
    "SOURCE_DATE_EPOCH": "1767225600",
}
BUILD = ("build", "--bank", "bank.yaml", "--file-name", "book")
FILES = ("bank.history.jsonl", "bank.lock.json", "out/book.apkg", "out/book.pdf")

BANK = """\
title: Faults
namespace: tests
questions:
  - {id: A-1, question: What is a lock?, answer: What keeps others out., technology: Python, difficulty: 3}
  - {id: A-2, question: What is a cache?, answer: What was worked out before., technology: Python}
"""


@dataclass
class Done:
    """How a run of the program ended."""

    status: int
    out: str
    err: str


def run(*words: str) -> Done:
    """Run it in this process, in which the layout engine is imported once."""
    result = CliRunner().invoke(program, words, prog_name="qexport")
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Done(result.exit_code, result.stdout, result.stderr)


EAGER = """
try:
    print("begun", flush=True)
    from qexport.layout import scheduler
    from qexport.__main__ import main
    scheduler.WORTH_A_POOL = 0
except KeyboardInterrupt:
    raise SystemExit(130)
main()
"""
"""The program, which takes any pages for enough to start processes."""


def started(*words: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", EAGER, *words],
        env={**ENVIRONMENT, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def written() -> dict[str, bytes]:
    """Return all files of the folder but the bank, by their paths; a cache is not looked into."""
    return {
        str(path): path.read_bytes()
        for path in sorted(Path().rglob("*"))
        if path.is_file() and str(path) != "bank.yaml" and "cache" not in path.parts[0]
    }


@pytest.fixture(scope="module")
def right(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What a build makes where nothing goes wrong."""
    before = Path.cwd()
    os.chdir(tmp_path_factory.mktemp("right"))
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOURCE_DATE_EPOCH", ENVIRONMENT["SOURCE_DATE_EPOCH"])
            Path("bank.yaml").write_text(BANK)
            assert run(*BUILD).status == 0
        return written()
    finally:
        os.chdir(before)


@pytest.fixture(autouse=True)
def in_a_folder_with_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", ENVIRONMENT["SOURCE_DATE_EPOCH"])
    Path("bank.yaml").write_text(BANK)


# --- what cannot be written ----------------------------------------------------------------------------------

NO_BOOK = (
    "qexport: error: out/book.pdf: cannot be written: {}\n"
    "qexport: error: not written: handbook; written: out/book.apkg\n"
)
NO_DECK = (
    "qexport: error: out/book.apkg: cannot be written: {}\n"
    "  hint: bank.history.jsonl and bank.lock.json, which belong to it, are unchanged\n"
)
ALL_BUT_THE_DECK = "qexport: error: not written: deck; written: out/book.pdf\n"
DECK = ("bank.history.jsonl", "bank.lock.json", "out/book.apkg")
FOLDER_THERE = "a folder of this name is there"


def test_all_is_written_where_nothing_is_in_the_way(right: dict[str, bytes]) -> None:
    assert tuple(right) == FILES
    assert run(*BUILD, "--out", "a/new/folder").status == 0
    assert {path.replace("a/new/folder", "out"): data for path, data in written().items()} == right


def test_a_folder_where_the_handbook_goes_leaves_deck_and_lock(right: dict[str, bytes]) -> None:
    Path("out/book.pdf").mkdir(parents=True)
    done = run(*BUILD)
    assert (done.status, done.err) == (5, NO_BOOK.format(FOLDER_THERE))
    assert [line.split("  ")[0] for line in done.out.splitlines()] == [
        "out/book.apkg",
        "bank.lock.json: +2 added ~0 changed −0 retired =0 unchanged",
    ]
    assert written() == {path: right[path] for path in DECK}


def test_a_folder_where_the_deck_goes_leaves_the_handbook_and_no_lock(right: dict[str, bytes]) -> None:
    Path("out/book.apkg").mkdir(parents=True)
    done = run(*BUILD)
    assert (done.status, done.err) == (5, NO_DECK.format(FOLDER_THERE) + ALL_BUT_THE_DECK)
    assert [line.split("  ")[0] for line in done.out.splitlines()] == ["out/book.pdf"]
    assert list(written()) == ["out/book.pdf"]


def test_a_file_where_the_folder_goes_leaves_nothing_to_write() -> None:
    Path("out").write_text("a file")
    done = run(*BUILD)
    assert (done.status, done.out) == (5, "")
    assert done.err == (
        "qexport: error: out/book.pdf: cannot be written: out is not a folder\n"
        + NO_DECK.format("out is not a folder")
    )
    assert written() == {"out": b"a file"}


def test_what_failed_is_in_the_json_too() -> None:
    Path("out/book.pdf").mkdir(parents=True)
    done = json.loads(run(*BUILD, "--json").out)
    assert [each["format"] for each in done["outputs"]] == ["deck"]
    assert done["failed"] == [
        {"format": "handbook", "problems": [f"out/book.pdf: cannot be written: {FOLDER_THERE}"]}
    ]


def test_an_output_that_is_refused_ends_with_the_status_of_its_reason(right: dict[str, bytes]) -> None:
    layout = ("--card-size", "avery-5371", "--duplex", "fold")
    done = run(*BUILD, "--format", "flash-cards", "--format", "deck", *layout)
    assert (done.status, done.err) == (
        2,
        (
            "qexport: error: the cards of avery-5371 come apart, they cannot be folded\n"
            "  hint: --duplex manual prints their backs on any printer\n"
            "qexport: error: not written: flash-cards; written: out/book.apkg\n"
        ),
    )
    assert written() == {path: right[path] for path in DECK}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (MachineLacks("the text layout library Pango cannot be loaded", hint="install it"), 6),
        (LimitExceeded("a process that was laying out pages has ended by itself", hint="install it"), 7),
    ],
)
def test_a_machine_that_cannot_lay_out_pages_still_makes_decks(
    right: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, error: QexportError, status: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("qexport.layout.weasyprint.layout.lay_out", refuse)
    done = run(*BUILD, "--no-cache", "--jobs", "1")
    assert (done.status, done.err) == (
        status,
        (
            f"qexport: error: {error}\n  hint: install it\n"
            "qexport: error: not written: handbook; written: out/book.apkg\n"
        ),
    )
    assert written() == {path: right[path] for path in DECK}


def test_a_recipe_that_fails_leaves_the_next_to_be_made() -> None:
    Path("qexport.toml").write_text(
        'bank = "bank.yaml"\nformat = ["deck"]\n[recipes.one]\nfile-name = "one"\n[recipes.two]\nfile-name = "two"\n'
    )
    Path("out/one.apkg").mkdir(parents=True)
    done = run("build", "--all")
    assert done.status == 5
    assert done.err == (
        f"qexport: error: out/one.apkg: cannot be written: {FOLDER_THERE}\n"
        "  hint: bank.history.jsonl and bank.lock.json, which belong to it, are unchanged\n"
        "qexport: error: not written: one deck; written: out/two.apkg\n"
    )
    assert Path("out/two.apkg").is_file()


# As another user, who may read what root has imported; Python itself may lie where that user may not.
AS_ANOTHER_USER = """
import os, sys
from pathlib import Path
from click.testing import CliRunner
from qexport.cli.main import program
from qexport.cli.main import main
folder = Path("warm")
CliRunner().invoke(program, [*sys.argv[1:], "--out", str(folder), "--lock", str(folder / "lock.json")])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
main()
"""


def as_another_user(*words: str) -> Done:
    done = subprocess.run(
        [sys.executable, "-c", AS_ANOTHER_USER, *words, "--jobs", "1"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    shutil.rmtree("warm")
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def where_others_may_come(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Temporary folders of tests are for their user alone: the bank is taken out of them."""
    with TemporaryDirectory(prefix="qexport-faults-") as folder:
        Path(folder).chmod(0o755)
        shutil.copy("bank.yaml", folder)
        with monkeypatch.context() as patch:
            patch.chdir(folder)
            yield


@pytest.fixture
def lock_of_a_build(right: dict[str, bytes], where_others_may_come: None) -> None:
    for name in ("bank.history.jsonl", "bank.lock.json"):
        Path(name).write_bytes(right[name])


@pytest.mark.needs("readers")
def test_a_folder_one_may_not_write_in_is_told(right: dict[str, bytes], lock_of_a_build: None) -> None:
    Path("out").mkdir()
    for name in ("book.pdf", "book.apkg"):
        Path("out", name).write_bytes(b"old")
    Path("out").chmod(0o555)
    done = as_another_user(*BUILD, "--no-cache")
    Path("out").chmod(0o755)
    said = "cannot be written: Permission denied"
    assert (done.status, done.out) == (5, "")
    assert done.err == f"qexport: error: out/book.pdf: {said}\nqexport: error: out/book.apkg: {said}\n"
    assert written() == {
        "bank.history.jsonl": right["bank.history.jsonl"],
        "bank.lock.json": right["bank.lock.json"],
        "out/book.apkg": b"old",
        "out/book.pdf": b"old",
    }


@pytest.mark.needs("readers")
def test_a_cache_one_may_not_write_in_is_done_without(right: dict[str, bytes], lock_of_a_build: None) -> None:
    Path("out").mkdir()
    Path("cache").mkdir(mode=0o555)
    Path("out").chmod(0o777)
    done = as_another_user(*BUILD, "--cache", "cache/of/pages")
    assert (done.status, done.err) == (0, "")
    assert written() == right


def run_from_home(home: Path, *words: str) -> tuple[int, str]:
    """Run the program with all folders where they are by default; return its status and its messages."""
    environment = {**ENVIRONMENT, "HOME": str(home.absolute())}
    environment.pop("XDG_CACHE_HOME", None)
    environment.pop("QEXPORT_CACHE", None)
    done = subprocess.run(
        [sys.executable, "-m", "qexport", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_a_home_that_is_missing_is_not_created(right: dict[str, bytes], lock_of_a_build: None) -> None:
    assert run_from_home(Path("nobody"), *BUILD) == (0, "")
    assert written() == right
    assert not Path("nobody").exists()


def test_nothing_is_left_at_home_when_the_cache_is_cleared(lock_of_a_build: None) -> None:
    home = Path("home")
    home.mkdir()
    assert run_from_home(home, *BUILD) == (0, "")
    cache = home / ".cache" / "qexport"
    assert sorted(path.name for path in cache.iterdir()) == ["chunks.sqlite", "font-lists"]
    assert list((cache / "font-lists").iterdir())
    assert run_from_home(home, "cache", "clear", "--all") == (0, "")
    assert list(home.rglob("*")) == [home / ".cache"]


# --- a full disk, a disk that is read only --------------------------------------------------------------------


def in_a_namespace(script: str, **environment: str) -> Done:
    """Run a shell script that may mount things, as far as it itself sees them; `build` builds."""
    words = " ".join(f'"{word}"' for word in (sys.executable, "-m", "qexport", *BUILD))
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-euc", f'build() {{ {words} "$@"; }}\n{script}'],
        env={**ENVIRONMENT, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.needs("namespaces")
def test_a_full_disk_leaves_the_old_file_and_takes_what_fits(right: dict[str, bytes]) -> None:
    sizes = {path: len(data) for path, data in right.items()}
    room = sizes["out/book.apkg"] + 16_384
    assert sizes["out/book.pdf"] > room
    Path("out").mkdir()
    done = in_a_namespace(
        f"mount -t tmpfs -o size={room} none out; echo old > out/book.pdf\n"
        "build && status=0 || status=$?; ls -A out; cat out/book.pdf; exit $status"
    )
    assert (done.status, done.err) == (5, NO_BOOK.format("No space left on device"))
    assert done.out.splitlines()[-3:] == ["book.apkg", "book.pdf", "old"]
    assert Path("bank.lock.json").read_bytes() == right["bank.lock.json"]


@pytest.mark.needs("namespaces")
def test_a_disk_without_any_room_leaves_all_as_it_was(right: dict[str, bytes]) -> None:
    Path("out").mkdir()
    done = in_a_namespace(
        "mount -t tmpfs -o size=12k none out; echo book > out/book.pdf; echo deck > out/book.apkg\n"
        "build && status=0 || status=$?; ls -A out; cat out/book.pdf out/book.apkg; exit $status"
    )
    said = "No space left on device"
    assert (done.status, done.out) == (5, "book.apkg\nbook.pdf\nbook\ndeck\n")
    assert done.err == f"qexport: error: out/book.pdf: cannot be written: {said}\n" + NO_DECK.format(said)
    assert written() == {}


@pytest.mark.needs("namespaces")
def test_a_disk_that_is_read_only_is_told(right: dict[str, bytes]) -> None:
    Path("out").mkdir()
    done = in_a_namespace("mount -t tmpfs -o ro none out; build")
    said = "Read-only file system"
    assert (done.status, done.out) == (5, "")
    assert done.err == f"qexport: error: out/book.pdf: cannot be written: {said}\n" + NO_DECK.format(said)


@pytest.mark.needs("namespaces")
def test_a_cache_without_room_is_done_without(right: dict[str, bytes]) -> None:
    Path("cache").mkdir()
    done = in_a_namespace("mount -t tmpfs -o size=24k none cache; build --cache cache")
    assert (done.status, done.err) == (0, "")
    assert written() == right


@pytest.mark.needs("namespaces")
def test_a_full_place_for_temporary_files_is_told_or_not_needed(right: dict[str, bytes]) -> None:
    Path("tmp").mkdir()
    script = "mount -t tmpfs -o size=4k,nr_inodes=1 none tmp; build"
    deck = in_a_namespace(f"{script} --format deck", TMPDIR=str(Path("tmp").absolute()))
    assert (deck.status, deck.err) == (0, "")
    assert written() == {path: right[path] for path in DECK}


FILLING = """
import subprocess, sys
from pathlib import Path
from qexport.common.errors import OutputError
from qexport.common.files import write_groups
disk, book, lock, deck = Path("disk"), *map(Path, ("disk/book", "disk/lock", "disk/deck"))
new = [{book: b"B" * 60_000}, {lock: b"L" * 9_000, deck: b"D" * 30_000}]
seen = set()
for size in range(12, 180, 4):
    mount = f"mount -t tmpfs -o size={size}k none disk"
    subprocess.run(mount.split(), check=True)
    for path in (book, lock, deck):
        path.write_bytes(b"old")
    errors = write_groups(new)
    for error, group in zip(errors, new):
        for path, data in group.items():
            assert path.read_bytes() == (b"old" if error else data), (size, path)
        assert not error or error.message.endswith(": cannot be written: No space left on device")
    assert sorted(path.name for path in disk.iterdir()) == ["book", "deck", "lock"]
    seen.add(tuple(error is None for error in errors))
    subprocess.run(["umount", "disk"], check=True)
print(sorted(seen))
"""


@pytest.mark.needs("namespaces")
def test_however_full_the_disk_is_each_group_is_new_or_old() -> None:
    Path("disk").mkdir()
    done = subprocess.run(
        ["unshare", "-rm", sys.executable, "-c", FILLING],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == (
        "[(False, False), (False, True), (True, False), (True, True)]\n",
        "",
    )


# --- a damaged cache ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of a cache that has all pages."""
    folder = tmp_path_factory.mktemp("warm")
    (folder / "bank.yaml").write_text(BANK)
    bank = str(folder / "bank.yaml")
    words = ("--file-name", "book", "--out", str(folder), "--cache", str(folder / "cache"))
    assert run("build", "--bank", bank, "--format", "handbook", *words).status == 0
    return (folder / "cache/chunks.sqlite").read_bytes()


def flipped(data: bytes, places: range) -> bytes:
    damaged = bytearray(data)
    for place in places:
        damaged[place] ^= 0x55
    return bytes(damaged)


def damaged_caches(data: bytes) -> Iterator[tuple[str, bytes]]:
    for place in range(0, len(data), len(data) // 7):
        yield f"the byte {place} is another", flipped(data, range(place, place + 1))
    for first in (0, 16, 100, 4096):
        yield f"from {first} on each thousandth byte is another", flipped(data, range(first, len(data), 1000))
    for share in (0, 0.01, 0.3, 0.99):
        yield f"{share:.0%} of it are there", data[: int(share * len(data))]
    yield "it is a text", b"not a database at all\n" * 1000
    yield "it is noise behind the right head", data[:100] + os.urandom(20_000)


def test_a_damaged_cache_changes_nothing_but_the_time(right: dict[str, bytes], warm: bytes) -> None:
    book = {"out/book.pdf": right["out/book.pdf"]}
    Path("bank.lock.json").write_bytes(right["bank.lock.json"])  # which the deck of `right` had made
    for what, data in damaged_caches(warm):
        shutil.rmtree("cache", ignore_errors=True)
        Path("cache").mkdir()
        Path("cache/chunks.sqlite").write_bytes(data)
        done = run(*BUILD, "--format", "handbook", "--cache", "cache")
        assert (what, done.status, done.err) == (what, 0, "")
        again = run(*BUILD, "--format", "handbook", "--cache", "cache")
        assert (what, again.status, again.err) == (what, 0, "")
        assert {path: data for path, data in written().items() if path in book} == book, what


@pytest.mark.parametrize("there", ["a folder", "a file where the folder should be"])
def test_what_is_no_cache_is_done_without(there: str, right: dict[str, bytes]) -> None:
    if there == "a folder":
        Path("cache/chunks.sqlite").mkdir(parents=True)
    else:
        Path("cache").write_text("")
    done = run(*BUILD, "--cache", "cache")
    assert (done.status, done.err) == (0, "")
    assert {path: data for path, data in written().items() if path in FILES} == right


# --- two at once ----------------------------------------------------------------------------------------------


def test_two_builds_at_once_into_one_folder_are_both_right(right: dict[str, bytes]) -> None:
    """Whoever reads meanwhile finds a file whole, or none."""
    both = [started(*BUILD, "--cache", "cache") for _ in range(2)]
    reads = 0
    while any(process.poll() is None for process in both):
        for path in FILES:
            with suppress(FileNotFoundError):
                assert Path(path).read_bytes() == right[path]
                reads += 1
        time.sleep(0.002)
    assert [(process.communicate()[1], process.returncode) for process in both] == [("", 0)] * 2
    assert reads
    assert written() == right


# --- ended from outside ---------------------------------------------------------------------------------------


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="the system does not tell what processes there are"
)
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_whenever_a_build_is_ended_nothing_is_left_over(number: signal.Signals, status: int) -> None:
    """From when Python has begun to import the program to when the files are written."""
    questions = (f"  - {{id: Q-{each}, question: What is {each}?, answer: It.}}" for each in range(30))
    Path("bank.yaml").write_text("\n".join(["title: Many", "namespace: tests", "questions:", *questions]))
    Path("out").mkdir()
    Path("tmp").mkdir()
    old = {"out/book.apkg": b"old", "out/book.pdf": b"old"}
    for path, data in old.items():
        Path(path).write_bytes(data)
    ends = []
    for moment in (0.0, 0.15, 0.5, 1.2, 2.0):
        # Of a module's file that Ctrl-C closes in the midst of an import, Python itself has something to say.
        environment = {
            "TMPDIR": str(Path("tmp").absolute()),
            "PYTHONWARNINGS": "error,ignore::ResourceWarning",
        }
        process = started(*BUILD, "--no-cache", "--jobs", "2", **environment)
        assert process.stdout
        assert process.stdout.readline() == "begun\n"
        time.sleep(moment)
        _, err = end_at_once(process, number)
        assert list(Path("tmp").iterdir()) == []
        ends.append(process.returncode)
        assert err.strip() == "" or process.returncode == 0
        if (now := written()) != old:  # a fast machine: it was writing, or had done so
            whole = {
                "out/book.apkg": (b"old", b"PK\3\4"),
                "out/book.pdf": (b"old", b"%PDF-"),
                "bank.history.jsonl": (b'{"version": "',),
                "bank.lock.json": (b"{",),
            }
            assert all(data.startswith(whole[path]) for path, data in now.items())
            assert {path for path in DECK if now.get(path) != old.get(path)} in (set(), set(DECK))
            break
    early = {-signal.SIGTERM} if number == signal.SIGTERM else set()  # before Python knows of any signals
    assert set(ends) <= {status, 0} | early
    assert status in ends


@pytest.mark.parametrize(
    ("number", "status", "error"),
    [(signal.SIGINT, 130, "\n"), (signal.SIGTERM, 143, ""), (signal.SIGHUP, 129, "")],
)
def test_a_signal_that_comes_in_a_destructor_ends_the_program(
    number: signal.Signals, status: int, error: str
) -> None:
    """Python prints what is raised there, and goes on; each import has such a moment. A line ends after ^C."""
    script = (
        "import os, sys, time\n"
        "from qexport import pipeline\n"
        "from qexport.__main__ import main\n"
        "class Dropped:\n"
        f"    def __del__(self): os.kill(os.getpid(), {number:d})\n"
        "def export_all(*_, **__):\n"
        "    Dropped()\n"
        "    time.sleep(60)\n"
        "pipeline.export_all = export_all\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *BUILD, "--format", "deck"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (status, "", error)


def test_ctrl_c_is_too_late_when_all_is_done() -> None:
    """It comes while Python leaves, which ends with the status of what was done."""
    script = (
        "import atexit, os, signal\n"
        "from qexport.__main__ import main\n"
        "atexit.register(os.kill, os.getpid(), signal.SIGINT)\n"
        "main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *BUILD, "--format", "deck"],
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert Path("out/book.apkg").read_bytes().startswith(b"PK\3\4")


def test_a_reader_who_goes_away_is_no_error() -> None:
    shell = f'"{sys.executable}" -m qexport show --bank bank.yaml | head -n 1'
    done = subprocess.run(["sh", "-c", shell], env=ENVIRONMENT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1


def test_what_a_killed_start_of_the_engine_left_goes_with_the_next_start() -> None:
    Path("tmp").mkdir()
    left, held = Path("tmp/qexport-fonts-abcd_012.conf"), Path("tmp/qexport-fonts-held_012.conf")
    for path in (left, held):
        path.write_text("")
    with held.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as by a program that is at work
        script = "from qexport.layout.weasyprint import layout; layout.warm_up()"
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**ENVIRONMENT, "TMPDIR": str(Path("tmp").absolute())},
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(Path("tmp").iterdir()) == [held]


# --- killed ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(
    not Path("/proc/self").exists(), reason="the system does not tell what processes there are"
)
def test_kills_tear_nothing_and_the_next_build_is_right(tmp_path: Path) -> None:
    """A sample; 500 of them are `python tools/try_kills.py`."""
    sample = ("--kills", "8", "--seed", "7", "--cold", "0.25", "--questions", "2", "--quiet")
    done = subprocess.run(  # forks of this process would have its threads
        [sys.executable, ROOT / "tools" / "try_kills.py", *sample],
        env={**ENVIRONMENT, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    first, *_, last = done.stdout.splitlines() or ["", ""]
    assert re.fullmatch(r"seed 7: 8 builds were killed, \d+ were done before", first), (
        done.stdout + done.stderr
    )
    assert (last, done.stderr, done.returncode) == ("0 complaints", "", 0), done.stdout
