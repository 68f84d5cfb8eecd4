"""Differences → text, JSON, HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from qexport.anki.search import search_lines
from qexport.content.languages import CHANGE_LABELS, Language
from qexport.content.languages import language as language_of
from qexport.team.difference_wording import field_label, field_name, flat_text, shorten_unchanged, tags_of
from qexport.team.differences import CHANGE_KINDS, Differences, Piece, QuestionChange, word_changes
from qexport.team.release_notes import count_changes, steps_of

if TYPE_CHECKING:
    from qexport.content.templates import Templates


def as_text(found: Differences) -> Iterator[str]:
    """Yield lines for a terminal; words that went are in [- -], those that came in {+ +}."""
    yield f"{found.old} → {found.new}: {found}"
    yield from (f"  {remark}" for remark in found.remarks)
    for kind in CHANGE_KINDS:
        if entries := found.of_kind(kind):
            yield ""
            yield kind
        for entry in entries:
            was = f" (was {entry.former_id})" if entry.former_id else ""
            yield f"  {entry.id}{was}  {flat_text(entry.question)}"
            for change in entry.fields:
                yield f"    {field_name(change.field)}: {_mark_pieces(change.pieces)}"
            if tags := tags_of(entry):
                yield f"    Tags: {tags}"
    if found.search:
        yield from search_lines("to find them in Anki's browser", found.search)


def mark_words(old: str, new: str) -> str:
    """Return one line with the words that went and came, and some words around them."""
    return _mark_pieces(word_changes(old, new))


def _mark_pieces(pieces: Sequence[Piece]) -> str:
    signs = {"same": ("", ""), "gone": ("[-", "-]"), "new": ("{+", "+}")}
    parts = ((signs[piece.kind], piece.text) for piece in shorten_unchanged(pieces))
    return "".join(f"{opening}{text}{closing}" for (opening, closing), text in parts).strip()


def as_fields(found: Differences) -> dict[str, object]:
    """Return what JSON says of it."""
    counts: dict[str, int] = {kind: len(found.of_kind(kind)) for kind in CHANGE_KINDS}
    return {
        "old": found.old,
        "new": found.new,
        "title": found.title,
        "counts": {**counts, "unchanged": found.unchanged},
        "remarks": [str(remark) for remark in found.remarks],
        "search": found.search,
        "entries": [
            {
                "kind": entry.kind,
                "id": entry.id,
                "former_id": entry.former_id,
                "question": entry.question,
                "fields": {
                    change.field: [[piece.kind, piece.text] for piece in change.pieces]
                    for change in entry.fields
                },
                "tags_added": list(entry.tags_added),
                "tags_removed": list(entry.tags_removed),
            }
            for entry in found.entries
        ],
    }


def as_html(found: Differences, templates: Templates, *, language: str = "en") -> str:
    """Return a page that needs nothing beside it."""
    words = language_of(language)
    parts = [
        {
            "heading": words.label(CHANGE_LABELS[kind]),
            "entries": [_entry_fields(each, words) for each in entries],
        }
        for kind in CHANGE_KINDS
        if (entries := found.of_kind(kind))
    ]
    return templates.render(
        "bundle/differences.html.j2",
        language=words.labels_tag,
        direction=words.direction,
        labels=dict(words.labels),
        title=found.title,
        summary=count_changes(found, words),
        remarks=[remark.word(words) for remark in found.remarks],
        steps=[[{"text": text, "link": link} for text, link in step] for step in steps_of(found, words)],
        searches=found.search.splitlines(),
        parts=parts,
    )


def _entry_fields(entry: QuestionChange, words: Language) -> dict[str, object]:
    """Return an entry as its template takes it."""
    changes = [
        {
            "field": field_label(change.field, words),
            "pieces": [{"kind": each.kind, "text": each.text} for each in shorten_unchanged(change.pieces)],
        }
        for change in entry.fields
    ]
    names = {"id": entry.id, "former_id": entry.former_id, "question": entry.question}
    return {**names, "changes": changes, "tags": tags_of(entry)}
