"""What an earlier version has stored is read by this one.

`tests/data/documents_v0.json` holds every document of a store as the version of November 2026 left it, before documents
became types: `documents` by path, one a line, times as `{"$time": …}`, and in `files` the rows of each batch as they
lie in the file store. It was recorded once, from fifteen batches on a real SQLite store, and is never written anew: a
later form of the documents gets a file of its own.

* `Spring`: a CSV of twelve rows with own prices, grades, a note, a photo and a repeated barcode, drafted at the
  sandbox; then a choice of a release, taken back, edits, a removal, reviews, a retry, and copies that `more.csv` added.
* `market.txt`: asking prices, a row without one, two rows that were drafted before.
* `more.csv`, `dry.txt`, `lacking.txt`: run while Discogs refused the token; `lacking.txt` was completed afterwards, and
  of `dry.txt` a row is wanted again. `suggested.txt`: not sent, with the price that Discogs suggests.
* `paused.txt`: eBay refused the seller's token in the middle of a draft. `later.txt`: its file is not there.
  `rows.txt`: cancelled. `waiting.txt`: nobody has read it. `going.txt`: as it was in the middle of its run.
* `aside.txt`: a row that stopped its worker three times, a defect, a refusal, no price; a retry of it waits. `again`
  is a new batch over its file.
* `old.txt` and a batch without a name: of the service that this one replaces, the first recovered.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.batches.queries import Queries
from engine.batches.rows import RowFiles
from engine.batches.views import BatchView
from engine.bootstrap import open_files
from engine.domain.batch.items import ItemStatus, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.options import NoPrice, Options
from engine.domain.batch.rows import Condition, Row
from engine.domain.listing.categories import CD
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause
from engine.pipeline.rules import Rules
from engine.store.base import Put
from engine.store.sqlite import SQLiteStore
from tests.support.batch_runs import Batches
from tests.support.clocks import FakeClock
from tests.support.pipeline_runs import Runs
from tests.support.serving import Served, serving, settings

DATA = Path(__file__).parents[1] / "data" / "documents_v0.json"
RECORDED_AT = datetime(2026, 11, 28, 14, 29, 22, tzinfo=UTC)  # a moment after its last document
GOING_AT = RECORDED_AT - timedelta(seconds=5)  # when `going.txt` was in the middle of its run


def timed(value: Any) -> Any:
    """Return a recorded value with its times as times."""
    if isinstance(value, dict):
        if set(value) == {"$time"}:
            return datetime.fromisoformat(value["$time"])
        return {name: timed(inner) for name, inner in value.items()}
    return [timed(inner) for inner in value] if isinstance(value, list) else value


class Reading:
    """The recorded store, and everything of today that reads it: the published API, and the readers behind it."""

    def __init__(self, api: Served) -> None:
        self.api = api
        self.files = open_files(api.settings.files)
        self.batches = Batches(api.store, self.files)
        recorded = json.loads(DATA.read_text(encoding="utf-8"))
        api.store.commit(*(Put(path, timed(fields)) for path, fields in recorded["documents"].items()))
        for path, text in recorded["files"].items():
            self.files.create(path, text.encode())
        self.names = {job["name"]: job["job_id"] for job in self.jobs()}

    def store(self, at: datetime = RECORDED_AT) -> SQLiteStore:
        """Return the store as it was at a moment: leases and signs of life are as old as they were then."""
        return SQLiteStore(Path(self.api.settings.store.removeprefix("sqlite:///")), FakeClock(at))

    def jobs(self) -> list[dict[str, Any]]:
        """Return all batches, as the API lists them."""
        found: list[dict[str, Any]] = self.api.get("/api/batch/jobs", limit=50)["jobs"]
        return found

    def job(self, name: str) -> dict[str, Any]:
        """Return a batch by its name, as the API answers it."""
        found: dict[str, Any] = self.api.status(self.names[name])
        return found

    def items(self, name: str, **query: Any) -> list[dict[str, Any]]:
        """Return the rows of a batch, as the API lists them."""
        found: list[dict[str, Any]] = self.api.get(f"/api/batch/{self.names[name]}/items", **query)["items"]
        return found

    def item(self, name: str, index: int) -> dict[str, Any]:
        """Return a row with all its evidence."""
        found: dict[str, Any] = self.api.get(f"/api/batch/{self.names[name]}/items/{index}")
        return found

    def drafts(self, **query: Any) -> list[dict[str, Any]]:
        """Return drafts, the newest first."""
        found: list[dict[str, Any]] = self.api.get("/api/drafts", limit=100, **query)["drafts"]
        return found

    def batch(self, name: str, at: datetime) -> BatchView:
        """Return a batch, with its workers, as it was at a moment."""
        with contextlib.closing(self.store(at)) as store:
            return Queries(store, RowFiles(self.files)).batch(self.names[name])

    def rows(self, name: str, stop: int) -> list[Row]:
        """Return the rows of a batch's file, as they were read."""
        return list(RowFiles(self.files).read(self.names[name], 0, stop))


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[Reading]:
    with serving(settings(tmp_path)) as api:
        yield Reading(api)


