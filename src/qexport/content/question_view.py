"""Questions as templates see them: plain values, their texts as HTML, and what came to light in these."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TypedDict, TypeVar

from markupsafe import Markup

from qexport.bank.model import ANSWER_PARTS, LETTERS, MATHS, PROSE_SECTIONS, Question
from qexport.common.errors import InputRefused, LimitExceeded, Problem
from qexport.common.limits import USUAL, Limits
from qexport.common.records import Record, made_by
from qexport.content.choices import ChoiceView, list_choices, show_right_choices, write_link
from qexport.content.directions import direct_line, mark_directions
from qexport.content.fitting import fit_blocks
from qexport.content.images import CHECKED, IMAGE_PREFIX, Image
from qexport.content.languages import Language
from qexport.content.languages import language as language_of
from qexport.content.markdown_page import ENGLISH_LABELS, MarkdownPage
from qexport.content.plain_text import write_question
from qexport.content.safe_html import mark_safe
from qexport.content.shared_definitions import share_definitions
from qexport.content.text import join_headed, write_headed

ENGLISH = language_of("en")

EMPTY = Markup()

SECTION_TITLES = {key: ENGLISH_LABELS[key] for key in ANSWER_PARTS}
"""What a reader calls the parts of a model answer, in the order they are read."""


class SectionView(TypedDict):
    """One part of a model answer."""

    key: str
    title: str
    html: Markup


class QuestionView(TypedDict):
    """One question as plain values, its texts as HTML; "" or an empty list where the bank has nothing."""

    id: str
    question: Markup
    asked: Markup
    """The question up to what is no longer a line: its heading in a book."""
    more: Markup
    """What is below that line, as blocks: code the question is about; empty for most."""
    sections: list[SectionView]
    """The parts that have text, in reading order, without the follow-ups."""
    follow_ups: list[Markup]
    follow_ups_title: str
    choices: list[ChoiceView]
    """What a multiple-choice question offers; `more` lists it, and the answer begins with what is right."""
    links: list[Markup]
    """Where to read on, each as a link."""
    technology: str
    category: str
    level: str
    difficulty: int | None
    tags: list[str]
    source: str
    source_url: str
    """The source again if it is an address on the web."""
    retired: bool


class QuestionText(Record, frozen=True):
    """One question made ready for a page."""

    view: QuestionView
    images: tuple[Image, ...]
    """The pictures its texts name, each once, in the order of the texts."""
    problems: tuple[Problem, ...]
    """What is shown otherwise than it is written, and why."""
    sources: Mapping[str, str] = made_by(dict)
    """The names of the pictures by their sources, as the texts have them."""
    begin: Markup = EMPTY
    """What a part begins with, as blocks, if that was asked for."""


def question_text(
    question: Question,
    *,
    heading_level: int = 4,
    image_address: str = "",
    published: Mapping[str, str] | None = None,
    questions: Mapping[str, str] | None = None,
    maths: str = "svg",
    language: str = "en",
    labels: Mapping[str, str] = ENGLISH_LABELS,
    limits: Limits = USUAL,
    begin: tuple[str, str] | None = None,
) -> QuestionText:
    """Return a question's texts as HTML, and the pictures in it as `<img src="{image_address}{name}">`.

    Without an address pictures are their text. What refuses the texts is raised, all of it at once.

    Args:
        question: The question.
        heading_level: Of the outermost headings in its sections.
        image_address: What stands before the names of pictures.
        published: The names of pictures by their sources, as an earlier version had them; None: those of the files.
        questions: The addresses of the bank's questions by id, for links to them: `qx:` and a place of the book,
            or empty for one that is not in it. None if nobody knows them.
        maths: How formulas are shown (`MarkdownPage.maths`).
        language: Of the texts (BCP 47); formulas are said in it.
        labels: The labels of the language.
        limits: How much the texts may ask for.
        begin: A part (`production_scenario`), and what of it is wanted by itself too: the text that it begins with.
    """
    showing = _Showing(
        address=image_address,
        published=published,
        questions=questions,
        maths=maths,
        language=language,
        labels=labels,
        limits=limits,
    )
    writing = _Writing(question, showing, begin)
    view = writing.view(heading_level)
    for exceeded in writing.exceeded:
        raise LimitExceeded(str(exceeded), hint=exceeded.hint)
    if writing.refused:
        raise InputRefused(tuple(writing.refused))
    first = _write_begin(writing, showing, begin) if begin else EMPTY
    return QuestionText(view, tuple(writing.images.values()), tuple(writing.problems), writing.sources, first)


def question_view(question: Question, *, heading_level: int = 4) -> QuestionView:
    """Return what templates get of a question; an error in its texts names the question and its place."""
    return question_text(question, heading_level=heading_level).view


def _write_begin(writing: _Writing, showing: _Showing, begin: tuple[str, str]) -> Markup:
    """Return what a part begins with as blocks; its places have names of their own.

    Nothing of it is noted: whatever is wrong with it is wrong with the part.
    """
    key, text = begin
    question = writing.question
    alone = writing if question.markup == "plain" else _Writing(question, showing)
    return alone.blocks(f"{key}-part", text, 4)


def text_problems(
    question: Question, limits: Limits = USUAL, ids: Iterable[str] | None = None
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Return what refuses a question's texts, and what would be shown otherwise than it is written.

    Args:
        question: The question.
        limits: How much the texts may ask for.
        ids: Those of the bank, for the links in the texts; None leaves these unchecked.
    """
    questions = None if ids is None else dict.fromkeys(ids, "")
    writing = _Writing(question, _Showing(address=CHECKED, questions=questions, limits=limits))
    writing.view(4)
    return (*writing.exceeded, *writing.refused), tuple(writing.problems)


