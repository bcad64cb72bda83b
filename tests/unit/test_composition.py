"""The draft that eBay is given: held to eBay's own contract, whatever the databases say."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.codec import decode, encode, replace
from engine.domain.batch.decided import NOTHING, Edits
from engine.domain.batch.decisions import decided
from engine.domain.batch.rows import Condition
from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing.aspects import NAMES
from engine.domain.listing.categories import CATEGORIES, category
from engine.domain.listing.category_rules import CategoryRules
from engine.domain.listing.composition import Copy, Draft, compose
from engine.domain.listing.pricing import Price
from engine.domain.listing.readiness import DraftNeed
from engine.domain.listing.seller_terms import Package, SellingTerms
from engine.errors import DecisionRefused
from tests.support import ebay_schema
from tests.support.hostile import EAN, UPC, copies, hostile, text
from tests.support.titles import unsayable

NOT_SET = "Not set: {}. Choose it at eBay, or for all drafts on Seller settings."
UNSET = NOT_SET.format("postage, payment, returns, the place it is sent from")
NOW = datetime(2026, 11, 23, tzinfo=UTC)
PRICE = Price(999, "file", "The price stands in the file.")
TAGS = {"h2", "p", "ul", "li"}

RELEASE = Release(
    source="discogs",
    id="4",
    artist="Faze Action",
    title="Moving Cities",
    released="1999-11-02",
    country="US",
    label="F-111 Records",
    catalog_number="9 47555-2",
    formats=(Format("CD", 1, ("Album",)),),
    genres=("Electronic",),
    styles=("House", "Disco"),
    tracks=(Track("1", "Moving Cities", "7:51"), Track("2", "Kariba")),
)
RECORD = replace(RELEASE, formats=(Format("Vinyl", 2, ("LP", '12"', "33 ⅓ RPM", "Album")),))


def draft(release: Release = RELEASE, image_url: str = "", **copy: Any) -> Draft:
    return compose(Copy(**{"sku": "DM1", "gtin": UPC, **copy}), release, PRICE, image_url)


def made_of(*formats: Format) -> Release:
    return replace(RELEASE, formats=formats)


def test_a_used_cd_becomes_an_item_and_an_offer() -> None:
    made = draft(condition=Condition.USED_GOOD, quantity=2, note="Small tear", image_url="https://a/1.jpg")
    assert made.title == "Faze Action - Moving Cities CD 1999 F-111 Records 9 47555-2 House Disco"
    assert made.inventory_item == {
        "availability": {"shipToLocationAvailability": {"quantity": 2}},
        "condition": "USED_GOOD",
        "conditionDescription": "Small tear",
        "product": {
            "title": made.title,
            "description": (
                "<h2>Faze Action - Moving Cities</h2><ul><li>Format: CD, Album</li><li>Label: F-111 Records</li>"
                "<li>Catalogue number: 9 47555-2</li><li>Released: 1999-11-02</li><li>Country: US</li>"
                "<li>Genre: Electronic, House, Disco</li><li>Barcode: 093624755524</li></ul>"
                "<p>Tracks</p><ul><li>1 Moving Cities 7:51</li><li>2 Kariba</li></ul>"
            ),
            "aspects": {
                "Artist": ["Faze Action"],
                "Release Title": ["Moving Cities"],
                "Format": ["CD"],
                "Record Label": ["F-111 Records"],
                "Release Year": ["1999"],
                "Catalog Number": ["9 47555-2"],
                "Genre": ["Electronic"],
                "Style": ["House", "Disco"],
                "Country of Origin": ["United States"],
                "Type": ["Album"],
            },
            "upc": ["093624755524"],
            "imageUrls": ["https://a/1.jpg"],
        },
    }
    assert made.offer == {
        "sku": "DM1",
        "marketplaceId": "EBAY_US",
        "format": "FIXED_PRICE",
        "availableQuantity": 2,
        "categoryId": "176984",
        "listingDuration": "GTC",
        "pricingSummary": {"price": {"currency": "USD", "value": "9.99"}},
        "includeCatalogProductDetails": False,
    }


@pytest.mark.parametrize(
    ("formats", "category_id", "ebay_format"),
    [
        ((Format("CD"),), "176984", "CD"),
        ((Format("CDr"),), "176984", "CD-R"),
        ((Format("SACD", 1, ("Hybrid",)),), "176984", "SACD"),
        ((Format("Vinyl", 1, ('7"',)),), "176985", "Record"),
        ((Format("Shellac", 1, ('10"',)),), "176985", "Record"),
        ((Format("Cassette"),), "176983", "Cassette"),
        ((Format("DVD", 1, ("DVD-Video", "PAL")),), "617", "DVD"),
        ((Format("Blu-ray"),), "617", "Blu-ray"),
        ((Format("VHS"),), "309", "VHS"),
        ((Format("Box Set"), Format("CD", 16), Format("DVD")), "176984", "CD"),
        ((Format("Vinyl", 5, ("LP",)), Format("Box Set")), "176985", "Record"),
        ((Format("Vinyl"), Format("CD"), Format("All Media")), "176985", "Record"),
        ((Format("Box Set", 1, ("LP", "Album")),), "176985", "Record"),
        ((Format("File", 4, ("WAV",)), Format("CD")), "176984", "CD"),
        ((Format("Hybrid", 1, ("DualDisc",)),), "176984", "DualDisc"),
        ((Format("CD", 1, ("VCD",)),), "617", "VCD"),
        ((Format("Blu-ray", 1, ("Ultra HD Blu-ray",)),), "617", "4K UHD Blu-ray"),
    ],
)
def test_the_category_follows_from_the_media(formats: tuple[Format, ...], category_id: str, ebay_format: str) -> None:
    made = draft(made_of(*formats))
    assert made.offer["categoryId"] == category_id
    assert made.inventory_item["product"]["aspects"]["Format"] == [ebay_format]


@pytest.mark.parametrize(
    ("formats", "named"),
    [((Format("File", 4),), "File"), ((Format("Reel-To-Reel"),), "Reel-To-Reel"), ((), "an unknown medium")],
)
def test_no_category_is_invented_for_an_unknown_medium(formats: tuple[Format, ...], named: str) -> None:
    made = draft(made_of(*formats))
    assert "categoryId" not in made.offer
    assert f"No category is known for {named}: choose one at eBay." in made.not_publishable
    assert made.category_id is None


@pytest.mark.parametrize(
    ("release", "condition", "note", "sent"),
    [
        (RELEASE, None, "", (None, None)),
        (RELEASE, None, "Worn", (None, None)),
        (RELEASE, Condition.NEW, "Sealed", ("NEW", None)),
        (RELEASE, Condition.LIKE_NEW, "Played once", ("LIKE_NEW", None)),
        (RELEASE, Condition.USED_VERY_GOOD, "", ("USED_VERY_GOOD", None)),
        (RELEASE, Condition.USED_ACCEPTABLE, "Case cracked", ("USED_ACCEPTABLE", "Case cracked")),
        (RECORD, Condition.NEW, "", ("NEW", None)),
        (RECORD, Condition.LIKE_NEW, "", ("USED_EXCELLENT", "Graded Like New by the seller (eBay's scale).")),
        (RECORD, Condition.USED_GOOD, "Hiss", ("USED_EXCELLENT", "Graded Good by the seller (eBay's scale). Hiss")),
        (RELEASE, Condition.USED_GOOD, "x" * 2_000, ("USED_GOOD", "x" * 1_000)),
    ],
)
def test_the_condition_is_the_operator_s_in_the_category_s_terms(
    release: Release, condition: Condition | None, note: str, sent: tuple[str | None, str | None]
) -> None:
    item = draft(release, condition=condition, note=note).inventory_item
    assert (item.get("condition"), item.get("conditionDescription")) == sent
    said = sent[1] or item["product"]["description"]
    assert not note or note[:400] in said


@pytest.mark.parametrize(
    ("gtin", "codes"),
    [
        (UPC, {"upc": ["093624755524"]}),
        (EAN, {"ean": ["7961220922684"]}),
        ("10093624755521", {"upc": ["Does not apply"]}),
    ],
)
def test_a_barcode_goes_under_the_name_ebay_knows_it_by(gtin: str, codes: dict[str, list[str]]) -> None:
    product = draft(gtin=gtin).inventory_item["product"]
    assert {name: product[name] for name in ("upc", "ean") if name in product} == codes


def test_what_is_left_to_do_is_said() -> None:
    bootleg = replace(RELEASE, artist="", formats=(Format("CD", 1, ("Unofficial Release",)),))
    assert draft(bootleg).not_publishable == (
        "The condition is not set: only you can grade the copy.",
        "Artist is unknown: eBay asks for it.",
        "There is no picture: eBay asks for at least one.",
        "The release is marked unofficial: eBay does not allow bootlegs.",
        UNSET,
    )
    pictured = draft(image_url="https://a/1.jpg", condition=Condition.USED_GOOD)
    assert any("your own photo" in reason for reason in pictured.not_publishable)
    sealed = draft(image_url="https://a/1.jpg", condition=Condition.NEW)
    assert len(sealed.not_publishable) == 1


@pytest.mark.parametrize(
    ("copy", "left_to_do"),
    [
        ({}, True),
        ({"image_url": "https://a/cover.jpg", "condition": Condition.USED_GOOD}, True),
        ({"image_url": "https://a/cover.jpg", "condition": Condition.NEW}, False),
        ({"photos": ("https://a/1.jpg",), "condition": Condition.USED_GOOD}, False),
    ],
)
def test_a_refused_photo_is_left_to_do_where_another_picture_is_wanted(
    copy: dict[str, Any], *, left_to_do: bool
) -> None:
    warning = "The photo “1.jpg” is not used: a photo's address begins with https://."
    assert (warning in draft(photo_warning=warning, **copy).not_publishable) is left_to_do


def test_the_operators_own_photos_replace_the_cover_and_its_warning() -> None:
    photos = tuple(f"https://mine/{number}.jpg" for number in range(30))
    made = draft(image_url="https://a/cover.jpg", condition=Condition.USED_GOOD, photos=photos)
    assert made.inventory_item["product"]["imageUrls"] == list(photos[:24])
    assert made.image_url == "https://mine/0.jpg"
    assert made.own_photos is True
    assert not any("picture" in reason for reason in made.not_publishable)


def test_the_seller_s_terms_are_where_ebay_wants_them() -> None:
    terms = SellingTerms(
        location_key="store",
        fulfillment_policy="1",
        payment_policy="2",
        return_policy="3",
        best_offer=True,
        packages={"CD": Package(4.5, (6, 5.5, 1)), "*": Package(20)},
    )
    copy = Copy("DM1", UPC, Condition.NEW)
    made = compose(copy, RELEASE, PRICE, "https://a/1.jpg", terms)
    assert made.not_publishable == ()
    assert made.offer["merchantLocationKey"] == "store"
    assert made.offer["listingPolicies"] == {
        "fulfillmentPolicyId": "1",
        "paymentPolicyId": "2",
        "returnPolicyId": "3",
        "bestOfferTerms": {"bestOfferEnabled": True},
    }
    assert made.inventory_item["packageWeightAndSize"] == {
        "weight": {"value": 4.5, "unit": "OUNCE"},
        "dimensions": {"length": 6, "width": 5.5, "height": 1, "unit": "INCH"},
    }
    record = compose(copy, RECORD, PRICE, terms=terms).inventory_item
    assert record["packageWeightAndSize"] == {"weight": {"value": 20, "unit": "OUNCE"}}


def test_terms_that_are_not_set_are_left_out_and_said() -> None:
    made = compose(Copy("DM1", UPC), RELEASE, PRICE, terms=SellingTerms(location_key="store", payment_policy="2"))
    assert made.offer["listingPolicies"] == {"paymentPolicyId": "2"}
    assert "packageWeightAndSize" not in made.inventory_item
    assert NOT_SET.format("postage, returns") in made.not_publishable


@pytest.mark.parametrize(
    ("medium", "first", "asked"),
    [
        ("CD", ["Artist", "Release Title", "Format"], "Artist is unknown: eBay asks for it."),
        ("Vinyl", ["Artist", "Release Title", "Format"], "Artist is unknown: eBay asks for it."),
        ("DVD", ["Movie/TV Title", "Format", "Artist"], "Movie/TV Title is unknown: eBay asks for it."),
        ("VHS", ["Movie/TV Title", "Format", "Artist"], "Movie/TV Title is unknown: eBay asks for it."),
    ],
)
def test_the_specifics_that_ebay_asks_for_come_first(medium: str, first: list[str], asked: str) -> None:
    release = made_of(Format(medium))
    assert list(draft(release).inventory_item["product"]["aspects"])[:3] == first
    said = draft(replace(release, artist="", title="")).not_publishable
    assert next(reason for reason in said if "is unknown: eBay" in reason) == asked


def test_every_specific_is_one_of_those_that_a_file_has_a_column_for() -> None:
    for made in (RELEASE, RECORD, made_of(Format("DVD"))):
        assert set(draft(made).inventory_item["product"]["aspects"]) <= set(NAMES)


def test_a_draft_without_a_picture_has_no_list_of_pictures() -> None:
    assert "imageUrls" not in draft().inventory_item["product"]


def test_a_record_is_described_in_ebay_s_words() -> None:
    told = draft(RECORD).inventory_item["product"]["aspects"]
    assert {name: told[name] for name in ("Format", "Material", "Record Size", "Speed", "Type")} == {
        "Format": ["Record"],
        "Material": ["Vinyl"],
        "Record Size": ['12"'],
        "Speed": ["33 RPM"],
        "Type": ["Album"],
    }


@pytest.mark.parametrize("name", ["Laserdisc", "UMD", "8-Track Cartridge", "Reel-To-Reel", "Minidisc", "DCC"])
def test_a_category_whose_number_is_not_sure_is_left_to_do_until_ebay_confirms_it(name: str) -> None:
    release = made_of(Format(name))
    assert draft(release).category_id is None
    assert DraftNeed.CATEGORY in draft(release).needs
    place = category(release.formats)
    assert place
    known = {place.id: CategoryRules(conditions=place.conditions, asked_at=NOW, name=place.name.upper())}
    made = compose(Copy("DM1", UPC), release, PRICE, rules=known)
    assert (made.category_id, made.offer["categoryId"]) == (place.id, place.id)
    other = compose(
        Copy("DM1", UPC), release, PRICE, rules={place.id: dataclasses.replace(known[place.id], name="Shoes")}
    )
    assert other.category_id is None


@pytest.mark.parametrize(
    ("gtin", "codes"),
    [
        ("00093624755524", {"upc": ["093624755524"]}),
        ("04012345678901", {"ean": ["4012345678901"]}),
        ("00000096385074", {"ean": ["96385074"]}),
        ("10012345678902", {"upc": ["Does not apply"]}),
    ],
)
def test_a_barcode_has_the_name_that_ebay_knows_it_by(gtin: str, codes: dict[str, list[str]]) -> None:
    product = draft(gtin=gtin).inventory_item["product"]
    assert {name: product[name] for name in ("upc", "ean") if name in product} == codes


def test_nothing_is_said_of_the_copy_that_the_operator_did_not_say() -> None:
    told = json.dumps({**encode(draft(RECORD)), "grading": ""}).casefold()
    assert not re.search("record grading|excellent|mint|sleeve|tested|plays", told)


def test_a_long_track_list_is_cut_at_a_track_and_the_rest_counted() -> None:
    release = replace(RELEASE, tracks=tuple(Track(str(number), "A Song Title") for number in range(1, 401)))
    text = draft(release).description
    left = re.search(r"<li>and (\d+) more</li></ul>$", text)
    assert left
    assert text.count("A Song Title") + int(left[1]) == 400
    assert 3_900 < len(text) <= 4_000


class Tags(HTMLParser):
    """Checks that a description is nothing but the tags it is made of, each closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        assert not attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


