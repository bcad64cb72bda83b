"""How many rows of a batch are in which state; they always add up to its rows. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from console import words
from console.words import Word
from engine.public import BatchView


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows by state. `total` is None before the file was read.

    `stuck` rows wait too, and were in hand when their worker died.
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
        """Return the rows that are still to be done."""
        return self.working + self.stuck + self.waiting

    @property
    def parts(self) -> list[tuple[Word, int]]:
        """Return every state with its count, in the order of the bar."""
        return [
            (words.DRAFTED, self.drafted),
            (words.COMPOSED, self.composed),
            (words.ATTENTION, self.attention),
            (words.SKIPPED, self.skipped),
            (words.WORKING, self.working),
            (words.INTERRUPTED, self.stuck),
            (words.WAITING, self.waiting),
        ]


def counts(view: BatchView, composed: int) -> Counts:
    """Return the counts of a batch of whose drafts `composed` were not sent.

    While failed rows are retried they count as working or waiting, not as failed.
    """
    job, total = view.job, view.job.total_upcs
    composed = min(composed, job.successful_upcs)
    working, waiting = view.working, view.waiting or 0
    stuck = min(waiting, len(in_hand(view, silent=True)))
    attention = job.failed_upcs
    if total is not None:
        attention = max(0, total - job.successful_upcs - job.skipped_upcs - working - waiting)
    drafted = job.successful_upcs - composed
    return Counts(drafted, composed, attention, job.skipped_upcs, working, waiting - stuck, stuck, total)


def in_hand(view: BatchView, *, silent: bool = False) -> dict[int, str]:
    """Return the rows that live workers have in hand, by index, with the step each is at.

    With `silent` those that dead workers had in hand, as long as nobody has taken them over.
    """
    if silent and not view.interrupted:
        return {}
    rows = (row for worker in view.workers if worker.silent is silent for row in worker.rows)
    return dict(sorted((row["index"], row["step"]) for row in rows))
