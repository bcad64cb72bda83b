"""From the text of a cell to a GTIN-14."""

from __future__ import annotations

import pytest
from biip.checksums import gs1_standard_check_digit
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.identify import barcodes

ROUNDED = "Excel rounded this barcode and lost its last digits: format the column as Text and enter the barcode again"
LETTERS = "The barcode has letters in it: write its digits only"
BOOK = "Probably not a record or film: 978 and 979 mark books and sheet music"
COUPON = "Probably not a record or film: this prefix marks coupons and refund receipts"
IN_STORE = "Probably not a record or film: this prefix marks codes that a shop prints for itself"

LOOK = ("1" * 6, "1" * 15, f"889214{' ' * 88}112798", "\ufeff" * 100 + "889214112798")

payloads = st.from_regex(r"[0-9]{11,13}", fullmatch=True).filter(lambda payload: payload.strip("0"))


def whole(payload: str) -> str:
    return payload + barcodes.check_digit(payload)


@pytest.mark.parametrize(
    ("value", "gtin"),
    [
        ("889214112798", "00889214112798"),
        ("0889214112798", "00889214112798"),
        ("00889214112798", "00889214112798"),
        ("7961220922684", "07961220922684"),
        (" 889214112798\t", "00889214112798"),
        ("\u00a0889214112798\ufeff", "00889214112798"),
        ("42345671", "00000042345671"),
    ],
)
def test_a_barcode_that_is_right_needs_no_repair(value: str, gtin: str) -> None:
    assert barcodes.read(value) == barcodes.Barcode(gtin)


@pytest.mark.parametrize(
    ("value", "gtin", "repaired"),
    [
        ("7 2064-24425-2 4", "00720642442524", "Removed spaces, hyphens"),
        ("8\u00a089214\u00a011279\u00a08", "00889214112798", "Removed spaces"),
        ("889–214–112798", "00889214112798", "Removed hyphens"),
        ('"889214112798"', "00889214112798", "Removed quotation marks"),
        ("'889214112798", "00889214112798", "Removed quotation marks"),
        ('="889214112798"', "00889214112798", "Removed the formula"),
        ('=("889214112798")', "00889214112798", "Removed the formula"),
        ("889214112798.0", "00889214112798", "Removed the decimals"),
        ("889214112798,00", "00889214112798", "Removed the decimals"),
        ("889,214,112,798", "00889214112798", "Removed thousands separators"),
        ("8.89214112798E+11", "00889214112798", "Wrote out the power of ten"),
        ("8.8921411279800E+11", "00889214112798", "Wrote out the power of ten"),
        ("８８９-214112798", "00889214112798", "Rewrote full-width digits; removed hyphens"),
        ("８８９２１４１１２７９８", "00889214112798", "Rewrote full-width digits"),
        ("74646362822", "00074646362822", "Restored the zero in front"),
        ("4210000526 4", "00042100005264", "Removed spaces; restored the zero in front"),
        ("04252614", "00042100005264", "Expanded the short UPC 04252614"),
        ("0425261-4", "00042100005264", "Removed hyphens; expanded the short UPC 04252614"),
    ],
)
def test_what_the_check_digit_confirms_is_repaired(value: str, gtin: str, repaired: str) -> None:
    barcode = barcodes.read(value)

    assert (barcode.gtin, barcode.repaired) == (gtin, repaired)


def test_two_lost_zeros_are_restored() -> None:
    value = whole("421000052")

    assert barcodes.read(value) == barcodes.Barcode(value.zfill(14), repaired="Restored the two zeros in front")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", "The barcode is missing"),
        ("  ", "The barcode is missing"),
        ("-", "The barcode is missing"),
        ('=""', "The barcode is missing"),
        ("8.80E+11", ROUNDED),
        ("8,89214E+11", ROUNDED),
        ("8.89214e11", ROUNDED),
        ("8E+11", ROUNDED),
        ("8E+0", "The barcode has 1 digit, too few: a UPC has 12, an EAN 13"),
        ("8.8921411279850E+11", ROUNDED),
        ("889214000000", ROUNDED),
        ("889214112791", "The last digit should be 8, not 1: compare the barcode with the one on the case"),
        ("7961220922680", "The last digit should be 4, not 0: compare the barcode with the one on the case"),
        ("42345678", "The last digit should be 1, not 8: compare the barcode with the one on the case"),
        ("BMD-1012A", LETTERS),
        ("88921411279O", LETTERS),
        ("1", "The barcode has 1 digit, too few: a UPC has 12, an EAN 13"),
        ("4252614", "The barcode has 7 digits, too few: a UPC has 12, an EAN 13"),
        ("889214112", "The barcode has 9 digits, too few: a UPC has 12, an EAN 13"),
        ("8892141127", "The barcode has 10 digits, too few: a UPC has 12, an EAN 13"),
        (
            "889214112798 074646362822",
            "The cell holds several barcodes (889214112798, 074646362822): give each its own row",
        ),
        (
            "88921411279",
            "The barcode has 11 digits and a UPC 12: if the last is missing it is 889214112798; check and write it out",
        ),
        (
            whole("88921411279812"),
            "The barcode has 15 digits, too many: a UPC has 12, an EAN 13; give each barcode its own row",
        ),
        ("x" * 100, LETTERS),
        ("x" * 101, "The cell holds 101 characters, too many for a barcode"),
        ("1" * 101, "The cell holds 101 characters, too many for a barcode"),
        ("0", "The barcode is all zeros"),
        ("000000000000", "The barcode is all zeros"),
        ("00000000", "The barcode is all zeros"),
        ("²²²²²²²²²²²²", "The barcode has “²” in it: write its digits only"),
    ],
)
def test_the_rest_is_refused_with_a_sentence(value: str, problem: str) -> None:
    assert barcodes.read(value) == barcodes.Barcode(None, problem=problem)


