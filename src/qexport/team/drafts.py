"""Notes that learners added to the deck → drafts of the bank."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qexport.anki.carrying import canonical_html, visible_text
from qexport.anki.fields import FIELD_PLACES, is_deck_note_type
from qexport.anki.merged_fields import MERGED_FIELDS, MERGED_NAMES
from qexport.bank.deck_order import without_number
from qexport.bank.id_making import make_id
from qexport.bank.jsonl_writer import write_jsonl_questions
from qexport.bank.model import IMPORTED_GUID, Question
from qexport.bank.yaml_append import append_questions
from qexport.bank.yaml_editor import refuse_file
from qexport.common.references import unescape_html
from qexport.common.text_input import normalise
from qexport.importers.anki_fields import NoteText, split_note_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from qexport.anki.package_file import NoteRow, NoteType
    from qexport.bank.lock import Lock
    from qexport.bank.model import Bank
    from qexport.common.limits import Limits
    from qexport.team.returned_pictures import ReturnedPictures

_OUR_FIELDS = (
    "Question",
    "Answer",
    *list(MERGED_FIELDS.values())[2:],
    "Follow-up Questions",
    *MERGED_NAMES.values(),
)
_LISTS = ("follow_ups", "choices", "links", "tags", "terms")
_FORMATTED = re.compile(r"<(?!/?(?:br|div)\b)|\[sound:|\\[(\[]")


@dataclass(frozen=True, slots=True)
class Draft:
    """A question made from a note that the bank does not have."""

    question: Question
    sounds: tuple[str, ...]
    """Sounds in the note, which are left."""


def is_for_bank(row: NoteRow, lock: Lock) -> bool:
    """Report whether a note without a place in the lock was added to the deck of this bank.

    Notes of another bank are not, and neither are those of other decks, which an export of a whole collection has.
    """
    if is_deck_note_type(row.note_type):
        namespace = unescape_html(row.fields[FIELD_PLACES["Bank"]].decode()).strip()
        return namespace in ("", lock.namespace)
    return f"{row.deck}::".casefold().startswith(f"{lock.deck_root}::".casefold())


def known_guids(bank: Bank, lock: Lock) -> frozenset[str]:
    """Return the GUIDs of all notes that the bank published, and of those that were made into drafts of it."""
    drafted = (dict(question.extra).get(IMPORTED_GUID) for question in bank.questions)
    entries = (*lock.notes.values(), *lock.left)
    return frozenset([*(entry.guid for entry in entries), *(str(guid) for guid in drafted if guid)])


def draft_notes(
    rows: Sequence[NoteRow],
    types: Mapping[int, NoteType],
    pictures: ReturnedPictures,
    *,
    bank: Bank,
    lock: Lock,
    limits: Limits,
) -> Iterator[Draft]:
    """Yield a draft for each note; notes that ask nothing are passed over.

    Args:
        rows: Notes that the bank does not have.
        types: The note types of their package.
        pictures: Those of their package.
        bank: Where the drafts go.
        lock: Its lock, whose deck the notes are in.
        limits: Of texts and pictures.
    """
    taken = {name.casefold() for each in bank.questions for name in (each.id, *each.former_ids)}
    taken |= {
        name.casefold() for each in (*lock.notes.values(), *lock.left) for name in (each.id, *each.names)
    }
    plain = sum(each.markup == "plain" for each in bank.questions) * 2 >= len(bank.questions)
    for row in rows:
        found = _draft(row, types, pictures, taken, plain=plain, limits=limits)
        if found is None:
            continue
        values = _place_draft(found.question, row, bank, lock)
        taken.add(values.id.casefold())
        yield Draft(values, found.sounds)


def _draft(
    row: NoteRow,
    types: Mapping[int, NoteType],
    pictures: ReturnedPictures,
    taken: Collection[str],
    *,
    plain: bool,
    limits: Limits,
) -> Draft | None:
    kind = types[row.note_type]
    named = {name: field.decode() for name, field in zip(kind.fields, row.fields, strict=False)}
    if is_deck_note_type(row.note_type):
        named = {name: named.get(name, "") for name in _OUR_FIELDS}
    texts = list(map(canonical_html, named.values()))
    is_plain = plain and not any(map(_FORMATTED.search, texts))
    text = NoteText("", limits, has_pictures=False)
    read: Callable[[str], str] = visible_text if is_plain else text.read
    fields, extra = split_note_fields(list(named), texts, {}, read)
    marked = {name: _with_pictures(value, pictures) for name, value in fields.items()}
    asked = normalise(str(marked.get("question", "")))[0].strip()
    if not asked:
        return None
    values: dict[str, Any] = {
        name: tuple(value)
        if name in _LISTS and not isinstance(value, str)
        else normalise(str(value))[0].strip()
        for name, value in marked.items()
        if name in Question.__struct_fields__ and name not in ("id", "difficulty", "tags", "terms", "source")
    }
    difficulty = str(marked.get("difficulty", ""))
    question = Question(
        **{
            **values,
            "id": make_id(asked, taken),
            "question": asked,
            "difficulty": int(difficulty) if difficulty.isdecimal() and 1 <= int(difficulty) <= 10 else None,
            "markup": "plain" if is_plain else "markdown",
            "status": "draft",
            "extra": tuple({**extra, IMPORTED_GUID: row.guid}.items()),
        }
    )
    return Draft(question, tuple(text.sounds))


def _with_pictures(value: Any, pictures: ReturnedPictures) -> Any:
    if isinstance(value, tuple):
        return tuple(_with_pictures(item, pictures) for item in value)

    def placed(found: re.Match[str]) -> str:
        place = pictures.place_of(unescape_html(found[2]))
        return f"{found[1]}({place})" if place else found[0]

    return re.sub(r"(!\[[^\]\n]*\])\(<?([^)\n>]+?)>?\)", placed, str(value))


def _place_draft(question: Question, row: NoteRow, bank: Bank, lock: Lock) -> Question:
    """Return a draft with technology and category of the deck it was put into, and only levels that there are."""
    from dataclasses import replace

    below = row.deck[len(lock.deck_root) :].removeprefix("::") if row.deck.startswith(lock.deck_root) else ""
    levels = [without_number(name) for name in below.split("::") if name]
    by_fold = {name.casefold(): name for name in bank.technologies}
    technology = question.technology or by_fold.get((levels[0] if levels else "").casefold(), "")
    category = question.category or (levels[1] if technology and len(levels) > 1 else "")
    level = question.level if question.level in bank.levels else ""
    return replace(
        question,
        technology=technology if technology in bank.technologies else "",
        category=category,
        level=level,
    )


def append_drafts(data: bytes, path: Path, drafts: Sequence[Question], limits: Limits) -> bytes:
    """Return the bytes of a bank's file with drafts at its end."""
    mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {error.start} is not UTF-8, and drafts are added only to UTF-8"
        raise refuse_file(str(path), message, "save the file as UTF-8") from error
    end = "\r\n" if "\r\n" in text else "\n"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if path.suffix.lower() == ".jsonl":
        text = text.rstrip("\n") + "\n" + write_jsonl_questions(drafts)
    else:
        text = append_questions(text, str(path), drafts, limits)
    return mark + text.replace("\n", end).encode()
