"""Quotas, breakers and credentials as pure rules: tables, and a network that does what it wants."""

from __future__ import annotations

import heapq
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.services import Service
from engine.errors import DocumentBroken
from engine.quota import breakers
from engine.quota.budgets import (
    AHEAD_SECONDS,
    HOLD_SECONDS,
    Allowance,
    Budget,
    Consumer,
    PendingCalls,
    Slot,
    at,
    midnight,
    take_today,
    was_set_back,
    with_allowance,
)
from engine.quota.calls import CallOutcome, CompletedCall, after_call
from engine.quota.slots import Grant, Reservation, give_back, reserve, stamp
from engine.quota.stored_budget import decode_budget, encode_budget

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()
HOUR = 3600.0
ALLOWANCE = Allowance(Service.DISCOGS, 4, 60.0, key="a1b2c3d4", needs_key=True, keyless_limit=2)
FRESH = with_allowance(ALLOWANCE, None)
LONG, SHORT = Consumer("long", "p1"), Consumer("short", "p2")
SLOW = Allowance(Service.MUSICBRAINZ, 1, 1.0)


def used(*free_in: float, batch: str = "long", holder: str = "p1") -> Budget:
    """Return a budget with slots that are free again so many seconds from now."""
    return replace(
        FRESH, slots=tuple(Slot(NOW + seconds, batch, holder) for seconds in sorted(free_in)), updated_at=NOW
    )


def reserved(budget: Budget, consumer: Consumer, calls: int = 1, now: float = NOW) -> Reservation:
    return reserve(budget, {consumer: calls}, now)


def starts(found: Reservation, now: float = NOW) -> list[float]:
    return [round(grant.start - now, 3) for grant in found.grants]


def call(outcome: CallOutcome = CallOutcome.GOOD, **more: object) -> CompletedCall:
    wanted = {"started": NOW - 0.5, "ended": NOW, "seconds": 0.4, **more}
    return CompletedCall(outcome, **wanted)  # type: ignore[arg-type]


def after(budget: Budget, *calls: CompletedCall, allowance: Allowance = ALLOWANCE, now: float = NOW) -> Budget:
    for one in calls:
        budget = after_call(budget, one, allowance, now)
    return budget


@pytest.mark.parametrize(
    ("free_in", "calls", "expected"),
    [
        ((), 3, [0, 0, 0]),
        ((), 6, [0, 0, 0, 0]),  # the rest would start a window later
        ((30, 40), 3, [0, 0]),
        ((1, 30, 40, 50), 1, [1]),
        ((1, 1.5, 40, 50), 3, [1, 1.5]),
        ((AHEAD_SECONDS + 0.1, 30, 40, 50), 1, []),
        ((-1, 30, 40, 50), 1, [0]),  # free already
        ((1, 1.2, 30, 40, 50, 55), 1, []),  # one more is used than may be, so two must come free
    ],
)
def test_slots_are_taken_as_they_come_free_and_little_ahead(
    free_in: tuple[float, ...], calls: int, expected: list[float]
) -> None:
    found = reserved(used(*free_in), LONG, calls)
    assert starts(found) == expected
    assert all(grant.slot.free_at == grant.start + HOLD_SECONDS + 60 for grant in found.grants)
    assert {grant.slot for grant in found.grants} <= set(found.budget.slots)


def test_a_slot_is_free_again_a_window_after_the_end_of_its_call() -> None:
    (grant,) = reserved(FRESH, LONG).grants
    ended = stamp(replace(FRESH, slots=(grant.slot,)), grant.slot, NOW + 0.3)
    assert ended.slots == (Slot(NOW + 60.3, "long", "p1"),)
    assert give_back(ended, ended.slots[0]).slots == ()
    assert give_back(ended, grant.slot) == ended


def test_where_calls_are_counted_by_their_start_a_late_answer_costs_no_slot() -> None:
    budget = with_allowance(replace(SLOW, by_start=True), None)
    first = reserve(budget, {LONG: 5}, NOW)
    assert starts(first) == [0, 1, 2]  # the others start more than two seconds ahead
    assert first.later == (NOW + 3,)
    assert stamp(first.budget, first.grants[0].slot, NOW + 2.9) == first.budget
    assert starts(reserve(first.budget, {LONG: 2}, NOW + 1), NOW + 1) == [2]


