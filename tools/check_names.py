#!/usr/bin/env python3
"""List the top-level names that two modules of the package define: one word is to have one meaning.

    tools/check_names.py        print them; end with 1 if one is in a settled package, or there are too many

A name that is the same by intention, because a table calls it by that name, is in SHARED with the reason.
"""

from __future__ import annotations

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "qexport"
SETTLED = ("cli", "common", "bank/health")
"""In these no name may be defined twice; elsewhere at most LIMIT names, which only falls."""
LIMIT = 220
SHARED = {
    "main": "the entry of the program, and of __main__",
    "OUTPUT": "what the registry of outputs reads of each",
    "render": "what an output's declaration calls; the pipeline's stage that calls all",
    "parse": "what the registry of importers calls; a reader's of a bank",
}
"""Name → why several modules define it."""


def main() -> int:
    """Print the names and their modules; return 1 if one is not explained."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        if path.parent.name == "commands":  # a command's function has the name of the command
            continue
        for name in dict.fromkeys(defined_in(ast.parse(path.read_text("utf-8")))):
            places[name].append(str(path.relative_to(SOURCE)))
    twice = {name: found for name, found in sorted(places.items()) if len(found) > 1 and name not in SHARED}
    for name, found in twice.items():
        print(f"{name}: {', '.join(found)}")
    settled = [name for name, found in twice.items() if sum(place.startswith(SETTLED) for place in found) > 1]
    print(
        f"{len(twice)} names with two definitions, at most {LIMIT}; in settled packages: {settled or 'none'}"
    )
    return int(len(twice) > LIMIT or bool(settled))


def defined_in(module: ast.Module) -> Iterator[str]:
    """Yield the names of functions, classes and constants of a module, but for dunders."""
    for node in module.body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.AsyncFunctionDef(name=name):
                names = [name]
            case ast.Assign(targets=targets):
                names = [target.id for target in targets if isinstance(target, ast.Name)]
            case ast.AnnAssign(target=ast.Name(id=name)):
                names = [name]
            case _:
                names = []
        yield from (name for name in names if not name.startswith("__"))


if __name__ == "__main__":
    sys.exit(main())
