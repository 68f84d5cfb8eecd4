"""What the real LibreOffice writes comes in as it shows it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from qexport.importers.session import import_files

ROWS = 'question,answer,number\n"What is ""x"", y?",3.10,007\nWhy?,"Line one\nline two",1e5\n'


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table as LibreOffice saves it: a workbook, and CSV with semicolons."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("this machine has no LibreOffice")
    folder = tmp_path_factory.mktemp("office")
    (folder / "q.csv").write_text(ROWS, encoding="utf-8")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    csv = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false"
    for kind, target, given in (("xlsx", ".", "q.csv"), (csv, "semicolons", "q.xlsx")):
        words = [office, "--headless", profile, "--convert-to", kind, "--outdir", target, given]
        subprocess.run(words, cwd=folder, check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.parametrize("name", ["q.xlsx", "semicolons/q.csv"])
def test_a_table_from_libreoffice_comes_in(converted: Path, tmp_path: Path, name: str) -> None:
    session = import_files([converted / name], tmp_path / "b.yaml")
    assert [(each.question, each.answer) for each in session.merge.new] == [
        ('What is "x", y?', "3.1"),  # LibreOffice itself made a number of 3.10
        ("Why?", "Line one\nline two"),
    ]
