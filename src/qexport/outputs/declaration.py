"""What an output declares about itself: its name, its files, what it needs, and its options.

    class PosterOptions(CommonOptions, frozen=True, kw_only=True):      the options, typed, in one record
        width: int = option(60, "Width in cm.", read=int)

    OUTPUT = Output(name="poster", ..., options=PosterOptions)

Options come in as text, from the command line or a `qexport.toml`; `parse_options` makes the record of an output.
Everything after that works with values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeAlias, TypeVar, cast

from qexport.common.errors import UsageError
from qexport.common.records import Record

if TYPE_CHECKING:
    from qexport.bank.lock import Edition
    from qexport.outputs.document import Document, Tools

GivenOptions: TypeAlias = Mapping[str, str | bool]
"""Options by their names, as given: a flag is true or false, everything else is text."""

GivenRecord = TypeVar("GivenRecord", bound="OptionsRecord")


class NoValueError(ValueError):
    """A text that is no value of an option, with the reason, and what would be right."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint


class Option(Record, frozen=True):
    """One option: the flag of `build` and the key of a recipe come from it."""

    name: str
    help: str
    default: object
    """A value of the record, not text."""
    choices: tuple[str, ...] = ()
    """Empty: free text, which `read` checks."""
    read: Callable[[str], object] = str
    """Turns text into the value; raises ValueError if it is none, or a NoValueError with the reason."""
    metavar: str = "TEXT"
    group: str = "Pages"
    """The heading in the help."""

    @property
    def is_flag(self) -> bool:
        """Whether it is on or off and takes no text."""
        return isinstance(self.default, bool)

    @property
    def default_text(self) -> str:
        """The default as one would type it; empty if there is none."""
        if isinstance(self.default, tuple):
            return ",".join(str(each) for each in self.default) if any(self.default) else ""
        return "" if self.default in (None, False) else str(self.default)

    def value(self, given: str | bool) -> object:
        """Return the value that is given; UsageError if there is no such value."""
        if self.is_flag != isinstance(given, bool):
            raise UsageError(
                f"option {self.name} cannot be {given!r}", hint="true or false" if self.is_flag else "a text"
            )
        if isinstance(given, bool):
            return given
        if not given and not self.default_text:
            return self.default
        given = next((each for each in self.choices if each.casefold() == given.casefold()), given)
        if self.choices and given not in self.choices:
            raise UsageError(
                f"option {self.name} cannot be {given!r}", hint=f"one of: {', '.join(self.choices)}"
            )
        if not given:
            return self.default
        try:
            return self.read(given)
        except NoValueError as error:
            raise UsageError(f"option {self.name} cannot be {given!r}: {error}", hint=error.hint) from error
        except ValueError as error:
            raise UsageError(f"option {self.name} cannot be {given!r}", hint=self.help) from error


def option(
    default: object,
    text: str,
    *,
    choices: tuple[str, ...] = (),
    read: Callable[[str], object] = str,
    metavar: str = "TEXT",
    group: str = "Pages",
) -> Any:
    """Return a field of an options record; its name is the option's, with `-` for `_`.

    Args:
        default: the value if nothing is given; a boolean makes the option a flag.
        text: the help, one or two sentences.
        choices: all texts that are allowed; empty if the text is free.
        read: turns text into a value, and raises ValueError if it cannot; a NoValueError gives the reason.
        metavar: what the help shows for the value, such as `N` or `MM`.
        group: the heading in the help.
    """
    _being_declared.append(
        {
            "default": default,
            "help": text,
            "choices": choices,
            "read": read,
            "metavar": metavar,
            "group": group,
        }
    )
    return default


_being_declared: list[dict[str, Any]] = []
"""The fields of the record of options whose class is being made, in their order."""


class OptionsRecord(Record, frozen=True):
    """A record of options: every field of it and of what derives from it is made with `option()`."""

    declared: ClassVar[Mapping[str, Option]] = MappingProxyType({})
    """Its options by the names of its fields, in their order."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        said = _being_declared.copy()
        _being_declared.clear()
        own = {
            name: Option(name=name.replace("_", "-"), **each)
            for name, each in zip(cls.__annotations__, said, strict=True)
        }
        cls.declared = MappingProxyType({**cls.declared, **own})

    @property
    def idle(self) -> Mapping[str, str]:
        """The options that have no effect because of others, by their names: each with those others, as typed."""
        return {}


def options_of(record: type[OptionsRecord]) -> tuple[Option, ...]:
    """Return the options of a record, in the order of its fields."""
    return tuple(record.declared.values())


def parse_options(record: type[GivenRecord], given: GivenOptions) -> GivenRecord:
    """Return the record with what is given of its options; other options are other outputs' business.

    Raises:
        UsageError: a value that the option cannot have.
    """
    values = {
        field: each.value(given[each.name]) for field, each in record.declared.items() if each.name in given
    }
    return record(**values)


class Render(Protocol):
    """The function that each module of an output has."""

    def __call__(self, edition: Edition, options: Any, tools: Tools, /) -> Document:
        """Make the document; the same arguments give the same bytes."""


class Output(Record, kw_only=True, frozen=True):
    """One kind of output. All that stages know about it is here; none compares its name."""

    name: str
    """What `--format` calls it."""
    summary: str
    """What it is, for the help."""
    module: str
    """The module with `render(edition, options, tools)`; it is imported when the output is made."""
    options: type[Any]
    """Its options: a record whose fields are made with `option()`."""
    endings: Callable[[Any], tuple[str, ...]]
    """From its options: how the names of its files end, in the order of the documents it makes."""
    also_called: tuple[str, ...] = ()
    """Other names people try; the error names the right one."""
    needs_lock: bool = False
    """Whether it needs the notes and the lock of the bank, which is brought up to date for it."""
    lays_out_pages: bool = True
    """Whether it needs the layout engine."""
    names_pages: bool = False
    """Whether other outputs of the same build can refer to its page numbers, so that it is made before them."""
    by_default: bool = False
    """Whether a build makes it when no output is named."""
    in_bundles: bool = False
    """Whether a bundle has it when no output is named."""
    label: str = ""
    """The label (`templates/languages/`) of the link to its file on a web page beside it; empty: its name."""
    guide: str = ""
    """The template that says in a bundle's README what to do with it; several outputs may have the same."""

    def load(self) -> Render:
        """Import the module of this output; return its `render`."""
        return cast("Render", import_module(self.module).render)


def name_first_files(stem: str, outputs: Iterable[Output], options: Mapping[str, Any]) -> dict[str, str]:
    """Return the name of the first file of each output, by the output's name; a web page links to them.

    Args:
        stem: How the names begin.
        outputs: The outputs of one recipe.
        options: The options of each, by its name.
    """
    return {each.name: stem + each.endings(options[each.name])[0] for each in outputs}
