"""The handbook: what stands in it, in what order, on which pages, and what options change."""

from __future__ import annotations

import ctypes
import re
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from tests.unit.outputs.handbook.handbooks import (
    ALL,
    LIST,
    LOOP,
    SET,
    SLICE,
    as_if_large,
    handbook,
    links,
    outline,
    pages,
    places,
    without_leaders,
)

from qexport import __version__
from qexport.bank.lock import Entry, Lock, LockedNoteType, Stamp
from qexport.common.errors import InputRefused, Location, Problem
from qexport.layout.cache import ChunkCache
from qexport.layout.scheduler import Scheduler
from qexport.outputs.document import Document

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


def test_on_paper_questions_of_two_pages_lie_open() -> None:
    long = replace(LIST, deep_explanation="Word after word. " * 150)
    questions = [replace(long, id=f"PY-{number}") for number in range(4)]
    folios = handbook(*questions, paper="a5", media="print").folios.values()
    assert list(folios) == [4, 6, 8, 10]


def test_a_book_says_whose_texts_it_has_and_of_what(whole: Document) -> None:
    with pikepdf.open(BytesIO(whole.data)) as pdf:
        assert (str(pdf.docinfo.Author), str(pdf.docinfo.Keywords)) == ("A page", "Python, Go")


def test_addresses_are_told_on_paper_and_followed_on_the_screen() -> None:
    question = replace(SET, markup="markdown", answer="See [this](https://example.org/a).")
    on_screen, on_paper = (handbook(question, media=media) for media in ("screen", "print"))
    assert "See this. " in " ".join(pages(on_screen))
    assert "See this (https://example.org/a). " in " ".join(pages(on_paper))
    assert ("https://example.org/a", "this") in [(to, text) for _, to, text in links(on_screen)]


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


@pytest.mark.parametrize("look", ["classic", "modern", "mono", "pocket", "tablet", "tablet-dark"])
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


def test_a_process_that_builds_again_gives_the_bytes_of_a_build_of_its_own(tmp_path: Path) -> None:
    longer = replace(LIST, answer=f"{LIST.answer} " + "It grows at its end. " * 60, terms=("amortised",))
    resident = Scheduler(ChunkCache(tmp_path)).remembering()
    for questions in (ALL, (longer, *ALL[1:]), (longer, *ALL[2:]), ALL):
        again = handbook(*questions, scheduler=resident)
        resident.settle()
        assert again.data == handbook(*questions, scheduler=Scheduler(ChunkCache(tmp_path))).data


@pytest.mark.needs("gs")
def test_a_book_in_mono_is_printed_with_black_ink_alone(tmp_path: Path) -> None:
    (tmp_path / "book.pdf").write_bytes(handbook(theme="mono").data)
    command = ["gs", "-q", "-o", "-", "-sDEVICE=inkcov", str(tmp_path / "book.pdf")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    inks = [line.split() for line in done.stdout.splitlines()]
    assert [each[:3] for each in inks] == [["0.00000"] * 3] * len(inks)
    assert all(float(each[3]) > 0 for each in inks)
