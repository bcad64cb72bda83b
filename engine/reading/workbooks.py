"""Workbooks of Excel (.xlsx and .xls)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from heapq import merge
from io import BytesIO
from itertools import islice
from operator import itemgetter

import orjson

from engine.domain.identify import barcodes
from engine.errors import UnreadableFile
from engine.reading import compounds, packages, workbook_process
from engine.reading.packages import DAMAGED
from engine.reading.tables import Record, Table
from engine.reading.workbook_process import Ending

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_COMMAND = (sys.executable, "-I", workbook_process.__file__)
_MOST_SECONDS = 300  # by the clock, on a machine that has much else to do
_TOO_MUCH = "The workbook takes too much memory or time to be read: save the sheet with the barcodes as .csv"
_REFUSALS: dict[int, str] = {Ending.DAMAGED: DAMAGED, Ending.LOCKED: packages.LOCKED}
_UNSAVED = (
    "The workbook has formulas without a stored result, so the cells that should hold barcodes are empty: open it in "
    "Excel or LibreOffice, save it, and upload that file"
)
_SAMPLE = 100  # records


def is_workbook(content: bytes) -> bool:
    """Return whether a file is a workbook, or something in the same wrapping."""
    return content.startswith((*ZIP, compounds.OLE))


@dataclass(frozen=True, slots=True)
class Worksheet:
    """A sheet of a workbook that has anything in it; `holds` says whether barcodes stand in its first rows."""

    table: Table
    visible: bool
    holds: bool


def open_workbook(content: bytes) -> list[Worksheet]:
    """Return the sheets that have anything in them, visible ones first; one at least.

    Raises:
        UnreadableFile: it is no workbook, is damaged or locked, or has nothing in it.
    """
    if content.startswith(compounds.OLE):
        errors, unsaved = compounds.error_rows(content), False
    else:
        errors, unsaved = packages.error_rows(content)
    found = sorted(_worksheets(_read(content), errors), key=lambda sheet: not sheet.visible)
    if not found:
        raise UnreadableFile("The workbook is empty: put one barcode in each row and upload it again")
    if unsaved and not any(sheet.holds for sheet in found):
        raise UnreadableFile(_UNSAVED)
    return found


def _read(content: bytes) -> bytes:
    """Return what a process of its own reads in a workbook; `workbook_process` says in which form."""
    try:
        ended = subprocess.run(  # noqa: S603 - our own command
            _COMMAND,
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise UnreadableFile(_TOO_MUCH) from late
    if ended.returncode != Ending.READ:
        raise UnreadableFile(_REFUSALS.get(ended.returncode, _TOO_MUCH))
    return ended.stdout


def _worksheets(read: bytes, errors: dict[str, set[int]]) -> Iterator[Worksheet]:
    """Yield the sheets that hold anything."""
    at = 0
    while at < len(read):
        end = read.index(b"\n", at)
        head, at = orjson.loads(read[at:end]), end + 1
        lines, at = read[at : at + head["bytes"]], at + head["bytes"]
        failed = sorted(errors.get(head["name"], ()))
        if lines or failed:
            table = Table(partial(_records, lines, failed), sheet=head["name"])
            yield Worksheet(table, head["visible"], _holds_a_barcode(table))


def _records(lines: bytes, failed: Sequence[int]) -> Iterator[Record]:
    """Yield the rows that are not blank. A row in which a formula failed is not blank: its barcode is missing."""
    full = ((row, tuple(cells)) for row, *cells in map(orjson.loads, BytesIO(lines)))
    before = 0
    for row, cells in merge(full, ((row, ("",)) for row in failed), key=itemgetter(0)):
        if row != before:
            yield row, cells
        before = row


def _holds_a_barcode(table: Table) -> bool:
    return any(_barcodes(cells) for _, cells in islice(table.records(), _SAMPLE))


def _barcodes(cells: Sequence[str]) -> bool:
    return any(map(barcodes.alone, cells))
