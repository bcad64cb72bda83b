"""The process that opens a workbook: it may be killed by what it reads, the one that asked for it may not.

Run as a script, without the rest of the product. It takes the bytes of a workbook on its standard input and writes each
sheet to its standard output: a line of JSON with its name, whether it is visible and how many bytes follow, then a line
for each row that is not blank, `[row, cell, cell, …]`, the row counted from 1 and every cell as text.
"""

from __future__ import annotations

import contextlib
import io
import resource
import sys
from collections.abc import Iterator
from enum import IntEnum

import orjson
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

MOST_MEMORY = 600_000_000  # bytes of address space; 100,000 rows of twelve columns take 175 MB
MOST_SECONDS = 60  # of the processor; 100,000 rows of twelve columns take 3
_MOST_TEXT = 200_000_000  # bytes written


class Ending(IntEnum):
    """The exit status; any other means that the process was killed or ran out of memory."""

    READ = 0
    DAMAGED = 3
    LOCKED = 4


def main() -> Ending:
    """Read the workbook, within what memory and time it may take."""
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_SECONDS)):
        with contextlib.suppress(ValueError, OSError):  # macOS does not limit memory
            resource.setrlimit(limit, (most, most))
    try:
        _write()
    except PasswordError:
        return Ending.LOCKED
    except CalamineError:
        return Ending.DAMAGED
    return Ending.READ


def _write() -> None:
    written = 0
    with CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())) as workbook:
        for position, sheet in enumerate(workbook.sheets_metadata):
            body = bytearray()
            for line in _lines(workbook.get_sheet_by_index(position)):
                body += line
                if written + len(body) > _MOST_TEXT:
                    raise MemoryError
            head = {"name": sheet.name, "visible": sheet.visible == SheetVisibleEnum.Visible, "bytes": len(body)}
            sys.stdout.buffer.write(orjson.dumps(head, option=orjson.OPT_APPEND_NEWLINE) + body)
            written += len(body)


def _lines(sheet: CalamineSheet) -> Iterator[bytes]:
    for row, values in enumerate(sheet.iter_rows(), start=1):
        cells = [_text(value) for value in values]
        if any(cell and not cell.isspace() for cell in cells):
            yield orjson.dumps([row, *cells], option=orjson.OPT_APPEND_NEWLINE)


def _text(value: object) -> str:
    """Return a cell as it reads in the sheet; a number without the decimals of its storage."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
