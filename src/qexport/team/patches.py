"""Changed files → one patch that `git apply` takes."""

from __future__ import annotations

import zlib
from base64 import b85encode
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from hashlib import sha1
from pathlib import Path

from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import read_data


def write_patch(changes: Mapping[Path, bytes], limits: Limits = USUAL) -> str:
    """Return what makes some files of the files that are there, to be applied in this folder.

    Args:
        changes: New contents by path: texts, and pictures.
        limits: How large a file may be.
    """
    parts = []
    for path, data in sorted(changes.items()):
        before = read_data(path, limits=limits) if path.exists() else None
        parts += list(
            _text_part(path, before, data) if before is not None else _binary_part(path, None, data)
        )
    return "".join(parts)


def _text_part(path: Path, old: bytes, data: bytes) -> Iterator[str]:
    try:
        before, after = (_lines(text.decode()) for text in (old, data))
    except UnicodeDecodeError:
        yield from _binary_part(path, old, data)
        return
    name = path.as_posix() + ("\t" if " " in path.as_posix() else "")
    for line in unified_diff(before, after, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def _lines(text: str) -> list[str]:
    """Return the lines as git counts them: only a line feed ends one."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop().removesuffix("\n")
    return [*lines, last] if last else lines


def _binary_part(path: Path, old: bytes | None, data: bytes) -> Iterator[str]:
    """Yield a file as git writes those that are no texts: packed, and in letters (gitformat-pack, git-diff)."""
    name = (_above() / path).as_posix()
    yield f"diff --git a/{name} b/{name}\n"
    if old is not None:
        yield f"index {_object_name(old)}..{_object_name(data)} 100644\n"
    else:
        yield f"new file mode 100644\nindex {'0' * 40}..{_object_name(data)}\n"
    yield f"GIT binary patch\nliteral {len(data)}\n"
    packed = zlib.compress(data, 9)
    for start in range(0, len(packed), 52):
        piece = packed[start : start + 52]
        length = chr(ord("A") + len(piece) - 1) if len(piece) <= 26 else chr(ord("a") + len(piece) - 27)
        yield f"{length}{b85encode(piece, pad=True).decode()}\n"
    yield "\n"


def _above() -> Path:
    """Return the path of this folder from the top of its repository: such parts of a patch are named from there."""
    here = Path.cwd()
    top = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    return here.relative_to(top)


def _object_name(data: bytes) -> str:
    return sha1(b"blob %d\0%b" % (len(data), data), usedforsecurity=False).hexdigest()
