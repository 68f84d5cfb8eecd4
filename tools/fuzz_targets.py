"""What is fuzzed: every reader, as a function that takes bytes and returns, or raises QexportError.

A target asks more than that it ends: what was read must be written and read again unchanged, what becomes HTML
must hold nothing active, a name must stay in its folder. `Broken` says that a promise was not kept.
"""

from __future__ import annotations

import csv
import html.parser
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

from qexport.anki import notes
from qexport.anki.collection import DEEPEST_DECK, _Tree
from qexport.anki.fields import FIELDS
from qexport.anki.package_file import open_package
from qexport.anki.package_reader import lock_of, notes_in
from qexport.anki.reviews import read_answers
from qexport.anki.search import search_for
from qexport.bank import jsonl_reader, yaml_reader
from qexport.bank.health.examination import examine
from qexport.bank.history import Versions, add_lines
from qexport.bank.lock import Asked, LockedContent, Stamp
from qexport.bank.lock_file import read_lock, write_lock
from qexport.bank.model import Bank, Question, RawBank
from qexport.bank.schema import HEADER_FIELDS, QUESTION_FIELDS
from qexport.bank.selection import Filters, describe, select
from qexport.bank.stamping import stamp
from qexport.bank.validation import validate
from qexport.bank.yaml_writer import write_bank
from qexport.cli.main import program
from qexport.cli.terminal import on_one_line
from qexport.common.errors import InputRefused, NothingSelected, Problem, QexportError, UsageError
from qexport.common.files import check_names, file_slug
from qexport.common.text_input import decode_text, normalise
from qexport.content.images import Image, describe_by_name, read_image
from qexport.content.question_view import question_text
from qexport.content.templates import Templates
from qexport.content.text import write_items, write_line, write_prose
from qexport.content.themes import find_theme, join_styles
from qexport.content.titles import title_source
from qexport.importers.hub import captures, page
from qexport.importers.hub.vocabulary import read_vocabulary
from qexport.importers.registry import read_source
from qexport.importers.source import Source, Wishes
from qexport.layout.cache import ChunkCache
from qexport.layout.chunk import Chunk
from qexport.layout.fonts import of_folders
from qexport.outputs.declaration import parse_options
from qexport.outputs.flash_cards import FlashCardOptions
from qexport.outputs.flash_cards.document import _choose_grid
from qexport.outputs.registry import OPTIONS, OUTPUTS, check_options
from qexport.recipe import Recipe, file_stem
from qexport.team.bundle import select_facts, table_of
from qexport.team.recipes import SETTINGS, read_recipes
from qexport.team.snapshots import state_of_note
from qexport.team.verification import verify
from tools.fuzz_importers import PACKAGES, SHAPES, read_import
from tools.fuzz_mutations import (
    Mutator,
    either,
    mutate_bundle,
    mutate_package,
    other_bytes,
    strange_bank,
    strange_query,
    strange_settings,
    text_mutator,
)
from tools.fuzz_trees import mutate_json, mutate_xml

LONGEST_MESSAGE = 100_000
"""Characters: filters are printed whole, as they were written."""

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "tests" / "fuzz" / "corpus"


class Broken(AssertionError):
    """A promise that an input made the program break."""


@dataclass(frozen=True, slots=True)
class Target:
    """A reader, and what changes its inputs."""

    name: str
    read: Callable[[bytes, Path], object]
    """Takes an input and a folder to write in."""
    mutate: Mutator
    describe: str
    share: int = 4
    """Of the inputs: those that take long get fewer."""

    def seeds(self) -> list[bytes]:
        """Return the inputs it begins with, in the order of their names."""
        return [path.read_bytes() for path in sorted((CORPUS / self.name).iterdir()) if path.is_file()]


# What a message may be


def check_error(error: QexportError) -> None:
    """Raise Broken if what an error says cannot be printed on a line of its own."""
    problems = error.problems if isinstance(error, InputRefused) else ()
    if isinstance(error, InputRefused) and not problems:
        raise Broken("refused without a reason")
    message = error.message
    if isinstance(error, UsageError) and re.search(
        r", column \d+: ", message
    ):  # shows the query, and its place
        message = message.replace("\n", " ", 2)
    _check_words([message, *(each.message for each in problems)], may_be_empty=False)
    _check_words([error.hint, *(each.hint for each in problems)], may_be_empty=True)
    if error.exit_code == 1:
        raise Broken(f"an input is told as a bug of ours: {error.message}")


