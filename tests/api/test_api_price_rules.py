"""The price rule and the photos of a batch over the API: taken as they are sent, or refused with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from engine.codec import encode
from engine.domain.listing.pricing import PriceBasis, PriceRule
from tests.support.serving import Served, lines, upcs

RULE = {
    "basis": "discogs_suggested",
    "factor": 0.9,
    "floor_cents": 299,
    "ceiling_cents": 9999,
    "ending_cents": 99,
    "fixed": {"CD": {"*": 599, "NEW": 999}},
    "factors": {"*": {"USED_GOOD": 0.7}},
}
PHOTOS = "gs://mine/photos/{upc}_*.jpg"


def process(served: Served, **more: Any) -> requests.Response:
    return served.call("POST", "/api/batch/process", json={"gcs_path": "gs://mine/rows.txt", **more})


def upload(served: Served, **fields: str) -> requests.Response:
    return served.call("POST", "/api/batch/upload", files={"file": ("a.txt", lines(upcs(2)))}, data=fields)


def test_a_price_rule_is_taken_whole(served: Served) -> None:
    for answer in (process(served, price_rule=RULE), upload(served, price_rule=json.dumps(RULE))):
        assert answer.status_code == 200, answer.text
        assert answer.json()["options"]["price_rule"] == RULE


def test_without_a_rule_the_default_one_counts(served: Served) -> None:
    for answer in (process(served), upload(served), process(served, price_rule=None)):
        assert answer.json()["options"]["price_rule"] == encode(PriceRule()) == encode(PriceRule(PriceBasis.FIXED))


@pytest.mark.parametrize(
    "wrong",
    [
        {"basis": "guess"},
        {"factor": 0},
        {"ending_cents": 100},
        {"floor_cents": 500, "ceiling_cents": 400},
        {"fixed": {"CD": {"*": 0}}},
        {"fixed": {"CD": {"MINT": 500}}},
        {"margin": 3},
    ],
)
def test_a_rule_that_cannot_be_is_refused(served: Served, wrong: dict[str, Any]) -> None:
    for answer in (process(served, price_rule=wrong), upload(served, price_rule=json.dumps(wrong))):
        assert answer.status_code == 422, wrong
        assert "price_rule" in answer.text
    assert upload(served, price_rule="{").status_code == 422


def test_the_photos_of_a_batch_are_named_by_a_pattern(served: Served) -> None:
    for answer in (process(served, photos=PHOTOS), upload(served, photos=PHOTOS)):
        assert answer.json()["options"]["photos"] == PHOTOS
    for answer in (process(served, photos="gs://mine/*.jpg"), upload(served, photos="gs://mine/*.jpg")):
        assert answer.status_code == 400
        assert "gs://bucket/photos/{upc}_*.jpg" in answer.json()["detail"]
