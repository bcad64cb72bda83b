"""The catalogue: what is in it, and what an import does that is broken off, killed or out of room."""

import gzip
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import pytest

from engine.catalog.dump import Dump
from engine.catalog.file import About, Catalog, open_catalog
from engine.catalog.imports import Importer, made_from
from engine.clock import SystemClock
from engine.domain.identify.candidates import descriptions
from engine.domain.identify.releases import Release
from engine.errors import CatalogDamaged, CatalogError, DumpBroken, ImportStopped
from engine.settings import environment
from engine.signals import stop_on_signals
from engine.upstream.discogs import Discogs
from engine.upstream.http import HttpTransport
from tests.support.answers import discogs_dump
from tests.support.barcode_table import entries, table
from tests.support.sandbox_server import Sandbox

DAY = date(2026, 11, 1)
NAME = "discogs_20261101_releases.xml.gz"
OLD = "discogs_20261001_releases.xml.gz"
EVERY = 1 << 20
PROCESSES = get_context("forkserver")

LIMITED = """
import resource, runpy, sys
most = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
runpy.run_module("engine", run_name="__main__", alter_sys=True)
"""


def nothing(_: About) -> None:
    """Hear what an import reports."""


def bring_in(dump: Dump, path: Path, report: Callable[[About], None] = nothing, **more: object) -> About:
    settings = {"stop": threading.Event(), "begin": nothing, "report": report, "every": EVERY} | more
    return Importer(path, SystemClock(), **settings).run(dump)  # type: ignore[arg-type]


def opened(path: Path) -> Catalog:
    catalog = open_catalog(path)
    assert catalog
    return catalog


def real(folder: Path) -> Dump:
    """Return a dump of the real releases that the sandbox knows, and of one without a barcode."""
    releases = [discogs_dump.plain(1), *map(discogs_dump.release, entries())]
    return Dump.at(discogs_dump.write(folder / "releases.xml.gz", releases), DAY)


def gtin(number: int) -> str:
    payload = f"{number:013d}"
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(payload))
    return payload + str(-total % 10)


def entry(number: int, *, title: str = "", notes: str = "") -> str:
    code = f'<identifier type="Barcode" value="{gtin(number)}"/>' if number % 2 else ""
    title = title or f"Title {number}"
    return (
        f'<release id="{number}" status="Accepted"><title>{title}</title><notes>{notes}</notes>'
        f"<identifiers>{code}</identifiers></release>\n"
    )


def dump(folder: Path, *entries: str, name: str = NAME) -> Dump:
    path = folder / name
    path.write_bytes(gzip.compress(f"<releases>\n{''.join(entries)}</releases>\n".encode(), 1))
    return Dump.at(path)


def large(folder: Path) -> Dump:
    """Return a dump that is stored some eight times on its way."""
    return dump(folder, *(entry(number, notes="n" * 4_000) for number in range(1, 2_001)))


def all_of(path: Path, count: int = 2_000) -> dict[str, list[Release]]:
    catalog = opened(path)
    found = catalog.find(gtin(number) for number in range(1, count + 1))
    catalog.close()
    return found


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    folder = tmp_path_factory.mktemp("catalogue")
    bring_in(real(folder), folder / "catalog.db")
    return opened(folder / "catalog.db")


def test_every_barcode_of_a_dump_is_found_with_the_right_release(catalog: Catalog) -> None:
    found = catalog.find(line.gtin14 for line in table())
    assert len(table()) == 264
    for line in table():
        (release,) = [release for release in found[line.gtin14] if release.id == line.discogs_release_id]
        assert line.gtin14 in release.barcodes
        assert release.artist == re.sub(r" \(\d+\)", "", line.artist)
        assert (release.title, release.country) == (line.title, line.country)
        assert release.released == re.sub("(-00)+$", "", line.released)
        assert release.year == (int(line.released[:4]) if line.released else None)
        label = re.sub(r" \(\d+\)", "", line.label)
        assert (release.label, release.catalog_number) == (label, line.catno.replace("none", ""))
        assert release.format == line.format
        assert [*descriptions(release)] == [word for word in line.format_descriptions.split("; ") if word]
        assert (release.source, release.dump, release.complete) == ("discogs", "2026-11-01", True)


