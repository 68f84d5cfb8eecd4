"""versions: what an output depends on beside what it is made from."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from qexport.common.versions import find_installed, versions


def test_the_engine_is_told_by_the_folder_of_its_metadata() -> None:
    assert find_installed(["weasyprint"]) == {"weasyprint": f"weasyprint-{version('weasyprint')}.dist-info"}


def test_the_first_place_on_the_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place, folder in (
        ("one", "Foo_Bar-1.0.dist-info"),
        ("two", "foo_bar-2.0.dist-info"),
        ("two", "old-3.egg-info"),
    ):
        (tmp_path / place / folder).mkdir(parents=True)
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(sys, "path", [str(tmp_path / name) for name in ("absent", "file", "one", "two")])
    assert find_installed(["foo-bar", "old", "nowhere"]) == {
        "foo-bar": "Foo_Bar-1.0.dist-info",
        "old": "old-3.egg-info",
        "nowhere": "none",
    }


def test_what_is_installed_in_another_way_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathlib.Path.iterdir", lambda _: iter(()))
    monkeypatch.setattr("qexport.common.versions._find_version", lambda package: f"{package} as it says")
    assert find_installed(["weasyprint"]) == {"weasyprint": "weasyprint as it says"}


def test_what_is_not_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qexport.common.versions.PACKAGES", ("WeasyPrint", "no such package"))
    found = versions()
    assert (found["WeasyPrint"], found["no such package"]) == (version("weasyprint"), "none")
