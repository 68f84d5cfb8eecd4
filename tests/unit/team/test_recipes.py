"""`qexport.toml`: what it says, and everything that is wrong with it at once."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qexport.bank.selection import Filters
from qexport.common.errors import InputRefused, UsageError
from qexport.outputs.paper import PAPERS
from qexport.outputs.registry import OPTIONS, OUTPUTS
from qexport.recipe import Recipe
from qexport.team.recipes import SETTINGS, change_recipe, read_recipes

ROOT = Path(__file__).parents[3]


def refused(text: str) -> list[tuple[str, str]]:
    with pytest.raises(InputRefused) as caught:
        read_recipes(text, "qexport.toml")
    return [(str(problem), problem.hint) for problem in caught.value.problems]


def test_a_recipe_says_what_flags_say_under_their_names() -> None:
    book = read_recipes(
        """
        bank = "seeds/questions.yaml"
        paper = "letter"
        [recipes.hard]
        technology = "Python"
        level = ["Advanced", "Senior"]
        difficulty = 8
        sample = 10
        seed = 3
        format = ["deck", "flash-cards"]
        title = "Hard ones"
        file-name = "hard"
        out = "dist"
        lock = "hard.lock.json"
        encoding = "cp1252"
        card-types = ["recall", "mistakes"]
        deck-depth = 2
        dated = 2026-11-22
        large-print = true
        paper = "a5"
        """,
        "qexport.toml",
    )
    assert book.default == "hard"
    assert book.recipe("hard") == Recipe(
        bank=Path("seeds/questions.yaml"),
        encoding="cp1252",
        filters=Filters(
            technology=("Python",), level=("Advanced", "Senior"), difficulty=("8",), sample=10, seed=3
        ),
        outputs=("deck", "flash-cards"),
        title="Hard ones",
        deck="hard",
        file_name="hard",
        out=Path("dist"),
        lock=Path("hard.lock.json"),
        options={
            "paper": "a5",
            "card-types": "recall,mistakes",
            "deck-depth": "2",
            "dated": "2026-11-22",
            "large-print": True,
        },
    )


def test_every_filter_and_every_option_is_a_setting() -> None:
    of_filters = [setting.name for setting in SETTINGS.values() if setting.part == "filters"]
    of_options = [setting.name for setting in SETTINGS.values() if setting.part == "options"]
    assert of_filters == [each.name.replace("_", "-") for each in fields(Filters)]
    assert of_options == list(OPTIONS)
    assert len(SETTINGS) == 7 + len(of_filters) + len(of_options)


def test_flags_come_before_the_recipe() -> None:
    recipe = Recipe(
        bank=Path("a.yaml"), filters=Filters(technology=("Python",), limit=3), options={"paper": "a5"}
    )
    flags = {"bank": None, "title": "", "outputs": ("deck",), "out": Path("x")}
    assert change_recipe(recipe, flags, Filters(limit=2), {"paper": "letter", "flow": True}) == replace(
        recipe,
        outputs=("deck",),
        out=Path("x"),
        filters=Filters(technology=("Python",), limit=2),
        options={"paper": "letter", "flow": True},
    )


def test_everything_that_is_wrong_is_told_at_once_with_its_line() -> None:
    assert refused(
        """default = "evrything"
bnk = "x.yaml"
[recipes.everything]
tittle = "Python"
difficulty = [8, {}]
format = ["handbook", "dek"]
paper = "a9"
flow = "yes"
limit = 0
theme = 3.5
[recipes.Everything]
[recipes."a b"]
""".replace("theme = 3.5\n", "")
    ) == [
        (
            "qexport.toml:1: default is 'evrything', which is not a recipe",
            "did you mean 'everything'? known: everything, Everything, a b",
        ),
        ("qexport.toml:2: unknown setting 'bnk'", "did you mean 'bank'?"),
        ("qexport.toml:4: unknown setting 'tittle'", "did you mean 'title'?"),
        (
            "qexport.toml:5: difficulty cannot be a list of these",
            'a text in quotes, or several: difficulty = ["…", "…"]',
        ),
        ("qexport.toml:6: format cannot be 'dek'", f"did you mean 'deck'? known: {', '.join(OUTPUTS)}"),
        ("qexport.toml:7: paper cannot be 'a9'", f"one of: {', '.join(PAPERS)}"),
        ("qexport.toml:8: flow cannot be 'yes'", "true or false"),
        ("qexport.toml:9: limit cannot be 0", "a whole number from 1 on"),
        (
            "qexport.toml:10: recipes everything and Everything differ only in case",
            "some systems keep one file for both: rename one",
        ),
        (
            "qexport.toml:11: 'a b' cannot be the name of a recipe",
            "letters, digits, - and _, at most 60: it is the name of a folder in a bundle",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("title = x", "qexport.toml:1:9: not TOML: invalid value", 'texts need quotes: title = "Python"'),
        ("x = " + "1" * 5000, "qexport.toml: not TOML: nested too deeply, or a number that is too long", ""),
        ("", "qexport.toml: no recipe in this file", "write one: [recipes.everything]"),
        (
            "recipes = 1",
            "qexport.toml:1: recipes is not a table",
            "write each under its name: [recipes.python]",
        ),
        (
            "[recipes]\nhard = 1",
            "qexport.toml:1: recipe 'hard' is not a table",
            "write [recipes.hard] above its settings",
        ),
    ],
)
def test_what_is_no_file_of_recipes_is_refused(text: str, message: str, hint: str) -> None:
    assert refused(text) == [(message, hint)]


def test_an_unknown_name_tells_the_nearest() -> None:
    book = read_recipes("[recipes.python]\n[recipes.hard]", "qexport.toml")
    with pytest.raises(UsageError) as caught:
        book.named(["pyhton"])
    assert (caught.value.message, caught.value.hint) == (
        "no recipe 'pyhton' in qexport.toml",
        "did you mean 'python'? known: python, hard",
    )
    assert book.default == ""
    assert book.named(["hard", "hard"]) == ("hard",)


@given(st.text(max_size=60))
def test_no_text_ends_in_anything_but_problems(text: str) -> None:
    for said in (text, f"[recipes.a]\n{text}", f"[recipes.a]\ntitle = {json.dumps(text)}\n"):
        with suppress(InputRefused):
            assert read_recipes(said, "qexport.toml").recipes
