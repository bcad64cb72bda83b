"""What a barcode is on that no source of ours knows: a book, a film, a game, told by how its number begins.

A number that begins so proves nothing about a release that a source does know (there are audiobooks with the number of
a book), so this is asked last.

Source: GS1 General Specifications, section 1.4, for books, sheet music and serials; for films and games the company
prefixes that are printed on their publishers' own boxes.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache


class Kind(StrEnum):
    """What a barcode is on. Exported: never renamed."""

    BOOK = "book"
    SHEET_MUSIC = "sheet music"
    MAGAZINE = "magazine"
    FILM = "film"
    GAME = "game"


_OF_GS1 = (("9790", Kind.SHEET_MUSIC), ("978", Kind.BOOK), ("979", Kind.BOOK), ("977", Kind.MAGAZINE))
_FILMS = {
    "012236": "Lionsgate", "012569": "Warner", "024543": "20th Century Fox", "025192": "Universal", "027616": "MGM",
    "031398": "Lionsgate", "032429": "Paramount", "043396": "Sony Pictures", "085391": "Warner", "097360": "Paramount",
    "191329": "Universal", "715515": "Criterion", "717951": "Disney", "786936": "Disney", "883929": "Warner",
}  # fmt: skip
_GAMES = {
    "008888": "Ubisoft", "010086": "Sega", "013388": "Capcom", "014633": "Electronic Arts", "045496": "Nintendo",
    "047875": "Activision", "083717": "Konami", "093155": "Bethesda", "662248": "Square Enix", "710425": "Take-Two",
    "711719": "PlayStation", "722674": "Bandai Namco", "752919": "THQ", "885370": "Xbox",
}  # fmt: skip


@lru_cache(maxsize=512)
def kind(gtin: str) -> tuple[Kind, str] | None:
    """Return what a GTIN-14 is probably on, and whose prefix says so, "" for GS1's; None when it does not tell."""
    if gtin.startswith("0") and not gtin.startswith("00"):
        return next(((found, "") for start, found in _OF_GS1 if gtin[1:].startswith(start)), None)
    prefix = gtin[2:8]
    if prefix in _FILMS:
        return Kind.FILM, _FILMS[prefix]
    return (Kind.GAME, _GAMES[prefix]) if prefix in _GAMES else None


def sentence(gtin: str) -> str:
    """Return what a barcode that no source knows is on and where its row is kept; "" when its number does not tell."""
    found = kind(gtin)
    if found is None:
        return ""
    what, whose = found
    by = f", by its number one of {whose}'s" if whose else ", by its number"
    return f"It is probably a {what}{by}: take it elsewhere with the file elsewhere.csv."
