"""The records: what a bank is, before it is checked (raw) and after."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import TypeAlias

from qexport.bank.review_counts import ReviewCount
from qexport.common.errors import Location, Problem
from qexport.common.records import Record, made_by, pack_values

LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""What choices are called, in their order."""

MOST_DIGESTS = 131_072
"""Questions whose digests a process remembers: fewer than a bank has would help none, as it is read in its order."""

IMPORTED_GUID = "anki_guid"
"""The name in `extra` under which a question keeps the GUID of the note it was in another's deck."""

PROSE_SECTIONS = (
    "answer",
    "deep_explanation",
    "real_world_example",
    "common_mistakes",
    "production_scenario",
)
"""The five prose sections of a model answer, in the order they are read. Only the first is required."""


ANSWER_PARTS = (*PROSE_SECTIONS, "follow_ups")
"""The parts of a model answer, in the order they are read."""

MATHS = "markdown+math"
"""The markup of texts in Markdown with formulas: of a bank that says `math: true`."""


class RawText(Record, frozen=True):
    """A scalar as it is in the source, always text, with its place."""

    text: str
    location: Location


RawValue: TypeAlias = "RawText | RawList | RawMapping"


class RawList(Record, frozen=True):
    """A sequence as it is in the source."""

    items: tuple[RawValue, ...]
    location: Location


class RawMapping(Record, frozen=True):
    """A mapping as it is in the source: values and the places of their keys, in source order."""

    values: Mapping[str, RawValue]
    keys: Mapping[str, Location]
    location: Location


RawRecord: TypeAlias = RawMapping
"""One question, nothing checked."""


class RawBank(Record, frozen=True):
    """What an importer read: `header` without its questions, and the records in source order.

    An item of `questions` that is no record stays in the header, for validation to complain of.
    """

    path: str
    header: RawMapping
    records: tuple[RawRecord, ...]
    problems: tuple[Problem, ...] = ()
    """What is wrong with the source but could be read past; validation reports it with all else."""
    warnings: tuple[Problem, ...] = ()
    """What of the source was not read, though somebody may have meant it."""


class Question(Record, kw_only=True, frozen=True, eq=False):
    """One checked question. Empty text or tuple: the bank has nothing there. Equality ignores its place."""

    id: str
    question: str
    answer: str = ""
    """Empty in a draft, and where `correct` is all the answer there is."""
    choices: tuple[str, ...] = ()
    """What a multiple-choice question offers, in this order."""
    correct: tuple[str, ...] = ()
    """The letters of the choices that are right: a is the first."""
    technology: str = ""
    category: str = ""
    level: str = ""
    difficulty: int | None = None
    """1 (easy) to 10 (hard), as the bank rates it."""
    deep_explanation: str = ""
    real_world_example: str = ""
    common_mistakes: str = ""
    production_scenario: str = ""
    follow_ups: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    """Further reading: each a web address, or `[title](address)`."""
    tags: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    """Words of this question that an index lists."""
    source: str = ""
    markup: str = "plain"
    """How every text of this question is written: `plain` (literal), `markdown` or MATHS."""
    status: str = "active"
    """`active`, `draft` (not answered yet) or `retired`; only an active question is in an output."""
    former_ids: tuple[str, ...] = ()
    extra: tuple[tuple[str, str | tuple[str, ...]], ...] = ()
    """The bank's own fields, kept and not shown: pairs of a name and a text or texts, in the bank's order."""
    location: Location = Location("")

    def __eq__(self, other: object) -> bool:
        return _compared(self) == _compared(other) if isinstance(other, Question) else NotImplemented

    def __hash__(self) -> int:
        return hash(_compared(self))

    def digest(self) -> str:
        """Return a digest of all but its place, of which a book prints what tells its bank from others."""
        return _digest_question(self)

    def key(self) -> str:
        """Return another digest of the same, for what a cache keeps: in a hundredth of the time."""
        from hashlib import sha256  # not above: who lists questions needs no digests

        return sha256(pack_values(_compared(self))).hexdigest()


_compared = attrgetter(*(name for name in Question.__struct_fields__ if name != "location"))
"""All of a question but its place."""


@lru_cache(maxsize=MOST_DIGESTS)
def _digest_question(question: Question) -> str:
    """Return the digest of a question, which a build asks for five times."""
    from hashlib import sha256  # not above: who lists questions needs no digests

    said = repr(list(_compared(question)))
    return sha256(said.encode("utf-8", "surrogatepass")).hexdigest()


class Claims(Record, kw_only=True, frozen=True):
    """How much the bank's source says there is; None where it says nothing."""

    questions: int | None = None
    technologies: int | None = None
    levels: int | None = None


class Bank(Record, kw_only=True, frozen=True):
    """Checked questions in their own order, and what the bank says of itself.

    `technologies` and `levels` are in the bank's own order: as declared, else as they first appear.
    """

    title: str
    namespace: str = ""
    """Identity of everything made from this bank; with a question's id it makes the GUID of its note.

    Empty: the bank states none, and gets one when its deck is first built."""
    language: str = "en"
    """BCP 47."""
    source: str = ""
    author: str = ""
    licence: str = ""
    cover_image: str = ""
    """Path of a picture for covers, from the bank's folder; it is read when a cover is made."""
    terms: tuple[str, ...] = ()
    """Words that an index lists in whatever question they stand."""
    quotes: str = ""
    """How pages show straight quotes: `typographic`, else as they are typed."""
    claims: Claims = made_by(Claims)
    technologies: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    reviews: tuple[tuple[str, ReviewCount], ...] = ()
    """How learners did with questions: their ids and counts; empty unless there are counts beside the bank."""
