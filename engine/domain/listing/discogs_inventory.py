"""The Discogs inventory file: rows matched to a Discogs release, as its inventory upload takes them. Pure.

Discogs puts what is uploaded up for sale at once: `status` is not among the columns it documents, and those it does not
know it ignores. A line without `media_condition` or `price` is refused, so nothing goes on sale before the operator has
graded and priced it. Prices are in US dollars; Discogs reads them in the currency of the seller's marketplace settings.
One line is one copy.

The grades of disc and sleeve are the seller's own, by the trade's scale. Where they graded in eBay's words instead, the
disc has the grade of `GRADES`: that of the same name, which at Discogs promises no more than eBay's does; the sleeve's
cell is for them to fill in then, and `ebay_condition` keeps what they said, so that the file reads back as it was (see
`unchanged`). The columns behind `status` tell whoever grades which record it is.

Source: https://www.discogs.com/developers, "Inventory Upload" (read 2026-11): `release_id`, `price` and
`media_condition` required; `sleeve_condition`, `comments`, `accept_offer`, `location`, `external_id` (private),
`weight` and `format_quantity` optional. The names of the telling columns are those of its inventory export.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.domain.batch.grades import GRADE_NAMES, Grade, Grading
from engine.domain.batch.rows import Condition
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.listing import spreadsheets
from engine.domain.listing.composition import Draft
from engine.domain.listing.pricing import dollars
from engine.domain.listing.readiness import GRADES as CONDITION_NAMES
from engine.domain.listing.wording import plain

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
    "ebay_condition",
)
HEAD = spreadsheets.line(COLUMNS)
GRADES = {
    Condition.NEW: "Mint (M)",
    Condition.LIKE_NEW: "Near Mint (NM or M-)",
    Condition.USED_VERY_GOOD: "Very Good (VG)",
    Condition.USED_GOOD: "Good (G)",
    Condition.USED_ACCEPTABLE: "Fair (F)",
}
_AT_DISCOGS = {  # grades that Discogs does not have, as the next one below
    Grade.SEALED: Grade.NEAR_MINT,
    Grade.EXCELLENT_PLUS: Grade.VERY_GOOD_PLUS,
    Grade.EXCELLENT: Grade.VERY_GOOD_PLUS,
    Grade.EXCELLENT_MINUS: Grade.VERY_GOOD,
}
NEEDS_GRADING = "needs grading"
NEEDS_PRICE = "needs price"
DRAFT = "Draft"


def listed(release: ReleaseSummary) -> bool:
    """Return whether a matched release is one of Discogs'."""
    return release.discogs_id is not None and release.discogs_id.isdigit()


def grade_name(grade: Grade | None) -> str:
    """Return what Discogs calls a grade of the trade, "" for none."""
    return GRADE_NAMES.get(_AT_DISCOGS.get(grade, grade), "") if grade else ""


def media_grade(own: Grade | None, condition: Condition | None) -> str:
    """Return Discogs' grade of a medium: the seller's own, else the one of their condition's name; "" when ungraded."""
    return grade_name(own) or (GRADES.get(condition, "") if condition else "")


def unchanged(media_condition: str, ebay_condition: Condition) -> bool:
    """Whether a line of this file grades as it was written: if so, the condition in eBay's words is what was said.

    A seller who has graded anew in `media_condition` means that.
    """
    return GRADES.get(ebay_condition) == media_condition.strip()


def lines(release: ReleaseSummary, draft: Draft, *, note: str = "") -> Iterator[str]:
    """Return one line for each copy of a draft; `note` is the operator's own remark."""
    own, cents = draft.grading or Grading(), draft.price_cents
    grade = media_grade(own.medium, draft.grade)
    cells = [
        release.discogs_id,
        "" if cents is None else dollars(cents),
        grade,
        grade_name(own.sleeve),
        _cell(note),
        _cell(draft.sku),
        DRAFT,
        *map(_cell, (release.artist, release.title, release.label, release.catalog_number, release.format)),
        ", ".join(filter(None, ("" if grade else NEEDS_GRADING, "" if cents else NEEDS_PRICE))),
        CONDITION_NAMES.get(draft.grade, "") if draft.grade and not own.medium else "",
    ]
    return (spreadsheets.line(cells) for _ in range(draft.quantity))


def _cell(said: str) -> str:
    """Return text on one line, with a blank before what a spreadsheet would run."""
    text = plain(said)
    return f" {text}" if spreadsheets.runs(text) else text
