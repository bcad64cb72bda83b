"""The lease protocol, every order in which it can go, breadth first; and what each of its promises is for."""

from __future__ import annotations

from tests.support.lease_model import Rules, search


def test_no_order_of_kills_freezes_and_late_requests_breaks_a_promise() -> None:
    found = search(Rules(), rows=1, workers=2)
    print(f"states: {found.states}, from which nothing ends: {found.stuck}")
    assert (found.broken, found.way, found.stuck) == ("", (), 0)
    assert found.states > 5_000


def test_a_fence_alone_does_not_prevent_a_second_offer() -> None:
    """The request of a worker that died arrives late; only what eBay keeps of a SKU makes it harmless."""
    found = search(Rules(one_offer=False), rows=1, workers=2)
    assert found.broken == "a row has two offers"
    assert found.way[-1] == "row 0 is made"


def test_without_the_fence_a_row_that_was_done_is_undone() -> None:
    found = search(Rules(fence=False), rows=1, workers=2)
    assert found.broken in ("a row that was done is not", "a row is called drafted without an offer")
