"""Which rows of a batch somebody wants to see or to export. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.batch.items import ItemStatus
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause


@dataclass(frozen=True, slots=True)
class RowFilter:
    """The rows that hold every condition, all of them where nothing is asked; then it is false.

    `needs` is what their drafts are not ready for want of. `q` is part of a barcode or of the seller's own number, or
    words that begin words of artist, title, label, own number or shelf.
    """

    status: ItemStatus | None = None
    cause: Cause | None = None
    needs: DraftNeed | None = None
    q: str = ""

    def __bool__(self) -> bool:
        return bool(self.status or self.cause or self.needs or self.q)


EVERY_ROW = RowFilter()