def test_every_batch_is_read_with_its_state_and_counters(recorded: Reading) -> None:
    counts = ("status", "total_upcs", "successful", "failed", "skipped")
    assert {job["name"]: tuple(job[name] for name in counts) for job in recorded.jobs()} == {
        "Spring": ("completed", 12, 8, 2, 2),
        "market.txt": ("completed", 6, 3, 1, 2),
        "more.csv": ("completed", 3, 2, 0, 1),
        "dry.txt": ("pending", 2, 2, 0, 0),
        "lacking.txt": ("completed", 2, 2, 0, 0),
        "suggested.txt": ("completed", 2, 2, 0, 0),
        "paused.txt": ("paused", 3, 0, 0, 0),
        "later.txt": ("failed", None, 0, 0, 0),
        "rows.txt": ("cancelled", 3, 0, 0, 0),
        "aside.txt": ("pending", 6, 2, 4, 0),
        "again": ("completed", 6, 6, 0, 0),
        "going.txt": ("running", 9, 7, 1, 0),
        "waiting.txt": ("pending", 2, 0, 0, 0),
        "old.txt": ("completed", 4, 3, 1, 0),
        "old2.txt": ("running", 4, 1, 1, 0),
    }


def test_a_batch_keeps_its_options_and_its_price_rule(recorded: Reading) -> None:
    spring, market, suggested = (recorded.job(name)["options"] for name in ("Spring", "market.txt", "suggested.txt"))
    assert (spring["condition"], spring["duplicates"]) == ("USED_VERY_GOOD", "quantity")
    rule = spring["price_rule"]
    assert (rule["basis"], rule["floor_cents"], rule["ceiling_cents"], rule["ending_cents"]) == ("fixed", 199, 9999, 99)
    assert rule["fixed"] == {"*": {"*": 599}, "CD": {"*": 799, "LIKE_NEW": 999}}
    assert (market["ambiguous"], market["drafted_before"]) == ("best", "skip")
    assert (market["price_rule"]["factor"], market["price_rule"]["factors"]) == (0.9, {"CD": {"*": 0.8}})
    assert (suggested["create_drafts"], suggested["first"]) == (False, 2)
    assert suggested["price_rule"]["basis"] == "discogs_suggested"
    assert recorded.job("more.csv")["options"]["discogs"] == "optional"
    assert recorded.job("dry.txt")["test_mode"]
    assert recorded.job("Spring")["created_by"] == "ann@example.com"
    assert recorded.job("again")["retry_of"] == recorded.names["aside.txt"]


def test_a_row_that_was_drafted_keeps_its_release_price_and_draft(recorded: Reading) -> None:
    row = recorded.item("Spring", 0)
    assert (row["status"], row["outcome"], row["upc"]) == ("succeeded", "drafted", "7961220922684")
    release = {name: row["release"][name] for name in ("artist", "title", "label", "year", "format", "discogs_id")}
    assert release == {
        "artist": "EBE",
        "title": "Neural Response EP",
        "label": "Soma Quality Recordings",
        "year": 2000,
        "format": "Vinyl",
        "discogs_id": "21",
    }
    assert (row["price"]["cents"], row["price"]["source"]) == (1250, "file")
    assert row["draft"]["title"] == 'EBE - Neural Response EP Vinyl 12" 2000 Soma Quality Recordings'
    assert row["draft"]["quantity"] == 3, "its own two and the repeated one"
    assert row["draft"]["offer"]["pricingSummary"]["price"] == {"currency": "USD", "value": "12.50"}
    assert row["picture"]["url"] == "https://example.com/a.jpg"
    assert row["match"]["confidence"] == "high"


