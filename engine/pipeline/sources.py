"""The services as rows ask them: what was answered once, to whomever, is not asked again while it counts."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.catalog.file import Catalog
from engine.domain.lookups import FACT, PRICE, Answer
from engine.domain.releases import Release
from engine.errors import CatalogDamaged
from engine.pipeline.lookups import Lookups
from engine.pipeline.photos import Photos
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.musicbrainz import MusicBrainz, one_search

log = logging.getLogger(__name__)


class Sources:
    """Facts and prices of one barcode; `discogs` is None without a token, `ebay` while no seller is connected.

    `catalog` is the offline catalogue, None without one; `covers` says that MusicBrainz is asked although the catalogue
    knows a release, because a cover is found by MusicBrainz' number only. `photos` looks for the operator's own.

    Every method raises what `Lookups.ask` raises.
    """

    def __init__(
        self,
        lookups: Lookups,
        *,
        musicbrainz: MusicBrainz,
        coverart: CoverArt,
        discogs: Discogs | None,
        ebay: Ebay | None,
        catalog: Catalog | None = None,
        covers: bool = False,
        photos: Photos,
    ) -> None:
        self.photos = photos
        self._lookups = lookups
        self._catalog = catalog
        self.covers = covers
        self.discogs = discogs
        self.ebay = ebay
        self._musicbrainz = musicbrainz
        self._coverart = coverart

    def in_catalog(self, gtin: str) -> list[Release]:
        """Return the releases of the offline catalogue with a barcode; a damaged catalogue is not read any more."""
        catalog = self._catalog
        if catalog is None:
            return []
        try:
            return catalog.find([gtin])[gtin]
        except CatalogDamaged as damaged:
            self._catalog = None
            log.error("catalog_damaged", extra={"error": str(damaged)})  # noqa: TRY400 - the sentence says it all
            return []

    def at_musicbrainz(self, gtin: str) -> list[Release]:
        """Return the releases that MusicBrainz finds by a barcode; one search asks for foreseen ones too."""

        def search(gtins: Sequence[str]) -> Mapping[str, Any]:
            return {name: _stored(found) for name, found in self._musicbrainz.search(gtins).items()}

        return _releases(self._lookups.ask_together(gtin, "musicbrainz", search, self._one_search))

    def at_discogs(self, gtin: str) -> list[Release]:
        """Return the releases that Discogs finds by a barcode; [] without a token."""
        discogs = self.discogs
        if discogs is None:
            return []
        return _releases(self._lookups.ask(gtin, "discogs", lambda: _stored(discogs.search(gtin))))

    def whole(self, gtin: str, found: Release) -> Release:
        """Return a release that Discogs found with all that it knows of it: its tracks, its artists as credited."""
        if found.complete:
            return found
        return self.discogs_release(gtin, found.id) or found

    def discogs_release(self, gtin: str, number: str) -> Release | None:
        """Return the release of a number at Discogs with all that it knows of it, None when there is none."""
        return _known(self._release(gtin, number, FACT))

    def musicbrainz_release(self, gtin: str, mbid: str) -> Release | None:
        """Return a release of MusicBrainz by its identifier, None when there is none."""

        def ask() -> dict[str, Any] | None:
            release = self._musicbrainz.release(mbid)
            return release.document() if release else None

        return _known(self._lookups.ask(gtin, f"musicbrainz/releases/{mbid}", ask))

    def lowest_price(self, gtin: str, found: Release) -> Answer:
        """Return Discogs' lowest asking price for a release, in US cents or None, at most a day old."""
        answer = self._release(gtin, found.id, PRICE)
        return replace(answer, said=(answer.said or {}).get("lowest_price_cents"))

    def suggested_prices(self, gtin: str, found: Release) -> Answer:
        """Return what Discogs suggests for a release, as `Discogs.suggestions` does, at most a day old."""
        discogs = self._with_token()
        question = f"discogs/suggestions/{found.id}"
        return self._lookups.ask(gtin, question, lambda: discogs.suggestions(found.id), at_most=PRICE)

    def front(self, gtin: str, mbid: str) -> str | None:
        """Return the address of the front cover of a MusicBrainz release, None when there is none."""
        url: str | None = self._lookups.ask(gtin, f"coverart/{mbid}", lambda: self._coverart.front(mbid)).said
        return url

    def asking_prices(self, gtin: str, category_id: str, conditions: Sequence[str], ebay: Ebay) -> Answer:
        """Return what others ask at eBay, a list of US cents, at most a day old."""
        question = f"ebay/{category_id}/{'+'.join(conditions)}"
        return self._lookups.ask(
            gtin, question, lambda: ebay.comparable_prices(gtin, category_id, conditions), at_most=PRICE
        )

    def _one_search(self, gtins: Sequence[str]) -> list[str]:
        """Return as many barcodes as one search can ask for; of those that follow, not what the catalogue knows."""
        return one_search([gtins[0], *(gtin for gtin in gtins[1:] if self.covers or not self.in_catalog(gtin))])

    def _release(self, gtin: str, number: str, at_most: timedelta) -> Answer:
        discogs = self._with_token()

        def ask() -> dict[str, Any] | None:
            release = discogs.release(number)
            return release.document() if release else None

        return self._lookups.ask(gtin, f"discogs/releases/{number}", ask, at_most=at_most)

    def _with_token(self) -> Discogs:
        assert self.discogs is not None, "who names a release has a token"  # noqa: S101
        return self.discogs


def _stored(releases: Sequence[Release]) -> list[dict[str, Any]]:
    return [release.document() for release in releases]


def _known(answer: Answer) -> Release | None:
    return Release.from_document(answer.said) if answer.said else None


def _releases(answer: Answer) -> list[Release]:
    return [Release.from_document(stored) for stored in answer.said]
