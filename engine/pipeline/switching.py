"""A pipeline that another one can take the place of, while rows are in flight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from engine.domain.batch.items import Item
from engine.domain.batch.scans import Found
from engine.domain.listing.pricing import Price
from engine.domain.services import Service
from engine.pipeline.row import RowPipeline
from engine.pipeline.work import RowContext


class SwitchingPipeline:
    """Hands every row to the pipeline that is `current` when the row begins; the row ends with that one.

    `current` is set before the first row.
    """

    current: RowPipeline

    def foresee(self, gtins: Sequence[str]) -> None:
        """Hear which rows come next, as `Pipeline.foresee` says."""
        self.current.foresee(gtins)

    def run(self, context: RowContext) -> Iterator[Item]:
        """Yield the row step by step, as `Pipeline.run` says."""
        return self.current.run(context)

    def look_up(self, context: RowContext) -> Found:
        """Return what the services know of a copy that is no row yet, as `LooksUp.look_up` says."""
        return self.current.look_up(context)

    def price(self, context: RowContext) -> Price:
        """Return the price of a copy that is no row yet, as `LooksUp.price` says."""
        return self.current.price(context)

    def recovered(self, service: Service, since: datetime) -> bool:
        """Return whether a service answers again, as `Pipeline.recovered` says."""
        return self.current.recovered(service, since)

    def unchangeable(self, context: RowContext, sku: str) -> str:
        """Return why the draft of a row cannot be changed, as `Pipeline.unchangeable` says."""
        return self.current.unchangeable(context, sku)
