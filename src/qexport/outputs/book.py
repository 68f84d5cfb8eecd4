"""What all books of an edition share: their words, style, parts and jobs, and how they are bound."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from itertools import groupby, takewhile
from typing import TYPE_CHECKING

from qexport import __version__
from qexport.bank.likeness import answered_follow_ups
from qexport.common.errors import Location, Problem
from qexport.common.limits import USUAL, Limits
from qexport.content.fitting import LONGEST_WORD, fitted_tables, wrapped_code
from qexport.content.question_view import question_images, question_text
from qexport.content.text import inline, title_source
from qexport.content.themes import stylesheet
from qexport.layout.fonts import FontFile
from qexport.layout.scheduler import Job
from qexport.pdf.booklet import booklet
from qexport.pdf.linker import Book, OutlineEntry, link
from qexport.pdf.list_pages import PLACE, Folios, Line, make_pages

if TYPE_CHECKING:
    from markupsafe import Markup

    from qexport.bank.lock import Edition
    from qexport.bank.model import Question
    from qexport.content.images import Image
    from qexport.content.question_view import QuestionView, SectionView
    from qexport.layout.chunk import Chunk
    from qexport.outputs.document import Tools
    from qexport.outputs.options import BookOptions


LARGE = 500
"""Chunks of a book for which processes are ended that might be of use for the next, so that memory is this book's."""

IMAGES = "qx:image/"
"""Before the names of pictures, in the HTML of pages."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Questions of one category."""

    title: str
    questions: Sequence[Question]


@dataclass(frozen=True, slots=True)
class Part:
    """Chapters of one technology; one without a title where technologies come back."""

    title: str
    anchor: str
    chapters: Sequence[Chapter]

    @property
    def questions(self) -> list[Question]:
        """All questions of the part, in their order."""
        return [question for chapter in self.chapters for question in chapter.questions]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list; what stands above it is set again only where it changes."""

    job: Job
    headings: tuple[Job, ...] = ()
    folios: Sequence[Folios] = ()


@dataclass(frozen=True, slots=True)
class List:
    """A list of the book, set line by line (`qexport.pdf.list_pages`)."""

    frame: Job
    opening: Job
    rows: Sequence[Row]
    fit: bool = False
    """Whether it is set tighter if its last page would be nearly empty."""

    def jobs(self) -> list[Job]:
        """Return what is to be laid out for it, in the order of its lines."""
        return [self.frame, self.opening, *(job for job, _, _ in self._lines())]

    def pages(self, chunks: Iterable[Chunk], fonts: Iterable[FontFile]) -> list[Chunk]:
        """Return its pages; the chunks are those of its jobs, the fonts the theme's."""
        frame, opening, *others = chunks
        lines = [
            Line(chunk, is_heading, folios)
            for chunk, (_, is_heading, folios) in zip(others, self._lines(), strict=True)
        ]
        return make_pages(frame, opening, lines, fit=self.fit, fonts=fonts)

    def _lines(self) -> Iterator[tuple[Job, bool, Sequence[Folios]]]:
        before: tuple[Job, ...] = ()
        for row in self.rows:
            same = sum(
                1 for _ in takewhile(lambda pair: pair[0] is pair[1], zip(before, row.headings, strict=False))
            )
            for heading in row.headings[same:]:
                yield heading, True, ()
            yield row.job, False, row.folios
            before = row.headings


