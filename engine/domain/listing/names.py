"""Names as a buyer reads them, in place of a database's own ways of writing them. Pure.

Source: Discogs' guidelines for names, https://support.discogs.com (read 2026-11): a number parts artists of one name,
"Not On Label" and "Unknown Artist" stand where nothing is known, "=" parts a title from its translation.
"""

from __future__ import annotations

import re

from engine.domain.identify.releases import Release
from engine.domain.listing.wording import plain

_NUMBERED = re.compile(r" \(\d{1,4}\)(?=$|[ ,&/+])")
_BEHIND = re.compile(r"(?:(?<=^)|(?<=, )|(?<=& )|(?<=/ )|(?<=\+ ))([^,&/+]+?), (The|A|An)(?= *(?:$|[,&/+=(]))")
_NOBODY = frozenset({"unknown artist", "no artist", "[unknown]", "[no artist]"})
_NO_LABEL = re.compile(r"not on label\b|none$|\[no label\]|white label$", re.IGNORECASE)
_EQUALS = re.compile(r"\s*=\s*$|^\s*=\s*")


def artist_name(name: str) -> str:
    """Return artists without numbers behind them and with "The" in front; "" for an unknown one."""
    bare = _in_order(_NUMBERED.sub("", plain(name)))
    return "" if bare.casefold() in _NOBODY else bare


def title_name(name: str) -> str:
    """Return a title with "The" in front and without an equals sign that leads nowhere."""
    return _in_order(_EQUALS.sub("", plain(name)))


def label_name(name: str) -> str:
    """Return a label without a number behind it; "" where there is none."""
    bare = _NUMBERED.sub("", plain(name))
    return "" if _NO_LABEL.match(bare) else bare


def artists_of(release: Release) -> tuple[str, ...]:
    """Return the artists one by one, as far as they are told apart."""
    names = (artist_name(name) for name in release.artists or (release.artist,))
    return tuple(dict.fromkeys(filter(None, names)))


def buyers_names(release: Release) -> tuple[str, str]:
    """Return artist and title; a title without an artist where both are the same."""
    artist, title = artist_name(release.artist), title_name(release.title)
    return ("", title) if artist.casefold() == title.casefold() else (artist, title)


def _in_order(name: str) -> str:
    return _BEHIND.sub(lambda found: f"{found[2]} {found[1]}", name)
