"""A model of the lease protocol: every order in which workers, the store and eBay can act, breadth first.

The shard changes by the engine's own rules (`engine.domain.batch.shards`). Around them stand workers that die or freeze
at any moment, a lease that ends at any moment, and requests that arrive late, by two workers, or never. `Rules` takes
one promise away, to show what it is for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from engine.codec import replace as put
from engine.domain.batch import shards
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.shards import Shard, ShardKind

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEASE = timedelta(seconds=30)
LATE = 2  # requests for one row that are on their way at a time, at most
OPEN = ItemStatus.WAITING
ENDED = (ItemStatus.SUCCEEDED, ItemStatus.FAILED)


@dataclass(frozen=True)
class Rules:
    """What holds: eBay keeps one offer for a SKU, and a write without the lease is refused."""

    one_offer: bool = True
    fence: bool = True


@dataclass(frozen=True)
class Worker:
    """`holds`: nobody has claimed the shard since. `doing` is its step with `row`, the first that it takes for open.

    Steps: "" without the shard, then begin, suspected, intended, looked, may send, sent, made, refused.
    """

    holds: bool = False
    doing: str = ""
    row: int = 0


@dataclass(frozen=True)
class State:
    """Everything at one moment. `wire` has the requests under way: a row, and who waits for its answer, -1 for none."""

    shard: Shard
    rows: tuple[ItemStatus, ...]
    offers: tuple[int, ...]
    workers: tuple[Worker, ...]
    wire: tuple[tuple[int, int], ...] = ()

    @property
    def row(self) -> int:
        """Return the first row that is not done, the number of rows when all are."""
        return next((row for row, status in enumerate(self.rows) if status not in ENDED), len(self.rows))


@dataclass(frozen=True)
class Found:
    """What a search found: how many states, and the shortest way to one that breaks a promise, () where none does."""

    states: int
    stuck: int
    broken: str = ""
    way: tuple[str, ...] = ()


def beginning(rows: int, workers: int) -> State:
    """Return a batch that nobody has begun."""
    shard = Shard(job_id="m", number=0, kind=ShardKind.ROWS, a=0, b=rows, next=0, created_at=NOW, available_at=NOW)
    return State(shard, (OPEN,) * rows, (0,) * rows, (Worker(),) * workers)


def search(rules: Rules, *, rows: int, workers: int) -> Found:
    """Visit every state; stop at the first that breaks a promise. `stuck` counts those from which nothing ever ends."""
    first = beginning(rows, workers)
    before: dict[State, tuple[State, str] | None] = {first: None}
    into: dict[State, list[State]] = {}
    todo = deque([first])
    while todo:
        state = todo.popleft()
        for label, then in steps(state, rules):
            into.setdefault(then, []).append(state)
            if then in before:
                continue
            before[then] = (state, label)
            if broken := _broken(state, then):
                return Found(len(before), 0, broken, _way(before, then))
            todo.append(then)
    ends = [state for state in before if state.shard.done]
    reached, todo = set(ends), deque(ends)
    while todo:
        for state in into.get(todo.popleft(), ()):
            if state not in reached:
                reached.add(state)
                todo.append(state)
    return Found(len(before), len(before) - len(reached))


def steps(state: State, rules: Rules) -> Iterator[tuple[str, State]]:
    """Yield everything that can happen next."""
    shard = state.shard
    if shard.owner is not None and shard.available_at != NOW:
        yield "the lease ends", replace(state, shard=put(shard, available_at=NOW))
    for at, worker in enumerate(state.workers):
        yield f"{at} dies", _dead(state, at)
        if not worker.doing and shards.claimable(shard, NOW):
            yield f"{at} claims", _claimed(state, at)
        if worker.holds and not shard.done and shard.available_at == NOW:
            renewed = shards.renew(shard, now=NOW, lease=LEASE)
            yield f"{at} renews", replace(state, shard=renewed)
        if worker.doing:
            yield from _work(state, at, rules)
    for at, (row, waits) in enumerate(state.wire):
        rest = replace(state, wire=state.wire[:at] + state.wire[at + 1 :])
        yield f"a request for row {row} is lost", _answered(rest, waits, "begin")
        made = 1 if rules.one_offer else state.offers[row] + 1
        offers = (*state.offers[:row], made, *state.offers[row + 1 :])
        yield f"row {row} is made", _answered(replace(rest, offers=offers), waits, "made")
        yield f"row {row} is made, the answer lost", _answered(replace(rest, offers=offers), waits, "begin")
        if not state.offers[row]:
            yield f"row {row} is refused", _answered(rest, waits, "refused")


def _work(state: State, at: int, rules: Rules) -> Iterator[tuple[str, State]]:
    """Yield what one worker may do next."""
    worker, row, shard = state.workers[at], state.workers[at].row, state.shard
    writes = worker.holds or not rules.fence
    lost = f"{at} learns that the lease is lost", _with(state, at, Worker())
    if worker.doing == "looked":
        if worker.holds and shard.available_at != NOW:
            yield f"{at} may send", _with(state, at, replace(worker, doing="may send"))
        else:
            yield lost
    elif worker.doing == "may send":
        if sum(sent == row for sent, _ in state.wire) < LATE:
            wire = tuple(sorted((*state.wire, (row, at))))
            yield f"{at} sends row {row}", replace(_with(state, at, replace(worker, doing="sent")), wire=wire)
    elif worker.doing == "intended":
        doing = "made" if state.offers[row] else "looked"
        yield f"{at} looks for row {row}", _with(state, at, replace(worker, doing=doing))
    elif worker.doing != "sent":
        yield _write(state, at) if writes else lost


def _write(state: State, at: int) -> tuple[str, State]:
    """Return the state after a worker's next commit."""
    worker, row, shard = state.workers[at], state.workers[at].row, state.shard
    if row == len(state.rows):
        return f"{at} closes", replace(_with(state, at, Worker()), shard=_canonical(shards.close(shard)))
    if shards.deadly(shard):
        return f"{at} sets row {row} aside", _ended(state, at, ItemStatus.FAILED)
    if worker.doing == "begin" and shards.careful(shard):
        then = _with(state, at, replace(worker, doing="suspected"))
        return f"{at} suspects row {row}", replace(then, shard=_canonical(shards.suspect(shard, row)))
    if worker.doing in ("begin", "suspected"):
        rows = (*state.rows[:row], ItemStatus.WORKING, *state.rows[row + 1 :])
        then = _with(state, at, replace(worker, doing="intended"))
        return f"{at} intends row {row}", replace(then, rows=rows, shard=_canonical(shards.touch(shard)))
    status = ItemStatus.SUCCEEDED if worker.doing == "made" else ItemStatus.FAILED
    return f"{at} ends row {row}: {status}", _ended(state, at, status)


