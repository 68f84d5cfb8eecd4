"""The list of outputs."""

from __future__ import annotations

import pytest

from qexport.common.errors import UsageError
from qexport.content.templates import templates_folder
from qexport.outputs.registry import (
    DEFAULT_OUTPUTS,
    OUTPUTS,
    options_without_effect,
    output_named,
    outputs_with,
)


def test_a_name_that_people_try_answers_with_the_right_one() -> None:
    for name, right in (("pdf", "handbook"), ("apkg", "deck"), ("cards", "flash-cards")):
        with pytest.raises(UsageError) as caught:
            output_named(name)
        assert caught.value.message == f"no output {name!r}"
        assert caught.value.hint.startswith(f"did you mean {right!r}?")


def test_an_option_that_no_output_has_is_without_effect() -> None:
    assert options_without_effect({"paper": "a4"}, [OUTPUTS["deck"]]) == ("paper",)
    assert options_without_effect({"paper": "a4"}, [OUTPUTS["deck"], OUTPUTS["quiz"]]) == ()
    assert outputs_with("card-types") == ("deck",)


def test_what_outputs_declare_exists() -> None:
    assert set(DEFAULT_OUTPUTS) <= set(OUTPUTS)
    for output in OUTPUTS.values():
        if output.guide:
            assert (templates_folder() / output.guide).is_file(), output.name
