"""One row of an uploaded file, as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


class Condition(StrEnum):
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


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: every line that is not blank and not the header.

    `index` counts rows from 0; `line` is the line (or spreadsheet row) that the operator sees, from 1. `value` is the
    barcode as it stands in the file. `gtin` is the canonical GTIN-14, None when the row cannot be used: then `problem`
    is the sentence that says why and how to mend it. `repaired` says what was mended, `warning` what looks odd;
    both "" when there is nothing to say. `repeat_of` is the index of the first row with the same GTIN, `copies` on
    that first row the number of copies that all rows with its GTIN hold together. `condition`, `price_cents`
    and `note` are None or "" when the file does not say. `photos` holds the https addresses of the operator's own
    pictures, `photo_warning` says which others the file names and why they are not used. `cells` is the row of the
    file, cell by cell.
    """

    index: int
    line: int
    value: str
    gtin: str | None
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

    @property
    def state(self) -> RowState:
        """Return the one state that the check counts this row under."""
        if self.gtin is None:
            return RowState.INVALID
        if self.repeat_of is not None:
            return RowState.REPEATED
        return RowState.REPAIRED if self.repaired else RowState.READY

    def document(self) -> dict[str, Any]:
        """Return the row as JSON types, without what is empty."""
        known = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in known.items() if value not in (None, "", ())}

    @classmethod
    def from_document(cls, fields: Mapping[str, Any]) -> Self:
        """Return the row that `document` wrote."""
        known = dict(fields)
        condition = known.pop("condition", None)
        return cls(
            value=known.pop("value", ""),
            gtin=known.pop("gtin", None),
            condition=Condition(condition) if condition else None,
            photos=tuple(known.pop("photos", ())),
            cells=tuple(known.pop("cells", ())),
            **known,
        )
