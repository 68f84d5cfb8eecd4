"""The fields of a bank, defined once: for validation, for the writer's order, for the JSON Schema of editors."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from qexport.common.formats import BANK_FORMAT
from qexport.common.limits import USUAL
from qexport.common.records import Record

SCHEMA_FILE = "bank.schema.json"
"""The name the schema has beside a bank; the first line the writer writes points there."""

FieldKind: TypeAlias = Literal[
    "text",
    "line",
    "id",
    "choice",
    "flag",
    "number",
    "texts",
    "lines",
    "ids",
    "letters",
    "extra",
    "claims",
    "questions",
]
"""Text may have many lines, a line has one, an id holds no whitespace; their plurals are lists.

`letters` is a list of single letters, or one letter; `extra` is a mapping of names to texts or lists of texts.
"""

_PATTERNS = {"text": r"\S", "line": r"^[^\n]*\S[^\n]*$", "id": r"^\s*\S+\s*$"}


class Field(Record, kw_only=True, frozen=True):
    """One key of the bank's YAML."""

    name: str
    kind: FieldKind
    description: str
    example: str | int | tuple[str, ...]
    required: bool = False
    answers: bool = False
    """Required of a question, unless it is a draft or its `correct` choices answer it."""
    choices: tuple[str, ...] = ()
    """What a `choice` may be; the first is the default."""
    lowest: int = 0
    highest: int | None = None
    """The range of a `number`."""
    limit: Literal["answer", "text"] = "text"
    """Which of the `Limits` says how many characters one text of this field may have."""


_MARKUPS = ("plain", "markdown")


def _make_prose_field(name: str, description: str, example: str, *, answers: bool = False) -> Field:
    return Field(
        name=name,
        kind="text",
        description=description,
        example=example,
        answers=answers,
        limit="answer",
    )


QUESTION_FIELDS: tuple[Field, ...] = (
    Field(
        name="id",
        kind="id",
        description="The permanent name of the question, without spaces. Its text may change, its id may "
        "not: learners' progress depends on it. Two ids that differ only in case are the same.",
        example="PY-ADV-004",
        required=True,
    ),
    Field(
        name="question",
        kind="text",
        description="The question, as an interviewer asks it.",
        example="What are Python type hints and how do they work with runtime type checking?",
        required=True,
    ),
    Field(
        name="choices",
        kind="texts",
        description="What a multiple-choice question offers, at most 26. They are called a, b, c, … in this order.",
        example=("A list", "A generator"),
    ),
    Field(
        name="correct",
        kind="letters",
        description="The letters of the choices that are right.",
        example=("b",),
    ),
    Field(
        name="technology",
        kind="line",
        description="The broadest subject. If the bank lists its technologies, one of them.",
        example="Python",
    ),
    Field(
        name="category", kind="line", description="The subject within the technology.", example="Core Python"
    ),
    Field(
        name="level",
        kind="line",
        description="How experienced those are who are asked it. If the bank lists its levels, one of them.",
        example="Advanced",
    ),
    Field(
        name="difficulty",
        kind="number",
        description="From 1 (easy) to 10 (hard).",
        example=6,
        lowest=1,
        highest=10,
    ),
    Field(name="tags", kind="lines", description="Further words to filter by.", example=("typing", "mypy")),
    Field(
        name="terms",
        kind="lines",
        description="Words of this question that the index of a book lists.",
        example=("type hint",),
    ),
    Field(
        name="markup",
        kind="choice",
        description="How the texts of this question are written: plain (every character literal) or "
        "markdown. Without it, as the bank says.",
        example="markdown",
        choices=_MARKUPS,
    ),
    Field(
        name="status",
        kind="choice",
        description="active; draft: not answered yet, in no output; or retired: kept for its history, in no output.",
        example="retired",
        choices=("active", "draft", "retired"),
    ),
    Field(
        name="former_ids",
        kind="ids",
        description="Ids this question had before. No other question may have them.",
        example=("PY-TYP-001",),
    ),
    Field(
        name="source",
        kind="text",
        description="Where the question is from.",
        example="Interview Questions & Model Answers",
    ),
    _make_prose_field(
        "answer",
        "The answer one would give in the interview.",
        "Type hints are annotations that specify expected types.",
        answers=True,
    ),
    _make_prose_field("deep_explanation", "The answer in depth.", "Python's type system is gradual."),
    _make_prose_field(
        "real_world_example",
        "Where it is used in practice.",
        "FastAPI's entire API surface is type-annotated.",
    ),
    _make_prose_field(
        "common_mistakes", "What people often get wrong.", "Expecting hints to be enforced at runtime."
    ),
    _make_prose_field(
        "production_scenario",
        "A case from a system in production.",
        "Adding mypy to CI surfaced 47 type errors.",
    ),
    Field(
        name="follow_ups",
        kind="texts",
        description="Questions an interviewer asks next.",
        example=("What is the difference between mypy and pyright?",),
    ),
    Field(
        name="links",
        kind="lines",
        description="Further reading: each a web address, or [title](address).",
        example=("https://docs.python.org/3/library/typing.html",),
    ),
    Field(
        name="extra",
        kind="extra",
        description="Fields of your own, kept and not shown: texts, or lists of texts.",
        example=(),
    ),
)
"""In the order they are written. Each is an attribute of `Question` too."""

