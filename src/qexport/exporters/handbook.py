"""The handbook: questions → a book in PDF, laid out in chunks, one a question.

    cover · contents · a question on a fresh page each

Chunks know nothing of each other. The order of the questions decides the book's parts: where all questions of a
technology stand together, each technology is a part with its categories as chapters, else there is one plain list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import groupby

from qexport import __version__
from qexport.assembly import Book, OutlineEntry, link
from qexport.chunk import Chunk
from qexport.editions import Edition
from qexport.exporters import Document, Tools
from qexport.pdf import lay_out
from qexport.question import Question
from qexport.templating import question_view
from qexport.themes import stylesheet


def render(edition: Edition, options: Mapping[str, str], tools: Tools) -> Document:
    """Return the handbook of an edition; its summary counts pages."""
    return _Handbook(edition, tools).document()


class _Handbook:
    """One handbook being made."""

    def __init__(self, edition: Edition, tools: Tools) -> None:
        self.edition = edition
        self.tools = tools
        self.css = _style(tools)
        self.parts = _parts(edition.questions)

    def document(self) -> Document:
        questions = self.edition.questions
        front = [self._cover(), self._contents()]
        chunks = []
        for done, question in enumerate(questions, start=1):
            chunks.append(self._question(question))
            self.tools.progress(done, len(questions))
        book = Book(
            title=self.edition.title,
            language=self.edition.bank.language,
            subject=f"{self._count()} · {self.edition.scope}",
            creator=f"qexport {__version__}",
            outline=tuple(self._outline()),
        )
        pages = sum(len(chunk.pages) for chunk in [*front, *chunks])
        return Document(
            suffix=".pdf",
            data=link([*front, *chunks], book),
            summary=f"{pages} pages",
            warnings=tuple(_missing_glyphs(questions, chunks)),
        )

    def _lay_out(self, template: str, **values: object) -> Chunk:
        frame = {"language": self.edition.bank.language, "title": self.edition.title}
        return lay_out(self.tools.templates.render(f"handbook/{template}", **frame, **values), self.css)

    def _count(self) -> str:
        claimed = self.edition.bank.claims.questions or len(self.edition.bank.questions)
        return f"{len(self.edition.questions)} of {claimed} questions"

    def _cover(self) -> Chunk:
        source = self.edition.bank.source
        imprint = [*([f"Source: {source}"] if source else []), f"Made with qexport {__version__}"]
        return self._lay_out("cover.html.j2", scope=self.edition.scope, count=self._count(), imprint=imprint)

    def _contents(self) -> Chunk:
        parts = [
            {
                "title": technology,
                "chapters": [
                    {
                        "title": category if category != technology else "",
                        "entries": [
                            {
                                "anchor": anchor(question),
                                "id": question.id,
                                "question": question_view(question)["question"],
                                "difficulty": question.difficulty,
                            }
                            for question in chapter
                        ],
                    }
                    for category, chapter in chapters
                ],
            }
            for technology, chapters in self.parts
        ]
        return self._lay_out("contents.html.j2", parts=parts)

    def _question(self, question: Question) -> Chunk:
        meta = " · ".join(filter(None, (question.technology, question.category, question.level)))
        view = question_view(question)
        return self._lay_out("question.html.j2", question=view, anchor=anchor(question), meta=meta, book=self.edition.title)

    def _outline(self) -> Iterator[OutlineEntry]:
        yield OutlineEntry("Contents", "contents")
        for technology, chapters in self.parts:
            questions = [question for _, chapter in chapters for question in chapter]
            entries = tuple(OutlineEntry(f"{each.id} {each.question}", anchor(each)) for each in questions)
            if technology:
                yield OutlineEntry(technology, entries[0].anchor, entries)
            else:
                yield from entries


def anchor(question: Question) -> str:
    """Return the name of a question's place in the book: its id where that is a plain word, else a digest."""
    plain = question.id.isascii() and all(character.isalnum() or character in "-_." for character in question.id)
    return f"q-{question.id}" if plain else f"q-{sha256(question.id.encode()).hexdigest()[:16]}"


def _style(tools: Tools) -> str:
    names = ["handbook/book.css", "handbook/paper-a4.css", "handbook/layout-side.css"]
    return stylesheet([(name, tools.templates.source(name)) for name in names])


Chapters = Sequence[tuple[str, Sequence[Question]]]


def _parts(questions: Sequence[Question]) -> Sequence[tuple[str, Chapters]]:
    """Return (technology, chapters) in order; one part without a title where technologies come back."""
    parts = _runs(questions, "technology")
    if parts is None:
        return [("", [("", questions)])]
    return [(technology, _runs(part, "category") or [("", part)]) for technology, part in parts]


def _runs(questions: Sequence[Question], field: str) -> Chapters | None:
    """Return the questions by the value of a field, or None where the same value stands in two places."""
    runs = [(value, tuple(run)) for value, run in groupby(questions, key=lambda question: getattr(question, field))]
    return runs if len({value for value, _ in runs}) == len(runs) else None


def _missing_glyphs(questions: Sequence[Question], chunks: Sequence[Chunk]) -> Iterator[str]:
    for question, chunk in zip(questions, chunks, strict=True):
        if chunk.missing:
            named = ", ".join(f"{character!r} (U+{ord(character):04X})" for character in chunk.missing)
            yield f"{question.location}: {question.id}: no bundled font has {named}"
