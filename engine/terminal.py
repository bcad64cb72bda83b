"""The engine as whoever sits at a terminal uses it, and what the command line shows of batches."""

from __future__ import annotations

import getpass
import threading
from collections.abc import Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.measure import Measurement
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table

from engine import bootstrap
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import OPEN, Job, JobStatus
from engine.public import DraftNeed, Engine, access
from engine.settings import load

BY = "command line"  # who acts, for the history
out = Console()
errors = Console(stderr=True)

_LONGEST_NAME = 40
_WIDEST = 1_000


def open_engine() -> Engine:
    """Return the engine of this process for an admin, which everybody at a terminal of this machine is; it is audited.

    Raises:
        BadSetting: a setting cannot be used.
    """
    return _acting(bootstrap.open_engine(load()))


def open_existing() -> Engine:
    """Return the same over a job store that is there, for a command that never makes one.

    Raises:
        BadSetting: it is not, or a setting cannot be used.
    """
    return _acting(bootstrap.open_existing())


def _acting(engine: Engine) -> Engine:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""  # one without a name, as in a container
    return engine.acting_for(lambda: access.Actor(BY, access.TokenScope.ADMIN, access.Via.TERMINAL, user))


def say(sentence: str) -> None:
    """Print a sentence as it stands: on one line, without markup."""
    out.print(sentence, highlight=False, markup=False, soft_wrap=True)


def refuse(sentence: str) -> None:
    """Print on standard error why a command does nothing."""
    errors.print(sentence, style="red", highlight=False, markup=False, soft_wrap=True)


def print_json(answer: Any) -> None:
    """Print an answer of the API."""
    print(orjson.dumps(answer, default=dict, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z).decode())  # noqa: T201


def print_jobs(shown: Sequence[Job], total: int | None = None) -> None:
    """Print a table of batches, whose ids are whole however narrow the terminal is, and how many of `total` follow."""
    heads = ("Batch", "State", "Done", "Succeeded", "Failed", "Skipped", "Created (UTC)")
    name = Column("Name", max_width=_LONGEST_NAME, overflow="ellipsis")
    table = Table(*(Column(head) for head in heads), name, box=None)
    for column in table.columns:
        column.no_wrap = True
    for job in shown:
        done = f"{job.processed_upcs} of {'?' if job.total_upcs is None else job.total_upcs}"
        counts = map(str, (job.successful_upcs, job.failed_upcs, job.skipped_upcs))
        table.add_row(job.job_id, job.status, done, *counts, f"{job.created_at:%Y-%m-%d %H:%M:%S}", job.name)
    print_whole(table)
    for job in shown:
        if job.error and job.status in {JobStatus.FAILED, JobStatus.PAUSED}:
            say(f"{job.job_id}: {job.error}")
    if total is not None and total > len(shown):
        say(f"and {total - len(shown):,} more; --limit shows them")


def print_whole(table: Table) -> None:
    """Print a table as wide as it is, however narrow the terminal."""
    wide = out.options.update(max_width=_WIDEST)
    width = Measurement.get(out, wide, table).maximum
    Console(file=out.file, width=max(width, out.width)).print(table, highlight=False, markup=False)


def print_failed(items: Sequence[Item], total: int) -> None:
    """Print failed rows, and how many of `total` follow."""
    for item in items:
        say(f"  row {item.line}  {item.upc}  {item.error}")
    if total > len(items):
        say(f"  and {total - len(items):,} more failed rows; --limit shows them")


def print_not_ready(items: Sequence[Item], total: int, need: DraftNeed) -> None:
    """Print how many drafts are not ready for want of `need`, and those `items` of them that are to be shown."""
    if total:
        drafts = "1 draft is" if total == 1 else f"{total:,} drafts are"
        say(f"{drafts} not ready: {need}" + ("" if items else f"; --needs {need} shows them"))
    for item in items:
        why = f"  {item.price.reason}" if need is DraftNeed.PRICE else ""
        say(f"  row {item.line}  {item.upc}  {item.draft.title}{why}")
    if items and total > len(items):
        say(f"  and {total - len(items):,} more; --limit shows them")


def progress() -> Progress:
    """Return a progress bar on standard error."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=errors)


def watch(engine: Engine, job_id: str, stop: threading.Event) -> None:
    """Show a batch's progress until it no longer runs, or `stop` is set; the batch goes on either way."""
    with progress() as bar:
        task = bar.add_task(job_id, total=None)
        while not stop.is_set():
            job = engine.queries.job(job_id)
            text = f"{job.status}: {job.successful_upcs} succeeded, {job.failed_upcs} failed"
            bar.update(task, description=text, completed=job.processed_upcs, total=job.total_upcs)
            if job.status not in OPEN:
                return
            stop.wait(0.5)