def _check_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        _check_words([problem.message], may_be_empty=False)
        _check_words([problem.hint], may_be_empty=True)


def _check_words(texts: Iterable[str], *, may_be_empty: bool) -> None:
    for text in texts:
        if not text and not may_be_empty:
            raise Broken("a message is empty")
        if len(text) > LONGEST_MESSAGE:
            raise Broken(f"a message has {len(text):,} characters")
        for character in text:
            if unicodedata.category(character) in (
                "Cc",
                "Cs",
            ):  # on a screen, U+2028 and the like are escaped too
                raise Broken(f"a message holds {character!r}: {text[:200]!r}")


# Banks


@cache
def small_bank() -> Bank:
    """A bank whose names are as strange as a bank may have them."""
    text = (CORPUS / "bank-yaml" / "small.yaml").read_text("utf-8")
    return validate(yaml_reader.parse_yaml(text, "small.yaml"))[0]


def _read_yaml(data: bytes, _scratch: Path) -> None:
    _check_bank(yaml_reader.parse_yaml(decode_text(data, Path("bank.yaml")), "bank.yaml"))


def _read_jsonl(data: bytes, _scratch: Path) -> None:
    _check_bank(jsonl_reader.parse_jsonl(decode_text(data, Path("bank.jsonl")), "bank.jsonl"))


def _check_bank(raw: RawBank) -> None:
    bank, warnings = validate(raw)
    _check_problems(warnings)
    again, _ = validate(yaml_reader.parse_yaml(write_bank(bank), raw.path))
    if again != bank:
        raise Broken("a bank, written and read again, is another")
    _check_problems(Problem(each.location, each.message, "") for each in examine(bank))
    rows = list(csv.reader(io.StringIO(table_of(bank).decode("utf-8-sig", "surrogatepass"), newline="")))
    if len(rows) != len(bank.questions) + 1 or len({len(row) for row in rows}) > 1:
        raise Broken("the table has other rows than the bank has questions")
    if any(cell[:1] in tuple("=+-@\t\r") and cell for row in rows for cell in row):
        raise Broken("a cell of the table is a formula")
    describe(bank, Filters(), bank.questions)


# Captures


@cache
def _vocabulary() -> tuple[str, str]:
    return "vocabulary.yaml", (ROOT / "seeds/captures/vocabulary.yaml").read_text("utf-8")


def _read_capture(ending: str) -> Callable[[bytes, Path], None]:
    def read(data: bytes, _scratch: Path) -> None:
        path = f"capture.{ending}"
        text = decode_text(data, Path(path))
        first = captures.merge_captures([(path, text)], _vocabulary())
        _check_problems(first.report.warnings)
        str(first.report)
        if first.text is not None:
            again = captures.merge_captures([(path, text)], _vocabulary(), ("bank.yaml", first.text))
            # A page may contradict itself: it does so again.
            if again.text is not None or (again.report.conflicts and not first.report.conflicts):
                raise Broken("a capture, imported again, brings something new")

    return read


def _read_vocabulary(data: bytes, _scratch: Path) -> None:
    words = read_vocabulary(decode_text(data, Path("vocabulary.yaml")), "vocabulary.yaml")
    text = (CORPUS / "hub-text" / "listing.txt").read_text("utf-8")
    _check_problems(page.parse_capture(text, "listing.txt", words).warnings)


# Locks, recipes, bundles, decks


def _read_lock(data: bytes, _scratch: Path) -> None:
    lock = read_lock(decode_text(data, Path("bank.lock.json")), "bank.lock.json")
    if read_lock(write_lock(lock), "bank.lock.json") != lock:
        raise Broken("a lock, written and read again, is another")
    questions = (
        Asked(id="PY-1", text="one", question="1", digest="d1"),
        Asked(id="PY-2", former_ids=("PY-0",), text="two", question="2", digest="d2"),
    )
    content = LockedContent(
        title="T",
        questions=questions,
        style=Stamp("s", 0),
        note_type=lock.note_type,
        order=("PY-2", "PY-1"),
        decks=(("Python", "Typing"), ("AI", "")),
        unnamed="Others",
    )
    try:
        after, _ = stamp(content, lock, 1_760_000_000)
    except InputRefused as refused:  # former ids that contradict the lock
        _check_problems(refused.problems)
        return
    if stamp(content, after, 1_760_000_001)[0] != after:
        raise Broken("a lock moves although nothing changed")


