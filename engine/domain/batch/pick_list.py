"""The pick list of a batch: its copies in the order in which they stand on the shelves. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.rows import Row
from engine.domain.folding import folded
from engine.errors import Cause

COLUMNS = ("location", "seller_sku", "quantity", "artist", "title", "format", "upc", "sku", "row")
_COUNTED_ELSEWHERE = frozenset({Cause.MERGED, Cause.ADDED})
_NUMBERS = re.compile(r"([0-9]+)")


@dataclass(frozen=True, slots=True)
class Pick:
    """Copies to take from a shelf: where they stand, the seller's own number, how many, and what they are.

    `sku` is eBay's custom label; of copies that were counted into another row it is "".
    """

    location: str
    seller_sku: str
    quantity: int
    artist: str
    title: str
    format: str
    upc: str
    sku: str
    line: int

    @property
    def order(self) -> tuple[object, ...]:
        """Return what picks are sorted by: the shelf, then the number; numbers count as such, nothing comes last."""
        return (not self.location, _natural(self.location), not self.seller_sku, _natural(self.seller_sku), self.line)

    @property
    def cells(self) -> tuple[object, ...]:
        """Return the cells of `COLUMNS`."""
        named = (self.location, self.seller_sku, self.quantity, self.artist, self.title, self.format)
        return (*named, self.upc, self.sku, self.line)


def pick(row: Row, item: Item) -> Pick | None:
    """Return the copies of a row that a draft offers, its own or another row's; None where none does."""
    drafted = item.status is ItemStatus.SUCCEEDED
    if not drafted and item.cause not in _COUNTED_ELSEWHERE:
        return None
    release = item.release
    return Pick(
        row.location,
        row.seller_sku,
        row.quantity,
        release.artist or row.named.artist,
        release.title or row.named.title,
        release.format,
        item.upc,
        item.sku if drafted else "",
        row.line,
    )


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return what a text is sorted by, so that `Crate 2` stands before `Crate 10`."""
    parts = _NUMBERS.split(folded(text))
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts if part)
