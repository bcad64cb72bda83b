"""The cells that grade a copy: its condition or grade, its sleeve, and what our own Discogs inventory says of both."""

from __future__ import annotations

from engine.codec import replace
from engine.domain.batch.grades import Grade, Grading, Scale, lower, one
from engine.domain.batch.layout import Role
from engine.domain.listing.discogs_inventory import unchanged
from engine.reading import conditions
from engine.reading.cell_words import CellProblem, at, remembered, says_nothing
from engine.reading.columns import Cells, Columns
from engine.reading.conditions import Said


@remembered
def condition(cell: str, scale: Scale | None = None) -> Said | None:
    """Return what `cell` says of the copy, in a column of this `scale`; None when it says nothing.

    Plain "Used" is no condition: it is refused.

    Raises:
        CellProblem: it is neither a condition of eBay's nor a grade of the trade.
    """
    text = cell.strip()
    if says_nothing(text):
        return None
    found = conditions.condition(text, scale)
    if found is None:
        raise CellProblem(conditions.refusal(text))
    return found


@remembered
def sleeve(cell: str) -> Grade | None:
    """Return the grade of the sleeve that `cell` names; None when it names none.

    Raises:
        CellProblem: it is no grade of the trade.
    """
    text = cell.strip()
    if says_nothing(text):
        return None
    found = one(text)
    if found is None:
        raise CellProblem(f"The sleeve's grade “{text}” cannot be used: write one such as NM, VG+, VG or Generic")
    return found


def of_conditions(columns: Columns) -> Role | None:
    """Return the role of the column that says how a copy is graded, None when there is none."""
    for role in conditions.OF_CONDITIONS:
        if role in columns.roles:
            return role
    return None


def exported(cells: Cells, columns: Columns) -> Said | None:
    """Return the condition that a line of our own Discogs inventory stands for, None where it has none of eBay's."""
    if Role.EBAY_CONDITION not in columns.roles:
        return None
    role = of_conditions(columns)
    if role is None or role is Role.EBAY_CONDITION:
        return None
    told = conditions.condition(at(cells, columns, Role.EBAY_CONDITION).strip(), Scale.EBAY)
    written = told and told.condition and unchanged(at(cells, columns, role), told.condition)
    return told if written else None


def grading(graded: Said | None, sleeve: Grade | None, scale: Scale | None) -> Grading | None:
    """Return the seller's own grades of medium and sleeve, None where there are none; a column of its own counts.

    Beside such a column two grades in one cell are both of the medium: the lower one counts.
    """
    own = graded.grading if graded else None
    if sleeve is None:
        return own
    if own is None:
        return Grading(None, sleeve, Scale.GOLDMINE if scale in (None, Scale.EBAY) else scale)
    medium = lower(own.medium, own.sleeve) if own.medium and own.sleeve else own.medium
    return replace(own, medium=medium, sleeve=sleeve)