def test_each_way_to_fail_or_to_be_skipped_is_read(recorded: Reading) -> None:
    found = {
        (row["status"], row["cause"])
        for name in recorded.names
        if name != "old2.txt"
        for row in recorded.items(name, limit=200)
        if row["cause"]
    }
    assert found == {
        *(("failed", cause) for cause in ("no_match", "invalid_barcode", "no_price", "refused", "set_aside")),
        *(("failed", cause) for cause in ("defect", "earlier")),
        *(("skipped", cause) for cause in ("merged", "removed", "drafted_before", "added")),
    }
    aside = recorded.job("aside.txt")
    assert [entry["error"] for entry in aside["failed_upc_list"]][:2] == [
        "Set aside: the engine stopped 3 times while it worked on this row.",
        f"An error that nobody foresaw; reference {aside['job_id']}/3.",
    ]


def test_what_people_decided_is_read(recorded: Reading) -> None:
    chosen, edited, removed, added = (recorded.item("Spring", index) for index in (3, 9, 10, 8))
    assert chosen["error"].startswith("The draft was left as it was: ")
    assert (chosen["match"]["confidence"], len(chosen["match"]["candidates"])) == ("chosen", 2)
    assert (len(chosen["history"]), chosen["attempts"], chosen["round"]) == (1, 2, 5)
    assert edited["decided"]["edits"]["title"] == edited["draft"]["title"] == "Mine & yours"
    assert (edited["price"]["cents"], edited["price"]["reason"]) == (1234, "Edited by ann.")
    assert edited["price"]["evidence"]["instead_of"]["cents"] == 599
    assert edited["review"] == "approved"
    assert removed["decided"]["removed"]["by"] == "ben"
    (copies,) = added["decided"]["added"].values()
    assert (copies["copies"], copies["batch"], added["draft"]["quantity"]) == (2, "more.csv", 3)
    assert recorded.item("dry.txt", 1)["wanted"] == 1


def test_drafts_are_listed_with_their_reviews(recorded: Reading) -> None:
    told = {draft["title"]: (draft["price_cents"], draft["review"]) for draft in recorded.drafts()}
    assert len(told) == 20
    assert told["Mine & yours"] == (1234, "approved")
    assert told["Faze Action - Moving Cities CD 1999 F-111 Records"] == (999, "held")
    assert told["Robert Rich & B. Lustmord - Stalker CD 1995 Fathom"] == (799, "removed")
    assert told["Ken Laszlo - Golden Collection CD 2005 Монолит"] == (799, "open")
    assert len(recorded.drafts(look=True)) == 2


def test_rows_that_lack_a_service_are_found(recorded: Reading) -> None:
    assert [row["lacking"] for row in recorded.items("more.csv")] == [[], [], ["discogs"]]
    assert [row["lacking"] for row in recorded.items("lacking.txt")] == [[], []]
    assert recorded.item("dry.txt", 0)["not_sent"] == "Test mode: the draft was composed and not sent to eBay."


def test_a_search_finds_what_was_stored(recorded: Reading) -> None:
    assert [row["index"] for row in recorded.items("more.csv", q="Hakan")] == [1]
    assert [row["index"] for row in recorded.items("Spring", q="0254 2540 5921")] == [9]


def test_the_rows_of_a_file_are_read(recorded: Reading) -> None:
    first, second, *_, repeated = recorded.rows("Spring", 8)
    assert (first.gtin, first.copies, first.price_cents) == ("07961220922684", 3, 1250)
    assert (first.condition, first.note) == (Condition.USED_VERY_GOOD, "Small <mark> on sleeve")
    assert first.photos == ("https://example.com/a.jpg",)
    assert second.condition is Condition.LIKE_NEW
    assert repeated.repeat_of == 0


