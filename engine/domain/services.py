"""The services that a batch calls, by the names that stand in the store, and as an operator knows them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Service(StrEnum):
    """A service with a budget of its own. Stored: never renamed."""

    DISCOGS = "discogs"
    MUSICBRAINZ = "musicbrainz"
    COVERART = "coverart"
    EBAY = "ebay"
    EBAY_BROWSE = "ebay_browse"


NAMES: Mapping[Service, str] = {
    Service.DISCOGS: "Discogs",
    Service.MUSICBRAINZ: "MusicBrainz",
    Service.COVERART: "Cover Art Archive",
    Service.EBAY: "eBay",
    Service.EBAY_BROWSE: "eBay prices",
}
