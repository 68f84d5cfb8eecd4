"""What makes the books of one edition: jobs for their chunks, the words of the edition, and the binding."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property, partial
from hashlib import sha256
from typing import TYPE_CHECKING

from markupsafe import escape

from qexport import __version__
from qexport.bank.likeness import answered_follow_ups
from qexport.bank.selection import ALL_QUESTIONS
from qexport.content.cover_image import read_cover_image
from qexport.content.images import IMAGE_PREFIX, describe_by_name, page_pictures
from qexport.content.key_terms import mark_terms
from qexport.content.languages import language
from qexport.content.markdown_links import folio_room
from qexport.content.question_view import linked_ids, question_images, text_view
from qexport.content.templates import templates_folder
from qexport.content.titles import title_source
from qexport.layout.scheduler import Job
from qexport.outputs.book.binding import bind
from qexport.outputs.book.colours import colour_of, number_technologies, place_tabs
from qexport.outputs.book.cover_pattern import draw_pattern
from qexport.outputs.book.entries import anchor, cut_short
from qexport.outputs.book.facts import choose_intent, list_keywords, name_author
from qexport.outputs.book.lists import List, ListRow
from qexport.outputs.book.overview import overview
from qexport.outputs.book.parts import Part, parts
from qexport.outputs.book.style import book_style
from qexport.outputs.book.tables import warn_of_tables
from qexport.outputs.lengths import millimetres
from qexport.outputs.paper import PAPERS
from qexport.pdf.booklet import booklet
from qexport.pdf.list_pages import Columns
from qexport.pdf.list_sheets import STRIPS_SLOT
from qexport.pdf.metadata import Book, OutlineEntry

if TYPE_CHECKING:
    from qexport.bank.lock import Edition
    from qexport.bank.model import Question
    from qexport.common.errors import Problem
    from qexport.content.images import Image
    from qexport.layout.chunk import Chunk
    from qexport.outputs.document import Tools
    from qexport.outputs.options import BookOptions

FINGERPRINT = "qx-fingerprint"
"""Name of the slot in which the bank's fingerprint is drawn."""

_ANY_WORD = "\uf8ff"
"""Is in the place of a word where a template is filled for all words."""

LARGE = 500
"""Chunks of a book for which processes are ended that might be of use for the next, so that memory is this book's."""


