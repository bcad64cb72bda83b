"""The compound file of an old workbook (.xls), looked over before it is opened.

Source: https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-cfb and
https://learn.microsoft.com/en-us/openspecs/office_file_formats/ms-xls (read 2026-11).
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.errors import UnreadableFile
from engine.reading.packages import DAMAGED, LOCKED

OLE = b"\xd0\xcf\x11\xe0"  # the container of old Office files and of encrypted new ones
_LAST_SECTOR = 0xFFFF_FFFA  # larger numbers end a chain
_LARGEST_SHIFT = 16  # sectors of 64 KB
_ENTRY = 128  # bytes of an entry of the directory
_BEGIN, _SHEET, _FORMULA, _BOOLEAN_OR_ERROR = 0x0809, 0x0085, 0x0006, 0x0205  # records of a workbook
_WORKBOOKS = ("Workbook", "Book")  # since Excel 97, and before


def error_rows(content: bytes) -> dict[str, set[int]]:
    """Return, for each sheet, the rows (from 1) with a cell that holds an error: the reader takes it for empty.

    Raises:
        UnreadableFile: it is an Office document of another kind, is locked or damaged.
    """
    try:
        file = _CompoundFile(content)
        name = next((name for name in _WORKBOOKS if name in file.streams), None)
        if name is None:
            raise UnreadableFile(_no_workbook(file))
        return _errors(file.stream(name))
    except (struct.error, LookupError, UnicodeDecodeError) as error:
        raise UnreadableFile(DAMAGED) from error


def _no_workbook(file: _CompoundFile) -> str:
    if "EncryptedPackage" in file.streams:
        return LOCKED
    return "The file is an Office document without a workbook: save the barcodes as .txt, .csv or .xlsx"


@dataclass(frozen=True, slots=True)
class _Sectors:
    """Pieces of `size` bytes, each followed by the one that `following` names; `skipped` lie before the first."""

    data: bytes
    size: int
    following: Sequence[int]
    skipped: int = 0

    def at(self, number: int) -> bytes:
        begin = (number + self.skipped) * self.size
        return self.data[begin : begin + self.size]

    def chain(self, number: int) -> bytes:
        """Return the bytes of a chain, which is never longer than the data."""
        found: list[bytes] = []
        while number <= _LAST_SECTOR and len(found) * self.size <= len(self.data):
            found.append(self.at(number))
            number = self.following[number]
        return b"".join(found)


class _CompoundFile:
    """A file of sectors that hold streams with names; `streams` has the first sector and the size of each."""

    def __init__(self, content: bytes) -> None:
        shift, short_shift = struct.unpack_from("<2H", content, 30)
        if max(shift, short_shift) > _LARGEST_SHIFT:
            raise IndexError(shift)
        directory, _, self._short_from, short_table, _, more, _ = struct.unpack_from("<7I", content, 48)
        self._sectors = _Sectors(content, 1 << shift, _table(content, 1 << shift, more), skipped=1)
        self.streams = dict(_entries(self._sectors.chain(directory)))
        short = _numbers(self._sectors.chain(short_table))
        self._short = _Sectors(self._sectors.chain(self.streams["Root Entry"][0]), 1 << short_shift, short)

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream; a short one lies in the smaller sectors of the root's."""
        start, size = self.streams[name]
        return (self._sectors if size >= self._short_from else self._short).chain(start)[:size]


def _table(content: bytes, size: int, more: int) -> list[int]:
    """Return which sector follows each: the header names the first 109 pieces of this table, sectors the rest."""
    sectors = _Sectors(content, size, (), skipped=1)
    pieces = list(struct.unpack_from("<109I", content, 76))
    most = len(content) // size
    while more <= _LAST_SECTOR and len(pieces) < most:
        *next_pieces, more = _numbers(sectors.at(more))
        pieces += next_pieces
    return [number for piece in pieces[:most] if piece <= _LAST_SECTOR for number in _numbers(sectors.at(piece))]


def _entries(directory: bytes) -> Iterator[tuple[str, tuple[int, int]]]:
    for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
        (length,) = struct.unpack_from("<H", directory, at + 64)
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le")
        start, size = struct.unpack_from("<2I", directory, at + 116)
        yield name, (start, size)


def _numbers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data)


def _errors(stream: bytes) -> dict[str, set[int]]:
    """Return the rows with an error of each sheet; its records stand behind those of the workbook, which name it."""
    names: dict[int, str] = {}
    found: defaultdict[str, set[int]] = defaultdict(set)
    sheet, at = "", 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<2H", stream, at)
        body = at + 4
        if kind == _SHEET:
            names[struct.unpack_from("<I", stream, body)[0]] = _name(stream[body + 6 : body + length])
        elif kind == _BEGIN:
            sheet = names.get(at, sheet)
        elif (kind == _FORMULA and stream[body + 6] == 2 and stream[body + 12 : body + 14] == b"\xff\xff") or (
            kind == _BOOLEAN_OR_ERROR and stream[body + 7]
        ):
            found[sheet].add(struct.unpack_from("<H", stream, body)[0] + 1)
        at = body + length
    return dict(found)


def _name(field: bytes) -> str:
    """Return the name of a sheet: its length, a flag for two bytes a letter (not in Excel 95), its letters."""
    length, wide = field[0], field[1]
    if wide > 1:
        return field[1 : 1 + length].decode("cp1252", errors="replace")
    return field[2:].decode("utf-16-le" if wide else "latin-1")[:length]