CLAIM_FIELDS: tuple[Field, ...] = (
    Field(
        name="questions", kind="number", description="How many questions the source says it has.", example=54
    ),
    Field(name="technologies", kind="number", description="How many technologies it says it has.", example=3),
    Field(name="levels", kind="number", description="How many levels it says it has.", example=3),
)

HEADER_FIELDS: tuple[Field, ...] = (
    Field(
        name="title",
        kind="line",
        description="The bank's name, on covers and decks. Without it, the words of the file's name.",
        example="Interview Questions & Model Answers",
    ),
    Field(
        name="namespace",
        kind="line",
        description="With a question's id, it identifies everything made from this bank; changing it makes "
        "every note a new one. Without it, the first build of a deck makes one from the title and the questions, and "
        "the lock keeps it.",
        example="interview-questions",
    ),
    Field(
        name="language",
        kind="line",
        description="The language of the texts, as a BCP 47 tag. Without it, en.",
        example="en",
    ),
    Field(
        name="source",
        kind="text",
        description="Where the questions are from.",
        example="The Knowledge Hub, captured in 2026",
    ),
    Field(
        name="author",
        kind="line",
        description="Who wrote or maintains the questions: on covers, and in the metadata of a PDF.",
        example="Ada Lovelace",
    ),
    Field(
        name="licence",
        kind="line",
        description="What others may do with the texts.",
        example="CC-BY-4.0",
    ),
    Field(
        name="cover_image",
        kind="line",
        description="A picture or a logo on covers, instead of the bank's pattern: the path of a file beside the bank.",
        example="images/logo.svg",
    ),
    Field(
        name="terms",
        kind="lines",
        description="Words that the index of a book lists for every question that has them. Explanations highlight "
        "them.",
        example=("type hint", "duck typing"),
    ),
    Field(
        name="quotes",
        kind="choice",
        description="typographic: on paper, straight quotes and apostrophes become those of the language, except in "
        "code. Without it, and in other outputs, they stay as typed.",
        example="typographic",
        choices=("typographic",),
    ),
    Field(
        name="markup",
        kind="choice",
        description="How the texts of all questions are written, unless a question sets its own: "
        "plain (every character literal) or markdown.",
        example="plain",
        choices=_MARKUPS,
    ),
    Field(
        name="math",
        kind="flag",
        description="Whether the texts in Markdown have formulas: $x^2$, $$x^2$$. Without it, a dollar is a dollar.",
        example="true",
        choices=("false", "true"),
    ),
    Field(
        name="claims",
        kind="claims",
        description="How many questions, technologies and levels the source claims; this bank may be a part of it.",
        example=(),
    ),
    Field(
        name="technologies",
        kind="lines",
        description="The technologies that questions may use, in order. Without it, any, in the order in which they "
        "first appear.",
        example=("Python", "Machine Learning"),
    ),
    Field(
        name="levels",
        kind="lines",
        description="The levels, from the lowest. Without it, any level; well-known names have their usual "
        "order (Beginner, Intermediate, Advanced), others the order in which they first appear.",
        example=("Beginner", "Intermediate", "Advanced"),
    ),
    Field(
        name="questions",
        kind="questions",
        description="The questions, in the bank's own order.",
        example=(),
        required=True,
    ),
)
"""The keys beside the questions, in the order they are written, and the list of them."""


