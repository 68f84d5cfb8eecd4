"""output: a file is whole or as it was; file names are safe."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from qexport.common import files
from qexport.common.errors import OutputError, UsageError
from qexport.common.files import file_slug, namespace_slug, write_all, write_file, write_groups


def everything_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int, int], None]:
    """Make the nth call of an `os` function fail with a given errno."""

    def arrange(function: str, nth: int, number: int) -> None:
        real, calls = getattr(os, function), iter(range(1, 100))

        def fails(*arguments: object, **options: object) -> object:
            if next(calls) == nth:
                raise OSError(number, os.strerror(number))
            return real(*arguments, **options)

        monkeypatch.setattr(os, function, fails)

    return arrange


# --- writing ------------------------------------------------------------------------------------------------


def test_writes_a_file_and_makes_its_folder(tmp_path: Path) -> None:
    write_file(tmp_path / "out" / "deep" / "book.pdf", b"pages")
    assert everything_in(tmp_path / "out" / "deep") == {"book.pdf": b"pages"}


def test_replaces_what_was_there_and_leaves_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(b"old and longer")
    write_file(tmp_path / "book.pdf", b"new")
    assert everything_in(tmp_path) == {"book.pdf": b"new"}


def test_an_old_file_keeps_its_mode(tmp_path: Path) -> None:
    book = tmp_path / "book.pdf"
    book.write_bytes(b"old")
    book.chmod(0o640)
    write_file(book, b"new")
    assert stat.S_IMODE(book.stat().st_mode) == 0o640


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600)])
def test_a_new_file_has_the_mode_the_umask_leaves(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_file(tmp_path / "book.pdf", b"new")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "book.pdf").stat().st_mode) == mode


@pytest.mark.parametrize("there", [True, False])
def test_a_symlink_stays_one_and_what_it_leads_to_is_written(tmp_path: Path, there: bool) -> None:
    (tmp_path / "shelf").mkdir()
    real, link = tmp_path / "shelf" / "real.pdf", tmp_path / "book.pdf"
    if there:
        real.write_bytes(b"old")
    link.symlink_to(real)
    write_file(link, b"new")
    assert link.is_symlink()
    assert everything_in(tmp_path / "shelf") == {"real.pdf": b"new"}


def test_a_link_is_not_followed_out_of_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Out of the current folder, for what is below it; else out of the file's own."""
    (tmp_path / "project" / "out").mkdir(parents=True)
    (tmp_path / "elsewhere").mkdir()
    real = tmp_path / "elsewhere" / "book.pdf"
    link = tmp_path / "project" / "out" / "book.pdf"
    link.symlink_to(real)
    whole = tmp_path / "project" / "whole"
    whole.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputError) as caught:
        write_file(link, b"new")
    assert (caught.value.message, caught.value.hint) == (
        f"{link}: cannot be written: a link leads to {real}, outside {link.parent}",
        f"to write there, name that place: {real}",
    )
    monkeypatch.chdir(tmp_path / "project")
    for path in (Path("out/book.pdf"), Path("whole/book.pdf"), link, whole / "book.pdf"):
        with pytest.raises(OutputError, match=f"a link leads to {real}, outside {tmp_path}/project$"):
            write_file(path, b"new")
    assert list((tmp_path / "elsewhere").iterdir()) == []
    (tmp_path / "project" / "shelf").mkdir()
    (tmp_path / "project" / "books").symlink_to("shelf")
    write_file(Path("books/book.pdf"), b"new")
    assert everything_in(tmp_path / "project" / "shelf") == {"book.pdf": b"new"}


# --- what cannot be written ---------------------------------------------------------------------------------


def test_a_folder_in_the_way_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "book.pdf").mkdir()
    with pytest.raises(OutputError) as caught:
        write_file(tmp_path / "book.pdf", b"new")
    assert str(caught.value) == f"{tmp_path}/book.pdf: cannot be written: a folder of this name is there"


def test_a_device_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputError) as caught:
        write_file(tmp_path / "pipe", b"new")
    assert str(caught.value) == f"{tmp_path}/pipe: cannot be written: it is not an ordinary file"


def test_a_file_where_a_folder_should_be_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(OutputError) as caught:
        write_file(tmp_path / "out" / "book.pdf", b"new")
    assert str(caught.value) == f"{tmp_path}/out/book.pdf: cannot be written: {tmp_path}/out is not a folder"


