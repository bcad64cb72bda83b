"""How many rows of a batch are in which state; they always add up to its rows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from console import labels
from console.labels import Label
from engine.public import BatchView


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by state. `total` is None before the file was read.

    `stuck` rows wait too; they were in flight when their worker died.
    """

    drafted: int
    composed: int
    attention: int
    skipped: int
    working: int
    waiting: int
    stuck: int
    total: int | None

    @property
    def succeeded(self) -> int:
        """Return the rows that have become a draft, sent or not."""
        return self.drafted + self.composed

    @property
    def left(self) -> int:
        """Return the rows that are not done yet."""
        return self.working + self.stuck + self.waiting

    @property
    def parts(self) -> list[tuple[Label, int]]:
        """Return every state with its count, in the order of the bar."""
        return [
            (labels.DRAFTED, self.drafted),
            (labels.COMPOSED, self.composed),
            (labels.ATTENTION, self.attention),
            (labels.SKIPPED, self.skipped),
            (labels.WORKING, self.working),
            (labels.INTERRUPTED, self.stuck),
            (labels.WAITING, self.waiting),
        ]


def counts(view: BatchView, composed: int) -> Counts:
    """Return the counts of a batch with `composed` drafts that were not sent.

    While failed rows are retried they count as working or waiting, not as failed.
    """
    job, total = view.job, view.job.total_upcs
    composed = min(composed, job.successful_upcs)
    working, waiting = view.working, view.waiting or 0
    stuck = min(waiting, len(view.stranded))
    attention = job.failed_upcs
    if total is not None:
        attention = max(0, total - job.successful_upcs - job.skipped_upcs - working - waiting)
    drafted = job.successful_upcs - composed
    return Counts(drafted, composed, attention, job.skipped_upcs, working, waiting - stuck, stuck, total)
