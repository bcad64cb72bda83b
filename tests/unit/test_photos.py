"""Where the operator's own photos lie: patterns of names, and the addresses of public files."""

from __future__ import annotations

import pytest

from engine.domain.listing.photos import PhotoPattern, public_address, refused, unfetched
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


NOWHERE, NAMELESS = "it is no address in a bucket", "a folder in it has no name"
ONCE, BEFORE = "it names {upc} once, and nothing else in braces", "no * stands before {upc}"
FOLDER = "a * stands for a part of the file's name, not for a folder"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NOWHERE),
        ("https://mine/{upc}.jpg", NOWHERE),
        ("mine/{upc}.jpg", NOWHERE),
        ("x gs://mine/{upc}.jpg", NOWHERE),
        ("gs:///{upc}.jpg", NOWHERE),
        ("gs://{upc}.jpg", NOWHERE),
        ("gs://mine-{upc}.jpg", NOWHERE),
        ("gs://{upc}/a.jpg", NOWHERE),
        ("gs://mine/{upc}\n.jpg", NOWHERE),
        ("gs://mine/{upc}".ljust(2001, "a"), NOWHERE),
        ("gs://mine//{upc}.jpg", NAMELESS),
        ("gs://mine/{upc}/", NAMELESS),
        ("gs://mine/./{upc}.jpg", NAMELESS),
        ("gs://mine/../{upc}.jpg", NAMELESS),
        ("gs://mine/gs://{upc}.jpg", NAMELESS),
        ("gs://mine/*.jpg", ONCE),
        ("gs://mine/{upc}/{upc}.jpg", ONCE),
        ("gs://mine/{upc}_{n}.jpg", ONCE),
        ("gs://mine/{n}_{upc}.jpg", ONCE),
        ("gs://mine/*_{upc}.jpg", BEFORE),
        ("gs://mine/{upc}*/a.jpg", FOLDER),
        ("gs://mine/{upc}*/a*.jpg", FOLDER),
    ],
)
def test_a_pattern_that_means_nothing_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(BadRequest) as refusal:
        PhotoPattern.read(text)
    assert str(refusal.value) == f"photos must look like gs://bucket/photos/{{upc}}_*.jpg, not {text!r}: {problem}"


@pytest.mark.parametrize(
    "text", ["gs://mine/X/{upc}.jpg", "gs://mine/a/b/{upc}/c/*.jpg", "gs://m/{upc}".ljust(2000, "a")]
)
def test_a_pattern_may_have_folders_and_so_many_characters(text: str) -> None:
    assert PhotoPattern.read(text) == PhotoPattern(text)


LONG = "https://example.com/".ljust(2000, "a")


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("https://example.com/a.jpg?x=1#y", ""),
        ("HTTPS://example.com:443", ""),
        (LONG, ""),
        (LONG + "a", "a photo's address has up to 2000 characters"),
        ("http://example.com/a.jpg", "a photo's address begins with https://"),
        ("example.com", "a photo's address begins with https://"),
        ("https:///a.jpg", "it is not an address that a browser would open"),
        ("https://example.com/a b.jpg", "it has a blank in it: write %20 instead"),
        ("https://example.com/<a>.jpg", "it is not an address that a browser would open"),
        ("https://example.com/{upc}.jpg", "it is not an address that a browser would open"),
    ],
)
def test_an_address_that_ebay_does_not_take_is_refused_with_the_reason(address: str, why: str) -> None:
    assert refused(address) == why


@pytest.mark.parametrize(
    ("files", "which"), [(["gs://b/1.jpg"], "gs://b/1.jpg"), (["1.jpg", "2.jpg", "3.jpg"], "1.jpg and 2 more")]
)
def test_photos_that_ebay_cannot_fetch_are_named(files: list[str], which: str) -> None:
    sentence = f"eBay cannot fetch your photos until they are public, or you upload them: {which}."
    assert unfetched(files) == sentence


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
        ("gs://mine/a/b~c.jpg", "https://storage.googleapis.com/mine/a/b~c.jpg"),
        ("gs://mine/1.jpg", "https://storage.googleapis.com/mine/1.jpg"),
    ],
)
def test_a_public_file_has_an_address_that_ebay_takes(address: str, url: str) -> None:
    assert public_address(address) == url
    assert not refused(url)