@pytest.mark.parametrize(
    ("payload", "warning"),
    [
        ("978030640615", BOOK),
        ("979000000000", BOOK),
        ("977123456789", "Probably not a record or film: 977 marks magazines and other serials"),
        ("59999912345", COUPON),
        ("980123456789", COUPON),
        ("984123456789", COUPON),
        ("990123456789", COUPON),
        ("20123456789", IN_STORE),
        ("40123456789", IN_STORE),
        ("212345678901", IN_STORE),
        ("2345678", IN_STORE),
        ("1008892141127", "This is the code of a carton, not of a single copy"),
        ("1234567", "Read as an EAN-8; as a short UPC it would be 123456000070"),
        ("0000074", IN_STORE),
        ("9781234", ""),  # an EAN-8 has other prefixes
        ("02012345678", ""),  # a UPC's second digit is no prefix
        ("05012345678", ""),
        ("97812345678", ""),  # nor are its first three
        ("985123456789", ""),
    ],
)
def test_codes_of_other_things_can_be_used_with_a_warning(payload: str, warning: str) -> None:
    barcode = barcodes.read(whole(payload))

    assert barcode.gtin == whole(payload).zfill(14)
    assert barcode.warning == warning


def test_a_valid_barcode_that_excel_may_have_rounded_is_doubted() -> None:
    value = next(whole(f"{prefix}000000")[:12] for prefix in range(10000, 10010) if whole(f"{prefix}000000")[-1] == "0")

    assert barcodes.read(value).warning == "The barcode ends in 000000: Excel may have rounded it"


@pytest.mark.parametrize(
    ("gtin", "shown", "forms"),
    [
        ("00889214112798", "889214112798", ("889214112798", "0889214112798", "00889214112798")),
        ("07961220922684", "7961220922684", ("7961220922684", "07961220922684")),
        ("10889214112795", "10889214112795", ("10889214112795",)),
        ("00000012345670", "000012345670", ("000012345670", "0000012345670", "00000012345670", "12345670")),
    ],
)
def test_a_gtin_is_shown_and_asked_for_in_the_forms_services_know(
    gtin: str, shown: str, forms: tuple[str, ...]
) -> None:
    assert barcodes.display(gtin) == shown
    assert barcodes.forms(gtin) == forms


@given(payloads)
def test_every_form_of_a_gtin_reads_as_that_gtin(payload: str) -> None:
    gtin = barcodes.read(whole(payload)).gtin

    assert gtin == whole(payload).zfill(14)
    assert {barcodes.read(form).gtin for form in barcodes.forms(gtin)} == {gtin}
    assert barcodes.read(barcodes.display(gtin)).gtin == gtin


@given(payloads, st.data())
def test_any_single_wrong_digit_is_caught(payload: str, data: st.DataObject) -> None:
    right = whole(payload)
    place = data.draw(st.integers(0, len(right) - 1))
    digit = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != right[place]))

    assert barcodes.read(right[:place] + digit + right[place + 1 :]).gtin is None


@given(st.text())
def test_any_text_is_a_barcode_or_has_a_problem(value: str) -> None:
    barcode = barcodes.read(value)

    assert (barcode.gtin is None) == bool(barcode.problem)
    assert barcode.gtin is None or (
        len(barcode.gtin) == 14 and barcode.gtin[-1] == barcodes.check_digit(barcode.gtin[:-1])
    )


@pytest.mark.parametrize("value", ["889214112798", "8.80E+11", "889214112791", "0425 2614", '="889214112798"', *LOOK])
def test_a_barcode_right_or_wrong_looks_like_one(value: str) -> None:
    assert barcodes.looks_like(value)


@pytest.mark.parametrize(
    "value", ["UPC", "", "9.99", "12", "EAN-13", "Abbey Road", "1" * 16, "1" * 5, f"889214{' ' * 89}112798"]
)
def test_a_word_or_a_price_does_not_look_like_a_barcode(value: str) -> None:
    assert not barcodes.looks_like(value)


@given(st.text("0123456789", min_size=1, max_size=17))
def test_the_check_digit_is_the_one_of_the_standard(payload: str) -> None:
    assert barcodes.check_digit(payload) == str(gs1_standard_check_digit(payload))