def test_a_batch_in_the_middle_of_its_run_is_read(recorded: Reading) -> None:
    going = recorded.batch("going.txt", GOING_AT)
    assert (going.job.processed_upcs, going.job.last_processed_index, going.working) == (8, 3, 1)
    assert (going.interrupted, going.engines) == (False, 1)
    assert going.workers[0].rows[0].upc == "700000000047"
    assert recorded.batch("going.txt", GOING_AT + timedelta(minutes=5)).interrupted


def test_what_happened_to_a_batch_is_read(recorded: Reading) -> None:
    events = recorded.batches.events(recorded.names["aside.txt"])
    assert events == ["submitted", "started", "opened", "paused", "resumed", "taken over", "completed", "retried"]


def test_quotas_connections_and_their_tests_are_read(recorded: Reading) -> None:
    services = {one["service"]: one for one in recorded.api.get("/api/upstreams")["upstreams"]}
    limits = {name: one["budget"]["limit"] for name, one in services.items()}
    assert limits == {"discogs": 60, "musicbrainz": 100, "coverart": None, "ebay": None, "ebay_browse": None}
    assert {name: one["credentials"]["state"] for name, one in services.items()} == {
        "discogs": "accepted",
        "musicbrainz": "unneeded",
        "coverart": "unneeded",
        "ebay": "accepted",
        "ebay_browse": "accepted",
    }
    assert services["discogs"]["test"]["sentence"] == "Discogs accepts the token of sandbox."
    assert services["coverart"]["calls"] > 10
    assert services["ebay"]["last_error"].startswith("The connection to the seller's account at eBay has run out")


def test_a_request_that_was_taken_is_known(recorded: Reading) -> None:
    again = recorded.api.engine.submission.submit("gs://bucket/any.csv", Options(), request_id="request-1")
    assert again.job_id == recorded.names["Spring"]


def test_what_the_services_have_said_is_not_asked_again(recorded: Reading, bench: Runs) -> None:
    rule = PriceRule(PriceBasis.COMPARABLE)
    with contextlib.closing(recorded.store()) as store:
        work = bench.work("05016556791762", Options(price_rule=rule, condition=Condition.USED_GOOD, test_mode=True))
        work.run(bench.pipeline(store=store, clock=FakeClock(RECORDED_AT)))
    assert work.item.outcome is Outcome.COMPOSED
    assert all(not bench.calls(service) for service in ("discogs", "musicbrainz", "ebay"))
    assert bench.calls("coverart")  # an earlier version kept a smaller picture


def test_the_rules_of_ebays_categories_are_known(recorded: Reading) -> None:
    with contextlib.closing(recorded.store()) as store:
        rules = Rules(store, FakeClock(RECORDED_AT), None)
        rules.refresh()
    assert len(rules.known) == 5
    known = rules.known[CD.id].specifics.values()
    required = [specific.name for specific in known if specific.required]
    assert required == ["Artist", "Release Title", "Format"]


def test_rows_that_failed_for_want_of_a_price_are_completed_as_drafts(recorded: Reading) -> None:
    batches, job_id = recorded.batches, recorded.names["market.txt"]
    assert [cause.cause for cause in batches.queries.causes(job_id)] == [Cause.NO_PRICE]
    assert batches.commands.price(job_id, no_price=NoPrice.DRAFT).status is JobStatus.PENDING
    batches.run()
    assert (batches.job(job_id).successful_upcs, batches.job(job_id).failed_upcs) == (4, 0)
    assert batches.exact(job_id)


def test_workers_go_on_with_what_the_earlier_version_began(recorded: Reading) -> None:
    batches, names = recorded.batches, recorded.names
    batches.commands.resume(names["paused.txt"])
    batches.commands.recover(names["rows.txt"])
    batches.run()
    for name in ("going.txt", "paused.txt", "rows.txt", "waiting.txt", "aside.txt", "dry.txt"):
        job = batches.stored(names[name])
        assert (name, job.status) == (name, JobStatus.COMPLETED)
        assert batches.exact(job.job_id), name
    assert all(item.status is ItemStatus.SUCCEEDED for item in batches.items(names["aside.txt"]).values())
    assert recorded.job("later.txt")["status"] == JobStatus.FAILED
