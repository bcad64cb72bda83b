"""Whatever is pressed, in whichever order, over several batches: one row has one draft, and the counters add up."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, example, given, settings

from engine.domain.batch import additions, jobs
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.options import DraftedBefore, Options
from engine.errors import Cause, JobError
from engine.files.folder import FolderFiles
from engine.store.sqlite import SQLiteStore
from tests.contract.test_handed_over import CODES, Refusing
from tests.support.batch_runs import FIXED, Batches
from tests.support.pipeline_runs import Runs

ROWS = CODES[:4]
PRESSES = ("retry", "retry as new", "done again", "edited", "left out", "put back", "cancelled", "recovered")
ADDING = Options(price_rule=FIXED.price_rule, drafted_before=DraftedBefore.QUANTITY)

batch = st.integers(0, 3)
rows = st.sets(st.sampled_from(range(len(ROWS))))
presses = st.tuples(st.sampled_from(PRESSES), batch, st.integers(0, len(ROWS) - 1))
adds = st.tuples(st.just("added"), st.just(0), st.integers(0, len(ROWS) - 1))
works = st.tuples(st.just("work"), rows, rows)
stories = st.lists(presses | works | adds, min_size=4, max_size=16)


@dataclass
class Desk:
    """Batches of the same barcodes, and an operator who presses anything."""

    bench: Runs
    batches: Batches
    ebay: Refusing
    jobs: list[str] = field(default_factory=list)

    def press(self, what: str, number: int, index: int) -> None:
        """Press a button; that it may be refused is part of the story."""
        job_id = self.jobs[number % len(self.jobs)]
        commands = self.batches.commands
        decisions: dict[str, dict[str, Any]] = {
            "done again": {},
            "edited": {"edits": {"title": f"Mine {index}"}},
            "left out": {"removed": True},
            "put back": {"removed": None},
        }
        with suppress(JobError):
            if what == "retry":
                commands.retry_failed(job_id)
            elif what == "retry as new":
                new = self.batches.engine.retry_as_new(job_id).job_id
                self.jobs += [new] if new not in self.jobs else []
            elif what == "added":
                self.jobs.append(self.batches.upload(ROWS[index].encode(), ADDING, "more.txt"))
            elif what == "cancelled":
                commands.cancel(job_id)
            elif what == "recovered":
                commands.recover(job_id)
            else:
                commands.again(job_id, {index: decisions[what]})

    def work(self, refused: set[int], late: set[int]) -> None:
        self.ebay.refused, self.ebay.late = {ROWS[index] for index in refused}, {ROWS[index] for index in late}
        self.batches.run(self.ebay)

    def copies(self) -> dict[str, list[tuple[Job, Item]]]:
        """Return the rows of each copy on the desk, by its SKU."""
        found: dict[str, list[tuple[Job, Item]]] = {}
        for job_id in self.jobs:
            job, stored = self.batches.stored(job_id), self.batches.items(job_id)
            for row in self.batches.rows.read(job_id, 0, job.engine.rows):
                if row.index in stored:
                    found.setdefault(jobs.sku(job, row), []).append((job, stored[row.index]))
        return found

    def held(self) -> dict[str, int]:
        """Return how many copies the offers at eBay offer, by SKU."""
        held = self.bench.sandbox.ledger(calls=False)["held"]
        return {sku: one["offer"]["availableQuantity"] for sku, one in held.items() if one["offer"]}


@contextmanager
def desk(bench: Runs) -> Iterator[Desk]:
    bench.sandbox.reset()
    with tempfile.TemporaryDirectory() as folder:
        store = SQLiteStore(Path(folder) / "store.db")
        made = Desk(bench, Batches(store, FolderFiles(Path(folder) / "files")), Refusing(bench.pipeline()))
        made.jobs.append(made.batches.upload("\n".join(ROWS).encode()))
        yield made
        store.close()


Story = list[tuple[str, Any, Any]]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(story=stories)
@example(story=[("work", {0, 1, 2}, set()), ("retry as new", 0, 0), ("work", set(), set()), ("retry", 0, 0)])
@example(story=[("work", {0, 1, 2}, set()), ("retry as new", 0, 0), ("retry", 0, 0), ("retry as new", 0, 0)])
@example(
    story=[
        ("work", set(), {1}),
        ("retry as new", 0, 0),
        ("work", {1}, set()),
        ("done again", 0, 1),
        ("retry", 1, 0),
        ("retry as new", 1, 0),
    ]
)
def test_one_row_has_one_draft_whatever_is_pressed(bench: Runs, story: Story) -> None:
    with desk(bench) as made:
        for what, first, second in story:
            if what == "work":
                made.work(first, second)
            else:
                made.press(what, first, second)
            assert one_row_of_each_copy_is_the_one_to_retry(made)
            assert counters_add_up(made)
        made.work(set(), set())
        for number in range(len(made.jobs)):
            made.press("recovered", number, 0)
        made.work(set(), set())
        for number in range(len(made.jobs)):
            made.press("retry", number, 0)
        made.work(set(), set())
        assert one_row_of_each_copy_is_the_one_to_retry(made)
        assert counters_add_up(made, over=True)
        assert every_copy_is_offered_once(made)


def one_row_of_each_copy_is_the_one_to_retry(made: Desk) -> bool:
    for found in made.copies().values():
        rest = [item for _, item in found if item.handed_to]
        assert len(found) - len(rest) <= 1
        assert all((item.status, item.cause) == (ItemStatus.SKIPPED, Cause.HANDED_OVER) for item in rest)
    return True


def counters_add_up(made: Desk, *, over: bool = False) -> bool:
    for job_id in made.jobs:
        job, stored = made.batches.stored(job_id), made.batches.items(job_id)
        ends = [item.status for item in stored.values()]
        assert job.successful_upcs == ends.count(ItemStatus.SUCCEEDED)
        assert job.failed_upcs == ends.count(ItemStatus.FAILED) == len(job.failed_upc_list)
        assert job.skipped_upcs == ends.count(ItemStatus.SKIPPED)
        assert not over or (job.status, job.processed_upcs) == (JobStatus.COMPLETED, job.total_upcs)
    return True


def every_copy_is_offered_once(made: Desk) -> bool:
    """Whether each copy that was not left out is in one offer: its own, or one that it was added to."""
    held, copies = made.held(), made.copies()
    last = {sku: next(item for _, item in found if not item.handed_to) for sku, found in copies.items()}
    added = [sku for item in last.values() for sku in item.decided.added]
    assert len(added) == len(set(added)), "a copy is added to one draft"
    for sku, item in last.items():
        if item.status is ItemStatus.SUCCEEDED:
            assert item.outcome is Outcome.DRAFTED
            assert held.pop(sku) == 1 + sum(additions.on_top(item.decided).values())
            assert sku not in added
        else:
            assert item.cause in {Cause.REMOVED, Cause.ADDED}
            assert (item.cause is Cause.ADDED) == (sku in added)
    assert not held, "offers that are no row's draft"
    return True