def _read_recipes(data: bytes, _scratch: Path) -> None:
    book = read_recipes(decode_text(data, Path("qexport.toml")), "qexport.toml")
    for name in book.recipes:
        with suppress(UsageError, NothingSelected):
            recipe = book.recipe(name, Path("bank.yaml"))
            check_options(recipe.all_options)
            _check_stem(file_stem(recipe, small_bank().title))
            select(small_bank(), recipe.filters)


def _read_bundle(data: bytes, scratch: Path) -> None:
    path = scratch / "team.zip"
    path.write_bytes(data)
    verified = verify(path)
    select_facts(verified.files)
    if any(name.startswith("/") or ".." in name.split("/") for name in verified.files):
        raise Broken("a path leads out of the bundle")


def _read_package(data: bytes, _scratch: Path) -> None:
    """Read a deck in every way there is; it is refused if one of them refuses it."""
    refusals = []
    for way in (_import_package, _count_reviews, _compare_package, _lock_of_package):
        try:
            way(data)
        except QexportError as refusal:
            check_error(refusal)
            refusals.append(refusal)
    if refusals:
        raise refusals[-1]


def _import_package(data: bytes) -> None:
    reading = read_source(Source("old.apkg", data, wishes=Wishes(shape="anki")))
    _check_problems(reading.left_aside)
    for path in reading.pictures:
        if path.startswith("/") or ".." in path.split("/"):
            raise Broken(f"a picture would be written to {path!r}")


def _count_reviews(data: bytes) -> None:
    with open_package(data, "old.apkg") as package:
        package.read(lambda opened: read_answers(opened, ()))


def _compare_package(data: bytes) -> None:
    for guid, field_text, tags in notes_in(data, "old.apkg"):
        state_of_note(guid, field_text, tags)


def _lock_of_package(data: bytes) -> None:
    lock = lock_of(data, "old.apkg", small_bank())
    write_lock(lock)
    if not all(0 <= each.modified < 1 << 32 for each in lock.notes.values()):
        raise Broken("a time that Anki does not take")


def _read_history(data: bytes, _scratch: Path) -> None:
    text = decode_text(data, Path("bank.history.jsonl"))
    whole = add_lines(text, ())
    if add_lines(whole, ()) != whole:
        raise Broken("a history, written and read again, is another")
    versions = Versions(text.encode())
    for version in versions:
        versions.fields(version)


def _read_font(data: bytes, scratch: Path) -> None:
    folder = scratch / "lettered"
    (folder / "fonts").mkdir(parents=True, exist_ok=True)
    (folder / "fonts" / "x.ttf").write_bytes(data)
    for font in of_folders([folder]):
        if not font.path.is_relative_to(folder.resolve()):
            raise Broken(f"a font of another folder: {font.path}")


# Filters


def _read_query(data: bytes, _scratch: Path) -> None:
    # What comes from a command line may hold anything but NUL; half pairs are bytes that are no UTF-8.
    query = data.decode("utf-8", "surrogateescape")
    chosen = select(small_bank(), Filters(where=query))
    if len({question.id for question in chosen}) != len(chosen):
        raise Broken("a question is selected twice")


def _read_filters(data: bytes, _scratch: Path) -> None:
    """Each line is `filter=value`; several lines of one filter are its values."""
    said: dict[str, list[str]] = {}
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        name, _, value = line.partition("=")
        said.setdefault(name, []).append(value)
    given: dict[str, object] = {}
    for each in fields(Filters):
        if values := said.get(each.name):
            if each.name in ("limit", "sample", "seed"):
                given[each.name] = (
                    int(values[0]) if re.fullmatch(r"-?[0-9]{1,30}", values[0], re.ASCII) else 1
                )
            else:
                given[each.name] = values[0] if isinstance(each.default, str) else tuple(values)
    filters = Filters(**given)  # type: ignore[arg-type]
    chosen = select(small_bank(), filters)
    describe(small_bank(), filters, chosen)
    if select(small_bank(), filters) != chosen:
        raise Broken("the same filters choose other questions")


