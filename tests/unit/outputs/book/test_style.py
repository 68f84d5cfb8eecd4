"""What follows from the style of a book: measures are computed from the settings that hold at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from qexport.content.themes import find_theme
from qexport.outputs.book.style import Measures, book_style
from qexport.outputs.document import Tools
from qexport.outputs.options import BookOptions
from qexport.outputs.paper import PAPERS


def measures(look: str = "classic", **options: object) -> Measures:
    chosen = find_theme(look)
    tools = Tools(chosen.templates(), chosen.styles(), chosen.digest())
    return book_style(BookOptions(**options), tools, ()).measures  # type: ignore[arg-type]


def test_the_text_is_what_margins_and_labels_leave_of_the_page() -> None:
    found = measures()
    assert (found.width, found.frame, found.size, found.code) == pytest.approx((121, 163, 10, 0.87))
    assert (found.head, found.longest_word) == ((54, 36), 57)
    found = measures(paper="a5")
    assert (found.width, found.frame, found.size) == pytest.approx((114, 114, 9.4))


def test_large_print_has_no_column_of_labels_and_code_as_large_as_text() -> None:
    found = measures(large_print=True)
    assert (found.width, found.size, found.code, found.longest_word) == pytest.approx((163, 16, 1, 40))


@pytest.mark.parametrize("media", ["screen", "print", "prepress"])
def test_the_medium_moves_the_text_and_leaves_its_width(media: str) -> None:
    assert measures(media=media) == measures()


def test_a_theme_that_sets_margins_and_type_is_measured_as_it_sets_them(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text('description = "narrow"\nextends = "modern"\n')
    css = ":root { --margin-outer: calc(70mm + 7mm); --text-size: 12pt; --head-size: 10pt }"
    (tmp_path / "theme.css").write_text(css)
    found = measures(str(tmp_path))
    assert (found.width, found.frame) == pytest.approx((71, 113))
    assert (found.size, found.size * found.code) == pytest.approx((12.6, 12 * 0.87), abs=0.01)
    assert found.head == (30, 20)


@pytest.mark.parametrize("paper", PAPERS)
def test_a_line_of_text_has_a_readable_number_of_characters(paper: str) -> None:
    found = measures(paper=paper)
    characters = found.width / 25.4 * 72 / (0.47 * found.size)  # the serif, measured
    assert 55 < characters < 80


@pytest.mark.parametrize("look", ["pocket", "tablet", "tablet-dark"])
def test_no_theme_makes_large_print_small(look: str) -> None:
    found = measures(look, paper="a5", large_print=True)
    assert (found.size, found.width) == (16, found.frame)


def test_a_theme_decides_whether_labels_have_a_column() -> None:
    pocket, tablet = measures("pocket"), measures("tablet", paper="a5")
    assert pocket.width == pocket.frame
    assert tablet.frame - tablet.width == 50


def test_a_word_may_be_as_long_as_its_line_is_and_less_in_a_title_or_a_column() -> None:
    def longest(look: str, paper: str) -> tuple[int, int, int]:
        found = measures(look, paper=paper)
        return found.longest_word, found.longest_in_title, found.columns

    assert longest("classic", "a5") == (54, 40, 1)
    assert longest("classic", "a6") == (43, 35, 1)
    assert longest("pocket", "a5") == (33, 53, 2)
    assert longest("pocket", "a6") == (21, 34, 2)
    found = measures("pocket", paper="a6", large_print=True)
    assert (found.columns, found.longest_word, found.longest_in_title) == (1, 20, 20)


def test_a_word_beside_columns_of_a_table_is_shorter_but_no_stump() -> None:
    found = measures(paper="a6")
    assert (found.longest_beside(0), found.longest_beside(30), found.longest_beside(70)) == (39, 25, 12)


def test_a_theme_decides_how_many_columns_explain_an_answer(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_text('description = "three"\nextends = "pocket"\n')
    (tmp_path / "theme.css").write_text(":root { --columns: 3; --column-gap: 4mm }")
    assert measures(str(tmp_path)).columns == 3
    (tmp_path / "theme.css").write_text(":root { --columns: 0 }")
    assert measures(str(tmp_path)).columns == 1


@pytest.mark.parametrize(("look", "paper"), [("classic", "a6"), ("pocket", "a4")])
def test_large_heads_and_folios_stand_6_mm_from_the_edge(look: str, paper: str) -> None:
    assert measures(look, paper=paper, large_print=True).height == pytest.approx(
        PAPERS[paper].height - 2 * (6 + 3.5) - 1.07 * (16 + 17) * 25.4 / 72, abs=0.1
    )
    assert measures(paper="a4", large_print=True).height == measures(paper="a4").height == 297 - 19 - 16


@pytest.mark.parametrize(
    ("look", "paper", "fewest"),
    [("pocket", "a6", 0), ("pocket", "a5", 142), ("pocket", "a4", 221), ("classic", "a4", 0)],
)
def test_a_long_answer_has_columns_where_its_lines_would_be_too_long(
    look: str, paper: str, fewest: int
) -> None:
    assert measures(look, paper=paper).long_answer == fewest
    assert measures(look, paper=paper, large_print=True).long_answer == 0


@pytest.mark.parametrize("look", ["classic", "modern", "mono", "pocket"])
def test_what_is_around_large_text_gives_way_on_a_small_page_alone(look: str) -> None:
    def title(paper: str) -> str:
        chosen = find_theme(look)
        tools = Tools(chosen.templates(), chosen.styles(), chosen.digest())
        return book_style(BookOptions(paper=paper, large_print=True), tools, ()).setting("--title-size")

    assert [title(paper) for paper in PAPERS] == ["22pt", "22pt", "22pt", "18pt", "22pt"]
    assert measures(look, paper="a6", large_print=True).head == (16, 11)
