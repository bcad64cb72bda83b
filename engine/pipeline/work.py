"""One row on its way: what a pipeline is given, and what it may ask of the worker that runs it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from engine.domain.batch.decided import Edits
from engine.domain.batch.items import Item
from engine.domain.batch.options import Duplicates, Options
from engine.domain.batch.rows import Row
from engine.domain.batch.scans import Found
from engine.domain.identify.releases import Release
from engine.domain.listing.grading import Graded, graded
from engine.domain.listing.pricing import Price
from engine.domain.services import Service
from engine.errors import Cause, ItemError


class Step(StrEnum):
    """The steps of a row, in their order."""

    IDENTIFY = "identify"
    PICTURE = "picture"
    PRICE = "price"
    DRAFT = "draft"


class RowPort(Protocol):
    """The worker, as the row sees it that it runs."""

    def now(self) -> datetime:
        """Return the time by the store's clock."""
        ...

    def save(self, item: Item) -> None:
        """Store the row as it is, durably.

        Raises:
            LeaseLost: the row is no longer ours: nothing may be sent anywhere after that.
        """
        ...

    def ensure_ours(self) -> None:
        """Look whether the row is still ours, before every write to a service; it costs nothing.

        Raises:
            LeaseLost: it is not.
        """
        ...

    def wait(self, seconds: float, reason: str) -> None:
        """Let `seconds` pass while `reason` is what an operator reads.

        Raises:
            Requeued: the row is not to go on.
        """
        ...

    def at(self, step: Step) -> None:
        """Let operators see which step the row is at."""
        ...


class RowContext(Struct, frozen=True):
    """A row that is run: `item` is what is known of it when the run begins, `batch` the name of its batch.

    A new one is made with each step of a row, so it is of a kind that costs a tenth of a dataclass to make.
    """

    row: Row
    item: Item
    options: Options
    sku: str
    port: RowPort
    batch: str = ""

    def come_to(self, item: Item) -> RowContext:
        """Return the same row, of which `item` is known by now."""
        return RowContext(self.row, item, self.options, self.sku, self.port, self.batch)

    def wait(self, seconds: float, reason: str) -> None:
        """Let `seconds` pass, as `RowPort.wait` says."""
        self.port.wait(seconds, reason)

    @property
    def edits(self) -> Edits:
        """Return what a person changed of the draft."""
        return self.item.decided.edits

    @property
    def graded(self) -> Graded:
        """Return how the copies are graded: as edited, else as the file says, else as the batch does."""
        return graded(self.row, self.options, self.edits)

    @property
    def photo_warning(self) -> str:
        """Return the sentence on photos of the file that are not used, "" once a person has chosen the pictures."""
        warning = self.row.photo_warning if self.edits.photos is None else ""
        return warning and f"{warning}."

    @property
    def copies(self) -> int:
        """Return how many copies the row brings: its own, or all with its barcode when they share one draft."""
        return self.row.copies if self.options.duplicates is Duplicates.QUANTITY else self.row.quantity

    @property
    def key(self) -> str:
        """Return what the row is known by: its GTIN-14, or what else names its release.

        Raises:
            ItemError: it has nothing that can be used.
        """
        if self.row.key is None:
            raise ItemError(Cause.INVALID_BARCODE, self.row.problem)
        return self.row.key

    @property
    def named_by_number(self) -> bool:
        """Whether the file names the release by its number at Discogs, and no person has chosen another."""
        return bool(self.row.named.discogs_id) and self.item.decided.choice is None

    def barcode(self, release: Release) -> str:
        """Return the GTIN-14 of the copy: the row's, else the one that its release has, "" where that has not one."""
        return self.row.gtin or (next(iter(release.barcodes)) if len(release.barcodes) == 1 else "")


class LooksUp(Protocol):
    """What can look up a copy that is no row yet."""

    def look_up(self, context: RowContext) -> Found:
        """Return what the services know of it.

        Raises:
            UpstreamError: a service that is needed does not answer.
            Requeued: the caller does not wait any longer.
        """
        ...

    def price(self, context: RowContext) -> Price:
        """Return the price of a copy by the rule of its options, false where there is none; nothing is asked twice.

        Raises:
            UpstreamError: a service that is needed does not answer.
            Requeued: the caller does not wait any longer.
        """
        ...


class Pipeline(Protocol):
    """What runs a row. A real one asks the services; a benchmark's does nothing."""

    def foresee(self, gtins: Sequence[str]) -> None:
        """Hear which rows come next, by their GTIN-14s and in their order, so that one call can ask for several.

        Takes no time. What was foreseen may come later, elsewhere or never, and may be foreseen again.
        """
        ...

    def run(self, context: RowContext) -> Iterator[Item]:
        """Yield the row each time a step has added to it, up to its outcome; the last one counts, whatever is raised.

        Raises:
            ItemError: the row fails, for its cause.
            UpstreamError: a service is to blame, or a person must act; the row stays undone and no attempt is spent.
            LeaseLost: the row is no longer ours.
            Requeued: the row is not to go on.
        """
        ...

    def recovered(self, service: Service, since: datetime) -> bool:
        """Whether a service has answered a call well since `since`, by the store's clock, as far as is known."""
        ...

    def unchangeable(self, context: RowContext, sku: str) -> str:
        """Return why the draft that was made as `sku` cannot be changed for a row, "" when eBay holds it as one.

        Raises:
            UpstreamError: eBay does not answer or does not accept us.
            Requeued: the row is not to go on.
        """
        ...
