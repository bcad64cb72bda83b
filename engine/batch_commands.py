"""`python -m engine rename`, `again`, `archive`, `unarchive` and `delete`: what is done with whole batches."""

from __future__ import annotations

from typing import Annotated

import typer

from engine import terminal


def delete(
    job: Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")],
    leave_drafts: Annotated[bool, typer.Option(help="Delete it also where it leaves drafts at eBay.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete it without asking.")] = False,
) -> None:
    """Delete a batch with its rows and its history; its drafts stay at eBay."""
    deletions = terminal.open_existing().deletions
    if not yes:
        typer.confirm(f"Delete {job} with its rows and its history?", abort=True)
    done = deletions.delete(job, leave_drafts=leave_drafts)
    left = f"; {done.drafts:,} of its drafts stay at eBay" if done.drafts else ""
    terminal.say(f"Batch {job} is deleted with {done.rows:,} rows{left}.")


def archive(
    jobs: Annotated[list[str], typer.Argument(metavar="JOB...", help="Batches that have ended.")],
) -> None:
    """Put batches out of sight: they are in no list unless it is asked for the archive, and lose nothing."""
    engine = terminal.open_existing()
    for job in jobs:
        engine.archive.archive(job)
        terminal.say(f"Batch {job} is archived.")


def unarchive(
    jobs: Annotated[list[str], typer.Argument(metavar="JOB...", help="Batches that are archived.")],
) -> None:
    """Bring archived batches back into the lists."""
    engine = terminal.open_existing()
    for job in jobs:
        engine.archive.unarchive(job)
        terminal.say(f"Batch {job} is back.")


def rename(
    job: Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")],
    name: Annotated[str, typer.Argument(help="Its new name.")],
) -> None:
    """Give a batch another name."""
    renamed = terminal.open_existing().commands.rename(job, name)
    terminal.say(f"Batch {job} is named {renamed.name}.")


def again(
    job: Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")],
) -> None:
    """Start a new batch over the same file, with the same options."""
    engine = terminal.open_existing()
    started = engine.start_again(job)
    terminal.say(f"Batch {started.job_id} is queued over the file of batch {job}.")
    options = started.options
    before = engine.drafted_before(started.gcs_path, layout=options.layout, first=options.first, job_id=started.job_id)
    if before:
        terminal.say(f"{before:,} of its barcodes {'has a draft' if before == 1 else 'have drafts'} already.")
