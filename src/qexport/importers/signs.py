"""By which signs the shapes are told apart, each looked for in the content of a file."""

from __future__ import annotations

import re
from pathlib import Path, PurePath

from qexport.common.errors import InputRefused
from qexport.common.formats import YAML_ENDINGS
from qexport.importers.columns import field_of, is_asked
from qexport.importers.csv_table import find_dialect, read_csv_rows
from qexport.importers.own_markdown import is_own_markdown
from qexport.importers.own_table import is_own_table
from qexport.importers.source import Source

ZIP = b"PK\x03\x04"
_HUB_FOOTER = re.compile(
    r"^[^\w\n]*ID:\s*[A-Z][A-Z0-9-]*-[0-9]+\W*Difficulty:\s*[0-9]+\s*/\s*10", re.MULTILINE
)
_HUB_SECTIONS = re.compile(
    r"(?:Answer|Deep Explanation|Real-World Example|Common Mistakes|Production Scenario)\W*$", re.MULTILINE
)
_ANKI_HEADER = re.compile(
    r"#(?:separator|html|notetype|deck|guid column|notetype column|deck column|tags column|tags|columns):"
)
_GIFT_BRACES = re.compile(r"(?<!\\)\{([^{}]*)(?<!\\)\}")
_GIFT_SIGN = re.compile(r"(?<!\\)[=~#]|\bT(?:RUE)?\b|\bF(?:ALSE)?\b")
_SIGN_CHARACTERS = 100_000


def has_member(source: Source, name: str) -> bool:
    """Report whether a zip's directory has a name; the directory is at its end."""
    return source.data.startswith(ZIP) and name.encode() in source.data[-min(len(source.data), 4_000_000) :]


_SHEET_HINT = "save it as .xlsx or CSV"
_TEXT_HINT = "save it as a web page (.html) or as text"
_OTHER_KINDS = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "",
        "an old file of Excel or Word",
        "save it as .xlsx, CSV or a web page",
    ),
    (
        b"%PDF-",
        "",
        "a PDF, which has the look of questions only",
        "import what it was made from, or its text",
    ),
    (ZIP, "word/document.xml", "a Word document", _TEXT_HINT),
    (ZIP, "application/vnd.oasis.opendocument.spreadsheet", "an OpenDocument spreadsheet", _SHEET_HINT),
    (ZIP, "application/vnd.oasis.opendocument.text", "an OpenDocument text", _TEXT_HINT),
    (ZIP, "Index/Document.iwa", "a file of Numbers, Pages or Keynote", "export it as CSV, .xlsx or text"),
    (b"{\\rtf", "", "a text in RTF", _TEXT_HINT),
    (b"SQLite format 3\0", "", "a database", "export it: a deck of Anki as .apkg, tables as CSV"),
)
"""How files begin, a name that is in them, what they are, and what to do; none of them is read."""


def name_other_kind(data: bytes) -> tuple[str, str]:
    """Return what a file is that nothing here reads, and what to do; two empty texts if it is none of these."""
    for begin, name, kind, hint in _OTHER_KINDS:
        ends = data[:4_000] + data[-4_000_000:] if name else b""
        if data.startswith(begin) and (not name or name.encode() in ends):
            return kind, hint
    return "", ""


def is_workbook(source: Source) -> bool:
    """Report whether this is an Excel workbook."""
    return has_member(source, "xl/workbook")


def is_anki_package(source: Source) -> bool:
    """Report whether this is a deck of Anki."""
    return has_member(source, "collection.anki2")


def is_html(source: Source) -> bool:
    """Report whether this is an HTML page."""
    begin = source.text[:2000].lstrip().lower()
    return begin.startswith(("<!doctype html", "<html")) or is_mhtml(source)


def is_mhtml(source: Source) -> bool:
    """Report whether this is a page as browsers save it in one file."""
    begin = source.text[:4000]
    return (
        re.match(r"(?:[\w-]+: .*\n(?:[ \t].*\n)*)+", begin) is not None
        and "multipart/related" in begin.lower()
    )


def is_hub_page(source: Source) -> bool:
    """Report whether this is a captured page of a question hub: by its footers, or its vocabulary beside it."""
    text = source.text
    if not text or text.lstrip()[:1] in "{[":
        return False
    is_page = is_html(source)
    if _HUB_FOOTER.search(re.sub(r"<[^<>]*>", "\n", text) if is_page else text):
        return True
    if not Path(source.path).with_name("vocabulary.yaml").is_file():
        return False
    return is_page or (PurePath(source.path).suffix.lower() == ".txt" and not is_gift(source))


