"""The zip of a bundle, both ways: files ↔ bytes.

    files → pack() → zip → unpack() → files, all of them as the manifest lists them

Files are stored, not deflated: most are packed already, nothing can unfold to more than it is, and the same files are
the same zip on every machine.
"""

from __future__ import annotations

import json
import stat
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from io import BytesIO
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from qexport.common.errors import InputRefused, Location, Problem
from qexport.common.files import is_name
from qexport.common.formats import BUNDLE_FORMAT
from qexport.common.limits import USUAL, Limits
from qexport.common.text_input import quote

"""The form of a bundle, in its manifest."""

MANIFEST = "manifest.json"


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return the zip of these files: the same wherever and whenever it is made."""
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        for path, data in sorted(files.items()):
            entry = ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.compress_type = ZIP_STORED
            archive.writestr(entry, data)
    return buffer.getvalue()


def unpack(data: bytes, path: str, limits: Limits = USUAL) -> dict[str, bytes]:
    """Return the files of a bundle, or refuse it with all that is wrong; nothing is written to a disk."""
    files = _members(data, path, limits)
    problems = list(_untrue(files))
    if not problems and pack(files) != data:
        problems.append(_where_other(data, pack(files)))
    if problems:
        raise refuse_bundle(path, problems)
    return files


_GET_AGAIN = "get the file again from where it was published"


def _members(data: bytes, path: str, limits: Limits) -> dict[str, bytes]:
    """Read what is in a zip, no more bytes of it than the file itself has."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > limits.bundle_files:
                message = (
                    f"{path}: {len(entries):,} files in it, and a bundle has at most {limits.bundle_files:,}"
                )
                raise limits.make_error("bundle-files", message)
            if problems := list(_unlike_a_bundle(entries, len(data))):
                raise refuse_bundle(path, problems)
            files: dict[str, bytes] = {}
            for entry in entries:
                try:
                    with archive.open(entry) as file:
                        files[entry.filename] = file.read(len(data) + 1)
                except (BadZipFile, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
                    problems.append(f"{quote(entry.filename)} is damaged")
    except (BadZipFile, EOFError, OSError, ValueError, NotImplementedError, OverflowError) as error:
        raise refuse_bundle(path, ["not a zip, or a damaged or truncated one"]) from error
    if problems:
        raise refuse_bundle(path, problems)
    return files


def _unlike_a_bundle(entries: Sequence[ZipInfo], size: int) -> Iterable[str]:
    """Yield why entries should not even be read."""
    total = sum(entry.file_size for entry in entries)
    if total > size:
        yield f"it claims to hold {total:,} bytes, and has {size:,}: a bundle's files are stored, not packed"
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if not _is_path_inside(name) or entry.orig_filename != name:
            yield f"the path {quote(entry.orig_filename)} is outside the bundle, or is not a valid path on every system"
        elif stat.S_ISLNK(entry.external_attr >> 16):
            yield f"{quote(name)} is a link, not a file"
        elif entry.flag_bits & 1 or entry.compress_type != ZIP_STORED:
            yield f"{quote(name)} is packed or encrypted: a bundle's files are stored as they are"
        if (folded := unicodedata.normalize("NFC", name).casefold()) in seen:
            yield f"{quote(name)} is in it twice"
        seen.add(folded)
    folders = {name[:at] for name in seen for at, letter in enumerate(name) if letter == "/"}
    for name in sorted(seen & folders):
        yield f"{quote(name)} is a file and a folder in it"


LONGEST_PATH = 240
"""Bytes: Windows takes 260 characters, with the folder a bundle is unpacked in."""


def _is_path_inside(name: str) -> bool:
    """Return whether a path means a file below the folder it is unpacked in, on every system.

    It holds no control or format character either: one that turns text round shows another ending.
    """
    parts = name.split("/")
    seen = all(unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co", "Cn") for letter in name)
    return (
        seen
        and "\\" not in name
        and len(name.encode()) <= LONGEST_PATH
        and all(part not in ("", ".", "..") and is_name(part) for part in parts)
    )


def _untrue(files: Mapping[str, bytes]) -> Iterable[str]:
    """Yield what in the files is not as the manifest says."""
    if MANIFEST not in files:
        yield f"no {MANIFEST} in it: not a bundle of qexport"
        return
    listed = load_manifest(files)
    hashes = listed.get("files") if isinstance(listed, dict) else None
    if not isinstance(listed, dict) or not isinstance(hashes, dict):
        yield f"its {MANIFEST} is not that of a bundle"
        return
    if listed.get("format") != BUNDLE_FORMAT:
        yield f"its format is {quote(str(listed.get('format')))}, and this qexport knows {BUNDLE_FORMAT}"
        return
    for name in sorted({*files, *map(str, hashes)} - {MANIFEST}):
        if name not in files:
            yield f"{quote(name)} is missing"
        elif name not in hashes:
            yield f"{quote(name)} is not in the manifest"
        elif hashes[name] != {"sha256": sha256(files[name]).hexdigest(), "size": len(files[name])}:
            yield f"{quote(name)} is not what the manifest says: its hash is another"


def load_manifest(files: Mapping[str, bytes]) -> object:
    """Return what the manifest says, unchecked; None if it is not JSON."""
    try:
        said = json.loads(files[MANIFEST].decode())
        json.dumps(said, ensure_ascii=False).encode()  # half a pair, as \ud800, could not be written again
    except (ValueError, RecursionError):
        return None
    return said


def _where_other(data: bytes, right: bytes) -> str:
    """Return where a zip differs from what `pack` writes: something is in it beside its files."""
    if data.startswith(right):
        return f"{len(data) - len(right):,} bytes too many at its end"
    shorter = min(len(data), len(right))
    at = next((index for index in range(shorter) if data[index] != right[index]), shorter)
    return f"damaged at byte {at:,}: there is something beside its files, or an entry of another kind"


def refuse_bundle(path: str, complaints: Iterable[str]) -> InputRefused:
    """Return the error for a bundle with these complaints."""
    return InputRefused(tuple(Problem(Location(path), complaint, _GET_AGAIN) for complaint in complaints))
