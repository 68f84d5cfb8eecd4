"""Compile the engine's declarations of C functions, as `qexport.layout.weasyprint.late_imports` loads them.

To be run when WeasyPrint has others, which a test of that module reports: `python -m tools.compile_declarations`.
"""

from __future__ import annotations

import ast
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import distribution
from pathlib import Path

import cffi

from qexport.layout.weasyprint.late_imports import COMPILED, MORE, digest_declarations


def read_declarations() -> str:
    """Return what the installed WeasyPrint declares."""
    path = Path(str(distribution("weasyprint").locate_file("weasyprint/text/ffi.py")))
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    (source,) = [
        ast.literal_eval(call.args[0])
        for call in calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "cdef"
    ]
    return str(source)


def compile_declarations(source: str) -> str:
    """Return a digest of declarations, and below it what cffi compiles of them and of ours."""
    compiler = cffi.FFI()
    compiler.cdef(source)
    compiler.cdef(MORE)
    compiler.set_source("declarations", None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "declarations.py"
        compiler.emit_python_code(str(path))
        tree = ast.parse(path.read_text("ascii"))
    (call,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.keywords]
    values: dict[str, object] = {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
    lines = ",\n".join(f"{name!r}: {_in_lines(value)}" for name, value in values.items())
    return f"{digest_declarations(source)}\n{{{lines}}}\n"


def _in_lines(value: object) -> str:
    """Return a value as Python has it, a tuple with each of its items on a line."""
    if isinstance(value, tuple):
        return f"({''.join(f'{_in_lines(each)},{chr(10)}' for each in value)})"
    return repr(value)


def main(_: Sequence[str] = ()) -> int:
    COMPILED.write_text(compile_declarations(read_declarations()), "ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
