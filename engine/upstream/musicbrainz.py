"""MusicBrainz: what it knows of barcodes and of a release, in Discogs' words.

Limits: one call a second and address on average, and a User-Agent that names us. A 503 means busy, never "not there";
it may ask for a wait of 0 s, and a second later the call usually works. Genres are left out: they are computed from
the tags of users, whose licence (CC BY-NC-SA) forbids commercial listings.

`/ws/2/url?resource=ADDRESS&inc=release-rels` tells `{id, resource, relations: [{type, direction, ended, release}]}` of
an address, 404 where it is not known. Up to 100 of `resource` at once tell `{url-count, url-offset, urls: [...]}` of
those that are known.

Source: https://musicbrainz.org/doc/MusicBrainz_API (read 2026-11), and answers to `/ws/2/url` as others recorded them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from engine.codec import replace
from engine.domain.identify.barcodes import forms
from engine.domain.identify.incomplete import incomplete_forms
from engine.domain.identify.named import Named
from engine.domain.identify.releases import Format, Listing, Release, Track
from engine.upstream import fields
from engine.upstream.barcodes import completed, gtins
from engine.upstream.fields import Body
from engine.upstream.http import UNLIMITED, HttpTransport, Limiter, ServiceApi, ServiceClient, ServiceResponse
from engine.upstream.musicbrainz_credits import CREDITS, parse_credits
from engine.upstream.quick_retries import retry_while_busy
from engine.upstream.release_pages import paged_release, release_page
from engine.upstream.vocabulary import country, disc, medium

_PAGE = 100
_QUERY_LETTERS = 1_800  # of one search: the whole address stays below 2,000
_OR = " OR "
_NAMESAKE = re.compile(r" \(\d+\)$")  # the number that Discogs gives one of several of a name
_QUOTED = re.compile(r'["\\]')
_SITE = "https://musicbrainz.org/release/"
VARIOUS_ARTISTS = "89ad4ac3-39f7-470e-963a-56509c546377"
_KINDS = {"Promotion": "Promo", "Bootleg": "Unofficial Release"}
LINKED_AT_ONCE = 25  # MusicBrainz takes up to 100; so many leave the address below 2,000 letters
_INC = "artist-credits+labels+recordings+media+release-groups"


class MusicBrainz(ServiceApi):
    """The MusicBrainz web service."""

    def __init__(self, transport: HttpTransport, base: str, *, limiter: Limiter = UNLIMITED) -> None:
        super().__init__(ServiceClient("musicbrainz", base, transport, limiter))

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
                for gtin in release.codes & found.keys():
                    found[gtin].append(release)
            left = left[len(asked) :]
        return found

    def search_named(self, named: Named) -> Listing:
        """Return the releases with a catalogue number, or else with an artist and a title, a hundred at most.

        One call. Raises what the method `search` raises.
        """
        params = {"query": _named(named), "fmt": "json", "limit": str(_PAGE)}
        answer = self._ask("search", "/ws/2/release/", params, lists=("releases",))
        more = (fields.count(answer.body.get("count")) or 0) > len(answer.body["releases"])
        return Listing(tuple(parse_search(answer.body)), more=more)

    def release(self, mbid: str, *, credited: bool = False) -> Release | None:
        """Return one release; None when MusicBrainz does not have it (404), or has no title of it.

        Composers and conductors are told with `credited` only: such an answer is several times as long.
        """
        params = {"inc": f"{_INC}+{CREDITS}" if credited else _INC, "fmt": "json"}
        answer = self._ask("release", f"/ws/2/release/{mbid}", params, needs=("id",))
        found = parse_release(answer.body) if answer.found else None
        return found if found and found.title else None

    def linked(self, discogs_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return the releases that are linked to releases of Discogs, by the number of each, () where none is.

        One call for `LINKED_AT_ONCE` of them at most, made once. What MusicBrainz answers nothing about is left out.

        Raises:
            UpstreamDown: MusicBrainz does not answer, or is busy.
        """
        params = {"resource": [*map(release_page, discogs_ids)], "inc": "release-rels", "fmt": "json"}
        answer = self._client.request("linked", "GET", "/ws/2/url", params=params)
        if answer.found and answer.body.keys().isdisjoint(("urls", "resource")):
            return {}
        told = parse_linked(answer.body) if answer.found else {}
        return {number: links for number in discogs_ids if (links := told.get(number, ())) is not None}

    def _hits(self, gtin14s: Sequence[str]) -> Iterator[Release]:
        """Yield every release that carries one of the barcodes, in whatever form it is stored."""
        barcodes = _OR.join(form for gtin in gtin14s for form in _asked(gtin))
        params = {"query": f"barcode:({barcodes})", "fmt": "json", "limit": str(_PAGE)}
        seen = 0
        while True:
            answer = self._ask("search", "/ws/2/release/", {**params, "offset": str(seen)}, lists=("releases",))
            yield from parse_search(answer.body)
            page = len(answer.body["releases"])
            seen += page
            if not page or seen >= (fields.count(answer.body.get("count")) or 0):
                return

    def _ask(
        self, point: str, path: str, params: Mapping[str, str], *, needs: Sequence[str] = (), lists: Sequence[str] = ()
    ) -> ServiceResponse:
        client = self._client
        return retry_while_busy(
            client.caller, lambda: client.request(point, "GET", path, params=params, needs=needs, lists=lists)
        )


def one_search(gtin14s: Sequence[str]) -> list[str]:
    """Return the first of `gtin14s`, one at least, as many as one search can ask for: some 20 to 35."""
    letters = accumulate(sum(len(form) + len(_OR) for form in _asked(gtin)) for gtin in gtin14s)
    count = sum(1 for total in letters if total <= _QUERY_LETTERS)
    return list(gtin14s[: max(1, count)])


