"""Files → an EPUB container (OCF): a zip whose first file says what it is, the same whenever it is made."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

MEDIA_TYPE = "application/epub+zip"
EPUB_COMPRESSION = 9
_STORED = (".png", ".jpeg", ".jpg", ".gif", ".webp")
"""Endings of what is packed already."""


def container_of(files: Mapping[str, bytes]) -> bytes:
    """Return a container with these files by their paths, in the order of the paths.

    `mimetype` comes first, neither deflated nor with anything else in its header, as OCF asks (EPUB 3.3, 4.2.2).
    """
    buffer = BytesIO()
    with ZipFile(buffer, "w") as archive:
        archive.writestr(_make_member("mimetype", ZIP_STORED), MEDIA_TYPE)
        for path, data in sorted(files.items()):
            method = ZIP_STORED if path.endswith(_STORED) else ZIP_DEFLATED
            archive.writestr(_make_member(path, method), data, compresslevel=EPUB_COMPRESSION)
    return buffer.getvalue()


def _make_member(path: str, method: int) -> ZipInfo:
    entry = ZipInfo(path, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = method
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    return entry
