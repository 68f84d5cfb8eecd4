"""What leads to the questions of a handbook: contents, openings of parts, the list by difficulty, the outline."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from qexport.outputs.book.entries import anchor, outline_entry
from qexport.outputs.book.lists import List, ListRow
from qexport.outputs.book.parts import Part, tally
from qexport.pdf.metadata import OutlineEntry

if TYPE_CHECKING:
    from qexport.bank.model import Question
    from qexport.outputs.book.press import Press
    from qexport.outputs.handbook.plan import Matter


def list_contents(press: Press, matter: Matter) -> List:
    """Return the contents of a book: its parts with their questions, and what is at its back."""
    template, label = "handbook/contents.html.j2", press.language.label
    rows = [ListRow(press.row(title=label("reading_title"), place="reading"))] * matter.reading
    for part in press.parts:
        place = _find_place(part, matter)
        above = [press.heading(template, part.title, 2, anchor=place)] * bool(part.title)
        rows += press.rows(part, template, *above)
    back = press.heading(template, label("at_back"), 2)
    rows += [
        ListRow(press.row(title=title, place=place), (back,))
        for title, place in _list_back_matter(press, matter)
    ]
    return press.list_of(template, rows, fit=True)


def list_part_openings(press: Press, matter: Matter) -> list[List]:
    """Return the openings of the parts that have a page of their own, each with the questions of its part."""
    template = "handbook/part.html.j2"
    return [
        press.list_of(
            template,
            list(press.rows(part, template, level=2)),
            head=part.title,
            number=number,
            title=part.title,
            anchor=part.anchor,
            tally=tally(part, press.language),
        )
        for number, part in enumerate(press.parts, start=1)
        if part.anchor in matter.opened
    ]


def list_difficulties(press: Press) -> List:
    """Return the list of all questions by their difficulty."""
    template = "handbook/difficulties.html.j2"
    rated = [question for question in press.edition.questions if question.difficulty is not None]
    rows = []
    for value, group in groupby(sorted(rated, key=_get_difficulty), key=_get_difficulty):
        title = press.language.label("difficulty_of", value=value, highest=10)
        above = press.heading(template, title, 2, difficulty=value)
        rows += [ListRow(press.row_of(question), (above,)) for question in group]
    return press.list_of(template, rows)


def _get_difficulty(question: Question) -> int:
    return question.difficulty or 0


def list_outline(press: Press, matter: Matter) -> Iterator[OutlineEntry]:
    """Yield the entries of a book's outline."""
    label = press.language.label
    if matter.reading:
        yield OutlineEntry(label("reading_title"), "reading")
    if matter.contents:
        yield OutlineEntry(label("contents"), "contents")
    for part in press.parts:
        chapters: list[OutlineEntry] = []
        for chapter in part.chapters:
            entries = [outline_entry(each) for each in chapter.questions]
            chapters += (
                [OutlineEntry(chapter.title, entries[0].anchor, tuple(entries))] if chapter.title else entries
            )
        if part.title:
            yield OutlineEntry(part.title, _find_place(part, matter), tuple(chapters))
        else:
            yield from chapters
    for title, name in _list_back_matter(press, matter):
        yield OutlineEntry(title, name)
    yield OutlineEntry(label("colophon"), "colophon")


def _list_back_matter(press: Press, matter: Matter) -> Iterator[tuple[str, str]]:
    """Yield title and place of what is behind the questions."""
    if matter.progress:
        yield press.language.label("progress_title"), "progress"
    if matter.index:
        yield press.language.label("index"), "index"
    if matter.difficulties:
        yield press.language.label("by_difficulty"), "difficulties"


def _find_place(part: Part, matter: Matter) -> str:
    """Return the name of the place where a part begins."""
    return part.anchor if part.anchor in matter.opened else anchor(part.questions[0])
