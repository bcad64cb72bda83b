"""What a market said is left out of all that people read once it is older than its owner allows."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.batches.documents import item_path
from engine.codec import replace
from engine.domain.listing import market_prices
from engine.domain.listing.pricing import PriceBasis, PriceRule, Search
from engine.files.folder import FolderFiles
from engine.store.base import Put
from engine.store.sqlite import SQLiteStore
from tests.support.batch_runs import Batches, barcodes
from tests.support.clocks import AheadClock


@pytest.mark.parametrize(("hours", "told"), [(5, True), (7, False)])
def test_a_sample_of_ebay_s_prices_is_told_for_six_hours(tmp_path: Path, hours: int, told: bool) -> None:
    clock = AheadClock()
    batches = Batches(SQLiteStore(tmp_path / "store.db", clock), FolderFiles(tmp_path / "files"), clock)
    job_id = batches.upload(barcodes(1))
    batches.run(clock=clock)
    item = batches.items(job_id)[0]
    rule, searched = PriceRule(PriceBasis.COMPARABLE), Search("1", "176984", ("USED",))
    price = market_prices.comparable(rule, [1_234, 1_236], searched=searched)
    price = replace(price, evidence=replace(price.evidence, asked_at=clock.now().isoformat()))
    batches.store.commit(Put(item_path(job_id, 0), replace(item, price=price).document()))
    clock.seconds = hours * 3_600.0
    (paged,) = batches.queries.items(job_id).items
    (single,) = batches.queries.items_at(job_id, [0])
    exported = "".join(batches.exports.results_jsonl(job_id))
    assert paged.price.cents == single.price.cents == price.cents
    for shown in (str(paged), str(single), exported):
        assert ("1236" in shown) is told
        assert ("$12.35" in shown) is told
