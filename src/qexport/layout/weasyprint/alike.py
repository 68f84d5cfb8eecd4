"""Strips that differ in one text: two are laid out, and the others are made from them.

    strips alike but for the text that `data-word` marks → a model → the text, set by Pango → what the model draws

Most lines of an index are so. The engine makes eight boxes of one, and a structure tree; here one is a text set, and
some numbers moved. A model is used only if it makes, from its own parts, what the engine made of another such strip.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from html import unescape
from math import inf
from typing import Any

from qexport.common.patterns import compile_late
from qexport.common.records import Record
from qexport.layout.chunk import Chunk, FontUse, PageContent, Slot
from qexport.layout.weasyprint.font_uses import join_uses, read_font_uses
from qexport.layout.weasyprint.page_boxes import iterate_texts
from qexport.layout.weasyprint.serialising import write_item, write_number

WORTH_A_MODEL = 6
"""Strips that are alike for which a model pays: it takes two of them to make one."""

_MARKED_WORD = compile_late(r' data-word(?:="")?[^<>]*>([^<>]+)<')
_PLAIN_WORDS = compile_late(
    "[!-~\xa1-\xac\xae-\u024f\u2010-\u2027]+(?: [!-~\xa1-\xac\xae-\u024f\u2010-\u2027]+)* ?"
)
"""Words that run to the right, and that no white space is taken from."""


class StripShape(Record, frozen=True):
    """What strips that are alike have in common: their HTML before and after the word."""

    before: str
    after: str


def part_word(html: str) -> tuple[StripShape, str] | None:
    """Return what a strip has in common with those alike, and its word; None if it is none of them."""
    found = _MARKED_WORD.search(html)
    word = unescape(found[1]) if found else ""
    if not found or not _PLAIN_WORDS.fullmatch(word):
        return None
    return StripShape(html[: found.start(1)], html[found.end(1) :]), word


class _SetText(Record, frozen=True):
    """A text set: the operators that draw it, and what it takes."""

    drawn: bytes
    width: float
    height: float
    baseline: float
    fonts: Mapping[str, FontUse]


class Model(Record, frozen=True):
    """A strip that was laid out, and where in it is what others have otherwise."""

    chunk: Chunk
    content: PageContent
    box: Any
    """The box of the word."""
    text: _SetText
    first: bytes
    """The first piece it draws."""
    place: int
    """Where in that the word is drawn."""
    room: float
    """CSS pixels the line has left."""
    following: Sequence[Any]
    """The boxes of the texts after it."""
    others: Mapping[str, FontUse]
    """What the rest of the strip draws with each font."""

    def make(self, word: str) -> Chunk | None:
        """Return the strip with another word; None if the engine is to lay it out."""
        text = _set_text(self.box, word)
        if text is None or (text.height, text.baseline) != (self.text.height, self.text.baseline):
            return None
        moved = text.width - self.text.width
        if moved > self.room or text.fonts.keys() != self.text.fonts.keys():
            return None
        tail = self._move_texts(self.first[self.place + len(self.text.drawn) :], moved)
        rest = (
            piece if isinstance(piece, int) else self._move_texts(piece, moved)
            for piece in self.content.pieces[1:]
        )
        content = replace(
            self.content,
            pieces=(self.first[: self.place] + text.drawn + tail, *rest),
            slots=tuple(replace(slot, x=slot.x + moved) for slot in self.content.slots),
            fonts=tuple(
                join_uses(use, text.fonts.get(use.key), self.others.get(use.key))
                for use in self.content.fonts
            ),
        )
        return replace(self.chunk, packed=content.pack())

    def _move_texts(self, piece: bytes, moved: float) -> bytes:
        """Return operators with the texts they draw so many CSS pixels to the right."""
        for box in self.following[:: -1 if moved > 0 else 1]:  # none is to be moved twice
            piece = piece.replace(_write_text_place(box, 0), _write_text_place(box, moved))
        return piece


def make_model(chunk: Chunk, place: Any, word: str) -> Model | None:
    """Return a model for strips alike one that was laid out; None if they are not to be made so.

    Args:
        chunk: The strip.
        place: Its box.
        word: The text that others have otherwise.
    """
    content = chunk.content
    texts = list(iterate_texts(place))
    if not texts or not content.pieces or not isinstance(content.pieces[0], bytes):
        return None
    at = next((number for number, (box, _) in enumerate(texts) if _is_marked(box)), 0)
    (box, block), (last, _) = texts[at], texts[-1]
    if box.text != word or box.style["direction"] != "ltr" or block.style["text_align_all"] not in _LEFT:
        return None
    if chunk.anchors or chunk.missing or any(slot.leader is not None for slot in content.slots):
        return None
    drawn = [_set_text(each, each.text) for each, _ in texts]
    if any(each is None for each in drawn):
        return None
    others = [each for each in drawn if each is not None]
    text = others.pop(at)
    opening = b"BT\n%s\n" % _write_text_place(box, 0)
    place_drawn = content.pieces[0].find(opening + text.drawn + b"\nET")
    if place_drawn < 0 or text.width != box.width:
        return None
    return Model(
        chunk,
        content,
        copy(box),
        text,
        content.pieces[0],
        place_drawn + len(opening),
        block.content_box_x() + block.width - last.position_x - last.width,
        [each for each, _ in texts[at + 1 :]],
        _sum_uses(others),
    )


def _is_marked(box: Any) -> bool:
    return box.element is not None and box.element.get("data-word") is not None


def _sum_uses(texts: Sequence[_SetText]) -> dict[str, FontUse]:
    summed: dict[str, FontUse] = {}
    for text in texts:
        for key, use in text.fonts.items():
            summed[key] = join_uses(use, use, summed.get(key))
    return summed


def is_same(made: Chunk | None, laid_out: Chunk) -> bool:
    """Return whether a strip that was made is what the engine made of it."""
    if made is None or replace(made, packed=b"") != replace(laid_out, packed=b""):
        return False
    ours, theirs = made.content, laid_out.content
    return replace(ours, slots=_round_slots(ours.slots)) == replace(theirs, slots=_round_slots(theirs.slots))


def _round_slots(slots: Sequence[Slot]) -> tuple[Slot, ...]:
    return tuple(replace(slot, x=round(slot.x, 6)) for slot in slots)


_LEFT = ("start", "left")


def _write_text_place(box: Any, moved: float) -> bytes:
    """Return the operator that sets where the text of a box is drawn, were it so many CSS pixels to the right."""
    x, y = box.position_x + moved, box.position_y + box.baseline
    return b"1 0 0 -1 %s %s Tm" % (write_number(x), write_number(y))


def _set_text(box: Any, word: str) -> _SetText | None:
    """Set a text as that of a box is; None if it is not of one line."""
    from weasyprint.draw.text import draw_first_line
    from weasyprint.layout import inline
    from weasyprint.matrix import Matrix
    from weasyprint.pdf.stream import Stream

    layout, length, resume_at, width, height, baseline = inline.split_first_line(
        word, box.style, None, inf, 0
    )
    if resume_at is not None or length != len(word.encode()):
        return None
    text = copy(box)
    text.text, text.pango_layout, text.width = word, layout, width
    fonts: dict[str, Any] = {}
    stream = Stream(fonts, None, {}, {}, None, {}, None)
    layout.reactivate(box.style)
    if draw_first_line(stream, text, "clip", "none", Matrix(d=-1)):
        return None
    layout.deactivate()
    if any(font.missing for font in fonts.values()):
        return None
    uses = {use.key: use for use in read_font_uses(fonts.values(), box.style.font_config.files)}
    return _SetText(b"\n".join(map(write_item, stream.stream[1:])), width, height, baseline, uses)


_models: dict[Hashable, Model | None] = {}
"""What was laid out before in this process."""

MOST_MODELS = 100
"""Models that are kept; a book's index has three."""


