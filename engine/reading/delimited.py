"""Text files: one barcode a line, or columns between commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import partial
from itertools import islice

from engine.domain.batch.layout import MOST_COLUMNS
from engine.domain.identify import barcodes
from engine.reading import columns
from engine.reading.encodings import decode
from engine.reading.json_lists import open_json
from engine.reading.tables import Record, Table, is_blank

_ONE_COLUMN = "\x1f"  # the unit separator: a delimiter that is in no text
_DELIMITERS = (_ONE_COLUMN, ",", ";", "\t", "|")  # in a tie the earlier wins
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")
_DECLARED = re.compile(r'"?sep=([,;\t|])"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)  # Excel's own first line
_BLANK_LINES = re.compile(r"[ \t\r\n]*[\r\n]")
_LONGEST_RECORD = 20  # lines; a quotation mark that is open for longer was never meant to open a cell
_SAMPLE = 50  # records


def open_text(content: bytes) -> Table:
    """Return the table in a text file.

    Raises:
        UnreadableFile: the bytes are no text.
    """
    text, encoding = decode(content)
    if listed := open_json(text, encoding):
        return listed
    declared = _DECLARED.match(text)
    delimiter = declared[1] if declared else _delimiter(text)
    records = partial(_records, text, delimiter, skip=1 if declared else 0)
    return Table(records, encoding=encoding, delimiter="" if delimiter == _ONE_COLUMN else delimiter)


def _records(text: str, delimiter: str, *, skip: int = 0) -> Iterator[Record]:
    """Yield the records that are not blank, after the first `skip` lines."""
    at, line = 0, 1
    while at < len(text):
        if text[at].isspace() and (blank := _BLANK_LINES.match(text, at)):
            at, line = blank.end(), line + len(_LINE_END.findall(blank.group()))
            continue
        cells, length, lines = _record(text, at, delimiter)
        if line > skip and not is_blank(cells):
            yield line, cells
        at, line = at + length, line + lines


def _record(text: str, at: int, delimiter: str) -> tuple[tuple[str, ...], int, int]:
    """Return the cells of the record that begins at `at`, its length in characters and in lines.

    A stray quotation mark must not swallow the rows below it: what does not close properly is one plain line.
    """
    first = _line(text, at)
    plain = tuple(first.rstrip("\r\n").split(delimiter)), len(first), 1
    if '"' not in first:
        return plain
    taken: list[str] = []
    longest = 1 if delimiter == _ONE_COLUMN else _LONGEST_RECORD
    source = islice(_lines(text, at, taken), longest)
    try:
        cells = next(csv.reader(source, delimiter=delimiter, skipinitialspace=True, strict=True))
    except csv.Error:
        return plain
    if len(taken) > 1 and (is_blank(tuple(cells)) or _are_rows(taken, delimiter)):
        return plain
    return tuple(cells), sum(map(len, taken)), len(taken)


def _are_rows(lines: list[str], delimiter: str) -> bool:
    """Return whether lines that quotation marks join are rows of their own: a barcode in the same place of two."""
    places = [
        {place for place, cell in enumerate(line.split(delimiter)[:MOST_COLUMNS]) if barcodes.alone(cell)}
        for line in lines
    ]
    return any(places[0] & others for others in places[1:])


def _line(text: str, at: int) -> str:
    found = _LINE.match(text, at)
    return found.group() if found else ""


def _lines(text: str, at: int, taken: list[str]) -> Iterator[str]:
    """Yield the lines from `at` on, noting in `taken` those that were asked for."""
    while at < len(text):
        line = _line(text, at)
        taken.append(line)
        at += len(line)
        yield line


def _delimiter(text: str) -> str:
    """Return the delimiter under which most of the first records hold a barcode."""
    return max(_DELIMITERS, key=partial(_fitness, text))


def _fitness(text: str, delimiter: str) -> tuple[int, int, int]:
    """Return how many records have a valid barcode, how many something like one, and how many names the header."""
    valid = alike = names = 0
    for _, record in islice(_records(text, delimiter), _SAMPLE):
        cells = record[:MOST_COLUMNS]
        valid += any(map(barcodes.alone, cells))
        alike += any(map(barcodes.looks_like, cells))
        names = names or columns.names_in(cells)
    return valid, alike, names
