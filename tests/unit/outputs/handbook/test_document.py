"""The handbook: what stands in it, in what order, on which pages, and what options change."""

from __future__ import annotations

import ctypes
import re
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from tests.shared_pages import shared_scheduler
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

from qexport.common.errors import InputRefused, Location, Problem
from qexport.layout.cache import ChunkCache
from qexport.layout.scheduler import Scheduler
from qexport.layout.workers import Workers
from qexport.outputs.book import binding
from qexport.outputs.book.lists import List
from qexport.outputs.document import Document
from qexport.outputs.handbook.index import with_pages

# The parts of the book


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
        again = handbook(dated="2025-03-01", edition_label="1.2", scheduler=Scheduler())
    assert again.data == whole.data


@pytest.mark.parametrize("look", ["classic", "modern", "mono", "pocket", "tablet", "tablet-dark"])
def test_the_layout_engine_understands_every_style_sheet(look: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("WARNING", logger="weasyprint"):
        for paper in ("a4", "letter", "a5", "6x9in"):
            handbook(
                SET,
                theme=look,
                paper=paper,
                media="prepress",
                large_print=paper != "letter",
                scheduler=Scheduler(),
            )
    assert [record.getMessage() for record in caplog.records] == []


def test_what_explains_an_answer_stands_in_two_columns_and_a_short_text_alone_in_none() -> None:
    short = replace(SET, deep_explanation="It is a table of hashes, which are numbers of its keys. " * 4)
    document = handbook(LIST, short, theme="pocket", paper="a5", one_per_page=False)
    page = pypdfium2.PdfDocument(document.data)[2]
    middle = page.get_width() / 2
    read = page.get_textpage().get_text_bounded(left=middle, top=page.get_height() - 100)
    in_right_half = " ".join(read.split())
    assert "Production scenario A queue was a list, and list_append() was slow." in in_right_half
    assert in_right_half.count("which are numbers of its keys.") == 1  # of lines of 75 characters


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


def test_processes_of_a_large_book_end_when_its_pages_are_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    class Processes(Workers):
        def end(self) -> int:
            told.append("they end")
            return super().end()

    def give_pages(*arguments: Any, **options: Any) -> List:
        told.append("the index gets its pages")
        return with_pages(*arguments, **options)

    monkeypatch.setattr("qexport.outputs.handbook.document.with_pages", give_pages)
    made = handbook().data
    scheduler = replace(shared_scheduler(), workers=Processes(1))  # all is in the cache: none is started
    assert handbook(scheduler=scheduler).data == made
    monkeypatch.setattr(binding, "LARGE", len(ALL) - 1)
    assert handbook(scheduler=scheduler).data == made
    index = "the index gets its pages"
    assert told == [index, index, "they end", index, "they end"]
