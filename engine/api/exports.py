"""`/api/batch/{job_id}/…`: a batch as files, to keep or to upload elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response, StreamingResponse

from engine.api.batches import CHECKED, TheEngine
from engine.api.refusals import AWAY, UNKNOWN, Responses, documented
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.row_filter import RowFilter
from engine.domain.listing.workbooks import MEDIA_TYPE as XLSX
from engine.errors import Cause
from engine.public import DraftNeed, Only

router = APIRouter(prefix="/api/batch", tags=["batches"], responses=AWAY, dependencies=CHECKED)
BYTES_A_PIECE = 32 * 1024
CSV = "text/csv"
JSONL = "application/x-ndjson"
TSV = "text/tab-separated-values"
TEXT = "text/plain"
PDF = "application/pdf"


def _filter(
    status: ItemStatus | None = None, cause: Cause | None = None, needs: DraftNeed | None = None, q: str = ""
) -> RowFilter:
    """Return which rows a call asks for, as `GET /api/batch/{job_id}/items` has them; all without a parameter."""
    return RowFilter(status, cause, needs, q)


Wanted = Annotated[RowFilter, Depends(_filter)]


def _file(*media_types: str, headers: Mapping[str, str] | None = None) -> Responses:
    """Return how the API's document describes a download of a batch."""
    return UNKNOWN | file(*media_types, headers=headers)


def file(*media_types: str, headers: Mapping[str, str] | None = None) -> Responses:
    """Return how the API's document describes a download."""
    described = {"Content-Disposition": "The name of the file.", **(headers or {})}
    told_of = {name: {"description": meaning, "schema": {"type": "string"}} for name, meaning in described.items()}
    content = {media_type: {"schema": {"type": "string"}} for media_type in media_types}
    return {200: {"description": "The file.", "content": content, "headers": told_of}}


PARTS = {
    "X-Parts": "How many parts there are.",
    "X-Drafts": "How many drafts are in all parts.",
    "X-Lacking": "How many drafts have no category, condition, photo or price: `condition=3, price=1`.",
}


@router.get(
    "/{job_id}/results.csv",
    summary="One line for each row of the uploaded file",
    response_class=StreamingResponse,
    responses=_file(CSV),
)
def results_csv(job_id: str, engine: TheEngine, wanted: Wanted) -> StreamingResponse:
    """Stream the file's own columns and what became of each row; of all rows, or of those that hold the conditions.

    `status`, `cause`, `needs` and `q` are those of `GET /api/batch/{job_id}/items`: `status=failed` are the failed rows
    with their reasons.
    """
    return download(engine.exports.results_csv(job_id, wanted), CSV, f"{job_id}-results.csv")


@router.get(
    "/{job_id}/results.xlsx",
    summary="The same as a workbook of Excel",
    response_class=StreamingResponse,
    responses=_file(XLSX),
)
def results_xlsx(job_id: str, engine: TheEngine, wanted: Wanted) -> StreamingResponse:
    """Stream the columns of `results.csv` in one sheet; cells are values, never formulas."""
    return _sent(engine.exports.results_xlsx(job_id, wanted), XLSX, f"{job_id}-results.xlsx")


@router.get(
    "/{job_id}/as-uploaded",
    summary="The results in the shape of the uploaded file",
    response_class=StreamingResponse,
    responses=_file(CSV, TSV, XLSX),
)
def as_uploaded(job_id: str, engine: TheEngine, wanted: Wanted) -> StreamingResponse:
    """Stream the file's own columns under its own header, and the columns of `results.csv` behind them.

    A workbook is answered with a workbook of the same sheets, text with text in UTF-8, marked for Excel, with the
    file's own delimiter, a comma where it had none.
    """
    file = engine.exports.as_uploaded(job_id, wanted)
    return _sent(file.pieces, file.media_type, file.name)


@router.get(
    "/{job_id}/results.jsonl",
    summary="Everything known of each row",
    response_class=StreamingResponse,
    responses=_file(JSONL),
)
def results_jsonl(job_id: str, engine: TheEngine, wanted: Wanted) -> StreamingResponse:
    """Stream one JSON object a row, drafts included."""
    return download(engine.exports.results_jsonl(job_id, wanted), JSONL, f"{job_id}-results.jsonl")


@router.get(
    "/{job_id}/failed.txt",
    summary="The barcodes that failed",
    response_class=StreamingResponse,
    responses=_file(TEXT),
)
def failed_txt(job_id: str, engine: TheEngine) -> StreamingResponse:
    """Stream the barcodes of failed rows, one a line: a file for a new batch."""
    return download(engine.exports.failed_txt(job_id), TEXT, f"{job_id}-failed.txt")


