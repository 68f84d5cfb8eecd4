"""The zip of a bundle."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from qexport.common.errors import InputRefused
from qexport.common.formats import BUNDLE_FORMAT
from qexport.team.bundle_archive import MANIFEST, load_manifest, pack, unpack


def bundle(files: dict[str, bytes]) -> dict[str, bytes]:
    listed = {path: {"sha256": sha256(data).hexdigest(), "size": len(data)} for path, data in files.items()}
    return {**files, MANIFEST: json.dumps({"format": BUNDLE_FORMAT, "files": listed}).encode()}


def complaints(data: bytes) -> list[str]:
    with pytest.raises(InputRefused) as caught:
        unpack(data, "t.zip")
    return [each.message for each in caught.value.problems]


def test_what_is_packed_comes_back_and_the_order_of_files_does_not_matter() -> None:
    files = bundle({"a/b.txt": b"1", "c.txt": b"2"})
    assert unpack(pack(files), "t.zip") == files
    assert pack(dict(reversed(files.items()))) == pack(files)


def test_a_changed_byte_is_found() -> None:
    files = bundle({"a.txt": b"1"})
    assert complaints(pack({**files, "a.txt": b"2"})) == [
        "'a.txt' is not what the manifest says: its hash is another"
    ]
    assert complaints(pack({**files, "b.txt": b"2"})) == ["'b.txt' is not in the manifest"]


def test_bytes_beside_the_files_are_found() -> None:
    assert complaints(pack(bundle({"a.txt": b"1"})) + b"x")


def test_another_zip_is_no_bundle() -> None:
    assert complaints(pack({"a.txt": b"1"})) == [f"no {MANIFEST} in it: not a bundle of qexport"]
    assert complaints(b"PK") == ["not a zip, or a damaged or truncated one"]
    assert load_manifest({MANIFEST: b"{"}) is None
