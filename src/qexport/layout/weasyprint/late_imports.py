"""What the import of the engine is spared: what it parses each time, and what is not used here.

It declares the functions of Pango, HarfBuzz and Fontconfig in C. A parser of C, written in Python, reads that at each
import, which is a quarter of it. The compiled form, which cffi knows too, is kept beside this module for the
declarations of one version (`tools/compile_declarations.py`); others are parsed as ever.

What cuts fonts down and unpacks them is imported when it is used, which it seldom is: the linker embeds fonts itself.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

COMPILED = Path(__file__).with_name("declarations.txt")
"""Digest of the declarations, and what `cffi` compiled of them."""

MORE = (
    "PangoLayout * pango_layout_copy (PangoLayout *src); void * g_object_ref (void *object);"
    "void pango_layout_index_to_pos (PangoLayout *layout, int index, PangoRectangle *pos);"
)
"""Functions of Pango that are used here, and not by the engine."""


@contextmanager
def spared() -> Iterator[None]:
    """Let modules be others for the time of the import; who imports them later gets them."""
    others = {} if "cffi" in sys.modules else {"cffi": _module("cffi", FFI=Declarations)}
    if "fontTools" not in sys.modules:
        others |= _late_font_tools()
    sys.modules.update(others)
    try:
        yield
    finally:
        for name, module in others.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


def _module(name: str, **values: object) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(values)
    return module


# --- declarations ------------------------------------------------------------------------------------------------


class Declarations:
    """What `cffi.FFI` is, but for the time it takes: its names are those of what was compiled, or of the real one."""

    def __init__(self) -> None:
        self._real: Any = None

    def cdef(self, source: str) -> None:
        """Take in declarations."""
        compiled = None if self._real else load_compiled(source)
        if compiled is not None:
            self.__dict__.update({name: getattr(compiled, name) for name in dir(compiled) if name[0] != "_"})
            return
        if self._real is None:
            if source == MORE and hasattr(self, "dlopen"):
                return  # compiled with the others
            sys.modules.pop("cffi", None)
            self._real = import_module("cffi").FFI()
        self._real.cdef(source)
        names = [name for name in dir(self._real) if name[0] != "_" and name != "cdef"]
        self.__dict__.update({name: getattr(self._real, name) for name in names})


def load_compiled(source: str) -> Any:
    """Return cffi's compiled form of the engine's declarations, with ours; None if it was made of others."""
    digest, _, compiled = COMPILED.read_text("ascii").partition("\n")
    if digest != digest_declarations(source):
        return None
    import _cffi_backend

    try:
        return _cffi_backend.FFI("declarations", **ast.literal_eval(compiled))
    except (ImportError, TypeError, ValueError):  # of another version of cffi
        return None


def digest_declarations(source: str) -> str:
    """Return what tells declarations from others."""
    return sha256((source + MORE).encode()).hexdigest()


# --- fonts -------------------------------------------------------------------------------------------------------


class _Late:
    """A module, or something in it, that is imported when it is used."""

    def __init__(self, module: str, name: str = "") -> None:
        self._module = module
        self._name = name

    def _find(self) -> Any:
        module = import_module(self._module)
        return getattr(module, self._name) if self._name else module

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self._find()(*values, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._find(), name)


def _late_font_tools() -> dict[str, ModuleType]:
    """Return what WeasyPrint imports of fontTools."""
    library = "fontTools.ttLib"
    names = {
        "subset": _Late("fontTools.subset"),
        "ttLib": _Late(library),
        "varLib": _Late("fontTools.varLib"),
    }
    return {
        "fontTools": _module("fontTools", **names),
        "fontTools.subset": _module("fontTools.subset"),
        library: _module(
            library,
            TTFont=_Late(library, "TTFont"),
            TTLibError=ValueError,  # caught around what is not called here
            ttFont=_Late("fontTools.ttLib.ttFont"),
            woff2=_Late("fontTools.ttLib.woff2"),
        ),
        "fontTools.varLib": _module("fontTools.varLib"),
        "fontTools.varLib.instancer": _module(
            "fontTools.varLib.instancer",
            instantiateVariableFont=_Late("fontTools.varLib.instancer", "instantiateVariableFont"),
        ),
    }
