import pytest

from engine.upstream.barcodes import completed, gtin14, gtins, rare_spellings, spellings


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("074646362822", "00074646362822"),
        ("7 2064-24425-2 4", "00720642442524"),
        ("8 712488 993867", "08712488993867"),
        ("5 024900 001498 >", "05024900001498"),
        ("T4988 002 13219 5", "04988002132195"),
    ],
)
def test_a_barcode_is_read_as_people_type_it(text: str, gtin: str) -> None:
    assert gtin14(text) == gtin


@pytest.mark.parametrize("text", ["074646362823", "none", "", "BMD-1012A", "7112975237", "IFPI L554", "٠٧٤٦٤٦٣٦٢٨٢٢"])
def test_what_is_no_barcode_is_left_out(text: str) -> None:
    assert gtin14(text) is None


def test_matrix_numbers_among_barcodes_are_left_out() -> None:
    mixed = ["8712488993867", "8 712488 993867", "Sony DADC IFPI L554 A0100318454-0101 14 A4", "IFPI 94Z3", "STEMRA"]
    assert gtins(mixed) == {"08712488993867"}


def test_a_upc_is_asked_for_as_printed_then_as_an_ean_then_spaced() -> None:
    assert spellings("00074646362822") == ("074646362822", "0074646362822", "0 74646 36282 2")


def test_an_ean_is_asked_for_as_printed_then_spaced() -> None:
    assert spellings("05024900001498") == ("5024900001498", "5 024900 001498")


def test_a_gtin_of_fourteen_digits_is_asked_for_as_it_is() -> None:
    assert spellings("15024900001495")[0] == "15024900001495"


@pytest.mark.parametrize(
    ("gtin", "asked"),
    [
        ("00074643207942", ("07464320794", "74643207942", "7464320794", "00074643207942")),
        ("00829707951718", ("82970795171", "00829707951718")),
        ("05024900001498", ("05024900001498",)),
        ("15024900001495", ()),
        ("00000096385074", ("00000096385074",)),
    ],
)
def test_the_rare_forms_are_incomplete_ones_and_fourteen_digits(gtin: str, asked: tuple[str, ...]) -> None:
    assert rare_spellings(gtin) == asked


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("0 7464-32079-4", "00074643207942"),
        (" 0 7464-37680-2", "00074643768023"),
        ("25218-6439-4", "00025218643948"),
        ("74646362822", "00074646362822"),
    ],
)
def test_a_barcode_without_its_check_digit_or_zeros_is_completed(text: str, gtin: str) -> None:
    assert completed([text])[gtin] == text.strip()


@pytest.mark.parametrize("text", ["074646362822", "074646362823", "298491574521", "BMD-1012A", "none", "", "145/343"])
def test_what_is_a_whole_barcode_or_none_is_not_completed(text: str) -> None:
    assert completed([text]) == {}
