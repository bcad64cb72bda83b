"""One harmless call of each service: whether it answers, and whether it accepts our credentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.listing.categories import CD
from engine.domain.services import CONNECT_DISCOGS, CONNECT_EBAY, Service
from engine.errors import CredentialsRefused
from engine.upstream.caller import Caller
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.ebay_account import EbayAccount
from engine.upstream.musicbrainz import MusicBrainz

_GTIN = "00720642442524"  # the barcode that Discogs' own documentation searches for
_RELEASE = 1
_MBID = "76df3287-6cda-33eb-8e9a-044b5e15ffdd"  # "not there" is as good an answer
_SKU = "DM-CONNECTION-TEST"  # no draft has it


@dataclass(frozen=True, slots=True)
class Connections:
    """The services as this process reaches them.

    `discogs` may be without a token; `ebay` and `account` are None without keys.
    """

    musicbrainz: MusicBrainz
    coverart: CoverArt
    discogs: Discogs
    ebay: Ebay | None
    discogs_token: bool
    account: EbayAccount | None = None

    @property
    def keys(self) -> Mapping[str, bool]:
        """Return for which services there are credentials; only a service can say whether it accepts them."""
        return {"discogs": self.discogs_token, "ebay": self.ebay is not None}

    def test(self, service: Service, caller: Caller) -> str:
        """Call a service once, twice where it gives out tokens, and return the sentence that an operator reads.

        Raises:
            UpstreamError: it does not answer, or does not accept us.
            Requeued: the caller did not wait for its turn.
        """
        match service:
            case Service.DISCOGS:
                return self._test_discogs(caller)
            case Service.MUSICBRAINZ:
                self.musicbrainz.for_caller(caller).search([_GTIN])
                return "MusicBrainz answers a search."
            case Service.COVERART:
                self.coverart.for_caller(caller).fronts(_MBID)
                return "The Cover Art Archive answers."
            case Service.EBAY:
                self._ebay().for_caller(caller).offers(_SKU)
                return "eBay lets us act for the seller: it gave a token and showed the offers of a SKU."
            case Service.EBAY_BROWSE:
                self._ebay().for_caller(caller).comparable_prices(_GTIN, CD.id, ("USED",))
                return "eBay answers a search for asking prices."

    def _test_discogs(self, caller: Caller) -> str:
        discogs = self.discogs.for_caller(caller)
        if self.discogs_token:
            return f"Discogs accepts the token of {discogs.identity()}."
        discogs.release(_RELEASE)
        return f"Discogs answers, but its search needs a token. {CONNECT_DISCOGS}"

    def _ebay(self) -> Ebay:
        if self.ebay is None:
            reason = f"eBay is not connected. {CONNECT_EBAY}"
            raise CredentialsRefused("ebay", "no call", reason)
        return self.ebay
