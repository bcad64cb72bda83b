"""Releases whose sleeve or catalogue gives the barcode incompletely: found in services and catalogue, and said so."""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import tostring

import pytest

from engine.domain.identify.evidence import Confidence
from engine.errors import Cause, ItemError
from engine.sandbox import catalogue
from tests.contract.test_catalog_rows import FIXED, catalog_of
from tests.support.answers import discogs_dump
from tests.support.pipeline_runs import Runs

INCOMPLETE = {
    str(entry["id"]): entry["completed"][0]
    for entry in catalogue.load().discogs.values()
    if entry["search"] == "incomplete"
}
PLAIN, NOBODY_S = "00752743004318", "00000000000017"


@pytest.mark.parametrize("number", INCOMPLETE)
def test_a_release_whose_barcode_is_printed_without_check_digit_is_found_and_the_reasons_say_so(
    bench: Runs, number: str
) -> None:
    work = bench.work(INCOMPLETE[number], FIXED)
    work.run(bench.pipeline())
    assert work.item.release.discogs_id == number
    assert work.item.match.confidence is Confidence.FAIR
    assert any("without its check digit" in said or "and the check digit" in said for said in work.item.match.reasons)
    assert work.item.draft.inventory_item["product"]["upc"] == [INCOMPLETE[number][2:]]


def test_rare_forms_are_asked_for_only_where_nobody_knows_the_barcode(bench: Runs) -> None:
    bench.work(PLAIN, FIXED).run(bench.pipeline())
    assert bench.calls("discogs").count("GET /database/search") == 1
    bench.sandbox.reset()
    with pytest.raises(ItemError) as failure:
        bench.work(NOBODY_S, FIXED).run(bench.pipeline())
    assert failure.value.cause is Cause.NO_MATCH
    assert len(bench.calls("musicbrainz")) == 1
    once = bench.calls("discogs")
    assert len(once) <= 7


def test_what_was_asked_in_rare_forms_is_remembered(bench: Runs) -> None:
    store = bench.store()
    number, gtin = next(iter(INCOMPLETE.items()))
    bench.work(gtin, FIXED).run(bench.pipeline(store=store))
    bench.sandbox.reset()
    again = bench.work(gtin, FIXED, sku="DM2")
    again.run(bench.pipeline(store=store))
    assert again.item.release.discogs_id == number
    assert not bench.calls("discogs")
    assert not bench.calls("musicbrainz")


def test_the_catalogue_finds_an_incomplete_barcode_without_a_call(bench: Runs, tmp_path: Path) -> None:
    number, gtin = next(iter(INCOMPLETE.items()))
    entry = catalogue.load().discogs[int(number)]
    text = tostring(discogs_dump.release(entry), encoding="unicode")
    catalog = catalog_of(tmp_path / "catalog.db", text)
    work = bench.work(gtin, FIXED)
    work.run(bench.pipeline(catalog=catalog))
    assert work.item.release.discogs_id == number
    assert any("without" in said for said in work.item.match.reasons)
    assert not bench.calls("discogs")
    assert not bench.calls("musicbrainz")
