"""The results of a batch as files: CSV, JSON lines, a workbook, or in the shape of the file that was uploaded."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain, groupby

from engine.codec import encode
from engine.domain.batch.file_shape import FileShape, SheetShape
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job
from engine.domain.batch.rows import Row
from engine.domain.listing import workbooks
from engine.domain.listing.spreadsheets import safe_line

RESULT_COLUMNS = (
    "row",
    "upc",
    "status",
    "cause",
    "error",
    "artist",
    "title",
    "year",
    "label",
    "format",
    "country",
    "price",
    "sku",
    "offer_id",
    "outcome",
    "not_sent",
    "needs",
    "source",
    "release_url",
    "quantity",
    "seller_sku",
    "location",
)
_OF_THE_FILE = (
    "value", "quantity", "condition", "grading", "price_cents", "note", "photos", "seller_sku", "location", "named",
)  # fmt: skip

_NO_MORE: tuple[None, Iterator[tuple[Row, Item]]] = (None, iter(()))

Pairs = Iterable[tuple[Row, Item]]  # rows of the file, in their order, each with what became of it


@dataclass(frozen=True, slots=True)
class ResultFile:
    """A file in pieces, its name and what kind of file it is."""

    name: str
    media_type: str
    pieces: Iterator[bytes]


def csv_lines(job: Job, pairs: Pairs) -> Iterator[str]:
    """Return the lines of `results.csv`: the file's own columns, then `RESULT_COLUMNS`."""
    return map(safe_line, _lines(_known(job), pairs))


def json_line(row: Row, item: Item) -> str:
    """Return all that is known of a row as one JSON object."""
    fields = item.document()
    del fields["schema"]
    file = {name: value for name, value in encode(row).items() if name in _OF_THE_FILE}
    return json.dumps({"row": row.line, **fields, "file": file}, default=_iso, ensure_ascii=False) + "\n"


def xlsx(job: Job, pairs: Pairs) -> Iterator[bytes]:
    """Return the table of `results.csv` as a workbook with one sheet, in pieces."""
    return workbooks.workbook([("Results", _lines(_known(job), pairs))])


def as_uploaded(job: Job, pairs: Pairs) -> ResultFile:
    """Return the results in the shape of the uploaded file: its own columns under its own header, then ours.

    A workbook becomes one of the same sheets, a text file one in UTF-8, with the mark by which Excel knows that, and
    with its own delimiter, a comma where it had none. Columns without a header are called `column 3`.
    """
    shape, name = _shape(job), f"{job.job_id}-as-uploaded"
    if shape.workbook:
        return ResultFile(f"{name}.xlsx", workbooks.MEDIA_TYPE, workbooks.workbook(_sheets(shape, pairs)))
    delimiter = shape.delimiter or ","
    lines = (safe_line(cells, delimiter).encode("utf-8", "replace") for cells in _lines(shape.sheets[0], pairs))
    kind, media_type = ("tsv", "text/tab-separated-values") if delimiter == "\t" else ("csv", "text/csv")
    return ResultFile(f"{name}.{kind}", media_type, chain([codecs.BOM_UTF8], lines))


def _known(job: Job) -> SheetShape:
    """Return the columns that are known of the file of a batch, whatever its version."""
    return SheetShape(header=job.engine.columns)


def _shape(job: Job) -> FileShape:
    """Return what the file of a batch looks like; of an older version the columns are known."""
    shape = job.engine.shape
    return shape if shape.sheets else FileShape((_known(job),))


def _sheets(shape: FileShape, pairs: Pairs) -> Iterator[tuple[str, Iterator[list[object]]]]:
    """Yield the sheets of a workbook, each to be read to its end before the next is asked for.

    Rows lie sheet by sheet, and say which one only where there are several.
    """
    groups = groupby(pairs, key=lambda pair: pair[0].sheet)
    name, group = next(groups, _NO_MORE)
    for sheet in shape.sheets:
        if name not in ("", sheet.name):
            yield sheet.name, _lines(sheet, ())
            continue
        yield sheet.name, _lines(sheet, group)
        name, group = next(groups, _NO_MORE)


def _lines(sheet: SheetShape, pairs: Pairs) -> Iterator[list[object]]:
    """Return the header of a sheet and its rows, its own columns first."""
    width = len(sheet.columns)
    yield [*sheet.columns, *RESULT_COLUMNS]
    for row, item in pairs:
        own = [*row.cells, *[""] * width][:width]
        yield [*own, *_result(row, item)]


def _result(row: Row, item: Item) -> list[object]:
    """Return the cells of `RESULT_COLUMNS`."""
    release = item.release
    return [
        row.line,
        item.upc,
        item.status,
        item.cause,
        item.error,
        *(release.artist, release.title, release.year, release.label, release.format, release.country),
        Decimal(item.price.cents).scaleb(-2) if item.price else "",
        item.sku,
        item.offer_id,
        item.outcome,
        item.not_sent,
        ", ".join(item.needs),
        ", ".join(release.sources),
        next(iter(release.sources.values()), ""),
        row.quantity,
        row.seller_sku,
        row.location,
    ]


def _iso(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