def test_a_symlink_that_leads_to_itself_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "book.pdf").symlink_to("book.pdf")
    with pytest.raises(OutputError) as caught:
        write_file(tmp_path / "book.pdf", b"new")
    assert str(caught.value) == f"{tmp_path}/book.pdf: cannot be written: {os.strerror(errno.ELOOP)}"


def test_a_name_too_long_for_the_file_system_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OutputError) as caught:
        write_file(tmp_path / ("x" * 300), b"new")
    assert str(caught.value) == f"{tmp_path}/{'x' * 300}: cannot be written: File name too long"
    assert everything_in(tmp_path) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_one_may_not_write_in_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    with pytest.raises(OutputError) as caught:
        write_file(tmp_path / "closed" / "book.pdf", b"new")
    assert str(caught.value) == f"{tmp_path}/closed/book.pdf: cannot be written: Permission denied"


def test_a_full_disk_is_told_in_one_line(tmp_path: Path, failing: Callable[[str, int, int], None]) -> None:
    (tmp_path / "book.pdf").write_bytes(b"old")
    failing("fsync", 1, errno.ENOSPC)
    with pytest.raises(OutputError) as caught:
        write_file(tmp_path / "book.pdf", b"new")
    assert str(caught.value) == f"{tmp_path}/book.pdf: cannot be written: No space left on device"
    assert everything_in(tmp_path) == {"book.pdf": b"old"}


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize(
    ("function", "nth"),
    [("fsync", 1), ("fsync", 2), ("replace", 1), ("replace", 2), ("link", 1), ("link", 2)],
)
def test_when_one_of_two_files_fails_both_are_as_they_were(
    tmp_path: Path, failing: Callable[[str, int, int], None], function: str, nth: int, number: int
) -> None:
    if function == "link" and not Path("/proc/self/fd").is_dir():
        pytest.skip("no file without a name, and so no link")
    before = {"book.pdf": b"old book", "deck.apkg": b"old deck"}
    for name, data in before.items():
        (tmp_path / name).write_bytes(data)
    after = {"book.pdf": b"new book", "deck.apkg": b"new deck"}
    failing(function, nth, number)
    if (function, number) == ("link", errno.EACCES):  # renamed instead
        write_all({tmp_path / name: data for name, data in after.items()})
        assert everything_in(tmp_path) == after
        return
    with pytest.raises(OutputError):
        write_all({tmp_path / name: data for name, data in after.items()})
    assert everything_in(tmp_path) == before


@pytest.mark.parametrize("there", [True, False])
def test_a_system_that_refuses_links_gets_a_file_by_renaming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    if there:
        (tmp_path / "book.pdf").write_bytes(b"old")
        (tmp_path / "book.pdf").chmod(0o604)
    monkeypatch.setattr(os, "link", refuse)
    write_file(tmp_path / "book.pdf", b"new")
    assert everything_in(tmp_path) == {"book.pdf": b"new"}
    assert not there or stat.S_IMODE((tmp_path / "book.pdf").stat().st_mode) == 0o604


