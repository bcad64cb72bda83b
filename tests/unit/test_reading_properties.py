"""Whatever the bytes: rows that add up, or one clear refusal."""

from __future__ import annotations

import contextlib
import io
import zipfile

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.batch.rows import RowState
from engine.domain.identify import barcodes as upc
from engine.errors import UnreadableFile
from engine.reading import open_file

cell = st.sampled_from(
    ["889214112798", "074646362822", "8.80E+11", "", " ", '"', "UPC", "Price", "9,99", "-1", "VG+", "2"]
)
near_csv = st.lists(
    st.one_of(cell, st.sampled_from([",", ";", "\t", "|", "\n", "\r", "\r\n", "\n"]), st.text(max_size=3))
)


def read(content: bytes) -> None:
    """Read `content` and hold its rows against what is true of every file."""
    with contextlib.suppress(UnreadableFile):
        opened = open_file(content, "file")
        rows, found = list(opened.rows()), opened.check()
        assert [row.index for row in rows] == list(range(found.total))
        assert found.counts == {state: sum(row.state is state for row in rows) for state in RowState}
        assert found.usable > 0
        assert found.copies == sum(row.copies for row in rows if row.key and row.repeat_of is None)
        assert found.copies == sum(row.quantity for row in rows if row.key)
        assert all((row.key is None) == bool(row.problem) for row in rows)
        assert all(rows[row.repeat_of].same == row.same for row in rows if row.repeat_of is not None)
        assert [row.line for row in rows] == sorted(row.line for row in rows)


@given(st.binary())
def test_any_bytes_add_up_or_are_refused(content: bytes) -> None:
    read(content)


@given(near_csv, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]))
def test_anything_near_a_table_adds_up_or_is_refused(parts: list[str], encoding: str) -> None:
    read("".join(parts).encode(encoding, errors="ignore"))


@given(st.lists(st.tuples(st.from_regex(r"[0-9]{11}", fullmatch=True), st.integers(1, 9)), min_size=1, max_size=20))
def test_barcodes_written_to_a_file_are_read_from_it(records: list[tuple[str, int]]) -> None:
    barcodes = [(payload + upc.check_digit(payload), copies) for payload, copies in records if payload.strip("0")]
    content = "".join(["UPC,Qty\n", *(f"{barcode},{copies}\n" for barcode, copies in barcodes)])
    with contextlib.suppress(UnreadableFile):
        rows = open_file(content.encode(), "file").rows()
        assert [(row.gtin, row.quantity) for row in rows] == [(f"00{barcode}", copies) for barcode, copies in barcodes]


def package() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    for line in (["UPC", "Qty"], [889214112798, 2], ["074646362822", "x"], ["#N/A"]):
        book.worksheets[0].append(line)
    stream = io.BytesIO()
    book.save(stream)
    with zipfile.ZipFile(stream) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


PARTS = package()


a_process_each = settings(deadline=None, max_examples=50)


@a_process_each
@given(st.sampled_from(sorted(PARTS)), st.integers(0, 3000), st.integers(0, 30), st.binary(max_size=5))
def test_a_damaged_part_of_a_workbook_adds_up_or_is_refused(part: str, at: int, length: int, put: bytes) -> None:
    body = PARTS[part]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, whole in PARTS.items():
            target.writestr(name, body[:at] + put + body[at + length :] if name == part else whole)
    read(stream.getvalue())


@a_process_each
@given(st.integers(0, 6000), st.binary(max_size=5))
def test_a_damaged_package_adds_up_or_is_refused(at: int, put: bytes) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, whole in PARTS.items():
            target.writestr(name, whole)
    content = stream.getvalue()
    read(content[:at] + put + content[at + len(put) :])
