"""The handbook of the shipped bank, and books drawn by lot, read by programs that are not ours.

`python -m tools.inspect_book` does most of the reading. As a command it measures every bank, theme, paper and medium;
here are some of each.
"""

from __future__ import annotations

import json
import os
import pickle
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pikepdf
import pypdfium2
import pytest
from tests.made_once import made_once
from tools import sample_banks as banks
from tools.inspect_book.book import STRAIGHT, Book, bare
from tools.inspect_book.cells import Cell, judged
from tools.inspect_book.inspection import CHECKS, MEDIA, THEMES, inspected, make
from tools.inspect_book.order import PAPERS, Order, placed
from tools.inspect_book.records import Element, Run
from tools.inspect_book.whole_checks import read_index
from tools.try_corpora import CORPORA

from qexport.bank import reader
from qexport.bank.model import PROSE_SECTIONS, Bank
from qexport.bank.validation import validate
from qexport.content.index_terms import IndexTerm, index_terms
from qexport.layout.weasyprint import layout
from qexport.outputs.book import binding
from qexport.outputs.book.colours import place_tabs
from qexport.outputs.book.lists import ListRow
from qexport.outputs.book.press import Press
from qexport.outputs.handbook import HandbookOptions
from qexport.outputs.handbook import document as handbook_document
from qexport.pdf.metadata import Tab

ROOT = Path(__file__).parents[2]


def drawn() -> list[tuple[str, ...]]:
    """Some books, with each theme, paper and medium among them, and the banks that are hard to set."""
    lot = random.Random(2026)
    axes = [lot.sample(list(axis), len(axis)) for axis in (THEMES, PAPERS, MEDIA)]
    books = [("shipped", "large+flow"), ("flat", "flow+notes"), ("sweep", "plain"), ("worst", "plain")]
    books += [("translated", "plain"), ("data-science", "notes"), ("shipped", "test-yourself")]
    return [
        (bank, *(axis[number % len(axis)] for axis in axes), variant)
        for number, (bank, variant) in enumerate(books)
    ]


DRAWN = drawn()


@pytest.fixture(scope="module")
def bank() -> Bank:
    return validate(reader.read(ROOT / "seeds" / "questions.yaml"))[0]


THERE = ("--bank", "seeds/questions.yaml", "--out", ".", "--file-name", "book")


