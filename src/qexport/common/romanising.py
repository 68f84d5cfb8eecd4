"""Letters that are Latin with a sign, Greek or Cyrillic → plain Latin letters, for names that have to be ASCII.

Libraries for this are many times as large as the table: anyascii 0.3 has 345 kB for all of Unicode, and reads Japanese
signs as Chinese. Scripts that need a dictionary or vowels (Chinese, Japanese, Arabic, Hebrew, Thai) stay as they are.
"""

from __future__ import annotations

import unicodedata


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


_FROM_LATIN = _pairs("ß=ss ø=o ł=l đ=d ð=d ħ=h ı=i ŧ=t ŋ=n æ=ae œ=oe þ=th ĸ=q ɖ=d ə=e ƙ=k ɓ=b ɗ=d")
"""As the transform Latin-ASCII of Unicode's CLDR has them; letters with accents are decomposed."""
_FROM_CYRILLIC = _pairs(
    "а=a б=b в=v г=g д=d е=e ё=e ж=zh з=z и=i й=i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh ц=ts ч=ch ш=sh"
    " щ=shch ъ=ie ы=y ь= э=e ю=iu я=ia ґ=g є=ie і=i ї=i ў=u ђ=d ѓ=g љ=lj њ=nj ћ=c ќ=k џ=dz ѕ=dz ј=j"
)
"""As ICAO Doc 9303, part 3, section 6 B has them, for passports; ь is left out."""
_FROM_GREEK = _pairs(
    "α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o"
)
"""As ISO 843 has them, type 2 (transcription), letter by letter."""
_LETTER_TABLE = str.maketrans({**_FROM_LATIN, **_FROM_CYRILLIC, **_FROM_GREEK})
_FIRST_ACCENT = 10
"""Combining classes below make other letters: が of か, क़ of क."""


def romanise(text: str) -> str:
    """Return a text in small letters without accents, those of Latin, Greek and Cyrillic as ASCII.

    Args:
        text: In any script; what is of another script stays.
    """
    if text.isascii():
        return text.lower()
    known = (
        unicodedata.normalize("NFKC", text).lower().translate(_LETTER_TABLE)
    )  # now, while й is no и with a sign
    parts = unicodedata.normalize("NFKD", known)
    plain = "".join(each for each in parts if unicodedata.combining(each) < _FIRST_ACCENT)
    return unicodedata.normalize(
        "NFC", plain.translate(_LETTER_TABLE)
    )  # ή and ǿ are in the table only without accents
