"""What mends a failed row: another try as it is, or something that a person changes first. Pure."""

from __future__ import annotations

from engine.errors import Cause

NEEDS_A_CHANGE = frozenset({Cause.INVALID_BARCODE, Cause.AMBIGUOUS, Cause.NO_PRICE})
"""Rows that fail again for the same cause until somebody corrects a barcode, chooses a release or gives a price."""


CHOSEN = frozenset({Cause.MERGED, Cause.REMOVED, Cause.LEFT_OUT, Cause.DRAFTED_BEFORE, Cause.ADDED, Cause.HANDED_OVER})
"""Causes of a row that was skipped by choice: nothing there has failed."""


def another_try_may_help(cause: Cause) -> bool:
    """Whether a row that failed for `cause` may end better if it is run again with nothing changed."""
    return cause not in NEEDS_A_CHANGE
