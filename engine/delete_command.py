"""`python -m engine delete`: a batch with its rows and its history."""

from __future__ import annotations

from typing import Annotated

import typer

from engine import terminal
from engine.bootstrap import open_existing

BY = "command line"


def delete(
    job: Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")],
    leave_drafts: Annotated[bool, typer.Option(help="Delete it also where it leaves drafts at eBay.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Delete it without asking.")] = False,
) -> None:
    """Delete a batch with its rows and its history; its drafts stay at eBay."""
    deletions = open_existing().deletions
    if not yes:
        typer.confirm(f"Delete {job} with its rows and its history?", abort=True)
    done = deletions.delete(job, leave_drafts=leave_drafts, by=BY)
    left = f"; {done.drafts:,} of its drafts stay at eBay" if done.drafts else ""
    terminal.say(f"Batch {job} is deleted with {done.rows:,} rows{left}.")
