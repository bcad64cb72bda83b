"""The operator's own photos and the seller's terms, from the row to what eBay holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests

from engine import codec
from engine.bootstrap import open_pipeline, open_store
from engine.clock import SystemClock
from engine.domain.batch.decided import Decided, Edits
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition
from engine.domain.listing.photos import Picture
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.files.gcs import CloudFiles
from engine.pipeline.photos import Photos
from engine.sandbox.emulators import a_bucket
from engine.settings import Settings
from engine.upstream.ebay import Ebay
from engine.upstream.http import HttpTransport
from engine.upstream.oauth import Keys
from tests.support.emulators import Wire
from tests.support.pipeline_runs import Runs

KNOWN = "07961220922684"
FIXED = Options(condition=Condition.USED_GOOD, price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
PHOTOS = ("https://mine.example.com/1.jpg", "https://mine.example.com/2.jpg")
COVER = "The picture is a catalogue cover: for a used copy eBay wants your own photo."


def test_own_photos_replace_the_cover_and_no_cover_is_looked_up(bench: Runs) -> None:
    work = bench.work(KNOWN, FIXED, photos=PHOTOS)
    work.run(bench.pipeline())
    assert work.item.draft.pictures == list(PHOTOS)
    assert work.item.picture == Picture(PHOTOS[0], "Your own photo, from the file.")
    assert COVER not in work.item.draft.not_publishable
    assert not bench.calls("coverart")


def test_a_refused_photo_is_told_until_a_person_names_another(bench: Runs) -> None:
    told = "The photo “1.jpg” is not used: a photo's address begins with https://"
    work = bench.work(KNOWN, FIXED, photo_warning=told)
    work.run(bench.pipeline())
    assert work.item.picture.warning == f"{told}."
    assert f"{told}." in work.item.draft.not_publishable
    edited = bench.work(KNOWN, FIXED, photo_warning=told)
    edited.item = codec.replace(edited.item, decided=Decided(edits=Edits(photos=PHOTOS)))
    edited.run(bench.pipeline())
    assert edited.item.picture.warning == ""
    assert f"{told}." not in edited.item.draft.not_publishable


def test_without_photos_the_cover_is_marked_as_a_placeholder(bench: Runs) -> None:
    work = bench.work("00093624755524", FIXED)
    work.run(bench.pipeline())
    assert bench.calls("coverart")
    assert COVER in work.item.draft.not_publishable


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
        work.run(pipeline)
    assert work.item.draft.not_publishable == ()
    assert work.item.draft.inventory_item["packageWeightAndSize"] == {"weight": {"value": 20, "unit": "OUNCE"}}
    assert bench.offers() == {"DM1": 1}
    client = HttpTransport(bench.session, "DraftMaker/1.0 +test@example.com")
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


NAMED = Options(condition=Condition.USED_GOOD, price_rule=FIXED.price_rule, photos="gs://mine/photos/{upc}_*.jpg")
UPC = "7961220922684"


def placed(bench: Runs, *names: str) -> list[str]:
    """Put files into the folder of photos; return their addresses."""
    for name in names:
        bench.files.create(f"gs://mine/photos/{name}", b"jpg")
    return [f"gs://mine/photos/{name}" for name in names]


def test_public_photos_are_found_by_their_names_and_sorted(bench: Runs) -> None:
    placed(bench, f"{UPC}_2.jpg", f"{UPC}_1.jpg", f"{UPC}_notes.txt", f"1{UPC}_1.jpg")
    work = bench.work(KNOWN, NAMED)
    work.run(bench.pipeline(public=frozenset({"mine"})))
    root = f"https://storage.googleapis.com/mine/photos/{UPC}_"
    assert work.item.draft.pictures == [f"{root}1.jpg", f"{root}2.jpg"]
    assert work.item.picture.reason == f"2 photos of your own, found as gs://mine/photos/{UPC}_*.jpg."
    assert COVER not in work.item.draft.not_publishable
    assert not bench.calls("coverart")


def test_photos_that_ebay_cannot_fetch_are_kept_by_name_and_to_be_done(bench: Runs) -> None:
    files = placed(bench, f"{UPC}_1.jpg", f"{UPC}_2.jpg")
    work = bench.work(KNOWN, NAMED)
    work.run(bench.pipeline())
    assert work.item.picture.files == tuple(files)
    assert work.item.draft.not_publishable[-1] == (
        f"eBay cannot fetch your photos until they are public, or you upload them: {files[0]} and 1 more."
    )
    product: Any = work.item.draft.inventory_item["product"]
    pictures = product.get("imageUrls", [])
    assert not any("mine/photos" in url for url in pictures)
    assert bench.calls("coverart")


def test_at_most_24_photos_are_taken(bench: Runs) -> None:
    files = placed(bench, *(f"00093624755524_{number:02}.jpg"[2:] for number in range(30)))
    work = bench.work("00093624755524", NAMED)
    work.run(bench.pipeline(public=frozenset({"mine"})))
    pictures = work.item.draft.pictures
    assert [url.rpartition("/")[2] for url in pictures] == [path.rpartition("/")[2] for path in files[:24]]


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("gs://mine/photos/{upc}_*.png", f"No own photo is named gs://mine/photos/{UPC}_*.png."),
        ("gs://none/{upc}.jpg", "No own photo could be looked for: gs://none was not found."),
    ],
)
def test_a_row_without_photos_goes_on_with_the_cover_and_says_so(bench: Runs, pattern: str, reason: str) -> None:
    placed(bench, f"{UPC}_1.jpg")
    work = bench.work(KNOWN, codec.replace(NAMED, photos=pattern))
    work.run(bench.pipeline(public=frozenset({"mine"})))
    assert work.item.picture.reason.startswith(reason)
    assert work.item.picture.files == ()
    assert bench.calls("coverart")


def test_photos_of_the_file_count_before_those_that_could_be_found(bench: Runs) -> None:
    placed(bench, f"{UPC}_1.jpg")
    work = bench.work(KNOWN, NAMED, photos=PHOTOS)
    work.run(bench.pipeline(public=frozenset({"mine"})))
    assert work.item.picture == Picture(PHOTOS[0], "Your own photo, from the file.")


def test_while_the_file_store_does_not_answer_the_row_waits(
    storage_emulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wire = Wire(storage_emulator)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{wire.address}")
    bucket = a_bucket()
    files = CloudFiles(f"gs://{bucket}")
    files.create(f"gs://{bucket}/{UPC}.jpg", b"jpg")
    wire.cut()
    waits: list[tuple[float, str]] = []

    class Caller:
        batch = ""

        def wait(self, seconds: float, reason: str) -> None:
            waits.append((seconds, reason))
            wire.mend()

    found = Photos(files).find(Caller(), f"gs://{bucket}/{{upc}}.jpg", KNOWN)
    assert found.files == (f"gs://{bucket}/{UPC}.jpg",)
    assert [seconds for seconds, _ in waits] == [10.0]
    assert "Cloud Storage does not answer" in waits[0][1]
    wire.cut()
