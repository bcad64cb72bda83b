"""A file with barcodes corrected by hand: as CSV, every row at the line it had."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from engine.reading.sheets import Sheet


def corrected(sheet: Sheet, barcodes: Mapping[int, str]) -> bytes:
    """Return the whole file as CSV in UTF-8, with `barcodes` in place of those on their lines.

    Rows, columns and lines stay as they are: blank lines stand where the file had something that is not a row.
    """
    text = io.StringIO()
    write = csv.writer(text, lineterminator="\n").writerow
    place, header = sheet.columns.barcode, sheet.columns.header_line
    written = 0
    for line, cells in sheet.table.records():
        text.write("\n" * (line - written - 1))
        if line in barcodes and line != header:
            cells = (*cells[:place], *[""] * (place - len(cells)), barcodes[line], *cells[place + 1 :])
        write(cells)
        written = max(line, written + 1)
    return text.getvalue().encode()
