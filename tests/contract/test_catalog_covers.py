"""Covers from MusicBrainz' dump: what is read of it, what a row does with it, and what a broken one leaves."""

import gzip
import io
import json
import lzma
import os
import signal
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil
import pytest

from engine.bootstrap import open_worker
from engine.catalog import musicbrainz_dump
from engine.catalog.covers import CoversAbout, CurrentCovers, covers_path, open_covers
from engine.catalog.covers_import import REPORTED_EVERY, CoversImporter
from engine.catalog.current import LOOK_SECONDS
from engine.catalog.file import CurrentCatalog
from engine.clock import SystemClock
from engine.errors import CatalogDamaged, CatalogError, DumpBroken, ImportStopped
from engine.sandbox.catalogue import load, mbid
from engine.settings import Settings, environment
from tests.contract.test_catalog_rows import KNOWN, LOWEST, asked, catalog_of, entry, run
from tests.support.clocks import AheadClock, until
from tests.support.dump_server import DumpServer, dump_server
from tests.support.pipeline_runs import Runs

FOLDER = "20261125-001001"
BY_LINK = "found by the link to Discogs in MusicBrainz' data dump of 2026-11-25."
BY_BARCODE = "found by the barcode in MusicBrainz' data dump of 2026-11-25."


SEEN = load().discogs[3]  # the Cover Art Archive has its front cover
GTIN = SEEN["barcodes"][0]
TITLE = "Neural Response EP"


def line(number: str, *, links: Iterable[int] = (), barcode: str | None = None, front: bool = True, **more: Any) -> str:
    """Return a release as the dump has it."""
    relations: list[dict[str, Any]] = [{"type": "producer", "target-type": "artist", "artist": {"id": "x"}}]
    relations += [
        {
            "type": "discogs",
            "target-type": "url",
            "url": {"id": "y", "resource": f"https://www.discogs.com/release/{link}"},
        }
        for link in links
    ]
    facts = {
        "id": number,
        "title": TITLE,
        "date": "2000-05-01",
        "barcode": barcode,
        "artist-credit": [{"name": "EBE", "joinphrase": "", "artist": {"id": "z", "name": "EBE"}}],
        "cover-art-archive": {"front": front, "back": False, "artwork": front, "count": 1, "darkened": False},
        "relations": relations,
        "media": [{"format": "CD", "tracks": [{"title": "One"}]}],
        "annotation": None,
    }
    return json.dumps(facts | more, ensure_ascii=False) + "\n"