@pytest.mark.parametrize(
    ("budget", "share"),
    [
        (FRESH, 1.0),
        (used(30), 0.75),
        (used(-1, 30, 40), 0.5),
        (used(30, 40, 50, 55), 0.0),
        (used(10, 30, 40, 50, 55), 0.0),  # somebody else uses it too
        (Budget(Service.COVERART), 1.0),
        (replace(FRESH, breaker="open"), 0.0),
        (replace(FRESH, daily_limit=5, daily_used=5, daily_resets_at=NOW + HOUR), 0.0),
        (replace(FRESH, daily_limit=5, daily_used=5, daily_resets_at=NOW), 1.0),
    ],
)
def test_the_free_share_is_of_the_window_and_nothing_while_no_call_may_be_made(budget: Budget, share: float) -> None:
    assert budget.free_share(NOW) == share


def test_a_slot_of_which_nothing_more_is_heard_counts_for_a_fixed_time() -> None:
    held = reserve(with_allowance(SLOW, None), {LONG: 1}, NOW).budget
    assert reserved(held, SHORT, now=NOW + 5).grants == ()
    assert starts(reserved(held, SHORT, now=NOW + HOLD_SECONDS), NOW) == [HOLD_SECONDS + 1]


def test_without_a_limit_every_call_may_start_now() -> None:
    found = reserve(Budget(Service.COVERART), {LONG: 3}, NOW)
    assert (starts(found), found.budget.slots) == ([0, 0, 0], ())


def test_who_waits_hears_when_further_slots_are_free() -> None:
    found = reserved(used(30, 40, 50, 61 + HOLD_SECONDS - 5), LONG)
    assert [round(start - NOW, 3) for start in found.later] == [30, 40, 50, 56]


@given(
    st.integers(1, 6),
    st.lists(st.tuples(st.floats(0, 0.9), st.floats(0, 0.9)), min_size=1, max_size=60),
    st.integers(1, 5),
)
def test_no_window_of_the_service_is_ever_too_full(limit: int, delays: list[tuple[float, float]], lanes: int) -> None:
    budget, now, window = with_allowance(Allowance(Service.DISCOGS, limit, 5.0), None), NOW, 5.0
    ends: list[tuple[float, Slot]] = []
    arrivals: list[float] = []
    waiting = list(delays)
    while waiting:
        found = reserve(budget, {LONG: min(lanes - len(ends), len(waiting))} if lanes > len(ends) else {}, now)
        budget = found.budget
        for grant in found.grants:
            there, back = waiting.pop()
            arrivals.append(grant.start + there)
            heapq.heappush(ends, (grant.start + there + back, grant.slot))
        now = ends[0][0] if ends else max(now, found.later[0])
        if ends:
            ended, slot = heapq.heappop(ends)
            budget = at(stamp(budget, slot, ended), now)
    arrivals.sort()
    assert all(late - early >= window - 1e-6 for early, late in zip(arrivals, arrivals[limit:], strict=False))


def test_who_had_more_leaves_the_next_slot_to_another_batch_that_waits() -> None:
    budget = replace(used(1, 30, 40, 50), waiting={SHORT: PendingCalls(1, NOW - 3, NOW + 2)})
    assert reserved(budget, LONG).grants == ()
    found = reserved(budget, SHORT)
    assert starts(found) == [1]
    assert SHORT not in found.budget.waiting


def test_only_as_many_slots_are_left_to_others_as_they_wait_for() -> None:
    budget = replace(used(0.5, 1, 40, 50), waiting={SHORT: PendingCalls(1, NOW - 3, NOW + 2)})
    assert starts(reserved(budget, LONG, 3)) == [1]


def test_a_wish_that_has_run_out_keeps_nobody() -> None:
    budget = at(replace(used(1, 30, 40, 50), waiting={SHORT: PendingCalls(4, NOW - 3, NOW - 0.1)}), NOW)
    assert starts(reserved(budget, LONG)) == [1]


