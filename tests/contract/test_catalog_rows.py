"""Rows with the offline catalogue: what is still asked, of whom, and what the row says of it."""

import gzip
import threading
from datetime import date
from pathlib import Path
from typing import Any, cast

import pytest

from engine.bootstrap import open_worker
from engine.catalog.current import LOOK_SECONDS
from engine.catalog.dump import Dump
from engine.catalog.file import CurrentCatalog
from engine.catalog.imports import Importer
from engine.clock import SystemClock
from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.options import Options
from engine.domain.listing.photos import Picture
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, ItemError
from engine.settings import Settings
from tests.support.clocks import AheadClock
from tests.support.pipeline_runs import Runs

KNOWN = "07961220922684"  # EBE - Neural Response EP, 21 at Discogs
KNOWN_TOO = "00074646362822"
UNKNOWN = "00752743004318"  # to the catalogue; Discogs and MusicBrainz know it
FIXED = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
LOWEST = Options(price_rule=PriceRule(PriceBasis.DISCOGS_LOWEST))
LOOKUPS = ("discogs", "musicbrainz", "coverart")


def entry(number: int, gtin: str, *, title: str = "Neural Response EP", year: int = 2000) -> str:
    return (
        f'<release id="{number}" status="Accepted"><artists><artist><name>EBE</name></artist></artists>'
        f'<title>{title}</title><labels><label name="Soma" catno="SOMA 92"/></labels>'
        f'<formats><format name="Vinyl" qty="1"/></formats><country>UK</country><released>{year}</released>'
        f"<tracklist><track><position>A</position><title>One</title><duration/></track></tracklist>"
        f'<identifiers><identifier type="Barcode" value="{gtin}"/></identifiers></release>'
    )


