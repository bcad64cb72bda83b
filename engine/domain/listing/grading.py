"""From a seller's own grades to what eBay takes: the condition, the item specifics of a record, the words. Pure.

Nothing promises more than the seller did. eBay's condition speaks of disc and packaging together, so it follows the
lower of both grades. What eBay promises with each condition of music and films, in short: New is sealed by the
manufacturer; Like New looks as if just unwrapped; Very Good has very minimal wear and no obvious damage to case or
cover; Good may have scuffs, scratches or cracks; Acceptable has obvious wear and may lack parts, but works; Used works,
and may show wear. A record that is Fair or Poor need not play through: no condition fits it until the seller names one.

Source: eBay's "Item condition ID and name values", as public copies quote it, and Goldmine's grading guide,
http://www.rockdiscography.com/possessedbywax/cd_records/lp_grading.html (both read 2026-11), where Near Mint is "as if
you just got it home from a new record store and removed the shrink wrap". Which conditions a category takes:
contracts/UPSTREAMS.md 3.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.codec import replace
from engine.domain.batch.decided import NO_EDITS, Edits
from engine.domain.batch.grades import OF_SLEEVES, Grade, Grading
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition, Row
from engine.domain.listing.categories import VINYL, Category
from engine.domain.listing.category_rules import CategoryRules

GradeMap = Mapping[str, Condition]  # by grade; what it does not name is as `CAUTIOUS` says

RECORD_GRADING, SLEEVE_GRADING = "Record Grading", "Sleeve Grading"
CAUTIOUS: Mapping[Grade, Condition | None] = {
    Grade.SEALED: Condition.LIKE_NEW,  # New only where the seller says so: a sealed copy may have been sealed again
    Grade.MINT: Condition.LIKE_NEW,
    Grade.NEAR_MINT: Condition.LIKE_NEW,
    Grade.EXCELLENT_PLUS: Condition.USED_VERY_GOOD,
    Grade.EXCELLENT: Condition.USED_VERY_GOOD,
    Grade.VERY_GOOD_PLUS: Condition.USED_VERY_GOOD,
    Grade.EXCELLENT_MINUS: Condition.USED_GOOD,
    Grade.VERY_GOOD: Condition.USED_GOOD,
    Grade.GOOD_PLUS: Condition.USED_ACCEPTABLE,
    Grade.GOOD: Condition.USED_ACCEPTABLE,
    Grade.FAIR: None,
    Grade.POOR: None,
}
CAUTIOUS_OF_SLEEVES = dict.fromkeys((Grade.FAIR, Grade.POOR, *OF_SLEEVES), Condition.USED_ACCEPTABLE)
_ORDER = list(Condition)  # the best first
_NEXT_BELOW = {  # an item specific says a lower grade where eBay does not offer the grade itself
    Grade.MINT: Grade.NEAR_MINT,
    Grade.NEAR_MINT: Grade.EXCELLENT_PLUS,
    Grade.EXCELLENT_PLUS: Grade.EXCELLENT,
    Grade.EXCELLENT: Grade.VERY_GOOD_PLUS,
    Grade.VERY_GOOD_PLUS: Grade.EXCELLENT_MINUS,
    Grade.EXCELLENT_MINUS: Grade.VERY_GOOD,
    Grade.VERY_GOOD: Grade.GOOD_PLUS,
    Grade.GOOD_PLUS: Grade.GOOD,
    Grade.GOOD: Grade.FAIR,
    Grade.FAIR: Grade.POOR,
}


@dataclass(frozen=True, slots=True)
class Graded:
    """How a copy is graded: `condition` in eBay's words, None when it has none, and the seller's `own` grades.

    `mapped` says that the condition follows from these, `overstated` that a person chose one that promises more.
    """

    condition: Condition | None = None
    own: Grading | None = None
    mapped: bool = False
    overstated: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the names by which tables of prices know the copy, the most exact first."""
        medium = self.own.medium if self.own else None
        return tuple(str(name) for name in (medium, self.condition) if name)


