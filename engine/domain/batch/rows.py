"""One row of an uploaded file, as it was read."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from engine.codec import OpenEnum, Value, replace
from engine.domain.batch.grades import Grading
from engine.domain.identify.barcodes import display
from engine.domain.identify.named import NOTHING_NAMED
from engine.domain.identify.named import Named as Named


class Condition(OpenEnum):
    """The operator's grading of a copy, in eBay's words. Never guessed: it comes from the file or from a choice."""

    NEW = "NEW"
    LIKE_NEW = "LIKE_NEW"
    USED_VERY_GOOD = "USED_VERY_GOOD"
    USED_GOOD = "USED_GOOD"
    USED_ACCEPTABLE = "USED_ACCEPTABLE"


class RowState(StrEnum):
    """What the check says of a row; every row of a file is in exactly one of them."""

    READY = "ready"
    REPAIRED = "repaired"  # usable after a repair that could be proved
    REPEATED = "repeated"  # usable, and its barcode stands in an earlier row too
    INVALID = "invalid"


class Carried(Value, frozen=True, omit_defaults=False):
    """What a row of a new batch has from the row that failed in another: `index` is where it stood there.

    `sku` is its SKU, under which a draft may be at eBay already when a run intended that, at `intended_at`. `copies`
    are those that it held with the rows that were counted into it.
    """

    index: int
    sku: str
    copies: int = 1
    intended_at: datetime | None = None


class HandedTo(Value, frozen=True, omit_defaults=False):
    """The row of another batch that carries a row on: its batch, the name of that batch, its index, and since when."""

    job_id: str
    index: int
    batch: str
    at: datetime


class Row(Value, frozen=True):
    """One row of a file: every line that is not blank and not the header.

    `index` counts rows from 0; `line` is the line (or spreadsheet row) that the operator sees, from 1. `value` is
    the barcode as it stands in the file. `gtin` is the canonical GTIN-14, None when there is none: then `named`
    says which release it is, or `problem` is the sentence that says why the row cannot be used and how to mend it.
    `repaired` says what was mended, `warning` what looks odd or is not used; both "" when there is nothing to say.
    `unclear` names what the file says in words that cannot be used: "condition", "price" or "quantity"; no default
    may take their place. `sheet` is the sheet of a workbook of which several are read, else "". `repeat_of` is the
    index of the first row that is the `same`, `copies` on that first row the number of copies that all such rows
    hold together. `condition` (in eBay's words), `grading` (the seller's own, by the trade's scale), `price_cents`
    and `note` are None or "" when the file does not say. `photos` holds the https addresses of the operator's own
    pictures, `photo_warning` says which others the file names and why they are not used. `seller_sku` is the
    seller's own number of the copy, `location` where it stands, "" when the file does not say; `named` is what it
    says of the release. `cells` is the row of the file, cell by cell. `carried` is what the row has from another
    batch in which it failed, None when it is new.
    """

    index: int
    line: int
    value: str = ""
    gtin: str | None = None
    problem: str = ""
    repaired: str = ""
    warning: str = ""
    photo_warning: str = ""
    repeat_of: int | None = None
    copies: int = 1
    condition: Condition | None = None
    price_cents: int | None = None
    quantity: int = 1
    note: str = ""
    photos: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()
    carried: Carried | None = None
    unclear: tuple[str, ...] = ()
    sheet: str = ""
    seller_sku: str = ""
    location: str = ""
    named: Named = NOTHING_NAMED
    grading: Grading | None = None

    @property
    def key(self) -> str | None:
        """Return what the row is known by: its GTIN-14, else what names its release; None when it cannot be used."""
        return self.gtin or (self.named.key or None if not self.problem else None)

    def corrected(self, gtin: str) -> Row:
        """Return the row with the barcode that a person read off the copy: a row of its own, whatever it repeated."""
        return replace(self, gtin=gtin, problem="", repeat_of=None)

    @property
    def same(self) -> str | None:
        """Return what rows of the same release share, None when it cannot be used; one barcode may be on several."""
        both = self.gtin and self.named.discogs_id
        return f"{self.gtin}-{self.named.discogs_id}" if both else self.key

    @property
    def shown(self) -> str:
        """Return the barcode as people write it, else what names the release, else the file's own text."""
        return display(self.gtin) if self.gtin else (self.key and self.named.text) or self.value

    @property
    def state(self) -> RowState:
        """Return the one state that the check counts this row under."""
        if self.key is None:
            return RowState.INVALID
        if self.repeat_of is not None:
            return RowState.REPEATED
        return RowState.REPAIRED if self.repaired else RowState.READY
