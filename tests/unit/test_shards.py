"""Ranges of rows: who may take one, what a death in it means, and how it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.codec import decode, encode, replace
from engine.domain.batch import shards
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.shards import KILLS, Shard, ShardKind, Tally
from engine.errors import IllegalTransition

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def shard(**more: Any) -> Shard:
    return Shard(
        "batch_1", 3, **{"kind": ShardKind.ROWS, "a": 0, "b": 100, "next": 0, **more}, created_at=NOW, available_at=NOW
    )


def claimed(free: Shard, at: datetime = NOW, lanes: int = 4) -> Shard:
    return shards.claim(free, worker="w", lanes=lanes, now=at, lease=LEASE)


def after(held: Shard) -> datetime:
    assert held.available_at
    return held.available_at


def died(held: Shard) -> Shard:
    """Return the shard as the next worker claims it when the lease has run out."""
    return claimed(held, after(held))


def item(index: int, status: ItemStatus = ItemStatus.SUCCEEDED) -> Item:
    return Item(index, index + 1, "1", "1", status)


def test_a_shard_comes_back_from_its_document() -> None:
    held = replace(claimed(shard()), ok=1, bad=2, skipped=3, suspect=4, kills=1, hold="paused")
    assert decode(Shard, encode(held)) == held
    assert encode(held)["ok"] == 1
    assert (held.name, held.key) == ("batch_1-0003", "0003")


def test_a_claim_holds_the_shard_for_a_lease_one_epoch_higher() -> None:
    held = claimed(replace(shard(), seq=7))
    assert (held.owner, held.epoch, held.seq, held.available_at) == ("w", 1, 0, NOW + LEASE)
    assert not shards.claimable(held, NOW + LEASE - timedelta(microseconds=1))
    assert shards.claimable(held, NOW + LEASE)


@pytest.mark.parametrize("at", [None, NOW + timedelta(microseconds=1)], ids=["held", "not yet"])
def test_a_shard_that_is_not_free_cannot_be_claimed(at: datetime | None) -> None:
    with pytest.raises(IllegalTransition):
        claimed(replace(shard(), available_at=at))


def test_a_renewed_lease_runs_from_the_renewal() -> None:
    later = NOW + timedelta(seconds=10)
    assert shards.renew(claimed(shard()), now=later, lease=LEASE).available_at == later + LEASE


def test_a_held_shard_stays_out_of_the_queue_while_its_owner_finishes() -> None:
    held = replace(claimed(shard()), **shards.held("paused"))
    renewed = shards.renew(held, now=NOW, lease=LEASE)
    assert (renewed.available_at, renewed.lease_until) == (None, NOW + LEASE)
    assert shards.release(renewed, now=NOW).available_at is None


def test_a_released_shard_is_free_at_once_and_nobody_is_suspect() -> None:
    free = shards.release(shards.suspect(claimed(shard()), 0), now=NOW)
    assert (free.owner, free.available_at, free.suspect, free.kills) == (None, NOW, None, 0)
    assert claimed(free).suspects == 0


def test_a_closed_shard_is_nobody_s_and_never_claimable() -> None:
    closed = shards.close(claimed(shard()))
    assert (closed.done, closed.owner, closed.available_at, closed.lease_until) == (True, None, None, None)


def test_rows_that_end_are_counted_and_move_the_watermark() -> None:
    ended = {0: item(0), 2: item(2, ItemStatus.FAILED), 1: item(1, ItemStatus.SKIPPED)}
    done = shards.finish(claimed(shard()), ended, watermark=3)
    assert (done.tally, done.next, done.seq) == (Tally(1, 1, 1), 3, 1)


def test_a_retry_moves_a_row_from_failed_to_succeeded() -> None:
    again = claimed(shard(kind=ShardKind.RETRY))
    assert shards.finish(again, {0: item(0), 1: item(1, ItemStatus.FAILED)}, watermark=2).tally == Tally(ok=1, bad=-1)


# deaths


def test_after_a_death_as_many_rows_as_there_were_lanes_are_run_alone() -> None:
    held = died(claimed(shard(), lanes=2))
    assert held.suspects == 2
    for index in range(2):
        assert shards.careful(held)
        held = shards.finish(shards.suspect(held, index), {index: item(index)}, watermark=index + 1)
    assert not shards.careful(held)


def test_a_death_among_suspects_adds_none() -> None:
    held = shards.finish(shards.suspect(died(claimed(shard(), lanes=3)), 0), {0: item(0)}, watermark=1)
    assert died(held).suspects == 2


@pytest.mark.parametrize("more", [{}, {"suspects": 2, "suspect": 4, "kills": KILLS - 1}, {"kind": ShardKind.UNREAD}])
def test_a_lease_that_ended_in_an_outage_makes_nobody_suspect(more: dict[str, Any]) -> None:
    held = replace(claimed(shard()), **more)
    taken = shards.claim(held, worker="v", lanes=4, now=after(held), lease=LEASE, excused=True)
    assert (taken.owner, taken.epoch) == ("v", held.epoch + 1)
    assert (taken.suspects, taken.suspect, taken.kills) == (held.suspects, held.suspect, held.kills)


def test_a_row_is_set_aside_after_the_third_death() -> None:
    held, deaths = claimed(shard()), 0
    while not shards.deadly(held):
        held, deaths = died(held), deaths + 1
        held = shards.suspect(held, 0)
    assert deaths == KILLS


def test_a_row_that_ends_clears_itself_and_the_next_one_starts_anew() -> None:
    held = shards.suspect(died(shards.suspect(died(claimed(shard())), 0)), 0)
    assert held.kills == 2
    cleared = shards.finish(held, {0: item(0)}, watermark=1)
    assert (cleared.suspect, cleared.kills) == (None, 0)
    assert shards.suspect(cleared, 1).kills == 1


def test_another_row_that_ends_clears_nobody() -> None:
    held = shards.suspect(died(claimed(shard())), 0)
    assert shards.finish(held, {1: item(1)}, watermark=0).suspect == 0


def test_a_death_with_one_row_in_hand_makes_no_other_row_suspect() -> None:
    careful = died(claimed(shard()))
    again = died(shards.suspect(careful, 3))
    assert (again.suspects, again.kills) == (careful.suspects, 2)


def test_a_death_between_two_careful_rows_counts_against_none() -> None:
    careful = died(claimed(shard()))
    again = died(shards.finish(shards.suspect(careful, 0), {0: item(0)}, watermark=1))
    assert (again.suspects, again.suspect, again.kills) == (careful.suspects - 1, None, 0)


def test_deaths_while_the_file_is_read_count_against_the_file() -> None:
    held = claimed(shard(kind=ShardKind.UNREAD))
    for _ in range(KILLS):
        assert not shards.deadly(held)
        held = died(held)
    assert shards.deadly(held)
    assert held.suspects == 0


def test_tallies_add_up() -> None:
    assert Tally(1, 2, 3) + Tally(10, -1, 0) == Tally(11, 1, 3)


# a shard whole, before and after

HELD = replace(claimed(shard(next=7)), seq=4, suspects=2, suspect=7, kills=1)


def test_a_claim_changes_the_owner_and_nothing_of_the_rows() -> None:
    free = replace(shard(next=7), seq=4, epoch=2, lanes=1, ok=5, bad=2)
    until = NOW + LEASE
    assert claimed(free, lanes=3) == replace(
        free, owner="w", lanes=3, epoch=3, seq=0, available_at=until, lease_until=until
    )
    assert claimed(replace(free, kind=ShardKind.UNREAD)).kills == 0


def test_a_shard_that_is_not_free_is_named() -> None:
    with pytest.raises(IllegalTransition) as refusal:
        claimed(HELD)
    assert str(refusal.value) == "shard batch_1-0003 is not free"


def test_a_death_keeps_the_marks_of_the_row_that_was_in_flight() -> None:
    later = after(HELD)
    again = {"epoch": 2, "seq": 0, "available_at": later + LEASE, "lease_until": later + LEASE}
    assert died(HELD) == replace(HELD, kills=2, **again)
    assert died(replace(HELD, suspect=None)) == replace(HELD, suspect=None, **again)
    assert died(replace(HELD, suspect=None, suspects=0)) == replace(HELD, suspect=None, suspects=4, **again)


def test_what_its_owner_writes_is_counted() -> None:
    assert shards.touch(HELD) == replace(HELD, seq=5)
    assert shards.suspect(HELD, 7) == replace(HELD, seq=5)
    assert shards.suspect(replace(HELD, kills=2), 8) == replace(HELD, seq=5, suspect=8, kills=1)


def test_a_renewal_changes_the_lease_alone() -> None:
    until = NOW + 2 * LEASE
    assert shards.renew(HELD, now=NOW + LEASE, lease=LEASE) == replace(HELD, available_at=until, lease_until=until)


def test_rows_that_end_change_counts_watermark_and_marks_alone() -> None:
    ended = {7: item(7), 8: item(8, ItemStatus.FAILED)}
    known = replace(HELD, ok=4, bad=1, skipped=2)
    counted = {"ok": 5, "bad": 2, "seq": 5, "next": 9}
    assert shards.finish(known, ended, watermark=9) == replace(known, suspects=1, suspect=None, kills=0, **counted)
    assert shards.finish(replace(known, suspect=9), ended, watermark=9) == replace(known, suspect=9, **counted)


@pytest.mark.parametrize(
    ("kind", "was", "now", "tally"),
    [
        (ShardKind.ROWS, ItemStatus.FAILED, ItemStatus.SUCCEEDED, Tally(ok=1)),
        (ShardKind.UNREAD, ItemStatus.FAILED, ItemStatus.SUCCEEDED, Tally(ok=1)),
        (ShardKind.RETRY, ItemStatus.FAILED, ItemStatus.SUCCEEDED, Tally(ok=1, bad=-1)),
        (ShardKind.RETRY, None, ItemStatus.SUCCEEDED, Tally(ok=1, bad=-1)),
        (ShardKind.AGAIN, ItemStatus.SKIPPED, ItemStatus.SUCCEEDED, Tally(ok=1, skipped=-1)),
        (ShardKind.AGAIN, ItemStatus.SUCCEEDED, ItemStatus.SKIPPED, Tally(ok=-1, skipped=1)),
        (ShardKind.COMPLETE, ItemStatus.SUCCEEDED, ItemStatus.SUCCEEDED, Tally()),
        (ShardKind.HANDOVER, ItemStatus.FAILED, ItemStatus.SKIPPED, Tally(bad=-1, skipped=1)),
    ],
)
def test_a_row_counts_for_its_end_and_after_its_first_run_against_the_one_before(
    kind: ShardKind, was: ItemStatus | None, now: ItemStatus, tally: Tally
) -> None:
    ended = {0: replace(item(0, now), was=was)}
    assert shards.finish(shard(kind=kind), ended, watermark=1).tally == tally


def test_a_release_a_stop_and_a_close_change_whose_it_is_and_when_it_is_due() -> None:
    given_back = {"owner": None, "suspect": None, "kills": 0, "lease_until": None, "seq": 5}
    later = NOW + LEASE
    assert shards.release(HELD, now=later) == replace(HELD, available_at=later, **given_back)
    assert shards.close(HELD) == replace(HELD, available_at=None, done=True, **given_back)
    assert shards.stop(HELD, reason="paused") == replace(HELD, available_at=None, hold="paused", **given_back)
    twice = shards.stop(replace(HELD, hold="cancelled"), reason="paused")
    assert twice == replace(HELD, available_at=None, hold="cancelled", **given_back)


def test_rows_from_the_watermark_on_are_left() -> None:
    assert (shards.left(shard(next=7)), shards.left(shard(a=50, next=100)), shards.left(shard(b=0))) == (93, 0, 0)