def test_what_the_catalogue_says_is_what_discogs_says(catalog: Catalog, sandbox: Sandbox) -> None:
    discogs = Discogs(HttpTransport(sandbox.session, "Test/1.0"), f"{sandbox.url}/discogs", token="sandbox")
    for number in ("3", "21", "24"):
        ours, theirs = catalog.release(number), discogs.release(number)
        assert ours
        assert theirs
        for fact in ("id", "artist", "title", "released", "country", "label", "catalog_number", "formats", "barcodes",
                     "genres", "styles", "tracks", "complete"):  # fmt: skip
            assert getattr(ours, fact) == getattr(theirs, fact), fact


def test_what_is_not_there_is_none_or_nothing(catalog: Catalog, tmp_path: Path) -> None:
    assert catalog.find(["00000000000017"]) == {"00000000000017": []}
    assert catalog.release(1) is None  # it has no barcode
    assert open_catalog(tmp_path / "none.db") is None


def test_the_catalogue_knows_what_it_was_made_from(catalog: Catalog) -> None:
    about = catalog.about
    assert (about.dump, about.made_on, about.releases, about.kept, about.mended) == (
        "releases.xml.gz",
        DAY,
        len(entries()) + 1,
        sum(bool(entry["barcodes"] or entry.get("completed")) for entry in entries()),
        0,
    )
    assert about.imported_at


def test_many_threads_share_the_catalogue(tmp_path: Path) -> None:
    bring_in(large(tmp_path), tmp_path / "catalog.db")
    shared = opened(tmp_path / "catalog.db")
    wrong: list[int] = []

    def ask(first: int) -> None:
        for number in range(first, 2_001, 8):
            ids = [release.id for release in shared.find([gtin(number)])[gtin(number)]]
            if ids != ([str(number)] if number % 2 else []):
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(first,)) for first in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_folder_that_cannot_be_written_is_enough_to_read(tmp_path: Path) -> None:
    bring_in(dump(tmp_path, entry(1)), tmp_path / "read" / "catalog.db")
    (tmp_path / "read" / "catalog.db").chmod(0o444)
    (tmp_path / "read").chmod(0o555)
    assert opened(tmp_path / "read" / "catalog.db").release(1)
    assert [path.name for path in (tmp_path / "read").iterdir()] == ["catalog.db"]
    (tmp_path / "read").chmod(0o755)


def test_a_new_catalogue_takes_the_place_of_the_old_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    bring_in(dump(tmp_path, entry(1, title="Old"), name=OLD), path)
    before = opened(path)
    seen: list[str] = []

    def look(_: About) -> None:
        released = opened(path).release(1)
        seen.append(released.title if released else "none")

    bring_in(dump(tmp_path, entry(1, title="New")), path, look)
    assert set(seen) == {"Old"}
    for catalog, title, day in ((before, "Old", "2026-10-01"), (opened(path), "New", "2026-11-01")):
        release = catalog.release(1)
        assert release
        assert (release.title, release.dump) == (title, day)
    assert not path.with_name("catalog.db.part").exists()


def test_importing_the_same_dump_twice_changes_nothing(tmp_path: Path) -> None:
    path, source = tmp_path / "catalog.db", large(tmp_path)
    bring_in(source, path)
    first = all_of(path)
    assert made_from(path, source) == opened(path).about
    bring_in(source, path)
    assert all_of(path) == first
    assert made_from(path, dump(tmp_path, entry(1))) is None