# Texts


class _Tags(html.parser.HTMLParser):
    """Reads HTML as a browser does, and reports what in it is active."""

    ALLOWED = frozenset(
        re.findall(
            r"\w+",
            "a blockquote br code del div em h1 h2 h3 h4 h5 h6 hr img li ol p pre s section span strong sub sup "
            "table tbody td th thead tr ul wbr",
        )
    )
    ATTRIBUTES = frozenset(
        re.findall(r"\w+", "alt class colspan height href id lang role rowspan src start style title width")
    )

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.ALLOWED:
            raise Broken(f"a tag <{tag}> comes out of a text")
        for name, value in ((name, said or "") for name, said in attrs):
            if name not in self.ATTRIBUTES and not name.startswith(("aria-", "data-")):
                raise Broken(f"an attribute {name} comes out of a text")
            if name == "style" and not re.fullmatch(r"text-align: ?(left|right|center)|[\w: .;%-]*", value):
                raise Broken(f"a style {value!r} comes out of a text")
            if name == "href" and not re.match(r"(https?:|mailto:|#)", value, re.IGNORECASE):
                raise Broken(f"a link to {value!r} comes out of a text")
            if name == "src" and not value.startswith("qx:"):
                raise Broken(f"a picture {value!r} comes out of a text")

    def handle_comment(self, data: str) -> None:
        raise Broken(f"a comment comes out of a text: {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise Broken(f"a declaration comes out of a text: {decl!r}")

    def handle_pi(self, data: str) -> None:
        self.handle_decl(data)

    def unknown_decl(self, data: str) -> None:
        self.handle_decl(data)


def _check_html(html_text: str) -> None:
    parser = _Tags(convert_charrefs=True)
    parser.feed(html_text)
    parser.close()


def _read_text(markup: str) -> Callable[[bytes, Path], None]:
    def read(data: bytes, _scratch: Path) -> None:
        text = normalise(decode_text(data, Path("text")))[0].strip()
        if not text:
            return
        for made in (write_prose(text, markup), write_line(text[:1000], markup, code=True)):
            _check_html(made)
        if markup == "plain" and (listed := write_items(text[:3000])) is not None:
            _check_html(listed)
        title_source(text, markup)
        question = Question(
            id="X 1",
            question=text[:1000],
            answer=text,
            common_mistakes=text[:3000],
            production_scenario=text[-3000:],
            follow_ups=(text[:500],),
            tags=(text[:80],),
            source=text[:99],
            markup=markup,
        )
        view = question_text(question, image_address="qx:").view
        for section in view["sections"]:
            _check_html(section["html"])
        bank = Bank(title=text[:60], namespace="n", questions=(question,))
        for note in notes.notes_of(
            bank, notes.NoteShape(card_types=("recall", "scenario", "mistakes")), _templates()
        ):
            _check_note(note.fields.decode(), note.tags)

    return read


@cache
def _templates() -> Templates:
    return Templates()


def _check_note(text: str, tags: str) -> None:
    if text.count("\x1f") != len(FIELDS) - 1:
        raise Broken("a note has another number of fields")
    if re.search(r"[\x00-\x08\x0b-\x1e\x7f]", text):
        raise Broken("a note holds a control character")
    if re.search(r"\[(/?(sound:|anki:|latex\]|\$\$?\])|type:)", text, re.IGNORECASE):
        raise Broken("a note holds what Anki plays or typesets")
    if any(re.search(r"[\s\x00-\x1f\"]", tag) for tag in tags.split(" ") if tag) and '"' not in tags:
        raise Broken("a tag holds white space")


# Names


def _check_stem(stem: str) -> None:
    if not stem or stem in (".", "..") or re.search(r"[/\\\x00]", stem):
        raise Broken(f"{stem!r} is no file's name")


def _read_names(data: bytes, scratch: Path) -> None:
    text = data.decode("utf-8", "surrogateescape")
    stem = file_slug(text)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,88}", stem):
        raise Broken(f"{stem!r} is no slug")
    on_one_line(text)
    clean = normalise(text)[0]
    question = Question(
        id=clean or "x", question="q", answer="a", technology=clean, category=clean, tags=(clean,)
    )
    bank = Bank(title=clean, namespace=clean, source=clean, language=clean, questions=(question,))
    tree = _Tree(clean.split("::"), 2, {})
    name = tree.deck_of(question)
    if len(name.split("::")) > DEEPEST_DECK or "" in name.split("::")[1:]:
        raise Broken(f"a deck's name has an empty level, or too many: {name!r}")
    for note in notes.notes_of(bank, notes.NoteShape(), _templates()):
        _check_note(note.fields.decode(), note.tags)
    search_for([clean])
    describe_by_name(text)
    found = read_image(scratch, text)
    if isinstance(found, Image):
        raise Broken(f"there is a picture at {text!r}")
    _check_words([found.message], may_be_empty=False)
    with suppress(UsageError):
        check_names([Path(clean or "x")])
    _check_stem(
        file_stem(Recipe(bank=Path("b"), file_name=text.replace("\0", "")), "t")
    )  # no command line holds NUL


