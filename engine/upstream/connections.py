"""One harmless call of each service: whether it answers, and whether it accepts our credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.categories import CD
from engine.domain.services import Service
from engine.errors import CredentialsRefused
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.musicbrainz import MusicBrainz

_GTIN = "00720642442524"  # the barcode that Discogs' own documentation searches for
_RELEASE = 1
_MBID = "76df3287-6cda-33eb-8e9a-044b5e15ffdd"  # "not there" is as good an answer
_SKU = "DM-CONNECTION-TEST"  # no draft has it


@dataclass(frozen=True, slots=True)
class Connections:
    """The services as this process reaches them. `discogs` may be without a token; `ebay` is None without keys."""

    musicbrainz: MusicBrainz
    coverart: CoverArt
    discogs: Discogs
    ebay: Ebay | None
    discogs_token: bool

    @property
    def keys(self) -> Mapping[str, bool]:
        """Return for which services there are credentials; only a service can say whether it accepts them."""
        return {"discogs": self.discogs_token, "ebay": self.ebay is not None}

    def test(self, service: Service) -> str:
        """Call a service once, twice where it gives out tokens, and return what an operator reads of it.

        Raises:
            UpstreamError: it does not answer, or does not accept us.
            GivenBack: the asker did not wait for its turn.
        """
        match service:
            case Service.DISCOGS:
                return self._test_discogs()
            case Service.MUSICBRAINZ:
                self.musicbrainz.search([_GTIN])
                return "MusicBrainz answers a search."
            case Service.COVERART:
                self.coverart.front(_MBID)
                return "The Cover Art Archive answers."
            case Service.EBAY:
                self._ebay().offers(_SKU)
                return "eBay lets us act for the seller: it gave a token and showed the offers of a SKU."
            case Service.EBAY_BROWSE:
                self._ebay().comparable_prices(_GTIN, CD.id, ("USED",))
                return "eBay answers a search for asking prices."

    def _test_discogs(self) -> str:
        if self.discogs_token:
            return f"Discogs accepts the token of {self.discogs.identity()}."
        self.discogs.release(_RELEASE)
        return "Discogs answers, but its search needs a token, and none is set (DISCOGS_TOKEN)."

    def _ebay(self) -> Ebay:
        if self.ebay is None:
            reason = "eBay is not connected: set EBAY_CLIENT_ID, EBAY_CLIENT_SECRET and EBAY_REFRESH_TOKEN"
            raise CredentialsRefused("ebay", "no call", reason)
        return self.ebay
