"""`/api/batch/{job_id}/…`: a batch as files, to keep or to upload elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from engine.api.batches import TheEngine
from engine.api.refusals import AWAY, UNKNOWN, told
from engine.public import Only

router = APIRouter(prefix="/api/batch", tags=["batches"], responses=AWAY)
LINES_A_PIECE = 200
CSV = "text/csv; charset=utf-8"


@router.get("/{job_id}/results.csv", summary="One line for each row of the uploaded file", responses=UNKNOWN)
def results_csv(job_id: str, engine: TheEngine) -> StreamingResponse:
    """Stream the file's own columns and what became of each row."""
    return _download(engine.exports.results_csv(job_id), CSV, f"{job_id}-results.csv")


@router.get("/{job_id}/results.jsonl", summary="Everything known of each row", responses=UNKNOWN)
def results_jsonl(job_id: str, engine: TheEngine) -> StreamingResponse:
    """Stream one JSON object a row, drafts included."""
    return _download(engine.exports.results_jsonl(job_id), "application/x-ndjson", f"{job_id}-results.jsonl")


@router.get("/{job_id}/failed.txt", summary="The barcodes that failed", responses=UNKNOWN)
def failed_txt(job_id: str, engine: TheEngine) -> StreamingResponse:
    """Stream the barcodes of failed rows, one a line: a file for a new batch."""
    return _download(engine.exports.failed_txt(job_id), "text/plain; charset=utf-8", f"{job_id}-failed.txt")


@router.get(
    "/{job_id}/ebay-drafts.csv",
    summary="The drafts as a file for eBay's Seller Hub",
    responses=UNKNOWN | told({400: "There are not so many parts."}),
)
def ebay_drafts(
    job_id: str, engine: TheEngine, part: Annotated[int, Query(ge=1)] = 1, only: Only = Only.ALL
) -> StreamingResponse:
    """Stream the template "Create new drafts", filled in: upload it at Seller Hub, Reports, Uploads.

    A row that is an unpublished offer at eBay already becomes a second draft there, because such offers do not appear
    among Seller Hub's drafts: use the one or the other, or leave those rows out with `only=composed`. eBay takes files
    of up to 15 MB; `X-Parts` tells how many there are, `part` chooses one. `X-Drafts` counts the drafts in all parts,
    `X-Lacking` those without `category`, `condition` or `photo`: eBay refuses a line without a category, and asks for
    the others when the draft is completed.
    """
    file = engine.exports.ebay_drafts(job_id, part=part, only=only)
    parts = len(file.plan.starts)
    told_of = {
        "X-Parts": str(parts),
        "X-Drafts": str(file.plan.drafts),
        "X-Lacking": ", ".join(f"{name}={count}" for name, count in sorted(file.plan.lacking.items())),
    }
    name = f"{job_id}-ebay-drafts.csv" if parts == 1 else f"{job_id}-ebay-drafts-{part}-of-{parts}.csv"
    return _download(file.lines, CSV, name, told_of)


@router.get("/{job_id}/discogs-inventory.csv", summary="The matched copies as a Discogs inventory", responses=UNKNOWN)
def discogs_inventory(job_id: str, engine: TheEngine) -> StreamingResponse:
    """Stream one line for each copy with a draft and a release at Discogs: upload it at Discogs, Inventory, Upload.

    Discogs puts what is uploaded up for sale at once, in the currency of the seller's settings (prices here are in US
    dollars). Lines marked `needs grading` have no `media_condition`, and Discogs refuses them until they have one.
    """
    return _download(engine.exports.discogs_inventory(job_id), CSV, f"{job_id}-discogs-inventory.csv")


def _download(
    lines: Iterable[str], media_type: str, filename: str, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return StreamingResponse(_pieces(lines), media_type=media_type, headers=disposition | dict(headers or {}))


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    """Join lines to pieces worth sending."""
    remaining = iter(lines)
    while piece := "".join(islice(remaining, LINES_A_PIECE)):
        yield piece
