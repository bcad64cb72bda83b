"""`python -m engine export`: the results of a batch, or its drafts, as a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from engine import terminal
from engine.bootstrap import open_existing
from engine.public import Exports


def export(
    job: Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")],
    kind: Annotated[
        str,
        typer.Option(
            "--format",
            help="csv, jsonl, failed (barcodes), ebay (drafts), discogs, picks (a pick list), elsewhere (books …).",
        ),
    ] = "csv",
    part: Annotated[int, typer.Option(min=1, help="Which file of eBay drafts; each has up to 15 MB.")] = 1,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output without it.")] = None,
) -> None:
    """Write the results of a batch, one line for each row of its file, or a file to upload at eBay or Discogs."""
    exports = open_existing().exports
    formats: dict[str, Callable[[str], Iterator[str]]] = {
        "csv": exports.results_csv,
        "jsonl": exports.results_jsonl,
        "failed": exports.failed_txt,
        "ebay": partial(_ebay_drafts, exports, part),
        "discogs": exports.discogs_inventory,
        "picks": exports.pick_list_csv,
        "elsewhere": exports.elsewhere_csv,
    }
    if kind not in formats:
        raise typer.BadParameter(f"--format is one of {', '.join(formats)}")
    lines = formats[kind](job)
    if output is None:
        sys.stdout.writelines(lines)
        return
    _write(lines, output)


def _write(lines: Iterator[str], output: Path) -> None:
    """Write lines into a file, with a bar that shows how many."""
    try:
        with output.open("w", encoding="utf-8", newline="") as file, terminal.progress() as progress:
            task = progress.add_task(f"Writing {output}", total=None)
            for line in lines:
                file.write(line)
                progress.advance(task)
    except OSError as error:
        reason = f"there is no folder {output.parent}" if not output.parent.is_dir() else error.strerror
        raise typer.BadParameter(f"{output} cannot be written: {reason}") from error


def _ebay_drafts(exports: Exports, part: int, job_id: str) -> Iterator[str]:
    """Return the lines of one file of drafts, and say how many files there are and what the drafts lack."""
    file = exports.ebay_drafts(job_id, part=part)
    lacking = (f"{count} without a {name}" for name, count in sorted(file.plan.lacking.items()))
    parts = (f"{file.plan.drafts} drafts", *lacking, f"part {part} of {len(file.plan.starts)}")
    terminal.errors.print(", ".join(parts), highlight=False, soft_wrap=True)
    return file.lines
