"""`python -m engine backup` and `restore`: the job store and its files in one file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine import terminal
from engine.bootstrap import open_files, open_store
from engine.clock import SystemClock
from engine.maintenance import backup as backups
from engine.maintenance.restore import restore as restored
from engine.settings import load
from engine.startup import require_store

File = Annotated[Path, typer.Argument(metavar="FILE", help="A file such as drafts-2026-11-29.zip.")]


def backup(
    file: File,
    with_files: Annotated[
        bool, typer.Option("--files/--no-files", help="With the uploaded files and the rows of the batches.")
    ] = True,
) -> None:
    """Write the job store as it stands at one moment into a file, while workers and console go on."""
    settings = load()
    require_store(settings)
    store, files = open_store(settings.store, SystemClock()), open_files(settings.files)
    made = backups.back_up(store, files, file, with_files=with_files)
    batches = made.collections.get("batch_jobs", 0)
    terminal.say(
        f"{file}: {made.documents} documents of {batches} batches as they stood at {made.taken_at:%Y-%m-%d %H:%M:%S} "
        f"UTC, {made.files} files, {file.stat().st_size / 1e6:.1f} MB."
    )
    for path in made.missing:
        terminal.say(f"{path} is named by a document and is not there any more.")


def restore(file: File) -> None:
    """Bring a backup back into an empty job store; workers and console may be started before or after."""
    settings = load()
    store, files = open_store(settings.store, SystemClock()), open_files(settings.files)
    found = restored(file, store, files)
    terminal.say(
        f"{found.documents} documents and {found.files} files of {found.taken_at:%Y-%m-%d %H:%M:%S} UTC are back. Rows "
        "that were drafted since are done again and find their drafts at eBay. Batches started since are gone."
    )
