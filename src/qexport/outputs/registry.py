"""All outputs. A new one is a module with its declaration, and one line here."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from qexport.common.errors import Location, Problem, UsageError
from qexport.common.wording import suggest
from qexport.outputs.declaration import GivenOptions, Option, Output, options_of, parse_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_OUTPUT_MODULES = (
    "qexport.outputs.handbook",
    "qexport.outputs.anki_deck",
    "qexport.outputs.quiz",
    "qexport.outputs.cheat_sheet",
    "qexport.outputs.flash_cards",
    "qexport.outputs.web_page",
    "qexport.outputs.epub",
)
"""Each has an `OUTPUT`, and imports what it works with only when it makes something."""

OUTPUTS: dict[str, Output] = {
    output.name: output for output in (import_module(module).OUTPUT for module in _OUTPUT_MODULES)
}
"""Every output by its name."""

DEFAULT_OUTPUTS = tuple(name for name, output in OUTPUTS.items() if output.by_default)
BUNDLED_OUTPUTS = tuple(name for name, output in OUTPUTS.items() if output.in_bundles)
"""What a recipe that names no output makes, in a build and in a bundle."""


def output_named(name: str) -> Output:
    """Return the output of that name; UsageError names the nearest."""
    if name.lower() in OUTPUTS:
        return OUTPUTS[name.lower()]
    called = {other: output.name for output in OUTPUTS.values() for other in output.also_called}
    raise UsageError(f"no output {name!r}", hint=suggest(called.get(name.lower(), name), tuple(OUTPUTS)))


def _list_options() -> Iterator[Option]:
    for output in OUTPUTS.values():
        yield from options_of(output.options)


OPTIONS: dict[str, Option] = {each.name: each for each in _list_options()}
"""Every option of any output by its name; outputs that share an option share its meaning."""


def check_options(given: GivenOptions) -> None:
    """Check the names and the values of options; UsageError says what is wrong with the first that is."""
    for name, value in given.items():
        if name not in OPTIONS:
            raise UsageError(f"unknown option {name!r}", hint=suggest(name, tuple(OPTIONS)))
        OPTIONS[name].value(value)


def options_without_effect(given: GivenOptions, outputs: Iterable[Output]) -> tuple[str, ...]:
    """Return the names of given options that none of the outputs has."""
    known = {each.name for output in outputs for each in options_of(output.options)}
    return tuple(name for name in given if name not in known)


def warn_of_options(given: GivenOptions, outputs: Sequence[Output]) -> Iterator[Problem]:
    """Yield a warning for each given option that none of the outputs has, or that others leave without effect."""
    for name in options_without_effect(given, outputs):
        yield _describe_no_effect(name, outputs, outputs_with(name))
    parsed = [parse_options(output.options, given) for output in outputs]
    for name in (name for name, value in given.items() if value is not False):
        others = [
            record.idle.get(name, "")
            for record in parsed
            if name in {each.name for each in options_of(type(record))}
        ]
        if others and all(others):
            message = f"no effect with {' and '.join(dict.fromkeys(others))}"
            yield Problem(Location(f"--{name}"), message, "leave one of them out")


def warn_of_decisions(given: Iterable[str], outputs: Sequence[Output]) -> Iterator[Problem]:
    """Yield a warning for each decision about the lock, given by its name, if none of the outputs needs the lock."""
    needing = tuple(name for name, output in OUTPUTS.items() if output.needs_lock)
    for name in () if {each.name for each in outputs} & set(needing) else given:
        yield _describe_no_effect(name.replace("_", "-"), outputs, needing)


def _describe_no_effect(option: str, outputs: Sequence[Output], having: Sequence[str]) -> Problem:
    message = f"no effect on {', '.join(output.name for output in outputs)}"
    return Problem(Location(f"--{option}"), message, f"it is an option of: {', '.join(having)}")


def outputs_with(option: str) -> tuple[str, ...]:
    """Return the names of the outputs that have an option."""
    return tuple(
        output.name
        for output in OUTPUTS.values()
        if option in {each.name for each in options_of(output.options)}
    )
