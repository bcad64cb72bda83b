"""Whether a batch is stopped early, because far fewer of its first rows match a release than in the batches before.

A file whose barcodes were read from the wrong column, or a pile that no database knows, is seen after 25 rows and not
after thousands of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice

from engine.codec import Value
from engine.domain.batch.items import Item, ItemStatus
from engine.errors import Cause

FIRST = 25  # rows of a batch that are compared
BEFORE = 5  # batches that they are compared with
LEAST_BEFORE = 3  # with fewer of them nobody knows what is usual
FEWER = 6  # rows less than usual, at least: less than that is chance


class FirstRows(Value, frozen=True, omit_defaults=False):
    """How the first rows of a batch that were looked up have matched; `stopped` says that the batch paused for it."""

    rows: int
    matched: int
    stopped: bool = False


def first_rows(items: Iterable[Item]) -> FirstRows | None:
    """Return how the first rows of `items`, in the order of the file, have matched; None while they are too few.

    A row counts once it has a release, or several, or none that anybody knows. Barcodes that cannot be used do not: the
    check of the file has shown them before the start.
    """
    found = list(islice((matched for item in items if (matched := _matched(item)) is not None), FIRST))
    return FirstRows(len(found), sum(found)) if len(found) == FIRST else None


def reason(first: FirstRows, before: Sequence[FirstRows]) -> str:
    """Return why a batch stops after its `first` rows, "" when it goes on; `before` are those of the last batches.

    It stops when they match less than half as often as usual, and at least `FEWER` rows less.
    """
    usual = before[:BEFORE]
    if len(usual) < LEAST_BEFORE:
        return ""
    rows, matched = sum(one.rows for one in usual), sum(one.matched for one in usual)
    expected = matched / rows * first.rows
    if first.matched * 2 >= expected or expected - first.matched < FEWER:
        return ""
    return (
        f"Of the first {first.rows} rows that were looked up {first.matched} match a release; of those of the last "
        f"{len(usual)} batches it was {matched} of {rows}. See whether the right column was read as the barcode. "
        "If it was, resume: the batch is not stopped for this again."
    )


def _matched(item: Item) -> bool | None:
    """Whether a row was found in a database; None when it was not looked up, or for something else has no answer."""
    if item.status is ItemStatus.SKIPPED or not item.done:
        return None
    if item.release or item.cause is Cause.AMBIGUOUS:
        return True
    return False if item.cause is Cause.NO_MATCH else None
