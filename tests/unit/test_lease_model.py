"""The lease protocol, in every order in which it can go; and what each of its promises is for."""

from __future__ import annotations

import pytest

from tests.support.lease_model import Rules, search


@pytest.mark.parametrize(
    ("rows", "workers"),
    [(1, 2), pytest.param(2, 2, marks=pytest.mark.long), pytest.param(1, 3, marks=pytest.mark.long)],
)
def test_no_order_of_kills_freezes_and_late_requests_breaks_a_promise(rows: int, workers: int) -> None:
    found = search(Rules(), rows=rows, workers=workers)
    print(f"rows: {rows}, workers: {workers}, states: {found.states}")
    assert (found.broken, found.way) == ("", ())
    assert found.stuck == 0
    assert found.states > 5_000


def test_a_fence_alone_does_not_prevent_a_second_offer() -> None:
    """The request of a worker whose lease has ended arrives late; only what eBay keeps of a SKU makes it harmless."""
    found = search(Rules(one_offer=False), rows=1, workers=2)
    assert found.broken == "a row has two offers"
    assert found.way[-2:] == ("row 0 is made", "row 0 is made")


def test_without_the_fence_a_row_that_was_done_is_undone() -> None:
    found = search(Rules(fence=False), rows=1, workers=2)
    assert found.broken == "a row that was done is not"