def test_an_import_that_was_stopped_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path, source, stop = tmp_path / "catalog.db", large(tmp_path), threading.Event()
    bring_in(source, tmp_path / "whole.db")

    def halfway(about: About) -> None:
        if about.releases > 1_000:
            stop.set()

    with pytest.raises(ImportStopped, match="goes on where it stopped"):
        bring_in(source, path, halfway, stop=stop)
    assert not path.exists()
    begun: list[About] = []
    about = bring_in(source, path, begin=begun.append)
    assert begun[0].releases == begun[0].last > 1_000
    assert (about.releases, about.kept) == (2_000, 1_000)
    assert all_of(path) == all_of(tmp_path / "whole.db")


def begin_and_die(source: Dump, path: Path, number: int) -> None:
    """Import until half of it is read, then send this process a signal."""

    def die(about: About) -> None:
        if about.releases > 1_000:
            os.kill(os.getpid(), number)

    bring_in(source, path, die, stop=stop_on_signals())


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_import_that_was_killed_goes_on_from_what_was_stored(tmp_path: Path, number: int) -> None:
    path, source = tmp_path / "catalog.db", large(tmp_path)
    bring_in(source, tmp_path / "whole.db")

    killed = PROCESSES.Process(target=begin_and_die, args=(source, path, number))
    killed.start()
    killed.join()
    assert killed.exitcode == (-signal.SIGKILL if number == signal.SIGKILL else 1)
    begun: list[About] = []
    bring_in(source, path, begin=begun.append)
    assert 500 < begun[0].releases < 2_000
    assert all_of(path) == all_of(tmp_path / "whole.db")


def test_an_import_killed_before_the_switch_is_finished_by_the_next(tmp_path: Path) -> None:
    path, source = tmp_path / "catalog.db", large(tmp_path)
    bring_in(source, path)
    whole = all_of(path)
    path.rename(tmp_path / "catalog.db.part")
    bring_in(source, path)
    assert all_of(path) == whole


def test_what_another_dump_left_unfinished_is_thrown_away(tmp_path: Path) -> None:
    path, stop = tmp_path / "catalog.db", threading.Event()
    stop.set()
    with pytest.raises(ImportStopped):
        bring_in(dump(tmp_path, entry(1, title="Old"), entry(3), name=OLD), path, stop=stop)
    about = bring_in(dump(tmp_path, entry(1, title="New")), path)
    assert (about.releases, about.kept) == (1, 1)
    found = opened(path).find([gtin(1), gtin(3)])
    assert [[release.title for release in releases] for releases in found.values()] == [["New"], []]


def test_two_imports_at_the_same_time_are_one_too_many(tmp_path: Path) -> None:
    path, source = tmp_path / "catalog.db", dump(tmp_path, entry(1))
    refused: list[CatalogError] = []

    def second(_: About) -> None:
        with pytest.raises(CatalogError, match="Another import is writing") as error:
            bring_in(source, path)
        refused.append(error.value)

    bring_in(source, path, second)
    assert refused
    assert opened(path).release(1)


