"""The pictures and sounds of a package, old or new, by their names.

zip → media: JSON of old packages, zstandard and protobuf of today's → a file's name → its bytes
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from qexport.anki.package_file import read_message, refuse_package, unpack_zstandard
from qexport.common.limits import USUAL, Limits

_ZSTANDARD = b"\x28\xb5\x2f\xfd"


def read_media(
    package: bytes, path: str, names: Iterable[str], limits: Limits = USUAL
) -> Mapping[str, bytes]:
    """Return the files of these names, as far as the package has them.

    Args:
        package: The bytes of an .apkg or .colpkg.
        path: For errors.
        names: As the notes name them.
        limits: `picture` of each file, `deck` of all.

    Raises:
        InputRefused: the list of files cannot be read.
        LimitExceeded: a file is larger than the limit of pictures, or all are larger than that of decks.
    """
    wanted = set(names)
    found: dict[str, bytes] = {}
    left = limits.deck
    try:
        with ZipFile(BytesIO(package)) as archive:
            listed = _read_media_list(archive, path, limits)
            for name in sorted(wanted & set(listed)):
                data = _member(archive, listed[name], limits.picture, path)
                if len(data) > limits.picture:
                    raise limits.make_error(
                        "picture", f"{path}: {name} is larger than {limits.show('picture')}"
                    )
                left -= len(data)
                if left < 0:
                    raise limits.make_error("deck", f"{path}: its files are more than {limits.show('deck')}")
                found[name] = data
    except (BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error) as error:
        raise refuse_package(path, "it is not an Anki package: not a zip, or a damaged one") from error
    return found


def _member(archive: ZipFile, name: str, most: int, path: str) -> bytes:
    try:
        with archive.open(name) as file:
            data = file.read(most + 1)
    except KeyError:
        return b""
    return unpack_zstandard(data, most, path) if data.startswith(_ZSTANDARD) else data


def _read_media_list(archive: ZipFile, path: str, limits: Limits) -> dict[str, str]:
    """Return the members of the zip by the names of the files that they are."""
    if "media" not in archive.namelist():
        return {}
    data = _member(archive, "media", limits.file, path)
    try:
        if data.startswith(b"{"):
            return {str(name): str(member) for member, name in json.loads(data).items()}
        return {name: str(number) for number, name in enumerate(_read_media_names(data)) if name}
    except (ValueError, IndexError, AttributeError, RecursionError) as error:
        raise refuse_package(path, "its list of pictures is damaged") from error


def _read_media_names(data: bytes) -> Iterator[str]:
    """Yield the names in today's list of files: each an entry (field 1) that has its name in field 1."""
    at = 0
    while at < len(data):
        if data[at] != 0x0A:
            raise ValueError("not a list of files")
        at += 1
        length = shift = 0
        while True:
            byte = data[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        name = read_message(data[at : at + length]).get(1, b"")
        yield name.decode() if isinstance(name, bytes) else ""
        at += length
