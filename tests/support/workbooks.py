"""Workbooks for tests of the reader."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import xlwt

_NOT_AVAILABLE = 0x2A


def workbook(*sheets: list[list[Any]], hidden: tuple[int, ...] = ()) -> bytes:
    """Return a workbook of these sheets, called `Sheet & 0`, `Sheet & 1` …; those numbered in `hidden` are hidden."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, lines in enumerate(sheets):
        sheet = book.create_sheet(f"Sheet & {number}")
        sheet.sheet_state = "hidden" if number in hidden else "visible"
        for line in lines:
            sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def old_workbook(*sheets: list[list[Any]], hidden: tuple[int, ...] = ()) -> bytes:
    """Return the same as an old workbook (.xls); a cell that reads `#N/A` holds that error."""
    book = xlwt.Workbook()
    for number, lines in enumerate(sheets):
        sheet = book.add_sheet(f"Sheet & {number}")
        sheet.visibility = int(number in hidden)
        for row, line in enumerate(lines):
            for column, value in enumerate(line):
                if value == "#N/A":
                    sheet.row(row).set_cell_error(column, _NOT_AVAILABLE)
                elif value is not None:
                    sheet.write(row, column, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()
