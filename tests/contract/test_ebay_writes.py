"""Writes to eBay that fail: three in a wave, and no offer is created without a look just before."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from engine.domain.batch.items import Item, Outcome
from engine.errors import Cause, ItemError, OutcomeUnknown, Trouble, UpstreamDown
from engine.pipeline.failed_writes import ALONE
from engine.pipeline.row import RowPipeline
from tests.support.batch_runs import FIXED
from tests.support.pipeline_runs import NOW, Runs
from tests.support.working import Work

GTIN = "07961220922684"  # known to both services
PUT, POST = "PUT /sell/inventory/v1/inventory_item/DM1", "POST /sell/inventory/v1/offer"
LOOK = "GET /sell/inventory/v1/offer"


def writes(bench: Runs) -> list[str]:
    """Return what eBay was asked about the draft."""
    return [call for call in bench.calls("ebay") if "/sell/" in call]


def calm(work: Work, pipeline: RowPipeline) -> bool:
    """Whether a row that goes on failing is not counted as one whose writes fail."""
    for _ in range(9):
        with pytest.raises(UpstreamDown) as caught:
            work.run(pipeline)
        assert not caught.value.write_failed
    return True


def drafted(bench: Runs, item: Item) -> bool:
    return item.outcome is Outcome.DRAFTED and bench.offers() == {"DM1": 1}


@pytest.mark.parametrize(
    ("match", "fault"), [(PUT, "server_error"), (PUT, "created_but_500"), (PUT, "cut_body"), (POST, "server_error")]
)
def test_after_three_failed_writes_a_row_waits_longer_and_no_person_is_asked(
    bench: Runs, match: str, fault: str
) -> None:
    bench.sandbox.fault("ebay", fault, match=match)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    downs = [failed_write(work, pipeline) for _ in range(9)]
    assert bench.sandbox.fired() == 9
    assert [down.retry_after for down in downs if down.trouble is Trouble.PASSING] == [15.0, 30.0, 60.0]
    assert [isinstance(down, OutcomeUnknown) for down in downs] == [True, True, False] * 3
    assert str(downs[2]).startswith("eBay failed 3 times to take this draft; its last answer: ")
    bench.sandbox.heal()
    work.run(pipeline)
    assert drafted(bench, work.item)


def failed_write(work: Work, pipeline: RowPipeline) -> UpstreamDown:
    with pytest.raises(UpstreamDown) as caught:
        work.run(pipeline)
    assert caught.value.write_failed
    return caught.value


def test_a_row_that_fails_three_waves_while_others_go_through_fails_with_its_cause(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "server_error", match=PUT)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    failed_write(work, pipeline)
    bench.work(GTIN, FIXED, sku="DM2").run(pipeline)
    for _ in range(7):
        failed_write(work, pipeline)
    with pytest.raises(ItemError, match=r"eBay failed 9 times to take this draft\. Its last answer: ") as caught:
        work.run(pipeline)
    assert caught.value.cause is Cause.REFUSED
    assert "asked first what it holds" in str(caught.value)
    bench.sandbox.heal()
    again = bench.work(GTIN, FIXED)
    again.run(pipeline)
    assert bench.offers() == {"DM1": 1, "DM2": 1}


def test_a_row_that_nothing_goes_through_beside_is_given_up_after_hours(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "server_error", match=PUT)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    for _ in range(11):
        failed_write(work, pipeline)
    work.now = lambda: NOW + ALONE
    with pytest.raises(ItemError, match="eBay failed 12 times"):
        work.run(pipeline)


def test_every_repeat_looks_first(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "server_error", match=POST, times=2)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    for _ in range(2):
        with pytest.raises(OutcomeUnknown):
            work.run(pipeline)
    work.run(pipeline)
    assert bench.sandbox.fired() == 2
    assert writes(bench) == [LOOK, PUT, POST] * 3
    assert drafted(bench, work.item)


def test_what_was_made_unheard_is_found_by_the_look(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "created_but_500", match=POST, times=1)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    with pytest.raises(OutcomeUnknown):
        work.run(pipeline)
    work.run(pipeline)
    assert bench.sandbox.fired() == 1
    assert writes(bench) == [LOOK, PUT, POST, LOOK, PUT]
    assert drafted(bench, work.item)


@pytest.mark.parametrize("fault", ["rate_limited", "not_indexed"])
def test_a_write_that_came_too_early_or_too_often_does_not_count(bench: Runs, fault: str) -> None:
    bench.sandbox.fault("ebay", fault, match=POST)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    assert calm(work, pipeline)
    assert bench.sandbox.fired() >= 9


def test_a_look_that_fails_is_no_write(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "server_error", match=LOOK)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    assert calm(work, pipeline)
    assert bench.sandbox.fired() == 9
    assert not bench.offers()


def test_a_write_that_never_left_does_not_count(bench: Runs) -> None:
    pipeline, work = bench.pipeline(ebay_url="http://127.0.0.1:1"), bench.work(GTIN, FIXED)
    assert calm(work, pipeline)


def test_an_item_that_ebay_does_not_see_yet_is_waited_for_in_place(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "not_indexed", times=5)
    work = bench.work(GTIN, FIXED)
    work.run(bench.pipeline())
    assert bench.sandbox.fired() == 5
    assert drafted(bench, work.item)
    assert writes(bench) == [LOOK, PUT, POST] + [LOOK, POST] * 5
    seconds = [wait for wait, reason in bench.waits if reason.startswith("eBay does not see the new item yet")]
    assert len(seconds) == 5
    assert all(1.0 <= wait <= 2.0 for wait in seconds)


def test_a_token_that_ran_out_costs_neither_a_try_nor_a_person(bench: Runs) -> None:
    bench.sandbox.fault("ebay", "unauthorized", match=POST, times=1)
    work = bench.work(GTIN, FIXED)
    work.run(bench.pipeline())
    assert bench.sandbox.fired() == 1
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
            bench.work(GTIN, FIXED).run(bench.pipeline())
    finally:
        bench.session.adapters.pop(place)
    assert defect.value.cause is Cause.DEFECT
    with pytest.raises(ItemError, match="eBay refused this row: This is an invalid value for a SKU") as refused:
        bench.work(GTIN, FIXED, sku="A SKU WITH SPACES").run(bench.pipeline())
    assert refused.value.cause is Cause.REFUSED