def bank_schema() -> dict[str, object]:
    """Return the JSON Schema (draft 2020-12) of a bank's file."""
    described = _describe_fields(HEADER_FIELDS)
    number = {"const": BANK_FORMAT, "description": "The number of this format. Without it, 1."}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A question bank of qexport",
        "description": "Interview questions with model answers. A bank is one such file or a folder of them; "
        "in a folder, one file has the title and everything else but the questions.",
        **described,
        "properties": {"format": number, **described["properties"]},
        "$defs": {"question": _describe_question(), "claims": _describe_fields(CLAIM_FIELDS)},
    }


def _describe_question() -> dict[str, object]:
    """Return the schema of a question, which needs an answer unless it is a draft or its choices answer it."""
    draft = {"properties": {"status": {"const": "draft"}}, "required": ["status"]}
    needed = [field.name for field in QUESTION_FIELDS if field.answers]
    answered = {"anyOf": [{"required": needed}, {"required": ["choices", "correct"]}, draft]}
    return {**_describe_fields(QUESTION_FIELDS), **answered}


def _describe_fields(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {field.name: _property(field) for field in fields},
        "required": [field.name for field in fields if field.required],
        "additionalProperties": False,
    }


def _property(field: Field) -> dict[str, object]:
    described: dict[str, object] = {"description": field.description, **_describe_field(field)}
    if field.example != ():
        example = field.example == "true" if field.kind == "flag" else field.example
        described["examples"] = [list(example) if isinstance(example, tuple) else example]
    return described


_LETTER = {"type": "string", "pattern": "^[A-Za-z]$"}
_LETTERS_SCHEMA: dict[str, object] = {
    "anyOf": [_LETTER, {"type": "array", "items": _LETTER, "uniqueItems": True}]
}
_EXTRA_TEXT = {"type": "string", "maxLength": USUAL.answer}
_EXTRA_SCHEMA: dict[str, object] = {
    "type": "object",
    "additionalProperties": {
        "anyOf": [_EXTRA_TEXT, {"type": "array", "items": _EXTRA_TEXT, "maxItems": USUAL.items}]
    },
}


_KIND_SCHEMAS: dict[str, dict[str, object]] = {
    "claims": {"$ref": "#/$defs/claims"},
    "letters": _LETTERS_SCHEMA,
    "extra": _EXTRA_SCHEMA,
    "questions": {"type": "array", "items": {"$ref": "#/$defs/question"}, "maxItems": USUAL.questions},
}


def _describe_field(field: Field) -> dict[str, object]:
    match field.kind:
        case "choice":
            return {"enum": list(field.choices)}
        case "flag":
            return {"type": "boolean"}
        case "number":
            highest = {} if field.highest is None else {"maximum": field.highest}
            return {"type": "integer", "minimum": field.lowest, **highest}
        case "claims" | "letters" | "extra" | "questions":
            return _KIND_SCHEMAS[field.kind]
        case kind:
            singular = kind.removesuffix("s")
            longest = getattr(USUAL, field.limit)
            text = {"type": "string", "maxLength": longest, "pattern": _PATTERNS[singular]}
            if kind == singular:
                return text
            unique = {} if kind == "texts" else {"uniqueItems": True}
            return {"type": "array", "items": text, "maxItems": USUAL.items, **unique}
