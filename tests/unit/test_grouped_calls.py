"""Calls that rows make together: who shares one, who goes alone, and what becomes of each."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from itertools import chain

import pytest

from engine.clock import SystemClock
from engine.domain.batch.items import Item
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Row
from engine.errors import LeaseLost, OutcomeUnknown, RequestRefused, UpstreamDown, UpstreamError
from engine.pipeline.grouped_calls import Company, GroupedCall, moment_for
from engine.pipeline.work import RowContext
from tests.support.clocks import until
from tests.support.working import Work

Outcomes = dict[str, str | UpstreamError]


def row(sku: str, ensure_ours: Callable[[], None] = lambda: None) -> RowContext:
    return Work(
        Row(0, 1, "", ""),
        Item(0, 1, "", ""),
        Options(),
        sku,
        save=lambda _item: None,
        ensure_ours=ensure_ours,
        now=lambda: datetime(2026, 1, 1, tzinfo=UTC),
        wait=lambda _seconds, _reason: None,
    ).context


@dataclass
class Service:
    """A service that answers `good SKU`, but for the SKUs in `outcomes`; a bulk call raises `refuses`, if anything.

    While `closed` is set it does not answer.
    """

    outcomes: Outcomes = field(default_factory=dict)
    refuses: BaseException | None = None
    most: int = 4
    moment: Callable[[int], float] = lambda _coming: 20.0  # longer than any thread takes to begin
    singles: list[str] = field(default_factory=list)
    bulks: list[list[str]] = field(default_factory=list)
    open: threading.Event = field(default_factory=threading.Event)
    company: Company = field(default_factory=Company)

    def __post_init__(self) -> None:
        self.open.set()
        self.call: GroupedCall[str, str] = GroupedCall(self.single, self.bulk, self.company, self.most, self.moment)

    def single(self, _context: RowContext, sku: str, _content: str) -> str:
        self.singles.append(sku)
        assert self.open.wait(20)
        return f"good {sku}"

    def bulk(self, _context: RowContext, contents: Mapping[str, str]) -> Outcomes:
        self.bulks.append(list(contents))
        assert self.open.wait(20)
        if self.refuses:
            raise self.refuses
        return {sku: self.outcomes.get(sku, f"good {sku}") for sku in contents}

    def ask(self, *rows: RowContext, rows_there: int = 0) -> list[Future[str]]:
        """Have all rows ask at once, in their order as far as threads have one; none expects more than there are."""
        with ExitStack() as stack, ThreadPoolExecutor(len(rows)) as threads:
            for _ in range(rows_there or len(rows)):
                stack.enter_context(self.company.one_more())
            return [threads.submit(self.call.ask, context, context.sku, "content") for context in rows]


def outcome(future: Future[str]) -> str:
    error = future.exception()
    return type(error).__name__ if error else future.result()


def test_rows_that_are_ready_together_share_one_call() -> None:
    service = Service()
    asked = service.ask(*map(row, "abc"))
    assert [future.result() for future in asked] == ["good a", "good b", "good c"]
    assert [sorted(group) for group in service.bulks] == [["a", "b", "c"]]
    assert service.singles == []


def test_a_row_that_nobody_can_join_goes_alone() -> None:
    service = Service()
    (asked,) = service.ask(row("a"))
    assert (asked.result(), service.singles, service.bulks) == ("good a", ["a"], [])


def test_a_row_whose_company_does_not_come_goes_alone_after_a_moment() -> None:
    service = Service(moment=lambda _coming: 0.01)
    (asked,) = service.ask(row("a"), rows_there=5)
    assert (asked.result(), service.singles, service.bulks) == ("good a", ["a"], [])


def test_rows_wait_for_each_other_while_more_of_them_come() -> None:
    """The last of four rows comes when the moment of the first is over, but not that of the third."""
    service, clock = Service(moment=lambda _coming: 1.5, most=5), SystemClock()
    began = clock.monotonic()
    with ExitStack() as stack, ThreadPoolExecutor(4) as threads:
        for _ in range(5):
            stack.enter_context(service.company.one_more())
        asked = []
        for place, sku in enumerate("abcd"):
            until(partial(is_over, clock, began + 0.6 * place))
            asked.append(threads.submit(service.call.ask, row(sku), sku, ""))
        assert [future.result() for future in asked] == ["good a", "good b", "good c", "good d"]
    assert [sorted(group) for group in service.bulks] == [["a", "b", "c", "d"]]


def test_a_row_waits_no_longer_once_none_is_still_to_come() -> None:
    service = Service(moment=lambda coming: 20.0 if coming else 0.01)
    with ExitStack() as stack, ThreadPoolExecutor(1) as threads:
        for _ in "ab":  # the other one has come, and is with another call
            stack.enter_context(service.company.one_more())
            stack.enter_context(service.company.one_has_come())
        with service.company.one_more():
            asked = threads.submit(service.call.ask, row("a"), "a", "")
            until(lambda: service.call._waiting)
            assert not asked.done()
        assert asked.result(timeout=10) == "good a"


def test_the_moment_is_longer_where_rows_are_still_to_come() -> None:
    assert moment_for(1) > moment_for(0) > 0.0


def is_over(clock: SystemClock, moment: float) -> bool:
    return clock.monotonic() >= moment


def test_a_call_carries_no_more_rows_than_it_can() -> None:
    service = Service(moment=lambda _coming: 0.5)
    asked = service.ask(*map(row, "abcdefghi"))
    assert all(future.result().startswith("good") for future in asked)
    assert max(map(len, service.bulks)) <= 4
    assert sorted([*chain.from_iterable(service.bulks), *service.singles]) == sorted("abcdefghi")


def test_where_calls_carry_one_row_none_waits_for_another() -> None:
    service = Service(most=1)
    service.open.clear()
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(service.call.ask, row(sku), sku, "") for sku in "ab"]
        until(lambda: len(service.singles) == 2)
        service.open.set()
    assert [future.result() for future in asked] == ["good a", "good b"]


def test_each_row_has_the_outcome_of_its_own_part() -> None:
    down = UpstreamDown("ebay", "POST /offer", "too often")
    refused = RequestRefused("ebay", "POST /offer", "no such category")
    service = Service({"b": down, "c": refused})
    asked = service.ask(*map(row, "abcd"))
    assert [*map(outcome, asked)] == ["good a", "UpstreamDown", "RequestRefused", "good d"]
    assert service.singles == []


def test_a_call_that_is_refused_as_a_whole_is_made_for_each_row_alone() -> None:
    service = Service(refuses=RequestRefused("ebay", "POST /bulk", "cannot be read"))
    asked = service.ask(*map(row, "abc"))
    assert [*map(outcome, asked)] == ["good a", "good b", "good c"]
    assert sorted(service.singles) == ["a", "b", "c"]


@pytest.mark.parametrize("error", [OutcomeUnknown("ebay", "POST /bulk", "no answer"), ZeroDivisionError()])
def test_a_call_that_fails_as_a_whole_fails_for_every_row(error: Exception) -> None:
    service = Service(refuses=error)
    asked = service.ask(*map(row, "abc"))
    assert {*map(outcome, asked)} == {type(error).__name__}
    assert service.singles == []


def test_a_row_whose_lease_is_lost_is_not_sent_and_the_others_are() -> None:
    def lost() -> None:
        raise LeaseLost("taken over")

    service = Service()
    asked = service.ask(row("a"), row("b", lost), row("c"))
    assert [*map(outcome, asked)] == ["good a", "LeaseLost", "good c"]
    assert [sorted(group) for group in service.bulks] == [["a", "c"]]


def test_one_sku_is_in_a_call_once() -> None:
    service = Service(moment=lambda _coming: 0.1)
    asked = service.ask(row("a"), row("a"), row("b"))
    assert [*map(outcome, asked)] == ["good a", "good a", "good b"]
    assert sorted([*chain.from_iterable(service.bulks), *service.singles]) == ["a", "a", "b"]
    assert all(len(set(group)) == len(group) for group in service.bulks)


def test_rows_gather_while_a_call_is_under_way_and_a_full_call_does_not_wait() -> None:
    service = Service(moment=lambda _coming: 0.01)
    service.open.clear()
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(service.call.ask, row("a"), "a", "")]
        until(lambda: service.singles == ["a"])
        asked += [threads.submit(service.call.ask, row(sku), sku, "") for sku in "bcd"]
        until(lambda: len(service.call._waiting) == 3)
        assert service.bulks == []
        asked.append(threads.submit(service.call.ask, row("e"), "e", ""))
        until(lambda: [sorted(group) for group in service.bulks] == [["b", "c", "d", "e"]])
        service.open.set()
    assert all(future.result().startswith("good") for future in asked)