@pytest.fixture
def append_only(tmp_path: Path) -> Iterator[Path]:
    """A folder that takes new files and gives none back, as `chattr +a` makes it."""
    folder = tmp_path / "append-only"
    folder.mkdir()
    (folder / "old.pdf").write_bytes(b"old")
    done = subprocess.run(["chattr", "+a", folder], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("no right to make a folder append-only, or a file system that has none")
    yield folder
    subprocess.run(["chattr", "-a", folder], check=True)


@pytest.mark.needs("proc")
@pytest.mark.skipif(not shutil.which("chattr"), reason="no chattr")
def test_an_append_only_folder_takes_a_new_file_and_keeps_nothing_else(append_only: Path) -> None:
    write_file(append_only / "new.pdf", b"new")
    with pytest.raises(OutputError) as caught:
        write_file(append_only / "old.pdf", b"new")
    assert everything_in(append_only) == {"new.pdf": b"new", "old.pdf": b"old"}
    assert caught.value.message == (
        f"{append_only}/old.pdf: cannot be written: its folder is append-only, and a file of this name is there"
    )


def test_an_impossible_second_file_stops_the_first(tmp_path: Path) -> None:
    (tmp_path / "deck.apkg").mkdir()
    with pytest.raises(OutputError):
        write_all({tmp_path / "book.pdf": b"new", tmp_path / "deck.apkg": b"new"})
    assert everything_in(tmp_path) == {}


@pytest.mark.needs("proc")
def test_what_was_written_first_is_put_back_with_its_mode(
    tmp_path: Path, failing: Callable[[str, int, int], None]
) -> None:
    (tmp_path / "lock").write_bytes(b"old lock")
    (tmp_path / "lock").chmod(0o640)
    (tmp_path / "deck").write_bytes(b"old deck")
    failing("replace", 2, errno.EBUSY)
    with pytest.raises(OutputError) as caught:
        write_all({tmp_path / "new": b"new", tmp_path / "lock": b"new lock", tmp_path / "deck": b"new deck"})
    assert str(caught.value) == f"{tmp_path}/deck: cannot be written: Device or resource busy"
    assert everything_in(tmp_path) == {"deck": b"old deck", "lock": b"old lock"}
    assert stat.S_IMODE((tmp_path / "lock").stat().st_mode) == 0o640


def test_a_group_that_cannot_be_written_leaves_the_others_to_be(tmp_path: Path) -> None:
    (tmp_path / "deck").mkdir()
    (tmp_path / "lock").write_bytes(b"old")
    errors = write_groups(
        [
            {tmp_path / "book": b"book"},
            {tmp_path / "lock": b"new", tmp_path / "deck": b"deck"},
            {tmp_path / "sheet": b"sheet"},
        ]
    )
    assert everything_in(tmp_path) == {"book": b"book", "lock": b"old", "sheet": b"sheet"}
    assert errors[::2] == [None, None]
    assert errors[1] is not None
    assert (errors[1].message, errors[1].hint) == (
        f"{tmp_path}/deck: cannot be written: a folder of this name is there",
        f"{tmp_path}/lock, which belongs to it, is unchanged",
    )


# --- where the system gives no file without a name -----------------------------------------------------------


@pytest.fixture(params=["nameless", "no flag", "no /proc", "refused"])
def kind_of_file(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    real = os.open
    nameless = getattr(os, "O_TMPFILE", 0)

    def refusing(path: str, flags: int, *more: int) -> int:
        if nameless and flags & nameless == nameless:
            raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))
        return real(path, flags, *more)

    match request.param:
        case "no flag":
            monkeypatch.delattr(os, "O_TMPFILE", raising=False)
        case "no /proc":
            monkeypatch.setattr("qexport.common.files._DESCRIPTORS", tmp_path / "none")
        case "refused":
            monkeypatch.setattr(os, "open", refusing)
    return str(request.param)


def test_every_kind_of_waiting_file_ends_as_the_one_that_is_wanted(tmp_path: Path, kind_of_file: str) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "old").write_bytes(b"old")
    write_all({folder / "old": b"new", folder / "new": b"new"})
    assert everything_in(folder) == {"new": b"new", "old": b"new"}
    assert stat.S_IMODE((folder / "new").stat().st_mode) == stat.S_IMODE((folder / "old").stat().st_mode)


@pytest.mark.parametrize("at", ["fsync", "replace"])
def test_whatever_fails_no_kind_of_file_is_left_over(
    tmp_path: Path, kind_of_file: str, failing: Callable[[str, int, int], None], at: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "book.pdf").write_bytes(b"old")
    failing(at, 1, errno.EIO)
    with pytest.raises(OutputError):
        write_file(folder / "book.pdf", b"new")
    assert everything_in(folder) == {"book.pdf": b"old"}


def test_what_a_killed_program_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    left, foreign = tmp_path / ".qexport-0123456789ab.tmp", tmp_path / ".qexport-mine.tmp"
    held = tmp_path / ".qexport-ba9876543210.tmp"
    for path in (left, foreign, held):
        path.write_bytes(b"half")
    os.mkfifo(tmp_path / ".qexport-00000000000f.tmp")
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as another program that is at work
        write_file(tmp_path / "book.pdf", b"new")
    assert everything_in(tmp_path) == {foreign.name: b"half", held.name: b"half", "book.pdf": b"new"}


