"""Where a name may end: not in a word, bracket, quotation, credit or second title, nor before a number. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.domain.listing.wording import clipped

_BRACKETS = {"(": ")", "[": "]", "{": "}", "“": "”", "«": "»", "‘": "’", "„": "“"}
_QUOTATIONS = re.compile(r"(?<!\d)\"[^\"]+\"|(?<!\w)'[^']+'(?!\w)")
_NUMBERED = re.compile(
    r"(?:vol|volume|no|nos|nr|number|pt|part|parts|disc|op|opus|chapter|book|series|act|symphony|#)\.?,?",
    re.IGNORECASE,
)
_DANGLING = re.compile(
    r"(?:[ ,;:/&+=\-–—•.]+|(?:(?<= )|^)(?:a|an|and|at|by|feat|featuring|for|from|in|of|on|or|the|to|with|und|et|y|der"
    r"|die|das|le|la|les|de|vol|volume|no|nr|pt|part|op)\.?)$",
    re.IGNORECASE,
)


def beginnings(name: str) -> Iterator[str]:
    """Yield a name and all its beginnings that may stand for it, the longest first."""
    if name:
        yield name
    held = list(_held(name))
    blanks = [found.start() for found in re.finditer(" ", name)]
    seen = {name}
    for place in reversed(blanks):
        if any(begin < place < end for begin, end in held) or _before_its_number(name, place):
            continue
        beginning = _whole(name[:place])
        if beginning and beginning not in seen:
            seen.add(beginning)
            yield beginning


def fewer_artists(name: str, artists: Sequence[str]) -> Iterator[str]:
    """Yield artists as they are joined and all beginnings that end with one of `artists`, the longest first."""
    if name:
        yield name
    place, ends = 0, []
    for artist in artists:
        found = name.find(artist, place)
        if found < 0:
            return
        place = found + len(artist)
        ends.append(place)
    yield from (name[:end] for end in reversed(ends) if end < len(name))


def both(artists: Sequence[str], titles: Sequence[str], dash: str, room: int) -> tuple[str, str]:
    """Return the artist and the title that fit into `room` characters together, joined by `dash`.

    As much of the title as fits beside one artist comes first, then as many artists as fit; an artist before none.
    """
    found = [(artist, title) for artist in (*artists, "") if (title := _longest(titles, room - _taken(artist, dash)))]
    if found:
        return max(found, key=lambda pair: (bool(pair[0]), len(pair[1]), len(pair[0])))
    artist = _longest(artists, room)
    return (artist, "") if artist or not titles else ("", clipped(titles[0], room))


def _taken(artist: str, dash: str) -> int:
    return len(artist) + len(dash) if artist else 0


def _longest(names: Sequence[str], room: int) -> str:
    return next((name for name in names if len(name) <= room), "")


def _whole(beginning: str) -> str:
    """Return a beginning without words that lead to what was left out."""
    while found := _DANGLING.search(beginning):
        beginning = beginning[: found.start()]
    return beginning


def _before_its_number(name: str, place: int) -> bool:
    before = name[:place].rpartition(" ")[2]
    return bool(_NUMBERED.fullmatch(before))


def _held(name: str) -> Iterator[tuple[int, int]]:
    """Yield the spans inside which a name is not cut."""
    yield from ((found.start(), found.end()) for found in _QUOTATIONS.finditer(name))
    slashes = [found.end() for found in re.finditer(" / ", name)]
    yield from zip(slashes, [slash - len(" / ") for slash in slashes[1:]] + [len(name)], strict=False)
    opened: list[tuple[str, int]] = []
    for place, letter in enumerate(name):
        if opened and letter == opened[-1][0]:
            yield opened.pop()[1], place + 1
        elif letter in _BRACKETS:
            opened.append((_BRACKETS[letter], place))
