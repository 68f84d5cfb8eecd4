"""What docs/architecture.md says of a new paper, output and importer, done in a copy: each is one or two files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

POSTER = '''"""A poster: all questions, one a line."""

from __future__ import annotations

from qexport.bank.lock import Edition
from qexport.outputs.declaration import Output, option
from qexport.outputs.document import Document, Tools
from qexport.outputs.options import CommonOptions


class PosterOptions(CommonOptions, frozen=True, kw_only=True):
    bullet: str = option("-", "What each line begins with.", group="Poster")


OUTPUT = Output(
    name="poster",
    summary="all questions on one large sheet (text)",
    module="qexport.outputs.poster",
    options=PosterOptions,
    endings=lambda options: ("-poster.txt",),
    also_called=("placard",),
    lays_out_pages=False,
)


def render(edition: Edition, options: PosterOptions, _tools: Tools) -> Document:
    lines = "".join(f"{options.bullet} {question.question}\\n" for question in edition.questions)
    return Document(suffix="-poster.txt", data=lines.encode(), summary="1 poster")
'''

FLASH = '''"""Questions as `Q: …` and `A: …`, two lines each."""

from __future__ import annotations

from qexport.common.errors import Location
from qexport.importers.source import Found, Reading, Source


def parse(source: Source) -> Reading:
    """Read pairs of lines."""
    lines = source.text.splitlines()
    found = [
        Found(location=Location(source.path, at + 1), fields={"question": one[3:], "answer": other[3:]})
        for at, (one, other) in enumerate(zip(lines, lines[1:]))
        if one.startswith("Q: ") and other.startswith("A: ")
    ]
    return Reading(shape="questions and answers", questions=tuple(found))
'''


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("src", "templates"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(tmp_path)
    Path("notes.txt").write_text("Q: What is a slice?\nA: A view.\n")
    Path("bank.yaml").write_text(
        "title: Go\nnamespace: go\nquestions:\n- {id: a, question: What is a slice?, answer: A view.}\n"
    )
    return tmp_path / "src" / "qexport"


def changed(source: Path) -> list[str]:
    """Return the files of the copy that are not as they are in the checkout."""
    ours = ROOT / "src" / "qexport"
    return sorted(
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if not (other := ours / path.relative_to(source)).is_file() or other.read_bytes() != path.read_bytes()
    )


def run(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "qexport", *words],
        env={**os.environ, "PYTHONPATH": str(Path("src").resolve()), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def insert(path: Path, before: str, line: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, line + before), "utf-8")


def test_a_paper_is_one_entry_of_one_table(copy: Path) -> None:
    a5 = (copy / "outputs/paper.py").read_text("utf-8").split('    "a5": Paper(')[1].split("\n    ),\n")[0]
    b5 = f'    "b5": Paper({a5}\n    ),\n'.replace("width=148", "width=176").replace(
        "height=210", "height=250"
    )
    insert(copy / "outputs/paper.py", '    "a5": Paper(', b5)
    assert changed(copy) == ["outputs/paper.py"]
    assert "b5" in run("build", "--help")
    assert "out/go.pdf" in run("build", "--bank", "bank.yaml", "--format", "handbook", "--paper", "b5")


def test_an_output_is_one_package_and_one_line(copy: Path) -> None:
    (copy / "outputs/poster.py").write_text(POSTER)
    insert(
        copy / "outputs/registry.py", '    "qexport.outputs.web_page",\n', '    "qexport.outputs.poster",\n'
    )
    assert changed(copy) == ["outputs/poster.py", "outputs/registry.py"]
    run("build", "--bank", "bank.yaml", "--format", "poster", "--format", "web", "--bullet", "*")
    assert Path("out/go-poster.txt").read_text() == "* What is a slice?\n"
    link = '<li><a href="go-poster.txt" download>Poster <small>TXT</small></a></li>'
    assert Path("out/go.html").read_text().count(link) == 1


def test_an_importer_is_one_module_and_one_line(copy: Path) -> None:
    (copy / "importers/question_lines.py").write_text(FLASH)
    insert(
        copy / "importers/registry.py",
        '    Shape("gift", ',
        '    Shape("qa", "Q and A", "question_lines", lambda source: source.text.startswith("Q: "), ".qa"),\n',
    )
    assert changed(copy) == ["importers/question_lines.py", "importers/registry.py"]
    Path("notes").mkdir()
    Path("notes.txt").rename("notes/go.qa")
    run("import", "notes", "-o", "new.yaml")
    assert "question: What is a slice?" in Path("new.yaml").read_text()
    run("build", "notes/go.qa", "--format", "web")
    assert "question: What is a slice?" in Path("out/go.yaml").read_text()
