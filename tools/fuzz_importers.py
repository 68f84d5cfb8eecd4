"""The readers of foreign files as targets: what comes out of them must be a bank that reads back as it was written."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

from qexport.bank import yaml_reader
from qexport.bank.model import Bank
from qexport.bank.validation import validate
from qexport.bank.yaml_writer import write_bank
from qexport.common.errors import InputRefused
from qexport.common.text_input import decode_text
from qexport.importers.assembling import assemble, without_doubles
from qexport.importers.merging import merge, read_imports, write_imports
from qexport.importers.registry import find_shape, read_source
from qexport.importers.source import Source, Wishes

SHAPES = {
    "import-csv": (
        "csv",
        "q.csv",
        (
            "question,answer,wrong 1\n",
            '"',
            ";",
            "\t",
            "option a,option b,correct\n",
            "• ",
            "'",
            "A) x B) y",
            "$x^2$",
        ),
    ),
    "import-json": (
        "json",
        "q.json",
        (
            *('{"question": ', '"answer": "', "[", "]", '"choices": ["x", "y"]', "null", "{"),
            *(
                '{"en": "x", "fr": "y"}',
                '[["x?", "y"]]',
                '"incorrect_answers": ["x"]',
                '"columns": ["q", "a"]',
            ),
            "\\\\(x^2\\\\)",
        ),
    ),
    "import-markdown": (
        "markdown",
        "q.md",
        (
            *(
                "# ",
                "<details>",
                "<summary>",
                "</summary>",
                "</details>",
                "**",
                "```\n",
                "- [x] ",
                "Q: ",
                "A: ",
            ),
            *(
                "| a | b |\n|---|---|\n",
                "1. ",
                "<!-- qexport:question {} -->\n",
                "#### Answer\n",
                "[[",
                "![[",
            ),
            *("---\n", "<b>", "<table>"),
        ),
    ),
    "import-html": (
        "html",
        "q.html",
        (
            *(
                "<table>",
                "<tr>",
                "<td>",
                "<ul>",
                "<li>",
                "<pre>",
                "<code>",
                "</code>",
                "<h2>",
                "<br>",
                "&#0;",
            ),
            *("<a href='", "<img src='a.png' width='3'>", "\\(x^2\\)", "\\[", "$$"),
        ),
    ),
    "import-anki-text": (
        "anki-text",
        "q.txt",
        ("#separator:tab\n", "#html:true\n", "\t", '"', "{{c1::", "}}", "<hr id=answer>", "[sound:", "\\("),
    ),
    "import-gift": (
        "gift",
        "q.gift",
        ("::", "{", "}", "=", "~", "#", "####", "\\", "->", "%50%", "$CATEGORY: ", "// [id:a]\n"),
    ),
    "import-moodle-xml": (
        "moodle-xml",
        "q.xml",
        (
            "<question type='multichoice'>",
            "</question>",
            "<text>",
            "<![CDATA[",
            "<answer fraction='100'>",
            "&amp;",
            "\\(x^2\\)",
        ),
    ),
    "import-xlsx": (
        "xlsx",
        "q.xlsx",
        (
            "== ",
            "<row r='2'>",
            "<c t='s'><v>0</v></c>",
            "<c s='1'><v>45000.5</v></c>",
            "formatCode='0.00'",
            "<si><t>",
        ),
    ),
}
"""Target → the shape, a file's name, and the words that inputs are made of."""

PACKAGES = {"import-anki": ("anki", "q.apkg")}
"""Target → the shape and a file's name, of inputs that are no text."""


def read_import(name: str) -> Callable[[bytes, Path], object]:
    """Return the function that reads inputs of one target."""
    shape, path = PACKAGES.get(name) or SHAPES[name][:2]

    def read(data: bytes, folder: Path) -> object:
        del folder
        if name in PACKAGES:
            source = Source(path, data, wishes=Wishes(shape=shape))
        elif shape == "xlsx":
            source = Source(path, _workbook(data), wishes=Wishes(shape=shape))
        else:
            text = decode_text(data, Path(path))
            source = Source(path, data, text, Wishes(shape=shape))
            find_shape(Source(path, data, text))
        reading = read_source(source)
        found, _ = assemble(reading.questions, limits=source.limits)
        found, _ = without_doubles(found)
        result = merge(None, found, {}, [path] * len(found))
        if read_imports(write_imports(result.base), "b.imports.json") != result.base:
            raise AssertionError("the base does not read back")
        if not result.new:
            return ()
        bank = Bank(title="t", namespace="t", questions=tuple(result.new))
        try:
            again, _ = validate(yaml_reader.parse_yaml(write_bank(bank), "b.yaml"))
        except InputRefused as refused:
            raise AssertionError("the bank that was written is refused") from refused
        if again.questions != bank.questions:
            raise AssertionError("the bank does not read back as it was written")
        second = merge(again, found, result.base, [path] * len(found))
        if second.new or second.updates or second.conflicts:
            raise AssertionError("a second import changes something")
        return bank

    return read


def _workbook(data: bytes) -> bytes:
    """Return the zip whose members an input lists: `== name`, then its text."""
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        names = set()
        for part in re.split(rb"^== ", data, flags=re.MULTILINE)[1:]:
            name, _, text = part.partition(b"\n")
            plain = name.decode("ascii", "ignore").strip()[:80]
            if plain and plain not in names and "\0" not in plain:
                names.add(plain)
                archive.writestr(plain, text)
    return packed.getvalue()
