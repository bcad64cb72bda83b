"""Text as searches and comparisons read it: without case, accents, and letters that only some alphabets have."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

BEGINNING = 5  # words are looked for by their first letters, from two up to so many
_WORD = re.compile(r"\w+")
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "ð": "d",
        "ø": "o",
        "þ": "th",
        "đ": "d",
        "ħ": "h",
        "ı": "i",
        "ĸ": "k",
        "ł": "l",
        "ŋ": "n",
        "œ": "oe",
        "ŧ": "t",
    }
)


def words(text: str) -> list[str]:
    """Return the words of `text`, folded."""
    return _WORD.findall(folded(text))


def words_before(text: str) -> list[str]:
    """Return as many words as `words` does, each as rows were stored before December 2026: only `unaccented`."""
    return _WORD.findall(unaccented(text))


def folded(text: str) -> str:
    """Return `text` in small letters without accents: `BJÖRK`, `Bjork` and `Bjørk` are one.

    Letters that are no others with an accent become what people type for them: ø o, ł l, æ ae, ß ss, đ d. Folding
    twice changes nothing.
    """
    return unaccented(text).translate(_LETTERS)


def unaccented(text: str) -> str:
    """Return `text` in small letters without accents, but with letters such as ø and ł as they are."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()


def beginnings(found: Iterable[str]) -> list[str]:
    """Return the beginnings of words by which a store can look for them."""
    return sorted({word[:length] for word in found for length in range(2, min(len(word), BEGINNING) + 1)})
