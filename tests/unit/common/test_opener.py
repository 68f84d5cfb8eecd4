"""What comes from elsewhere is read if it is an ordinary file, in its folder, and not too large."""

from __future__ import annotations

import ast
import os
import socket
from pathlib import Path

import pytest

import qexport
from qexport.common.opener import TooLarge, Unreadable, is_inside, open_ordinary, read_bytes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one of everything that is no ordinary file, and links out of it."""
    inside = tmp_path / "inside"
    (inside / "folder").mkdir(parents=True)
    (inside / "file").write_bytes(b"12345")
    (inside / "empty").write_bytes(b"")
    (tmp_path / "outside").write_bytes(b"secret")
    (inside / "link-in").symlink_to("file")
    (inside / "link-out").symlink_to("../outside")
    (inside / "way-out").symlink_to("..")
    (inside / "loop").symlink_to("loop")
    (inside / "nowhere").symlink_to("missing")
    os.mkfifo(inside / "pipe")
    (inside / "device").symlink_to("/dev/zero")
    return inside


@pytest.mark.parametrize(("name", "data"), [("file", b"12345"), ("link-in", b"12345"), ("empty", b"")])
def test_an_ordinary_file_is_read(folder: Path, name: str, data: bytes) -> None:
    assert read_bytes(folder / name, 5, inside=folder) == data
    with open_ordinary(folder / name, inside=folder) as file:
        assert file.read() == data


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("missing", "there is no such file"),
        ("nowhere", "a link that leads nowhere"),
        ("folder", "this is a folder, not a file"),
        ("pipe", "this is a pipe, not an ordinary file"),
        ("file/x", "this cannot be read: Not a directory"),
        ("loop", "this cannot be read: Too many levels of symbolic links"),
        ("nul\0", "this cannot be read: a NUL is in its name"),
        ("link-out", "this is outside its folder"),
        ("way-out/outside", "this is outside its folder"),
        ("../outside", "this is outside its folder"),
        ("device", "this is outside its folder"),
    ],
)
def test_all_else_is_not_opened(folder: Path, name: str, reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_bytes(folder / name, 100, inside=folder)
    assert caught.value.reason == reason
    assert caught.value.missing == (reason in ("there is no such file", "a link that leads nowhere"))
    assert caught.value.outside == (reason == "this is outside its folder")


def test_what_the_user_named_may_be_a_link_but_no_device(folder: Path) -> None:
    assert read_bytes(folder / "link-out", 100) == b"secret"
    with pytest.raises(Unreadable, match=r"^this is a device, not an ordinary file$"):
        read_bytes(folder / "device", 100)


def test_a_socket_is_not_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)  # a socket's path has 108 bytes at most
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(Unreadable, match=r"^this is a socket, not an ordinary file$"):
            read_bytes(Path("socket"), 100)


def test_a_file_of_more_bytes_than_it_may_have_is_not_read(folder: Path) -> None:
    with pytest.raises(TooLarge):
        read_bytes(folder / "file", 4)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="no /proc")
def test_a_file_that_says_it_is_empty_is_read_up_to_its_limit() -> None:
    assert read_bytes(Path("/proc/self/status"), 100_000).startswith(b"Name:")
    with pytest.raises(TooLarge):
        read_bytes(Path("/proc/self/status"), 10)


def test_the_folder_may_be_a_link_itself(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert read_bytes(tmp_path / "link" / "file", 5, inside=tmp_path / "link") == b"12345"
    assert is_inside(tmp_path / "link" / "file", folder)


# --- the only one -------------------------------------------------------------------------------------------------

OPENS_ITS_OWN = {
    "anki/collection.py": "the database of a deck, in memory or in a file of its own",
    "cli/program.py": "the null device, once nobody reads its output",
    "common/components.py": "its pyproject.toml, and licences of its packages",
    "common/files.py": "writes; what is there before is put back",
    "common/opener.py": "opens for all others",
    "common/versions.py": "metadata of the packages that are installed",
    "content/collation.py": "its tables of letters",
    "content/index_candidates.py": "its list of words",
    "content/languages.py": "its languages",
    "content/themes.py": "its themes, to copy them",
    "layout/cache.py": "the cache",
    "layout/fonts.py": "its fonts, and the file it writes for fontconfig",
    "layout/script_fonts.py": "fonts of an extra",
    "layout/units.py": "its modules, for their digest",
    "layout/weasyprint/engine_styles.py": "its own style sheet of the engine, parsed",
    "layout/weasyprint/late_imports.py": "what it has compiled of the engine's declarations",
    "layout/weasyprint/replacements.py": "modules of the engine, for their digests",
    "locking.py": "a folder, to hold it",
    "pdf/font_file.py": "fonts that were judged when they were found, as Pango and HarfBuzz open them",
    "pdf/output_intent.py": "its colour profiles",
    "preview/share.py": "the files that the user named, judged by their descriptors",
}
"""Module → what it opens itself: files of the program's own, and what it writes."""


def opening_calls(source: str) -> list[str]:
    """Return the calls by which Python opens a file; members of an archive in memory are none."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        method = name.rpartition(".")[2]
        of = ast.unparse(node.args[0]) if node.args else ""
        is_read = isinstance(node.func, ast.Attribute) and method in ("read_text", "read_bytes")
        is_open = method in ("open", "fdopen") and not name.endswith("archive.open")
        is_archive = method in ("ZipFile", "TarFile") and not of.startswith(("BytesIO(", "buffer"))
        is_database = name == "sqlite3.connect" and of != "':memory:'"
        if is_read or is_open or is_archive or is_database:
            found.append(name)
    return found


def test_no_other_module_opens_what_comes_from_elsewhere() -> None:
    package = Path(qexport.__file__).parent
    opening = {
        path.relative_to(package).as_posix()
        for path in sorted(package.rglob("*.py"))
        if opening_calls(path.read_text("utf-8"))
    }
    assert opening - set(OPENS_ITS_OWN) == set()
