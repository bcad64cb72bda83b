"""Where a barcode was issued, in the words that Discogs has for countries."""

import re

import pytest

from engine.domain.identify.gs1_prefixes import issuing_country
from engine.upstream.vocabulary import COUNTRIES


@pytest.mark.parametrize(
    ("gtin", "country"),
    [
        ("00074646362822", "US"),
        ("00012345678905", "US"),
        ("05018766952544", "UK"),
        ("04988006634893", "Japan"),
        ("07042881994101", "Norway"),
        ("05690351112345", "Iceland"),
        ("02000000000015", ""),
        ("00000040170725", ""),
    ],
)
def test_a_barcode_tells_where_it_was_issued(gtin: str, country: str) -> None:
    assert issuing_country(gtin) == country


@pytest.mark.parametrize(
    ("prefixes", "country"),
    [
        ("754 755", "Canada"),
        ("880 881", "South Korea"),
        ("770 771", "Colombia"),
        ("780", "Chile"),
        ("778 779", "Argentina"),
        ("540", "Belgium"),
        ("489", "Hong Kong"),
        ("471", "Taiwan"),
        ("859", "Czech Republic"),
        ("869", "Turkey"),
        ("789", "Brazil"),
        ("746", "Dominican Republic"),
    ],
)
def test_a_prefix_has_the_country_as_discogs_spells_it(prefixes: str, country: str) -> None:
    assert {issuing_country(f"0{prefix}1111111111") for prefix in prefixes.split()} == {country}


@pytest.mark.parametrize("prefix", ["020", "045", "055", "140", "245", "441", "951", "962", "977", "978", "980", "995"])
def test_a_prefix_of_no_country_has_none(prefix: str) -> None:
    assert issuing_country(f"0{prefix}1111111111") == ""


def test_an_ean_8_has_prefixes_of_its_own() -> None:
    assert {issuing_country(f"000000{prefix:03}12345") for prefix in range(1000)} == {""}


def test_no_prefix_has_a_name_that_is_no_country() -> None:
    names = {issuing_country(f"0{prefix:03}1111111111") for prefix in range(1000)} - {""}
    assert not [name for name in names if re.search(r"GS1|GTIN|[(),]|Global|reserved|coupon", name)]
    assert len(names & set(COUNTRIES.values())) > 60, "those that both services name are spelt as they spell them"