class Press:
    """What makes the books of one edition."""

    def __init__(
        self, edition: Edition, options: BookOptions, tools: Tools, styles: Sequence[str] = ()
    ) -> None:
        self.edition = edition
        self.options = options
        self.tools = tools
        self.on_paper = options.media != "screen"
        self.css = _style(options, tools, styles)
        self.parts = parts(edition.questions)

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
        files = pictures(images)
        frame = {
            "language": self.edition.bank.language,
            "title": self.edition.title,
            "head": _head_room(self.options),
            "longest": _longest_word(self.options),
        }

        def html() -> str:
            return self.tools.templates.render(template, **{**frame, **values()})

        return Job(
            (template, self.tools.look, frame, pieces, sorted(files)), html, self.css, lambda: files, strips
        )

    def from_values(self, template: str, **values: object) -> Job:
        """Return a chunk whose values are few: they are what it is known by."""
        return self.job(template, values, lambda: values)

    def piece(self, template: str, **values: object) -> Job:
        """Return a strip of a list: its opening, a heading or a row."""
        return self.job(template, values, lambda: values, strips=template)

    def list_of(
        self, template: str, rows: Sequence[Row], *, head: str = "", fit: bool = False, **opening: object
    ) -> List:
        """Return a list of the book, with what its opening says, and the running head its template wants."""
        frame = self.from_values(template, piece="frame", place=PLACE, **({"title": head} if head else {}))
        return List(frame, self.piece(template, piece="opening", **opening), rows, fit)

    def heading(self, template: str, title: str, level: int, **more: object) -> Job:
        """Return a heading in a list; to be made once for all rows below it."""
        return self.piece(template, piece="heading", heading=title, level=level, **more)

    def row(self, **entry: object) -> Job:
        """Return a line of any list: a question's (`entry`), or one that leads to a `place` with a `title`."""
        return self.piece("handbook/row.html.j2", piece="row", entry=entry)

    def cover(self, kind: str) -> Job:
        """Return the cover of a kind of book."""
        return self.from_values(
            "handbook/cover.html.j2",
            kind=kind,
            scope=self.edition.scope,
            count=self.count(),
            overview=_overview(self.edition.questions, self.options),
            imprint=[line for line in (self.dated(), self.source(), f"Bank {self.fingerprint()}") if line],
        )

    def questions(
        self, group: Sequence[Question], template: str, *, kind: str = "q", **common: object
    ) -> Job:
        """Return questions that are laid out together; `kind` is of the places they make."""
        common = {"book": self.edition.title, "source": self.edition.bank.source, **common}
        answers = [self._answers(question) for question in group]
        return self.job(
            template,
            [kind, common, [question.digest() for question in group], answers],
            lambda: {**common, "questions": [self._question_view(question, kind) for question in group]},
            [image for question in group for image in question_images(question, self.tools.limits)],
        )

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
        elsewhere: Mapping[str, int] | None = None,
    ) -> tuple[bytes, str]:
        """Return the PDF of a book, and its size in words. The chunks are used up (`link`)."""
        book = Book(
            title=title or self.edition.title,
            language=self.edition.bank.language,
            subject=f"{self.count()} · {self.edition.scope}",
            creator=f"qexport {__version__}",
            modified=self.date(),
            outline=tuple(outline),
            mirrored=self.on_paper,
            elsewhere=elsewhere or {},
        )
        summary = f"{sum(len(chunk.pages) for chunk in chunks)} pages"
        if len(chunks) > LARGE:
            self.tools.scheduler.rest()
        data = link(chunks, book, self.tools.scheduler.fonts)
        if self.options.imposition == "booklet":
            data = booklet(data, self.options.paper)
            summary += ", two a side"
        return data, summary

    # -- views: what templates see --------------------------------------------------------------------------------

    def entry(self, question: Question) -> dict[str, object]:
        """Return a line of a list; its text is made HTML in the template, if that is needed at all."""
        return {
            "anchor": anchor(question),
            "id": question.id,
            "question": _cut_short(title_source(question.question, question.markup), question.markup),
            "markup": question.markup,
            "difficulty": question.difficulty,
        }

    def rows(self, part: Part, template: str, *above: Job, level: int = 3) -> Iterator[Row]:
        """Yield a line of a list for each question of a part, under its chapter."""
        for chapter in part.chapters:
            headings = (*above, self.heading(template, chapter.title, level)) if chapter.title else above
            for question in chapter.questions:
                yield Row(self.row(**self.entry(question)), headings)

    @cached_property
    def _answered(self) -> Mapping[tuple[str, int], Sequence[Question]]:
        return answered_follow_ups(self.edition.questions)

    def _answers(self, question: Question) -> list[list[dict[str, str]]]:
        """Return, for each follow-up, the questions that answer it."""
        return [
            [{"anchor": anchor(each), "id": each.id} for each in self._answered.get((question.id, index), ())]
            for index in range(len(question.follow_ups))
        ]

    def _question_view(self, question: Question, kind: str) -> dict[str, object]:
        width, size, code, inset = _measure(self.options)
        view = text_view(question, width, size, code=code, answer_inset=inset, limits=self.tools.limits)
        follow_ups = [
            {"html": html, "answers": answers}
            for html, answers in zip(view["follow_ups"], self._answers(question), strict=True)
        ]
        meta = " · ".join(filter(None, (question.technology, question.category, question.level)))
        places = {"asked": anchor(question), "told": anchor(question, "a")}
        return {
            **view,
            "follow_ups": follow_ups,
            "anchor": anchor(question, kind),
            "places": places,
            "meta": meta,
        }

    # -- words ----------------------------------------------------------------------------------------------------

    def count(self) -> str:
        """Return how many questions there are, of how many the bank claims."""
        claimed = self.edition.bank.claims.questions or len(self.edition.bank.questions)
        return f"{len(self.edition.questions)} of {claimed} questions"

    def source(self) -> str:
        """Return where the bank comes from."""
        return f"Source: {self.edition.bank.source}" if self.edition.bank.source else ""

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
        words = datetime.fromisoformat(day).strftime(f"{int(day[8:])} %B %Y") if day else ""
        version = f"Edition {self.options.edition_label}" if self.options.edition_label else ""
        return ", ".join(filter(None, (version, words)))

    def fingerprint(self) -> str:
        """Return a short digest of the bank's questions, which two books of the same bank share."""
        return sha256(
            "".join(question.digest() for question in self.edition.bank.questions).encode()
        ).hexdigest()[:12]


