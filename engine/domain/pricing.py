"""Where a price comes from: the file's own column, else the rule that the operator set. Never a made-up constant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self


class PriceBasis(StrEnum):
    """What a rule takes its price from. Stored: never renamed."""

    FIXED = "fixed"  # a price the operator set by format and condition
    COMPARABLE = "comparable"  # the median of eBay's asking prices for the same barcode
    DISCOGS_LOWEST = "discogs_lowest"  # Discogs' lowest asking price; off until the operator turns it on


@dataclass(frozen=True, slots=True)
class PriceRule:
    """The operator's rule for rows whose file names no price.

    `fixed` maps a format (`CD`, `Vinyl`, … or `*` for any) to prices in cents by condition (`*` for any), e.g.
    `{"CD": {"*": 599, "NEW": 999}}`. `factor`, `floor_cents` and `ceiling_cents` apply to the other two bases;
    None means no limit.
    """

    basis: PriceBasis = PriceBasis.COMPARABLE
    factor: float = 1.0
    floor_cents: int | None = None
    ceiling_cents: int | None = None
    fixed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Return the rule as JSON types."""
        return {
            "basis": self.basis,
            "factor": self.factor,
            "floor_cents": self.floor_cents,
            "ceiling_cents": self.ceiling_cents,
            "fixed": {name: dict(prices) for name, prices in self.fixed.items()},
        }

    @classmethod
    def from_document(cls, fields: Mapping[str, Any]) -> Self:
        """Return the rule that `document` wrote."""
        return cls(**{**fields, "basis": PriceBasis(fields.get("basis", PriceBasis.COMPARABLE))})