def _ended(state: State, at: int, status: ItemStatus) -> State:
    row = state.workers[at].row
    item = Item(index=row, line=row, upc="", gtin=None, status=status)
    shard = shards.finish(state.shard, {row: item}, watermark=row + 1)
    rows = (*state.rows[:row], status, *state.rows[row + 1 :])
    worker = Worker(state.workers[at].holds, "begin", row + 1)
    return replace(_with(state, at, worker), rows=rows, shard=_canonical(shard))


def _claimed(state: State, at: int) -> State:
    shard = shards.claim(state.shard, worker=str(at), lanes=1, now=NOW, lease=LEASE)
    others = tuple(replace(worker, holds=False) for worker in state.workers)
    return _with(replace(state, shard=_canonical(shard), workers=others), at, Worker(True, "begin", state.row))


def _dead(state: State, at: int) -> State:
    wire = tuple(sorted((row, -1 if waits == at else waits) for row, waits in state.wire))
    return replace(_with(state, at, Worker()), wire=wire)


def _answered(state: State, waits: int, doing: str) -> State:
    """Return the state after an answer, or its absence, has reached the worker that waits, if any does."""
    return state if waits < 0 else _with(state, waits, replace(state.workers[waits], doing=doing))


def _with(state: State, at: int, worker: Worker) -> State:
    return replace(state, workers=(*state.workers[:at], worker, *state.workers[at + 1 :]))


def _canonical(shard: Shard) -> Shard:
    """Return a shard without what only counts up, so that equal states are equal."""
    return put(shard, epoch=0, seq=0, lease_until=None, kills=min(shard.kills, shards.KILLS))


def _broken(before: State, state: State) -> str:
    """Return which promise is broken, "" where all are kept."""
    if max(state.offers) > 1:
        return "a row has two offers"
    if any(was in ENDED and now is not was for was, now in zip(before.rows, state.rows, strict=True)):
        return "a row that was done is not"
    made = zip(state.rows, state.offers, strict=True)
    if any(status is ItemStatus.SUCCEEDED and not offers for status, offers in made):
        return "a row is called drafted without an offer"
    if state.shard.tally.ok != state.rows.count(ItemStatus.SUCCEEDED):
        return "the counters are not the sum over the rows"
    return ""


def _way(before: dict[State, tuple[State, str] | None], state: State) -> tuple[str, ...]:
    labels: list[str] = []
    while step := before[state]:
        state = step[0]
        labels.append(step[1])
    return tuple(reversed(labels))