def graded(row: Row, options: Options, edits: Edits = NO_EDITS) -> Graded:
    """Return how a copy is graded: as edited, else as the row says, else as the batch does.

    A row whose own words cannot be read has no default: the batch's could promise more. A row that grades its sleeve
    alone takes its medium from the batch, and is no better than that sleeve.
    """
    found = _of(edits.grading, options) if edits.grading else _unedited(row, options)
    if edits.condition is None:
        return found
    own, promised = found.own, condition(found.own, options.grade_map) if found.own else None
    return Graded(
        edits.condition,
        own,
        overstated=promised is not None and edits.condition is not _lower(edits.condition, promised),
    )


def condition(grading: Grading, chosen: GradeMap) -> Condition | None:
    """Return the condition of eBay's that grades come to by the seller's map, None when none promises so little."""
    return _lower(_mapped(grading.medium, chosen), _of_sleeve(grading.sleeve, chosen)) if grading.medium else None


def usual_conditions(grade: Grade) -> tuple[Condition | None, Condition | None]:
    """Return what a grade comes to where the seller has not chosen: of a disc, and of a sleeve."""
    return CAUTIOUS.get(grade), _of_sleeve(grade, {})


def taken(found: Graded, rules: CategoryRules) -> str | None:
    """Return eBay's enum of a copy in a category, None for an ungraded one.

    Where the category does not take what the seller's own grade comes to, the next lower one that it takes counts. A
    condition in eBay's words stays as it is.
    """
    if found.condition is None:
        return None
    exact = rules.condition(found.condition)
    if not found.mapped or exact == found.condition in rules.conditions:
        return exact
    below = _ORDER[_ORDER.index(found.condition) :]
    return next((word for word in below if word in rules.conditions), exact)


def specifics(own: Grading | None, place: Category | None, rules: CategoryRules) -> dict[str, list[str]]:
    """Return the item specifics that say the seller's own grades of a record; {} elsewhere.

    One that eBay does not list for the category is left out; a grade that it does not offer is the next one below.
    """
    if own is None or place != VINYL:
        return {}
    asked = {RECORD_GRADING: own.medium, SLEEVE_GRADING: own.sleeve}
    known = {
        name: _offered(grade, name, rules)
        for name, grade in asked.items()
        if grade and (rules.asked_at is None or name in rules.specifics)
    }
    return {name: [value] for name, value in known.items() if value}


def _unedited(row: Row, options: Options) -> Graded:
    if row.condition:
        return Graded(row.condition, row.grading)
    if row.grading and row.grading.medium:
        return _of(row.grading, options)
    fallback = Graded() if "condition" in row.unclear else _of_batch(options)
    if row.grading is None:
        return fallback
    own = replace(row.grading, medium=fallback.own.medium if fallback.own else None)
    if own.medium:
        return _of(own, options)
    return Graded(_lower(fallback.condition, _of_sleeve(own.sleeve, options.grade_map)), own, mapped=True)


def _of(own: Grading, options: Options) -> Graded:
    return Graded(condition(own, options.grade_map), own, mapped=True)


def _of_batch(options: Options) -> Graded:
    """Return how the batch grades copies of which the file says nothing; a grade counts before a condition."""
    return _of(options.grading, options) if options.grading else Graded(options.condition)


def _mapped(grade: Grade | None, chosen: GradeMap) -> Condition | None:
    return chosen.get(str(grade)) or CAUTIOUS.get(grade) if grade else None


def _of_sleeve(grade: Grade | None, chosen: GradeMap) -> Condition | None:
    """Return the best condition of a copy with such a sleeve; a plain one, or none at all, is a missing part."""
    if grade is None:
        return _ORDER[0]
    return chosen.get(str(grade)) or CAUTIOUS_OF_SLEEVES.get(grade) or CAUTIOUS.get(grade)


def _lower(one: Condition | None, other: Condition | None) -> Condition | None:
    """Return that of two conditions which promises less; None when one of them is none."""
    return max(one, other, key=_ORDER.index) if one and other else None


def _offered(grade: Grade, name: str, rules: CategoryRules) -> str:
    """Return the value of a specific that says a grade, or the next one below that eBay offers; "" when it has none."""
    specific = rules.specific(name)
    current: Grade | None = grade
    while current:
        named = current.full_name
        for words in (named, str(current), named.partition(" (")[0]):
            if fitting := specific.fit([words]):
                return fitting[0]
        current = _NEXT_BELOW.get(current)
    return ""
