"""pipeline: the order of the stages, and that a build is whole or has not been."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from qexport import choosing, pipeline
from qexport.anki import notes
from qexport.bank import reader
from qexport.bank.lock import Edition
from qexport.bank.lock_place import lock_path
from qexport.bank.selection import Filters
from qexport.common.errors import InputRefused, NothingSelected, OutputError, UsageError
from qexport.outputs.document import Document, Tools
from qexport.outputs.options import CommonOptions
from qexport.outputs.registry import OUTPUTS, output_named
from qexport.pipeline import export, export_all
from qexport.recipe import Recipe

BANK = """\
title: Questions & Answers
namespace: tests
questions:
  - {id: PY-1, question: What is a list?, answer: A sequence., technology: Python, difficulty: 3}
  - {id: PY-2, question: What is a set?, answer: No sequence., technology: Python, difficulty: 5}
  - {id: GO-1, question: What is a slice?, answer: A view., technology: Go, difficulty: 5}
"""


class Stub:
    """An output; one that makes nothing fails."""

    options = CommonOptions
    lays_out_pages = True
    needs_lock = False
    names_pages = False

    def __init__(self, name: str) -> None:
        self.name = name

    def endings(self, _: CommonOptions) -> tuple[str, ...]:
        return (f"-{self.name}",)

    def load(self) -> Any:
        return self.render

    def render(self, *_: Any) -> Document:
        raise OutputError("the pen is dry")


class Telling(Stub):
    """An output whose documents say what they were made of."""

    def __init__(self, name: str, suffix: str) -> None:
        super().__init__(name)
        self.suffix = suffix
        self.needs_lock = name == "deck"
        self.names_pages = name == "handbook"

    def render(self, edition: Edition, _: CommonOptions, tools: Tools) -> Document:
        ids = " ".join(question.id for question in edition.questions)
        tools.scheduler.progress(1, 2)
        return Document(self.suffix, f"{edition.title} | {edition.scope} | {ids}".encode(), "7 leaves")


@pytest.fixture(autouse=True)
def in_a_folder_with_a_bank(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("bank.yaml").write_text(BANK)


@pytest.fixture(autouse=True)
def stubs(monkeypatch: pytest.MonkeyPatch) -> dict[str, Stub]:
    outputs: dict[str, Stub] = {
        "handbook": Telling("handbook", ".pdf"),
        "deck": Telling("deck", ".apkg"),
        "failing": Stub("failing"),
    }
    monkeypatch.setattr(pipeline, "output_named", outputs.__getitem__)
    return outputs


def recipe(
    bank: str = "bank.yaml", outputs: tuple[str, ...] = ("handbook", "deck"), **more: object
) -> Recipe:
    return Recipe(bank=Path(bank), outputs=outputs, **more)  # type: ignore[arg-type]


def files() -> dict[str, str]:
    return {str(path): path.read_text() for path in sorted(Path().rglob("*")) if path.is_file()}


def written() -> dict[str, str]:
    """All files but the bank and its lock."""
    return {path: text for path, text in files().items() if path.startswith("out/")}


def test_every_output_holds_the_same_questions_under_the_banks_title() -> None:
    build = export(recipe(filters=Filters(technology=("Python",))), now=1_000)
    assert written() == {
        "out/questions-answers.pdf": "Questions & Answers | Python | PY-1 PY-2",
        "out/questions-answers.apkg": "Questions & Answers | Python | PY-1 PY-2",
    }
    assert [(each.name, str(each.path), each.document.summary) for each in build.outputs] == [
        ("handbook", "out/questions-answers.pdf", "7 leaves"),
        ("deck", "out/questions-answers.apkg", "7 leaves"),
    ]


def test_a_document_may_bring_others_which_lie_beside_it(stubs: dict[str, Stub]) -> None:
    class Quiz(Stub):
        def render(self, *_: object) -> Document:
            return Document(
                ".pdf", b"What?", "1 leaf", beside=(Document("-answers.pdf", b"That.", "2 leaves"),)
            )

    stubs["quiz"] = Quiz("quiz")
    build = export(recipe(outputs=("quiz",)), now=1_000)
    assert written() == {
        "out/questions-answers.pdf": "What?",
        "out/questions-answers-answers.pdf": "That.",
    }
    assert [(each.name, each.document.summary) for each in build.outputs] == [
        ("quiz", "1 leaf"),
        ("quiz", "2 leaves"),
    ]


def test_the_file_of_an_earlier_build_is_read_in_its_folder_alone(stubs: dict[str, Stub]) -> None:
    read: list[bytes] = []

    class Taking(Stub):
        def render(self, *arguments: Any) -> Document:
            read.append(arguments[-1].earlier(".pdf", 6))
            return Document(".pdf", b"made", "1 leaf")

    stubs["handbook"] = Taking("handbook")
    Path("elsewhere").mkdir()
    Path("elsewhere/a.pdf").write_text("secret")
    Path("out").mkdir()
    place = Path("out/questions-answers.pdf")
    place.symlink_to(Path("elsewhere/a.pdf").resolve())
    export(recipe(outputs=("handbook",)), now=1_000)
    place.unlink()
    place.write_text("before")
    export(recipe(outputs=("handbook",)), now=1_000)
    assert read == [b"", b"before"]


def test_other_documents_are_told_on_which_page_of_the_handbook_an_answer_is(
    stubs: dict[str, Stub],
) -> None:
    told: list[Mapping[str, int]] = []

    class Handbook(Stub):
        names_pages = True

        def render(self, *_: object) -> Document:
            return Document(".pdf", b"", "", folios={"PY-1": 7})

    class Sheet(Stub):
        def render(self, _edition: Edition, _options: object, tools: Tools) -> Document:
            told.append(tools.folios)
            return Document("-sheet.pdf", b"", "")

    stubs.update(handbook=Handbook("handbook"), sheet=Sheet("sheet"))
    export(recipe(outputs=("sheet", "handbook")), now=1_000)
    assert told == [{"PY-1": 7}]


def test_a_title_of_ones_own_names_the_files_too() -> None:
    export(recipe(title="For Monday", outputs=("handbook",)), now=1_000)
    assert written() == {"out/for-monday.pdf": "For Monday | All questions | PY-1 PY-2 GO-1"}


def test_a_title_of_ones_own_is_cleaned_like_a_text_of_the_bank() -> None:
    export(recipe(title=" For\x1f\udcff\n Monday\u202e", outputs=("handbook",)), now=1_000)
    assert written() == {"out/for-monday.pdf": "For\ufffd Monday | All questions | PY-1 PY-2 GO-1"}


def test_a_name_of_ones_own_is_taken_as_it_is() -> None:
    export(recipe(title="For Monday", file_name="My Book v1.2", out=Path("out/deep")), now=1_000)
    assert list(written()) == ["out/deep/My Book v1.2.apkg", "out/deep/My Book v1.2.pdf"]


@pytest.mark.parametrize("name", ["../up", "/etc/x", "a\\b", "..", "."])
def test_a_name_that_leads_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        export(recipe(file_name=name), now=1_000)
    assert (caught.value.message, caught.value.hint) == (
        f"{name!r} is not a file name",
        "name the folder with --out",
    )
    assert list(files()) == ["bank.yaml"]


def test_a_name_that_anki_takes_for_a_collection_is_refused() -> None:
    with pytest.raises(UsageError):
        export(recipe(title="Collection"), now=1_000)
    assert list(files()) == ["bank.yaml"]


def test_the_format_is_checked_before_the_bank_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    with pytest.raises(UsageError) as caught:
        export(recipe(bank="nowhere.yaml", outputs=("handbok",)), now=1_000)
    assert (caught.value.message, caught.value.hint) == (
        "no output 'handbok'",
        f"did you mean 'handbook'? known: {', '.join(OUTPUTS)}",
    )


def test_an_output_that_cannot_be_made_leaves_the_others_to_be() -> None:
    build = export(recipe(outputs=("failing", "handbook", "deck")), now=1_000)
    assert list(files()) == [
        "bank.history.jsonl",
        "bank.lock.json",
        "bank.yaml",
        "out/questions-answers.apkg",
        "out/questions-answers.pdf",
    ]
    assert [each.name for each in build.outputs] == ["handbook", "deck"]
    assert [(each.name, each.error.message) for each in build.failures] == [("failing", "the pen is dry")]


def test_an_output_that_cannot_be_written_leaves_the_others_to_be() -> None:
    Path("out/questions-answers.pdf").mkdir(parents=True)
    build = export(recipe(), now=1_000)
    assert list(files()) == [
        "bank.history.jsonl",
        "bank.lock.json",
        "bank.yaml",
        "out/questions-answers.apkg",
    ]
    assert [each.name for each in build.outputs] == ["deck"]
    assert [(each.name, each.error.message, each.error.hint) for each in build.failures] == [
        (
            "handbook",
            "out/questions-answers.pdf: cannot be written: a folder of this name is there",
            "",
        )
    ]


def test_the_documents_of_one_output_are_written_together_or_not_at_all(stubs: dict[str, Stub]) -> None:
    class Quiz(Stub):
        def render(self, *_: object) -> Document:
            return Document(".pdf", b"What?", "", beside=(Document("-answers.pdf", b"That.", ""),))

    stubs["handbook"] = Quiz("handbook")
    Path("out/questions-answers-answers.pdf").mkdir(parents=True)
    build = export(recipe(), now=1_000)
    assert list(written()) == ["out/questions-answers.apkg"]
    assert [(each.name, each.error.message, each.error.hint) for each in build.failures] == [
        (
            "handbook",
            "out/questions-answers-answers.pdf: cannot be written: a folder of this name is there",
            "out/questions-answers.pdf, which belongs to it, is unchanged",
        )
    ]


def test_a_bug_of_an_output_is_not_hidden_by_the_others(stubs: dict[str, Stub]) -> None:
    class Broken(Stub):
        def render(self, *_: object) -> Document:
            raise KeyError

    stubs["broken"] = Broken("broken")
    with pytest.raises(KeyError):
        export(recipe(outputs=("handbook", "broken")), now=1_000)
    assert list(files()) == ["bank.yaml"]


def test_nothing_is_written_when_nothing_is_selected() -> None:
    with pytest.raises(NothingSelected):
        export(recipe(filters=Filters(difficulty=("9",))), now=1_000)
    assert list(files()) == ["bank.yaml"]


def test_progress_names_each_stage() -> None:
    told: list[tuple[str, int, int]] = []
    export(recipe(), now=1_000, tell=lambda *what: told.append(what))
    assert told == [
        ("reading the bank", 0, 0),
        ("handbook", 0, 0),
        ("handbook", 1, 2),
        ("deck", 0, 0),
        ("deck", 1, 2),
        ("writing", 0, 0),
    ]


# --- the lock -----------------------------------------------------------------------------------------------


def test_a_deck_brings_the_lock_of_the_whole_bank_up_to_date() -> None:
    build = export(recipe(filters=Filters(technology=("Go",))), now=1_000)
    assert build.stamped is not None
    assert str(build.stamped.changes) == "+3 added ~0 changed −0 retired =0 unchanged"
    Path("bank.yaml").write_text(BANK.replace("A view.", "A window."))
    build = export(recipe(), now=2_000)
    assert build.stamped is not None
    assert str(build.stamped.changes) == "+0 added ~1 changed −0 retired =2 unchanged"
    assert {key: stamp.modified for key, stamp in build.stamped.lock.notes.items()} == {
        "PY-1": 1_000,
        "PY-2": 1_000,
        "GO-1": 2_000,
    }


def test_an_unchanged_lock_is_not_written_again() -> None:
    export(recipe(), now=1_000)
    os.utime("bank.lock.json", (1, 1))
    build = export(recipe(), now=2_000)
    assert build.stamped is not None
    assert not build.stamped.moved
    assert Path("bank.lock.json").stat().st_mtime == 1


def test_a_handbook_alone_leaves_the_lock_alone() -> None:
    build = export(recipe(outputs=("handbook",)), now=1_000)
    assert (build.stamped, build.edition.lock) == (None, None)
    assert list(files()) == ["bank.yaml", "out/questions-answers.pdf"]


def test_a_handbook_alone_knows_the_lock_of_the_last_deck() -> None:
    last = export(recipe(), now=1_000).edition.lock
    Path("bank.yaml").write_text(BANK.replace("A view.", "A window."))
    build = export(recipe(outputs=("handbook",)), now=2_000)
    assert (build.stamped, build.edition.lock) == (None, last)


def test_the_lock_stays_as_it_was_when_its_deck_cannot_be_made(stubs: dict[str, Stub]) -> None:
    export(recipe(), now=1_000)
    before = files()
    Path("bank.yaml").write_text(BANK.replace("A view.", "A window."))
    stubs["deck"] = Stub("deck")
    stubs["deck"].needs_lock = True
    build = export(recipe(outputs=("deck",)), now=2_000)
    assert files() == before | {"bank.yaml": Path("bank.yaml").read_text()}
    assert (build.stamped, [each.name for each in build.failures]) == (None, ["deck"])


@pytest.mark.parametrize(
    ("in_the_way", "others"),
    [
        ("out/questions-answers.apkg", "bank.history.jsonl and bank.lock.json"),
        ("bank.lock.json", "bank.history.jsonl and out/questions-answers.apkg"),
    ],
)
def test_a_deck_and_its_lock_are_written_together_or_not_at_all(in_the_way: str, others: str) -> None:
    export(recipe(), now=1_000)
    lock = Path("bank.lock.json").read_bytes()
    Path(in_the_way).rename("elsewhere")
    if in_the_way == "bank.lock.json":
        Path("bank.history.jsonl").unlink()  # else it shows that the lock is lost, which is refused
        Path(in_the_way).symlink_to("no-folder/lock.json")
        Path("no-folder").write_text("")
    else:
        Path(in_the_way).mkdir()
    before = files()
    Path("bank.yaml").write_text(BANK.replace("A view.", "A window."))
    build = export(recipe(), now=2_000)
    assert [each.name for each in build.outputs] == ["handbook"]
    (failure,) = build.failures
    assert failure.error.message.startswith(f"{in_the_way}: cannot be written: ")
    assert failure.error.hint == f"{others}, which belong to it, are unchanged"
    after = files()
    for untouched in ("elsewhere", "out/questions-answers.apkg", "bank.lock.json", "bank.history.jsonl"):
        assert after.get(untouched) == before.get(untouched)
    assert (
        lock == (Path("elsewhere") if in_the_way == "bank.lock.json" else Path("bank.lock.json")).read_bytes()
    )


def test_a_damaged_lock_is_refused_before_anything_is_made(stubs: dict[str, Stub]) -> None:
    Path("bank.lock.json").write_text("{")
    stubs["handbook"] = Stub("handbook")
    with pytest.raises(InputRefused) as caught:
        export(recipe(), now=1_000)
    assert [problem.location.path for problem in caught.value.problems] == ["bank.lock.json"]


def test_the_lock_lies_beside_a_file_and_inside_a_folder(tmp_path: Path) -> None:
    assert lock_path(Path("seeds/questions.yaml")) == Path("seeds/questions.lock.json")
    assert lock_path(Path("bank.v2.yml")) == Path("bank.v2.lock.json")
    assert lock_path(tmp_path) == tmp_path / "questions.lock.json"
    assert lock_path(Path()) == Path("questions.lock.json")


def test_a_folder_is_a_bank() -> None:
    Path("banks").mkdir()
    head, records = BANK.split("questions:\n")
    first, second, third = records.splitlines(keepends=True)
    Path("banks/a.yaml").write_text(f"{head}questions:\n{first}{second}")
    Path("banks/b.yaml").write_text(f"questions:\n{third}")
    export(recipe(bank="banks"), now=1_000)
    assert written()["out/questions-answers.pdf"] == "Questions & Answers | All questions | PY-1 PY-2 GO-1"
    assert Path("banks/questions.lock.json").is_file()
    export(recipe(bank="banks"), now=2_000)  # the lock is not taken for a part of the bank


def test_a_bank_is_read_once_and_its_notes_are_made_once_however_many_recipes_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "output_named", output_named)  # the real deck
    calls: Counter[str] = Counter()

    def counted(module: ModuleType, name: str) -> None:
        real = getattr(module, name)

        def count(*given: Any, **more: Any) -> Any:
            calls[name] += 1
            return real(*given, **more)

        monkeypatch.setattr(module, name, count)

    counted(reader, "read")
    counted(choosing, "validate")
    counted(choosing, "select")
    counted(notes, "question_text")
    technologies = ("Python", "Go", "python")
    recipes = {
        f"{number}": recipe(
            outputs=("deck",), filters=Filters(technology=(name,)), file_name=f"deck-{number}"
        )
        for number, name in enumerate(technologies)
    }
    built = export_all(recipes, now=1_000)
    assert [len(each.edition.questions) for each in built.values()] == [2, 1, 2]
    assert calls == {"read": 1, "validate": 1, "select": 3, "question_text": 3}
