"""When the first rows of a batch match so badly that it stops."""

from __future__ import annotations

import pytest

from engine.domain.batch.early_stop import FirstRows, first_rows, reason
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.identify.evidence import ReleaseSummary
from engine.errors import Cause

MATCHED = Item(0, 1, "1", None, ItemStatus.SUCCEEDED, release=ReleaseSummary(title="Blue Monday"))
SEVERAL = Item(0, 1, "1", None, ItemStatus.FAILED, Cause.AMBIGUOUS)
UNKNOWN = Item(0, 1, "1", None, ItemStatus.FAILED, Cause.NO_MATCH)
NOT_LOOKED_UP = [
    Item(0, 1, "1", None, ItemStatus.FAILED, Cause.INVALID_BARCODE),
    Item(0, 1, "1", None, ItemStatus.SKIPPED, Cause.MERGED),
    Item(0, 1, "1", None, ItemStatus.WORKING),
    Item(0, 1, "1", None, ItemStatus.FAILED, Cause.DEFECT),
]


def before(matched: int, batches: int = 5) -> list[FirstRows]:
    return [FirstRows(25, matched)] * batches


def test_the_first_25_rows_that_were_looked_up_count() -> None:
    rows = [*NOT_LOOKED_UP, *[MATCHED] * 10, *[SEVERAL] * 2, *[UNKNOWN] * 13, *[MATCHED] * 9]
    assert first_rows(rows) == FirstRows(25, 12)


def test_fewer_rows_say_nothing() -> None:
    assert first_rows([*NOT_LOOKED_UP, *[MATCHED] * 24]) is None


@pytest.mark.parametrize(
    ("matched", "usual", "stops"),
    [
        (11, 23, True),
        (12, 23, False),  # more than half of what is usual
        (0, 6, True),
        (0, 5, False),  # five rows less may be chance
        (3, 9, True),
        (4, 9, False),
        (25, 25, False),
    ],
)
def test_less_than_half_of_what_is_usual_stops_a_batch(matched: int, usual: int, stops: bool) -> None:
    assert bool(reason(FirstRows(25, matched), before(usual))) is stops


def test_what_is_usual_takes_three_batches() -> None:
    assert not reason(FirstRows(25, 0), before(25, 2))
    assert reason(FirstRows(25, 0), before(25, 3))


def test_the_last_five_batches_count_and_no_earlier_ones() -> None:
    assert not reason(FirstRows(25, 2), [*before(3), *before(25, 20)])


def test_the_reason_says_the_figures_and_what_to_do() -> None:
    said = reason(FirstRows(25, 3), before(23))
    assert "25 rows that were looked up 3 match a release" in said
    assert "last 5 batches it was 115 of 125" in said
    assert "right column" in said
    assert "resume" in said
