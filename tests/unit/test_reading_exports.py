"""Exports that sellers have of other places: known by their headers, and mapped whole."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import pytest

from engine.domain.batch.custom_labels import label, sellers_own
from engine.domain.batch.rows import Condition, Named, Row
from engine.reading import open_file
from engine.reading.exports import known

A, B, EAN = "074646362822", "093624755524", "7961220922684"


def table(header: str, *lines: Sequence[object], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    write = csv.writer(text, delimiter=delimiter).writerow
    write(header.split(","))
    for line in lines:
        write(line)
    return text.getvalue().encode()


def read(content: bytes) -> tuple[str, list[Row]]:
    opened = open_file(content, "file")
    return opened.check().kind, list(opened.rows())


ACTIVE = (
    "Item number,Title,Variation details,Custom label (SKU),Available quantity,Format,Currency,Start price,Condition"
)
CLZ = (
    "Index,Artist,Title,Release Year,Label,Cat. No.,Format,Barcode,Package/Sleeve Condition,Purchase Price,Quantity,"
    "Location"
)
LIBIB = "item_type,title,creators,ean_isbn13,upc_isbn10,publisher,publish_date,notes,price,copies"
AMAZON = (
    "item-name,item-description,listing-id,seller-sku,price,quantity,image-url,item-note,item-condition,product-id,"
    "product-id-type"
)
SHOPIFY = "Handle,Title,Vendor,Variant SKU,Variant Inventory Qty,Variant Price,Variant Barcode,Image Src,Image Position"


@pytest.mark.parametrize("barcode", ["P:UPC", "P:EAN"])
def test_ebays_active_listings_have_the_sellers_number_the_stock_and_no_title_of_a_release(barcode: str) -> None:
    lines = [1, "ABBA - Gold (CD, 1992) NEW", "", "CD-0007", 3, "FIXED_PRICE", "USD", 12.99, "Like New", A]
    kind, (row,) = read(table(f"{ACTIVE},{barcode}", lines))
    assert kind == "An eBay report of active listings of 1 record"
    assert (row.seller_sku, row.quantity, row.price_cents, row.condition) == ("CD-0007", 3, 1299, Condition.LIKE_NEW)
    assert row.named == Named()


@pytest.mark.parametrize("currency", ["GBP", "EUR", "AUD"])
def test_a_price_of_ebays_report_in_another_currency_is_not_taken_for_dollars(currency: str) -> None:
    lines = [1, "ABBA - Gold", "", "CD-0007", 3, "FIXED_PRICE", currency, "12.99", "Like New", A]
    _, (row,) = read(table(f"{ACTIVE},P:UPC", lines))
    assert (row.gtin, row.price_cents, row.unclear) == (f"00{A}", None, ("price",))
    assert f"The price “{currency} 12.99” is not in US dollars" in row.warning


@pytest.mark.parametrize("more", ["", ",Notes"])
def test_clz_music_has_the_release_in_the_files_words_and_what_was_paid_is_no_price(more: str) -> None:
    line = [1, "Josh Wink", "Profound", 1999, "Ruffhouse", "CK 63628", "CD", A, "", "$8.00", 2, "Shelf A", ""]
    kind, (row, _) = read(table(CLZ + more, line, [*line[:7], B, *line[8:]]))
    assert kind == "A CLZ Music export of 2 records"
    assert (row.price_cents, row.quantity, row.location) == (None, 2, "Shelf A")
    assert row.named == Named("", "CK 63628", "Josh Wink", "Profound", "Ruffhouse", "", "1999")


@pytest.mark.parametrize("upc", [A, ""])
def test_libib_has_creators_and_publishers(upc: str) -> None:
    kind, (row,) = read(table(LIBIB, ["music", "Gold", "ABBA", f"0{A}", upc, "Polar", 1992, "", 14.98, 2]))
    assert kind == "A Libib export of 1 record"
    assert (row.gtin, row.price_cents, row.quantity) == (f"00{A}", 1498, 2)
    assert (row.named.artist, row.named.title, row.named.label, row.named.year) == ("ABBA", "Gold", "Polar", "1992")


@pytest.mark.parametrize(
    ("number", "condition"),
    [("1", "LIKE_NEW"), ("2", "USED_VERY_GOOD"), ("3", "USED_GOOD"), ("4", "USED_ACCEPTABLE"), ("11", "NEW")],
)
def test_amazons_numbers_of_conditions_are_read(number: str, condition: str) -> None:
    line = ["Gold", "", "07", "35-GF", 7.49, 2, "https://m.media-amazon.com/1.jpg", "Light wear", number, A, 3]
    kind, (row,) = read(table(AMAZON, line, delimiter="\t"))
    assert kind == "An Amazon report of active listings of 1 record"
    assert (row.condition, row.seller_sku, row.note, row.photos) == (condition, "35-GF", "Light wear", ())


def test_amazons_number_of_a_collectible_copy_is_told_of() -> None:
    line = ["Gold", "", "07", "35-GF", 7.49, 2, "", "", "6", A, 3]
    _, (row,) = read(table(AMAZON, line))
    assert (row.condition, row.unclear) == (None, ("condition",))


def test_a_line_that_adds_a_picture_to_a_product_of_shopify_is_a_picture_and_no_row() -> None:
    one, two = "https://cdn.example/1.jpg", "https://cdn.example/2.jpg"
    kind, rows = read(
        table(
            SHOPIFY,
            ["gold", "Gold", "ABBA", "S1", 3, 9.99, f"'{A}", one, 1],
            ["gold", "", "", "", "", "", "", two, 2],
            ["moving", "Moving", "Faze", "S2", 1, 4.99, B, "", ""],
        )
    )
    assert kind == "A Shopify export of products of 2 records"
    assert [(row.gtin, row.photos, row.seller_sku, row.quantity, row.line) for row in rows] == [
        (f"00{A}", (one, two), "S1", 3, 2),
        (f"00{B}", (), "S2", 1, 4),
    ]


def test_variants_of_a_product_of_shopify_are_rows_of_their_own() -> None:
    _, rows = read(
        table(
            SHOPIFY,
            ["gold", "Gold", "ABBA", "CD1", 1, 9.99, A, "", ""],
            ["gold", "", "", "LP1", 1, 19.99, B, "", ""],
            ["gold", "", "", "", "", "", "", "https://cdn.example/2.jpg", 2],
        )
    )
    assert [(row.seller_sku, row.price_cents, len(row.photos)) for row in rows] == [("CD1", 999, 1), ("LP1", 1999, 0)]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Catalog#,Artist,Title,Label,Format,Rating,release_id,CollectionFolder,Date Added", "a Discogs collection"),
        ("Artist,Title,release_id,CollectionFolder,Collection Media Condition", "a Discogs collection"),
        ("listing_id,artist,title,release_id,status,price,media_condition,external_id,location", "a Discogs inventory"),
        ("listing_id,release_id,media_condition,price", "a Discogs inventory"),
        ("release_id,price,media_condition,external_id,needs", "a Discogs inventory of Draft Maker"),
        ("UPC,Price,Title,Quantity", None),
        ("Barcode,Cat No,Artist", None),
    ],
)  # fmt: skip
def test_a_header_says_whose_export_it_is(header: str, name: str | None) -> None:
    found = known(tuple(header.split(",")))
    assert (found and found.name) == name


OURS = "DM261128101530N0R000041"


@pytest.mark.parametrize(
    ("seller_sku", "expected"),
    [
        ("", OURS),
        ("A12-0042", f"A12-0042-{OURS}"),
        ("Crate 7 / #12", f"Crate-7-12-{OURS}"),
        ("棚", OURS),
        ("x" * 60, f"{'x' * 26}-{OURS}"),
        ("y" * 25 + "--" + "z", f"{'y' * 25}-{OURS}"),
    ],
)
def test_a_label_has_the_sellers_number_in_front_of_ours_and_ebay_takes_it(seller_sku: str, expected: str) -> None:
    assert label(seller_sku, OURS) == expected
    assert len(expected) <= 50


@pytest.mark.parametrize(
    ("text", "own"),
    [
        (OURS, ""),
        (f"A12-0042-{OURS}", "A12-0042"),
        ("DM0123456789ABCDEFR000007", ""),
        ("A12-0042", "A12-0042"),
        ("DM-1", "DM-1"),
    ],
)
def test_a_label_that_comes_back_leaves_the_sellers_own_number(text: str, own: str) -> None:
    assert sellers_own(text) == own
    _, (row,) = read(table("UPC,SKU", [A, text]))
    assert row.seller_sku == own


def test_a_discogs_collection_is_said_to_be_one_and_has_both_grades() -> None:
    header = "Catalog#,Artist,Title,Label,Released,release_id,CollectionFolder,Collection Media Condition"
    lines = [
        [
            "CK 63628",
            "Josh Wink",
            "Profound",
            "Ruffhouse",
            1999,
            number,
            "Uncategorized",
            "Near Mint (NM or M-)",
            "Generic",
        ]
        for number in (17321837, 35777621)
    ]
    kind, rows = read(table(f"{header},Collection Sleeve Condition", *lines))
    assert kind == "A Discogs collection of 2 records"
    assert [(row.named.discogs_id, row.grading and row.grading.written) for row in rows] == [
        ("17321837", "NM/generic"),
        ("35777621", "NM/generic"),
    ]