_Written = TypeVar("_Written")


class _Showing(Record, kw_only=True, frozen=True):
    """How the texts of a question are shown; the same as the arguments of question_text()."""

    address: str = ""
    published: Mapping[str, str] | None = None
    questions: Mapping[str, str] | None = None
    maths: str = "svg"
    language: str = "en"
    labels: Mapping[str, str] = made_by(lambda: ENGLISH_LABELS)
    limits: Limits = USUAL


class _Writing:
    """A question while it is written: its parts, and what comes to light in each."""

    def __init__(self, question: Question, showing: _Showing, begin: tuple[str, str] | None = None) -> None:
        self.question = question
        self._showing = showing
        more = {f"{begin[0]}-part": begin[1]} if begin else {}
        self._plain = write_question(question, more) if question.markup == "plain" else {}
        """The texts of a plain question, by the names of their parts."""
        self.images: dict[str, Image] = {}
        self.sources: dict[str, str] = {}
        self.exceeded: list[Problem] = []
        self.refused: list[Problem] = []
        self.problems: list[Problem] = []

    @cached_property
    def _folder(self) -> Path | None:
        """Where the pictures are that the texts name; a plain text names none."""
        bank = Path(self.question.location.path)
        return bank.parent if self._showing.address and bank.is_file() else None

    def view(self, heading_level: int) -> QuestionView:
        question = self._with_definitions()
        asked, below = self._write_headed(
            "question", "question", question.question, max(heading_level - 1, 2)
        )
        choices = self._choices(question, heading_level)
        listed = list_choices(choices)
        sections: list[SectionView] = []
        for key in PROSE_SECTIONS:
            if text := getattr(question, key):
                html = self.blocks(key, text, heading_level)
                sections.append({"key": key, "title": self._showing.labels[key], "html": html})
        if right := show_right_choices(choices):
            if question.answer:
                sections[0] = {**sections[0], "html": right + "\n" + sections[0]["html"]}
            else:
                sections.insert(0, {"key": "answer", "title": self._showing.labels["answer"], "html": right})
        return {
            "id": question.id,
            "question": join_headed(asked, below),
            "asked": asked,
            "more": mark_safe(f"{below}\n{listed}") if below and listed else below or listed,
            "sections": sections,
            "follow_ups": [
                join_headed(*self._write_headed("follow_ups", f"follow_ups-{number}", each, heading_level))
                for number, each in enumerate(question.follow_ups, start=1)
            ],
            "follow_ups_title": self._showing.labels["follow_ups"],
            "choices": choices,
            "links": [write_link(each) for each in question.links],
            "technology": question.technology,
            "category": question.category,
            "level": question.level,
            "difficulty": question.difficulty,
            "tags": list(question.tags),
            "source": question.source,
            "source_url": question.source if re.fullmatch(r"https?://\S+", question.source) else "",
            "retired": question.status == "retired",
        }

    def _with_definitions(self) -> Question:
        """Return the question, each of its texts with the footnotes and link definitions that it uses."""
        question = self.question
        if question.markup == "plain":
            return question
        texts = {key: getattr(question, key) for key in ("question", *PROSE_SECTIONS)}
        texts |= {f"follow_ups {at}": text for at, text in enumerate(question.follow_ups)}
        texts |= {f"choices {at}": text for at, text in enumerate(question.choices)}
        shared = share_definitions(texts)
        if shared == texts:
            return question
        return replace(
            question,
            question=shared["question"],
            answer=shared["answer"],
            deep_explanation=shared["deep_explanation"],
            real_world_example=shared["real_world_example"],
            common_mistakes=shared["common_mistakes"],
            production_scenario=shared["production_scenario"],
            follow_ups=tuple(shared[f"follow_ups {at}"] for at in range(len(question.follow_ups))),
            choices=tuple(shared[f"choices {at}"] for at in range(len(question.choices))),
        )

    def _choices(self, question: Question, heading_level: int) -> list[ChoiceView]:
        return [
            {
                "letter": letter,
                "html": join_headed(*self._write_headed("choices", f"choices-{letter}", text, heading_level)),
                "correct": letter in question.correct,
            }
            for letter, text in zip(LETTERS, question.choices, strict=False)
        ]

    def blocks(self, key: str, text: str, heading_level: int) -> Markup:
        """Return one part's text as blocks of HTML."""
        if self.question.markup != "plain":
            from qexport.content.markdown import markdown_blocks

            page = self._page(key)
            return self._note_flaws(key, page, lambda: markdown_blocks(text, heading_level, page), EMPTY)
        return self._plain[key]

    def _write_headed(self, key: str, name: str, text: str, heading_level: int) -> tuple[Markup, Markup]:
        """Return a question or a follow-up as its line and what is below that."""
        markup = self.question.markup
        if markup == "plain":
            return self._plain[name], self._plain.get(f"{name} below", EMPTY)
        page = self._page(name)
        empty = EMPTY, EMPTY
        return self._note_flaws(key, page, lambda: write_headed(text, markup, page, heading_level), empty)

    def _page(self, name: str) -> MarkdownPage:
        anchor = anchor_name(f"{self.question.id}-{name}")
        showing = self._showing
        return MarkdownPage(
            name=anchor,
            folder=self._folder,
            address=showing.address,
            published=showing.published,
            questions=showing.questions,
            maths=showing.maths if self.question.markup == MATHS else "",
            language=showing.language,
            labels=showing.labels,
            images=self.images,
            sources=self.sources,
            limits=showing.limits,
        )

    def _note_flaws(
        self, key: str, page: MarkdownPage, write: Callable[[], _Written], empty: _Written
    ) -> _Written:
        """Note what is wrong with a part of the question under the question's name and place."""
        html = empty
        try:
            html = write()
        except InputRefused as refused:
            self.refused += [self._problem(key, each.message, each.hint) for each in refused.problems]
        except LimitExceeded as exceeded:
            self.exceeded.append(self._problem(key, exceeded.message, exceeded.hint))
        for flaw in page.flaws:
            noted = self.refused if flaw.refused else self.problems
            noted.append(self._problem(key, flaw.message, flaw.hint, flaw.line))
        return html

    def _problem(self, key: str, message: str, hint: str, line: int = 0) -> Problem:
        key = f"line {line} of {key}" if line > 1 else key
        return Problem(self.question.location, f"{key} of {self.question.id}: {message}", hint)