def _read_options(data: bytes, _scratch: Path) -> None:
    """Each line is `option=value`."""
    given: dict[str, str | bool] = {}
    flags = {option.name for option in OPTIONS.values() if option.is_flag}
    for line in data.decode("utf-8", "surrogateescape").split("\n"):
        name, _, value = line.partition("=")
        if name:
            given[name] = value == "true" if name in flags else value
    check_options(given)
    for output in OUTPUTS.values():
        parse_options(output.options, given)
    _choose_grid(parse_options(FlashCardOptions, given))


# Files of other kinds


def _read_theme(data: bytes, scratch: Path) -> None:
    """The parts of a theme after each other, each below a line `== name`; its template is filled in."""
    parts = re.split(r"^== ?([a-z.0-9]+)\n", decode_text(data, Path("theme")), flags=re.MULTILINE)
    said = dict(zip(parts[1::2], parts[2::2], strict=False))
    folder = scratch / "theme"
    (folder / "handbook").mkdir(parents=True, exist_ok=True)
    for name, path in (("theme.toml", ""), ("theme.css", ""), ("page.html.j2", "handbook/")):
        (folder / path / name).write_bytes(said.get(name, "").encode("utf-8", "surrogatepass"))
    look = find_theme(str(folder))
    _check_words([look.description], may_be_empty=True)
    join_styles(
        [
            ("base.css", ":root { --accent: #802000; --measure: 120mm } p { color: var(--accent) }"),
            *look.styles(),
        ]
    )
    questions = [{"id": "PY-1", "question": "Why?", "tags": ["a"], "difficulty": 7}]
    look.templates().render("handbook/page.html.j2", title="T", questions=questions, number=3, sections=[])


def _read_image(data: bytes, scratch: Path) -> None:
    (scratch / "x.png").write_bytes(data)
    found = read_image(scratch, "x.png")
    if isinstance(found, Image):
        _check_stem(found.name)
    else:
        _check_words([found.message], may_be_empty=False)


def _read_encoded(data: bytes, _scratch: Path) -> None:
    """The first line is an encoding's name."""
    name, _, rest = data.partition(b"\n")
    text = decode_text(rest, Path("bank.yaml"), encoding=name.decode("utf-8", "surrogateescape") or None)
    clean, _ = normalise(text)
    if normalise(clean)[0] != clean:
        raise Broken("normalised twice, a text is another")


def _read_cache(data: bytes, scratch: Path) -> None:
    kept = ChunkCache(scratch / "cache")
    kept.clear()
    kept.path.parent.mkdir(exist_ok=True)
    kept.path.write_bytes(data)
    for chunk in kept.load(["a", "b"]).values():
        if chunk != CHUNK:
            raise Broken("a damaged chunk is taken for a whole one")
    kept.info()
    kept.keep({"c": CHUNK})


CHUNK = Chunk(page_width=500.0, mirror=0.0, pages=(0,), anchors=(("q-1", 0, 1.0, 2.0),), packed=b"x" * 300)
"""What the seeds of the cache hold."""


