"""What the sources say of themselves and the questions that came out → a new bank."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from qexport.bank.levels import rank_of_level
from qexport.bank.model import MATHS, PROSE_SECTIONS, Bank, Claims, Question
from qexport.bank.schema import CLAIM_FIELDS
from qexport.common.text_input import normalise
from qexport.common.wording import slug
from qexport.importers.foreign_formulas import has_formula
from qexport.importers.language_guess import guess_language
from qexport.importers.source import Reading, Source, SourceValue

_MOST_READ = 200
"""Questions whose texts say the language of all."""


def start_bank(path: Path, readings: Sequence[tuple[Source, Reading]], questions: Sequence[Question]) -> Bank:
    """Return a new bank, called what its sources call themselves.

    Args:
        path: Where it is written to.
        readings: The sources, and what came out of each.
        questions: All of them, with their ids.
    """
    header = _join_headers(readings)
    for name, value, _ in _guess_settings(header, readings, questions):
        header[name] = value
    if _get_header_text(header, "math") == "true":
        questions = [replace(each, markup=MATHS) if each.markup == "markdown" else each for each in questions]
    wished = readings[0][0].wishes.title if readings else ""
    title = wished or _get_header_text(header, "title")
    title = " ".join(normalise(title)[0].split()) or _choose_title(path, readings)
    # A bank of ours that states no namespace gets one when its deck is first built, and so does its copy.
    is_ours = _is_whole_bank(header, readings)
    technologies = dict.fromkeys(name for each in questions if (name := each.technology))
    levels = dict.fromkeys(name for each in questions if (name := each.level))
    return Bank(
        title=title[:200],
        namespace=_get_header_text(header, "namespace") or ("" if is_ours else slug(title) or title),
        language=_read_language(_get_header_text(header, "language")),
        source=_get_header_text(header, "source"),
        author=_get_header_text(header, "author"),
        licence=_get_header_text(header, "licence"),
        cover_image=_get_header_text(header, "cover_image"),
        terms=_order_names(header.get("terms", ()), {}),
        quotes=_get_header_text(header, "quotes"),
        claims=_make_claims(header),
        technologies=_order_names(header.get("technologies", ()), technologies),
        levels=_order_names(header.get("levels", ()), levels) if header.get("levels") else _by_rank(levels),
        questions=tuple(questions),
    )


def describe_guesses(
    readings: Sequence[tuple[Source, Reading]], questions: Sequence[Question]
) -> tuple[str, ...]:
    """Return the settings of a new bank that its texts gave, in words."""
    settings = _guess_settings(_join_headers(readings), readings, questions)
    return tuple(f"{name}: {value} ({reason})" for name, value, reason in settings)


def _join_headers(readings: Sequence[tuple[Source, Reading]]) -> dict[str, SourceValue]:
    header: dict[str, SourceValue] = {}
    for _, reading in readings:
        for name, value in reading.header.items():
            header.setdefault(name, value)
    if len(readings) > 1 and not any("namespace" in reading.header for _, reading in readings):
        header.pop("title", None)  # of one of several files
    return header


def _is_whole_bank(header: Mapping[str, SourceValue], readings: Sequence[tuple[Source, Reading]]) -> bool:
    """Report whether qexport wrote the sources, with what their bank says of itself."""
    return "title" in header and all(each.is_exact for _, reading in readings for each in reading.questions)


def _guess_settings(
    header: Mapping[str, SourceValue],
    readings: Sequence[tuple[Source, Reading]],
    questions: Sequence[Question],
) -> Iterator[tuple[str, str, str]]:
    """Yield settings that the sources do not have and the texts show: name, value and reason."""
    if _is_whole_bank(header, readings):
        return
    some = questions[:: len(questions) // _MOST_READ + 1]
    texts = [text for each in some for text in (each.question, *each.choices, each.answer)]
    if "language" not in header and (tag := guess_language(texts)) not in ("", "en"):
        yield "language", tag, "guessed from the texts"
    marked = (each for each in questions if each.markup == "markdown")
    if "math" not in header and any(map(has_formula, map(_join_texts, marked))):
        yield "math", "true", "there are formulas"


def _join_texts(question: Question) -> str:
    """Return what may hold a formula of a question."""
    return "\n\n".join(
        (question.question, *question.choices, *(getattr(question, each) for each in PROSE_SECTIONS))
    )


def _make_claims(header: Mapping[str, SourceValue]) -> Claims:
    """Return how much the source says there is."""
    said = {
        name.removeprefix("claims."): value for name, value in header.items() if name.startswith("claims.")
    }
    counts = {
        each.name: int(value)
        for each in CLAIM_FIELDS
        if isinstance(value := said.get(each.name), str)
        and value.isascii()
        and value.isdigit()
        and len(value) < 10
    }
    return Claims(**counts)


def _by_rank(levels: Mapping[str, None]) -> tuple[str, ...]:
    """Return levels from the lowest, as far as their names say it."""
    return tuple(sorted(levels, key=rank_of_level))


def _order_names(declared: SourceValue, used: Mapping[str, None]) -> tuple[str, ...]:
    first = declared if isinstance(declared, tuple) else ()
    return tuple(dict.fromkeys([*first, *used]))


def _get_header_text(header: Mapping[str, SourceValue], name: str) -> str:
    value = header.get(name, "")
    return value.strip() if isinstance(value, str) else ""


def _read_language(said: str) -> str:
    return said if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*", said) else "en"


def _choose_title(path: Path, readings: Sequence[tuple[Source, Reading]]) -> str:
    """Return a title from the name of the source: its file, the folder they are in, else the bank's own name."""
    sources = [source for source, _ in readings]
    if len(sources) == 1 and not sources[0].in_folder:
        stem, folder = PurePath(sources[0].path).stem, Path(sources[0].path).parent
    else:
        folders = {_named_folder(source) for source in sources}
        is_one_folder = len(folders) == 1 and all(source.in_folder for source in sources)
        folder = folders.pop() if is_one_folder else path.parent
        stem = "" if is_one_folder else path.stem
    if stem.lower() in _NAMES_OF_ANYTHING:
        stem = folder.resolve().name.removesuffix(".zip") or stem
    words = re.sub(r"[\W_]+", " ", stem).strip()
    return words[:1].upper() + words[1:] or "Questions"


_NAMES_OF_ANYTHING = frozenset(["", "readme", "questions", "index", "export", "data", "bank"])
"""Names of files that say nothing of what is in them."""


def _named_folder(source: Source) -> Path:
    """Return the folder, or the zip, that the user named and this file was found in."""
    parents = Path(source.path).parents
    return parents[min(len(source.folder), len(parents) - 1)]
