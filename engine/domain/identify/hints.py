"""What a file says of a release, compared with a release: what agrees, and what speaks against it. Pure.

What one of the two does not say is neither.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.domain.folding import folded
from engine.domain.identify.candidates import alike, word_counts
from engine.domain.identify.named import Named
from engine.domain.identify.releases import Release

WORDS = {
    "catalog_number": "catalogue number",
    "artist": "artist",
    "title": "title",
    "label": "label",
    "country": "country",
    "year": "year",
}
HEAVY = frozenset({"catalog_number", "artist", "title"})  # a release without these is hardly the one
_NAMESAKE = re.compile(r"\s*\(\d+\)$")
_YEAR = re.compile(r"(?<![0-9])(?:18|19|20)[0-9]{2}(?![0-9])")
_SEVERAL = re.compile(r"\s*[,;|]\s*")
_COUNTRIES = {
    "usa": "us", "u.s.": "us", "u.s.a.": "us", "united states": "us", "united states of america": "us", "gb": "uk",
    "great britain": "uk", "united kingdom": "uk", "england": "uk", "de": "germany", "deutschland": "germany",
    "west germany": "germany", "fr": "france", "jp": "japan", "nl": "netherlands", "holland": "netherlands",
    "it": "italy", "italia": "italy", "es": "spain", "espana": "spain", "ca": "canada", "au": "australia",
}  # fmt: skip


def compared(named: Named, release: Release) -> Mapping[str, bool]:
    """Return of each fact that both say, by its name in `WORDS`, whether they agree."""
    year = _YEAR.search(named.year)
    judged = {
        "catalog_number": _same_number(named.catalog_number, (release.catalog_number, *release.other_numbers)),
        "artist": _within(_NAMESAKE.sub("", named.artist), release.artist),
        "title": _same_title(named.title, release),
        "label": _within(_NAMESAKE.sub("", named.label), release.label),
        "country": _same_country(named.country, release.country),
        "year": int(year[0]) == release.year if year and release.year else None,
    }
    return {name: agrees for name, agrees in judged.items() if agrees is not None}


def deciding(named: Named, best: Release, other: Release) -> str:
    """Return what the file says that `best` is and `other` is not, "" where that decides nothing between them."""
    ours, theirs = compared(named, best), compared(named, other)
    for_other = any(theirs.get(name) and agrees is False for name, agrees in ours.items())
    found = [name for name, agrees in ours.items() if agrees and theirs.get(name) is False]
    return "" if for_other else " and ".join(said(named, name) for name in found)


def against(named: Named, release: Release) -> list[str]:
    """Return the names of the facts in which the file says something else; labels have too many names to count."""
    return [name for name, agrees in compared(named, release).items() if not agrees and name != "label"]


def said(named: Named, name: str) -> str:
    """Return a fact as the file says it: `catalogue number “CK 63628”`."""
    return f"{WORDS[name]} “{getattr(named, name)}”"


def _number(text: str) -> str:
    return "".join(filter(str.isalnum, folded(text)))


def _same_number(text: str, numbers: tuple[str, ...]) -> bool | None:
    """Return whether one of the file's catalogue numbers is one of the release's, whatever stands between digits."""
    ours = {_number(part) for part in (text, *_SEVERAL.split(text))} - {""}
    theirs = {_number(part) for number in numbers for part in (number, *_SEVERAL.split(number))} - {""}
    return bool(ours & theirs) if ours and theirs else None


def _within(text: str, other: str) -> bool | None:
    """Return whether all words of one of two names are in the other: `Soma` is `Soma Quality Recordings`."""
    ours, theirs = set(word_counts(text)), set(word_counts(other))
    return ours <= theirs or theirs <= ours if ours and theirs else None


def _same_title(text: str, release: Release) -> bool | None:
    ours, theirs = word_counts(text), word_counts(release.title)
    return alike(ours, theirs) or (not release.artist and ours <= theirs) if ours and theirs else None


def _same_country(text: str, other: str) -> bool | None:
    def places(country: str) -> set[str]:
        parts = re.split(r"\s*(?:,|&| and )\s*", folded(country).strip())
        return {_COUNTRIES.get(part, part) for part in parts if part}

    return bool(places(text) & places(other)) if places(text) and places(other) else None