@pytest.mark.parametrize(
    ("theirs", "mine", "mine_since", "left"),
    [(1, 3, -9, True), (3, 1, -1, False), (2, 2, -9, False), (2, 2, -1, True), (2, 2, None, True)],
)
def test_among_equals_the_slot_is_for_who_waited_longest(
    theirs: int, mine: int, mine_since: float | None, left: bool
) -> None:
    slots = [Slot(NOW + 30 + n, *LONG) for n in range(mine)] + [Slot(NOW + 40 + n, *SHORT) for n in range(theirs)]
    waiting = {SHORT: PendingCalls(1, NOW - 3, NOW + 2)}
    if mine_since is not None:
        waiting[LONG] = PendingCalls(1, NOW + mine_since, NOW + 2)
    budget = replace(FRESH, slots=(slots[0]._replace(free_at=NOW + 1), *slots[1:]), waiting=waiting)
    assert (reserved(budget, LONG).grants == ()) is left


def test_two_processes_of_one_batch_share_as_batches_do() -> None:
    other = Consumer("long", "p2")
    budget = replace(used(1, 30, 40, 50), waiting={other: PendingCalls(1, NOW - 3, NOW + 2)})
    assert reserved(budget, LONG).grants == ()
    assert starts(reserved(budget, other)) == [1]


@pytest.mark.parametrize(
    ("theirs", "mine", "free_in", "heard"),
    [
        (1, 0, 3, True),
        (4, 3, 3, True),
        (5, 5, 3, False),
        (6, 5, 3, False),
        (7, 5, 3, True),
        (4, 5, 3, False),
        (7, 5, 2 * AHEAD_SECONDS + 0.1, False),  # there is time yet
    ],
)
def test_a_wish_is_told_where_others_have_more_by_over_a_fifth(
    theirs: int, mine: int, free_in: float, heard: bool
) -> None:
    budget = with_allowance(replace(ALLOWANCE, limit=12), None)
    slots = [Slot(NOW + free_in + n, *LONG) for n in range(theirs)]
    slots += [Slot(NOW + free_in + 20 + n, *SHORT) for n in range(mine)]
    slots += [Slot(NOW + free_in + 30)] * (12 - len(slots))
    found = reserved(replace(budget, slots=tuple(sorted(slots))), SHORT)
    assert bool(found.unmet) is heard
    assert found.budget.waiting == ({SHORT: PendingCalls(1, NOW, NOW + 2)} if heard else {})


def test_a_wish_that_is_told_again_has_waited_since_the_first_time() -> None:
    budget = replace(used(3, 30, 40, 50), waiting={SHORT: PendingCalls(1, NOW - 9, NOW + 0.1)})
    assert reserved(budget, SHORT, 2).budget.waiting == {SHORT: PendingCalls(2, NOW - 9, NOW + 2)}


def turns(
    budget: Budget, limit: int, wanted: dict[Consumer, int], lanes: int, seconds: int
) -> dict[Consumer, list[float]]:
    """Let processes of `lanes` threads each take slots for so many calls, a look a second; return when calls began."""
    begun: dict[Consumer, list[float]] = {consumer: [] for consumer in wanted}
    running: list[Grant] = []
    for tick in range(seconds * 4):
        now = NOW + tick / 4
        for grant in [one for one in running if one.start + 0.25 <= now]:
            budget = stamp(budget, grant.slot, grant.start + 0.25)
            running.remove(grant)
        for consumer in wanted if tick % 4 == 0 else ():
            open_ = min(
                wanted[consumer] - len(begun[consumer]), lanes - sum(grant.consumer == consumer for grant in running)
            )
            found = reserve(at(budget, now), {consumer: max(0, open_)}, now)
            budget = found.budget
            running += found.grants
            begun[consumer] += [grant.start - NOW for grant in found.grants]
    return begun


def test_a_short_batch_does_not_wait_behind_a_long_one() -> None:
    budget = with_allowance(Allowance(Service.DISCOGS, 60, 60.0), None)
    old = tuple(Slot(NOW + n, *LONG) for n in range(1, 61))
    begun = turns(replace(budget, slots=old), 60, {LONG: 10_000, SHORT: 20}, 4, 60)
    assert len(begun[SHORT]) == 20
    assert begun[SHORT][-1] < 25, "it has the next twenty slots nearly for itself"
    assert len(begun[LONG]) >= 33, "and the rest is not wasted"


@pytest.mark.parametrize("limit", [1, 3])
@pytest.mark.parametrize("batches", [1, 2, 4])
def test_nobody_starves(limit: int, batches: int) -> None:
    consumers = {Consumer(f"batch{n % batches}", f"p{n}"): 1_000 for n in range(4)}
    begun = turns(with_allowance(Allowance(Service.MUSICBRAINZ, limit, 1.0), None), limit, consumers, 2, 60)
    assert min(map(len, begun.values())) >= 5 * limit, {consumer: len(calls) for consumer, calls in begun.items()}


