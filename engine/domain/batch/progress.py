"""What the job document keeps for the engine itself, in its map `engine`: how far each shard is, and what was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Self

from engine.codec import Value
from engine.domain.batch.early_stop import FirstRows
from engine.domain.batch.file_shape import FileShape
from engine.domain.batch.layout import Layout
from engine.domain.batch.shards import FIRST_RUN, Shard, ShardKind, Tally
from engine.domain.batch.throughput import Throughput

LONGEST_WAIT = 10  # seconds


class ShardProgress(Value, frozen=True, omit_defaults=False):
    """How far a shard is, in absolute numbers.

    Rows `a` up to and without `b`, `next` the first that is not done. `lanes` is how many rows its owner works on at
    most, None in documents of versions that did not say.
    """

    kind: ShardKind
    a: int
    b: int
    next: int
    ok: int = 0
    bad: int = 0
    skipped: int = 0
    done: bool = False
    lanes: int | None = None

    @property
    def tally(self) -> Tally:
        """Return how many rows ended how."""
        return Tally(self.ok, self.bad, self.skipped)

    @property
    def first_run(self) -> bool:
        """Whether its rows are run for the first time."""
        return self.kind in FIRST_RUN

    @classmethod
    def of(cls, shard: Shard) -> Self:
        """Return the progress of `shard`."""
        return cls(
            shard.kind,
            shard.a,
            shard.b,
            shard.next,
            shard.ok,
            shard.bad,
            shard.skipped,
            done=shard.done,
            lanes=shard.lanes,
        )


class PinnedFile(Value, frozen=True):
    """The copy of the file that a batch was begun with: its address, generation, bytes and digest."""

    path: str
    generation: int
    size: int
    sha256: str


class Deleting(Value, frozen=True):
    """Who has begun to delete a batch, and when; `drafts` are those that it leaves at eBay."""

    by: str = ""
    at: datetime | None = None
    drafts: int = 0


class EngineState(Value, frozen=True):
    """The map `engine` of a job document.

    `shards` are by their number, four digits. `sku` is how the SKUs of the batch begin. `content`, `columns`, `layout`,
    `rows` and `shape` describe the file once it was read: `columns` are the names in its header, `layout` is how it was
    read, nothing in documents of versions that did not say, `rows` the rows that it has, whether the batch takes them
    all or not, `shape` what it looks like. `pace` holds the rows of the last minutes. `rounds` counts retries, those
    that `shards` no longer lists too. `earlier` marks a batch that an earlier service has begun. `carried` is, of a
    batch made of failed rows, the address of what they have from there; `handed_to` the batch that the own failed rows
    went to last. `deleting` is set once it is being deleted, `first_rows` once the first rows were compared with those
    of the batches before. `moved_at` is when a row ended last, or when the batch began to run after that.
    """

    shards: Mapping[str, ShardProgress] = {}
    sku: str = ""
    rows: int = 0
    columns: tuple[str, ...] = ()
    layout: Layout = Layout()
    content: PinnedFile | None = None
    pace: Throughput = Throughput()
    rounds: int = 0
    earlier: bool = False
    carried: str = ""
    handed_to: str = ""
    shape: FileShape = FileShape()
    deleting: Deleting | None = None
    first_rows: FirstRows | None = None
    moved_at: datetime | None = None

    @property
    def open_shards(self) -> dict[str, ShardProgress]:
        """Return the shards that are not done."""
        return {key: progress for key, progress in self.shards.items() if not progress.done}

    @property
    def write_seconds(self) -> float:
        """Return how long a worker waits before it writes the document again while it runs rows.

        It is a second for each shard under way, up to `LONGEST_WAIT`: up to ten workers together write it about once a
        second, which is what Firestore bears of one document for long, and forty four times a second.
        """
        under_way = sum(progress.next > progress.a for progress in self.open_shards.values())
        return float(min(max(1, under_way), LONGEST_WAIT))

    def has_open(self, kind: ShardKind) -> bool:
        """Whether a shard of that kind is not done yet."""
        return any(progress.kind is kind for progress in self.open_shards.values())


def totals(shards: Iterable[ShardProgress]) -> tuple[Tally, int]:
    """Return how the rows of `shards` ended, and the first row of the batch that has not come to its first end."""
    tally, watermark = Tally(), 0
    for progress in sorted(shards, key=lambda progress: progress.a):
        tally += progress.tally
        if progress.first_run and progress.a <= watermark:
            watermark = max(watermark, progress.next)
    return tally, watermark