@router.get(
    "/{job_id}/ebay-drafts.csv",
    summary="The drafts as a file for eBay's Seller Hub",
    response_class=StreamingResponse,
    responses=UNKNOWN
    | file(CSV, headers=PARTS)
    | documented({404: "There is no such job, or it has not so many parts."}),
)
def ebay_drafts(
    job_id: str, engine: TheEngine, part: Annotated[int, Query(ge=1, le=2**31 - 1)] = 1, only: Only = Only.ALL
) -> StreamingResponse:
    """Stream the template "Create new drafts", filled in: upload it at Seller Hub, Reports, Uploads.

    A row that is an unpublished offer at eBay already becomes a second draft there, because such offers do not appear
    among Seller Hub's drafts: use the one or the other, or leave those rows out with `only=composed`. eBay takes files
    of up to 15 MB; `X-Parts` is how many there are, `part` chooses one. `X-Drafts` counts the drafts in all parts,
    `X-Lacking` those without `category`, `condition`, `photo` or `price`: eBay refuses a line without a category, and
    asks for the others when the draft is completed.
    """
    file = engine.exports.ebay_drafts(job_id, part=part, only=only)
    parts = len(file.plan.starts)
    told_of = {
        "X-Parts": str(parts),
        "X-Drafts": str(file.plan.drafts),
        "X-Lacking": ", ".join(f"{name}={count}" for name, count in sorted(file.plan.lacking.items())),
    }
    name = f"{job_id}-ebay-drafts.csv" if parts == 1 else f"{job_id}-ebay-drafts-{part}-of-{parts}.csv"
    return download(file.lines, CSV, name, told_of)


@router.get(
    "/{job_id}/discogs-inventory.csv",
    summary="The matched copies as a Discogs inventory",
    response_class=StreamingResponse,
    responses=_file(CSV),
)
def discogs_inventory(job_id: str, engine: TheEngine) -> StreamingResponse:
    """Stream one line for each copy with a draft and a release at Discogs: upload it at Discogs, Inventory, Upload.

    Discogs puts what is uploaded up for sale at once, in the currency of the seller's settings (prices here are in US
    dollars). Lines marked `needs grading` have no `media_condition`, those marked `needs price` no `price`, and Discogs
    refuses them until they have one.
    """
    return download(engine.exports.discogs_inventory(job_id), CSV, f"{job_id}-discogs-inventory.csv")


@router.get(
    "/{job_id}/elsewhere.csv",
    summary="Books, films and games that no source knows",
    response_class=StreamingResponse,
    responses=_file(CSV),
)
def elsewhere_csv(job_id: str, engine: TheEngine) -> StreamingResponse:
    """Stream the rows that failed with `no_match` and whose number is that of a book, magazine, film or game."""
    return download(engine.exports.elsewhere_csv(job_id), CSV, f"{job_id}-elsewhere.csv")


@router.get(
    "/{job_id}/pick-list.csv",
    summary="The drafted copies in the order of their shelves",
    response_class=StreamingResponse,
    responses=_file(CSV),
)
def pick_list_csv(job_id: str, engine: TheEngine) -> StreamingResponse:
    """Send one line for each row that a draft offers: shelf, own number, copies, and what to take."""
    return download(engine.exports.pick_list_csv(job_id), CSV, f"{job_id}-pick-list.csv")


@router.get(
    "/{job_id}/pick-list.pdf",
    summary="The pick list to print",
    response_class=Response,
    responses=_file(PDF) | documented({400: "It has more than 2,000 lines, too many to print."}),
)
def pick_list_pdf(job_id: str, engine: TheEngine) -> Response:
    """Send the same as a PDF, shelf by shelf, with a box to tick on each line."""
    name = {"Content-Disposition": f'attachment; filename="{job_id}-pick-list.pdf"'}
    return Response(engine.exports.pick_list_pdf(job_id), media_type=PDF, headers=name)


def download(
    lines: Iterable[str], media_type: str, filename: str, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    """Return lines as a file that a browser keeps."""
    return _sent((line.encode() for line in lines), media_type, filename, headers)


def _sent(
    content: Iterable[bytes], media_type: str, filename: str, headers: Mapping[str, str] | None = None
) -> StreamingResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{filename}"'}
    pieces = _pieces(content)
    first = next(pieces, b"")  # what keeps the rows from being read is raised before the answer begins
    return StreamingResponse(chain([first], pieces), media_type=media_type, headers=disposition | dict(headers or {}))


def _pieces(content: Iterable[bytes]) -> Iterator[bytes]:
    """Join content to pieces worth sending."""
    piece = bytearray()
    for part in content:
        piece += part
        if len(piece) >= BYTES_A_PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)