def text_view(
    question: Question,
    width: float,
    size: float,
    *,
    heading_level: int = 4,
    code: float = 0.87,
    answer_inset: float = 0,
    limits: Limits = USUAL,
) -> QuestionView:
    """Return a question for templates, its code and tables fitted to text of a width (mm) and a size (pt).

    `code` is how large that is against the text; the answer is narrower by its inset.
    """
    view = question_text(question, heading_level=heading_level, image_address=IMAGES, limits=limits).view
    size *= code
    sections: list[SectionView] = []
    for section in view["sections"]:
        room = width - (answer_inset if section["key"] == "answer" else 0)
        sections.append({**section, "html": _fitted(section["html"], room, size)})
    more = _fitted(view["more"], width, size)
    follow_ups = [_fitted(each, width, size) for each in view["follow_ups"]]
    return {**view, "more": more, "sections": sections, "follow_ups": follow_ups}


def _fitted(html: Markup, width: float, size: float) -> Markup:
    """Fit code and tables to a width (mm), where code has a size (pt)."""
    columns = int((width * 72 / 25.4 - 1.6 * size - 1.2) / (0.6 * size))  # less the padding and the frame
    return wrapped_code(fitted_tables(html, columns), columns)


def pictures(images: Iterable[Image]) -> dict[str, bytes]:
    """Return the pictures of pages by their URLs."""
    return {f"{IMAGES}{image.name}": image.data for image in images}


def _measure(options: BookOptions) -> tuple[float, float, float, float]:
    """Return what text_view() asks for: width, size, size of code, and how much narrower the answer is."""
    paper, large = options.paper, options.large_print
    widths = {"a4": 163 if large else 121, "letter": 164 if large else 122, "a5": 114, "6x9in": 118}
    side = paper in ("a4", "letter") and not large
    size = 16 if large else {"a4": 10, "letter": 10, "a5": 9.4, "6x9in": 9.6}[paper]
    inset = (1.4 if side else 2.8) * size + 3.2  # the padding and the bars beside it, in points
    return widths[paper], size, 1 if large else 0.87, inset * 25.4 / 72


