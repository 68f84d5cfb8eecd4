"""Flash cards: what is on them, how it is made to fit, and in which order sheets are printed."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pikepdf
import pypdfium2
import pytest
from tests.unit.outputs.flash_cards.printed_cards import LIST, SET, cards, pages, sizes

from qexport.common.errors import Location, UsageError
from qexport.layout.scheduler import Scheduler
from qexport.outputs.document import Document
from qexport.outputs.flash_cards.document import LARGE_CARD_SIZES
from qexport.outputs.lengths import MM
from qexport.outputs.paper import PAPERS


def test_a_front_asks_and_a_back_tells_and_both_name_the_id() -> None:
    document = cards(LIST, SET)
    front, back = pages(document)
    assert front == (
        "Types · sheet 1 of 1, front PY-1 Difficulty 3/10 Python · Types What is a list? PY-2 Python What is a set?"
    )
    assert back == (
        "Types · sheet 1 of 1, back PY-1 Types · Python A sequence that can change. "
        "PY-2 Types · Python What has no order."
    )
    assert document.summary == "2 cards, 1 sheet"


def test_the_file_has_a_name_of_its_own() -> None:
    assert cards(SET).suffix == "-cards.pdf"


def test_an_unknown_section_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UsageError) as caught:
        cards(LIST, options={"card-sections": "mistakes"})
    assert (caught.value.message, caught.value.hint) == (
        "no section 'mistakes'",
        (
            "did you mean 'common-mistakes'? known: all, deep-explanation, real-world-example, "
            "common-mistakes, production-scenario, follow-ups"
        ),
    )


def test_large_print_is_sixteen_points_and_over() -> None:
    document = cards(LIST, options={"large-print": True})
    text = [
        size for page in sizes(document) for size in page if size > 6.5
    ]  # the name of the sheet is cut off
    assert min(text) >= 16
    assert max(text) == LARGE_CARD_SIZES[0]


@pytest.mark.parametrize(
    ("flip", "order"),
    [
        ("long", ["1 of 2, front", "1 of 2, back", "2 of 2, front", "2 of 2, back"]),
        ("short", ["1 of 2, front", "1 of 2, back", "2 of 2, front", "2 of 2, back"]),
        ("manual", ["1 of 2, front", "2 of 2, front", "1 of 2, back", "2 of 2, back"]),
        ("fold", ["1 of 2", "2 of 2"]),
    ],
)
def test_sheets_are_in_the_order_they_are_printed(flip: str, order: list[str]) -> None:
    count = {"fold": 5}.get(flip, 9)
    document = cards(*(replace(SET, id=f"S-{number}") for number in range(count)), options={"duplex": flip})
    assert [re.findall(r"sheet (\d of \d(?:, \w+)?)", page)[0] for page in pages(document)] == order


@pytest.mark.parametrize(
    ("flip", "duplex"),
    [
        ("long", "/DuplexFlipLongEdge"),
        ("short", "/DuplexFlipShortEdge"),
        ("manual", "/Simplex"),
        ("fold", "/Simplex"),
    ],
)
def test_a_reader_is_told_how_to_print_the_sheets(flip: str, duplex: str) -> None:
    with pikepdf.open(BytesIO(cards(SET, options={"duplex": flip}).data)) as pdf:
        preferences = pdf.Root.ViewerPreferences
        assert (str(preferences.Duplex), str(preferences.PrintScaling)) == (duplex, "/None")


def test_perforated_cards_cannot_be_folded() -> None:
    with pytest.raises(UsageError) as caught:
        cards(SET, options={"card-size": "avery-5371", "duplex": "fold"})
    assert (caught.value.message, caught.value.hint) == (
        "the cards of avery-5371 come apart, they cannot be folded",
        "--duplex manual prints their backs on any printer",
    )


def corner(document: Document, page: int) -> tuple[float, float]:
    """Where the first id of a page stands, in mm from the upper left corner."""
    pdf_page = pypdfium2.PdfDocument(document.data)[page]
    text = pdf_page.get_textpage()
    at = text.get_text_range().index("PY-2")
    left, bottom, _, _ = text.get_charbox(at)
    return left / 72 * 25.4, (pdf_page.get_height() - bottom) / 72 * 25.4


@pytest.mark.parametrize(
    ("x", "y", "front", "back"),
    [
        ("0.8", "-1.5", (0, 0), (0.8, -1.5)),
        ("-2", "", (0, 0), (-2, 0)),
        ("0.5,-0.3", "1,2", (0.5, 1), (-0.3, 2)),
    ],
)
def test_offsets_move_backs_or_fronts_and_backs(
    x: str, y: str, front: tuple[float, float], back: tuple[float, float]
) -> None:
    straight = cards(SET)
    moved = cards(SET, options={"offset-x": x, "offset-y": y})
    for page, wanted in enumerate((front, back)):
        before, after = corner(straight, page), corner(moved, page)
        assert (round(after[0] - before[0], 2), round(after[1] - before[1], 2)) == pytest.approx(
            wanted, abs=0.02
        )


def crossings(data: bytes, flip: str) -> dict[str, set[float]]:
    """What one reads off the rulers of a calibration sheet, its back seen through its front, by axis."""
    front, back = pypdfium2.PdfDocument(data)
    width, height = front.get_size()
    found: dict[str, set[float]] = {"x": set(), "y": set()}
    text = front.get_textpage()
    lines = []
    for item in back.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_PATH]):
        left, bottom, right, top = item.get_bounds()
        if flip == "short":
            bottom, top = height - top, height - bottom
        else:
            left, right = width - right, width - left
        lines.append((left, bottom, right, top))
    zeros = [index for index in range(text.count_chars()) if _is_number(text, index, "0")]
    for index in zeros:
        left, bottom, right, top = text.get_charbox(index, loose=True)
        x, y = (left + right) / 2, (bottom + top) / 2
        for line in lines:
            middle = ((line[0] + line[2]) / 2, (line[1] + line[3]) / 2)
            upright = line[3] - line[1] > line[2] - line[0]
            if upright and abs(middle[0] - x) < 30 and abs(middle[1] - y) < 40:
                found["x"].add(round((middle[0] - x) / 72 * 25.4, 1))
            elif not upright and abs(middle[1] - y) < 30 and abs(middle[0] - x) < 40:
                found["y"].add(round((y - middle[1]) / 72 * 25.4, 1))
    return found


def _is_number(text: pypdfium2.PdfTextPage, index: int, wanted: str) -> bool:
    around = text.get_text_range(max(index - 1, 0), 3 if index else 2)
    return text.get_text_range(index, 1) == wanted and not re.search(r"\d\d|-|%", around)


@pytest.mark.parametrize("flip", ["long", "short"])
def test_a_calibration_sheet_has_its_lines_at_zero_where_the_printer_is_exact(flip: str) -> None:
    (sheet,) = cards(SET, options={"duplex": flip, "calibration": True}).beside
    assert (sheet.suffix, sheet.summary) == ("-calibration.pdf", "1 sheet")
    found = crossings(sheet.data, flip)
    assert all(abs(value) < 0.3 for values in found.values() for value in values)
    assert all(found.values())


@pytest.mark.parametrize(("flip", "x", "y"), [("long", -1.0, 2.0), ("short", 1.0, -2.0)])
def test_what_a_calibration_sheet_shows_moves_with_the_offsets(flip: str, x: float, y: float) -> None:
    """A back that is moved right by 1 mm and down by 2 is seen there from the front, as it is turned over."""
    options: dict[str, str | bool] = {"duplex": flip, "calibration": True, "offset-x": "1", "offset-y": "2"}
    (sheet,) = cards(SET, options=options).beside
    found = crossings(sheet.data, flip)
    assert {round(value) for value in found["x"]} == {x}
    assert {round(value) for value in found["y"]} == {y}


@pytest.mark.parametrize(("flip", "right", "down"), [("long", "5", "-5"), ("short", "-5", "5")])
def test_rulers_say_what_to_add_to_the_offsets(flip: str, right: str, down: str) -> None:
    (sheet,) = cards(SET, options={"duplex": flip, "calibration": True}).beside
    page = pypdfium2.PdfDocument(sheet.data)[0]
    text = page.get_textpage()
    words = {}
    for match in re.finditer(r"-?\d+|[xy](?=\s)", text.get_text_range()):
        left, bottom, _, _ = text.get_charbox(match.start())
        words[round(left), round(bottom)] = match[0]
    rulers = sorted(
        place for place, word in words.items() if word in ("5", "-5") and place[1] < page.get_height() / 2
    )
    across = [words[place] for place in rulers if place[0] < page.get_width() / 2][-1]
    lowest = min((place for place in rulers if place[0] > page.get_width() / 2), key=lambda place: place[1])
    assert (across, words[lowest]) == (right, down)


def test_a_manual_calibration_shows_whether_sheets_are_drawn_in_order() -> None:
    (sheet,) = cards(SET, options={"duplex": "manual", "calibration": True}).beside
    assert [re.findall(r"sheet \d, \w+", page)[0] for page in pages(sheet)] == [
        "sheet 1, front",
        "sheet 2, front",
        "sheet 1, back",
        "sheet 2, back",
    ]


def test_a_folded_sheet_has_one_side_to_calibrate() -> None:
    (sheet,) = cards(SET, options={"duplex": "fold", "calibration": True}).beside
    (page,) = pages(sheet)
    assert "100 mm" in page


def test_the_outline_leads_to_each_card() -> None:
    with pikepdf.open(BytesIO(cards(LIST, SET).data)) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["PY-1 What is a list?", "PY-2 What is a set?"]


def test_a_character_no_font_has_is_a_warning_that_names_the_question() -> None:
    odd = replace(LIST, answer="A \N{FACTORY}.", location=Location("bank.yaml", 4, 3))
    (warning,) = cards(SET, odd).warnings
    assert str(warning) == "bank.yaml:4:3: PY-1: no font of the book has '\N{FACTORY}' (U+1F3ED)"


def test_the_same_questions_give_the_same_bytes() -> None:
    assert cards(LIST, SET, scheduler=Scheduler()).data == cards(LIST, SET).data


def test_a_card_that_is_larger_than_the_paper_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PAPERS, "a5", replace(PAPERS["a5"], width=105, height=148))
    with pytest.raises(UsageError) as caught:
        cards(SET, options={"card-size": "3x5in", "paper": "a5"})
    assert (caught.value.message, caught.value.hint) == (
        "no card of 3x5in fits on a5",
        "choose a larger --paper",
    )


def test_an_answer_of_many_cards_is_set_once_for_all_its_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each sheet alone would set the whole answer again: the time grew with the square of its length."""
    long = replace(LIST, answer=" ".join(f"word{number}" for number in range(400)))
    laid_out: list[int] = []
    chunks = Scheduler.chunks

    def counted(scheduler: Scheduler, jobs: list[Any]) -> list[Any]:
        laid_out.append(len(jobs))
        return chunks(scheduler, jobs)

    monkeypatch.setattr(Scheduler, "chunks", counted)
    options = {"paper": "a6", "duplex": "long"}
    together = cards(SET, long, replace(SET, id="PY-9"), options=options)
    assert together.summary == "15 cards, 5 sheets"
    assert laid_out.pop() == 1
    monkeypatch.setattr("qexport.outputs.flash_cards.document.MANY_CARDS", 1_000)
    alone = cards(SET, long, replace(SET, id="PY-9"), options=options)
    assert laid_out.pop() == 10
    assert pages(together) == pages(alone)
    assert _list_starts(together) == _list_starts(alone)


