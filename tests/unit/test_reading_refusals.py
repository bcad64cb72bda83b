"""Files of which nothing can be used, and what the operator is told."""

from __future__ import annotations

import pytest

from engine.errors import UnreadableFile
from engine.reading import MOST_BYTES, check, open_file

ONE = "889214112798"
MEND = "save the barcodes as .txt, .csv or .xlsx and upload that file"
AGAIN = "put one barcode in each row and upload it again"
SHORT = "The barcode has 3 digits, too few: a UPC has 12, an EAN 13"
COMMA = "The barcode has “,” in it: write its digits only"
EMPTY = "The file is empty: put one barcode in each line and upload it again"
ROUNDED = "Excel rounded this barcode and lost its last digits: format the column as Text and enter the barcode again"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", EMPTY),
        (b" \r\n\t\n ", EMPTY),
        ("\ufeff\n".encode(), f"The file has no rows: {AGAIN}"),
        (b"\n,,\n;\n", f"None of the 2 rows can be used. Line 2 (“,,”): {COMMA}"),
        (b"UPC,Price\n", f"The file has a header (UPC, Price) and no row below it: {AGAIN}"),
        (b"8.80E+11\n8.8E+11", f"None of the 2 rows can be used. Line 1 (“8.80E+11”): {ROUNDED}"),
        (b"UPC\n123", f"The only row cannot be used. Line 2 (“123”): {SHORT}"),
        (b"UPC,Title\n,Help", "The only row cannot be used. Line 2: The barcode is missing"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", f"The file is a PNG picture: {MEND}"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", f"The file is a JPEG picture: {MEND}"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", f"The file is a PDF document: {MEND}"),
        (b"{\\rtf1\\ansi 889214112798}", f"The file is a rich-text document: {MEND}"),
        (b"MZ\x90\0\x03\0\0\0\x04\0", f"The file is a Windows program: {MEND}"),
        (b"\x7fELF\x02\x01\x01\0\0\0", f"The file is a program: {MEND}"),
        (b"\x1f\x8b\x08\0\0\0\0\0", f"The file is a gzip archive: {MEND}"),
        (b"889214112798\n\0\0\0\0\0\0", f"The file is not text: {MEND}"),
        (b"\x01\x02\x03\x04\xff\xfe\xfd" * 20, f"The file is not text: {MEND}"),
        (b"\xff\xfe8\x008", f"The file says it is UTF-16 text but is damaged: {MEND}"),
        (b"\xef\xbb\xbf\xff889214112798", f"The file says it is UTF-8 text but is damaged: {MEND}"),
    ],
)
def test_what_was_found_and_how_to_mend_it_is_said(content: bytes, problem: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        check(content, "file")

    assert str(refused.value) == problem


def test_a_refusal_lists_the_first_hundred_rows_with_their_reasons() -> None:
    with pytest.raises(UnreadableFile) as refused:
        open_file(b"UPC\n" + b"abc\n" * 150, "file")

    assert len(refused.value.rows) == 100
    assert refused.value.rows[0] == (2, "abc", "The barcode has letters in it: write its digits only")
    assert str(refused.value).startswith("None of the 150 rows can be used. Line 2 (“abc”): ")


def test_an_empty_file_lists_no_rows() -> None:
    with pytest.raises(UnreadableFile) as refused:
        open_file(b"", "file")

    assert refused.value.rows == ()


def test_a_file_over_ten_megabytes_is_refused() -> None:
    with pytest.raises(
        UnreadableFile, match=r"^The file has 10\.0 MB and the most is 10: split it into smaller files$"
    ):
        open_file(b"1" * (MOST_BYTES + 1), "file")


def test_a_hundred_thousand_rows_are_taken_and_one_more_is_not() -> None:
    most = f"{ONE}\n".encode() * 100_000

    assert check(b"UPC\n" + most, "file").total == 100_000
    with pytest.raises(UnreadableFile, match=r"^The file has more than 100,000 rows: split it into smaller files$"):
        check(most + b"x", "file")


def test_a_text_that_begins_like_a_program_is_a_text() -> None:
    assert check(f"MZ code\n{ONE}".encode(), "file").total == 1


def test_a_few_control_characters_of_a_scanner_do_not_make_a_file_binary() -> None:
    assert check(f"{ONE}\n".encode() * 20 + b"\x1d889214112798", "file").total == 21