ITEM = jsonschema.Draft202012Validator(ebay_schema.INVENTORY_ITEM)
OFFER = jsonschema.Draft202012Validator(ebay_schema.OFFER)


ids = st.sampled_from(["", "6189120000"])
packages = st.dictionaries(st.sampled_from(["CD", "Vinyl", "*"]), st.builds(Package, st.floats(0.1, 900)))
terms = st.builds(SellingTerms, ids, ids, ids, ids, st.booleans(), packages)


@settings(deadline=None)
@given(hostile, copies, st.sampled_from(["", "https://a/1.jpg"]), terms)
@example(RELEASE, Copy("DM1", UPC), "", SellingTerms())
def test_any_metadata_keeps_to_ebay_s_contract(
    release: Release,
    copy: Copy,
    image_url: str,
    terms: SellingTerms,
) -> None:
    made = compose(copy, release, PRICE, image_url, terms)
    ITEM.validate(made.inventory_item)
    OFFER.validate(made.offer)
    assert decode(Draft, json.loads(json.dumps(encode(made)))) == made


@settings(deadline=None)
@given(hostile, copies)
def test_any_metadata_makes_a_listing_that_can_be_shown(release: Release, copy: Copy) -> None:
    made = compose(copy, release, PRICE)
    assert 0 < len(made.title) <= 80
    assert not unsayable(made.title, release, copy.gtin, copy.own)
    assert len(made.description) <= 4_000
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", made.title + made.description)
    tags = Tags()
    tags.feed(made.description)
    tags.close()
    assert not tags.open


