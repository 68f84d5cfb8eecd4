"""Pictures in a merge: which ones a note showed when it was published, and what each side has in their place.

A text names a picture by its file, and the file may be another picture by now. What counts in a merge is the picture,
whose name in a deck is the digest of its content:

    lines of the history (or the note itself) → published_pictures() → names by sources
    texts of three sides, with one word for each picture → merge → the text again
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from qexport.anki.notes import MEDIA_NAME
from qexport.common.limits import Limits
from qexport.content.images import Image, read_image

_DECK_NAME = re.compile(rf"{MEDIA_NAME}([0-9a-f]{{32}}\.[a-z]{{1,8}})")
_WEB_SOURCE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")

Fields = Mapping[str, str]
"""The HTML of a note's fields."""


def pictures_in(html: str) -> list[str]:
    """Return the names of the deck's pictures that HTML shows, in its order."""
    return _DECK_NAME.findall(html) if MEDIA_NAME in html else []


class _Names(Mapping[str, str]):
    """Names of pictures that are worked out when one is asked for."""

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


class FileNames(_Names):
    """The names of the pictures that files are today, by their sources.

    Args:
        folder: Of the bank.
        taken: The names of pictures that other exports brought, by their files: they are not written yet.
        limits: Of pictures.
    """

    def __init__(self, folder: Path, taken: Mapping[Path, str], limits: Limits) -> None:
        self._folder = folder
        self._taken = taken
        self._limits = limits

    def __getitem__(self, source: str) -> str:
        if name := self._taken.get(self._folder / source):
            return name
        image = read_image(self._folder, source, self._limits)
        if isinstance(image, Image):
            return image.name
        raise KeyError(source)


class _AnyNames(_Names):
    """A name for each source that may be a file: so all places of pictures are seen."""

    def __getitem__(self, source: str) -> str:
        if _WEB_SOURCE.match(source):
            raise KeyError(source)
        return sha256(source.encode()).hexdigest()[:32] + ".png"


ANY_NAMES: Mapping[str, str] = _AnyNames()


def choose_pictures(
    said: Sequence[Mapping[str, str] | None], shown: Sequence[str], today: Mapping[str, str]
) -> Mapping[str, str] | None:
    """Return the pictures that a note was published with; None if nobody knows.

    Args:
        said: What the history says, for each time the version was published.
        shown: The names of the pictures that the note shows now.
        today: The names of the bank's pictures today, by their sources.
    """
    known = [each for each in said if each is not None]
    if not known:
        return None
    names = frozenset(shown)
    # Where the note does not show which it was, the bank counts as changed: a conflict rather than a loss.
    best = max(known, key=lambda each: (len(names.intersection(each.values())), dict(each) != dict(today)))
    if None in said and not names <= frozenset(best.values()):
        return None
    return best


def guess_pictures(
    places: Fields, sources: Sequence[str], theirs: Fields, today: Mapping[str, str]
) -> dict[str, str]:
    """Return which pictures a note was probably published with, by the places that they are in.

    Args:
        places: The fields as published, with the names of ANY_NAMES.
        sources: The sources that have such names.
        theirs: The fields of the note.
        today: The names of the bank's pictures today, by their sources, as far as they are files.
    """
    by_name = {ANY_NAMES[source]: source for source in sources}
    found: dict[str, str] = {}
    for name, html in places.items():
        at = [by_name[each] for each in pictures_in(html)]
        expected = [today.get(source, source) for source in at]
        shown = pictures_in(theirs.get(name, ""))
        for tag, start, end, first, last in SequenceMatcher(
            None, expected, shown, autojunk=False
        ).get_opcodes():
            for offset in range(end - start):
                is_shown = tag != "delete" and first + offset < last
                picture = shown[first + offset] if is_shown else today.get(at[start + offset], "")
                if picture:
                    found.setdefault(at[start + offset], picture)
    return found


def pair_pictures(then: Mapping[str, str], today: Mapping[str, str]) -> Mapping[str, Sequence[str]]:
    """Return what a text has today in the places of pictures that it had.

    Args:
        then: The names of pictures by their sources, in the order of the text.
        today: Those of today.

    Returns:
        Sources of today by the names of then.
    """
    pairs: defaultdict[str, list[str]] = defaultdict(list)
    for source, name in then.items():
        if source in today:
            pairs[name].append(source)
    old, new = list(then), list(today)
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for source, now in zip(old[start:end], new[first:last], strict=False) if tag == "replace" else ():
            if source not in today and now not in then:
                pairs[then[source]].append(now)
    return pairs


