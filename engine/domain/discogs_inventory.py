"""The Discogs inventory file: rows matched to a Discogs release, as its inventory upload takes them. Pure.

Discogs puts what is uploaded up for sale at once: `status` is not among the columns it documents, and those it does not
know it ignores. A line without `media_condition` is refused, so nothing goes on sale before the operator has graded it.
Prices are in US dollars; Discogs reads them in the currency of the seller's marketplace settings. One line is one copy.

The grade of a copy is the operator's, in the terms of `GRADES`: the grade of the same name, which at Discogs promises
no more than eBay's does. Nobody graded the sleeve apart, so its cell is for the operator to fill in. The columns behind
`status` tell whoever grades which record it is.

Source: https://www.discogs.com/developers, "Inventory Upload" (read 2026-11): `release_id`, `price` and
`media_condition` required; `sleeve_condition`, `comments`, `accept_offer`, `location`, `external_id` (private),
`weight` and `format_quantity` optional. The names of the telling columns are those of its inventory export.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.domain import spreadsheets
from engine.domain.listings import plain
from engine.domain.pricing import dollars
from engine.domain.rows import Condition

COLUMNS = (
    "release_id",
    "price",
    "media_condition",
    "sleeve_condition",
    "comments",
    "external_id",
    "status",
    "artist",
    "title",
    "label",
    "catno",
    "format",
    "needs",
)
HEAD = spreadsheets.line(COLUMNS)
GRADES = {
    Condition.NEW: "Mint (M)",
    Condition.LIKE_NEW: "Near Mint (NM or M-)",
    Condition.USED_VERY_GOOD: "Very Good (VG)",
    Condition.USED_GOOD: "Good (G)",
    Condition.USED_ACCEPTABLE: "Fair (F)",
}
NEEDS_GRADING = "needs grading"
DRAFT = "Draft"


def listed(release: Mapping[str, Any]) -> bool:
    """Return whether a matched release, as it is stored with its item, is one of Discogs'."""
    return str(release.get("discogs_id") or "").isdigit()


def lines(release: Mapping[str, Any], draft: Mapping[str, Any], *, note: str = "") -> Iterator[str]:
    """Return one line for each copy of a draft, both as they are stored; `note` is the operator's own remark."""
    grade = draft.get("grade")
    cents = draft.get("price_cents")
    cells = [
        str(release["discogs_id"]),
        "" if cents is None else dollars(cents),
        GRADES[Condition(grade)] if grade else "",
        "",
        _cell(note),
        _cell(draft.get("sku")),
        DRAFT,
        *(_cell(release.get(name)) for name in ("artist", "title", "label", "catalog_number", "format")),
        "" if grade else NEEDS_GRADING,
    ]
    return (spreadsheets.line(cells) for _ in range(draft.get("quantity", 1)))


def _cell(value: object) -> str:
    """Return text on one line, with a blank before what a spreadsheet would run."""
    text = plain("" if value is None else str(value))
    return f" {text}" if spreadsheets.runs(text) else text