def events(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [str(cast("dict[str, object]", record.msg)["event"]) for record in caplog.records]


def catalog_of(path: Path, *entries: str) -> CurrentCatalog:
    dump = path.with_suffix(".xml.gz")
    dump.write_bytes(gzip.compress(f"<releases>{''.join(entries)}</releases>".encode()))
    importer = Importer(path, SystemClock(), threading.Event(), begin=lambda _: None, report=lambda _: None)
    importer.run(Dump.at(dump, date(2026, 11, 1)))
    return CurrentCatalog(path, SystemClock())


@pytest.fixture
def catalog(tmp_path: Path) -> CurrentCatalog:
    return catalog_of(tmp_path / "catalog.db", entry(21, KNOWN), entry(3, KNOWN_TOO, title="Profound Sounds"))


def run(bench: Runs, gtin: str, catalog: CurrentCatalog, options: Options = FIXED, **more: Any) -> Item:
    work = bench.work(gtin, options)
    work.run(bench.pipeline(catalog=catalog, **more))
    return work.item


def asked(bench: Runs) -> dict[str, list[str]]:
    return {service: calls for service in LOOKUPS if (calls := bench.calls(service))}


def test_a_row_that_the_catalogue_knows_is_drafted_without_a_look_up(bench: Runs, catalog: CurrentCatalog) -> None:
    item = run(bench, KNOWN, catalog)
    assert asked(bench) == {}
    assert (item.outcome, bench.offers()) == (Outcome.DRAFTED, {"DM1": 1})
    assert (item.match.verdict, item.match.confidence) == ("matched", "good")
    assert item.match.reasons == ("Found in the Discogs data dump of 2026-11-01.",)
    assert (item.release.discogs_id, item.release.dump) == ("21", "2026-11-01")
    why = "MusicBrainz was not asked, because the catalogue knows this release: no cover was looked up."
    assert item.picture == Picture("", why)


def test_no_token_is_needed_for_what_the_catalogue_knows(bench: Runs, catalog: CurrentCatalog) -> None:
    assert run(bench, KNOWN, catalog, discogs=False).release.discogs_id == "21"
    assert asked(bench) == {}


def test_discogs_lowest_price_is_still_asked_for(bench: Runs, catalog: CurrentCatalog) -> None:
    item = run(bench, KNOWN, catalog, LOWEST)
    assert asked(bench) == {"discogs": ["GET /releases/21"]}
    assert item.price.source == "discogs_lowest"


def test_without_a_token_discogs_lowest_price_cannot_be_had(bench: Runs, catalog: CurrentCatalog) -> None:
    item = run(bench, KNOWN, catalog, LOWEST, discogs=False)
    assert (item.outcome, item.draft.price_cents) == (Outcome.DRAFTED, None)
    assert "needs a token" in item.price.reason


def test_covers_are_looked_up_when_the_operator_wants_them(bench: Runs, catalog: CurrentCatalog) -> None:
    item = run(bench, KNOWN, catalog, covers=True)
    assert set(asked(bench)) <= {"musicbrainz", "coverart"}
    assert bench.calls("musicbrainz")
    assert item.match.confidence == "high"
    assert item.release.dump == "2026-11-01"
    assert item.picture.reason.startswith(("Front cover from", "The Cover Art Archive has no"))


def test_what_the_catalogue_does_not_know_is_asked_for_as_ever(bench: Runs, catalog: CurrentCatalog) -> None:
    item = run(bench, UNKNOWN, catalog)
    assert {"discogs", "musicbrainz"} <= set(asked(bench))
    assert (item.outcome, item.release.dump) == (Outcome.DRAFTED, "")


def test_what_the_catalogue_cannot_decide_is_for_musicbrainz(bench: Runs, tmp_path: Path) -> None:
    two = catalog_of(tmp_path / "two.db", entry(21, KNOWN), entry(22, KNOWN, title="Another Record", year=2015))
    with pytest.raises(ItemError, match="Releases that differ") as error:
        run(bench, KNOWN, two)
    assert error.value.cause is Cause.AMBIGUOUS
    assert set(asked(bench)) == {"musicbrainz"}


def test_a_search_is_not_spent_on_what_the_catalogue_knows(bench: Runs, catalog: CurrentCatalog) -> None:
    pipeline = bench.pipeline(catalog=catalog)
    pipeline.foresee([UNKNOWN, KNOWN, KNOWN_TOO])
    bench.work(UNKNOWN, FIXED).run(pipeline)
    (search,) = bench.sandbox.ledger("musicbrainz")["calls"]
    assert UNKNOWN.lstrip("0") in search["key"]
    assert KNOWN.lstrip("0") not in search["key"]


def test_a_damaged_catalogue_is_told_and_the_services_are_asked(
    bench: Runs, catalog: CurrentCatalog, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (tmp_path / "catalog.db").open("r+b") as file:
        file.seek(4_096)
        file.write(b"\xa5" * 40_000)
    pipeline = bench.pipeline(catalog=catalog)
    for sku in ("DM1", "DM2"):
        bench.work(KNOWN, FIXED, sku=sku).run(pipeline)
    assert bench.offers() == {"DM1": 1, "DM2": 1}
    assert {"discogs", "musicbrainz"} <= set(asked(bench))
    assert events(caplog).count("catalog_damaged") == 1


def test_a_worker_goes_without_a_catalogue_that_cannot_be_used(
    bench: Runs, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "catalog.db").write_bytes(b"no catalogue" * 1_000)
    settings = Settings(
        _env_file=None,
        DM_STORE=f"sqlite:///{tmp_path / 'store.db'}",
        DM_FILES=f"file:{tmp_path / 'files'}",
        DM_SANDBOX_URL=bench.sandbox.url,
        DM_CATALOG=str(tmp_path / "catalog.db"),
    )
    with open_worker(settings, threading.Event()) as worker:
        worker.run(until_idle=True)
    assert events(caplog).count("catalog_damaged") == 1


def test_a_new_catalogue_is_used_without_a_restart(tmp_path: Path) -> None:
    clock, path = AheadClock(), tmp_path / "catalog.db"
    current = CurrentCatalog(path, clock)
    assert current.find([KNOWN]) == {KNOWN: []}
    for title in ("Before", "After"):
        catalog_of(path, entry(21, KNOWN, title=title))
        clock.seconds += LOOK_SECONDS
        assert [release.title for release in current.find([KNOWN])[KNOWN]] == [title]
