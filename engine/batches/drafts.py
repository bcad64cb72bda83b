"""Drafts over all batches: lists, and what was drafted of a barcode before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.batches.records import DRAFTS
from engine.domain.drafted import Review
from engine.store.base import Order, Store, Where

MOST = 100


class Drafts:
    """Reads `drafts/{sku}`; what such a document holds stands at `engine.domain.drafted.record`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(
        self,
        *,
        job_id: str = "",
        review: Review | None = None,
        before: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[Mapping[str, Any]]:
        """Return drafts, the newest first: those of one batch, in one state of review, made `before` a moment."""
        where = [Where("job_id", "==", job_id)] if job_id else []
        where += [Where("review", "==", review)] if review else []
        where += [Where("at", "<", before)] if before else []
        found = self._store.find(DRAFTS, where, Order("at", descending=True), min(limit, MOST))
        return [document.fields for document in found]

    def count(self, *, job_id: str = "", review: Review | None = None) -> int:
        """Return how many drafts there are, of one batch, in one state of review."""
        where = [Where("job_id", "==", job_id)] if job_id else []
        return self._store.count(DRAFTS, [*where, *([Where("review", "==", review)] if review else [])])

    def of_barcode(self, gtin: str, limit: int = 10) -> Sequence[Mapping[str, Any]]:
        """Return what was drafted of a barcode, the newest first."""
        found = self._store.find(DRAFTS, [Where("gtin", "==", gtin)], Order("at", descending=True), limit)
        return [document.fields for document in found]