def packed(*lines: str) -> bytes:
    """Return `release.tar.xz`, in two streams of xz as a parallel packer writes them."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, text in (
            ("TIMESTAMP", "2026-11-25 00:10:01+00"),
            ("COPYING", "CC0"),
            ("mbdump/release", "".join(lines)),
        ):
            content = text.encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    whole = plain.getvalue()
    return lzma.compress(whole[:1_000], preset=0) + lzma.compress(whole[1_000:], preset=0)


def nothing(_: CoversAbout) -> None:
    """Hear what an import reports."""


def bring_in(
    path: Path, content: bytes, report: Callable[[CoversAbout], None] = nothing, stop: threading.Event | None = None
) -> CoversAbout:
    dump = path.with_name("release.tar.xz")
    dump.write_bytes(content)
    return CoversImporter(path, SystemClock(), stop or threading.Event(), report).run(musicbrainz_dump.at(dump))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "catalog-covers.db"


@pytest.fixture
def catalog(tmp_path: Path) -> CurrentCatalog:
    return catalog_of(tmp_path / "catalog.db", entry(SEEN["id"], GTIN))


@pytest.mark.parametrize("covers", [False, True])
@pytest.mark.parametrize(("found", "said"), [({"links": [SEEN["id"]]}, BY_LINK), ({"barcode": GTIN}, BY_BARCODE)])
def test_a_row_of_the_catalogue_has_its_cover_without_a_call_to_musicbrainz(
    bench: Runs, catalog: CurrentCatalog, path: Path, found: dict[str, Any], said: str, covers: bool
) -> None:
    bring_in(path, packed(line(mbid(SEEN), **found)))
    item = run(bench, GTIN, catalog, covers=covers)
    assert set(asked(bench)) == {"coverart"}
    assert bench.calls("coverart")[0] == f"GET /release/{mbid(SEEN)}"
    assert item.picture.url.startswith("https://")
    assert item.draft.image_url == item.picture.url
    assert item.picture.reason == f"Front cover from the Cover Art Archive, {said}"


def test_a_cover_that_the_dump_says_is_not_there_is_not_asked_for(
    bench: Runs, catalog: CurrentCatalog, path: Path
) -> None:
    bring_in(path, packed(line(mbid(SEEN), links=[SEEN["id"]], front=False)))
    item = run(bench, GTIN, catalog)
    assert asked(bench) == {}
    assert (item.picture.url, item.picture.reason) == (
        "",
        "There was no front cover of this release in MusicBrainz' data dump of 2026-11-25.",
    )


@pytest.mark.parametrize(("covers", "services"), [(False, set()), (True, {"musicbrainz"})])
def test_musicbrainz_is_asked_for_what_the_dump_does_not_know_where_the_operator_wants_it(
    bench: Runs, path: Path, covers: bool, services: set[str]
) -> None:
    catalog = catalog_of(path.with_name("catalog.db"), entry(21, KNOWN))
    bring_in(path, packed(line(mbid(SEEN), links=[1])))
    run(bench, KNOWN, catalog, covers=covers)
    assert set(asked(bench)) - {"coverart"} == services


def test_a_price_of_discogs_does_not_undo_the_cover(bench: Runs, catalog: CurrentCatalog, path: Path) -> None:
    bring_in(path, packed(line(mbid(SEEN), links=[SEEN["id"]])))
    item = run(bench, GTIN, catalog, LOWEST)
    assert bench.calls("musicbrainz") == []
    assert item.picture.url


@pytest.mark.parametrize(
    "others",
    [
        [line("00000000-0000-4000-8000-000000000001", barcode=GTIN, front=False)],
        [line("00000000-0000-4000-8000-000000000001", barcode=GTIN)],
    ],
    ids=["one without a cover", "one with a cover"],
)
def test_a_barcode_of_two_releases_leads_to_no_cover(
    bench: Runs, catalog: CurrentCatalog, path: Path, others: list[str]
) -> None:
    bring_in(path, packed(line(mbid(SEEN), barcode=GTIN), *others))
    item = run(bench, GTIN, catalog)
    assert (asked(bench), item.picture.url) == ({}, "")


@pytest.mark.parametrize("other", [{"title": "Another Record"}, {"date": "2015"}])
def test_a_barcode_leads_to_no_cover_of_another_record(
    bench: Runs, catalog: CurrentCatalog, path: Path, other: dict[str, Any]
) -> None:
    bring_in(path, packed(line(mbid(SEEN), barcode=GTIN, **other)))
    item = run(bench, GTIN, catalog)
    assert (asked(bench), item.picture.url) == ({}, "")


def test_the_link_counts_before_the_barcode_and_a_front_before_none(
    bench: Runs, catalog: CurrentCatalog, path: Path
) -> None:
    other = "00000000-0000-4000-8000-00000000000"
    lines = [line(f"{other}1", barcode=GTIN), line(f"{other}2", links=[SEEN["id"]], front=False)]
    bring_in(path, packed(*lines, line(mbid(SEEN), links=[5, SEEN["id"]])))
    run(bench, GTIN, catalog)
    assert set(asked(bench)) == {"coverart"}
    assert bench.calls("coverart")[0] == f"GET /release/{mbid(SEEN)}"


def test_odd_lines_are_left_out_and_counted(path: Path) -> None:
    good, spare = line(mbid(SEEN), barcode=GTIN), line("00000000-0000-4000-8000-000000000001", barcode="123")
    odd = ["\n", "{}\n", "[1]\n", '{"id": "x", "title": "y"}\n', '{"id": 7}\n', good[:50] + "\n"]
    odd += [good.replace('{"front": true', '{"front": "yes"'), line(mbid(SEEN), relations=[7]), "\udcff\n"[1:]]
    about = bring_in(path, packed(*odd, good, spare))
    assert (about.odd, about.releases, about.kept, about.fronts) == (len(odd), 2, 1, 1)
    assert about.made_on == date(2026, 11, 25)


def test_bare_lines_are_read_too(path: Path) -> None:
    about = bring_in(path, line(mbid(SEEN), links=[1]).encode())
    assert (about.kept, about.made_on) == (1, None)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (packed(line(mbid(SEEN), links=[1]))[:-40], "is damaged"),
        (packed(line(mbid(SEEN), links=[1])).replace(b"YZ", b"AA"), "is damaged"),
        (lzma.compress(b"hello" * 500), "is damaged|is no dump of MusicBrainz"),
        (b"", "is damaged|is no dump of MusicBrainz"),
    ],
    ids=["cut off", "with a wrong end", "something else", "empty"],
)
def test_a_broken_dump_leaves_what_was_in_use(path: Path, content: bytes, said: str) -> None:
    bring_in(path, packed(line(mbid(SEEN), links=[1])))
    before = path.read_bytes()
    with pytest.raises(DumpBroken, match=said):
        bring_in(path, content)
    assert path.read_bytes() == before
    assert not list(path.parent.glob("*.part*"))


def test_an_import_that_is_stopped_leaves_what_was_in_use(path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(ImportStopped, match="from its beginning"):
        bring_in(path, packed(*(line(mbid(SEEN), links=[1]) for _ in range(REPORTED_EVERY))), stop=stop)
    assert {file.name for file in path.parent.iterdir()} == {"release.tar.xz"}


def test_two_imports_do_not_write_one_file(path: Path) -> None:
    other = path.with_name("other.tar.xz")
    other.write_bytes(packed(line(mbid(SEEN), links=[1])))

    def report(_: CoversAbout) -> None:
        with pytest.raises(CatalogError, match="Another import is writing"):
            CoversImporter(path, SystemClock(), threading.Event(), nothing).run(musicbrainz_dump.at(other))

    bring_in(path, packed(*(line(mbid(SEEN), links=[1]) for _ in range(REPORTED_EVERY))), report)
    covers = open_covers(path)
    assert covers
    assert covers.about.kept == REPORTED_EVERY


def test_memory_does_not_grow_with_the_dump(path: Path) -> None:
    def lines(count: int) -> Iterable[str]:
        return (line(mbid(SEEN), links=[number], annotation="x" * 20_000) for number in range(count))

    bring_in(path, packed(*lines(1_000)))
    content, seen = packed(*lines(6_000)), list[int]()
    bring_in(path, content, lambda _: seen.append(psutil.Process().memory_info().rss))
    del content
    assert len(seen) == 6
    assert max(seen) - seen[0] < 30 << 20, "120 MB of lines were read"


def test_a_worker_opens_the_covers_beside_the_catalogue_and_another_file_later(
    bench: Runs, tmp_path: Path, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert covers_path(tmp_path / "catalog.db") == path
    caplog.set_level("INFO")
    bring_in(path, packed(line(mbid(SEEN), links=[1])))
    settings = Settings(
        _env_file=None,
        DM_STORE=f"sqlite:///{tmp_path / 'store.db'}",
        DM_FILES=f"file:{tmp_path / 'files'}",
        DM_SANDBOX_URL=bench.sandbox.url,
        DM_CATALOG=str(tmp_path / "catalog.db"),
    )
    with open_worker(settings, threading.Event()) as worker:
        worker.run(until_idle=True)
    assert any("'file': 'catalog-covers.db'" in str(record.msg) for record in caplog.records)
    clock = AheadClock()
    current = CurrentCovers(path, clock)
    assert current.look()
    bring_in(path, packed(*(line(mbid(SEEN), links=[number]) for number in range(3))))
    clock.seconds += LOOK_SECONDS
    again = current.look()
    assert again
    assert again.about.kept == 3


def test_damaged_covers_are_told_and_done_without(bench: Runs, catalog: CurrentCatalog, path: Path) -> None:
    path.write_bytes(b"no covers" * 1_000)
    with pytest.raises(CatalogDamaged, match="catalog update --covers"):
        open_covers(path)
    item = run(bench, GTIN, catalog)
    assert (asked(bench), item.picture.url) == ({}, "")


def command(folder: Path, *words: str, url: str = "") -> subprocess.Popen[str]:
    settings = {"DM_CATALOG": str(folder / "catalog.db"), "MUSICBRAINZ_DUMP_URL": url, "DISCOGS_DUMP_URL": url}
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "catalog", *words],
        env=environment() | settings | {"COLUMNS": "200"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def publish(served: DumpServer, content: bytes, *, checksum: str = "") -> None:
    """Serve a dump of MusicBrainz, and one of Discogs, whose catalogue comes first."""
    served.publish("discogs_20261101_releases.xml.gz", gzip.compress(f"<releases>{entry(1, GTIN)}</releases>".encode()))
    sums = f"{'0' * 64} *artist.tar.xz\n{checksum or sha256(content).hexdigest()} *release.tar.xz\n"
    served.files |= {"LATEST": f"{FOLDER}\n".encode(), "SHA256SUMS": sums.encode(), "release.tar.xz": content}


def test_the_newest_dump_is_read_from_its_address_over_a_cut_line_and_only_once(tmp_path: Path) -> None:
    content = packed(*(line(mbid(SEEN), links=[number], annotation=os.urandom(300).hex()) for number in range(500)))
    with dump_server() as served:
        publish(served, content)
        served.cuts = [len(content) // 2]
        first = command(tmp_path, "update", "--covers", url=served.url)
        out, trouble = first.communicate(timeout=60)
        assert first.returncode == 0, trouble
        assert f"MusicBrainz data dump of 2026-11-25 ({FOLDER}" in out
        assert "500 of 500 releases" in out
        assert len(served.downloads("release.tar.xz")) == 2
        again, _ = command(tmp_path, "update", "--covers", url=served.url).communicate(timeout=60)
        assert f"taken from MusicBrainz' dump {FOLDER} already" in again
        assert len(served.downloads("release.tar.xz")) == 2
    told, _ = command(tmp_path, "info").communicate(timeout=60)
    assert "500 of 500 releases" in told


def test_a_dump_without_its_published_checksum_is_not_used(tmp_path: Path, path: Path) -> None:
    with dump_server() as served:
        publish(served, packed(line(mbid(SEEN), links=[1])), checksum="1" * 64)
        update = command(tmp_path, "update", "--covers", url=served.url)
        _, trouble = update.communicate(timeout=60)
    assert update.returncode != 0
    assert "has not the checksum that MusicBrainz gives" in " ".join(trouble.split())
    assert not path.exists()


def test_the_command_imports_a_file_and_ctrl_c_stops_it(tmp_path: Path, path: Path) -> None:
    dump = tmp_path / "release.tar.xz"
    dump.write_bytes(packed(*([line(mbid(SEEN), links=[1])] * 300_000)))
    stopped = command(tmp_path, "import-musicbrainz", str(dump))
    until(path.with_name("catalog-covers.db.part").exists)
    stopped.send_signal(signal.SIGINT)
    _, trouble = stopped.communicate(timeout=60)
    assert "The import was stopped" in " ".join(trouble.split())
    assert not path.exists()
    dump.write_bytes(packed(line(mbid(SEEN), links=[1])))
    out, trouble = command(tmp_path, "import-musicbrainz", str(dump)).communicate(timeout=60)
    assert "1 of 1 releases" in out, trouble