def missing_glyphs(questions: Iterable[Question], missing: Iterable[str]) -> tuple[Problem, ...]:
    """Return a warning for each question that has characters no font has, and one for those in other words.

    The last one says what to do.
    """
    lacking = set(missing)
    lost = {question: lacking & _characters(question) for question in questions} if lacking else {}
    warnings = [
        Problem(question.location, f"{question.id}: no font of the book has {_named(characters)}")
        for question, characters in lost.items()
        if characters
    ]
    if elsewhere := lacking.difference(*lost.values()):
        place = Location(next(iter(lost)).location.path)
        warnings.append(Problem(place, f"no font of the book has {_named(elsewhere)}, in a title of it"))
    return (*warnings[:-1], *(replace(last, hint=ADD_A_FONT) for last in warnings[-1:]))


ADD_A_FONT = (
    "put a TrueType font that has them into the folder fonts of a theme, and build with --theme FOLDER"
)


def _characters(question: Question) -> set[str]:
    texts = [getattr(question, field.name) for field in fields(question) if field.name != "extra"]
    return {character for text in texts if isinstance(text, str | tuple) for character in "".join(text)}


def _named(characters: Iterable[str]) -> str:
    return ", ".join(f"{character!r} (U+{ord(character):04X})" for character in sorted(characters))


def outline_entry(question: Question, kind: str = "q") -> OutlineEntry:
    """Return a question's line of the outline: its id, and the line it begins with as plain words."""
    asked = title_source(question.question, question.markup)
    words = asked if question.markup == "plain" else _words(asked)
    return OutlineEntry(f"{question.id} {words}", anchor(question, kind))


LONGEST_LINE = 200
"""Characters of a question that a list says: three lines in usual print."""


def _cut_short(text: str, markup: str) -> str:
    """Return a question as a list says it: as it is, or how it begins and an ellipsis, with no markup left open."""
    if len(text) <= LONGEST_LINE:
        return text
    begin = text[:LONGEST_LINE]
    while begin := begin.rpartition(" ")[0]:
        if markup == "plain" or _is_closed(begin):
            return f"{begin}…"
    return text if markup == "markdown" else f"{text[:LONGEST_LINE]}…"


def _is_closed(text: str) -> bool:
    """Say whether all that Markdown opens within a line is closed in it, as far as signs in pairs tell."""
    pairs = text.count("[") == text.count("]") and text.count("(") == text.count(")")
    return pairs and not any(text.count(sign) % 2 for sign in "`*_~")


def _words(line: str) -> str:
    """Return a line of Markdown as plain words; one with no more than code in it without the parser."""
    parts = line.strip().split("`")  # every second one is code
    if len(parts) % 2 and "" not in parts[1::2] and not _MARKUP.search("\0".join(parts[::2])):
        return " ".join("".join(parts).split())
    return " ".join(inline(line, "markdown").striptags().split())


_MARKUP = re.compile(r"[][\\*~]|(?<!\w)_|_(?!\w)|<\w+:|&#?\w+;")


def anchor(question: Question, kind: str = "q") -> str:
    """Return the name of a question's place in a book: its id where that is a plain word, else a digest."""
    plain = question.id.isascii() and all(
        character.isalnum() or character in "-_." for character in question.id
    )
    return f"{kind}-{question.id if plain else sha256(question.id.encode()).hexdigest()[:16]}"


def how_many(count: int) -> str:
    """Return a number of questions in words."""
    return "1 question" if count == 1 else f"{count} questions"


def parts(questions: Sequence[Question]) -> Sequence[Part]:
    """Return the parts of the book in the questions' order; one without a title where technologies come back."""
    runs = _runs(questions, "technology")
    if runs is None:
        return [Part("", "", [Chapter("", questions)])]
    found = []
    for number, (technology, part) in enumerate(runs, start=1):
        chapters = _runs(part, "category") or [("", part)]
        alone = [category for category, _ in chapters] == [technology]
        found.append(
            Part(
                technology,
                f"part-{number}",
                [Chapter("" if alone else title, run) for title, run in chapters],
            )
        )
    return found


