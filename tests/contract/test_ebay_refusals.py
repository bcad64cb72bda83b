"""What eBay refuses by its numbers: whose it is, what becomes of the other rows, and what the operator reads.

The sentences of eBay are those of its Inventory API v1.18.4.
"""

from __future__ import annotations

from collections import Counter

import pytest

from engine.bootstrap import open_pipeline
from engine.clock import SystemClock
from engine.domain.batch.items import ItemStatus, Outcome
from engine.domain.batch.jobs import JobStatus
from engine.errors import CredentialsRefused, ItemError, PersonNeeded, UpstreamDown
from engine.files.folder import FolderFiles
from engine.settings import Settings
from tests.support.batch_runs import FIXED, Batches
from tests.support.fault_runs import Hurried, barcodes
from tests.support.pipeline_runs import Runs

GTIN = "07961220922684"  # known to both services
PUT, POST = "PUT /sell/inventory/v1/inventory_item/", "POST /sell/inventory/v1/offer"
ROWS = 6

POLICY = "The specified policy is not found for the market place"
HELD = "This listing is on hold due to a policy violation, and revisions are not possible"
SELLERS = [
    (POST, 25007, "The offer has invalid data in the associated Fulfillment policy.", "the shipping policy"),
    (POST, 25008, "The offer has invalid data in the associated Payment policy.", "the payment policy"),
    (POST, 25009, "The offer has invalid data in the associated Return policy.", "the return policy"),
    (POST, 25012, "Invalid inventory location.", "the location"),
    (POST, 25035, POLICY, "the shipping, payment or return policy"),
    (POST, 25036, "The policy(ies) 1 is not of type RETURN", "the shipping, payment or return policy"),
    (POST, 25709, "Invalid value for fulfillmentPolicyId. It is unknown.", "the shipping policy"),
    (POST, 25709, "Invalid value for merchantLocationKey. It is unknown.", "the location"),
    (PUT, 25020, "The offer has invalid shipping package details.", "under Parcels on the Seller settings screen"),
    (PUT, 25715, "Invalid values for dimensions and/or weight.", "under Parcels on the Seller settings screen"),
    (POST, 25026, "Selling limit exceeded.", "selling limit"),
]
OF_THE_ROW = [
    (PUT, 25003, "The offer has an invalid price.", "eBay does not take the price of this row"),
    (PUT, 25004, "The offer has an invalid quantity.", "eBay does not take the quantity of this row"),
    (PUT, 25014, "The offer has invalid pictures.", "Give the row other photos"),
    (PUT, 25015, "The offer has an invalid picture URL.", "Give the row other photos"),
    (PUT, 25501, "The offer has an invalid picture.", "Give the row other photos"),
    (PUT, 25016, "The aspects value is invalid.", "The aspects value is invalid. Correct what it names"),
    (PUT, 25080, "The value of the title field is invalid.", "title field is invalid. Correct what it names"),
    (PUT, 25503, "The offer has invalid product information.", "product information. Correct what it names"),
    (PUT, 25022, "Invalid attribute. Artist", "item specifics of this row: Invalid attribute. Artist"),
    (PUT, 25502, "Invalid attribute information. Artist", "item specifics of this row"),
    (PUT, 25601, "Artist is an invalid attribute.", "item specifics of this row: Artist is"),
    (POST, 25029, "Artist is required for this category.", "item specifics of this row: Artist is required"),
    (PUT, 25096, HELD, "another try does not help"),
    (PUT, 25097, HELD, "another try does not help"),
    (PUT, 25019, "Cannot revise the listing.", "another try does not help"),
    (PUT, 25604, "Input error. The title is too long", "eBay refused this row: Input error. The title is too long"),
    (PUT, 25604, "Input error. Malformed JSON", "a fault of Draft Maker"),
    (PUT, 25708, "Invalid SKU.", "a fault of Draft Maker"),
    (POST, 25752, "listingStartDate provided is invalid.", "a fault of Draft Maker"),
    (POST, 25764, "eBayPlusIfEligible is not applicable for auction offer.", "a fault of Draft Maker"),
]
SERVICES = [
    (POST, 25038, "1 cannot be revised if the item has a bid", "The row tries again later", 1800.0),
    (POST, 25040, "1 cannot be revised if the item has a bid", "The row tries again later", 1800.0),
    (PUT, 25504, "service down", "eBay has trouble of its own: service down", None),
    (PUT, 25604, "Input error. System error", "eBay has trouble of its own", None),
]


