"""One row in hand: what a pipeline is given, and what it must tell while it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from engine.domain.decisions import Edits
from engine.domain.items import Item
from engine.domain.options import Duplicates, Options
from engine.domain.rows import Row
from engine.errors import Cause, ItemError


class Step(StrEnum):
    """The steps of a row, in their order."""

    IDENTIFY = "identify"
    PICTURE = "picture"
    PRICE = "price"
    DRAFT = "draft"


@dataclass(slots=True)
class Work:
    """A row in hand. `item` grows with each step, so that a row that fails keeps what was found until then.

    `save` stores an item durably before it returns, and raises LeaseLost when the row is no longer ours: nothing may
    be sent anywhere after that. `mine` raises LeaseLost too, and costs nothing: it is called before every write to a
    service. `now` is the store's clock. `wait` lets so many seconds pass while an operator reads the reason, and raises
    GivenBack when the row is not to go on. `batch` is the name of the row's batch. `failed_writes` counts the writes to
    eBay that it failed to take, over all runs of this row in this worker's hand. `found_photos` are the addresses
    of those that the batch's pattern found. `listed` is how many copies the row's draft offers as a live listing, None
    while nobody has found it to be one.
    """

    row: Row
    item: Item
    options: Options
    sku: str
    save: Callable[[Item], None]
    mine: Callable[[], None]
    now: Callable[[], datetime]
    wait: Callable[[float, str], None]
    batch: str = ""
    step: Step = Step.IDENTIFY
    failed_writes: int = 0
    found_photos: tuple[str, ...] = ()
    listed: int | None = None

    @property
    def edits(self) -> Edits:
        """Return what a person changed of the draft."""
        return Edits.of(self.item.decided)

    @property
    def photos(self) -> tuple[str, ...]:
        """Return the operator's own pictures of the copy: as edited, else those of the file, else those found."""
        edited = self.edits.photos
        return (self.row.photos or self.found_photos) if edited is None else edited

    @property
    def photo_warning(self) -> str:
        """Return the sentence on photos of the file that are not used, "" once a person has chosen the pictures."""
        told = self.row.photo_warning if self.edits.photos is None else ""
        return told and f"{told}."

    @property
    def copies(self) -> int:
        """Return how many copies the row brings: its own, or all with its barcode when they share one draft."""
        return self.row.copies if self.options.duplicates is Duplicates.QUANTITY else self.row.quantity

    @property
    def gtin(self) -> str:
        """Return the row's barcode as GTIN-14.

        Raises:
            ItemError: it has none that can be used.
        """
        if self.row.gtin is None:
            raise ItemError(Cause.INVALID_BARCODE, self.row.problem)
        return self.row.gtin


class Pipeline(Protocol):
    """What runs a row. A real one asks the services; a benchmark's does nothing."""

    def foresee(self, gtins: Sequence[str]) -> None:
        """Hear which rows come next, by their GTIN-14s and in their order, so that one call can ask for several.

        Takes no time. What was foreseen may come later, elsewhere or never, and may be foreseen again.
        """
        ...

    def run(self, work: Work) -> None:
        """Bring `work.item` to its outcome.

        Raises:
            ItemError: the row fails, for its cause.
            UpstreamError: a service is to blame, or a person must act; the row stays undone and no attempt is spent.
            LeaseLost: the row is no longer ours.
            GivenBack: the row is not to go on.
        """
        ...

    def unchangeable(self, work: Work, sku: str) -> str:
        """Return why the draft that was made as `sku` cannot be changed for `work`, "" when eBay holds it as one.

        Raises:
            UpstreamError: eBay does not answer or does not accept us.
            GivenBack: the row is not to go on.
        """
        ...
