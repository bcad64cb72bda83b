"""The eBay draft file: byte for byte the template, and true to every draft."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import codec
from engine.codec import replace
from engine.domain.batch.rows import Condition
from engine.domain.identify.releases import Format, Release, Track
from engine.domain.listing import seller_hub
from engine.domain.listing.aspects import NAMES
from engine.domain.listing.composition import Copy, Draft, compose
from engine.domain.listing.pricing import Price
from engine.domain.listing.seller_hub import SPECIFICS
from tests.support.hostile import EAN, UPC, copies, hostile, text

TEMPLATE = b"""#INFO,Version=0.0.2,Template= eBay-draft-listings-template_US,,,,,,,,
#INFO Action and Category ID are required fields. 1) Set Action to Draft 2) Please find the category ID for your \
listings here: https://pages.ebay.com/sellerinformation/news/categorychanges.html,,,,,,,,,,
"#INFO After you've successfully uploaded your draft from the Seller Hub Reports tab, complete your drafts to active \
listings here: https://www.ebay.com/sh/lst/drafts",,,,,,,,,,
#INFO,,,,,,,,,,
Action(SiteID=US|Country=US|Currency=USD|Version=1193|CC=UTF-8),Custom label (SKU),Category ID,Title,UPC,Price,\
Quantity,Item photo URL,Condition ID,Description,Format"""
PRICE = Price(999, "file", "The price stands in the file.")
RELEASE = Release(
    source="discogs",
    id="4",
    artist="Faze Action",
    title="Moving Cities",
    released="1999-11-02",
    label="F-111 Records",
    formats=(Format("CD", 1, ("Album",)),),
    genres=("Electronic", "Jazz"),
    tracks=(Track("1", "Moving Cities", "7:51"),),
)
RECORD = replace(RELEASE, formats=(Format("Vinyl", 1, ("LP",)),))


def draft(release: Release = RELEASE, image_url: str = "", **copy: Any) -> Draft:
    return compose(Copy(**{"sku": "DM1", "gtin": UPC, **copy}), release, PRICE, image_url)


def stored(**changes: Any) -> Draft:
    """Return a draft with other pictures or fields than it was composed with."""
    pictures = changes.pop("imageUrls", None)
    made = codec.replace(draft(), **changes)
    return made if pictures is None else with_pictures(made, pictures)


def with_pictures(made: Draft, pictures: list[str]) -> Draft:
    product: Any = made.inventory_item["product"]
    return codec.replace(made, inventory_item={**made.inventory_item, "product": {**product, "imageUrls": pictures}})


def read(*lines: str) -> list[dict[str, str]]:
    """Return drafts as a reader of CSV finds them below the template."""
    rows = list(csv.reader(io.StringIO("".join((seller_hub.HEAD, *lines)), newline=""), strict=True))
    names = ["Action", *rows[4][1:]]
    return [dict(zip(names, row, strict=True)) for row in rows[5:]]


def line(document: Draft) -> dict[str, str]:
    (found,) = read(seller_hub.line(document))
    return found


def test_the_file_begins_with_the_template_byte_for_byte() -> None:
    begun = seller_hub.HEAD.encode()
    assert begun[: len(TEMPLATE)] == TEMPLATE
    assert begun[len(TEMPLATE) :].decode() == "".join(f",C:{name}" for name in SPECIFICS) + "\n"


def test_a_draft_is_read_back_field_by_field() -> None:
    made = draft(condition=Condition.USED_GOOD, quantity=3, image_url="https://a/1.jpg")
    found = line(made)
    assert {name: value for name, value in found.items() if not name.startswith("C:")} == {
        "Action": "Draft",
        "Custom label (SKU)": made.sku,
        "Category ID": made.category_id,
        "Title": made.title,
        "UPC": made.upc,
        "Price": "9.99",
        "Quantity": "3",
        "Item photo URL": "https://a/1.jpg",
        "Condition ID": "5000",
        "Description": made.description,
        "Format": "FixedPrice",
    }
    said = {name: found[f"C:{name}"] for name in NAMES if found[f"C:{name}"]}
    assert said == {name: values[0] for name, values in made.aspects.items()}
    assert (said["Genre"], found["C:Speed"]) == ("Electronic", "")


@pytest.mark.parametrize(
    ("release", "condition", "number"),
    [
        (RELEASE, None, ""),
        (RELEASE, Condition.NEW, "1000"),
        (RELEASE, Condition.LIKE_NEW, "2750"),
        (RELEASE, Condition.USED_VERY_GOOD, "4000"),
        (RELEASE, Condition.USED_GOOD, "5000"),
        (RELEASE, Condition.USED_ACCEPTABLE, "6000"),
        (RECORD, Condition.USED_ACCEPTABLE, "3000"),
    ],
)
def test_the_condition_is_the_number_of_the_drafts_own_or_nothing(
    release: Release, condition: Condition | None, number: str
) -> None:
    assert line(draft(release, condition=condition))["Condition ID"] == number


def test_the_operators_words_about_the_condition_come_first_in_the_description() -> None:
    made = draft(RECORD, condition=Condition.USED_GOOD, note="Hiss <on> side A")
    said = "<p>Graded Good by the seller (eBay's scale). Hiss &lt;on&gt; side A</p>"
    assert line(made)["Description"] == said + made.description


@pytest.mark.parametrize(("gtin", "code"), [(UPC, UPC[2:]), (EAN, EAN[1:]), ("10093624755521", "")])
def test_a_barcode_is_written_as_upc_or_ean(gtin: str, code: str) -> None:
    assert line(draft(gtin=gtin))["UPC"] == code


def test_a_draft_that_says_nothing_is_one_copy_on_a_line_of_empty_cells() -> None:
    found = line(Draft())
    assert [found.pop(name) for name in ("Action", "Format", "Quantity")] == ["Draft", "FixedPrice", "1"]
    assert not any(found.values())


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], ""),
        (["https://a/1.jpg", "https://a/2.jpg"], "https://a/1.jpg|https://a/2.jpg"),
        (["http://a/1.jpg", "https://a/b|c.jpg", "https://a/~60.jpg"], "https://a/%7E60.jpg"),
        ([f"https://a/{number}.jpg" for number in range(24)], "|".join(f"https://a/{n}.jpg" for n in range(12))),
    ],
)
def test_photos_are_parted_by_a_bar_and_twelve_at_most(given: list[str], told: str) -> None:
    assert line(stored(imageUrls=given))["Item photo URL"] == told


@pytest.mark.parametrize(
    ("title", "cell"),
    [
        ("Sign O' The Times", "Sign O' The Times"),
        ("=1+1", " =1+1"),
        ("+/- {Plus/Minus}", " +/- {Plus/Minus}"),
        ("-5", "-5"),
        ("I <3 U", "I ‹3 U"),
        ("one\r\ntwo\tthree\x00", "one two three"),
        ("=" + "x" * 79, " =" + "x" * 78),
    ],
)
def test_a_title_is_plain_text_and_never_a_formula(title: str, cell: str) -> None:
    assert line(stored(title=title))["Title"] == cell


@pytest.mark.parametrize(
    ("document", "missing"),
    [
        (draft(condition=Condition.NEW, image_url="https://a/1.jpg"), []),
        (draft(), ["condition", "photo"]),
        (draft(replace(RELEASE, formats=())), ["category", "condition", "photo"]),
        (compose(Copy("DM1", UPC, Condition.NEW), RELEASE, Price(), "https://a/1.jpg"), ["price"]),
    ],
)
def test_what_is_left_to_the_seller_is_named(document: Draft, missing: list[str]) -> None:
    assert seller_hub.lacking(document) == missing


def test_drafts_are_parted_before_the_limit_is_passed() -> None:
    documents = [stored(sku=f"DM{number}") for number in range(10)]
    room = len(seller_hub.HEAD.encode()) + 3 * len(seller_hub.line(documents[0]).encode())
    plan = seller_hub.plan(enumerate(documents, start=100), max_bytes=room)
    assert plan.starts == (0, 103, 106, 109)
    assert [plan.rows(part, 110) for part in (1, 2, 4)] == [(0, 103), (103, 106), (109, 110)]
    assert (plan.drafts, plan.lacking) == (10, {"condition": 10, "photo": 10})


def test_a_batch_without_drafts_is_one_file_without_lines() -> None:
    assert seller_hub.plan([]) == seller_hub.Plan((0,), 0, {})


@settings(deadline=None, max_examples=25)
@given(st.lists(hostile, max_size=8), st.integers(2_000, 12_000))
def test_no_file_is_larger_than_the_limit_unless_it_holds_one_line(releases: list[Release], limit: int) -> None:
    documents = [draft(release) for release in releases]
    plan = seller_hub.plan(enumerate(documents), max_bytes=limit)
    parts = [range(*plan.rows(part, len(documents))) for part in range(1, len(plan.starts) + 1)]
    assert [index for part in parts for index in part] == list(range(len(documents)))
    for part in parts:
        size = len((seller_hub.HEAD + "".join(seller_hub.line(documents[index]) for index in part)).encode())
        assert size <= limit or len(part) <= 1


@settings(deadline=None)
@given(hostile, copies, st.lists(text | st.just("https://a/1.jpg"), max_size=30))
def test_any_metadata_makes_a_line_that_can_be_read(release: Release, copy: Copy, pictures: list[str]) -> None:
    made = compose(copy, release, PRICE)
    pictured = with_pictures(made, pictures)
    raw = seller_hub.line(pictured)
    found = line(pictured)
    assert raw.count("\n") == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]", raw)
    assert len(found["Title"]) <= 80
    assert found["Title"].strip() in made.title.replace("<", "‹").replace(">", "›")
    assert len(found["Item photo URL"].split("|")) <= 12
    assert found["Description"].endswith(made.description)
    for name, value in found.items():
        assert not value.startswith(("=", "@")) or not value
        assert name == "Description" or not set("<>") & set(value)
    assert not re.search(r"<(?!/?(?:h2|p|ul|li)>)", found["Description"])


def test_a_draft_that_is_longer_than_a_file_stands_in_the_first_one() -> None:
    assert seller_hub.plan([(0, draft()), (1, draft())], max_bytes=1).starts == (0, 1)


def test_a_condition_that_ebay_has_no_number_for_is_left_to_the_seller() -> None:
    assert line(stored(condition="MINT"))["Condition ID"] == ""


def test_a_description_that_a_spreadsheet_would_run_begins_with_a_blank() -> None:
    said = Draft(inventory_item={"product": {"description": "=1+1"}})
    assert line(said)["Description"] == " =1+1"