def _runs(questions: Sequence[Question], field: str) -> list[tuple[str, Sequence[Question]]] | None:
    """Return the questions by the value of a field, or None where the same value stands in two places."""
    runs: list[tuple[str, Sequence[Question]]] = []
    for value, run in groupby(questions, key=lambda question: str(getattr(question, field))):
        runs.append((value, tuple(run)))
    return runs if len({value for value, _ in runs}) == len(runs) else None


def _style(options: BookOptions, tools: Tools, styles: Sequence[str]) -> str:
    paper, media = options.paper, options.media
    wide = paper in ("a4", "letter") and not options.large_print
    names = ["shared/type.css", "handbook/book.css", "shared/prose.css", *styles]
    names += [f"handbook/paper-{paper}.css", f"handbook/layout-{'side' if wide else 'stacked'}.css"]
    names += ["handbook/large-print.css"] if options.large_print else []
    names += [
        f"handbook/media-{kind}.css"
        for kind in {"screen": ["screen"], "print": ["print"], "prepress": ["print", "prepress"]}[media]
    ]
    return stylesheet([*((name, tools.templates.source(name)) for name in names), *tools.styles])


def _longest_word(options: BookOptions) -> int:
    """Return how many characters a word may have that is not to break: in large print, those of a narrow line."""
    if not options.large_print:
        return LONGEST_WORD
    return 40 if options.paper in ("a4", "letter") else 24


def _head_room(options: BookOptions) -> list[int]:
    """Return how many characters the two running heads of a page have room for."""
    characters = {"a4": 90, "letter": 90, "a5": 68, "6x9in": 70}[options.paper]
    if options.large_print:
        characters //= 2
    return [characters * 3 // 5, characters * 2 // 5]


MOST_COUNTS = 4
"""Chapters whose questions are counted in a part's opening: the list below it has them all."""


def tally(part: Part) -> str:
    """Return in words how many questions a part has, in which chapters and how difficult."""
    counts = [f"{chapter.title} {len(chapter.questions)}" for chapter in part.chapters if chapter.title]
    rated = sorted({question.difficulty for question in part.questions if question.difficulty is not None})
    difficulty = (
        [f"difficulty {rated[0]}–{rated[-1]}" if len(rated) > 1 else f"difficulty {rated[0]}"]
        if rated
        else []
    )
    return " · ".join(
        [how_many(len(part.questions)), *(counts if 1 < len(counts) <= MOST_COUNTS else []), *difficulty]
    )


def _overview(questions: Sequence[Question], options: BookOptions) -> dict[str, object]:
    """Return the drawing of technology × difficulty: where its names, its scale and a square a question stand.

    Names stand beside their rows, in large print above them; there the drawing is as wide, and so its text larger.
    """
    counts: dict[str, dict[int, int]] = {}
    for question in questions:
        if question.technology and question.difficulty is not None:
            row = counts.setdefault(question.technology, defaultdict(int))
            row[question.difficulty] += 1
    large, tall = options.large_print, options.paper in ("a4", "letter")
    left, step, high = (0, 11, 19) if large else (62, 11, 11)
    most = (6 if tall else 3) if large else 8
    rows = []
    for index, (name, row) in enumerate(counts.items()):
        base = (index + 1) * high - 2.5
        squares = []
        for difficulty, count in sorted(row.items()):
            for number in range(min(count, 9)):  # three by three fit; more are told, not drawn
                x = left + (difficulty - 1) * step + 1 + number % 3 * 3.1
                squares.append([round(x, 2), round(base - 3 - number // 3 * 3.1, 2)])
        named = name if len(name) < 22 else f"{name[:20]}…"
        rows.append({"name": named, "at": base - 11 if large else base, "base": base, "squares": squares})
    said = "; ".join(
        f"{name}: {', '.join(f'{count} of difficulty {value}' for value, count in sorted(row.items()))}"
        for name, row in counts.items()
    )
    return {
        "rows": rows if len(rows) <= most else [],
        "left": left,
        "width": left + 10 * step,
        "height": len(rows) * high + 8,
        "named_scale": not large,
        "scale": [[left + (value - 0.5) * step, value] for value in range(1, 11)],
        "said": f"Questions by technology and difficulty. {said}",
    }