wishes = st.fixed_dictionaries(
    {},
    optional={
        "title": text,
        "note": text,
        "paragraph": text,
        "aspects": st.dictionaries(text, st.lists(text, max_size=3), max_size=3),
        "category_id": st.sampled_from(list(CATEGORIES)),
        "condition": st.sampled_from([grade.value for grade in Condition]),
        "photos": st.lists(st.just("https://a/own.jpg"), max_size=24),
    },
)


def accepted(wish: dict[str, Any]) -> Edits:
    """Return the edits of a wish that are not refused."""
    kept = NOTHING
    for name, value in wish.items():
        with contextlib.suppress(DecisionRefused):
            kept = decided(kept, {"edits": {name: value}}, by="ann", at=NOW)
    return kept.edits


@settings(deadline=None)
@given(hostile, copies, wishes)
@example(RELEASE, Copy("DM1", UPC, note="&" * 1000), {"paragraph": "&" * 500})
def test_whatever_a_person_edits_keeps_to_ebay_s_contract(
    release: Release,
    copy: Copy,
    wish: dict[str, Any],
) -> None:
    edits = accepted(wish)
    made = compose(copy, release, PRICE, edits=edits)
    ITEM.validate(made.inventory_item)
    OFFER.validate(made.offer)
    assert 0 < len(made.title) <= 80
    assert len(made.description) <= 4_000
    specifics = made.inventory_item["product"]["aspects"]
    assert all(values and 0 < len(name) <= 40 for name, values in specifics.items())
    assert all(0 < len(value) <= 50 for values in specifics.values() for value in values)
    tags = Tags()
    tags.feed(made.description)
    tags.close()
    assert not tags.open


def test_a_draft_without_a_price_has_none_in_its_offer_and_says_so_first() -> None:
    none = Price(0, "none", "Nobody offers this barcode on eBay now.")
    made = compose(Copy("DM1", UPC), RELEASE, none)
    assert "pricingSummary" not in made.offer
    assert made.price_cents is None
    assert made.not_publishable[0] == "There is no price. Nobody offers this barcode on eBay now."


def test_what_a_draft_needs_is_told_once_in_words_that_can_be_asked_for() -> None:
    assert draft().needs == ("condition", "picture", "policies", "location")
    located = compose(Copy("DM1", UPC), RELEASE, PRICE, terms=SellingTerms(location_key="garage"))
    assert "location" not in located.needs
    bootleg = replace(RELEASE, formats=(Format("CDr", 1, ("Unofficial Release",)),))
    assert "official_release" in draft(bootleg).needs
    assert {"category", "specifics"} <= set(draft(replace(RELEASE, artist="", formats=())).needs)
    assert compose(Copy("DM1", UPC), RELEASE, Price()).needs[0] == "price"