def test_an_answer_that_is_longer_with_its_characters_as_numbers_has_more_cards() -> None:
    """It was put on sheets first as if it had all its pages already, which ended in a traceback."""
    hieroglyphs = " ".join(chr(0x13000 + number) for number in range(160))
    document = cards(replace(SET, answer=hieroglyphs), options={"paper": "a6"})
    assert document.summary == "7 cards, 3 sheets"
    assert "[U+13000]" in pages(document)[1]
    assert "[U+1309F]" in pages(document)[-1]


def test_a_long_title_leaves_the_name_of_its_sheet_on_the_paper() -> None:
    document = cards(SET, options={"paper": "a6"}, title="A very long title of a book " * 5)
    assert re.match(r"A very long title [^·]*… · sheet 1 of 1, front PY-2", pages(document)[0])
    sheet = pypdfium2.PdfDocument(document.data)[0]
    text = sheet.get_textpage()
    right = max(text.get_rect(number)[2] for number in range(text.count_rects()))
    assert right < sheet.get_width() - 4 * MM


def _list_starts(document: Document) -> list[tuple[str, int]]:
    """The lines of a file's outline, and the pages they lead to."""
    pdf = pypdfium2.PdfDocument(document.data)
    return [(line.get_title(), line.get_dest().get_index()) for line in pdf.get_toc()]
