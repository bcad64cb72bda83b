"""What the operator chose for a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from engine.domain.pricing import PriceRule
from engine.domain.rows import Condition


class Duplicates(StrEnum):
    """What becomes of rows whose barcode stands in an earlier row too. Stored: never renamed."""

    EACH = "each"  # one draft each
    QUANTITY = "quantity"  # one draft, with the quantity of them all


class Ambiguous(StrEnum):
    """What becomes of a row whose barcode several releases carry. Stored: never renamed."""

    HOLD = "hold"  # it fails, with all candidates, until a person chooses
    BEST = "best"  # the best-ranked candidate is drafted, and marked as worth a look


class DraftedBefore(StrEnum):
    """What becomes of a row whose barcode an earlier batch has drafted. Stored: never renamed."""

    AGAIN = "again"  # it is drafted again
    SKIP = "skip"  # it is skipped, and says where the draft is
    QUANTITY = "quantity"  # its copies are added to that draft where they are alike, see `additions.unlike`


class Need(StrEnum):
    """Whether a batch waits for a person when a service refuses our credentials. Stored: never renamed."""

    REQUIRED = "required"  # it pauses
    OPTIONAL = "optional"  # it goes on without that service, and its rows say so


@dataclass(frozen=True, slots=True)
class Options:
    """How a batch is run.

    `condition` is the grading of every copy whose row does not name one, None when the operator gave none.
    `first` limits the batch to that many rows of the file; None takes them all. `discogs` says whether the batch goes
    on when Discogs refuses our credentials. `ambiguous` and `drafted_before` say what becomes of such rows.
    `photos` says how the operator's own pictures are named, as in `PhotoPattern`, "" when there are none.
    """

    create_drafts: bool = True
    test_mode: bool = False
    condition: Condition | None = None
    duplicates: Duplicates = Duplicates.EACH
    first: int | None = None
    price_rule: PriceRule = field(default_factory=PriceRule)
    discogs: Need = Need.REQUIRED
    ambiguous: Ambiguous = Ambiguous.HOLD
    drafted_before: DraftedBefore = DraftedBefore.AGAIN
    photos: str = ""

    @property
    def not_sent(self) -> str:
        """Return why drafts of this batch are not sent to eBay, "" when they are."""
        if self.test_mode:
            return "Test mode: the draft was composed and not sent to eBay."
        return "" if self.create_drafts else "Drafts are switched off for this batch: composed and not sent to eBay."

    def document(self) -> dict[str, Any]:
        """Return the options as JSON types."""
        return {
            "create_drafts": self.create_drafts,
            "test_mode": self.test_mode,
            "condition": self.condition,
            "duplicates": self.duplicates,
            "first": self.first,
            "price_rule": self.price_rule.document(),
            "discogs": self.discogs,
            "ambiguous": self.ambiguous,
            "drafted_before": self.drafted_before,
            "photos": self.photos,
        }

    @classmethod
    def from_document(cls, fields: Mapping[str, Any]) -> Self:
        """Return the options that `document` wrote; what is missing is at its default."""
        condition = fields.get("condition")
        return cls(
            create_drafts=fields.get("create_drafts", True),
            test_mode=fields.get("test_mode", False),
            condition=Condition(condition) if condition else None,
            duplicates=Duplicates(fields.get("duplicates", Duplicates.EACH)),
            first=fields.get("first"),
            price_rule=PriceRule.from_document(fields.get("price_rule", {})),
            discogs=Need(fields.get("discogs", Need.REQUIRED)),
            ambiguous=Ambiguous(fields.get("ambiguous", Ambiguous.HOLD)),
            drafted_before=DraftedBefore(fields.get("drafted_before", DraftedBefore.AGAIN)),
            photos=fields.get("photos", ""),
        )
