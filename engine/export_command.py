"""`python -m engine export`: the results of a batch, or its drafts, as a file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from engine import terminal
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.row_filter import RowFilter
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause
from engine.public import Exports

Word = TypeVar("Word", ItemStatus, Cause, DraftNeed)

_FORMATS = (
    "csv, xlsx, jsonl, uploaded (in the shape of the uploaded file), failed (barcodes), ebay (drafts), discogs, picks "
    "(a pick list), elsewhere (books …)."
)
_BINARY = "A workbook is no text for a terminal: name a file with --output, or use > FILE"


def export(
    job: Annotated[str, typer.Argument(metavar="JOB", help="A batch, such as batch_20250821_145610_0.")],
    kind: Annotated[str, typer.Option("--format", help=_FORMATS)] = "csv",
    part: Annotated[int, typer.Option(min=1, help="Which file of eBay drafts; each has up to 15 MB.")] = 1,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file; standard output without it.")] = None,
    status: Annotated[str, typer.Option(help="Only rows of that status; failed: with their reasons.")] = "",
    cause: Annotated[str, typer.Option(help="Only rows that failed for it, such as no_match.")] = "",
    needs: Annotated[str, typer.Option(help="Only rows whose draft is not ready for want of it, such as price.")] = "",
    search: Annotated[str, typer.Option(help="Only rows with that barcode, title, own number or shelf.")] = "",
) -> None:
    """Write the results of a batch, one line for each row of its file, or a file to upload at eBay or Discogs."""
    wanted = RowFilter(
        _one_of(ItemStatus, status, "--status"),
        _one_of(Cause, cause, "--cause"),
        _one_of(DraftNeed, needs, "--needs"),
        search,
    )
    content = _content(terminal.open_existing().exports, job, kind, part, wanted)
    if output is not None:
        _write(content, output)
        return
    for piece in content:
        if sys.stdout.isatty() and piece.startswith(b"PK"):
            raise typer.BadParameter(_BINARY)
        sys.stdout.buffer.write(piece)


def _content(exports: Exports, job_id: str, kind: str, part: int, wanted: RowFilter) -> Iterable[bytes]:
    """Return a file of a batch in pieces.

    Raises:
        BadParameter: there is no such format, or it has always all rows.
    """
    filtered: Mapping[str, Callable[[str, RowFilter], Iterable[str | bytes]]] = {
        "csv": exports.results_csv,
        "xlsx": exports.results_xlsx,
        "jsonl": exports.results_jsonl,
        "uploaded": lambda job, rows: exports.as_uploaded(job, rows).pieces,
    }
    whole: Mapping[str, Callable[[str], Iterator[str]]] = {
        "failed": exports.failed_txt,
        "ebay": partial(_ebay_drafts, exports, part),
        "discogs": exports.discogs_inventory,
        "picks": exports.pick_list_csv,
        "elsewhere": exports.elsewhere_csv,
    }
    if kind in filtered:
        return map(_encoded, filtered[kind](job_id, wanted))
    if kind not in whole:
        raise typer.BadParameter(f"--format is one of {', '.join((*filtered, *whole))}")
    if wanted:
        raise typer.BadParameter(f"Only some rows can be had as {', '.join(filtered)}, not as {kind}")
    return map(_encoded, whole[kind](job_id))


def _encoded(piece: str | bytes) -> bytes:
    return piece.encode() if isinstance(piece, str) else piece


def _one_of(words: type[Word], word: str, option: str) -> Word | None:
    """Return the word of an option, None where it is not given.

    Raises:
        BadParameter: it is none of the words.
    """
    if not word:
        return None
    if word not in list(words):
        raise typer.BadParameter(f"{option} is one of {', '.join(words)}")
    return words(word)


def _write(content: Iterable[bytes], output: Path) -> None:
    """Write content into a file, with a bar that shows how much."""
    try:
        with output.open("wb") as file, terminal.progress() as progress:
            task = progress.add_task(f"Writing {output}", total=None)
            for piece in content:
                file.write(piece)
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
