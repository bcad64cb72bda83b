"""Where the operator's own photos lie: patterns of names, and the addresses of public files."""

from __future__ import annotations

import pytest

from engine.domain.photos import PhotoPattern, public_address, refused
from engine.errors import BadRequest

UPC, EAN = "00012345678905", "04006381333931"


@pytest.mark.parametrize(
    ("text", "gtin", "prefix"),
    [
        ("gs://mine/photos/{upc}_*.jpg", UPC, "gs://mine/photos/012345678905_"),
        ("gs://mine/{upc}/*.jpg", EAN, "gs://mine/4006381333931/"),
        (" gs://mine/cd-{upc}.png ", UPC, "gs://mine/cd-012345678905.png"),
        ("gs://mine/{upc}*-front*.jpg", UPC, "gs://mine/012345678905"),
    ],
)
def test_a_pattern_says_where_the_files_of_a_barcode_begin(text: str, gtin: str, prefix: str) -> None:
    pattern = PhotoPattern.read(text)
    assert (pattern.bucket, pattern.prefix(gtin)) == ("mine", prefix)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no address in a bucket"),
        ("https://mine/{upc}.jpg", "no address in a bucket"),
        ("gs://{upc}.jpg", "no address in a bucket"),
        ("gs://{upc}/a.jpg", "no address in a bucket"),
        ("gs://mine/{upc}\n.jpg", "no address in a bucket"),
        ("gs://mine//{upc}.jpg", "a folder in it has no name"),
        ("gs://mine/{upc}/", "a folder in it has no name"),
        ("gs://mine/../{upc}.jpg", "a folder in it has no name"),
        ("gs://mine/*.jpg", "names {upc} once"),
        ("gs://mine/{upc}/{upc}.jpg", "names {upc} once"),
        ("gs://mine/{upc}_{n}.jpg", "nothing else in braces"),
        ("gs://mine/*_{upc}.jpg", "no * stands before {upc}"),
        ("gs://mine/{upc}*/a.jpg", "not for a folder"),
    ],
)
def test_a_pattern_that_means_nothing_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(BadRequest, match=r"gs://bucket/photos/\{upc\}_\*\.jpg") as refusal:
        PhotoPattern.read(text)
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    ("name", "matches"),
    [
        ("012345678905_1.jpg", True),
        ("012345678905_.jpg", True),
        ("012345678905_back (2).jpg", True),
        ("012345678905_1.png", False),
        ("012345678905_1.jpg.bak", False),
        ("0123456789051_1.jpg", False),
        ("012345678905_a/1.jpg", False),
    ],
)
def test_a_star_stands_for_any_part_of_a_file_s_name(name: str, *, matches: bool) -> None:
    assert PhotoPattern.read("gs://mine/photos/{upc}_*.jpg").matches(UPC, f"gs://mine/photos/{name}") is matches


def test_a_longer_number_is_another_barcode_s() -> None:
    pattern = PhotoPattern.read("gs://mine/{upc}*.jpg")
    assert pattern.matches(UPC, "gs://mine/012345678905a.jpg")
    assert not pattern.matches(UPC, "gs://mine/0123456789050.jpg")


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("gs://mine/a b/ä#1.jpg", "https://storage.googleapis.com/mine/a%20b/%C3%A4%231.jpg"),
        ("gs://mine/1.jpg", "https://storage.googleapis.com/mine/1.jpg"),
    ],
)
def test_a_public_file_has_an_address_that_ebay_takes(address: str, url: str) -> None:
    assert public_address(address) == url
    assert not refused(url)
