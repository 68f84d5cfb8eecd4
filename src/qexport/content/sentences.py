"""Where the sentences of a plain text end, as far as that is sure."""

from __future__ import annotations

from qexport.common.patterns import compile_late


def _make_short_form_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SENTENCE_END = compile_late(r"""[.!?](?<![.…].)[)\]"'”’»]* (?=\S)""")
"""It begins with a set of characters, which the engine skips to."""
_BEFORE_WORDS = "([\"'“‘«"
_LETTERS_OR_NUMBER = compile_late(r"(?:[^\W\d]\.)*[^\W\d]|\d+")
_FIRST_WORD = compile_late(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_ABBREVIATIONS = _make_short_form_set(
    """abb abs adj al approx apr art aug bzw ca cf ch chap co col corp dec dept dr ed eds eq eqs esp est et
    etc ev evtl feb fig figs ggf inc incl inkl jan jr jun lt ltd max min mio mr mrs ms no nos nov nr oct op
    orig p pp prof ref refs resp sec sect sep sept spec sr st std ste tab usw var vgl viz vol vols vs"""
)
"""What ends in a full stop inside a sentence as well; letters alone (`e.g`, `J`) and numbers do so too."""

_LONGEST_ABBREVIATION = max(map(len, _ABBREVIATIONS))

_GOING_ON = _make_short_form_set(
    """a also although always an and as avoid because both but consider do don't either ensure even finally
    for further furthermore hence here however if in instead it it's its make meanwhile moreover never nor
    only or otherwise prefer rather remember similarly since so such that that's the their them then there
    therefore these they this those though thus unless use we what when where which while who why yet you
    your"""
)
"""What begins a sentence that goes on with the one before, or one that says how to do it right."""


def sentence_groups(text: str) -> list[str]:
    """Return the text in pieces that each say one thing: a sentence, or some that belong together.

    Joined by single spaces they are the text. Where it is not sure that a sentence ends, or that the next one
    is complete, there is no cut.
    """
    groups = []
    start = looked = depth = quotes = 0
    has_signs = any(sign in text for sign in '"()[]{}')
    for ending in _SENTENCE_END.finditer(text):
        if has_signs:
            piece = text[looked : ending.end()]
            depth += sum(map(piece.count, "([{")) - sum(map(piece.count, ")]}"))
            quotes += piece.count('"')
        looked = ending.end()
        if (
            depth == 0
            and quotes % 2 == 0
            and not _is_abbreviated(_find_last_word(text[max(start, ending.start() - 40) : ending.start()]))
            and _is_new(text, looked)
        ):
            groups.append(text[start : looked - 1])
            start = looked
    return [*groups, text[start:]]


def _find_last_word(text: str) -> str:
    """Return what stands behind the last blank or opening sign of a text."""
    word = "" if text[-1:].isspace() else (text.rsplit(None, 1) or [""])[-1]
    if not word.isalpha():  # as most are
        for sign in _BEFORE_WORDS:
            if sign in word:
                word = word.rpartition(sign)[2]
    return word


def _is_abbreviated(word: str) -> bool:
    if word.isalpha():
        return len(word) == 1 or (len(word) <= _LONGEST_ABBREVIATION and word.casefold() in _ABBREVIATIONS)
    return word.casefold() in _ABBREVIATIONS or _LETTERS_OR_NUMBER.fullmatch(word) is not None


def _is_new(text: str, at: int) -> bool:
    first = _FIRST_WORD.match(text, at)
    return first is not None and first[0][0].isupper() and first[0].casefold() not in _GOING_ON
