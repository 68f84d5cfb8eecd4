"""WeasyPrint, imported and prepared: what every document of a book shares.

It finds the bundled fonts and what it is given, nothing else; style sheets and drawings are read once. What it would
compute again for each document is remembered in `qexport.layout.weasyprint.memory`.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes.util
import gc
import io
import logging
import mimetypes
import sys
import threading
from collections.abc import Iterator
from functools import cache
from typing import Any

from qexport.common.errors import MachineLacks
from qexport.layout import fonts
from qexport.layout.weasyprint.engine_styles import use_parsed_sheets
from qexport.layout.weasyprint.html_tree import parse_plain
from qexport.layout.weasyprint.late_imports import spare_imports
from qexport.layout.weasyprint.resources import PLACE_PREFIX, fetcher


@cache
def engine() -> Any:
    """Return WeasyPrint, which takes half a second to import."""
    fonts.limit_fontconfig()
    try:
        # It prints to standard output when a library is missing.
        with (
            contextlib.redirect_stdout(io.StringIO()),
            _without_searching(),
            spare_imports(),
            use_parsed_sheets(),
        ):
            import weasyprint
    except OSError as error:
        raise MachineLacks(
            f"the text layout library Pango cannot be loaded: {str(error).splitlines()[0]}",
            hint="run ./qexport in a checkout, which brings it along, or install it: "
            "apt install libpangoft2-1.0-0 libharfbuzz-subset0 · dnf, pacman or brew install pango",
        ) from error
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())
    from qexport.layout.weasyprint.memory import table  # which imports it

    table.install_all()
    gc.freeze()  # what was imported stays: garbage is not looked for in it
    return weasyprint


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one thread at a time use what documents share, and none find what a layout that was broken off left of it."""
    with _using:
        engine()
        from qexport.layout.weasyprint.memory import table

        try:
            yield
        except BaseException:
            table.forget()
            raise


_using = threading.RLock()


@contextlib.contextmanager
def _without_searching() -> Iterator[None]:
    """Let nothing be looked for in the system, and libraries be loaded by their names alone.

    WeasyPrint also tries names for other systems, and for each that is none here Python asks ldconfig, gcc and ld
    where it might be: 60 processes, which took more than half of the time of the import.
    """
    known = mimetypes.knownfiles[:]
    if not mimetypes.inited:  # what the system knows of media types is of no use, and differs
        mimetypes.knownfiles.clear()
        mimetypes.init()
        mimetypes.knownfiles.extend(known)
    find_library = ctypes.util.find_library
    if sys.platform == "linux":
        ctypes.util.find_library = lambda name: None  # noqa: ARG005
    try:
        yield
    finally:
        ctypes.util.find_library = find_library


def read_html(html: str, fetch: Any) -> Any:
    """Return a document, read.

    Args:
        html: The document.
        fetch: What gives the engine its pictures.
    """
    root = parse_plain(html)
    if root is None:
        return engine().HTML(string=html, base_url=PLACE_PREFIX, url_fetcher=fetch)
    return _plain_document_class()(root, fetch)


@cache
def _plain_document_class() -> Any:
    from qexport.layout.weasyprint.plain_elements import PlainElement  # which imports a part of the engine

    class PlainDocument(engine().HTML):  # type: ignore[misc]
        """A document of the engine, parsed by Python's XML parser."""

        def __init__(self, root: Any, fetch: Any) -> None:
            self.base_url = PLACE_PREFIX
            self.url_fetcher = fetch
            self.media_type = "print"
            self.wrapper_element = PlainElement.from_html_root(root, content_language=None)
            self.etree_element = self.wrapper_element.etree_element

    return PlainDocument


@cache
def read_stylesheet(css: str, added: tuple[fonts.FontFile, ...] = ()) -> Any:
    """Return a style sheet, read."""
    configuration = font_configuration(added)
    return engine().CSS(string=css, base_url=PLACE_PREFIX, url_fetcher=fetcher({}), font_config=configuration)


@cache
def font_configuration(added: tuple[fonts.FontFile, ...] = ()) -> Any:
    """Return what WeasyPrint knows of the fonts: the bundled ones, and those of the theme."""
    from weasyprint.text.fonts import FontConfiguration

    if added or not fonts.is_limited():  # fonts that were not known at the import; or others were first
        fonts.limit_fontconfig(added)
    with fonts.last_reading():
        configuration = FontConfiguration()
    configuration.files = fonts.collect_fonts(added)
    configuration.only_bundled = not added
    atexit.register(configuration.__del__)  # else its folder for what `@font-face` names would stay
    return configuration
