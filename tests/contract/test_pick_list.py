"""The seller's own number and shelf: kept with the row, found by a search, on the pick list, in front at eBay."""

from __future__ import annotations

import csv

import pytest

from engine.batches import pick_list_pdf
from engine.codec import replace
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.options import Duplicates
from engine.domain.batch.pick_list import COLUMNS, Pick
from engine.errors import BadRequest
from tests.contract.test_exports_files import Drafts
from tests.support.batch_runs import FIXED, Batches, barcode, fails

MERGED = replace(FIXED, duplicates=Duplicates.QUANTITY)
PILE = f"""UPC,SKU,Shelf,Qty
{barcode(0)},A-2,Crate 10,1
{barcode(1)},100234,Crate 2,2
{barcode(2)},A-1,Crate 10,1
{barcode(3)},lost,Crate 1,1
{barcode(4)},,,1
{barcode(0)},A-9,Attic,3
"""


def pile(batches: Batches) -> str:
    job_id = batches.upload(PILE.encode(), FIXED, "pile.csv")
    batches.run(Drafts({3: fails}))
    return job_id


def test_a_row_keeps_the_sellers_number_and_shelf_and_its_label_begins_with_the_number(batches: Batches) -> None:
    first, second, _, failed, plain, _ = batches.items(pile(batches)).values()
    assert [(item.seller_sku, item.location) for item in (first, failed)] == [("A-2", "Crate 10"), ("lost", "Crate 1")]
    assert first.draft.sku.startswith("A-2-DM")
    assert second.draft.sku.startswith("100234-DM")
    assert plain.draft.sku.startswith("DM")


@pytest.mark.parametrize(("q", "rows"), [("A-9", [5]), ("100234", [1]), ("crate", [0, 1, 2, 3]), ("attic", [5])])
def test_a_search_finds_rows_by_the_sellers_number_or_shelf(batches: Batches, q: str, rows: list[int]) -> None:
    found = batches.queries.items(pile(batches), q=q)
    assert [item.index for item in found.items] == rows


def test_a_pick_list_has_the_copies_of_drafts_in_the_order_of_the_shelves(batches: Batches) -> None:
    job_id = pile(batches)
    lines = list(csv.DictReader(batches.exports.pick_list_csv(job_id)))
    assert list(lines[0]) == list(COLUMNS)
    assert [(line["location"], line["seller_sku"], line["quantity"], line["row"]) for line in lines] == [
        ("Attic", "A-9", "3", "7"),
        ("Crate 2", "100234", "2", "3"),
        ("Crate 10", "A-1", "1", "4"),
        ("Crate 10", "A-2", "1", "2"),
        ("", "", "1", "6"),
    ]
    assert [bool(line["sku"]) for line in lines] == [True] * 5


def test_a_pick_list_is_printed(batches: Batches) -> None:
    made = batches.exports.pick_list_pdf(pile(batches))
    assert made.startswith(b"%PDF-")
    assert len(made) > 1_000


def picks(count: int, title: str = "Blue Monday") -> list[Pick]:
    return [Pick(f"Crate {number % 7}", "A", 1, "Artist", title, "CD", "1", "X", number) for number in range(count)]


def test_a_pick_list_too_long_for_paper_is_refused_with_the_way_out() -> None:
    with pytest.raises(BadRequest, match=r"has 2,001 lines, and a PDF holds up to 2,000: take pick-list\.csv"):
        pick_list_pdf.pdf(picks(2_001), "Pile")


@pytest.mark.parametrize("title", ["Björk", "Кино", "久石譲", "مرحبا", "\U0001f3b5", "x" * 300])
def test_a_pick_list_is_printed_whatever_the_letters_and_without_any_font(
    title: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pick_list_pdf.pdf(picks(3, title), title).startswith(b"%PDF-")
    monkeypatch.setattr(pick_list_pdf, "_FONTS", ())
    assert pick_list_pdf.pdf(picks(3, title), title).startswith(b"%PDF-")


def test_copies_that_another_row_offers_are_on_the_list_where_they_stand(batches: Batches) -> None:
    content = f"UPC,SKU,Shelf\n{barcode(0)},A-1,Crate 2\n{barcode(0)},A-2,Crate 1\n"
    job_id = batches.upload(content.encode(), MERGED, "pile.csv")
    batches.run(Drafts())
    assert [item.status for item in batches.items(job_id).values()] == [ItemStatus.SUCCEEDED, ItemStatus.SKIPPED]
    lines = list(csv.DictReader(batches.exports.pick_list_csv(job_id)))
    assert [(line["seller_sku"], line["quantity"], bool(line["sku"])) for line in lines] == [
        ("A-2", "1", False),
        ("A-1", "1", True),
    ]
