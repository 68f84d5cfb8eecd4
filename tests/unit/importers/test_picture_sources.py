"""Pictures beside a source come along with it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest

from qexport.choosing import read_bank
from qexport.importers.session import import_files, write_session
from qexport.importers.source import Wishes

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
PICTURED = """# Birds

## Q1: What is a wing?
A limb: ![a wing](img/wing%201.png) and `![no](img/code.png)`.

```
![no](img/code.png)
```

## Q2: What is a beak?
![beak](../beak.png "title") ![gone](gone.png) ![far](https://example.org/x.png) ![text](text.png)

## Q3: Why both?
![[deep one.png]]
"""


def pictured(folder: Path) -> Path:
    notes = folder / "vault" / "notes"
    (notes / "img").mkdir(parents=True)
    (folder / "vault" / "attic").mkdir()
    (notes / "birds.md").write_text(PICTURED)
    (notes / "text.png").write_text("not a picture")
    for name in ("notes/img/wing 1.png", "notes/img/code.png", "beak.png", "attic/deep one.png"):
        (folder / "vault" / name).write_bytes(PNG)
    (folder / "gone.png").write_bytes(PNG)
    return folder / "vault"


@pytest.mark.parametrize("is_zip", [False, True])
def test_pictures_beside_markdown_come_along(folder: Path, is_zip: bool) -> None:
    source = pictured(folder)
    if is_zip:
        inner = shutil.make_archive("inner", "zip", source)
        with zipfile.ZipFile("outer.zip", "w") as outer:
            outer.write(inner, "Part-1.zip")
        source = Path("outer.zip")
    (folder / "bank").mkdir()
    session = import_files([source], folder / "bank" / "b.yaml")
    write_session(session)
    answers = [each.answer for each in read_bank(folder / "bank" / "b.yaml")[0].questions]
    written = sorted(path.name for path in (folder / "bank" / "pictures").iterdir())
    names = {name.rsplit("-", 1)[0]: f"pictures/{name}" for name in written}
    assert answers[0].startswith(f"A limb: ![a wing]({names['wing-1']}) and `![no](img/code.png)`.")
    assert "![no](img/code.png)\n```" in answers[0]
    assert answers[1] == (
        f'![beak]({names["beak"]} "title") ![gone](gone.png) ![far](https://example.org/x.png) ![text](text.png)'
    )
    assert [problem.message for problem in session.left_aside] == [
        "the picture 'gone.png' is not beside the file, nor below its folder",
        "'text.png' is not a PNG, JPEG, GIF, WebP or SVG: not brought along",
        *(["the picture 'deep%20one.png' is not beside the file, nor below its folder"] if is_zip else []),
    ]
    assert set(names) == {"wing-1", "beak"} | (set() if is_zip else {"deep-one"})
    again = import_files([source], folder / "bank" / "b.yaml")
    assert again.contents == {}


def test_pictures_in_the_banks_folder_stay_where_they_are(folder: Path) -> None:
    pictured(folder)
    write_session(import_files([folder / "vault"], folder / "b.yaml"))
    assert "![a wing](<vault/notes/img/wing 1.png>)" in (folder / "b.yaml").read_text()
    assert not (folder / "pictures").exists()


def test_a_picture_outside_of_what_was_named_is_not_read(folder: Path) -> None:
    pictured(folder)
    (folder / "bank").mkdir()
    session = import_files([folder / "vault" / "notes" / "birds.md"], folder / "bank" / "b.yaml")
    assert "the picture '../beak.png' is not beside the file, nor below its folder" in [
        problem.message for problem in session.left_aside
    ]


def test_what_looks_like_a_picture_in_a_name_is_none(folder: Path) -> None:
    (folder / "b.csv").write_text("Question,Answer,Level,Tags\nIs it?,**Yes**.,![](0),![](1)\n", "utf-8")
    session = import_files([Path("b.csv")], folder / "b.yaml", Wishes(markup="markdown"))
    assert session.left_aside == ()
    write_session(session)
    (question,) = read_bank(folder / "b.yaml")[0].questions
    assert (question.level, question.markup) == ("![](0)", "markdown")
