"""The catalogue from a served dump: what is cut, replaced, damaged or slow on its way, and what is left of it."""

from __future__ import annotations

import gzip
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest
import requests

from engine.catalog.catalogue import Catalogue
from engine.catalog.download import Link
from engine.catalog.dump import Dump
from engine.catalog.file import About, open_catalog
from engine.catalog.imports import Importer
from engine.catalog.update import SILENT_SECONDS, Updated, Updater, read_state
from engine.clock import SystemClock
from engine.domain.identify.barcodes import check_digit
from engine.errors import CatalogError, DownloadFailed, DumpBroken, ImportStopped
from engine.retry import RetryPolicy
from tests.contract.commands import Desk
from tests.support.clocks import AheadClock, until
from tests.support.dump_server import DumpServer, dump_server

NAME = "discogs_20261101_releases.xml.gz"
OLDER = "discogs_20261001_releases.xml.gz"
CLOCK = SystemClock()
QUICK = RetryPolicy(first=0.01, tries=30)
REPLACED = "was replaced by another file while it was read. It is read from its beginning."
BUCKET = "<ListBucketResult><Contents><Key>data/{year}/{name}</Key></Contents></ListBucketResult>"


@pytest.fixture
def served() -> Iterator[DumpServer]:
    with dump_server() as running:
        yield running


def nothing(*_: object) -> None:
    """Hear what is reported."""


def packed(count: int = 1_500, title: str = "Title") -> bytes:
    """Return a dump that hardly shrinks: some 700 KB for 1,500 releases."""
    noise = random.Random(title)
    releases = "".join(
        f'<release id="{number}" status="Accepted"><title>{title} {number}</title>'
        f"<notes>{noise.randbytes(300).hex()}</notes><identifiers>"
        f'<identifier type="Barcode" value="{gtin(number)}"/></identifiers></release>\n'
        for number in range(1, count + 1)
    )
    return gzip.compress(f"<releases>\n{releases}</releases>\n".encode(), 1)


def gtin(number: int) -> str:
    payload = f"{number:013d}"
    return payload + check_digit(payload)


def updated(
    served: DumpServer,
    path: Path,
    *,
    stop: threading.Event | None = None,
    heard: Callable[[About, float | None], None] = nothing,
    say: Callable[[str], None] = nothing,
    patience: RetryPolicy = QUICK,
    read_seconds: float = 10.0,
) -> Updated:
    with requests.Session() as session:
        link = Link(session, "Test/1.0", stop or threading.Event(), patience, read_seconds)
        return Updater(path, link, served.url, CLOCK, heard, say).run()


def imported(content: bytes, path: Path) -> Path:
    """Return a catalogue that was imported from a file on this machine."""
    dump = path.with_name(NAME)
    dump.write_bytes(content)
    Importer(path, CLOCK, threading.Event(), begin=nothing, report=nothing).run(Dump.at(dump))
    return path