class Press:
    """What makes the books of one edition."""

    def __init__(
        self, edition: Edition, options: BookOptions, tools: Tools, styles: Sequence[str] = ()
    ) -> None:
        self.edition = edition
        self.options = options
        self.tools = tools
        self.intent = choose_intent(options)
        self.on_paper = options.media != "screen"
        self.language = language(edition.bank.language)
        self.style = book_style(options, tools, styles, self.language.direction)
        self.measures = self.style.measures
        self.numbers = number_technologies(edition.bank)
        self.parts = parts(edition.questions)
        self._filled: dict[tuple[str, str], str] = {}
        self.key_terms: Mapping[str, Sequence[str]] = {}
        """The terms that are set off in the explanation of a question, by its id; else those it lists itself."""

    # -- chunks ---------------------------------------------------------------------------------------------------

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
            return self.tools.templates.render(template, **{**self._frame, "labels": labels, **values()})

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
            "longest": self.measures.longest_word,
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
        if self.tools.templates.folders != (templates_folder(),):
            return piece

        def html() -> str:
            key = template, repr(values(_ANY_WORD))
            if key not in self._filled:
                self._filled[key] = self.piece(template, **values(_ANY_WORD)).html()
            return self._filled[key].replace(_ANY_WORD, str(escape(word)))

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

    def cover(self, kind: str) -> Job:
        """Return the cover of a kind of book."""
        bank = self.edition.bank
        image = read_cover_image(bank, self.tools.limits)
        picture = (
            {"name": f"{IMAGE_PREFIX}{image.name}", "words": describe_by_name(bank.cover_image)}
            if image
            else None
        )
        values = {
            "kind": kind,
            "author": bank.author,
            "image": picture,
            "scope": self.scope(),
            "count": self.count(),
            "overview": overview(
                self.edition.questions,
                large=self.options.large_print,
                tall=PAPERS[self.options.paper].wide,
            ),
            "imprint": [line for line in (self.dated(), self.source(), self.licence()) if line],
            "pattern": draw_pattern(bank.namespace or bank.title, self.colours()),
        }
        return self.job("handbook/cover.html.j2", values, lambda: values, (image,) if image else ())

    def questions(
        self, group: Sequence[Question], template: str, *, kind: str = "q", **common: object
    ) -> Job:
        """Return questions that are laid out together; `kind` is of the places they make."""
        common = {"book": self.edition.title, "source": self.edition.bank.source, **common}
        common["colours"] = {
            name: self.colour(name) for name in dict.fromkeys(question.technology for question in group)
        }
        answers = [self._answers(question) for question in group]
        return self.job(
            template,
            [
                kind,
                common,
                [question.digest() for question in group],
                answers,
                self._linked(group),
                [list(self.key_terms.get(question.id, ())) for question in group],
            ],
            lambda: {**common, "questions": [self._question_view(question, kind) for question in group]},
            [image for question in group for image in question_images(question, self.tools.limits)],
        )

    def _linked(self, group: Sequence[Question]) -> list[list[str]]:
        """Return which of the bank's questions the texts of some may link to, and where these are."""
        ids = sorted({key for question in group for key in linked_ids(question)} & self._places.keys())
        return [[key, self._places[key], folio_room(len(self._places))] for key in ids]

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

    def bound(
        self,
        chunks: list[Chunk],
        outline: Iterable[OutlineEntry],
        *,
        title: str = "",
        technologies: Mapping[int, str] | None = None,
        elsewhere: Mapping[str, int] | None = None,
        suffix: str = ".pdf",
    ) -> tuple[bytes, str, dict[str, float]]:
        """Return the PDF of a book, its size in words, and the amounts in it (`Document.amounts`).

        The chunks are used up (`link`). `technologies` are those of pages, by their folios: each has a tab at the edge.
        `suffix` is the ending of the file's name (`Document.suffix`).
        """
        book = Book(
            title=title or self.edition.title,
            language=self.edition.bank.language,
            subject=f"{self.count()} · {self.edition.scope}",
            creator=f"qexport {__version__}",
            author=name_author(self.edition.bank),
            keywords=list_keywords(self.edition.questions),
            modified=self.date(),
            outline=tuple(outline),
            intent=self.intent,
            mirrored=self.on_paper,
            tabs=place_tabs(
                technologies or {},
                self.numbers,
                self.style.setting,
                bleed=millimetres(self.style.setting("--bleed")),
            ),
            elsewhere=elsewhere or {},
            texts={FINGERPRINT: self.fingerprint()},
        )
        pages = sum(len(chunk.pages) for chunk in chunks)
        summary, amounts = f"{pages} pages", {"size_pages": float(pages)}
        if len(chunks) > LARGE:
            self.tools.scheduler.rest()
        earlier = partial(self.tools.earlier, suffix)
        data = bind(chunks, book, self.tools.scheduler, earlier)
        if self.options.imposition == "booklet":
            data = booklet(data, *PAPERS[self.options.paper].sheet)
            summary += ", two a side"
            amounts["size_two_a_side"] = 2.0
        return data, summary, amounts

    # -- views: what templates see --------------------------------------------------------------------------------

    def entry(self, question: Question) -> dict[str, object]:
        """Return a line of a list; its text is made HTML in the template, if that is needed at all."""
        return {
            "anchor": anchor(question),
            "id": question.id,
            "question": cut_short(title_source(question.question, question.markup), question.markup),
            "markup": question.markup,
            "difficulty": question.difficulty,
        }

    def rows(self, part: Part, template: str, *above: Job, level: int = 3) -> Iterator[ListRow]:
        """Yield a line of a list for each question of a part, under its chapter."""
        for chapter in part.chapters:
            headings = (*above, self.heading(template, chapter.title, level)) if chapter.title else above
            for question in chapter.questions:
                yield ListRow(self.row(**self.entry(question)), headings)

    @cached_property
    def _places(self) -> Mapping[str, str]:
        """The places of questions that texts may link to, by id; empty for those that are not in the book."""
        here = {each.id: f"qx:{anchor(each)}" for each in self.edition.questions}
        return {each.id: here.get(each.id, "") for each in self.edition.bank.questions}

    @cached_property
    def _answered(self) -> Mapping[str, Sequence[Sequence[str]]]:
        """For each question, the ids of those that answer its follow-ups."""
        questions = self.edition.questions
        kept = self.tools.scheduler.values("answered")
        name = sha256("".join(question.digest() for question in questions).encode()).hexdigest()
        if kept and (data := kept.load([name]).get(name)):
            known: dict[str, list[list[str]]] = json.loads(data)
            return known
        found = answered_follow_ups(questions)
        answered = {
            question.id: [
                [each.id for each in found.get((question.id, index), ())]
                for index in range(len(question.follow_ups))
            ]
            for question in questions
        }
        if kept:
            kept.keep({name: json.dumps(answered).encode()})
        return answered

    def _answers(self, question: Question) -> list[list[dict[str, str]]]:
        """Return, for each follow-up, the questions that answer it."""
        return [
            [{"anchor": anchor(self._by_id[key]), "id": key} for key in keys]
            for keys in self._answered[question.id]
        ]

    @cached_property
    def _by_id(self) -> Mapping[str, Question]:
        return {question.id: question for question in self.edition.questions}

    def warn_of_tables(self, place: str) -> tuple[Problem, ...]:
        """Return a warning for each question with a table that is too wide for a place: `a page of the quiz`."""
        return warn_of_tables(
            self.edition.questions,
            place,
            lambda question: self._question_view(question, "q"),
            self.measures.width - self.measures.answer_inset,
            self.measures.size,
        )

    def _question_view(self, question: Question, kind: str) -> dict[str, object]:
        page = self.measures
        view = text_view(
            question,
            page.width,
            page.size,
            code=page.code,
            answer_inset=page.answer_inset,
            questions=self._places,
            language=self.language,
            limits=self.tools.limits,
        )
        terms = self.key_terms.get(question.id) or question.terms
        for section in view["sections"] if terms else ():
            if section["key"] == "deep_explanation":
                section["html"] = mark_terms(section["html"], terms)
        follow_ups = [
            {"html": html, "answers": answers}
            for html, answers in zip(view["follow_ups"], self._answers(question), strict=True)
        ]
        meta = " · ".join(
            dict.fromkeys(filter(None, (question.technology, question.category, question.level)))
        )
        places = {"asked": anchor(question), "told": anchor(question, "a")}
        return {
            **view,
            "follow_ups": follow_ups,
            "anchor": anchor(question, kind),
            "heads": " · ".join(dict.fromkeys(filter(None, (question.technology, question.category)))),
            "places": places,
            "meta": meta,
        }

    # -- words ----------------------------------------------------------------------------------------------------

    def scope(self) -> str:
        """Return which questions of the bank there are."""
        every = self.edition.scope == ALL_QUESTIONS
        return self.language.label("all_questions") if every else self.edition.scope

    def count(self) -> str:
        """Return how many questions there are, of how many the bank claims."""
        claimed = self.edition.bank.claims.questions or len(self.edition.bank.questions)
        return self.language.label("of_total", n=len(self.edition.questions), total=claimed)

    def source(self) -> str:
        """Return where the bank comes from."""
        source = self.edition.bank.source
        return f"{self.language.label('source')}: {source}" if source else ""

    def licence(self) -> str:
        """Return the licence of the bank."""
        licence = self.edition.bank.licence
        return f"{self.language.label('licence')}: {licence}" if licence else ""

    def date(self) -> str:
        """Return the date of the edition (ISO 8601): as asked for, else when the bank last changed by its lock."""
        if self.options.dated:
            return f"{self.options.dated}T00:00:00Z"
        if self.edition.lock is None:
            return ""
        latest = max(stamp.modified for stamp in self.edition.lock.notes.values())
        return datetime.fromtimestamp(latest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def dated(self) -> str:
        """Return version and date as a cover says them."""
        day = self.date()[:10]
        words = self.language.date(datetime.fromisoformat(day)) if day else ""
        label = self.options.edition_label
        version = f"{self.language.label('edition')} {label}" if label else ""
        return ", ".join(filter(None, (version, words)))

    def fingerprint(self) -> str:
        """Return a short digest of the bank's questions, which two books of the same bank share."""
        return sha256(
            "".join(question.digest() for question in self.edition.bank.questions).encode()
        ).hexdigest()[:12]
