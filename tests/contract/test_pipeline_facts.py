"""The 264 real barcodes of the Discogs sample: each drafted with the facts of the table, or not for a true reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause, ItemError
from tests.support import barcode_table
from tests.support.barcode_table import Line
from tests.support.pipeline_runs import Runs, runs

COMPARED = Options(price_rule=PriceRule(PriceBasis.COMPARABLE))
NAMESAKE = re.compile(r" \(\d+\)(?=$|[ ,])")


@dataclass(frozen=True)
class Run:
    """One line of the table, what became of it, and how many asked a price for it at eBay."""

    expected: Line
    item: Item
    cause: Cause | None


@pytest.fixture(scope="module")
def bench() -> Iterator[Runs]:
    with runs() as started:
        yield started


@pytest.fixture(scope="module")
def table(bench: Runs) -> list[Run]:
    pipeline = bench.pipeline()
    done = []
    for number, line in enumerate(barcode_table.table()):
        work = bench.work(line.gtin14, COMPARED, sku=f"DM{number:04}", condition=Condition.USED_GOOD)
        cause = None
        try:
            work.run(pipeline)
        except ItemError as failure:
            cause = failure.cause
        done.append(Run(line, work.item, cause))
    return done


def test_every_barcode_is_matched_with_the_facts_of_the_table(table: list[Run]) -> None:
    assert len(table) == 264
    for run in table:
        known, line = run.item.release, run.expected
        released = line.released.replace("-00", "")
        assert {
            name: getattr(known, name) for name in ("title", "artist", "label", "format", "country", "released")
        } == {
            "title": line.title,
            "artist": NAMESAKE.sub("", line.artist),
            "label": NAMESAKE.sub("", line.label),
            "format": line.format,
            "country": line.country,
            "released": released,
        }
        assert known.year == (int(released[:4]) if released else None)


def test_each_is_drafted_once_and_none_published(bench: Runs, table: list[Run]) -> None:
    assert {(run.item.outcome, run.cause) for run in table} == {(Outcome.DRAFTED, None)}
    drafted = {run.item.sku: run.item.offer_id for run in table}
    ledger = bench.sandbox.ledger(calls=False)
    assert {sku: offer["offer_id"] for sku, offer in ledger["offers"].items()} == drafted
    assert set(bench.offers().values()) == {1}
    assert not ledger["published"]


def test_those_without_a_price_have_a_true_reason(bench: Runs, table: list[Run]) -> None:
    left = [run for run in table if not run.item.price]
    assert 0 < len(left) < 64
    for run in left:
        assert run.item.draft.needs[0] is DraftNeed.PRICE
        if run.expected.format != "File":  # eBay has no category to compare files in
            asked = {"gtin": run.expected.upc_or_ean, "filter": "conditions:{USED}"}
            assert browse(bench, asked) == 0


def browse(bench: Runs, asked: dict[str, str]) -> int:
    """Ask the sandbox's eBay, not our client, how many offers there are."""
    url = f"{bench.sandbox.url}/ebay"
    grant = {"grant_type": "client_credentials"}
    token = bench.session.post(f"{url}/identity/v1/oauth2/token", data=grant, auth=("sandbox", "sandbox"), timeout=10)
    headers = {"Authorization": f"Bearer {token.json()['access_token']}", "X-EBAY-C-MARKETPLACE-ID": "EBAY_US"}
    answer = bench.session.get(f"{url}/buy/browse/v1/item_summary/search", params=asked, headers=headers, timeout=10)
    total: int = answer.json()["total"]
    return total
