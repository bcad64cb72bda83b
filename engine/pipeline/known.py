"""What is known of barcodes without asking anybody: by the catalogue of this machine, and by answers that are kept."""

from __future__ import annotations

from collections.abc import Sequence

from engine.catalog.file import CurrentCatalog
from engine.clock import Clock
from engine.codec import decode
from engine.domain.batch.scans import Found
from engine.domain.identify.candidates import Candidate
from engine.domain.identify.lookups import Lookup
from engine.domain.identify.matching import decide
from engine.domain.identify.releases import Release
from engine.pipeline.stored_lookups import LOOKUPS, stored_lookup
from engine.store.base import Store
from engine.upstream.coverart import Fronts

THUMBNAIL = "front-250"


class KnownReleases:
    """Looks barcodes up where that takes no call to a service. `covers` is the address of the Cover Art Archive.

    Without a `catalog` kept answers alone count.
    """

    def __init__(self, store: Store, catalog: CurrentCatalog | None, clock: Clock, covers: str) -> None:
        self._store = store
        self._catalog = catalog
        self._clock = clock
        self._covers = covers.rstrip("/")

    def find(self, gtins: Sequence[str]) -> dict[str, Found]:
        """Return what is known of those of `gtins` that need no service any more.

        Raises:
            StoreAway: the store does not answer.
        """
        if not gtins:
            return {}
        kept = self._store.get(*(f"{LOOKUPS}/{gtin}" for gtin in gtins))
        ours = self._catalog.find(gtins) if self._catalog else {}
        found = {
            gtin: self._judged(gtin, ours.get(gtin, []), stored_lookup(document))
            for gtin, document in zip(gtins, kept, strict=True)
        }
        return {gtin: one for gtin, one in found.items() if one}

    def _judged(self, gtin: str, ours: list[Release], lookup: Lookup) -> Found | None:
        """Return what follows from all that is known of a barcode, None while a service is still to be asked."""
        theirs, discogs, rare = (self._said(lookup, name) for name in ("musicbrainz", "discogs", "discogs/rare"))
        releases = ours or discogs or rare or []
        if not releases and not theirs and None in (theirs, discogs, rare):
            return None
        decision = decide(gtin, discogs=releases, musicbrainz=theirs or ())
        best = next(iter(decision.candidates), None)
        return Found.judged(decision.evidence(), self._cover(gtin, best, lookup) if best else "")

    def _said(self, lookup: Lookup, question: str) -> list[Release] | None:
        answer = lookup.answer(question, self._clock.now())
        return decode(list[Release], answer.said) if answer else None

    def _cover(self, gtin: str, best: Candidate, lookup: Lookup) -> str:
        """Return the address of a small front cover that is known to be there, "" where none is."""
        if best.musicbrainz:
            answer = lookup.answer(f"coverart/fronts/{best.musicbrainz.id}", self._clock.now())
            if answer:
                return decode(Fronts, answer.said).addresses[-1] if answer.said else ""
        known = self._catalog.covers.find(best.discogs, gtin) if self._catalog and best.discogs else None
        return f"{self._covers}/release/{known.mbid}/{THUMBNAIL}" if known and known.front else ""
