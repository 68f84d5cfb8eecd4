"""Jinja for templates nobody vouches for: plain values and their folders in, text out, after so much work at most.

Jinja's own sandbox keeps templates from Python's attributes, and knows no end: two loops in each other, a macro that
calls itself twice or `a ~ a` in a loop keep it busy for ever, or take all memory. Here every loop, call, filter
and text costs steps, which are counted and not timed: a template is refused on every machine or on none.

- The nodes of a template are changed before it becomes code: what a loop goes through is counted, as are texts
  that are joined, compared or cut.
- Calls, filters, `+` and what is put out pass the environment.
- There is no filter and no method whose cost is not in proportion to what it is given.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from operator import add
from typing import TYPE_CHECKING, Any

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
    pass_context,
)
from jinja2.exceptions import SecurityError
from jinja2.loaders import split_template_path
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from qexport.common.limits import USUAL, Limits
from qexport.common.opener import TooLarge, Unreadable, read_bytes

if TYPE_CHECKING:
    from pathlib import Path
    from types import CodeType

    from jinja2 import Environment
    from jinja2.bccache import Bucket
    from jinja2.runtime import Context

MADE = 20
"""Characters that are made for a step."""
READ = 200
"""Characters that are looked at for a step."""
SORTED = 2
"""Items that are."""
CALLED = 6
"""Steps that a call takes."""

_ALLOWED_FILTERS = frozenset(
    (
        *("abs", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "filesizeformat", "first"),
        *("float", "groupby", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min"),
        *("reject", "rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "string"),
        *("sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode"),
    )
)
"""What there is of Jinja's filters: no `safe` (what is safe comes as Markup), no `random`, none that pads."""

_METHODS: dict[type, frozenset[str]] = {
    dict: frozenset(("get", "items", "keys", "values")),
    **dict.fromkeys((list, tuple), frozenset(("count", "index"))),
    **dict.fromkeys((int, float, bool, type(None)), frozenset()),
    **dict.fromkeys(
        (str, Markup),
        frozenset(
            (
                *("capitalize", "casefold", "count", "endswith", "find", "isalnum", "isalpha", "isdecimal"),
                *("isdigit", "islower", "isspace", "istitle", "isupper", "lower", "lstrip", "partition"),
                *("removeprefix", "removesuffix", "rfind", "rpartition", "rsplit", "rstrip", "split"),
                *("splitlines", "startswith", "strip", "swapcase", "title", "upper"),
            )
        ),
    ),
}


class TooManyStepsError(Exception):
    """A template asks for more work than it may."""


_left: ContextVar[list[int] | None] = ContextVar("_left", default=None)
"""The steps that are left to the template being filled."""


@contextmanager
def steps(most: int) -> Iterator[None]:
    """Let what is filled in the block take so many steps."""
    token = _left.set([most])
    try:
        yield
    finally:
        _left.reset(token)


def _take(count: int) -> None:
    left = _left.get()
    if left is not None:  # Jinja works out what is constant before anything is filled
        left[0] -= count
        if left[0] < 0:
            raise TooManyStepsError


