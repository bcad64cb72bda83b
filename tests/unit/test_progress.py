"""How far the shards of a batch are, as its document keeps it."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.domain.batch.progress import EngineState, ShardProgress, totals
from engine.domain.batch.shards import Shard, ShardKind, Tally

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def progress(
    kind: ShardKind = ShardKind.ROWS, a: int = 0, b: int = 10, next_: int = 0, *, done: bool = False
) -> ShardProgress:
    return ShardProgress(kind, a, b, next_, ok=1, bad=2, skipped=3, done=done)


def test_progress_says_what_its_shard_says() -> None:
    shard = Shard("batch_1", 3, ShardKind.RETRY, 5, 20, 12, NOW, NOW, ok=4, bad=-2, skipped=1, done=True, lanes=8)
    assert ShardProgress.of(shard) == ShardProgress(ShardKind.RETRY, 5, 20, 12, 4, -2, 1, done=True, lanes=8)


def test_a_shard_is_open_until_it_is_done() -> None:
    engine = EngineState({"0000": progress(done=True), "0001": progress(ShardKind.RETRY)})
    assert list(engine.open_shards) == ["0001"]
    assert engine.has_open(ShardKind.RETRY)
    assert not engine.has_open(ShardKind.ROWS)


def test_no_shard_has_no_row_and_begins_at_the_first() -> None:
    assert totals([]) == (Tally(), 0)


def test_the_watermark_passes_what_ended_for_the_first_time_without_a_gap() -> None:
    def watermark(*shards: ShardProgress) -> int:
        return totals(shards)[1]

    assert watermark(progress(next_=10), progress(a=10, b=20, next_=15)) == 15
    assert watermark(progress(a=10, b=20, next_=15), progress(next_=10)) == 15
    assert watermark(progress(next_=9), progress(a=10, b=20, next_=15)) == 9
    assert watermark(progress(ShardKind.UNREAD, b=0, next_=4)) == 4
    assert watermark(progress(next_=3), progress(ShardKind.RETRY, next_=8)) == 3
    assert totals([progress(), progress(ShardKind.RETRY)])[0] == Tally(2, 4, 6)


def test_a_worker_writes_the_document_of_the_batch_the_less_often_the_more_of_them_share_it() -> None:
    def waits(under_way: int) -> float:
        begun = {f"{number:04d}": progress(next_=1) for number in range(under_way)}
        others = {"0100": progress(), "0101": progress(a=10, b=20, next_=10), "0102": progress(next_=10, done=True)}
        return EngineState(begun | others).write_seconds

    assert [waits(count) for count in (0, 1, 4, 10, 40)] == [1.0, 1.0, 4.0, 10.0, 10.0]
