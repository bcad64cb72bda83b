"""MusicBrainz: what it knows of barcodes and of a release, told in Discogs' words.

Limits: one call a second and address on average, and a User-Agent that names us. A 503 means busy, never "not there";
it may ask for a wait of 0 s, and a second later the call usually works. Genres are left out: they are computed from
the tags of users, whose licence (CC BY-NC-SA) forbids commercial listings.

Source: https://musicbrainz.org/doc/MusicBrainz_API (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from engine.domain.releases import Format, Release, Track
from engine.domain.upc import forms
from engine.upstream.barcodes import gtins
from engine.upstream.http import Answer, Door, Gate, Line
from engine.upstream.patience import patient
from engine.upstream.words import country, medium

_PAGE = 100
_QUERY_LETTERS = 1_800  # of one search: the whole address stays below 2,000
_OR = " OR "
_SITE = "https://musicbrainz.org/release/"
_VARIOUS_ARTISTS = "89ad4ac3-39f7-470e-963a-56509c546377"
_KINDS = {"Promotion": "Promo", "Bootleg": "Unofficial Release"}
_INC = "artist-credits+labels+recordings+media+release-groups"


class MusicBrainz:
    """The MusicBrainz web service."""

    def __init__(self, line: Line, base: str, *, gate: Gate | None = None) -> None:
        self._door = Door("musicbrainz", base, line, gate=gate)

    def search(self, gtin14s: Sequence[str]) -> dict[str, list[Release]]:
        """Return the releases that carry each barcode; every barcode is a key, [] when MusicBrainz has none.

        One call for as many as `one_search` takes, more only when there are over a hundred hits.

        Raises:
            UpstreamDown: MusicBrainz does not answer, or is busy at every one of several quick tries.
        """
        found: dict[str, list[Release]] = {gtin: [] for gtin in gtin14s}
        left = list(found)
        while left:
            asked = one_search(left)
            for release in self._hits(asked):
                for gtin in release.barcodes & found.keys():
                    found[gtin].append(release)
            left = left[len(asked) :]
        return found

    def release(self, mbid: str) -> Release | None:
        """Return one release; None when MusicBrainz does not have it (404)."""
        answer = self._ask("release", f"/ws/2/release/{mbid}", {"inc": _INC, "fmt": "json"}, needs=("id", "title"))
        return parse_release(answer.body) if answer.found else None

    def _hits(self, gtin14s: Sequence[str]) -> Iterator[Release]:
        """Yield every release that carries one of the barcodes, in whatever length it is stored."""
        barcodes = _OR.join(form for gtin in gtin14s for form in forms(gtin))
        params = {"query": f"barcode:({barcodes})", "fmt": "json", "limit": str(_PAGE)}
        seen = 0
        while True:
            answer = self._ask("search", "/ws/2/release/", {**params, "offset": str(seen)}, needs=("count", "releases"))
            hits = parse_search(answer.body)
            yield from hits
            seen += len(hits)
            if not hits or seen >= answer.body["count"]:
                return

    def _ask(self, point: str, path: str, params: Mapping[str, str], *, needs: Sequence[str]) -> Answer:
        return patient(lambda: self._door.ask(point, "GET", path, params=params, needs=needs))


def one_search(gtin14s: Sequence[str]) -> list[str]:
    """Return the first of `gtin14s`, one at least, as many as one search can ask for: some 35."""
    letters = accumulate(sum(len(form) + len(_OR) for form in forms(gtin)) for gtin in gtin14s)
    count = sum(1 for total in letters if total <= _QUERY_LETTERS)
    return list(gtin14s[: max(1, count)])


def parse_search(body: Mapping[str, Any]) -> list[Release]:
    """Return the releases of a search answer; they have no tracks."""
    return [_release(hit, complete=False) for hit in body["releases"]]


def parse_release(body: Mapping[str, Any]) -> Release:
    """Return the release that a release answer describes."""
    return _release(body, complete=True)


def _release(body: Mapping[str, Any], *, complete: bool) -> Release:
    label, catalog_number = _label(body.get("label-info") or ())
    media = body.get("media") or ()
    return Release(
        source="musicbrainz",
        id=body["id"],
        artist=_artist(body.get("artist-credit") or ()),
        title=body["title"],
        released=body.get("date") or "",
        country=country(body.get("country")),
        label=label,
        catalog_number=catalog_number,
        formats=_formats(media, _descriptions(body)),
        barcodes=gtins((body.get("barcode") or "",)),
        tracks=tuple(_tracks(media)),
        url=_SITE + body["id"],
        complete=complete,
    )


def _artist(names: Iterable[Mapping[str, Any]]) -> str:
    """Return the artists as credited; MusicBrainz' `Various Artists` is Discogs' `Various`."""
    return "".join(
        ("Various" if credit["artist"]["id"] == _VARIOUS_ARTISTS else credit["name"]) + (credit.get("joinphrase") or "")
        for credit in names
    )


def _label(infos: Iterable[Mapping[str, Any]]) -> tuple[str, str]:
    """Return the first label and its catalogue number, "" for each that is unknown or `[none]`."""
    info: Mapping[str, Any] = next(iter(infos), {})
    words = ((info.get("label") or {}).get("name") or "", info.get("catalog-number") or "")
    name, number = ("" if word.startswith("[") else word for word in words)
    return name, number


def _descriptions(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what the release is (`Album`, `Compilation`, `Promo`) in Discogs' words."""
    group = body.get("release-group") or {}
    words = (group.get("primary-type"), *(group.get("secondary-types") or ()), _KINDS.get(body.get("status") or ""))
    return tuple(word for word in words if word and word != "Other")


def _formats(media: Iterable[Mapping[str, Any]], descriptions: tuple[str, ...]) -> tuple[Format, ...]:
    """Return the media, those of one kind counted together; what the release is stands with the first."""
    count: dict[tuple[str, tuple[str, ...]], int] = {}
    for item in media:
        kind = medium(item.get("format"))
        count[kind] = count.get(kind, 0) + 1
    return tuple(
        Format(name, quantity, words + (() if place else descriptions))
        for place, ((name, words), quantity) in enumerate(count.items())
        if name
    )


def _tracks(media: Sequence[Mapping[str, Any]]) -> Iterator[Track]:
    """Yield the tracks, their disc before their number (`2-1`) when there are several discs."""
    for disc, item in enumerate(media, start=1):
        for track in item.get("tracks") or ():
            number = track.get("number") or ""
            length = track.get("length")
            yield Track(
                f"{disc}-{number}" if len(media) > 1 else number,
                track["title"],
                "{}:{:02}".format(*divmod(round(length / 1000), 60)) if length else "",
            )
