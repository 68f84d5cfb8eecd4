"""WeasyPrint, imported and prepared: what every document of a book shares.

It finds the bundled fonts and what it is given, nothing else; style sheets and drawings are read once. What it would
compute anew for each document is remembered in `engine_memory`.
"""

from __future__ import annotations

import atexit
import contextlib
import ctypes.util
import gc
import io
import logging
import mimetypes
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any

from qexport.common.errors import MachineLacks
from qexport.layout import fonts

PLACE = "qx:"
"""What a link to a place in the book begins with: it is the base of all addresses, too."""


@cache
def engine() -> Any:
    """Return WeasyPrint, which takes half a second to import."""
    fonts.use_bundled_only()
    try:
        # It prints to standard output when a library is missing.
        with contextlib.redirect_stdout(io.StringIO()), _without_searching(), _without_subsetting():
            import pydyf
            import weasyprint
    except OSError as error:
        raise MachineLacks(
            f"the text layout library Pango cannot be loaded: {str(error).splitlines()[0]}",
            hint="run ./qexport in a checkout, which brings it along, or install it: "
            "apt install libpangoft2-1.0-0 libharfbuzz-subset0 · dnf, pacman or brew install pango",
        ) from error
    logging.getLogger("weasyprint").addHandler(logging.NullHandler())
    # The linker embeds the fonts, once for a book. Subsetting them for every chunk too took an eighth of its time.
    weasyprint.pdf.build_fonts_dictionary = lambda _pdf, *_: pydyf.Dictionary()
    handlers = weasyprint.html.HTML_HANDLERS
    handlers[_SVG] = _drawing_handler(handlers[_SVG])
    _let_spaces_end_lines()
    from qexport.layout.weasyprint import memory  # which imports it

    memory.install()
    gc.freeze()  # what was imported stays: garbage is not looked for in it
    return weasyprint


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one thread at a time use what documents share, and none find what a layout that was broken off left of it."""
    with _using:
        engine()
        from qexport.layout.weasyprint import memory

        try:
            yield
        except BaseException:
            memory.forget()
            raise


_using = threading.RLock()


def _let_spaces_end_lines() -> None:
    """Let a text before another element fit without the space it ends with.

    Where there is room for all but that space, WeasyPrint 70 breaks the line after its first word.
    """
    from weasyprint.layout import inline

    split = inline.split_first_line

    def split_first_line(
        text: str, style: Any, context: Any, max_width: Any, *others: Any, **named: Any
    ) -> Any:
        line = split(text, style, context, max_width, *others, **named)
        resume_index = line[2]
        if (
            resume_index is not None
            and text.endswith(" ")
            and 0 < len(text.split(" ", 1)[0].encode()) >= resume_index - 1
        ):
            whole = split(text.rstrip(" "), style, context, max_width, *others, **named)
            if whole[2] is None and whole[3] <= max_width:
                return whole
        return line

    inline.split_first_line = split_first_line


@contextlib.contextmanager
def _without_subsetting() -> Iterator[None]:
    """Let WeasyPrint not import what it makes fonts smaller with, which is the linker's: a quarter of its import."""
    absent = {"fontTools.subset", "fontTools.varLib.instancer"} - sys.modules.keys()
    for name in absent:
        sys.modules[name] = ModuleType(name)
        sys.modules[name].__dict__["instantiateVariableFont"] = None
    try:
        yield
    finally:
        for name in absent:  # who does need it gets it
            del sys.modules[name]


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


def fetcher(files: Mapping[str, bytes]) -> Any:
    """Return a fetcher that knows these files by their URLs and nothing else: no network, no disk."""
    return _fetcher_class()(files)


