"""Choices, and what their source says of the right ones → letters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from qexport.bank.model import LETTERS


def letters_of(said: Sequence[str], choices: Sequence[str]) -> tuple[str, ...]:
    """Return the letters of the choices that are meant by letters, by their texts or by numbers; empty if unsure."""
    texts = {" ".join(choice.split()).casefold(): LETTERS[place] for place, choice in enumerate(choices)}
    letters: list[str] = []
    parts = [
        part
        for text in said
        for part in ([text] if _names_whole(text, texts) else re.split(r"[,;|\s]+", text))
    ]
    for part in filter(None, parts):
        bare = part.strip("().: ").casefold()
        own = _OWN_LETTER.match(part)  # "B. this", where the choice b is "this"
        if fold_text(part) in texts:
            letters.append(texts[fold_text(part)])
        elif own and texts.get(fold_text(part[own.end() :])) == own[1].casefold():
            letters.append(own[1].casefold())
        elif len(bare) == 1 and bare in LETTERS[: len(choices)]:
            letters.append(bare)
        elif (
            re.fullmatch(r"(?:option|choice|answer)?_?([a-z])", bare) and bare[-1] in LETTERS[: len(choices)]
        ):
            letters.append(bare[-1])
        elif bare.isascii() and bare.isdigit() and len(bare) < 3 and 1 <= int(bare) <= len(choices):
            letters.append(LETTERS[int(bare) - 1])
        else:
            return ()
    return tuple(sorted(set(letters)))


def _names_whole(text: str, texts: Mapping[str, str]) -> bool:
    """Report whether a text is one choice, perhaps with a letter before it."""
    own = _OWN_LETTER.match(text)
    return fold_text(text) in texts or (own is not None and fold_text(text[own.end() :]) in texts)


def fold_text(text: str) -> str:
    """Return a text as it is compared: in one case, with single spaces."""
    return " ".join(text.split()).casefold()


def without_own_letters(choices: Sequence[str]) -> tuple[str, ...]:
    """Return choices without the letters or numbers that their source wrote before them: `A. this`, `(b) that`.

    Args:
        choices: All of a question; they stay as they are unless each begins with its own letter or number.
    """
    found = [_OWN_LETTER.match(choice) for choice in choices]
    signs = [match[1].casefold() if match else "" for match in found]
    for expected in (LETTERS, tuple(map(str, range(1, len(LETTERS) + 1)))):
        if len(signs) > 1 and signs == list(expected[: len(signs)]):
            return tuple(
                choice[match.end() :].strip() for choice, match in zip(choices, found, strict=True) if match
            )
    return tuple(choices)


_OWN_LETTER = re.compile(r"\(?([A-Za-z]|[0-9]{1,2})(?:\\?[.)]|:)[ \t]+(?=\S)")
