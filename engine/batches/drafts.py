"""Drafts over all batches: lists, and what was drafted of a barcode before."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from engine.batches.documents import DRAFTS, job_path, read_job
from engine.codec import decode
from engine.domain.batch.draft_index import DraftRecord, Review
from engine.domain.listing.readiness import DraftNeed
from engine.store.base import Document, Order, Store, Where

MOST = 100
PAGE = 100  # drafts that are read at once where many barcodes are looked for
READS = 8  # that are made side by side then


class Drafts:
    """Reads `drafts/{sku}`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def page(
        self,
        *,
        job_id: str = "",
        review: Review | None = None,
        look: bool = False,
        needs: DraftNeed | None = None,
        before: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[DraftRecord]:
        """Return drafts, the newest first: of one batch, in one state of review, worth a `look`, that need one thing.

        Those made `before` a moment only, and at most 100.
        """
        where = _of(job_id, review, look=look, needs=needs)
        where += [Where("at", "<", before)] if before else []
        found = self._store.find(DRAFTS, where, Order("at", descending=True), min(limit, MOST))
        return list(map(_record, found))

    def at(self, skus: Sequence[str]) -> Sequence[DraftRecord]:
        """Return the drafts of these SKUs as they stand now, in that order; those that are not there are left out."""
        found = self._store.get(*(f"{DRAFTS}/{sku}" for sku in skus)) if skus else []
        return [_record(document) for document in found if document]

    def count(
        self, *, job_id: str = "", review: Review | None = None, look: bool = False, needs: DraftNeed | None = None
    ) -> int:
        """Return how many drafts there are for which the conditions hold; they are those of `page`."""
        return self._store.count(DRAFTS, _of(job_id, review, look=look, needs=needs))

    def earlier(self, key: str, job_id: str, *, discogs_id: str = "") -> tuple[DraftRecord, str] | None:
        """Return the newest draft of what a row is known by in another batch than `job_id`, None when there is none.

        With it comes the name of its batch. Neither a removed draft counts, nor one of a dry run, nor one of another
        release than `discogs_id` where the row names that.
        """
        for draft in self.of_key(key):
            if not draft.may_be(discogs_id) or draft.job_id == job_id or draft.review == Review.REMOVED:
                continue
            found = self._store.get(job_path(draft.job_id))[0]
            batch = read_job(found) if found else None
            if batch is None or not batch.test_mode:
                return draft, batch.name if batch else draft.job_id
        return None

    def drafted(self, keys: Iterable[str], job_id: str = "") -> set[str]:
        """Return which of `keys` have a draft in another batch than `job_id`; those count that `earlier` counts."""
        wanted = sorted(set(keys))
        size = max(1, -(-len(wanted) // READS))
        parts = [wanted[start : start + size] for start in range(0, len(wanted), size)]
        with ThreadPoolExecutor(READS, thread_name_prefix="drafted") as pool:
            pairs = {pair for found in pool.map(self._drafted, parts) for pair in found if pair[1] != job_id}
        names = sorted({name for _, name in pairs})
        batches = self._store.get(*map(job_path, names)) if names else []
        dry = {name for name, found in zip(names, batches, strict=True) if found and read_job(found).test_mode}
        return {key for key, name in pairs if name not in dry}

    def _drafted(self, wanted: Sequence[str]) -> set[tuple[str, str]]:
        """Return which of `wanted`, sorted keys, have drafts in which batches; removed drafts are left out."""
        codes = [key for key in wanted if _field(key) == "gtin"]
        return self._among("gtin", codes) | self._among("key", [key for key in wanted if _field(key) == "key"])

    def _among(self, field: str, wanted: Sequence[str]) -> set[tuple[str, str]]:
        """Return which of `wanted`, sorted values of a field, have drafts in which batches.

        Drafts and barcodes are gone through side by side: a page is read from the next barcode on that is not looked
        for yet, so that there is at most one read a barcode, and one a page of drafts where most of them are wanted.
        """
        pairs, at = set[tuple[str, str]](), 0
        while at < len(wanted):
            among = [Where(field, ">=", wanted[at]), Where(field, "<=", wanted[-1])]
            page = list(map(_record, self._store.find(DRAFTS, among, Order(field), PAGE)))
            named = [(getattr(draft, field) or "", draft) for draft in page]
            pairs |= {(value, draft.job_id) for value, draft in named if draft.review != Review.REMOVED}
            if len(page) < PAGE:
                break
            at = max(at + 1, bisect_left(wanted, named[-1][0]))
        return {pair for pair in pairs if pair[0] in set(wanted)}

    def of_key(self, key: str, limit: int = 10) -> Sequence[DraftRecord]:
        """Return what was drafted of a barcode, or of what else a row is known by, the newest first."""
        found = self._store.find(DRAFTS, [Where(_field(key), "==", key)], Order("at", descending=True), limit)
        return list(map(_record, found))


def _field(key: str) -> str:
    """Return the field of a draft's record that holds a key."""
    return "gtin" if key.isdecimal() else "key"


def _record(document: Document) -> DraftRecord:
    return decode(DraftRecord, document.fields, document.path)


def _of(job_id: str, review: Review | None, *, look: bool, needs: DraftNeed | None) -> list[Where]:
    named = {"job_id": job_id or None, "review": review, "look": look or None}
    equal = [Where(name, "==", value) for name, value in named.items() if value is not None]
    return [*equal, Where("needs", "contains", needs)] if needs else equal
