"""Rows of a batch that lack a price are priced later: by the operator's own prices, by another look, or not at all."""

from __future__ import annotations

import pytest

from engine.batches.drafts import Drafts
from engine.codec import replace
from engine.domain.batch.items import Item, ItemStatus, Outcome
from engine.domain.batch.options import NoPrice, Options
from engine.domain.batch.shards import ShardKind
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.listing.readiness import DraftNeed
from engine.errors import IllegalTransition
from engine.files.base import Files
from engine.pipeline.row import RowPipeline
from engine.public import BulkAction
from engine.store.base import Store
from tests.support.batch_runs import Batches
from tests.support.pipeline_runs import Runs

VINYL, CD = "07961220922684", "00093624755524"
FILE = f"{VINYL},12.50\n{VINYL}\n{CD}\n".encode()
PRICES_OF_CASSETTES = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"Cassette": {"*": 499}}))
HOLD = replace(PRICES_OF_CASSETTES, no_price=NoPrice.HOLD)


@pytest.fixture
def batches(store: Store, files: Files, bench: Runs) -> Batches:
    return Batches(store, files)


@pytest.fixture
def pipeline(bench: Runs) -> RowPipeline:
    return bench.pipeline()


def started(batches: Batches, pipeline: RowPipeline, options: Options = PRICES_OF_CASSETTES) -> str:
    job_id = batches.upload(b"upc,price\n" + FILE, options, "rows.csv")
    batches.run(pipeline)
    return job_id


def prices(items: dict[int, Item]) -> list[int | None]:
    return [item.draft.price_cents for item in items.values()]


def test_the_operators_own_prices_reach_the_offers_that_lack_one_and_no_other(
    batches: Batches, pipeline: RowPipeline, bench: Runs
) -> None:
    job_id = started(batches, pipeline)
    before = batches.items(job_id)
    assert prices(before) == [1250, None, None]
    assert batches.queries.needing(job_id, DraftNeed.PRICE) == 2
    assert batches.commands.price(job_id, {"*": {"*": 699}, "CD": {"*": 399}}).status == "pending"
    batches.run(pipeline)
    after = batches.items(job_id)
    assert prices(after) == [1250, 699, 399]
    assert (after[0].attempts, after[1].price.source) == (1, "fixed")
    assert {item.offer_id for item in after.values()} == {item.offer_id for item in before.values()}
    assert set(bench.offers().values()) == {1}
    assert batches.queries.needing(job_id, DraftNeed.PRICE) == 0
    assert batches.exact(job_id)
    assert batches.events(job_id)[-3:] == ["priced", "started", "completed"]


def test_held_rows_are_completed_as_drafts_without_a_price_one_offer_each(
    batches: Batches, pipeline: RowPipeline, bench: Runs
) -> None:
    job_id = started(batches, pipeline, HOLD)
    assert (batches.job(job_id).successful_upcs, batches.job(job_id).failed_upcs) == (1, 2)
    batches.commands.price(job_id, no_price=NoPrice.DRAFT)
    batches.run(pipeline)
    job = batches.job(job_id)
    assert (job.successful_upcs, job.failed_upcs, job.options.no_price) == (3, 0, NoPrice.DRAFT)
    assert batches.exact(job_id)
    assert {item.outcome for item in batches.items(job_id).values()} == {Outcome.DRAFTED}
    assert set(bench.offers().values()) == {1}
    assert "drafted without a price" in batches.events(job_id)
    batches.commands.again(job_id, {1: {"edits": {"title": "Mine"}}})
    batches.run(pipeline)
    assert batches.items(job_id)[1].draft.title == "Mine", "it is no failure from then on"


def test_prices_are_looked_for_again_once_a_service_is_connected(
    batches: Batches, pipeline: RowPipeline, bench: Runs
) -> None:
    job_id = started(batches, bench.pipeline(ebay=False), Options(price_rule=PriceRule(PriceBasis.COMPARABLE)))
    assert prices(batches.items(job_id))[1:] == [None, None]
    batches.commands.price(job_id)
    batches.run(pipeline)
    items = batches.items(job_id)
    assert items[1].price.source == "comparable"
    assert (items[0].outcome, items[1].outcome) == (Outcome.COMPOSED, Outcome.DRAFTED)


def test_a_ticked_group_has_one_price(batches: Batches, pipeline: RowPipeline) -> None:
    job_id = started(batches, pipeline)
    bulk = batches.engine.bulk_actions
    rows = bulk.rows(BulkAction.PRICE, job_id)
    assert [row.index for row in rows] == [1, 2]
    assert all(result.done for result in bulk.apply(BulkAction.PRICE, rows, by="ann", price_cents=777))
    batches.run(pipeline)
    assert prices(batches.items(job_id)) == [1250, 777, 777]
    assert bulk.rows(BulkAction.PRICE, job_id) == []


def test_drafts_that_need_a_price_are_listed_until_they_are_removed(
    batches: Batches, pipeline: RowPipeline, store: Store
) -> None:
    job_id, drafts = started(batches, pipeline), Drafts(store)
    assert {draft.index for draft in drafts.page(job_id=job_id, needs=DraftNeed.PRICE)} == {1, 2}
    assert [item.index for item in batches.queries.items(job_id, needs=DraftNeed.PRICE).items] == [1, 2]
    assert [item.index for item in batches.queries.items(job_id, needs=DraftNeed.PRICE, q=CD[2:]).items] == [2]
    batches.commands.again(job_id, {1: {"removed": True}})
    batches.run(pipeline)
    assert drafts.count(needs=DraftNeed.PRICE) == 1
    assert batches.queries.needing(job_id, DraftNeed.PRICE) == 1
    batches.commands.price(job_id, {"*": {"*": 699}})
    batches.run(pipeline)
    assert batches.items(job_id)[1].status is ItemStatus.SKIPPED


def test_two_retries_never_take_the_same_row(batches: Batches, pipeline: RowPipeline) -> None:
    job_id = started(batches, pipeline, HOLD)
    batches.commands.price(job_id, no_price=NoPrice.DRAFT)
    refused = "that lack a price are being done again already"
    for command in (batches.commands.price, batches.commands.retry_failed, batches.commands.complete):
        with pytest.raises(IllegalTransition, match=refused):
            command(job_id)
    with pytest.raises(IllegalTransition, match="wait for their end"):
        batches.engine.retry_as_new(job_id)
    with pytest.raises(IllegalTransition, match="is being done"):
        batches.commands.again(job_id, {1: {}})
    batches.run(pipeline)
    with pytest.raises(IllegalTransition, match="has no failed row"):
        batches.commands.retry_failed(job_id)
    assert not batches.job(job_id).engine.has_open(ShardKind.PRICE)


def test_where_no_row_lacks_a_price_there_is_nothing_to_do(batches: Batches, pipeline: RowPipeline) -> None:
    job_id = batches.upload(
        f"{VINYL}\n".encode(), Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 5}}))
    )
    batches.run(pipeline)
    with pytest.raises(IllegalTransition, match="lacks a price"):
        batches.commands.price(job_id)
