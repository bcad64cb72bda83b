"""Our own exports read back: the rows of the file that they were made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.batches.exports import Exports
from engine.domain.batch.rows import Row
from engine.reading import Sheet, open_file
from tests.contract.test_exports_files import Drafts
from tests.support.batch_runs import FIXED, Batches, Chosen, barcode, fails

TABLE = f"""Barcode,Price,Qty,Notes,Photo,Custom label,Shelf,Media Condition,Sleeve Condition
{barcode(0)},1.00,2,"two
lines",https://a.example/1.jpg,A12-7,Crate 1,VG+,NM
{barcode(1)},2.00,1,=SUM(1),,=B 2,-3,Very Good (VG),
{barcode(2)},,3,-,https://a.example/2.jpg|https://a.example/3.jpg,,,,Generic
{barcode(0)},1.00,1,,,A12-8,Crate 2,M,VG+
"""
EBAYS = f"""UPC,Condition,Qty
{barcode(0)},Like New,1
{barcode(1)},Good,2
"""
LIST = f"{barcode(0)} x3\n{barcode(1)}\n{barcode(0)}\n"


def made(batches: Batches, content: str) -> tuple[str, list[Row]]:
    job_id = batches.upload(content.encode(), FIXED, "pile.csv")
    batches.run(Drafts())
    return job_id, list(open_file(content.encode(), "pile.csv").rows())


def again(lines: Iterator[str], name: str) -> Sheet:
    return open_file("".join(lines).encode(), name)


def said(rows: Iterator[Row] | list[Row]) -> list[tuple[object, ...]]:
    """Return what the rows say of their copies."""
    return [
        (
            *(row.gtin, row.quantity, row.copies, row.condition, row.grading, row.note, row.photos),
            *(row.seller_sku, row.location),
        )
        for row in rows
    ]


@pytest.mark.parametrize("content", [TABLE, LIST, EBAYS], ids=["table", "list", "ebay"])
@pytest.mark.parametrize("export", [Exports.results_csv, Exports.results_jsonl])
def test_results_are_read_back_as_the_rows_of_the_file(
    batches: Batches, content: str, export: Callable[[Exports, str], Iterator[str]]
) -> None:
    job_id, rows = made(batches, content)
    back = again(export(batches.exports, job_id), "results")
    assert said(back.rows()) == said(rows)
    assert back.check().kind == f"A results file of Draft Maker of {len(rows)} records"


def test_results_keep_the_prices_of_the_file(batches: Batches) -> None:
    job_id, rows = made(batches, TABLE)
    back = again(batches.exports.results_csv(job_id), "results").rows()
    assert [row.price_cents for row in back] == [row.price_cents for row in rows]


def test_the_failed_list_is_read_back_with_its_copies(batches: Batches) -> None:
    job_id = batches.upload(LIST.encode(), FIXED, "pile.csv")
    batches.run(Chosen({0: fails}))
    (row,) = again(batches.exports.failed_txt(job_id), "failed").rows()
    assert (row.gtin, row.quantity) == (f"00{barcode(0)}", 3)


def test_the_ebay_drafts_are_read_back_as_the_copies_that_they_offer(batches: Batches) -> None:
    content = f"""UPC,Price,Qty,Condition,Photo,SKU
{barcode(0)},1.00,2,Like New,https://a.example/1.jpg|https://a.example/2.jpg,A12-7
{barcode(1)},2.00,1,,,
"""
    job_id, rows = made(batches, content)
    back = again(batches.exports.ebay_drafts(job_id).lines, "drafts")
    assert [(row.gtin, row.quantity, row.condition, row.price_cents, row.seller_sku) for row in back.rows()] == [
        (row.gtin, row.quantity, row.condition, row.price_cents, row.seller_sku) for row in rows
    ]
    assert [(row.named.artist, row.named.title) for row in back.rows()] == [
        ("Artist 0", "Blue Monday"),
        ("Artist 1", "Blue Monday"),
    ]
    assert back.check().kind == "An eBay draft file of 2 records"


def test_the_discogs_inventory_is_read_back_as_its_copies_by_release(batches: Batches) -> None:
    lines = [f"{barcode(number)},{number + 1}.00,2,VG+,A12-{number}" for number in range(4)]
    job_id, _ = made(batches, "\n".join(["UPC,Price,Qty,Media Condition,SKU", *lines]))
    back = again(batches.exports.discogs_inventory(job_id), "inventory")
    *_, first, second = back.rows()
    for row in (first, second):  # Discogs has a line for each copy
        assert (row.named.discogs_id, row.price_cents, row.seller_sku, row.quantity) == ("3", 400, "A12-3", 1)
    assert back.check().kind == "A Discogs inventory of Draft Maker of 4 records"
