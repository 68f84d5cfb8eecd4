#!/usr/bin/env python3
"""Draw the graph of the packages from the imports of their modules.

    tools/draw_imports.py             each package, and what it imports: number of imports, and from how many modules
    tools/draw_imports.py --dot       the same for Graphviz

Imports inside functions count, since engines and commands are imported late; imports for types alone do not.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent / "src" / "qexport"


def main() -> int:
    """Print the graph; return 1 if a package imports one that imports it, directly or not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--dot", action="store_true")
    wants_dot = parser.parse_args().dot
    graph = draw()
    if wants_dot:
        lines = [
            f'    "{one}" -> "{other}" [label={sum(found.values())}];'
            for (one, other), found in graph.items()
        ]
        print("\n".join(["digraph qexport {", *lines, "}"]))
    else:
        for name in sorted({one for one, _ in graph}):
            others = [
                f"{other} {sum(found.values())} ({len(found)})"
                for (one, other), found in sorted(graph.items())
                if one == name
            ]
            print(f"{name:10} → {', '.join(others)}")
    return int(any(one in reached(other, graph) for one, other in graph))


def draw() -> dict[tuple[str, str], Counter[str]]:
    """Return for each pair of packages the modules of the first that import the second, and how often."""
    graph: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for path in sorted(SOURCE.rglob("*.py")):
        place = path.relative_to(SOURCE)
        package = place.parts[0].removesuffix(".py")
        if package.startswith("__"):
            continue
        for name in imported_by(ast.parse(path.read_text("utf-8"))):
            parts = name.split(".")
            if parts[0] == "qexport" and len(parts) > 1 and parts[1] not in (package, "__version__"):
                graph[package, parts[1]][str(place)] += 1
    return dict(graph)


def imported_by(node: ast.AST) -> Iterator[str]:
    """Yield the names of imported modules, but for those that are imported for types alone."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                continue
            case ast.ImportFrom(module="qexport"):
                yield from (f"qexport.{each.name}" for each in child.names)
            case ast.ImportFrom(module=str(module)):
                yield module
            case ast.Import():
                yield from (each.name for each in child.names)
        yield from imported_by(child)


def reached(start: str, graph: dict[tuple[str, str], Counter[str]]) -> set[str]:
    """Return the packages that one imports, directly or not."""
    found: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        new = {other for one, other in graph if one == name} - found
        found |= new
        todo += new
    return found


if __name__ == "__main__":
    sys.exit(main())
