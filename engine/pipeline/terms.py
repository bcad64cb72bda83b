"""The terms of a batch's drafts, looked up by its profile when a draft is composed.

A change reaches every row that is drafted after it, also one that is done again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from engine.clock import Clock
from engine.codec import decode
from engine.domain.listing.seller_profiles import PATH, SellerSettings
from engine.domain.listing.seller_terms import SellingTerms
from engine.errors import StoreAway
from engine.store.base import Store

FRESH_SECONDS = 2.0  # as long as a heartbeat of a worker that works


class Terms:
    """The seller's terms by profile, read from the store at most every `FRESH_SECONDS`; threads may share it.

    `defaults` are those of the settings, which count for what a profile does not set. `by_weight` reads which policies
    reckon postage by weight.
    """

    def __init__(
        self, store: Store, clock: Clock, defaults: SellingTerms, by_weight: Callable[[], frozenset[str]] = frozenset
    ) -> None:
        self._store = store
        self._clock = clock
        self._defaults = defaults
        self._lock = threading.Lock()
        self._by_weight = by_weight
        self._known: SellerSettings | None = None
        self._weighed: frozenset[str] = frozenset()
        self._read_at = 0.0

    def of(self, profile: str) -> SellingTerms:
        """Return the terms of a profile, of the default one where there is none of that name.

        Raises:
            StoreAway: the store does not answer, and nothing was ever read.
        """
        with self._lock:
            now = self._clock.monotonic()
            if self._known is None or now - self._read_at >= FRESH_SECONDS:
                self._known, self._read_at = self._read(), now
            terms = self._known.profile(profile).terms(self._defaults)
        return replace(terms, by_weight=terms.fulfillment_policy in self._weighed)

    def _read(self) -> SellerSettings:
        try:
            found = self._store.get(PATH)[0]
            self._weighed = self._by_weight()
        except StoreAway:
            if self._known is None:
                raise
            return self._known  # the row cannot be stored either: it is done again once the store answers
        return decode(SellerSettings, found.fields, found.path) if found else SellerSettings()
