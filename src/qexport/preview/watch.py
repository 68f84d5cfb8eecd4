"""What changed in some folders: files by name, time and size, looked at again and again.

Looking is chosen over being notified: editors that write beside and rename replace the file one would listen to, and
network folders and containers send no notices. A library (watchfiles, MIT) would save a hundredth of a second and
bring a binary.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from qexport.common.errors import UsageError

INTERVAL = 0.01
"""Seconds between two looks, at least."""
REST = 20
"""Times that a look takes: waited after it, too, so that many files do not keep a processor busy."""
SETTLED = 0.02
"""Seconds in which nothing more changes: an editor may write a file in two steps."""
MOST_FILES = 20_000
"""Files that are looked at; a folder with more of them is not one of a bank."""
_IGNORED_FOLDERS = frozenset(["__pycache__", "node_modules"])
_WRITTEN = (".lock.json", ".history.jsonl")
"""Endings of what a build itself writes beside a bank."""

FileStates = Mapping[str, tuple[int, int, int]]
"""The time of change in nanoseconds, the size and the number of each file."""


def look(places: Iterable[Path], without: Iterable[Path] = ()) -> FileStates:
    """Return what is in these files and folders, those inside them too; hidden ones are left out.

    Args:
        places: files and folders.
        without: folders that are left out, such as that of the outputs.

    Raises:
        UsageError: there are more than `MOST_FILES` files.
    """
    seen: dict[str, tuple[int, int, int]] = {}
    waiting = [str(place) for place in places]
    left_out = {os.path.realpath(place) for place in without}
    while waiting:
        place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    if entry.name.startswith(".") or entry.name in _IGNORED_FOLDERS:
                        continue
                    if entry.name.endswith(_WRITTEN):
                        continue
                    is_folder = entry.is_dir(follow_symlinks=False)
                    if (is_folder or entry.is_symlink()) and os.path.realpath(entry.path) in left_out:
                        continue
                    if is_folder:
                        waiting.append(entry.path)
                    else:
                        _record_state(entry.path, seen)
        except NotADirectoryError:
            _record_state(place, seen)
        except OSError:  # it went while it was looked at
            continue
        if len(seen) > MOST_FILES:
            raise UsageError(
                f"more than {MOST_FILES:,} files to watch", hint="put the bank into a folder of its own"
            )
    return seen


def _record_state(path: str, seen: dict[str, tuple[int, int, int]]) -> None:
    try:
        found = Path(path).stat()
    except OSError:
        return
    seen[path] = (found.st_mtime_ns, found.st_size, found.st_ino)


def with_written(before: FileStates, now: FileStates, written: Iterable[Path]) -> FileStates:
    """Return what there was before a build, with the files that the build wrote as they are now."""
    own = {os.path.realpath(path) for path in written}
    changed = {path: state for path, state in now.items() if before.get(path) != state}
    return {**before, **{path: state for path, state in changed.items() if os.path.realpath(path) in own}}


def wait_for_change(
    places: Iterable[Path],
    before: FileStates,
    without: Iterable[Path] = (),
    *,
    ended: Callable[[], bool] = lambda: False,
) -> FileStates:
    """Wait until something changed and stays as it is for a moment; return what there is then.

    Args:
        places: files and folders to watch; one that is not there yet may come.
        before: what there was.
        without: folders that are left out.
        ended: asked at each look; if true, `before` is returned.
    """
    watched, left_out = list(places), list(without)
    took = 0.0
    while not ended():
        time.sleep(max(INTERVAL, REST * took))
        began = time.perf_counter()
        now = look(watched, left_out)
        took = time.perf_counter() - began
        if now != before:
            while (later := _look_later(watched, left_out)) != now:
                now = later
            return now
    return before


def _look_later(places: Iterable[Path], without: Iterable[Path]) -> FileStates:
    time.sleep(SETTLED)
    return look(places, without)


def places_of(bank: Path, theme: str, recipes: Path | None) -> tuple[Path, ...]:
    """Return what a build depends on: the folder of the bank with its pictures, the theme's, and the recipes.

    Args:
        bank: a file or a folder.
        theme: a name or a folder; empty: the usual one.
        recipes: the file of recipes, if there is one.
    """
    folder = bank if bank.is_dir() else bank.parent
    own_theme = (
        [Path(theme)] if theme and Path(theme).is_dir() else []
    )  # without a name it would be this folder
    return tuple(dict.fromkeys([folder, *own_theme, *([recipes] if recipes else [])]))
