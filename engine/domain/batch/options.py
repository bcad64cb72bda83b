"""What the operator chose for a batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, get_type_hints

from msgspec import Meta

from engine.codec import OpenEnum, Value
from engine.domain.batch.grades import Grading
from engine.domain.batch.layout import Layout
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceRule


class Duplicates(OpenEnum):
    """What becomes of rows whose barcode stands in an earlier row too. Stored: never renamed."""

    EACH = "each"  # one draft each
    QUANTITY = "quantity"  # one draft, with the quantity of them all


class Ambiguous(OpenEnum):
    """What becomes of a row whose barcode several releases carry. Stored: never renamed."""

    HOLD = "hold"  # it fails, with all candidates, until a person chooses
    BEST = "best"  # the best-ranked candidate is drafted, and marked as worth a look


class DraftedBefore(OpenEnum):
    """What becomes of a row whose barcode an earlier batch has drafted. Stored: never renamed."""

    AGAIN = "again"  # it is drafted again
    SKIP = "skip"  # it is skipped, and says where the draft is
    QUANTITY = "quantity"  # its copies are added to that draft where they are alike, see `additions.unlike`


class NoPrice(OpenEnum):
    """What becomes of a row whose release is found, and for which no price is. Stored: never renamed."""

    DRAFT = "draft"  # it is drafted without one; a price is left to do
    HOLD = "hold"  # it fails, until a person gives it one


class Need(OpenEnum):
    """How much a batch needs a service, also when that refuses our credentials. Stored: never renamed."""

    REQUIRED = "required"  # it pauses
    OPTIONAL = "optional"  # it goes on without that service, and its rows say so
    WHEN_NEEDED = "when_needed"  # only rows that cannot be decided, or priced, without it ask it; then it pauses


class Options(Value, frozen=True, omit_defaults=False):
    """How a batch is run. The API and the command line take defaults and descriptions from here.

    `condition` and `grading` are None when the operator gave none, `first` None where all rows are taken; `photos` is
    as in `PhotoPattern`, "" when there are none; `profile` "" is the default one. What `layout` does not say of the
    file, the reader finds.
    """

    create_drafts: Annotated[bool, Meta(description="Send drafts to eBay.")] = True
    test_mode: Annotated[bool, Meta(description="Do everything but send drafts to eBay.")] = False
    condition: Annotated[Condition | None, Meta(description="Grading of copies whose row has none.")] = None
    duplicates: Annotated[
        Duplicates, Meta(description="Repeated barcodes: a draft for each row, or one draft with the quantity of all.")
    ] = Duplicates.EACH
    first: Annotated[int | None, Meta(description="Take only this many rows.")] = None
    price_rule: Annotated[PriceRule, Meta(description="How rows without a price of their own are priced.")] = (
        PriceRule()
    )
    discogs: Annotated[
        Need,
        Meta(
            description="When Discogs refuses our token: pause (required), or go on without it (optional). Or ask "
            "Discogs only where MusicBrainz does not decide (when_needed): the other drafts lack genre and tracks."
        ),
    ] = Need.REQUIRED
    ambiguous: Annotated[
        Ambiguous, Meta(description="Hold rows that several releases match, or draft the best of them.")
    ] = Ambiguous.HOLD
    drafted_before: Annotated[
        DraftedBefore,
        Meta(description="Draft again what an earlier batch drafted, skip it, or add its copies to that draft."),
    ] = DraftedBefore.AGAIN
    photos: Annotated[str, Meta(description="How your photos are named: gs://bucket/photos/{upc}_*.jpg.")] = ""
    no_price: Annotated[
        NoPrice, Meta(description="Rows for which no price is found: draft them without one, or hold them.")
    ] = NoPrice.DRAFT
    profile: Annotated[
        str,
        Meta(description="The seller's profile whose policies, location, parcels and text drafts have."),
    ] = ""
    grading: Annotated[
        Grading | None,
        Meta(
            description="The trade's grades of copies whose row has none: VG+, or NM/VG+ for medium and sleeve. "
            "They count before a condition."
        ),
    ] = None
    grade_map: Annotated[
        Mapping[str, Condition],
        Meta(description="The condition of eBay's that a grade becomes; the others become what promises no more."),
    ] = {}
    early_stop: Annotated[
        bool,
        Meta(
            description="Pause the batch when its first 25 rows match releases far less often than in the last five "
            "batches."
        ),
    ] = True
    layout: Annotated[
        Layout, Meta(description="Which column of the file is which, where its header stands, which sheets are read.")
    ] = Layout()

    @property
    def not_sent(self) -> str:
        """Return why drafts of this batch are not sent to eBay, "" when they are."""
        if self.test_mode:
            return "Test mode: the draft was composed and not sent to eBay."
        return "" if self.create_drafts else "Drafts are switched off for this batch: composed and not sent to eBay."

    @property
    def unknown(self) -> str:
        """Return the first word that only a newer version knows, with its option; "" when there is none.

        Such a batch cannot be run as its operator wants it.
        """
        words = {name: getattr(self, name) for name in self.__struct_fields__} | {"basis": self.price_rule.basis}
        words |= {f"grade {grade}": condition for grade, condition in self.grade_map.items()}
        unknown = (f"{name} {word}" for name, word in words.items() if isinstance(word, OpenEnum) and not word.known)
        return next(unknown, f"columns {self.layout.unknown}" if self.layout.unknown else "")


def description(name: str) -> str:
    """Return what the option `name` is for, in a sentence."""
    (meta,) = get_type_hints(Options, include_extras=True)[name].__metadata__
    return str(meta.description)
