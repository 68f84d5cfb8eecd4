"""What tests of readers share: a source from a text, and its questions in few words."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from qexport.bank.model import Question
from qexport.common.limits import USUAL
from qexport.importers.assembling import assemble
from qexport.importers.registry import find_shape, read_source
from qexport.importers.source import NO_WISHES, Reading, Source, Wishes


class Reader:
    """Reads texts as sources."""

    def reading(self, text: str, path: str = "q.md", wishes: Wishes = NO_WISHES) -> Reading:
        return read_source(Source(path, text.encode(), text, wishes))

    def questions(self, text: str, path: str = "q.md", wishes: Wishes = NO_WISHES) -> list[Question]:
        found, _ = assemble(self.reading(text, path, wishes).questions, markup=wishes.markup, limits=USUAL)
        return [each.question for each in found]

    def pairs(self, text: str, path: str = "q.md", wishes: Wishes = NO_WISHES) -> list[tuple[str, str]]:
        return [(each.question, each.answer) for each in self.questions(text, path, wishes)]

    def shape(self, text: str, path: str) -> str:
        return find_shape(Source(path, text.encode(), text)).name


@pytest.fixture
def read() -> Reader:
    import_module("qexport.importers.readme")
    return Reader()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path
