"""Templates → the jobs of the books of one edition: their pages, and the lines of their lists."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from markupsafe import escape

from qexport.content.fitting import LONGEST_WORD
from qexport.content.images import page_pictures
from qexport.content.languages import language
from qexport.content.quotes import choose_quotes, typeset_quotes
from qexport.content.technology_colours import number_technologies
from qexport.content.titles import title_source
from qexport.layout.scheduler import Job
from qexport.outputs.book.colours import colour_of
from qexport.outputs.book.entries import anchor, cut_short
from qexport.outputs.book.facts import choose_intent, collect_facts
from qexport.outputs.book.lists import List, ListRow
from qexport.outputs.book.parts import Part, parts
from qexport.outputs.book.style import book_style
from qexport.pdf.list_pages import Columns
from qexport.pdf.list_sheets import STRIPS_SLOT

if TYPE_CHECKING:
    from qexport.bank.lock import Edition
    from qexport.bank.model import Question
    from qexport.content.images import Image
    from qexport.layout.chunk import Chunk
    from qexport.outputs.document import Tools
    from qexport.outputs.options import BookOptions

LONGEST_ID = 22
"""Characters of an id that is one line beside its question in a list: the column of labels has no room for more."""

_ANY_WORD = "\uf8ff"
"""Is in the place of a word where a template is filled for all words."""


class Press:
    """Makes the jobs of the books of one edition."""

    def __init__(
        self, edition: Edition, options: BookOptions, tools: Tools, styles: Sequence[str] = ()
    ) -> None:
        self.edition = edition
        self.options = options
        self.tools = tools
        self.intent = choose_intent(options)
        self.on_paper = options.media != "screen"
        self.language = language(edition.bank.language)
        self.facts = collect_facts(edition, options, self.language)
        self.style = book_style(options, tools, styles, self.language.direction)
        self.measures = self.style.measures
        self.numbers = number_technologies(edition.bank)
        self.parts = parts(edition.questions)
        self._quotes = choose_quotes(edition.bank)
        self._filled: dict[tuple[str, str], str] = {}
        self._rows: dict[str, Job] = {}

    def job(
        self,
        template: str,
        pieces: object,
        values: Callable[[], Mapping[str, object]],
        images: Iterable[Image] = (),
        strips: str = "",
    ) -> Job:
        """Return a chunk to be made from a template; its values are needed only if it is not in the cache."""
        files = page_pictures(images)

        def html() -> str:
            labels = dict(self.language.labels)
            page = self.tools.templates.render(template, **{**self._frame, "labels": labels, **values()})
            return typeset_quotes(page, self._quotes)

        return Job(
            (template, self._digest, pieces, sorted(files)),
            html,
            self.style.css,
            lambda: files,
            strips,
        )

    @cached_property
    def _frame(self) -> Mapping[str, object]:
        """What every template of the book is given."""
        return {
            "language": self.edition.bank.language,
            "direction": self.language.direction,
            "title": self.edition.title,
            "head": list(self.measures.head),
            "quotes": self._quotes,
            "longest": self.measures.longest_word,
            "longest_in_title": self.measures.longest_in_title,
            "text_columns": self.measures.columns,
            "long_answer": self.measures.long_answer,
            "longest_id": LONGEST_ID if self.measures.width < self.measures.frame else LONGEST_WORD,
            "inks": {name: self.style.setting(f"--{name}") for name in ("ink", "accent", "warning")},
        }

    @cached_property
    def _digest(self) -> str:
        """A digest of all templates, and of what every one of them is given."""
        return sha256(json.dumps([self.tools.look, self._frame]).encode()).hexdigest()

    def from_values(self, template: str, **values: object) -> Job:
        """Return a chunk whose values are few: they are what it is known by."""
        return self.job(template, values, lambda: values)

    def piece(self, template: str, **values: object) -> Job:
        """Return a strip of a list: its opening, a heading or a row."""
        return self.job(template, values, lambda: values, strips=template)

    def worded_piece(self, template: str, word: str, values: Callable[[str], Mapping[str, object]]) -> Job:
        """Return a strip whose values have a word that its template does no more than write.

        A built-in template is filled once for all words: an index of 500 lines took a third of a second of Jinja.
        """
        piece = self.piece(template, **values(word))
        if not self.tools.templates.are_built_in:
            return piece

        def html() -> str:
            key = template, repr(values(_ANY_WORD))
            if key not in self._filled:
                self._filled[key] = self.piece(template, **values(_ANY_WORD)).html()
            return self._filled[key].replace(_ANY_WORD, typeset_quotes(str(escape(word)), self._quotes))

        return replace(piece, html=html)

    def list_of(
        self,
        template: str,
        rows: Sequence[ListRow],
        *,
        head: str = "",
        fit: bool = False,
        columns: Columns | None = None,
        **opening: object,
    ) -> List:
        """Return a list of the book, with what its opening says, and the running head its template wants."""
        frame = self.from_values(
            template, piece="frame", place=STRIPS_SLOT, **({"title": head} if head else {})
        )
        return List(frame, self.piece(template, piece="opening", **opening), rows, fit, columns)

    def heading(self, template: str, title: str, level: int, **more: object) -> Job:
        """Return a heading in a list; to be made once for all rows below it."""
        return self.piece(template, piece="heading", heading=title, level=level, **more)

    def row(self, **entry: object) -> Job:
        """Return a line of any list: a question's (`entry`), or one that leads to a `place` with a `title`."""
        return self.piece("handbook/row.html.j2", piece="row", entry=entry)

    def colour(self, technology: str) -> str:
        """Return the colour of a technology; that of the book where there is one technology, or none is named."""
        if technology not in self.numbers or len(self.numbers) < 2:
            return self.style.setting("--accent")
        return colour_of(self.numbers[technology], self.style.setting)

    def colours(self) -> list[str]:
        """Return the colours of the bank's technologies, each once; that of the book if there are fewer than two."""
        return list(dict.fromkeys(map(self.colour, self.numbers))) or [self.style.setting("--accent")]

    def on_recto(self, chunks: list[Chunk], *more: Chunk) -> None:
        """Add chunks; on paper the first begins at the right."""
        if self.on_paper and sum(len(each.pages) for each in chunks) % 2:
            chunks.append(self.tools.scheduler.chunk(self.from_values("handbook/blank.html.j2")))
        chunks += more

    def entry(self, question: Question) -> dict[str, object]:
        """Return a line of a list; its text is made HTML in the template, if that is needed at all."""
        return {
            "anchor": anchor(question),
            "id": question.id,
            "question": cut_short(title_source(question.question, question.markup), question.markup),
            "markup": question.markup,
            "difficulty": question.difficulty,
        }

    def row_of(self, question: Question) -> Job:
        """Return the line of a question, one for all lists it is in."""
        if question.id not in self._rows:
            self._rows[question.id] = self.row(**self.entry(question))
        return self._rows[question.id]

    def rows(self, part: Part, template: str, *above: Job, level: int = 3) -> Iterator[ListRow]:
        """Yield a line of a list for each question of a part, under its chapter."""
        for chapter in part.chapters:
            headings = (*above, self.heading(template, chapter.title, level)) if chapter.title else above
            for question in chapter.questions:
                yield ListRow(self.row_of(question), headings)