class PictureWords:
    """Texts of three sides with one word in the place of each picture's source, the same for the same picture.

    So a picture that was replaced in its place is a change of its side, one whose file was only renamed is none, and
    no path is put together from two.
    """

    def __init__(self, base: Mapping[str, str], ours: Mapping[str, str], theirs: Mapping[str, str]) -> None:
        """Give each picture its word.

        Args:
            base: Names of pictures by their sources, as published.
            ours: Those of the bank today.
            theirs: Those that the learner put in, by the places they go to.
        """
        self._count = 0
        self._new = dict(theirs)
        self._base = {source: self._new_word() for source in base}
        self._ours: dict[str, str] = {}
        gone = {name: source for source, name in base.items() if source not in ours}
        for source, name in ours.items():
            if base.get(source) == name:
                self._ours[source] = self._base[source]
            elif former := gone.pop(name, ""):
                self._ours[source] = self._base[former]
            else:
                self._ours[source] = self._new_word()
        named = {name: self._base[source] for source, name in base.items()}
        named |= {name: self._ours[source] for source, name in reversed(list(ours.items()))}
        self._theirs = self._base | {
            place: named.get(name) or self._new_word() for place, name in theirs.items()
        }
        self._back: dict[str, str] = {}
        self._replaced = {
            self._ours[source]: source for source, name in ours.items() if base.get(source, name) != name
        }

    def _new_word(self) -> str:
        self._count += 1
        return f"QXSHOWN{self._count}QX"

    def words(self, before: object, ours: object, theirs: object) -> tuple[object, object, object]:
        """Return values of three sides with their words; the bank's own way to write a source is kept for later."""
        sides = ((ours, self._ours), (theirs, self._theirs), (before, self._base))
        one, two, three = (self._put(value, words) for value, words in sides)
        return three, one, two

    def _put(self, value: object, words: Mapping[str, str]) -> object:
        if isinstance(value, tuple):
            return tuple(self._put(each, words) for each in value)
        if not words or not isinstance(value, str):
            return value
        written = _as_written(words)

        def put(found: re.Match[str]) -> str:
            word = written[found[0]]
            self._back.setdefault(word, found[0])
            return word

        return _find_sources(written).sub(put, value)

    def was_published(
        self, theirs: object, newest: object, published: Sequence[Mapping[str, str] | None]
    ) -> bool:
        """Report whether a learner's text is what the newest edition has: then it was taken before.

        Args:
            theirs: The text of the learner. Pictures in it that were published are no change of the learner's,
                whatever the bank has in their place now.
            newest: The text of the newest edition.
            published: The names of pictures by their sources, for each time that version was published.
        """
        if theirs == newest:
            return True
        if isinstance(theirs, tuple) and isinstance(newest, tuple):
            pairs = zip(theirs, newest, strict=False)
            return len(theirs) == len(newest) and all(
                self.was_published(one, other, published) for one, other in pairs
            )
        known = [each for each in published if each]
        if not (isinstance(theirs, str) and isinstance(newest, str) and known):
            return False
        text, mine = _cut_sources(theirs, [*self._base, *self._new])
        other_text, others = _cut_sources(newest, [source for each in known for source in each])
        return (
            text == other_text
            and len(mine) == len(others)
            and all(
                source not in self._new or any(each.get(other) == self._new[source] for each in known)
                for source, other in zip(mine, others, strict=True)
            )
        )

    def replaced_in(self, ours: object) -> tuple[str, ...]:
        """Return the sources in a text of the bank, in words, that are other pictures now than when published."""
        texts = "\n".join(ours) if isinstance(ours, tuple) else str(ours)
        return tuple(source for word, source in self._replaced.items() if word in texts)

    def back(self, value: object) -> object:
        """Return a value with the sources in it again: as the bank has them, else as the others have."""
        if isinstance(value, tuple):
            return tuple(map(self.back, value))
        if not isinstance(value, str):
            return value
        return re.sub(r"QXSHOWN\d+QX", lambda found: self._back.get(found[0], found[0]), value)


def swap_source(text: str, source: str, place: str) -> str:
    """Return a text that shows the picture at a place where it showed another."""
    return _find_sources(_as_written({source: ""})).sub(lambda _: place, text)


def _as_written(words: Mapping[str, str]) -> dict[str, str]:
    """Return words for sources as texts may write them."""
    return {each: word for source, word in words.items() for each in (quote(source), source)}


def _find_sources(written: Iterable[str]) -> re.Pattern[str]:
    choices = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
    return re.compile(rf"(?:(?<=[(<\"'=\s])|(?<=\[\[))(?:{choices})(?=[)>\"'\]|\s]|\Z)")


def _cut_sources(text: str, sources: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what is between the sources of pictures in a text, and the sources."""
    written = _as_written({source: source for source in sources})
    parts: list[str] = []
    found: list[str] = []
    place = 0
    for each in _find_sources(written).finditer(text) if written else ():
        parts.append(text[place : each.start()])
        found.append(written[each[0]])
        place = each.end()
    return [*parts, text[place:]], found