def anchor_name(text: str) -> str:
    """Return a text as the name of a place: other characters than letters and digits by their number."""
    return re.sub(r"[^A-Za-z0-9.-]", lambda found: f"_{ord(found[0]):x}_", text)


def text_view(
    question: Question,
    width: float,
    size: float,
    *,
    heading_level: int = 4,
    code: float = 0.87,
    answer_inset: float = 0,
    questions: Mapping[str, str] | None = None,
    language: Language = ENGLISH,
    limits: Limits = USUAL,
) -> QuestionView:
    """Return a question for templates, its code and tables fitted to text of a width (mm) and a size (pt).

    `code` is how large that is against the text; the answer is narrower by its inset; `questions` are the places
    that links to other questions lead to (question_text).
    """
    view = question_text(
        question,
        heading_level=heading_level,
        image_address=IMAGE_PREFIX,
        questions=questions,
        language=language.tag,
        labels=language.labels,
        limits=limits,
    ).view
    base = language.direction
    sections: list[SectionView] = []
    for section in view["sections"]:
        room = width - (answer_inset if section["key"] == "answer" else 0)
        sections.append(
            {**section, "html": mark_directions(fit_blocks(section["html"], room, size, code), base)}
        )
    return {
        **view,
        "asked": direct_line(view["asked"], base),
        "more": mark_directions(fit_blocks(view["more"], width, size, code), base),
        "sections": sections,
        "follow_ups": [direct_line(fit_blocks(each, width, size, code), base) for each in view["follow_ups"]],
    }
