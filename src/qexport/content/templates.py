"""Templates, found and filled. The only module that imports Jinja, beside the sandbox it runs in.

Templates.render("handbook/cover.html.j2", title=…) → HTML
"""

from __future__ import annotations

import os
import re
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from qexport.common.errors import InputRefused, LimitExceeded, Location, Problem, QexportError
from qexport.common.limits import USUAL, Limits
from qexport.common.opener import TooLarge, Unreadable, is_inside, read_bytes
from qexport.common.text_input import quote
from qexport.common.wording import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qexport.content.sandbox import Sandbox


@cache
def templates_folder() -> Path:
    """Return the built-in templates: inside the installed package, or at the root of a checkout."""
    packaged = Path(__file__).parents[1] / "templates"
    return packaged if packaged.is_dir() else Path(__file__).parents[3] / "templates"


def read_theme_bytes(path: Path, folder: Path, limits: Limits) -> bytes:
    """Return what is in a file of a theme.

    Raises:
        InputRefused: It is missing, or no ordinary file inside the theme's folder.
        LimitExceeded: It is too large.
    """
    try:
        return read_bytes(path, limits.theme_file, inside=folder)
    except Unreadable as error:
        what = "this is outside the theme's folder" if error.outside else error.reason
        problem = Problem(Location(str(path)), what, "put a file in its place, or nothing")
        raise InputRefused((problem,)) from error
    except TooLarge:
        message = f"{path}: this is larger than {limits.show('theme-file')}"
        raise limits.make_error("theme-file", message) from None


def read_theme_text(path: Path, folder: Path, limits: Limits) -> str:
    """Return the text of a file of a theme; errors are those of `read_theme_bytes`."""
    try:
        return read_theme_bytes(path, folder, limits).decode()
    except UnicodeDecodeError as error:
        problem = Problem(
            Location(str(path)), f"not UTF-8: byte 0x{error.object[error.start]:02x}", "save it as UTF-8"
        )
        raise InputRefused((problem,)) from error


class Templates:
    """Templates by name ("handbook/cover.html.j2"), the first folder that has one deciding.

    They may read the values they are given and nothing else: no file, no attribute of Python's own.
    """

    def __init__(self, folders: tuple[Path, ...] = (templates_folder(),), limits: Limits = USUAL) -> None:
        self.folders = folders
        self.limits = limits

    @cached_property
    def are_built_in(self) -> bool:
        """Whether all come with the program: those of another theme may write anything in any way."""
        return all(is_inside(folder, templates_folder()) for folder in self.folders)

    @cached_property
    def _environment(self) -> Sandbox:
        """The engine, which a book whose chunks are all in the cache does without: 40 ms."""
        from qexport.content.directions import direct_line
        from qexport.content.fitting import breakable, letters
        from qexport.content.placeholders import fill_markup, fill_placeholders
        from qexport.content.sandbox import Sandbox
        from qexport.content.text import write_line, write_prose

        environment = Sandbox(self.folders, self.limits)
        for each in (direct_line, breakable, letters, fill_markup):
            environment.add_filter(each.__name__, each)
        environment.add_filter("prose", write_prose)
        environment.add_filter("inline", write_line)
        environment.add_filter("fill", fill_placeholders)
        return environment

    def render(self, name: str, /, **values: object) -> str:
        """Fill a template with plain values: text, numbers, Markup, and lists, tuples and dicts of them.

        InputRefused names the line of a template that is wrong, LimitExceeded that of one that does not end.
        """
        from qexport.content.sandbox import TooManyStepsError, steps

        _refuse_objects(values)
        try:
            with steps(self.limits.template_steps):
                return self._environment.get_template(name).render(values)
        except TooManyStepsError as error:
            message = f"{self._place(name, error)}: this takes more than {self.limits.show('template-steps')}"
            raise self.limits.make_error("template-steps", message, "see whether it ends") from error
        except RecursionError as error:
            message = f"{self._place(name, error)}: this includes or calls itself without an end"
            raise LimitExceeded(message, hint="let it end, or nest less") from error
        except Exception as error:
            if (problem := self._problem(name, error, values)) is None:
                raise
            if self.are_built_in:
                raise QexportError(str(problem), hint=problem.hint) from error  # our own mistake
            raise InputRefused((problem,)) from error

    def _problem(self, name: str, error: Exception, values: Mapping[str, object]) -> Problem | None:
        """Return what is wrong in a template; None where the error is none of its own."""
        from jinja2 import TemplateError, TemplateNotFound, UndefinedError

        place = self._place(name, error)
        match error:
            case TemplateNotFound():
                return Problem(
                    place, f"there is no template {quote(str(error.name))}", self._describe_search()
                )
            case UndefinedError():
                return Problem(place, str(error), _guess_meant(str(error), values))
            case UnicodeDecodeError():
                return Problem(
                    place, f"not UTF-8: byte 0x{error.object[error.start]:02x}", "save it as UTF-8"
                )
            case SyntaxError():
                return Problem(place, "blocks are nested too deeply", "nest less")
            case TemplateError() | ArithmeticError() | LookupError() | TypeError() | ValueError():
                return Problem(place, str(error))
            case _:
                return None

    def source(self, name: str) -> str:
        """Return a file of the templates as it is, for example a style sheet.

        Raises:
            InputRefused: It is no ordinary file of the theme, or not UTF-8.
            LimitExceeded: It is too large.
        """
        for folder in self.folders:
            path = folder / name
            if os.path.lexists(path):
                return read_theme_text(path, folder, self.limits)
        raise QexportError(f"no template {name!r}", hint=self._describe_search())

    def _describe_search(self) -> str:
        return f"looked in {', '.join(str(folder) for folder in self.folders)}"

    def _place(self, name: str, error: Exception) -> Location:
        """Return the last line of a template that the error went through."""
        from jinja2 import TemplateSyntaxError

        if isinstance(error, TemplateSyntaxError):
            return Location(error.filename or self._path(error.name or name), error.lineno)
        place = Location(self._path(name))
        trace = error.__traceback__
        while trace is not None:
            path = trace.tb_frame.f_code.co_filename
            if any(Path(path).is_relative_to(folder) for folder in self.folders):
                place = Location(path, trace.tb_lineno)
            trace = trace.tb_next
        return place

    def _path(self, name: str) -> str:
        """Return the path of a template, or its name where no folder has it."""
        paths = (folder / name for folder in self.folders)
        return str(next((path for path in paths if path.is_file()), name))


def _guess_meant(message: str, values: Mapping[str, object]) -> str:
    """Return the name that was probably meant by one which is undefined."""
    name = re.match(r"'(.+?)' is undefined", message)
    return did_you_mean(name[1], values) if name else ""


_PLAIN_TYPES = frozenset({str, Markup, int, float, bool, type(None)})


def _refuse_objects(value: object) -> None:
    """Raise TypeError for a value whose methods a template could call: the sandbox would let it."""
    if type(value) is dict:
        _refuse_objects(list(value.values()))
    elif type(value) in (list, tuple):
        if _PLAIN_TYPES.issuperset(map(type, value)):  # type: ignore[call-overload]
            return  # as three hundred labels are, which each chunk gets
        for each in value:  # type: ignore[attr-defined]
            _refuse_objects(each)
    elif type(value) not in _PLAIN_TYPES:
        raise TypeError(f"a template takes plain values, not {type(value).__name__}")