def _asked(gtin: str) -> tuple[str, ...]:
    """Return the forms in which a barcode may be stored, incomplete ones too."""
    return (*forms(gtin), *incomplete_forms(gtin))


def _named(named: Named) -> str:
    """Return the query for a catalogue number with the artist or label, else for an artist and a title."""
    artist = ("artist", _NAMESAKE.sub("", named.artist))
    if not named.by_catalog_number:
        asked = [artist, ("release", named.title)]
    else:
        number = re.split(r"[,;|]", named.catalog_number)[0].strip()
        asked = [("catno", number), artist if named.artist else ("label", _NAMESAKE.sub("", named.label))]
    return " AND ".join(f'{field}:"{_QUOTED.sub(" ", text)}"' for field, text in asked)


def parse_search(body: Body) -> list[Release]:
    """Return the releases of a search answer, without tracks; one without an identifier or a title is none."""
    releases = [_release(hit, complete=False) for hit in fields.bodies(body.get("releases"))]
    return [release for release in releases if release.id and release.title]


def parse_linked(body: Body) -> dict[str, tuple[str, ...] | None]:
    """Return the releases that are linked to releases of Discogs, by the number of each.

    An address that was asked for alone is the answer itself, several are a list without those that are not known. None
    where the links are missing: a service under load has been seen to leave them out.
    """
    told: dict[str, tuple[str, ...] | None] = {}
    for url in fields.bodies(body.get("urls")) or [body]:
        links = [link for link in fields.bodies(url.get("relations")) if link.get("type") == "discogs"]
        mbids = {fields.text(fields.body(link.get("release")).get("id")) for link in links if not link.get("ended")}
        whole = isinstance(url.get("relations"), list)
        told[paged_release(fields.text(url.get("resource")))] = tuple(sorted(mbids - {""})) if whole else None
    return told


def parse_release(body: Body) -> Release:
    """Return the release that a release answer describes; what is odd in it is left out."""
    told = parse_credits(body)
    return replace(
        _release(body, complete=True), composers=told.composers, conductors=told.conductors, credited=told.whole
    )


def _release(body: Body, *, complete: bool) -> Release:
    mbid = fields.text(body.get("id"))
    labels = fields.bodies(body.get("label-info"))
    label, catalog_number = _label(labels)
    numbers = tuple(filter(None, (_label([info])[1] for info in labels[1:])))
    media = fields.bodies(body.get("media"))
    codes = fields.texts([body.get("barcode")])
    credited = fields.bodies(body.get("artist-credit"))
    return Release(
        source="musicbrainz",
        id=mbid,
        artist=_artist(credited),
        title=fields.text(body.get("title")),
        released=fields.date(body.get("date")),
        country=country(fields.text(body.get("country"))),
        label=label,
        catalog_number=catalog_number,
        formats=_formats(media, _descriptions(body)),
        barcodes=gtins(codes),
        completed=completed(codes),
        tracks=tuple(_tracks(media)),
        url=_SITE + mbid,
        complete=complete,
        other_numbers=tuple(dict.fromkeys(numbers)),
        artists=tuple(dict.fromkeys(filter(None, map(_credit, credited)))),
    )


def _artist(names: Iterable[Body]) -> str:
    """Return the artists as credited, joined as the sleeve joins them."""
    return "".join(_credit(credit) + fields.text(credit.get("joinphrase")) for credit in names)


def _credit(credit: Body) -> str:
    """Return one artist as credited; MusicBrainz' `Various Artists` is Discogs' `Various`."""
    various = fields.body(credit.get("artist")).get("id") == VARIOUS_ARTISTS
    return "Various" if various else fields.text(credit.get("name"))


def _label(infos: Iterable[Body]) -> tuple[str, str]:
    """Return the first label and its catalogue number, "" for each that is unknown or `[none]`."""
    info = next(iter(infos), {})
    words = (fields.text(fields.body(info.get("label")).get("name")), fields.text(info.get("catalog-number")))
    name, number = ("" if word.startswith("[") else word for word in words)
    return name, number


def _descriptions(body: Body) -> tuple[str, ...]:
    """Return what the release is (`Album`, `Compilation`, `Promo`) in Discogs' words."""
    group = fields.body(body.get("release-group"))
    kind = _KINDS.get(fields.text(body.get("status")), "")
    words = (fields.text(group.get("primary-type")), *fields.texts(group.get("secondary-types")), kind)
    return tuple(word for word in words if word and word != "Other")


def _formats(media: Iterable[Body], descriptions: tuple[str, ...]) -> tuple[Format, ...]:
    """Return the media, those of one kind counted together; what the release is stands with the first."""
    said = Counter(fields.text(item.get("format")) for item in media)
    count: dict[tuple[str, tuple[str, ...]], int] = {}
    for name, quantity in said.items():
        kind, sides = medium(name), [count for other, count in said.items() if disc(other) == disc(name)]
        count[kind] = count.get(kind, 0) + quantity if disc(name) == name else max(sides)
    return tuple(
        Format(name, quantity, words + (() if place else descriptions))
        for place, ((name, words), quantity) in enumerate(count.items())
        if name
    )


def _tracks(media: Sequence[Body]) -> Iterator[Track]:
    """Yield the tracks, the number of their disc before their number (`2-1`) when there are several discs."""
    for place, item in enumerate(media, start=1):
        for track in fields.bodies(item.get("tracks")):
            number, title = fields.text(track.get("number")), fields.text(track.get("title"))
            length = fields.count(track.get("length"))
            if title:
                yield Track(
                    f"{place}-{number}" if len(media) > 1 else number,
                    title,
                    "{}:{:02}".format(*divmod(round(length / 1000), 60)) if length else "",
                )
