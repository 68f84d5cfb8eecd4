"""Series: a list laid out some pages at a time reads as if it had been laid out at once."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pypdfium2
import pytest

from qexport import book, engine
from qexport.assembly import Book, link
from qexport.book import Row, Series
from qexport.chunk import Chunk
from qexport.pdf import lay_out

CSS = """
@page { size: 60mm 50mm; margin: 5mm }
body { margin: 0; font: 10pt/5mm "Source Serif Pro" }
h2 { font-size: 10pt; break-after: avoid; margin: 0 }
ul { list-style: none; margin: 0; padding: 0 }
li { break-inside: avoid }
"""


@dataclass
class Job:
    html: str
    values: dict[str, Any]


class Press:
    """Makes jobs of what a series says."""

    def from_values(self, template: str, **values: Any) -> Any:
        words = []
        for run in values["runs"]:
            words += [f"<h2>{heading['title']}</h2>" for heading in run["headings"]]
            items = "".join(f'<li data-row="{entry["row"]}">{entry["name"]}</li>' for entry in run["entries"])
            words.append(f"<ul>{items}</ul>")
        ends = f" data-{values['ends']}" if values["ends"] else ""
        html = f"<html lang=en><title>{template}</title><body class=''{ends}>{''.join(words)}</body>"
        return Job(html.replace("class=''", 'class="list"'), values)


def heading(title: str) -> dict[str, object]:
    return {"title": title, "level": 2}


def rows(count: int, of: int) -> list[Row]:
    return [Row({"name": f"row {n}"}, (heading(f"chapter {n // of}"),)) for n in range(count)]


def completed(series: Series) -> list[Any]:
    jobs = []
    while not series.is_complete:
        job: Any = series.job()
        jobs.append(job)
        series.add(lay_out(job.html, CSS))
    return jobs


def texts(chunks: list[Chunk]) -> list[str]:
    document = pypdfium2.PdfDocument(BytesIO(link(chunks, Book(title="t", language="en"))))
    return [page.get_textpage().get_text_bounded().replace("\r\n", "\n").strip() for page in document]


def series(listed: list[Row], *, fit: bool = False) -> Series:
    return Series(Press(), "list", listed, {}, fit=fit)  # type: ignore[arg-type]


@pytest.mark.parametrize("at_once", [9, 10, 17, 30, 1000])
def test_pages_do_not_tell_how_many_rows_were_laid_out_at_once(
    monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    listed = rows(60, 7)
    monkeypatch.setattr(book, "AT_ONCE", 10_000)
    whole = series(listed)
    completed(whole)
    monkeypatch.setattr(book, "AT_ONCE", at_once)
    parted = series(listed)
    jobs = completed(parted)
    assert texts(parted.chunks) == texts(whole.chunks)
    assert len(whole.chunks) == 1
    assert len(parted.chunks) == len(jobs)
    assert (len(jobs) > 1) == (at_once < 60)


def test_a_heading_is_set_where_it_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "AT_ONCE", 3)
    part, other = heading("part"), heading("other")
    listed = [
        Row({"name": "a"}),
        Row({"name": "b"}, (part, heading("one"))),
        Row({"name": "c"}, (part, heading("one"))),
        Row({"name": "d"}, (part, heading("one"))),
        Row({"name": "e"}, (part, heading("two"))),
        Row({"name": "f"}, (other, heading("two"))),
    ]
    said = [
        [
            ([each["title"] for each in run["headings"]], [entry["name"] for entry in run["entries"]])
            for run in job.values["runs"]
        ]
        for job in completed(series(listed))
    ]
    assert said == [
        [([], ["a"]), (["part", "one"], ["b", "c"])],
        [([], ["d"]), (["two"], ["e"]), (["other", "two"], ["f"])],
    ]


def test_only_a_list_that_is_laid_out_at_once_is_fitted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "AT_ONCE", 12)
    assert [job.values["ends"] for job in completed(series(rows(12, 12), fit=True))] == ["fit"]
    assert [job.values["ends"] for job in completed(series(rows(20, 20), fit=True))] == ["full", "full", ""]
    assert [job.values["continued"] for job in completed(series(rows(20, 20)))] == [False, True, True]


def test_a_row_of_more_than_a_page_is_kept_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "AT_ONCE", 2)
    long = Row({"name": " ".join(f"word{n}" for n in range(200))})
    parted = series([Row({"name": "first"}), long, Row({"name": "last"})])
    completed(parted)
    words = " ".join(texts(parted.chunks)).split()
    assert words == ["first", *(f"word{n}" for n in range(200)), "last"]


# --- drawings ------------------------------------------------------------------------------------------------

SVG = (
    '<svg class="m" viewBox="0 0 6 6" xmlns="http://www.w3.org/2000/svg"><title>mark {0}</title>'
    '<rect x="{0}" y="1" width="2" height="2" fill="currentColor"/></svg>'
)


def page(*numbers: int) -> Chunk:
    drawn = "".join(SVG.format(number) for number in numbers)
    return lay_out(
        f'<html lang=en><title>t</title><body class="x"><p>{drawn}</p></body>',
        ".m { width: 4mm; height: 4mm }",
    )


def streams(chunk: Chunk) -> bytes:
    contents = [zlib.decompress(stream) for _, stream in chunk.content.objects if stream]
    return b"\n".join(contents)


def test_a_drawing_that_comes_again_is_drawn_as_the_first_time() -> None:
    engine._drawing.cache_clear()
    once = streams(page(1, 2, 1))
    again = streams(page(1, 2, 1))
    assert once == again
    shapes = re.findall(rb"\d 1 2 2 re", once)
    assert len(shapes) == 3
    assert shapes[0] == shapes[2] != shapes[1]


def test_drawings_have_their_titles_for_those_who_do_not_see_them() -> None:
    values = b"".join(value for value, _ in page(3, 4).content.objects)
    assert values.count(b"/S /Figure") == 2
    assert [b"mark 3" in values, b"mark 4" in values] == [True, True]


def test_letters_in_a_drawing_are_set_in_the_fonts_of_the_book() -> None:
    svg = (
        '<svg viewBox="0 0 60 10" width="60mm" xmlns="http://www.w3.org/2000/svg"><title>t</title>'
        '<text x="0" y="8" font-family="Source Sans Pro" font-size="6">Letters</text></svg>'
    )
    chunk = lay_out(f'<html lang=en><title>t</title><body class="x">{svg}</body>', "")
    assert {use.family for use in chunk.content.fonts} == {"Source Sans Pro"}
