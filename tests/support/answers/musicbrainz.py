"""Answers of MusicBrainz, made from a few named facts.

Source: https://musicbrainz.org/doc/MusicBrainz_API (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]
_ARTIST = "00000000-0000-4000-8000-000000000001"


def search(*hits: Json) -> Json:
    """Return a page of a search; `hits` are made by `release`, without tracks."""
    return {"created": "2026-11-01T00:00:00.000Z", "count": len(hits), "offset": 0, "releases": list(hits)}


def release(
    mbid: str,
    title: str,
    *,
    artists: Sequence[tuple[str, str]] | None = (),
    date: str = "",
    country: str | None = None,
    label: tuple[str, str] | None = None,
    barcode: str | None = None,
    kind: str | None = "Album",
    media: Sequence[Json] = (),
) -> Json:
    """Return one release. `artists` are name and join phrase, None where the answer was asked for without them.

    `label` is the name and the catalogue number; `media` are made by `medium`; `kind` is that of the release group.
    """
    credited = [
        {"name": name, "artist": {"id": _ARTIST, "name": name, "sort-name": name}}
        | ({"joinphrase": join} if join else {})
        for name, join in artists or ()
    ]
    return {
        "id": mbid,
        "title": title,
        "status": "Official",
        **({} if artists is None else {"artist-credit": credited}),
        "release-group": {"title": title, "primary-type": kind},
        "date": date,
        "country": country,
        **({} if label is None else {"label-info": [{"catalog-number": label[1], "label": {"name": label[0]}}]}),
        **({} if barcode is None else {"barcode": barcode}),
        "media": list(media),
    }


def medium(form: str, *tracks: tuple[str, int], found: int = 0) -> Json:
    """Return one medium. `tracks` are title and length in milliseconds; a search tells only how many it `found`."""
    if found:
        return {"format": form, "disc-count": 0, "track-count": found}
    lines = [
        {"position": place, "number": str(place), "title": title, "length": length}
        for place, (title, length) in enumerate(tracks, start=1)
    ]
    return {"format": form, "position": 1, "track-count": len(lines), "tracks": lines}


def says(error: str) -> Json:
    """Return what MusicBrainz says when it refuses."""
    return {"error": error}


def url(number: str, *links: Json) -> Json:
    """Return the address of a release's page at Discogs, with its `links`: the answer when it is asked for alone."""
    return {
        "id": "00000000-0000-4000-8000-000000000002",
        "resource": f"https://www.discogs.com/release/{number}",
        "relations": list(links),
    }


def urls(*found: Json) -> Json:
    """Return the answer when several addresses are asked for: those that are known, made by `url`."""
    return {"url-count": len(found), "url-offset": 0, "urls": list(found)}


def link(mbid: str, *, kind: str = "discogs", ended: bool = False) -> Json:
    """Return the link of a release to an address, as `inc=release-rels` tells it."""
    return {
        "type": kind,
        "type-id": "4a78823c-1c53-4176-a5f3-58026c76f2bc",
        "direction": "backward",
        "target-type": "release",
        "begin": None,
        "end": None,
        "ended": ended,
        "attributes": [],
        "release": {"id": mbid, "title": "Title", "disambiguation": "", "barcode": None, "country": None},
    }


def related(artist: str, kind: str, *, credit: str = "", sort: str = "", what: str = "Person") -> Json:
    """Return the relation of an artist to a recording or a work.

    `credit` is how it spells the name, `sort` the name to sort by; `what` is the kind of artist.
    """
    known = {"id": f"of {artist}", "name": artist, "sort-name": sort or artist, "type": what, "disambiguation": ""}
    return _relation(kind, "artist", "backward") | {"target-credit": credit, "artist": known}


def performance(*relations: Json) -> Json:
    """Return the relation of a recording to a work that has `relations`, made by `related`."""
    work = {"id": "00000000-0000-4000-8000-000000000003", "title": "Work", "iswcs": [], "relations": list(relations)}
    return _relation("performance", "work", "forward") | {"work": work}


def recorded(answer: Json, *tracks: Sequence[Json], everywhere: Sequence[Json] = ()) -> Json:
    """Return a release whose tracks have recordings with these relations; `everywhere` are those of the release."""
    lines = [track for item in answer["media"] for track in item["tracks"]]
    for line, relations in zip(lines, tracks, strict=True):
        line["recording"] = {"id": "", "title": line["title"], "video": False, "relations": list(relations)}
    return {**answer, "relations": list(everywhere)}


def _relation(kind: str, target: str, direction: str) -> Json:
    return {
        "type": kind,
        "type-id": "00000000-0000-4000-8000-000000000004",
        "target-type": target,
        "direction": direction,
        "begin": None,
        "end": None,
        "ended": False,
        "attributes": [],
        "attribute-ids": {},
        "attribute-values": {},
        "source-credit": "",
        "target-credit": "",
    }