def test_a_file_that_is_taken_for_left_over_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may look between the moment a file gets its name and the moment it is held."""
    real, calls = fcntl.flock, iter(range(100))

    def late(descriptor: int, operation: int) -> None:
        if next(calls) == 0:
            for path in tmp_path.glob(".qexport-*.tmp"):
                path.unlink()
        real(descriptor, operation)

    monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    monkeypatch.setattr(fcntl, "flock", late)
    write_file(tmp_path / "book.pdf", b"new")
    assert everything_in(tmp_path) == {"book.pdf": b"new"}


KILLED = """
import os, signal, sys
from pathlib import Path
from qexport.common.files import write_file
if sys.argv[1] == "named":
    os.O_TMPFILE = 0
os.fsync = lambda descriptor: os.kill(os.getpid(), signal.SIGKILL)
write_file(Path("book.pdf"), b"new")
"""


@pytest.mark.parametrize("kind", [pytest.param("nameless", marks=pytest.mark.needs("proc")), "named"])
def test_a_killed_program_leaves_the_old_file_and_nothing_that_stays(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("book.pdf").write_bytes(b"old")
    monkeypatch.setenv("PYTHONPATH", str(Path(files.__file__).parents[2]))
    done = subprocess.run([sys.executable, "-c", KILLED, kind], check=False)
    assert done.returncode == -signal.SIGKILL
    left = everything_in(tmp_path)
    assert left.pop("book.pdf") == b"old"
    assert len(left) == (kind == "named")
    write_file(Path("deck.apkg"), b"deck")
    assert everything_in(tmp_path) == {"book.pdf": b"old", "deck.apkg": b"deck"}


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, MemoryError])
def test_whatever_interrupts_it_nothing_is_left_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: type[BaseException]
) -> None:
    def interrupted(descriptor: int) -> None:
        raise interruption

    (tmp_path / "book.pdf").write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(interruption):
        write_file(tmp_path / "book.pdf", b"new")
    assert everything_in(tmp_path) == {"book.pdf": b"old"}


@pytest.mark.parametrize("kind", ["nameless", "named"])
@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("is_first", [True, False])
def test_an_interruption_between_files_leaves_all_of_a_group_old_or_all_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, number: int, is_first: bool
) -> None:
    """Python tells of a signal when the call is over in which it came: the file is in its place by then."""
    names = ("history", "lock", "deck")
    old = {} if is_first else dict.fromkeys(names, b"old")
    for name, data in old.items():
        (tmp_path / name).write_bytes(data)
    taken: list[Path] = []
    take = files._Waiting.take

    def take_and_interrupt(content: files._Waiting, target: Path) -> None:
        take(content, target)
        taken.append(target)
        if len(taken) == number:
            raise KeyboardInterrupt

    if kind == "named":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
    monkeypatch.setattr(files._Waiting, "take", take_and_interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_groups([{tmp_path / name: b"new" for name in names}])
    assert everything_in(tmp_path) == (dict.fromkeys(names, b"new") if number == len(names) else old)


# --- names --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["collection.apkg", "Collection.APKG", "backup-2026-01-01.apkg"])
def test_names_that_make_anki_replace_a_collection_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        write_all({tmp_path / "book.pdf": b"", tmp_path / name: b""})
    assert str(caught.value) == (
        f"{tmp_path}/{name}: Anki takes a file of this name for a whole collection, "
        "and offers to replace the learner's own with it"
    )
    assert caught.value.hint == "choose another file name with --file-name"
    assert everything_in(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("Interview Questions & Model Answers", "interview-questions-model-answers"),
        ("  Café -- Ωμέγα №5 ", "cafe-omega-no5"),
        ("Größe der Straße", "grosse-der-strasse"),
        ("Вопросы по Python", "voprosy-po-python"),
        ("../../etc/passwd", "etc-passwd"),
        ("-rf .", "rf"),
        ("NUL", "nul-questions"),
        ("com1", "com1-questions"),
        ("日本語", "questions"),
        ("", "questions"),
        ("x" * 79 + " y", "x" * 79),
        ("\x1b[31mred\u202e", "31mred"),
    ],
)
def test_a_slug_is_a_safe_file_name(text: str, stem: str) -> None:
    assert file_slug(text) == stem


@pytest.mark.parametrize(
    ("text", "namespace"),
    [("Größe der Straße", "groe-der-strae"), ("Вопросы", "questions"), ("Café", "cafe")],
)
def test_the_namespace_of_a_title_is_what_it_always_was(text: str, namespace: str) -> None:
    assert namespace_slug(text) == namespace