def test_a_damaged_beginning_is_told_and_not_built_on(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    path.with_name("catalog.db.part").write_bytes(b"not a database at all, but long enough" * 300)
    with pytest.raises(CatalogError, match=r"catalog.db.part is damaged \(.*Delete it and import again"):
        bring_in(dump(tmp_path, entry(1)), path)
    assert not path.exists()


def test_broken_xml_is_told_with_its_place_and_leaves_the_old_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    bring_in(dump(tmp_path, entry(1, title="Old"), name=OLD), path)
    broken = dump(tmp_path, entry(1), entry(2), entry(3, title="A <b> C"), entry(5))
    with pytest.raises(DumpBroken, match=r"holds broken XML near byte [\d,]+ of [\d,]+, after release 2 \(mismatched"):
        bring_in(broken, path)
    release = opened(path).release(1)
    assert release
    assert release.title == "Old"


@pytest.mark.parametrize("character", ["\x07", "&#7;"])
def test_a_character_that_xml_does_not_allow_is_left_out_and_counted(tmp_path: Path, character: str) -> None:
    about = bring_in(dump(tmp_path, entry(1, title=f"Ti{character}tle"), entry(3)), tmp_path / "catalog.db")
    release = opened(tmp_path / "catalog.db").release(1)
    assert release
    assert (release.title, about.mended, about.kept) == ("Title", 1, 2)


def test_a_file_without_room_is_told_and_the_import_goes_on_later(tmp_path: Path) -> None:
    path, source = tmp_path / "catalog.db", large(tmp_path)
    answer = imported(source.path, path, most_bytes=40_000)
    assert (answer.returncode, answer.stdout) == (1, "")
    said = " ".join(answer.stderr.split())
    assert "catalog.db.part cannot be written" in said
    assert "the import goes on where it stopped" in said
    assert "Traceback" not in said
    assert imported(source.path, path).returncode == 0
    assert len([found for found in all_of(path).values() if found]) == 1_000


@pytest.mark.parametrize("name", [NAME, "notes.txt"])
def test_the_command_says_in_a_sentence_what_is_broken(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(large(tmp_path).path.read_bytes()[:20_000])
    answer = imported(tmp_path / name, tmp_path / "catalog.db")
    assert answer.returncode == 1
    said = " ".join(answer.stderr.split())
    expected = f"{name} ends too early, near byte 20,000 of 20,000" if name == NAME else "does not say of which day"
    assert expected in said
    assert "Traceback" not in said


@pytest.mark.parametrize("keep", [0, 100, 4_096, 12_288])
def test_a_catalogue_that_was_cut_off_is_told_and_not_used(tmp_path: Path, keep: int) -> None:
    path = tmp_path / "catalog.db"
    bring_in(large(tmp_path), path)
    os.truncate(path, keep)
    with pytest.raises(CatalogDamaged, match=r"catalog.db cannot be used \(.*Import the dump again"):
        open_catalog(path)


def test_a_catalogue_damaged_inside_is_told_where_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    bring_in(large(tmp_path), path)
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(8_192)
        file.write(b"\xa5" * (size - 8_192))
    damaged = opened(path)
    with pytest.raises(CatalogDamaged, match="Import the dump again"):
        damaged.find(gtin(number) for number in range(1, 2_001))
    bring_in(large(tmp_path), path)
    assert opened(path).release(1)


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough" * 30, b"SQLite format 3\x00" + bytes(4_080)]
)
def test_what_is_no_catalogue_is_told_and_replaced_by_an_import(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "catalog.db"
    path.write_bytes(content)
    with pytest.raises(CatalogDamaged, match="cannot be used"):
        open_catalog(path)
    bring_in(dump(tmp_path, entry(1)), path)
    assert opened(path).release(1)


def test_the_commands_show_what_was_made(tmp_path: Path) -> None:
    path = tmp_path / "catalog.db"
    for arguments, said in ((["info"], "There is no catalogue"), (["find", gtin(1)], "There is no catalogue")):
        answer = command(path, *arguments)
        assert (answer.returncode, said in answer.stderr) == (1, True)
    source = str(dump(tmp_path, entry(1)).path)
    first, second = (command(path, "import", source) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert "1 with a barcode, of 1" in first.stdout
    assert "was made from discogs_20261101_releases.xml.gz already" in second.stdout
    told = command(path, "info").stdout
    assert "Discogs data dump of 2026-11-01" in told
    assert f"{(SystemClock().now().date() - DAY).days:,} days" in told
    assert "Title 1" in command(path, "find", gtin(1)).stdout
    assert command(path, "find", gtin(3)).returncode == 1


def command(path: Path, *arguments: str, most_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command line, perhaps where no file may be larger than `most_bytes`."""
    engine = ["-c", LIMITED, str(most_bytes)] if most_bytes else ["-m", "engine"]
    return subprocess.run(
        [sys.executable, *engine, "catalog", *arguments],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=environment() | {"DM_CATALOG": str(path), "COLUMNS": "120"},
        check=False,
    )


def imported(source: Path, path: Path, *, most_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    return command(path, "import", str(source), most_bytes=most_bytes)