def lay_out_alike(
    strips: Sequence[str], style: Hashable, lay_out: Callable[[Sequence[str]], Sequence[tuple[Chunk, Any]]]
) -> list[Chunk]:
    """Lay out strips, those that are alike from models.

    Args:
        strips: Their HTML.
        style: What tells the style they are laid out in from others.
        lay_out: Lays some of them out; returns the chunk and the box of each.
    """
    parted = [part_word(html) for html in strips]
    counts = Counter(each[0] for each in parted if each)
    members: dict[StripShape, dict[int, str]] = {}
    """The words of those that are alike, by their numbers."""
    for number, (shape, word) in ((number, each) for number, each in enumerate(parted) if each):
        if (shape, style) in _models or counts[shape] >= WORTH_A_MODEL:
            members.setdefault(shape, {})[number] = word
    alike = {number for words in members.values() for number in words}
    samples = {
        shape: _shortest_two(words) for shape, words in members.items() if (shape, style) not in _models
    }
    first = sorted({*range(len(strips))} - alike | {number for two in samples.values() for number in two})
    laid_out = dict(zip(first, lay_out([strips[number] for number in first]), strict=True))
    for shape, (one, other) in samples.items():
        words = members[shape]
        model = make_model(*laid_out[one], words[one])
        fits = model and is_same(model.make(words[other]), laid_out[other][0])
        if len(_models) >= MOST_MODELS:
            _models.clear()
        _models[shape, style] = model if fits else None
    found = {number: chunk for number, (chunk, _) in laid_out.items()}
    for shape, words in members.items():
        if model := _models.get((shape, style)):
            made = {number: model.make(word) for number, word in words.items() if number not in found}
            found |= {number: chunk for number, chunk in made.items() if chunk}
    left = [number for number in range(len(strips)) if number not in found]
    rest = (chunk for chunk, _ in lay_out([strips[number] for number in left]))
    found |= zip(left, rest, strict=True)
    return [found[number] for number in range(len(strips))]


def _shortest_two(words: Mapping[int, str]) -> list[int]:
    """Return the numbers of the two shortest words: a line that breaks is no model."""
    return sorted(words, key=lambda number: (len(words[number]), number))[:2]


def forget_models() -> None:
    """Forget what was laid out before."""
    _models.clear()
