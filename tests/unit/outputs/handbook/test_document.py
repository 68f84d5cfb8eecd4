"""The handbook: what stands in it, in what order, on which pages, and what options change."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from qexport import __version__
from qexport.bank.lock import Edition, Entry, Lock, LockedNoteType, Stamp
from qexport.bank.model import Bank, Claims, Question
from qexport.common.errors import InputRefused, Location, Problem
from qexport.content.themes import theme
from qexport.layout.fonts import of_folders
from qexport.layout.scheduler import Scheduler
from qexport.outputs.declaration import parse_options
from qexport.outputs.document import Document, Tools
from qexport.outputs.handbook import HandbookOptions, plan
from qexport.outputs.handbook.document import render

LIST = Question(
    id="PY-1",
    question="What is a list?",
    answer="A sequence that can change. It keeps its order.",
    deep_explanation="It is an array of references; list_append() is cheap.",
    real_world_example="A playlist.",
    common_mistakes="To share one as a default. To change it in a loop.",
    production_scenario="A queue was a list, and list_append() was slow.",
    technology="Python",
    category="Types",
    level="Advanced",
    difficulty=3,
    follow_ups=("What is a set?", "What is a tuple?"),
    tags=("order",),
    location=Location("bank.yaml", 4, 3),
)
SET = replace(
    LIST,
    id="PY-2",
    question="What is a set?",
    answer="What has no order.",
    deep_explanation="It is a table of hashes.",
    real_world_example="",
    common_mistakes="",
    production_scenario="",
    follow_ups=(),
    difficulty=7,
    tags=(),
)
WORDS = tuple(f"word {letter}" for letter in "abcdefghijkl")
"""Enough terms for an index."""

LOOP = replace(
    SET, id="PY-3", question="What is a loop?", category="Flow", difficulty=3, tags=("order",), terms=WORDS
)
SLICE = replace(SET, id="GO-1", question="What is a slice?", technology="Go", category="", difficulty=None)
ALL = (LIST, SET, LOOP, SLICE)
BANK = Bank(
    title="Types & loops",
    namespace="tests/types",
    source="A page",
    licence="CC BY 4.0",
    claims=Claims(questions=54),
    questions=ALL,
)


def handbook(
    *questions: Question,
    look: Path | None = None,
    bank: Bank = BANK,
    lock: Lock | None = None,
    **options: str | bool,
) -> Document:
    chosen = questions or ALL
    bank = replace(bank, questions=chosen)
    edition = Edition(bank=bank, questions=chosen, title=bank.title, scope="Python and Go", lock=lock)
    settings = parse_options(
        HandbookOptions,
        {"one-per-page": True} | {name.replace("_", "-"): value for name, value in options.items()},
    )
    known = theme(str(look or settings.theme))
    scheduler = Scheduler(fonts=of_folders(known.folders))
    tools = Tools(known.templates(), known.styles(), known.digest(), scheduler)
    return render(edition, settings, tools)


def pages(document: Document) -> list[str]:
    return [
        " ".join(page.get_textpage().get_text_bounded().split())
        for page in pypdfium2.PdfDocument(document.data)
    ]


def outline(document: Document) -> list[object]:
    def lines(items: list[pikepdf.OutlineItem]) -> list[object]:
        return [[item.title, lines(list(item.children))] if item.children else item.title for item in items]

    with pikepdf.open(BytesIO(document.data)) as pdf, pdf.open_outline() as tree:
        return lines(list(tree.root))


def places(document: Document) -> dict[str, int]:
    """The page of each named place."""
    with pikepdf.open(BytesIO(document.data)) as pdf:
        names = pdf.Root.Names.Dests.Names
        return {
            str(names[at]): pdf.pages.index(pikepdf.Page(names[at + 1][0])) + 1
            for at in range(0, len(names), 2)
        }


def links(document: Document) -> Iterator[tuple[int, str, str]]:
    """(page, where it leads, the text on it) of each link."""
    texts = [page.get_textpage() for page in pypdfium2.PdfDocument(document.data)]
    with pikepdf.open(BytesIO(document.data)) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            for annotation in page.get("/Annots", []):
                text = texts[number - 1].get_text_bounded(*[float(each) for each in annotation.Rect])
                to = str(annotation.Dest) if "/Dest" in annotation else str(annotation.A.URI)
                yield number, to, " ".join(text.split())


def without_leaders(text: str) -> str:
    return re.sub(r"( \.)+ ", " ", text)


def heads(document: Document, page: int) -> dict[str, float]:
    """Where the running heads and the folio of a page begin, in points from the left."""
    drawn = pypdfium2.PdfDocument(document.data)[page - 1]
    text_page = drawn.get_textpage()
    found = {}
    for item in drawn.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT]):
        left, bottom, _, top = item.get_bounds()
        if bottom > drawn.get_height() - 50 or top < 45:
            found[text_page.get_text_bounded(*item.get_bounds()).strip()] = left
    return found


@pytest.fixture(scope="module")
def whole() -> Document:
    """A book of some questions with all that a large one has."""
    with pytest.MonkeyPatch.context() as patch:
        as_if_large(patch)
        return handbook(dated="2025-03-01", edition_label="1.2")


@pytest.fixture(scope="module")
def printed() -> Document:
    with pytest.MonkeyPatch.context() as patch:
        as_if_large(patch)
        return handbook(media="print", paper="a5")


def as_if_large(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(plan, "LARGE_PART", 1)
    patch.setattr(plan, "MANY_RATED", 1)


# The parts of the book


def test_the_cover_says_what_is_in_the_book_and_which_edition_it_is(whole: Document) -> None:
    cover = pages(whole)[0]
    assert cover == (
        "HANDBOOK Types & loops Python and Go 4 of 54 questions Python Difficulty 1 2 3 4 5 6 7 8 9 10 "
        "Edition 1.2, 1 March 2025 Source: A page Licence: CC BY 4.0"
    )


def test_the_fingerprint_is_the_banks_whatever_is_chosen_of_it(whole: Document) -> None:
    def printed_in(document: Document) -> str:
        found = re.search("fingerprint ([0-9a-f]{12})", pages(document)[1])
        return found[1] if found else ""

    assert printed_in(handbook(theme="mono")) == printed_in(whole)
    assert printed_in(handbook(*ALL[:3], replace(SLICE, answer="Another."))) != printed_in(whole)


def test_a_date_is_the_locks_or_an_option_and_never_the_clocks() -> None:
    entry = Entry(id="PY-1", birth="PY-1", guid="g", number=1, modified=1_740_787_200)
    lock = Lock(
        namespace="n",
        deck_root="T",
        style=Stamp("", 0),
        note_type=LockedNoteType((), (), ""),
        notes={"PY-1": entry},
    )

    def dates(document: Document) -> tuple[str, str]:
        with pikepdf.open(BytesIO(document.data)) as pdf:
            found = re.search(r"\d+ \w+ 20\d\d", pages(document)[0])
            return found[0] if found else "", str(pdf.docinfo.get("/ModDate", ""))

    assert dates(handbook(SET)) == ("", "")
    assert dates(handbook(SET, lock=lock)) == ("1 March 2025", "D:20250301000000Z")
    assert dates(handbook(SET, lock=lock, dated="2026-01-31")) == ("31 January 2026", "D:20260131000000Z")


def test_how_to_read_it_explains_only_what_the_questions_have() -> None:
    bare = [replace(each, production_scenario="", deep_explanation="", difficulty=7) for each in ALL]
    how_to = pages(handbook(*bare))[1]
    assert "Answer What you would say first, in half a minute." in how_to
    assert "Production scenario" not in how_to
    assert "Deep explanation" not in how_to
    assert "7/10 4 questions Colophon" in how_to


def test_the_contents_are_the_parts_with_chapters_and_questions(whole: Document) -> None:
    assert without_leaders(pages(whole)[2]) == (
        "Contents How to read this book 2 "
        "Python Types PY-1 What is a list? 5 PY-2 What is a set? 6 Flow PY-3 What is a loop? 7 "
        "Go GO-1 What is a slice? 9 "
        "At the back Index 10 Questions by difficulty 11 Contents 3"
    )
    assert whole.folios == {"PY-1": 5, "PY-2": 6, "PY-3": 7, "GO-1": 9}
    assert places(whole) == {
        "cover": 1,
        "reading": 2,
        "contents": 3,
        "part-1": 4,
        "q-PY-1": 5,
        "q-PY-2": 6,
        "q-PY-3": 7,
        "part-2": 8,
        "q-GO-1": 9,
        "index": 10,
        "difficulties": 11,
        "colophon": 2,
    }


def test_every_line_of_the_contents_leads_to_its_place(whole: Document) -> None:
    led = [to for page, to, _ in links(whole) if page == 3]
    back = ["index", "difficulties"]
    assert led == ["reading", "part-1", "q-PY-1", "q-PY-2", "q-PY-3", "part-2", "q-GO-1", *back]


def test_the_outline_is_the_contents(whole: Document) -> None:
    types, flow = ["PY-1 What is a list?", "PY-2 What is a set?"], ["PY-3 What is a loop?"]
    assert outline(whole) == [
        "How to read this book",
        "Contents",
        ["Python", [["Types", types], ["Flow", flow]]],
        ["Go", ["GO-1 What is a slice?"]],
        "Index",
        "Questions by difficulty",
        "Colophon",
    ]


def test_a_part_opens_with_its_counts_and_its_own_list(whole: Document) -> None:
    assert without_leaders(pages(whole)[3]) == (
        "PART 1 Python 3 questions · Types 2 · Flow 1 · difficulty 3–7 "
        "Types PY-1 What is a list? 5 PY-2 What is a set? 6 Flow PY-3 What is a loop? 7 Python 4"
    )


def test_where_technologies_come_back_there_is_one_plain_list() -> None:
    document = handbook(LIST, SLICE, SET)
    assert outline(document)[:3] == ["PY-1 What is a list?", "GO-1 What is a slice?", "PY-2 What is a set?"]
    assert not [name for name in places(document) if name.startswith("part-")]


def test_a_question_is_told_in_the_order_it_is_read(whole: Document) -> None:
    assert pages(whole)[4] == (
        "PY-1 Python · Types · Advanced · Difficulty 3/10 What is a list? "
        "Answer A sequence that can change. It keeps its order. "
        "Deep explanation It is an array of references; list_append() is cheap. "
        "Real-world example A playlist. "
        "Common mistakes To share one as a default. To change it in a loop. "
        "Production scenario A queue was a list, and list_append() was slow. "
        "Follow-up questions What is a set? → p. 6 What is a tuple? Python · Types 5"
    )


def test_a_follow_up_leads_to_the_question_that_answers_it(whole: Document) -> None:
    assert [link for link in links(whole) if link[0] == 5] == [(5, "q-PY-2", "→ p. 6")]


def test_the_index_lists_terms_with_the_pages_of_their_questions_each_a_link() -> None:
    document = handbook(LIST, SET, LOOP, SLICE)
    at = places(document)
    number, first, second, third, last = (at[key] for key in ("index", *(f"q-{each.id}" for each in ALL)))
    page = pages(document)[number - 1]
    assert page.startswith(
        f"Index Pages in bold are those of questions that ask about the term. L list, {first} "
    )
    assert (
        f"list_append(), {first} loop, {third} O order, {first}, {third} S set, {second} slice, {last} "
        in page
    )
    assert f"T tuple, {first} " in page
    led = [(to, text) for on, to, text in links(document) if on == number]
    assert led[:3] == [("q-PY-1", str(first)), ("q-PY-1", str(first)), ("q-PY-3", str(third))]


def test_terms_stand_under_their_letters_and_signs_before_them() -> None:
    tags = ("zip", "Éa", "3D", "__init__", "anchor", "Zeta", *WORDS)
    document = handbook(replace(SET, tags=tags, technology="", category=""), *ALL[2:], LIST)
    page = pages(document)[places(document)["index"] - 1]
    number = places(document)["q-PY-2"]
    assert f"0–9 and signs 3D, {number} A anchor, {number} E Éa, {number} I __init__, {number}" in page
    assert f"Z Zeta, {number} zip, {number}" in page


def test_pages_that_say_nothing_are_left_out() -> None:
    """One question with a line of an answer is a cover, a page of its own and the colophon."""
    bare = replace(SET, deep_explanation="", tags=(), category="")
    assert outline(handbook(bare)) == [["Python", ["PY-2 What is a set?"]], "Colophon"]
    assert handbook(bare).summary == "3 pages"


def test_ten_questions_of_a_line_are_a_few_pages() -> None:
    ten = [
        replace(SET, id=f"T-{number}", deep_explanation="", technology="Go" if number > 5 else "Python")
        for number in range(10)
    ]
    document = handbook(*ten, one_per_page=False)
    assert int(document.summary.split()[0]) <= 6
    assert [title for title, *_ in map(as_list, outline(document))] == [
        "Contents",
        "Python",
        "Go",
        "Colophon",
    ]


def as_list(entry: object) -> list[object]:
    return entry if isinstance(entry, list) else [entry]


def test_questions_are_listed_by_difficulty_too(whole: Document) -> None:
    assert without_leaders(pages(whole)[10]) == (
        "Questions by difficulty Difficulty 3 of 10 PY-1 What is a list? 5 PY-3 What is a loop? 7 "
        "Difficulty 7 of 10 PY-2 What is a set? 6 Index 11"
    )


def test_the_colophon_says_where_all_of_it_comes_from(whole: Document) -> None:
    page = re.sub("fingerprint [0-9a-f]{12}", "fingerprint …", pages(whole)[1])
    colophon = page[page.index("Colophon") :]
    assert colophon == (
        "Colophon Questions 4 of 54 questions: Python and Go Source A page Licence CC BY 4.0 "
        "Edition 1.2, 1 March 2025 Bank tests/types, fingerprint … "
        "Type Source Serif and Source Sans by Frank Grießhammer and Paul D. Hunt, IBM Plex Mono by Mike Abbink; "
        f"SIL OFL Made with qexport {__version__}, WeasyPrint and HarfBuzz How to read this book 2"
    )


# Pages


def test_every_page_but_the_cover_says_where_one_is(whole: Document) -> None:
    ends = [text.split(" ")[-2:] for text in pages(whole)[1:]]
    assert [number for _, number in ends] == [str(number) for number in range(2, 12)]
    assert pages(whole)[5].endswith("Python · Types 6")


def test_on_paper_parts_begin_at_the_right_and_blanks_say_nothing(printed: Document) -> None:
    at = places(printed)
    recto = ("contents", "part-1", "part-2", "index", "difficulties")
    assert {name: at[name] % 2 for name in recto} == dict.fromkeys(recto, 1)
    blanks = [number for number, text in enumerate(pages(printed), start=1) if not text]
    assert blanks == [4, 12]


def test_on_paper_running_heads_are_mirrored(printed: Document) -> None:
    verso, recto = heads(printed, 6), heads(printed, 7)
    assert list(verso) == [
        "Python · Types",
        "6",
    ]  # the id stands above the question, and on pages that go on with it
    assert list(recto) == ["Python · Types", "7"]
    assert verso["6"] < verso["Python · Types"]
    assert recto["Python · Types"] < recto["7"]


def test_greys_are_drawn_with_black_ink_alone(whole: Document) -> None:
    with pikepdf.open(BytesIO(whole.data)) as pdf:
        drawn = [each for page in pdf.pages for each in pikepdf.parse_content_stream(page)]
    coloured = {tuple(map(float, each.operands)) for each in drawn if str(each.operator) in ("rg", "RG")}
    assert coloured
    assert not [each for each in coloured if len(set(each)) == 1]


def test_a_book_says_whose_texts_it_has_and_of_what(whole: Document) -> None:
    with pikepdf.open(BytesIO(whole.data)) as pdf:
        assert (str(pdf.docinfo.Author), str(pdf.docinfo.Keywords)) == ("A page", "Python, Go")


def test_addresses_are_told_on_paper_and_followed_on_the_screen() -> None:
    question = replace(SET, markup="markdown", answer="See [this](https://example.org/a).")
    on_screen, on_paper = (handbook(question, media=media) for media in ("screen", "print"))
    assert "See this. " in " ".join(pages(on_screen))
    assert "See this (https://example.org/a). " in " ".join(pages(on_paper))
    assert ("https://example.org/a", "this") in [(to, text) for _, to, text in links(on_screen)]


@pytest.mark.parametrize(
    ("paper", "width", "height"),
    [("a4", 210, 297), ("letter", 215.9, 279.4), ("a5", 148, 210), ("6x9in", 152.4, 228.6)],
)
def test_a_page_is_as_large_as_asked_for_and_has_bleed_for_the_press(
    paper: str, width: float, height: float
) -> None:
    with pikepdf.open(BytesIO(handbook(SET, paper=paper, media="prepress").data)) as pdf:
        for page in pdf.pages:
            trim, bleed, media = (
                [float(each) * 25.4 / 72 for each in box]
                for box in (page.TrimBox, page.BleedBox, page.MediaBox)
            )
            assert [trim[2] - trim[0], trim[3] - trim[1]] == pytest.approx([width, height], abs=0.1)
            assert [trim[0] - bleed[0], bleed[2] - trim[2]] == pytest.approx([3.5, 3.5], abs=0.6)
            assert media[0] < bleed[0]


def test_a_booklet_has_two_pages_a_side() -> None:
    flat, folded = (
        handbook(SET, paper="a5", media="print"),
        handbook(SET, paper="a5", media="print", imposition="booklet"),
    )
    assert folded.summary == f"{flat.summary}, two a side"
    assert len(pages(folded)) == -(-len(pages(flat)) // 4) * 2
    first = pages(folded)[0]
    assert "HANDBOOK" in first


def test_questions_flow_to_save_paper() -> None:
    document = handbook(one_per_page=False)
    at = places(document)
    assert at["q-PY-1"] == at["q-PY-2"]
    assert len(pages(document)) < len(pages(handbook()))
    assert at == places(handbook(flow=True, one_per_page=False))


def test_with_notes_there_are_boxes_to_rate_oneself_and_lines_to_the_foot() -> None:
    document = handbook(SET, ruled_lines=True)
    page = places(document)["q-PY-2"]
    assert "How did it go? again hard good easy" in pages(document)[page - 1]
    drawn = pypdfium2.PdfDocument(document.data)[page - 1]
    paths = [item.get_bounds() for item in drawn.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH])]
    heights = [box[3] - box[1] for box in paths if box[2] - box[0] > 340 and box[3] < 640]
    assert len(heights) == 25
    assert heights == pytest.approx([8 * 72 / 25.4] * 25, abs=0.1)
    assert min(box[1] for box in paths) < (17 + 8) * 72 / 25.4  # there is no room for another
    assert "How did it go?" not in " ".join(pages(handbook(SET)))


def test_in_large_print_nothing_is_under_16_points() -> None:
    document = handbook(large_print=True)
    sizes = set()
    for page in pypdfium2.PdfDocument(document.data):
        for item in page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_TEXT], max_depth=1):  # drawings are scaled
            size = ctypes.c_float()
            pypdfium2.raw.FPDFTextObj_GetFontSize(item.raw, size)
            sizes.add(round(size.value * abs(item.get_matrix().d), 1))
    assert min(sizes) >= 16


# What is told of it


def test_a_character_no_font_has_is_told_with_its_question_and_what_to_do() -> None:
    first, second = replace(SET, answer="何 and 🏭"), replace(LOOP, answer="何")
    document = handbook(first, second)
    assert document.warnings == (
        Problem(first.location, "PY-2: no font of the book has '何' (U+4F55), '🏭' (U+1F3ED)"),
        Problem(
            second.location,
            "PY-3: no font of the book has '何' (U+4F55)",
            'pip install ".[cjk]" in the checkout brings fonts that have them; or take a theme with such a font',
        ),
    )
    assert "[U+4F55] and [U+1F3ED]" in " ".join(pages(document))


def test_a_character_in_a_title_is_told_too() -> None:
    (warning,) = handbook(SET, bank=replace(BANK, title="何")).warnings
    assert str(warning) == "bank.yaml: no font of the book has '何' (U+4F55), in a title of it"


@pytest.fixture
def with_a_font(tmp_path: Path) -> Path:
    """A theme with a font that has one character, 何, as a square."""
    builder = FontBuilder(1000)
    pen = TTGlyphPen(None)
    for point in ((100, 0), (900, 0), (900, 800), (100, 800)):
        (pen.lineTo if pen.points else pen.moveTo)(point)
    pen.closePath()
    builder.setupGlyphOrder([".notdef", "what"])
    builder.setupCharacterMap({0x4F55: "what"})
    builder.setupGlyf({".notdef": TTGlyphPen(None).glyph(), "what": pen.glyph()})
    builder.setupHorizontalMetrics({".notdef": (500, 0), "what": (1000, 100)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Square", "styleName": "Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost()
    (tmp_path / "fonts").mkdir()
    builder.save(tmp_path / "fonts" / "square.ttf")
    (tmp_path / "theme.toml").write_text('description = "With a font"\nextends = "classic"\n')
    return tmp_path


def test_a_theme_can_bring_the_font_that_lacks(with_a_font: Path) -> None:
    question = replace(SET, answer="It is 何.")
    document = handbook(question, look=with_a_font)
    assert document.warnings == ()
    assert "It is 何." in " ".join(pages(document))
    with pikepdf.open(BytesIO(document.data)) as pdf:
        fonts = {
            str(font.BaseFont) for page in pdf.pages for font in page.Resources.get("/Font", {}).values()
        }
    assert any("Square" in name for name in fonts)
    assert handbook(question).warnings  # without the theme it lacks again


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.otf", b"OTTO", "not a TrueType or OpenType font"),
        ("a.ttf", b"", "not a TrueType or OpenType font"),
        ("a.woff2", b"wOF2", "not a TrueType or OpenType font"),
    ],
)
def test_a_font_that_cannot_be_embedded_is_refused(
    with_a_font: Path, name: str, data: bytes, message: str
) -> None:
    path = with_a_font / "fonts" / name
    path.write_bytes(data)
    with pytest.raises(InputRefused) as caught:
        handbook(SET, look=with_a_font)
    assert caught.value.problems == (
        Problem(Location(str(path)), message, "take the family's static files, each a .ttf or .otf"),
    )


def test_a_wrong_name_in_a_template_is_told_with_file_and_line(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text('description = "Wrong"\nextends = "classic"\n')
    (tmp_path / "handbook").mkdir()
    page = '{% extends "handbook/page.html.j2" %}\n{% block body %}\n{{ titel }}\n{% endblock %}\n'
    (tmp_path / "handbook" / "cover.html.j2").write_text(page)
    with pytest.raises(InputRefused) as caught:
        handbook(SET, look=tmp_path)
    place = Location(str(tmp_path / "handbook" / "cover.html.j2"), 3)
    assert caught.value.problems == (Problem(place, "'titel' is undefined", "did you mean 'title'?"),)


# Markdown


def test_what_follows_a_questions_line_stands_below_it_and_not_in_lists() -> None:
    question = replace(SET, markup="markdown", question="What does *this* print?\n\n```python\nprint(1)\n```")
    document = handbook(question, LIST, LOOP, SLICE)
    assert "PY-2 What does this print?" in str(outline(document))
    contents, page = pages(document)[2], pages(document)[places(document)["q-PY-2"] - 1]
    assert "print(1)" not in contents
    assert "What does this print? print(1) Answer What has no order." in page


def test_the_same_questions_give_the_same_bytes(whole: Document) -> None:
    with pytest.MonkeyPatch.context() as patch:
        as_if_large(patch)
        assert handbook(dated="2025-03-01", edition_label="1.2").data == whole.data


@pytest.mark.parametrize("look", ["classic", "modern", "mono"])
def test_the_layout_engine_understands_every_style_sheet(look: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", logger="weasyprint"):
        for paper in ("a4", "letter", "a5", "6x9in"):
            handbook(SET, theme=look, paper=paper, media="prepress", large_print=paper != "letter")
    assert [record.getMessage() for record in caplog.records] == []


def test_a_list_says_how_a_long_question_begins_and_its_page_all_of_it() -> None:
    """It ends with a word, and leaves no code open; what has neither end is cut, but Markdown as it is."""
    plain = replace(SET, id="L-1", question=f"What is {'a long question ' * 14}?")
    code = replace(SET, id="L-2", question=f"What is {'`a very long name` ' * 11}?", markup="markdown")
    word = replace(SET, id="L-3", question="What" * 55)
    open_ended = replace(SET, id="L-4", question=f"`{'What' * 55}`", markup="markdown")
    document = handbook(plain, code, word, open_ended, paper="letter")
    read = pages(document)
    contents = without_leaders(read[2])
    asked = {
        "L-1": f"What is {'a long question ' * 12}".strip() + "…",
        "L-2": f"What is {'a very long name ' * 10}".strip() + "…",
        "L-3": "What" * 50 + "…",
        "L-4": "What" * 55,
    }
    for each, said in asked.items():
        line = re.search(rf"{each} (.*?) \d+ ", contents + " ")
        assert line is not None
        assert line[1].replace(" ", "").rstrip(".") == said.replace(" ", "")
    for question in (plain, code, word, open_ended):
        whole = question.question.replace("`", "").replace(" ", "")
        assert any(whole in page.replace(" ", "") for page in read[3:])
