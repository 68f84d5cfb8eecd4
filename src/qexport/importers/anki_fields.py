"""The fields of Anki's notes → the fields of a question: HTML as Markdown, clozes flattened, pictures renamed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import PurePath
from urllib.parse import unquote

from qexport.common.limits import Limits
from qexport.common.references import unescape_html
from qexport.common.wording import slug
from qexport.importers.columns import fold_name, match_columns
from qexport.importers.held_texts import HeldTexts
from qexport.importers.html_markdown import html_to_plain, read_html_text
from qexport.importers.source import SourceValue

PICTURES = "pictures"
"""The folder beside the bank that pictures of decks go into."""
SILENT_TAGS = frozenset({"marked", "leech"})
"""Tags that Anki itself puts on notes of one learner."""

_SOUND = re.compile(r"\[sound:([^\[\]\n]*)\]")
_MATHS_MARKUP = re.compile(
    r"\\\((?P<line>.{1,5000}?)\\\)|\\\[(?P<block>.{1,5000}?)\\\]|\[\$\](?P<old>.{1,5000}?)\[/\$\]"
    r"|\[\$\$\](?P<oldblock>.{1,5000}?)\[/\$\$\]"
    r"|\[latex\](?P<latex>.{1,5000}?)\[/latex\]|<anki-mathjax(?P<kind>[^>]*)>(?P<tag>.{0,5000}?)</anki-mathjax>",
    re.DOTALL,
)
_CLOZE = re.compile(r"\{\{c\d+::((?:(?!\{\{c\d+::).)*?)(?:::((?:(?!\{\{|\}\}).)*?))?\}\}", re.DOTALL)
_CLOZE_NUMBER = re.compile(r"\{\{c0*(\d+)::")
_PICTURE = re.compile(r"(<img\b[^<>]*?\bsrc=)(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
_OURS = frozenset(
    {"scenario_card", "mistakes_card", "retired", "situation", "language", "spare_1", "spare_2", "spare_3"}
)


def has_cloze(text: str) -> bool:
    """Report whether a field has a cloze deletion."""
    return "{{c" in text and _CLOZE.search(text) is not None


def has_one_gap_card(texts: Iterable[str]) -> bool:
    """Report whether the fields of a note make one card: a cloze makes one for each number of its deletions."""
    return len({number for text in texts for number in _CLOZE_NUMBER.findall(text)}) < 2


def flatten_cloze(html: str) -> tuple[str, str]:
    """Return a cloze as a question with gaps, and as its answer with the gaps filled in bold."""

    def gap(found: re.Match[str]) -> str:
        return f"[{found[2]}]" if found[2] else "[…]"

    asked = answered = html
    for _ in range(8):  # one inside another
        following = _CLOZE.sub(gap, asked)
        answered = _CLOZE.sub(lambda found: f"<b>{found[1]}</b>", answered)
        if following == asked:
            break
        asked = following
    return asked, answered


def picture_name(name: str) -> str:
    """Return where a picture goes, seen from the bank: its name as every system takes it."""
    path = PurePath(unquote(unescape_html(name)))
    stem = slug(path.stem)[:60] or "picture"
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    ending = path.suffix.lower() if re.fullmatch(r"\.[a-z0-9]{1,5}", path.suffix.lower()) else ""
    return f"{PICTURES}/{stem}-{digest}{ending}"


class NoteText:
    """Fields of HTML → Markdown, and the pictures and sounds they name."""

    def __init__(self, path: str, limits: Limits, *, has_pictures: bool = True) -> None:
        self._path = path
        self._limits = limits
        self._has_pictures = has_pictures
        """Pictures come along, so that their names become those beside the bank."""
        self.pictures: dict[str, str] = {}
        """The names of pictures as the notes have them → where they go."""
        self.sounds: list[str] = []
        self.has_maths = False

    def read(self, html: str) -> str:
        """Return a field as Markdown; sounds are left out and noted."""
        self.sounds += _SOUND.findall(html)
        held = HeldTexts()
        html = held.clear(_SOUND.sub("", html))
        html = _MATHS_MARKUP.sub(lambda found: _hold_maths(found, held), html)
        if self._has_pictures:
            html = _PICTURE.sub(self._rename, html)
        self.has_maths = self.has_maths or bool(held)
        markdown = read_html_text(html, path=self._path, limits=self._limits)
        return held.put_back(markdown).strip()

    def _rename(self, found: re.Match[str]) -> str:
        name = unescape_html(found[2].strip("\"'"))
        if re.match(r"[a-z]+:", name, re.IGNORECASE):
            return found[0]
        name = unquote(name)
        return f'{found[1]}"{self.pictures.setdefault(name, picture_name(name))}"'


def _hold_maths(found: re.Match[str], held: HeldTexts) -> str:
    is_block = bool(found["block"] or found["oldblock"] or "block" in (found["kind"] or ""))
    tex = next(
        filter(None, (found[name] for name in ("line", "block", "old", "oldblock", "latex", "tag"))), ""
    )
    words = " ".join(unescape_html(re.sub(r"<[^<>]*>", " ", tex)).split())
    return held.hold(f"$${words}$$" if is_block else f"${words}$")


def split_note_fields(
    names: Sequence[str], texts: Sequence[str], wishes: Mapping[str, str], read: Callable[[str], str]
) -> tuple[dict[str, SourceValue], dict[str, SourceValue]]:
    """Return the fields of one note as those of a question, and what is left for `extra`.

    Args:
        names: Of the note type's fields.
        texts: Their HTML.
        wishes: Field of a question → field of the note; those that the note type lacks are passed over.
        read: Turns HTML into Markdown.
    """
    there = {fold_name(name) for name in names}
    columns = match_columns(
        names, {field: name for field, name in wishes.items() if fold_name(name) in there}
    )
    if "question" not in columns.values() and names:
        columns[names[0]] = "question"
    if "answer" not in columns.values() and len(names) > 1 and names[1] not in columns:
        columns[names[1]] = "answer"
    is_ours = "scenario_card" in there
    fields: dict[str, SourceValue] = {}
    extra: dict[str, SourceValue] = {}
    for name, html in zip(names, texts, strict=False):
        field = columns.get(name, "")
        if not html.strip() or field == "ignore" or (is_ours and fold_name(name) in _OURS):
            continue
        if field in ("question", "answer"):
            _add_field(fields, field, html, read)
        elif not field:
            if text := read(html):
                extra[name] = text
        elif value := _convert_field(field, html, read):
            fields[field] = value
    return fields, extra


def _add_field(fields: dict[str, SourceValue], field: str, html: str, read: Callable[[str], str]) -> None:
    """Add the question or the answer; a cloze is both."""
    if field == "question" and has_cloze(html):
        asked, answered = flatten_cloze(html)
        fields["question"] = _without_heading(read(asked))
        html, field = answered, "answer"
        text = read(html)
        fields["answer"] = f"{text}\n\n{fields['answer']}" if "answer" in fields else text
    elif text := read(html):
        text = _without_heading(text) if field == "question" else text
        fields[field] = f"{fields[field]}\n\n{text}" if field in fields else text


def _without_heading(text: str) -> str:
    """Return a question that is set as a heading as the line it is."""
    return re.sub(r"\A#{1,6} ", "", text)


def _convert_field(field: str, html: str, read: Callable[[str], str]) -> SourceValue:
    if field in ("technology", "category", "level", "difficulty", "id", "source"):
        return html_to_plain(html)
    if field in ("tags", "terms"):
        return tuple(part for part in re.split(r"[\s,;]+", html_to_plain(html)) if part)
    return _split_items(read(html)) if field in ("follow_ups", "links", "choices") else read(html)


def _split_items(markdown: str) -> tuple[str, ...]:
    """Return the items of a list, or its lines."""
    items = re.findall(r"^(?:[-*+]|\d+\.)\s+(.*(?:\n(?![-*+]\s|\d+\.\s).*)*)", markdown, re.MULTILINE)
    return tuple(" ".join(item.split()) for item in items or markdown.split("\n") if item.strip())


def deck_fields(deck: str) -> dict[str, SourceValue]:
    """Return technology and category of the notes of a deck: its first name, and its last."""
    names = [name.strip() for name in deck.split("::") if name.strip() and name.strip() != "Default"]
    if not names:
        return {}
    fields: dict[str, SourceValue] = {"technology": names[0]}
    return fields | ({"category": names[-1]} if len(names) > 1 else {})
