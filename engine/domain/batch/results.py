"""What the published lists of a job document say of rows that are done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from msgspec import UNSET, UnsetType

from engine.codec import Value
from engine.domain.batch.items import Item, ItemStatus


class RowOutcome(Value, frozen=True, omit_defaults=False):
    """An entry of `results`: how a row ended, and what was made of it.

    `status`, `cause`, `outcome` and `needs` are the words of an item, as text: another version may know more of them.
    `needs` says what its draft lacks before it can be published. `earlier` is the whole entry as the service before
    this one wrote it; an entry of our own has none.
    """

    upc: str
    index: int | None = None
    status: str | None = None
    success: bool | None = None
    cause: str | None = None
    error: str | None = None
    outcome: str | None = None
    not_sent: str = ""
    artist: str = ""
    title: str = ""
    price_cents: int | None = None
    sku: str = ""
    offer_id: str | None = None
    timestamp: datetime | None = None
    needs: tuple[str, ...] = ()
    earlier: Mapping[str, Any] | UnsetType = UNSET


class RowFailure(Value, frozen=True, omit_defaults=False):
    """An entry of `failed_upc_list`. `index` is None where the service before this one recorded none."""

    upc: str
    index: int | None = None
    error: str | None = None
    timestamp: datetime | None = None


class Checkpoint(Value, frozen=True, omit_defaults=False):
    """An entry of `checkpoints`. Fields are None where the service before this one recorded none."""

    upc_index: int | None = None
    upc: str = ""
    success: bool | None = None
    timestamp: datetime | None = None


Entry = TypeVar("Entry", RowOutcome, Checkpoint)
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def oldest_first(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return entries of a published list by their time, then by their row.

    Those of the service before this one may lack a time: they stay in front, in the order they are in.
    """
    return tuple(sorted(entries, key=_age))


def _age(entry: RowOutcome | Checkpoint) -> tuple[datetime, int]:
    if entry.timestamp is None:
        return _BEGINNING, 0
    return entry.timestamp, (entry.upc_index if isinstance(entry, Checkpoint) else entry.index) or 0


def newest(items: Iterable[Item], most: int) -> list[Item]:
    """Return those that ended last, the oldest first."""
    return sorted(items, key=lambda item: (item.finished_at or _BEGINNING, item.index))[-most:]


def outcome(item: Item) -> RowOutcome:
    """Return what `results` says of a row that is done."""
    release = item.release
    return RowOutcome(
        item.upc,
        item.index,
        item.status,
        success=item.status is ItemStatus.SUCCEEDED,
        cause=item.cause,
        error=item.error,
        outcome=item.outcome,
        not_sent=item.not_sent,
        artist=release.artist,
        title=release.title,
        price_cents=item.price.cents or None,
        sku=item.sku,
        offer_id=item.offer_id,
        timestamp=item.finished_at,
        needs=tuple(map(str, item.needs)),
    )


def failure(item: Item) -> RowFailure:
    """Return what `failed_upc_list` says of a row that failed."""
    return RowFailure(item.upc, item.index, item.error, item.finished_at)


def checkpoint(item: Item) -> Checkpoint:
    """Return what `checkpoints` says of a row that is done."""
    return Checkpoint(item.index, item.upc, item.status is ItemStatus.SUCCEEDED, item.finished_at)
