"""Mixed piles: books, films and games that no source knows are kept together; what a source knows is drafted."""

from __future__ import annotations

import csv

from engine.domain.batch.items import ItemStatus
from engine.errors import Cause, ItemError
from tests.contract.test_exports_files import Drafts
from tests.support.batch_runs import FIXED, Batches, barcode
from tests.support.working import Work

BOOK, AUDIOBOOK, GAME = "9780140328721", "9780141439518", "045496590420"
PILE = f"""UPC,Title,Shelf,Qty
{barcode(0)},A record,1,1
{BOOK},A book,2,3
{AUDIOBOOK},An audiobook,2,1
{GAME},A game,3,1
{barcode(1)},Unknown record,4,1
"""


def unknown(work: Work) -> None:
    raise ItemError(Cause.NO_MATCH, "Nobody knows this barcode.")


def test_rows_of_other_things_are_a_file_with_the_columns_of_theirs(batches: Batches) -> None:
    job_id = batches.upload(PILE.encode(), FIXED, "pile.csv")
    batches.run(Drafts({1: unknown, 3: unknown, 4: unknown}))
    lines = list(csv.DictReader(batches.exports.elsewhere_csv(job_id)))
    assert [(line["Title"], line["kind"], line["maker"], line["upc"], line["quantity"]) for line in lines] == [
        ("A book", "book", "", BOOK, "3"),
        ("A game", "game", "Nintendo", GAME, "1"),
    ]
    assert [line["Shelf"] for line in lines] == ["2", "3"]
    assert batches.items(job_id)[2].status is ItemStatus.SUCCEEDED
