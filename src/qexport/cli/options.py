"""The options that commands share, and the decorators that give a command all of a kind.

A decorated command is called with values ready to use: `filters`, `options`, the path of a `bank`.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from qexport.cli.completion import complete_from, complete_id, complete_name_of, complete_theme
from qexport.cli.help_layout import COMMON_HEADING, RARE, HeadedOption
from qexport.cli.program import MOST_PROBLEMS, Flags, warn
from qexport.cli.project import default_bank, find_recipes_file, is_bank_path, may_set_limits
from qexport.common.errors import UsageError

if TYPE_CHECKING:
    from qexport.common.limits import Limits
    from qexport.outputs.declaration import Option

Command = TypeVar("Command", bound=Callable[..., None])
PATH = click.Path(path_type=Path, readable=False)  # who reads it says what is wrong with it

_WIDEST_CHOICES = 32  # columns of `a|b|c` in the help


_REPEATABLE: Mapping[str, Any] = {"multiple": True}
_ORDERS = ("bank", "id", "difficulty", "level", "-difficulty", "-level")


def _names_of(field: str) -> Mapping[str, Any]:
    return {**_REPEATABLE, "shell_complete": complete_name_of(field)}


FILTERS: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    ("technology", "NAME", "Technology; case is ignored, and - matches a space.", _names_of("technology")),
    ("category", "NAME", "Category.", _names_of("category")),
    ("level", "NAME", "Level.", _names_of("level")),
    ("tag", "NAME", "Tag.", _names_of("tag")),
    ("difficulty", "RANGE", "Difficulty, for example 8, 7-9 or '>=8'.", _REPEATABLE),
    ("id", "PATTERN", "Id or pattern, for example 'PY-*'.", {**_REPEATABLE, "shell_complete": complete_id}),
    (
        "exclude",
        "PATTERN",
        "Leave out this id or pattern, for example 'PY-*'.",
        {**_REPEATABLE, "shell_complete": complete_id},
    ),
    (
        "text",
        "TEXT",
        "Text in the question, ignoring case and accents; if repeated, all must be found.",
        _REPEATABLE,
    ),
    (
        "where",
        "QUERY",
        "Search, for example 'difficulty>=8 -category:performance (weakref or \"gil\")'.",
        {"default": ""},
    ),
    (
        "sort",
        "ORDER",
        "Order: bank, id, difficulty, level or a count of reviews; -difficulty puts the hardest first. [default: bank]",
        {"default": "bank", "shell_complete": complete_from(_ORDERS)},
    ),
    ("limit", "N", "Only the first N.", {"type": int}),
    ("sample", "N", "A random sample of N, spread over technologies and levels.", {"type": int}),
    ("seed", "N", "Random seed of --sample. [default: 0]", {"type": int, "default": 0}),
    ("include-drafts", "", "Include questions that have no answer yet.", {"is_flag": True}),
)
"""Every filter in the order of the help: its name, what it takes, what it means, how click reads it."""


def takes_filters(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command all filters; it is called with them as `filters`."""

    @functools.wraps(command)
    def with_filters(**values: object) -> None:
        from qexport.bank.selection import Filters

        chosen: dict[str, Any] = {
            name: values.pop(name) for name in (words.replace("-", "_") for words, *_ in FILTERS)
        }
        command(filters=Filters(**chosen), **values)

    heading = "Filters (all must match; if one is repeated, any of its values)"
    wrapped: Callable[..., None] = with_filters
    for name, metavar, text, reading in reversed(FILTERS):
        wrapped = click.option(
            f"--{name}", cls=HeadedOption, heading=heading, metavar=metavar or None, help=text, **reading
        )(wrapped)
    return wrapped


_COMMON_OPTIONS = ("paper", "theme")


