"""What a first user types finds its bank and its recipes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from qexport.cli.main import program
from qexport.cli.project import default_bank, find_recipes_file, is_bank_path
from qexport.common.limits import USUAL

BANK = "title: Mine\nnamespace: tests\nquestions:\n- {id: Q-1, question: Why?, answer: Because., technology: Docker}\n"
RECIPES = '[recipes.mine]\nbank = "mine.yaml"\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a bank and recipes, below a home that has neither."""
    folder = tmp_path / "project"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "mine.yaml").write_text(BANK)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(folder)
    return folder


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(program, words, prog_name="qexport", terminal_width=100)
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize(
    "place", ["seeds/questions.yml", "questions.yml", "questions.jsonl", "seeds/questions.jsonl"]
)
def test_a_bank_in_a_usual_place_is_found_whatever_its_form(project: Path, place: str) -> None:
    (project / place).parent.mkdir(exist_ok=True)
    (project / place).write_text("")
    assert default_bank(USUAL) == Path(place)


def test_recipes_are_found_in_a_folder_above_and_their_paths_begin_there(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "qexport.toml").write_text(RECIPES)
    assert find_recipes_file() == Path("qexport.toml")
    monkeypatch.chdir(project / "deep" / "er")
    assert find_recipes_file() == Path("../../qexport.toml")
    assert default_bank(USUAL) == Path("../../mine.yaml")
    assert run("build", "--dry-run") == (
        0,
        "mine: 1 question · Docker\n  → ../../out/mine.pdf\n  → ../../out/mine.apkg\n  Q-1  Why?\n",
        "",
    )
    assert (
        run("build", "--dry-run", "-o", "here", "--format", "DECK")[1].splitlines()[1] == "  → here/mine.apkg"
    )


def test_the_search_ends_at_a_repository_and_passes_over_the_file_of_somebody_else(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "qexport.toml").write_text(RECIPES)
    monkeypatch.chdir(project / "deep" / "er")
    (project / "deep" / ".git").mkdir()
    assert find_recipes_file() is None
    (project / "deep" / ".git").rmdir()
    owner = (project / "qexport.toml").stat().st_uid
    monkeypatch.setattr(os, "getuid", lambda: owner + 1)
    assert (find_recipes_file() is None) == (owner != 0)


@pytest.mark.parametrize(
    ("text", "is_bank"),
    [
        ("mine.yaml", True),
        ("other.YML", True),
        ("a.jsonl", True),
        ("sub/x", True),
        ("hard", False),
        ("deep", True),
    ],
)
def test_an_argument_is_a_bank_if_it_is_a_path(project: Path, text: str, is_bank: bool) -> None:
    assert project.is_dir()
    assert is_bank_path(text) == is_bank


def test_a_bank_can_be_named_as_an_argument(project: Path) -> None:
    assert project.is_dir()
    assert run("build", "mine.yaml", "--dry-run", "--format", "handbook") == (
        0,
        "1 question · Docker\n  → out/mine.pdf\n  Q-1  Why?\n",
        "",
    )
    assert run("list", "mine.yaml")[0] == 0
    assert run("build", "mine.yaml", "--bank", "other.yaml") == (
        2,
        "",
        "qexport: error: two banks are named, mine.yaml and other.yaml\n  hint: name one\n",
    )


def test_a_word_that_is_no_bank_leads_to_the_search_for_it() -> None:
    assert run("list", "docker") == (
        2,
        "",
        "qexport: error: no bank 'docker'\n  hint: to search the questions for it: qexport list --text docker\n",
    )


def test_help_is_a_command_too() -> None:
    assert run("help", "theme", "eject") == run("theme", "eject", "--help")
    assert run("help") == run("--help")
    assert run("help", "biuld") == (
        2,
        "",
        "qexport: error: no such command 'biuld'\n  hint: did you mean 'build'?\n",
    )