@pytest.mark.parametrize("set_by", [HOUR, -HOUR])
def test_after_the_stores_clock_was_set_everything_is_used_for_a_window(set_by: float) -> None:
    now = NOW + set_by
    stepped = at(used(10, 20), now, stepped=True)
    assert [slot.free_at for slot in stepped.slots if slot.free_at > now] == [now + 60] * 4
    assert reserved(at(replace(stepped, updated_at=now), now + 57), LONG, now=now + 57).grants == ()
    assert starts(reserved(at(replace(stepped, updated_at=now), now + 60), LONG, now=now + 60), now) == [60]


@pytest.mark.parametrize(("stored", "expected"), [(None, False), (NOW - 9, False), (NOW + 1, False), (NOW + 3, True)])
def test_a_document_from_the_future_tells_of_a_clock_that_was_set(stored: float | None, expected: bool) -> None:
    assert was_set_back(replace(FRESH, updated_at=stored), NOW) is expected


def test_no_slot_lies_further_ahead_than_one_can_be_taken() -> None:
    latest = AHEAD_SECONDS + HOLD_SECONDS + 60
    budget = at(used(latest - 1, latest + 1, 9_000), NOW)
    assert [round(slot.free_at - NOW) for slot in budget.slots] == [60, 60, latest - 1]


def test_slots_that_are_free_are_forgotten_after_some_seconds() -> None:
    assert [slot.free_at - NOW for slot in at(used(-11, -9, 10), NOW).slots] == [-9, 10]


def test_a_breaker_never_stays_open_beyond_its_time_when_the_clock_was_set() -> None:
    budget = replace(FRESH, breaker="open", open_until=NOW + HOUR, open_seconds=5.0, updated_at=NOW)
    assert at(budget, NOW).open_until == NOW + 5


@pytest.mark.parametrize(("granted", "limit"), [([], 4), ([3], 3), ([60], 4), ([2, 4], 4), ([3, 2, 3], 3), ([0], 1)])
def test_what_the_service_grants_lowers_the_limit_and_raises_it_again(granted: list[int], limit: int) -> None:
    budget = after(FRESH, *(call(granted=number) for number in granted))
    assert budget.limit == limit
    assert with_allowance(ALLOWANCE, budget) == budget


@pytest.mark.parametrize(
    ("ours", "said", "strange"),
    [
        ((30.0, 40.0), 2, 0),
        ((30.0, 40.0), 1, 0),
        ((30.0,), 3, 2),
        ((), 9, 4),  # no more than there are
        ((-0.2, 30.0), 2, 0),  # free by now, but not when the service counted
        ((-0.9, 30.0), 2, 1),
    ],
)
def test_what_others_use_of_the_quota_counts_for_a_window(ours: tuple[float, ...], said: int, strange: int) -> None:
    budget = after(used(*ours), call(used=said))
    assert [slot for slot in budget.slots if not slot.holder] == [Slot(NOW + 60)] * strange
    assert after(budget, call(used=said)) == replace(budget, calls=2)


def test_a_call_that_is_late_to_tell_says_nothing_of_others() -> None:
    late = call(used=4, started=NOW - 11, ended=NOW - 1)
    assert after(FRESH, late).slots == ()


@pytest.mark.parametrize(("retry_after", "until"), [(None, 60), (20.0, 20)])
def test_after_a_429_everything_is_used(retry_after: float | None, until: float) -> None:
    (grant,) = reserved(FRESH, LONG).grants
    budget = after(
        replace(FRESH, slots=(grant.slot,)), call(CallOutcome.QUOTA, slot=grant.slot, retry_after=retry_after)
    )
    assert sorted(round(slot.free_at - NOW) for slot in budget.slots) == [until] * 3 + [60]


OUTAGES = [call(CallOutcome.OUTAGE, error="Discogs does not answer.")] * 5


