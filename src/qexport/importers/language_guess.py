"""Texts → the language they are in, by their script and their commonest words.

Libraries for this weigh 19 MB (simplemma 2.0), 96 MB (lingua 2.1), or 5 MB with numpy (py3langid 0.4): too much for one
line of a new bank, which is reported and easy to correct.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

_SIGNS_OF_SCRIPTS = {
    "ja": "\u3040-\u30ff",
    "ko": "\uac00-\ud7af",
    "zh": "\u3400-\u4dbf\u4e00-\u9fff",
    "ru": "\u0400-\u04ff",
    "el": "\u0370-\u03ff",
    "he": "\u0590-\u05ff",
    "ar": "\u0600-\u06ff",
    "hi": "\u0900-\u097f",
    "th": "\u0e00-\u0e7f",
}
"""Language → characters that only it, or mostly it, is written with."""
_UKRAINIAN = re.compile("[іїєґ]", re.IGNORECASE)
_COMMON_WORDS = {
    "en": "the is are what how of and to does between which when why you it with for that this",
    "de": "der die das und ist nicht ein eine wie was wird werden mit von für auf den dem im zu sind oder welche",
    "fr": "le les des est une et dans pour qui par sur pas avec quelle quel sont cette comment du aux ou qu",
    "es": "el los las una qué cuál cómo para con por se son y más entre que como",
    "it": "il gli di che è una con quale cosa della dei nel sono tra più cos si",
    "pt": "um uma não são para com qual é em mais que como ou pelo pela",
    "nl": "het een van niet wat hoe voor met wordt zijn dat welke of naar",
    "pl": "jest nie na się jak czy jaki jakie oraz przez",
    "cs": "jsou jak na se že pro nebo který jaké jaký je",
    "tr": "ve bir bu için ile nedir nasıl olarak hangi",
    "sv": "och är att som för inte vad hur det den",
    "da": "og er ikke hvad hvordan af det at som",
    "id": "yang dan adalah apa untuk dengan dari",
}
"""Language → words that nearly every text of it has, and code and English have not."""
_SETS = {tag: frozenset(words.split()) for tag, words in _COMMON_WORDS.items()}
_FEWEST = 3
"""Words by which a language is known."""


def guess_language(texts: Iterable[str]) -> str:
    """Return the BCP 47 tag of the language that most of the texts are in; empty if it is not sure."""
    text = "\n".join(texts).lower()
    letters = sum(map(str.isalpha, text))
    # A sign of Chinese says as much as some letters.
    weights = {
        tag: len(re.findall(f"[{signs}]", text)) * (3 if tag in ("ja", "ko", "zh") else 1)
        for tag, signs in _SIGNS_OF_SCRIPTS.items()
    }
    if weights["ja"] * 10 > weights["zh"]:  # Japanese has Chinese signs too
        weights["ja"] += weights.pop("zh")
    tag = max(weights, key=lambda each: weights[each])
    if weights[tag] * 2 > letters:
        return "uk" if tag == "ru" and _UKRAINIAN.search(text) else tag
    words = Counter(re.findall(r"[^\W\d_]+", text))
    counts = {tag: sum(words[word] for word in known) for tag, known in _SETS.items()}
    best, second = sorted(counts, key=lambda each: -counts[each])[:2]
    return best if counts[best] >= _FEWEST and counts[best] * 4 > counts[second] * 5 else ""
