"""One release of a dump. Its XML is brought into the shape of Discogs' API, so that the same rules read both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, fromstring

from engine.domain.identify.releases import Release
from engine.upstream.discogs import parse_release

_SITE = "https://www.discogs.com"
_RAW = rb"[\x00-\x08\x0b\x0c\x0e-\x1f]"
_WRITTEN = rb"&#(?:[0-8]|1[124-9]|2\d|3[01]|x0*(?:[0-8bcef]|1[\da-f]));"
_FORBIDDEN = re.compile(_RAW + rb"|" + _WRITTEN, re.IGNORECASE)


def may_have_barcode(xml: bytes) -> bool:
    """Return whether it is worth reading; False is certain, and for most releases the answer."""
    return b"Barcode" in xml


def parse(xml: bytes) -> Release | None:
    """Return the release that one `<release>` element in UTF-8 describes, None when it has no barcode.

    Raises:
        ParseError: the XML is broken.
    """
    release = parse_release(body(fromstring(xml)))  # noqa: S314 - an element holds no DOCTYPE, so expands no entity
    return release if release.codes else None


def without_forbidden(xml: bytes) -> bytes:
    """Return `xml` without the control characters that XML does not allow; some dumps hold a few."""
    return _FORBIDDEN.sub(b"", xml)


def body(release: Element) -> dict[str, object]:
    """Return a release of the dump as the API would answer; what the dump does not have is absent."""
    number = release.get("id")
    return {
        "id": number,
        "uri": f"{_SITE}/release/{number}",
        "title": release.findtext("title", ""),
        "artists": [_credit(artist) for artist in release.iterfind("artists/artist")],
        "extraartists": [_credit(artist) for artist in release.iterfind("extraartists/artist")],
        "labels": [label.attrib for label in release.iterfind("labels/label")],
        "formats": [_format(medium) for medium in release.iterfind("formats/format")],
        "genres": _texts(release.iterfind("genres/genre")),
        "styles": _texts(release.iterfind("styles/style")),
        "country": release.findtext("country", ""),
        "released": release.findtext("released", ""),
        "identifiers": [
            {"type": "", "value": "", **code.attrib} for code in release.iterfind("identifiers/identifier")
        ],
        "tracklist": _lines(release.findall("tracklist/track")),
    }


def _credit(artist: Element) -> dict[str, str]:
    return {part: artist.findtext(part, "") for part in ("name", "anv", "join", "role", "tracks")}


def _format(medium: Element) -> Mapping[str, object]:
    return {"name": "", **medium.attrib, "descriptions": _texts(medium.iterfind("descriptions/description"))}


def _texts(elements: Iterable[Element]) -> list[str]:
    return [element.text for element in elements if element.text]


def _lines(tracks: list[Element]) -> list[dict[str, object]]:
    """Return the lines of a track list. The dump does not say which are headings, but they have no position."""
    numbered = any(track.findtext("position") for track in tracks)
    return [_line(track, numbered=numbered) for track in tracks]


def _line(track: Element, *, numbered: bool) -> dict[str, object]:
    line = {part: track.findtext(part, "") for part in ("position", "title", "duration")}
    parts = _lines(track.findall("sub_tracks/track"))
    plain = line["position"] or line["duration"] or (line["title"] and not numbered)
    return {**line, "type_": "index" if parts else "track" if plain else "heading", "sub_tracks": parts}
