"""The 264 real barcodes of the Discogs sample: each drafted with the facts of the table, or not for a true reason."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.domain.items import Item, Outcome
from engine.domain.rows import Condition
from engine.errors import Cause, ItemError
from tests.pipeline_runs import Runs, runs

TABLE = Path(__file__).parents[3] / "shared/data/barcodes.csv"
NAMESAKE = re.compile(r" \(\d+\)(?=$|[ ,])")


@dataclass(frozen=True)
class Run:
    """One line of the table, what became of it, and how many asked a price for it at eBay."""

    expected: dict[str, str]
    item: Item
    cause: Cause | None


@pytest.fixture(scope="module")
def bench() -> Iterator[Runs]:
    with runs() as started:
        yield started


@pytest.fixture(scope="module")
def table(bench: Runs) -> list[Run]:
    if not TABLE.exists():
        pytest.skip(f"the table of real barcodes is not here: {TABLE}")
    pipeline = bench.pipeline()
    done = []
    with TABLE.open(encoding="utf-8", newline="") as file:
        for number, line in enumerate(csv.DictReader(file)):
            work = bench.work(line["gtin14"], sku=f"DM{number:04}", condition=Condition.USED_GOOD)
            cause = None
            try:
                pipeline.run(work)
            except ItemError as failure:
                cause = failure.cause
            done.append(Run(line, work.item, cause))
    return done


def test_every_barcode_is_matched_with_the_facts_of_the_table(table: list[Run]) -> None:
    assert len(table) == 264
    for run in table:
        known, line = run.item.release, run.expected
        released = line["released"].replace("-00", "")
        assert {name: known[name] for name in ("title", "artist", "label", "format", "country", "released")} == {
            "title": line["title"],
            "artist": NAMESAKE.sub("", line["artist"]),
            "label": NAMESAKE.sub("", line["label"]),
            "format": line["format"],
            "country": line["country"],
            "released": released,
        }
        assert known["year"] == (int(released[:4]) if released else None)


def test_each_is_drafted_once_and_none_published(bench: Runs, table: list[Run]) -> None:
    drafted = {run.item.sku: run.item.offer_id for run in table if run.item.outcome is Outcome.DRAFTED}
    ledger = bench.sandbox.ledger(calls=False)
    assert {sku: offer["offer_id"] for sku, offer in ledger["offers"].items()} == drafted
    assert set(bench.offers().values()) == {1}
    assert not ledger["published"]
    assert len(drafted) > 200


def test_those_without_a_draft_have_a_true_reason(bench: Runs, table: list[Run]) -> None:
    left = [run for run in table if run.item.outcome is not Outcome.DRAFTED]
    assert {run.cause for run in left} == {Cause.NO_PRICE}
    for run in left:
        if run.expected["format"] != "File":  # eBay has no category to compare files in
            asked = {"gtin": run.expected["upc_or_ean"], "filter": "conditions:{USED}"}
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