def _pay_for_new(value: Any) -> Any:
    """Pay for a value that is new."""
    _take(1 + len(value) // MADE if isinstance(value, str | list | tuple | dict) else 1)
    return value


def _pay_for_value(value: Any) -> Any:
    """Pay for a value that is looked at as a whole."""
    if isinstance(value, str) and len(value) >= READ:
        _take(len(value) // READ)
    elif isinstance(value, list | tuple | dict):
        _take(len(value) // SORTED)
    return value


# What nodes become


@pass_context  # else Jinja would work it out beforehand
def _pay_for_each(_context: Context, items: Any, cost: int) -> Iterable[Any]:
    for item in items:
        _take(cost)
        yield item


@pass_context
def _join_parts(context: Context, parts: list[Any]) -> str:
    texts = [part if isinstance(part, str) else str(part) for part in parts]
    _take(1 + sum(map(len, texts)) // MADE)
    return Markup("").join(texts) if context.eval_ctx.autoescape else "".join(texts)


@pass_context
def _weigh(_context: Context, value: Any) -> Any:
    return _pay_for_value(value)


def _guard_operators(tree: nodes.Template, name: str | None, filename: str | None) -> nodes.Template:
    for switch in tree.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
        raise TemplateSyntaxError("autoescape cannot be switched", switch.lineno, name, filename)
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = _make_filter(loop.iter, "_pay_for_each", nodes.Const(1 + _literal(loop.body) // MADE))
    for comparison in list(tree.find_all(nodes.Compare)):
        for operand in comparison.ops:
            operand.expr = _make_filter(operand.expr, "_weigh")
    _replace_filters(tree)
    return tree


def _literal(body: Iterable[nodes.Node]) -> int:
    """Return how many characters are in the body of a loop, those of inner loops too."""
    return sum(
        len(data.data)
        for node in body
        for data in ([node] if isinstance(node, nodes.TemplateData) else node.find_all(nodes.TemplateData))
    )


def _replace_filters(node: nodes.Node) -> None:
    """Let joining and cutting of texts pass our filters, all over the tree."""
    for field, value in node.iter_fields():
        if isinstance(value, list):
            setattr(
                node, field, [_replacement(each) if isinstance(each, nodes.Node) else each for each in value]
            )
        elif isinstance(value, nodes.Node):
            setattr(node, field, _replacement(value))


def _replacement(node: nodes.Node) -> nodes.Node:
    _replace_filters(node)
    if isinstance(node, nodes.Concat):
        return _make_filter(nodes.List(node.nodes, lineno=node.lineno), "_join_parts")
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
        return _make_filter(node, "_weigh")
    return node


def _make_filter(node: nodes.Node, name: str, *arguments: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(arguments), [], None, None, lineno=node.lineno)


# The environment


class _Compiled(BytecodeCache):
    """Templates that this process compiled, by name, place and text: building again, it needs them once."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Let the bucket have what was compiled of the same text."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        if bucket.code is not None:
            self._kept[bucket.key, bucket.checksum] = bucket.code


_COMPILED_CODE = _Compiled()


class Sandbox(ImmutableSandboxedEnvironment):
    """Templates of some folders, the first that has one deciding."""

    def __init__(self, folders: Iterable[Path], limits: Limits = USUAL) -> None:
        super().__init__(
            loader=Folders(folders, limits),
            autoescape=True,  # for every name: select_autoescape() does not know "html.j2"
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_pay_for_new,
            bytecode_cache=_COMPILED_CODE,
        )
        usual = dict(self.filters)
        self.filters.clear()
        for name in _ALLOWED_FILTERS:
            self.add_filter(name, _OWN.get(name, usual[name]))
        self.filters.update({each.__name__: each for each in (_pay_for_each, _join_parts, _weigh)})
        for name in ("cycler", "joiner", "lipsum"):
            del self.globals[name]
        self.intercepted_binops = frozenset(("*", "**", "+", "%"))
        self.binop_table = {
            **self.binop_table,
            "*": _multiply_safely,
            "**": _power,
            "+": _add_safely,
            "%": _remainder,
        }

    def add_filter(self, name: str, function: Callable[..., Any]) -> None:
        """Add a filter, for what goes in and what comes out of which a template pays."""

        @wraps(function)
        def paid(*arguments: Any, **more: Any) -> Any:
            for each in arguments:
                _pay_for_value(each)
            return _pay_for_new(function(*arguments, **more))

        self.filters[name] = paid

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        changed = _guard_operators(source, name, filename)
        return super()._generate(changed, name, filename, defer_init)

    def join_path(self, template: str, parent: str) -> str:  # noqa: ARG002
        """Return the template another one names; every include passes here."""
        _take(10)
        return template

    def call(self, context: Context, function: Any, /, *arguments: Any, **more: Any) -> Any:
        """Call what a template calls, for what goes in and what comes out of which it pays."""
        _take(CALLED)
        _pay_for_value(getattr(function, "__self__", None))
        if isinstance(function, LoopContext):  # a loop that calls itself
            arguments = (_pay_for_each(context, arguments[0], 1), *arguments[1:])
        return _pay_for_new(super().call(context, function, *arguments, **more))

    def wrap_str_format(self, value: Any) -> None:  # noqa: ARG002
        """Leave `format` to is_safe_attribute, which refuses it: it pads to any length."""
        return

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may have an attribute: of plain values, some methods."""
        allowed = _METHODS.get(type(obj))
        return super().is_safe_attribute(obj, attr, value) and (allowed is None or attr in allowed)


class Folders(BaseLoader):
    """Templates as the files of folders, and none that only a link leads to."""

    def __init__(self, folders: Iterable[Path], limits: Limits = USUAL) -> None:
        self.folders = tuple(folders)
        self.limits = limits

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return a template's text and path, for Jinja."""
        for folder in self.folders:
            path = folder.joinpath(*split_template_path(template))
            if os.path.isfile(path):  # noqa: PTH113  Path.is_file raises for a name no system takes
                try:
                    data = read_bytes(path, self.limits.theme_file, inside=folder)
                except Unreadable as error:
                    what = "leads out of its folder" if error.outside else error.reason
                    raise SecurityError(f"{path} {what}") from error
                except TooLarge:
                    message = f"{path}: this is larger than {self.limits.show('theme-file')}"
                    raise self.limits.make_error("theme-file", message) from None
                return data.decode("utf-8").replace("\r\n", "\n"), str(path), lambda: True
        raise TemplateNotFound(template)


def _multiply_safely(left: Any, right: Any) -> Any:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise TypeError("templates multiply numbers only")  # 'a' * 3000000000 would take all memory
    return _refuse_large_number(left * right)


def _power(_base: Any, _exponent: Any) -> Any:
    raise TypeError("templates do not raise to a power")  # 9**9**9 would never end


def _remainder(left: Any, right: Any) -> Any:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise TypeError("templates take remainders of numbers only")  # '%1000000000d' % 1 is a gigabyte
    return left % right


def _add_safely(left: Any, right: Any) -> Any:
    for each in (left, right):
        if isinstance(each, str | list | tuple):
            _take(1 + len(each) // MADE)
    return _refuse_large_number(add(left, right))


def _refuse_large_number(number: Any) -> Any:
    if isinstance(number, int) and abs(number) > 2**64:  # squared again and again it would never end
        raise ArithmeticError("a number is too large")
    return number


# Filters that are Jinja's but for what they may cost


def _replace_text(text: Any, old: str, new: str) -> Any:
    text = text if isinstance(text, str) else str(text)
    _take(text.count(old) * (1 + len(new) // MADE))
    return text.replace(old, new)  # of Markup, which escapes what is new


def _join(items: Any, separator: str = "") -> Any:
    texts = [item if isinstance(item, str) else str(item) for item in items]
    _take(sum(1 + (len(text) + len(separator)) // MADE for text in texts))
    return Markup.escape(separator).join(texts)


def _round(number: float, places: int = 0) -> float:
    if not 0 <= places <= 20:
        raise ValueError("templates round to 0 to 20 places")
    return round(float(number), places)


def _sum_of(numbers: Any, attribute: str = "") -> Any:
    total: Any = 0
    for each in numbers:
        total = _add_safely(total, each[attribute] if attribute else each)
    return total


_OWN: dict[str, Callable[..., Any]] = {
    "join": _join,
    "replace": _replace_text,
    "round": _round,
    "sum": _sum_of,
}
