"""The engine is imported with its declarations compiled, and without what it does not use here."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest
from tools.compile_declarations import compile_declarations, read_declarations

from qexport.layout.weasyprint import late_imports


def test_the_compiled_declarations_are_those_of_the_installed_engine() -> None:
    """Else `python -m tools.compile_declarations` makes them again."""
    assert late_imports.COMPILED.read_text("ascii") == compile_declarations(read_declarations())


def test_other_declarations_are_parsed_as_ever() -> None:
    declarations: Any = late_imports.Declarations()
    declarations.cdef("typedef struct { int a; int b; } pair;")
    declarations.cdef("typedef struct { pair c; } more;")
    assert declarations.sizeof("more") == 8
    assert late_imports.load_compiled("int f(void);") is None


@pytest.mark.parametrize(
    "name",
    [
        "pycparser",
        "cffi",
        "fontTools",
        "fontTools.ttLib",
        "fontTools.subset",
        "fontTools.varLib.instancer",
        "PIL",
        "PIL.Image",
        "PIL.ImageCms",
        "urllib.request",
        "email.message",
    ],
)
def test_who_needs_what_was_left_out_gets_it(name: str) -> None:
    program = (
        "import sys; from qexport.layout.weasyprint.layout import warm_up; warm_up()\n"
        f"assert {name!r} not in sys.modules\n"
        f"import {name} as module; assert module.__spec__ and module.__file__"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_engine_can_still_read_fonts_that_are_packed() -> None:
    program = (
        "from qexport.layout.weasyprint.setup import engine; engine()\n"
        "from weasyprint.text.fonts import TTFont, woff2\n"
        "print(woff2.decompress.__module__, TTFont(sfntVersion='OTTO').sfntVersion)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("fontTools.ttLib.woff2 OTTO\n", "")


def test_pictures_are_read_as_the_engine_wants_them_read() -> None:
    program = (
        "import sys, io\n"
        "if sys.argv[1:]: from qexport.layout.weasyprint.setup import engine; engine()\n"
        "from weasyprint.images import Image\n"
        "Image.new('RGB', (2, 3)).save(file := io.BytesIO(), 'png')\n"
        "from PIL import EpsImagePlugin, ImageFile\n"
        "print(Image.open(file).size, ImageFile.LOAD_TRUNCATED_IMAGES, EpsImagePlugin.gs_binary)"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
        ).stdout
        for words in ([], ["late"])
    ]
    assert outputs == ["(2, 3) True False\n"] * 2


def test_the_engine_still_takes_answers_and_names_files() -> None:
    program = (
        "from qexport.layout.weasyprint.setup import engine\n"
        "engine()\n"
        "from email.message import EmailMessage\n"
        "from weasyprint import urls\n"
        "headers = EmailMessage()\n"
        "headers['Content-Type'] = 'image/png'\n"
        "answer = urls.URLFetcherResponse\n"
        "print(answer('qx:a', b'', headers).content_type, answer('qx:a', '').charset)\n"
        "print(urls.path2url('/a b'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("image/png utf-8\nfile:///a%20b\n", "")


def test_the_imports_are_those_of_the_installed_engine() -> None:
    """If not, look at what it imports of the modules that are left out."""
    assert version("weasyprint") == late_imports.WRITTEN_FOR


def test_beside_another_thread_and_for_another_version_nothing_is_spared() -> None:
    program = (
        "import sys, threading\n"
        "from hashlib import sha256\n"
        "end = threading.Event()\n"
        "from qexport.layout.weasyprint import late_imports\n"
        "late_imports.WRITTEN_FOR = '70.1' if 'a version' in sys.argv else '70.0'\n"
        "if 'a thread' in sys.argv: threading.Thread(target=end.wait, daemon=True).start()\n"
        "from qexport.layout.weasyprint.setup import engine; engine()\n"
        "print('PIL' in sys.modules, 'fontTools' in sys.modules)\n"
        "from qexport.layout.weasyprint.layout import lay_out\n"
        "page = lay_out('<html lang=\"en\"><title>-</title><body><p>A <b>word</b></body></html>', '')\n"
        "print(sha256(page.encode()).hexdigest())\n"
        "end.set()"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", program, *words], capture_output=True, text=True, check=False
        ).stdout.split("\n", 1)
        for words in ([], ["a thread"], ["a version"])
    ]
    assert [imported for imported, _ in outputs] == ["False False", "True True", "True True"]
    assert outputs[0][1] == outputs[1][1] == outputs[2][1] != ""
