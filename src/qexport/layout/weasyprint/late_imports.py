"""What the import of the engine is spared: what it parses each time, and what is not used here.

It declares the functions of Pango, HarfBuzz and Fontconfig in C. A parser of C, written in Python, reads that at each
import, which is a quarter of it. The compiled form, which cffi knows too, is kept beside this module for the
declarations of one version (`tools/compile_declarations.py`); others are parsed as ever.

What is seldom used is imported when it is: what cuts fonts down and unpacks them, since the linker embeds them itself,
and what reads pictures of pixels. Nothing is made that opens addresses: documents are given their files.
"""

from __future__ import annotations

import ast
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from qexport.common.versions import find_installed

COMPILED = Path(__file__).with_name("declarations.txt")
"""Digest of the declarations, and what `cffi` compiled of them."""

MORE = (
    "PangoLayout * pango_layout_copy (PangoLayout *src); void * g_object_ref (void *object);"
    "void pango_layout_index_to_pos (PangoLayout *layout, int index, PangoRectangle *pos);"
)
"""Functions of Pango that are used here, and not by the engine."""


WRITTEN_FOR = "70.0"
"""The version of WeasyPrint whose imports these are."""


@contextmanager
def spare_imports() -> Iterator[None]:
    """Let modules be others for the time of the import; who imports them later gets them.

    Another thread may import one of them meanwhile, so where there is one, nothing is spared. Neither is it where the
    engine is of another version, which may import what is not in their place here.
    """
    found = (
        find_installed(("weasyprint",))["weasyprint"].removeprefix("weasyprint-").removesuffix(".dist-info")
    )
    if threading.active_count() > 1 or found != WRITTEN_FOR:
        yield
        return
    others = {} if "cffi" in sys.modules else {"cffi": _module("cffi", FFI=Declarations)}
    for package, make in _STUBS.items():
        if package not in sys.modules:
            others |= make()
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


# --- what is imported later ----------------------------------------------------------------------------------------


class _Late:
    """A module, or something in it, that is imported when it is used."""

    def __init__(self, module: str, name: str = "", settings: tuple[ModuleType, ...] = ()) -> None:
        """Take a module, a name in it, and settings: modules with values for those of the same names."""
        self._module = module
        self._name = name
        self._settings = settings

    def _find(self) -> Any:
        for each in self._settings:
            names = {name: value for name, value in vars(each).items() if not name.startswith("__")}
            vars(import_module(each.__name__)).update(names)
        module = import_module(self._module)
        return getattr(module, self._name) if self._name else module

    def __call__(self, *values: Any, **named: Any) -> Any:
        return self._find()(*values, **named)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._find(), name)

    def __instancecheck__(self, value: object) -> bool:
        return isinstance(value, self._find())


class _NoOpener:
    """What opens addresses, without anything that would."""

    def add_handler(self, handler: None) -> None:
        """Take what `_make_nothing` made."""


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


def _late_pillow() -> dict[str, ModuleType]:
    """Return what WeasyPrint imports of Pillow."""
    set_by_engine = _module("PIL.ImageFile"), _module("PIL.EpsImagePlugin")
    names = {
        "ImageFile": set_by_engine[0],
        "EpsImagePlugin": set_by_engine[1],
        "Image": _Late("PIL.Image", settings=set_by_engine),
        "ImageOps": _Late("PIL.ImageOps", settings=set_by_engine),
    }
    profiles = "PIL.ImageCms"
    late = _module(profiles, ImageCmsProfile=_Late(profiles, "ImageCmsProfile"))
    return {"PIL": _module("PIL", **names), profiles: late}


def _no_openers() -> dict[str, ModuleType]:
    """Return what WeasyPrint imports to open addresses. For each style sheet of its own it makes what would."""
    module = "urllib.request"
    late = {name: _Late(module, name) for name in ("Request", "pathname2url", "url2pathname")}
    return {
        module: _module(module, OpenerDirector=_NoOpener, **late, **dict.fromkeys(_HANDLERS, _make_nothing))
    }


_HANDLERS = """
    ProxyHandler UnknownHandler HTTPHandler HTTPDefaultErrorHandler FTPHandler FileHandler HTTPErrorProcessor
    DataHandler HTTPSHandler HTTPRedirectHandler
""".split()  # noqa: SIM905  a list of literals is harder to read


def _make_nothing(**_: object) -> None:
    """Make nothing, in place of what opens addresses of one kind."""


def _late_messages() -> dict[str, ModuleType]:
    """Return what WeasyPrint imports for the headers of what it was given."""
    module = "email.message"
    return {module: _module(module, EmailMessage=_Late(module, "EmailMessage"))}


_STUBS: dict[str, Callable[[], dict[str, ModuleType]]] = {
    "fontTools": _late_font_tools,
    "PIL": _late_pillow,
    "urllib.request": _no_openers,
    "email.message": _late_messages,
}
"""Package → what is imported in its place."""
