"""The schema of a `qexport.toml`: it takes what reading takes, and refuses what reading refuses."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from qexport.common.errors import InputRefused
from qexport.team.recipes import read_recipes
from qexport.team.recipes_schema import RECIPES_SCHEMA, recipes_schema

ROOT = Path(__file__).parents[3]


def test_the_shipped_schema_is_that_of_the_program(golden: Callable[[str, str], None]) -> None:
    golden(f"../../{RECIPES_SCHEMA}", json.dumps(recipes_schema(), ensure_ascii=False, indent=2) + "\n")


def test_the_schema_takes_the_shipped_recipes_and_refuses_what_reading_refuses() -> None:
    Draft202012Validator.check_schema(recipes_schema())
    validator = Draft202012Validator(recipes_schema())
    shipped = (ROOT / "qexport.toml").read_text("utf-8")
    assert list(validator.iter_errors(tomllib.loads(shipped))) == []
    assert read_recipes(shipped, "qexport.toml").default == "everything"
    wrong = ('tittle = "x"', 'paper = "a9"', "flow = 1", "limit = 0", 'format = ["dek"]', "format = []")
    for line in wrong:
        text = f"[recipes.x]\n{line}"
        assert list(validator.iter_errors(tomllib.loads(text))), line
        with pytest.raises(InputRefused):
            read_recipes(text, "qexport.toml")