@cache
def _fetcher_class() -> Any:
    urls = engine().urls

    class Files(urls.URLFetcher):  # type: ignore[misc, name-defined]
        def __init__(self, files: Mapping[str, bytes]) -> None:
            # Not that of the base, which makes what opens a dozen kinds of addresses.
            self._fail_on_errors = False
            self.files = files

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002  # the engine calls it so
            if url not in self.files:
                raise ValueError(f"not fetched: {url}")
            return urls.URLFetcherResponse(url, self.files[url])

    return Files


@cache
def stylesheet(css: str) -> Any:
    """Return a style sheet, read."""
    return engine().CSS(string=css, base_url=PLACE, url_fetcher=fetcher({}), font_config=font_configuration())


def font_configuration() -> Any:
    """Return what WeasyPrint knows of the fonts, those of the theme too."""
    return _font_configuration_with(fonts.added())


@cache
def _font_configuration_with(added: tuple[fonts.FontFile, ...]) -> Any:
    from weasyprint.text.fonts import FontConfiguration

    if added:  # of a theme, which were not known when the engine was imported
        fonts.use_bundled_only()
    with fonts.last_reading():
        configuration = FontConfiguration()
    atexit.register(configuration.__del__)  # else its folder for what `@font-face` names would stay
    return configuration


def with_drawings(html: str) -> str:
    """Return HTML with what stands in each inline SVG but its title put aside, to be drawn once and for all.

    A book has a dozen drawings and shows them thousands of times. Letters in one need the document's fonts.
    """

    def put_aside(found: re.Match[str]) -> str:
        svg, attributes, title = found[0], found[1], found[2] or ""
        if "<text" in svg:
            return svg
        number = _numbers.setdefault(svg, len(_numbers))
        kept = "".join(_MATCHED.findall(attributes))
        return f'<svg{kept} data-drawing="{number}">{title}</svg>'

    return _INLINE_SVG.sub(put_aside, html)


_SVG = "{http://www.w3.org/2000/svg}svg"
_INLINE_SVG = re.compile(r"<svg\b([^>]*)>\s*(<title>[^<]*</title>)?.*?</svg>", re.DOTALL)
_MATCHED = re.compile(r' (?:class|id|role)="[^"]*"')  # what a stylesheet goes by
_numbers: dict[str, int] = {}


def _drawing_handler(usual: Any) -> Any:
    """Return what makes a box of an inline SVG: the drawing that was put aside for it, else what is usual."""
    from weasyprint.html import make_replaced_box

    def handle(element: Any, box: Any, get_image: Any, base_url: Any) -> Any:
        number = element.get("data-drawing")
        if number is None:
            return usual(element, box, get_image, base_url)
        return [make_replaced_box(element, box, _drawing(int(number)))]

    return handle


@cache
def _drawing(number: int) -> Any:
    from xml.etree import ElementTree as ET

    from weasyprint.images import SVGImage

    source = next(svg for svg, known in _numbers.items() if known == number)

    class Drawing(SVGImage):  # type: ignore[misc]
        """An SVG that keeps the operators it was drawn by, for each size."""

        def __init__(self) -> None:
            super().__init__(ET.fromstring(source), PLACE, fetcher({}), None)  # noqa: S314
            self.drawn: dict[tuple[float, float], tuple[list[bytes], dict[str, Any]]] = {}

        def draw(self, stream: Any, width: float, height: float, style: Any) -> None:
            _forget_state(stream)  # else what is kept would depend on what was drawn before it
            states = stream._resources["ExtGState"]
            if (width, height) not in self.drawn:
                before = len(stream.stream)
                super().draw(stream, width, height, style)
                items = stream.stream[before:]
                used = {name: state for name, state in states.items() if b"/%s gs" % name.encode() in items}
                self.drawn[width, height] = items, used
            else:
                items, used = self.drawn[width, height]
                stream.stream += items
                states.update(used)
            _forget_state(stream)

    return Drawing()


def _forget_state(stream: Any) -> None:
    """Let colours and transparencies be set again, as after `Q`."""
    stream.push_state()
    stream.pop_state()  # which takes the `q` away again
