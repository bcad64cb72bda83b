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


CONNECT_EBAY = "Press Connect eBay on the Connections screen."
"""How an operator connects eBay."""

RECONNECT_EBAY = (
    "Press Connect eBay on the Connections screen, or set EBAY_REFRESH_TOKEN anew where it is used; then press Resume."
)
"""How an operator goes on when eBay does not accept the connection any more."""

CONNECT_DISCOGS = "Press Connect Discogs on the Connections screen."
"""How an operator gives the engine a Discogs token."""

RECONNECT_DISCOGS = (
    "Press Connect Discogs on the Connections screen with one that it accepts, or correct DISCOGS_TOKEN where it is "
    "used; then press Resume."
)
"""How an operator goes on when Discogs does not accept the token any more."""

NAMES: Mapping[Service, str] = {
    Service.DISCOGS: "Discogs",
    Service.MUSICBRAINZ: "MusicBrainz",
    Service.COVERART: "Cover Art Archive",
    Service.EBAY: "eBay",
    Service.EBAY_BROWSE: "eBay prices",
}

EBAY_LICENCE = "https://developer.ebay.com/join/api-license-agreement"
DISCOGS_TERMS = "https://support.discogs.com/hc/articles/360009334593-API-Terms-of-Use"
NOT_AFFILIATED = (
    "This application uses Discogs' API but is not affiliated with, sponsored or endorsed by Discogs. “Discogs” is a "
    "trademark of Zink Media, LLC. Nor is it affiliated with eBay or MusicBrainz."
)
"""What Discogs asks an application to say of itself, and what is true of the other services too."""
