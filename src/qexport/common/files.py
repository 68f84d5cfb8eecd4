"""Results → files: each is written whole, or unchanged. Only this module writes what the user asked for.

    groups of contents → each staged: complete and on the disk, without a name → each linked or renamed into place

A content that waits has no name where the system can do that (Linux, on most of its file systems), so that
whatever ends the program leaves nothing behind. Elsewhere it has one that begins with a dot, which its writer
holds a lock on: what nobody holds was left by a program that was killed, and the next one removes it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import sys
import unicodedata
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from qexport.common.errors import OutputError, UsageError
from qexport.common.patterns import compile_late
from qexport.common.romanising import romanise
from qexport.common.wording import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_WINDOWS_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))]
)
_LONGEST_SLUG = 80
_TEMPORARY = compile_late(r"\.qexport-[0-9a-f]{12}\.tmp")


def file_slug(text: str, *, otherwise: str = "questions") -> str:
    """Make a file name's stem of `text`: `a-z`, `0-9` and `-`, at most 80 bytes, good on every system.

    `otherwise` is the stem of a text of which nothing is left (日本語).
    """
    return namespace_slug(romanise(text), otherwise=otherwise)


def namespace_slug(text: str, *, otherwise: str = "questions") -> str:
    """Make a namespace of a bank's title where it states none; letters that are not ASCII but for accents are left out.

    What it returns for a text never changes: notes that learners have are known by it.
    """
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    stem = slug(ascii_only)[:_LONGEST_SLUG].strip("-") or otherwise
    return f"{stem}-{otherwise}" if stem in _WINDOWS_DEVICES else stem


def is_name(name: str) -> bool:
    """Return whether a name can be a file's on every system, whatever its ending."""
    device = name.split(".", maxsplit=1)[0].strip().lower() in _WINDOWS_DEVICES
    return not device and not re.search(r'[<>:"|?*]', name) and not name.endswith((" ", "."))


def check_names(paths: Iterable[Path]) -> None:
    """Refuse file names that do harm when they are opened; to be called before the work is done."""
    for path in paths:
        name = path.name.casefold()
        if name == "collection.apkg" or (name.startswith("backup-") and name.endswith(".apkg")):
            raise UsageError(
                f"{path}: Anki takes a file of this name for a whole collection, and offers to replace "
                "the learner's own with it",
                hint="choose another file name with --file-name",
            )