def rows(path: Path) -> list[object]:
    """Return all that a catalogue holds, but for what it was made from."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    tables = ("SELECT id, body FROM releases ORDER BY id", "SELECT gtin, release FROM barcodes ORDER BY gtin, release")
    found = [row for table in tables for row in connection.execute(table)]
    connection.close()
    return found


def about(path: Path) -> About:
    catalog = open_catalog(path)
    assert catalog
    catalog.close()
    return catalog.about


def test_a_line_that_is_cut_three_times_makes_the_catalogue_that_the_file_makes(
    served: DumpServer, tmp_path: Path
) -> None:
    content = packed()
    served.publish(NAME, content)
    served.cuts = [10, len(content) // 3, len(content) - 5]
    result = updated(served, tmp_path / "catalog.db")
    assert (result.new, result.checked, result.cuts, served.cuts) == (True, True, 3, [])
    assert served.downloads(NAME)[0] == ""
    assert all(asked.startswith("bytes=") for asked in served.downloads(NAME)[1:])
    assert rows(tmp_path / "catalog.db") == rows(imported(content, tmp_path / "file.db"))
    ours, theirs = about(tmp_path / "catalog.db"), about(tmp_path / "file.db")
    assert (ours.made_on, ours.size, ours.releases, ours.kept, ours.dump) == (
        theirs.made_on,
        theirs.size,
        theirs.releases,
        theirs.kept,
        theirs.dump,
    )


def test_nothing_but_the_catalogue_is_left_on_disk(served: DumpServer, tmp_path: Path) -> None:
    served.publish(NAME, packed(50))
    updated(served, tmp_path / "catalog.db")
    assert {file.name for file in tmp_path.iterdir()} == {"catalog.db", "catalog.db.update.json"}


def test_a_server_that_knows_no_ranges_is_read_up_to_where_the_line_was_cut(served: DumpServer, tmp_path: Path) -> None:
    content = packed()
    served.publish(NAME, content)
    served.ranges, served.cuts = False, [len(content) // 2]
    assert updated(served, tmp_path / "catalog.db").cuts == 1
    assert rows(tmp_path / "catalog.db") == rows(imported(content, tmp_path / "file.db"))


def test_a_file_that_is_replaced_meanwhile_is_read_from_its_beginning(served: DumpServer, tmp_path: Path) -> None:
    before, after, said = packed(title="Before"), packed(title="After"), list[str]()
    served.publish(NAME, before)
    served.cuts, served.on_cut = [len(before) // 2], lambda: served.publish(NAME, after)
    result = updated(served, tmp_path / "catalog.db", say=said.append)
    assert (result.new, result.checked) == (True, True)
    assert said == [f"{served.url}/?download=data%2F2026%2F{NAME} {REPLACED}"]
    assert rows(tmp_path / "catalog.db") == rows(imported(after, tmp_path / "file.db"))


def test_a_dump_with_a_wrong_checksum_leaves_the_catalogue_in_use_as_it_is(served: DumpServer, tmp_path: Path) -> None:
    served.publish(OLDER, packed(50, "Older"))
    updated(served, tmp_path / "catalog.db")
    in_use = (tmp_path / "catalog.db").read_bytes()
    served.publish(NAME, packed(50), checksum="ab" * 32)
    with pytest.raises(DumpBroken, match=r"has not the checksum that Discogs gives: .* instead of abab"):
        updated(served, tmp_path / "catalog.db")
    assert (tmp_path / "catalog.db").read_bytes() == in_use
    assert not (tmp_path / "catalog.db.part").exists()
    state = read_state(tmp_path / "catalog.db", CLOCK.now())
    assert state
    assert (state.state, "checksum" in state.sentence) == ("failed", True)
    served.publish(NAME, packed(50))
    assert updated(served, tmp_path / "catalog.db").new


def test_a_dump_without_a_published_checksum_is_imported_and_said_to_be_unchecked(
    served: DumpServer, tmp_path: Path
) -> None:
    served.files[NAME] = packed(50)
    result = updated(served, tmp_path / "catalog.db")
    assert (result.new, result.checked) == (True, False)


def test_a_slow_line_is_waited_for_and_one_that_stands_still_is_left(served: DumpServer, tmp_path: Path) -> None:
    content = packed(200)
    served.publish(NAME, content)
    served.pieces, served.pause, served.stalls = 4_096, 0.001, len(content) // 2
    result = updated(served, tmp_path / "catalog.db", read_seconds=0.5)
    assert result.cuts == 1
    assert rows(tmp_path / "catalog.db") == rows(imported(content, tmp_path / "file.db"))


def test_a_server_that_is_busy_is_asked_again(served: DumpServer, tmp_path: Path) -> None:
    served.publish(NAME, packed(50))
    served.busy = 3
    assert updated(served, tmp_path / "catalog.db").new


def test_a_server_that_stays_busy_is_told(served: DumpServer, tmp_path: Path) -> None:
    served.busy = 1_000
    with pytest.raises(DownloadFailed, match=r"cannot be read \(HTTP 503\)"):
        updated(served, tmp_path / "catalog.db", patience=RetryPolicy(first=0.01, tries=3))


def test_nothing_is_read_where_the_newest_dump_is_imported_already(served: DumpServer, tmp_path: Path) -> None:
    served.publish(OLDER, packed(10, "Older"))
    served.publish(NAME, packed(50))
    assert updated(served, tmp_path / "catalog.db").about.dump == NAME
    before = len(served.downloads(NAME))
    again = updated(served, tmp_path / "catalog.db")
    assert (again.new, again.about.dump, len(served.downloads(NAME))) == (False, NAME, before)


def test_a_listing_of_the_bucket_is_read_as_well(served: DumpServer, tmp_path: Path) -> None:
    served.publish(NAME, packed(50))
    served.listing = BUCKET
    assert updated(served, tmp_path / "catalog.db").new


def test_an_address_that_lists_no_dump_is_told_with_its_setting(served: DumpServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match=r"lists no dump of releases\. Check DISCOGS_DUMP_URL."):
        updated(served, tmp_path / "catalog.db")


def test_an_update_that_was_stopped_goes_on_and_comes_to_the_same(served: DumpServer, tmp_path: Path) -> None:
    content, stop = packed(), threading.Event()
    served.publish(NAME, content)

    def halfway(known: About, _left: float | None) -> None:
        if known.releases > 500:
            stop.set()

    with pytest.raises(ImportStopped):
        updated(served, tmp_path / "catalog.db", stop=stop, heard=halfway)
    state = read_state(tmp_path / "catalog.db", CLOCK.now())
    assert state
    assert state.state == "stopped"
    begun = list[int]()
    updated(served, tmp_path / "catalog.db", heard=lambda known, _: begun.append(known.releases))
    assert begun[0] > 500
    assert rows(tmp_path / "catalog.db") == rows(imported(content, tmp_path / "file.db"))


def test_a_stop_is_heard_while_a_busy_server_is_waited_for(served: DumpServer, tmp_path: Path) -> None:
    stop = threading.Event()
    served.busy = 1_000
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(ImportStopped):
        updated(served, tmp_path / "catalog.db", stop=stop, patience=RetryPolicy(first=30.0))


def test_an_update_that_has_gone_silent_counts_as_stopped(served: DumpServer, tmp_path: Path) -> None:
    path, clock, seen = tmp_path / "catalog.db", AheadClock(), list[str]()
    served.publish(NAME, packed(50))

    def look(*_: object) -> None:
        for clock.seconds in (0.0, SILENT_SECONDS + 1):
            state = read_state(path, clock.now())
            seen.append(state.state if state else "")

    updated(served, path, heard=look)
    assert seen[:2] == ["running", "stopped"]
    state = read_state(path, clock.now())
    assert state
    assert (state.state, state.percent, state.dump) == ("done", 100.0, NAME)


@pytest.fixture
def desk(tmp_path: Path, served: DumpServer) -> Desk:
    return Desk(tmp_path, {"DISCOGS_DUMP_URL": served.url, "DM_CATALOG": str(tmp_path / "catalog.db")})


def test_the_command_makes_the_catalogue_and_does_nothing_the_second_time(desk: Desk, served: DumpServer) -> None:
    served.publish(NAME, packed(50))
    first = desk.run("catalog", "update")
    assert first.returncode == 0, first.stderr
    assert "50 with a barcode, of 50" in first.stdout
    assert f"The catalogue was made from {NAME} already." in desk.run("catalog", "update").stdout
    served.publish("discogs_20261102_releases.xml.gz", packed(60), checksum="ab" * 32)
    refused = desk.run("catalog", "update")
    assert refused.returncode == 1
    assert "the catalogue in use stays as it is" in refused.stderr


def test_the_console_has_it_updated_in_the_background(
    tmp_path: Path, served: DumpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "catalog.db"
    monkeypatch.setenv("DISCOGS_DUMP_URL", served.url)
    monkeypatch.setenv("DM_CATALOG", str(path))
    served.publish(NAME, packed(50))
    catalogue = Catalogue(path, CLOCK)
    view = catalogue.view()
    assert (view.about, view.trouble, view.update, view.age_days) == (None, "", None, None)
    catalogue.update()
    catalogue.update()  # one that is under way goes on
    until(lambda: (state := catalogue.view().update) is not None and state.state != "running")
    catalogue.stop()
    view = catalogue.view()
    assert view.update
    assert view.about
    assert (view.update.state, view.about.kept, view.updating) == ("done", 50, False)
    assert len(served.downloads(NAME)) == 1


def test_two_updates_at_once_leave_each_other_alone(served: DumpServer, tmp_path: Path) -> None:
    served.publish(NAME, packed())
    second = list[Exception]()

    def at_once(*_: object) -> None:
        if not second:
            try:
                updated(served, tmp_path / "catalog.db")
            except CatalogError as error:
                second.append(error)

    updated(served, tmp_path / "catalog.db", heard=at_once)
    assert "Another import is writing" in str(second[0])
    assert about(tmp_path / "catalog.db").kept == 1_500
