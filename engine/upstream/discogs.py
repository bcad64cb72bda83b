"""Discogs: what it knows of a barcode and of a release.

Limits: 60 calls a minute and address with a token, 25 without, over a moving window of 60 s; a 429 names no time to
wait. The search needs a token. Data may be absent, null or "" where the documentation shows a value.

Source: https://www.discogs.com/developers (read 2026-11).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.domain.releases import Format, Release, Track
from engine.errors import CredentialsRefused
from engine.upstream.barcodes import gtins, spellings
from engine.upstream.http import Answer, Door, Gate, Line

_UNNAMED = "Discogs needs a token: set DISCOGS_TOKEN."
_SITE = "https://www.discogs.com"
_NAMESAKE = re.compile(r" \(\d+\)$")
_MARKS = re.compile(r"\*(?=$|[ ,])| \(\d+\)(?=$|[ ,])")
_DATE = re.compile(r"\d{4}(-(?!00)\d\d(-(?!00)\d\d)?)?")


class Discogs:
    """The Discogs database."""

    def __init__(self, line: Line, base: str, *, token: str, gate: Gate | None = None) -> None:
        self._door = Door("discogs", base, line, gate=gate)
        self._headers = {"Authorization": f"Discogs token={token}"} if token else {}

    def search(self, gtin14: str) -> list[Release]:
        """Return the releases that carry exactly this barcode, [] when Discogs has none.

        Asks for the printed form first, then, while nothing is found, for the other spellings: one to three calls.

        Raises:
            UpstreamDown: Discogs does not answer.
            CredentialsRefused: the token is missing or not accepted.
        """
        for barcode in spellings(gtin14):
            params = {"barcode": barcode, "type": "release", "per_page": "100"}
            answer = self._ask("search", "/database/search", params, needs=("results",))
            hits = {hit.id: hit for hit in parse_search(answer.body) if gtin14 in hit.barcodes}
            if hits:
                return list(hits.values())
        return []

    def release(self, discogs_id: int | str) -> Release | None:
        """Return one release; None when Discogs does not have it (404)."""
        answer = self._ask("release", f"/releases/{discogs_id}", {"curr_abbr": "USD"}, needs=("id", "title"))
        return parse_release(answer.body) if answer.found else None

    def suggestions(self, discogs_id: int | str) -> dict[str, dict[str, Any]]:
        """Return the prices that Discogs suggests for a release, {} when it suggests none.

        Keyed by Discogs' grades, the best first: `{"Mint (M)": {"cents": 1250, "currency": "USD"}, …}`. The currency is
        that of the token's user, who must have filled in his seller settings. Discogs' terms call such data restricted.
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

    def _ask(self, point: str, path: str, params: Mapping[str, str], *, needs: Sequence[str] = ()) -> Answer:
        return self._door.ask(point, "GET", path, params=params, headers=self._headers, needs=needs)


def parse_search(body: Mapping[str, Any]) -> list[Release]:
    """Return the releases of a search answer, without masters, artists and labels.

    Discogs mixes matrix numbers into the barcodes of a result; those are left out.
    """
    return [_result(result) for result in body["results"] if result["type"] == "release"]


def parse_release(body: Mapping[str, Any]) -> Release:
    """Return the release that a release answer describes."""
    label: Mapping[str, Any] = next(iter(body.get("labels") or ()), {})
    price = body.get("lowest_price")
    return Release(
        source="discogs",
        id=str(body["id"]),
        artist=_artist(body.get("artists") or ()),
        title=body["title"],
        released=_released(body.get("released") or str(body.get("year") or "")),
        country=body.get("country") or "",
        label=_NAMESAKE.sub("", label.get("name") or ""),
        catalog_number=_catalog_number(label.get("catno")),
        formats=_formats(body.get("formats") or ()),
        barcodes=gtins(code["value"] for code in body.get("identifiers") or () if code["type"] == "Barcode"),
        genres=tuple(body.get("genres") or ()),
        styles=tuple(body.get("styles") or ()),
        tracks=tuple(_tracks(body.get("tracklist") or ())),
        have=(body.get("community") or {}).get("have"),
        lowest_price_cents=_cents(price) if price else None,
        url=body.get("uri") or "",
        complete=True,
    )


def parse_suggestions(body: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the suggestions of an answer by grade; what is no price is left out."""
    return {
        grade: {"cents": _cents(price["value"]), "currency": price["currency"]}
        for grade, price in body.items()
        if isinstance(price, Mapping) and price.get("value") and price.get("currency")
    }


def _result(result: Mapping[str, Any]) -> Release:
    """Return one line of a search answer; its `title` is `Artist - Title`, in display form."""
    artist, dash, title = result["title"].partition(" - ")
    if not dash:
        artist, title = "", result["title"]
    words = result.get("format") or ()
    formats = _formats(result.get("formats") or ())
    return Release(
        source="discogs",
        id=str(result["id"]),
        artist=_MARKS.sub("", artist),
        title=title,
        released=_released(result.get("year") or ""),
        country=result.get("country") or "",
        label=_NAMESAKE.sub("", next(iter(result.get("label") or ()), "")),
        catalog_number=_catalog_number(result.get("catno")),
        formats=formats or ((Format(words[0], descriptions=tuple(words[1:])),) if words else ()),
        barcodes=gtins(result.get("barcode") or ()),
        genres=tuple(result.get("genre") or ()),
        styles=tuple(result.get("style") or ()),
        have=(result.get("community") or {}).get("have"),
        url=_SITE + result["uri"] if result.get("uri") else "",
    )


def _artist(names: Iterable[Mapping[str, Any]]) -> str:
    """Return the artists as the sleeve names them, joined as it joins them.

    A namesake's number (`Nirvana (2)`) is dropped; join phrases come without the spaces around them.
    """
    text = ""
    for credit in names:
        join = (credit.get("join") or "").strip()
        text += credit.get("anv") or _NAMESAKE.sub("", credit["name"])
        text += ", " if join == "," else f" {join} " if join else " "
    return text.removesuffix(", ").strip()


def _formats(formats: Iterable[Mapping[str, Any]]) -> tuple[Format, ...]:
    return tuple(
        Format(item["name"], _count(item.get("qty")) or 1, tuple(item.get("descriptions") or ())) for item in formats
    )


def _tracks(lines: Iterable[Mapping[str, Any]]) -> Iterable[Track]:
    """Yield the tracks of a track list; a work in parts (`index`) is told by its parts, a heading by nothing."""
    for line in lines:
        parts = line.get("sub_tracks")
        if parts:
            yield from _tracks(parts)
        elif line.get("type_", "track") == "track":
            yield Track(line.get("position") or "", line["title"], line.get("duration") or "")


def _released(text: str) -> str:
    """Return as much of a date as is known: `1999-03-00` is `1999-03`, `?` is ""."""
    known = _DATE.match(text)
    return known[0] if known and not text.startswith("0000") else ""


def _catalog_number(text: str | None) -> str:
    return "" if text is None or text.lower() == "none" else text


def _cents(amount: object) -> int:
    return round(Decimal(str(amount)) * 100)


def _count(text: object) -> int | None:
    """Return a number that comes as text, None when it is not one."""
    return int(str(text)) if str(text).isdecimal() else None
