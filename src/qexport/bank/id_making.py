"""Ids for questions whose source has none: short, readable, and the same whatever stands around the question."""

from __future__ import annotations

import re
from collections.abc import Collection
from hashlib import sha256

from qexport.common.romanising import romanise

_LONGEST_MADE_ID = 40
_MOST_WORDS = 5
_EVERYDAY_WORDS = """
    a an and are as at be between by can could did do does doing explain describe difference differences for from give
    has have how i if in into is it its me mean means meant name of on or please should some tell than that the their
    there they this to use used using was we were what whats what's when where which who why will with would you your
    der die das den dem ein eine einer ist sind was wie und oder von zu im in zwischen unterschied warum welche
    el la los las un una es son que qué cómo cuál diferencia entre y o de en le les des du est sont quoi comment quelle
    quel et ou ce différence il lo gli che cosa cos è di del tra come differenza o que é um uma qual como
    что такое как какие какой чем отличается почему зачем и в на это для между из от с есть разница
    що таке як які чим відрізняється чому навіщо та у це різниця між
    τι είναι πώς ποια ποιος η ο το και του της των διαφορά γιατί μεταξύ
    to jest są jak jaka jakie czym różnica między i w na się różni od
    jsou rozdíl mezi jaký v a proč hvad forskellen mellem på og hvorfor vad är och
    nedir nasıl arasındaki fark bir
"""
"""Words of questions in general, which say nothing of one; not those that are also terms, as in "ER diagram"."""
_EVERYDAY = frozenset(romanise(_EVERYDAY_WORDS).split())
_NAMES_WITH_SIGNS = {"c++": "cpp", "c#": "csharp", "f#": "fsharp"}
"""Names that are not the same without their signs."""
_ELISION = re.compile(r"\b(?:qu|[cdjlmnst]|all|dell|nell|un)'(?=[a-z])")
_NOT_OF_AN_ID = re.compile(r"<[^<>]*>|\]\([^)]*\)|\\[A-Za-z]+")
"""Tags, addresses of links, and commands of TeX."""
_ID_WORD = re.compile(r"(?<![a-z0-9])(?:c\+\+|[cf]#)(?!\w)|[a-z0-9]+(?:'[a-z]+)?")


def make_id(question: str, taken: Collection[str]) -> str:
    """Return an id for a question.

    Args:
        question: Its text.
        taken: Ids that are in use, folded by casefold().

    Returns:
        Up to five words of the question (`list-tuple`), or `q-` and a digest if most of its letters are not Latin,
        Greek or Cyrillic; with a part of the digest if the words are taken.
    """
    text = _NOT_OF_AN_ID.sub(" ", question.split("\n", maxsplit=1)[0])
    plain = _ELISION.sub("", romanise(text.replace("\u2019", "'")))
    words = [_NAMES_WITH_SIGNS.get(word, word) for word in _ID_WORD.findall(plain)]
    telling = [word.replace("'", "") for word in words if word not in _EVERYDAY] or words
    name = ""
    for word in telling[:_MOST_WORDS]:
        if len(name) + len(word) >= _LONGEST_MADE_ID:
            break
        name = f"{name}-{word}" if name else word
    letters = 0 if plain.isascii() else sum(character.isalpha() for character in plain)
    is_named = name and sum(map(len, words)) * 2 >= letters
    if is_named and name.casefold() not in taken:
        return name
    digest = sha256(" ".join(question.split()).encode("utf-8", "surrogatepass")).hexdigest()
    if not is_named:
        name = f"q-{digest[:6]}"
    for length in (0, 4, 8, 16, 64):
        chosen = f"{name}-{digest[:length]}" if length else name
        if chosen.casefold() not in taken:
            return chosen
    number = 2  # the same question twice
    while f"{name}-{digest[:4]}-{number}" in taken:
        number += 1
    return f"{name}-{digest[:4]}-{number}"