def _read_words(data: bytes, scratch: Path) -> None:
    """Each line is a word of the command line; only commands that write nothing are run."""
    words = [word.replace("\0", "") for word in data.decode("utf-8", "surrogateescape").split("\n")]
    if words[0] not in ("list", "show", "stats", "check", "verify", "diff", "schema") or (
        words[0] == "diff" and ":" in "".join(words)  # which asks git
    ):
        raise UsageError("not one of the commands that write nothing")
    bank = scratch / "small.yaml"
    if not bank.exists():
        bank.write_text((CORPUS / "bank-yaml" / "small.yaml").read_text("utf-8"), "utf-8")
    words = [words[0], *(str(bank) if word == "BANK" else word for word in words[1:])]
    out = io.StringIO()
    status: object = 0
    with redirect_stdout(out), redirect_stderr(out):
        try:
            program.main(words)
        except SystemExit as end:
            status = end.code
    printed = out.getvalue()
    if status == 1 and words[0] != "diff":
        raise Broken(f"the program ended with 1: {printed[-500:]!r}")
    for character in printed.replace("\n", "").replace("\t", ""):
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            raise Broken(f"{character!r} reached the terminal")


_KEYS = (
    {each.name: each.example or {"questions": 54} for each in HEADER_FIELDS},
    {each.name: each.example for each in QUESTION_FIELDS},
)
_YAML = (
    "questions:\n",
    "  - id: ",
    "question: ",
    "answer: |\n",
    "markup: markdown\n",
    "follow_ups: [",
    "difficulty: ",
)
_HUB = (
    "ID: PY-1",
    "Answer",
    "Deep explanation",
    "Common mistakes",
    "6/10",
    "Copy link",
    "Follow-up questions",
    "Python",
)
_HTML = (
    "<div>",
    "</div>",
    "<p>",
    "<button>",
    "<li>",
    "<td ",
    "style='display:none'",
    "<svg>",
    "<pre>",
    "<br/>",
    "&nbsp;",
)
_TOML = (
    "[recipes.x]\n",
    "default = ",
    'format = ["deck"]\n',
    "limit = ",
    'where = "',
    "'''",
    "[[x]]\n",
    "[a.b]\n",
    "paper = ",
)
_LOCK = (
    '"notes": {',
    '"left": {',
    '"modified": ',
    '"digest": ""',
    '"major": 1',
    "<<<<<<< a\n",
    "=======\n",
    ">>>>>>> b\n",
)
_QUERY = (
    "or ",
    "and ",
    "-",
    "(",
    ")",
    '"',
    "technology:",
    "difficulty>=",
    "tag:*",
    "id:PY-*",
    ":",
    "*",
    "\\",
    "difficulty 7-9",
)
_CONDITIONS = (
    *(
        "technology:python",
        "technology:ai-ml",
        "-level:advanced",
        'category:"core python"',
        "tag:a",
        'tag:"b c"',
    ),
    *(
        "difficulty>=3",
        "difficulty:2-7",
        "difficulty != 7",
        "difficulty:*",
        "difficulty:",
        "id:py-*",
        "id:PY-1",
    ),
    *(
        "init",
        "answer:*fills*",
        "deep_explanation:",
        "follow_ups:*",
        "question:*is*",
        "tag:",
        "*",
        "tag:x::*",
    ),
)
_MARKDOWN = (
    "```python\n",
    "~~~\n",
    "![a](b.png)",
    "[x](",
    "](http://e.org)",
    "[^1]",
    "[^1]: ",
    "| a | b |\n|---|:-:|\n",
    "- [ ] ",
    "1. ",
    "***",
    "\\",
    "<http://e.org>",
    "<b>",
    "# ",
    "===\n",
    "  \n",
    "~~",
    "&copy;",
    "`",
)
_JINJA = (
    "{% if ",
    "{% endif %}",
    "{% for q in questions %}",
    "{% endfor %}",
    "{{ title }}",
    "{% include 'handbook/page.html.j2' %}",
    "{% macro m(x) %}",
    "{% set x = ",
    "|join",
    ".__doc__",
    "var(--accent)",
    ":root {",
    "--x: ",
    "extends = ",
    "== theme.css\n",
)


