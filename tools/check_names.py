#!/usr/bin/env python3
"""List the top-level names that two modules of the package define: one word is to have one meaning.

An underscore before it makes no other word of it: `_read` and `read` are one name.

    tools/check_names.py        print them; end with 1 if there is one

A name that is the same by intention, because a table calls it by that name, is in SHARED with the reason.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "qexport"
SHARED = {
    "main": ("", "the entry of the program, and of `python -m qexport`"),
    "OUTPUT": ("outputs/", "what outputs/registry.py reads of each output"),
    "render": ("outputs/", "what the pipeline calls of the module that an output declares"),
    "parse": ("importers/", "what the module of a shape in importers/registry.py has"),
    "write": ("exporters/", "what the module of a form in exporters/registry.py has"),
}
"""Name → the folder in which several modules may define it, and why."""


def main() -> int:
    """Print the names and their modules; return 1 if there is one."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        place = str(path.relative_to(SOURCE))
        names = [name.lstrip("_") for name in defined_in(ast.parse(path.read_text("utf-8")))]
        for name in dict.fromkeys(names):
            if name not in SHARED or not place.startswith(SHARED[name][0]):
                places[name].append(place)
    twice = {name: found for name, found in sorted(places.items()) if len(found) > 1}
    for name, found in twice.items():
        print(f"{name}: {', '.join(found)}")
    print(f"{len(twice)} names with two definitions")
    return int(bool(twice))


def defined_in(module: ast.Module) -> Iterator[str]:
    """Yield the names of functions, classes and constants of a module.

    Not dunders, nor type variables, which are any type everywhere, nor commands, which have the name of what they run.
    """
    for node in module.body:
        match node:
            case ast.FunctionDef() if any(
                ast.unparse(each).startswith("click.") for each in node.decorator_list
            ):
                names = []
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                names = [name]
            case ast.Assign(value=ast.Call(func=ast.Name(id="TypeVar"))):
                names = []
            case ast.Assign(targets=targets):
                parts = [part for each in targets for part in getattr(each, "elts", [each])]  # of A, B = 1, 2
                names = [part.id for part in parts if isinstance(part, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("__"))


if __name__ == "__main__":
    sys.exit(main())
