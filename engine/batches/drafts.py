"""Drafts over all batches: lists, and what was drafted of a barcode before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from engine.batches.records import DRAFTS, job_path
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
        look: bool = False,
        before: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[Mapping[str, Any]]:
        """Return drafts, the newest first: those of one batch, in one state of review, worth a `look`.

        Those made `before` a moment only, and at most 100.
        """
        where = _of(job_id, review, look=look)
        where += [Where("at", "<", before)] if before else []
        found = self._store.find(DRAFTS, where, Order("at", descending=True), min(limit, MOST))
        return [document.fields for document in found]

    def at(self, skus: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        """Return the drafts of these SKUs as they stand now, in that order; those that are not there are left out."""
        found = self._store.get(*(f"{DRAFTS}/{sku}" for sku in skus)) if skus else []
        return [document.fields for document in found if document]

    def count(self, *, job_id: str = "", review: Review | None = None, look: bool = False) -> int:
        """Return how many drafts there are, of one batch, in one state of review, worth a `look`."""
        return self._store.count(DRAFTS, _of(job_id, review, look=look))

    def earlier(self, gtin: str, job_id: str) -> Mapping[str, Any] | None:
        """Return the newest draft of a barcode in another batch than `job_id`, None when there is none.

        With the name of its `batch`. Neither a removed draft counts, nor one of a dry run.
        """
        for told in self.of_barcode(gtin):
            if told["job_id"] == job_id or told["review"] == Review.REMOVED:
                continue
            batch = self._store.get(job_path(told["job_id"]))[0]
            if batch is None or not batch.fields.get("test_mode"):
                return {**told, "batch": batch.fields.get("name") if batch else told["job_id"]}
        return None

    def of_barcode(self, gtin: str, limit: int = 10) -> Sequence[Mapping[str, Any]]:
        """Return what was drafted of a barcode, the newest first."""
        found = self._store.find(DRAFTS, [Where("gtin", "==", gtin)], Order("at", descending=True), limit)
        return [document.fields for document in found]


def _of(job_id: str, review: Review | None, *, look: bool) -> list[Where]:
    named = {"job_id": job_id or None, "review": review, "look": look or None}
    return [Where(name, "==", value) for name, value in named.items() if value is not None]