def _import_mutator(shape: str, words: Sequence[str]) -> Mutator:
    """Return what changes inputs of a shape: as text, and mostly as a tree if it is one."""
    trees = {"json": mutate_json, "moodle-xml": mutate_xml}
    return either(text_mutator(*words), *[trees[shape]] * 3) if shape in trees else text_mutator(*words)


TARGETS = {
    target.name: target
    for target in (
        *(
            Target(name, read_import(name), _import_mutator(shape, words), f"a foreign file, read as {shape}")
            for name, (shape, _, words) in SHAPES.items()
        ),
        Target("bank-yaml", _read_yaml, either(text_mutator(*_YAML), strange_bank(*_KEYS)), "a bank in YAML"),
        Target(
            "bank-jsonl",
            _read_jsonl,
            either(
                text_mutator('{"id": ', '"question": "', "[[", "{", "}\n"), strange_bank(*_KEYS, lines=True)
            ),
            "a bank in JSON Lines",
        ),
        Target("hub-text", _read_capture("txt"), text_mutator(*_HUB), "a captured page, as text", share=1),
        Target(
            "hub-html",
            _read_capture("html"),
            text_mutator(*_HUB, *_HTML),
            "a captured page, as HTML",
            share=1,
        ),
        Target(
            "hub-vocabulary",
            _read_vocabulary,
            text_mutator("levels:\n", "furniture:\n", "  - "),
            "a vocabulary",
        ),
        Target("lock", _read_lock, text_mutator(*_LOCK), "a lock, with git's marks of a conflict too"),
        Target(
            "history", _read_history, text_mutator('{"version": "', *_LOCK), "the texts of earlier versions"
        ),
        Target("font", _read_font, other_bytes, "a font of a theme"),
        Target(
            "recipes",
            _read_recipes,
            either(text_mutator(*_TOML), strange_settings(*SETTINGS)),
            "qexport.toml",
        ),
        *(
            Target(name, read_import(name), mutate_package, f"a foreign file, read as {shape}")
            for name, (shape, _) in PACKAGES.items()
        ),
        Target("bundle", _read_bundle, mutate_bundle, "a bundle"),
        Target("package", _read_package, mutate_package, "a deck given out before"),
        Target(
            "query",
            _read_query,
            either(text_mutator(*_QUERY, lines=False), strange_query(*_CONDITIONS)),
            "the query language",
        ),
        Target(
            "filters",
            _read_filters,
            text_mutator("id=", "text=", "sort=", "sample=", "tag=", "[", "?"),
            "all other filters",
        ),
        Target(
            "plain",
            _read_text("plain"),
            text_mutator(*_MARKDOWN, "__init__", "List[str]", "gc.collect()", largest=3000),
            "plain text",
            share=1,
        ),
        Target(
            "markdown", _read_text("markdown"), text_mutator(*_MARKDOWN, largest=3000), "Markdown", share=1
        ),
        Target(
            "names",
            _read_names,
            text_mutator("::", "../", lines=False),
            "ids, titles and paths: what becomes a name",
        ),
        Target(
            "options",
            _read_options,
            text_mutator("paper=", "offset-x=", "dated=", "card-types="),
            "options of the outputs",
        ),
        Target(
            "theme",
            _read_theme,
            text_mutator(*_JINJA),
            "a theme: its settings, style and a template",
            share=1,
        ),
        Target("image", _read_image, other_bytes, "the header of a picture"),
        Target(
            "encoding",
            _read_encoded,
            text_mutator("utf-16\n", "cp1252\n", "idna\n", "rot13\n", "hex\n"),
            "encodings",
        ),
        Target("cache", _read_cache, other_bytes, "a damaged cache", share=1),
        Target(
            "words",
            _read_words,
            text_mutator("\n--where\n", "\n--bank\nBANK", "\n--json", "\n--text\n"),
            "words of the command line",
            share=1,
        ),
    )
}
"""Every reader by its name."""

FAMILIES = {
    "banks": ("bank-yaml", "bank-jsonl", "lock", "history"),
    "captures": ("hub-text", "hub-html", "hub-vocabulary"),
    "imports": (*SHAPES, *PACKAGES),
    "bundles": ("bundle",),
    "decks": ("package",),
    "themes": ("theme", "font"),
    "queries": ("query", "filters"),
}
"""Family → its targets. What is in none: texts, names, options, recipes, pictures, encodings, caches, arguments."""