def takes_options(*outputs: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of some outputs, or of all; it is called with those that are given as `options`."""
    from qexport.outputs.registry import OPTIONS, outputs_with  # not above: most commands make no output

    known = [
        option
        for option in OPTIONS.values()
        if not outputs or not set(outputs).isdisjoint(outputs_with(option.name))
    ]

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(command)
        def with_options(**values: object) -> None:
            given = {option.name: values.pop(option.name.replace("-", "_")) for option in known}
            command(options={name: value for name, value in given.items() if value is not None}, **values)

        wrapped: Callable[..., None] = with_options
        for option in reversed(known):
            wrapped = click.option(
                f"--{option.name}",
                cls=HeadedOption,
                heading=COMMON_HEADING if option.name in _COMMON_OPTIONS else option.group,
                shell_complete=complete_theme if option.name == "theme" else complete_from(option.choices),
                is_flag=option.is_flag,
                default=None,
                metavar=_metavar_of(option),
                help=_meaning(option),
            )(wrapped)
        return wrapped

    return decorate


def _metavar_of(option: Option) -> str | None:
    """Return what the help shows for an option's value."""
    choices = "|".join(option.choices)
    return choices if 0 < len(choices) < _WIDEST_CHOICES else "NAME" if choices else option.metavar


def _meaning(option: Option) -> str:
    listed = len("|".join(option.choices)) >= _WIDEST_CHOICES
    parts = (
        option.help,
        f"One of: {', '.join(option.choices)}." if listed else "",
        f"[default: {option.default_text}]" if option.default_text else "",
    )
    return " ".join(part for part in parts if part)


def reads_bank(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --bank, --encoding and --allow; it is called with the path of a bank, and `limits`.

    An argument `place` of the command is another way to name that.
    """

    @functools.wraps(command)
    def with_bank(*, bank: Path | None, limits: Limits, place: Path | None = None, **values: object) -> None:
        if bank and place:
            raise UsageError(f"two banks are named, {place} and {bank}", hint="name one")
        if place and "text" in values and not is_bank_path(str(place)):
            command_name = click.get_current_context().command_path
            raise UsageError(
                f"no bank {str(place)!r}",
                hint=f"to search the questions for it: {command_name} --text {place}",
            )
        command(bank=place or bank or default_bank(limits), limits=limits, **values)

    return names_bank(with_bank)


def takes_limits(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --allow; it is called with the `limits` that hold in this folder."""

    @functools.wraps(command)
    def with_limits(*, allowed: tuple[str, ...], **values: object) -> None:
        from qexport.common.limits import USUAL, change_limits

        said = dict(_limit_said(words) for words in allowed)
        limits = change_limits(USUAL, said)
        recipes_file = find_recipes_file()
        if recipes_file and may_set_limits(recipes_file):
            from qexport.team.recipes import limits_said

            limits = change_limits(limits_said(recipes_file, limits=limits), said)
        command(limits=limits, **values)

    return click.option(
        "--allow",
        "allowed",
        cls=HeadedOption,
        heading=RARE,
        metavar="NAME=AMOUNT",
        multiple=True,
        help="Change a limit, for example answer=2M. docs/bank.md lists them.",
    )(with_limits)


def _limit_said(words: str) -> tuple[str, str]:
    name, equals, value = words.partition("=")
    if not equals:
        raise UsageError(
            f"--allow {words!r} sets no limit", hint="write NAME=AMOUNT, as in --allow answer=2M"
        )
    return name.strip(), value.strip()


def names_bank(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --bank and --encoding as they are written: None where they are not; and --allow."""
    usual = "that of qexport.toml, else questions.yaml here or in seeds/"
    which = f"File of the bank, or a folder of files. [default: {usual}]"
    return click.option("--bank", type=PATH, metavar="PATH", help=which)(
        encoding_option(takes_limits(command))
    )


def _cache_folder(_ctx: click.Context, _parameter: click.Parameter, value: Path | None) -> Path:
    if value is not None:
        return value
    from platformdirs import user_cache_path

    return user_cache_path("qexport", appauthor=False)


cache_option = click.option(
    "--cache",
    "cache_folder",
    cls=HeadedOption,
    heading=RARE,
    type=PATH,
    metavar="DIR",
    envvar="QEXPORT_CACHE",
    show_envvar=True,
    callback=_cache_folder,
    help="Folder of the cache of laid-out pages. [default: where the system keeps caches]",
)


def _read_size(_ctx: click.Context, _parameter: click.Parameter, value: str) -> int:
    from qexport.common.limits import amount

    if (size := amount(value)) is None:
        raise click.BadParameter(f"{value!r} is not a size such as 100M.")
    return size


size_option = click.option(
    "--size",
    metavar="SIZE",
    default="100M",
    callback=_read_size,
    help="Size to keep, for example 500k or 1G. [default: 100M]",
)


def typeset(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --jobs, --scheduler, --cache and --no-cache; it is called with a `scheduler`."""

    @functools.wraps(command)
    def with_scheduler(
        *, jobs: int, cluster_address: str, cache_folder: Path, no_cache: bool, **values: object
    ) -> None:
        from qexport.layout.cache import ChunkCache
        from qexport.layout.fonts import keep_font_lists
        from qexport.layout.scheduler import Scheduler

        source = click.get_current_context().get_parameter_source("cache_folder")
        if no_cache and source is click.core.ParameterSource.COMMANDLINE:
            raise UsageError("--cache and --no-cache contradict each other", hint="leave one of them out")
        homeless = (
            source is click.core.ParameterSource.DEFAULT and not Path(os.environ.get("HOME") or "/").is_dir()
        )
        cache = None if no_cache or homeless else ChunkCache(cache_folder, tell=lambda text: warn([text]))
        keep_font_lists(cache.font_lists if cache else None)
        command(scheduler=Scheduler(cache, jobs, address=cluster_address), **values)

    jobs = click.option(
        "--jobs",
        cls=HeadedOption,
        heading=RARE,
        type=click.IntRange(min=0),
        metavar="N",
        default=0,
        help="Processes that lay out pages. [default: 0, one for each core]",
    )
    no_cache = click.option(
        "--no-cache", cls=HeadedOption, heading=RARE, is_flag=True, help="Lay out every page, and store none."
    )
    cluster = click.option(
        "--scheduler",
        "cluster_address",
        cls=HeadedOption,
        heading=RARE,
        metavar="ADDRESS",
        default="",
        help="Lay out pages on the workers of this Dask scheduler, for example tcp://10.0.0.5:8786.",
    )
    return jobs(cluster(cache_option(no_cache(with_scheduler))))


def locking_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command --lock, --locked, --previous and --new-note-type; it gets a `lock` and a `locking`."""

    @functools.wraps(command)
    def with_locking(**values: Any) -> None:
        from qexport.locking import Locking

        chosen = {name: values.pop(name) for name in _DECISIONS}
        command(locking=Locking(**chosen), **values)

    wrapped: Callable[..., None] = with_locking
    for name, reading, text in reversed(_LOCKING):
        wrapped = click.option(f"--{name}", cls=HeadedOption, heading="Deck", help=text, **reading)(wrapped)
    return wrapped


_DECISIONS = (
    "locked",
    "previous",
    "new_note_type",
    "accept_new_namespace",
    "accept_moves",
    "send_leavers",
)

_LOCKING: tuple[tuple[str, Mapping[str, Any], str], ...] = (
    ("lock", {"type": PATH, "metavar": "PATH"}, "Lock of the deck. [default: beside the bank]"),
    ("locked", {"is_flag": True}, "End with status 3 if the lock would change; for CI."),
    (
        "previous",
        {"type": PATH, "metavar": "APKG", "multiple": True},
        "Rebuild a lost lock from a published .apkg.",
    ),
    (
        "new-note-type",
        {"is_flag": True},
        "Allow a change of the note type, which every learner must then merge.",
    ),
    (
        "accept-new-namespace",
        {"is_flag": True},
        "Allow the bank's namespace to change: learners then get every note again.",
    ),
    (
        "accept-moves",
        {"is_flag": True},
        "Trust the ids of questions that seem to have swapped them.",
    ),
    (
        "send-leavers",
        {"is_flag": True},
        "Also add questions that left a filtered deck, with their current text.",
    ),
)


encoding_option = click.option(
    "--encoding",
    cls=HeadedOption,
    heading=RARE,
    metavar="NAME",
    help="Encoding of the files. [default: UTF-8]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def _set_flag(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value and parameter.name:
        setattr(ctx.ensure_object(Flags), parameter.name, True)


every_problem_option = click.option(
    "--all",
    "every_problem",
    is_flag=True,
    expose_value=False,
    callback=_set_flag,
    help=f"Print every problem, not only the first {MOST_PROBLEMS}.",
)


def flags(command: Command) -> Command:
    """Let --quiet and --debug stand here too; the help shows them once, at the program itself."""
    return speaking_flags(command, hidden=True)


def speaking_flags(command: Command, *, hidden: bool) -> Command:
    """Give a command --quiet and --debug."""

    def option(*names: str, text: str) -> Callable[[Command], Command]:
        return click.option(
            *names, is_flag=True, expose_value=False, callback=_set_flag, hidden=hidden, help=text
        )

    command = option("--debug", text="Print the traceback of an error.")(command)
    return option("--quiet", "-q", text="Print results and errors only: no progress, no warnings.")(command)