@pytest.mark.parametrize(
    ("calls", "state", "failures"),
    [
        (OUTAGES[:4], "closed", 4),
        (OUTAGES, "open", 5),
        ([*OUTAGES[:4], call(), *OUTAGES[:4]], "closed", 4),
        ([*OUTAGES[:4], call(CallOutcome.ANSWERED), OUTAGES[0]], "closed", 1),
        ([*OUTAGES[:4], call(CallOutcome.BUSY), OUTAGES[0]], "open", 5),
        ([*OUTAGES[:4], call(CallOutcome.QUOTA), OUTAGES[0]], "open", 5),
        ([*OUTAGES[:4], call(CallOutcome.UNKNOWN), OUTAGES[0]], "open", 5),
        ([*OUTAGES, call()], "closed", 0),
        ([*OUTAGES, call(ended=NOW - 1)], "open", 5),  # after_call late
        ([call(CallOutcome.BUSY)] * 9, "closed", 0),
    ],
)
def test_five_outages_in_a_row_open_the_breaker(calls: list[CompletedCall], state: str, failures: int) -> None:
    budget = after(FRESH, *calls)
    assert (budget.breaker, budget.failures) == (state, failures)


def test_a_breaker_opens_longer_after_each_call_that_tried_in_vain() -> None:
    budget, now, pauses = after(FRESH, *OUTAGES), NOW, []
    for _ in range(6):
        until = breakers.next_try(budget, now)
        assert until is not None
        assert breakers.begin_probe(budget, now) is None
        pauses.append(until - now)
        probing = breakers.begin_probe(budget, until)
        assert probing is not None
        assert breakers.begin_probe(probing, until + 1) is None, "one call at a time"
        assert breakers.next_try(probing, until + 1) is not None
        assert breakers.begin_probe(probing, until + breakers.PROBE_SECONDS) is not None, "a dead one blocks nobody"
        now = until + 1
        straggler = after(probing, call(CallOutcome.OUTAGE, ended=now), now=now)
        assert straggler.breaker == "probing"
        budget = after(probing, call(CallOutcome.OUTAGE, ended=now, probing=True), now=now)
    assert pauses == [5, 10, 20, 40, 60, 60]
    assert budget.opened_at == NOW


def test_ebay_is_left_alone_after_three_outages_and_tried_eight_times_in_half_an_hour() -> None:
    allowance = Allowance(Service.EBAY)
    budget, now = with_allowance(allowance, None), NOW
    budget = after(budget, *OUTAGES[:3], allowance=allowance)
    tries = []
    while (now := breakers.next_try(budget, now) or now) < NOW + 1800:
        tries.append(now - NOW)
        probing = breakers.begin_probe(budget, now)
        assert probing is not None
        budget = after(probing, call(CallOutcome.OUTAGE, ended=now, probing=True), allowance=allowance, now=now)
    assert tries == [10, 35, 100, 300, 600, 900, 1200, 1500]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (CallOutcome.GOOD, "closed"),
        (CallOutcome.BUSY, "closed"),
        (CallOutcome.REFUSED, "closed"),
        (CallOutcome.QUOTA, "closed"),
        (CallOutcome.OUTAGE, "open"),
        (CallOutcome.UNKNOWN, "open"),
    ],
)
def test_any_answer_to_the_call_that_tries_closes_the_breaker(outcome: CallOutcome, state: str) -> None:
    probing = breakers.begin_probe(after(FRESH, *OUTAGES), NOW + 5)
    assert probing is not None
    assert after(probing, call(outcome, probing=True)).breaker == state


@pytest.mark.parametrize(
    ("calls", "state", "said"),
    [
        ([], "unknown", ""),
        ([call()], "accepted", ""),
        ([call(CallOutcome.ANSWERED)], "unknown", ""),
        ([call(CallOutcome.OUTAGE, error="No answer.")], "unknown", ""),
        ([call(CallOutcome.REFUSED, error="Look at DISCOGS_TOKEN.")], "refused", "Look at DISCOGS_TOKEN."),
        ([call(CallOutcome.REFUSED, error="No."), call()], "accepted", ""),
        ([call(granted=2)], "unknown", "Discogs grants 2 calls a minute: it did not accept the token."),
        ([call(granted=2), call(granted=60)], "accepted", ""),
    ],
)
def test_credentials_are_known_by_what_the_service_says(calls: list[CompletedCall], state: str, said: str) -> None:
    budget = after(FRESH, *calls)
    assert (budget.credentials, budget.credentials_said) == (state, said)
    assert budget.accepted(NOW) is (state == "accepted")