def qexport(*words: str, cwd: Path = ROOT, **environment: str) -> str:
    """What a command writes, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "qexport", *words],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def handbook(common_folder: Path) -> Path:
    def make(folder: Path) -> None:
        shutil.copytree(ROOT / "seeds", folder / "seeds")
        qexport("build", "--format", "handbook", *THERE, cwd=folder)

    return made_once(common_folder / "handbook", make) / "book.pdf"


def drawn_book(cell: Cell, common_folder: Path) -> tuple[Path, Order]:
    """Return where the book of a cell is, and what it was made from."""

    def make_it(folder: Path) -> None:
        # Its text, code and lists go on for two pages and more as well as for twenty.
        bank = banks.worst(0.4) if cell.bank == "worst" else banks.BANKS[cell.bank]()
        document, order = make(replace(bank, questions=bank.questions[:30]), cell.options, **cell.made)
        (folder / "book.pdf").write_bytes(document.data)
        (folder / "order").write_bytes(pickle.dumps(order))

    folder = made_once(common_folder / "-".join(cell), make_it)
    return folder / "book.pdf", pickle.loads((folder / "order").read_bytes())


def is_nobodys(cell: Cell) -> bool:
    """Return whether a cell is of a corpus that is not here."""
    return cell.bank in banks.NOBODYS and not CORPORA.is_dir()


@pytest.fixture(scope="module")
def pages(handbook: Path) -> list[str]:
    document = pypdfium2.PdfDocument(handbook)
    return [squeezed(page.get_textpage().get_text_bounded()) for page in document]


def squeezed(text: str) -> str:
    """Return a text without white space: where a line is broken says nothing.

    pdfium reads a hyphen at the end of a line as U+0002 or U+FFFE; the bank has typographic quotes on paper.
    """
    return re.sub(r"\s", "", re.sub("[\x02\ufffe]", "-", text)).translate(STRAIGHT)


def test_each_contents_line_ends_with_the_page_its_question_opens_on(bank: Bank, pages: list[str]) -> None:
    contents = next(page for page in pages if page.startswith("Contents")).replace(".", "")
    for question in bank.questions:
        opens_on = [
            number
            for number, page in enumerate(pages, start=1)
            if squeezed(question.question) in page and squeezed(question.answer) in page
        ]
        line = squeezed(question.question).replace(".", "")
        told = re.match(r"\d+", contents.split(line)[1])
        assert told is not None, question.id
        assert [told[0]] == [str(number) for number in opens_on], question.id


def test_the_outline_leads_to_the_page_of_each_question(bank: Bank, handbook: Path, pages: list[str]) -> None:
    document = pypdfium2.PdfDocument(handbook)
    ids = {question.id: question for question in bank.questions}
    led = {}
    for item in document.get_toc():
        name = item.get_title().split()[0]
        destination = item.get_dest()
        if name in ids and destination is not None:
            led[name] = destination.get_index()
    assert set(led) == set(ids)
    for name, page in led.items():
        assert squeezed(ids[name].question) in pages[page]
        assert squeezed(ids[name].answer) in pages[page]


def test_every_text_of_the_bank_is_in_the_book_word_for_word(bank: Bank, pages: list[str]) -> None:
    book = "".join(pages)
    for question in bank.questions:
        for section in PROSE_SECTIONS:
            for paragraph in getattr(question, section).split("\n"):
                for sentence in re.split(r"(?<=[.!?]) ", paragraph):
                    assert squeezed(sentence) in book, (question.id, section, sentence)
        for follow_up in question.follow_ups:
            assert squeezed(follow_up) in book
    assert "__init__" in book
    assert "->" in book


def test_the_book_of_the_shipped_bank_has_twenty_pages_at_most(pages: list[str]) -> None:
    assert len(pages) <= 20


def test_all_fonts_are_embedded_and_no_glyph_is_missing(handbook: Path, pages: list[str]) -> None:
    with pikepdf.open(handbook) as pdf:
        fonts = pdf.pages[5].Resources.Font
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts.values())
    assert not re.search(r"\[U\+|\ufffd", "".join(pages))


@pytest.mark.needs("qpdf", "poppler")
def test_qpdf_and_poppler_have_nothing_to_say(handbook: Path) -> None:
    checked = subprocess.run(["qpdf", "--check", handbook], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    read = subprocess.run(["pdftotext", handbook, "-"], capture_output=True, text=True, check=True)
    assert read.stderr == ""


@pytest.fixture(scope="module")
def order(bank: Bank) -> Any:
    """What the handbook is made from, as the command line says it."""
    listed = json.loads(qexport("list", "--json", "--bank", str(ROOT / "seeds" / "questions.yaml")))
    questions = {question.id: question for question in bank.questions}
    return Order(bank, [questions[item["id"]] for item in listed], HandbookOptions(), measured=True)


def test_nothing_is_wrong_with_it(handbook: Path, order: Any) -> None:
    assert inspected(handbook.read_bytes(), order) == []


@pytest.mark.parametrize("drawn", DRAWN, ids="-".join)
def test_nothing_is_wrong_with_a_book_drawn_by_lot(drawn: tuple[str, ...], common_folder: Path) -> None:
    cell = Cell(*drawn)
    if is_nobodys(cell):
        pytest.skip("the corpora are not here")
    path, order = drawn_book(cell, common_folder)
    assert inspected(path.read_bytes(), order) == []


def test_three_lines_follow_a_question_though_its_answer_has_two() -> None:
    """In a flowing edition; these questions, each a line longer than the one before, begin everywhere on a page."""
    bank = banks.BANKS["sweep"]()
    second = replace(bank, questions=tuple(each for each in bank.questions if each.category == "Second"))
    cell = Cell("sweep", "mono", "6x9in", "print", "flow")
    document, order = make(second, cell.options)
    assert inspected(document.data, order) == []


SHEETS = (("quiz", "tablet-dark", "a5"), ("cheatsheet", "pocket", "letter"), ("flash-cards", "modern", "a6"))


@pytest.mark.parametrize(("output", "theme", "paper"), SHEETS)
def test_nothing_is_wrong_with_other_outputs_on_paper(output: str, theme: str, paper: str) -> None:
    cell = Cell("shipped", theme, paper, "screen", "plain", output)
    document, order = make(banks.BANKS["shipped"](), cell.options, **cell.made)
    assert inspected(document.data, order) == []


def some_of(name: str, *ids: str) -> Bank:
    """A bank with the questions of these ids alone."""
    bank = banks.BANKS[name]()
    return replace(bank, questions=tuple(each for each in bank.questions if each.id in ids))


def test_a_question_in_two_columns_stands_whole_on_its_page() -> None:
    """The title and the answer of the third would else be all of it at the foot of the first page."""
    bank = banks.BANKS["shipped"]()
    document, order = make(replace(bank, questions=bank.questions[:5]), {"theme": "pocket"})
    assert inspected(document.data, order) == []
    places = placed(Book(document.data), order)
    assert [place.last_page - place.heading.page for place in places] == [0] * 5
    assert places[0].last_page == places[1].last_page


@pytest.mark.parametrize("theme", ["classic", "modern", "mono", "pocket"])
def test_on_the_smallest_page_large_print_has_a_title_and_its_answer_together(theme: str) -> None:
    """The second has the longest title of the shipped bank; no line of facts begins or ends with a dot."""
    options: dict[str, str | bool] = {"theme": theme, "paper": "a6", "large-print": True}
    document, order = make(some_of("shipped", "PY-ADV-004", "ML-ADV-004"), options)
    assert inspected(document.data, order) == []
    book = Book(document.data)
    for place in placed(book, order):
        page = book.pages[place.heading.page - 1]
        lines: dict[int, str] = {}
        for run in sorted(page.body, key=lambda run: run.left):
            lines[round(run.baseline)] = lines.get(round(run.baseline), "") + run.text
        answer = bare(place.question.answer)
        assert sum(len(bare(line)) > 9 and bare(line) in answer for line in lines.values()) >= 3
        assert [line for line in lines.values() if "·" in (line.strip()[:1], line.strip()[-1:])] == []


@pytest.mark.parametrize("paper", ["a5", "a4"])
def test_no_line_of_a_book_in_two_columns_is_too_long(paper: str) -> None:
    """Of an answer of some lines, of a short one, of one with code, and of an explanation alone."""
    bank = banks.BANKS["shipped"]()
    first = bank.questions[0]
    alone = replace(
        first,
        id="ALONE",
        answer=first.answer[:130],
        deep_explanation=first.deep_explanation[:440],
        real_world_example="",
        common_mistakes="",
        production_scenario="",
        follow_ups=(),
    )
    code = replace(first, id="CODE", answer=f"{first.answer}\n\n```\nlist(1)\n```\n", markup="markdown")
    some = replace(bank, questions=(first, alone, code))
    document, order = make(some, {"theme": "pocket", "paper": paper})
    assert inspected(document.data, order) == []
    lines = [
        line for element, found in Book(document.data).lines.items() for line in found if element.tag == "P"
    ]
    assert 70 < max(len("".join(run.text for run in line)) for line in lines) <= 85


def test_a_long_name_in_quotes_stays_in_its_column() -> None:
    document, order = make(some_of("shipped", "ML-ADV-003"), {"theme": "pocket", "paper": "a6"})
    assert inspected(document.data, order) == []
    texts = [run.text for page in Book(document.data).pages for run in page.runs]
    assert [each.strip("\u200b ") for each in texts if "_frequency" in each] == ["user_purchase_frequency_"]


LONG_IDS = ("N" * 40, "a/b c#d", "ID " * 20 + ".", "100 %")


@pytest.mark.parametrize(
    ("output", "options"),
    [("handbook", {"theme": "pocket", "layout": "test-yourself"}), ("quiz", {})],
    ids=str,
)
def test_long_ids_have_room_in_tables_and_beside_links(output: str, options: dict[str, str]) -> None:
    bank = some_of("worst", *LONG_IDS)
    document, order = make(bank, {"paper": "a6", **options}, output=output)
    assert inspected(document.data, order) == []


def test_large_print_of_a_small_page_stays_off_its_edge() -> None:
    bank = banks.BANKS["flat"]()
    some = replace(bank, questions=bank.questions[:5])
    document, order = make(some, {"theme": "pocket", "paper": "a6", "large-print": True, "flow": True})
    assert inspected(document.data, order) == []


def test_a_title_that_goes_on_on_the_next_page_is_named_there_by_its_id() -> None:
    document, order = make(some_of("worst", "TITLE"), {"paper": "a6", "large-print": True})
    book = Book(document.data)
    titled = [
        page for page in book.pages if any(run.element and run.element.tag == "H2" for run in page.body)
    ]
    assert [sum(run.text.strip() == "TITLE" for run in page.runs) for page in titled] == [1, 1]
    assert list(CHECKS["heads"](book, order)) == []


def test_a_quotation_below_a_heading_lets_the_next_heading_go_with_its_list() -> None:
    """Where each break was one to avoid, the engine left the next heading alone at the foot."""
    options: dict[str, str | bool] = {"theme": "tablet-dark", "media": "prepress"}
    document, order = make(some_of("worst", "MIXED"), {**options, "large-print": True, "flow": True})
    assert list(CHECKS["headings"](Book(document.data), order)) == []


def test_a_label_takes_a_short_quotation_to_the_paragraph_after_it() -> None:
    if not CORPORA.is_dir():
        pytest.skip("the corpora are not here")
    cell = Cell("thirty-seconds", "classic", "6x9in", "screen", "plain")
    document, order = make(some_of("thirty-seconds", "WEB-057", "WEB-059"), cell.options)
    book = Book(document.data)
    assert next(iter(placed(book, order))).heading.page < len(book.pages)
    assert list(CHECKS["headings"](book, order)) == []


def test_a_table_in_large_print_has_code_of_16_points() -> None:
    table = "| sign | meaning |\n| --- | --- |\n| `a_name` | A name. |"
    some = some_of("worst", "MIXED")
    some = replace(some, questions=(replace(some.questions[0], answer=table, deep_explanation=""),))
    document, order = make(some, {"theme": "pocket", "paper": "6x9in", "large-print": True})
    assert list(CHECKS["size"](Book(document.data), order)) == []


def test_the_lines_of_a_rating_that_breaks_are_equally_far_apart() -> None:
    """Its words are Japanese, which no font here has: they are printed as numbers, and take three lines."""
    bank = replace(some_of("shipped", "PY-ADV-002"), language="ja")
    document, order = make(bank, {"theme": "pocket", "paper": "6x9in", "ruled-lines": True, "flow": True})
    book = Book(document.data)
    assert list(CHECKS["leading"](book, order)) == []
    assert any(len(lines) == 3 for lines in book.lines.values() if "[U+3067" in lines[0][0].text)


def test_an_answer_of_more_than_a_page_is_in_one_column() -> None:
    """Of two columns, the engine leaves single lines at the end of a page."""
    bank = banks.worst(0.1)
    long = replace(bank.questions[0], deep_explanation="")
    document, order = make(replace(bank, questions=(long,)), {"theme": "pocket", "paper": "letter"})
    assert inspected(document.data, order) == []
    blocks = Book(document.data).lines.items()
    lines = [line for block, found in blocks for line in found if block.tag == "P" and len(found) > 10]
    assert len({round(line[0].left) for line in lines}) == 1
    assert len(lines) > 100


def test_a_paragraph_may_end_a_page_with_an_address() -> None:
    if not CORPORA.is_dir():
        pytest.skip("the corpora are not here")
    cell = Cell("data-science", "classic", "6x9in", "prepress", "notes")
    bank = some_of("data-science", "PROBABILITY-001")
    document, order = make(bank, cell.options, **cell.made)
    assert inspected(document.data, order) == []


def test_in_large_print_the_edges_of_boxes_count_where_paper_is_measured() -> None:
    """Of these questions two fill a page but for a hair, and not one."""
    if not CORPORA.is_dir():
        pytest.skip("the corpora are not here")
    ids = (f"README.CHINESE-{number}" for number in ("022", "031", "107", "125"))
    cell = Cell("translated", "tablet-dark", "a4", "print", "large+flow")
    document, order = make(some_of("translated", *ids), cell.options)
    book = Book(document.data)
    assert len({place.heading.page for place in placed(book, order)}) == 4
    assert list(CHECKS["paper"](book, order)) == []


def test_code_in_a_text_does_not_push_its_lines_apart() -> None:
    document, _ = make(some_of("shipped", "PY-ADV-004"), {"theme": "modern", "paper": "a5"})
    explained = next(
        lines
        for block, lines in Book(document.data).lines.items()
        if block.text.startswith("Python’s type system")
    )
    heights = [line[0].baseline for line in explained]
    with_code = [line for line in explained if any(run.element and run.element.tag == "Code" for run in line)]
    assert len(with_code) > 3
    assert {round(one - other, 1) for one, other in pairwise(heights)} == {12.8}


FAULTS = """
html { orphans: 1; widows: 1 }
section::before { display: none }
.question h2, .question h3, .opening { break-after: auto }
.meta { color: #bbb; font-size: 5pt }
.deep_explanation { margin-right: -12mm }
.production_scenario .label { display: none }
@page { @bottom-right { content: "7" } }
"""


def found(data: bytes, order: Any) -> set[str]:
    """The checks that find something."""
    return {finding.check for finding in inspected(data, order)}


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Any]:
    """A book of a theme that has everything wrong, and what it should be."""
    folder = tmp_path_factory.mktemp("wrong")
    (folder / "theme.toml").write_text('description = "All wrong"\nextends = "classic"\n')
    (folder / "theme.css").write_text(FAULTS)
    bank = banks.sweep()
    some = replace(bank, questions=bank.questions[22:30])  # those of which a heading ends up at the foot
    document, order = make(some, {"paper": "a5", "theme": str(folder)})
    return document.data, order


def test_what_is_wrong_with_the_style_of_a_book_is_found(wrong: tuple[bytes, Any]) -> None:
    assert found(*wrong) == {
        *("headings", "stranded", "outside", "heads", "structure", "contrast", "size"),
        "tabs",  # a text reaches into their strip
    }


def test_squeezed_lines_and_a_title_that_is_higher_are_found(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text('description = "Squeezed"\nextends = "classic"\n')
    (tmp_path / "theme.css").write_text(
        ".question:has([data-id='PY-ADV-004']) .deep_explanation p { line-height: 1.2 } "
        ".opening:has([data-id='PY-ADV-005']) { padding-top: 0 }"
    )
    document, order = make(banks.BANKS["shipped"](), {"theme": str(tmp_path)})
    squeezed, higher = CHECKS["leading"](Book(document.data), order)
    assert re.fullmatch(r"lines of 'Python’s type .*' are 12.0 pt apart, 13.4 elsewhere", squeezed.what)
    assert re.fullmatch(r"PY-ADV-005 begins \+\d\.\d pt from where others do", higher.what)


def test_lines_of_code_have_their_own_distance_and_empty_ones_none(order: Any) -> None:
    def block_of(baselines: Sequence[float]) -> tuple[Any, Any]:
        section = Element("Sect", None)
        block = Element("P", section)
        section.kids.append(block)
        of = Element("Code", block) if baselines[0] < 500 else block
        lines = [
            [Run(1, "code", 0, 0, 9, 9, baseline, 8.2, (), artifact=False, element=of)]
            for baseline in baselines
        ]
        return block, lines

    def found_in(*blocks: Sequence[float]) -> list[str]:
        book: Any = SimpleNamespace(
            lines=dict(map(block_of, blocks)), headings=[], root=Element("Root", None), pages=[]
        )
        return [finding.what for finding in CHECKS["leading"](book, order)]

    assert found_in((600, 578, 556, 534), (800, 789)) == []
    assert found_in((600, 589, 578, 567), (800, 791)) == ["lines of '' are 9 pt apart, 11 elsewhere"]
    assert found_in((600, 589, 578, 567), (300, 290, 280)) == []  # those of code are another kind
    assert found_in((400, 390, 380), (300, 291)) == ["lines of '' are 9 pt apart, 10 elsewhere"]


def test_tabs_that_are_not_at_one_place_on_both_sides_of_a_leaf_are_found(
    bank: Bank, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shift_versos(*arguments: Any, **named: Any) -> dict[int, Tab]:
        tabs = place_tabs(*arguments, **named)
        return {folio: replace(tab, y=tab.y - 5 * (folio % 2 == 0)) for folio, tab in tabs.items()}

    monkeypatch.setattr(binding, "place_tabs", shift_versos)
    document, _ = make(bank, {}, cache=Path(os.environ["QEXPORT_CACHE"]))
    tabs = CHECKS["tabs"](Book(document.data), order)
    assert {re.sub(r"'.*?'|\d+", "…", each.what) for each in tabs} == {
        "the tab of … is not where it is on page …"
    }


def test_an_index_that_lacks_terms_is_found(bank: Bank, order: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(*arguments: Any) -> Sequence[IndexTerm]:
        return index_terms(*arguments)[::2]

    monkeypatch.setattr(handbook_document, "index_terms", half)
    document, _ = make(bank, {}, cache=Path(os.environ["QEXPORT_CACHE"]))
    (finding,) = CHECKS["index"](Book(document.data), replace(order, judged_index="shipped"))
    assert re.match(r"\d\d of 6\d terms are missing: ", finding.what)


class Block(NamedTuple):
    """An entry as the index has it."""

    said: tuple[str, ...]
    tag: str = "LBody"


def test_an_entry_of_the_index_on_two_lines_is_read_with_its_space(order: Any) -> None:
    entries = [("catastrophic", "forgetting, 18, 26"), ("multi-", "head attention, 7"), ("cache", "12")]
    title = SimpleNamespace(level=1, text=bare(order.language.label("index")), page=9)
    lines = {Block(entry): [[SimpleNamespace(text=text, page=9)] for text in entry] for entry in entries}
    book: Any = SimpleNamespace(headings=[title], lines=lines)
    assert read_index(book, order) == ["catastrophic forgetting", "multi-head attention", "cache"]


def test_a_page_for_each_short_question_is_found() -> None:
    document, order = make(banks.BANKS["flat"](), {"one-per-page": True})
    assert list(CHECKS["paper"](Book(document.data), order)) == []
    (finding,) = CHECKS["paper"](Book(document.data), replace(order, options=HandbookOptions()))
    assert re.fullmatch(r"'' takes \d+ pages, and \d+ would do", finding.what)


def test_lines_that_are_too_long_are_found(wrong: tuple[bytes, Any]) -> None:
    data, order = wrong
    assert list(CHECKS["measure"](Book(data), order)) == []
    assert list(CHECKS["measure"](Book(data), replace(order, measured=True)))


def test_a_book_that_is_not_what_was_ordered_is_found(wrong: tuple[bytes, Any]) -> None:
    data, order = wrong
    book = Book(data)

    def seen(check: str, **values: object) -> bool:
        return any(CHECKS[check](book, replace(order, **values)))

    longer = replace(order.questions[0], answer=f"{order.questions[0].answer} No.")
    assert seen("texts", questions=[longer, *order.questions[1:]])
    assert seen("outline", questions=order.questions[::-1])
    assert seen("boxes", options=HandbookOptions(paper="a4"))


def test_a_page_too_many_is_found_in_every_number_that_speaks_of_those_after_it(
    handbook: Path, order: Any
) -> None:
    with pikepdf.open(handbook) as pdf:
        pdf.add_blank_page()
        pdf.pages[-1].MediaBox = pdf.pages[0].MediaBox
        pdf.pages.insert(3, pdf.pages[-1])
        del pdf.pages[-1]
        changed = BytesIO()
        pdf.save(changed)
    assert found(changed.getvalue(), order) == {"folios", "heads", "outline"}


def test_a_link_that_leads_elsewhere_is_found(handbook: Path, order: Any) -> None:
    with pikepdf.open(handbook) as pdf:
        names = pdf.Root.Names.Dests.Names
        at = [number for number in range(0, len(names), 2) if str(names[number]).startswith("q-")]
        names[at[0] + 1], names[at[1] + 1] = names[at[1] + 1], names[at[0] + 1]
        changed = BytesIO()
        pdf.save(changed)
    assert found(changed.getvalue(), order) == {"folios", "outline"}


def test_an_index_that_names_a_page_without_the_term_is_found(
    bank: Bank, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def shifted(*arguments: Any) -> list[IndexTerm]:
        terms = [term for term in index_terms(*arguments) if term.questions]
        return [
            replace(term, questions=other.questions[:1])
            for term, other in zip(terms, terms[7:] + terms[:7], strict=True)
        ]

    monkeypatch.setattr(handbook_document, "index_terms", shifted)
    document, _ = make(bank, {}, cache=Path(os.environ["QEXPORT_CACHE"]))
    folios = CHECKS["folios"](Book(document.data), order)
    assert sum(finding.what.startswith("index: no question that begins on page") for finding in folios) > 100


def test_contents_that_lack_a_question_are_found(
    bank: Bank, order: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = Press.rows

    def fewer(press: Press, *arguments: Any) -> list[ListRow]:
        return list(rows(press, *arguments))[:-1]

    monkeypatch.setattr(Press, "rows", fewer)
    document, _ = make(bank, {}, cache=Path(os.environ["QEXPORT_CACHE"]))
    assert [finding.what for finding in CHECKS["folios"](Book(document.data), order)] == [
        f"{id_} is 0 times in 'Contents', not once" for id_ in ("PY-ADV-002", "AI-MLO-001", "ML-ADV-003")
    ]


def test_a_box_for_a_character_no_font_has_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = banks.worst()
    some = replace(bank, questions=tuple(each for each in bank.questions if each.id in ("CJK", "RTL")))
    document, order = make(some, {})
    assert found(document.data, order) == set()
    assert found(document.data, replace(order, warnings=())) == {"glyphs"}
    monkeypatch.setattr(layout, "_number_missing", lambda html, _missing: html)
    document, order = make(some, {})
    told = [finding.what for finding in inspected(document.data, order)]
    assert [what for what in told if what.endswith("draws a box for what it lacks")]


@pytest.mark.needs("qpdf", "poppler")
def test_a_file_that_has_to_be_mended_to_be_read_is_found(handbook: Path, order: Any) -> None:
    data = handbook.read_bytes()
    at = data.rindex(b"startxref")
    assert found(data[:at] + b"startxref\n1\n%%EOF\n", order) == {"noise"}


def test_a_book_is_the_same_bytes_wherever_it_is_made(handbook: Path, tmp_path: Path) -> None:
    folder = tmp_path / "deeper ü"
    shutil.copytree(ROOT / "seeds", folder / "seeds")
    home = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    elsewhere = {"PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo", "LC_ALL": "C", **home}
    qexport("build", "--format", "handbook", *THERE, cwd=folder, **elsewhere)
    assert (folder / "book.pdf").read_bytes() == handbook.read_bytes()


def test_all_books_are_accessible(handbook: Path, common_folder: Path, conformance_check: Path) -> None:
    """Each that is drawn, whichever process of the tests made it."""
    cells = [cell for cell in (Cell(*each) for each in DRAWN) if not is_nobodys(cell)]
    assert {cell.theme for cell in cells} == set(THEMES)
    assert (
        judged(conformance_check, [handbook, *(drawn_book(cell, common_folder)[0] for cell in cells)]) == []
    )


def test_a_book_that_no_rule_was_tried_on_is_found(tmp_path: Path) -> None:
    script = tmp_path / "check.sh"
    script.write_text('shift; echo "# rules"; echo "PASS ua1 $1"')
    one, other = tmp_path / "one.pdf", tmp_path / "other.pdf"
    assert judged(script, [one]) == []
    assert judged(script, [one, other]) == [f"{other}: not judged"]
