"""Rows that name their release without a barcode, from the file to the draft."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import tostring

import pytest

from engine.codec import replace
from engine.domain.batch.items import Item, ItemStatus, Outcome, waiting
from engine.domain.batch.options import Ambiguous, DraftedBefore, Duplicates, Options
from engine.domain.batch.rows import Row
from engine.domain.identify.evidence import Confidence
from engine.domain.identify.named import Named
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, ItemError
from engine.reading import open_file
from engine.sandbox import catalogue
from tests.contract.test_catalog_rows import FIXED, catalog_of
from tests.support.answers import discogs_dump
from tests.support.batch_runs import Batches
from tests.support.pipeline_runs import Runs
from tests.support.working import Work

ENTRIES = [entry for entry in catalogue.load().discogs.values() if entry["id"] < 900_000_000]
COLLECTION = [*ENTRIES[:30], *[entry for entry in ENTRIES if not entry["barcodes"]], *ENTRIES[30:41]][:60]
HEADER = (
    *("Catalog#", "Artist", "Title", "Label", "Format", "Rating", "Released", "release_id", "CollectionFolder"),
    *("Date Added", "Collection Media Condition", "Collection Sleeve Condition", "Collection Notes"),
)


def collection(entries: list[Any]) -> bytes:
    """Return a collection as Discogs exports it."""
    text = io.StringIO()
    write = csv.writer(text).writerow
    write(HEADER)
    for entry in entries:
        label, number = (entry["labels"] or [("", "")])[0]
        name = ", ".join(sleeve or name for name, sleeve, _ in entry["artists"])
        year = entry["released"][:4]
        facts = (number, name, entry["title"], label, entry["formats"][0][0], "", year, entry["id"])
        write([*facts, "All", "2025-02-23", "Near Mint (NM or M-)", "Very Good Plus (VG+)", ""])
    return text.getvalue().encode()


def work(bench: Runs, named: Named, options: Options = FIXED, *, sku: str = "DM1", **row: Any) -> Work:
    """Return a row without a barcode in hand, unless `row` has one."""
    made = Row(0, 1, named=named, **row)
    fresh = replace(waiting(made), status=ItemStatus.WORKING)
    in_hand = bench.work("", options, sku=sku)
    in_hand.row, in_hand.item = made, fresh
    return in_hand


def run(bench: Runs, named: Named, options: Options = FIXED, **more: Any) -> Item:
    in_hand = work(bench, named, options, **more)
    in_hand.run(bench.pipeline())
    return in_hand.item


def test_a_collection_of_sixty_records_is_sixty_drafts_with_one_look_up_each(bench: Runs, batches: Batches) -> None:
    job_id = batches.upload(collection(COLLECTION), FIXED, "collection.csv")
    batches.run(bench.pipeline())
    items = batches.items(job_id)
    assert [items[index].outcome for index in range(60)] == [Outcome.DRAFTED] * 60
    assert [item.release.discogs_id for item in items.values()] == [str(entry["id"]) for entry in COLLECTION]
    assert len({item.sku for item in items.values()}) == 60
    assert sorted(bench.calls("discogs")) == sorted(f"GET /releases/{entry['id']}" for entry in COLLECTION)
    assert bench.calls("musicbrainz") == []
    assert len(bench.offers()) == 60
    assert batches.exact(job_id)


def test_with_the_catalogue_a_collection_costs_no_look_up(bench: Runs, batches: Batches, tmp_path: Path) -> None:
    known = [entry for entry in ENTRIES if entry["barcodes"]][:60]
    texts = (tostring(discogs_dump.release(entry), encoding="unicode") for entry in known)
    pipeline = bench.pipeline(catalog=catalog_of(tmp_path / "catalog.db", *texts))
    job_id = batches.upload(collection(known), FIXED, "collection.csv")
    batches.run(pipeline)
    assert [item.outcome for item in batches.items(job_id).values()] == [Outcome.DRAFTED] * 60
    assert bench.calls("discogs") == bench.calls("musicbrainz") == []


def test_the_barcode_of_the_numbered_release_is_the_draft_s(bench: Runs) -> None:
    item = run(bench, Named("3"))
    assert item.draft.upc == "074646362822"
    assert item.gtin is None
    assert item.upc == "Discogs 3"
    without = run(bench, Named("1586418"), sku="DM2")
    assert without.draft.inventory_item["product"]["upc"] == ["Does not apply"]
    assert "Barcode" not in without.draft.description


def test_the_number_counts_where_a_barcode_says_otherwise_and_the_reasons_say_so(bench: Runs) -> None:
    item = run(bench, Named("3"), gtin="07961220922684", value="7961220922684")
    assert (item.release.discogs_id, item.match.confidence) == ("3", Confidence.FAIR)
    assert "The barcode of the file is not among those of this release: worth a look." in item.match.reasons
    assert item.draft.upc == "7961220922684"


def test_a_number_that_nobody_has_fails_the_row_or_leaves_it_to_its_barcode(bench: Runs) -> None:
    with pytest.raises(ItemError, match="Discogs has no release with the number 999") as failure:
        run(bench, Named("999"))
    assert failure.value.cause is Cause.NO_MATCH
    item = run(bench, Named("999"), gtin="07961220922684")
    assert (item.release.discogs_id, item.match.confidence) == ("21", Confidence.FAIR)
    assert "Discogs has no release with the number 999: correct it." in item.match.reasons


def test_without_a_token_the_barcode_counts_and_the_row_says_why(bench: Runs) -> None:
    in_hand = work(bench, Named("21"), gtin="07961220922684")
    in_hand.run(bench.pipeline(discogs=False))
    assert any("it needs a token" in said for said in in_hand.item.match.reasons)
    with pytest.raises(ItemError, match="it needs a token"):
        work(bench, Named("21")).run(bench.pipeline(discogs=False))


def test_a_catalogue_number_with_an_artist_or_a_label_is_looked_up(bench: Runs) -> None:
    item = run(bench, Named(catalog_number="HA-U 8207", artist="Roy Orbison"))
    assert (item.release.discogs_id, item.release.title) == ("1586365", "Oh, Pretty Woman")
    assert bench.calls("discogs") == ["GET /database/search", "GET /releases/1586365"]
    assert len(bench.calls("musicbrainz")) == 1
    by_label = run(bench, Named(catalog_number="SO 12245", label="Capitol"), sku="DM2")
    assert (by_label.release.discogs_id, by_label.match.confidence) == ("1586418", Confidence.HIGH)


def test_an_artist_and_a_title_are_held_until_one_release_fits_all(bench: Runs) -> None:
    slider = Named(artist="T. Rex", title="The Slider")
    for options in (FIXED, replace(FIXED, ambiguous=Ambiguous.BEST)):
        in_hand = work(bench, slider, options)
        with pytest.raises(ItemError) as failure:
            in_hand.run(bench.pipeline())
        assert failure.value.cause is Cause.AMBIGUOUS
        assert {found.discogs_id for found in in_hand.item.match.candidates} == {"7697991", "7697999"}
    assert run(bench, replace(slider, country="Japan"), sku="DM2").release.discogs_id == "7697999"
    assert (
        run(bench, replace(slider, year="1972", catalog_number="RST 2095-C"), sku="DM3").release.discogs_id == "7697991"
    )


def test_releases_that_look_alike_are_held_too_where_only_artist_and_title_are_known(bench: Runs) -> None:
    with pytest.raises(ItemError, match="2 releases have artist"):
        run(bench, Named(artist="Fats Domino", title="What A Party / Rockin' Bicycle"))


def test_what_is_named_twice_is_asked_once(bench: Runs) -> None:
    pipeline = bench.pipeline()
    for sku, artist in (("DM1", "Roy Orbison"), ("DM2", "ROY ORBISON")):
        work(bench, Named(catalog_number="HA-U 8207", artist=artist), sku=sku).run(pipeline)
    assert len(bench.calls("discogs")) == 2


def test_asking_prices_need_a_barcode_and_say_so(bench: Runs) -> None:
    compared = Options(price_rule=PriceRule(PriceBasis.COMPARABLE), test_mode=True)
    item = run(bench, Named("1586418"), compared)
    assert item.outcome is Outcome.COMPOSED
    assert "looked up by barcode, and this release has none" in str(item.price)
    other = run(bench, Named("3"), compared, sku="DM2")
    assert "looked up by barcode" not in str(other.price)


def test_one_release_twice_is_one_draft_with_two_copies_where_the_batch_asks_for_that(
    bench: Runs, batches: Batches
) -> None:
    merged = replace(FIXED, duplicates=Duplicates.QUANTITY)
    job_id = batches.upload(collection([ENTRIES[0], ENTRIES[1], ENTRIES[0]]), merged, "collection.csv")
    batches.run(bench.pipeline())
    first, _, third = (batches.items(job_id)[index] for index in range(3))
    assert (first.draft.quantity, third.cause) == (2, Cause.MERGED)
    assert third.error == "Counted in the quantity of row 1 of the batch, which has the same release."


def test_a_release_that_was_drafted_before_is_known_by_number_and_by_barcode(bench: Runs, batches: Batches) -> None:
    skipping = replace(FIXED, drafted_before=DraftedBefore.SKIP)
    first = batches.upload(collection([ENTRIES[0]]), FIXED, "collection.csv")
    batches.run(bench.pipeline())
    by_barcode = f"UPC\n{ENTRIES[0]['barcodes'][0][2:]}\n".encode()
    words = b"Artist,Title,Country\nT. Rex,The Slider,Japan\n"
    for content in (collection([ENTRIES[0]]), by_barcode):
        job_id = batches.upload(content, skipping, "again.csv")
        batches.run(bench.pipeline())
        assert batches.items(job_id)[0].cause is Cause.DRAFTED_BEFORE
    for expected in (Outcome.DRAFTED, None):
        job_id = batches.upload(words, skipping, "words.csv")
        batches.run(bench.pipeline())
        assert batches.items(job_id)[0].outcome == expected
    job = batches.job(first)
    assert batches.engine.drafted_before(job.gcs_path) == 1


def test_failed_rows_without_a_barcode_are_retried_and_exported_whole(bench: Runs, batches: Batches) -> None:
    gone = {**ENTRIES[0], "id": 999}
    job_id = batches.upload(collection([gone, ENTRIES[1]]), FIXED, "collection.csv")
    batches.run(bench.pipeline())
    failed = batches.items(job_id)[0]
    assert (failed.status, failed.cause, failed.upc, failed.retryable) == (
        ItemStatus.FAILED,
        Cause.NO_MATCH,
        "Discogs 999",
        True,
    )
    assert [entry.upc for entry in batches.job(job_id).failed_upc_list] == ["Discogs 999"]
    made = batches.engine.exports.failed_file(batches.job(job_id))
    (row,) = open_file(made.content, made.name, made.layout).rows()
    assert row.named.discogs_id == "999"
    results = "".join(batches.engine.exports.results_csv(job_id))
    assert ",999,All," in results
