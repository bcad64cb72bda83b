"""A cell beside the barcode: what stands there, whether it says anything, and that it cannot be used."""

from __future__ import annotations

from functools import lru_cache

from engine.domain.batch.layout import Role
from engine.reading.columns import Cells, Columns

remembered = lru_cache(maxsize=512)  # a file holds few different prices and conditions, and is read twice

_NOTHING = {
    "-", "--", "---", "–", "—", "n/a", "n.a.", "na", "none", "null", "nil", "nan", "?", "??", "tbd", "unknown",
    "not specified", "not given", "ungraded", "not graded", "no grade", "no price", "$-", "$ -",
}  # fmt: skip


class CellProblem(Exception):
    """A cell cannot be used; the message is the sentence an operator reads."""


def at(cells: Cells, columns: Columns, role: Role) -> str:
    """Return what stands in the columns of a role."""
    places = columns.roles.get(role)
    if not places:
        return ""
    if len(places) == 1:
        return cells[places[0]] if places[0] < len(cells) else ""
    parted = "|" if role is Role.PHOTOS else " "
    return parted.join(cells[place] for place in places if place < len(cells))


def says_nothing(text: str) -> bool:
    """Return whether a text is empty, or one of the words for nothing."""
    return not text or text.casefold() in _NOTHING
