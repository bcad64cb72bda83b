"""The operator's own photos and the seller's terms, from the row to what eBay holds."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from engine.bootstrap import open_pipeline, open_store
from engine.clock import SystemClock
from engine.domain.options import Options
from engine.domain.pricing import PriceBasis, PriceRule
from engine.domain.rows import Condition
from engine.settings import Settings
from engine.upstream.ebay import Ebay
from engine.upstream.http import Line
from engine.upstream.oauth import Keys
from tests.pipeline_runs import Runs

KNOWN = "07961220922684"
FIXED = Options(condition=Condition.USED_GOOD, price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
PHOTOS = ("https://mine.example.com/1.jpg", "https://mine.example.com/2.jpg")
COVER = "The picture is a catalogue cover: for a used copy eBay wants your own photo."


def test_own_photos_replace_the_cover_and_no_cover_is_looked_up(bench: Runs) -> None:
    work = bench.work(KNOWN, FIXED, photos=PHOTOS)
    bench.pipeline().run(work)
    assert work.item.draft["inventory_item"]["product"]["imageUrls"] == list(PHOTOS)
    assert work.item.picture == {"url": PHOTOS[0], "reason": "Your own photo, from the file."}
    assert COVER not in work.item.draft["not_publishable"]
    assert not bench.calls("coverart")


def test_without_photos_the_cover_is_marked_as_a_placeholder(bench: Runs) -> None:
    work = bench.work("00093624755524", FIXED)
    bench.pipeline().run(work)
    assert bench.calls("coverart")
    assert COVER in work.item.draft["not_publishable"]


def test_the_settings_terms_reach_ebay(bench: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBAY_PACKAGES", '{"*": {"ounces": 20}}')
    chosen = Settings(
        _env_file=None,
        DM_STORE=f"sqlite:///{tmp_path / 'store.db'}",
        DM_SANDBOX_URL=bench.sandbox.url,
        EBAY_LOCATION_KEY="store",
        EBAY_FULFILLMENT_POLICY="1",
        EBAY_PAYMENT_POLICY="2",
        EBAY_RETURN_POLICY="3",
        EBAY_BEST_OFFER="true",
    )
    store = open_store(chosen.store, SystemClock())
    work = bench.work(KNOWN, FIXED, photos=PHOTOS)
    with requests.Session() as line, open_pipeline(chosen, line, store, SystemClock()) as pipeline:
        pipeline.run(work)
    assert work.item.draft["not_publishable"] == []
    assert work.item.draft["inventory_item"]["packageWeightAndSize"] == {"weight": {"value": 20, "unit": "OUNCE"}}
    assert bench.offers() == {"DM1": 1}
    client = Line(bench.session, "DraftMaker/1.0 +test@example.com")
    keys = Keys("sandbox", "sandbox", "sandbox")
    (offer,) = Ebay(client, f"{bench.sandbox.url}/ebay", keys=keys, clock=SystemClock()).offers("DM1")
    held = offer.body
    assert held["merchantLocationKey"] == "store"
    assert held["listingPolicies"] == {
        "fulfillmentPolicyId": "1",
        "paymentPolicyId": "2",
        "returnPolicyId": "3",
        "bestOfferTerms": {"bestOfferEnabled": True},
    }
