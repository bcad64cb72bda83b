"""The real profile without one credential: every barcode that MusicBrainz knows becomes a draft with a price to do."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.bootstrap import open_engine, open_worker
from engine.domain.batch.options import Options
from engine.domain.listing import seller_hub
from engine.public import DraftNeed, Engine, ItemStatus, Outcome
from engine.sandbox import catalogue
from engine.settings import Settings
from tests.support.sandbox_server import Sandbox, running

PRICE = DraftNeed.PRICE


@dataclass(frozen=True)
class Batch:
    """A batch that has ended: of how many barcodes, with the engine to look at it and the services that were asked."""

    job_id: str
    count: int
    engine: Engine
    sandbox: Sandbox


def live(folder: Path, sandbox: Sandbox) -> Settings:
    """Return the settings of a seller who has entered no more than an address, with the services elsewhere."""
    named: dict[str, Any] = {
        f"{name}_URL": f"{sandbox.url}/{name.lower()}" for name in ("DISCOGS", "MUSICBRAINZ", "COVERART", "EBAY")
    }
    stores: dict[str, Any] = {"DM_STORE": f"sqlite:///{folder / 'store.db'}", "DM_FILES": f"file:{folder / 'files'}"}
    more: dict[str, Any] = {
        "DM_CATALOG": str(folder / "none.db"),
        "DM_CONTACT": "seller@example.com",
        "MUSICBRAINZ_PER_SECOND": 0,
    }
    return Settings(_env_file=None, DM_PROFILE="live", **named, **stores, **more)


def barcodes() -> list[str]:
    """Return the barcodes that MusicBrainz knows for one real release each."""
    known = catalogue.load().musicbrainz_by_barcode
    return [code for code, (first, *others) in known.items() if not others and first["id"] < 900_000_000]


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    codes = barcodes()
    with running() as sandbox:
        settings = live(tmp_path_factory.mktemp("desk"), sandbox)
        engine = open_engine(settings)
        content = "".join(f"{code}\n" for code in codes).encode()
        job = engine.submission.upload(content, "pile.txt", Options())
        with open_worker(settings, threading.Event()) as worker:
            worker.run(until_idle=True)
        yield Batch(job.job_id, len(codes), engine, sandbox)


def test_every_row_is_drafted_with_a_price_to_do_and_the_reason(batch: Batch) -> None:
    job = batch.engine.queries.job(batch.job_id)
    assert batch.count > 150
    assert (job.total_upcs, job.successful_upcs, job.failed_upcs) == (batch.count, batch.count, 0)
    assert batch.engine.queries.needing(batch.job_id, PRICE) == batch.count
    items = batch.engine.queries.items_at(batch.job_id, range(batch.count))
    assert {(item.status, item.outcome, item.needs[0]) for item in items} == {
        (ItemStatus.SUCCEEDED, Outcome.COMPOSED, PRICE)
    }
    (why,) = {item.draft.not_publishable[0] for item in items}
    assert why.startswith("There is no price. Neither the file nor a rule of yours names a price: give it one.")


def test_the_seller_hub_file_holds_every_one_of_them_with_an_empty_price(batch: Batch) -> None:
    file = batch.engine.exports.ebay_drafts(batch.job_id)
    lines = "".join(file.lines).splitlines()[seller_hub.TEMPLATE.count("\n") :]
    head, *rows = csv.reader(lines)
    assert len(rows) == file.plan.drafts == batch.count
    assert {row[head.index("Price")] for row in rows} == {""}
    assert all(row[0] == "Draft" and row[head.index("Title")] for row in rows)
    assert file.plan.lacking["price"] == batch.count


def test_the_results_say_what_each_draft_is_not_ready_for(batch: Batch) -> None:
    rows = list(csv.DictReader("".join(batch.engine.exports.results_csv(batch.job_id)).splitlines()))
    assert len(rows) == batch.count
    assert all(row["needs"].startswith("price, condition") and row["price"] == "" for row in rows)


def test_nobody_without_an_account_was_asked(batch: Batch) -> None:
    assert not batch.sandbox.ledger("ebay")["calls"]
    assert not batch.sandbox.ledger("discogs")["calls"]