def is_moodle_xml(source: Source) -> bool:
    """Report whether this is a quiz in Moodle's XML."""
    return (
        re.match(
            r"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<quiz\b", source.text[:20_000], re.DOTALL
        )
        is not None
    )


def is_bank_yaml(source: Source) -> bool:
    """Report whether this is a bank's YAML: by `questions:` and an id below it."""
    found = re.search(r"^questions:[ \t]*(?:#.*)?$", source.text, re.MULTILINE)
    return (
        found is not None
        and re.match(r"(?:[ \t]*(?:#.*)?\n)*[ \t]*- +(?:\{ *)?\w+:", source.text[found.end() :]) is not None
    )


def is_json(source: Source) -> bool:
    """Report whether this is JSON."""
    # "[![badge](…)]" and "[markdown] question {" begin so, too
    begin = re.match(r"\s*(?:\{\s*[\"}]|\[\s*(?:[\[{\"\]\d-]|true|false|null))", source.text)
    if begin is None and PurePath(source.path).suffix.lower() != ".json":
        return False
    return not is_json_lines(source)


def is_json_lines(source: Source) -> bool:
    """Report whether each of the first lines is an object."""
    lines = [line for line in source.text[:_SIGN_CHARACTERS].split("\n") if line.strip()][:5]
    if not lines or not lines[0].lstrip().startswith("{"):
        return False
    if len(lines) == 1:
        return PurePath(source.path).suffix.lower() == ".jsonl"
    return all(re.match(r"\s*\{\s*\"", line) and line.rstrip().endswith(("}", "},")) for line in lines[:2])


def is_anki_text(source: Source) -> bool:
    """Report whether this is a text export of Anki."""
    return _ANKI_HEADER.match(source.text) is not None


def is_gift(source: Source) -> bool:
    """Report whether blocks of text end in answers in braces."""
    text = source.text[:_SIGN_CHARACTERS]
    if "{" not in text or is_html(source) or is_own_table(source.text) or is_own_markdown(source.text):
        return False
    if re.search(r"^::[^\n]+?::", text, re.MULTILINE):
        return True
    if re.search(r"^(?:```|#{1,3} )", text, re.MULTILINE) or is_csv(source):
        return False  # code in their answers has braces
    blocks = [block for block in re.split(r"\n\s*\n", text) if block.strip()]
    blocks = [
        "\n".join(line for line in block.split("\n") if not line.startswith(("//", "$CATEGORY")))
        for block in blocks
    ]
    blocks = [block for block in blocks if block.strip()]
    answered = sum(_has_gift_answers(block) for block in blocks)
    return bool(blocks) and answered * 2 > len(blocks)


def _has_gift_answers(block: str) -> bool:
    inner = _GIFT_BRACES.findall(block)
    return any(not each.strip() or _GIFT_SIGN.search(each) for each in inner)


_PAIRS = re.compile(r"\s*Q:\s.*\n\s*A:\s")


def is_csv(source: Source) -> bool:
    """Report whether this is a table: its rows have the same number of cells, and its name or its head says so."""
    dialect = find_dialect(source.text) if source.text and not _PAIRS.match(source.text) else None
    ending = PurePath(source.path).suffix.lower()
    if dialect is None or ending in (".csv", ".tsv", ".tab"):
        return ending in (".csv", ".tsv") or dialect is not None
    if ending in (".md", ".markdown", ".mdx"):
        return False
    if dialect.delimiter == "|" and re.search(r"^\s*\|?[\s:|-]+\|[\s:|-]*$", source.text, re.MULTILINE):
        return False  # a table in Markdown
    try:
        rows = read_csv_rows(source.text, source.path, dialect)
        head = next(row.cells for row in rows if any(row.cells))
    except (InputRefused, StopIteration):
        return False
    is_named = any(field_of(cell) in ("question", "answer") for cell in head)
    return is_named or dialect.delimiter == "\t" or is_asked(head[0])


def is_text(source: Source) -> bool:
    """Report whether this is any text, but XML, and but the settings that lie in a project's folder as YAML."""
    if source.in_folder and PurePath(source.path).suffix.lower() in YAML_ENDINGS:
        return False
    return bool(source.text.strip()) and not source.text.lstrip().startswith("<?xml")
