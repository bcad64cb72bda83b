"""Answers of Discogs, made from a few named facts: the fields that a parser reads, and the ones around them.

Source: https://www.discogs.com/developers (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Json = dict[str, Any]
FormatFacts = tuple[str, int, Sequence[str]] | tuple[str, int, Sequence[str], str]
_API = "https://api.discogs.com"


def search(*results: Json) -> Json:
    """Return a page of a search; `results` are made by `hit`."""
    found = len(results)
    pages = {"page": 1, "pages": min(found, 1), "per_page": 50, "items": found, "urls": {}}
    return {"pagination": pages, "results": list(results)}


def hit(
    number: int,
    title: str,
    *,
    kind: str = "release",
    country: str = "US",
    year: str = "",
    formats: Sequence[FormatFacts] = (("CD", 1, ()),),
    labels: Sequence[str] = (),
    catno: str = "",
    barcodes: Sequence[str] = (),
    genres: Sequence[str] = (),
    styles: Sequence[str] = (),
    have: int = 0,
    slug: str = "",
) -> Json:
    """Return one line of a search answer. `title` is `Artist - Title`; `kind` is `release` or `master`.

    `formats` are name, quantity, descriptions and text. Only a release tells them in parts, and how many there are.
    """
    parts = [_format(*medium) for medium in formats]
    told = {"format_quantity": sum(medium[1] for medium in formats), "formats": parts} if kind == "release" else {}
    return {
        "country": country,
        **({"year": year} if year else {}),
        "format": [word for medium in formats for word in (medium[0], *medium[2])],
        "label": list(labels),
        "type": kind,
        "genre": list(genres),
        "style": list(styles),
        "id": number,
        "barcode": list(barcodes),
        "uri": f"/{kind}/{number}{slug}",
        "catno": catno,
        "title": title,
        "resource_url": f"{_API}/{kind}s/{number}",
        "community": {"want": 0, "have": have},
        **told,
    }


def release(
    number: int,
    title: str,
    *,
    artists: Sequence[tuple[str, str, str]] = (),
    labels: Sequence[tuple[str, str]] = (),
    formats: Sequence[FormatFacts] = (),
    credited: Sequence[tuple[str, str]] = (),
    barcodes: Sequence[str] = (),
    matrices: Sequence[str] = (),
    released: str = "",
    country: str | None = None,
    genres: Sequence[str] = (),
    styles: Sequence[str] = (),
    tracks: Sequence[Json] = (),
    have: int = 0,
    lowest_price: float | None = None,
    slug: str = "",
) -> Json:
    """Return one release.

    `artists` are name, name on the sleeve and join phrase; `labels` name and catalogue number. `tracks` are made by
    `track`, `heading` and `work`. `credited` are names and roles. `lowest_price` is in dollars, None when nobody
    sells it.
    """
    codes = [("Barcode", code) for code in barcodes] + [("Matrix / Runout", code) for code in matrices]
    return {
        "id": number,
        "status": "Accepted",
        "year": int(released[:4]) if released[:4].isdecimal() else 0,
        "uri": f"https://www.discogs.com/release/{number}{slug}",
        "artists": [{"name": name, "anv": anv, "join": join, "role": ""} for name, anv, join in artists],
        "labels": [{"name": name, "catno": catno} for name, catno in labels],
        "extraartists": [{"name": name, "anv": "", "join": "", "role": role, "tracks": ""} for name, role in credited],
        "formats": [_format(*medium) for medium in formats],
        "community": {"have": have, "want": 0},
        "num_for_sale": 0 if lowest_price is None else 1,
        "lowest_price": lowest_price,
        "title": title,
        "country": country,
        "released": released,
        "identifiers": [{"type": kind, "value": value} for kind, value in codes],
        "genres": list(genres),
        "styles": list(styles),
        "tracklist": list(tracks),
    }


def _format(name: str, count: int, words: Sequence[str], text: str = "") -> Json:
    """Return one medium; where nobody wrote a text, a release answer has none."""
    return {"name": name, "qty": str(count), **({"text": text} if text else {}), "descriptions": list(words)}


def track(position: str, title: str, duration: str = "") -> Json:
    """Return a track."""
    return {"position": position, "type_": "track", "title": title, "duration": duration}


def heading(title: str) -> Json:
    """Return a line of the track list that is no track."""
    return {"position": "", "type_": "heading", "title": title, "duration": ""}


def work(title: str, *parts: Json) -> Json:
    """Return a work whose parts are tracks."""
    return {"position": "", "type_": "index", "title": title, "duration": "", "sub_tracks": list(parts)}


def suggestions(dollars: Mapping[str, float], currency: str = "USD") -> Json:
    """Return the suggested prices by grade."""
    return {grade: {"currency": currency, "value": value} for grade, value in dollars.items()}


def says(message: str) -> Json:
    """Return what Discogs says when it refuses."""
    return {"message": message}