def test_accepted_credentials_are_known_for_an_hour_and_others_not_at_all() -> None:
    budget = after(FRESH, call())
    assert budget.accepted(NOW + HOUR - 1)
    assert not budget.accepted(NOW + HOUR)
    assert with_allowance(replace(ALLOWANCE, key="00000000"), budget).credentials == "unknown"
    assert with_allowance(replace(ALLOWANCE, key=""), budget).credentials == "missing"
    assert with_allowance(replace(ALLOWANCE, needs_key=False), budget).credentials == "accepted"
    assert with_allowance(Allowance(Service.COVERART), None).credentials == "unneeded"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 23, 12, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)),
        (datetime(2026, 11, 24, 7, 59, tzinfo=UTC), datetime(2026, 11, 24, 8, tzinfo=UTC)),
        (datetime(2026, 11, 24, 8, tzinfo=UTC), datetime(2026, 11, 25, 8, tzinfo=UTC)),
        (datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 7, 2, 7, tzinfo=UTC)),
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)),  # the longest day of the year
    ],
)
def test_a_day_begins_at_midnight_on_the_pacific_coast(moment: datetime, expected: datetime) -> None:
    assert midnight(moment.timestamp()) == expected.timestamp()


def test_a_daily_quota_is_taken_in_blocks_and_begins_anew_each_day() -> None:
    allowance = Allowance(Service.EBAY_BROWSE, daily_limit=50)
    budget = at(with_allowance(allowance, None), NOW)
    for expected in (20, 20, 10, 0):
        budget, taken = take_today(budget, 20)
        assert taken == expected
    assert budget.out_at == midnight(NOW)
    assert at(budget, NOW + HOUR).out_at == midnight(NOW)
    assert at(budget, midnight(NOW)).out_at is None
    assert at(budget, midnight(NOW)).daily_used == 0
    assert take_today(budget, -7)[0].daily_used == 43


def test_a_day_that_the_clock_went_back_over_is_not_counted_anew() -> None:
    early = midnight(NOW) + 60
    budget, _ = take_today(at(with_allowance(Allowance(Service.EBAY_BROWSE, daily_limit=50), None), early), 20)
    assert at(replace(budget, updated_at=early), early - HOUR).daily_used == 20


def test_a_budget_is_stored_whole() -> None:
    budget = after(
        replace(used(10, 20), waiting={SHORT: PendingCalls(2, NOW - 3, NOW + 2)}),
        *OUTAGES,
        call(CallOutcome.REFUSED, error="No."),
    )
    stored = encode_budget(budget)
    assert decode_budget(stored) == budget
    assert (stored["slots"], stored["takers"]) == ([NOW + 10, NOW + 20], ["long", "long"])
    assert stored["last_error_at"] == datetime.fromtimestamp(NOW, UTC)
    assert decode_budget(encode_budget(FRESH)) == FRESH


def test_latency_is_a_moving_average_and_an_outage_is_none() -> None:
    budget = after(FRESH, call(seconds=0.1), call(seconds=0.2), call(CallOutcome.OUTAGE, seconds=20.0, error="No."))
    assert budget.latency_ms == pytest.approx(120)
    assert (budget.calls, budget.last_error, budget.last_ok_at) == (3, "No.", NOW)


def test_a_budget_that_the_version_before_stored_is_read() -> None:
    seen = datetime.fromtimestamp(NOW, UTC)
    stored = {
        "service": "discogs",
        "limit": 60,
        "window_seconds": 60.0,
        "slots": [NOW + 10],
        "takers": ["long"],
        "holders": ["p1"],
        "waiting": [{"batch": "short", "holder": "p2", "calls": 2, "since": NOW - 3, "until": NOW + 2}],
        "breaker": "open",
        "opened_at": seen,
        "daily_resets_at": None,
        "latency_ms": 12.5,
        "updated_at": seen,
    }
    budget = decode_budget(stored)
    assert (budget.service, budget.limit, budget.breaker, budget.opened_at) == (Service.DISCOGS, 60, "open", NOW)
    assert budget.slots == (Slot(NOW + 10, "long", "p1"),)
    assert budget.waiting == {SHORT: PendingCalls(2, NOW - 3, NOW + 2)}
    written = encode_budget(budget)
    assert {name: written[name] for name in stored} == stored
    with pytest.raises(DocumentBroken, match="limit"):
        decode_budget({**stored, "limit": "sixty"})