def refuse(bench: Runs, match: str, number: int, said: str, *, times: int = 1) -> None:
    bench.sandbox.fault("ebay", "refused", match=match, number=number, said=said, times=times)


@pytest.mark.parametrize(("match", "number", "said", "sentence"), SELLERS)
def test_a_setting_of_the_seller_s_is_named_with_its_place_and_the_row_goes_on_after(
    bench: Runs, match: str, number: int, said: str, sentence: str
) -> None:
    refuse(bench, match, number, said)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    with pytest.raises(PersonNeeded) as refused:
        work.run(pipeline)
    assert not isinstance(refused.value, CredentialsRefused)
    assert sentence in str(refused.value)
    assert said.rstrip(".") in str(refused.value)
    assert str(refused.value).endswith("then press Resume.")
    work.run(pipeline)
    assert bench.offers() == {"DM1": 1}


@pytest.mark.parametrize(("match", "number", "said", "sentence"), OF_THE_ROW)
def test_what_is_wrong_with_a_row_is_said_and_the_others_are_drafted(
    bench: Runs, match: str, number: int, said: str, sentence: str
) -> None:
    refuse(bench, match, number, said)
    pipeline = bench.pipeline()
    with pytest.raises(ItemError) as refused:
        bench.work(GTIN, FIXED).run(pipeline)
    assert sentence in str(refused.value)
    bench.work(GTIN, FIXED, sku="DM2").run(pipeline)
    assert bench.offers() == {"DM2": 1}


@pytest.mark.parametrize(("match", "number", "said", "sentence", "seconds"), SERVICES)
def test_what_passes_is_waited_for(
    bench: Runs, match: str, number: int, said: str, sentence: str, seconds: float | None
) -> None:
    refuse(bench, match, number, said)
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    with pytest.raises(UpstreamDown) as down:
        work.run(pipeline)
    assert sentence in str(down.value)
    assert down.value.retry_after == seconds
    work.run(pipeline)
    assert bench.offers() == {"DM1": 1}


def test_an_offer_that_is_gone_is_looked_for_again(bench: Runs) -> None:
    pipeline, work = bench.pipeline(), bench.work(GTIN, FIXED)
    work.run(pipeline)
    refuse(bench, "GET /sell/inventory/v1/offer", 25710, "We didn't find the resource/entity you are requesting.")
    assert bench.ebay().offers("DM1") == []
    refuse(bench, "DELETE /sell/inventory/v1/offer", 25710, "We didn't find the resource/entity you are requesting.")
    bench.ebay().delete_offer("1")
    refuse(bench, "PUT /sell/inventory/v1/offer", 25710, "We didn't find the resource/entity you are requesting.")
    with pytest.raises(UpstreamDown, match="the row looks again"):
        bench.ebay().update_offer("1", {})


@pytest.mark.parametrize(
    ("number", "said", "pauses", "failed"),
    [(25035, POLICY, 1, 0), (25097, HELD, 0, 1), (25504, "service down", 0, 0)],
    ids=["the seller's", "the row's", "the service's"],
)
def test_a_batch_pauses_loses_one_row_or_waits(bench: Runs, number: int, said: str, pauses: int, failed: int) -> None:
    refuse(bench, POST, number, said)
    settings = Settings(_env_file=None, DM_SANDBOX_URL=bench.sandbox.url, EBAY_ROWS_A_CALL=1)
    store = bench.store()
    batches = Batches(store, FolderFiles(bench.folder / "files"))
    paused: list[str | None] = []
    with open_pipeline(settings, bench.session, store, SystemClock()) as pipeline:
        job_id = batches.upload(b"\n".join(barcodes().split()[:ROWS]))
        batches.run(Hurried(pipeline), lanes=2)
        while (job := batches.stored(job_id)).status is JobStatus.PAUSED and len(paused) < ROWS:
            paused.append(job.error)
            batches.commands.resume(job_id)
            batches.run(Hurried(pipeline), lanes=2)
    assert job.status is JobStatus.COMPLETED
    assert len(paused) == pauses
    items = batches.items(job_id).values()
    assert Counter(item.status for item in items) == Counter(
        {ItemStatus.SUCCEEDED: ROWS - failed, ItemStatus.FAILED: failed}
    )
    drafted = {item.sku: 1 for item in items if item.outcome is Outcome.DRAFTED}
    assert bench.offers() == drafted
    assert len(drafted) == ROWS - failed