def write_file(path: Path, data: bytes) -> None:
    """Write one file, or raise OutputError and leave what stood there."""
    write_all({path: data})


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files that belong together, or raise OutputError and leave each unchanged."""
    for error in write_groups([contents]):
        if error:
            raise error


def write_groups(groups: Sequence[Mapping[Path, bytes]]) -> list[OutputError | None]:
    """Write groups of files, each group whole or not at all; return for each why it was not written.

    Every content is complete and on the disk, beside its target, before the first takes its place. They do so
    in their order; where one cannot, those of its group before it are put back as they were.
    A file keeps its mode; a symlink stays one, and what it leads to is written.
    """
    check_names(path for contents in groups for path in contents)
    for folder in sorted({Path(os.path.realpath(path)).parent for contents in groups for path in contents}):
        sweep(folder)  # while nothing of this process waits there: some locks are known to others only
    errors: list[OutputError | None] = []
    with ExitStack() as waiting:
        staged: list[list[_Staged]] = []
        for contents in groups:
            group, error = _stage(contents)
            staged.append(group)
            errors.append(error)
            for each in group:
                waiting.callback(each.content.discard)
        for number, group in enumerate(staged):
            errors[number] = errors[number] or _publish_group(group)
    return errors


_REFUSALS = frozenset({errno.EPERM, errno.EACCES, errno.ENOSYS, errno.EXDEV, errno.EOPNOTSUPP, errno.EINVAL})
"""How a system refuses linkat(): one that does may still rename."""


class _Waiting:
    """A content that waits for its place, in the folder of its target."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = folder / f".qexport-{os.urandom(6).hex()}.tmp"
        self._is_named = False
        self._descriptor = -1

    def fill(self, data: bytes, mode: int | None) -> None:
        """Take the content, and return when it is on the disk."""
        self._descriptor = self._open()
        with open(self._descriptor, "wb", closefd=False) as file:
            file.write(data)
        if mode is not None:
            os.fchmod(self._descriptor, mode)
        os.fsync(self._descriptor)

    def take(self, target: Path) -> None:
        """Become what stands at a path."""
        if not self._is_named:
            try:
                self._link(target)
            except FileExistsError:
                self._take_name()
            except OSError as error:
                if error.errno not in _REFUSALS:
                    raise
                self._copy_under_name()
            else:
                return
        self._name.replace(target)
        self._is_named = False

    def _take_name(self) -> None:
        self._is_named = True
        try:
            self._link(self._name)
        except OSError as error:
            if error.errno not in _REFUSALS:
                raise
            self._copy_under_name()

    def _copy_under_name(self) -> None:
        """Write the content again, into a file that has a name."""
        data = os.pread(self._descriptor, os.fstat(self._descriptor).st_size, 0)
        mode = stat.S_IMODE(os.fstat(self._descriptor).st_mode)
        os.close(self._descriptor)
        self._descriptor = self._open_by_name()
        with open(self._descriptor, "wb", closefd=False) as file:
            file.write(data)
        os.fchmod(self._descriptor, mode)
        os.fsync(self._descriptor)

    def is_at(self, target: Path) -> bool:
        """Return whether it has become what stands at a path."""
        with suppress(OSError):  # there is nothing at the path, or this was discarded
            return os.path.samestat(os.fstat(self._descriptor), target.stat())
        return False

    def discard(self) -> None:
        """Leave nothing behind."""
        if self._is_named:
            with suppress(OSError):
                self._name.unlink()
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> int:
        nameless = getattr(os, "O_TMPFILE", 0)
        if nameless and _DESCRIPTORS.is_dir():  # through which it gets its name
            with suppress(OSError):  # this file system has none
                descriptor = os.open(self._folder, nameless | os.O_RDWR, 0o666)
                hold(descriptor)
                return descriptor
        return self._open_by_name()

    def _open_by_name(self) -> int:
        if _only_takes_new_files(self._folder):
            raise OSError(
                errno.EPERM, "its folder is append-only, and no file without a name can be made there"
            )
        while True:
            self._is_named = True
            descriptor = os.open(self._name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            if hold(descriptor):
                return descriptor
            os.close(descriptor)  # another build found it before it was held, and took it for left over

    def _link(self, path: Path) -> None:
        # Python calls linkat(), which follows what leads to the file, only where some folder is named.
        os.link(_DESCRIPTORS / str(self._descriptor), path, src_dir_fd=self._descriptor, follow_symlinks=True)


_DESCRIPTORS = Path("/proc/self/fd")


def hold(descriptor: int) -> bool:
    """Lock a file against `sweep`; return False if another process took it for a leftover before that."""
    with suppress(OSError):  # some file systems cannot tell
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return os.fstat(descriptor).st_nlink > 0


def sweep(folder: Path, ours: re.Pattern[str] = _TEMPORARY) -> None:
    """Remove what programs that were killed have left in a folder: files of these names that nobody holds."""
    left: list[Path] = []
    with suppress(OSError), os.scandir(folder) as entries:
        left += [Path(entry.path) for entry in entries if ours.fullmatch(entry.name)]
    for path in left:
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(descriptor)


class _Staged(NamedTuple):
    path: Path
    """As the user wrote it."""
    target: Path
    """Where that leads."""
    content: _Waiting


def _stage(contents: Mapping[Path, bytes]) -> tuple[list[_Staged], OutputError | None]:
    """Get the files of a group ready, or none of them."""
    group: list[_Staged] = []
    with ExitStack() as discarded:
        try:
            for path, data in contents.items():
                with _errors_of(path, contents):
                    target, mode = _target(path)
                    content = _Waiting(target.parent)
                    discarded.callback(content.discard)  # first, so that nothing can leave it behind
                    content.fill(data, mode)
                group.append(_Staged(path, target, content))
        except OutputError as error:
            return [], error  # and the room it took is for the others
        discarded.pop_all()
    return group, None


def _publish_group(group: Sequence[_Staged]) -> OutputError | None:
    """Let the files of a group take their places, or none of them."""
    paths = [each.path for each in group]
    with ExitStack() as put_back:

        def put_back_unless_done(target: Path, before: bytes | None) -> None:
            # A signal may end the program when the last file has taken its place: then all have, and stay.
            if not group[-1].content.is_at(group[-1].target):
                _put_back(target, before)

        try:
            for each in group:
                with _errors_of(each.path, paths):
                    if each is not group[-1]:
                        put_back.callback(put_back_unless_done, each.target, _bytes_at(each.target))
                    each.content.take(each.target)
                _sync_folder(each.target.parent)
        except OutputError as error:
            for each in group:
                each.content.discard()  # a full disk has room again for what is put back
            return error
        put_back.pop_all()
    return None


def _bytes_at(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _put_back(path: Path, before: bytes | None) -> None:
    """Restore a file, as far as that is possible."""
    with suppress(OSError):
        if _bytes_at(path) == before:
            return
        if before is None:
            path.unlink()
            return
        content = _Waiting(path.parent)
        try:
            content.fill(before, stat.S_IMODE(path.stat().st_mode))
            content.take(path)
        finally:
            content.discard()


@contextmanager
def _errors_of(path: Path, group: Iterable[Path]) -> Iterator[None]:
    """Turn an error into one that names the file that could not be written, and the files left out because of it."""
    others = [str(other) for other in group if other != path]
    belongs = "which belongs to it, is unchanged" if len(others) == 1 else "which belong to it, are unchanged"
    hint = f"{' and '.join(others)}, {belongs}" if others else ""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}", hint=hint) from error
    except OutputError as error:
        raise OutputError(error.message, hint=error.hint or hint) from error


def _target(path: Path) -> tuple[Path, int | None]:
    """Follow symlinks, make the folder; return the real place and the mode of the file there, if any.

    A link is followed inside the folder that the user named: that of the project (the current one) for what is below
    it, else the file's own. A bank from elsewhere may have one that leads to any file of the user's.
    """
    target = Path(os.path.realpath(path))
    named = Path.cwd() if Path(os.path.abspath(path)).is_relative_to(Path.cwd()) else path.parent  # noqa: PTH100
    if not target.is_relative_to(os.path.realpath(named)):
        raise OutputError(
            f"{path}: cannot be written: a link leads to {target}, outside {named}",
            hint=f"to write there, name that place: {target}",
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{path}: cannot be written: {path.parent} is not a folder") from None
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target, None
    if _only_takes_new_files(target.parent):
        raise OutputError(
            f"{path}: cannot be written: its folder is append-only, and a file of this name is there",
            hint="choose another folder with --out, or: sudo chattr -a FOLDER",
        )
    if stat.S_ISDIR(mode):
        raise OutputError(f"{path}: cannot be written: a folder of this name is there")
    if not stat.S_ISREG(mode):
        raise OutputError(f"{path}: cannot be written: it is not an ordinary file")
    return target, stat.S_IMODE(mode)


_GET_FLAGS, _APPEND_ONLY = 0x80086601, 0x20
"""FS_IOC_GETFLAGS and FS_APPEND_FL of Linux (ioctl_iflags(2))."""


def _only_takes_new_files(folder: Path) -> bool:
    """Return whether a folder is append-only (`chattr +a`): nothing in it can be replaced, nor taken away again."""
    flags = bytearray(8)
    with suppress(OSError):  # the file system has no such flags
        descriptor = os.open(folder, os.O_RDONLY | os.O_NONBLOCK)
        try:
            fcntl.ioctl(descriptor, _GET_FLAGS, flags)
        finally:
            os.close(descriptor)
    return bool(int.from_bytes(flags, sys.byteorder) & _APPEND_ONLY)


def _sync_folder(folder: Path) -> None:
    """Make the new names last through a power cut, where the system can: the files are in place already."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
