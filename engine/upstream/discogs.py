"""Discogs: what it knows of a barcode and of a release.

Limits: 60 calls a minute and address with a token, 25 without, over a moving window of 60 s; a 429 names no time to
wait. The search needs a token, and comes in pages of up to 100, of which 100 are handed out. Data may be absent, null
or "" where the documentation shows a value.

Source: https://www.discogs.com/developers (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from engine.domain.identify.named import Named
from engine.domain.identify.releases import Format, Listing, Release, Track
from engine.domain.listing.market_prices import SuggestedPrice
from engine.domain.services import CONNECT_DISCOGS
from engine.errors import CredentialsRefused
from engine.upstream import fields
from engine.upstream.barcodes import completed, gtins, rare_spellings, spellings
from engine.upstream.fields import Body
from engine.upstream.http import UNLIMITED, HttpTransport, Limiter, ServiceApi, ServiceClient, ServiceResponse

_PAGE = 100  # results; Discogs grants no larger page
MOST_FOUND = 10_000  # results of one search; Discogs hands out no more
_NAMED_PAGES = 5  # of a search by name, which may find thousands
_STRANGE_PAGES = 3  # in a row, of releases with other barcodes: what follows is less alike still

_UNNAMED = f"Discogs needs a token. {CONNECT_DISCOGS}"
_SITE = "https://www.discogs.com"
_NAMESAKE = re.compile(r" \(\d+\)$")
_COMPOSERS = frozenset({"Composed By", "Composer", "Music By"})
_CONDUCTORS = frozenset({"Conductor"})
_MARKS = re.compile(r"\*(?=$|[ ,])| \(\d+\)(?=$|[ ,])")


class Discogs(ServiceApi):
    """The Discogs database."""

    def __init__(self, transport: HttpTransport, base: str, *, token: str, limiter: Limiter = UNLIMITED) -> None:
        super().__init__(ServiceClient("discogs", base, transport, limiter))
        self._headers = {"Authorization": f"Discogs token={token}"} if token else {}

    def search(self, gtin14: str) -> list[Release]:
        """Return the releases that carry exactly this barcode, [] when Discogs has none.

        Asks for the printed form first, then, while nothing is found, for the other spellings: one to three calls, and
        one more for each further page; three pages in a row without such a release are the end.

        Raises:
            UpstreamDown: Discogs does not answer, if only for one of several pages.
            CredentialsRefused: the token is missing or not accepted.
        """
        return self._first_found(gtin14, spellings(gtin14))

    def search_rare(self, gtin14: str) -> list[Release]:
        """Return the releases that carry this barcode in a rare form, [] when Discogs has none.

        Without its check digit, without zeros in front, or with 14 digits: one to four calls, and one more for each
        further page. Raises what the method `search` raises.
        """
        return self._first_found(gtin14, rare_spellings(gtin14))

    def search_named(self, named: Named) -> Listing:
        """Return the releases with a catalogue number, or else with an artist and a title, five hundred at most.

        A catalogue number is asked for with the artist or the label, and without where that finds nothing: one or two
        calls, and one more for each further page. Raises what the method `search` raises.
        """
        for params in _named(named):
            pages = list(self._pages(params, most=_NAMED_PAGES))
            if hits := {hit.id: hit for page in pages for hit in parse_search(page)}:
                return Listing(tuple(hits.values()), more=last_page(pages[-1]) > len(pages))
        return Listing()

    def release(self, discogs_id: int | str) -> Release | None:
        """Return one release; None when Discogs does not have it (404), or has no title of it."""
        answer = self._ask("release", f"/releases/{discogs_id}", {"curr_abbr": "USD"}, needs=("id",))
        found = parse_release(answer.body) if answer.found else None
        return found if found and found.title else None

    def suggestions(self, discogs_id: int | str) -> dict[str, SuggestedPrice]:
        """Return the prices that Discogs suggests for a release, {} when it suggests none.

        By Discogs' grades, the best first. The currency is that of the token's user, who must have filled in their
        seller settings. Discogs' terms call such data restricted.
        """
        return parse_suggestions(self._ask("suggestions", f"/marketplace/price_suggestions/{discogs_id}", {}).body)

    def identity(self) -> str:
        """Return the user name the token belongs to.

        Raises:
            CredentialsRefused: there is no token, or Discogs does not accept it.
        """
        if not self._headers:
            raise CredentialsRefused("discogs", "GET /oauth/identity", _UNNAMED)
        return str(self._ask("identity", "/oauth/identity", {}, needs=("username",)).body["username"])

    def _first_found(self, gtin14: str, barcodes: Iterable[str]) -> list[Release]:
        for barcode in barcodes:
            hits, strange = dict[str, Release](), 0
            for page in self._pages({"barcode": barcode}):
                carrying = {hit.id: hit for hit in parse_search(page) if gtin14 in hit.codes}
                strange = 0 if carrying else strange + 1
                hits |= carrying
                if strange == _STRANGE_PAGES:
                    break
            if hits:
                return list(hits.values())
        return []

    def _pages(self, params: Mapping[str, str], *, most: int = MOST_FOUND // _PAGE) -> Iterator[Body]:
        """Yield the pages of a search for releases, one call each, as far as there are any; `most` of them."""
        asked = {**params, "type": "release", "per_page": str(_PAGE)}
        for page in range(1, most + 1):
            number = {"page": str(page)} if page > 1 else {}
            body = self._ask("search", "/database/search", asked | number, lists=("results",)).body
            yield body
            if not body["results"] or page >= last_page(body):
                return

    def _ask(
        self, point: str, path: str, params: Mapping[str, str], *, needs: Sequence[str] = (), lists: Sequence[str] = ()
    ) -> ServiceResponse:
        return self._client.request(point, "GET", path, params=params, headers=self._headers, needs=needs, lists=lists)


def _named(named: Named) -> list[dict[str, str]]:
    """Return the parameters of the searches by name, the likeliest first."""
    artist, label = (_NAMESAKE.sub("", name) for name in (named.artist, named.label))
    if not named.by_catalog_number:
        return [{"artist": artist, "release_title": named.title}]
    number = re.split(r"[,;|]", named.catalog_number)[0].strip()
    return [{"catno": number, **({"artist": artist} if artist else {"label": label})}, {"catno": number}]


def last_page(body: Body) -> int:
    """Return the number of the last page of a search as one of its pages tells it, 1 where it does not."""
    told = fields.body(body.get("pagination"))
    pages, items = fields.count(told.get("pages")), fields.count(told.get("items"))
    return max(1, -(-(items or 0) // _PAGE) if pages is None else pages)


def parse_search(body: Body) -> list[Release]:
    """Return the releases of a search answer, without masters, artists and labels, and without odd ones.

    Discogs mixes matrix numbers into the barcodes of a result; those are left out. A release without a number or a
    title is none.
    """
    results = fields.bodies(body.get("results"))
    releases = [_result(result) for result in results if result.get("type") == "release"]
    return [release for release in releases if release.id.isdecimal() and release.title]


def parse_release(body: Body) -> Release:
    """Return the release that a release answer describes; what is odd in it is left out."""
    labels = fields.bodies(body.get("labels"))
    label = next(iter(labels), {})
    numbers = tuple(filter(None, (_catalog_number(other.get("catno")) for other in labels[1:])))
    listed = fields.bodies(body.get("identifiers"))
    codes = fields.texts([code.get("value") for code in listed if code.get("type") == "Barcode"])
    return Release(
        source="discogs",
        id=fields.text(body.get("id")),
        artist=_artist(fields.bodies(body.get("artists"))),
        title=fields.text(body.get("title")),
        released=fields.date(body.get("released")) or fields.date(body.get("year")),
        country=fields.text(body.get("country")),
        label=_NAMESAKE.sub("", fields.text(label.get("name"))),
        catalog_number=_catalog_number(label.get("catno")),
        formats=_formats(body.get("formats")),
        barcodes=gtins(codes),
        completed=completed(codes),
        genres=fields.texts(body.get("genres")),
        styles=fields.texts(body.get("styles")),
        tracks=tuple(_tracks(fields.bodies(body.get("tracklist")))),
        have=fields.count(fields.body(body.get("community")).get("have")),
        lowest_price_cents=fields.cents(body.get("lowest_price")) or None,
        url=fields.text(body.get("uri")),
        complete=True,
        other_numbers=tuple(dict.fromkeys(numbers)),
        artists=_names(fields.bodies(body.get("artists"))),
        composers=_names(_credited(body, _COMPOSERS)),
        conductors=_names(_credited(body, _CONDUCTORS)),
    )


def parse_suggestions(body: Body) -> dict[str, SuggestedPrice]:
    """Return the suggestions of an answer by grade; what is no price is left out."""
    prices = {grade: (fields.cents(price.get("value")), price) for grade, price in _bodies_of(body)}
    return {
        grade: SuggestedPrice(cents, currency)
        for grade, (cents, price) in prices.items()
        if cents and (currency := fields.text(price.get("currency")))
    }


def _bodies_of(body: Body) -> Iterable[tuple[str, Body]]:
    return ((name, value) for name, value in body.items() if isinstance(value, Mapping))


def _result(result: Body) -> Release:
    """Return one line of a search answer; its `title` is `Artist - Title`, in display form."""
    name = fields.text(result.get("title"))
    artist, dash, title = name.partition(" - ")
    words, uri, codes = (
        fields.texts(result.get("format")),
        fields.text(result.get("uri")),
        fields.texts(result.get("barcode")),
    )
    formats = _formats(result.get("formats"))
    return Release(
        source="discogs",
        id=fields.text(result.get("id")),
        artist=_MARKS.sub("", artist) if dash else "",
        title=title if dash else name,
        released=fields.date(result.get("year")),
        country=fields.text(result.get("country")),
        label=_NAMESAKE.sub("", next(iter(fields.texts(result.get("label"))), "")),
        catalog_number=_catalog_number(result.get("catno")),
        formats=formats or ((Format(words[0], descriptions=words[1:]),) if words else ()),
        barcodes=gtins(codes),
        completed=completed(codes),
        genres=fields.texts(result.get("genre")),
        styles=fields.texts(result.get("style")),
        have=fields.count(fields.body(result.get("community")).get("have")),
        url=_SITE + uri if uri else "",
    )


def _artist(names: Iterable[Body]) -> str:
    """Return the artists as the sleeve names them, joined as it joins them.

    A namesake's number (`Nirvana (2)`) is dropped; join phrases come without the spaces around them.
    """
    sleeve = ""
    for credit in names:
        join = fields.text(credit.get("join")).strip()
        sleeve += _name(credit)
        sleeve += ", " if join == "," else f" {join} " if join else " "
    return sleeve.removesuffix(", ").strip()


def _name(credit: Body) -> str:
    """Return one artist as the sleeve names them."""
    return fields.text(credit.get("anv")) or _NAMESAKE.sub("", fields.text(credit.get("name")))


def _names(artists: Iterable[Body]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, map(_name, artists))))


def _credited(body: Body, roles: frozenset[str]) -> list[Body]:
    """Return the credits for the whole release that name one of `roles`; `Conductor [Chorus]` is `Conductor`."""
    listed = fields.bodies(body.get("extraartists"))
    return [credit for credit in listed if not fields.text(credit.get("tracks")) and roles & _roles(credit)]


def _roles(credit: Body) -> set[str]:
    return {role.partition(" [")[0].strip() for role in fields.text(credit.get("role")).split(",")}


def _formats(formats: object) -> tuple[Format, ...]:
    return tuple(
        Format(
            name,
            fields.count(item.get("qty")) or 1,
            fields.texts(item.get("descriptions")),
            fields.text(item.get("text")),
        )
        for item in fields.bodies(formats)
        if (name := fields.text(item.get("name")))
    )


def _tracks(lines: Iterable[Body]) -> Iterable[Track]:
    """Yield the tracks of a track list; of a work in parts (`index`) its parts, of a heading nothing."""
    for line in lines:
        parts, title = fields.bodies(line.get("sub_tracks")), fields.text(line.get("title"))
        if parts:
            yield from _tracks(parts)
        elif title and line.get("type_", "track") == "track":
            yield Track(fields.text(line.get("position")), title, fields.text(line.get("duration")))


def _catalog_number(value: object) -> str:
    number = fields.text(value)
    return "" if number.lower() == "none" else number
