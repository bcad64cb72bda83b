"""Writes to eBay that fail: repeated twice at most, and no offer is created without a look just before."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from engine.domain.items import Item, ItemStatus, Outcome
from engine.domain.jobs import JobStatus
from engine.errors import Cause, ItemError, OutcomeUnknown, UpstreamDown, WritesFailed
from engine.pipeline.work import Work
from tests.batch_runs import FIXED, Batches, Chosen, barcodes
from tests.pipeline_runs import Runs

GTIN = "07961220922684"  # known to both services
PUT, POST = "PUT /sell/inventory/v1/inventory_item/DM1", "POST /sell/inventory/v1/offer"
LOOK = "GET /sell/inventory/v1/offer"


def writes(bench: Runs) -> list[str]:
    """Return what eBay was asked about the draft."""
    return [call for call in bench.calls("ebay") if "/sell/" in call]


def drafted(bench: Runs, item: Item) -> bool:
    return item.outcome is Outcome.DRAFTED and bench.offers() == {"DM1": 1}


@pytest.mark.parametrize(
    ("match", "fault"), [(PUT, "server_error"), (PUT, "created_but_500"), (PUT, "cut_body"), (POST, "server_error")]
)
def test_the_third_failed_write_is_for_a_person(bench: Runs, match: str, fault: str) -> None:
    bench.sandbox.fault("ebay", fault, match=match)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            pipeline.run(work)
    with pytest.raises(WritesFailed) as caught:
        pipeline.run(work)
    assert bench.sandbox.fired() == 3
    begins, ends = "Row 1 of the batch: eBay failed 3 times to take its draft. Its last answer: ", "holds already."
    assert str(caught.value).startswith(begins)
    assert str(caught.value).endswith(ends)
    bench.sandbox.heal()
    again = bench.work(GTIN, FIXED)
    pipeline.run(again)
    assert drafted(bench, again.item)


def test_every_repeat_looks_first(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "server_error", match=POST, times=2)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            pipeline.run(work)
    pipeline.run(work)
    assert bench.sandbox.fired() == 2
    assert writes(bench) == [LOOK, PUT, POST] * 3
    assert drafted(bench, work.item)


def test_what_was_made_unheard_is_found_by_the_look(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "created_but_500", match=POST, times=1)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    with pytest.raises(OutcomeUnknown):
        pipeline.run(work)
    pipeline.run(work)
    assert bench.sandbox.fired() == 1
    assert writes(bench) == [LOOK, PUT, POST, LOOK, PUT]
    assert drafted(bench, work.item)


@pytest.mark.parametrize("fault", ["rate_limited", "not_indexed"])
def test_a_write_that_came_too_early_or_too_often_does_not_count(bench: Runs, fault: str) -> None:
    bench.sandbox.fault("ebay", fault, match=POST)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    for _ in range(4):
        with pytest.raises(UpstreamDown):
            pipeline.run(work)
    assert bench.sandbox.fired() >= 4
    assert work.failed_writes == 0


def test_a_look_that_fails_is_no_write(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "server_error", match=LOOK)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    for _ in range(4):
        with pytest.raises(UpstreamDown):
            pipeline.run(work)
    assert bench.sandbox.fired() == 4
    assert work.failed_writes == 0
    assert not bench.offers()


def test_a_write_that_never_left_does_not_count(bench: Runs) -> None:
    pipeline, work = bench.pipeline(ebay_url="http://127.0.0.1:1"), bench.work(GTIN, FIXED)
    for _ in range(4):
        with pytest.raises(UpstreamDown):
            pipeline.run(work)
    assert work.failed_writes == 0


def test_an_item_that_ebay_does_not_see_yet_is_waited_for_in_place(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "not_indexed", times=5)
    work = bench.work(GTIN, FIXED)
    bench.pipeline().run(work)
    assert bench.sandbox.fired() == 5
    assert drafted(bench, work.item)
    assert writes(bench) == [LOOK, PUT, POST] + [LOOK, POST] * 5
    seconds = [wait for wait, reason in bench.waits if reason.startswith("eBay does not see the new item yet")]
    assert len(seconds) == 5
    assert all(1.0 <= wait <= 5.0 for wait in seconds)


def test_a_token_that_ran_out_costs_neither_a_try_nor_a_person(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "unauthorized", match=POST, times=1)
    work = bench.work(GTIN, FIXED)
    bench.pipeline().run(work)
    assert bench.sandbox.fired() == 1
    assert work.failed_writes == 0
    assert drafted(bench, work.item)


class Mute(HTTPAdapter):
    """A network that loses a header on the way."""

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        del request.headers["Content-Language"]
        return super().send(request, *args, **more)


def test_a_request_that_was_wrong_is_a_defect_and_a_fault_of_the_data_is_not(bench: Runs) -> None:
    place = f"{bench.sandbox.url}/ebay/sell/inventory/v1/inventory_item"
    bench.session.mount(place, Mute())
    try:
        with pytest.raises(ItemError, match="report it") as defect:
            bench.pipeline().run(bench.work(GTIN, FIXED))
    finally:
        bench.session.adapters.pop(place)
    assert defect.value.cause is Cause.DEFECT
    with pytest.raises(ItemError, match="eBay refused this row: This is an invalid value for a SKU") as refused:
        bench.pipeline().run(bench.work(GTIN, FIXED, sku="A SKU WITH SPACES"))
    assert refused.value.cause is Cause.REFUSED


def test_the_batch_pauses_and_resume_is_the_next_try(batches: Batches) -> None:
    def fail(work: Work) -> None:
        raise WritesFailed("ebay", "POST /offer", f"Row {work.row.index + 1} of the batch: eBay failed.", status=500)

    job_id, pipeline = batches.upload(barcodes(20)), Chosen({7: fail})
    batches.run(pipeline)
    job = batches.stored(job_id)
    assert (job.status, job.error, job.failed_upcs) == (JobStatus.PAUSED, "Row 8 of the batch: eBay failed.", 0)
    assert batches.exact(job_id)
    del pipeline.steps[7]
    batches.control.resume(job_id)
    batches.run(pipeline)
    assert batches.stored(job_id).successful_upcs == 20
    row = batches.items(job_id)[7]
    assert (row.status, row.attempts) == (ItemStatus.SUCCEEDED, 1)
